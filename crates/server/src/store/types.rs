//! What the store takes and gives. Shapes only; secrets and words of people never reach `Debug`.

use std::fmt;
use std::path::PathBuf;

use pronto_protocol::id::{
    AgentId, AttachmentId, ConversationId, IdentitySecretId, MessageId, Millis, SiteKey, VisitorId,
};
use pronto_protocol::model::contact::Contact;
use pronto_protocol::model::yours::{ErasureReceipt, KeptSession};
use pronto_protocol::model::{
    Agent, Author, Channel, Conversation, Delivery, Message, SiteSettings, Status, VisitorContext,
};
use pronto_reply::price::{Money, Reason, totals};

/// SHA-256 of a secret; the secret itself is never stored.
pub type Hash = [u8; 32];

/// Why the store did not do what it was asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StoreError {
    /// The disk is full; nothing was stored.
    Full,
    /// The database could not be reached in time.
    Unavailable,
    /// The database is of a newer version of this program; nothing was touched.
    Newer {
        /// The version of the database.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// Anything else, for the log.
    Other(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("the disk is full, nothing was stored"),
            Self::Unavailable => f.write_str("the database cannot be reached"),
            Self::Newer { found, known } => {
                write!(f, "the database has version {found}, this program knows {known}: use a newer program")
            }
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for StoreError {}

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A `postgres://` URL, password and all.
    Postgres(String),
}

impl StoreUrl {
    /// Reads `sqlite:PATH`, `postgres://…` or `postgresql://…`.
    ///
    /// # Errors
    /// [`StoreError::Other`] with a sentence, for any other text.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        match text.strip_prefix("sqlite:") {
            Some(path) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            _ => Err(StoreError::Other("a database URL is sqlite:PATH or postgres://…".to_owned())),
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres://…"),
        }
    }
}

/// How a store is opened, where the usual way will not do.
#[derive(Clone, Copy, Default, Debug)]
pub struct StoreOptions {
    /// The most pages of 4 KB a SQLite file may grow to; beyond that the disk counts as full.
    pub max_pages: Option<u32>,
    /// After how many milliseconds an answer goes out by e-mail that the visitor's devices have not received; never
    /// where this server sends none.
    pub mail_after_ms: Option<i64>,
}

/// A site as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Site {
    /// Its public key.
    pub key: SiteKey,
    /// What the owner set.
    pub settings: SiteSettings,
    /// Whether it is the demo.
    pub demo: bool,
    /// When it was made.
    pub created_at: Millis,
}

/// A signing secret.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret {
    /// `whsec_` and base64.
    pub secret: String,
    /// When it was made.
    pub created_at: Millis,
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

/// A secret that identities are signed with.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentitySecretRow {
    /// What revokes it.
    pub id: IdentitySecretId,
    /// `idsec_` and base64url.
    pub secret: String,
    /// When it was made.
    pub created_at: Millis,
}

impl fmt::Debug for IdentitySecretRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdentitySecretRow({})", self.id)
    }
}

/// A live API key, for checking.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApiKeyRow {
    /// The one site it opens.
    pub site: SiteKey,
    /// The hash of its secret half.
    pub secret_hash: Hash,
}

/// Who a session secret stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VisitorRow {
    /// The visitor.
    pub visitor_id: VisitorId,
    /// The one site they are known to.
    pub site: SiteKey,
}

/// How opening a session ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SessionOpening {
    /// The session is there, new or from before.
    Opened(OpenedSession),
    /// The secret is of another site or has ended, or the conversation is someone else's.
    NotYours,
    /// There is no such site.
    NoSite,
}

/// A session that is open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenedSession {
    /// Who it is.
    pub visitor_id: VisitorId,
    /// Their conversations, newest first, 50 at most.
    pub conversations: Vec<Conversation>,
}

/// What an erasure is made with, beside the visitor.
#[derive(Clone, PartialEq, Eq)]
pub struct Erasing {
    /// What its receipt is named by.
    pub reference: String,
    /// The key to the digests of the site's receipts, should it have none yet.
    pub fresh_key: String,
    /// The time.
    pub now: Millis,
}

/// What became of a wish to be erased.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Erasure {
    /// Erased and committed.
    Now {
        /// The proof.
        receipt: ErasureReceipt,
        /// The conversations that are gone.
        conversations: Vec<ConversationId>,
    },
    /// It had been erased before.
    Before(ErasureReceipt),
    /// The secret opens nothing.
    Unknown,
}

