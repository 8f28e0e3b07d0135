//! The survival curve: how many still wait after so long.

use pronto_protocol::model::report::{CurvePoint, Report};

use super::chart::{FULL, Tick, Waits, path};

/// Below so many questions there is no figure.
pub const ENOUGH: u32 = 10;
/// Beyond this a label has no room on the right.
const RIGHT_UNTIL: i32 = 5_500;
/// The picture.
#[derive(Debug)]
pub struct Curve {
    /// The curve.
    pub line: String,
    /// What lies below it.
    pub area: String,
    /// The waits along the bottom.
    pub ticks: Vec<Tick>,
    /// Where half, three quarters and nine tenths are answered, as far as they are.
    pub marks: Vec<Mark>,
    /// Who waits at the end.
    pub tail: Option<Tail>,
}

/// A point of the curve that has a name.
#[derive(Debug)]
pub struct Mark {
    /// The share answered, in percent.
    pub percent: u8,
    /// After so many seconds.
    pub wait_s: u32,
    /// Where it lies.
    pub x: i32,
    /// Where it lies.
    pub y: i32,
    /// Whether its label stands above to the right, where the curve never is; else below to the left, where it is neither.
    pub right: bool,
}

/// The level that the curve ends at.
#[derive(Debug)]
pub struct Tail {
    /// So many of a thousand.
    pub permille: u32,
    /// Where it lies.
    pub y: i32,
}

/// How many questions the curve rests on.
#[must_use]
pub fn sample(report: &Report) -> u32 {
    let counts = report.document.counts.iter();
    counts.fold(0, |sum, bin| sum.saturating_add(bin.answered).saturating_add(bin.waiting))
}

/// How many of them have no answer.
#[must_use]
pub fn waiting(report: &Report) -> u32 {
    report.document.counts.iter().fold(0, |sum, bin| sum.saturating_add(bin.waiting))
}

/// The wait within which so many percent are answered; none where the curve does not fall so far.
#[must_use]
pub fn quantile(curve: &[CurvePoint], percent: u8) -> Option<u32> {
    let level = 1_000 - 10 * u32::from(percent.min(100));
    curve.iter().find(|point| point.waiting_permille <= level).map(|point| point.wait_s)
}

/// How many of a thousand still wait after so long.
#[must_use]
pub fn after(curve: &[CurvePoint], seconds: u32) -> u32 {
    curve
        .iter()
        .take_while(|point| point.wait_s <= seconds)
        .last()
        .map_or(1_000, |point| point.waiting_permille)
}

/// Waits a person would ask for, each with how many of a thousand still wait then.
#[must_use]
pub fn table(report: &Report) -> Vec<(u32, u32)> {
    scale(report).map_or_else(Vec::new, |scale| {
        scale.steps().map(|seconds| (seconds, after(&report.curve, seconds))).collect()
    })
}

fn scale(report: &Report) -> Option<Waits> {
    let answered = report.curve.iter().map(|point| point.wait_s).filter(|wait_s| *wait_s > 0);
    // Where nobody was answered, the time that they wait.
    Waits::holding(answered).or_else(|| Waits::holding(report.document.counts.iter().map(|bin| bin.up_to_s)))
}

fn height(permille: u32) -> i32 {
    FULL - 10 * i32::try_from(permille.min(1_000)).unwrap_or(1_000)
}

/// The picture; none without questions.
#[must_use]
pub fn curve(report: &Report) -> Option<Curve> {
    let scale = scale(report)?;
    let mut points = vec![(0, 0)];
    points.extend(
        report
            .curve
            .iter()
            .filter(|point| point.wait_s > 0)
            .map(|p| (scale.at(p.wait_s), height(p.waiting_permille))),
    );
    let end = points.last().map_or(0, |(_, y)| *y);
    points.push((FULL, end));
    let line = path(&points, true);
    let marks: Vec<Mark> =
        [50, 75, 90].into_iter().filter_map(|percent| mark(report, scale, percent)).collect();
    let left = report.curve.last().map_or(1_000, |point| point.waiting_permille);
    let tail = (left > 0).then_some(Tail { permille: left, y: end });
    Some(Curve { area: format!("{line}V{FULL}H0Z"), line, ticks: scale.ticks(), marks, tail })
}

fn mark(report: &Report, scale: Waits, percent: u8) -> Option<Mark> {
    let wait_s = quantile(&report.curve, percent)?;
    let x = scale.at(wait_s);
    Some(Mark { percent, wait_s, x, y: height(1_000 - 10 * u32::from(percent)), right: x <= RIGHT_UNTIL })
}
