//! Lengths of time as a person would say them: always rounded up, so that "answered within" stays true.

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;
const DAY: u32 = 24 * HOUR;
const YEAR: u32 = 365 * DAY;

/// What time is counted in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Seconds.
    Second,
    /// Minutes.
    Minute,
    /// Hours.
    Hour,
    /// Days.
    Day,
    /// Years of 365 days.
    Year,
}

/// So many of a unit.
pub type Amount = (u32, Unit);

/// A length of time in one unit, or in two of which the second is not 0.
#[must_use]
pub fn span(seconds: u32) -> (Amount, Option<Amount>) {
    match seconds {
        ..=59 => ((seconds, Unit::Second), None),
        60..=86_340 => two(seconds.div_ceil(MINUTE), 60, Unit::Hour, Unit::Minute),
        86_341..=1_209_600 => two(seconds.div_ceil(HOUR), 24, Unit::Day, Unit::Hour),
        _ => (rough(seconds), None),
    }
}

/// The same in one unit, for where there is little room.
#[must_use]
pub fn rough(seconds: u32) -> Amount {
    match seconds {
        ..=59 => (seconds, Unit::Second),
        60..=3_540 => (seconds.div_ceil(MINUTE), Unit::Minute),
        3_541..=82_800 => (seconds.div_ceil(HOUR), Unit::Hour),
        82_801..=63_072_000 => (seconds.div_ceil(DAY), Unit::Day),
        _ => (seconds.div_ceil(YEAR), Unit::Year),
    }
}

/// `n` of the smaller unit, of which `of` make the larger one.
fn two(n: u32, of: u32, large: Unit, small: Unit) -> (Amount, Option<Amount>) {
    match (n / of, n % of) {
        (0, rest) => ((rest, small), None),
        (whole, 0) => ((whole, large), None),
        (whole, rest) => ((whole, large), Some((rest, small))),
    }
}
