//! Sessions and conversations: what a visitor, an agent and a backend may all ask for. The rules of a conversation are
//! not here; this checks who asks, hands the command to the store, and tells the bus what was committed.

mod asked;
pub mod attachments;
pub mod email;
pub mod file;
pub mod identify;
pub mod rating;
pub mod transcript;
pub mod yours;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use pronto_protocol::api::{
    ErrorBody, ErrorCode, MessagePage, OpenSession, SendMessage, SentMessage, Session, SetReceipts,
};
use pronto_protocol::frame::{ServerFrame, SideReceipts, Typing};
use pronto_protocol::id::{AgentId, ConversationId, MessageId, Millis, SiteKey, VisitorId};
use pronto_protocol::model::ask::{
    Asked, CONSENT_MAX_CHARS, FIELDS_MAX, FieldAnswer, LABEL_MAX_CHARS, VALUE_MAX_CHARS,
};
use pronto_protocol::model::{Author, Channel, Conversation, Message, Receipts, Side, VisitorContext};
use serde::Deserialize;

use crate::auth::secret;
use crate::conversation::{clean, offered};
use crate::files::PER_MESSAGE;
use crate::hours::is_closed;
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Body64, Caller, Path, Query};
use crate::http::guard::admission::{Door, admit};
use crate::http::party::{Party, SignedIn, Visitor, bearer, erased};
use crate::http::state::{App, now};
use crate::store::{AppendMessage, Appended, ConversationRow, Notice, Page, SessionOpening, Site};

const CONTEXT_MAX_CHARS: usize = 512;
const AUTHOR_NAME_MAX_CHARS: usize = 80;
const PAGE_DEFAULT: u32 = 50;
const PAGE_MAX: u32 = 200;

/// Binds the secret to a visitor of the site and opens the conversation; repeating it changes nothing.
#[utoipa::path(
    post, path = "/v1/sites/{key}/sessions", tag = "visitor",
    params(("key" = String, Path, description = "The site's key")),
    request_body = OpenSession,
    responses(
        (status = 200, description = "The session, new or known", body = Session),
        (status = 428, description = "The site is flooded: do the work of the challenge first", body = ErrorBody),
        (status = "4XX", description = "No such site, someone else's conversation, or too many", body = ErrorBody),
    ),
    security(("visitor" = [])),
)]
pub async fn open_session(
    State(app): State<App>,
    Path(site): Path<SiteKey>,
    caller: Caller,
    headers: HeaderMap,
    Body64(open): Body64<OpenSession>,
) -> Answer<Json<Session>> {
    let secret = bearer(&headers).filter(|secret| secret::is_visitor_secret(secret)).ok_or_else(|| {
        Refused::new(
            ErrorCode::Unauthorized,
            "Send `Authorization: Bearer` with 32 random bytes in base64url.",
        )
    })?;
    let visitor = bind_session(&app, &site, &caller, secret, &open, Door::Work).await?;
    session_of(&app, &visitor).await.map(Json)
}

/// The session behind `secret`, bound to `site` and with the conversation opened; new ones only within the budgets.
///
/// # Errors
/// 404 for an unknown site, for a conversation of someone else, and for a secret of another site; 410 for a secret of a
/// visitor who had everything erased; 422 where the site asks for something before the first message.
pub async fn bind_session(
    app: &App,
    site: &SiteKey,
    caller: &Caller,
    secret: &str,
    open: &OpenSession,
    door: Door<'_>,
) -> Answer<Visitor> {
    let session = secret::hash(secret);
    let known = app.store.site(site).await?.ok_or_else(Refused::not_found)?;
    let visitor = app.store.visitor(session).await?;
    match &visitor {
        Some(_) => app.budgets.session_requests.take(session, now())?,
        None => admit(app, &known, caller, &session, door, now()).await?,
    }
    let visitor_id = visitor.as_ref().filter(|row| row.site == *site).map(|row| &row.visitor_id);
    asked::check(app, &known, visitor_id, open.context.asked.as_ref()).await?;
    let new = VisitorId::new(secret::mint_id()).map_err(|_| Refused::not_found())?;
    let context = bounded(&open.context);
    let conversation_id = open.conversation_id.clone();
    match app.store.open_session(site, session, new, conversation_id, &context, now()).await? {
        SessionOpening::Opened(opened) => {
            Ok(Visitor { visitor_id: opened.visitor_id, site: site.clone(), session })
        }
        SessionOpening::NotYours if app.store.is_erased(session).await? => Err(erased()),
        SessionOpening::NotYours | SessionOpening::NoSite => Err(Refused::not_found()),
    }
}

