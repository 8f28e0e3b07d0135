//! The measured reply time in full: the public document with its raw counts, the badge, and the owner's report.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;
use pronto_protocol::api::ErrorBody;
use pronto_protocol::id::{Millis, SiteKey};
use pronto_protocol::model::ReplyVerdict;
use pronto_protocol::model::report::{ReplyTimeDocument, Report};
use serde::Deserialize;

use super::cost;
use crate::billing;
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Path, Query};
use crate::http::page::assets::{etag, inline_hashes, kept};
use crate::http::party::SignedIn;
use crate::http::reply::open_state;
use crate::http::state::{App, now};
use crate::store::Site;
use badge::Badge;
use csv::Part;

pub mod badge;
pub mod csv;
pub mod figures;
pub mod others;

/// How the figure comes about, for whoever wants to do it again.
const METHOD: &str = "A question is a visitor's first message, or the first after 24 hours of mutual silence. A person's first \
    answer ends its wait; a bot's never does. Questions without an answer count as still waiting for as long as they \
    have, or until they were settled. Messages of blocked visitors do not count. `counts` has every question of the \
    last `window_days` days, today included, in UTC, by how long it waited. Kaplan and Meier's estimate from them: go through the bins from the \
    shortest, begin with a share of 1 still waiting, multiply it at each bin by 1 - answered / at_risk, where at_risk is \
    the number of questions in this bin and all longer ones. The wait for p percent is the end of the first bin after \
    which the share is (100 - p) / 100 or less. `quantiles` say it for someone who writes at `reply.as_of`: several such \
    estimates, with shorter and longer memories, closer around the hour, and by the opening hours, weighted by how right \
    each has been for this business; so they may differ from the plain one, which holds for the window as a whole. \
    `reply.minutes` is the wait for 50 percent, rounded up to 1, 2, 5, 10, 15, 20, 30 or 45 minutes, 1, 2, 3, 4, 6, 8 or \
    12 hours, or 1, 2, 3, 5, 7 or 30 days, and kept until the wait leaves that step by a tenth. Below 10 questions, where \
    the interval is too wide to be of use, and where half are never answered, there is no figure.";

/// How long a site takes to answer, with the raw counts.
#[utoipa::path(
    get, path = "/v1/sites/{key}/reply-time", tag = "visitor",
    params(("key" = String, Path, description = "The site's key")),
    responses(
        (status = 200, description = "The measured reply time and what it was measured from", body = ReplyTimeDocument),
        (status = 304, description = "Nothing has changed"),
        (status = "4XX", description = "No such site", body = ErrorBody),
    ),
)]
pub async fn reply_time(
    State(app): State<App>,
    Path(key): Path<SiteKey>,
    headers: HeaderMap,
) -> Answer<Response> {
    let site = app.store.site(&key).await?.ok_or_else(Refused::not_found)?;
    let document = document(&app, &site, now()).await?;
    let mut steady = document.clone();
    steady.reply.as_of = Millis::default();
    let tag = etag(&serde_json::to_vec(&steady).unwrap_or_default());
    Ok(public(&headers, &tag, "public, max-age=60", || Json(document).into_response()))
}

/// What anyone may read, from any origin, and keep.
pub(super) fn public(
    asked: &HeaderMap,
    tag: &str,
    keep: &'static str,
    whole: impl FnOnce() -> Response,
) -> Response {
    let mut response = kept(asked, tag, keep, whole);
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response
}

/// The public document of `site` as it is at `now`.
///
/// # Errors
/// When the store fails.
pub async fn document(app: &App, site: &Site, now: Millis) -> Answer<ReplyTimeDocument> {
    let figure = app.replies.figure(&app.store, &site.key, now).await?;
    let turns = app.replies.turns(&app.store, &site.key, &figure).await?;
    Ok(ReplyTimeDocument {
        site: site.key.clone(),
        quantiles: figure.quantiles,
        never_permille: figure.never_permille,
        window_days: figure.window_days,
        counts: figures::counts(&turns, now),
        hours: site.settings.hours.as_ref().and_then(|hours| open_state(hours, now)),
        promises: figures::promises(turns.iter(), now),
        reply: figure.reply,
        method: METHOD.to_owned(),
    })
}

/// In which language.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    lang: String,
}

