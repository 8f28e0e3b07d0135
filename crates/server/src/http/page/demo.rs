//! The demo shop on an origin of its own: pages that know the chat's address, and nothing of its data.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::template::{Fill, render};
use crate::http::error::{Refused, no_such_method};
use crate::http::state::App;

/// The demo shop's routes.
pub fn router(app: App) -> Router {
    Router::new().fallback(get(file)).method_not_allowed_fallback(no_such_method).with_state(app)
}

async fn file(State(app): State<App>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let bare = path.rsplit('/').next().is_some_and(|name| !name.contains('.'));
    let path = match path.trim_end_matches('/') {
        "" => "demo/index.html".to_owned(),
        name if bare => format!("demo/{name}.html"),
        name => format!("demo/{name}"),
    };
    let response = if path.ends_with(".html") { shop_page(&app, &path, &request) } else { None };
    let response = response.or_else(|| app.pages.assets.serve(&path, request.headers()));
    response.unwrap_or_else(|| Refused::not_found().into_response())
}

/// A page with the chat's address in it: on the same machine as the shop's, at the chat's port.
fn shop_page(app: &App, path: &str, request: &Request) -> Option<Response> {
    let html = app.pages.assets.text(path)?;
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let chat = app.origin(Some(&format!("{name}:{}", app.args.listen.port())));
    let page = render(&html, |name| (name == "chat").then(|| Fill::Text(chat.clone())));
    let mut response = Response::new(Body::from(page));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if path == "demo/strict.html" {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_str(&strict_policy(&chat)).ok()?);
    }
    Some(response)
}

/// What a careful customer's page sends: nothing but the chat may be added to it, and no text becomes script.
fn strict_policy(chat: &str) -> String {
    format!(
        "default-src 'self'; script-src {chat}; frame-src {chat}; connect-src {chat}; \
         require-trusted-types-for 'script'"
    )
}
