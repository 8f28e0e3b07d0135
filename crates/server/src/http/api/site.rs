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
use crate::http::page::colour::luminance;
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
        accent: site.settings.accent.clone(),
        on_accent: on_accent(&site.settings.accent).to_owned(),
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

/// Black or white, whichever stands out more on `accent`.
fn on_accent(accent: &str) -> &'static str {
    let luminance = luminance(accent);
    // Contrast to white is 1.05 / (L + 0.05), to black (L + 0.05) / 0.05.
    if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 { "#ffffff" } else { "#000000" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_on_the_accent_stands_out() {
        let cases =
            [("#000000", "#ffffff"), ("#ffffff", "#000000"), ("#b5472f", "#ffffff"), ("#ffd400", "#000000")];
        for (accent, text) in cases {
            assert_eq!(on_accent(accent), text, "{accent}");
        }
    }
}
