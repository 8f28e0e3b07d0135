//! The socket and the long poll through real connections: catching up, hearing live, lagging, and being told to go.

#[expect(dead_code, reason = "other test files use the rest")]
mod common;

use std::time::Duration;

use common::{As, EMAIL, Options, PASSWORD, TestApp, open_store, settings, site};
use futures_util::{SinkExt as _, StreamExt as _};
use pronto_protocol::frame::{Ping, ServerFrame};
use pronto_protocol::id::ConversationId;
use pronto_protocol::model::{OpeningHours, SiteSettings};
use pronto_server::bus::Topic;
use pronto_server::http::guard::budget::{Limits, Rate};
use pronto_server::http::state::{Timing, now};
use pronto_server::store::Page;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Message, http::HeaderValue};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const PATIENCE: Duration = Duration::from_secs(20);

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn open(app: &TestApp, headers: &[(&'static str, &str)]) -> Self {
        let mut request = format!("ws://{}/v1/socket", app.address).into_client_request().expect("a request");
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value).expect("ascii"));
        }
        Self(connect_async(request).await.expect("a socket").0)
    }

    /// A visitor's socket after its hello and welcome.
    async fn visitor(app: &TestApp, who: &As, cursors: &Value) -> Self {
        let As::Bearer(secret) = who else { panic!("a visitor") };
        let mut socket = Self::open(app, &[]).await;
        socket.say(&json!({"hello": {"session": secret, "cursors": cursors}})).await;
        assert_eq!(socket.next().await.0, "welcome");
        socket
    }

    async fn agent(app: &TestApp, who: &As, cursors: &Value) -> Self {
        let As::Agent { cookie, .. } = who else { panic!("an agent") };
        let mut socket = Self::open(app, &[("cookie", cookie)]).await;
        socket.say(&json!({"hello": {"cursors": cursors}})).await;
        assert_eq!(socket.next().await.0, "welcome");
        socket
    }

    async fn say(&mut self, frame: &Value) {
        self.0.send(Message::text(frame.to_string())).await.expect("it leaves");
    }

    /// The next frame's name and content; `end` when the server has closed.
    async fn next(&mut self) -> (String, Value) {
        loop {
            match tokio::time::timeout(PATIENCE, self.0.next()).await.expect("in time") {
                Some(Ok(Message::Text(text))) => {
                    let frame: serde_json::Map<String, Value> = serde_json::from_str(&text).expect("a frame");
                    return frame.into_iter().next().expect("one key");
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return ("end".to_owned(), Value::Null),
                Some(Ok(_)) => {}
            }
        }
    }

    /// The next frame of this name; others before it are passed over.
    async fn wait_for(&mut self, name: &str) -> Value {
        loop {
            let (seen, content) = self.next().await;
            if seen == name {
                return content;
            }
            assert_ne!(seen, "end", "the socket ended before a {name}");
        }
    }

    /// The seqs of the next `n` messages.
    async fn seqs(&mut self, n: usize) -> Vec<u64> {
        let mut seqs = Vec::new();
        while seqs.len() < n {
            seqs.push(self.wait_for("message").await["seq"].as_u64().expect("a seq"));
        }
        seqs
    }

    /// The names of all frames until the pong to a ping that is sent now.
    async fn names_until_pong(&mut self) -> Vec<String> {
        self.say(&json!({"ping": {"n": 7}})).await;
        let mut names = Vec::new();
        loop {
            match self.next().await.0.as_str() {
                "pong" => return names,
                "end" => panic!("the socket ended"),
                name => names.push(name.to_owned()),
            }
        }
    }
}

fn from(conversation: &str, after: u64) -> Value {
    json!([{"conversation_id": conversation, "after": after}])
}

#[tokio::test]
async fn a_visitor_gets_what_was_missed_and_then_what_happens() {
    let limits = Limits { session_messages: Rate { burst: 300, per_second: 1 }, ..Limits::default() };
    let limits = Limits { session_requests: Rate { burst: 600, per_second: 1 }, ..limits };
    let app = TestApp::with(Options { limits, ..Options::default() }).await;
    let ana = app.visitor("shop", "c1").await;
    for n in 1..=250 {
        app.write(&ana, "c1", &format!("m{n}"), "x").await;
    }
    let mut socket = Socket::visitor(&app, &ana, &from("c1", 5)).await;
    assert_eq!(socket.seqs(245).await, (6..=250).collect::<Vec<_>>());
    assert_eq!(socket.wait_for("caught_up").await, json!({"conversation_id": "c1", "after": 250}));
    assert_eq!(socket.wait_for("presence").await, json!({"online": false}));
    app.write(&ana, "c1", "last", "x").await;
    assert_eq!(socket.seqs(1).await, [251]);
    app.end().await;
}

