//! How a request's parts are read: bodies, paths and queries whose every failure is the one error envelope, and the
//! caller's address and origin. Who the caller is belongs to `auth`.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use futures_util::StreamExt as _;
use pronto_protocol::api::ErrorCode;
use serde::de::DeserializeOwned;

use super::error::Refused;
use super::state::App;

/// The largest body that is read; a message of 4,096 characters, every one escaped, is below 50 KB.
pub const BODY_LIMIT: usize = 64 * 1024;
/// How much more of an oversized body is taken and thrown away, so that its sender can read the refusal.
const DISCARD_LIMIT: usize = 64 * 1024 * 1024;
/// A challenge and sixteen numbers.
const PROOF_MAX_BYTES: usize = 400;
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// A JSON body.
pub struct Body64<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body64<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Refused> {
        if !content_type(request.headers()).is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"))
        {
            return Err(Refused::bad_request(
                "Send the body as JSON, with `content-type: application/json`.",
            ));
        }
        let bytes = read_body(request.into_body()).await?;
        // serde's own sentence may quote the body, and a body is private: only its place is told.
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            let what = if std::str::from_utf8(&bytes).is_err() { "is not UTF-8" } else { wrong(&error) };
            Refused::bad_request(format!(
                "The body {what}, at line {} column {}.",
                error.line(),
                error.column()
            ))
        })
    }
}

fn wrong(error: &serde_json::Error) -> &'static str {
    if error.is_data() {
        "has a field that is missing, of a wrong type, or not allowed"
    } else {
        "is not JSON"
    }
}

/// A form's body.
pub struct FormBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for FormBody<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Refused> {
        let kind = content_type(request.headers()).unwrap_or_default();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Refused::bad_request("Send the form as `application/x-www-form-urlencoded`."));
        }
        let bytes = read_body(request.into_body()).await?;
        from_form(&bytes).map(Self).ok_or_else(|| Refused::bad_request("The form could not be read."))
    }
}

fn from_form<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let fields = url::form_urlencoded::parse(bytes)
        .map(|(name, value)| (name.into_owned(), serde_json::Value::String(value.into_owned())));
    serde_json::from_value(serde_json::Value::Object(fields.collect())).ok()
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or_default().trim())
}

async fn read_body(body: Body) -> Result<Vec<u8>, Refused> {
    match tokio::time::timeout(READ_TIMEOUT, read_within_limit(body)).await {
        Ok(read) => read,
        Err(_) => Err(Refused::bad_request("The body took too long to arrive.")),
    }
}

async fn read_within_limit(body: Body) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    let mut seen = 0_usize;
    let mut stream = body.into_data_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Refused::bad_request("The body broke off."))?;
        seen = seen.saturating_add(chunk.len());
        if seen > DISCARD_LIMIT {
            break;
        }
        if seen <= BODY_LIMIT {
            bytes.extend_from_slice(&chunk);
        }
    }
    if seen <= BODY_LIMIT {
        return Ok(bytes);
    }
    Err(Refused::new(ErrorCode::TooLarge, "The body is larger than any message can be: 64 KB at most."))
}

/// What a path's `{…}` hold; anything that is not an id is simply not there.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, app).await;
        path.map(|axum::extract::Path(value)| Self(value)).map_err(|_| Refused::not_found())
    }
}

/// A request's query.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, app).await;
        query
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|_| Refused::bad_request("The query has a field of a wrong type."))
    }
}

/// Where a request came from and whom it was sent to, as far as a browser says so truthfully.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The address on the other end, or the one a trusted proxy names.
    pub address: IpAddr,
    /// The chat's own origin, as this browser reaches it.
    pub origin: String,
    /// The work that the caller has done, if any.
    pub proof: Option<String>,
    from: Option<String>,
    fetch_site: Option<String>,
}

impl Caller {
    /// Whether the request comes from a page of our own, or from no page at all. A browser cannot be made to lie here.
    #[must_use]
    pub fn is_same_origin(&self) -> bool {
        match (self.from.as_deref(), self.fetch_site.as_deref()) {
            (Some("null") | None, Some(site)) => matches!(site, "same-origin" | "none"),
            (Some("null"), None) => false,
            (Some(from), _) => from == self.origin,
            (None, None) => true,
        }
    }

    /// Lets only a form of our own pages through.
    ///
    /// # Errors
    /// 403 for every other.
    pub fn check_form(&self) -> Result<(), Refused> {
        if self.is_same_origin() {
            return Ok(());
        }
        Err(Refused::new(ErrorCode::Forbidden, "The form was not sent from this page."))
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let peer = peer.unwrap_or(IpAddr::from([0, 0, 0, 0]));
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let forwarded = text("x-forwarded-for").filter(|_| app.args.behind_proxy);
        let forwarded = forwarded.and_then(|list| list.rsplit(',').next()?.trim().parse().ok());
        Ok(Self {
            address: forwarded.unwrap_or(peer),
            origin: app.origin(text("host").as_deref()),
            proof: text("x-pronto-proof").filter(|proof| proof.len() <= PROOF_MAX_BYTES),
            from: text("origin"),
            fetch_site: text("sec-fetch-site"),
        })
    }
}
