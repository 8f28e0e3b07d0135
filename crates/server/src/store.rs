//! All that is durable, and all the SQL there is. One surface over SQLite and Postgres; the functions behind it are
//! written once, in portable SQL. Rules of the domain come from [`crate::conversation`]; nothing here calls upward.

mod agents;
mod attachments;
mod conversations;
mod engine;
mod inbox;
mod ledger;
mod outbox;
mod seed;
mod sites;
mod types;
mod visitors;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use pronto_protocol::id::SiteKey;
use tokio::sync::Notify;

pub use self::attachments::{AttachmentRow, Linked, NewAttachment, UNSENT_MS, UploadBegun};
pub(crate) use self::engine::migrate::{KNOWN as KNOWN_VERSION, version_of_file};
pub use self::outbox::mail::{MailClaim, MailLink, OutboundMail};
pub use self::types::*;
pub use self::visitors::identity::{Exchange, Identification};
pub use self::visitors::resume::Resumed;
use crate::billing::Shelf;

/// The store; clones are the same store.
#[derive(Clone)]
pub struct Store {
    engine: engine::Engine,
    queued: Arc<Queued>,
    /// Sites to whose turns something happened, for the reply clock of this process.
    stirred: Arc<Mutex<HashSet<SiteKey>>>,
    /// What messages cost.
    shelf: Arc<Shelf>,
    mail_after_ms: Option<i64>,
}

/// Sites whose outbox has something new, for the relay of this process.
#[derive(Default)]
struct Queued {
    sites: Mutex<HashSet<SiteKey>>,
    added: Notify,
}

impl Store {
    /// Opens the database at `url`, makes it if it is a SQLite file that is not there, and applies what migrations are
    /// missing.
    ///
    /// # Errors
    /// [`StoreError::Newer`] for a database of a newer version; [`StoreError::Unavailable`] or
    /// [`StoreError::Other`] with a sentence when it cannot be opened.
    pub async fn open(url: &StoreUrl) -> Result<Self, StoreError> {
        Self::open_with(url, StoreOptions::default()).await
    }

    /// [`Store::open`] with options.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_with(url: &StoreUrl, options: StoreOptions) -> Result<Self, StoreError> {
        let url = url.clone();
        let engine = tokio::task::spawn_blocking(move || engine::Engine::open(&url, &options))
            .await
            .map_err(|_| StoreError::Other("opening the database was cut off".to_owned()))??;
        let mail_after_ms = options.mail_after_ms;
        let mut fresh = [0; 32];
        getrandom::fill(&mut fresh)
            .map_err(|error| StoreError::Other(format!("the system gave no random bytes: {error}")))?;
        let fresh = hex::encode(fresh);
        engine.write(move |c| attachments::make_key(c, &fresh)).await?;
        let (queued, stirred, shelf) = (Arc::default(), Arc::default(), Shelf::built_in());
        Ok(Self { engine, queued, stirred, shelf, mail_after_ms })
    }

    /// The same store with other price books than those that come with the program.
    #[must_use]
    pub fn with_shelf(mut self, shelf: Arc<Shelf>) -> Self {
        self.shelf = shelf;
        self
    }

    /// The price books in use.
    #[must_use]
    pub fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// Lets what was accepted finish, and closes the database. Waits for all clones to be dropped.
    pub async fn close(self) {
        self.engine.close().await;
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.engine.read(|connection| connection.query_one("select 1", &[]).map(drop)).await
    }

    /// Waits until the outbox of some site has something new, and tells which; for one relay per store.
    pub async fn queued(&self) -> HashSet<SiteKey> {
        loop {
            let sites =
                std::mem::take(&mut *self.queued.sites.lock().unwrap_or_else(PoisonError::into_inner));
            if !sites.is_empty() {
                return sites;
            }
            self.queued.added.notified().await;
        }
    }

    fn was_stirred(&self, site: SiteKey) {
        self.stirred.lock().unwrap_or_else(PoisonError::into_inner).insert(site);
    }

    fn was_queued(&self, site: SiteKey) {
        self.queued.sites.lock().unwrap_or_else(PoisonError::into_inner).insert(site);
        self.queued.added.notify_one();
    }
}
