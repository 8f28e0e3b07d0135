//! A real server on a free port with SQLite in a temporary folder, and the few ways to talk to it that tests need.
//! Nothing of the server is replaced.

use std::net::SocketAddr;
use std::path::Path;

use pronto_protocol::id::{AgentId, SiteKey};
use pronto_protocol::model::{Agent, Role, SiteSettings};
use pronto_server::bus::Bus;
use pronto_server::config::{Cli, Command, MailArgs, ServeArgs};
use pronto_server::http::guard::budget::Limits;
use pronto_server::http::page::Pages;
use pronto_server::http::page::assets::Assets;
use pronto_server::http::page::words::Words;
use pronto_server::http::state::{App, Timing, now};
use pronto_server::http::{router, serve};
use pronto_server::store::{Store, StoreOptions, StoreUrl};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub(crate) const PASSWORD: &str = "a long password";
pub(crate) const EMAIL: &str = "ana@shop.example";

/// A page with everything the server fills in, inline script and style included.
const FRAME: &str = "<!doctype html><html lang=\"{{lang}}\" dir=\"{{dir}}\" data-mode=\"{{mode}}\"><style>p{}</style>\
    <title>{{title}}</title><script>go()</script><h1>{{name}}</h1><p>{{greeting}}</p><ol>{{thread}}</ol><i>{{promise}}</i>\
    <form method=\"post\" action=\"{{action}}\"><input name=\"message_id\" value=\"{{message_id}}\">{{hidden}}{{ask}}</form>{{quick}}{{ask_script}}\
    <script type=\"application/json\" id=\"config\">{{config}}</script>";

/// What a test may change.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) store: StoreOptions,
    pub(crate) limits: Limits,
    pub(crate) timing: Timing,
    pub(crate) test_clock: bool,
    pub(crate) mail: MailArgs,
    /// Further options of the command line.
    pub(crate) more: &'static [&'static str],
}

/// A running server.
pub(crate) struct TestApp {
    pub(crate) address: SocketAddr,
    pub(crate) app: App,
    pub(crate) client: reqwest::Client,
    pub(crate) folder: tempfile::TempDir,
    serving: JoinHandle<()>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ascii"))
    }

    /// Status and, for a refusal, the word of its envelope.
    pub(crate) fn short(&self) -> String {
        match self.json().pointer("/error/code").and_then(Value::as_str) {
            Some(code) => format!("{} {code}", self.status.as_u16()),
            None => self.status.as_u16().to_string(),
        }
    }
}

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) enum As {
    Nobody,
    Bearer(String),
    Agent { cookie: String, csrf: String },
}

pub(crate) fn args(folder: &Path, more: &[&str]) -> ServeArgs {
    let data = folder.to_str().expect("a path in UTF-8");
    let cli = ["pronto", "serve", "--listen", "127.0.0.1:0", "--data", data];
    match clap::Parser::try_parse_from([&cli, more].concat()).map(|cli: Cli| cli.command) {
        Ok(Command::Serve(args)) => *args,
        other => panic!("{other:?}"),
    }
}

/// The store in a folder.
pub(crate) async fn open_store(folder: &Path) -> Store {
    Store::open(&store_url(folder)).await.expect("a store")
}

fn store_url(folder: &Path) -> StoreUrl {
    StoreUrl::Sqlite(folder.join("pronto.db"))
}

pub(crate) fn site(key: &str) -> SiteKey {
    SiteKey::new(key).expect("a key")
}

pub(crate) fn settings(name: &str) -> SiteSettings {
    SiteSettings {
        name: name.to_owned(),
        accent: "#b5472f".to_owned(),
        look: None,
        greeting: String::new(),
        locale: "en".to_owned(),
        allowed_origins: vec!["https://shop.example".to_owned()],
        hours: None,
        backend_url: None,
        away: String::new(),
        billing: None,
        pre_chat: None,
        quick_replies: Vec::new(),
        shield: pronto_protocol::model::contact::Shield::Auto,
    }
}