#[tokio::test]
async fn a_second_hello_on_a_socket_is_answered_as_the_first() {
    let app = TestApp::new().await;
    let (ana, bea) = (app.visitor("shop", "c1").await, app.visitor("shop", "c2").await);
    for n in 1..=3 {
        app.write(&ana, "c1", &format!("m{n}"), "x").await;
    }
    app.write(&bea, "c2", "b1", "x").await;
    let hello = |who: &As, cursors: Value| {
        let As::Bearer(secret) = who else { panic!("a visitor") };
        json!({"hello": {"session": secret, "cursors": cursors}})
    };
    let mut socket = Socket::visitor(&app, &ana, &from("c1", 2)).await;
    assert_eq!(socket.seqs(1).await, [3]);
    socket.wait_for("presence").await;

    // Another tab, which has less.
    socket.say(&hello(&ana, from("c1", 1))).await;
    assert_eq!(socket.next().await.0, "welcome");
    assert_eq!(socket.seqs(2).await, [2, 3]);
    assert_eq!(socket.wait_for("caught_up").await, json!({"conversation_id": "c1", "after": 3}));
    // One that says it has more than there is makes nobody miss what comes.
    socket.say(&hello(&ana, from("c1", 9))).await;
    assert_eq!(socket.wait_for("caught_up").await["after"], 3);
    // Somebody else, another's conversation, nobody at all.
    socket.say(&hello(&bea, from("c2", 0))).await;
    socket.say(&json!({"hello": {"cursors": from("c1", 0)}})).await;
    assert!(socket.names_until_pong().await.is_empty());
    socket.say(&hello(&ana, from("c2", 0))).await;
    assert_eq!(socket.names_until_pong().await, ["welcome"]);
    app.write(&ana, "c1", "m4", "x").await;
    assert_eq!(socket.seqs(1).await, [4]);
    app.end().await;
}

#[tokio::test]
async fn who_writes_while_it_is_closed_is_told_so_at_once_and_both_sides_hear_it() {
    let app = TestApp::new().await;
    let never =
        OpeningHours { time_zone: "Europe/Rome".to_owned(), spans: Vec::new(), exceptions: Vec::new() };
    let closed = SiteSettings { away: "Siamo chiusi".to_owned(), hours: Some(never), ..settings("shop") };
    app.app.store.put_site(&site("shop"), &closed, false, now()).await.expect("settings");
    let (ana, owner) = (app.visitor("shop", "c1").await, app.owner().await);
    let mut visitor = Socket::visitor(&app, &ana, &from("c1", 0)).await;
    let mut agent = Socket::agent(&app, &owner, &json!([])).await;

    let sent = app.write(&ana, "c1", "m1", "Buongiorno").await;
    assert_eq!((sent.short().as_str(), sent.json()["message"]["seq"].as_u64()), ("201", Some(1)));
    for socket in [&mut visitor, &mut agent] {
        assert_eq!(socket.wait_for("message").await["seq"], 1);
        let notice = socket.wait_for("message").await;
        assert_eq!((&notice["author"], &notice["body"]), (&json!("bot"), &json!("Siamo chiusi")));
    }
    let row = agent.wait_for("conversation").await;
    assert_eq!((&row["last_message"]["seq"], row["waiting_since"].is_number()), (&json!(2), true));
    assert_eq!(app.write(&ana, "c1", "m1", "Buongiorno").await.short(), "200");
    app.write(&ana, "c1", "m2", "Ci siete?").await;
    assert_eq!(app.bodies(&ana, "c1").await, ["Buongiorno", "Siamo chiusi", "Ci siete?"]);
    // A site without hours is never closed.
    let elsewhere = app.visitor("other", "c2").await;
    app.write(&elsewhere, "c2", "m1", "Buongiorno").await;
    assert_eq!(app.bodies(&elsewhere, "c2").await, ["Buongiorno"]);
    app.end().await;
}

