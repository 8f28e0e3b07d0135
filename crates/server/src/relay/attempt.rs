//! One request to a backend, and what its answer means. No retries and no storage here.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use pronto_protocol::api::{SendMessage, WebhookData, WebhookEvent, WebhookReply};
use pronto_protocol::id::{ConversationId, Millis};
use pronto_protocol::model::yours::VisitorErased;
use pronto_protocol::model::{Author, Channel};
use reqwest::{Client, Response, StatusCode};
use url::Url;

use super::guard::{GuardedResolver, Refused, check_url};
use super::{RelayConfig, sign};
use crate::conversation::offered;
use crate::store::{AppendMessage, Outbound, Told};

const CONNECT: Duration = Duration::from_secs(5);
/// Of an answer, this much is read.
const ANSWER_MAX: usize = 64 * 1024;
/// Of a name that a backend gives, this much is shown.
const NAME_MAX_CHARS: usize = 80;

/// What came of a request.
pub(super) enum Outcome {
    /// The backend took the message.
    Taken {
        /// What it replied at once.
        reply: Option<SendMessage>,
        /// Why its answer could not be used.
        problem: Option<String>,
    },
    /// It did not; another time perhaps.
    Failed(String),
    /// There is nowhere to send it.
    Hopeless(String),
}

pub(super) struct Attempt {
    client: Client,
    allow_private: bool,
}

impl Attempt {
    pub(super) fn new(config: &RelayConfig) -> Result<Self, String> {
        let client = Client::builder()
            .dns_resolver(Arc::new(GuardedResolver { allow_private: config.allow_private }))
            // A proxy would resolve names in our place, unguarded.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(config.timeout)
            .user_agent(concat!("pronto/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| format!("no HTTP client: {}", deepest(&error)))?;
        Ok(Self { client, allow_private: config.allow_private })
    }

    pub(super) async fn make(&self, outbound: &Outbound, now: Millis) -> Outcome {
        let Some(url) = &outbound.site.settings.backend_url else {
            return Outcome::Hopeless("The site has no backend address any more.".to_owned());
        };
        let Ok(url) = url.parse::<Url>() else {
            return Outcome::Failed("The backend's address cannot be read.".to_owned());
        };
        if let Err(refused) = check_url(&url, self.allow_private) {
            return Outcome::Failed(refused.to_string());
        }
        match self.send(url, outbound, now).await {
            Ok(response) => read(response).await,
            Err(error) => Outcome::Failed(error),
        }
    }

    async fn send(&self, url: Url, outbound: &Outbound, now: Millis) -> Result<Response, String> {
        let body = body(outbound)?;
        let (id, timestamp) = (outbound.delivery.delivery_id.as_str(), now.0.div_euclid(1000));
        let signatures: Option<Vec<_>> =
            outbound.secrets.iter().map(|live| sign::signature(&live.secret, id, timestamp, &body)).collect();
        let signatures = signatures.ok_or("A signing secret of the site cannot be read: make a new one.")?;
        if signatures.is_empty() {
            return Err("The site has no signing secret: make one.".to_owned());
        }
        let request = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signatures.join(" "))
            .body(body);
        request.send().await.map_err(|error| sentence(&error))
    }
}

fn body(outbound: &Outbound) -> Result<String, String> {
    let at = |at: Millis| {
        let at = jiff::Timestamp::from_millisecond(at.0);
        at.map(|at| format!("{at:.3}")).map_err(|_| "The event's time is outside the calendar.".to_owned())
    };
    let event = match &outbound.news {
        Told::Message { visitor_id, context, contact, message } => serde_json::to_string(&WebhookEvent {
            kind: "message.created".to_owned(),
            timestamp: at(message.created_at)?,
            data: WebhookData {
                site: outbound.site.key.clone(),
                visitor_id: visitor_id.clone(),
                context: context.clone(),
                contact: contact.as_deref().cloned(),
                message: message.clone(),
            },
        }),
        Told::Erased(receipt) => serde_json::to_string(&VisitorErased {
            kind: "visitor.erased".to_owned(),
            timestamp: at(receipt.erased_at)?,
            data: receipt.clone(),
        }),
    };
    event.map_err(|_| "The event could not be written as JSON.".to_owned())
}

async fn read(response: Response) -> Outcome {
    let status = response.status();
    if status.is_redirection() {
        return Outcome::Failed(format!(
            "The backend answered {}; redirects are not followed.",
            status.as_u16()
        ));
    }
    if !status.is_success() {
        return Outcome::Failed(format!("The backend answered {}.", status.as_u16()));
    }
    if status == StatusCode::NO_CONTENT {
        return Outcome::Taken { reply: None, problem: None };
    }
    match answer(response).await {
        Ok(answer) if answer.trim_ascii().is_empty() => Outcome::Taken { reply: None, problem: None },
        // Many a framework answers "OK"; only what begins like an object is meant for us.
        Ok(answer) if !answer.trim_ascii_start().starts_with(b"{") => {
            Outcome::Taken { reply: None, problem: None }
        }
        Ok(answer) => match serde_json::from_slice::<WebhookReply>(&answer) {
            Ok(WebhookReply { reply }) => Outcome::Taken { reply, problem: None },
            // serde_json's own words may quote the answer.
            Err(_) => taken_but("The backend's answer is not a reply that can be read."),
        },
        Err(Unread::TooLong) => taken_but("The backend's answer is longer than 64 KB and was not read."),
        // A reply may have been in the part that is missing: the same message again brings it again.
        Err(Unread::Cut(error)) => Outcome::Failed(error),
    }
}

fn taken_but(problem: &str) -> Outcome {
    Outcome::Taken { reply: None, problem: Some(problem.to_owned()) }
}

enum Unread {
    TooLong,
    Cut(String),
}

async fn answer(mut response: Response) -> Result<Vec<u8>, Unread> {
    let mut answer = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Unread::Cut(sentence(&error)))? {
        if answer.len() + chunk.len() > ANSWER_MAX {
            return Err(Unread::TooLong);
        }
        answer.extend_from_slice(&chunk);
    }
    Ok(answer)
}

