//! Promises and blocked visitors through a real socket: when one is made, who is told, when it ends, and that there is
//! none where there is no figure.

#[expect(dead_code, reason = "other test files use the rest")]
mod common;

use common::{As, TestApp, site};
use pronto_protocol::id::{ConversationId, MessageId, Millis, VisitorId};
use pronto_protocol::model::{Author, Status, VisitorContext};
use pronto_server::http::state::now;
use pronto_server::store::{SeedConversation, SeedMessage};
use reqwest::Method;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;

/// Questions of the last days, each answered after so many minutes.
async fn history(app: &TestApp, key: &str, waits: &[Option<i64>]) {
    asked(app, key, now().plus(-48 * 60 * MINUTE), waits).await;
}

/// Questions from `begin` on, one a minute.
async fn asked(app: &TestApp, key: &str, begin: Millis, waits: &[Option<i64>]) {
    let seed = |(number, wait): (usize, &Option<i64>)| {
        let name = format!("{key}-{}-{number}", begin.0);
        let asked = begin.plus(i64::try_from(number).expect("a number") * MINUTE);
        let message = |author: Author, at: Millis| SeedMessage {
            message_id: MessageId::new(author.as_str()).expect("an id"),
            author,
            author_name: None,
            body: "ciao".to_owned(),
            at,
            promise: None,
        };
        let answer = wait.map(|minutes| message(Author::Agent, asked.plus(minutes * MINUTE)));
        SeedConversation {
            site: site(key),
            visitor_id: VisitorId::new(name.clone()).expect("an id"),
            conversation_id: ConversationId::new(name).expect("an id"),
            context: VisitorContext::default(),
            status: Status::Open,
            messages: [message(Author::Visitor, asked)].into_iter().chain(answer).collect(),
        }
    };
    app.app.store.seed(waits.iter().enumerate().map(seed).collect()).await.expect("history");
}

fn promise_of(value: &Value) -> Option<i64> {
    value["promise_by"].as_i64()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_is_made_told_and_kept() {
    let app = TestApp::new().await;
    let waits: Vec<Option<i64>> = (0..40).map(|n| Some(2 + n % 8)).collect();
    history(&app, "shop", &waits).await;
    let (owner, who) = (app.owner().await, app.visitor("shop", "c1").await);
    let before = now();
    let sent = app.write(&who, "c1", "m1", "ciao").await;
    let by = promise_of(&sent.json()).expect("a promise");
    assert!((5 * MINUTE..=20 * MINUTE).contains(&(by - before.0)), "{}", by - before.0);
    assert_eq!(by % (5 * MINUTE), 0, "a time that a person would say");

    for (id, words) in [("m1", "ciao"), ("m2", "eccomi")] {
        let again = app.write(&who, "c1", id, words).await;
        assert_eq!(promise_of(&again.json()), Some(by), "{id}");
    }
    let session = app.get("/v1/session", &who).await.json();
    assert_eq!(promise_of(&session["conversations"][0]), Some(by));
    let list = "/v1/inbox/conversations?site=shop&order=promise";
    let first = async || app.get(list, &owner).await.json()["conversations"][0]["conversation"].clone();
    assert_eq!(
        (first().await["conversation_id"].as_str(), promise_of(&first().await)),
        (Some("c1"), Some(by))
    );

    let answer = app.write(&owner, "c1", "a1", "eccoci").await;
    assert_eq!((answer.short().as_str(), promise_of(&answer.json())), ("201", None));
    assert_eq!(promise_of(&app.get("/v1/session", &who).await.json()["conversations"][0]), None);
    let turns = app.app.store.turns(&site("shop"), before).await.expect("turns");
    assert_eq!(turns.iter().map(|turn| turn.promised_by).collect::<Vec<_>>(), [Some(Millis(by))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_promise_without_a_figure() {
    let app = TestApp::new().await;
    let nine: Vec<Option<i64>> = vec![Some(10); 9];
    history(&app, "shop", &nine).await;
    let mostly_never: Vec<Option<i64>> = (0..20).map(|n| (n < 4).then_some(10)).collect();
    history(&app, "other", &mostly_never).await;
    for key in ["shop", "other"] {
        let who = app.visitor(key, &format!("c-{key}")).await;
        let sent = app.write(&who, &format!("c-{key}"), "m1", "ciao").await;
        assert_eq!((sent.short().as_str(), promise_of(&sent.json())), ("201", None), "{key}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_visitor_is_told_so_and_counts_no_more() {
    let app = TestApp::new().await;
    let (owner, who) = (app.owner().await, app.visitor("shop", "c1").await);
    app.write(&who, "c1", "m1", "compra ora").await;
    let set = async |blocked: bool| {
        let body = json!({"blocked": blocked});
        app.send(Method::PATCH, "/v1/inbox/conversations/c1", &owner, &body).await.json()
    };
    let blocked = set(true).await;
    assert_eq!((&blocked["blocked"], &blocked["waiting_since"]), (&json!(true), &Value::Null));
    let refused = app.write(&who, "c1", "m2", "compra").await;
    assert_eq!(refused.short(), "403 blocked");
    assert_eq!(app.write(&who, "c1", "m1", "compra ora").await.short(), "200", "what was stored stays");
    // Another conversation of theirs is no way around it.
    let open = json!({"conversation_id": "c2"});
    assert_eq!(app.post("/v1/sites/shop/sessions", &who, &open).await.short(), "200");
    assert_eq!(app.write(&who, "c2", "m1", "compra").await.short(), "403 blocked");
    let public = app.get("/v1/sites/shop/reply-time", &As::Nobody).await.json();
    assert_eq!(public["reply"]["sample"], 0);

    assert_eq!(set(false).await.get("blocked"), None);
    assert_eq!(app.write(&who, "c2", "m1", "ciao").await.short(), "201");
    let public = app.get("/v1/sites/shop/reply-time", &As::Nobody).await.json();
    assert_eq!(public["reply"]["sample"], 2, "the wait that went before counts again");
    let visitor =
        app.send(Method::PATCH, "/v1/inbox/conversations/c1", &who, &json!({"blocked": true})).await;
    assert_eq!(visitor.short(), "403 forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_longer_than_usual_is_told_so_and_settling_hides_no_wait() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let waits: Vec<Option<i64>> = (0..40).map(|n| Some(2 + n % 8)).collect();
    history(&app, "shop", &waits).await;
    let reply = async || app.get("/v1/sites/shop/reply-time", &As::Nobody).await.json()["reply"].clone();
    let usual = reply().await;
    assert_eq!(
        (usual.get("slower_now"), &usual["sample"], &usual["unanswered"]),
        (None, &json!(40), &json!(0))
    );

    let begin = now().plus(-60 * MINUTE);
    asked(&app, "shop", begin, &[None; 5]).await;
    let slow = reply().await;
    assert_eq!((&slow["slower_now"], &slow["unanswered"]), (&json!(true), &json!(5)));
    for number in 0..5 {
        let path = format!("/v1/inbox/conversations/shop-{}-{number}", begin.0);
        let settled = app.send(Method::PATCH, &path, &owner, &json!({"status": "resolved"})).await;
        assert_eq!(settled.short(), "200", "{}", settled.text);
    }
    let settled = reply().await;
    assert_eq!((&settled["sample"], &settled["unanswered"]), (&json!(45), &json!(5)));
    let document = app.get("/v1/sites/shop/reply-time", &As::Nobody).await.json();
    assert_eq!(document["never_permille"], json!(111), "5 of 45 never got an answer");
}
