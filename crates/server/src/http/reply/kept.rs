//! One site's reply clock as it is kept in memory: caught up from the log of what happened to the site's questions, each
//! event exactly once, and written down now and then so that a restart does not begin at the beginning.

use std::sync::Arc;

use pronto_protocol::id::{Millis, SiteKey};
use pronto_protocol::model::report::Quantile;
use pronto_protocol::model::{ReplyTime, ReplyVerdict};
use pronto_reply::clock::steady_minutes;
use pronto_reply::estimate::{Clock, Estimate, Verdict, Wait};
use pronto_reply::hours::Hours;

use super::Figure;
use crate::store::{ClockEvent, ClockEventKind, Store, StoreError, TurnRow};

/// Events read at once.
const CHUNK: u32 = 10_000;
/// At most so often a changed clock is written down.
const KEEP_EVERY_MS: i64 = 60_000;

/// What is kept of one site.
#[derive(Default)]
pub(super) struct Kept {
    clock: Clock,
    /// The last event that the clock has heard of.
    through: i64,
    /// The last one that is also written down, and when that was.
    written: i64,
    written_at: Millis,
    loaded: bool,
    /// When the log was last read to its end.
    read_at: Millis,
    /// The turns of the window as they were last read: at which event, and when.
    turns: Option<(i64, Millis, Arc<Vec<TurnRow>>)>,
    /// What was said last.
    pub(super) figure: Option<Figure>,
}

impl Kept {
    /// Whether the log was read to its end less than `fresh_ms` ago. After a clock went backwards, a reading of the
    /// future is as old as it is far away.
    pub(super) fn is_fresh(&self, now: Millis, fresh_ms: i64) -> bool {
        self.loaded && now.since(self.read_at).abs() < fresh_ms
    }

    /// Hears of everything that it has not heard of yet.
    pub(super) async fn catch_up(
        &mut self,
        store: &Store,
        site: &SiteKey,
        hours: Option<&Hours>,
        now: Millis,
    ) -> Result<(), StoreError> {
        if !self.loaded {
            // A snapshot that cannot be read is of another version: then the log is read from its beginning.
            let known = store.clock_snapshot(site).await?;
            let read = known.and_then(|(state, through)| Some((serde_json::from_str(&state).ok()?, through)));
            if let Some((clock, through)) = read {
                (self.clock, self.through, self.written) = (clock, through, through);
            }
            (self.loaded, self.written_at) = (true, now);
        }
        loop {
            let events = store.clock_events(site, self.through, CHUNK).await?;
            let more = events.len() >= CHUNK as usize;
            self.hear(events, hours);
            if !more {
                self.read_at = now;
                return Ok(());
            }
        }
    }

    fn hear(&mut self, mut events: Vec<ClockEvent>, hours: Option<&Hours>) {
        self.through = events.last().map_or(self.through, |last| last.seq);
        // Made-up and imported history is committed conversation by conversation; the clock hears it as it happened.
        events.sort_by_key(|event| (event.at, event.seq));
        for ClockEvent { kind, asked_at, at, .. } in events {
            match kind {
                ClockEventKind::Asked => self.clock.asked(asked_at.0, hours),
                ClockEventKind::Answered => self.clock.answered(asked_at.0, at.0, hours),
                ClockEventKind::GivenUp => self.clock.given_up(asked_at.0, at.0, hours),
                ClockEventKind::Withdrawn => self.clock.withdrawn(asked_at.0),
                ClockEventKind::Unknown => {}
            }
        }
    }

    /// The turns that began at `since` or later, read again when something has happened and after `fresh_ms`.
    pub(super) async fn turns(
        &mut self,
        store: &Store,
        site: &SiteKey,
        (now, since, fresh_ms): (Millis, Millis, i64),
    ) -> Result<Arc<Vec<TurnRow>>, StoreError> {
        if let Some((through, at, turns)) = &self.turns
            && *through == self.through
            && now.since(*at).abs() < fresh_ms
        {
            return Ok(turns.clone());
        }
        let turns = Arc::new(store.turns(site, since).await?);
        self.turns = Some((self.through, now, turns.clone()));
        Ok(turns)
    }

    /// Writes the clock down where it has changed; at once, or only if that was a while ago.
    pub(super) async fn keep(
        &mut self,
        store: &Store,
        site: &SiteKey,
        now: Millis,
        at_once: bool,
    ) -> Result<(), StoreError> {
        let due = at_once || now.since(self.written_at).abs() >= KEEP_EVERY_MS;
        if due && self.loaded && self.through > self.written {
            let state = serde_json::to_string(&self.clock)
                .map_err(|error| StoreError::Other(format!("the reply clock cannot be written: {error}")))?;
            store.keep_clock(site, state, self.through).await?;
            (self.written, self.written_at) = (self.through, now);
        }
        Ok(())
    }

    /// What can be said at `now`. The steps that are shown stay until the waits are out of them.
    pub(super) fn measure(&self, hours: Option<&Hours>, now: Millis) -> Figure {
        let estimate = self.clock.estimate(now.0, hours);
        let shown = self.figure.as_ref().map(|figure| &figure.reply);
        let step = |wait: Option<Wait>, shown: Option<u32>| wait.map(|wait| steady_minutes(shown, wait.ms));
        let verdict = match estimate.verdict {
            Verdict::Measured => ReplyVerdict::Measured,
            Verdict::New => ReplyVerdict::New,
            Verdict::OftenUnanswered => ReplyVerdict::OftenUnanswered,
        };
        let reply = ReplyTime {
            minutes: step(estimate.p50, shown.and_then(|shown| shown.minutes)),
            sample: estimate.sample,
            unanswered: estimate.unanswered,
            as_of: now,
            p75_minutes: step(estimate.p75, shown.and_then(|shown| shown.p75_minutes)),
            p90_minutes: step(estimate.p90, shown.and_then(|shown| shown.p90_minutes)),
            verdict: Some(verdict),
            slower_now: estimate.slower_now,
        };
        Figure {
            reply,
            quantiles: quantiles(&estimate),
            never_permille: estimate.never_permille,
            window_days: estimate.window_days,
            p90_ms: estimate.p90.map(|wait| wait.ms),
        }
    }
}

fn quantiles(estimate: &Estimate) -> Vec<Quantile> {
    if estimate.verdict != Verdict::Measured {
        return Vec::new();
    }
    let seconds = |ms: i64| u32::try_from(ms.saturating_add(999).max(0) / 1000).unwrap_or(u32::MAX);
    let quantile = |(percent, wait): (u8, Option<Wait>)| Quantile {
        percent,
        wait_s: wait.map(|wait| seconds(wait.ms)),
        low_s: wait.map(|wait| seconds(wait.low_ms)),
        high_s: wait.and_then(|wait| wait.high_ms).map(seconds),
    };
    [(50, estimate.p50), (75, estimate.p75), (90, estimate.p90)].map(quantile).to_vec()
}
