//! A visitor's own pages and data, through the real server: what they see, take along and have erased, and that nobody
//! else does.

#[expect(dead_code, reason = "other test files use the rest")]
#[path = "../common/mod.rs"]
mod common;

use common::{Answer, As, TestApp};
use pronto_protocol::model::yours::{ErasureReceipt, VisitorConversations, VisitorData};
use reqwest::Method;
use serde_json::json;

fn secret_of(who: &As) -> String {
    match who {
        As::Bearer(secret) => secret.clone(),
        other => panic!("no visitor: {other:?}"),
    }
}

/// Presses a button of a visitor's page.
async fn press(app: &TestApp, path: &str, fields: &[(&str, &str)]) -> Answer {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        form.append_pair(name, value);
    }
    let request = app.request(Method::POST, path, &As::Nobody);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    TestApp::finish(request.body(form.finish())).await
}

/// A server with a visitor of two conversations, and another visitor.
struct World {
    app: TestApp,
    ana: As,
    bo: As,
    owner: As,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let (ana, bo, owner) =
            (app.visitor("shop", "c1").await, app.visitor("shop", "b1").await, app.owner().await);
        let context = json!({"conversation_id": "c2", "context": {
            "page_url": "https://shop.example/bread?token=1", "page_title": "<b>Bread</b>", "locale": "it-IT",
            "time_zone": "Europe/Rome", "asked": {
                "answers": [{"kind": "name", "value": "Ana <i>"}, {"kind": "text", "label": "Order", "value": "4711"}],
                "consent": "I have read it."}}});
        app.post("/v1/sites/shop/sessions", &ana, &context).await;
        app.write(&ana, "c1", "m1", "Is there <script>alert(1)</script> bread?").await;
        app.write(&ana, "c2", "m2", "And rolls?").await;
        app.write(&owner, "c2", "a1", "Yes, both.").await;
        app.write(&bo, "b1", "m3", "Mine alone").await;
        Self { app, ana, bo, owner }
    }

    async fn you(&self, fields: &[(&str, &str)]) -> Answer {
        press(&self.app, "/c/shop/you?lang=en", fields).await
    }
}

#[tokio::test]
async fn the_page_lists_what_is_theirs_and_nothing_else() {
    let world = World::new().await;
    let page = world.you(&[("session", &secret_of(&world.ana))]).await;
    assert_eq!(page.short(), "200");
    assert!(
        page.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !page.text.contains("<script>alert")
    );
    assert!(page.text.contains("Yes, both.") && !page.text.contains("Mine alone"), "{}", page.text);
    assert!(page.text.contains("unread messages: 1"), "{}", page.text);
    assert!(
        page.text.contains("https://shop.example/bread<") && !page.text.contains("token=1"),
        "{}",
        page.text
    );
    for said in [
        "<dt>Your name</dt><dd><bdi>Ana &lt;i&gt;",
        "<dt>Order</dt>",
        "<dt>You agreed to</dt><dd><bdi>I have read it.",
    ] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    let (newest, oldest) = (page.text.find("Yes, both."), page.text.find("&lt;script&gt;"));
    assert!(newest < oldest, "the newest first");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'self' https://shop.example"), "{policy}");
    assert!(policy.contains("script-src 'sha256-") && policy.contains("form-action 'self'"), "{policy}");
    assert_eq!(page.header("cache-control"), "no-store");
    // No address on the page holds the secret.
    let secret = secret_of(&world.ana);
    for link in page.text.split("href=\"").skip(1).chain(page.text.split("action=\"").skip(1)) {
        assert!(!link.split('"').next().unwrap_or_default().contains(&secret));
    }
    world.app.end().await;
}

