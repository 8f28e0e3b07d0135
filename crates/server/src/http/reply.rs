//! The measured reply time of each site and the promises made from it, computed at most twice a minute while nothing
//! happens. The measuring itself is `pronto-reply`'s.

mod promise;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use pronto_protocol::id::{Millis, SiteKey};
use pronto_protocol::model::{OpenState, OpeningHours, ReplyTime, ReplyVerdict};
use pronto_protocol::report::Quantile;
use pronto_reply::clock::{MIN_SAMPLE, Observation, WINDOW_MS, quantile_ms, reply_time, step_minutes};
use pronto_reply::hours::{Hours, OpenSpan};

use crate::store::{Store, StoreError, TurnRow};

const FRESH_MS: i64 = 30_000;

/// The reply time of a site at a moment, and what it was measured from.
#[derive(Clone, Debug)]
pub struct Figure {
    /// As the launcher shows it.
    pub reply: ReplyTime,
    /// What someone who asks then is told; empty while there is no figure.
    pub quantiles: Vec<Quantile>,
    /// How far back it looks.
    pub window_days: u32,
    /// The turns of that window.
    pub turns: Arc<Vec<TurnRow>>,
    /// Within so many milliseconds nine in ten are answered.
    p90_ms: Option<i64>,
}

/// What is kept of one site.
#[derive(Default)]
struct Kept {
    figure: Option<Figure>,
}

/// The last figure of each site.
#[derive(Default)]
pub struct ReplyTimes {
    known: Mutex<HashMap<SiteKey, Arc<tokio::sync::Mutex<Kept>>>>,
}

impl ReplyTimes {
    /// The reply time of `site`: new whenever something happened to its questions here, and never more than half a
    /// minute old, since another server may have heard of something too.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn of(&self, store: &Store, site: &SiteKey, now: Millis) -> Result<ReplyTime, StoreError> {
        self.figure(store, site, now).await.map(|figure| figure.reply)
    }

    /// [`ReplyTimes::of`] with all that it rests on.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn figure(&self, store: &Store, site: &SiteKey, now: Millis) -> Result<Figure, StoreError> {
        let kept = self
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(site.clone())
            .or_default()
            .clone();
        let mut kept = kept.lock().await;
        let stirred = store.take_stirred(site);
        // `abs`: after a clock went backwards, a figure of the future is as old as it is far away.
        let fresh = |figure: &&Figure| !stirred && now.since(figure.reply.as_of).abs() < FRESH_MS;
        if let Some(known) = kept.figure.as_ref().filter(fresh) {
            return Ok(known.clone());
        }
        let turns = store.turns(site, now.plus(-WINDOW_MS)).await?;
        let shown = kept.figure.take().map(|figure| figure.reply);
        let measured = tokio::task::spawn_blocking(move || measure(turns, shown.as_ref(), now)).await;
        let figure =
            measured.map_err(|_| StoreError::Other("the reply time could not be computed".to_owned()))?;
        kept.figure = Some(figure.clone());
        Ok(figure)
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
        let Some(wait_ms) = self.figure(store, site, now).await?.p90_ms else { return Ok(None) };
        let Some(site) = store.site(site).await? else { return Ok(None) };
        let hours = match site.settings.hours.as_ref().map(hours_of) {
            None => None,
            Some(Some(hours)) => Some(hours),
            // Hours that cannot be read promise nothing.
            Some(None) => return Ok(None),
        };
        Ok(promise::promise(now, wait_ms, hours.as_ref()))
    }
}

fn measure(turns: Vec<TurnRow>, shown: Option<&ReplyTime>, now: Millis) -> Figure {
    let observation = |turn: &TurnRow| Observation {
        asked_at: turn.asked_at.0,
        answered_at: turn.answered_at.map(|at| at.0),
        given_up_at: turn.given_up_at.map(|at| at.0),
    };
    let observations: Vec<Observation> = turns.iter().map(observation).collect();
    let time = reply_time(&observations, now.0);
    let wait = |q| time.minutes.and_then(|_| quantile_ms(&observations, now.0, q));
    let [p50, p75, p90] = [0.5, 0.75, 0.9].map(wait);
    let enough = usize::try_from(time.sample).is_ok_and(|sample| sample >= MIN_SAMPLE);
    let verdict = match time.minutes {
        Some(_) => ReplyVerdict::Measured,
        None if enough => ReplyVerdict::OftenUnanswered,
        None => ReplyVerdict::New,
    };
    let reply = ReplyTime {
        minutes: steady(p50, shown.and_then(|shown| shown.minutes)),
        sample: time.sample,
        unanswered: time.unanswered,
        as_of: now,
        p75_minutes: steady(p75, shown.and_then(|shown| shown.p75_minutes)),
        p90_minutes: steady(p90, shown.and_then(|shown| shown.p90_minutes)),
        verdict: Some(verdict),
        slower_now: false,
    };
    let quantile = |(percent, wait): (u8, Option<i64>)| Quantile {
        percent,
        wait_s: wait.map(|ms| u32::try_from(ms.saturating_add(999) / 1000).unwrap_or(u32::MAX)),
        low_s: None,
        high_s: None,
    };
    let quantiles = match verdict {
        ReplyVerdict::Measured => [(50, p50), (75, p75), (90, p90)].map(quantile).to_vec(),
        _ => Vec::new(),
    };
    Figure { reply, quantiles, window_days: 30, turns: Arc::new(turns), p90_ms: p90 }
}

/// The step for a wait; the one that is shown stays until the wait is out of it by a tenth, so that the sentence does
/// not flicker.
fn steady(wait_ms: Option<i64>, shown: Option<u32>) -> Option<u32> {
    let ms = wait_ms?;
    let (low, high) = (step_minutes(ms - ms / 11), step_minutes(ms.saturating_add(ms / 9)));
    Some(shown.filter(|shown| (low..=high).contains(shown)).unwrap_or_else(|| step_minutes(ms)))
}

/// The opening hours as the clock reads them; `None` where they cannot be.
#[must_use]
pub fn hours_of(hours: &OpeningHours) -> Option<Hours> {
    let span = |span: &pronto_protocol::model::OpenSpan| OpenSpan {
        weekday: span.weekday,
        from: span.from,
        to: span.to,
    };
    Hours::new(&hours.time_zone, hours.spans.iter().map(span).collect()).ok()
}

/// Whether the business is open; `None` where its hours cannot be read.
#[must_use]
pub fn open_state(hours: &OpeningHours, now: Millis) -> Option<OpenState> {
    let state = hours_of(hours)?.state(now.0);
    Some(OpenState { open: state.open, changes_at: state.changes_at.map(Millis) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_does_not_flicker() {
        let minutes = |minutes: f64| Some((minutes * 60_000.0) as i64);
        let mut shown = None;
        let mut said = Vec::new();
        for wait in [9.8, 10.2, 10.9, 9.9, 10.9, 11.3, 10.2, 9.5, 9.05, 8.9, 4.0, 400.0] {
            shown = steady(minutes(wait), shown);
            said.push(shown.expect("a step"));
        }
        assert_eq!(said, [10, 10, 10, 10, 10, 15, 15, 15, 15, 10, 5, 480]);
        assert_eq!(steady(None, Some(10)), None);
    }
}
