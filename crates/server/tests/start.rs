//! The binary itself: how it says that it cannot start, and that what it accepted outlives its end.

#[expect(dead_code, reason = "other test files use the rest")]
mod common;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use common::{open_store, settings, site};
use pronto_protocol::id::ConversationId;
use pronto_protocol::model::cost::{Billing, BookChoice};
use pronto_protocol::model::{Channel, SiteSettings};
use pronto_server::auth::secret;
use pronto_server::http::state::now;
use pronto_server::store::Page;
use serde_json::json;

fn pronto(data: &Path) -> Command {
    pronto_on("127.0.0.1:0", data)
}

fn pronto_on(address: &str, data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pronto"));
    command.args(["serve", "--listen", address, "--demo-listen", "127.0.0.1:0", "--data"]).arg(data);
    command.env_remove("PRONTO_DATABASE").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A server that runs, and the lines it printed until the last address.
fn start(command: &mut Command) -> (Child, Vec<String>) {
    let mut child = command.spawn().expect("it starts");
    let printed = BufReader::new(child.stdout.take().expect("its output"));
    let mut lines = Vec::new();
    for line in printed.lines() {
        let line = line.expect("text");
        let last = line.starts_with("API document");
        lines.push(line);
        if last {
            break;
        }
    }
    (child, lines)
}

/// What stands behind `name` in the lines.
fn printed<'a>(lines: &'a [String], name: &str) -> &'a str {
    lines
        .iter()
        .find_map(|line| line.strip_prefix(name))
        .unwrap_or_else(|| panic!("{name} in {lines:?}"))
        .trim()
}

fn refusal(command: &mut Command) -> String {
    let output = command.output().expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    let sentence = String::from_utf8(output.stderr).expect("text");
    assert_eq!(sentence.trim().lines().count(), 1, "{sentence}");
    sentence
}

#[tokio::test]
async fn what_stands_in_the_way_is_one_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let port = refusal(&mut pronto_on(&address, folder.path()));
    assert!(port.contains("in use") && port.contains("--listen"), "{port}");

    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("a file");
    let unwritable = refusal(&mut pronto(&file.join("data")));
    assert!(unwritable.contains("cannot be made") && unwritable.contains("--data"), "{unwritable}");

    let url = refusal(pronto(folder.path()).args(["--database", "mysql://here"]));
    assert!(url.contains("sqlite:PATH or postgres://"), "{url}");

    let mail = |args: &[&str]| refusal(pronto(folder.path()).args(args));
    let half = mail(&["--smtp", "smtps://ana:hunter2@mail.example"]);
    assert!(half.contains("--mail-from") && !half.contains("hunter2"), "{half}");
    let clear = mail(&["--smtp", "smtp://ana:hunter2@mail.example", "--mail-from", "a@chat.example"]);
    assert!(clear.contains("in the clear") && !clear.contains("hunter2"), "{clear}");
    let no_file = mail(&[
        "--smtp",
        "smtps://ana@mail.example",
        "--mail-from",
        "a@chat.example",
        "--smtp-password-file",
        "/none/of/these",
    ]);
    assert!(no_file.contains("/none/of/these cannot be read"), "{no_file}");

    let books = folder.path().join("books");
    let options = ["--price-books", books.to_str().expect("text")];
    let missing = refusal(pronto(folder.path()).args(options));
    assert!(missing.contains("cannot be read") && missing.contains("--price-books"), "{missing}");
    std::fs::create_dir(&books).expect("a folder");
    std::fs::write(books.join("mine.toml"), "name = \"mine\"\ntitle = 1\n").expect("a file");
    let bad = refusal(pronto(folder.path()).args(options));
    assert!(bad.contains("mine.toml:2: "), "{bad}");

    let store = open_store(folder.path()).await;
    let chosen = BookChoice { channel: Channel::Widget, book: "mine".to_owned(), from: None, until: None };
    let billing = Some(Billing { books: vec![chosen], ..Billing::default() });
    let charged = SiteSettings { billing, ..settings("shop") };
    store.put_site(&site("shop"), &charged, false, now()).await.expect("a site");
    store.close().await;
    let gone = refusal(&mut pronto(folder.path()));
    assert!(gone.contains("price book mine") && gone.contains("--price-books"), "{gone}");

    let database = rusqlite::Connection::open(folder.path().join("pronto.db")).expect("a database");
    database.execute("insert into schema_migration (version) values (9999)", []).expect("a newer version");
    drop(database);
    let newer = refusal(&mut pronto(folder.path()));
    assert!(newer.contains("newer"), "{newer}");
}

#[tokio::test]
async fn the_demo_is_ready_and_what_was_accepted_outlives_any_end() {
    let folder = tempfile::tempdir().expect("a folder");
    for (signal, id) in [("-TERM", "m1"), ("-KILL", "m2")] {
        let (mut child, lines) = start(pronto(folder.path()).arg("--demo"));
        let chat = printed(&lines, "Inbox").trim_end_matches("/inbox").to_owned();
        let (email, password) = printed(&lines, "Demo login").split_once("  ").expect("both");
        let client = reqwest::Client::new();
        let post = |path: String, body: serde_json::Value| {
            let request = client.post(format!("{chat}{path}")).header("content-type", "application/json");
            request.body(body.to_string())
        };
        let login = post("/v1/inbox/login".to_owned(), json!({"email": email, "password": password}));
        assert_eq!(login.send().await.expect("an answer").status(), 200);
        let visitor = secret::mint();
        let open = post("/v1/sites/panificio/sessions".to_owned(), json!({"conversation_id": id}));
        assert_eq!(open.bearer_auth(&visitor).send().await.expect("an answer").status(), 200);
        let send =
            post(format!("/v1/conversations/{id}/messages"), json!({"message_id": id, "body": "accepted"}));
        assert_eq!(send.bearer_auth(&visitor).send().await.expect("an answer").status(), 201);
        let killed =
            Command::new("kill").arg(signal).arg(child.id().to_string()).status().expect("kill runs");
        assert!(killed.success());
        let status = child.wait().expect("it ends");
        assert_eq!(status.success(), signal == "-TERM", "{status:?}");
        let store = open_store(folder.path()).await;
        let stored =
            store.messages(&ConversationId::new(id).expect("an id"), Page::Last, 10).await.expect("read");
        assert_eq!(stored.len(), 1, "after {signal}");
        store.close().await;
    }
}

#[tokio::test]
async fn the_first_owner_link_is_printed_until_there_is_an_owner() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut child, lines) = start(&mut pronto(folder.path()));
    let link = printed(&lines, "First owner").trim_end_matches(" (works once)");
    let (inbox, token) = link.split_once("#setup=").expect("a token in the fragment");
    let setup =
        json!({"token": token, "name": "Ana", "email": "ana@shop.example", "password": "a long password"});
    let request = reqwest::Client::new().post(inbox.replace("/inbox", "/v1/inbox/setup"));
    let request = request.header("content-type", "application/json").body(setup.to_string());
    assert_eq!(request.send().await.expect("an answer").status(), 200);
    child.kill().expect("it ends");
    child.wait().expect("it ends");
    let (mut child, lines) = start(&mut pronto(folder.path()));
    assert!(!lines.iter().any(|line| line.starts_with("First owner")), "{lines:?}");
    child.kill().expect("it ends");
    child.wait().expect("it ends");
}
