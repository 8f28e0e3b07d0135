//! `pronto serve`: opens the database, listens, prints the addresses, and ends in an orderly way. Every failure is one
//! sentence for the operator.

use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use pronto_protocol::api::SiteSummary;
use pronto_protocol::model::{Agent, Role};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;

use crate::auth::secret;
use crate::billing::Shelf;
use crate::bus::Bus;
use crate::config::{DatabaseArgs, MailArgs, ServeArgs, reachable};
use crate::demo;
use crate::http::api::agent::new_agent_id;
use crate::http::guard::budget::Limits;
use crate::http::page::assets::Assets;
use crate::http::page::words::Words;
use crate::http::page::{self, Pages};
use crate::http::state::{App, Timing, now};
use crate::http::{self, serve};
use crate::relay::mail::{self, MailConfig, MailHandle, Sender};
use crate::relay::{self, RelayConfig};
use crate::store::{Store, StoreError, StoreOptions, StoreUrl};
use crate::sweep;

const DEMO_EMAIL: &str = "demo@pronto.example";
/// How long the database may take to finish what was accepted.
const CLOSE: Duration = Duration::from_secs(10);

/// Serves until a signal says to end.
///
/// # Errors
/// One sentence for the operator.
pub async fn serve(args: ServeArgs) -> Result<(), String> {
    log();
    let chat = bind(args.listen, "--listen").await?;
    let shop = if args.demo { Some(bind(args.demo_listen, "--demo-listen").await?) } else { None };
    let listen = chat.local_addr().map_err(|error| error.to_string())?;
    let demo_listen = shop.as_ref().and_then(|shop| shop.local_addr().ok()).unwrap_or(args.demo_listen);
    let args = ServeArgs { listen, demo_listen, ..args };
    let signals = Signals::listen()?;
    let sender = sender(&args.mail)?;
    let options =
        StoreOptions { mail_after_ms: sender.as_ref().map(|_| mail::AFTER_MS), ..StoreOptions::default() };
    let shelf = args.price_books.as_deref().map_or_else(|| Ok(Shelf::built_in()), Shelf::with_folder)?;
    let store = open(&args.database, options).await?.with_shelf(shelf);
    check_books(&store).await?;
    let (demo, bus) = (args.demo, Bus::new());
    let pages = Pages::new(Assets::embedded(), Words::embedded());
    let config = RelayConfig { allow_private: args.allow_private_backends, ..RelayConfig::default() };
    let relay = relay::spawn(store.clone(), bus.clone(), config)?;
    let app = App::new(args, store.clone(), bus, pages, Limits::default(), Timing::default());
    if app.args.test_clock {
        tracing::warn!(
            "the clock may be moved by anyone (--test-clock): never serve real visitors like this"
        );
        say("Test clock    anyone may move the time with PUT /v1/test/clock: not for real visitors");
    }
    if let Some(files) = &app.files {
        files.check().map_err(|error| {
            format!("the folder for files cannot be used ({error}): give another one with --files, or take none with --no-files.")
        })?;
    }
    announce(&app, demo).await?;
    let sweeper = app.files.clone().map(|files| tokio::spawn(sweep::run(store.clone(), files)));
    let mailer = sender.map(|sender| mailer(&app, sender));

    let mut listening = JoinSet::new();
    listening.spawn(serve::serve(app.clone(), chat, http::router(app.clone())));
    if let Some(shop) = shop {
        listening.spawn(serve::serve(app.clone(), shop, page::demo::router(app.clone())));
    }
    signals.heard().await;
    say("Ending: what was accepted is kept, and browsers come back by themselves.");
    app.drain.begin();
    listening.join_all().await;
    relay.stop().await;
    if let Some(sweeper) = sweeper {
        // Nothing of it is lost half done: the next start begins with a round.
        sweeper.abort();
        drop(sweeper.await);
    }
    if let Some(mailer) = mailer {
        mailer.stop().await;
    }
    if let Err(error) = app.replies.keep_all(&app.store, now()).await {
        tracing::warn!(%error, "the reply clocks were not written down: the next start reads more of the log");
    }
    drop(app);
    if tokio::time::timeout(CLOSE, store.close()).await.is_err() {
        return Err("the database did not close in time; what was accepted is in it.".to_owned());
    }
    Ok(())
}

/// Prints a line. Whoever started the server may have stopped reading, and that must not end it.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("PRONTO_LOG");
    let filter = filter.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,pronto_server=info"));
    // A second start in one process, as in tests, keeps the first one's log.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

async fn bind(address: SocketAddr, option: &str) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!(
                "{address} is in use by another program: end that, or give another address with {option}."
            )
        }
        std::io::ErrorKind::PermissionDenied => {
            format!("you may not listen on {address}: give a port above 1023 with {option}.")
        }
        _ => format!("{address} cannot be listened on ({error}): give another address with {option}."),
    })
}

/// Who sends mails, where the operator asked for it.
fn sender(args: &MailArgs) -> Result<Option<Sender>, String> {
    let (server, from) = match (&args.smtp, &args.mail_from) {
        (Some(server), Some(from)) => (server, from),
        (None, None) => return Ok(None),
        (Some(_), None) => return Err("--smtp needs a sender: give one with --mail-from.".to_owned()),
        (None, Some(_)) => return Err("--mail-from needs a mail server: give one with --smtp.".to_owned()),
    };
    let password = args.smtp_password_file.as_deref().map(|path| {
        std::fs::read_to_string(path)
            .map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
            .map_err(|error| format!("--smtp-password-file {} cannot be read: {error}.", path.display()))
    });
    Sender::new(&server.0, password.transpose()?, &from.0).map(Some)
}

