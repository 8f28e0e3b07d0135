//! HTTP bodies and error codes. Paths and their rules stand in PROTOCOL.md.

mod identity;

use serde::{Deserialize, Serialize};

pub use self::identity::{Challenge, Identified, Identify};
use crate::frame::ServerFrame;
use crate::id::{AttachmentId, ConversationId, MessageId, Millis, SiteKey, VisitorId};
use crate::model::attachment::{Attachment, UploadLimits};
use crate::model::contact::{Contact, IdentitySecret, SiteGuard};
use crate::model::{
    Agent, ApiKey, Conversation, Delivery, InboxConversation, Message, OpenState, ReplyTime, SiteSettings,
    VisitorContext,
};

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $status:literal;)*) => {
        /// Why a request was refused. The word is stable; the sentence beside it is not.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum ErrorCode {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)*
            /// A code of a newer server.
            #[serde(other, rename = "unknown")]
            Unknown,
        }

        impl ErrorCode {
            /// Every code of this version.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* Self::Unknown => "unknown" }
            }

            /// The HTTP status it travels with.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* Self::Unknown => 500 }
            }

            /// Whether the same request may succeed later without anyone changing it.
            #[must_use]
            pub const fn is_transient(self) -> bool {
                matches!(self, Self::TooMany | Self::Internal | Self::Unavailable | Self::StorageFull | Self::Unknown)
            }
        }
    };
}

error_codes! {
    /// The request could not be read: bad JSON, bad UTF-8, a wrong type, a bad id.
    BadRequest = "bad_request", 400;
    /// A message of no characters, or of white space only.
    BodyEmpty = "body_empty", 422;
    /// A message of more than 4,096 characters.
    BodyTooLong = "body_too_long", 422;
    /// A setting that cannot be; the sentence says which.
    InvalidSetting = "invalid_setting", 422;
    /// An e-mail address that none can have; the sentence says what to do.
    InvalidEmail = "invalid_email", 422;
    /// The site asks for something before the first message that is not there; the sentence says for what.
    FormIncomplete = "form_incomplete", 422;
    /// No session, or one that ended.
    Unauthorized = "unauthorized", 401;
    /// The token says nothing that can be believed: a wrong signature, an end that has come, another site's. The sentence
    /// says which.
    BadIdentity = "bad_identity", 401;
    /// Wrong name or password; the same for known and unknown names.
    BadCredentials = "bad_credentials", 401;
    /// The month's budget is used up and this message costs: send it again with `accept_cost`.
    OverBudget = "over_budget", 402;
    /// The customer service window has closed: only an approved template may be sent on this channel.
    WindowClosed = "window_closed", 409;
    /// The business has blocked this visitor.
    Blocked = "blocked", 403;
    /// Signed in, but not allowed.
    Forbidden = "forbidden", 403;
    /// No such thing, or not yours: the two are not told apart.
    NotFound = "not_found", 404;
    /// The link to a file has run out; the conversation has a fresh one.
    LinkExpired = "link_expired", 410;
    /// The visitor had everything erased: forget the secret, and whatever is kept with it.
    Erased = "erased", 410;
    /// The path is there, the method is not.
    MethodNotAllowed = "method_not_allowed", 405;
    /// This message id was used before with other words.
    IdReused = "id_reused", 409;
    /// The upload has come to another place: ask for its offset and go on from there.
    WrongOffset = "wrong_offset", 409;
    /// A file of a kind that is not taken here, or that is not what it claims to be.
    MediaRefused = "media_refused", 415;
    /// A message names a file that is not there whole, is somebody else's, or went with another message.
    AttachmentMissing = "attachment_missing", 422;
    /// The body is larger than any message can be, or the file larger than may be.
    TooLarge = "too_large", 413;
    /// This site is flooded: do the work of the `challenge` and come again.
    ProofNeeded = "proof_needed", 428;
    /// A budget is used up; `retry_after_ms` says until when.
    TooMany = "too_many", 429;
    /// The server failed; it is logged there.
    Internal = "internal", 500;
    /// The database cannot be reached right now.
    Unavailable = "unavailable", 503;
    /// The server's disk is full; nothing was stored.
    StorageFull = "storage_full", 507;
}

