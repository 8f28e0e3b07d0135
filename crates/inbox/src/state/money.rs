//! What answers cost: what the month has cost so far, the budget, the statement that is open. What one message costs now
//! is in [`terms`], how an amount is written in [`amount`].

pub mod amount;
pub mod terms;

use pronto_protocol::id::Millis;
use pronto_protocol::model::cost::{BookSummary, Costs, Money, Statement};

use super::list::Loading;

/// How often the costs are asked for when nothing else gives a reason to.
const EVERY_MS: i64 = 5 * 60_000;
/// How soon after something that may have cost: what follows at once is asked for together with it.
const SOON_MS: i64 = 1_000;
/// From this share of the budget on, in per cent, a person is told.
const WARN_PERCENT: i64 = 80;

/// What is known of a site's costs.
#[derive(Default)]
pub struct Purse {
    costs: Option<Costs>,
    /// Whether the last answer failed: figures that may be old are not shown.
    stale: bool,
    /// When to ask next; nothing before there is a site.
    next_at: Option<Millis>,
}

/// How the month stands against its budget.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Budget<'a> {
    /// The cap.
    pub cap: &'a Money,
    /// What was spent in its currency, in whole per cent of the cap, rounded down; at most 999.
    pub percent: i64,
    /// What that asks for.
    pub level: Level,
}

/// What the state of a budget asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// Nothing.
    Fine,
    /// A word in time.
    Near,
    /// It is used up: each message that costs is asked for.
    Used,
}

impl Purse {
    /// The costs as the server last told them, unless they may be old.
    #[must_use]
    pub fn fresh(&self) -> Option<&Costs> {
        self.costs.as_ref().filter(|_| !self.stale)
    }

    /// The cap, whether the sums are fresh or not.
    #[must_use]
    pub fn cap(&self) -> Option<&Money> {
        self.costs.as_ref()?.budget.as_ref()
    }

    /// The price books that can be chosen; they do not age.
    #[must_use]
    pub fn books(&self) -> &[BookSummary] {
        self.costs.as_ref().map_or(&[], |costs| &costs.books)
    }

    /// Takes the server's answer in.
    pub fn learn(&mut self, costs: Costs) {
        self.costs = Some(costs);
        self.stale = false;
    }

    /// No answer came.
    pub fn failed(&mut self) {
        self.stale = true;
    }

    /// It is asked for at `now`.
    pub fn asked(&mut self, now: Millis) {
        self.next_at = Some(now.plus(EVERY_MS));
    }

    /// Something happened that may have cost.
    pub fn hurry(&mut self, now: Millis) {
        self.next_at = self.next_at.map(|at| at.min(now.plus(SOON_MS)));
    }

    /// When to ask next.
    #[must_use]
    pub fn wake_at(&self) -> Option<Millis> {
        self.next_at
    }

    /// Whether it is time to ask. A clock that went far back does not put it off.
    #[must_use]
    pub fn is_due(&self, now: Millis) -> bool {
        self.next_at.is_some_and(|at| now >= at || at.since(now) > EVERY_MS)
    }
}

/// How the month stands against its budget, where there is one. What was spent in other currencies is not counted.
#[must_use]
pub fn budget(costs: &Costs) -> Option<Budget<'_>> {
    let cap = costs.budget.as_ref()?;
    let spent: i64 = costs
        .month_to_date
        .iter()
        .filter(|sum| sum.currency == cap.currency)
        .fold(0, |all, sum| all.saturating_add(sum.micros));
    let percent = match cap.micros {
        ..=0 => 100,
        micros => i64::try_from(i128::from(spent.max(0)) * 100 / i128::from(micros)).unwrap_or(999).min(999),
    };
    let level = match percent {
        100.. => Level::Used,
        WARN_PERCENT.. => Level::Near,
        _ => Level::Fine,
    };
    Some(Budget { cap, percent, level })
}

/// The statement's screen.
pub struct Sheet {
    /// The month asked for, `YYYY-MM`; absent: the server's present one.
    pub month: Option<String>,
    /// What came.
    pub statement: Option<Statement>,
    /// How far it is.
    pub loading: Loading,
}

impl Sheet {
    /// Before anything came.
    #[must_use]
    pub const fn new(month: Option<String>) -> Self {
        Self { month, statement: None, loading: Loading::Busy }
    }
}

/// The months to choose from, newest first: those with entries, and the one that is shown.
#[must_use]
pub fn months(statement: &Statement) -> Vec<&str> {
    let mut months: Vec<&str> = statement.months.iter().map(String::as_str).collect();
    months.push(&statement.month);
    months.sort_unstable_by(|a, b| b.cmp(a));
    months.dedup();
    months
}

/// A month as an address may carry it: `YYYY-MM`.
#[must_use]
pub fn is_month(text: &str) -> bool {
    let digits = |part: &str, len: usize| part.len() == len && part.bytes().all(|b| b.is_ascii_digit());
    text.split_once('-')
        .is_some_and(|(year, month)| digits(year, 4) && digits(month, 2) && ("01"..="12").contains(&month))
}
