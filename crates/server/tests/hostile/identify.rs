//! A business's word on who its visitor is, through a real socket: whose session it becomes, what goes along, and what
//! nobody gets by a token, a secret or a device that was somebody else's.

use crate::common::{As, TestApp, open_store, site};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use expect_test::expect;
use hmac::{Hmac, Mac as _};
use pronto_server::auth::secret;
use pronto_server::http::state::now;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;

/// A server with a site whose backend can sign.
struct World {
    app: TestApp,
    owner: As,
    secret: String,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let owner = app.owner().await;
        let secret = make(&app, &owner, "shop").await;
        Self { app, owner, secret }
    }

    fn token(&self, sub: &str) -> String {
        self.token_with(json!({"sub": sub, "name": "Ana", "email": "ana@shop.example"}))
    }

    fn token_with(&self, mut claims: Value) -> String {
        let seconds = now().0 / 1000;
        if claims.get("aud").is_none() {
            claims["aud"] = json!("shop");
        }
        claims["exp"] = json!(seconds + 300);
        claims["iat"] = json!(seconds);
        // No two tokens are alike, as no two page views are.
        claims["jti"] = json!(secret::mint());
        sign(&self.secret, &claims)
    }

    async fn identify(&self, secret: &str, next: &str, token: &str) -> crate::common::Answer {
        let body = json!({"token": token, "next": next});
        self.app.post("/v1/sites/shop/identify", &As::Bearer(secret.to_owned()), &body).await
    }

    async fn stranger(&self, conversation: &str, words: &str) -> String {
        let As::Bearer(secret) = self.app.visitor("shop", conversation).await else { unreachable!() };
        let who = As::Bearer(secret.clone());
        assert_eq!(
            self.app.write(&who, conversation, &format!("m-{conversation}"), words).await.short(),
            "201"
        );
        secret
    }

    async fn row(&self, conversation: &str) -> Value {
        self.app.get(&format!("/v1/inbox/conversations/{conversation}"), &self.owner).await.json()
    }
}

async fn make(app: &TestApp, owner: &As, site: &str) -> String {
    let made = app.post(&format!("/v1/inbox/sites/{site}/identity-secrets"), owner, &json!({})).await;
    made.json()["secret"].as_str().expect("a secret").to_owned()
}

fn sign(secret: &str, claims: &Value) -> String {
    let part = |text: String| URL_SAFE_NO_PAD.encode(text);
    let signed =
        format!("{}.{}", part(json!({"alg": "HS256", "typ": "JWT"}).to_string()), part(claims.to_string()));
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.chain_update(&signed).finalize().into_bytes()))
}

// As it stands in the handbook, to the letter.
#[rustfmt::skip]
fn token(secret: &str, id: &str, name: &str, now_s: i64) -> String {
    let part = |text: String| URL_SAFE_NO_PAD.encode(text);
    let claims = json!({"sub": id, "aud": "your-site", "exp": now_s + 900, "name": name});
    let signed = format!("{}.{}", part(json!({"alg": "HS256", "typ": "JWT"}).to_string()), part(claims.to_string()));
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.chain_update(&signed).finalize().into_bytes()))
}

#[tokio::test]
async fn the_handbooks_rust_is_believed() {
    let page = include_str!("../../../../docs/visitors/identify.md");
    let shown =
        page.split_once("```rust\n").and_then(|(_, rest)| rest.split_once("```")).expect("an example").0;
    assert!(include_str!("identify.rs").contains(shown), "the handbook shows another function than this one");
    let world = World::new().await;
    world
        .app
        .app
        .store
        .put_site(&site("your-site"), &crate::common::settings("Yours"), false, now())
        .await
        .expect("a site");
    let secret = make(&world.app, &world.owner, "your-site").await;
    let body = json!({"token": token(&secret, "7", "Ana", now().0 / 1000), "next": secret::mint()});
    let named = world.app.post("/v1/sites/your-site/identify", &As::Bearer(secret::mint()), &body).await;
    assert_eq!(named.json()["contact"], json!({"subject": "7", "name": "Ana"}), "{}", named.text);
    world.app.end().await;
}