/// The body of every answer that is not a success.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// The error.
    pub error: ErrorDetail,
}

/// What went wrong, for a program and for a person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorDetail {
    /// For programs.
    pub code: ErrorCode,
    /// For people: what failed and what to do, in English.
    pub message: String,
    /// After how many milliseconds to try again, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// With `proof_needed`: the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<Challenge>,
}

/// `GET /v1/sites/{key}?lang=…`: what a page needs to draw the launcher. Public and cacheable.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicSite {
    /// The site's key.
    pub site: SiteKey,
    /// The business's name.
    pub name: String,
    /// The launcher's style, as declarations of CSS: `--a` is the accent and `--o` the text on it, both `#rrggbb`; where the owner
    /// chose them, `--r` is how round it is, and `font-family` its letters.
    pub style: String,
    /// The owner's greeting; absent means the built-in one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub greeting: String,
    /// The language `labels` is in, for example `it`: the wanted one, or the nearest there is.
    pub locale: String,
    /// `ltr` or `rtl`.
    pub dir: String,
    /// What the loader shows, in that language; the loader carries no words of its own.
    pub labels: LauncherLabels,
    /// What the launcher draws of the measured reply time; all of it stands in `GET /v1/sites/{key}/reply-time`.
    pub reply: LauncherReply,
    /// Absent where the owner set no opening hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<OpenState>,
}

/// The launcher's ring.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LauncherReply {
    /// The median wait in minutes, as in [`ReplyTime`]; absent where there is none to be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
}

/// The launcher's words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LauncherLabels {
    /// The button's name while closed.
    pub open: String,
    /// The button's name while open.
    pub close: String,
    /// The frame's title, for screen readers.
    pub title: String,
    /// `{n}` stands for the number of unread messages.
    pub unread: String,
    /// The sentence beside the button: what can be said of the reply time, and whether it is closed or slower now.
    /// `{time}` in it stands for `hours.changes_at`, written in the visitor's own zone.
    pub reply: String,
}

/// `POST /v1/sites/{key}/sessions` with `Authorization: Bearer <secret>`: binds the secret the device minted to a
/// visitor of this site, and opens the conversation. Repeating it changes nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenSession {
    /// Minted by the device.
    pub conversation_id: ConversationId,
    /// What the browser says about itself.
    #[serde(default)]
    pub context: VisitorContext,
}

/// The answer to [`OpenSession`], and to `GET /v1/session`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// Who this is.
    pub visitor_id: VisitorId,
    /// Their conversations, newest first, 50 at most.
    pub conversations: Vec<Conversation>,
    /// The server's clock.
    pub now: Millis,
    /// Whether this server can send an answer by e-mail, so that an address may be asked for.
    #[serde(default, skip_serializing_if = "crate::model::is_false")]
    pub can_email: bool,
    /// The address this visitor left, shown back to them alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What may be uploaded; absent where no files are taken, and when a session is opened: each visitor would carry it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploads: Option<UploadLimits>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session(")?;
        f.write_str(self.visitor_id.as_str())?;
        f.write_str(")")
    }
}

/// `PUT /v1/session/email`: where answers go that this visitor's devices do not receive. It proves nothing about who
/// they are.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetEmail {
    /// The conversation in which it was asked for; one of this visitor's.
    pub conversation_id: ConversationId,
    /// The address, up to 254 characters; empty takes it away.
    pub email: String,
}

impl std::fmt::Debug for SetEmail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SetEmail(…)")
    }
}

/// `POST /v1/conversations/{id}/messages`, by a visitor, an agent or the business's backend.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SendMessage {
    /// Minted once by the author's device; the idempotency key.
    pub message_id: MessageId,
    /// 1 to 4,096 Unicode scalar values, not only white space; may be empty where files go with it.
    pub body: String,
    /// Files that the same side has uploaded into this conversation, in order; each goes with one message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<AttachmentId>,
    /// For an API key only: `agent` (a person wrote it; the default) or `bot` (it is automatic). Others may leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<crate::model::Author>,
    /// For an API key only: the name to show, up to 80 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_name: Option<String>,
    /// For agents: that this message is sent although it costs and the month's budget is used up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accept_cost: Option<bool>,
    /// For agents and API keys: what the visitor can answer by a press, three texts of up to 20 characters at the most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quick_replies: Vec<String>,
}

