//! Carries visitors' messages from the outbox to the backends of their sites, as signed webhooks, in order per site; and
//! in [`mail`] answers to visitors by e-mail.
//! What is queued and how far it came is the store's; what a message changes is never decided here.

mod attempt;
pub(crate) mod guard;
pub mod mail;
mod sign;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pronto_protocol::frame::{ServerFrame, SideReceipts};
use pronto_protocol::id::{Millis, SiteKey};
use pronto_protocol::model::{Channel, Delivery, Receipts, Side};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use self::attempt::{Attempt, Outcome};
pub use self::sign::signature;
use crate::bus::Bus;
use crate::clock::now;
use crate::store::{Appended, Claim, DeliveryResult, Outbound, Store, StoreError, Told};

/// How often the outbox is looked through for what nobody was told of: another server's rows, claims that ran out.
const SCAN_EVERY: Duration = Duration::from_secs(5);
/// How long a worker rests when the store does not answer.
const STORE_PAUSE: Duration = Duration::from_secs(1);
/// What a claim lasts beyond the request itself.
const CLAIM_MARGIN: Duration = Duration::from_secs(30);

/// How the relay works. The default is what operators want.
#[derive(Clone, Copy, Debug)]
pub struct RelayConfig {
    /// Whether backends may live on private and loopback addresses: only by the operator's explicit setting.
    pub allow_private: bool,
    /// How long a backend may take for its whole answer.
    pub timeout: Duration,
    /// The pause after the first failure; it doubles with each.
    pub retry_first: Duration,
    /// The longest pause.
    pub retry_max: Duration,
    /// How long a delivery is tried before it is parked.
    pub give_up_after: Duration,
}

impl Default for RelayConfig {
    fn default() -> Self {
        Self {
            allow_private: false,
            timeout: Duration::from_secs(15),
            retry_first: Duration::from_secs(2),
            retry_max: Duration::from_secs(5 * 60),
            give_up_after: Duration::from_secs(3 * 24 * 60 * 60),
        }
    }
}

/// What the relay of this process has done since it began.
#[derive(Debug, Default)]
pub struct RelayCounters {
    /// Attempts a backend took.
    pub delivered: AtomicU64,
    /// Attempts that failed and will be made again.
    pub failed: AtomicU64,
    /// Deliveries given up.
    pub parked: AtomicU64,
    /// Replies that came back in an answer and were stored.
    pub replies: AtomicU64,
}

/// A running relay.
#[derive(Debug)]
pub struct RelayHandle {
    counters: Arc<RelayCounters>,
    stop: watch::Sender<bool>,
    running: tokio::task::JoinHandle<()>,
}

impl RelayHandle {
    /// What it has done so far.
    #[must_use]
    pub fn counters(&self) -> Arc<RelayCounters> {
        Arc::clone(&self.counters)
    }

    /// Lets the requests under way end, and begins no new ones.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        drop(self.running.await);
    }
}

/// Starts the relay.
///
/// # Errors
/// A sentence, when no HTTP client can be made.
pub fn spawn(store: Store, bus: Bus, config: RelayConfig) -> Result<RelayHandle, String> {
    let attempt = Attempt::new(&config)?;
    let counters = Arc::<RelayCounters>::default();
    let (stop, stopping) = watch::channel(false);
    let relay = Arc::new(Relay { store, bus, config, attempt, counters: Arc::clone(&counters) });
    Ok(RelayHandle { counters, stop, running: tokio::spawn(relay.run(stopping)) })
}

struct Relay {
    store: Store,
    bus: Bus,
    config: RelayConfig,
    attempt: Attempt,
    counters: Arc<RelayCounters>,
}