/// What a browser says about itself, cut to a length that an inbox can show; the query of its address is dropped.
fn bounded(context: &VisitorContext) -> VisitorContext {
    let cut = |text: &Option<String>| {
        text.as_ref().map(|text| text.chars().take(CONTEXT_MAX_CHARS).collect::<String>())
    };
    let bare = |url: String| url.split(['?', '#']).next().unwrap_or_default().to_owned();
    VisitorContext {
        page_url: cut(&context.page_url).map(bare),
        page_title: cut(&context.page_title),
        locale: cut(&context.locale),
        time_zone: cut(&context.time_zone),
        asked: context.asked.as_ref().map(bounded_answers),
    }
}

/// What somebody filled in, as a form could have asked it.
fn bounded_answers(asked: &Asked) -> Asked {
    let cut = |text: &str, most: usize| clean(text).chars().take(most).collect::<String>();
    let answer = |answer: &FieldAnswer| FieldAnswer {
        kind: answer.kind,
        label: cut(&answer.label, LABEL_MAX_CHARS),
        value: cut(&answer.value, VALUE_MAX_CHARS),
    };
    Asked {
        answers: asked.answers.iter().take(FIELDS_MAX).map(answer).collect(),
        consent: asked.consent.as_ref().map(|text| cut(text, CONSENT_MAX_CHARS)),
    }
}

async fn session_of(app: &App, visitor: &Visitor) -> Answer<Session> {
    let conversations = app.store.conversations_of(&visitor.visitor_id).await?;
    let email = app.store.email(&visitor.visitor_id).await?;
    let (visitor_id, can_email) = (visitor.visitor_id.clone(), app.can_email());
    Ok(Session { visitor_id, conversations, now: now(), can_email, email, uploads: None })
}

fn only_visitor(party: Party) -> Answer<Visitor> {
    match party {
        Party::Visitor(visitor) => Ok(visitor),
        Party::Agent(_) | Party::Backend(_) => {
            Err(Refused::new(ErrorCode::Forbidden, "Only visitors have a session."))
        }
    }
}

/// Who the visitor is and which conversations they have.
#[utoipa::path(
    get, path = "/v1/session", tag = "visitor",
    responses(
        (status = 200, description = "The session", body = Session),
        (status = "4XX", description = "No such session", body = ErrorBody),
    ),
    security(("visitor" = [])),
)]
pub async fn session(State(app): State<App>, party: Party) -> Answer<Json<Session>> {
    let session = session_of(&app, &only_visitor(party)?).await?;
    Ok(Json(Session { uploads: app.uploads(), ..session }))
}

/// Ends the visitor's secret, and removes the address they left.
#[utoipa::path(
    delete, path = "/v1/session", tag = "visitor",
    responses(
        (status = 204, description = "The secret has ended"),
        (status = "4XX", description = "No such session", body = ErrorBody),
    ),
    security(("visitor" = [])),
)]
pub async fn end_session(State(app): State<App>, party: Party) -> Answer<StatusCode> {
    app.store.end_session(only_visitor(party)?.session, now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which messages are asked for.
#[derive(Deserialize)]
pub struct Range {
    after: Option<u64>,
    before: Option<u64>,
    limit: Option<u32>,
}

/// A page of messages, oldest first.
#[utoipa::path(
    get, path = "/v1/conversations/{id}/messages", tag = "conversation",
    params(("id" = String, Path, description = "The conversation's id"), ("after" = Option<u64>, Query, description = "Messages above this seq"), ("before" = Option<u64>, Query, description = "The page that ends before this seq"), ("limit" = Option<u32>, Query, description = "1 to 200; 50 when absent")),
    responses(
        (status = 200, description = "A page, oldest first", body = MessagePage),
        (status = "4XX", description = "Not yours, or not there", body = ErrorBody),
    ),
    security(("visitor" = []), ("agent" = []), ("backend" = [])),
)]
pub async fn messages(
    State(app): State<App>,
    party: Party,
    Path(id): Path<ConversationId>,
    Query(range): Query<Range>,
) -> Answer<Json<MessagePage>> {
    let row = party.conversation(&app, &id).await?;
    let page = match (range.after, range.before) {
        (Some(_), Some(_)) => return Err(Refused::bad_request("Ask for `after` or `before`, not for both.")),
        (Some(after), None) => Page::After(after),
        (None, Some(before)) => Page::Before(before),
        (None, None) => Page::Last,
    };
    let limit = range.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX);
    let messages = app.store.messages(&id, page, limit).await?;
    let elsewhere = match party {
        Party::Visitor(visitor) if page == Page::Last => app.store.unseen(&visitor.visitor_id, &id).await?,
        _ => 0,
    };
    Ok(Json(MessagePage { conversation: row.conversation, messages, elsewhere }))
}

