//! Carries answers to visitors by e-mail, when they left an address and none of their devices has received the answer.
//! What is queued and how far it came is the store's; how a mail is worded and sent stands in the modules below.

mod letter;
mod smtp;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use pronto_protocol::id::Millis;
use pronto_protocol::model::Channel;
use tokio::sync::watch;
use tokio::task::JoinSet;

use self::letter::Letter;
pub use self::smtp::Sender;
use self::smtp::Trouble;
use super::{CLAIM_MARGIN, RelayCounters, STORE_PAUSE, after_failure, millis, park};
use crate::clock::now;
use crate::store::{DeliveryResult, Hash, MailClaim, MailLink, OutboundMail, Store, StoreError};
use crate::text::address;
use crate::text::words::Words;

/// After how many milliseconds an answer goes out that no device has received. Long enough for a page that reloads, a
/// phone that wakes, and an agent who writes three lines in a row; short enough that "by e-mail" does not feel slow.
pub const AFTER_MS: i64 = 2 * 60 * 1000;
/// How many mails are on their way at once, so that one slow mail server conversation holds up no other.
const WORKERS: usize = 3;
/// How long mails under way are waited for when the server ends.
const STOP: Duration = Duration::from_secs(10);

/// How mails are sent. Times are what operators want unless a test asks for less.
#[derive(Clone)]
pub struct MailConfig {
    /// The mail server, and as whom.
    pub sender: Sender,
    /// The chat's own origin, which the links lead to.
    pub origin: String,
    /// The languages.
    pub words: Arc<Words>,
    /// A new secret for a link, and what the store keeps of it.
    pub secret: fn() -> (String, Hash),
    /// How often the outbox is looked through.
    pub look_every: Duration,
    /// The pause after the first failure; it doubles with each. A mail server that asks for patience means minutes.
    pub retry_first: Duration,
    /// The longest pause.
    pub retry_max: Duration,
    /// How long a mail is tried before it is parked.
    pub give_up_after: Duration,
    /// How long the link to the conversation works.
    pub link_for: Duration,
}

impl MailConfig {
    /// The usual times.
    #[must_use]
    pub fn new(sender: Sender, origin: String, words: Arc<Words>, secret: fn() -> (String, Hash)) -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Self {
            sender,
            origin,
            words,
            secret,
            look_every: Duration::from_secs(5),
            retry_first: Duration::from_secs(30),
            retry_max: Duration::from_secs(30 * 60),
            give_up_after: 3 * DAY,
            link_for: 7 * DAY,
        }
    }
}

/// Running mailers.
#[derive(Debug)]
pub struct MailHandle {
    counters: Arc<RelayCounters>,
    stop: watch::Sender<bool>,
    running: tokio::task::JoinHandle<()>,
}

impl MailHandle {
    /// What they have done so far.
    #[must_use]
    pub fn counters(&self) -> Arc<RelayCounters> {
        Arc::clone(&self.counters)
    }

    /// Begins no new mails, and lets those under way end for a while; one that is cut off is sent again under its id.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        let mut running = self.running;
        if tokio::time::timeout(STOP, &mut running).await.is_err() {
            running.abort();
        }
    }
}

/// Starts the mailers.
#[must_use]
pub fn spawn(store: Store, config: MailConfig) -> MailHandle {
    let counters = Arc::<RelayCounters>::default();
    let (stop, stopping) = watch::channel(false);
    let mailer = Arc::new(Mailer { store, config, counters: Arc::clone(&counters) });
    MailHandle { counters, stop, running: tokio::spawn(mailer.run(stopping)) }
}

struct Mailer {
    store: Store,
    config: MailConfig,
    counters: Arc<RelayCounters>,
}

