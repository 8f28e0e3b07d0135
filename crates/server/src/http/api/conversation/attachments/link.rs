//! Opens a file to whoever has its link. What is no picture is only ever downloaded, and nothing in it can run here.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use pronto_protocol::api::{ErrorBody, ErrorCode};
use serde::Deserialize;
use tower::ServiceExt as _;
use tower_http::services::ServeFile;

use super::taken;
use crate::files::kind::named;
use crate::files::name::disposition;
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Path, Query};
use crate::http::state::{App, now};
use crate::store::Linked;

/// Until when the link opens it, and the proof that it was given out here.
#[derive(Deserialize)]
pub struct Proof {
    #[serde(default)]
    until: i64,
    #[serde(default)]
    sig: String,
}

/// The file.
#[utoipa::path(
    get, path = "/files/{file}", tag = "conversation",
    params(("file" = String, Path, description = "The file"), ("until" = i64, Query, description = "Until when the link opens it, in seconds"), ("sig" = String, Query, description = "The proof")),
    responses(
        (status = 200, description = "The file; pictures inline, the rest as a download", content_type = "application/octet-stream"),
        (status = 206, description = "The part that `Range` asks for"),
        (status = "4XX", description = "No such file, or the link has run out", body = ErrorBody),
    ),
)]
pub async fn open(
    State(app): State<App>,
    Path(file): Path<String>,
    Query(proof): Query<Proof>,
    request: Request,
) -> Answer<Response> {
    let files = taken(&app)?;
    let (file_id, attachment) = match app.store.linked(&file, proof.until, &proof.sig, now()).await? {
        Linked::File { file_id, attachment } => (file_id, attachment),
        Linked::Nothing => return Err(Refused::not_found()),
        Linked::Over => {
            return Err(Refused::new(
                ErrorCode::LinkExpired,
                "This link has run out. Open the conversation again for a fresh one.",
            ));
        }
    };
    let is_image = named(&attachment.media_type).is_some_and(|kind| kind.is_image);
    // The type comes from a closed list, the name is percent-encoded: neither can end a header.
    let value = |text: &str| HeaderValue::from_str(text).map_err(|_| Refused::internal());
    let (kind, how) = (value(&attachment.media_type)?, value(&disposition(&attachment.name, is_image))?);
    let served = ServeFile::new(files.path(&file_id)).oneshot(request).await;
    let mut response = served.map_err(|_| Refused::internal())?.into_response();
    if response.status() == axum::http::StatusCode::NOT_FOUND {
        tracing::warn!("a file that a message names is not in the folder");
        return Err(Refused::not_found());
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_DISPOSITION, how);
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=86400, immutable"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    Ok(response)
}
