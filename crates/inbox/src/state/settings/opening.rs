//! What opening hours amount to at this moment, by the wall clock of their zone: open until when, or closed until when.
//! Clock changes shift the wall clock, not what the hours say by it.

use pronto_protocol::model::OpeningHours;

use super::day;

/// Minutes of a day.
const DAY: i64 = 24 * 60;
/// How many days are looked ahead: longer than any holiday a shop would come back from.
const AHEAD: i64 = 400;

/// The wall clock in the zone of the hours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wall {
    /// The day, counted as [`day::parse`] does.
    pub day: i64,
    /// Minutes after its midnight.
    pub minutes: i64,
}

/// What holds now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opening {
    /// Open; closes then.
    OpenUntil(Wall),
    /// Closed; opens then.
    ClosedUntil(Wall),
    /// Open at all times.
    Always,
    /// Open at no time.
    Never,
}

/// What the hours say at `now`.
#[must_use]
pub fn opening(hours: &OpeningHours, now: Wall) -> Opening {
    let now_at = now.day * DAY + now.minutes;
    let last = (now.day + AHEAD) * DAY;
    let mut open_until = None;
    // A span of yesterday may run into today.
    for day in now.day - 1..now.day + AHEAD {
        for (from, to) in spans(hours, day) {
            let (from, to) = (day * DAY + from, day * DAY + to);
            match open_until {
                _ if to <= now_at => {}
                None if from <= now_at => open_until = Some(to),
                None => return Opening::ClosedUntil(wall(from)),
                Some(until) if from <= until => open_until = Some(to.max(until)),
                Some(until) => return Opening::OpenUntil(wall(until)),
            }
        }
    }
    match open_until {
        Some(until) if until < last => Opening::OpenUntil(wall(until)),
        Some(_) => Opening::Always,
        None => Opening::Never,
    }
}

/// What begins on a day, in order: its own hours where it differs from the week.
fn spans(hours: &OpeningHours, count: i64) -> Vec<(i64, i64)> {
    let date = day::write(count);
    let minutes = |from: u16, to: u16| (i64::from(from), i64::from(to));
    let mut spans: Vec<_> = match hours.exceptions.iter().find(|exception| exception.date == date) {
        Some(exception) => exception.spans.iter().map(|span| minutes(span.from, span.to)).collect(),
        None => {
            let weekday = day::weekday(count);
            let today = hours.spans.iter().filter(|span| span.weekday == weekday);
            today.map(|span| minutes(span.from, span.to)).collect()
        }
    };
    spans.sort_unstable();
    spans
}

const fn wall(at: i64) -> Wall {
    Wall { day: at.div_euclid(DAY), minutes: at.rem_euclid(DAY) }
}
