//! What is written by hand against what serde makes of the same, and the golden files of the protocol as they are read.

use std::path::Path;

use pronto_protocol::api::{Identified, Identify, MessagePage, Poll, Polled, SentMessage, Session};
use pronto_protocol::frame::{ClientReceipts, ClientTyping, Hello};
use pronto_protocol::model::ask::Asked;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::*;

impl Node for Value {
    fn get(&self, name: &str) -> Self {
        Self::get(self, name).cloned().unwrap_or_default()
    }

    fn text(&self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn is_true(&self) -> bool {
        self.as_bool().unwrap_or_default()
    }

    fn list(&self) -> Vec<Self> {
        self.as_array().cloned().unwrap_or_default()
    }
}

fn golden(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("crates/protocol/golden/{name}.json"));
    let text = std::fs::read_to_string(path).expect("a golden file");
    serde_json::from_str(&text).expect("JSON")
}

fn derived<T: DeserializeOwned>(name: &str) -> T {
    serde_json::from_value(golden(name)).expect("its shape")
}

fn same(written: &str, value: &impl Serialize) {
    let read: Value = serde_json::from_str(written).expect("JSON");
    assert_eq!(read, serde_json::to_value(value).expect("JSON"));
}

fn conversation() -> ConversationId {
    ConversationId::new("c-1").expect("an id")
}

#[test]
fn a_message_brings_its_files() {
    assert_eq!(message(&golden("message_files")), Some(derived("message_files")));
}

#[test]
fn frames_are_read_as_serde_reads_them() {
    for name in [
        "server_bye",
        "server_caught_up",
        "server_message",
        "server_message_agent",
        "server_pong",
        "server_receipts",
        "server_typing",
        "server_welcome",
    ] {
        assert!(frame(&golden(name)) == Some(derived(name)), "{name}");
    }
    for name in ["server_presence", "server_conversation", "server_erased"] {
        assert!(frame(&golden(name)).is_none(), "{name} is for agents");
    }
    let all: Polled = derived("polled");
    let ours = all.frames.iter().filter(|frame| {
        !matches!(frame, ServerFrame::Presence(_) | ServerFrame::Conversation(_) | ServerFrame::Erased(_))
    });
    assert!(frames(&golden("polled")).iter().eq(ours));
}

#[test]
fn answers_are_read_as_serde_reads_them() {
    let whole: SentMessage = derived("sent_message");
    let read = sent(&golden("sent_message")).expect("a message");
    assert!(
        read.message == whole.message && read.promise_by == whole.promise_by && read.promise_by.is_some()
    );

    let whole: MessagePage = derived("message_page");
    let read = page(&golden("message_page"));
    assert!(read.messages == whole.messages && !read.messages.is_empty());
    let standing =
        |standing: &Standing| (standing.last_seq, standing.visitor, standing.business, standing.promise_by);
    let of = whole.conversation;
    assert_eq!(standing(&read.standing), (of.last_seq, of.visitor, of.business, of.promise_by));

    let whole: Session = derived("session");
    let of = whole.conversations.first().expect("a conversation");
    let read = opened(&golden("session"), &of.conversation_id);
    assert_eq!(standing(&read.standing), (of.last_seq, of.visitor, of.business, of.promise_by));
    let unread = opened(&golden("session"), &conversation()).standing;
    assert_eq!(standing(&unread), (1, Receipts::default(), Receipts::default(), None));

    let whole: Identified = derived("identified");
    let of = whole.session.conversations.first().expect("a conversation");
    let read = named(&golden("identified"), &of.conversation_id);
    assert_eq!((read.conversation_id.as_ref(), read.renewed), (Some(&of.conversation_id), whole.renewed));
    assert_eq!(
        (read.opened.standing.last_seq, read.opened.can_email),
        (of.last_seq, whole.session.can_email)
    );
    assert_eq!(
        named(&golden("identified"), &conversation()).conversation_id,
        Some(of.conversation_id.clone())
    );
    assert_eq!(named(&json!({}), &conversation()).conversation_id, None);

    let Some(Failure::Refused { code, retry_after_ms }) = refusal(&golden("error_too_many")) else {
        panic!("a refusal")
    };
    assert_eq!((code, retry_after_ms.is_some()), (ErrorCode::TooMany, true));
    assert!(
        refusal(&json!({"error": {"code": "of tomorrow"}}))
            == Some(Failure::Refused { code: ErrorCode::Unknown, retry_after_ms: None })
    );
}