#[tokio::test]
async fn a_secret_of_nobody_of_another_site_or_in_an_address_shows_nothing() {
    let world = World::new().await;
    let stranger = world.app.visitor("other", "o1").await;
    let foreign = secret_of(&stranger);
    for secret in ["", "short", &pronto_server::auth::secret::mint(), &foreign] {
        let page = world.you(&[("session", secret)]).await;
        assert_eq!(page.short(), "200");
        assert!(page.text.contains("Nothing is kept about you here.") && !page.text.contains("rolls"));
        for path in ["/c/shop/you/file", "/c/shop/you/delete"] {
            let answer =
                press(&world.app, path, &[("session", secret), ("sure", "1"), ("conversation", "c1")]).await;
            assert!(
                !answer.text.contains("bread?") && !answer.text.contains("digest"),
                "{path}: {}",
                answer.text
            );
        }
    }
    let path = format!("/c/shop/you?session={}", secret_of(&world.ana));
    assert!(world.app.get(&path, &As::Nobody).await.text.contains("Nothing is kept about you here."));
    assert_eq!(world.app.bodies(&stranger, "o1").await.len(), 0);
    assert_eq!(world.app.bodies(&world.ana, "c1").await.len(), 1, "nothing was deleted");
    // A form of another page does nothing.
    let request = world.app.request(Method::POST, "/c/shop/you/delete", &As::Nobody);
    let request = request
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://evil.example");
    let body = format!("session={}&sure=1", secret_of(&world.ana));
    assert_eq!(TestApp::finish(request.body(body)).await.short(), "403 forbidden");
    world.app.end().await;
}

#[tokio::test]
async fn by_itself_the_page_goes_by_the_hosted_pages_cookie() {
    let world = World::new().await;
    let cookie = format!("pronto_visitor={}", secret_of(&world.ana));
    let get = async |path: &str| {
        TestApp::finish(world.app.request(Method::GET, path, &As::Nobody).header("cookie", &cookie)).await
    };
    let hosted = get("/c/shop?lang=en").await;
    assert!(hosted.text.contains("<noscript><li><a href=\"/c/shop/you?lang=en\">"), "{}", hosted.text);
    let page = get("/c/shop/you?lang=en").await;
    assert!(page.text.contains("href=\"/c/shop?lang=en&amp;conversation=c1\""), "{}", page.text);
    // A new conversation begins with its first message, and a doubled one begins no other.
    let new = get("/c/shop?lang=en&conversation=new").await;
    assert!(!new.text.contains("rolls") && new.text.contains("name=\"wanted\""), "{}", new.text);
    let field = |name: &str| {
        let value = new.text.split(&format!("name=\"{name}\" value=\"")).nth(1);
        value.and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
    };
    let (conversation, message) = (field("conversation"), field("message_id"));
    let mut places = Vec::new();
    for _ in 0..2 {
        let request = world.app.request(Method::POST, "/c/shop?lang=en&conversation=new", &As::Nobody);
        let body = format!("body=Something+else&message_id={message}&conversation={conversation}");
        let request =
            request.header("cookie", &cookie).header("content-type", "application/x-www-form-urlencoded");
        places.push(TestApp::finish(request.body(body)).await.header("location").to_owned());
    }
    assert_eq!(places, vec![format!("/c/shop?lang=en&conversation={conversation}"); 2]);
    assert_eq!(world.app.bodies(&world.ana, &conversation).await, ["Something else"]);
    world.app.end().await;
}