impl Relay {
    /// One worker for each site that ever had something to deliver: each has one request under way at most, so a
    /// backend that hangs holds up nobody else's.
    async fn run(self: Arc<Self>, mut stopping: watch::Receiver<bool>) {
        if let Err(error) = self.store.release_claims(Channel::Api).await {
            tracing::warn!(%error, "the claims of the former process run out by themselves");
        }
        let mut workers = JoinSet::new();
        let mut bells: HashMap<SiteKey, Arc<Notify>> = HashMap::new();
        let mut scan = tokio::time::interval(SCAN_EVERY);
        loop {
            let sites: Vec<SiteKey> = tokio::select! {
                _ = stopping.changed() => break,
                sites = self.store.queued() => sites.into_iter().collect(),
                _ = scan.tick() => self.store.sites_with_deliveries().await.unwrap_or_default(),
            };
            for site in sites {
                let bell = bells.entry(site.clone()).or_insert_with(|| {
                    let bell = Arc::<Notify>::default();
                    workers.spawn(Arc::clone(&self).work(site, Arc::clone(&bell), stopping.clone()));
                    bell
                });
                bell.notify_one();
            }
        }
        while workers.join_next().await.is_some() {}
    }

    async fn work(self: Arc<Self>, site: SiteKey, bell: Arc<Notify>, mut stopping: watch::Receiver<bool>) {
        while !*stopping.borrow() {
            let pause = self.next(&site).await;
            let rest = async {
                match pause {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => std::future::pending().await,
                }
            };
            if pause != Some(Duration::ZERO) {
                tokio::select! {
                    _ = stopping.changed() => {}
                    () = bell.notified() => {}
                    () = rest => {}
                }
            }
        }
    }

    /// Makes one attempt, if one is due; how long to rest then, `None` until there is something new.
    async fn next(&self, site: &SiteKey) -> Option<Duration> {
        let now = now();
        let until = now.plus(millis(self.config.timeout + CLAIM_MARGIN));
        match self.store.claim_delivery(site, now, until).await {
            Ok(Claim::Yours(outbound)) => {
                if let Err(error) = self.deliver(&outbound).await {
                    // The claim runs out, and then it is sent again under the same id.
                    tracing::warn!(%site, delivery = %outbound.delivery.delivery_id, %error, "an attempt was not recorded");
                    return Some(STORE_PAUSE);
                }
                Some(Duration::ZERO)
            }
            Ok(Claim::NotBefore(at)) => {
                Some(Duration::from_millis(u64::try_from(at.since(now)).unwrap_or_default().max(1)))
            }
            Ok(Claim::Nothing) => None,
            Err(error) => {
                tracing::warn!(%site, %error, "the outbox could not be read");
                Some(STORE_PAUSE)
            }
        }
    }

    async fn deliver(&self, outbound: &Outbound) -> Result<(), StoreError> {
        let result = match self.attempt.make(outbound, now()).await {
            Outcome::Taken { reply, problem } => {
                let problem = match reply {
                    Some(reply) => self.append(outbound, reply).await?.or(problem),
                    None => problem,
                };
                self.report_receipt(outbound).await?;
                self.counters.delivered.fetch_add(1, Ordering::Relaxed);
                DeliveryResult::Delivered(problem)
            }
            Outcome::Failed(error) => {
                let patience = (self.config.retry_first, self.config.retry_max, self.config.give_up_after);
                let (site, delivery) = (&outbound.site.key, &outbound.delivery);
                after_failure(&self.counters, patience, site, delivery, outbound.since_at, error)
            }
            Outcome::Hopeless(error) => park(&self.counters, &outbound.site.key, &outbound.delivery, error),
        };
        self.store.delivery_result(&outbound.delivery.delivery_id, result).await
    }

