//! What clients see: sites, conversations, messages, receipts, agents. No behaviour beyond derived queries.

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, ApiKeyId, ConversationId, DeliveryId, MessageId, Millis, SiteKey, VisitorId};

/// The longest text of a message, in Unicode scalar values; WhatsApp's limit, so that every channel can carry it.
pub const BODY_MAX_CHARS: usize = 4096;

macro_rules! wire_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $text)] $variant,)*
            /// A value that a newer server knows and this client does not.
            #[serde(other, rename = "unknown")]
            Unknown,
        }

        impl $name {
            /// The word on the wire and in the database.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* Self::Unknown => "unknown" }
            }

            /// The value that `word` names; [`Self::Unknown`] for a word of a newer version.
            #[must_use]
            pub fn parse(word: &str) -> Self {
                match word { $($text => Self::$variant,)* _ => Self::Unknown }
            }
        }
    };
}

wire_enum! {
    /// Who wrote a message. Only `agent` (and the business's own backend, which writes as one) stops the reply clock.
    Author {
        /// The person on the site.
        Visitor = "visitor",
        /// A person of the business, in the inbox or through its backend.
        Agent = "agent",
        /// An automatic answer; never stops the reply clock.
        Bot = "bot",
        /// A notice of Pronto itself.
        System = "system",
    }
}

wire_enum! {
    /// By which road a message came in.
    Channel {
        /// The panel on the site, or the hosted page.
        Widget = "widget",
        /// The inbox.
        Inbox = "inbox",
        /// The business's backend.
        Api = "api",
        /// The WhatsApp Cloud API.
        Whatsapp = "whatsapp",
        /// E-mail.
        Email = "email",
    }
}

wire_enum! {
    /// Where a conversation stands.
    Status {
        /// Somebody may be waiting.
        Open = "open",
        /// Put aside until later.
        Snoozed = "snoozed",
        /// Settled; a visitor's next message reopens it.
        Resolved = "resolved",
    }
}

wire_enum! {
    /// The two sides of a conversation, for receipts and typing.
    Side {
        /// The person on the site.
        Visitor = "visitor",
        /// The business.
        Business = "business",
    }
}

wire_enum! {
    /// What an agent may do.
    Role {
        /// Everything, settings and people included.
        Owner = "owner",
        /// Reading and answering.
        Agent = "agent",
    }
}

/// One message of a conversation, as stored: immutable.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// Minted by the author's device; the idempotency key.
    pub message_id: MessageId,
    /// The conversation it stands in.
    pub conversation_id: ConversationId,
    /// Its place in the conversation: 1, 2, 3 … without gaps.
    pub seq: u64,
    /// Who wrote it.
    pub author: Author,
    /// The name to show for an agent or bot; absent for visitors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_name: Option<String>,
    /// By which road it came.
    pub channel: Channel,
    /// Plain text, 1 to 4,096 Unicode scalar values. Never HTML.
    pub body: String,
    /// When the server stored it.
    pub created_at: Millis,
}

// A message's text must not reach a log by way of `{:?}`.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Message(")?;
        f.write_str(self.message_id.as_str())?;
        f.write_str(" #")?;
        std::fmt::Display::fmt(&self.seq, f)?;
        f.write_str(")")
    }
}

/// How far one side has come: receipts are cursors, they only move forward.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipts {
    /// The highest seq that reached the side's device.
    #[serde(default)]
    pub delivered: u64,
    /// The highest seq the side has seen. Never above `delivered`.
    #[serde(default)]
    pub read: u64,
}

impl Receipts {
    /// Both cursors moved forward to at least `other`'s; late and doubled reports change nothing.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let read = self.read.max(other.read);
        Self { delivered: self.delivered.max(other.delivered).max(read), read }
    }
}

/// A conversation as its two sides see it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Conversation {
    /// Its id.
    pub conversation_id: ConversationId,
    /// The site it belongs to.
    pub site: SiteKey,
    /// Where it stands.
    pub status: Status,
    /// The seq of its last message; 0 when it has none.
    pub last_seq: u64,
    /// How far the visitor's devices have come.
    pub visitor: Receipts,
    /// How far the business has come.
    pub business: Receipts,
    /// When it was opened.
    pub created_at: Millis,
}

