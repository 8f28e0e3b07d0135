//! One conversation's messages in the order of their seq, whatever order they came in. What waits to be sent lives in
//! [`crate::send_queue`]; [`Timeline::entries`] lays the two over each other. No receipts and no view state in here.

use crate::id::{ConversationId, MessageId};
use crate::model::Message;
use crate::send_queue::{QueuedMessage, SendQueue};

/// The confirmed messages of one conversation.
///
/// A gap-free run of messages, and those that came too early, kept aside until the gap before them is filled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Timeline {
    conversation_id: ConversationId,
    /// Without gaps, by seq.
    run: Vec<Message>,
    /// All above the run's end, by seq.
    aside: Vec<Message>,
    /// The highest seq that is known to exist.
    known: u64,
}

/// A row of the thread: a stored message, or one that is still on its way. Both carry the same id, so a list keyed by
/// [`Entry::message_id`] keeps its row when the one becomes the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry<'a> {
    /// Stored by the server.
    Message(&'a Message),
    /// The local echo of a message in the send queue.
    Echo(&'a QueuedMessage),
}

impl Entry<'_> {
    /// The key of the row.
    #[must_use]
    pub fn message_id(&self) -> &MessageId {
        match self {
            Entry::Message(message) => &message.message_id,
            Entry::Echo(queued) => &queued.message_id,
        }
    }
}

impl Timeline {
    /// The empty timeline of a conversation.
    #[must_use]
    pub fn new(conversation_id: ConversationId) -> Self {
        Self { conversation_id, run: Vec::new(), aside: Vec::new(), known: 0 }
    }

    /// Whose messages these are.
    #[must_use]
    pub fn conversation_id(&self) -> &ConversationId {
        &self.conversation_id
    }

    /// Takes in one message from a socket, a poll, a page after the cursor, or the answer to a sending. True when it
    /// was new; a repeated one, one of another conversation, or one from before the loaded history changes nothing.
    pub fn apply(&mut self, message: Message) -> bool {
        if message.conversation_id != self.conversation_id || message.seq <= self.cursor() {
            return false;
        }
        self.knows(message.seq);
        if message.seq == self.cursor().saturating_add(1) {
            self.run.push(message);
            self.join_aside();
            return true;
        }
        match self.aside.binary_search_by_key(&message.seq, |other| other.seq) {
            Ok(_) => false,
            Err(place) => {
                self.aside.insert(place, message);
                true
            }
        }
    }

    /// Takes in the newest page, as the server gives it when no cursor is named. On an empty timeline the run begins
    /// where the page begins; later it is the same as applying each of its messages. True when anything was new.
    pub fn start(&mut self, page: Vec<Message>) -> bool {
        if self.run.is_empty() { self.prepend_page(page) } else { self.apply_all(page) }
    }

    /// Takes in the page that ends where the loaded history begins. True when anything was new; messages that do not
    /// join the history are left out, because a hole in the middle could not be told from the beginning.
    pub fn prepend_page(&mut self, mut page: Vec<Message>) -> bool {
        page.retain(|message| message.conversation_id == self.conversation_id && message.seq > 0);
        let mut grew = false;
        let mut next = match self.first() {
            Some(first) => first - 1,
            None => page.iter().map(|message| message.seq).max().unwrap_or_default(),
        };
        // A page is in order, so what comes next stands at its end; no sorting comes along for that. One by one into the run as it
        // stands: a new one for each page would leave holes in the wasm's memory that none of the later ones fits into.
        while let Some(place) = page.iter().rposition(|message| message.seq == next) {
            self.run.insert(0, page.remove(place));
            next -= 1;
            grew = true;
        }
        self.knows(self.cursor());
        self.join_aside();
        grew
    }

    /// Notes that the conversation reaches up to `last_seq`: from `caught_up`, or a conversation's own `last_seq`.
    pub fn knows(&mut self, last_seq: u64) {
        self.known = self.known.max(last_seq);
    }

    /// The last seq without a gap before it: what to hand the server as `after`. 0 when there is none.
    #[must_use]
    pub fn cursor(&self) -> u64 {
        self.run.last().map_or(0, |message| message.seq)
    }

    /// The first loaded seq: what to hand the server as `before` for older history.
    #[must_use]
    pub fn first(&self) -> Option<u64> {
        self.run.first().map(|message| message.seq)
    }

    /// Whether there is history before the first loaded message.
    #[must_use]
    pub fn has_earlier(&self) -> bool {
        self.first().is_some_and(|first| first > 1)
    }

    /// Whether messages are known to be missing; then read on after [`Self::cursor`].
    #[must_use]
    pub fn has_gap(&self) -> bool {
        self.known > self.cursor()
    }

    /// The gap-free messages, by seq.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.run.iter()
    }

    /// Those of them after `seq`. Found by their place, so that a long history costs no more than a short one.
    #[must_use]
    pub fn after(&self, seq: u64) -> &[Message] {
        let place = seq.saturating_add(1).saturating_sub(self.first().unwrap_or_default());
        self.run.get(place as usize..).unwrap_or_default()
    }

    /// Whether the message is here, before or after a gap.
    #[must_use]
    pub fn contains(&self, message_id: &MessageId) -> bool {
        let is = |message: &Message| message.message_id == *message_id;
        self.aside.iter().any(is) || self.run.iter().rev().any(is)
    }

    /// What the thread shows after `seq`: all messages by seq, those after a gap too, then the echoes of those not stored
    /// yet in the order they were written.
    #[must_use]
    pub fn entries<'a>(&'a self, queue: &'a SendQueue, seq: u64) -> Vec<Entry<'a>> {
        let mut entries = Vec::new();
        for part in [self.after(seq), &self.aside] {
            for message in part {
                entries.push(Entry::Message(message));
            }
        }
        for queued in queue.items() {
            if queued.conversation_id == self.conversation_id && !self.contains(&queued.message_id) {
                entries.push(Entry::Echo(queued));
            }
        }
        entries
    }

    fn apply_all(&mut self, page: Vec<Message>) -> bool {
        let mut grew = false;
        for message in page {
            grew |= self.apply(message);
        }
        grew
    }

    /// Moves what has become contiguous from aside into the run.
    fn join_aside(&mut self) {
        for message in std::mem::take(&mut self.aside) {
            let next = self.cursor().saturating_add(1);
            if message.seq == next {
                self.run.push(message);
            } else if message.seq > next {
                self.aside.push(message);
            }
        }
    }
}
