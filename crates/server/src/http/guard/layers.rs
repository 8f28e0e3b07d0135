//! What every answer carries: strict headers, a time limit, and an envelope even for a panic. Knows no route's business.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use pronto_protocol::api::ErrorCode;
use std::time::Duration;

use crate::http::error::Refused;

/// Longer than any poll may wait.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(40);

const STRICT: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Not `no-referrer`: with it a browser sends `Origin: null` with the hosted page's own form.
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    ),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Adds the strict headers that the handler did not set itself.
pub async fn strict_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in STRICT {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Sends an answer in one piece: in chunks, as compressing leaves it, each chunk says its length, which is bytes of a page view.
pub async fn whole(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    match axum::body::to_bytes(body, usize::MAX).await {
        Ok(bytes) => Response::from_parts(parts, bytes.into()),
        Err(_) => Refused::internal().into_response(),
    }
}

/// Ends a request that takes too long.
pub async fn time_limit(request: Request, next: Next) -> Response {
    match tokio::time::timeout(REQUEST_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            Refused::new(ErrorCode::Unavailable, "The answer took too long. Try again.").into_response()
        }
    }
}
