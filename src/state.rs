//! What the panel knows, and what follows from it. No rule of what happens next (that is [`crate::update`]), no
//! browser.

use pronto_protocol::api::ErrorCode;
use pronto_protocol::connection::{Connection, Phase as Line};
use pronto_protocol::id::{ConversationId, MessageId, Millis};
use pronto_protocol::model::{Author, BODY_MAX_CHARS, Message, Receipts};
use pronto_protocol::send_queue::{QueuedMessage, SendQueue, SendState};
use pronto_protocol::timeline::Timeline;

use crate::config::{Config, Mode};
use crate::text::Words;
use crate::window::Window;

/// From here on an answer is far ahead.
const FAR_MS: i64 = 2 * 60 * 60 * 1000;

/// A shorter wait needs no words.
const HELD_LEAST_MS: i64 = 3_000;

/// Who this device is to the site: made at the first message, kept in its storage.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// 32 random bytes as base64url; only this device and the server's hash know it.
    pub secret: String,
    /// The conversation it opened.
    pub conversation_id: ConversationId,
    /// Whether the server has bound the secret.
    pub opened: bool,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity(")?;
        f.write_str(self.conversation_id.as_str())?;
        f.write_str(if self.opened { ", opened)" } else { ")" })
    }
}

/// How far the panel has come with the server.
pub enum Phase {
    /// Nobody has written yet: nothing is stored, nothing is connected.
    Untouched,
    /// There is a conversation.
    Talking(Box<Talk>),
}

/// A conversation and this device's part in it.
pub struct Talk {
    /// Whose it is.
    pub identity: Identity,
    /// Its stored messages.
    pub timeline: Timeline,
    /// How far this side has come.
    pub visitor: Receipts,
    /// How much of that the server was told.
    pub reported: Receipts,
    /// How far the business has come.
    pub business: Receipts,
    /// Whether the newest page is here; the connection waits for it, to know its cursor.
    pub loaded: bool,
    /// The one request that is under way for it.
    pub asking: Asking,
    /// After how many failures in a row, and when, to ask again.
    pub again: Option<(u32, Millis)>,
    /// By when the business said that it answers.
    pub promise_by: Option<Millis>,
    /// The e-mail for the answer.
    pub mail: Mail,
    /// How many of the business's messages came in their other conversations and were not seen.
    pub elsewhere: usize,
}

/// The e-mail that the answer is to go to as well.
#[derive(Default)]
pub struct Mail {
    /// Whether the server can send any; `None` until the session has said.
    pub can: Option<bool>,
    /// Whether it was offered while somebody waits: then the offer stands until they have their answer.
    pub offered: bool,
    /// The address that the server has; empty for none.
    pub kept: String,
    /// Whether another is being written.
    pub changing: bool,
    /// What is on its way to the server; empty to remove.
    pub saving: Option<String>,
    /// Why the last one was not taken.
    pub trouble: Option<Trouble>,
}

/// Why an address was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// It is none.
    NoAddress,
    /// The server could not be reached, or could not keep it.
    NotSaved,
}

/// The request that is under way besides sending.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asking {
    /// None.
    Nothing,
    /// The session; opened, or looked at again.
    Session,
    /// The newest page; what comes over the socket waits for it.
    Newest,
    /// What is missing after the cursor.
    After,
    /// Older history.
    Before,
}

/// Whether the person can see the end of the thread now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sight {
    /// The loader shows the panel.
    pub open: bool,
    /// The browser shows the page.
    pub visible: bool,
    /// The thread is scrolled to its end.
    pub at_end: bool,
}

/// Something that ends by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fleeting {
    /// What.
    pub text: String,
    /// Until when.
    pub until: Millis,
}