#[tokio::test]
async fn files_hold_everything_of_one_visitor() {
    let world = World::new().await;
    let list: VisitorConversations =
        serde_json::from_str(&world.app.get("/v1/session/conversations", &world.ana).await.text)
            .expect("a list");
    let seen: Vec<_> =
        list.conversations.iter().map(|talk| (talk.last_message.body.as_str(), talk.unread)).collect();
    assert_eq!(seen, [("Yes, both.", 1), ("Is there <script>alert(1)</script> bread?", 0)]);

    let file = world.app.get("/v1/session/data", &world.ana).await;
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"everything.json\"");
    let data: VisitorData = serde_json::from_str(&file.text).expect("all of it");
    let bodies: Vec<Vec<&str>> = data
        .conversations
        .iter()
        .map(|kept| kept.messages.iter().map(|message| message.body.as_str()).collect())
        .collect();
    assert_eq!(bodies, [vec!["Is there <script>alert(1)</script> bread?"], vec!["And rolls?", "Yes, both."]]);
    assert_eq!(data.conversations[1].context.page_url.as_deref(), Some("https://shop.example/bread"));
    let asked = data.conversations[1].context.asked.as_ref().expect("what was filled in");
    assert_eq!(
        (asked.answers[0].value.as_str(), asked.consent.as_deref()),
        ("Ana <i>", Some("I have read it."))
    );
    assert!(!file.text.contains("Mine alone") && !file.text.contains(&secret_of(&world.ana)));

    let secret = secret_of(&world.ana);
    let page =
        press(&world.app, "/c/shop/you/file?lang=en", &[("session", &secret), ("format", "html")]).await;
    assert_eq!(page.header("content-disposition"), "attachment; filename=\"everything.html\"");
    assert!(
        page.text.contains("&lt;b&gt;Bread&lt;/b&gt;")
            && page.text.contains("Ana &lt;i&gt;</dd>")
            && page.text.contains("I have read it.</dd>")
            && page.text.contains("&lt;script&gt;alert"),
        "{}",
        page.text
    );
    let one = [("session", secret.as_str()), ("format", "html"), ("conversation", "c2")];
    let one = press(&world.app, "/c/shop/you/file?lang=en", &one).await;
    assert!(one.text.contains("And rolls?") && !one.text.contains("alert(1)"), "{}", one.text);
    let others = [("session", secret.as_str()), ("format", "html"), ("conversation", "b1")];
    assert_eq!(press(&world.app, "/c/shop/you/file", &others).await.short(), "404 not_found");
    world.app.end().await;
}

#[tokio::test]
async fn everything_is_deleted_in_two_presses_and_the_receipt_can_be_checked() {
    let world = World::new().await;
    let secret = secret_of(&world.ana);
    let asked = press(&world.app, "/c/shop/you/delete?lang=en", &[("session", &secret)]).await;
    assert!(
        asked.text.contains("Nobody can bring it back") && asked.text.contains("name=\"sure\""),
        "{}",
        asked.text
    );
    assert_eq!(world.app.bodies(&world.ana, "c2").await.len(), 2, "the first press deletes nothing");

    let sure = [("session", secret.as_str()), ("sure", "1")];
    let gone = press(&world.app, "/c/shop/you/delete?lang=en", &sure).await;
    assert!(gone.text.contains("Everything is deleted"), "{}", gone.text);
    assert!(
        gone.header("set-cookie").starts_with("pronto_visitor=; Path=/c/shop;")
            && gone.header("set-cookie").contains("Max-Age=0")
    );
    for path in ["/v1/session", "/v1/session/data", "/v1/conversations/c1/messages"] {
        assert_eq!(world.app.get(path, &world.ana).await.short(), "410 erased", "{path}");
    }
    let open = json!({"conversation_id": "c9"});
    assert_eq!(world.app.post("/v1/sites/shop/sessions", &world.ana, &open).await.short(), "410 erased");
    assert_eq!(world.app.get("/v1/conversations/c1/messages", &world.owner).await.short(), "404 not_found");
    let list = world.app.get("/v1/inbox/conversations?site=shop&order=newest", &world.owner).await;
    assert!(!list.text.contains("rolls") && list.text.contains("Mine alone"), "{}", list.text);

    // The receipt once more, as a file and by the API: to the letter the same.
    let file = [("session", secret.as_str()), ("sure", "1"), ("format", "json")];
    let file = press(&world.app, "/c/shop/you/delete", &file).await;
    let receipt: ErasureReceipt = serde_json::from_str(&file.text).expect("a receipt");
    let again = world.app.delete("/v1/session/data", &world.ana).await;
    assert_eq!(serde_json::from_str::<ErasureReceipt>(&again.text).ok().as_ref(), Some(&receipt));
    assert!(gone.text.contains(&receipt.reference) && gone.text.contains(&receipt.digest));
    assert_eq!((receipt.erased.conversations, receipt.erased.messages, receipt.erased.sessions), (2, 3, 1));

    let check = async |site: &str, receipt: &ErasureReceipt| {
        let body = serde_json::to_value(receipt).expect("JSON");
        world.app.post(&format!("/v1/inbox/sites/{site}/erasures"), &world.owner, &body).await.json()["genuine"].clone()
    };
    assert_eq!(check("shop", &receipt).await, true);
    assert_eq!(check("other", &receipt).await, false);
    assert_eq!(check("shop", &ErasureReceipt { reference: "AAAA".into(), ..receipt.clone() }).await, false);
    let body = serde_json::to_value(&receipt).expect("JSON");
    assert_eq!(
        world.app.post("/v1/inbox/sites/shop/erasures", &world.bo, &body).await.short(),
        "403 forbidden"
    );

    // Others are as they were; and whoever was erased begins anew from the hosted page's form.
    assert_eq!(world.app.bodies(&world.bo, "b1").await, ["Mine alone"]);
    assert_eq!(world.app.delete("/v1/session/data", &As::Nobody).await.short(), "401 unauthorized");
    let request = world
        .app
        .request(Method::POST, "/c/shop", &As::Nobody)
        .header("cookie", format!("pronto_visitor={secret}"));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let fresh = TestApp::finish(request.body("body=Hello+again")).await;
    assert_eq!(fresh.short(), "303");
    assert!(!fresh.header("set-cookie").contains(&secret), "{}", fresh.header("set-cookie"));
    world.app.end().await;
}

