//! Socket frames, both directions: one JSON object with one key, the frame's name. Unknown names are skipped.
//!
//! Externally tagged, because serde then reads straight from the value; an internally tagged enum would pull serde's
//! buffering into the widget.

use serde::{Deserialize, Serialize};

use crate::api::Cursor;
use crate::id::{ConversationId, Millis};
use crate::model::{InboxConversation, Message, Receipts, Side};

/// What a client says on the socket.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ClientFrame {
    /// First of all, within ten seconds.
    #[serde(rename = "hello")]
    Hello(Hello),
    /// Every heartbeat; answered by a pong.
    #[serde(rename = "ping")]
    Ping(Ping),
    /// The person is typing; sent at most every three seconds.
    #[serde(rename = "typing")]
    Typing(ClientTyping),
    /// How far this side has come.
    #[serde(rename = "receipts")]
    Receipts(ClientReceipts),
}

/// Who connects, and where they stand.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hello {
    /// A visitor's session secret. Absent for agents, whose cookie came with the upgrade.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Where the client stands; the server sends all that comes after.
    #[serde(default)]
    pub cursors: Vec<Cursor>,
}

/// A heartbeat.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ping {
    /// Comes back in the pong.
    pub n: u32,
}

/// Typing, as a client says it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientTyping {
    /// Where.
    pub conversation_id: ConversationId,
}

/// Receipts, as a client says them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientReceipts {
    /// Where.
    pub conversation_id: ConversationId,
    /// How far.
    pub receipts: Receipts,
}

/// What the server says on the socket, and in the answer to a poll.
///
/// A frame of a newer server does not parse; on a socket the caller drops it, in the answer to a poll it is left out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(try_from = "AnyServerFrame")]
#[expect(clippy::large_enum_variant, reason = "frames are moved once and never kept in numbers")]
pub enum ServerFrame {
    /// The hello was taken; all that was missed follows.
    #[serde(rename = "welcome")]
    Welcome(Welcome),
    /// A message, the caller's own included: that is its acknowledgement on other tabs.
    #[serde(rename = "message")]
    Message(Message),
    /// All missed messages of this conversation up to `after` have been sent.
    #[serde(rename = "caught_up")]
    CaughtUp(Cursor),
    /// A side has come further.
    #[serde(rename = "receipts")]
    Receipts(SideReceipts),
    /// The other side is typing.
    #[serde(rename = "typing")]
    Typing(Typing),
    /// Whether anyone of the business is at the inbox.
    #[serde(rename = "presence")]
    Presence(Presence),
    /// For agents: a conversation is new or has changed.
    #[serde(rename = "conversation")]
    Conversation(InboxConversation),
    /// For agents: a conversation is gone, because its visitor had everything erased.
    #[serde(rename = "erased")]
    Erased(Gone),
    /// The heartbeat's answer.
    #[serde(rename = "pong")]
    Pong(Ping),
    /// The server closes: come back after `retry_ms`.
    #[serde(rename = "bye")]
    Bye(Bye),
}

/// The server's first frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Welcome {
    /// The server's clock.
    pub now: Millis,
    /// Send a ping this often; take the socket for dead after two without a pong.
    pub heartbeat_ms: u32,
}

/// Receipts of one side.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SideReceipts {
    /// Where.
    pub conversation_id: ConversationId,
    /// Whose.
    pub side: Side,
    /// How far.
    pub receipts: Receipts,
}

/// Typing, as the server passes it on; it ends by itself after five seconds or with a message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Typing {
    /// Where.
    pub conversation_id: ConversationId,
    /// Who.
    pub side: Side,
    /// The agent's name, for visitors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Presence of the business.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Presence {
    /// At least one agent has the inbox open.
    pub online: bool,
}

/// A conversation that is no more.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Gone {
    /// Which it was.
    pub conversation_id: ConversationId,
}

/// A polite end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bye {
    /// `draining`, `unauthorized`, `erased`, `too_slow` or `idle`.
    pub reason: String,
    /// When to come back; clients add their own jitter.
    pub retry_ms: u32,
}

/// A server frame of any version, read as the object it is: a key of a newer version leaves every field empty.
#[derive(Deserialize)]
struct AnyServerFrame {
    welcome: Option<Welcome>,
    message: Option<Message>,
    caught_up: Option<Cursor>,
    receipts: Option<SideReceipts>,
    typing: Option<Typing>,
    presence: Option<Presence>,
    conversation: Option<InboxConversation>,
    erased: Option<Gone>,
    pong: Option<Ping>,
    bye: Option<Bye>,
}

impl TryFrom<AnyServerFrame> for ServerFrame {
    type Error = &'static str;

    fn try_from(any: AnyServerFrame) -> Result<Self, Self::Error> {
        any.message
            .map(Self::Message)
            .or(any.welcome.map(Self::Welcome))
            .or(any.caught_up.map(Self::CaughtUp))
            .or(any.receipts.map(Self::Receipts))
            .or(any.typing.map(Self::Typing))
            .or(any.presence.map(Self::Presence))
            .or(any.conversation.map(Self::Conversation))
            .or(any.erased.map(Self::Erased))
            .or(any.pong.map(Self::Pong))
            .or(any.bye.map(Self::Bye))
            .ok_or("a frame of a newer server")
    }
}

/// The frames of a list that this version knows, in order; for `#[serde(deserialize_with)]`.
///
/// # Errors
/// Those of the deserializer; an unknown frame is none.
pub(crate) fn known_frames<'de, D: serde::Deserializer<'de>>(list: D) -> Result<Vec<ServerFrame>, D::Error> {
    let all = Vec::<AnyServerFrame>::deserialize(list)?;
    Ok(all.into_iter().filter_map(|any| ServerFrame::try_from(any).ok()).collect())
}
