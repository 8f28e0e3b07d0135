//! Where a mail's links lead: into the conversation once, out of the mails, and nowhere for whoever only looks.

use std::time::Duration;

use pronto_server::relay::mail::MailConfig;
use reqwest::Method;
use serde_json::Value;

use crate::common::{Answer, As, TestApp};
use crate::{World, leave};

/// The links of the next mail: path and secret of the one, path of the other.
struct Links {
    resume: String,
    code: String,
    stop: String,
}

impl World {
    async fn links(&mut self) -> Links {
        self.answer("a1", "Sì, dalle 8.").await;
        let plain = self.smtp.next().await.part("text/plain");
        let here = format!("http://{}", self.app.address);
        let mut links = plain.lines().filter_map(|line| line.strip_prefix(&here));
        let (resume, code) =
            links.next().and_then(|link| link.split_once('#')).expect("a link with a secret");
        let stop = links.next().expect("a second link");
        assert!(plain.contains(&format!("\n{code}\n")), "{plain}");
        Links { resume: resume.to_owned(), code: code.to_owned(), stop: stop.to_owned() }
    }
}

async fn press(app: &TestApp, path: &str, body: &str) -> Answer {
    let request = app.request(Method::POST, path, &As::Nobody);
    TestApp::finish(request.header("content-type", "application/x-www-form-urlencoded").body(body.to_owned()))
        .await
}

async fn open(app: &TestApp, path: &str, code: &str) -> Answer {
    press(app, path, &format!("code={code}")).await
}

async fn look(app: &TestApp, path: &str) -> Answer {
    let head = TestApp::finish(app.request(Method::HEAD, path, &As::Nobody)).await;
    assert_eq!(head.short(), "200");
    app.get(path, &As::Nobody).await
}

