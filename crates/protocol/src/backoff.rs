//! How long to wait before trying again, for sending and for connecting. The dice are thrown by the caller.

use crate::id::Millis;

/// The longest wait that growing backoff leads to.
pub(crate) const BACKOFF_MAX_MS: i64 = 60_000;

/// The longest wait a server can ask for; a longer one is cut to this, so that one bad answer silences nobody for long.
pub(crate) const RETRY_AFTER_MAX_MS: i64 = 300_000;

const FIRST_MS: i64 = 1_000;
const FLOOR_MS: i64 = 200;

/// The milliseconds to wait after `failures` failures in a row: full jitter under a ceiling of 1 s, 2 s, 4 s … 60 s.
///
/// `jitter` is a random number in 0..1; anything else counts as 1. The wait is never under 200 ms, so that even an
/// unlucky throw is not a busy loop.
#[must_use]
pub(crate) fn backoff(failures: u32, jitter: f64) -> i64 {
    let ceiling = (FIRST_MS << failures.saturating_sub(1).min(6)).min(BACKOFF_MAX_MS);
    let share = if (0.0..1.0).contains(&jitter) { jitter } else { 1.0 };
    FLOOR_MS + ((ceiling - FLOOR_MS) as f64 * share) as i64
}

/// The wait after a refusal that named one: the named time, within bounds, but never under the backoff.
#[must_use]
pub(crate) fn backoff_at_least(failures: u32, jitter: f64, retry_after_ms: Option<u64>) -> i64 {
    let named = i64::try_from(retry_after_ms.unwrap_or(0)).unwrap_or(RETRY_AFTER_MAX_MS);
    let spread = backoff(failures, jitter);
    if named == 0 { spread } else { named.min(RETRY_AFTER_MAX_MS).saturating_add(spread.min(FIRST_MS)) }
}

/// Whether `at` has come. A time further ahead than `longest` can only be from before the clock was set back, and has
/// come too: otherwise a corrected clock would silence the client for as long as it was wrong.
#[must_use]
pub(crate) fn is_due(at: Millis, now: Millis, longest: i64) -> bool {
    let ahead = at.since(now);
    ahead <= 0 || ahead > longest
}
