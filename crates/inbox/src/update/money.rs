//! What answers cost: when it is asked for, and what comes of the answers. A failure is silent: no figure is shown rather
//! than an old one.

use pronto_protocol::id::SiteKey;
use pronto_protocol::model::cost::{Costs, Statement};

use super::request::Request;
use super::{Effect, call};
use crate::state::State;
use crate::state::list::Loading;
use crate::state::money::Sheet;

/// Asks for the costs of the site one looks at.
pub(super) fn ask(state: &mut State) -> Vec<Effect> {
    let now = state.now;
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    inside.purse.asked(now);
    let site = inside.site.clone();
    vec![call(state, Request::Costs(site))]
}

/// Asks again when it has been long.
pub(super) fn tick(state: &mut State) -> Vec<Effect> {
    let due = state.inside().is_some_and(|inside| inside.purse.is_due(state.now));
    if due { ask(state) } else { Vec::new() }
}

pub(super) fn costs(state: &mut State, site: &SiteKey, costs: Option<Costs>) -> Vec<Effect> {
    let Some(inside) = state.inside_mut().filter(|inside| inside.site == *site) else { return Vec::new() };
    match costs {
        Some(costs) => inside.purse.learn(costs),
        None => inside.purse.failed(),
    }
    Vec::new()
}

/// The statement of a month comes up; what is shown stays until the other month is there.
pub(super) fn open(state: &mut State, month: Option<String>) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    let shown = inside.sheet.take().and_then(|sheet| sheet.statement);
    inside.sheet = Some(Sheet { statement: shown, ..Sheet::new(month.clone()) });
    let site = inside.site.clone();
    vec![call(state, Request::Statement(site, month))]
}

pub(super) fn statement(
    state: &mut State,
    site: &SiteKey,
    month: &Option<String>,
    statement: Option<Statement>,
) -> Vec<Effect> {
    let Some(inside) = state.inside_mut().filter(|inside| inside.site == *site) else { return Vec::new() };
    let Some(sheet) = inside.sheet.as_mut().filter(|sheet| sheet.month == *month) else { return Vec::new() };
    sheet.loading = if statement.is_some() { Loading::Idle } else { Loading::Failed };
    // The figures of another month, or of before, must not stand under this one's name.
    sheet.statement = statement;
    Vec::new()
}
