//! The wire's shapes, read and written by hand: derived code for the same costs the panel a fifth of its wasm. Only what a
//! visitor's side needs of each; what is unknown is skipped, as everywhere. Knows no browser: what JSON is read from is a
//! [`Node`].

use pronto_protocol::api::{Cursor, ErrorCode, OpenSession, Poll, SendMessage, SetReceipts};
use pronto_protocol::frame::{Bye, ClientFrame, Ping, ServerFrame, SideReceipts, Typing, Welcome};
use pronto_protocol::id::{AttachmentId, ConversationId, MessageId, Millis};
use pronto_protocol::model::attachment::Attachment;
use pronto_protocol::model::{Author, Channel, Message, Receipts, Side, VisitorContext};
use pronto_protocol::send_queue::{Failure, QueuedMessage, SendState};

use crate::state::Identity;
use crate::text::digits;
use crate::update::{Named, Opened, Page, Sent, Standing};

/// A JSON value. What is not there, or of another kind, reads as nothing.
pub(super) trait Node: Sized {
    /// The member `name` of an object.
    fn get(&self, name: &str) -> Self;
    /// A string.
    fn text(&self) -> Option<String>;
    /// A number.
    fn number(&self) -> Option<f64>;
    /// Whether it is `true`.
    fn is_true(&self) -> bool;
    /// The members of an array.
    fn list(&self) -> Vec<Self>;
}

fn whole(node: &impl Node, name: &str) -> Option<u64> {
    node.get(name).number().map(|number| number as u64)
}

fn millis(node: &impl Node, name: &str) -> Option<Millis> {
    node.get(name).number().map(|number| Millis(number as i64))
}

fn conversation_id(node: &impl Node) -> Option<ConversationId> {
    ConversationId::new(node.get("conversation_id").text()?).ok()
}

fn message_id(node: &impl Node) -> Option<MessageId> {
    MessageId::new(node.get("message_id").text()?).ok()
}

fn receipts(node: &impl Node, name: &str) -> Receipts {
    let node = node.get(name);
    let cursor = |name| whole(&node, name).unwrap_or_default();
    Receipts { delivered: cursor("delivered"), read: cursor("read") }
}

/// A stored message.
pub(super) fn message(node: &impl Node) -> Option<Message> {
    Some(Message {
        message_id: message_id(node)?,
        conversation_id: conversation_id(node)?,
        seq: whole(node, "seq")?,
        author: Author::parse(&node.get("author").text()?),
        author_name: node.get("author_name").text(),
        channel: Channel::parse(&node.get("channel").text()?),
        body: node.get("body").text()?,
        created_at: millis(node, "created_at")?,
        quick_replies: node.get("quick_replies").list().iter().filter_map(Node::text).collect(),
        attachments: node.get("attachments").list().iter().filter_map(attachment).collect(),
    })
}

/// A file that goes with a message.
fn attachment(node: &impl Node) -> Option<Attachment> {
    let pixels = |name| whole(node, name).map(|pixels| pixels as u32);
    Some(Attachment {
        attachment_id: AttachmentId::new(node.get("attachment_id").text()?).ok()?,
        name: node.get("name").text()?,
        media_type: node.get("media_type").text()?,
        bytes: whole(node, "bytes")?,
        width: pixels("width"),
        height: pixels("height"),
        url: node.get("url").text(),
    })
}

/// The answer to a sending.
pub(super) fn sent(node: &impl Node) -> Option<Sent> {
    Some(Sent { message: message(&node.get("message"))?, promise_by: millis(node, "promise_by") })
}

/// A page of messages.
pub(super) fn page(node: &impl Node) -> Page {
    let messages = node.get("messages").list();
    Page {
        standing: standing(&node.get("conversation")),
        messages: messages.iter().filter_map(message).collect(),
        elsewhere: whole(node, "elsewhere").unwrap_or_default() as usize,
    }
}

fn standing(conversation: &impl Node) -> Standing {
    Standing {
        last_seq: whole(conversation, "last_seq").unwrap_or_default(),
        visitor: receipts(conversation, "visitor"),
        business: receipts(conversation, "business"),
        promise_by: millis(conversation, "promise_by"),
    }
}

/// A session, and where this one of its conversations stands; as an unread one where the answer leaves it out.
pub(super) fn opened(session: &impl Node, id: &ConversationId) -> Opened {
    let conversations = session.get("conversations").list();
    let found = conversations.iter().find(|one| conversation_id(*one).as_ref() == Some(id));
    Opened {
        standing: found.map_or_else(|| Standing { last_seq: 1, ..Standing::default() }, standing),
        can_email: session.get("can_email").is_true(),
        email: session.get("email").text(),
    }
}

