//! The hours of the week: who writes when, and how long they usually wait.

use pronto_protocol::model::report::ReportHour;

use super::chart::{FULL, share};

const DAYS: i32 = 7;
/// From so many questions on an hour's wait says something.
const SOME: u32 = 3;
/// Each begins a darker shade: waits longer than these, in seconds.
const SHADES: [u32; 4] = [5 * 60, 15 * 60, 60 * 60, 4 * 60 * 60];

/// The picture.
#[derive(Debug)]
pub struct Week {
    /// Its first row, an hour of the day.
    pub first: u8,
    /// Its last.
    pub last: u8,
    /// The hours in which somebody wrote.
    pub cells: Vec<Cell>,
    /// The most questions of one hour.
    pub most: u32,
}

/// An hour of the week.
#[derive(Debug)]
pub struct Cell {
    /// What it stands for.
    pub hour: ReportHour,
    /// Its left edge.
    pub x: i32,
    /// Its row.
    pub row: u8,
    /// How long its bar is, of a whole cell's width.
    pub bar: i32,
    /// How dark it is, 0 to 4; none where half got no answer.
    pub shade: Option<usize>,
}

impl Week {
    /// How many rows it has.
    #[must_use]
    pub const fn rows(&self) -> u8 {
        self.last - self.first + 1
    }
}

/// Where a weekday's column begins; 0 is Monday.
#[must_use]
pub fn left(day: u8) -> i32 {
    FULL * i32::from(day) / DAYS
}

fn sound(hours: &[ReportHour]) -> impl Iterator<Item = &ReportHour> {
    hours.iter().filter(|hour| (1..=7).contains(&hour.weekday) && hour.hour < 24 && hour.questions > 0)
}

/// The picture, from the first hour to the last in which somebody wrote; none where nobody did.
#[must_use]
pub fn week(hours: &[ReportHour]) -> Option<Week> {
    let first = sound(hours).map(|hour| hour.hour).min()?;
    let last = sound(hours).map(|hour| hour.hour).max()?;
    let most = sound(hours).map(|hour| hour.questions).max()?;
    let cell = |hour: &ReportHour| Cell {
        hour: *hour,
        x: left(hour.weekday - 1),
        row: hour.hour - first,
        bar: share(hour.questions.into(), most.into()),
        shade: hour.p50_s.map(|p50| SHADES.iter().filter(|step| p50 > **step).count()),
    };
    Some(Week { first, last, cells: sound(hours).map(cell).collect(), most })
}

/// The hour in which most write, and the one with the longest usual wait; a wait without end is the longest.
#[must_use]
pub fn extremes(hours: &[ReportHour]) -> Option<(ReportHour, ReportHour)> {
    let first = |a: &&ReportHour, b: &&ReportHour| (b.weekday, b.hour).cmp(&(a.weekday, a.hour));
    let busiest = sound(hours).max_by(|a, b| a.questions.cmp(&b.questions).then_with(|| first(a, b)))?;
    let least = if busiest.questions >= SOME { SOME } else { 1 };
    let wait = |hour: &ReportHour| hour.p50_s.unwrap_or(u32::MAX);
    let slowest = sound(hours)
        .filter(|hour| hour.questions >= least)
        .max_by(|a, b| wait(a).cmp(&wait(b)).then_with(|| first(a, b)))?;
    Some((*busiest, *slowest))
}