/// All that is kept of a visitor but their messages.
#[derive(Clone, PartialEq, Eq)]
pub struct Kept {
    /// When they first wrote.
    pub created_at: Millis,
    /// When the business blocked them, if it did.
    pub blocked_at: Option<Millis>,
    /// The address they left for answers.
    pub email: Option<String>,
    /// What the business has signed about them.
    pub contact: Option<Contact>,
    /// The devices they wrote from, in order.
    pub sessions: Vec<KeptSession>,
    /// Their conversations, the oldest first, and what the browser said with each.
    pub conversations: Vec<(Conversation, VisitorContext)>,
    /// How many messages stand in these.
    pub messages: u64,
    /// How many files, those in no message too.
    pub files: u64,
}

/// A conversation and whose it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConversationRow {
    /// As both sides see it.
    pub conversation: Conversation,
    /// Whose it is.
    pub visitor_id: VisitorId,
    /// Whether it is made-up demo history.
    pub demo: bool,
}

/// Which messages of a conversation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Page {
    /// Those after this seq.
    After(u64),
    /// The last ones before this seq.
    Before(u64),
    /// The last ones.
    Last,
}

/// A message to be stored.
#[derive(Clone, PartialEq, Eq)]
pub struct AppendMessage {
    /// Where.
    pub conversation_id: ConversationId,
    /// The idempotency key.
    pub message_id: MessageId,
    /// Who wrote it.
    pub author: Author,
    /// The name to show; absent for visitors.
    pub author_name: Option<String>,
    /// Which agent wrote it, if one did.
    pub agent_id: Option<AgentId>,
    /// By which road it came.
    pub channel: Channel,
    /// The words.
    pub body: String,
    /// What it offers to answer by a press.
    pub quick_replies: Vec<String>,
    /// The files that go with it.
    pub attachments: Vec<AttachmentId>,
    /// The time.
    pub now: Millis,
    /// By when the reply clock would promise an answer, should this message be a question.
    pub promise: Option<Millis>,
    /// Where the site is closed, what it has to say to who writes then.
    pub away: Option<Notice>,
    /// Whether it is held back to be asked for, where it costs and the month's budget is used up.
    pub asks: bool,
}

/// Words that a site says by itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Notice {
    /// Under which id, should they be said.
    pub message_id: MessageId,
    /// The words.
    pub body: String,
}

/// What became of an [`AppendMessage`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Appended {
    /// Stored and committed.
    Stored(Message),
    /// Stored and committed, and behind it the notice that nobody is there.
    Noticed(Message, Message),
    /// It had been stored before.
    Again(Message),
    /// Its id stands for other words.
    IdReused,
    /// It has no words and no files.
    BodyEmpty,
    /// It has too many.
    BodyTooLong,
    /// It names a file that is not whole, not of its side, or in another message.
    AttachmentMissing,
    /// Its visitor is blocked.
    Blocked,
    /// The reply window has closed for messages of free text.
    WindowClosed,
    /// It costs, and the month's budget is used up.
    OverBudget,
    /// There is no such conversation.
    NoConversation,
}

/// What entries of the ledger come to.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct LedgerSum {
    /// By reason and currency.
    pub by_reason: Vec<(Reason, Money)>,
    /// Messages of unknown price, which stand in no sum.
    pub unknown: u32,
}

impl LedgerSum {
    /// All of it, one sum per currency.
    #[must_use]
    pub fn totals(&self) -> Vec<Money> {
        totals(self.by_reason.iter().map(|(_, money)| *money))
    }

    /// What is there for one reason, one sum per currency.
    #[must_use]
    pub fn of(&self, reason: Reason) -> Vec<Money> {
        totals(self.by_reason.iter().filter(|(of, _)| *of == reason).map(|(_, money)| *money))
    }
}

/// A question of the reply clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TurnRow {
    /// When the visitor asked.
    pub asked_at: Millis,
    /// When a person answered.
    pub answered_at: Option<Millis>,
    /// When it was settled without an answer.
    pub given_up_at: Option<Millis>,
    /// By when the visitor was told they will have an answer.
    pub promised_by: Option<Millis>,
    /// The wait by the opening hours of the time of the answer.
    pub open_wait_ms: Option<i64>,
}