/// A session of who was named, and where `here` stands, or their newest conversation if `here` is not theirs.
pub(super) fn named(answer: &impl Node, here: &ConversationId) -> Named {
    let session = answer.get("session");
    let theirs: Vec<_> = session.get("conversations").list().iter().filter_map(conversation_id).collect();
    let conversation_id = theirs.iter().find(|id| *id == here).or(theirs.first()).cloned();
    Named {
        opened: opened(&session, conversation_id.as_ref().unwrap_or(here)),
        conversation_id,
        renewed: answer.get("renewed").is_true(),
    }
}

/// One frame of the server: an object with one key, the frame's name. None for frames that are not for visitors.
pub(super) fn frame(node: &impl Node) -> Option<ServerFrame> {
    if let Some(message) = message(&node.get("message")) {
        return Some(ServerFrame::Message(message));
    }
    let at = node.get("receipts");
    if let Some(conversation_id) = conversation_id(&at) {
        let side = Side::parse(&at.get("side").text()?);
        return Some(ServerFrame::Receipts(SideReceipts {
            conversation_id,
            side,
            receipts: receipts(&at, "receipts"),
        }));
    }
    let at = node.get("typing");
    if let Some(conversation_id) = conversation_id(&at) {
        let side = Side::parse(&at.get("side").text()?);
        return Some(ServerFrame::Typing(Typing { conversation_id, side, name: at.get("name").text() }));
    }
    let at = node.get("caught_up");
    if let Some(conversation_id) = conversation_id(&at) {
        return Some(ServerFrame::CaughtUp(Cursor { conversation_id, after: whole(&at, "after")? }));
    }
    if let Some(n) = whole(&node.get("pong"), "n") {
        return Some(ServerFrame::Pong(Ping { n: n as u32 }));
    }
    let at = node.get("welcome");
    if let Some(now) = millis(&at, "now") {
        return Some(ServerFrame::Welcome(Welcome { now, heartbeat_ms: whole(&at, "heartbeat_ms")? as u32 }));
    }
    let at = node.get("bye");
    Some(ServerFrame::Bye(Bye { reason: at.get("reason").text()?, retry_ms: whole(&at, "retry_ms")? as u32 }))
}

/// The frames of a poll's answer; one that is unknown is skipped, not the rest with it.
pub(super) fn frames(answer: &impl Node) -> Vec<ServerFrame> {
    answer.get("frames").list().iter().filter_map(frame).collect()
}

/// Why the server refused, where it says so.
pub(super) fn refusal(body: &impl Node) -> Option<Failure> {
    let error = body.get("error");
    Some(Failure::Refused {
        code: code(&error.get("code").text()?),
        retry_after_ms: whole(&error, "retry_after_ms"),
    })
}

fn code(word: &str) -> ErrorCode {
    ErrorCode::ALL.iter().copied().find(|code| code.as_str() == word).unwrap_or(ErrorCode::Unknown)
}

/// Who this device is, as it was kept.
pub(super) fn identity(kept: &impl Node) -> Option<Identity> {
    Some(Identity {
        secret: kept.get("secret").text()?,
        conversation_id: conversation_id(kept)?,
        opened: kept.get("opened").is_true(),
    })
}

/// A message of the queue, as it was kept: nothing is in flight any more, and waiting begins anew.
pub(super) fn queued(kept: &impl Node) -> Option<QueuedMessage> {
    let mut item = QueuedMessage::new(
        conversation_id(kept)?,
        message_id(kept)?,
        kept.get("body").text()?,
        millis(kept, "created_at")?,
    );
    item.state = match kept.get("wedged").text() {
        Some(word) => SendState::Wedged { code: code(&word) },
        None => {
            let attempts = whole(kept, "attempts").unwrap_or_default() as u32;
            SendState::Waiting { attempts, next_at: Millis(0) }
        }
    };
    Some(item)
}

/// An object on its way to being text.
struct Object(String);

impl Object {
    fn new() -> Self {
        Self("{".to_owned())
    }

    /// A member that is JSON already.
    fn with(mut self, name: &str, json: &str) -> Self {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push('"');
        self.0.push_str(name);
        self.0.push_str("\":");
        self.0.push_str(json);
        self
    }