impl TestApp {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open_with(&store_url(folder.path()), options.store).await.expect("a store");
        for key in ["shop", "other"] {
            store.put_site(&site(key), &settings(key), false, now()).await.expect("a site");
        }
        let file = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
        let assets = Assets::from_files([
            file("frame.html", FRAME),
            file("inbox.html", "<!doctype html><script>inbox()</script>"),
            file("embed.js", "embed()"),
            file("unread.js", "unread()"),
            file("assets/panel-0123456789abcdef_bg.wasm", "wasm"),
            file("assets/panel-0123456789abcdef_bg.wasm.br", "br"),
            file("demo/index.html", "<script src=\"{{chat}}/embed.js\"></script>"),
        ]);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (test_clock, mail) = (options.test_clock, options.mail);
        let args = ServeArgs { listen: address, test_clock, mail, ..args(folder.path(), options.more) };
        let pages = Pages::new(assets, Words::embedded());
        let app = App::new(args, store, Bus::new(), pages, options.limits, options.timing);
        let serving = tokio::spawn(serve::serve(app.clone(), listener, router(app.clone())));
        let client =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { address, app, client, folder, serving }
    }

    /// Ends the server as a signal does, and waits for it; what it stored stays in the folder.
    pub(crate) async fn end(self) -> tempfile::TempDir {
        self.app.drain.begin();
        self.serving.await.expect("the server ends");
        let store = self.app.store.clone();
        drop(self.app);
        store.close().await;
        self.folder
    }

    pub(crate) fn request(&self, method: Method, path: &str, who: &As) -> reqwest::RequestBuilder {
        let request = self.client.request(method, format!("http://{}{path}", self.address));
        match who {
            As::Nobody => request,
            As::Bearer(secret) => request.bearer_auth(secret),
            As::Agent { cookie, csrf } => request.header("cookie", cookie).header("x-pronto-csrf", csrf),
        }
    }

    pub(crate) async fn finish(request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.expect("a body");
        Answer { status, headers, text }
    }

    pub(crate) async fn get(&self, path: &str, who: &As) -> Answer {
        Self::finish(self.request(Method::GET, path, who)).await
    }

    pub(crate) async fn post(&self, path: &str, who: &As, body: &Value) -> Answer {
        self.send(Method::POST, path, who, body).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, who: &As, body: &Value) -> Answer {
        let request = self.request(method, path, who).header("content-type", "application/json");
        Self::finish(request.body(body.to_string())).await
    }

    pub(crate) async fn delete(&self, path: &str, who: &As) -> Answer {
        Self::finish(self.request(Method::DELETE, path, who)).await
    }

    /// A new visitor of `site` with one conversation: their credential.
    pub(crate) async fn visitor(&self, site: &str, conversation: &str) -> As {
        let who = As::Bearer(pronto_server::auth::secret::mint());
        let opened = self
            .post(&format!("/v1/sites/{site}/sessions"), &who, &json!({"conversation_id": conversation}))
            .await;
        assert_eq!(opened.short(), "200", "{}", opened.text);
        who
    }

    pub(crate) async fn write(&self, who: &As, conversation: &str, message_id: &str, body: &str) -> Answer {
        let path = format!("/v1/conversations/{conversation}/messages");
        self.post(&path, who, &json!({"message_id": message_id, "body": body})).await
    }

    /// The bodies of all messages of a conversation, in order.
    pub(crate) async fn bodies(&self, who: &As, conversation: &str) -> Vec<String> {
        let page =
            self.get(&format!("/v1/conversations/{conversation}/messages?after=0&limit=200"), who).await;
        let messages = page.json()["messages"].as_array().cloned().unwrap_or_default();
        messages.iter().map(|message| message["body"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// An agent in the store.
    pub(crate) async fn add_agent(&self, email: &str, role: Role) {
        let id = AgentId::new(email.replace(['@', '.'], "-")).expect("an id");
        let agent = Agent { agent_id: id, name: "Ana".to_owned(), role };
        let hash = self.app.passwords.hash(PASSWORD.to_owned()).await;
        self.app.store.add_agent(agent, email, &hash, now()).await.expect("an agent");
    }

    /// Signs in through the API.
    pub(crate) async fn sign_in(&self, email: &str) -> As {
        let answer =
            self.post("/v1/inbox/login", &As::Nobody, &json!({"email": email, "password": PASSWORD})).await;
        assert_eq!(answer.short(), "200", "{}", answer.text);
        let cookie = answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        As::Agent { cookie, csrf: answer.json()["csrf"].as_str().expect("a token").to_owned() }
    }

    /// The first owner, signed in.
    pub(crate) async fn owner(&self) -> As {
        self.add_agent(EMAIL, Role::Owner).await;
        self.sign_in(EMAIL).await
    }
}
