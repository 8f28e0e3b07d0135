//! One conversation's thread: its messages, what is known of the other side, and how it is laid out in groups and
//! days. Sending lives in the queue, not here.

use pronto_protocol::id::{ConversationId, Millis};
use pronto_protocol::model::attachment::Attachment;
use pronto_protocol::model::{Author, Conversation, InboxConversation, Message};
use pronto_protocol::send_queue::{QueuedMessage, SendQueue, SendState};
use pronto_protocol::timeline::{Entry, Timeline};

use super::list::Loading;

/// Messages of one author closer together than this share one time.
const GROUP_MS: i64 = 5 * 60_000;

/// A conversation that was opened.
pub struct Thread {
    /// Its messages.
    pub timeline: Timeline,
    /// How far loading is.
    pub loading: Loading,
    /// Whether older messages are on their way.
    pub loading_older: bool,
    /// Until when the visitor counts as typing.
    pub typing_until: Option<Millis>,
    /// What the server said of the conversation when it was not in the list.
    pub row: Option<InboxConversation>,
    /// What the business has already told the server it read.
    pub read_told: u64,
    /// Whether a change of status is on its way.
    pub changing: bool,
    /// Why a change of status failed, as a sentence.
    pub problem: Option<String>,
    /// Whether blocking the visitor was pressed once and waits for a yes.
    pub blocking: bool,
}

impl Thread {
    /// The thread of a conversation before its messages came.
    #[must_use]
    pub fn new(id: ConversationId) -> Self {
        Self {
            timeline: Timeline::new(id),
            loading: Loading::Busy,
            loading_older: false,
            typing_until: None,
            row: None,
            read_told: 0,
            changing: false,
            problem: None,
            blocking: false,
        }
    }
}

/// How one's own message stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// Not one's own, or told by a later one.
    None,
    /// On its way.
    Sending,
    /// Tried before; goes out again by itself.
    Retrying,
    /// Refused; waits for its author.
    Failed(pronto_protocol::api::ErrorCode),
    /// The server has it.
    Sent,
    /// It reached the visitor's device.
    Delivered,
    /// The visitor saw it.
    Read,
}

/// One bubble, with what its place in the thread adds.
pub struct Bubble<'a> {
    /// What it shows.
    pub entry: Entry<'a>,
    /// Who wrote it.
    pub author: Author,
    /// When.
    pub at: Millis,
    /// Whether a new author or a pause begins here.
    pub opens_group: bool,
    /// Whether a group ends here: its time stands below.
    pub closes_group: bool,
    /// How far it has come.
    pub mark: Mark,
}

impl Bubble<'_> {
    /// Its text.
    #[must_use]
    pub fn body(&self) -> &str {
        match self.entry {
            Entry::Message(message) => &message.body,
            Entry::Echo(queued) => &queued.body,
        }
    }

    /// The files that go with it.
    #[must_use]
    pub fn files(&self) -> &[Attachment] {
        match self.entry {
            Entry::Message(message) => &message.attachments,
            Entry::Echo(_) => &[],
        }
    }

    /// The name to show for a person or a bot of the business.
    #[must_use]
    pub fn author_name(&self) -> Option<&str> {
        match self.entry {
            Entry::Message(Message { author_name, .. }) => author_name.as_deref(),
            Entry::Echo(_) => None,
        }
    }
}

/// The thread as it is shown: messages and echoes in order, grouped.
#[must_use]
pub fn bubbles<'a>(
    timeline: &'a Timeline,
    queue: &'a SendQueue,
    conversation: Option<&Conversation>,
) -> Vec<Bubble<'a>> {
    let entries = timeline.entries(queue, 0);
    let heads: Vec<(Author, Millis)> = entries.iter().map(head).collect();
    let last_own = entries.iter().rposition(is_own_message);
    let mut bubbles = Vec::with_capacity(entries.len());
    for (place, entry) in entries.into_iter().enumerate() {
        let Some(&(author, at)) = heads.get(place) else { continue };
        let before = place.checked_sub(1).and_then(|before| heads.get(before));
        let after = heads.get(place + 1);
        let mark = match entry {
            Entry::Echo(queued) => echo_mark(queued),
            Entry::Message(message) if last_own == Some(place) => message_mark(message, conversation),
            Entry::Message(_) => Mark::None,
        };
        bubbles.push(Bubble {
            entry,
            author,
            at,
            opens_group: before.is_none_or(|before| parted(*before, (author, at))),
            closes_group: after.is_none_or(|after| parted((author, at), *after)) || mark != Mark::None,
            mark,
        });
    }
    bubbles
}

fn head(entry: &Entry<'_>) -> (Author, Millis) {
    match entry {
        Entry::Message(message) => (message.author, message.created_at),
        Entry::Echo(queued) => (Author::Agent, queued.created_at),
    }
}

fn is_own_message(entry: &Entry<'_>) -> bool {
    matches!(entry, Entry::Message(message) if message.author != Author::Visitor)
}

fn parted(a: (Author, Millis), b: (Author, Millis)) -> bool {
    a.0 != b.0 || b.1.since(a.1) > GROUP_MS
}

fn echo_mark(queued: &QueuedMessage) -> Mark {
    match queued.state {
        SendState::Waiting { attempts: 0, .. } | SendState::InFlight { attempts: 0, .. } => Mark::Sending,
        SendState::Waiting { .. } | SendState::InFlight { .. } => Mark::Retrying,
        SendState::Wedged { code } => Mark::Failed(code),
    }
}

fn message_mark(message: &Message, conversation: Option<&Conversation>) -> Mark {
    match conversation.map(|conversation| conversation.visitor) {
        Some(visitor) if visitor.read >= message.seq => Mark::Read,
        Some(visitor) if visitor.delivered >= message.seq => Mark::Delivered,
        _ => Mark::Sent,
    }
}
