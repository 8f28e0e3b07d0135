//! Token buckets: how much one session, one site or one address may ask for. Time comes in as an argument; what is
//! counted and how much is allowed is said here alone.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use pronto_protocol::id::Millis;

use crate::http::error::Refused;

/// How large a bucket is and how fast it fills.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// How many requests at once.
    pub burst: u32,
    /// How many more each second.
    pub per_second: u32,
}

const fn rate(burst: u32, per_second: u32) -> Rate {
    Rate { burst, per_second }
}

/// How much within a while, and so much at once.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    /// How much.
    pub most: u32,
    /// In how many milliseconds.
    pub window_ms: u32,
}

const fn a_day(most: u32) -> Quota {
    Quota { most, window_ms: 24 * 60 * 60 * 1000 }
}

const fn ten_minutes(most: u32) -> Quota {
    Quota { most, window_ms: 10 * 60 * 1000 }
}

/// How a bucket fills: `units` every `per_ms`, up to `most`.
#[derive(Clone, Copy, Debug)]
pub struct Flow {
    most: i64,
    units: i64,
    per_ms: i64,
}

impl From<Rate> for Flow {
    fn from(rate: Rate) -> Self {
        Self { most: rate.burst.into(), units: rate.per_second.max(1).into(), per_ms: 1000 }
    }
}

impl From<Quota> for Flow {
    fn from(quota: Quota) -> Self {
        let most = i64::from(quota.most.max(1));
        Self { most, units: most, per_ms: quota.window_ms.max(1).into() }
    }
}

/// What may be asked for.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Messages of one visitor, agent or key.
    pub session_messages: Rate,
    /// Every other request of one visitor, agent or key.
    pub session_requests: Rate,
    /// Visitors' messages of one site.
    pub site_messages: Rate,
    /// New sessions of one site.
    pub site_sessions: Rate,
    /// New sessions from one address: wide, because a whole office may share it.
    pub address_sessions: Rate,
    /// E-mail addresses that one visitor leaves: nobody mistypes theirs that often.
    pub session_emails: Rate,
    /// Messages of one visitor within a day.
    pub session_day_messages: Quota,
    /// Bytes of text of one visitor within a day.
    pub session_day_bytes: Quota,
    /// Visitors' messages of one site within a day.
    pub site_day_messages: Quota,
    /// Bytes of visitors' text of one site within a day.
    pub site_day_bytes: Quota,
    /// New sessions of one site within a day.
    pub site_day_sessions: Quota,
    /// New sessions of one flooded site by its form, which does no work.
    pub site_form_sessions: Quota,
    /// The same from one address.
    pub address_form_sessions: Quota,
    /// Uploads that one visitor, agent or key begins: a message full of them, three times over.
    pub session_uploads: Rate,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            session_messages: rate(40, 2),
            session_requests: rate(240, 20),
            site_messages: rate(2_000, 200),
            site_sessions: rate(1_000, 50),
            address_sessions: rate(120, 2),
            session_emails: rate(5, 1),
            session_day_messages: a_day(3_000),
            session_day_bytes: a_day(4_000_000),
            site_day_messages: a_day(500_000),
            site_day_bytes: a_day(1_000_000_000),
            site_day_sessions: a_day(100_000),
            site_form_sessions: ten_minutes(100),
            address_form_sessions: ten_minutes(5),
            session_uploads: rate(30, 1),
        }
    }
}

#[derive(Clone, Copy)]
struct Bucket {
    /// What is left, times the milliseconds in which a unit's share comes.
    left: i64,
    at: Millis,
}

/// One bucket for each key.
pub struct Budget<K> {
    flow: Flow,
    buckets: Mutex<HashMap<K, Bucket>>,
}

const KEPT: usize = 50_000;

impl<K: Eq + Hash> Budget<K> {
    /// Buckets that all start full.
    #[must_use]
    pub fn new(flow: impl Into<Flow>) -> Self {
        Self { flow: flow.into(), buckets: Mutex::new(HashMap::new()) }
    }

    /// Takes one request out of `key`'s bucket.
    ///
    /// # Errors
    /// [`Refused`] with the time until one fits again.
    pub fn take(&self, key: K, now: Millis) -> Result<(), Refused> {
        self.take_many(key, 1, now)
    }

    /// Takes `amount` out of `key`'s bucket; as much as a full one holds, where it is more.
    ///
    /// # Errors
    /// [`Refused`] with the time until so much fits again.
    pub fn take_many(&self, key: K, amount: usize, now: Millis) -> Result<(), Refused> {
        let Flow { most, units, per_ms } = self.flow;
        let full = most.saturating_mul(per_ms);
        let wanted = i64::try_from(amount).unwrap_or(most).min(most).saturating_mul(per_ms);
        let grown = |bucket: &Bucket| {
            bucket.left.saturating_add(now.since(bucket.at).max(0).saturating_mul(units)).min(full)
        };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= KEPT {
            buckets.retain(|_, bucket| grown(bucket) < full);
        }
        let bucket = buckets.entry(key).or_insert(Bucket { left: full, at: now });
        *bucket = Bucket { left: grown(bucket), at: now };
        if bucket.left < wanted {
            let missing = (wanted - bucket.left).unsigned_abs();
            return Err(Refused::too_many(missing.div_ceil(units.unsigned_abs()).max(1)));
        }
        bucket.left -= wanted;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(budget: &Budget<&str>, key: &'static str, now: i64) -> bool {
        budget.take(key, Millis(now)).is_ok()
    }

    #[test]
    fn a_burst_then_the_rate_and_each_key_for_itself() {
        let budget = Budget::new(rate(3, 2));
        assert_eq!((0..5).filter(|_| taken(&budget, "a", 0)).count(), 3);
        assert!(taken(&budget, "b", 0));
        assert!(!taken(&budget, "a", 499));
        assert!(taken(&budget, "a", 500));
        assert_eq!((0..9).filter(|_| taken(&budget, "a", 1_000_000)).count(), 3);
    }

    #[test]
    fn a_quota_counts_what_is_taken_and_comes_back_over_its_while() {
        let budget = Budget::new(Quota { most: 100, window_ms: 1_000 });
        let wait = |amount, now: i64| {
            budget.take_many("a", amount, Millis(now)).err().map_or(0, |refused| refused.retry_after_ms())
        };
        assert_eq!([wait(60, 0), wait(60, 0), wait(40, 0), wait(1, 0)], [0, 200, 0, 10]);
        assert_eq!([wait(50, 500), wait(1, 500)], [0, 10]);
        // More than there ever is takes all there ever is.
        assert_eq!([wait(1_000, 1_000), wait(1_000, 1_500)], [500, 0]);
    }

    #[test]
    fn a_clock_that_goes_backwards_neither_fills_nor_blocks() {
        let budget = Budget::new(rate(1, 1));
        assert!(taken(&budget, "a", 1_000_000));
        assert!(!taken(&budget, "a", 0));
        assert!(taken(&budget, "a", 1_000));
    }
}
