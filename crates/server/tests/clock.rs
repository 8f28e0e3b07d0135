//! The operator's test clock. The clock is one for the whole process, so its story is told in one test.

#[expect(dead_code, reason = "other test files use the rest")]
mod common;

use common::{As, Options, TestApp};
use reqwest::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_moves_only_where_the_operator_said_so() {
    let app = TestApp::new().await;
    let to = |now: i64| json!({"now": now});
    let set =
        async |app: &TestApp, now: i64| app.send(Method::PUT, "/v1/test/clock", &As::Nobody, &to(now)).await;
    assert_eq!(set(&app, 1_800_000_000_000).await.short(), "404 not_found");

    let app = TestApp::with(Options { test_clock: true, ..Options::default() }).await;
    let day = 24 * 60 * 60 * 1_000;
    for start in [1_900_000_000_000_i64, 1_800_000_000_000] {
        let answer = set(&app, start).await;
        assert_eq!(answer.short(), "200", "{}", answer.text);
        let who = app.visitor("shop", &format!("c{start}")).await;
        let sent = app.write(&who, &format!("c{start}"), "m1", "ciao").await;
        let at = sent.json()["message"]["created_at"].as_i64().expect("a time");
        assert!((start..start + 60_000).contains(&at), "{at}");
        let session = app.get("/v1/session", &who).await.json()["now"].as_i64().expect("a time");
        assert!((at..start + 60_000).contains(&session), "it goes on: {session}");
    }
    for wrong in [-1, i64::MAX, 4_000_000 * day] {
        assert_eq!(set(&app, wrong).await.short(), "400 bad_request", "{wrong}");
    }
    let text = app.send(Method::PUT, "/v1/test/clock", &As::Nobody, &json!({"now": "noon"})).await;
    assert_eq!(text.short(), "400 bad_request");
}
