//! The handbook at `/docs`: the Markdown of the repository's `docs` folder, drawn once for all and then filled with this
//! server's own address. Strictly styled, without a script.

pub(super) mod book;
pub mod playground;

use std::sync::LazyLock;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use base64::Engine as _;
use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha384};

use super::error::{Answer, Refused};
use super::extract::{Caller, Path};
use super::page::assets::{etag, inline_hashes, is_unchanged};
use super::page::html;
use super::state::App;
use book::Book;

#[derive(RustEmbed)]
#[folder = "../../docs"]
struct Sources;

/// The address that stands in the handbook's examples.
const EXAMPLE: &str = "https://chat.example.com";
/// What stands in them for the loader's hash.
const EXAMPLE_HASH: &str = "sha384-of-this-server";

static BOOK: LazyLock<Book> = LazyLock::new(|| {
    let text = |path: &str| Some(String::from_utf8_lossy(&Sources::get(path)?.data).into_owned());
    Book::read(text)
});

/// The first page.
pub async fn first(state: State<App>, caller: Caller, headers: HeaderMap) -> Answer<Response> {
    page(state, Path("index".to_owned()), caller, headers).await
}

/// Any page, by its path without the ending.
pub async fn page(
    State(app): State<App>,
    Path(path): Path<String>,
    caller: Caller,
    headers: HeaderMap,
) -> Answer<Response> {
    let page = BOOK.page(&path).ok_or_else(Refused::not_found)?;
    let loader = app.pages.assets.text("embed.js").unwrap_or_default();
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha384::digest(loader));
    let page = page.replace(EXAMPLE, &caller.origin).replace(EXAMPLE_HASH, &format!("sha384-{hash}"));
    let tag = etag(page.as_bytes());
    let styles = inline_hashes(&page).styles;
    let policy = format!(
        "default-src 'none'; style-src{styles}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let unchanged = is_unchanged(&headers, &tag);
    let mut response = html(&policy, if unchanged { String::new() } else { page })?;
    if unchanged {
        *response.status_mut() = axum::http::StatusCode::NOT_MODIFIED;
    }
    let answer = response.headers_mut();
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        answer.insert(header::ETAG, tag);
    }
    Ok(response)
}
