//! What clients see: sites, conversations, messages, receipts, agents. No behaviour beyond derived queries.

pub mod ask;
pub mod attachment;
pub mod contact;
pub mod cost;
pub mod look;
pub mod report;
pub mod yours;

use serde::{Deserialize, Serialize};

#[cfg(feature = "asked")]
use self::ask::Asked;
use self::ask::PreChat;
use self::attachment::Attachment;
use self::contact::{Contact, Shield};
use self::cost::{Billing, ReplyWindow};
use self::look::Look;
use self::yours::Rating;
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
pub(crate) use wire_enum;

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
    /// Plain text, 1 to 4,096 Unicode scalar values; may be empty where files go with it. Never HTML.
    pub body: String,
    /// When the server stored it.
    pub created_at: Millis,
    /// What the visitor can answer by a press while this is the newest message; [`ask::ANSWERS_MAX`] at the most, each up to
    /// [`ask::ANSWER_MAX_CHARS`]. Never on a visitor's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quick_replies: Vec<String>,
    /// The files that go with it, in the order their author gave them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

impl Message {
    /// What it says in one line: its words, or where it has none the name of its first file.
    #[must_use]
    pub fn gist(&self) -> &str {
        match self.attachments.first() {
            Some(file) if self.body.is_empty() => &file.name,
            _ => &self.body,
        }
    }
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
    /// By when the visitor was told they will have an answer; absent when nobody waits or there is no figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise_by: Option<Millis>,
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
    /// What they filled in before the first message.
    #[cfg(feature = "asked")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
}

impl std::fmt::Debug for VisitorContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VisitorContext(…)")
    }
}

/// A row of the inbox's list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The reply window and what an answer costs; absent where no price book is chosen and the channel has no window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<ReplyWindow>,
    /// Whether the visitor is blocked: marked as spam, counted nowhere, heard no more.
    #[serde(default, skip_serializing_if = "is_false")]
    pub blocked: bool,
    /// The e-mail address the visitor left for answers; unverified, whoever typed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// How its visitor last rated it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    /// Who they are, as the business's own backend has signed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
}

impl std::fmt::Debug for InboxConversation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InboxConversation(")?;
        f.write_str(self.conversation.conversation_id.as_str())?;
        f.write_str(")")
    }
}

wire_enum! {
    /// What can be said of a site's reply time.
    ReplyVerdict {
        /// There is a figure.
        Measured = "measured",
        /// Too few questions yet, or too uncertain.
        New = "new",
        /// The curve never falls to one half: many never get an answer.
        OftenUnanswered = "often_unanswered",
    }
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
    /// The wait within which three quarters are answered, in minutes, rounded up likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p75_minutes: Option<u32>,
    /// The wait within which nine tenths are answered, in minutes, rounded up likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p90_minutes: Option<u32>,
    /// What can be said; absent from older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<ReplyVerdict>,
    /// Those who wait at this moment already wait longer than usual.
    #[serde(default, skip_serializing_if = "is_false")]
    pub slower_now: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
pub(crate) const fn is_false(is: &bool) -> bool {
    !*is
}

#[cfg_attr(
    target_pointer_width = "64",
    expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")
)]
pub(crate) const fn is_none(count: &u64) -> bool {
    *count == 0
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
    /// Days that differ from the week, in order of date, each date once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<DayException>,
}

/// A day that differs: a holiday, or other hours.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayException {
    /// `YYYY-MM-DD` in the site's zone. Spans that begin on this day by the week's rule do not.
    pub date: String,
    /// What begins on that day instead; none means closed.
    #[serde(default)]
    pub spans: Vec<DaySpan>,
    /// What the owner calls it, up to 80 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

/// A span of one day, in minutes after its midnight, as in [`OpenSpan`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DaySpan {
    /// 0 to 1439.
    pub from: u16,
    /// Above `from`, up to 2879.
    pub to: u16,
}

/// Everything an owner can set for a site.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SiteSettings {
    /// The business's name, 1 to 80 characters.
    pub name: String,
    /// The accent, `#rrggbb`.
    pub accent: String,
    /// The rest of how it looks; absent means Pronto's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look: Option<Look>,
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
    /// What a visitor who writes outside the opening hours gets at once, marked automatic, once per turn; up to 1,000
    /// characters, empty means nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub away: String,
    /// Price books and budget; absent means that nothing is charged or recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing: Option<Billing>,
    /// What visitors are asked before the first message; absent means nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pre_chat: Option<PreChat>,
    /// What visitors can say by a press before the first message; [`ask::QUICK_REPLIES_MAX`] at the most, each up to
    /// [`ask::QUICK_REPLY_MAX_CHARS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quick_replies: Vec<String>,
    /// When new visitors' devices have to do some work before they are let in.
    #[serde(default, skip_serializing_if = "Shield::is_usual")]
    pub shield: Shield,
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

/// One message on its way to the business's backend, or one mail of answers on its way to a visitor.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delivery {
    /// Stable over retries; the `webhook-id`.
    pub delivery_id: DeliveryId,
    /// The conversation it tells of.
    pub conversation_id: ConversationId,
    /// The message it carries; of a mail, the first.
    pub message_id: MessageId,
    /// By which road: `api` to the backend, `email` to the visitor.
    #[serde(default = "api", skip_serializing_if = "is_api")]
    pub channel: Channel,
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

const fn api() -> Channel {
    Channel::Api
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_api(channel: &Channel) -> bool {
    matches!(channel, Channel::Api)
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
