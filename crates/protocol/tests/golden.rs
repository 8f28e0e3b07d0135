//! The wire, byte for byte: each frame and body against its file in `golden/`, written and read. A client in another
//! language tests itself against the same files. `UPDATE_EXPECT=1` rewrites them; read the difference before it stays.

#![expect(clippy::unwrap_used, reason = "a test ends where its own fixture is wrong")]

#[path = "golden/accounts.rs"]
mod accounts;
#[path = "golden/files.rs"]
mod files;
#[path = "golden/yours.rs"]
mod yours;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use pronto_protocol::api::*;
use pronto_protocol::frame::*;
use pronto_protocol::id::*;
use pronto_protocol::model::ask::{Asked, Field, FieldAnswer, FieldKind, PreChat};
use pronto_protocol::model::contact::*;
use pronto_protocol::model::cost::*;
use pronto_protocol::model::look::{Letters, Look};
use pronto_protocol::model::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

const NOW: Millis = Millis(1_790_000_000_000);

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden")
}

/// The files this run has checked, so that none is left lying about unchecked.
#[derive(Default)]
struct Golden {
    seen: BTreeSet<String>,
}

impl Golden {
    fn check<T: Serialize + DeserializeOwned + PartialEq>(&mut self, name: &str, value: &T) {
        let path = folder().join(format!("{name}.json"));
        let written = serde_json::to_string_pretty(value).expect("every body serializes") + "\n";
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, &written).expect("golden/ can be written");
        }
        let golden = fs::read_to_string(&path)
            .unwrap_or_else(|_| panic!("golden/{name}.json is missing; UPDATE_EXPECT=1 writes it"));
        assert_eq!(written, golden, "golden/{name}.json differs from what is written");
        let read: T = serde_json::from_str(&golden).unwrap_or_else(|e| panic!("golden/{name}.json: {e}"));
        assert!(read == *value, "golden/{name}.json reads as something else");
        assert!(self.seen.insert(format!("{name}.json")), "golden/{name}.json is checked twice");
    }
}

fn site() -> SiteKey {
    SiteKey::new("panificio").unwrap()
}

fn conversation_id() -> ConversationId {
    ConversationId::new("0f8fad5b-d9cb-469f-a165-70867728950e").unwrap()
}

fn message_id() -> MessageId {
    MessageId::new("7c9e6679-7425-40de-944b-e07fc1f90ae7").unwrap()
}

fn visitor_id() -> VisitorId {
    VisitorId::new("v_3kTMd8Qw").unwrap()
}

fn message() -> Message {
    Message {
        message_id: message_id(),
        conversation_id: conversation_id(),
        seq: 1,
        author: Author::Visitor,
        author_name: None,
        channel: Channel::Widget,
        body: "Avete il pane di segale? \u{1F956}\n\"Sì\" & <grazie>".into(),
        created_at: NOW,
        quick_replies: Vec::new(),
        attachments: Vec::new(),
    }
}

fn answer() -> Message {
    Message {
        message_id: MessageId::new("550e8400-e29b-41d4-a716-446655440000").unwrap(),
        seq: 2,
        author: Author::Agent,
        author_name: Some("Ana".into()),
        channel: Channel::Inbox,
        body: "Sì, dalle 8.".into(),
        created_at: NOW.plus(240_000),
        quick_replies: vec!["Ne tenga uno".into(), "No, grazie".into()],
        ..message()
    }
}

fn conversation() -> Conversation {
    Conversation {
        conversation_id: conversation_id(),
        site: site(),
        status: Status::Open,
        last_seq: 2,
        visitor: Receipts { delivered: 2, read: 1 },
        business: Receipts { delivered: 1, read: 1 },
        created_at: NOW,
        promise_by: Some(Millis(1_790_000_900_000)),
    }
}

fn money(micros: i64) -> Money {
    Money { micros, currency: "EUR".into() }
}

fn window() -> ReplyWindow {
    ReplyWindow {
        channel: Channel::Whatsapp,
        opened_at: NOW,
        closes_at: Millis(1_790_086_400_000),
        terms: vec![
            Terms {
                from: NOW,
                may_send: MaySend::FreeForm,
                price: Some(money(0)),
                reason: PriceReason::InWindow,
            },
            Terms {
                from: Millis(1_790_086_400_000),
                may_send: MaySend::TemplateOnly,
                price: None,
                reason: PriceReason::NoRate,
            },
        ],
    }
}

