//! A business's backend: a real HTTP server that verifies what it gets after the Standard Webhooks specification, with
//! an implementation of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use pronto_protocol::api::WebhookEvent;
use tokio::sync::mpsc;

/// What a backend answers.
pub(crate) struct Answer {
    status: u16,
    body: String,
    location: Option<&'static str>,
}

impl Answer {
    pub(crate) fn status(status: u16) -> Self {
        Self::body(status, "")
    }

    pub(crate) fn body(status: u16, body: &str) -> Self {
        Self { status, body: body.to_owned(), location: None }
    }

    pub(crate) fn redirect(location: &'static str) -> Self {
        Self { status: 307, body: String::new(), location: Some(location) }
    }
}

/// A webhook that arrived.
pub(crate) struct Received {
    pub(crate) id: String,
    pub(crate) event: WebhookEvent,
    pub(crate) verified: bool,
    pub(crate) signatures: usize,
}

/// The backend; dropping it ends it.
pub(crate) struct Receiver {
    pub(crate) url: String,
    backend: Arc<Backend>,
    arrived: mpsc::UnboundedReceiver<Received>,
    serving: tokio::task::JoinHandle<()>,
}

struct Backend {
    secrets: Vec<String>,
    answer: Box<dyn Fn(usize) -> Answer + Send + Sync>,
    instead: AtomicU16,
    seen: AtomicUsize,
    arrived: mpsc::UnboundedSender<Received>,
}

impl Receiver {
    /// A backend that knows `secrets` and answers by how many requests it saw before.
    pub(crate) async fn start(
        secrets: &[&str],
        answer: impl Fn(usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let (told, arrived) = mpsc::unbounded_channel();
        let backend = Arc::new(Backend {
            secrets: secrets.iter().map(|secret| (*secret).to_owned()).collect(),
            answer: Box::new(answer),
            instead: AtomicU16::new(0),
            seen: AtomicUsize::new(0),
            arrived: told,
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let router = Router::new().route("/hook", post(take)).with_state(Arc::clone(&backend));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self { url, backend, arrived, serving }
    }

    /// The next webhook.
    pub(crate) async fn next(&mut self) -> Received {
        let next = tokio::time::timeout(super::PATIENCE, self.arrived.recv()).await;
        next.expect("a webhook arrives in time").expect("the backend runs")
    }

    pub(crate) fn has_nothing(&mut self) -> bool {
        self.arrived.try_recv().is_err()
    }

    /// From now on every answer is this.
    pub(crate) fn answer_all(&self, status: u16) {
        self.backend.instead.store(status, Ordering::SeqCst);
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn take(State(backend): State<Arc<Backend>>, headers: HeaderMap, body: String) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
    let signatures: Vec<&str> = header("webhook-signature").split(' ').collect();
    let age = super::now().0 / 1000 - timestamp.parse::<i64>().unwrap_or_default();
    let verified = age.abs() < 60
        && header("content-type") == "application/json"
        && backend.secrets.iter().any(|secret| {
            signatures
                .iter()
                .any(|signature| verifies(secret, signature, &format!("{id}.{timestamp}.{body}")))
        });
    let event = serde_json::from_str(&body).expect("a body after the protocol");
    let received = Received { id: id.to_owned(), event, verified, signatures: signatures.len() };
    backend.arrived.send(received).expect("the test listens");
    let answer = match backend.instead.load(Ordering::SeqCst) {
        0 => (backend.answer)(backend.seen.fetch_add(1, Ordering::SeqCst)),
        status => Answer::status(status),
    };
    let status = StatusCode::from_u16(answer.status).expect("a status");
    match answer.location {
        Some(location) => (status, [(header::LOCATION, location)]).into_response(),
        None => (status, answer.body).into_response(),
    }
}

fn verifies(secret: &str, signature: &str, signed: &str) -> bool {
    let key = STANDARD.decode(secret.trim_start_matches("whsec_")).expect("base64");
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).expect("any key will do");
    mac.update(signed.as_bytes());
    let signature = signature.strip_prefix("v1,").and_then(|signature| STANDARD.decode(signature).ok());
    signature.is_some_and(|signature| mac.verify_slice(&signature).is_ok())
}