fn mailer(app: &App, sender: Sender) -> MailHandle {
    if app.args.public_url.is_none() {
        tracing::warn!("mails link to the address this server listens on: give --public-url");
    }
    let secret = || {
        let secret = secret::mint();
        let hash = secret::hash(&secret);
        (secret, hash)
    };
    let words = Arc::new(Words::embedded());
    mail::spawn(app.store.clone(), MailConfig::new(sender, app.origin(None), words, secret))
}

async fn open(database: &DatabaseArgs, options: StoreOptions) -> Result<Store, String> {
    if database.database.is_none() {
        std::fs::create_dir_all(&database.data).map_err(|error| {
            let folder = database.data.display();
            format!("the data folder {folder} cannot be made ({error}): give another one with --data.")
        })?;
    }
    let url = StoreUrl::parse(&database.url()).map_err(|error| sentence(&error))?;
    Store::open_with(&url, options).await.map_err(|error| sentence(&error))
}

/// Refuses to start without a price book that a site has chosen: what its messages cost would be lost.
async fn check_books(store: &Store) -> Result<(), String> {
    for SiteSummary { site, .. } in store.sites().await.map_err(|error| sentence(&error))? {
        let known = store.site(&site).await.map_err(|error| sentence(&error))?;
        let chosen =
            known.into_iter().filter_map(|site| site.settings.billing).flat_map(|billing| billing.books);
        if let Some(gone) = chosen.map(|choice| choice.book).find(|book| !store.shelf().knows(book)) {
            return Err(format!(
                "the site {site} has chosen the price book {gone}, which is not there: put it into a folder and name that with --price-books."
            ));
        }
    }
    Ok(())
}

fn sentence(error: &StoreError) -> String {
    match error {
        StoreError::Newer { found, known } => format!(
            "the database was written by a newer Pronto (its version is {found}, this one knows {known}): start that one."
        ),
        StoreError::Full => "the disk is full: nothing can be stored.".to_owned(),
        StoreError::Unavailable => {
            "the database cannot be reached: check its address and that it runs.".to_owned()
        }
        StoreError::Other(sentence) => sentence.clone(),
    }
}

/// The signals that end the server, heard from the start on.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> Result<Self, String> {
        let listen = |kind| signal(kind).map_err(|error| format!("signals cannot be heard: {error}."));
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    async fn heard(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Prints where everything is, and how to get in.
async fn announce(app: &App, demo: bool) -> Result<(), String> {
    let chat = app.origin(None);
    if demo {
        say(&format!("Demo shop     http://{}/", reachable(app.args.demo_listen)));
    }
    say(&format!("Inbox         {chat}/inbox"));
    if demo {
        let password = demo_login(app).await?;
        say(&format!("Demo login    {DEMO_EMAIL}  {password}"));
    }
    if app.store.agents_count().await.map_err(|error| sentence(&error))? == 0 {
        let token = secret::mint();
        app.store.set_setup_token(secret::hash(&token), now()).await.map_err(|error| sentence(&error))?;
        // In the fragment, which no browser sends: the token stands in no request line and in no log.
        say(&format!("First owner   {chat}/inbox#setup={token} (works once)"));
    }
    say(&format!("API document  {chat}/v1/openapi.json"));
    Ok(())
}

/// Makes the demo's sites and its owner, whose password stays the same over restarts; returns the password.
async fn demo_login(app: &App) -> Result<String, String> {
    let shop = reachable(app.args.demo_listen);
    let origins = [format!("http://{shop}"), format!("http://localhost:{}", shop.port())];
    demo::seed(&app.store, &origins, now()).await.map_err(|error| sentence(&error))?;
    let password = demo_password(&app.args.database.data)?;
    let stored = app.passwords.hash(password.clone()).await;
    match app.store.agent_by_email(DEMO_EMAIL).await.map_err(|error| sentence(&error))? {
        Some(row) if app.passwords.verify(password.clone(), Some(row.password_hash.clone())).await => {}
        Some(row) => {
            app.store.set_password(&row.agent.agent_id, &stored).await.map_err(|error| sentence(&error))?;
        }
        None => {
            let agent_id = new_agent_id().map_err(|refused| refused.message().to_owned())?;
            let agent = Agent { agent_id, name: "Elena".to_owned(), role: Role::Owner };
            app.store.add_agent(agent, DEMO_EMAIL, &stored, now()).await.map_err(|error| sentence(&error))?;
        }
    }
    Ok(password)
}

/// The demo's password: made at the first start and kept in the data folder, readable by its owner alone. One that
/// everybody knows would open every demo that somebody put on the network.
fn demo_password(data: &Path) -> Result<String, String> {
    let path = data.join("demo-password");
    if let Ok(known) = std::fs::read_to_string(&path) {
        return Ok(known.trim().to_owned());
    }
    let password: String = secret::mint_id().chars().take(12).collect();
    let mut file = std::fs::OpenOptions::new();
    let written = std::fs::create_dir_all(data)
        .and_then(|()| file.write(true).create(true).truncate(true).mode(0o600).open(&path))
        .and_then(|mut file| writeln!(file, "{password}"));
    written.map_err(|error| {
        format!("{} cannot be written ({error}): give another folder with --data.", path.display())
    })?;
    Ok(password)
}
