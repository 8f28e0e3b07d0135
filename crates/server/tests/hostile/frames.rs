//! The socket: frames that are none, too large, too deep, out of order, of others; and thousands of sockets.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use pronto_server::http::state::Timing;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::common::{As, Options, TestApp};
use crate::{Dice, all_is_well, bearer};

const PATIENCE: Duration = Duration::from_secs(20);

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn open(app: &TestApp) -> Self {
        Self(connect_async(format!("ws://{}/v1/socket", app.address)).await.expect("a socket").0)
    }

    async fn of(app: &TestApp, who: &As) -> Self {
        let mut socket = Self::open(app).await;
        socket.say(&json!({"hello": {"session": bearer(who), "cursors": []}})).await;
        socket
    }

    /// A socket that has ended takes nothing more, which is fine here.
    async fn raw(&mut self, message: Message) {
        let _ = self.0.send(message).await;
    }

    async fn say(&mut self, frame: &Value) {
        self.raw(Message::text(frame.to_string())).await;
    }

    /// The next frame, or nothing once the server has hung up.
    async fn next(&mut self) -> Option<Value> {
        loop {
            match tokio::time::timeout(PATIENCE, self.0.next()).await.expect("in time") {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).ok(),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// All that is said until the pong to a ping, or until the end.
    async fn until_pong(&mut self) -> (Vec<Value>, bool) {
        self.say(&json!({"ping": {"n": 9}})).await;
        let mut said = Vec::new();
        while let Some(frame) = self.next().await {
            if frame.get("pong").is_some_and(|pong| pong["n"] == 9) {
                return (said, true);
            }
            said.push(frame);
        }
        (said, false)
    }

    /// Why the server hangs up.
    async fn bye(&mut self) -> Option<String> {
        while let Some(frame) = self.next().await {
            if let Some(reason) = frame.pointer("/bye/reason").and_then(Value::as_str) {
                return Some(reason.to_owned());
            }
        }
        None
    }
}

fn nested(depth: usize) -> String {
    format!("{{\"ping\":{}{}}}", "[".repeat(depth), "]".repeat(depth))
}

/// A frame that somebody could have meant, and then not.
fn spoiled(dice: &mut Dice, theirs: &str) -> Message {
    let whole = [
        json!({"ping": {"n": 1}}),
        json!({"typing": {"conversation_id": theirs}}),
        json!({"receipts": {"conversation_id": theirs, "receipts": {"delivered": 99, "read": 99}}}),
        json!({"hello": {"session": "a".repeat(43), "cursors": [{"conversation_id": theirs, "after": 0}]}}),
        json!({"message": {"conversation_id": theirs, "body": "x", "seq": 1}}),
        json!({"welcome": {"now": 0, "heartbeat_ms": 1}}),
        json!({"bye": {"reason": "x", "retry_ms": 0}}),
    ];
    let mut bytes = dice.one(&whole).to_string().into_bytes();
    match dice.below(9) {
        0 => return Message::binary((0..dice.below(300)).map(|_| dice.below(256) as u8).collect::<Vec<_>>()),
        1 => return Message::text(nested(dice.below(40_000))),
        2 => return Message::text("9".repeat(dice.below(60_000))),
        3 => return Message::Ping(vec![0; dice.below(125)].into()),
        4 => bytes.truncate(dice.below(bytes.len())),
        5 => {
            let at = dice.below(bytes.len());
            bytes[at] = dice.below(128) as u8;
        }
        6 => {
            let at = dice.below(bytes.len());
            bytes.splice(at..at, "\u{0}\u{202e}\"}{".bytes());
        }
        7 => bytes = String::from_utf8_lossy(&bytes).replace('1', "1e999").replace('9', "-9").into_bytes(),
        _ => {}
    }
    Message::text(String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_frame_breaks_the_server_or_shows_what_is_not_theirs() {
    let app = TestApp::new().await;
    let ana = app.visitor("shop", "of-ana").await;
    app.write(&ana, "of-ana", "m", "for the shop alone").await;
    let eve = app.visitor("shop", "of-eve").await;
    for seed in 0..40 {
        let mut dice = Dice(seed);
        let mut socket =
            if dice.below(3) == 0 { Socket::open(&app).await } else { Socket::of(&app, &eve).await };
        for _ in 0..40 {
            socket.raw(spoiled(&mut dice, "of-ana")).await;
        }
        let knows_eve = socket.until_pong();
        // A socket without a hello says nothing, so it is not waited for.
        if let Ok((said, _)) = tokio::time::timeout(Duration::from_secs(2), knows_eve).await {
            let said = Value::from(said).to_string();
            assert!(!said.contains("of-ana") && !said.contains("for the shop"), "seed {seed}: {said}");
        }
    }
    let row = app.get("/v1/conversations/of-ana/messages", &ana).await.json();
    assert_eq!(
        row["conversation"]["visitor"],
        json!({"delivered": 0, "read": 0}),
        "nobody moved her receipts"
    );
    all_is_well(&app).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_ends_that_socket_alone() {
    let app = TestApp::new().await;
    let eve = app.visitor("shop", "c").await;
    let mut other = Socket::of(&app, &eve).await;
    for size in [70_000, 1 << 20] {
        let mut socket = Socket::of(&app, &eve).await;
        socket.raw(Message::text("x".repeat(size))).await;
        assert!(!socket.until_pong().await.1, "{size}");
    }
    assert!(other.until_pong().await.1);
    let mut socket = Socket::of(&app, &eve).await;
    socket.raw(Message::text(nested(30_000))).await;
    assert!(socket.until_pong().await.1, "deep is not large");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_no_hello_or_a_false_one_is_sent_away() {
    let timing = Timing { hello: Duration::from_millis(300), ..Timing::default() };
    let app = TestApp::with(Options { timing, ..Options::default() }).await;
    let ana = app.visitor("shop", "of-ana").await;
    let mut silent = Socket::open(&app).await;
    assert_eq!(silent.bye().await.as_deref(), Some("idle"));
    let mut early = Socket::open(&app).await;
    early.say(&json!({"typing": {"conversation_id": "of-ana"}})).await;
    early.say(&json!({"ping": {"n": 1}})).await;
    assert_eq!(early.bye().await.as_deref(), Some("idle"));
    for session in ["", "short", &"a".repeat(43), "pk_a_b", "' or 1=1 --"] {
        let mut socket = Socket::open(&app).await;
        socket.say(&json!({"hello": {"session": session, "cursors": []}})).await;
        assert_eq!(socket.bye().await.as_deref(), Some("unauthorized"), "{session}");
    }
    // A second hello makes nobody of somebody else.
    let mut socket = Socket::of(&app, &ana).await;
    let eve = app.visitor("shop", "of-eve").await;
    let cursor = json!([{"conversation_id": "of-eve", "after": 0}]);
    socket.say(&json!({"hello": {"session": bearer(&eve), "cursors": cursor}})).await;
    let (said, open) = socket.until_pong().await;
    assert!(open && !Value::from(said).to_string().contains("of-eve"));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_session_has_a_hundred_sockets_and_others_have_theirs() {
    let app = TestApp::new().await;
    let (ana, eve) = (app.visitor("shop", "of-ana").await, app.visitor("shop", "of-eve").await);
    let mut open = Vec::new();
    let mut refused = 0;
    for _ in 0..1_000 {
        let mut socket = Socket::of(&app, &eve).await;
        match socket.next().await {
            Some(frame) if frame.get("welcome").is_some() => open.push(socket),
            Some(frame) if frame.pointer("/bye/reason") == Some(&json!("too_many")) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((open.len(), refused), (100, 900));
    let poll = app.post("/v1/poll", &eve, &json!({"cursors": [], "wait_ms": 0})).await;
    assert_eq!(poll.short(), "429 too_many");
    assert!(Socket::of(&app, &ana).await.until_pong().await.1);
    open.clear();
    all_is_well(&app).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ended_hears_nothing_more_though_it_never_pings() {
    let timing = Timing { heartbeat: Duration::from_millis(200), ..Timing::default() };
    let app = TestApp::with(Options { timing, ..Options::default() }).await;
    let eve = app.visitor("shop", "c").await;
    let mut socket = Socket::of(&app, &eve).await;
    assert_eq!(app.delete("/v1/session", &eve).await.short(), "204");
    let typing = json!({"typing": {"conversation_id": "c"}});
    let ended = async {
        loop {
            socket.say(&typing).await;
            let next = tokio::time::timeout(Duration::from_millis(50), socket.next()).await;
            match next {
                Ok(Some(frame)) if frame.get("bye").is_some() => return frame["bye"]["reason"].clone(),
                Ok(None) => return Value::Null,
                _ => {}
            }
        }
    };
    assert_eq!(tokio::time::timeout(PATIENCE, ended).await.expect("in time"), "unauthorized");
    app.end().await;
}
