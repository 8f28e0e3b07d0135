//! Requests: script in every field, smuggling signs, forged origins, foreign ids, secrets where none belong, replays, bodies
//! that are too large or never end.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::common::{As, TestApp};
use crate::{Dice, all_is_well, bearer};

const EVIL: &str = "\"><script>alert(1)</script><img src=x onerror=alert(2)>{{constructor}}${7*7}'; drop table visitor;--\u{202e}\u{0}";

#[tokio::test(flavor = "multi_thread")]
async fn script_is_text_wherever_it_is_said() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let eve = As::Bearer(pronto_server::auth::secret::mint());
    let context = json!({"page_url": format!("javascript:{EVIL}"), "page_title": EVIL, "locale": EVIL, "time_zone": EVIL});
    let open = json!({"conversation_id": "c", "context": context});
    assert_eq!(app.post("/v1/sites/shop/sessions", &eve, &open).await.short(), "200");
    assert_eq!(app.write(&eve, "c", "m", EVIL).await.short(), "201");
    // Stored as it came, but for the NUL that no database keeps.
    assert_eq!(app.bodies(&eve, "c").await, [EVIL.replace('\0', "")]);
    for path in [
        "/v1/conversations/c/messages".to_owned(),
        "/v1/conversations/c/transcript".to_owned(),
        "/v1/conversations/c/transcript?format=html".to_owned(),
        format!("/v1/conversations/c/transcript?format=html&lang={}", "%22%3E%3Cscript%3E"),
    ] {
        let answer = app.get(&path, &eve).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{path}");
        let is_page = answer.header("content-type").starts_with("text/html");
        assert!(
            !is_page || (!answer.text.contains("<script>alert") && !answer.text.contains("<img src=x")),
            "{path}"
        );
    }
    let cookie = format!("pronto_visitor={}", bearer(&eve));
    let page = app.request(Method::GET, "/c/shop", &As::Nobody).header("cookie", cookie);
    let page = TestApp::finish(page.header("accept-language", EVIL.replace(['\0', '\u{202e}'], ""))).await;
    assert_eq!(page.short(), "200");
    assert!(page.text.contains("&lt;script&gt;") && !page.text.contains("<script>alert"), "{}", page.text);
    let row = app.get("/v1/inbox/conversations/c", &owner).await;
    assert!(row.header("content-type").starts_with("application/json"));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_theirs_is_not_there_by_any_road() {
    let app = TestApp::new().await;
    let (ana, eve) = (app.visitor("shop", "of-ana").await, app.visitor("shop", "of-eve").await);
    app.write(&ana, "of-ana", "m-ana", "private").await;
    let far = app.visitor("other", "of-far").await;
    let receipts = json!({"delivered": 1, "read": 1});
    let mut seen = Vec::new();
    for who in [&eve, &far, &As::Nobody, &As::Bearer("x".repeat(43)), &As::Bearer("pk_x_y".to_owned())] {
        let answers = [
            app.get("/v1/conversations/of-ana/messages", who).await,
            app.get("/v1/conversations/of-ana/transcript", who).await,
            app.write(who, "of-ana", "m2", "in her name").await,
            app.post("/v1/conversations/of-ana/receipts", who, &receipts).await,
            app.post("/v1/conversations/of-ana/typing", who, &json!({})).await,
            app.post("/v1/sites/shop/sessions", who, &json!({"conversation_id": "of-ana"})).await,
            app.send(
                Method::PUT,
                "/v1/session/email",
                who,
                &json!({"conversation_id": "of-ana", "email": ""}),
            )
            .await,
            app.get("/v1/inbox/conversations/of-ana", who).await,
            app.get("/v1/inbox/sites/shop", who).await,
        ];
        for answer in answers {
            assert!(
                answer.status.is_client_error() && !answer.text.contains("private"),
                "{who:?}: {}",
                answer.text
            );
            seen.push(answer.status.as_u16());
        }
    }
    assert!(seen.iter().all(|status| [401, 403, 404].contains(status)), "{seen:?}");
    // The same message id in another's conversation is another message, and tells nothing of the first.
    assert_eq!(app.write(&eve, "of-eve", "m-ana", "mine").await.short(), "201");
    assert_eq!(app.bodies(&ana, "of-ana").await, ["private"]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_in_an_address_opens_nothing_and_is_in_no_answer() {
    let app = TestApp::new().await;
    let ana = app.visitor("shop", "c").await;
    let secret = bearer(&ana);
    for path in [
        format!(
            "/v1/session?session={secret}&secret={secret}&token={secret}&authorization=Bearer%20{secret}"
        ),
        format!("/v1/conversations/c/messages?access_token={secret}"),
        format!("/c/shop?session={secret}"),
        format!("/v1/sites/shop?secret={secret}"),
        format!("/frame/shop?session={secret}"),
    ] {
        let answer = app.get(&path, &As::Nobody).await;
        assert!(answer.status.as_u16() == 401 || !answer.text.contains(secret), "{path}");
        assert!(!format!("{:?}", answer.headers).contains(secret), "{path}");
    }
    assert_eq!(
        app.get(&format!("/v1/session?session={secret}"), &As::Nobody).await.short(),
        "401 unauthorized"
    );
    // A form that fixes a session on somebody else's browser comes from another page, and is refused.
    let form = format!("body=x&session={secret}");
    for (name, value) in
        [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")]
    {
        let request = app.request(Method::POST, "/c/shop", &As::Nobody).header(name, value);
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form.clone());
        let answer = TestApp::finish(request).await;
        assert_eq!(
            (answer.short().as_str(), answer.header("set-cookie")),
            ("403 forbidden", ""),
            "{name}: {value}"
        );
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_origins_and_referrers_let_nobody_in() {
    let app = TestApp::new().await;
    let As::Agent { cookie, csrf } = app.owner().await else { panic!("an agent") };
    let made = |headers: &[(&str, &str)]| {
        let request = app.request(Method::POST, "/v1/inbox/sites/shop/identity-secrets", &As::Nobody);
        headers.iter().fold(request.header("cookie", cookie.clone()), |request, (name, value)| {
            request.header(*name, *value)
        })
    };
    let own = format!("http://{}", app.address);
    let cases: [(&[(&str, &str)], &str); 5] = [
        (&[("origin", "https://evil.example"), ("x-pronto-csrf", &csrf)], "403 forbidden"),
        (&[("origin", &own), ("x-pronto-csrf", "guessed")], "403 forbidden"),
        (&[("origin", &own)], "403 forbidden"),
        (&[("sec-fetch-site", "cross-site"), ("referer", &own), ("x-pronto-csrf", &csrf)], "403 forbidden"),
        (&[("origin", &own), ("x-pronto-csrf", &csrf)], "200"),
    ];
    for (headers, expected) in cases {
        assert_eq!(TestApp::finish(made(headers)).await.short(), expected, "{headers:?}");
    }
    // Who is framed is told by the page's policy, whatever a request claims.
    let request = app.request(Method::GET, "/frame/shop", &As::Nobody);
    let request = request.header("referer", "https://shop.example/").header("origin", "https://shop.example");
    let policy = TestApp::finish(request).await.header("content-security-policy").to_owned();
    assert!(policy.contains("frame-ancestors 'self' https://shop.example"), "{policy}");
    app.end().await;
}

/// One request, byte for byte, and the answers that came back.
async fn raw(app: &TestApp, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(app.address).await.expect("a connection");
    stream.write_all(bytes).await.expect("it leaves");
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    drop(read);
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_sign_of_a_request_becomes_another_request_or_a_header() {
    let app = TestApp::new().await;
    let host = app.address;
    let smuggled = "GET /v1/inbox/me HTTP/1.1\r\nhost: x\r\n\r\n";
    let requests = [
        // Two lengths, a length and chunks, chunks written otherwise: read once, or refused, never as two.
        format!(
            "POST /v1/poll HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{smuggled}",
            smuggled.len()
        ),
        format!(
            "POST /v1/poll HTTP/1.1\r\nhost: {host}\r\ncontent-length: {}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n0\r\n\r\n{smuggled}",
            smuggled.len() + 5
        ),
        format!(
            "POST /v1/poll HTTP/1.1\r\nhost: {host}\r\ntransfer-encoding: xchunked\r\nconnection: close\r\n\r\n{smuggled}"
        ),
        format!("GET /healthz HTTP/1.1\r\nhost: {host}\r\nx: a\rb\r\nconnection: close\r\n\r\n"),
        format!("GET /healthz HTTP/1.1\r\nhost: {host}\r\nx : a\r\nconnection: close\r\n\r\n"),
        format!("GET /healthz HTTP/1.1\r\nhost: {host}\r\n\0: a\r\nconnection: close\r\n\r\n"),
        format!(
            "GET /c/shop?lang=%0d%0aset-cookie:%20a=b&conversation=%0d%0a HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
        ),
        format!("GET /c/%0d%0aset-cookie:%20a=b HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"),
        format!("GET /assets/..%2f..%2fCargo.toml HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"),
        format!("GET /assets/../../Cargo.toml HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"),
        format!(
            "GET /healthz HTTP/1.1\r\nhost: {host}\r\nx: {}\r\nconnection: close\r\n\r\n",
            "a".repeat(100_000)
        ),
    ];
    for request in requests {
        let answer = raw(&app, request.as_bytes()).await;
        let shown: String = request.chars().take(120).collect();
        assert!(answer.matches("HTTP/1.1 ").count() <= 1, "two answers to {shown:?}: {answer}");
        let head = answer.split("\r\n\r\n").next().unwrap_or_default().to_ascii_lowercase();
        assert!(!head.contains("set-cookie: a=b") && !answer.contains("[package]"), "{shown:?}: {answer}");
    }
    all_is_well(&app).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_and_endless_senders_hold_up_nobody() {
    let app = TestApp::new().await;
    let eve = app.visitor("shop", "c").await;
    let mut held = Vec::new();
    for place in 0..300 {
        let mut stream = TcpStream::connect(app.address).await.expect("a connection");
        // Half of them never end their head, half never their body.
        let head = match place % 2 {
            0 => "POST /v1/poll HTTP/1.1\r\nhost: x\r\nx-a: b".to_owned(),
            _ => format!(
                "POST /v1/conversations/c/messages HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
                 content-type: application/json\r\ncontent-length: 60000\r\n\r\n{{",
                bearer(&eve)
            ),
        };
        stream.write_all(head.as_bytes()).await.expect("it leaves");
        held.push(stream);
    }
    let began = Instant::now();
    all_is_well(&app).await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    // A body without an end is read no further than it can matter.
    let endless = app.request(Method::POST, "/v1/conversations/c/messages", &eve);
    let endless = endless.header("content-type", "application/json").body("x".repeat(5_000_000));
    assert_eq!(TestApp::finish(endless).await.short(), "413 too_large");
    drop(held);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_body_makes_the_server_fail() {
    let app = TestApp::new().await;
    let eve = app.visitor("shop", "c").await;
    let bodies = [
        json!({"message_id": "m", "body": "x"}),
        json!({"conversation_id": "c", "context": {"page_title": "x"}}),
        json!({"cursors": [{"conversation_id": "c", "after": 0}], "wait_ms": 0}),
        json!({"token": "a.b.c", "next": "x".repeat(43)}),
        json!({"delivered": 1, "read": 1}),
        json!({"conversation_id": "c", "email": "a@b.example"}),
    ];
    let paths = [
        "/v1/conversations/c/messages",
        "/v1/sites/shop/sessions",
        "/v1/sites/shop/identify",
        "/v1/conversations/c/receipts",
        "/v1/poll",
        "/v1/session/email",
        "/v1/inbox/login",
    ];
    let odd = [
        json!(null),
        json!(-1),
        json!(1e308),
        json!(u64::MAX),
        json!([]),
        json!({}),
        json!("\u{0}"),
        json!("x".repeat(5_000)),
        json!(true),
        json!("../../etc/passwd"),
        json!("__proto__"),
    ];
    for seed in 0..400 {
        let mut dice = Dice(seed);
        let mut body = dice.one(&bodies).clone();
        let names: Vec<String> = body.as_object().expect("an object").keys().cloned().collect();
        let name = dice.one(&names).clone();
        body[name] = dice.one(&odd).clone();
        let path = *dice.one(&paths);
        let method = if path.ends_with("email") { Method::PUT } else { Method::POST };
        let answer = app.send(method, path, &eve, &body).await;
        assert!(answer.status.as_u16() < 500, "seed {seed}: {path} {body}: {}", answer.text);
        let error = answer.json();
        if answer.status.is_client_error() {
            assert!(
                error.pointer("/error/message").is_some_and(Value::is_string),
                "seed {seed}: {}",
                answer.text
            );
        }
    }
    all_is_well(&app).await;
    app.end().await;
}
