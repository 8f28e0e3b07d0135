//! Files that go with messages, through the real server: sent piece by piece, cut and gone on with, looked at, refused,
//! opened, and gone.

#[expect(dead_code, reason = "other test files use the rest")]
#[path = "../common/mod.rs"]
mod common;
mod sample;

use std::io::Write as _;

use common::{Answer, As, Options, TestApp};
use expect_test::expect;
use pronto_protocol::api::{MessagePage, Upload};
use reqwest::Method;
use sample::{photograph, spoilt};
use serde_json::json;

const IN: &str = "/v1/conversations/c1/attachments";

async fn begin(app: &TestApp, who: &As, id: &str, name: &str, bytes: usize) -> Answer {
    app.post(IN, who, &json!({"attachment_id": id, "name": name, "bytes": bytes})).await
}

async fn patch(app: &TestApp, who: &As, id: &str, offset: usize, bytes: &[u8]) -> Answer {
    let request = app.request(Method::PATCH, &format!("{IN}/{id}"), who);
    let request = request.header("upload-offset", offset).header("content-type", "application/octet-stream");
    TestApp::finish(request.body(bytes.to_vec())).await
}

/// A whole file, begun and sent at once.
async fn upload(app: &TestApp, who: &As, id: &str, name: &str, bytes: &[u8]) -> Answer {
    let begun = begin(app, who, id, name, bytes.len()).await;
    if begun.status != 201 { begun } else { patch(app, who, id, 0, bytes).await }
}

async fn send(app: &TestApp, who: &As, id: &str, files: &[&str]) -> Answer {
    app.post(
        "/v1/conversations/c1/messages",
        who,
        &json!({"message_id": id, "body": "", "attachments": files}),
    )
    .await
}

fn read(answer: &Answer) -> Upload {
    serde_json::from_str(&answer.text).unwrap_or_else(|_| panic!("no upload: {}", answer.text))
}

/// Begins to send a chunk at 100,000 and goes away in the middle of it.
fn break_off(app: &TestApp, who: &As, bytes: &[u8], promised: usize) {
    let As::Bearer(secret) = who else { panic!("no visitor") };
    let mut stream = std::net::TcpStream::connect(app.address).expect("a connection");
    let head = format!(
        "PATCH {IN}/a1 HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {secret}\r\nupload-offset: 100000\r\n\
         content-length: {promised}\r\n\r\n",
        app.address
    );
    stream.write_all(head.as_bytes()).expect("sent");
    stream.write_all(bytes).expect("sent");
}

