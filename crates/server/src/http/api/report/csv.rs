//! The report's tables as CSV (RFC 4180), for a spreadsheet: numbers as numbers, and no cell that one would take for a
//! formula.

use std::fmt::{Display, Write as _};

use pronto_protocol::model::cost::Money;
use pronto_protocol::model::report::Report;
use serde::Deserialize;

/// Which table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The survival curve.
    Curve,
    /// Questions and waits by week.
    Weeks,
    /// Questions and waits by hour of the week.
    Hours,
    /// Promises by week.
    Promises,
    /// Costs by month.
    Months,
    /// How often each score was given.
    Ratings,
}

impl Part {
    /// Its name in the address and in the file's.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Curve => "curve",
            Self::Weeks => "weeks",
            Self::Hours => "hours",
            Self::Promises => "promises",
            Self::Months => "months",
            Self::Ratings => "ratings",
        }
    }
}

/// The table `part` of `report`.
#[must_use]
pub fn write(report: &Report, part: Part) -> String {
    let mut table = Table::default();
    match part {
        Part::Curve => {
            table.row(&[&"wait_s", &"waiting_permille"]);
            report.curve.iter().for_each(|point| table.row(&[&point.wait_s, &point.waiting_permille]));
        }
        Part::Weeks => {
            table.row(&[&"monday", &"questions", &"unanswered", &"p50_s", &"p75_s", &"p90_s"]);
            for week in &report.weeks {
                let [p50, p75, p90] = [week.p50_s, week.p75_s, week.p90_s].map(known);
                table.row(&[&week.monday, &week.questions, &week.unanswered, &p50, &p75, &p90]);
            }
        }
        Part::Hours => {
            table.row(&[&"weekday", &"hour", &"questions", &"p50_s"]);
            for hour in &report.hours {
                table.row(&[&hour.weekday, &hour.hour, &hour.questions, &known(hour.p50_s)]);
            }
        }
        Part::Promises => {
            table.row(&[&"monday", &"kept", &"missed"]);
            for week in &report.weeks {
                table.row(&[&week.monday, &week.promises.kept, &week.promises.missed]);
            }
        }
        Part::Ratings => {
            table.row(&[&"score", &"ratings"]);
            for (score, count) in (1..).zip(report.ratings) {
                table.row(&[&score, &count]);
            }
        }
        Part::Months => {
            table.row(&[&"month", &"currency", &"total", &"late", &"unknown"]);
            for month in &report.months {
                for total in &month.totals {
                    let late = month.late.iter().find(|late| late.currency == total.currency);
                    let late = late.map_or_else(|| "0".to_owned(), amount);
                    table.row(&[&month.month, &total.currency, &amount(total), &late, &month.unknown]);
                }
                if month.totals.is_empty() {
                    table.row(&[&month.month, &"", &"", &"", &month.unknown]);
                }
            }
        }
    }
    table.finish()
}

fn known(value: Option<u32>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// An amount in whole units with all its digits, for example `0.045`.
#[must_use]
pub fn amount(money: &Money) -> String {
    let (sign, micros) = (if money.micros < 0 { "-" } else { "" }, money.micros.unsigned_abs());
    let text = format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A table as it is written, row by row.
#[derive(Default)]
pub struct Table(String);

impl Table {
    /// Adds a row.
    pub fn row(&mut self, cells: &[&dyn Display]) {
        for (place, value) in cells.iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
            // Writing to a string cannot fail.
            let _ = write!(self.0, "{comma}{}", cell(&value.to_string()));
        }
        self.0.push_str("\r\n");
    }

    /// Its text.
    #[must_use]
    pub fn finish(self) -> String {
        self.0
    }
}

fn cell(text: &str) -> String {
    let is_number = text.parse::<f64>().is_ok();
    let is_formula = !is_number && text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        let cases = [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+39", "+39"),
            ("-0.045", "-0.045"),
            ("-2+3", "'-2+3"),
            ("\t=1", "'\t=1"),
            ("a,b", "\"a,b\""),
            ("=\"x\"", "\"'=\"\"x\"\"\""),
            ("2026-11-23", "2026-11-23"),
        ];
        for (text, expected) in cases {
            assert_eq!(cell(text), expected, "{text}");
        }
    }

    #[test]
    fn amounts_keep_all_their_digits() {
        let of = |micros| amount(&Money { micros, currency: "EUR".to_owned() });
        assert_eq!(
            [45_000, 0, 1_000_000, -1, i64::MIN].map(of),
            ["0.045", "0", "1", "-0.000001", "-9223372036854.775808"]
        );
    }
}