fn context() -> VisitorContext {
    VisitorContext {
        page_url: Some("https://shop.example/pane".into()),
        page_title: Some("Pane – Panificio".into()),
        locale: Some("it-IT".into()),
        time_zone: Some("Europe/Rome".into()),
        asked: Some(Asked {
            answers: vec![FieldAnswer { kind: FieldKind::Name, label: String::new(), value: "Anna".into() }],
            consent: Some("Ho letto l’informativa.".into()),
        }),
    }
}

fn row() -> InboxConversation {
    InboxConversation {
        conversation: conversation(),
        visitor_id: visitor_id(),
        context: context(),
        last_message: Some(answer()),
        waiting_since: Some(NOW),
        demo: false,
        window: Some(window()),
        blocked: false,
        email: Some("maria@posta.example".into()),
        rating: Some(yours::rating()),
        contact: Some(contact()),
    }
}

fn contact() -> Contact {
    Contact {
        subject: "4711".into(),
        name: Some("Maria Bianchi".into()),
        email: Some("maria@posta.example".into()),
        phone: Some("+39 055 123456".into()),
    }
}

fn session() -> Session {
    Session {
        visitor_id: visitor_id(),
        conversations: vec![conversation()],
        now: NOW,
        can_email: true,
        email: None,
        uploads: None,
    }
}

fn reply_time() -> ReplyTime {
    ReplyTime {
        minutes: Some(15),
        sample: 42,
        unanswered: 3,
        as_of: NOW,
        p75_minutes: Some(60),
        p90_minutes: Some(480),
        verdict: Some(ReplyVerdict::Measured),
        slower_now: true,
    }
}

fn settings() -> SiteSettings {
    SiteSettings {
        name: "Panificio Aurora".into(),
        accent: "#8a3b12".into(),
        look: Some(Look {
            paper: Some("#fff6e5".into()),
            paper_dark: None,
            corners: Some(8),
            letters: Some(Letters::Serif),
        }),
        greeting: "Buongiorno!".into(),
        locale: "it".into(),
        allowed_origins: vec!["https://shop.example".into()],
        hours: Some(OpeningHours {
            time_zone: "Europe/Rome".into(),
            spans: vec![
                OpenSpan { weekday: 1, from: 420, to: 1140 },
                OpenSpan { weekday: 6, from: 1200, to: 1560 },
            ],
            exceptions: vec![
                DayException {
                    date: "2026-12-24".into(),
                    spans: vec![DaySpan { from: 420, to: 780 }],
                    name: "Vigilia".into(),
                },
                DayException { date: "2026-12-25".into(), spans: Vec::new(), name: "Natale".into() },
            ],
        }),
        backend_url: Some("https://shop.example/pronto".into()),
        away: "Siamo chiusi: rispondiamo appena riapriamo.".into(),
        billing: Some(Billing {
            time_zone: "Europe/Rome".into(),
            books: vec![BookChoice {
                channel: Channel::Widget,
                book: "late-reply-2018".into(),
                from: Some("2026-01-01".into()),
                until: None,
            }],
            market: Some("IT".into()),
            budget: Some(money(10_000_000)),
        }),
        pre_chat: Some(PreChat {
            fields: vec![
                Field { kind: FieldKind::Name, label: String::new(), required: true },
                Field { kind: FieldKind::Text, label: "Numero d’ordine".into(), required: false },
            ],
            consent: "Ho letto l’informativa.".into(),
        }),
        quick_replies: vec!["Siete aperti domenica?".into()],
        shield: Shield::On,
    }
}

fn agent() -> Agent {
    Agent { agent_id: AgentId::new("a_1").unwrap(), name: "Ana".into(), role: Role::Owner }
}

fn send_message() -> SendMessage {
    SendMessage {
        message_id: message_id(),
        body: "Avete il pane di segale?".into(),
        attachments: Vec::new(),
        author: None,
        author_name: None,
        accept_cost: None,
        quick_replies: Vec::new(),
    }
}

fn cursor() -> Cursor {
    Cursor { conversation_id: conversation_id(), after: 2 }
}

fn client_frames(golden: &mut Golden) {
    let frames = [
        (
            "client_hello",
            ClientFrame::Hello(Hello { session: Some("s".repeat(43)), cursors: vec![cursor()] }),
        ),
        ("client_hello_agent", ClientFrame::Hello(Hello { session: None, cursors: vec![] })),
        ("client_ping", ClientFrame::Ping(Ping { n: 7 })),
        ("client_typing", ClientFrame::Typing(ClientTyping { conversation_id: conversation_id() })),
        (
            "client_receipts",
            ClientFrame::Receipts(ClientReceipts {
                conversation_id: conversation_id(),
                receipts: Receipts { delivered: 2, read: 2 },
            }),
        ),
    ];
    for (name, frame) in frames {
        golden.check(name, &frame);
    }
}

