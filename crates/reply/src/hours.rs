//! Opening hours in a zone with its clock changes: the week's spans, and days that differ; open now, and until when. No
//! sentence for visitors is worded here.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// The most spans a week may have: ten a day.
pub const MAX_SPANS: usize = 70;
/// The most spans a day that differs may have.
pub const MAX_DAY_SPANS: usize = 10;
/// The most days that may differ from the week: a year of them.
pub const MAX_EXCEPTIONS: usize = 366;

const DAY_MINUTES: u16 = 24 * 60;

/// One span of opening hours, by the wall clock of the business's zone. Its shape is that of the wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OpenSpan {
    /// 1 = Monday … 7 = Sunday (ISO 8601): the day it begins on.
    pub weekday: u8,
    /// Minutes after that day's midnight, 0 to 1439; open from the start of this minute.
    pub from: u16,
    /// Minutes after the same midnight, above `from`, up to 2879; closed from the start of this minute. Above 1440 the
    /// span runs past midnight.
    pub to: u16,
}

/// A day that differs from the week: a holiday, or other hours.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DayException {
    /// `YYYY-MM-DD` by the calendar of the business's zone. What begins on this day by the week's rule does not; what
    /// began the day before still ends when it ends.
    pub date: String,
    /// What begins on that day instead; none means that nothing does.
    pub spans: Vec<DaySpan>,
}

/// A span of a day that differs, in minutes after its midnight; as in [`OpenSpan`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DaySpan {
    /// 0 to 1439.
    pub from: u16,
    /// Above `from`, up to 2879.
    pub to: u16,
}

/// Opening hours that were checked: every span can be, every date is one, and the zone is known.
#[derive(Clone, Debug)]
pub struct Hours {
    zone: TimeZone,
    spans: Vec<OpenSpan>,
    exceptions: BTreeMap<Date, Vec<DaySpan>>,
}

/// Why hours cannot be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BadHours {
    /// No zone of that name is known.
    UnknownZone,
    /// The span at this place (from 0) has a weekday outside 1 to 7, or minutes outside their range or order.
    BadSpan(usize),
    /// More than [`MAX_SPANS`].
    TooMany,
    /// The date of the exception at this place (from 0) is not written as `2026-12-25`, or there is no such day.
    BadDate(usize),
    /// The exception of this day does not come after the one before it in the list; each day may be there once.
    OutOfOrder(Date),
    /// A span of this day has minutes outside their range or order, or there are more than [`MAX_DAY_SPANS`].
    BadDay(Date),
    /// More than [`MAX_EXCEPTIONS`].
    TooManyExceptions,
}

impl fmt::Display for BadHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownZone => f.write_str("the time zone is not a known IANA name such as Europe/Rome"),
            Self::BadSpan(at) => write!(
                f,
                "opening span {} must have a weekday from 1 to 7, begin before midnight and end after it begins, at the latest at the end of the next day",
                at + 1
            ),
            Self::TooMany => write!(f, "a week has at most {MAX_SPANS} opening spans"),
            Self::BadDate(at) => {
                write!(f, "the date of exception {} must be a day written as 2026-12-25", at + 1)
            }
            Self::OutOfOrder(date) => {
                write!(f, "the exception of {date} must come after the one before it, and each day once")
            }
            Self::BadDay(date) => write!(
                f,
                "each opening span on {date} must begin before midnight and end after it begins, at the latest at the end of the next day, and a day has at most {MAX_DAY_SPANS}"
            ),
            Self::TooManyExceptions => write!(f, "at most {MAX_EXCEPTIONS} days may differ from the week"),
        }
    }
}

impl std::error::Error for BadHours {}

/// Whether it is open at an instant, and when that changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct State {
    /// Open at that instant.
    pub open: bool,
    /// The first instant after it at which `open` is the other way round, in milliseconds since 1970; `None` when it
    /// never is.
    pub changes_at: Option<i64>,
}