    fn text(self, name: &str, text: &str) -> Self {
        self.with(name, &quoted(text))
    }

    fn maybe(self, name: &str, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(name, text),
            None => self,
        }
    }

    fn number(self, name: &str, number: u64) -> Self {
        self.with(name, &digits(number))
    }

    fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

fn quoted(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                json.push('\\');
                json.push(c);
            }
            '\n' => json.push_str("\\n"),
            '\0'..='\x1f' => {
                json.push_str("\\u00");
                for digit in [c as u8 >> 4, c as u8 & 15] {
                    json.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
                }
            }
            c => json.push(c),
        }
    }
    json.push('"');
    json
}

/// The zone is the browser's to say, and only now; `asked` is what the page's form was filled in with, as JSON: it goes as it is.
pub(super) fn write_open(open: &OpenSession, time_zone: Option<String>, asked: Option<String>) -> String {
    let VisitorContext { page_url, page_title, locale, .. } = &open.context;
    let context = Object::new()
        .maybe("page_url", page_url.as_deref())
        .maybe("page_title", page_title.as_deref())
        .maybe("locale", locale.as_deref())
        .maybe("time_zone", time_zone.as_deref());
    let context = match asked {
        Some(asked) => context.with("asked", &asked),
        None => context,
    };
    Object::new().text("conversation_id", open.conversation_id.as_str()).with("context", &context.end()).end()
}

pub(super) fn write_pass(token: &str, next: &str) -> String {
    Object::new().text("token", token).text("next", next).end()
}

/// What a visitor's message has; whatever else a sending can carry is for agents and backends.
pub(super) fn write_send(send: &SendMessage) -> String {
    Object::new().text("message_id", send.message_id.as_str()).text("body", &send.body).end()
}

pub(super) fn write_receipts(delivered: u64, read: u64) -> String {
    Object::new().number("delivered", delivered).number("read", read).end()
}

pub(super) fn write_set_receipts(set: &SetReceipts) -> String {
    write_receipts(set.delivered, set.read)
}

pub(super) fn write_poll(poll: &Poll) -> String {
    Object::new().with("cursors", &write_cursors(&poll.cursors)).number("wait_ms", poll.wait_ms.into()).end()
}

pub(super) fn write_email(conversation_id: &ConversationId, email: &str) -> String {
    Object::new().text("conversation_id", conversation_id.as_str()).text("email", email).end()
}

fn write_cursors(cursors: &[Cursor]) -> String {
    let mut list = "[".to_owned();
    for cursor in cursors {
        if list.len() > 1 {
            list.push(',');
        }
        list += &Object::new()
            .text("conversation_id", cursor.conversation_id.as_str())
            .number("after", cursor.after)
            .end();
    }
    list.push(']');
    list
}

pub(super) fn write_frame(frame: &ClientFrame) -> String {
    let (name, content) = match frame {
        ClientFrame::Hello(hello) => (
            "hello",
            Object::new()
                .maybe("session", hello.session.as_deref())
                .with("cursors", &write_cursors(&hello.cursors)),
        ),
        ClientFrame::Typing(typing) => {
            ("typing", Object::new().text("conversation_id", typing.conversation_id.as_str()))
        }
        ClientFrame::Receipts(moved) => (
            "receipts",
            Object::new()
                .text("conversation_id", moved.conversation_id.as_str())
                .with("receipts", &write_receipts(moved.receipts.delivered, moved.receipts.read)),
        ),
        ClientFrame::Ping(ping) => ("ping", Object::new().number("n", ping.n.into())),
    };
    Object::new().with(name, &content.end()).end()
}

pub(super) fn write_identity(identity: &Identity) -> String {
    Object::new()
        .text("secret", &identity.secret)
        .text("conversation_id", identity.conversation_id.as_str())
        .with("opened", if identity.opened { "true" } else { "false" })
        .end()
}

pub(super) fn write_queued(item: &QueuedMessage) -> String {
    let (attempts, wedged) = match item.state {
        SendState::Waiting { attempts, .. } | SendState::InFlight { attempts, .. } => (attempts, None),
        SendState::Wedged { code } => (0, Some(code.as_str())),
    };
    Object::new()
        .text("conversation_id", item.conversation_id.as_str())
        .text("message_id", item.message_id.as_str())
        .text("body", &item.body)
        .number("created_at", item.created_at.0.max(0) as u64)
        .number("attempts", attempts.into())
        .maybe("wedged", wedged)
        .end()
}

#[cfg(test)]
mod tests;
