//! A business's own backend, in as few lines as it takes: hears each visitor's message by a signed webhook, checks that
//! it is genuine, and answers in one of two ways. It keeps nothing on disk and knows nothing of Pronto's insides.
//!
//! ```text
//! cargo run -p pronto-server --example backend -- --secret whsec_…  [--api-key pk_… --chat http://127.0.0.1:8080]
//! ```
//!
//! Put its address (`http://127.0.0.1:9090/webhook`) and start the chat with `--allow-private-backends`, since both run on
//! one machine here. The secret and the key are those that the inbox shows once, under the site's settings. Every option
//! can be an environment variable too (`--help` names them). While a secret is being replaced, give both, with a comma.
//!
//! - `POST /webhook`: 204 when there is nothing to say; 200 with a reply in the body when the text starts with
//!   `--reply-to` (an automatic answer, which does not stop the reply clock); 401 when the signature does not hold.
//! - A text that starts with `--post-to` is answered a moment later, in a person's name, by
//!   `POST /v1/conversations/{id}/messages`; that needs `--api-key` and `--chat`.
//! - `GET /received`: what came and was genuine, oldest first, as JSON: `[{"id", "timestamp", "event"}]`.

use std::collections::VecDeque;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Parser;
use hmac::{Hmac, Mac as _};
use pronto_protocol::api::{SendMessage, WebhookEvent, WebhookReply};
use pronto_protocol::id::MessageId;
use pronto_protocol::model::{Author, Message};
use sha2::{Digest as _, Sha256};

/// How far the sender's clock may be from ours, in seconds: an old request that someone recorded is worth nothing.
const TOLERANCE_S: u64 = 300;
/// How many events `/received` remembers.
const KEPT: usize = 1_000;

/// A business's own backend, as an example.
#[derive(Parser)]
struct Options {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, env = "BACKEND_LISTEN", default_value = "127.0.0.1:9090")]
    listen: SocketAddr,
    /// The webhook's signing secret, `whsec_…`; two of them while one replaces the other.
    #[arg(long, env = "BACKEND_SECRET", value_delimiter = ',', required = true, hide_env_values = true)]
    secret: Vec<String>,
    /// Texts that start with this get an automatic answer in the response's body.
    #[arg(long, env = "BACKEND_REPLY_TO", default_value = "Avete")]
    reply_to: String,
    /// Texts that start with this are answered through the API.
    #[arg(long, env = "BACKEND_POST_TO", default_value = "Ordine")]
    post_to: String,
    /// A key for the API, `pk_…`.
    #[arg(long, env = "BACKEND_API_KEY", requires = "chat", hide_env_values = true)]
    api_key: Option<String>,
    /// The chat's address, for example `http://127.0.0.1:8080`.
    #[arg(long, env = "BACKEND_CHAT")]
    chat: Option<String>,
}

struct Backend {
    options: Options,
    keys: Vec<Vec<u8>>,
    received: Mutex<VecDeque<serde_json::Value>>,
    client: reqwest::Client,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let keys = options.secret.iter().map(|secret| key(secret)).collect::<Result<_, _>>()?;
    let listener = tokio::net::TcpListener::bind(options.listen).await?;
    let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?;
    let backend = Arc::new(Backend { options, keys, received: Mutex::default(), client });
    let app =
        Router::new().route("/webhook", post(webhook)).route("/received", get(received)).with_state(backend);
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

async fn webhook(State(backend): State<Arc<Backend>>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
    if !is_fresh(timestamp) || !is_genuine(&backend.keys, id, timestamp, header("webhook-signature"), &body) {
        println!("refused a request whose signature does not hold");
        return StatusCode::UNAUTHORIZED.into_response();
    }
    // Whatever is genuine and not understood is a kind of event that this backend is too old for.
    let Ok(event) = serde_json::from_slice::<WebhookEvent>(&body) else {
        return StatusCode::NO_CONTENT.into_response();
    };
    println!("{} {} of conversation {}", event.kind, id, event.data.message.conversation_id);
    backend.keep(id, timestamp, &event);
    // The same delivery can come again: an answer whose id depends on it alone is stored once.
    let Ok(message_id) = MessageId::new(hex::encode(Sha256::digest(id))) else {
        return StatusCode::NO_CONTENT.into_response();
    };
    let message = event.data.message;
    if message.body.starts_with(&backend.options.reply_to) {
        let body = "Un momento, guardiamo subito al banco.";
        let offered = ["Va bene", "Passo più tardi"];
        let reply = written(message_id, body, Author::Bot, "Panificio Ferri", &offered);
        return Json(WebhookReply { reply: Some(reply) }).into_response();
    }
    if message.body.starts_with(&backend.options.post_to) {
        tokio::spawn(async move { backend.answer(&message, message_id).await });
    }
    StatusCode::NO_CONTENT.into_response()
}

fn written(message_id: MessageId, body: &str, author: Author, name: &str, offered: &[&str]) -> SendMessage {
    SendMessage {
        message_id,
        body: body.to_owned(),
        author: Some(author),
        author_name: Some(name.to_owned()),
        accept_cost: None,
        quick_replies: offered.iter().map(|&answer| answer.to_owned()).collect(),
        attachments: Vec::new(),
    }
}

async fn received(State(backend): State<Arc<Backend>>) -> Json<Vec<serde_json::Value>> {
    Json(backend.received.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect())
}

impl Backend {
    fn keep(&self, id: &str, timestamp: &str, event: &WebhookEvent) {
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        received.push_back(serde_json::json!({ "id": id, "timestamp": timestamp, "event": event }));
        if received.len() > KEPT {
            received.pop_front();
        }
    }

    async fn answer(&self, message: &Message, message_id: MessageId) {
        let (Some(key), Some(chat)) = (&self.options.api_key, &self.options.chat) else {
            println!("an order came, but there is no --api-key to answer it with");
            return;
        };
        let body = "Ordine ricevuto: lo trova pronto al banco.";
        let answer = written(message_id, body, Author::Agent, "Elena", &["Grazie"]);
        let Ok(answer) = serde_json::to_string(&answer) else { return };
        let path =
            format!("{}/v1/conversations/{}/messages", chat.trim_end_matches('/'), message.conversation_id);
        let request =
            self.client.post(path).bearer_auth(key).header("content-type", "application/json").body(answer);
        match request.send().await {
            Ok(response) => println!("answered through the API: {}", response.status()),
            Err(error) => println!("the API could not be reached: {}", error.without_url()),
        }
    }
}

/// The key inside a secret as the inbox shows it.
fn key(secret: &str) -> Result<Vec<u8>, String> {
    let text = secret.strip_prefix("whsec_").ok_or("a signing secret starts with whsec_")?;
    STANDARD.decode(text).map_err(|_| "a signing secret is whsec_ and base64".to_owned())
}

fn is_fresh(timestamp: &str) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    timestamp.parse::<u64>().is_ok_and(|then| now.abs_diff(then) <= TOLERANCE_S)
}

/// Whether one of the signatures (there are two while a secret is replaced) was made with one of the keys, over the very
/// bytes that came. `verify_slice` takes the same time wherever a wrong one differs.
fn is_genuine(keys: &[Vec<u8>], id: &str, timestamp: &str, signatures: &str, body: &[u8]) -> bool {
    let given = signatures.split(' ').filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok());
    given.into_iter().any(|signature| {
        keys.iter().any(|key| {
            let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return false };
            for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
                mac.update(part);
            }
            mac.verify_slice(&signature).is_ok()
        })
    })
}