/// What the link of a whole file opens, and the bytes.
async fn fetch(app: &TestApp, url: &str) -> (reqwest::StatusCode, reqwest::header::HeaderMap, Vec<u8>) {
    let response = app.request(Method::GET, url, &As::Nobody).send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    (status, headers, response.bytes().await.expect("a body").to_vec())
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

/// How many files lie in the folder, whole or not.
fn lying(app: &TestApp) -> usize {
    let count = |folder: &str| {
        let entries = std::fs::read_dir(app.folder.path().join(folder));
        entries.map_or(0, |entries| entries.flatten().filter(|entry| entry.path().is_file()).count())
    };
    count("files") + count("files/part")
}

#[tokio::test]
async fn a_photograph_goes_its_way_without_its_place() {
    let app = TestApp::new().await;
    let (ana, owner) = (app.visitor("shop", "c1").await, app.owner().await);
    let bytes = photograph();
    assert!(holds(&bytes, b"GPS"));
    let whole = upload(&app, &ana, "a1", "../Torino <3.JPG", &bytes).await;
    let file = read(&whole).attachment.expect("whole");
    assert_eq!((file.media_type.as_str(), file.name.as_str()), ("image/jpeg", "Torino <3.JPG"));
    assert_eq!((file.width, file.height), (Some(30), Some(40)));
    assert!(file.bytes < bytes.len() as u64);
    assert_eq!(send(&app, &ana, "m1", &["a1"]).await.short(), "201");
    assert_eq!(send(&app, &ana, "m1", &["a1"]).await.short(), "200");

    let page = app.get("/v1/conversations/c1/messages", &owner).await;
    let page: MessagePage = serde_json::from_str(&page.text).expect("a page");
    let seen = page.messages.first().and_then(|message| message.attachments.first()).expect("the file");
    let (status, headers, kept) = fetch(&app, seen.url.as_deref().expect("a link")).await;
    assert_eq!(status, 200);
    assert!(!holds(&kept, b"GPS") && kept.len() as u64 == file.bytes);
    let named = [
        "content-type",
        "content-disposition",
        "content-security-policy",
        "x-content-type-options",
        "cross-origin-resource-policy",
        "cache-control",
    ];
    let headers: Vec<String> = named
        .iter()
        .map(|name| {
            format!("{name}: {}", headers.get(*name).map_or("", |value| value.to_str().expect("ascii")))
        })
        .collect();
    expect![[r#"
        content-type: image/jpeg
        content-disposition: inline; filename="Torino _3.JPG"; filename*=UTF-8''Torino%20%3C3%2EJPG
        content-security-policy: default-src 'none'; sandbox
        x-content-type-options: nosniff
        cross-origin-resource-policy: same-origin
        cache-control: private, max-age=86400, immutable"#]]
    .assert_eq(&headers.join("\n"));
    // Both sides may ask for a fresh link.
    assert_eq!(app.get(&format!("{IN}/a1"), &owner).await.short(), "200");
    assert_eq!(lying(&app), 1);
}

#[tokio::test]
async fn an_upload_goes_on_where_it_was_cut() {
    let app = TestApp::new().await;
    let ana = app.visitor("shop", "c1").await;
    let text = "Pane di segale, lievito madre. ".repeat(10_000);
    let bytes = text.as_bytes();
    let mut seen = Vec::new();
    let mut note = |what: &str, answer: &Answer| {
        seen.push(format!("{what}: {} at {}", answer.short(), answer.header("upload-offset")));
    };
    note("begun", &begin(&app, &ana, "a1", "list.txt", bytes.len()).await);
    note("first", &patch(&app, &ana, "a1", 0, &bytes[..100_000]).await);
    note("doubled", &patch(&app, &ana, "a1", 0, &bytes[..100_000]).await);
    note("ahead", &patch(&app, &ana, "a1", 200_000, &bytes[200_000..]).await);
    note("begun again", &begin(&app, &ana, "a1", "list.txt", bytes.len()).await);
    let head = app.request(Method::HEAD, &format!("{IN}/a1"), &ana);
    note("asked", &TestApp::finish(head).await);

    // A body that breaks off: what came before stays.
    break_off(&app, &ana, &bytes[100_000..180_000], bytes.len() - 100_000);
    let mut at = 100_000;
    let mut pause = tokio::time::interval(std::time::Duration::from_millis(50));
    for _ in 0..100 {
        pause.tick().await;
        at = read(&app.get(&format!("{IN}/a1"), &ana).await).offset as usize;
        if at > 100_000 {
            break;
        }
    }
    assert!((100_001..=180_000).contains(&at), "{at}");
    // More than the file has is not taken.
    note("the rest and more", &patch(&app, &ana, "a1", at, &[&bytes[at..], b"more"].concat()).await);
    note("nothing more", &patch(&app, &ana, "a1", bytes.len(), b"").await);
    let file = read(&app.get(&format!("{IN}/a1"), &ana).await).attachment.expect("whole");
    let (_, headers, kept) = fetch(&app, file.url.as_deref().expect("a link")).await;
    assert_eq!(kept, bytes);
    assert!(headers["content-disposition"].to_str().expect("ascii").starts_with("attachment;"));
    let part = app
        .request(Method::GET, file.url.as_deref().expect("a link"), &As::Nobody)
        .header("range", "bytes=5-6");
    let part = TestApp::finish(part).await;
    assert_eq!((part.status.as_u16(), part.text.as_str()), (206, "di"));
    expect![[r#"
        begun: 201 at 0
        first: 200 at 100000
        doubled: 409 wrong_offset at 100000
        ahead: 409 wrong_offset at 100000
        begun again: 200 at 100000
        asked: 200 at 100000
        the rest and more: 200 at 310000
        nothing more: 200 at 310000"#]]
    .assert_eq(&seen.join("\n"));
}

#[tokio::test]
async fn what_is_not_taken_is_refused_and_leaves_nothing() {
    let app = TestApp::with(Options { more: &["--file-mb", "1"], ..Options::default() }).await;
    let ana = app.visitor("shop", "c1").await;
    let mut seen = Vec::new();
    let mut note = |what: &str, answer: Answer| seen.push(format!("{what}: {}", answer.short()));
    note("a program", upload(&app, &ana, "a1", "cat.jpg", b"MZ\x90\0\x03\0\0\0").await);
    note("its id again", begin(&app, &ana, "a1", "cat.jpg", 8).await);
    note("of a telephone", upload(&app, &ana, "a2", "a.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic").await);
    note("a damaged picture", upload(&app, &ana, "a3", "b.jpg", &spoilt()).await);
    note("empty", begin(&app, &ana, "a4", "b.txt", 0).await);
    note("too large", begin(&app, &ana, "a5", "b.txt", 1_000_001).await);
    note("no offset", app.send(Method::PATCH, &format!("{IN}/a1"), &ana, &json!("x")).await);
    note("none begun", patch(&app, &ana, "nothing", 0, b"x").await);
    note("in no message", send(&app, &ana, "m1", &["a2"]).await);
    let many: Vec<String> = (0..11).map(|n| format!("f{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    note("too many", send(&app, &ana, "m1", &many).await);
    // Markup is text here, whatever it calls itself.
    let page = upload(&app, &ana, "a6", "page.html", b"<script>alert(1)</script>").await;
    let file = read(&page).attachment.expect("whole");
    assert_eq!((file.media_type.as_str(), file.name.as_str()), ("text/plain", "page.html.txt"));
    note("given up", app.delete(&format!("{IN}/a6"), &ana).await);
    note("and gone", fetch_short(&app, file.url.as_deref().expect("a link")).await);
    expect![[r#"
        a program: 415 media_refused
        its id again: 201
        of a telephone: 415 media_refused
        a damaged picture: 415 media_refused
        empty: 415 media_refused
        too large: 413 too_large
        no offset: 400 bad_request
        none begun: 404 not_found
        in no message: 422 attachment_missing
        too many: 413 too_large
        given up: 204
        and gone: 404 not_found"#]]
    .assert_eq(&seen.join("\n"));
    assert_eq!(lying(&app), 0);
}

#[tokio::test]
async fn nothing_comes_back_that_a_browser_could_run() {
    let app = TestApp::new().await;
    let ana = app.visitor("shop", "c1").await;
    let cases: [(&str, &[u8]); 6] = [
        ("page.html", b"<!doctype html><script>alert(1)</script>"),
        ("drawing.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>"),
        ("cat.jpg", b"<script>alert(1)</script>"),
        ("code.js", b"alert(1)"),
        ("feed.xml", b"<?xml version=\"1.0\"?><?xml-stylesheet href=\"javascript:alert(1)\"?><a/>"),
        ("form.pdf", b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF"),
    ];
    let mut seen = Vec::new();
    for (number, (name, bytes)) in cases.into_iter().enumerate() {
        let whole = read(&upload(&app, &ana, &format!("a{number}"), name, bytes).await);
        let url = whole.attachment.and_then(|file| file.url).expect("a link");
        let (_, headers, kept) = fetch(&app, &url).await;
        assert_eq!(kept, bytes, "{name}");
        let header = |name: &str| headers.get(name).map_or("", |value| value.to_str().expect("ascii"));
        assert_eq!(
            (header("x-content-type-options"), header("content-security-policy")),
            ("nosniff", "default-src 'none'; sandbox"),
            "{name}"
        );
        let how = header("content-disposition").split(';').nth(1).map_or("", str::trim);
        assert!(header("content-disposition").starts_with("attachment;"), "{name}");
        seen.push(format!("{name}: {} as {how}", header("content-type")));
    }
    expect![[r#"
        page.html: text/plain as filename="page.html.txt"
        drawing.svg: text/plain as filename="drawing.svg.txt"
        cat.jpg: text/plain as filename="cat.jpg.txt"
        code.js: text/plain as filename="code.js.txt"
        feed.xml: text/plain as filename="feed.xml.txt"
        form.pdf: application/pdf as filename="form.pdf""#]]
    .assert_eq(&seen.join("\n"));
}

async fn fetch_short(app: &TestApp, url: &str) -> Answer {
    app.get(url, &As::Nobody).await
}

#[tokio::test]
async fn nobody_has_a_part_in_what_is_not_theirs() {
    let app = TestApp::new().await;
    let (ana, eve, owner) =
        (app.visitor("shop", "c1").await, app.visitor("shop", "c2").await, app.owner().await);
    let file = read(&upload(&app, &ana, "a1", "a.txt", b"mine").await).attachment.expect("whole");
    let url = file.url.expect("a link");
    let mut seen = Vec::new();
    let mut note = |what: &str, answer: Answer| seen.push(format!("{what}: {}", answer.short()));
    note("begins in hers", begin(&app, &eve, "e1", "e.txt", 4).await);
    note("writes into hers", patch(&app, &eve, "a1", 0, b"evil").await);
    note("sees hers", app.get(&format!("{IN}/a1"), &eve).await);
    note(
        "sends hers",
        app.post(
            "/v1/conversations/c2/messages",
            &eve,
            &json!({"message_id": "m", "body": "", "attachments": ["a1"]}),
        )
        .await,
    );
    note("the other side's draft", app.get(&format!("{IN}/a1"), &owner).await);
    note("sends the other side's", send(&app, &owner, "m9", &["a1"]).await);
    note("without credentials", app.get(&format!("{IN}/a1"), &As::Nobody).await);
    note("by its link", app.get(&url, &As::Nobody).await);
    note("a forged time", app.get(&url.replace("until=1", "until=2"), &As::Nobody).await);
    note("a forged proof", app.get(&url[..url.len() - 4], &As::Nobody).await);
    note("no proof", app.get(url.split('?').next().expect("a path"), &As::Nobody).await);
    note("another path", app.get("/files/..%2Fpronto.db?until=1&sig=x", &As::Nobody).await);
    expect![[r#"
        begins in hers: 404 not_found
        writes into hers: 404 not_found
        sees hers: 404 not_found
        sends hers: 422 attachment_missing
        the other side's draft: 404 not_found
        sends the other side's: 422 attachment_missing
        without credentials: 401 unauthorized
        by its link: 200
        a forged time: 404 not_found
        a forged proof: 404 not_found
        no proof: 404 not_found
        another path: 404 not_found"#]]
    .assert_eq(&seen.join("\n"));
}

#[tokio::test]
async fn a_link_runs_out() {
    let app = TestApp::with(Options { test_clock: true, ..Options::default() }).await;
    let ana = app.visitor("shop", "c1").await;
    let url = read(&upload(&app, &ana, "a1", "a.txt", b"mine").await).attachment.and_then(|file| file.url);
    let url = url.expect("a link");
    assert_eq!(fetch_short(&app, &url).await.short(), "200");
    let (proof, day) = (url.split("until=").nth(1).expect("a time"), 24 * 60 * 60);
    let until: i64 = proof.split('&').next().and_then(|until| until.parse().ok()).expect("seconds");
    let store = &app.app.store;
    let file = url.trim_start_matches("/files/").split('?').next().expect("a file").to_owned();
    let sig = proof.split("sig=").nth(1).expect("a proof");
    let later = pronto_protocol::id::Millis((until + day) * 1000);
    assert_eq!(store.linked(&file, until, sig, later).await, Ok(pronto_server::store::Linked::Over));
}

#[tokio::test]
async fn a_full_disk_is_told_and_what_was_there_stays() {
    let app = TestApp::new().await;
    let ana = app.visitor("shop", "c1").await;
    let text = "pane ".repeat(40_000);
    begin(&app, &ana, "a1", "a.txt", text.len()).await;
    assert_eq!(patch(&app, &ana, "a1", 0, &text.as_bytes()[..65_536]).await.short(), "200");
    let parts = app.folder.path().join("files/part");
    let part = std::fs::read_dir(&parts).expect("a folder").flatten().next().expect("a part").path();
    // A device that is always full, in place of the folder's next file.
    begin(&app, &ana, "a2", "b.txt", 5).await;
    let row = app.app.store.attachment(&id("c1"), &id("a2")).await.expect("an answer").expect("begun");
    std::os::unix::fs::symlink("/dev/full", parts.join(row.file_id)).expect("a link");
    let full = patch(&app, &ana, "a2", 0, b"panes").await;
    assert_eq!(
        (full.short().as_str(), std::fs::metadata(&part).expect("there").len()),
        ("507 storage_full", 65_536)
    );
    assert_eq!(read(&app.get(&format!("{IN}/a1"), &ana).await).offset, 65_536);
    // A site that has taken all the room it may says so before a byte is sent.
    let small = TestApp::with(Options { more: &["--site-files-mb", "0"], ..Options::default() }).await;
    let bo = small.visitor("shop", "c1").await;
    assert_eq!(begin(&small, &bo, "a1", "a.txt", 5).await.short(), "507 storage_full");
    assert_eq!(small.write(&bo, "c1", "m1", "Words still go").await.short(), "201");
}

fn id<T: TryFrom<String>>(name: &str) -> T {
    T::try_from(name.to_owned()).unwrap_or_else(|_| panic!("{name} is no id"))
}

#[tokio::test]
async fn where_no_files_are_taken_nobody_is_offered_it() {
    let app = TestApp::with(Options { more: &["--no-files"], ..Options::default() }).await;
    let ana = app.visitor("shop", "c1").await;
    let session = app.get("/v1/session", &ana).await.json();
    assert_eq!(session.get("uploads"), None);
    assert_eq!(begin(&app, &ana, "a1", "a.txt", 5).await.short(), "404 not_found");
    let taking = TestApp::new().await;
    let bo = taking.visitor("shop", "c1").await;
    let session = taking.get("/v1/session", &bo).await.json();
    assert_eq!(
        session["uploads"],
        json!({"file_bytes": 10_000_000, "per_message": 10, "chunk_bytes": 1_048_576})
    );
}

#[tokio::test]
async fn what_is_erased_is_gone_from_the_folder_too() {
    let app = TestApp::new().await;
    let ana = app.visitor("shop", "c1").await;
    let file = read(&upload(&app, &ana, "a1", "a.jpg", &photograph()).await).attachment.expect("whole");
    send(&app, &ana, "m1", &["a1"]).await;
    begin(&app, &ana, "a2", "half.txt", 10).await;
    patch(&app, &ana, "a2", 0, b"half").await;
    assert_eq!(lying(&app), 2);
    let data = app.get("/v1/session/data", &ana).await;
    let link = data.json().pointer("/conversations/0/messages/0/attachments/0/url").cloned();
    let link = link.and_then(|link| link.as_str().map(str::to_owned)).expect("a link");
    assert!(link.starts_with(&format!("http://{}/files/", app.address)), "{link}");
    let page = app.get("/v1/session/data?format=html&lang=en", &ana).await;
    assert!(page.text.contains(">a.jpg</a>"), "{}", page.text);
    let transcript = app.get("/v1/conversations/c1/transcript?format=html&lang=en", &ana).await;
    assert!(transcript.text.contains(">a.jpg</a>"), "{}", transcript.text);

    let receipt = app.delete("/v1/session/data", &ana).await;
    assert_eq!(receipt.json().pointer("/erased/files"), Some(&json!(2)));
    assert_eq!(lying(&app), 0);
    assert_eq!(fetch_short(&app, file.url.as_deref().expect("a link")).await.short(), "404 not_found");
}
