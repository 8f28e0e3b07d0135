//! What messages cost: the month so far, a month's statement, and its entries as a table. What a message costs and what a
//! statement is, `pronto-reply` says; the entries are the store's.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use pronto_protocol::api::{ErrorBody, ErrorCode};
use pronto_protocol::id::{Millis, SiteKey};
use pronto_protocol::model::cost::{Costs, LedgerEntry, Saving, Statement};
use pronto_protocol::model::report::ReportMonth;
use pronto_reply::ledger::{self, Entry};
use pronto_reply::price::{Month, Reason, Zone};
use serde::Deserialize;

use super::report::csv::{Table, amount};
use crate::billing;
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Path, Query};
use crate::http::party::SignedIn;
use crate::http::state::{App, now};
use crate::store::Site;

/// Entries that a statement shows; the table has all.
const SHOWN: usize = 1_000;
/// Months of costs in a report.
const MONTHS: usize = 12;

/// The month so far, what answering soon saves, and the books that can be chosen.
#[utoipa::path(
    get, path = "/v1/inbox/sites/{key}/costs", tag = "inbox",
    params(("key" = String, Path, description = "The site's key")),
    responses(
        (status = 200, description = "The month so far", body = Costs),
        (status = "4XX", description = "No such site", body = ErrorBody),
    ),
    security(("agent" = [])),
)]
pub async fn costs(
    State(app): State<App>,
    _agent: SignedIn,
    Path(key): Path<SiteKey>,
) -> Answer<Json<Costs>> {
    let Account { site, zone } = account(&app, &key).await?;
    let now = now();
    let sum = app.store.ledger_sums(&key, span(&zone, zone.month(now.0))).await?;
    let budget = site.settings.billing.as_ref().and_then(|billing| billing.budget.clone());
    let savings = app.store.saving(&key, now).await?;
    // One sentence has room for one sum: that in the currency of the budget, else the first there is.
    let own = |saving: &&pronto_reply::price::Saving| {
        budget.as_ref().is_none_or(|budget| budget.currency == saving.amount.currency.as_str())
    };
    let saving = savings
        .iter()
        .find(own)
        .or(savings.first())
        .map(|saving| Saving { amount: billing::money(saving.amount), conversations: saving.conversations });
    let books = app.store.shelf().summaries();
    let month_to_date = sum.totals().into_iter().map(billing::money).collect();
    Ok(Json(Costs { month_to_date, unknown: sum.unknown, budget, saving, books }))
}

/// Which month.
#[derive(Deserialize)]
pub struct Wanted {
    month: Option<String>,
}

/// A month's statement.
#[utoipa::path(
    get, path = "/v1/inbox/sites/{key}/statement", tag = "inbox",
    params(("key" = String, Path, description = "The site's key"), ("month" = Option<String>, Query, description = "`YYYY-MM` by the site's own calendar; the running one when absent")),
    responses(
        (status = 200, description = "The lines, their sums, and the entries they are the sums of", body = Statement),
        (status = "4XX", description = "No such site, or no month", body = ErrorBody),
    ),
    security(("agent" = [])),
)]
pub async fn statement(
    State(app): State<App>,
    _agent: SignedIn,
    Path(key): Path<SiteKey>,
    Query(wanted): Query<Wanted>,
) -> Answer<Json<Statement>> {
    let Account { zone, .. } = account(&app, &key).await?;
    let now = now();
    let month = wanted.month(&zone, now)?;
    let entries = app.store.ledger(&key, span(&zone, month)).await?;
    let of = ledger::Statement::of(entries.iter().map(|(_, entry)| entry));
    let (shown, entries_total) = (wire(&entries), entries.len());
    let months = app.store.ledger_months(&key, &zone).await?;
    Ok(Json(Statement {
        month: month.to_string(),
        time_zone: zone.name().to_owned(),
        as_of: now,
        lines: of.lines.into_iter().map(billing::line).collect(),
        totals: of.totals.into_iter().map(billing::money).collect(),
        unknown: of.unknown,
        entries: shown.into_iter().take(SHOWN).collect(),
        entries_total: u32::try_from(entries_total).unwrap_or(u32::MAX),
        months: months.iter().map(ToString::to_string).collect(),
        site: key,
    }))
}

