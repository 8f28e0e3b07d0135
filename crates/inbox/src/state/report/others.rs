//! The same conversations as others would count them, beside our own figure on one scale.

use pronto_protocol::model::report::{OtherDefinitions, Report};

use super::chart::{Tick, Waits};
use super::curve::{ENOUGH, quantile, sample};

/// Below so many conversations Intercom shows no median.
pub const MEDIAN_ENOUGH: u32 = 5;

/// Who counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Who {
    /// We do: the half, those without an answer still waiting.
    Pronto,
    /// Facebook: the mean of the fastest nine tenths of the answered.
    Badge,
    /// Intercom: the median of the answered, by the opening hours.
    Median,
}

/// The picture.
#[derive(Debug)]
pub struct Others {
    /// The waits along the bottom.
    pub ticks: Vec<Tick>,
    /// Each with its figure and where that lies, if there is one.
    pub rows: [(Who, Option<(u32, i32)>); 3],
}

/// What each would say, in seconds.
#[must_use]
pub fn figures(report: &Report) -> [(Who, Option<u32>); 3] {
    let ours = quantile(&report.curve, 50).filter(|_| sample(report) >= ENOUGH);
    let median =
        |others: &OtherDefinitions| others.median_open_s.filter(|_| others.median_sample >= MEDIAN_ENOUGH);
    [(Who::Pronto, ours), (Who::Badge, report.others.badge_time_s), (Who::Median, median(&report.others))]
}

/// The picture; none where nobody would say anything.
#[must_use]
pub fn others(report: &Report) -> Option<Others> {
    let figures = figures(report);
    let scale = Waits::holding(figures.iter().filter_map(|(_, figure)| *figure))?;
    let rows = figures.map(|(who, figure)| (who, figure.map(|seconds| (seconds, scale.at(seconds)))));
    Some(Others { ticks: scale.ticks(), rows })
}