impl std::fmt::Debug for SendMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SendMessage(")?;
        f.write_str(self.message_id.as_str())?;
        f.write_str(")")
    }
}

/// `POST /v1/conversations/{id}/attachments`: begins an upload, or finds it again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewUpload {
    /// Minted once by the device; beginning again with the same id, name and size goes on with the same upload.
    pub attachment_id: AttachmentId,
    /// What the file is called where it comes from.
    pub name: String,
    /// Its size, at least 1.
    pub bytes: u64,
}

impl std::fmt::Debug for NewUpload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewUpload(")?;
        f.write_str(self.attachment_id.as_str())?;
        f.write_str(")")
    }
}

/// How an upload stands: the answer to [`NewUpload`], and to `PATCH` and `GET …/attachments/{attachment_id}`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Upload {
    /// Which.
    pub attachment_id: AttachmentId,
    /// How many bytes the server has: where the next chunk begins. Also in the header `Upload-Offset`.
    pub offset: u64,
    /// How many there will be. Also in the header `Upload-Length`.
    pub bytes: u64,
    /// The largest chunk of one request.
    pub chunk_bytes: u32,
    /// The file, once it is there whole and was looked at: a message can carry it now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<Attachment>,
}

/// The answer to [`SendMessage`]: 201 when it was stored now, 200 when it had been stored before.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SentMessage {
    /// The message as stored, with its seq.
    pub message: Message,
    /// To a visitor: by when they will have an answer, as far as the reply clock can promise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise_by: Option<Millis>,
}

/// `GET /v1/conversations/{id}/messages?after=N&limit=M` (oldest first), `?before=N` (the page that ends before N,
/// oldest first within the page), or neither (the last page). `limit` is 1 to 200, 50 when absent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessagePage {
    /// The conversation, for its `last_seq` and receipts.
    pub conversation: Conversation,
    /// In order of seq.
    pub messages: Vec<Message>,
    /// To a visitor who asks for the last page: how many messages they have not seen in their other conversations.
    #[serde(default, skip_serializing_if = "crate::model::is_none")]
    pub elsewhere: u64,
}

/// `GET /v1/conversations/{id}/transcript`: the whole conversation, for its visitor to keep.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Transcript {
    /// The business's name.
    pub name: String,
    /// The conversation.
    pub conversation: Conversation,
    /// All of its messages, in order of seq.
    pub messages: Vec<Message>,
}

/// `POST /v1/conversations/{id}/receipts`: how far the caller's side has come. Also a socket frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetReceipts {
    /// The highest seq that arrived.
    #[serde(default)]
    pub delivered: u64,
    /// The highest seq that was seen.
    #[serde(default)]
    pub read: u64,
}

/// `POST /v1/poll`: the way for networks that break sockets. Waits up to `wait_ms` (at most 25,000) for something after
/// the cursors; answers with the frames a socket would have carried.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Poll {
    /// Where the caller stands.
    pub cursors: Vec<Cursor>,
    /// How long to wait.
    #[serde(default)]
    pub wait_ms: u32,
}

/// The answer to [`Poll`]. Clients skip frames they do not know.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Polled {
    /// In order; may be empty.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>))]
    #[serde(deserialize_with = "crate::frame::known_frames")]
    pub frames: Vec<ServerFrame>,
}

/// How far a client has the messages of one conversation: every seq up to and including `after`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cursor {
    /// Which conversation.
    pub conversation_id: ConversationId,
    /// The last seq without a gap before it.
    pub after: u64,
}

/// `POST /v1/inbox/setup`: the first owner, by the one-time link that the server prints at its first start.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Setup {
    /// From the link.
    pub token: String,
    /// What visitors see.
    pub name: String,
    /// What the owner signs in with.
    pub email: String,
    /// At least 10 characters.
    pub password: String,
}