impl Hours {
    /// The hours in `spans` by the wall clock of `zone`, an IANA name, every week alike. Spans may overlap, touch and come
    /// in any order; no span at all means never open.
    ///
    /// # Errors
    /// [`BadHours`] when the zone is unknown, a span cannot be, or there are too many.
    pub fn new(zone: &str, spans: Vec<OpenSpan>) -> Result<Self, BadHours> {
        if spans.len() > MAX_SPANS {
            return Err(BadHours::TooMany);
        }
        if let Some(at) = spans.iter().position(|span| !can_be(span)) {
            return Err(BadHours::BadSpan(at));
        }
        let zone = TimeZone::get(zone).map_err(|_| BadHours::UnknownZone)?;
        Ok(Self { zone, spans, exceptions: BTreeMap::new() })
    }

    /// These hours but for some days, which come in order, each once. It replaces the days that differed before.
    ///
    /// # Errors
    /// [`BadHours`] when a date or a span of a day cannot be, the days are out of order, or there are too many.
    pub fn with_exceptions(mut self, days: &[DayException]) -> Result<Self, BadHours> {
        if days.len() > MAX_EXCEPTIONS {
            return Err(BadHours::TooManyExceptions);
        }
        self.exceptions.clear();
        for (at, day) in days.iter().enumerate() {
            let date = crate::price::days::day(&day.date).ok_or(BadHours::BadDate(at))?;
            if self.exceptions.last_key_value().is_some_and(|(before, _)| *before >= date) {
                return Err(BadHours::OutOfOrder(date));
            }
            let fit = |span: &DaySpan| minutes_can_be(span.from, span.to);
            if day.spans.len() > MAX_DAY_SPANS || !day.spans.iter().all(fit) {
                return Err(BadHours::BadDay(date));
            }
            self.exceptions.insert(date, day.spans.clone());
        }
        Ok(self)
    }

    /// Whether it is open at `now`, and when that changes; what changes more than three years later never does.
    ///
    /// An hour that the clock repeats in autumn belongs to a span that reaches into it both times; of an hour that it
    /// leaves out in spring nothing is open, and what would begin or end in it does so at the jump.
    #[must_use]
    pub fn state(&self, now: i64) -> State {
        let now = now.clamp(FIRST_MS, LAST_MS);
        let Some(today) = self.day(now) else { return State { open: false, changes_at: None } };
        // Beyond the last day that differs the weeks are alike: who has not changed by then never does.
        let differ = self.exceptions.last_key_value().and_then(|(last, _)| today.until(*last).ok());
        let last = differ.map_or(0, |span| span.get_days()).clamp(0, WALKED_DAYS) + DAYS_AHEAD;
        let mut ahead = DAYS_AHEAD;
        loop {
            let (open, changes_at) = self.look(now, today, ahead);
            if changes_at.is_some() || ahead >= last {
                return State { open, changes_at };
            }
            ahead = last.min(ahead * 4);
        }
    }

    /// Whether it is open at `now`, and when that changes as far as the openings tell that begin until so many days after
    /// `today`.
    fn look(&self, now: i64, today: Date, ahead: i32) -> (bool, Option<i64>) {
        let openings = self.around(today, ahead);
        let current = openings.iter().find(|(from, to)| (*from..*to).contains(&now));
        if let Some(&(_, to)) = current {
            // What reaches so far may go on behind the last day that was looked at.
            return (true, (to - now < (i64::from(ahead) - 1) * DAY_MS).then_some(to));
        }
        let next = openings.iter().find(|(from, _)| *from > now);
        (false, next.map(|&(from, _)| from))
    }

    /// The stretches of time between two instants in which it is open, in order, those that touch made one, and cut where
    /// they reach beyond. One walk over the days between, three years of them at most.
    #[must_use]
    pub fn openings(&self, from: i64, to: i64) -> Vec<(i64, i64)> {
        let from = from.clamp(FIRST_MS, LAST_MS);
        let to = to.clamp(from, LAST_MS).min(from.saturating_add(WALKED_MS));
        let (Some(first), Some(last)) = (self.day(from), self.day(to)) else { return Vec::new() };
        let days = i32::try_from((to - from) / DAY_MS).unwrap_or(0) + DAYS_BACK + 2;
        let first = first.checked_sub(DAYS_BACK.days()).unwrap_or(first);
        let all = self.merged(
            (0..=days).filter_map(|n| first.checked_add(n.days()).ok()).take_while(|day| *day <= last),
        );
        let cut = |(begin, end): (i64, i64)| (begin.max(from), end.min(to));
        all.into_iter().map(cut).filter(|(begin, end)| begin < end).collect()
    }

