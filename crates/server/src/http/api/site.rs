//! What anyone may know of a site: how to draw its launcher, in the language asked for.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use pronto_protocol::api::{ErrorBody, LauncherLabels, LauncherReply, PublicSite};
use pronto_protocol::id::SiteKey;
use serde::Deserialize;

use super::report::public;
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Path, Query};
use crate::http::page::assets::etag;
use crate::http::page::colour::launcher;
use crate::http::page::words::Language;
use crate::http::reply::open_state;
use crate::http::state::{App, now};
use crate::store::Site;

/// In which language.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    lang: String,
}

/// The public settings of a site, and how long it takes to answer.
#[utoipa::path(
    get, path = "/v1/sites/{key}", tag = "visitor",
    params(("key" = String, Path, description = "The site's key"), ("lang" = Option<String>, Query, description = "The wanted language")),
    responses(
        (status = 200, description = "What a page needs to draw the launcher", body = PublicSite),
        (status = 304, description = "Nothing has changed"),
        (status = "4XX", description = "No such site", body = ErrorBody),
    ),
)]
pub async fn public_site(
    State(app): State<App>,
    Path(key): Path<SiteKey>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Answer<Response> {
    let site = app.store.site(&key).await?.ok_or_else(Refused::not_found)?;
    let language = app.pages.words.nearest([wanted.lang.as_str(), &site.settings.locale]);
    let body = describe(&app, &site, language).await?;
    let tag = etag(&serde_json::to_vec(&body).unwrap_or_default());
    let keep = "public, max-age=60, stale-while-revalidate=600";
    Ok(public(&headers, &tag, keep, || Json(body).into_response()))
}

/// The site as its launcher and its panel show it, in `language`.
///
/// # Errors
/// When the store fails.
pub async fn describe(app: &App, site: &Site, language: Language<'_>) -> Answer<PublicSite> {
    let now = now();
    let reply = app.replies.of(&app.store, &site.key, now).await?;
    let hours = site.settings.hours.as_ref().and_then(|hours| open_state(hours, now));
    let name = &site.settings.name;
    let named = |key| language.text(key).replace("{name}", name);
    Ok(PublicSite {
        site: site.key.clone(),
        name: name.clone(),
        style: launcher(&site.settings),
        greeting: site.settings.greeting.clone(),
        locale: language.locale.to_owned(),
        dir: language.dir().to_owned(),
        labels: LauncherLabels {
            open: named("launcher.open"),
            close: named("launcher.close"),
            title: named("launcher.title"),
            unread: named("launcher.unread"),
            reply: language.status(&reply, hours.as_ref(), now),
        },
        hours,
        reply: LauncherReply { minutes: reply.minutes },
    })
}
