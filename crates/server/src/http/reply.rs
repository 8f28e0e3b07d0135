//! The measured reply time of each site and the promises made from it: kept in memory, new as soon as something happens.
//! The measuring itself is `pronto-reply`'s.

mod kept;
mod promise;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use pronto_protocol::id::{Millis, SiteKey};
use pronto_protocol::model::report::Quantile;
use pronto_protocol::model::{OpenState, OpeningHours, ReplyTime};
use pronto_reply::hours::Hours;

use self::kept::Kept;
pub use self::promise::promised;
pub use crate::hours::hours_of;
use crate::store::{Store, StoreError, TurnRow};

/// Another server on the same database may have heard of something too: so often its events are looked for, and so old
/// may a figure grow while nothing happens.
const FRESH_MS: i64 = 30_000;
/// So old may the figure behind a promise be: where many ask at once, not each of them is measured anew.
const BUSY_MS: i64 = 1_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The reply time of a site at a moment.
#[derive(Clone, Debug)]
pub struct Figure {
    /// As the launcher shows it.
    pub reply: ReplyTime,
    /// What someone who asks then is told; empty while there is no figure.
    pub quantiles: Vec<Quantile>,
    /// Of a thousand questions that are over or older than a week, so many have no answer.
    pub never_permille: u32,
    /// How far back sample and shares look.
    pub window_days: u32,
    /// Within so many milliseconds nine in ten are answered.
    p90_ms: Option<i64>,
}

type Shared = Arc<tokio::sync::Mutex<Kept>>;

/// The reply clocks of all sites that were asked for.
#[derive(Default)]
pub struct ReplyTimes {
    known: Mutex<HashMap<SiteKey, Shared>>,
}

impl ReplyTimes {
    /// The reply time of `site`: new whenever something happened to its questions here, and never more than half a
    /// minute old.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn of(&self, store: &Store, site: &SiteKey, now: Millis) -> Result<ReplyTime, StoreError> {
        self.figure(store, site, now).await.map(|figure| figure.reply)
    }

    /// [`ReplyTimes::of`] with what else is known.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn figure(&self, store: &Store, site: &SiteKey, now: Millis) -> Result<Figure, StoreError> {
        let known = self.known(site);
        let mut kept = known.lock().await;
        let stirred = store.take_stirred(site);
        if !stirred && kept.is_fresh(now, FRESH_MS) {
            let fresh = |figure: &&Figure| now.since(figure.reply.as_of).abs() < FRESH_MS;
            if let Some(figure) = kept.figure.as_ref().filter(fresh) {
                return Ok(figure.clone());
            }
        }
        let hours = self.hours(store, site).await?;
        if let Err(error) = kept.catch_up(store, site, hours.as_ref(), now).await {
            // What was taken as a sign that there is something new is put back for the next who asks.
            store.stir(site);
            return Err(error);
        }
        let figure = kept.measure(hours.as_ref(), now);
        kept.figure = Some(figure.clone());
        if let Err(error) = kept.keep(store, site, now, false).await {
            tracing::warn!(%site, %error, "the reply clock was not written down");
        }
        Ok(figure)
    }

    /// The turns of `figure`'s window, at most half a minute older than it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn turns(
        &self,
        store: &Store,
        site: &SiteKey,
        figure: &Figure,
    ) -> Result<Arc<Vec<TurnRow>>, StoreError> {
        // As the clock counts its window: today, as UTC has it, and the days before.
        let now = figure.reply.as_of;
        let first = now.0.div_euclid(DAY_MS) - i64::from(figure.window_days) + 1;
        self.known(site).lock().await.turns(store, site, (now, Millis(first * DAY_MS), FRESH_MS)).await
    }

    /// By when someone who asks `site` at `now` will have an answer; `None` while there is no figure to promise from.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn promise(
        &self,
        store: &Store,
        site: &SiteKey,
        now: Millis,
    ) -> Result<Option<Millis>, StoreError> {
        let known = self.known(site).lock().await.figure.clone();
        let figure = match known.filter(|known| now.since(known.reply.as_of).abs() < BUSY_MS) {
            Some(figure) => figure,
            None => self.figure(store, site, now).await?,
        };
        let Some(wait_ms) = figure.p90_ms else { return Ok(None) };
        let hours = self.hours(store, site).await?;
        Ok(promised(now, wait_ms, hours.as_ref()))
    }

    /// Writes down what has changed since it was last written; for the server's end.
    ///
    /// # Errors
    /// When the store fails: the next start then reads a little more of the log.
    pub async fn keep_all(&self, store: &Store, now: Millis) -> Result<(), StoreError> {
        let known: Vec<(SiteKey, Shared)> = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.iter().map(|(site, kept)| (site.clone(), kept.clone())).collect()
        };
        for (site, kept) in known {
            kept.lock().await.keep(store, &site, now, true).await?;
        }
        Ok(())
    }

    fn known(&self, site: &SiteKey) -> Shared {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).entry(site.clone()).or_default().clone()
    }

    /// The opening hours; none at all where they cannot be read.
    async fn hours(&self, store: &Store, site: &SiteKey) -> Result<Option<Hours>, StoreError> {
        let site = store.site(site).await?;
        Ok(site.and_then(|site| site.settings.hours).as_ref().and_then(hours_of))
    }
}

/// Whether the business is open; `None` where its hours cannot be read.
#[must_use]
pub fn open_state(hours: &OpeningHours, now: Millis) -> Option<OpenState> {
    let state = hours_of(hours)?.state(now.0);
    Some(OpenState { open: state.open, changes_at: state.changes_at.map(Millis) })
}