#[tokio::test]
async fn a_settled_conversation_is_rated_by_its_visitor_alone() {
    let world = World::new().await;
    let set = async |who: &As, score: i64| {
        world
            .app
            .send(
                Method::PUT,
                "/v1/conversations/c2/rating",
                who,
                &json!({"score": score, "words": "<i>quick</i>"}),
            )
            .await
    };
    assert_eq!(set(&world.ana, 5).await.short(), "400 bad_request", "it is still open");
    let settle = json!({"status": "resolved"});
    assert_eq!(
        world.app.send(Method::PATCH, "/v1/inbox/conversations/c2", &world.owner, &settle).await.short(),
        "200"
    );
    assert_eq!(set(&world.bo, 5).await.short(), "404 not_found");
    assert_eq!(set(&world.owner, 5).await.short(), "403 forbidden");
    for score in [0, 6] {
        assert_eq!(set(&world.ana, score).await.short(), "400 bad_request");
    }
    assert_eq!(set(&world.ana, 4).await.short(), "204");
    let shown = world.app.get("/v1/inbox/conversations/c2", &world.owner).await.json();
    assert_eq!((&shown["rating"]["score"], &shown["rating"]["words"]), (&json!(4), &json!("<i>quick</i>")));

    // By the page, without script: asked for, given, changed.
    let secret = secret_of(&world.ana);
    let session = ("session", secret.as_str());
    assert!(world.you(&[session]).await.text.contains("/c/shop/you/rate?"));
    let rate = async |fields: &[(&str, &str)]| {
        press(&world.app, "/c/shop/you/rate?lang=en", &[&[session, ("conversation", "c2")], fields].concat())
            .await
            .text
    };
    let asked = rate(&[]).await;
    assert!(
        asked.contains("value=\"4\" required checked") && asked.contains("&lt;i&gt;quick&lt;/i&gt;"),
        "{asked}"
    );
    let given = rate(&[("score", "2"), ("words", "Late")]).await;
    assert!(given.contains("Thank you.") && given.contains("value=\"2\" required checked"), "{given}");
    let other =
        press(&world.app, "/c/shop/you/rate", &[session, ("conversation", "b1"), ("score", "1")]).await;
    assert!(!other.text.contains("Mine alone") && !other.text.contains("Thank you."), "{}", other.text);
    let report = world.app.get("/v1/inbox/sites/shop/report", &world.owner).await.json();
    assert_eq!(report["ratings"], json!([0, 1, 0, 0, 0]));
    let table = world.app.get("/v1/inbox/sites/shop/report.csv?part=ratings", &world.owner).await.text;
    assert_eq!(
        table.trim().lines().collect::<Vec<_>>(),
        ["score,ratings", "1,0", "2,1", "3,0", "4,0", "5,0"]
    );
    world.app.end().await;
}