/// What can happen to a question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClockEventKind {
    /// It was asked, or counts again.
    Asked,
    /// A person answered it.
    Answered,
    /// It was settled without an answer.
    GivenUp,
    /// Its visitor was blocked: it counts no more.
    Withdrawn,
    /// Something that a newer version knows.
    Unknown,
}

impl ClockEventKind {
    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Answered => "answered",
            Self::GivenUp => "given_up",
            Self::Withdrawn => "withdrawn",
            Self::Unknown => "unknown",
        }
    }

    /// What `word` names.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        let all = [Self::Asked, Self::Answered, Self::GivenUp, Self::Withdrawn];
        all.into_iter().find(|kind| kind.as_str() == word).unwrap_or(Self::Unknown)
    }
}

/// One entry of the log that the reply clock is kept from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClockEvent {
    /// Its place in the site's log: 1, 2, 3 … without gaps.
    pub seq: i64,
    /// What happened.
    pub kind: ClockEventKind,
    /// When the question had been asked.
    pub asked_at: Millis,
    /// When it happened.
    pub at: Millis,
}

/// How the inbox is sorted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InboxOrder {
    /// Who waits longest first; behind them those who do not wait, newest first.
    Waiting,
    /// Newest first.
    Newest,
    /// The earliest promise first; then those who wait without one, longest first; then the rest, newest first.
    Promise,
}

/// A signed-in agent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AgentRow {
    /// The agent.
    pub agent: Agent,
    /// As argon2 wrote it.
    pub password_hash: String,
}

/// An agent's session.
#[derive(Clone, PartialEq, Eq)]
pub struct AgentSession {
    /// Whose.
    pub agent: Agent,
    /// What their requests repeat.
    pub csrf: String,
}

impl fmt::Debug for AgentSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AgentSession({})", self.agent.agent_id)
    }
}

/// The head of a site's queue, as a relay asked for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Claim {
    /// It is the caller's to send until the claim runs out.
    Yours(Box<Outbound>),
    /// It is not due, or another relay has it: ask again then.
    NotBefore(Millis),
    /// Nothing waits.
    Nothing,
}

/// A delivery and all that is needed to send it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outbound {
    /// The delivery.
    pub delivery: Delivery,
    /// Since when it is being tried.
    pub since_at: Millis,
    /// The site, its settings as they are now.
    pub site: Site,
    /// The live signing secrets, newest first.
    pub secrets: Vec<WebhookSecret>,
    /// What there is to tell.
    pub news: Told,
}

/// What a backend is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Told {
    /// A visitor wrote.
    Message {
        /// Who wrote.
        visitor_id: VisitorId,
        /// What their browser said.
        context: VisitorContext,
        /// Who they are, where that was signed.
        contact: Option<Box<Contact>>,
        /// The message.
        message: Message,
    },
    /// A visitor had everything erased.
    Erased(ErasureReceipt),
}

/// How an attempt to deliver ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DeliveryResult {
    /// The backend took it; `Some` sentence when its answer could not be used.
    Delivered(Option<String>),
    /// It did not: again at this time.
    Retry {
        /// When.
        next_at: Millis,
        /// Why, as a sentence.
        error: String,
    },
    /// Given up until a person sends it again.
    Parked {
        /// Why, as a sentence.
        error: String,
    },
}

/// How many deliveries wait, and how many were given up.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct OutboxCounts {
    /// Waiting.
    pub pending: u64,
    /// Given up.
    pub parked: u64,
}

/// A conversation of made-up history.
#[derive(Clone, PartialEq, Eq)]
pub struct SeedConversation {
    /// The site.
    pub site: SiteKey,
    /// The visitor, who is made with it.
    pub visitor_id: VisitorId,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// What the browser is made to say.
    pub context: VisitorContext,
    /// Where it stands after its messages.
    pub status: Status,
    /// Its messages, in order.
    pub messages: Vec<SeedMessage>,
}

/// A message of made-up history.
#[derive(Clone, PartialEq, Eq)]
pub struct SeedMessage {
    /// Its id.
    pub message_id: MessageId,
    /// Who wrote it.
    pub author: Author,
    /// The name to show.
    pub author_name: Option<String>,
    /// The words.
    pub body: String,
    /// When.
    pub at: Millis,
    /// By when an answer was promised, where it was a question.
    pub promise: Option<Millis>,
}
