//! The hosted page's form while its site is flooded. It moves the clock of its process, so it has one of its own.

#[expect(dead_code, reason = "other test files use the rest")]
#[path = "../common/mod.rs"]
mod common;

use common::{Answer, As, Options, TestApp};
use reqwest::Method;
use serde_json::json;

fn field<'a>(page: &'a Answer, name: &str) -> Option<&'a str> {
    page.text.split_once(&format!("name=\"{name}\" value=\""))?.1.split('"').next()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_script_one_comes_in_by_the_slow_door() {
    let app = TestApp::with(Options { test_clock: true, ..Options::default() }).await;
    let clock = async |ahead: i64| {
        let now = pronto_server::http::state::now().plus(ahead).0;
        assert_eq!(
            app.send(Method::PUT, "/v1/test/clock", &As::Nobody, &json!({"now": now})).await.short(),
            "200"
        );
    };
    let calm = app.get("/c/shop", &As::Nobody).await;
    assert_eq!(field(&calm, "seen"), None, "a calm site asks for nothing");
    for n in 0..60 {
        let who = As::Bearer(pronto_server::auth::secret::mint());
        app.post("/v1/sites/shop/sessions", &who, &json!({"conversation_id": format!("flood-{n}")})).await;
    }
    let send = async |page: &Answer, seen: Option<&str>| {
        let value = |name| field(page, name).unwrap_or_default();
        let mut form =
            format!("body=Buongiorno&message_id={}&session={}", value("message_id"), value("session"));
        if let Some(seen) = seen {
            form.push_str(&format!("&seen={seen}"));
        }
        let request = app.request(Method::POST, "/c/shop", &As::Nobody);
        TestApp::finish(request.header("content-type", "application/x-www-form-urlencoded").body(form)).await
    };
    // Nothing said when the page was drawn: it was drawn before the flood.
    let before = send(&calm, None).await;
    assert_eq!(before.status.as_u16(), 429);
    assert!(before.text.contains("wait a minute") && field(&before, "seen").is_some(), "{}", before.text);
    // At once is too soon for a person, but who presses too early does not begin anew.
    let page = app.get("/c/shop", &As::Nobody).await;
    let early = send(&page, field(&page, "seen")).await;
    assert_eq!((early.status.as_u16(), field(&early, "seen")), (429, field(&page, "seen")));
    // Another page's word counts for nothing.
    let other = app.get("/c/shop", &As::Nobody).await;
    clock(5_000).await;
    assert_eq!(send(&page, field(&other, "seen")).await.status.as_u16(), 429);
    assert_eq!(send(&page, field(&page, "seen")).await.status.as_u16(), 303);
    assert_eq!(send(&before, field(&before, "seen")).await.status.as_u16(), 303);
    // The door is narrow for one address.
    let mut answers = Vec::new();
    for _ in 0..6 {
        let page = app.get("/c/shop", &As::Nobody).await;
        clock(5_000).await;
        answers.push(send(&page, field(&page, "seen")).await.status.as_u16());
    }
    assert_eq!(answers, [303, 303, 303, 429, 429, 429]);
    app.end().await;
}
