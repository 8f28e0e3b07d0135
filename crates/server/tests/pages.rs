//! The pages through a real socket: their policies, who may frame them, and the form that works without script.

#[expect(dead_code, reason = "other test files use the rest")]
mod common;

use common::{Answer, As, TestApp};
use expect_test::expect;
use reqwest::Method;
use serde_json::json;

async fn ask(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = app.request(Method::GET, path, &As::Nobody);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    TestApp::finish(request).await
}

async fn submit(app: &TestApp, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = app.request(Method::POST, "/c/shop?lang=en", &As::Nobody).header("cookie", cookie);
    TestApp::finish(request.header("content-type", "application/x-www-form-urlencoded").body(body)).await
}

/// The value of a hidden field.
fn field(page: &Answer, name: &str) -> String {
    let (_, after) = page.text.split_once(&format!("name=\"{name}\" value=\"")).expect("the field");
    after.split('"').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_frame_is_for_the_sites_own_origins() {
    let app = TestApp::new().await;
    let framed = |referer| [("sec-fetch-dest", "iframe"), ("referer", referer)];
    let allowed = ask(&app, "/frame/shop?lang=en", &framed("https://shop.example/bread")).await;
    let policy = allowed.header("content-security-policy");
    expect![[r#"
        default-src 'none';
        script-src 'self' 'wasm-unsafe-eval' 'sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw=';
        style-src 'self' 'sha256-gG2yISYereRMiG2lMXrbiUgi0Ubw9p7QCeWcroOvy9Y=';
        connect-src 'self';
        img-src 'self' blob: data:;
        form-action 'self';
        base-uri 'none';
        require-trusted-types-for 'script';
        frame-ancestors 'self' https://shop.example;
        frame-src 'self'"#]]
    .assert_eq(&policy.replace("; ", ";\n"));
    assert!(
        allowed.text.contains("data-mode=\"frame\"") && allowed.text.contains("<h1>shop</h1>"),
        "{}",
        allowed.text
    );
    let unknown = ask(&app, "/frame/shop", &[]).await;
    assert_eq!(unknown.header("content-security-policy"), policy);
    app.end().await;
}

#[tokio::test]
async fn a_page_that_is_not_listed_gets_a_notice_and_no_panel() {
    let app = TestApp::new().await;
    let stranger = [("sec-fetch-dest", "iframe"), ("referer", "https://new.example/?q=<b>")];
    let notice = ask(&app, "/frame/shop?lang=en", &stranger).await;
    assert!(notice.text.contains("<code>https://new.example</code>"), "{}", notice.text);
    assert!(!notice.text.contains("<form") && !notice.text.contains("<script"), "{}", notice.text);
    let policy = notice.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("frame-ancestors"),
        "{policy}"
    );
    let opened = ask(&app, "/frame/shop?lang=en", &[("sec-fetch-dest", "document"), stranger[1]]).await;
    assert!(opened.text.contains("<form"), "{}", opened.text);
    app.end().await;
}

#[tokio::test]
async fn what_an_owner_or_a_visitor_typed_never_becomes_markup() {
    let app = TestApp::new().await;
    let evil = "</script><script>alert(1)</script>{{thread}}\"'";
    let settings =
        pronto_protocol::model::SiteSettings { greeting: evil.to_owned(), ..common::settings(evil) };
    let (site, now) = (common::site("shop"), pronto_server::http::state::now());
    app.app.store.put_site(&site, &settings, false, now).await.expect("stored");
    let page = ask(&app, "/c/shop", &[]).await;
    submit(&app, "", &[("body", evil), ("message_id", "m1"), ("session", &field(&page, "session"))]).await;
    let cookie = format!("pronto_visitor={}", field(&page, "session"));
    let shown = ask(&app, "/c/shop", &[("cookie", &cookie)]).await;
    assert_eq!(shown.text.matches("<script>alert").count(), 0, "{}", shown.text);
    assert!(
        shown.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;{{thread}}&quot;&#39;"),
        "{}",
        shown.text
    );
    app.end().await;
}

#[tokio::test]
async fn the_hosted_form_stores_once_and_keeps_its_conversation() {
    let app = TestApp::new().await;
    let page = ask(&app, "/c/shop?lang=en", &[]).await;
    assert_eq!([page.header("set-cookie"), page.header("cache-control")], ["", "no-store"]);
    assert!(page.header("content-security-policy").ends_with("frame-ancestors 'none'; frame-src 'self'"));
    let first = [
        ("body", "Buongiorno"),
        ("message_id", &field(&page, "message_id")),
        ("session", &field(&page, "session")),
    ];
    let sent = submit(&app, "", &first).await;
    let doubled = submit(&app, "", &first).await;
    assert_eq!([sent.short(), doubled.short()], ["303", "303"]);
    assert_eq!(sent.header("location"), "/c/shop?lang=en");
    let cookie = sent.header("set-cookie");
    assert!(cookie.contains("; Path=/c/shop; HttpOnly; SameSite=Lax;"), "{cookie}");
    assert_eq!(doubled.header("set-cookie"), cookie);
    let cookie = cookie.split(';').next().unwrap_or_default();
    let page = ask(&app, "/c/shop?lang=en", &[("cookie", cookie)]).await;
    submit(&app, cookie, &[("body", "Aperto?"), ("message_id", &field(&page, "message_id"))]).await;
    let page = ask(&app, "/c/shop?lang=en", &[("cookie", cookie)]).await;
    assert_eq!(page.text.matches("<li class=\"message mine\">").count(), 2, "{}", page.text);
    let who = As::Bearer(field(&page, "session"));
    let session = app.get("/v1/session", &who).await.json();
    assert_eq!(session["conversations"].as_array().map(Vec::len), Some(1));
    app.end().await;
}

#[tokio::test]
async fn the_hosted_page_says_in_whose_name_a_machine_answers() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let mut settings = app.get("/v1/inbox/sites/shop", &owner).await.json()["settings"].clone();
    settings["name"] = json!("Forno & figli");
    settings["away"] = json!("Torniamo domani");
    settings["hours"] = json!({"time_zone": "Europe/Rome", "spans": []});
    app.send(Method::PUT, "/v1/inbox/sites/shop", &owner, &settings).await;
    let page = ask(&app, "/c/shop?lang=en", &[]).await;
    let fields = [
        ("body", "Aperto?"),
        ("message_id", &field(&page, "message_id")),
        ("session", &field(&page, "session")),
    ];
    let sent = submit(&app, "", &fields).await;
    let cookie = sent.header("set-cookie").split(';').next().unwrap_or_default();
    let page = ask(&app, "/c/shop?lang=en", &[("cookie", cookie)]).await;
    let said = "<li class=\"message theirs\"><p class=\"by\">Forno &amp; figli · automatic</p>";
    assert!(page.text.contains(said), "{}", page.text);
    app.end().await;
}

#[tokio::test]
async fn a_form_that_cannot_be_stored_keeps_its_words_on_the_page() {
    let app = TestApp::new().await;
    let words = "a".repeat(4097);
    let refused = submit(&app, "", &[("body", &words), ("message_id", "m1")]).await;
    assert_eq!(refused.status.as_u16(), 422);
    assert!(
        refused.text.contains("message mine failed") && refused.text.contains(&words),
        "{}",
        refused.text
    );
    let request = app.request(Method::POST, "/c/shop", &As::Nobody).header("origin", "https://evil.example");
    let request =
        request.header("content-type", "application/x-www-form-urlencoded").body("body=x&message_id=m2");
    assert_eq!(TestApp::finish(request).await.short(), "403 forbidden");
    app.end().await;
}

#[tokio::test]
async fn built_files_and_pages_carry_their_headers() {
    let app = TestApp::new().await;
    let wasm = ask(&app, "/assets/panel-0123456789abcdef_bg.wasm", &[("accept-encoding", "gzip, br")]).await;
    assert_eq!([wasm.header("content-type"), wasm.header("content-encoding")], ["application/wasm", "br"]);
    assert_eq!(wasm.header("cache-control"), "public, max-age=31536000, immutable");
    let embed = ask(&app, "/embed.js", &[]).await;
    assert_eq!([embed.header("access-control-allow-origin"), embed.text.as_str()], ["*", "embed()"]);
    assert_eq!(ask(&app, "/embed.js", &[("if-none-match", embed.header("etag"))]).await.short(), "304");
    let unread = ask(&app, "/unread.js", &[]).await;
    assert_eq!([unread.header("access-control-allow-origin"), unread.text.as_str()], ["*", "unread()"]);
    let inbox = ask(&app, "/inbox/conversations/c1", &[]).await;
    let policy = inbox.header("content-security-policy");
    assert!(policy.contains("require-trusted-types-for 'script'; frame-ancestors 'none'"), "{policy}");
    assert_eq!(inbox.header("cross-origin-opener-policy"), "same-origin");
    let small = ask(&app, "/c/shop", &[("accept-encoding", "br")]).await;
    assert_eq!(small.header("content-encoding"), "br");
    app.end().await;
}

#[tokio::test]
async fn what_is_asked_before_the_first_message_is_kept_with_the_conversation() {
    let app = TestApp::new().await;
    let plain = ask(&app, "/frame/shop?lang=en", &[]).await;
    let owner = app.owner().await;
    let mut settings = app.get("/v1/inbox/sites/shop", &owner).await.json()["settings"].clone();
    settings["pre_chat"] = json!({
        "fields": [{"kind": "name", "required": true}, {"kind": "text", "label": "Order <b>"}],
        "consent": "I read https://shop.example/privacy.",
    });
    settings["quick_replies"] = json!(["Open on <Sunday>?"]);
    let saved = app.send(Method::PUT, "/v1/inbox/sites/shop", &owner, &settings).await;
    assert_eq!(saved.status.as_u16(), 200, "{}", saved.text);

    let frame = ask(&app, "/frame/shop?lang=en", &[]).await;
    for part in [
        "<fieldset id=\"ask\" data-needed=\"This is needed.\"",
        "Order &lt;b&gt;",
        "<a href=\"https://shop.example/privacy\"",
        "Open on &lt;Sunday&gt;?",
    ] {
        assert!(frame.text.contains(part) && !plain.text.contains(part), "{part}: {}", frame.text);
    }
    let hashes = |page: &Answer| page.header("content-security-policy").matches("'sha256-").count();
    assert_eq!(hashes(&frame), hashes(&plain) + 2, "one style and one script more");

    let page = ask(&app, "/c/shop?lang=en", &[]).await;
    let session = field(&page, "session");
    let fields = [
        ("body", "Hello"),
        ("message_id", "m1"),
        ("session", &session),
        ("ask0", " Anna "),
        ("consent", "1"),
    ];
    let sent = submit(&app, "", &fields).await;
    let cookie = sent.header("set-cookie").split(';').next().unwrap_or_default();
    let page = ask(&app, "/c/shop?lang=en", &[("cookie", cookie)]).await;
    assert!(page.text.contains("Hello") && !page.text.contains("id=\"ask\""), "asked once: {}", page.text);
    let rows = app.get("/v1/inbox/conversations?site=shop", &owner).await.json();
    let asked = &rows["conversations"][0]["context"]["asked"];
    let wanted = json!({
        "answers": [{"kind": "name", "value": "Anna"}],
        "consent": "I read https://shop.example/privacy.",
    });
    assert_eq!(asked, &wanted, "{rows}");
    app.end().await;
}
