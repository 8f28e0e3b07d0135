//! Whether far more new visitors come to a site than usual. Counts only; time comes in as an argument. What follows for
//! who comes is [`super::admission`]'s.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use pronto_protocol::id::{Millis, SiteKey};
use pronto_protocol::model::contact::{Shield, SiteGuard};

const MINUTE_MS: i64 = 60_000;
/// Below so many in a minute nothing is a flood: a class, a newsletter, a broadcast.
const FLOOR: f64 = 30.0;
/// How many times the usual is a flood.
const TIMES: f64 = 8.0;
/// What is usual is learned over about a day.
const HALF_LIFE_MINUTES: f64 = 1440.0;
/// A flood is over after so many minutes of less than half of what makes one.
const CALM_MINUTES: i64 = 10;

#[derive(Clone, Copy)]
struct Flood {
    minute: i64,
    /// New visitors of this minute and of the one before.
    count: u32,
    before: u32,
    usual: f64,
    since: Option<Millis>,
    calm: i64,
    guard: SiteGuard,
}

impl Flood {
    fn new(now: Millis) -> Self {
        let minute = now.0.div_euclid(MINUTE_MS);
        Self { minute, count: 0, before: 0, usual: 0.0, since: None, calm: 0, guard: SiteGuard::default() }
    }

    fn threshold(&self) -> f64 {
        FLOOR.max(self.usual * TIMES)
    }

    /// New visitors within the last sixty seconds, as near as two minutes' counts tell.
    fn rate(&self, now: Millis) -> f64 {
        let gone = now.0.rem_euclid(MINUTE_MS);
        #[expect(clippy::cast_precision_loss, reason = "below a minute")]
        let left = 1.0 - gone as f64 / MINUTE_MS as f64;
        f64::from(self.count) + f64::from(self.before) * left
    }

    /// Closes the minutes that have passed. A clock that goes back closes none.
    fn roll(&mut self, now: Millis) {
        let passed = now.0.div_euclid(MINUTE_MS) - self.minute;
        if passed <= 0 {
            return;
        }
        self.minute += passed;
        let quiet = passed - 1;
        if self.since.is_some() {
            let calm = f64::from(self.count) < self.threshold() / 2.0;
            self.calm = if calm { self.calm + 1 + quiet } else { quiet };
            if self.calm >= CALM_MINUTES {
                self.since = None;
                self.calm = 0;
            }
        } else {
            // What comes in a flood is not learned: a long one would become usual.
            let keep = 0.5_f64.powf(1.0 / HALF_LIFE_MINUTES);
            self.usual = self.usual * keep + f64::from(self.count) * (1.0 - keep);
            #[expect(clippy::cast_precision_loss, reason = "a count of minutes")]
            let quiet = quiet as f64;
            self.usual *= keep.powf(quiet);
        }
        self.before = if quiet == 0 { self.count } else { 0 };
        self.count = 0;
    }
}

/// How every site stands. Of one server: another one of the same database counts for itself.
#[derive(Default)]
pub struct Floods(Mutex<HashMap<SiteKey, Flood>>);

impl Floods {
    fn with<T>(&self, site: &SiteKey, now: Millis, act: impl FnOnce(&mut Flood) -> T) -> T {
        let mut floods = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let flood = floods.entry(site.clone()).or_insert_with(|| Flood::new(now));
        flood.roll(now);
        act(flood)
    }

    /// Somebody new comes. How many times over the threshold that is, where they have to do some work first.
    pub fn arrive(&self, site: &SiteKey, shield: Shield, now: Millis) -> Option<f64> {
        self.with(site, now, |flood| {
            flood.count = flood.count.saturating_add(1);
            let over = flood.rate(now) / flood.threshold();
            if over > 1.0 && flood.since.is_none() {
                flood.since = Some(now);
                flood.calm = 0;
            }
            is_up(shield, flood).then_some(over)
        })
    }

    /// Whether somebody new has to do some work.
    #[must_use]
    pub fn is_up(&self, site: &SiteKey, shield: Shield, now: Millis) -> bool {
        self.with(site, now, |flood| is_up(shield, flood))
    }

    /// Somebody was asked for work.
    pub fn asked(&self, site: &SiteKey, now: Millis) {
        self.with(site, now, |flood| flood.guard.asked += 1);
    }

    /// Somebody did it. They have been counted when they were asked.
    pub fn proved(&self, site: &SiteKey, now: Millis) {
        self.with(site, now, |flood| {
            flood.guard.proved += 1;
            flood.count = flood.count.saturating_sub(1);
        });
    }

    /// A request was refused for a budget that was used up.
    pub fn refused(&self, site: &SiteKey, now: Millis) {
        self.with(site, now, |flood| flood.guard.refused += 1);
    }

    /// How the site stands.
    #[must_use]
    pub fn of(&self, site: &SiteKey, now: Millis) -> SiteGuard {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate is small and not below 0"
        )]
        self.with(site, now, |flood| SiteGuard {
            since: flood.since,
            new_per_minute: flood.rate(now).round() as u32,
            usual_per_minute_thousandths: (flood.usual * 1000.0).round() as u32,
            ..flood.guard
        })
    }
}

fn is_up(shield: Shield, flood: &Flood) -> bool {
    match shield {
        Shield::On => true,
        Shield::Off => false,
        Shield::Auto | Shield::Unknown => flood.since.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> SiteKey {
        SiteKey::new("shop").expect("a key")
    }

    /// So many a minute, evenly, for so many minutes; whether the last of them had work to do.
    fn come(floods: &Floods, from: i64, minutes: i64, each: i64) -> bool {
        let mut up = false;
        for minute in from..from + minutes {
            for place in 0..each {
                let now = Millis(minute * MINUTE_MS + place * MINUTE_MS / each);
                up = floods.arrive(&site(), Shield::Auto, now).is_some();
            }
        }
        up
    }

    #[test]
    fn a_flood_begins_above_the_usual_and_ends_by_itself() {
        let floods = Floods::default();
        assert!(!come(&floods, 0, 3_000, 1), "a usual day");
        assert!(!come(&floods, 3_000, 1, 29), "a newsletter");
        assert!(come(&floods, 3_010, 3, 200), "a flood");
        assert!(come(&floods, 3_013, 9, 3), "not over yet");
        assert!(!come(&floods, 3_022, 3, 3), "over");
        let guard = floods.of(&site(), Millis(3_025 * MINUTE_MS));
        assert!(guard.since.is_none() && (500..2_000).contains(&guard.usual_per_minute_thousandths));
    }

    #[test]
    fn a_busy_site_has_a_higher_usual_and_a_long_flood_is_not_learned() {
        let floods = Floods::default();
        assert!(!come(&floods, 0, 5_000, 20));
        assert!(!come(&floods, 5_000, 60, 120), "six times the usual");
        assert!(come(&floods, 5_060, 2_000, 400), "and still after a day and a half");
    }

    #[test]
    fn an_owner_has_the_last_word_and_clocks_may_jump() {
        let floods = Floods::default();
        let now = Millis(1_000 * MINUTE_MS);
        assert_eq!(floods.arrive(&site(), Shield::Off, now), None);
        assert!(floods.arrive(&site(), Shield::On, now).is_some());
        for _ in 0..100 {
            floods.arrive(&site(), Shield::Off, now);
        }
        assert_eq!(floods.arrive(&site(), Shield::Off, now), None);
        assert!(floods.is_up(&site(), Shield::Auto, now));
        assert!(floods.is_up(&site(), Shield::Auto, Millis(0)));
        assert!(!floods.is_up(&site(), Shield::Auto, Millis(i64::MAX)));
    }
}
