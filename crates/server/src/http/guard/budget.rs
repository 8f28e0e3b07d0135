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
        }
    }
}

#[derive(Clone, Copy)]
struct Bucket {
    /// Thousandths of a request.
    left: i64,
    at: Millis,
}

/// One bucket for each key.
pub struct Budget<K> {
    rate: Rate,
    buckets: Mutex<HashMap<K, Bucket>>,
}

const KEPT: usize = 50_000;

impl<K: Eq + Hash> Budget<K> {
    /// Buckets that all start full.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        Self { rate, buckets: Mutex::new(HashMap::new()) }
    }

    /// Takes one request out of `key`'s bucket.
    ///
    /// # Errors
    /// [`Refused`] with the time until one fits again.
    pub fn take(&self, key: K, now: Millis) -> Result<(), Refused> {
        let full = i64::from(self.rate.burst) * 1000;
        let fill = i64::from(self.rate.per_second.max(1));
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= KEPT {
            buckets.retain(|_, bucket| bucket.left + now.since(bucket.at).max(0).saturating_mul(fill) < full);
        }
        let bucket = buckets.entry(key).or_insert(Bucket { left: full, at: now });
        let grown = now.since(bucket.at).max(0).saturating_mul(fill);
        *bucket = Bucket { left: bucket.left.saturating_add(grown).min(full), at: now };
        if bucket.left < 1000 {
            let missing = (1000 - bucket.left).unsigned_abs();
            return Err(Refused::too_many(missing.div_ceil(fill.unsigned_abs()).max(1)));
        }
        bucket.left -= 1000;
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
    fn a_clock_that_goes_backwards_neither_fills_nor_blocks() {
        let budget = Budget::new(rate(1, 1));
        assert!(taken(&budget, "a", 1_000_000));
        assert!(!taken(&budget, "a", 0));
        assert!(taken(&budget, "a", 1_000));
    }
}
