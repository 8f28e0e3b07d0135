//! What is counted, as Prometheus reads it. Labels are route templates and statuses: never an id, a key or an address.

use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use super::state::App;

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct StateLabels {
    state: &'static str,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct AuthorLabels {
    author: &'static str,
}

/// The server's counters.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    seconds: Histogram,
    messages: Family<AuthorLabels, Counter>,
    live: Gauge,
    deliveries: Family<StateLabels, Gauge>,
    too_slow: Counter,
}

impl Metrics {
    /// All at zero.
    #[must_use]
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("pronto");
        let metrics = Self {
            requests: Family::default(),
            seconds: Histogram::new(exponential_buckets(0.0005, 2.0, 16)),
            messages: Family::default(),
            live: Gauge::default(),
            deliveries: Family::default(),
            too_slow: Counter::default(),
            registry: Registry::default(),
        };
        registry.register("http_requests", "Requests answered", metrics.requests.clone());
        registry.register(
            "http_request_seconds",
            "Time to an answer, upgrades and polls left out",
            metrics.seconds.clone(),
        );
        registry.register("messages_stored", "Messages stored", metrics.messages.clone());
        registry.register("live_connections", "Sockets and polls open now", metrics.live.clone());
        let deliveries = metrics.deliveries.clone();
        registry.register(
            "deliveries",
            "Deliveries, to backends and by e-mail, that wait or were given up",
            deliveries,
        );
        registry.register(
            "sockets_too_slow",
            "Sockets dropped because they did not read",
            metrics.too_slow.clone(),
        );
        Self { registry, ..metrics }
    }

    /// A message was stored.
    pub fn stored(&self, author: &'static str) {
        self.messages.get_or_create(&AuthorLabels { author }).inc();
    }

    /// A socket was dropped because it did not read.
    pub fn too_slow(&self) {
        self.too_slow.inc();
    }

    fn answered(&self, method: String, route: String, status: u16, took: Duration) {
        let waits = route == "/v1/socket" || route == "/v1/poll";
        self.requests.get_or_create(&RequestLabels { method, route, status }).inc();
        if !waits {
            self.seconds.observe(took.as_secs_f64());
        }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// `GET /metrics`.
pub async fn metrics(State(app): State<App>) -> Response {
    app.metrics.live.set(i64::try_from(app.drain.live.now()).unwrap_or(i64::MAX));
    // Without the database there are still the counters of this process.
    if let Ok(counts) = app.store.outbox_counts().await {
        for (state, count) in [("pending", counts.pending), ("parked", counts.parked)] {
            let gauge = app.metrics.deliveries.get_or_create(&StateLabels { state }).clone();
            gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        }
    }
    let mut text = String::new();
    if encode(&mut text, &app.metrics.registry).is_err() {
        return axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text)
        .into_response()
}

/// Counts and logs each request by its route's template, so that no id or token of an address is written down.
pub async fn observe(State(app): State<App>, request: Request, next: Next) -> Response {
    let started = tokio::time::Instant::now();
    let method = match request.method().as_str() {
        known @ ("GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS") => known.to_owned(),
        _ => "OTHER".to_owned(),
    };
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), started.elapsed());
    tracing::debug!(method, route, status, took_ms = took.as_millis(), "answered");
    app.metrics.answered(method, route, status, took);
    response
}
