//! What every handler shares: the store, the bus, the built pages, the budgets and the sign that the server is ending.
//! Holds no rule and answers no request.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pronto_protocol::id::SiteKey;
use pronto_protocol::model::attachment::UploadLimits;
use tokio::sync::{OnceCell, watch};

use super::guard::budget::{Budget, Limits};
use super::guard::crowd::Crowd;
use super::guard::flood::Floods;
use super::metrics::Metrics;
use super::page::Pages;
use super::reply::ReplyTimes;
use crate::auth::password::Passwords;
use crate::auth::secret::{self, SecretHash};
use crate::auth::throttle::Throttle;
use crate::auth::work::{KEY_BYTES, Work};
use crate::bus::Bus;
pub use crate::clock::now;
use crate::config::ServeArgs;
use crate::files::Files;
use crate::store::{Store, StoreError};

/// How long live connections are given; tests ask for less.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// From the upgrade to the hello.
    pub hello: Duration,
    /// For one frame to leave; who takes longer is too slow.
    pub write: Duration,
    /// How often a client is asked to ping.
    pub heartbeat: Duration,
    /// From the sign to end until what still runs is cut off.
    pub drain: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { hello: seconds(10), write: seconds(10), heartbeat: seconds(25), drain: seconds(10) }
    }
}

/// Sockets and polls of one session at a time: more than anyone has tabs and devices for it.
const LISTENING_MOST: usize = 100;

/// The budgets in force.
pub struct Budgets {
    /// Messages of one visitor, agent or key.
    pub session_messages: Budget<SecretHash>,
    /// Every other request of one visitor, agent or key.
    pub session_requests: Budget<SecretHash>,
    /// Visitors' messages of one site.
    pub site_messages: Budget<SiteKey>,
    /// New sessions of one site.
    pub site_sessions: Budget<SiteKey>,
    /// New sessions from one address.
    pub address_sessions: Budget<std::net::IpAddr>,
    /// E-mail addresses that one session leaves.
    pub session_emails: Budget<SecretHash>,
    /// Messages of one session within a day.
    pub session_day_messages: Budget<SecretHash>,
    /// Bytes of text of one session within a day.
    pub session_day_bytes: Budget<SecretHash>,
    /// Visitors' messages of one site within a day.
    pub site_day_messages: Budget<SiteKey>,
    /// Bytes of visitors' text of one site within a day.
    pub site_day_bytes: Budget<SiteKey>,
    /// New sessions of one site within a day.
    pub site_day_sessions: Budget<SiteKey>,
    /// New sessions of one flooded site by its form.
    pub site_form_sessions: Budget<SiteKey>,
    /// The same from one address.
    pub address_form_sessions: Budget<std::net::IpAddr>,
    /// Uploads that one visitor, agent or key begins.
    pub session_uploads: Budget<SecretHash>,
}

impl Budgets {
    /// Full buckets of these sizes.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            session_messages: Budget::new(limits.session_messages),
            session_requests: Budget::new(limits.session_requests),
            site_messages: Budget::new(limits.site_messages),
            site_sessions: Budget::new(limits.site_sessions),
            address_sessions: Budget::new(limits.address_sessions),
            session_emails: Budget::new(limits.session_emails),
            session_day_messages: Budget::new(limits.session_day_messages),
            session_day_bytes: Budget::new(limits.session_day_bytes),
            site_day_messages: Budget::new(limits.site_day_messages),
            site_day_bytes: Budget::new(limits.site_day_bytes),
            site_day_sessions: Budget::new(limits.site_day_sessions),
            site_form_sessions: Budget::new(limits.site_form_sessions),
            address_form_sessions: Budget::new(limits.address_form_sessions),
            session_uploads: Budget::new(limits.session_uploads),
        }
    }
}

/// How many agents are at the inbox, and who wants to know.
pub struct Presence {
    agents: AtomicUsize,
    online: watch::Sender<bool>,
}

/// How long an agent counts as present after the last connection ended: a reload is no absence.
const PRESENCE_LINGERS: Duration = Duration::from_secs(5);

impl Presence {
    fn new() -> Self {
        Self { agents: AtomicUsize::new(0), online: watch::Sender::new(false) }
    }

    /// Whether anyone is there, now and from now on.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<bool> {
        self.online.subscribe()
    }

    fn arrive(&self) {
        self.agents.fetch_add(1, Ordering::SeqCst);
        self.tell();
    }

    fn leave(&self) {
        self.agents.fetch_sub(1, Ordering::SeqCst);
        self.tell();
    }

    fn tell(&self) {
        self.online.send_if_modified(|online| {
            let is = self.agents.load(Ordering::SeqCst) > 0;
            std::mem::replace(online, is) != is
        });
    }
}

/// An agent is there for as long as this value lives, and a little longer.
pub struct Present(App);

impl Present {
    /// An agent has arrived.
    #[must_use]
    pub fn new(app: &App) -> Self {
        app.presence.arrive();
        Self(app.clone())
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        let app = self.0.clone();
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return app.presence.leave() };
        runtime.spawn(async move {
            tokio::time::sleep(PRESENCE_LINGERS).await;
            app.presence.leave();
        });
    }
}