impl Mailer {
    async fn run(self: Arc<Self>, stopping: watch::Receiver<bool>) {
        if let Err(error) = self.store.release_claims(Channel::Email).await {
            tracing::warn!(%error, "the mails that the former process held run free by themselves");
        }
        let mut workers = JoinSet::new();
        for _ in 0..WORKERS {
            workers.spawn(Arc::clone(&self).work(stopping.clone()));
        }
        while workers.join_next().await.is_some() {}
    }

    async fn work(self: Arc<Self>, mut stopping: watch::Receiver<bool>) {
        while !*stopping.borrow() {
            let pause = self.next().await;
            tokio::select! {
                _ = stopping.changed() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Sends one mail, if one is due; how long to rest then.
    async fn next(&self) -> Duration {
        let now = now();
        let ((resume, resume_hash), (stop, stop_hash)) = ((self.config.secret)(), (self.config.secret)());
        let expires_at = now.plus(millis(self.config.link_for));
        let link = MailLink { resume: resume_hash, stop: stop_hash, expires_at };
        let until = now.plus(millis(smtp::TOTAL + CLAIM_MARGIN));
        match self.store.claim_mail(link, now, until).await {
            Ok(MailClaim::Yours(mail)) => {
                if let Err(error) = self.deliver(&mail, &resume, &stop).await {
                    // The claim runs out, and then it is sent again under the same id.
                    let delivery = &mail.delivery.delivery_id;
                    tracing::warn!(site = %mail.site.key, %delivery, %error, "a mail was not recorded");
                    return STORE_PAUSE;
                }
                Duration::ZERO
            }
            Ok(MailClaim::NotBefore(at)) => {
                let wait = u64::try_from(at.since(now)).unwrap_or_default().max(1);
                Duration::from_millis(wait).min(self.config.look_every)
            }
            Ok(MailClaim::Nothing) => self.config.look_every,
            Err(error) => {
                tracing::warn!(%error, "the mails that wait could not be read");
                STORE_PAUSE
            }
        }
    }

    async fn deliver(&self, mail: &OutboundMail, resume: &str, stop: &str) -> Result<(), StoreError> {
        let site = &mail.site.key;
        let result = match self.attempt(mail, resume, stop).await {
            Ok(()) => {
                self.counters.delivered.fetch_add(1, Ordering::Relaxed);
                DeliveryResult::Delivered(None)
            }
            Err(Trouble::ForNow(error)) => {
                let patience = (self.config.retry_first, self.config.retry_max, self.config.give_up_after);
                after_failure(&self.counters, patience, site, &mail.delivery, mail.since_at, error)
            }
            Err(Trouble::ForGood(error)) => park(&self.counters, site, &mail.delivery, error),
        };
        self.store.delivery_result(&mail.delivery.delivery_id, result).await
    }

    async fn attempt(&self, mail: &OutboundMail, resume: &str, stop: &str) -> Result<(), Trouble> {
        let to = address::mailbox(&mail.email)
            .ok_or_else(|| Trouble::ForGood("The address cannot be written to.".to_owned()))?;
        let here = format!("{}/c/{}", self.config.origin, mail.site.key);
        let wanted = [mail.context.locale.as_deref().unwrap_or_default(), &mail.site.settings.locale];
        let letter = Letter {
            mail,
            language: self.config.words.nearest(wanted),
            sender: &self.config.sender,
            resume: format!("{here}/resume#{resume}"),
            code: resume,
            stop: format!("{here}/stop/{stop}"),
            days: self.config.link_for.as_secs() / (24 * 60 * 60),
            at: now(),
        };
        // Only what people typed could fail here, and all of it was looked at: there is no better word for it.
        let message = letter
            .message(to)
            .map_err(|_| Trouble::ForGood("The mail could not be put together.".to_owned()))?;
        self.config.sender.send(message).await
    }
}

/// `at` for a library that counts in the machine's own way.
fn system_time(at: Millis) -> std::time::SystemTime {
    let since = Duration::from_millis(u64::try_from(at.0).unwrap_or_default());
    std::time::UNIX_EPOCH + since
}
