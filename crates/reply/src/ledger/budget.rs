//! The cap that a site sets itself for a month. It stops nothing: it warns, and then makes each charged message be asked for.

use crate::price::{Money, Price, Reason};
use crate::words::words;

words! {
    /// How far a month's budget is used up.
    Budget {
        /// Below 80 %, or there is no cap.
        Fine = "fine",
        /// At 80 % or more: time for a warning.
        Warn = "warn",
        /// At the cap or above: each message that may cost something is asked for.
        Ask = "ask",
    }
}

/// Where a month stands. Only what was spent in the cap's currency counts against it; a cap of nothing is used up at once.
#[must_use]
pub fn budget_state(month_to_date: &[Money], cap: Option<Money>) -> Budget {
    let Some(cap) = cap else { return Budget::Fine };
    let own = month_to_date.iter().filter(|sum| sum.currency == cap.currency);
    let spent: i128 = own.map(|sum| i128::from(sum.micros)).sum();
    let cap = i128::from(cap.micros);
    match () {
        () if spent >= cap => Budget::Ask,
        () if spent * 100 >= cap * 80 => Budget::Warn,
        () => Budget::Fine,
    }
}

/// Whether a message of that price has to be asked for before it is sent: when the month is at its cap, and the message costs
/// something or may do so.
#[must_use]
pub fn must_ask(month_to_date: &[Money], cap: Option<Money>, price: &Price) -> bool {
    let is_free = price.amount.is_some_and(|amount| amount.micros <= 0) || price.reason == Reason::FreeBook;
    budget_state(month_to_date, cap) == Budget::Ask && !is_free
}