fn conversations(answer: &crate::common::Answer) -> Vec<String> {
    let list = answer.json()["session"]["conversations"].as_array().cloned().unwrap_or_default();
    list.iter().map(|one| one["conversation_id"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_named_visitor_finds_their_conversations_on_every_device() {
    let world = World::new().await;
    let phone = world.stranger("c1", "Is it ready?").await;
    let (next, token) = (secret::mint(), world.token("u1"));
    let named = world.identify(&phone, &next, &token).await;
    assert_eq!(named.short(), "200", "{}", named.text);
    assert_eq!(
        (named.json()["renewed"].clone(), conversations(&named)),
        (json!(true), vec!["c1".to_owned()])
    );
    assert_eq!(named.json()["contact"], json!({"subject": "u1", "name": "Ana", "email": "ana@shop.example"}));
    // What the stranger held opens nothing any more, the next one everything.
    let (old, new) = (As::Bearer(phone.clone()), As::Bearer(next.clone()));
    assert_eq!(world.app.get("/v1/session", &old).await.short(), "401 unauthorized");
    assert_eq!(world.app.bodies(&new, "c1").await, ["Is it ready?"]);
    assert_eq!(world.app.write(&new, "c1", "m2", "And now?").await.short(), "201");
    // The answer was lost, or the page reloaded: the same again changes nothing.
    for (bearer, renewed) in [(&phone, true), (&next, false)] {
        let again = world.identify(bearer, &next, &token).await;
        assert_eq!((again.short().as_str(), again.json()["renewed"].clone()), ("200", json!(renewed)));
    }
    // Another device.
    let (desk, other) = (secret::mint(), world.token("u1"));
    let there = world.identify(&desk, &desk, &other).await;
    assert_eq!(conversations(&there), ["c1"]);
    assert_eq!(there.json()["session"]["visitor_id"], named.json()["session"]["visitor_id"]);
    assert_eq!(world.app.bodies(&As::Bearer(desk), "c1").await, ["Is it ready?", "And now?"]);
    world.app.end().await;
}

#[tokio::test]
async fn a_device_that_changes_hands_shows_nothing_of_the_one_before() {
    let world = World::new().await;
    let ana = secret::mint();
    world.identify(&ana, &ana, &world.token("ana")).await;
    let who = As::Bearer(ana.clone());
    world.app.post("/v1/sites/shop/sessions", &who, &json!({"conversation_id": "c1"})).await;
    world.app.write(&who, "c1", "m1", "mine alone").await;
    let next = secret::mint();
    let bo = world.identify(&ana, &next, &world.token("bo")).await;
    assert_eq!((bo.short().as_str(), bo.json()["renewed"].clone()), ("200", json!(true)));
    assert_eq!(conversations(&bo), Vec::<String>::new());
    assert_eq!(
        world.app.get("/v1/conversations/c1/messages", &As::Bearer(next)).await.short(),
        "404 not_found"
    );
    assert_eq!(world.app.get("/v1/session", &who).await.short(), "401 unauthorized");
    // Ana's other devices are hers as before.
    let desk = secret::mint();
    assert_eq!(conversations(&world.identify(&desk, &desk, &world.token("ana")).await), ["c1"]);
    world.app.end().await;
}

#[tokio::test]
async fn who_knew_the_strangers_secret_gets_nothing_of_who_was_named() {
    let world = World::new().await;
    // Somebody sat at this computer before, wrote, typed their address, and kept the secret.
    let fixed = world.stranger("c1", "bait").await;
    let eve = As::Bearer(fixed.clone());
    let next = secret::mint();
    world.identify(&fixed, &next, &world.token("u1")).await;
    let who = As::Bearer(next);
    world.app.write(&who, "c1", "m2", "my card number").await;
    let tries = [
        world.app.get("/v1/session", &eve).await.short(),
        world.app.get("/v1/conversations/c1/messages", &eve).await.short(),
        world.app.write(&eve, "c1", "m3", "in your name").await.short(),
        world.app.post("/v1/sites/shop/sessions", &eve, &json!({"conversation_id": "c1"})).await.short(),
        world.app.post("/v1/poll", &eve, &json!({"cursors": [], "wait_ms": 0})).await.short(),
    ];
    assert_eq!(
        tries,
        ["401 unauthorized", "401 unauthorized", "401 unauthorized", "404 not_found", "401 unauthorized"]
    );
    world.app.end().await;
}

#[tokio::test]
async fn a_token_is_for_one_session_one_site_and_live_secrets() {
    let world = World::new().await;
    let (ana, eve, token) = (secret::mint(), secret::mint(), world.token("u1"));
    let mut seen = vec![world.identify(&ana, &ana, &token).await.short()];
    seen.push(world.identify(&eve, &eve, &token).await.short());
    let other = json!({"token": token, "next": eve});
    seen.push(world.app.post("/v1/sites/other/identify", &As::Bearer(eve.clone()), &other).await.short());
    seen.push(
        world.identify(&eve, &eve, &world.token_with(json!({"sub": "u1", "aud": "other"}))).await.short(),
    );
    seen.push(world.identify("short", &eve, &token).await.short());
    seen.push(world.identify(&eve, "short", &token).await.short());
    seen.push(world.identify(&eve, &eve, "").await.short());
    // Two live secrets; the third ends the first, and revoking ends one at once.
    let before = world.token("u2");
    let second = make(&world.app, &world.owner, "shop").await;
    seen.push(world.identify(&eve, &eve, &before).await.short());
    let claims = json!({"sub": "u3", "aud": "shop", "exp": now().0 / 1000 + 60});
    make(&world.app, &world.owner, "shop").await;
    let (third, fresh) = (secret::mint(), world.token("u2"));
    seen.push(world.identify(&third, &third, &fresh).await.short());
    seen.push(world.identify(&third, &third, &sign(&second, &claims)).await.short());
    let page = world.app.get("/v1/inbox/sites/shop", &world.owner).await.json();
    let live = page["identity_secrets"].as_array().cloned().unwrap_or_default();
    assert_eq!(live.len(), 2);
    assert!(live.iter().all(|one| one["hint"].as_str().is_some_and(|hint| hint.len() == 10)), "{page}");
    for one in live {
        let id = one["identity_secret_id"].as_str().expect("an id");
        let path = format!("/v1/inbox/sites/shop/identity-secrets/{id}");
        let foreign = path.replace("shop", "other");
        seen.push(world.app.delete(&foreign, &world.owner).await.short());
        seen.push(world.app.delete(&path, &world.owner).await.short());
    }
    let fourth = secret::mint();
    seen.push(world.identify(&fourth, &fourth, &sign(&second, &claims)).await.short());
    expect![[r#"
        200
        401 bad_identity
        401 bad_identity
        401 bad_identity
        401 unauthorized
        401 unauthorized
        401 bad_identity
        200
        401 bad_identity
        200
        404 not_found
        204
        404 not_found
        204
        401 bad_identity"#]]
    .assert_eq(&seen.join("\n"));
    world.app.end().await;
}

#[tokio::test]
async fn typed_is_not_signed_and_the_inbox_tells_them_apart() {
    let world = World::new().await;
    let stranger = world.stranger("c1", "I am the director").await;
    assert!(world.row("c1").await.get("contact").is_none());
    let next = secret::mint();
    world.identify(&stranger, &next, &world.token("u1")).await;
    assert_eq!(world.row("c1").await["contact"]["name"], "Ana");
    // What was signed last is what is known.
    let named = world.token_with(json!({"sub": "u1", "name": "Ana Rossi"}));
    world.identify(&next, &secret::mint(), &named).await;
    assert_eq!(world.row("c1").await["contact"], json!({"subject": "u1", "name": "Ana Rossi"}));
    // Logging out unbinds this device and no more.
    let who = As::Bearer(next.clone());
    assert_eq!(world.app.delete("/v1/session", &who).await.short(), "204");
    assert_eq!(world.app.get("/v1/session", &who).await.short(), "401 unauthorized");
    assert_eq!(world.row("c1").await["contact"]["subject"], "u1");
    world.app.end().await;
}

#[tokio::test]
async fn who_is_blocked_takes_nothing_along_and_stays_blocked() {
    let world = World::new().await;
    let spammer = world.stranger("c1", "buy").await;
    let block = async |id: &str| {
        let path = format!("/v1/inbox/conversations/{id}");
        world.app.send(reqwest::Method::PATCH, &path, &world.owner, &json!({"blocked": true})).await.short()
    };
    assert_eq!(block("c1").await, "200");
    let next = secret::mint();
    let named = world.identify(&spammer, &next, &world.token("u1")).await;
    assert_eq!((named.short().as_str(), conversations(&named)), ("200", Vec::new()));
    let who = As::Bearer(next);
    world.app.post("/v1/sites/shop/sessions", &who, &json!({"conversation_id": "c2"})).await;
    assert_eq!(world.app.write(&who, "c2", "m", "hello").await.short(), "201");
    assert_eq!(block("c2").await, "200");
    // A stranger's words that become those of somebody blocked wait for nothing.
    let fresh = world.stranger("c3", "once more").await;
    let next = secret::mint();
    world.identify(&fresh, &next, &world.token("u1")).await;
    assert_eq!(world.app.write(&As::Bearer(next), "c3", "m", "please").await.short(), "403 blocked");
    let row = world.row("c3").await;
    assert_eq!((row["blocked"].clone(), row.get("waiting_since").is_some()), (json!(true), false), "{row}");
    // The secret is still there after a restart, or every business would have to change its backend.
    let folder = world.app.end().await;
    let kept = open_store(folder.path()).await.identity_secrets(&site("shop")).await.expect("a list");
    assert_eq!(kept.into_iter().map(|row| row.secret).collect::<Vec<_>>(), [world.secret]);
}

#[tokio::test]
async fn what_was_signed_is_shown_to_who_it_is_about_and_goes_with_the_rest() {
    let world = World::new().await;
    let stranger = world.stranger("c1", "Is it ready?").await;
    let (next, token) = (secret::mint(), world.token("<b>u1</b>"));
    world.identify(&stranger, &next, &token).await;
    let who = As::Bearer(next.clone());
    let signed = json!({"subject": "<b>u1</b>", "name": "Ana", "email": "ana@shop.example"});
    assert_eq!(world.app.get("/v1/session/data", &who).await.json()["contact"], signed);
    let pressed = async |path: &str, more: &str| {
        let request = world.app.request(reqwest::Method::POST, path, &As::Nobody);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        TestApp::finish(request.body(format!("session={next}{more}"))).await
    };
    for (path, more) in [("/c/shop/you?lang=en", ""), ("/c/shop/you/file?lang=en", "&format=html")] {
        let page = pressed(path, more).await;
        for said in ["Ana", "ana@shop.example", "&lt;b&gt;u1&lt;/b&gt;"] {
            assert!(page.text.contains(said), "{path} lacks {said}: {}", page.text);
        }
        assert!(!page.text.contains("<b>u1"), "{path}");
    }
    let receipt = pressed("/c/shop/you/delete?lang=en", "&sure=1&format=json").await.json();
    assert_eq!(receipt["erased"]["contacts"], json!(1), "{receipt}");
    assert!(!receipt.to_string().contains("Ana"));
    // Neither the old secrets nor the same token bring anything back; a new word of the business begins anew.
    for bearer in [&stranger, &next] {
        assert_ne!(world.identify(bearer, &next, &token).await.short(), "200");
    }
    assert_eq!(world.app.get("/v1/session/data", &who).await.short(), "410 erased");
    let fresh = secret::mint();
    let named = world.identify(&next, &fresh, &world.token("<b>u1</b>")).await;
    assert_eq!((named.short().as_str(), conversations(&named)), ("200", Vec::new()));
    world.app.end().await;
}

#[tokio::test]
async fn what_a_site_asks_for_is_asked_of_programs_too_but_not_what_it_has_signed() {
    let world = World::new().await;
    let (app, path) = (&world.app, "/v1/inbox/sites/shop");
    let before = app.visitor("shop", "before").await;
    let mut wanted = app.get(path, &world.owner).await.json()["settings"].clone();
    wanted["pre_chat"] = json!({
        "fields": [{"kind": "name", "required": true}, {"kind": "email", "required": true},
            {"kind": "text", "label": "Order", "required": true}, {"kind": "text", "label": "Colour"}],
        "consent": "I have read it.\nI agree."
    });
    assert_eq!(app.send(Method::PUT, path, &world.owner, &wanted).await.short(), "200");
    let answer = |kind: &str, label: &str, value: &str| json!({"kind": kind, "label": label, "value": value});
    let (name, email) = (answer("name", "", "Ana"), answer("email", "", "ana@shop.example"));
    let order = answer("text", "Order", "12");
    let cases = [
        json!(null),
        json!({"answers": [name, email], "consent": "I have read it. I agree."}),
        json!({"answers": [name, email, answer("text", "Order", " \u{a0}")], "consent": "I have read it. I agree."}),
        json!({"answers": [answer("name", "Order", "12"), email, order], "consent": "I have read it. I agree."}),
        json!({"answers": [name, answer("email", "", "ana"), order], "consent": "I have read it. I agree."}),
        json!({"answers": [name, email, order]}),
        json!({"answers": [name, email, order], "consent": "I agree."}),
        json!({"answers": [name, email, order], "consent": "I have read it. I agree."}),
    ];
    let who = secret::mint();
    let mut said = Vec::new();
    let open = async |secret: &str, id: &str, asked: &Value| {
        let body = json!({"conversation_id": id, "context": {"asked": asked}});
        app.post("/v1/sites/shop/sessions", &As::Bearer(secret.to_owned()), &body).await
    };
    for asked in &cases {
        let opened = open(&who, "c1", asked).await;
        let sentence = opened.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
        said.push(format!("{} {sentence}", opened.short()));
    }
    expect![[r#"
        422 form_incomplete This business asks for your name before you write. Send it in `context.asked.answers` when you open the session.
        422 form_incomplete This business asks for “Order” before you write. Send it in `context.asked.answers` when you open the session.
        422 form_incomplete This business asks for “Order” before you write. Send it in `context.asked.answers` when you open the session.
        422 form_incomplete This business asks for your name before you write. Send it in `context.asked.answers` when you open the session.
        422 form_incomplete This business asks for your e-mail address before you write. Send it in `context.asked.answers` when you open the session.
        422 form_incomplete This business asks you to agree to its consent text before you write. Send it in `context.asked.consent`, in its own words.
        422 form_incomplete This business asks you to agree to its consent text before you write. Send it in `context.asked.consent`, in its own words.
        200 "#]]
    .assert_eq(&said.join("\n"));
    // Without it there is nothing to write to; with it, and with a conversation from before, there is.
    let stranger = As::Bearer(secret::mint());
    assert_eq!(app.write(&stranger, "c2", "m1", "words").await.short(), "401 unauthorized");
    assert_eq!(app.write(&As::Bearer(who.clone()), "c1", "m2", "words").await.short(), "201");
    assert_eq!(open(&who, "c3", &json!(null)).await.short(), "200", "asked once");
    assert_eq!(app.write(&before, "before", "m3", "words").await.short(), "201");
    // What the business has signed it need not be told.
    let named = secret::mint();
    assert_eq!(world.identify(&secret::mint(), &named, &world.token("u9")).await.short(), "200");
    let asked = json!({"answers": [order], "consent": "I have read it. I agree."});
    assert_eq!(
        open(&named, "c4", &json!({"consent": "I have read it. I agree."})).await.short(),
        "422 form_incomplete"
    );
    assert_eq!(open(&named, "c4", &asked).await.short(), "200");
    // The form without script says it in the page's language, and keeps what was written.
    let form =
        format!("body=Buongiorno&message_id={}&session={}&ask0=Ana", secret::mint_id(), secret::mint());
    let request = app.request(Method::POST, "/c/shop?lang=it", &As::Nobody);
    let page =
        TestApp::finish(request.header("content-type", "application/x-www-form-urlencoded").body(form)).await;
    assert_eq!(page.status.as_u16(), 422);
    assert!(page.text.contains("Questo serve.") && !page.text.contains("This business"), "{}", page.text);
    world.app.end().await;
}