    /// How far the zone's clock is ahead of UTC at an instant, in milliseconds.
    pub(crate) fn offset_ms(&self, at: i64) -> i64 {
        let at = Timestamp::from_millisecond(at.clamp(FIRST_MS, LAST_MS));
        at.map_or(0, |at| i64::from(self.zone.to_offset(at).seconds()) * 1000)
    }

    /// The date that the zone's calendar shows at an instant.
    fn day(&self, at: i64) -> Option<Date> {
        Some(self.zone.to_datetime(Timestamp::from_millisecond(at).ok()?).date())
    }

    /// The stretches of time around `today` in which it is open.
    fn around(&self, today: Date, ahead: i32) -> Vec<(i64, i64)> {
        self.merged((-DAYS_BACK..=ahead).filter_map(|days| today.checked_add(days.days()).ok()))
    }

    /// The stretches in which it is open that begin on these days, in order, those that touch made one.
    fn merged(&self, days: impl Iterator<Item = Date>) -> Vec<(i64, i64)> {
        let mut openings = Vec::new();
        for day in days {
            match self.exceptions.get(&day) {
                Some(spans) => {
                    openings.extend(spans.iter().filter_map(|span| self.opening(day, span.from, span.to)));
                }
                None => {
                    let weekday = day.weekday().to_monday_one_offset();
                    let spans = self.spans.iter().filter(|span| i8::try_from(span.weekday) == Ok(weekday));
                    openings.extend(spans.filter_map(|span| self.opening(day, span.from, span.to)));
                }
            }
        }
        openings.sort_unstable();
        openings.dedup_by(|next, kept| {
            let touches = next.0 <= kept.1;
            if touches {
                kept.1 = kept.1.max(next.1);
            }
            touches
        });
        openings
    }

    /// When a span of these minutes is open that begins on `day`; `None` where a clock change leaves nothing of it.
    fn opening(&self, day: Date, from: u16, to: u16) -> Option<(i64, i64)> {
        let from = self.instant(day, from, Repeated::First)?;
        let to = self.instant(day, to, Repeated::Second)?;
        (from < to).then_some((from, to))
    }

    /// The instant at which the zone's clock shows `minutes` after the midnight that `day` begins with.
    fn instant(&self, day: Date, minutes: u16, repeated: Repeated) -> Option<i64> {
        let (days, minutes) = (minutes / DAY_MINUTES, minutes % DAY_MINUTES);
        let day = day.checked_add(i32::from(days).days()).ok()?;
        let (hour, minute) = (i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?);
        let ambiguous = self.zone.to_ambiguous_timestamp(day.at(hour, minute, 0, 0));
        let instant = match ambiguous.offset() {
            AmbiguousOffset::Gap { .. } => {
                let before = ambiguous.earlier().ok()?;
                self.zone.following(before).next()?.timestamp()
            }
            _ if repeated == Repeated::First => ambiguous.earlier().ok()?,
            _ => ambiguous.later().ok()?,
        };
        Some(instant.as_millisecond())
    }
}

/// Which of two equal readings of the wall clock is meant when an hour is repeated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeated {
    First,
    Second,
}

/// A span begins up to two days before the instants it covers.
const DAYS_BACK: i32 = 2;
/// Two weeks and some: a clock change can swallow a week's only opening, or its only closing.
const DAYS_AHEAD: i32 = 16;
/// How far anything is looked for: three years.
const WALKED_DAYS: i32 = 3 * 366;
const WALKED_MS: i64 = WALKED_DAYS as i64 * DAY_MS;
const DAY_MS: i64 = 24 * 3_600_000;
/// The years 1 and 9000: instants outside are taken for these, so that no input overruns the calendar.
const FIRST_MS: i64 = -62_135_596_800_000;
const LAST_MS: i64 = 221_845_392_000_000;

fn can_be(span: &OpenSpan) -> bool {
    (1..=7).contains(&span.weekday) && minutes_can_be(span.from, span.to)
}

const fn minutes_can_be(from: u16, to: u16) -> bool {
    from < DAY_MINUTES && from < to && to < 2 * DAY_MINUTES
}