/// What a browser said about itself and its page when it first wrote. All of it is unverified.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorContext {
    /// The page's address without its query and fragment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_url: Option<String>,
    /// The page's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_title: Option<String>,
    /// BCP 47, for example `it-IT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// IANA, for example `Europe/Rome`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

impl std::fmt::Debug for VisitorContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VisitorContext(…)")
    }
}

/// A row of the inbox's list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InboxConversation {
    /// The conversation itself.
    pub conversation: Conversation,
    /// Who writes.
    pub visitor_id: VisitorId,
    /// What the browser said about itself; unverified.
    pub context: VisitorContext,
    /// The last message, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_message: Option<Message>,
    /// Since when the visitor waits for a person's answer; absent when nobody waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_since: Option<Millis>,
    /// Whether it is made-up demo history.
    #[serde(default)]
    pub demo: bool,
}

/// The measured reply time of a site.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReplyTime {
    /// The median wait in minutes, rounded up to a step a person would say; absent below the minimum sample or where
    /// the curve never falls to one half.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// How many conversations of the last 30 days it rests on, the unanswered included.
    pub sample: u32,
    /// How many of them have no answer yet.
    pub unanswered: u32,
    /// When it was computed.
    pub as_of: Millis,
}

/// Whether the business is open, by its opening hours.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenState {
    /// Open at `as_of` of the document that carries this.
    pub open: bool,
    /// When that changes next; absent when it never does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes_at: Option<Millis>,
}

/// One span of opening hours, in the site's own zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenSpan {
    /// 1 = Monday … 7 = Sunday (ISO 8601).
    pub weekday: u8,
    /// Minutes after midnight, 0 to 1439.
    pub from: u16,
    /// Minutes after that same midnight, above `from`, up to 2879: a span may run past midnight.
    pub to: u16,
}

/// Weekly opening hours.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpeningHours {
    /// IANA zone, for example `Europe/Rome`.
    pub time_zone: String,
    /// The spans; none at all means never open.
    pub spans: Vec<OpenSpan>,
}

/// Everything an owner can set for a site.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SiteSettings {
    /// The business's name, 1 to 80 characters.
    pub name: String,
    /// The accent, `#rrggbb`.
    pub accent: String,
    /// The sentence above an empty thread, up to 280 characters; empty means the built-in one in the visitor's language.
    #[serde(default)]
    pub greeting: String,
    /// The language shown where the visitor's is unknown, for example `it`.
    pub locale: String,
    /// Origins that may frame the panel, for example `https://shop.example`.
    #[serde(default)]
    pub allowed_origins: Vec<String>,
    /// Opening hours; absent means always open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<OpeningHours>,
    /// Where visitors' messages are forwarded; absent means nowhere but the inbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<String>,
}

/// A signed-in person of the business.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Agent {
    /// Their id.
    pub agent_id: AgentId,
    /// What visitors see.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

wire_enum! {
    /// Where a delivery to the business's backend stands.
    DeliveryState {
        /// Will be tried at `next_at`.
        Pending = "pending",
        /// The backend answered 2xx.
        Delivered = "delivered",
        /// Given up after three days; waits for a person to send it again.
        Parked = "parked",
    }
}

/// One message on its way to the business's backend.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delivery {
    /// Stable over retries; the `webhook-id`.
    pub delivery_id: DeliveryId,
    /// The conversation it tells of.
    pub conversation_id: ConversationId,
    /// The message it carries.
    pub message_id: MessageId,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Millis>,
    /// What went wrong last, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it was queued.
    pub created_at: Millis,
}

/// An API key without its secret half.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKey {
    /// The public half.
    pub api_key_id: ApiKeyId,
    /// What the owner calls it.
    pub name: String,
    /// When it was made.
    pub created_at: Millis,
}