/// All that the panel knows.
pub struct State {
    /// The site and the page.
    pub config: Config,
    /// The language.
    pub words: Words,
    /// The conversation, if there is one.
    pub phase: Phase,
    /// What waits to be sent; the send queue outlives the conversation's loading.
    pub queue: SendQueue,
    /// The socket or the poll.
    pub connection: Connection,
    /// When the connection wants to be woken.
    pub connection_wake: Option<Millis>,
    /// What the browser says about the network.
    pub online: bool,
    /// Whether this device can keep anything.
    pub keeps: bool,
    /// What is seen.
    pub sight: Sight,
    /// What of the thread is drawn.
    pub window: Window,
    /// The seq of the first message that came unseen: where the "new messages" line stands.
    pub mark: Option<u64>,
    /// Who writes on the other side.
    pub typing: Option<Fleeting>,
    /// What a screen reader is told now.
    pub spoken: Option<Fleeting>,
    /// How many characters the composer's text has.
    pub length: usize,
    /// When the server last heard that the person types.
    pub typed_at: Millis,
    /// The unread count that the loader was last told.
    pub told: usize,
    /// Which alarm is set.
    pub alarm: Option<Millis>,
    /// What the business has signed about who this is, until it is exchanged.
    pub pass: Option<Pass>,
    /// The time of the last event; what the view calls now.
    pub now: Millis,
}

/// A signed word on who this is. It is exchanged when somebody looks or writes, not before: a page view leaves no trace.
#[derive(Clone)]
pub struct Pass {
    /// The token.
    pub token: String,
    /// Who this device becomes by it.
    pub next: Identity,
    /// Whether the server is being asked.
    pub asked: bool,
    /// Not to be asked before.
    pub at: Millis,
}

/// What the strip above the composer says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Notice {
    /// The text is longer than a message can be, by this many characters.
    TooLong(usize),
    /// The business hears this visitor no more.
    Blocked,
    /// No network; something waits.
    OfflineWaiting,
    /// No network.
    Offline,
    /// The server takes no messages right now.
    Unavailable,
    /// The server does not answer.
    Reconnecting,
    /// Storage is blocked, and there is something to lose.
    NotKept,
}

/// How one's own message stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Receipt {
    /// Waits for the network.
    Waiting,
    /// On its way.
    Sending,
    /// Stored.
    Sent,
    /// With the business.
    Delivered,
    /// Seen by the business.
    Read,
    /// Refused for good.
    Failed,
}

impl State {
    /// A panel that nobody has touched.
    #[must_use]
    pub fn new(config: Config, words: Words, now: Millis) -> Self {
        let open = config.mode == Mode::Page;
        Self {
            config,
            words,
            phase: Phase::Untouched,
            queue: SendQueue::default(),
            connection: Connection::new(),
            connection_wake: None,
            online: true,
            keeps: true,
            sight: Sight { open, visible: true, at_end: true },
            window: Window::default(),
            mark: None,
            typing: None,
            spoken: None,
            length: 0,
            typed_at: Millis(0),
            told: 0,
            alarm: None,
            pass: None,
            now,
        }
    }

    /// The conversation, if there is one.
    #[must_use]
    pub fn talk(&self) -> Option<&Talk> {
        match &self.phase {
            Phase::Untouched => None,
            Phase::Talking(talk) => Some(talk),
        }
    }

    /// The conversation, to be changed.
    pub fn talk_mut(&mut self) -> Option<&mut Talk> {
        match &mut self.phase {
            Phase::Untouched => None,
            Phase::Talking(talk) => Some(talk),
        }
    }

    /// Whether the person sees a message that comes now.
    #[must_use]
    pub fn is_seen(&self) -> bool {
        self.sight == Sight { open: true, visible: true, at_end: true }
    }

    /// How many messages of the business have not been seen.
    #[must_use]
    pub fn unread(&self) -> usize {
        self.talk().map_or(0, |talk| talk.unread().count())
    }

    /// Whether the business was found to hear this visitor no more.
    fn is_blocked(&self) -> bool {
        let blocked = SendState::Wedged { code: ErrorCode::Blocked };
        self.queue.items().any(|item| item.state == blocked)
    }

