//! The reports' page: asking for a report, and what comes of it.

use pronto_protocol::id::SiteKey;
use pronto_protocol::model::report::Report;

use super::enter::sentence;
use super::request::{Failed, Request};
use super::{Effect, Target, announce, call};
use crate::state::list::Loading;
use crate::state::report::ReportPage;
use crate::state::{Route, State};

/// Asks for the report of the site before the agent. What was measured before stays until then.
pub(super) fn ask(state: &mut State) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    inside.report.loading = Loading::Busy;
    let site = inside.site.clone();
    vec![call(state, Request::Report(site))]
}

pub(super) fn came(state: &mut State, site: &SiteKey, report: Box<Report>) -> Vec<Effect> {
    let words = state.words();
    let Some(inside) = state.inside_mut().filter(|inside| inside.site == *site) else { return Vec::new() };
    let again = inside.report.report.is_some();
    inside.report = ReportPage { report: Some(report), loading: Loading::Idle, problem: None };
    if again && state.route == Route::Reports {
        announce(state, words.measured.to_owned());
    }
    Vec::new()
}

pub(super) fn failed(state: &mut State, site: &SiteKey, failed: &Failed) -> Vec<Effect> {
    let sentence = sentence(state.words(), failed);
    let here = state.route == Route::Reports;
    let Some(inside) = state.inside_mut().filter(|inside| inside.site == *site) else { return Vec::new() };
    inside.report.loading = Loading::Failed;
    inside.report.problem = Some(sentence);
    if here { vec![Effect::Focus(Target::Problem)] } else { Vec::new() }
}