/// How many of something there are, and a way to wait until there are none.
pub struct Count(watch::Sender<usize>);

impl Count {
    fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    /// One more, for as long as the value lives.
    #[must_use]
    pub fn one_more(&self) -> Counted {
        self.0.send_modify(|count| *count += 1);
        Counted(self.0.clone())
    }

    /// How many there are.
    #[must_use]
    pub fn now(&self) -> usize {
        *self.0.borrow()
    }

    /// Resolves when there are none.
    pub async fn empty(&self) {
        // The sender lives as long as `self`, so the wait cannot fail.
        let _ = self.0.subscribe().wait_for(|count| *count == 0).await;
    }
}

/// One that counts.
pub struct Counted(watch::Sender<usize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// The sign that the server is ending, and what still runs.
pub struct Drain {
    ending: watch::Sender<bool>,
    /// Sockets and polls.
    pub live: Count,
    /// Connections that are no sockets.
    pub connections: Count,
}

impl Drain {
    fn new() -> Self {
        Self { ending: watch::Sender::new(false), live: Count::new(), connections: Count::new() }
    }

    /// Tells everything that runs to come to its end.
    pub fn begin(&self) {
        self.ending.send_replace(true);
    }

    /// Whether the server is ending.
    #[must_use]
    pub fn is_ending(&self) -> bool {
        *self.ending.borrow()
    }

    /// Resolves when the server is ending.
    pub async fn ending(&self) {
        let _ = self.ending.subscribe().wait_for(|ending| *ending).await;
    }
}

/// What the server runs on; clones are the same.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// See [`App`].
pub struct Shared {
    /// What the operator asked for.
    pub args: ServeArgs,
    /// The database.
    pub store: Store,
    /// Who is listening.
    pub bus: Bus,
    /// The folder of files that go with messages, where they are taken.
    pub files: Option<Files>,
    /// The built files and the words on them.
    pub pages: Pages,
    /// The measured reply times, cached.
    pub replies: ReplyTimes,
    /// Password hashing.
    pub passwords: Passwords,
    /// Slowed guessing.
    pub throttle: Throttle,
    /// How much anyone may ask for.
    pub budgets: Budgets,
    /// Which sites are flooded.
    pub floods: Floods,
    /// How many sockets and polls each session has open.
    pub listening: Crowd<SecretHash>,
    work: OnceCell<Work>,
    /// Who is at the inbox.
    pub presence: Presence,
    /// What is counted.
    pub metrics: Metrics,
    /// The sign to end.
    pub drain: Drain,
    /// How long live connections are given.
    pub timing: Timing,
}

impl Deref for App {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    /// The server's parts, put together.
    #[must_use]
    pub fn new(
        args: ServeArgs,
        store: Store,
        bus: Bus,
        pages: Pages,
        limits: Limits,
        timing: Timing,
    ) -> Self {
        let files = args.files.folder(&args.database);
        Self(Arc::new(Shared {
            files,
            args,
            store,
            bus,
            pages,
            replies: ReplyTimes::default(),
            passwords: Passwords::new(),
            throttle: Throttle::default(),
            budgets: Budgets::new(limits),
            floods: Floods::default(),
            listening: Crowd::new(LISTENING_MOST),
            work: OnceCell::new(),
            presence: Presence::new(),
            metrics: Metrics::new(),
            drain: Drain::new(),
            timing,
        }))
    }

    /// The chat's own origin: the public one, or the one this browser used.
    #[must_use]
    pub fn origin(&self, host: Option<&str>) -> String {
        if let Some(url) = &self.args.public_url {
            return url.origin().ascii_serialization();
        }
        let listen = crate::config::reachable(self.args.listen).to_string();
        let origin = |host: &str| crate::config::web_origin(&format!("http://{host}"));
        host.and_then(origin).or_else(|| origin(&listen)).unwrap_or_default()
    }

    /// What sets work and checks it, with the key that all servers of this database share.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn work(&self) -> Result<&Work, StoreError> {
        let make = async || {
            let fresh = hex::encode(secret::random::<KEY_BYTES>());
            let shared = self.store.server_key("work", fresh).await?;
            let mut key = [0; KEY_BYTES];
            let bad = |_| StoreError::Other("the key for work cannot be read".to_owned());
            hex::decode_to_slice(shared, &mut key).map_err(bad)?;
            Ok(Work::new(key))
        };
        self.work.get_or_try_init(make).await
    }

    /// Whether an answer can go out by e-mail, so that an address may be asked for.
    #[must_use]
    pub fn can_email(&self) -> bool {
        self.args.mail.is_set()
    }

    /// What may be uploaded, where anything may.
    #[must_use]
    pub fn uploads(&self) -> Option<UploadLimits> {
        self.files.as_ref().map(Files::limits)
    }

    /// Whether browsers reach the chat by https, so that cookies may be `Secure`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.args.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }
}
