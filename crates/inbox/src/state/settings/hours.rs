//! Opening hours as a shop owner writes them: per day, from and until. The wire's form is minutes after a day's
//! midnight, possibly past the next one; only this file knows both.

use pronto_protocol::model::{DayException, DaySpan, OpenSpan, OpeningHours};

use super::day;

const DAY: u16 = 24 * 60;
/// Longest name of a day that differs, in characters.
pub const DAY_NAME_MAX: usize = 80;

/// One span of a day, in minutes after midnight; a side is absent while it is being written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Span {
    /// Opens.
    pub from: Option<u16>,
    /// Closes; at or before `from` it means the next day.
    pub to: Option<u16>,
}

/// What the opening hours' editor holds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Hours {
    /// Whether there are hours at all; otherwise the site counts as always open.
    pub limited: bool,
    /// IANA zone.
    pub time_zone: String,
    /// Monday to Sunday; no span means closed.
    pub days: [Vec<Span>; 7],
    /// Days that differ, in the order they are shown.
    pub exceptions: Vec<Exception>,
}

/// A day that differs from the week.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Exception {
    /// `YYYY-MM-DD`; empty while it is being written.
    pub date: String,
    /// What the owner calls it.
    pub name: String,
    /// No span means closed.
    pub spans: Vec<Span>,
}

/// Whose spans are meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Of {
    /// A weekday's (0 = Monday).
    Week(usize),
    /// Those of a day that differs, by its place.
    Exception(usize),
}

/// Why hours cannot be saved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HoursProblem {
    /// A time is missing.
    Missing(Of),
    /// Two spans overlap.
    Overlap(Of),
    /// The day that differs at this place has no date.
    NoDate(usize),
    /// It has the date of one before it.
    Twice(usize),
    /// Its name is too long.
    DayName(usize),
    /// No time zone.
    NoZone,
}

impl Span {
    /// Whether it runs past midnight.
    #[must_use]
    pub fn is_overnight(self) -> bool {
        matches!((self.from, self.to), (Some(from), Some(to)) if to <= from && to > 0)
    }

    fn end(self) -> Option<(u16, u16)> {
        let (from, to) = (self.from?, self.to?);
        Some((from, if to <= from { to + DAY } else { to }))
    }
}

impl Hours {
    /// The editor's form of what the server keeps.
    #[must_use]
    pub fn of(hours: Option<&OpeningHours>, own_zone: &str) -> Self {
        let Some(hours) = hours else {
            return Self { time_zone: own_zone.to_owned(), ..Self::default() };
        };
        let exceptions = hours.exceptions.iter().map(|day| Exception {
            date: day.date.clone(),
            name: day.name.clone(),
            spans: day.spans.iter().map(|span| written(span.from, span.to.min(span.from + DAY))).collect(),
        });
        let mut editor = Self {
            limited: true,
            time_zone: hours.time_zone.clone(),
            days: Default::default(),
            exceptions: exceptions.collect(),
        };
        for span in &hours.spans {
            editor.put(usize::from(span.weekday.wrapping_sub(1)), span.from, span.to);
        }
        editor
    }

    /// Puts a span of the wire on its day. One of more than 24 hours goes on as the next day's.
    fn put(&mut self, place: usize, from: u16, to: u16) {
        let end = to.min(from + DAY);
        if let Some(day) = self.days.get_mut(place) {
            day.push(written(from, end));
        }
        if let Some(day) = self.days.get_mut((place + 1) % 7).filter(|_| to > end) {
            day.push(written(end - DAY, to - DAY));
        }
    }

    /// The spans of a day.
    #[must_use]
    pub fn spans_mut(&mut self, of: Of) -> Option<&mut Vec<Span>> {
        match of {
            Of::Week(place) => self.days.get_mut(place),
            Of::Exception(place) => self.exceptions.get_mut(place).map(|day| &mut day.spans),
        }
    }

    /// A shop's usual week, offered when hours are first switched on.
    pub fn suggest(&mut self) {
        if self.days.iter().all(Vec::is_empty) {
            for day in self.days.iter_mut().take(5) {
                day.push(Span { from: Some(9 * 60), to: Some(18 * 60) });
            }
        }
    }

    /// What the server keeps; absent means always open.
    ///
    /// # Errors
    /// [`HoursProblem`] where a person has to look first.
    pub fn finish(&self) -> Result<Option<OpeningHours>, HoursProblem> {
        if !self.limited {
            return Ok(None);
        }
        if self.time_zone.trim().is_empty() {
            return Err(HoursProblem::NoZone);
        }
        let mut spans = Vec::new();
        for (place, weekday) in (0..7).zip(1_u8..) {
            let day = self.days.get(place).map_or(&[][..], Vec::as_slice);
            for (from, to) in sorted(day, Of::Week(place))? {
                spans.push(OpenSpan { weekday, from, to });
            }
        }
        let exceptions = self.finish_exceptions()?;
        Ok(Some(OpeningHours { time_zone: self.time_zone.trim().to_owned(), spans, exceptions }))
    }

    fn finish_exceptions(&self) -> Result<Vec<DayException>, HoursProblem> {
        let mut days: Vec<DayException> = Vec::with_capacity(self.exceptions.len());
        for (place, day) in self.exceptions.iter().enumerate() {
            if day::parse(&day.date).is_none() {
                return Err(HoursProblem::NoDate(place));
            }
            if days.iter().any(|before| before.date == day.date) {
                return Err(HoursProblem::Twice(place));
            }
            let name = day.name.trim();
            if name.chars().count() > DAY_NAME_MAX {
                return Err(HoursProblem::DayName(place));
            }
            let spans = sorted(&day.spans, Of::Exception(place))?;
            days.push(DayException {
                date: day.date.clone(),
                name: name.to_owned(),
                spans: spans.into_iter().map(|(from, to)| DaySpan { from, to }).collect(),
            });
        }
        days.sort_by(|a, b| a.date.cmp(&b.date));
        Ok(days)
    }
}

/// A span as it is written: a closing at or past the next midnight loses its day.
const fn written(from: u16, to: u16) -> Span {
    Span { from: Some(from), to: Some(to % DAY) }
}

fn sorted(day: &[Span], of: Of) -> Result<Vec<(u16, u16)>, HoursProblem> {
    let ends = day.iter().map(|span| span.end().ok_or(HoursProblem::Missing(of)));
    let mut spans = ends.collect::<Result<Vec<_>, _>>()?;
    spans.sort_unstable();
    let overlaps = spans.iter().zip(spans.iter().skip(1)).any(|(a, b)| b.0 < a.1);
    if overlaps { Err(HoursProblem::Overlap(of)) } else { Ok(spans) }
}

/// The minutes that `HH:MM` names.
#[must_use]
pub fn parse_time(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes) = (hours.parse::<u16>().ok()?, minutes.get(..2)?.parse::<u16>().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// `HH:MM` of the minutes after midnight; empty where there are none.
#[must_use]
pub fn write_time(minutes: Option<u16>) -> String {
    minutes.map_or_else(String::new, |minutes| format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60))
}
