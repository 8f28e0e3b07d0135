//! Waits by week: three lines, the middle one for the half, and whether it falls.

use pronto_protocol::model::report::ReportWeek;

use super::chart::{FULL, Tick, Waits, middle, path, spread};
use super::curve::ENOUGH;

/// Labels less apart than this in height would touch.
const APART: i32 = 950;

/// The picture.
#[derive(Debug)]
pub struct Trend {
    /// The waits up the side; the longest is at the top.
    pub ticks: Vec<Tick>,
    /// For the half, three quarters and nine tenths.
    pub lines: [Line; 3],
}

/// How one share fared.
#[derive(Debug)]
pub struct Line {
    /// In percent.
    pub percent: u8,
    /// From week to week; broken where a week has no figure.
    pub path: String,
    /// Each week's.
    pub dots: Vec<Dot>,
    /// Weeks in which it was not reached although somebody asked.
    pub beyond: Vec<i32>,
    /// The last figure, and where its label stands.
    pub label: Option<Label>,
}

/// A week's figure.
#[derive(Debug, PartialEq, Eq)]
pub struct Dot {
    /// Where it lies.
    pub x: i32,
    /// Where it lies.
    pub y: i32,
    /// Whether it rests on few questions.
    pub thin: bool,
}

/// What stands at the end of a line.
#[derive(Debug, PartialEq, Eq)]
pub struct Label {
    /// The last figure.
    pub wait_s: u32,
    /// Where it stands.
    pub y: i32,
}

/// Whether people wait less.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Clearly less than the week before.
    Faster,
    /// Clearly more.
    Slower,
    /// Neither.
    Same,
}

/// The wait of a share in a week.
#[must_use]
pub fn wait(week: &ReportWeek, percent: u8) -> Option<u32> {
    match percent {
        50 => week.p50_s,
        75 => week.p75_s,
        _ => week.p90_s,
    }
}

/// The picture; none without one figure.
#[must_use]
pub fn trend(weeks: &[ReportWeek]) -> Option<Trend> {
    let scale = Waits::holding(weeks.iter().flat_map(|week| [week.p50_s, week.p75_s, week.p90_s]).flatten())?;
    let mut lines = [50, 75, 90].map(|percent| line(weeks, scale, percent));
    let mut places: Vec<i32> =
        lines.iter().filter_map(|line| line.label.as_ref()).map(|label| label.y).collect();
    spread(&mut places, APART);
    let labels = lines.iter_mut().filter_map(|line| line.label.as_mut());
    labels.zip(places).for_each(|(label, y)| label.y = y);
    let ticks = scale.ticks().into_iter().map(|tick| Tick { at: FULL - tick.at, ..tick }).collect();
    Some(Trend { ticks, lines })
}

fn line(weeks: &[ReportWeek], scale: Waits, percent: u8) -> Line {
    let mut line = Line { percent, path: String::new(), dots: Vec::new(), beyond: Vec::new(), label: None };
    let mut run: Vec<(i32, i32)> = Vec::new();
    for (index, week) in weeks.iter().enumerate() {
        let x = middle(index, weeks.len());
        match wait(week, percent) {
            Some(wait_s) => {
                let y = FULL - scale.at(wait_s);
                run.push((x, y));
                line.dots.push(Dot { x, y, thin: week.questions < ENOUGH });
                line.label = Some(Label { wait_s, y });
            }
            None => {
                line.path.push_str(&path(&run, false));
                run.clear();
                if week.questions > 0 {
                    line.beyond.push(x);
                }
            }
        }
    }
    line.path.push_str(&path(&run, false));
    line
}

/// The last two full weeks' medians, the later one first, and what they say. The week that runs is left out.
#[must_use]
pub fn verdict(weeks: &[ReportWeek]) -> Option<(Verdict, u32, u32)> {
    let mut full = weeks.iter().rev().skip(1);
    let (last, before) = (full.next()?.p50_s?, full.next()?.p50_s?);
    let (a, b) = (u64::from(last), u64::from(before));
    let verdict = match () {
        () if a * 5 <= b * 4 => Verdict::Faster,
        () if a * 4 >= b * 5 => Verdict::Slower,
        () => Verdict::Same,
    };
    Some((verdict, last, before))
}
