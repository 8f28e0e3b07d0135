//! The reports' page: what the server measured, and whether it is measured anew. What the pictures look like lives beside.

use pronto_protocol::model::report::Report;

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
