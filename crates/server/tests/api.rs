//! The API through a real socket: what it refuses and how, whose things are whose, and that nothing is stored twice.

mod common;

use common::{As, EMAIL, Options, PASSWORD, TestApp, open_store};
use expect_test::expect;
use pronto_protocol::id::ConversationId;
use pronto_protocol::model::Role;
use pronto_server::auth::secret;
use pronto_server::http::guard::budget::{Limits, Rate};
use pronto_server::store::{Page, StoreOptions};
use reqwest::Method;
use serde_json::{Value, json};

const MESSAGES: &str = "/v1/conversations/c1/messages";

#[tokio::test]
async fn every_bad_message_gets_its_own_error_and_none_is_stored() {
    let app = TestApp::new().await;
    let ana = app.visitor("shop", "c1").await;
    let raw = async |kind: &str, body: Vec<u8>| {
        let request = app.request(Method::POST, MESSAGES, &ana).header("content-type", kind).body(body);
        TestApp::finish(request).await.short()
    };
    let text = |body: &str| json!({"message_id": "m", "body": body}).to_string().into_bytes();
    let json_type = "application/json";
    let lines = [
        ("0 characters", raw(json_type, text("")).await),
        ("white space", raw(json_type, text(" \n\t\u{a0}")).await),
        ("4,097 characters", raw(json_type, text(&"è".repeat(4097))).await),
        ("10 million characters", raw(json_type, text(&"è".repeat(10_000_000))).await),
        ("invalid UTF-8", raw(json_type, b"{\"message_id\":\"m\",\"body\":\"\xff\xfe\"}".to_vec()).await),
        ("invalid JSON", raw(json_type, b"{\"message_id\":".to_vec()).await),
        ("nothing", raw(json_type, Vec::new()).await),
        ("a wrong type", raw(json_type, br#"{"message_id":"m","body":7}"#.to_vec()).await),
        ("a missing field", raw(json_type, br#"{"body":"x"}"#.to_vec()).await),
        ("a bad id", raw(json_type, br#"{"message_id":"a b","body":"x"}"#.to_vec()).await),
        ("another content type", raw("text/plain", text("x")).await),
    ];
    let seen: Vec<String> = lines.iter().map(|(what, answer)| format!("{what}: {answer}")).collect();
    expect![[r#"
        0 characters: 422 body_empty
        white space: 422 body_empty
        4,097 characters: 422 body_too_long
        10 million characters: 413 too_large
        invalid UTF-8: 400 bad_request
        invalid JSON: 400 bad_request
        nothing: 400 bad_request
        a wrong type: 400 bad_request
        a missing field: 400 bad_request
        a bad id: 400 bad_request
        another content type: 400 bad_request"#]]
    .assert_eq(&seen.join("\n"));
    assert_eq!(app.bodies(&ana, "c1").await, Vec::<String>::new());
    let longest = "🥖".repeat(4096);
    assert_eq!(app.write(&ana, "c1", "m", &longest).await.short(), "201");
    assert_eq!(app.bodies(&ana, "c1").await, [longest]);
    app.end().await;
}

#[tokio::test]
async fn a_message_is_stored_once_and_its_id_stands_for_its_words() {
    let app = TestApp::new().await;
    let ana = app.visitor("shop", "c1").await;
    let first = app.write(&ana, "c1", "m1", "Buongiorno").await;
    let again = app.write(&ana, "c1", "m1", "Buongiorno").await;
    let other = app.write(&ana, "c1", "m1", "Buonasera").await;
    assert_eq!([first.short(), again.short(), other.short()], ["201", "200", "409 id_reused"]);
    assert_eq!(first.json(), again.json());
    assert_eq!(first.json()["message"]["seq"], 1);
    assert_eq!(app.bodies(&ana, "c1").await, ["Buongiorno"]);
    app.end().await;
}

#[tokio::test]
async fn a_full_disk_refuses_and_keeps_what_was_stored() {
    let store = StoreOptions { max_pages: Some(120), ..StoreOptions::default() };
    let limits = Limits { session_messages: Rate { burst: 1_000, per_second: 1 }, ..Limits::default() };
    let limits = Limits { session_requests: Rate { burst: 2_000, per_second: 1 }, ..limits };
    let app = TestApp::with(Options { store, limits, ..Options::default() }).await;
    let ana = app.visitor("shop", "c1").await;
    let (mut stored, words) = (0, "x".repeat(4096));
    let refused = loop {
        let answer = app.write(&ana, "c1", &format!("m{stored}"), &words).await;
        if answer.short() != "201" {
            break answer;
        }
        stored += 1;
        assert!(stored < 200, "the disk never filled");
    };
    assert_eq!(refused.short(), "507 storage_full");
    assert!(stored > 0);
    assert_eq!(app.bodies(&ana, "c1").await.len(), stored);
    let folder = app.end().await;
    let store = open_store(folder.path()).await;
    let id = ConversationId::new("c1").expect("an id");
    assert_eq!(store.messages(&id, Page::Last, 200).await.expect("read").len(), stored);
}

#[tokio::test]
async fn a_session_opened_twice_is_one() {
    let app = TestApp::new().await;
    let ana = app.visitor("shop", "c1").await;
    let open = app.post("/v1/sites/shop/sessions", &ana, &json!({"conversation_id": "c1"})).await;
    let read = app.get("/v1/session", &ana).await;
    assert_eq!(open.json()["visitor_id"], read.json()["visitor_id"]);
    assert_eq!(read.json()["conversations"].as_array().map(Vec::len), Some(1));
    assert_eq!(app.delete("/v1/session", &ana).await.short(), "204");
    assert_eq!(app.get("/v1/session", &ana).await.short(), "401 unauthorized");
    app.end().await;
}

#[tokio::test]
async fn what_is_not_yours_is_not_there() {
    let app = TestApp::new().await;
    let ana = app.visitor("shop", "c1").await;
    let eve = app.visitor("shop", "c2").await;
    let far = app.visitor("other", "c3").await;
    let owner = app.owner().await;
    let key = app.post("/v1/inbox/sites/other/api-keys", &owner, &json!({"name": "till"})).await.json();
    let till = As::Bearer(key["secret"].as_str().expect("a key").to_owned());
    let mut lines = Vec::new();
    for (name, who) in
        [("ana", &ana), ("eve", &eve), ("far", &far), ("till of other", &till), ("nobody", &As::Nobody)]
    {
        let read = app.get(MESSAGES, who).await.short();
        let write = app.write(who, "c1", &format!("m-{}", name.len()), "hello").await.short();
        let receipts = app.post("/v1/conversations/c1/receipts", who, &json!({"read": 1})).await.short();
        let typing = app.post("/v1/conversations/c1/typing", who, &Value::Null).await.short();
        lines.push(format!("{name}: {read} | {write} | {receipts} | {typing}"));
    }
    expect![[r#"
        ana: 200 | 201 | 204 | 204
        eve: 404 not_found | 404 not_found | 404 not_found | 404 not_found
        far: 404 not_found | 404 not_found | 404 not_found | 404 not_found
        till of other: 404 not_found | 404 not_found | 404 not_found | 404 not_found
        nobody: 401 unauthorized | 401 unauthorized | 401 unauthorized | 401 unauthorized"#]]
    .assert_eq(&lines.join("\n"));
    let open = |conversation: &str| json!({"conversation_id": conversation});
    let foreign = app.post("/v1/sites/shop/sessions", &eve, &open("c1")).await.short();
    let other_site = app.post("/v1/sites/other/sessions", &ana, &open("c9")).await.short();
    let no_site =
        app.post("/v1/sites/nowhere/sessions", &As::Bearer(secret::mint()), &open("c9")).await.short();
    let short_secret =
        app.post("/v1/sites/shop/sessions", &As::Bearer("short".to_owned()), &open("c9")).await.short();
    assert_eq!([foreign, other_site, no_site], ["404 not_found"; 3]);
    assert_eq!(short_secret, "401 unauthorized");
    assert_eq!(app.bodies(&ana, "c1").await, ["hello"]);
    app.end().await;
}

#[tokio::test]
async fn pages_of_messages_go_both_ways() {
    let app = TestApp::new().await;
    let ana = app.visitor("shop", "c1").await;
    for n in 1..=7 {
        app.write(&ana, "c1", &format!("m{n}"), &n.to_string()).await;
    }
    let seqs = async |query: &str| {
        let page = app.get(&format!("{MESSAGES}?{query}"), &ana).await.json();
        let messages = page["messages"].as_array().cloned().unwrap_or_default();
        messages.iter().map(|message| message["seq"].to_string()).collect::<Vec<_>>().join(" ")
    };
    let seen = [seqs("").await, seqs("limit=2").await, seqs("after=5").await, seqs("before=4&limit=2").await];
    assert_eq!(seen, ["1 2 3 4 5 6 7", "6 7", "6 7", "2 3"]);
    assert_eq!(app.get(&format!("{MESSAGES}?after=x"), &ana).await.short(), "400 bad_request");
    assert_eq!(app.get(&format!("{MESSAGES}?after=1&before=2"), &ana).await.short(), "400 bad_request");
    app.end().await;
}

#[tokio::test]
async fn a_backend_signs_as_agent_or_bot_and_only_the_agent_stops_the_wait() {
    let app = TestApp::new().await;
    let ana = app.visitor("shop", "c1").await;
    let owner = app.owner().await;
    let key = app.post("/v1/inbox/sites/shop/api-keys", &owner, &json!({"name": "till"})).await.json();
    let till = As::Bearer(key["secret"].as_str().expect("a key").to_owned());
    app.write(&ana, "c1", "m1", "Are you open?").await;
    let waiting =
        async || app.get("/v1/inbox/conversations/c1", &owner).await.json()["waiting_since"].is_number();
    let answer = async |id: &str, author: &str| {
        let body = json!({"message_id": id, "body": "Yes", "author": author, "author_name": "Till"});
        app.post(MESSAGES, &till, &body).await
    };
    assert_eq!(answer("m2", "bot").await.json()["message"]["author"], "bot");
    assert!(waiting().await);
    assert_eq!(answer("m3", "agent").await.json()["message"]["author_name"], "Till");
    assert!(!waiting().await);
    assert_eq!(answer("m4", "visitor").await.short(), "400 bad_request");
    let posing =
        json!({"message_id": "m5", "body": "I am the shop", "author": "agent", "author_name": "Shop"});
    let stored = app.post(MESSAGES, &ana, &posing).await.json();
    assert_eq!(
        [&stored["message"]["author"], &stored["message"]["author_name"]],
        [&json!("visitor"), &Value::Null]
    );
    app.end().await;
}

#[tokio::test]
async fn a_message_of_the_business_offers_what_to_answer() {
    let app = TestApp::new().await;
    let ana = app.visitor("shop", "c1").await;
    let owner = app.owner().await;
    let key = app.post("/v1/inbox/sites/shop/api-keys", &owner, &json!({"name": "till"})).await.json();
    let till = As::Bearer(key["secret"].as_str().expect("a key").to_owned());
    let say = async |who: &As, id: &str, replies: &[&str]| {
        app.post(MESSAGES, who, &json!({"message_id": id, "body": "Keep one?", "quick_replies": replies}))
            .await
    };
    let lines = [
        say(&ana, "m1", &[]).await.short(),
        say(&ana, "m2", &["Yes"]).await.short(),
        say(&till, "m3", &[" Yes ", "No"]).await.short(),
        say(&owner, "m4", &["Sì, grazie, alle otto"]).await.short(),
        say(&owner, "m5", &["12345678901234567890"]).await.short(),
        say(&till, "m6", &["1", "2", "3", "4"]).await.short(),
        say(&till, "m7", &[""]).await.short(),
    ];
    expect![[r#"
        [
            "201",
            "400 bad_request",
            "201",
            "400 bad_request",
            "201",
            "400 bad_request",
            "400 bad_request",
        ]
    "#]]
    .assert_debug_eq(&lines);
    let page = app.get(MESSAGES, &ana).await.json();
    let offered: Vec<&Value> = page["messages"]
        .as_array()
        .expect("a page")
        .iter()
        .map(|message| &message["quick_replies"])
        .collect();
    assert_eq!(offered, [&Value::Null, &json!(["Yes", "No"]), &json!(["12345678901234567890"])]);
    app.end().await;
}

#[tokio::test]
async fn budgets_count_by_session_and_say_when_to_come_back() {
    let limits = Limits { session_messages: Rate { burst: 2, per_second: 1 }, ..Limits::default() };
    let app = TestApp::with(Options { limits, ..Options::default() }).await;
    let (ana, ben) = (app.visitor("shop", "c1").await, app.visitor("shop", "c2").await);
    let mut answers = Vec::new();
    for n in 0..3 {
        answers.push(app.write(&ana, "c1", &format!("m{n}"), "x").await);
    }
    let last = answers.pop().expect("three answers");
    assert_eq!(last.short(), "429 too_many");
    let wait = last.json()["error"]["retry_after_ms"].as_u64().expect("a wait");
    assert!((1..=1000).contains(&wait), "{wait}");
    assert_eq!(last.header("retry-after"), "1");
    assert_eq!(app.write(&ben, "c2", "m", "x").await.short(), "201");
    app.end().await;
}

#[tokio::test]
async fn every_refusal_is_the_envelope() {
    let app = TestApp::new().await;
    let mut lines = Vec::new();
    let asked = [
        (Method::GET, "/nowhere"),
        (Method::DELETE, "/v1/sites/shop"),
        (Method::GET, "/v1/sites/nowhere"),
        (Method::GET, "/v1/sites/a%20b"),
        (Method::GET, "/v1/sites/%ff"),
        (Method::GET, "/v1/socket"),
        (Method::GET, "/frame/nowhere"),
        (Method::GET, "/assets/../Cargo.toml"),
        (Method::GET, "/assets/none.js"),
        (Method::GET, "/v1/inbox/me"),
        (Method::POST, "/v1/poll"),
    ];
    for (method, path) in asked {
        let answer = TestApp::finish(app.request(method.clone(), path, &As::Nobody)).await;
        assert!(answer.json()["error"]["message"].is_string(), "{path}: {}", answer.text);
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        lines.push(format!("{method} {path}: {}", answer.short()));
    }
    expect![[r#"
        GET /nowhere: 404 not_found
        DELETE /v1/sites/shop: 405 method_not_allowed
        GET /v1/sites/nowhere: 404 not_found
        GET /v1/sites/a%20b: 404 not_found
        GET /v1/sites/%ff: 404 not_found
        GET /v1/socket: 400 bad_request
        GET /frame/nowhere: 404 not_found
        GET /assets/../Cargo.toml: 404 not_found
        GET /assets/none.js: 404 not_found
        GET /v1/inbox/me: 401 unauthorized
        POST /v1/poll: 401 unauthorized"#]]
    .assert_eq(&lines.join("\n"));
    app.end().await;
}

#[tokio::test]
async fn the_public_site_is_open_to_all_pages_and_nothing_else_is() {
    let app = TestApp::new().await;
    let site = app.get("/v1/sites/shop?lang=en-GB", &As::Nobody).await;
    let names =
        ["cache-control", "access-control-allow-origin", "cross-origin-resource-policy", "set-cookie"];
    let seen: Vec<String> = names.iter().map(|name| format!("{name}: {}", site.header(name))).collect();
    expect![[r#"
        cache-control: public, max-age=60, stale-while-revalidate=600
        access-control-allow-origin: *
        cross-origin-resource-policy: cross-origin
        set-cookie: "#]]
    .assert_eq(&seen.join("\n"));
    let body = site.json();
    assert_eq!(
        [&body["name"], &body["locale"], &body["dir"], &body["style"]],
        ["shop", "en", "ltr", "--a:#b5472f;--o:#ffffff"]
    );
    assert_eq!(
        [&body["labels"]["reply"], &body["reply"]["minutes"]],
        [&json!("New here: no figure yet"), &Value::Null]
    );
    let request = app.request(Method::GET, "/v1/sites/shop?lang=en-GB", &As::Nobody);
    let known = TestApp::finish(request.header("if-none-match", site.header("etag"))).await;
    assert_eq!(known.short(), "304");
    let mine = app.get("/v1/session", &app.visitor("shop", "c1").await).await;
    assert_eq!([mine.header("access-control-allow-origin"), mine.header("cache-control")], ["", "no-store"]);
    app.end().await;
}

#[tokio::test]
async fn the_first_owner_comes_by_the_link_once() {
    let app = TestApp::new().await;
    let token = secret::mint();
    app.app
        .store
        .set_setup_token(secret::hash(&token), pronto_server::http::state::now())
        .await
        .expect("stored");
    let setup = |token: &str, password: &str| json!({"token": token, "name": "Ana", "email": EMAIL, "password": password});
    let wrong = app.post("/v1/inbox/setup", &As::Nobody, &setup("guess", PASSWORD)).await.short();
    let weak = app.post("/v1/inbox/setup", &As::Nobody, &setup(&token, "short")).await.short();
    let right = app.post("/v1/inbox/setup", &As::Nobody, &setup(&token, PASSWORD)).await;
    let twice = app.post("/v1/inbox/setup", &As::Nobody, &setup(&token, PASSWORD)).await.short();
    assert_eq!([wrong, weak, twice], ["401 bad_credentials", "422 invalid_setting", "401 bad_credentials"]);
    assert_eq!(right.json()["agent"]["role"], "owner");
    let cookie = right.header("set-cookie");
    assert!(cookie.starts_with("pronto_agent=") && cookie.contains("; HttpOnly; SameSite=Lax;"), "{cookie}");
    app.sign_in(EMAIL).await;
    app.end().await;
}

#[tokio::test]
async fn a_known_and_an_unknown_name_get_the_same_answer_and_guessing_is_slowed() {
    let app = TestApp::new().await;
    app.add_agent(EMAIL, Role::Agent).await;
    let login = async |email: &str| {
        app.post("/v1/inbox/login", &As::Nobody, &json!({"email": email, "password": "wrong"})).await
    };
    let (known, unknown) = (login(EMAIL).await, login("nobody@shop.example").await);
    assert_eq!((known.short(), &known.text), ("401 bad_credentials".to_owned(), &unknown.text));
    let mut last = Value::Null;
    for _ in 0..7 {
        last = login("nobody@shop.example").await.json();
    }
    assert_eq!(last["error"]["code"], "too_many");
    app.end().await;
}

#[tokio::test]
async fn an_agents_cookie_needs_the_token_and_our_own_page() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let As::Agent { cookie, csrf } = &owner else { panic!("an agent") };
    let ask = async |csrf: &str, origin: Option<&str>, site: Option<&str>| {
        let mut request = app.request(Method::POST, "/v1/inbox/sites/shop/webhook-secrets", &As::Nobody);
        request = request.header("cookie", cookie).header("x-pronto-csrf", csrf);
        for (name, value) in [("origin", origin), ("sec-fetch-site", site)] {
            request =
                value.map_or(request.try_clone().expect("no stream"), |value| request.header(name, value));
        }
        TestApp::finish(request).await.short()
    };
    let own = format!("http://{}", app.address);
    let lines = [
        ask(csrf, Some(&own), Some("same-origin")).await,
        ask(csrf, None, None).await,
        ask("", Some(&own), None).await,
        ask("guess", Some(&own), None).await,
        ask(csrf, Some("https://evil.example"), None).await,
        ask(csrf, Some("null"), Some("cross-site")).await,
        ask(csrf, None, Some("cross-site")).await,
    ];
    let refused = "403 forbidden";
    assert_eq!(lines, ["200", "200", refused, refused, refused, refused, refused]);
    assert_eq!(
        TestApp::finish(app.client.get(format!("{own}/v1/inbox/me")).header("cookie", cookie)).await.short(),
        "200"
    );
    app.end().await;
}

#[tokio::test]
async fn a_new_password_ends_every_other_session() {
    let app = TestApp::new().await;
    let here = app.owner().await;
    let there = app.sign_in(EMAIL).await;
    let change = |current: &str| json!({"current": current, "new": "another password"});
    assert_eq!(app.post("/v1/inbox/password", &here, &change("wrong")).await.short(), "401 bad_credentials");
    assert_eq!(app.get("/v1/inbox/me", &there).await.short(), "200");
    assert_eq!(app.post("/v1/inbox/password", &here, &change(PASSWORD)).await.short(), "204");
    assert_eq!(app.get("/v1/inbox/me", &here).await.short(), "200");
    assert_eq!(app.get("/v1/inbox/me", &there).await.short(), "401 unauthorized");
    assert_eq!(app.post("/v1/inbox/logout", &here, &Value::Null).await.short(), "204");
    assert_eq!(app.get("/v1/inbox/me", &here).await.short(), "401 unauthorized");
    app.end().await;
}

#[tokio::test]
async fn only_owners_change_settings_and_secrets_are_shown_once() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    app.add_agent("ben@shop.example", Role::Agent).await;
    let ben = app.sign_in("ben@shop.example").await;
    let page = app.get("/v1/inbox/sites/shop", &ben).await.json();
    assert_eq!(
        page["snippet"],
        format!("<script async src=\"http://{}/embed.js\" data-site=\"shop\"></script>", app.address)
    );
    let mut settings = page["settings"].clone();
    settings["name"] = json!("Forno");
    settings["allowed_origins"] = json!(["https://Forno.example/"]);
    assert_eq!(app.send(Method::PUT, "/v1/inbox/sites/shop", &ben, &settings).await.short(), "403 forbidden");
    assert_eq!(app.send(Method::PUT, "/v1/inbox/sites/cafe", &ben, &settings).await.short(), "403 forbidden");
    assert_eq!(app.get("/v1/inbox/sites/cafe", &owner).await.short(), "404 not_found");
    let made = app.send(Method::PUT, "/v1/inbox/sites/cafe", &owner, &settings).await.json();
    assert_eq!((&made["site"], &made["settings"]["name"]), (&json!("cafe"), &json!("Forno")));
    let changed = app.send(Method::PUT, "/v1/inbox/sites/shop", &owner, &settings).await.json();
    assert_eq!(changed["settings"]["allowed_origins"], json!(["https://forno.example"]));
    settings["accent"] = json!("red");
    assert_eq!(
        app.send(Method::PUT, "/v1/inbox/sites/shop", &owner, &settings).await.short(),
        "422 invalid_setting"
    );

    let key = app.post("/v1/inbox/sites/shop/api-keys", &owner, &json!({"name": "till"})).await.json();
    let secret = key["secret"].as_str().expect("a key").to_owned();
    app.post("/v1/inbox/sites/shop/webhook-secrets", &owner, &Value::Null).await;
    let page = app.get("/v1/inbox/sites/shop", &owner).await;
    assert!(!page.text.contains(&secret));
    let hint = page.json()["webhook_secrets"][0]["hint"].as_str().expect("a hint").to_owned();
    assert!(hint.starts_with("whsec_") && hint.len() == 10, "{hint}");
    let ana = app.visitor("shop", "c1").await;
    app.write(&ana, "c1", "m1", "hello").await;
    assert_eq!(app.get(MESSAGES, &As::Bearer(secret.clone())).await.short(), "200");
    let id = page.json()["api_keys"][0]["api_key_id"].as_str().expect("an id").to_owned();
    assert_eq!(app.delete(&format!("/v1/inbox/sites/shop/api-keys/{id}"), &owner).await.short(), "204");
    assert_eq!(app.get(MESSAGES, &As::Bearer(secret)).await.short(), "401 unauthorized");
    app.end().await;
}

#[tokio::test]
async fn the_list_shows_who_waits_and_a_settled_one_reopens() {
    let app = TestApp::new().await;
    let (owner, ana) = (app.owner().await, app.visitor("shop", "c1").await);
    app.visitor("other", "c2").await;
    app.write(&ana, "c1", "m1", "hello").await;
    let list = app.get("/v1/inbox/conversations?site=shop&order=waiting", &owner).await.json();
    assert_eq!(list["conversations"].as_array().map(Vec::len), Some(1));
    assert_eq!(list["conversations"][0]["last_message"]["body"], "hello");
    assert_eq!(list["reply"]["sample"], 1);
    let patch = async |status: &str| {
        app.send(Method::PATCH, "/v1/inbox/conversations/c1", &owner, &json!({"status": status})).await
    };
    assert_eq!(patch("resolved").await.json()["conversation"]["status"], "resolved");
    assert_eq!(patch("gone").await.short(), "400 bad_request");
    app.write(&ana, "c1", "m2", "one more thing").await;
    let row = app.get("/v1/inbox/conversations/c1", &owner).await.json();
    assert_eq!(row["conversation"]["status"], "open");
    assert_eq!(app.get("/v1/inbox/conversations?site=nowhere", &owner).await.short(), "404 not_found");
    app.end().await;
}

#[tokio::test]
async fn health_and_metrics_tell_no_names() {
    let app = TestApp::new().await;
    let ana = app.visitor("shop", "c1").await;
    app.write(&ana, "c1", "m1", "a secret word").await;
    assert_eq!(
        [app.get("/healthz", &ana).await.short(), app.get("/readyz", &ana).await.short()],
        ["204", "204"]
    );
    let metrics = app.get("/metrics", &As::Nobody).await.text;
    assert!(metrics.contains("pronto_messages_stored_total{author=\"visitor\"} 1"), "{metrics}");
    assert!(metrics.contains("route=\"/v1/conversations/{id}/messages\",status=\"201\""), "{metrics}");
    assert!(!metrics.contains("shop") && !metrics.contains("c1") && !metrics.contains("secret"), "{metrics}");
    app.end().await;
}