/// `POST /v1/inbox/login`; answers [`Me`] and sets the session cookie.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Login {
    /// The e-mail.
    pub email: String,
    /// The password.
    pub password: String,
}

/// `POST /v1/inbox/password`: ends every other session of this agent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangePassword {
    /// The one in use.
    pub current: String,
    /// At least 10 characters.
    pub new: String,
}

/// `GET /v1/inbox/me`: who is signed in. Requests that change anything repeat `csrf` in the `x-pronto-csrf` header.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The agent.
    pub agent: Agent,
    /// To be repeated in the `x-pronto-csrf` header.
    pub csrf: String,
    /// The sites of this installation.
    pub sites: Vec<SiteSummary>,
    /// The server's clock.
    pub now: Millis,
    /// What may be uploaded; absent where no files are taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploads: Option<UploadLimits>,
}

/// A site in the inbox's switcher.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SiteSummary {
    /// Its key.
    pub site: SiteKey,
    /// Its name.
    pub name: String,
}

/// `GET /v1/inbox/conversations?site=…&order=promise|waiting|newest&unread=1&cursor=…`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InboxPage {
    /// In the order asked for.
    pub conversations: Vec<InboxConversation>,
    /// Hand it back as `cursor` for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The measured reply time of the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<ReplyTime>,
}

/// `PATCH /v1/inbox/conversations/{id}`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeConversation {
    /// `open` or `resolved`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<crate::model::Status>,
    /// To block the visitor as spam, or to take that back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<bool>,
}

/// `GET /v1/inbox/sites/{key}`; `PUT` takes [`SiteSettings`] and answers this.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SitePage {
    /// The site's key.
    pub site: SiteKey,
    /// What can be set.
    pub settings: SiteSettings,
    /// The line to paste.
    pub snippet: String,
    /// The live signing secrets' first characters, newest first: one, or two while rotating.
    pub webhook_secrets: Vec<SecretHint>,
    /// The keys of the business's backend.
    pub api_keys: Vec<ApiKey>,
    /// The live secrets that identities are signed with, newest first: two at most.
    #[serde(default)]
    pub identity_secrets: Vec<IdentitySecret>,
    /// How the site stands against a flood.
    #[serde(default)]
    pub guard: SiteGuard,
}

/// Enough of a secret to recognise it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecretHint {
    /// `whsec_` and four characters more.
    pub hint: String,
    /// When it was made.
    pub created_at: Millis,
}

/// `POST /v1/inbox/sites/{key}/webhook-secrets` and `…/identity-secrets` (a new secret; the older of two before it ends),
/// and `POST /v1/inbox/sites/{key}/api-keys`. Shown once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewSecret {
    /// The whole secret.
    pub secret: String,
}

/// The body of `POST /v1/inbox/sites/{key}/api-keys`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewApiKey {
    /// What the owner calls it, 1 to 80 characters.
    pub name: String,
}

/// `GET /v1/inbox/sites/{key}/deliveries?state=parked`; `POST …/deliveries/{delivery_id}/retry` sends one again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryPage {
    /// Newest first, 100 at most.
    pub deliveries: Vec<Delivery>,
}

/// What the business's backend receives: the body of the signed webhook.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookEvent {
    /// `message.created`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When the message was stored, RFC 3339 in UTC.
    pub timestamp: String,
    /// The event's own fields.
    pub data: WebhookData,
}

/// The fields of `message.created`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookData {
    /// The site.
    pub site: SiteKey,
    /// Who wrote.
    pub visitor_id: VisitorId,
    /// What the browser said about itself; unverified.
    pub context: VisitorContext,
    /// Who they are, as the business's own backend has signed it; absent for strangers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// The message.
    pub message: Message,
}

/// What a backend may put into its 2xx answer to a webhook, to reply at once. An empty body is fine.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookReply {
    /// The reply; its id makes a repeated delivery harmless.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<SendMessage>,
}
