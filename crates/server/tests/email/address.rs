//! The address a visitor leaves: who sees it, what it may be, how it is taken away.

use serde_json::{Value, json};

use crate::common::{As, Options, TestApp};
use crate::{leave, mail};

async fn app() -> TestApp {
    TestApp::with(Options { mail: mail("smtp://127.0.0.1:1"), ..Options::default() }).await
}

async fn session(app: &TestApp, who: &As) -> Value {
    app.get("/v1/session", who).await.json()
}

#[tokio::test]
async fn an_address_is_shown_to_its_visitor_and_to_agents_and_is_removed_with_the_session() {
    let app = app().await;
    let (ana, bo) = (app.visitor("shop", "c1").await, app.visitor("shop", "c2").await);
    app.write(&ana, "c1", "m1", "Aperto?").await;
    assert_eq!(
        [&session(&app, &ana).await["can_email"], &session(&app, &ana).await["email"]],
        [&json!(true), &Value::Null]
    );
    assert_eq!(leave(&app, &ana, "c1", " ana@posta.example ").await.short(), "204");
    assert_eq!(session(&app, &ana).await["email"], "ana@posta.example");
    assert_eq!(session(&app, &bo).await["email"], Value::Null);
    let owner = app.owner().await;
    let row = async || app.get("/v1/inbox/conversations/c1", &owner).await.json();
    assert_eq!(row().await["email"], "ana@posta.example");

    assert_eq!(leave(&app, &bo, "c1", "bo@posta.example").await.short(), "404 not_found");
    assert_eq!(leave(&app, &owner, "c1", "bo@posta.example").await.short(), "403 forbidden");
    assert_eq!(leave(&app, &As::Nobody, "c1", "bo@posta.example").await.short(), "401 unauthorized");
    for wrong in ["ana", "ana@localhost", "a@b.example\r\nBcc: c@d.example", &"a".repeat(255)] {
        assert_eq!(leave(&app, &ana, "c1", wrong).await.short(), "422 invalid_email", "{wrong:?}");
    }
    assert_eq!(session(&app, &ana).await["email"], "ana@posta.example");
    app.delete("/v1/session", &ana).await;
    assert_eq!(row().await["email"], Value::Null);
    app.end().await;
}

#[tokio::test]
async fn an_empty_address_takes_it_away_and_many_are_too_many() {
    let app = app().await;
    let ana = app.visitor("shop", "c1").await;
    assert_eq!(leave(&app, &ana, "c1", "ana@posta.example").await.short(), "204");
    assert_eq!(leave(&app, &ana, "c1", "").await.short(), "204");
    assert_eq!(session(&app, &ana).await["email"], Value::Null);
    let mut last = String::new();
    for _ in 0..6 {
        last = leave(&app, &ana, "c1", "ana@posta.example").await.short();
    }
    assert_eq!(last, "429 too_many");
    app.end().await;
}

#[tokio::test]
async fn a_server_without_mail_asks_for_no_address() {
    let app = TestApp::new().await;
    let ana = app.visitor("shop", "c1").await;
    assert_eq!(session(&app, &ana).await.get("can_email"), None);
    assert_eq!(leave(&app, &ana, "c1", "ana@posta.example").await.short(), "404 not_found");
    assert_eq!(leave(&app, &ana, "c1", "").await.short(), "204");
    app.end().await;
}

#[test]
fn what_the_operator_hides_is_hidden() {
    let shown = format!("{:?}", mail("smtps://ana:secret@mail.example"));
    assert!(!shown.contains("secret") && !shown.contains("chat.example"), "{shown}");
}