fn server_frames() -> Vec<(&'static str, ServerFrame)> {
    let conversation_id = conversation_id();
    vec![
        ("server_welcome", ServerFrame::Welcome(Welcome { now: NOW, heartbeat_ms: 25_000 })),
        ("server_message", ServerFrame::Message(message())),
        ("server_message_agent", ServerFrame::Message(answer())),
        ("server_caught_up", ServerFrame::CaughtUp(cursor())),
        (
            "server_receipts",
            ServerFrame::Receipts(SideReceipts {
                conversation_id: conversation_id.clone(),
                side: Side::Business,
                receipts: Receipts { delivered: 2, read: 1 },
            }),
        ),
        (
            "server_typing",
            ServerFrame::Typing(Typing { conversation_id, side: Side::Business, name: Some("Ana".into()) }),
        ),
        ("server_presence", ServerFrame::Presence(Presence { online: true })),
        ("server_conversation", ServerFrame::Conversation(row())),
        ("server_erased", ServerFrame::Erased(Gone { conversation_id: self::conversation_id() })),
        ("server_pong", ServerFrame::Pong(Ping { n: 7 })),
        ("server_bye", ServerFrame::Bye(Bye { reason: "draining".into(), retry_ms: 2_000 })),
    ]
}

fn visitor_bodies(golden: &mut Golden) {
    golden.check(
        "error",
        &ErrorBody {
            error: ErrorDetail {
                code: ErrorCode::BodyTooLong,
                message: "A message has at most 4,096 characters.".into(),
                retry_after_ms: None,
                challenge: None,
            },
        },
    );
    golden.check(
        "error_too_many",
        &ErrorBody {
            error: ErrorDetail {
                code: ErrorCode::TooMany,
                message: "Too many messages; wait a moment.".into(),
                retry_after_ms: Some(4_000),
                challenge: None,
            },
        },
    );
    golden.check(
        "error_proof_needed",
        &ErrorBody {
            error: ErrorDetail {
                code: ErrorCode::ProofNeeded,
                message: "Unusually many come here just now.".into(),
                retry_after_ms: None,
                challenge: Some(Challenge { text: "CwAAAaDH7wA…".into(), bits: 12, rounds: 16 }),
            },
        },
    );
    golden.check(
        "public_site",
        &PublicSite {
            site: site(),
            name: "Panificio Aurora".into(),
            style: "--a:#8a3b12;--o:#ffffff;--r:8px".into(),
            greeting: String::new(),
            locale: "it".into(),
            dir: "ltr".into(),
            labels: LauncherLabels {
                open: "Scrivici".into(),
                close: "Chiudi la chat".into(),
                title: "Chat con Panificio Aurora".into(),
                unread: "{n} messaggi non letti".into(),
                reply: "Di solito risponde entro 15 minuti".into(),
            },
            reply: LauncherReply { minutes: reply_time().minutes },
            hours: Some(OpenState { open: true, changes_at: Some(NOW.plus(3_600_000)) }),
        },
    );
    golden.check("open_session", &OpenSession { conversation_id: conversation_id(), context: context() });
    let email = Some("maria@posta.example".into());
    golden.check("session", &Session { email, uploads: Some(files::limits()), ..session() });
    golden.check(
        "set_email",
        &SetEmail { conversation_id: conversation_id(), email: "maria@posta.example".into() },
    );
    golden.check(
        "transcript",
        &Transcript {
            name: "Panificio Aurora".into(),
            conversation: conversation(),
            messages: vec![message(), answer()],
        },
    );
    golden.check("identify", &Identify { token: "eyJhbGciOi….eyJzdWIiOi….…".into(), next: "n".repeat(43) });
    golden.check("identified", &Identified { session: session(), contact: contact(), renewed: true });
    golden.check("send_message", &send_message());
    golden.check(
        "send_message_backend",
        &SendMessage {
            author: Some(Author::Bot),
            author_name: Some("Forno".into()),
            quick_replies: vec!["Sì".into()],
            ..send_message()
        },
    );
    golden.check("sent_message", &SentMessage { message: message(), promise_by: Some(NOW) });
    golden.check(
        "message_page",
        &MessagePage { conversation: conversation(), messages: vec![message(), answer()], elsewhere: 1 },
    );
    golden.check("set_receipts", &SetReceipts { delivered: 2, read: 1 });
    golden.check("poll", &Poll { cursors: vec![cursor()], wait_ms: 25_000 });
    golden.check("polled", &Polled { frames: server_frames().into_iter().map(|(_, frame)| frame).collect() });
}

