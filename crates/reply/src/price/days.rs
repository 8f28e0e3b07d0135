//! Days and months by an account's own calendar. Instants outside the years 1 to 9000 are taken for its ends, so that no
//! input overruns the calendar.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

const FIRST_MS: i64 = -62_135_510_400_000;
const LAST_MS: i64 = 221_845_392_000_000;

/// A calendar: a time zone with its clock changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

/// A month of a calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Month {
    /// For example 2026.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl Month {
    /// Reads `2026-11`; `None` where that is not how a month is written.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) =
            text.split_once('-').filter(|(year, month)| year.len() == 4 && month.len() == 2)?;
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if !digits(year) || !digits(month) {
            return None;
        }
        let (year, month) = (year.parse().ok()?, month.parse().ok()?);
        ((1..=9000).contains(&year) && (1..=12).contains(&month)).then_some(Self { year, month })
    }
}

impl Zone {
    /// The calendar of an IANA zone; `None` when no zone of that name is known.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        Some(Self { name: name.to_owned(), zone: TimeZone::get(name).ok()? })
    }

    /// Its IANA name, as it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The day it shows at an instant.
    #[must_use]
    pub fn day(&self, at: i64) -> Date {
        let at = Timestamp::from_millisecond(at.clamp(FIRST_MS, LAST_MS)).unwrap_or_default();
        self.zone.to_datetime(at).date()
    }

    /// The month it shows at an instant.
    #[must_use]
    pub fn month(&self, at: i64) -> Month {
        let day = self.day(at);
        Month { year: day.year(), month: day.month() }
    }

    /// The first instant of a day, in milliseconds since 1970: midnight, or later where a clock change leaves midnight out.
    #[must_use]
    pub fn starts(&self, day: Date) -> i64 {
        let start = self.zone.to_ambiguous_timestamp(day.at(0, 0, 0, 0));
        let start = match start.offset() {
            jiff::tz::AmbiguousOffset::Gap { .. } => start
                .earlier()
                .ok()
                .and_then(|before| self.zone.following(before).next())
                .map(|jump| jump.timestamp()),
            _ => start.earlier().ok(),
        };
        start.map_or(if day.year() < 1 { FIRST_MS } else { LAST_MS }, Timestamp::as_millisecond)
    }

    /// From when to when a month lasts: its first instant, and the first of the next.
    #[must_use]
    pub fn spans(&self, month: Month) -> (i64, i64) {
        let first = Date::new(month.year, month.month, 1).unwrap_or(Date::MAX);
        let next = first.checked_add(1.month()).unwrap_or(Date::MAX);
        (self.starts(first), self.starts(next))
    }
}

/// Reads `2026-10-01`; `None` for anything else, and for days that no calendar has.
#[must_use]
pub fn day(text: &str) -> Option<Date> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(at, b)| match at {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        });
    text.parse().ok().filter(|_| shape)
}

/// Why stretches of days, each with its first day and the first it no longer covers, do not follow upon each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// It ends before it begins.
    Empty,
    /// It begins while the one before still holds.
    Overlap,
    /// Days lie between it and the one before.
    Gap,
}

/// The first fault of stretches, and the place in `stretches` of the later one that has it. `None`: since ever, or until
/// further notice.
pub(crate) fn fault(stretches: &[(Option<Date>, Option<Date>)]) -> Option<(usize, Fault)> {
    let from = |at: usize| stretches.get(at).and_then(|stretch| stretch.0).unwrap_or(Date::MIN);
    let until = |at: usize| stretches.get(at).and_then(|stretch| stretch.1).unwrap_or(Date::MAX);
    let mut order: Vec<usize> = (0..stretches.len()).collect();
    if let Some(at) = order.iter().find(|at| until(**at) <= from(**at)) {
        return Some((*at, Fault::Empty));
    }
    order.sort_by_key(|at| (from(*at), *at));
    order.windows(2).find_map(|pair| match pair {
        [before, after] if from(*after) < until(*before) => Some((*after, Fault::Overlap)),
        [before, after] if from(*after) > until(*before) => Some((*after, Fault::Gap)),
        _ => None,
    })
}

/// Whether a stretch covers a day.
pub(crate) fn covers(from: Option<Date>, until: Option<Date>, day: Date) -> bool {
    from.is_none_or(|from| from <= day) && until.is_none_or(|until| day < until)
}