#[tokio::test]
async fn both_sides_hear_messages_receipts_typing_and_presence() {
    let app = TestApp::new().await;
    let (ana, owner) = (app.visitor("shop", "c1").await, app.owner().await);
    let mut visitor = Socket::visitor(&app, &ana, &from("c1", 0)).await;
    visitor.wait_for("presence").await;
    let mut agent = Socket::agent(&app, &owner, &json!([])).await;
    assert_eq!(visitor.wait_for("presence").await, json!({"online": true}));

    app.write(&ana, "c1", "m1", "Buongiorno").await;
    assert_eq!(agent.wait_for("message").await["body"], "Buongiorno");
    assert!(agent.wait_for("conversation").await["waiting_since"].is_number());
    assert_eq!(visitor.wait_for("message").await["seq"], 1);

    visitor.say(&json!({"typing": {"conversation_id": "c1"}})).await;
    assert_eq!(agent.wait_for("typing").await["side"], "visitor");
    agent.say(&json!({"receipts": {"conversation_id": "c1", "receipts": {"read": 1}}})).await;
    let receipts = visitor.wait_for("receipts").await;
    assert_eq!(receipts["side"], "business");
    assert_eq!(receipts["receipts"], json!({"delivered": 1, "read": 1}));
    agent.say(&json!({"typing": {"conversation_id": "c1"}})).await;
    assert_eq!(
        visitor.wait_for("typing").await,
        json!({"conversation_id": "c1", "side": "business", "name": "Ana"})
    );
    app.end().await;
}

#[tokio::test]
async fn nobody_hears_what_is_not_theirs() {
    let app = TestApp::new().await;
    let (ana, eve) = (app.visitor("shop", "c1").await, app.visitor("shop", "c2").await);
    app.write(&ana, "c1", "m1", "private").await;
    let mut socket = Socket::visitor(&app, &eve, &from("c1", 0)).await;
    socket.say(&json!({"typing": {"conversation_id": "c1"}})).await;
    socket.say(&json!({"receipts": {"conversation_id": "c1", "receipts": {"read": 1}}})).await;
    app.write(&ana, "c1", "m2", "private too").await;
    let names = socket.names_until_pong().await;
    assert!(!names.iter().any(|name| name == "message" || name == "typing"), "{names:?}");
    let read = app.get("/v1/conversations/c1/messages", &ana).await.json();
    assert_eq!(read["conversation"]["visitor"]["read"], 0);
    app.end().await;
}

#[tokio::test]
async fn what_cannot_be_understood_is_skipped() {
    let app = TestApp::new().await;
    let ana = app.visitor("shop", "c1").await;
    let mut socket = Socket::open(&app, &[]).await;
    socket.say(&json!({"song": 1})).await;
    socket.0.send(Message::text("not json")).await.expect("it leaves");
    socket.0.send(Message::binary(vec![0, 159, 146])).await.expect("it leaves");
    let As::Bearer(secret) = &ana else { panic!("a visitor") };
    socket.say(&json!({"hello": {"session": secret, "colour": "red"}})).await;
    assert_eq!(socket.next().await.0, "welcome");
    socket.say(&json!({"receipts": {"conversation_id": "c1"}})).await;
    socket.say(&json!({"hello": {"session": "another"}})).await;
    socket.names_until_pong().await;
    app.end().await;
}

#[tokio::test]
async fn who_may_not_listen_is_told_so() {
    let timing = Timing { hello: Duration::from_millis(200), ..Timing::default() };
    let app = TestApp::with(Options { timing, ..Options::default() }).await;
    let owner = app.owner().await;
    let As::Agent { cookie, .. } = &owner else { panic!("an agent") };
    let mut reasons = Vec::new();
    for (headers, hello) in [
        (vec![], Some(json!({"hello": {"session": "x".repeat(43)}}))),
        (vec![], Some(json!({"hello": {}}))),
        (vec![("cookie", cookie.as_str()), ("origin", "https://evil.example")], Some(json!({"hello": {}}))),
        (vec![], None),
    ] {
        let mut socket = Socket::open(&app, &headers).await;
        if let Some(hello) = hello {
            socket.say(&hello).await;
        }
        reasons.push(socket.wait_for("bye").await["reason"].clone());
        assert_eq!(socket.next().await.0, "end");
    }
    assert_eq!(reasons, ["unauthorized", "unauthorized", "unauthorized", "idle"]);
    app.end().await;
}

#[tokio::test]
async fn a_session_that_was_ended_ends_its_socket() {
    let app = TestApp::new().await;
    let here = app.owner().await;
    let there = app.sign_in(EMAIL).await;
    let mut socket = Socket::agent(&app, &there, &json!([])).await;
    let change = json!({"current": PASSWORD, "new": "another password"});
    assert_eq!(app.post("/v1/inbox/password", &here, &change).await.short(), "204");
    socket.say(&json!({"ping": {"n": 1}})).await;
    assert_eq!(socket.wait_for("bye").await["reason"], "unauthorized");
    app.end().await;
}