fn inbox_bodies(golden: &mut Golden) {
    golden.check(
        "setup",
        &Setup {
            token: "one-time".into(),
            name: "Ana".into(),
            email: "ana@shop.example".into(),
            password: "correct horse".into(),
        },
    );
    golden.check("login", &Login { email: "ana@shop.example".into(), password: "correct horse".into() });
    golden.check(
        "change_password",
        &ChangePassword { current: "correct horse".into(), new: "battery staple".into() },
    );
    golden.check(
        "me",
        &Me {
            agent: agent(),
            csrf: "c3JmLXRva2Vu".into(),
            sites: vec![SiteSummary { site: site(), name: "Panificio Aurora".into() }],
            now: NOW,
            uploads: Some(files::limits()),
        },
    );
    golden.check(
        "inbox_page",
        &InboxPage {
            conversations: vec![row()],
            next: Some("1790000000000_c1".into()),
            reply: Some(reply_time()),
        },
    );
    golden.check("inbox_conversation", &row());
    golden
        .check("change_conversation", &ChangeConversation { status: Some(Status::Resolved), blocked: None });
    golden.check("change_blocked", &ChangeConversation { status: None, blocked: Some(true) });
    golden.check("statement", &accounts::statement());
    golden.check("costs", &accounts::costs());
    golden.check("reply_time_document", &accounts::document());
    golden.check("report", &accounts::report());
    golden.check("site_settings", &settings());
    golden.check(
        "site_page",
        &SitePage {
            site: site(),
            settings: settings(),
            snippet: "<script async src=\"https://chat.example/embed.js\" data-site=\"panificio\"></script>"
                .into(),
            webhook_secrets: vec![SecretHint { hint: "whsec_MfKQ".into(), created_at: NOW }],
            api_keys: vec![ApiKey {
                api_key_id: ApiKeyId::new("k1").unwrap(),
                name: "Magazzino".into(),
                created_at: NOW,
            }],
            identity_secrets: vec![IdentitySecret {
                identity_secret_id: IdentitySecretId::new("s1").unwrap(),
                hint: "idsec_MfKQ".into(),
                created_at: NOW,
            }],
            guard: SiteGuard {
                since: Some(NOW),
                new_per_minute: 240,
                usual_per_minute_thousandths: 350,
                asked: 1_200,
                proved: 40,
                refused: 7,
            },
        },
    );
    golden.check("new_secret", &NewSecret { secret: "whsec_example".into() });
    golden.check("new_api_key", &NewApiKey { name: "Magazzino".into() });
    golden.check(
        "delivery_page",
        &DeliveryPage {
            deliveries: vec![
                Delivery { error: Some("The backend answered 500.".into()), ..parked("d_1", Channel::Api) },
                parked("mail_1", Channel::Email),
            ],
        },
    );
}

fn parked(id: &str, channel: Channel) -> Delivery {
    Delivery {
        delivery_id: DeliveryId::new(id).unwrap(),
        conversation_id: conversation_id(),
        message_id: message_id(),
        channel,
        state: DeliveryState::Parked,
        attempts: 14,
        next_at: None,
        error: None,
        created_at: NOW,
    }
}

fn backend_bodies(golden: &mut Golden) {
    golden.check(
        "webhook_event",
        &WebhookEvent {
            kind: "message.created".into(),
            timestamp: "2026-09-21T13:33:20Z".into(),
            data: WebhookData {
                site: site(),
                visitor_id: visitor_id(),
                context: context(),
                contact: Some(contact()),
                message: message(),
            },
        },
    );
    files::bodies(golden);
    yours::bodies(golden);
    golden.check("webhook_reply", &WebhookReply { reply: Some(send_message()) });
    golden.check("webhook_reply_none", &WebhookReply::default());
}

#[test]
fn every_frame_and_body_is_written_and_read_byte_for_byte() {
    let mut golden = Golden::default();
    client_frames(&mut golden);
    for (name, frame) in server_frames() {
        golden.check(name, &frame);
    }
    visitor_bodies(&mut golden);
    inbox_bodies(&mut golden);
    backend_bodies(&mut golden);
    let there: BTreeSet<String> = fs::read_dir(folder())
        .expect("golden/ is there")
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(there, golden.seen, "golden/ holds exactly the files that are checked");
}

