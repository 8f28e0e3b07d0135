//! The measured reply time of each site, computed at most twice a minute. The measuring itself is `pronto-reply`'s.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use pronto_protocol::id::{Millis, SiteKey};
use pronto_protocol::model::{OpenState, OpeningHours, ReplyTime};
use pronto_reply::clock::{Observation, WINDOW_MS, reply_time};
use pronto_reply::hours::{Hours, OpenSpan};

use crate::store::{Store, StoreError, TurnRow};

const FRESH_MS: i64 = 30_000;

/// The last reply time of each site.
#[derive(Default)]
pub struct ReplyTimes {
    known: Mutex<HashMap<SiteKey, ReplyTime>>,
}

impl ReplyTimes {
    /// The reply time of `site`, at most half a minute old.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn of(&self, store: &Store, site: &SiteKey, now: Millis) -> Result<ReplyTime, StoreError> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(site).cloned();
        // `abs`: after a clock went backwards, a figure of the future is as old as it is far away.
        if let Some(known) = known.filter(|known| now.since(known.as_of).abs() < FRESH_MS) {
            return Ok(known);
        }
        let observations = store.turns(site, now.plus(-WINDOW_MS)).await?;
        let fresh = tokio::task::spawn_blocking(move || measure(&observations, now)).await;
        let fresh =
            fresh.map_err(|_| StoreError::Other("the reply time could not be computed".to_owned()))?;
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(site.clone(), fresh.clone());
        Ok(fresh)
    }
}

fn measure(turns: &[TurnRow], now: Millis) -> ReplyTime {
    let observation = |turn: &TurnRow| Observation {
        asked_at: turn.asked_at.0,
        answered_at: turn.answered_at.map(|at| at.0),
    };
    let observations: Vec<Observation> = turns.iter().map(observation).collect();
    let time = reply_time(&observations, now.0);
    ReplyTime {
        minutes: time.minutes,
        sample: time.sample,
        unanswered: time.unanswered,
        as_of: now,
        p75_minutes: None,
        p90_minutes: None,
        verdict: None,
        slower_now: false,
    }
}

/// Whether the business is open; `None` where its hours cannot be read.
#[must_use]
pub fn open_state(hours: &OpeningHours, now: Millis) -> Option<OpenState> {
    let span = |span: &pronto_protocol::model::OpenSpan| OpenSpan {
        weekday: span.weekday,
        from: span.from,
        to: span.to,
    };
    let hours = Hours::new(&hours.time_zone, hours.spans.iter().map(span).collect()).ok()?;
    let state = hours.state(now.0);
    Some(OpenState { open: state.open, changes_at: state.changes_at.map(Millis) })
}