/// Stores a message once, however often it is sent.
#[utoipa::path(
    post, path = "/v1/conversations/{id}/messages", tag = "conversation",
    params(("id" = String, Path, description = "The conversation's id")),
    request_body = SendMessage,
    responses(
        (status = 201, description = "Stored now", body = SentMessage),
        (status = 200, description = "Stored before", body = SentMessage),
        (status = 507, description = "The disk is full; nothing was stored", body = ErrorBody),
        (status = "4XX", description = "Not a message, an id used before, not yours, or too many", body = ErrorBody),
    ),
    security(("visitor" = []), ("agent" = []), ("backend" = [])),
)]
pub async fn send_message(
    State(app): State<App>,
    party: Party,
    Path(id): Path<ConversationId>,
    Body64(send): Body64<SendMessage>,
) -> Answer<(StatusCode, Json<SentMessage>)> {
    let row = party.conversation(&app, &id).await?;
    let (new, message) = append(&app, &party, &row, send).await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    let promise_by = match party {
        Party::Visitor(_) => app.store.conversation(&id).await?.and_then(|row| row.conversation.promise_by),
        Party::Agent(_) | Party::Backend(_) => None,
    };
    Ok((status, Json(SentMessage { message, promise_by })))
}

/// Stores a message of `party` in a conversation that is theirs, and tells both sides; whether it is new, and how it
/// stands in the store.
///
/// # Errors
/// Words that cannot be a message, an id that stands for other words, a budget that is used up.
pub async fn append(
    app: &App,
    party: &Party,
    row: &ConversationRow,
    send: SendMessage,
) -> Answer<(bool, Message)> {
    afford(app, party, &row.conversation.site, send.body.len())?;
    if send.attachments.len() > PER_MESSAGE as usize {
        return Err(Refused::new(
            ErrorCode::TooLarge,
            format!("A message carries {PER_MESSAGE} files at most: send the others with another one."),
        ));
    }
    let now = now();
    let promise = match party {
        Party::Visitor(_) => app.replies.promise(&app.store, &row.conversation.site, now).await?,
        Party::Agent(_) | Party::Backend(_) => None,
    };
    let away = match party {
        Party::Visitor(_) => away(app, &row.conversation.site, now).await?,
        Party::Agent(_) | Party::Backend(_) => None,
    };
    let accept_cost = send.accept_cost.unwrap_or_default();
    let (author, channel, author_name, agent_id) = signature(party, &send)?;
    let quick_replies = offered(author, &send.quick_replies).map_err(Refused::bad_request)?;
    let author_word = author.as_str();
    let command = AppendMessage {
        conversation_id: row.conversation.conversation_id.clone(),
        message_id: send.message_id,
        author,
        author_name,
        agent_id,
        channel,
        body: send.body,
        quick_replies,
        attachments: send.attachments,
        now,
        promise,
        away,
        asks: matches!(party, Party::Agent(_)) && !accept_cost,
    };
    let (message, notice) = match app.store.append(command).await? {
        Appended::Stored(message) => (message, None),
        Appended::Noticed(message, notice) => (message, Some(notice)),
        Appended::Again(message) => return Ok((false, message)),
        Appended::IdReused => {
            return Err(Refused::new(
                ErrorCode::IdReused,
                "This message id was used before with other words or files.",
            ));
        }
        Appended::BodyEmpty => return Err(Refused::new(ErrorCode::BodyEmpty, "Write something first.")),
        Appended::AttachmentMissing => {
            return Err(Refused::new(
                ErrorCode::AttachmentMissing,
                "A file of this message is not there, or went with another one. Upload it again.",
            ));
        }
        Appended::BodyTooLong => {
            return Err(Refused::new(ErrorCode::BodyTooLong, "A message has 4,096 characters at most."));
        }
        Appended::Blocked => {
            return Err(Refused::new(ErrorCode::Blocked, "This business takes no more messages from you."));
        }
        Appended::WindowClosed => {
            return Err(Refused::new(
                ErrorCode::WindowClosed,
                "The reply window has closed: only an approved template may be sent here.",
            ));
        }
        Appended::OverBudget => {
            return Err(Refused::new(
                ErrorCode::OverBudget,
                "The month's budget is used up, and this message costs. Send it again with `accept_cost` to send it anyway.",
            ));
        }
        Appended::NoConversation => return Err(Refused::not_found()),
    };
    app.metrics.stored(author_word);
    let (site, id) = (&row.conversation.site, &row.conversation.conversation_id);
    let shown = app.store.inbox_conversation(id, now).await?;
    if let Some(notice) = notice {
        app.metrics.stored(notice.author.as_str());
        app.bus.announce(site, message.clone(), None);
        app.bus.announce(site, notice, shown);
    } else {
        app.bus.announce(site, message.clone(), shown);
    }
    Ok((true, message))
}