/// Each object of a JSON value with a field more than this version knows.
fn with_unknown_fields(value: &serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(fields) => {
            let mut grown: serde_json::Map<_, _> =
                fields.iter().map(|(key, value)| (key.clone(), with_unknown_fields(value))).collect();
            grown.insert("of_a_newer_version".into(), serde_json::json!({ "deep": [1, null, "x"] }));
            grown.into()
        }
        serde_json::Value::Array(items) => items.iter().map(with_unknown_fields).collect(),
        other => other.clone(),
    }
}

fn reads_despite_unknown_fields<T: DeserializeOwned + PartialEq>(name: &str) {
    let golden = fs::read_to_string(folder().join(format!("{name}.json"))).unwrap();
    let grown = with_unknown_fields(&serde_json::from_str(&golden).unwrap());
    let (old, new): (T, T) = (serde_json::from_str(&golden).unwrap(), serde_json::from_value(grown).unwrap());
    assert!(old == new, "{name} reads otherwise with an unknown field");
}

#[test]
fn unknown_fields_are_skipped() {
    for (name, _) in server_frames() {
        reads_despite_unknown_fields::<ServerFrame>(name);
    }
    reads_despite_unknown_fields::<ErrorBody>("error_too_many");
    reads_despite_unknown_fields::<PublicSite>("public_site");
    reads_despite_unknown_fields::<OpenSession>("open_session");
    reads_despite_unknown_fields::<Session>("session");
    reads_despite_unknown_fields::<SendMessage>("send_message_backend");
    reads_despite_unknown_fields::<SentMessage>("sent_message");
    reads_despite_unknown_fields::<MessagePage>("message_page");
    reads_despite_unknown_fields::<Poll>("poll");
    reads_despite_unknown_fields::<Polled>("polled");
    reads_despite_unknown_fields::<Me>("me");
    reads_despite_unknown_fields::<InboxPage>("inbox_page");
    reads_despite_unknown_fields::<SitePage>("site_page");
    reads_despite_unknown_fields::<DeliveryPage>("delivery_page");
    reads_despite_unknown_fields::<WebhookEvent>("webhook_event");
    reads_despite_unknown_fields::<WebhookReply>("webhook_reply");
}

#[test]
fn unknown_enum_values_read_as_unknown() {
    fn read<T: DeserializeOwned>() -> T {
        serde_json::from_str("\"of_a_newer_version\"").unwrap()
    }
    assert!(read::<Author>() == Author::Unknown);
    assert!(read::<Channel>() == Channel::Unknown);
    assert!(read::<Status>() == Status::Unknown);
    assert!(read::<Side>() == Side::Unknown);
    assert!(read::<Role>() == Role::Unknown);
    assert!(read::<DeliveryState>() == DeliveryState::Unknown);
    assert!(read::<ErrorCode>() == ErrorCode::Unknown);
}

#[test]
fn unknown_frames_are_skipped() {
    let polled: Polled = serde_json::from_str(
        r#"{"frames":[{"pong":{"n":1}},{"of_a_newer_version":{"n":[{}]}},{"unit":null},{},{"presence":{"online":true}}]}"#,
    )
    .unwrap();
    assert!(
        polled.frames == [ServerFrame::Pong(Ping { n: 1 }), ServerFrame::Presence(Presence { online: true })]
    );
    assert!(serde_json::from_str::<ServerFrame>(r#"{"of_a_newer_version":{}}"#).is_err());
    assert!(serde_json::from_str::<ClientFrame>(r#"{"of_a_newer_version":{}}"#).is_err());
}

#[test]
fn what_is_not_an_id_does_not_parse() {
    for bad in ["", "a b", "é", "a/b", "a.b", &"x".repeat(65)] {
        assert!(MessageId::new(bad).is_err(), "{bad:?} is no id");
        assert!(serde_json::from_value::<MessageId>(bad.into()).is_err(), "{bad:?} is no id on the wire");
    }
    assert!(MessageId::new("x".repeat(64)).is_ok());
}

#[test]
fn nothing_private_is_debugged() {
    let said =
        format!("{:?} {:?} {:?} {:?}", message(), send_message(), row(), ServerFrame::Message(message()));
    assert!(!said.contains("pane") && !said.contains("Europe") && !said.contains("Sì"), "{said}");
}
