//! What reaches a visitor elsewhere, through the real server. Answers by e-mail in a real SMTP conversation: the address a
//! visitor leaves, the mail that goes to it, and where its links lead; and the transcript they take along.

mod address;
#[expect(dead_code, reason = "other test files use the rest")]
#[path = "../common/mod.rs"]
mod common;
mod links;
mod sending;
mod smtp;
mod transcript;

use std::sync::Arc;
use std::time::Duration;

use common::{Answer, As, Options, TestApp};
use pronto_protocol::model::SiteSettings;
use pronto_server::auth::secret;
use pronto_server::config::{Hidden, MailArgs};
use pronto_server::http::state::now;
use pronto_server::relay::mail::{MailConfig, MailHandle, Sender, spawn};
use pronto_server::store::StoreOptions;
use pronto_server::text::words::Words;
use reqwest::Method;
use serde_json::json;

use smtp::{Mood, Server};

const PATIENCE: Duration = Duration::from_secs(20);
/// After this much, in these tests, an answer goes out by e-mail.
const AFTER: Duration = Duration::from_millis(150);

fn mail(server: &str) -> MailArgs {
    let hidden = |text: &str| Some(Hidden(text.to_owned()));
    MailArgs { smtp: hidden(server), mail_from: hidden("no-reply@chat.example"), ..MailArgs::default() }
}

async fn leave(app: &TestApp, who: &As, conversation: &str, email: &str) -> Answer {
    let body = json!({"conversation_id": conversation, "email": email});
    app.send(Method::PUT, "/v1/session/email", who, &body).await
}

/// A server that sends mails, the mail server, and a visitor of `shop` who asked and left an address.
struct World {
    app: TestApp,
    smtp: Server,
    mailer: Option<MailHandle>,
    ana: As,
    owner: As,
}

impl World {
    async fn new(moods: &[Mood]) -> Self {
        Self::with(moods, "", "no-reply@chat.example", |config| config).await
    }

    async fn with(
        moods: &[Mood],
        user: &str,
        from: &str,
        change: impl FnOnce(MailConfig) -> MailConfig,
    ) -> Self {
        let smtp = Server::start(moods).await;
        let url = format!("smtp://{user}127.0.0.1:{}", smtp.port);
        let after = i64::try_from(AFTER.as_millis()).expect("a short time");
        let store = StoreOptions { mail_after_ms: Some(after), ..StoreOptions::default() };
        let app = TestApp::with(Options { store, mail: mail(&url), ..Options::default() }).await;
        let mailer = Some(mailer(&app, &url, from, change));
        let ana = app.visitor("shop", "c1").await;
        let owner = app.owner().await;
        app.write(&ana, "c1", "q", "Avete il pane di segale?").await;
        assert_eq!(leave(&app, &ana, "c1", "ana@posta.example").await.short(), "204");
        Self { app, smtp, mailer, ana, owner }
    }

    async fn answer(&self, id: &str, body: &str) {
        assert_eq!(self.app.write(&self.owner, "c1", id, body).await.short(), "201");
    }

    async fn stop_mailer(&mut self) {
        self.mailer.take().expect("it runs").stop().await;
    }

    /// What the site is called from now on, and in which language it is.
    async fn call(&self, name: &str, locale: &str) {
        let settings = SiteSettings { locale: locale.to_owned(), ..common::settings(name) };
        self.app.app.store.put_site(&common::site("shop"), &settings, false, now()).await.expect("stored");
    }

    async fn end(mut self) {
        self.stop_mailer().await;
        self.app.end().await;
    }
}

fn mailer(app: &TestApp, url: &str, from: &str, change: impl FnOnce(MailConfig) -> MailConfig) -> MailHandle {
    let sender = Sender::new(url, None, from).expect("a sender");
    let minted = || {
        let minted = secret::mint();
        let hash = secret::hash(&minted);
        (minted, hash)
    };
    let origin = format!("http://{}", app.address);
    let usual = MailConfig::new(sender, origin, Arc::new(Words::embedded()), minted);
    let quick = MailConfig {
        look_every: Duration::from_millis(10),
        retry_first: Duration::from_millis(20),
        retry_max: Duration::from_millis(50),
        ..usual
    };
    spawn(app.app.store.clone(), change(quick))
}