/// Takes a message of so many bytes out of the budgets.
fn afford(app: &App, party: &Party, site: &SiteKey, bytes: usize) -> Answer<()> {
    let (budgets, session, now) = (&app.budgets, *party.session(), now());
    if !matches!(party, Party::Visitor(_)) {
        return budgets.session_messages.take(session, now);
    }
    let within = || {
        budgets.session_messages.take(session, now)?;
        budgets.session_day_messages.take(session, now)?;
        budgets.session_day_bytes.take_many(session, bytes, now)?;
        budgets.site_messages.take(site.clone(), now)?;
        budgets.site_day_messages.take(site.clone(), now)?;
        budgets.site_day_bytes.take_many(site.clone(), bytes, now)
    };
    within().inspect_err(|_| app.floods.refused(site, now))
}

/// What the site has to say to who writes while it is closed.
async fn away(app: &App, site: &SiteKey, now: Millis) -> Answer<Option<Notice>> {
    let Some(Site { settings, .. }) = app.store.site(site).await? else { return Ok(None) };
    if settings.away.is_empty() || !is_closed(&settings, now) {
        return Ok(None);
    }
    let message_id = MessageId::new(secret::mint_id()).map_err(|_| Refused::internal())?;
    Ok(Some(Notice { message_id, body: settings.away }))
}

type Signature = (Author, Channel, Option<String>, Option<AgentId>);

/// Under whose name the message stands: what a browser says of its author is no authority, what a key says is bounded.
fn signature(party: &Party, send: &SendMessage) -> Answer<Signature> {
    match party {
        Party::Visitor(_) => Ok((Author::Visitor, Channel::Widget, None, None)),
        Party::Agent(SignedIn { agent, .. }) => {
            Ok((Author::Agent, Channel::Inbox, Some(agent.name.clone()), Some(agent.agent_id.clone())))
        }
        Party::Backend(_) => {
            let author = send.author.unwrap_or(Author::Agent);
            let name = send.author_name.as_deref().map(str::trim).filter(|name| !name.is_empty());
            if !matches!(author, Author::Agent | Author::Bot) {
                return Err(Refused::bad_request("A backend writes as `agent` or as `bot`."));
            }
            if name.is_some_and(|name| name.chars().count() > AUTHOR_NAME_MAX_CHARS) {
                return Err(Refused::bad_request("The author's name has 80 characters at most."));
            }
            Ok((author, Channel::Api, name.map(str::to_owned), None))
        }
    }
}

/// How far the caller's side has come.
#[utoipa::path(
    post, path = "/v1/conversations/{id}/receipts", tag = "conversation",
    params(("id" = String, Path, description = "The conversation's id")),
    request_body = SetReceipts,
    responses(
        (status = 204, description = "Taken"),
        (status = "4XX", description = "Not yours, or not there", body = ErrorBody),
    ),
    security(("visitor" = []), ("agent" = [])),
)]
pub async fn set_receipts(
    State(app): State<App>,
    party: Party,
    Path(id): Path<ConversationId>,
    Body64(said): Body64<SetReceipts>,
) -> Answer<StatusCode> {
    let row = party.conversation(&app, &id).await?;
    receive(&app, party.side(), &row.conversation, Receipts { delivered: said.delivered, read: said.read })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Writes down how far `side` has come, and tells both sides when that is news.
///
/// # Errors
/// When the store fails.
pub async fn receive(app: &App, side: Side, conversation: &Conversation, said: Receipts) -> Answer<()> {
    let conversation_id = conversation.conversation_id.clone();
    if let Some(receipts) = app.store.set_receipts(&conversation_id, side, said, now()).await? {
        let frame =
            ServerFrame::Receipts(SideReceipts { conversation_id: conversation_id.clone(), side, receipts });
        app.bus.publish_both(&conversation_id, &conversation.site, frame);
    }
    Ok(())
}

/// The caller is typing.
#[utoipa::path(
    post, path = "/v1/conversations/{id}/typing", tag = "conversation",
    params(("id" = String, Path, description = "The conversation's id")),
    responses(
        (status = 204, description = "Passed on"),
        (status = "4XX", description = "Not yours, or not there", body = ErrorBody),
    ),
    security(("visitor" = []), ("agent" = [])),
)]
pub async fn typing(
    State(app): State<App>,
    party: Party,
    Path(id): Path<ConversationId>,
) -> Answer<StatusCode> {
    let row = party.conversation(&app, &id).await?;
    tell_typing(&app, &party, &row.conversation);
    Ok(StatusCode::NO_CONTENT)
}

/// Tells both sides that `party` is typing; nothing is stored.
pub fn tell_typing(app: &App, party: &Party, conversation: &Conversation) {
    let name = match party {
        Party::Agent(SignedIn { agent, .. }) => Some(agent.name.clone()),
        Party::Visitor(_) | Party::Backend(_) => None,
    };
    let id = &conversation.conversation_id;
    let frame = ServerFrame::Typing(Typing { conversation_id: id.clone(), side: party.side(), name });
    app.bus.publish_both(id, &conversation.site, frame);
}
