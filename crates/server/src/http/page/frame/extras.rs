//! What the frame's page asks for when a visitor wants more than to read and to write: words that it does not carry itself.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use pronto_protocol::id::SiteKey;
use pronto_protocol::model::attachment::UploadLimits;
use serde::Serialize;

use super::Wanted;
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Path, Query};
use crate::http::page::assets::{etag, kept};
use crate::http::state::App;

#[derive(Serialize)]
struct Extras<'a> {
    words: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uploads: Option<UploadLimits>,
}

/// The words of the modules, in the page's language, and what may be uploaded.
pub async fn extras(
    State(app): State<App>,
    Path(key): Path<SiteKey>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Answer<Response> {
    let site = app.store.site(&key).await?.ok_or_else(Refused::not_found)?;
    let language = app.pages.words.nearest([wanted.lang.as_str(), &site.settings.locale]);
    let extras = Extras { words: language.of_extras(), uploads: app.uploads() };
    let tag = etag(&serde_json::to_vec(&extras).map_err(|_| Refused::internal())?);
    Ok(kept(&headers, &tag, "public, max-age=300", || Json(extras).into_response()))
}
