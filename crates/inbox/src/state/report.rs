//! The reports' page: what the server measured, and whether it is measured anew. What the pictures look like lives beside.

pub mod chart;
pub mod columns;
pub mod costs;
pub mod curve;
pub mod others;
pub mod span;
pub mod trend;
pub mod week;

use pronto_protocol::model::report::{Report, ReportWeek};

use super::list::Loading;

/// The report of the site that an agent looks at.
#[derive(Default)]
pub struct ReportPage {
    /// The last one that came; absent until one did.
    pub report: Option<Box<Report>>,
    /// How far the next one is.
    pub loading: Loading,
    /// Why the last one did not come, as a sentence.
    pub problem: Option<String>,
}

/// Whether nobody has asked anything within all that the report tells of.
#[must_use]
pub fn is_empty(report: &Report) -> bool {
    report.document.counts.is_empty()
        && report.weeks.iter().all(|week| week.questions == 0)
        && report.months.iter().all(|month| month.totals.is_empty() && month.unknown == 0)
}

/// A picture of weeks has at least so many.
const WEEKS_LEAST: usize = 4;

/// The weeks from the first in which somebody asked.
#[must_use]
pub fn begun(weeks: &[ReportWeek]) -> &[ReportWeek] {
    let is_bare =
        |week: &&ReportWeek| week.questions == 0 && week.promises.kept == 0 && week.promises.missed == 0;
    let bare = weeks.iter().take_while(is_bare).count();
    weeks.get(bare.min(weeks.len().saturating_sub(WEEKS_LEAST))..).unwrap_or_default()
}