#[tokio::test]
async fn the_link_opens_the_conversation_once_and_looking_at_it_does_not() {
    let mut world = World::new(&[]).await;
    // A second conversation, newer than the mail's.
    let body = serde_json::json!({"conversation_id": "c2"});
    world.app.post("/v1/sites/shop/sessions", &world.ana, &body).await;
    let links = world.links().await;
    for _ in 0..3 {
        let page = look(&world.app, &links.resume).await;
        assert!(
            page.text.contains("<form method=\"post\">") && page.text.contains("name=\"code\""),
            "{}",
            page.text
        );
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains("script-src 'sha256-") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert_eq!(
            [page.header("cache-control"), page.header("referrer-policy")],
            ["no-store", "same-origin"]
        );
    }
    let opened = open(&world.app, &links.resume, &links.code).await;
    assert_eq!((opened.short().as_str(), opened.header("location")), ("303", "/c/shop?conversation=c1"));
    let cookie = opened.header("set-cookie").to_owned();
    assert!(cookie.contains("; Path=/c/shop; HttpOnly; SameSite=Lax;"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    let request = world.app.request(Method::GET, opened.header("location"), &As::Nobody);
    let page = TestApp::finish(request.header("cookie", &cookie)).await;
    assert!(
        page.text.contains("Avete il pane di segale?") && page.text.contains("Sì, dalle 8."),
        "{}",
        page.text
    );
    assert!(page.text.contains("name=\"conversation\" value=\"c1\""), "{}", page.text);
    assert!(page.text.contains("name=\"wanted\" value=\"1\""), "{}", page.text);
    assert!(page.text.contains("action=\"/c/shop?lang=en&amp;conversation=c1\""), "{}", page.text);

    // A session of its own, beside the one there was, for the same visitor.
    let secret = cookie.strip_prefix("pronto_visitor=").expect("the cookie");
    let fresh = As::Bearer(secret.to_owned());
    let who = async |who: &As| world.app.get("/v1/session", who).await.json()["visitor_id"].clone();
    assert_eq!(who(&fresh).await, who(&world.ana).await);
    assert_ne!(who(&fresh).await, Value::Null);

    let again = open(&world.app, &links.resume, &links.code).await;
    assert_eq!((again.short().as_str(), again.header("set-cookie")), ("410", ""));
    assert!(
        again.text.contains("This link has been used") && again.text.contains("href=\"/c/shop?lang=en\""),
        "{}",
        again.text
    );
    world.end().await;
}

#[tokio::test]
async fn words_of_the_form_go_into_the_conversation_that_was_opened() {
    let mut world = World::new(&[]).await;
    let body = serde_json::json!({"conversation_id": "c2"});
    world.app.post("/v1/sites/shop/sessions", &world.ana, &body).await;
    let links = world.links().await;
    let opened = open(&world.app, &links.resume, &links.code).await;
    let cookie = opened.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    let request = world.app.request(Method::POST, "/c/shop?lang=en&conversation=c1", &As::Nobody);
    let request =
        request.header("cookie", &cookie).header("content-type", "application/x-www-form-urlencoded");
    let sent = TestApp::finish(request.body("body=Grazie&message_id=g1")).await;
    assert_eq!((sent.short().as_str(), sent.header("location")), ("303", "/c/shop?lang=en&conversation=c1"));
    assert_eq!(world.app.bodies(&world.ana, "c1").await.last().map(String::as_str), Some("Grazie"));
    // Somebody else's conversation in the address leads to one's own.
    world.app.visitor("shop", "bo").await;
    let request = world.app.request(Method::GET, "/c/shop?conversation=bo", &As::Nobody);
    let page = TestApp::finish(request.header("cookie", &cookie)).await;
    assert!(!page.text.contains("value=\"bo\"") && !page.text.contains("name=\"wanted\""), "{}", page.text);
    world.end().await;
}

#[tokio::test]
async fn of_other_sites_from_other_pages_and_garbled_it_opens_nothing_and_stays_good() {
    let mut world = World::new(&[]).await;
    let links = world.links().await;
    for (path, code) in [
        ("/c/other/resume", links.code.as_str()),
        (&links.resume, ""),
        (&links.resume, "x"),
        (&links.resume, &links.code[..42]),
    ] {
        let refused = open(&world.app, path, code).await;
        assert_eq!((refused.short().as_str(), refused.header("set-cookie")), ("410", ""), "{path} {code}");
    }
    assert_eq!(open(&world.app, "/c/none/resume", &links.code).await.short(), "404 not_found");
    let stolen =
        world.app.request(Method::POST, &links.resume, &As::Nobody).header("origin", "https://evil.example");
    let stolen = stolen.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(TestApp::finish(stolen.body(format!("code={}", links.code))).await.short(), "403 forbidden");
    assert_eq!(open(&world.app, &links.resume, &links.code).await.short(), "303");
    world.end().await;
}

#[tokio::test]
async fn an_expired_link_opens_nothing() {
    let mut world = World::with(&[], "", "no-reply@chat.example", |config| MailConfig {
        link_for: Duration::ZERO,
        ..config
    })
    .await;
    let links = world.links().await;
    assert_eq!(open(&world.app, &links.resume, &links.code).await.short(), "410");
    // The other link still takes the address away.
    assert_eq!(press(&world.app, &links.stop, "").await.short(), "200");
    world.end().await;
}

#[tokio::test]
async fn the_other_link_takes_the_address_away_when_its_button_is_pressed() {
    let mut world = World::new(&[]).await;
    let links = world.links().await;
    let email = async |world: &World| world.app.get("/v1/session", &world.ana).await.json()["email"].clone();
    let page = look(&world.app, &links.stop).await;
    assert!(page.text.contains("<form method=\"post\"><button>"), "{}", page.text);
    assert_eq!(email(&world).await, "ana@posta.example");
    let other = links.stop.replace("/c/shop/", "/c/other/");
    assert_eq!(press(&world.app, &other, "").await.short(), "410");
    assert_eq!(email(&world).await, "ana@posta.example");
    // As a mail program does it by itself.
    let done = press(&world.app, &links.stop, "List-Unsubscribe=One-Click").await;
    assert_eq!(done.short(), "200");
    assert!(done.text.contains("The address is removed."), "{}", done.text);
    assert_eq!(email(&world).await, Value::Null);
    assert_eq!(press(&world.app, &links.stop, "").await.short(), "410");
    // With the address its way back is gone.
    assert_eq!(open(&world.app, &links.resume, &links.code).await.short(), "410");
    world.end().await;
}

#[tokio::test]
async fn a_mended_address_ends_the_links_that_went_to_the_wrong_one() {
    let mut world = World::new(&[]).await;
    let links = world.links().await;
    leave(&world.app, &world.ana, "c1", "ana@altra.example").await;
    assert_eq!(open(&world.app, &links.resume, &links.code).await.short(), "410");
    world.end().await;
}