#[test]
fn what_is_none_of_these_shapes_is_nothing() {
    let odd = [
        json!(null),
        json!([1, {"message": {}}]),
        json!("message"),
        json!({"message": {"message_id": "a b"}, "bye": {"reason": 7}}),
        json!({"receipts": {"conversation_id": "c"}, "pong": {"n": "1"}}),
    ];
    for value in odd {
        assert!(frame(&value).is_none() && sent(&value).is_none() && queued(&value).is_none(), "{value}");
        assert!(frames(&value).is_empty() && page(&value).messages.is_empty(), "{value}");
        assert!(identity(&value).is_none() && refusal(&value).is_none(), "{value}");
    }
}

#[test]
fn requests_are_written_as_serde_writes_them() {
    let id = MessageId::new("m-1").expect("an id");
    for body in ["", "a \"b\" \\ c\n\t\r\u{1}\u{1f}\u{7f}", "è 🥖 \u{2028} </script>"] {
        let send = SendMessage {
            message_id: id.clone(),
            body: body.to_owned(),
            author: None,
            author_name: None,
            quick_replies: Vec::new(),
            accept_cost: None,
            attachments: Vec::new(),
        };
        same(&write_send(&send), &send);
        let pass = Identify { token: body.to_owned(), next: "next".to_owned() };
        same(&write_pass(&pass.token, &pass.next), &pass);
    }
    for context in [
        VisitorContext::default(),
        VisitorContext {
            page_title: Some("\"".to_owned()),
            locale: Some("it".to_owned()),
            time_zone: Some("Europe/Rome".to_owned()),
            ..Default::default()
        },
    ] {
        let open = OpenSession { conversation_id: conversation(), context };
        let zone = || open.context.time_zone.clone();
        same(&write_open(&open, zone(), None), &open);
        let asked = Asked { answers: Vec::new(), consent: Some("“Sì”".to_owned()) };
        let json = serde_json::to_string(&asked).unwrap();
        let mut with = open.clone();
        with.context.asked = Some(asked);
        same(&write_open(&open, zone(), Some(json)), &with);
    }
    let set = SetReceipts { delivered: u64::from(u32::MAX) + 1, read: 0 };
    same(&write_set_receipts(&set), &set);
    let cursor = |after| Cursor { conversation_id: conversation(), after };
    let poll = Poll { cursors: vec![cursor(0), cursor(9)], wait_ms: 25_000 };
    same(&write_poll(&poll), &poll);
    for frame in [
        ClientFrame::Hello(Hello { session: Some("s".to_owned()), cursors: vec![cursor(3)] }),
        ClientFrame::Hello(Hello { session: None, cursors: vec![] }),
        ClientFrame::Ping(Ping { n: 7 }),
        ClientFrame::Typing(ClientTyping { conversation_id: conversation() }),
        ClientFrame::Receipts(ClientReceipts {
            conversation_id: conversation(),
            receipts: Receipts { delivered: 2, read: 1 },
        }),
    ] {
        same(&write_frame(&frame), &frame);
    }
}

#[test]
fn what_is_kept_is_found_again() {
    let read = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    for opened in [false, true] {
        let kept = Identity { secret: "s".to_owned(), conversation_id: conversation(), opened };
        assert_eq!(identity(&read(&write_identity(&kept))), Some(kept));
    }
    let id = MessageId::new("m-1").expect("an id");
    let item = QueuedMessage::new(conversation(), id, "words \"\n".to_owned(), Millis(1_790_000_000_000));
    let again = |state| {
        queued(&read(&write_queued(&QueuedMessage { state, ..item.clone() }))).map(|found| found.state)
    };
    let waiting = |attempts| Some(SendState::Waiting { attempts, next_at: Millis(0) });
    assert_eq!(again(SendState::InFlight { attempts: 2, since: Millis(5) }), waiting(2));
    assert_eq!(again(SendState::Waiting { attempts: 1, next_at: Millis(9) }), waiting(1));
    let wedged = SendState::Wedged { code: ErrorCode::IdReused };
    assert_eq!(again(wedged), Some(wedged));
    assert_eq!(queued(&read(&write_queued(&item))), Some(item.clone()));
    // As an earlier version kept it, through serde.
    assert_eq!(queued(&serde_json::to_value(&item).expect("JSON")), Some(item));
}
