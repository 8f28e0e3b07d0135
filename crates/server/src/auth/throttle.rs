//! Guessing slowed down: who failed often waits, by account and by address. Time comes in as an argument; nothing here
//! knows whether an account exists, so that unknown ones are slowed alike.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use pronto_protocol::id::Millis;

use super::secret::{SecretHash, hash};

const ACCOUNT_FREE: u32 = 5;
const ADDRESS_FREE: u32 = 30;
const FIRST_WAIT_MS: i64 = 1_000;
const LONGEST_WAIT_MS: i64 = 15 * 60_000;
const FORGOTTEN_AFTER_MS: i64 = 60 * 60_000;
const KEPT: usize = 20_000;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Subject {
    Account(SecretHash),
    Address(IpAddr),
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Millis,
}

impl Failures {
    fn wait(self, free: u32, now: Millis) -> i64 {
        let over = self.count.saturating_sub(free);
        if over == 0 {
            return 0;
        }
        let wait = FIRST_WAIT_MS.saturating_mul(1 << (over - 1).min(20)).min(LONGEST_WAIT_MS);
        // A clock that went backwards must not lock anyone out for longer than the wait itself.
        (wait - now.since(self.last).max(0)).max(0)
    }
}

/// Failed logins of the last hour.
#[derive(Default)]
pub struct Throttle {
    failures: Mutex<HashMap<Subject, Failures>>,
}

impl Throttle {
    /// After how many milliseconds `account` may be tried from `address`; `None` means now. The attempt counts as
    /// failed from here on, so that parallel guesses do not slip through; [`Self::succeeded`] takes it back.
    pub fn attempt(&self, account: &str, address: IpAddr, now: Millis) -> Option<u64> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= KEPT {
            failures.retain(|_, failure| now.since(failure.last) < FORGOTTEN_AFTER_MS);
        }
        if failures.len() >= KEPT {
            failures.clear();
        }
        let subjects = [(account_subject(account), ACCOUNT_FREE), (Subject::Address(address), ADDRESS_FREE)];
        let wait = subjects
            .iter()
            .filter_map(|(subject, free)| failures.get(subject).map(|failure| failure.wait(*free, now)))
            .max()
            .unwrap_or(0);
        if wait > 0 {
            return Some(wait.unsigned_abs());
        }
        for (subject, _) in subjects {
            let failure = failures.entry(subject).or_insert(Failures { count: 0, last: now });
            if now.since(failure.last) > FORGOTTEN_AFTER_MS {
                failure.count = 0;
            }
            *failure = Failures { count: failure.count.saturating_add(1), last: now };
        }
        None
    }

    /// Forgets the failures of `account`, and the one that [`Self::attempt`] wrote down for `address`.
    pub fn succeeded(&self, account: &str, address: IpAddr) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.remove(&account_subject(account));
        if let Some(failure) = failures.get_mut(&Subject::Address(address)) {
            failure.count = failure.count.saturating_sub(1);
        }
    }
}

fn account_subject(account: &str) -> Subject {
    Subject::Account(hash(&account.trim().to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn waits_grow_after_five_and_end_with_a_success() {
        let throttle = Throttle::default();
        let mut now = Millis(1_000_000);
        let mut waits = Vec::new();
        for _ in 0..9 {
            let wait = throttle.attempt("Ana@shop.example", HERE, now);
            waits.push(wait);
            now = now.plus(wait.unwrap_or(0).cast_signed());
        }
        assert_eq!(waits, [None, None, None, None, None, None, Some(1_000), None, Some(2_000)]);
        throttle.succeeded("ana@shop.example ", HERE);
        assert_eq!(throttle.attempt("ana@shop.example", HERE, now), None);
    }

    #[test]
    fn one_address_with_many_names_is_slowed_too() {
        let throttle = Throttle::default();
        let now = Millis(0);
        let free =
            (0..100).take_while(|n| throttle.attempt(&format!("name{n}"), HERE, now).is_none()).count();
        assert_eq!(free, 31);
        assert_eq!(throttle.attempt("another", IpAddr::from([10, 0, 0, 1]), now), None);
    }

    #[test]
    fn a_clock_that_goes_backwards_locks_out_no_longer_than_the_wait() {
        let throttle = Throttle::default();
        for _ in 0..6 {
            throttle.attempt("a", HERE, Millis(10_000_000));
        }
        assert_eq!(throttle.attempt("a", HERE, Millis(0)), Some(1_000));
    }
}
