//! Who new is let in to a site: within its budgets, and while it is flooded only after some work. Nobody is asked to prove
//! that they are human, and nobody is shut out by their address alone.

use pronto_protocol::api::ErrorCode;
use pronto_protocol::id::Millis;

use super::super::error::{Answer, Refused};
use super::super::extract::Caller;
use super::super::state::App;
use crate::auth::secret::SecretHash;
use crate::auth::work::BITS;
use crate::store::Site;

/// For how long a form has to have been looked at: people take longer to write, and a program's thousand forms take as long
/// as one.
const FORM_LEAST_MS: i64 = 4_000;

/// By which door somebody new comes in.
#[derive(Clone, Copy, Debug)]
pub enum Door<'a> {
    /// With a device that can do the work.
    Work,
    /// By the hosted page's form, which works without script and so can do none; with what the page said when it was drawn.
    Form(Option<&'a str>),
    /// Named by the business.
    Named,
}

/// Lets somebody new in, or says what is missing.
///
/// # Errors
/// 429 when a budget is used up; `proof_needed` with the work while the site is flooded.
pub async fn admit(
    app: &App,
    site: &Site,
    caller: &Caller,
    session: &SecretHash,
    door: Door<'_>,
    now: Millis,
) -> Answer<()> {
    let over = match door {
        Door::Named => None,
        Door::Work | Door::Form(_) => app.floods.arrive(&site.key, site.settings.shield, now),
    };
    let admitted = match (over, door) {
        (None, _) | (_, Door::Named) => Ok(()),
        (Some(over), Door::Work) => worked(app, site, caller, session, over, now).await,
        (Some(_), Door::Form(shown)) => waited(app, site, caller, session, shown, now).await,
    };
    counted(app, site, admitted.and_then(|()| within(app, site, caller, now)), now)
}

fn within(app: &App, site: &Site, caller: &Caller, now: Millis) -> Answer<()> {
    app.budgets.address_sessions.take(caller.address, now)?;
    app.budgets.site_sessions.take(site.key.clone(), now)?;
    app.budgets.site_day_sessions.take(site.key.clone(), now)
}

/// Counts a refusal for want of budget.
fn counted(app: &App, site: &Site, answer: Answer<()>, now: Millis) -> Answer<()> {
    if answer.as_ref().is_err_and(|refused| refused.code() == ErrorCode::TooMany) {
        app.floods.refused(&site.key, now);
    }
    answer
}

async fn worked(
    app: &App,
    site: &Site,
    caller: &Caller,
    session: &SecretHash,
    over: f64,
    now: Millis,
) -> Answer<()> {
    let work = app.work().await?;
    if caller.proof.as_ref().is_some_and(|proof| work.is_done(&site.key, session, proof, now)) {
        app.floods.proved(&site.key, now);
        return Ok(());
    }
    app.floods.asked(&site.key, now);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a logarithm of a small figure"
    )]
    let more = over.max(1.0).log2().floor() as u32;
    Err(Refused::proof_needed(work.challenge(&site.key, session, BITS.start().saturating_add(more), now)))
}

/// The slow lane of those without script: few at a time, and only who has had the page before them for a moment.
async fn waited(
    app: &App,
    site: &Site,
    caller: &Caller,
    session: &SecretHash,
    shown: Option<&str>,
    now: Millis,
) -> Answer<()> {
    let since = app.work().await?.seen_at(&site.key, session, shown.unwrap_or_default());
    let wait = since.map_or(FORM_LEAST_MS, |since| FORM_LEAST_MS.saturating_sub(now.since(since)));
    if wait > 0 {
        return Err(Refused::too_many(wait.unsigned_abs()));
    }
    app.budgets.address_form_sessions.take(caller.address, now)?;
    app.budgets.site_form_sessions.take(site.key.clone(), now)
}

/// What the form of a flooded site carries along, so that it can be seen how long it was looked at; none elsewhere. A page that
/// is drawn again for an early press goes on counting from `before`.
///
/// # Errors
/// When the store fails.
pub async fn shown(
    app: &App,
    site: &Site,
    session: &SecretHash,
    before: Option<&str>,
    now: Millis,
) -> Answer<Option<String>> {
    if !app.floods.is_up(&site.key, site.settings.shield, now) {
        return Ok(None);
    }
    let work = app.work().await?;
    let before = before.filter(|seen| work.seen_at(&site.key, session, seen).is_some());
    Ok(Some(before.map_or_else(|| work.seen(&site.key, session, now), str::to_owned)))
}