    /// By when the visitor was told they have an answer, while nobody has given one. Who is blocked waits for none.
    #[must_use]
    pub fn promise(&self) -> Option<Millis> {
        let talk = self.talk().filter(|_| !self.is_blocked())?;
        let mut spoken = talk.timeline.messages().rev();
        let last = spoken.find(|message| matches!(message.author, Author::Visitor | Author::Agent));
        talk.promise_by.filter(|_| last.is_some_and(|message| message.author == Author::Visitor))
    }

    /// Whether the answer lies so far ahead that nobody waits for it here: more than two hours, behind closed doors, or
    /// later than was said.
    #[must_use]
    pub fn is_far(&self) -> bool {
        let left = self.promise().map(|by| by.since(self.now));
        left.is_some_and(|left| left > FAR_MS || left <= 0 || self.config.closed)
    }

    /// What the strip above the composer says, the most pressing first.
    #[must_use]
    pub fn notice(&self) -> Option<Notice> {
        let waits = self.queue.items().any(|item| !item.is_wedged());
        if self.length > BODY_MAX_CHARS {
            return Some(Notice::TooLong(self.length - BODY_MAX_CHARS));
        }
        if self.is_blocked() {
            return Some(Notice::Blocked);
        }
        match (self.online, waits) {
            (false, true) => return Some(Notice::OfflineWaiting),
            (false, false) => return Some(Notice::Offline),
            (true, _) => {}
        }
        let talk = self.talk()?;
        // The server may have had enough for a while, and says so at the first try. What was not tried yet is another tab's.
        let held = |item: &QueuedMessage| match item.state {
            SendState::Waiting { attempts, next_at } => {
                attempts > 1 || attempts > 0 && next_at.since(self.now) > HELD_LEAST_MS
            }
            _ => false,
        };
        if self.queue.items().any(held) {
            return Some(Notice::Unavailable);
        }
        let lost = !self.connection.is_open() && self.connection.failures() > 1;
        if lost || talk.again.is_some_and(|(failures, _)| failures > 1) {
            return Some(if waits { Notice::Unavailable } else { Notice::Reconnecting });
        }
        (!self.keeps).then_some(Notice::NotKept)
    }

    /// Whether the line to the server is given up until the network is back.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        !self.online || self.connection.phase() == Line::Offline
    }

    /// How the stored message of this side stands.
    #[must_use]
    pub fn receipt(&self, message: &Message) -> Receipt {
        match self.talk().map(|talk| talk.business) {
            Some(business) if message.seq <= business.read => Receipt::Read,
            Some(business) if message.seq <= business.delivered => Receipt::Delivered,
            _ => Receipt::Sent,
        }
    }

    /// How a message in the queue stands.
    #[must_use]
    pub fn pending(&self, state: SendState) -> Receipt {
        match state {
            SendState::Wedged { .. } => Receipt::Failed,
            SendState::InFlight { .. } => Receipt::Sending,
            SendState::Waiting { .. } if !self.online => Receipt::Waiting,
            SendState::Waiting { attempts: 0, .. } => Receipt::Sending,
            SendState::Waiting { .. } => Receipt::Waiting,
        }
    }

    /// Whether the message waits in the queue or is stored already.
    #[must_use]
    pub fn knows(&self, message_id: &MessageId) -> bool {
        self.queue.get(message_id).is_some()
            || self.talk().is_some_and(|talk| talk.timeline.contains(message_id))
    }
}

impl Talk {
    /// The conversation of `identity`, nothing loaded yet.
    #[must_use]
    pub fn new(identity: Identity) -> Self {
        Self {
            timeline: Timeline::new(identity.conversation_id.clone()),
            identity,
            visitor: Receipts::default(),
            reported: Receipts::default(),
            loaded: false,
            business: Receipts::default(),
            asking: Asking::Nothing,
            again: None,
            promise_by: None,
            mail: Mail::default(),
            elsewhere: 0,
        }
    }

    /// The business's messages that were not seen, oldest first.
    pub fn unread(&self) -> impl Iterator<Item = &Message> {
        self.timeline.after(self.visitor.read).iter().filter(|message| message.author != Author::Visitor)
    }
}
