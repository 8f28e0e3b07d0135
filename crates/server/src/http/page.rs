//! The pages: the panel's frame, the hosted page, the inbox, the demo shop, and the built files behind them. Each page's
//! policy lets in its own scripts and styles and nothing else.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::error::{Answer, Refused};
use super::extract::Path;
use super::state::App;
use assets::{Assets, InlineHashes, inline_hashes};
use colour::Palette;
use template::{Fill, render};
use words::Words;

pub mod about;
pub mod assets;
pub mod colour;
pub mod demo;
pub mod frame;
pub mod hosted;
pub mod resume;
pub mod sheet;
pub mod you;
pub use crate::text::{template, words};

/// A built page and the hashes of what it holds inline.
pub struct BuiltPage {
    html: String,
    hashes: InlineHashes,
}

impl BuiltPage {
    fn new(html: String) -> Self {
        Self { hashes: inline_hashes(&html), html }
    }

    /// The same page in a site's colours, which its style has places for. Nothing else is filled in yet, so that no style but our
    /// own is ever let in.
    fn coloured(&self, palette: &Palette) -> Self {
        let parts = self
            .html
            .split_once("<style>")
            .and_then(|(before, rest)| Some((before, rest.split_once("</style>")?)));
        let Some((before, (style, after))) = parts else { return Self::new(self.html.clone()) };
        let style = render(style, |name| palette.named(name).map(|value| Fill::Html(value.into_owned())));
        let style = format!("<style>{style}</style>");
        let hashes = InlineHashes { styles: inline_hashes(&style).styles, ..self.hashes.clone() };
        Self { hashes, html: [before, &style, after].concat() }
    }

    /// The page's policy; `ancestors` are those who may frame it, `more` are the hashes of what was put into it.
    fn policy(&self, ancestors: &str, more: Option<&InlineHashes>) -> String {
        let InlineHashes { scripts, styles } = &self.hashes;
        let (more_scripts, more_styles) = more.map_or(("", ""), |more| (&more.scripts, &more.styles));
        format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}{more_scripts}; style-src 'self'{styles}{more_styles}; \
             connect-src 'self'; img-src 'self' blob: data:; form-action 'self'; base-uri 'none'; \
             require-trusted-types-for 'script'; frame-ancestors {ancestors}"
        )
    }
}

/// All that was built for browsers.
pub struct Pages {
    /// The files.
    pub assets: Assets,
    /// The server's own words.
    pub words: Words,
    frame: Option<BuiltPage>,
    inbox: Option<BuiltPage>,
}

impl Pages {
    /// The pages among `assets`.
    #[must_use]
    pub fn new(assets: Assets, words: Words) -> Self {
        let page = |path| assets.text(path).map(BuiltPage::new);
        Self { frame: page("frame.html"), inbox: page("inbox.html"), words, assets }
    }
}

fn not_built() -> Refused {
    Refused::new(
        pronto_protocol::api::ErrorCode::NotFound,
        "This page is not inside this server: it was built without the web parts. Build it with `cargo xtask build`.",
    )
}

pub(super) fn html(policy: &str, page: String) -> Answer<Response> {
    let policy = HeaderValue::from_str(policy).map_err(|_| not_built())?;
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, policy)], page).into_response())
}

/// The loader, for any page.
pub async fn embed(State(app): State<App>, headers: HeaderMap) -> Answer<Response> {
    anywhere(&app, "embed.js", &headers)
}

/// What marks a page's title and icon, for any page.
pub async fn unread(State(app): State<App>, headers: HeaderMap) -> Answer<Response> {
    anywhere(&app, "unread.js", &headers)
}

fn anywhere(app: &App, script: &str, headers: &HeaderMap) -> Answer<Response> {
    let mut response = app.pages.assets.serve(script, headers).ok_or_else(not_built)?;
    let answer = response.headers_mut();
    answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    answer.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    Ok(response)
}

/// A built file.
pub async fn asset(State(app): State<App>, Path(path): Path<String>, headers: HeaderMap) -> Answer<Response> {
    app.pages.assets.serve(&format!("assets/{path}"), &headers).ok_or_else(Refused::not_found)
}

/// The inbox; the rest of its address belongs to its own router.
pub async fn inbox(State(app): State<App>) -> Answer<Response> {
    let page = app.pages.inbox.as_ref().ok_or_else(not_built)?;
    let mut response =
        html(&format!("{}; frame-src 'self'", page.policy("'none'", None)), page.html.clone())?;
    let answer = response.headers_mut();
    answer.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// The answer to a browser's own question for an icon: there is none, and that is no error.
pub async fn favicon() -> StatusCode {
    StatusCode::NO_CONTENT
}