    /// Stores the reply that came in the answer; a sentence when it cannot be used.
    async fn append(
        &self,
        outbound: &Outbound,
        reply: pronto_protocol::api::SendMessage,
    ) -> Result<Option<String>, StoreError> {
        let Told::Message { message, .. } = &outbound.news else {
            return Ok(Some("There is nobody left to reply to.".to_owned()));
        };
        let to = &message.conversation_id;
        let Some(message) = attempt::reply_message(outbound, to, reply, now()) else {
            return Ok(Some("The reply's author can only be agent or bot.".to_owned()));
        };
        match self.store.append(message).await? {
            Appended::Stored(message) | Appended::Noticed(message, _) => {
                self.counters.replies.fetch_add(1, Ordering::Relaxed);
                let row = self.store.inbox_conversation(&message.conversation_id, now()).await?;
                self.bus.announce(&outbound.site.key, message, row);
                Ok(None)
            }
            Appended::Again(_) => Ok(None),
            Appended::IdReused => Ok(Some("The reply's id stands for other words.".to_owned())),
            Appended::BodyEmpty => Ok(Some("The reply has no words.".to_owned())),
            Appended::BodyTooLong => Ok(Some("The reply is longer than 4,096 characters.".to_owned())),
            Appended::AttachmentMissing => Ok(Some("A file of the reply is not there.".to_owned())),
            Appended::Blocked => Ok(Some("The visitor is blocked.".to_owned())),
            Appended::WindowClosed => Ok(Some("The reply window has closed.".to_owned())),
            Appended::OverBudget => Ok(Some("The month's budget is used up.".to_owned())),
            Appended::NoConversation => Ok(Some("The conversation is gone.".to_owned())),
        }
    }

    /// A message that reached the backend reached the business.
    async fn report_receipt(&self, outbound: &Outbound) -> Result<(), StoreError> {
        let Told::Message { message, .. } = &outbound.news else { return Ok(()) };
        let reached = Receipts { delivered: message.seq, read: 0 };
        if let Some(receipts) =
            self.store.set_receipts(&message.conversation_id, Side::Business, reached, now()).await?
        {
            let conversation_id = message.conversation_id.clone();
            let frame = SideReceipts { conversation_id, side: Side::Business, receipts };
            self.bus.publish_both(&message.conversation_id, &outbound.site.key, ServerFrame::Receipts(frame));
        }
        Ok(())
    }
}

/// The first pause, the longest, and how long a delivery is tried.
type Patience = (Duration, Duration, Duration);

/// What becomes of a delivery that failed and may do better another time.
fn after_failure(
    counters: &RelayCounters,
    (first, most, give_up_after): Patience,
    site: &SiteKey,
    delivery: &Delivery,
    since_at: Millis,
    error: String,
) -> DeliveryResult {
    let now = now();
    if now.since(since_at) >= millis(give_up_after) {
        return park(counters, site, delivery, error);
    }
    counters.failed.fetch_add(1, Ordering::Relaxed);
    tracing::info!(
        %site, delivery = %delivery.delivery_id, attempts = delivery.attempts + 1, "a delivery was not taken"
    );
    let pause = pause(first, most, delivery.attempts, random_fraction());
    DeliveryResult::Retry { next_at: now.plus(millis(pause)), error }
}

/// Gives a delivery up until a person sends it again.
fn park(counters: &RelayCounters, site: &SiteKey, delivery: &Delivery, error: String) -> DeliveryResult {
    counters.parked.fetch_add(1, Ordering::Relaxed);
    tracing::warn!(%site, delivery = %delivery.delivery_id, "a delivery was given up");
    DeliveryResult::Parked { error }
}

/// The pause after `attempts` failures before this one: doubling up to a bound, and between half and all of that, so
/// that backends that came back are not met by everyone at once.
fn pause(first: Duration, most: Duration, attempts: u32, fraction: f64) -> Duration {
    let doubled = first.saturating_mul(2_u32.saturating_pow(attempts.min(30)));
    doubled.min(most).mul_f64(fraction.clamp(0.0, 1.0).mul_add(0.5, 0.5))
}

/// Between 0 and 1; the middle when the system has no randomness.
fn random_fraction() -> f64 {
    getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX))
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound_and_never_fall_below_half() {
        let config = RelayConfig::default();
        let (first, most) = (config.retry_first, config.retry_max);
        let seconds =
            |attempts| [0.0, 1.0].map(|fraction| pause(first, most, attempts, fraction).as_millis());
        assert_eq!(seconds(0), [1_000, 2_000]);
        assert_eq!(seconds(3), [8_000, 16_000]);
        assert_eq!(seconds(9), [150_000, 300_000]);
        assert_eq!(seconds(u32::MAX), [150_000, 300_000]);
    }
}
