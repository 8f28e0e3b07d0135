//! Opening hours as a shop owner writes them: per day, from and until. The wire's form is minutes after a day's
//! midnight, possibly past the next one; only this file knows both.

use pronto_protocol::model::{DayException, OpenSpan, OpeningHours};

const DAY: u16 = 24 * 60;

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
    /// Days that differ.
    pub exceptions: Vec<DayException>,
}

/// Why hours cannot be saved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HoursProblem {
    /// A time is missing on this day (0 = Monday).
    Missing(usize),
    /// Two spans of this day overlap.
    Overlap(usize),
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
        let mut editor = Self {
            limited: true,
            time_zone: hours.time_zone.clone(),
            days: Default::default(),
            exceptions: hours.exceptions.clone(),
        };
        for span in &hours.spans {
            let place = usize::from(span.weekday.wrapping_sub(1));
            if let Some(day) = editor.days.get_mut(place) {
                day.push(Span { from: Some(span.from), to: Some(span.to % DAY) });
            }
        }
        editor
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
            for (from, to) in self.sorted(place)? {
                spans.push(OpenSpan { weekday, from, to });
            }
        }
        Ok(Some(OpeningHours {
            time_zone: self.time_zone.trim().to_owned(),
            spans,
            exceptions: self.exceptions.clone(),
        }))
    }

    fn sorted(&self, place: usize) -> Result<Vec<(u16, u16)>, HoursProblem> {
        let day = self.days.get(place).map_or(&[][..], Vec::as_slice);
        let mut spans = day
            .iter()
            .map(|span| span.end().ok_or(HoursProblem::Missing(place)))
            .collect::<Result<Vec<_>, _>>()?;
        spans.sort_unstable();
        let overlaps = spans.iter().zip(spans.iter().skip(1)).any(|(a, b)| b.0 < a.1);
        if overlaps { Err(HoursProblem::Overlap(place)) } else { Ok(spans) }
    }
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
