//! Weekly opening hours in a zone with its clock changes: open now, and until when. Holidays and exceptions do not live
//! here, and no sentence is worded here.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// The most spans a week may have: ten a day.
pub const MAX_SPANS: usize = 70;

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

/// Weekly opening hours that were checked: every span can be, and the zone is known.
#[derive(Clone, Debug)]
pub struct Hours {
    zone: TimeZone,
    spans: Vec<OpenSpan>,
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
    /// The hours in `spans` by the wall clock of `zone`, an IANA name. Spans may overlap, touch and come in any order; no
    /// span at all means never open.
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
        Ok(Self { zone, spans })
    }

    /// Whether it is open at `now`, and when that changes.
    ///
    /// An hour that the clock repeats in autumn belongs to a span that reaches into it both times; of an hour that it
    /// leaves out in spring nothing is open, and what would begin or end in it does so at the jump.
    #[must_use]
    pub fn state(&self, now: i64) -> State {
        let now = now.clamp(FIRST_MS, LAST_MS);
        let openings = self.around(now);
        let current = openings.iter().find(|(from, to)| (*from..*to).contains(&now));
        if let Some(&(_, to)) = current {
            return State { open: true, changes_at: (to - now < AHEAD_MS).then_some(to) };
        }
        let next = openings.iter().find(|(from, _)| *from > now);
        State { open: false, changes_at: next.map(|&(from, _)| from) }
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

    /// The date that the zone's calendar shows at an instant.
    fn day(&self, at: i64) -> Option<Date> {
        Some(self.zone.to_datetime(Timestamp::from_millisecond(at).ok()?).date())
    }

    /// The stretches of time around `now` in which it is open.
    fn around(&self, now: i64) -> Vec<(i64, i64)> {
        let Some(today) = self.day(now) else { return Vec::new() };
        self.merged((-DAYS_BACK..=DAYS_AHEAD).filter_map(|days| today.checked_add(days.days()).ok()))
    }

    /// The stretches in which it is open that begin on these days, in order, those that touch made one.
    fn merged(&self, days: impl Iterator<Item = Date>) -> Vec<(i64, i64)> {
        let mut openings: Vec<(i64, i64)> =
            days.flat_map(|day| self.spans.iter().filter_map(move |span| self.opening(day, span))).collect();
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

    /// When `span` is open if it begins on `day`; `None` on other weekdays, and where a clock change leaves nothing of it.
    fn opening(&self, day: Date, span: &OpenSpan) -> Option<(i64, i64)> {
        if day.weekday().to_monday_one_offset() != i8::try_from(span.weekday).ok()? {
            return None;
        }
        let from = self.instant(day, span.from, Repeated::First)?;
        let to = self.instant(day, span.to, Repeated::Second)?;
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
/// How far [`Hours::openings`] walks: three years.
const WALKED_MS: i64 = 3 * 366 * DAY_MS;
const DAY_MS: i64 = 24 * 3_600_000;
/// Open for longer than this from now on means that it never closes.
const AHEAD_MS: i64 = 15 * 24 * 3_600_000;
/// The years 1 and 9000: instants outside are taken for these, so that no input overruns the calendar.
const FIRST_MS: i64 = -62_135_596_800_000;
const LAST_MS: i64 = 221_845_392_000_000;

fn can_be(span: &OpenSpan) -> bool {
    (1..=7).contains(&span.weekday)
        && span.from < DAY_MINUTES
        && span.from < span.to
        && span.to < 2 * DAY_MINUTES
}
