//! The server's clock: the one place where anything asks what time it is. An operator's test option may move it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use pronto_protocol::id::Millis;

/// How far [`now`] is ahead of the machine's clock; other than zero only where the operator asked for `--test-clock`.
static AHEAD_MS: AtomicI64 = AtomicI64::new(0);

/// The moment it is.
#[must_use]
pub fn now() -> Millis {
    machine().plus(AHEAD_MS.load(Ordering::Relaxed))
}

/// Makes it `to` in this process, and lets time go on from there.
pub fn set(to: Millis) {
    AHEAD_MS.store(to.since(machine()), Ordering::Relaxed);
}

fn machine() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