/// The reply as a message of the business; `None` for an author that a backend cannot be.
pub(super) fn reply_message(
    outbound: &Outbound,
    conversation_id: &ConversationId,
    reply: SendMessage,
    now: Millis,
) -> Option<AppendMessage> {
    let author = reply.author.unwrap_or(Author::Agent);
    if !matches!(author, Author::Agent | Author::Bot) {
        return None;
    }
    let name = reply.author_name.filter(|name| !name.trim().is_empty());
    let name = name.unwrap_or_else(|| outbound.site.settings.name.clone());
    Some(AppendMessage {
        conversation_id: conversation_id.clone(),
        message_id: reply.message_id,
        author,
        author_name: Some(name.chars().take(NAME_MAX_CHARS).collect()),
        agent_id: None,
        channel: Channel::Api,
        body: reply.body,
        quick_replies: offered(author, &reply.quick_replies).unwrap_or_default(),
        attachments: reply.attachments,
        now,
        promise: None,
        away: None,
        asks: false,
    })
}

/// What went wrong, without the URL: it may hold a secret of the owner's.
fn sentence(error: &reqwest::Error) -> String {
    let cause = deepest(error);
    if let Some(refused) = refused(error) {
        refused.to_string()
    } else if error.is_timeout() {
        "The backend did not answer in time.".to_owned()
    } else if error.is_connect() {
        format!("The backend could not be reached: {cause}.")
    } else {
        format!("The exchange with the backend broke off: {cause}.")
    }
}

fn causes<'a>(error: &'a reqwest::Error) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(error.source(), |cause| (*cause).source())
}

fn refused(error: &reqwest::Error) -> Option<Refused> {
    causes(error).find_map(|cause| cause.downcast_ref::<Refused>().copied())
}

fn deepest(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| "no reason is known".to_owned(), ToString::to_string)
}