/// All entries of a month as CSV.
#[utoipa::path(
    get, path = "/v1/inbox/sites/{key}/statement.csv", tag = "inbox",
    params(("key" = String, Path, description = "The site's key"), ("month" = Option<String>, Query, description = "`YYYY-MM` by the site's own calendar; the running one when absent")),
    responses(
        (status = 200, description = "Every entry, oldest first", content_type = "text/csv", body = String),
        (status = "4XX", description = "No such site, or no month", body = ErrorBody),
    ),
    security(("agent" = [])),
)]
pub async fn statement_csv(
    State(app): State<App>,
    _agent: SignedIn,
    Path(key): Path<SiteKey>,
    Query(wanted): Query<Wanted>,
) -> Answer<Response> {
    let Account { zone, .. } = account(&app, &key).await?;
    let month = wanted.month(&zone, now())?;
    let entries = app.store.ledger(&key, span(&zone, month)).await?;
    let file = format!("attachment; filename=\"{key}-{month}.csv\"");
    let table = table(wire(&entries), zone.name());
    let headers =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, file)];
    Ok((headers, table).into_response())
}

/// A site and the calendar of its months.
struct Account {
    site: Site,
    zone: Zone,
}

async fn account(app: &App, key: &SiteKey) -> Answer<Account> {
    let site = app.store.site(key).await?.ok_or_else(Refused::not_found)?;
    let zone = billing::zone(&site.settings).ok_or_else(Refused::internal)?;
    Ok(Account { site, zone })
}

impl Wanted {
    fn month(&self, zone: &Zone, now: Millis) -> Answer<Month> {
        let Some(text) = &self.month else { return Ok(zone.month(now.0)) };
        Month::parse(text)
            .ok_or_else(|| Refused::new(ErrorCode::BadRequest, "A month is written as 2026-11."))
    }
}

fn span(zone: &Zone, month: Month) -> (Millis, Millis) {
    let (from, until) = zone.spans(month);
    (Millis(from), Millis(until))
}

/// The costs of the last months, oldest first, from the first of them that has any.
///
/// # Errors
/// When the store fails.
pub async fn months(app: &App, site: &Site, now: Millis) -> Answer<Vec<ReportMonth>> {
    let zone = billing::zone(&site.settings).ok_or_else(Refused::internal)?;
    let (mut months, mut month) = (Vec::new(), zone.month(now.0));
    for _ in 0..MONTHS {
        let sum = app.store.ledger_sums(&site.key, span(&zone, month)).await?;
        months.push(ReportMonth {
            month: month.to_string(),
            totals: sum.totals().into_iter().map(billing::money).collect(),
            late: sum.of(Reason::Late).into_iter().map(billing::money).collect(),
            unknown: sum.unknown,
        });
        month = zone.month(zone.spans(month).0 - 1);
    }
    let has_any = |month: &ReportMonth| !month.totals.is_empty() || month.unknown > 0;
    months.truncate(months.iter().rposition(has_any).map_or(0, |last| last + 1));
    months.reverse();
    Ok(months)
}

/// Entries as the wire has them, oldest delivery first: imported history is recorded conversation by conversation.
fn wire(entries: &[(u64, Entry)]) -> Vec<LedgerEntry> {
    let mut shown: Vec<_> =
        entries.iter().filter_map(|(place, entry)| billing::entry(*place, entry)).collect();
    shown.sort_by_key(|entry| (entry.delivered_at, entry.entry));
    shown
}

fn table(entries: Vec<LedgerEntry>, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let time = |at: Millis| {
        let at = Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(zone.clone());
        at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut table = Table::default();
    table.row(&[
        &"entry",
        &"kind",
        &"conversation_id",
        &"message_id",
        &"channel",
        &"sent_at",
        &"delivered_at",
        &"book",
        &"market",
        &"reason",
        &"late_ms",
        &"amount",
        &"currency",
    ]);
    for entry in entries {
        let paid = entry.amount.as_ref().map(amount).unwrap_or_default();
        let currency = entry.amount.map(|money| money.currency).unwrap_or_default();
        table.row(&[
            &entry.entry,
            &entry.kind.as_str(),
            &entry.conversation_id,
            &entry.message_id,
            &entry.channel.as_str(),
            &time(entry.sent_at),
            &time(entry.delivered_at),
            &text(&entry.book),
            &text(&entry.market),
            &entry.reason.as_str(),
            &entry.late_ms,
            &paid,
            &currency,
        ]);
    }
    table.finish()
}