#[tokio::test]
async fn frames_that_the_bus_loses_come_from_the_store() {
    let app = TestApp::new().await;
    let ana = app.visitor("shop", "c1").await;
    let mut socket = Socket::visitor(&app, &ana, &from("c1", 0)).await;
    socket.wait_for("presence").await;
    // More than a listener may have waiting, said at once: it lags, and what was stored silently is read again.
    let topic = Topic::Conversation(ConversationId::new("c1").expect("an id"));
    let silent = app.app.bus.clone();
    app.write(&ana, "c1", "m1", "x").await;
    for n in 0..5_000 {
        silent.publish(&topic, ServerFrame::Pong(Ping { n }));
    }
    app.write(&ana, "c1", "m2", "x").await;
    assert_eq!(socket.seqs(2).await, [1, 2]);
    app.end().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_dropped_and_loses_nothing() {
    let timing = Timing { write: Duration::from_millis(300), ..Timing::default() };
    let app = TestApp::with(Options { timing, ..Options::default() }).await;
    let ana = app.visitor("shop", "c1").await;
    let slow = Socket::visitor(&app, &ana, &from("c1", 0)).await;
    let row = app.write(&ana, "c1", "m1", &"🥖".repeat(4096)).await.json();
    let message: pronto_protocol::model::Message =
        serde_json::from_value(row["message"].clone()).expect("a message");
    let topic = Topic::Conversation(message.conversation_id.clone());
    let dropped = async {
        let mut seq = 1;
        while !app.get("/metrics", &As::Nobody).await.text.contains("pronto_sockets_too_slow_total 1") {
            for _ in 0..200 {
                // Typing frames as long as messages: they pass at once and fill the line.
                seq += 1;
                let name = Some(message.body.clone());
                let (conversation_id, side) =
                    (message.conversation_id.clone(), pronto_protocol::model::Side::Business);
                let typing = pronto_protocol::frame::Typing { conversation_id, side, name };
                app.app.bus.publish(&topic, ServerFrame::Typing(typing));
                tokio::task::yield_now().await;
            }
        }
        seq
    };
    tokio::time::timeout(PATIENCE, dropped).await.expect("it is dropped in time");
    drop(slow);
    let mut again = Socket::visitor(&app, &ana, &from("c1", 0)).await;
    assert_eq!(again.seqs(1).await, [1]);
    app.end().await;
}

#[tokio::test]
async fn a_server_that_ends_says_when_to_come_back_and_loses_nothing() {
    let app = TestApp::new().await;
    let ana = app.visitor("shop", "c1").await;
    let mut socket = Socket::visitor(&app, &ana, &from("c1", 0)).await;
    app.write(&ana, "c1", "m1", "before the end").await;
    let said = tokio::spawn(async move { socket.wait_for("bye").await });
    let folder = app.end().await;
    assert_eq!(said.await.expect("it ends"), json!({"reason": "draining", "retry_ms": 1000}));
    let store = open_store(folder.path()).await;
    let id = ConversationId::new("c1").expect("an id");
    assert_eq!(store.messages(&id, Page::Last, 10).await.expect("messages").len(), 1);
}

#[tokio::test]
async fn an_agent_hears_every_site() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let mut agent = Socket::agent(&app, &owner, &json!([])).await;
    for (name, conversation) in [("shop", "c1"), ("other", "c2")] {
        let who = app.visitor(name, conversation).await;
        app.write(&who, conversation, &format!("m-{name}"), name).await;
        assert_eq!(agent.wait_for("conversation").await["conversation"]["site"], json!(site(name).as_str()));
    }
    app.end().await;
}

#[tokio::test]
async fn the_poll_tells_what_a_socket_would() {
    let app = TestApp::new().await;
    let ana = app.visitor("shop", "c1").await;
    app.write(&ana, "c1", "m1", "one").await;
    let poll = async |after: u64, wait_ms: u32| {
        let answer =
            app.post("/v1/poll", &ana, &json!({"cursors": from("c1", after), "wait_ms": wait_ms})).await;
        let frames = answer.json()["frames"].as_array().cloned().unwrap_or_default();
        frames
            .into_iter()
            .filter_map(|frame| frame["message"]["body"].as_str().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    assert_eq!(poll(0, 0).await, ["one"]);
    assert_eq!(poll(1, 0).await, Vec::<String>::new());
    let (heard, _) = tokio::join!(poll(1, 20_000), async {
        while app.app.drain.live.now() == 0 {
            tokio::task::yield_now().await;
        }
        app.write(&ana, "c1", "m2", "two").await
    });
    assert_eq!(heard, ["two"]);
    let owner = app.owner().await;
    let list = app.post("/v1/poll", &owner, &json!({"cursors": [], "wait_ms": 0})).await.json();
    assert_eq!(list["frames"][0]["conversation"]["last_message"]["body"], "two");
    app.end().await;
}
