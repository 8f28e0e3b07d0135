//! Costs by month: a bar for each month and currency, and how much of it was for being late.

use std::collections::BTreeSet;

use pronto_protocol::model::cost::Money;
use pronto_protocol::model::report::ReportMonth;

use super::chart::share;

/// The bars of one currency.
#[derive(Debug)]
pub struct Currency {
    /// ISO 4217; empty where no price at all is known.
    pub code: String,
    /// Whether it is the first: what has no price has no currency either, and is told of once.
    pub first: bool,
    /// A bar for each month from the first that has something to say, the oldest first.
    pub bars: Vec<Bar>,
}

/// One month.
#[derive(Debug)]
pub struct Bar {
    /// `YYYY-MM`.
    pub month: String,
    /// The sum; none where nothing was charged in this currency.
    pub total: Option<Money>,
    /// Of it, for answers that came late.
    pub late: Option<Money>,
    /// Messages of the month whose price is unknown.
    pub unknown: u32,
    /// How long the bar is.
    pub length: i32,
    /// How long its late part is.
    pub late_length: i32,
}

/// The amount in a currency, if there is one.
fn of<'a>(sums: &'a [Money], code: &str) -> Option<&'a Money> {
    sums.iter().find(|sum| sum.currency == code)
}

/// The pictures, one per currency.
#[must_use]
pub fn costs(months: &[ReportMonth]) -> Vec<Currency> {
    let mut codes: BTreeSet<&str> = months
        .iter()
        .flat_map(|month| month.totals.iter().chain(&month.late))
        .map(|sum| sum.currency.as_str())
        .collect();
    if codes.is_empty() && months.iter().any(|month| month.unknown > 0) {
        codes.insert("");
    }
    codes.into_iter().enumerate().map(|(place, code)| currency(months, code, place == 0)).collect()
}

fn currency(months: &[ReportMonth], code: &str, first: bool) -> Currency {
    let says = |month: &ReportMonth| {
        (first && month.unknown > 0) || of(&month.totals, code).is_some() || of(&month.late, code).is_some()
    };
    let begun = months.iter().position(says).unwrap_or(months.len());
    let months = months.get(begun..).unwrap_or_default();
    let size = |sum: Option<&Money>| sum.map_or(0, |sum| u64::try_from(sum.micros).unwrap_or(0));
    let sizes = |month: &ReportMonth| (size(of(&month.totals, code)), size(of(&month.late, code)));
    let most = months.iter().map(|month| sizes(month).0.max(sizes(month).1)).max().unwrap_or(0);
    let bar = |month: &ReportMonth| {
        let (total, late) = sizes(month);
        Bar {
            month: month.month.clone(),
            total: of(&month.totals, code).cloned(),
            late: of(&month.late, code).cloned(),
            unknown: month.unknown,
            length: share(total, most),
            late_length: share(late, most),
        }
    };
    Currency { code: code.to_owned(), first, bars: months.iter().map(bar).collect() }
}