/// The launcher's sentence and ring as a picture.
#[utoipa::path(
    get, path = "/badge/{key}.svg", tag = "visitor",
    params(("key" = String, Path, description = "The site's key"), ("lang" = Option<String>, Query, description = "The wanted language")),
    responses(
        (status = 200, description = "An SVG picture, for light and dark", content_type = "image/svg+xml", body = String),
        (status = 304, description = "Nothing has changed"),
        (status = "4XX", description = "No such site", body = ErrorBody),
    ),
)]
pub async fn badge(
    State(app): State<App>,
    Path(file): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Answer<Response> {
    let key = file.strip_suffix(".svg").and_then(|key| SiteKey::new(key).ok());
    let site = app.store.site(&key.ok_or_else(Refused::not_found)?).await?.ok_or_else(Refused::not_found)?;
    let language = app.pages.words.nearest([wanted.lang.as_str(), &site.settings.locale]);
    let figure = app.replies.figure(&app.store, &site.key, now()).await?;
    let reply = &figure.reply;
    let drawn = badge::draw(&Badge {
        name: &site.settings.name,
        sentence: &language.verdict(reply),
        about: &language.about(reply, figure.window_days),
        minutes: reply.minutes.filter(|_| reply.verdict == Some(ReplyVerdict::Measured)),
        locale: language.locale,
        rtl: language.dir() == "rtl",
    });
    let policy = format!("default-src 'none'; style-src{}; sandbox", inline_hashes(&drawn).styles);
    Ok(public(&headers, &etag(drawn.as_bytes()), "public, max-age=300, stale-while-revalidate=3600", || {
        let kind =
            [(header::CONTENT_TYPE, "image/svg+xml".to_owned()), (header::CONTENT_SECURITY_POLICY, policy)];
        (kind, drawn).into_response()
    }))
}

/// How long people waited, when, and what was kept of the promises.
#[utoipa::path(
    get, path = "/v1/inbox/sites/{key}/report", tag = "inbox",
    params(("key" = String, Path, description = "The site's key")),
    responses(
        (status = 200, description = "The report", body = Report),
        (status = "4XX", description = "No such site", body = ErrorBody),
    ),
    security(("agent" = [])),
)]
pub async fn report(
    State(app): State<App>,
    _agent: SignedIn,
    Path(key): Path<SiteKey>,
) -> Answer<Json<Report>> {
    made(&app, &key).await.map(Json)
}

/// Which table.
#[derive(Deserialize)]
pub struct Asked {
    part: Part,
}

/// One of the report's tables as CSV.
#[utoipa::path(
    get, path = "/v1/inbox/sites/{key}/report.csv", tag = "inbox",
    params(("key" = String, Path, description = "The site's key"), ("part" = String, Query, description = "`curve`, `weeks`, `hours`, `promises`, `months` or `ratings`")),
    responses(
        (status = 200, description = "The table", content_type = "text/csv", body = String),
        (status = "4XX", description = "No such site or no such table", body = ErrorBody),
    ),
    security(("agent" = [])),
)]
pub async fn report_csv(
    State(app): State<App>,
    _agent: SignedIn,
    Path(key): Path<SiteKey>,
    Query(asked): Query<Asked>,
) -> Answer<Response> {
    let table = csv::write(&made(&app, &key).await?, asked.part);
    let file = format!("attachment; filename=\"{key}-{}.csv\"", asked.part.name());
    let headers =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, file)];
    Ok((headers, table).into_response())
}

async fn made(app: &App, key: &SiteKey) -> Answer<Report> {
    let site = app.store.site(key).await?.ok_or_else(Refused::not_found)?;
    let now = now();
    let document = document(app, &site, now).await?;
    let time_zone = billing::time_zone(&site.settings);
    let months = cost::months(app, &site, now).await?;
    let zone = TimeZone::get(&time_zone).unwrap_or(TimeZone::UTC);
    let turns = app.store.turns(key, figures::since(&zone, now)).await?;
    let ratings = app.store.scores(key, figures::since(&zone, now)).await?;
    let drawn = tokio::task::spawn_blocking(move || Report {
        curve: figures::curve(&document.counts),
        weeks: figures::weeks(&turns, &zone, now),
        hours: figures::hours(&turns, &zone, now),
        months,
        others: others::others(&turns, now),
        time_zone,
        document,
        ratings,
    });
    drawn.await.map_err(|_| Refused::internal())
}
