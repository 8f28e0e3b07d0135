//! The hosted page: the same panel at full size, and a form that works where there is no script. Its cookie is set by the
//! first message, not before; a doubled submit finds the same session, conversation and message, so it stores once.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::tz::TimeZone;
use pronto_protocol::api::{ErrorCode, OpenSession, SendMessage};
use pronto_protocol::id::{ConversationId, MessageId, SiteKey};
use pronto_protocol::model::attachment::Attachment;
use pronto_protocol::model::{Author, Conversation, Message, VisitorContext};
use serde::Deserialize;

use super::frame::{Filling, Form, page, posted};
use super::template::escape;
use super::words::Language;
use crate::auth::secret;
use crate::billing::time_zone;
use crate::http::api::conversation::{append, bind_session};
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Caller, FormBody, Path, Query};
use crate::http::guard::admission::{Door, shown};
use crate::http::party::{Party, Visitor, cookie, known_visitor};
use crate::http::state::{App, now};
use crate::store::{Page, Site};

const COOKIE: &str = "pronto_visitor";
const COOKIE_SECONDS: u32 = 365 * 24 * 60 * 60;
const SHOWN: u32 = 100;
/// What the address names for a conversation that is to begin.
pub(super) const NEW: &str = "new";

/// In which language, and which conversation, where the visitor has several.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    pub(super) lang: String,
    #[serde(default)]
    conversation: String,
    #[serde(default)]
    pub(super) theme: String,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Written {
    #[serde(default)]
    body: String,
    message_id: Option<MessageId>,
    /// The new conversation that the page was made for; see [`NEW`].
    conversation: Option<ConversationId>,
    /// Minted with the page, so that the first message's double finds the same session before any cookie is there.
    session: Option<String>,
    /// When the page was drawn, as the server itself has said in it.
    seen: Option<String>,
    /// What is asked before the first message.
    #[serde(flatten)]
    others: BTreeMap<String, String>,
}

/// The hosted page.
pub async fn show(
    State(app): State<App>,
    Path(key): Path<SiteKey>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Answer<Response> {
    let site = app.store.site(&key).await?.ok_or_else(Refused::not_found)?;
    let language = language(&app, &site, &wanted.lang, &headers);
    draw(&app, &site, language, &wanted, known_secret(&app, &headers).await?, None).await
}

/// The form's message, then the page again: by a redirect, so that a reload sends nothing twice.
pub async fn write(
    State(app): State<App>,
    Path(key): Path<SiteKey>,
    Query(wanted): Query<Wanted>,
    caller: Caller,
    headers: HeaderMap,
    FormBody(written): FormBody<Written>,
) -> Answer<Response> {
    caller.check_form()?;
    let site = app.store.site(&key).await?.ok_or_else(Refused::not_found)?;
    let language = language(&app, &site, &wanted.lang, &headers);
    let fresh = written.session.clone().filter(|secret| secret::is_visitor_secret(secret));
    let secret =
        known_secret(&app, &headers).await?.map(str::to_owned).or(fresh).unwrap_or_else(secret::mint);
    let message_id = written.message_id.clone().map_or_else(new_message_id, Ok)?;
    match store(
        &app,
        &site,
        &caller,
        &secret,
        (&wanted, written.conversation.clone()),
        (
            VisitorContext {
                locale: Some(language.locale.to_owned()),
                asked: posted(&site.settings, &written.others),
                ..VisitorContext::default()
            },
            written.seen.as_deref(),
        ),
        SendMessage {
            message_id,
            body: written.body.clone(),
            author: None,
            author_name: None,
            accept_cost: None,
            quick_replies: Vec::new(),
            attachments: Vec::new(),
        },
    )
    .await
    {
        Ok(id) => {
            let conversation = (!wanted.conversation.is_empty()).then_some(id);
            enter(&app, &key, &wanted.lang, conversation.as_ref(), &secret)
        }
        Err(refused) => {
            let status =
                StatusCode::from_u16(refused.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let failed = failed(language, &refused, &written);
            let mut response = draw(&app, &site, language, &wanted, Some(&secret), Some(failed)).await?;
            *response.status_mut() = status;
            Ok(response)
        }
    }
}

fn new_message_id() -> Answer<MessageId> {
    MessageId::new(secret::mint_id()).map_err(|_| Refused::not_found())
}

/// The secret in the cookie, unless its visitor had everything erased: then nobody is known here.
pub(super) async fn known_secret<'a>(app: &App, headers: &'a HeaderMap) -> Answer<Option<&'a str>> {
    match cookie(headers, COOKIE).filter(|secret| secret::is_visitor_secret(secret)) {
        Some(secret) if app.store.is_erased(secret::hash(secret)).await? => Ok(None),
        known => Ok(known),
    }
}

/// The page's language: what the address wants, what the browser takes, or the site's own.
pub fn language<'a>(app: &'a App, site: &Site, wanted: &str, headers: &HeaderMap) -> Language<'a> {
    let accepted =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let accepted = accepted.split(',').map(|part| part.split(';').next().unwrap_or_default());
    app.pages.words.nearest(std::iter::once(wanted).chain(accepted).chain([site.settings.locale.as_str()]))
}

async fn store(
    app: &App,
    site: &Site,
    caller: &Caller,
    secret: &str,
    (wanted, fresh): (&Wanted, Option<ConversationId>),
    (context, seen): (VisitorContext, Option<&str>),
    send: SendMessage,
) -> Answer<ConversationId> {
    let conversation_id = match known_visitor(app, secret).await? {
        Some(_) if wanted.conversation == NEW && fresh.is_some() => fresh,
        Some(visitor) => theirs(app, &visitor, wanted).await?.map(|(found, _)| found.conversation_id),
        None => None,
    };
    // Derived from the secret, so that a doubled first submit opens one conversation.
    let derived =
        hex::encode(secret::hash(&format!("conversation of {secret}")).get(..16).unwrap_or_default());
    let derived = ConversationId::new(derived).map_err(|_| Refused::not_found())?;
    let open = OpenSession { conversation_id: conversation_id.unwrap_or(derived), context };
    let visitor = bind_session(app, &site.key, caller, secret, &open, Door::Form(seen)).await?;
    let party = Party::Visitor(visitor);
    let row = party.conversation(app, &open.conversation_id).await?;
    append(app, &party, &row, send).await?;
    Ok(open.conversation_id)
}

/// The conversation of theirs that is wanted, or their newest; and whether it is the wanted one.
async fn theirs(app: &App, visitor: &Visitor, wanted: &Wanted) -> Answer<Option<(Conversation, bool)>> {
    if let Ok(id) = ConversationId::new(wanted.conversation.as_str())
        && let Ok(row) = Party::Visitor(visitor.clone()).conversation(app, &id).await
    {
        return Ok(Some((row.conversation, true)));
    }
    let newest = app.store.conversations_of(&visitor.visitor_id).await?.into_iter().next();
    Ok(newest.map(|conversation| (conversation, false)))
}

/// The way to the hosted page, with the session behind `secret` in its cookie.
pub(super) fn enter(
    app: &App,
    key: &SiteKey,
    lang: &str,
    conversation: Option<&ConversationId>,
    secret: &str,
) -> Answer<Response> {
    let query = query(lang, conversation);
    let place = HeaderValue::from_str(&format!("/c/{key}{query}")).map_err(|_| Refused::not_found())?;
    let headers =
        [(header::LOCATION, place), (header::SET_COOKIE, set_cookie(app, key, secret, COOKIE_SECONDS)?)];
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

/// The cookie of the hosted page; it ends at once when it is to be kept for 0 seconds.
pub(super) fn set_cookie(app: &App, key: &SiteKey, secret: &str, seconds: u32) -> Answer<HeaderValue> {
    let secure = if app.is_https() { "; Secure" } else { "" };
    let cookie =
        format!("{COOKIE}={secret}; Path=/c/{key}; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&cookie).map_err(|_| Refused::not_found())
}

fn query(lang: &str, conversation: Option<&ConversationId>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if !lang.is_empty() {
        query.append_pair("lang", lang);
    }
    if let Some(id) = conversation {
        query.append_pair("conversation", id.as_str());
    }
    let query = query.finish();
    if query.is_empty() { query } else { format!("?{query}") }
}

/// Words that were not stored, and why: they stay on the page.
struct Failed<'a> {
    body: &'a str,
    why: &'a str,
    /// What stood in the form's other fields.
    typed: BTreeMap<String, String>,
    /// Whether to send them again is all it takes: then they stand in the field.
    again: bool,
    /// When the page that they were sent from was drawn.
    seen: Option<&'a str>,
}

fn failed<'a>(language: Language<'a>, refused: &'a Refused, written: &'a Written) -> Failed<'a> {
    let (why, again) = match refused.code() {
        ErrorCode::TooMany => (language.text("page.wait"), true),
        ErrorCode::FormIncomplete => (language.text("ask.needed"), true),
        ErrorCode::Blocked => (language.text("panel.blocked"), false),
        _ => (refused.message(), false),
    };
    Failed { body: &written.body, why, typed: written.others.clone(), again, seen: written.seen.as_deref() }
}

async fn draw(
    app: &App,
    site: &Site,
    language: Language<'_>,
    wanted: &Wanted,
    secret: Option<&str>,
    failed: Option<Failed<'_>>,
) -> Answer<Response> {
    let mut messages = Vec::new();
    let (mut known, mut is_wanted, mut promise, mut way) = (None, false, None, None);
    if let Some(secret) = secret
        && let Some(visitor) = known_visitor(app, secret).await?
        && visitor.site == site.key
    {
        way = Some(format!("/c/{}/you{}", site.key, query(language.locale, None)));
        if wanted.conversation == NEW {
            is_wanted = true;
            known = Some(ConversationId::new(secret::mint_id()).map_err(|_| Refused::not_found())?);
        } else if let Some((conversation, wanted)) = theirs(app, &visitor, wanted).await? {
            is_wanted = wanted;
            messages = app.store.messages(&conversation.conversation_id, Page::Last, SHOWN).await?;
            known = Some(conversation.conversation_id);
            promise = conversation.promise_by;
        }
    }
    let zone = TimeZone::get(&time_zone(&site.settings)).unwrap_or(TimeZone::UTC);
    let action = match known.as_ref().filter(|_| is_wanted) {
        // Named as it was asked for: the form brings the conversation's id along.
        Some(_) if wanted.conversation == NEW => {
            query(language.locale, ConversationId::new(NEW).ok().as_ref())
        }
        named => query(language.locale, named),
    };
    let action = format!("/c/{}{action}", site.key);
    let mut thread = thread(&messages, failed.as_ref(), language, &site.settings.name);
    let stranger = way.is_none();
    if app.files.is_some() && !messages.is_empty() {
        let said = escape(language.text("you.script"));
        thread += &format!("<noscript><li class=\"meta\">{said}</li></noscript>");
    }
    if let Some(way) = way {
        let said = escape(language.text("you.title"));
        thread += &format!("<noscript><li><a href=\"{}\">{said}</a></li></noscript>", escape(&way));
    }
    let form = Form::new(secret, known)?.wanted(is_wanted);
    let before = failed.as_ref().and_then(|failed| failed.seen);
    let seen =
        if stranger { shown(app, site, &secret::hash(form.session()), before, now()).await? } else { None };
    let draft = failed.as_ref().filter(|failed| failed.again).map_or("", |failed| failed.body);
    let filling = Filling {
        mode: "page",
        action,
        form: form.seen(seen, draft),
        thread,
        promise: promise.map(|by| language.promise(by, &zone, now())).unwrap_or_default(),
        typed: failed.map(|failed| failed.typed).unwrap_or_default(),
    };
    let mut response = page(app, site, language, filling, "'none'").await?;
    response.headers_mut().insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    Ok(response)
}

/// A file of a message, as the panel draws it.
fn file(file: &Attachment) -> String {
    let (url, name) = (escape(file.url.as_deref().unwrap_or_default()), escape(&file.name));
    let shown = match (file.width, file.height) {
        (Some(width), Some(height)) => {
            let wide = width.clamp(1, 200);
            let tall = (u64::from(height) * u64::from(wide) / u64::from(width.max(1))).clamp(1, 400);
            format!("<img src=\"{url}\" alt=\"{name}\" width=\"{wide}\" height=\"{tall}\" loading=\"lazy\">")
        }
        _ => name,
    };
    format!("\n<a href=\"{url}\" target=\"_blank\" rel=\"noopener\">{shown}</a>")
}

fn thread(
    messages: &[Message],
    failed: Option<&Failed<'_>>,
    language: Language<'_>,
    business: &str,
) -> String {
    let mut html = String::new();
    for message in messages {
        let side = if message.author == Author::Visitor { "mine" } else { "theirs" };
        let automatic = (message.author == Author::Bot).then(|| language.text("panel.automatic"));
        let by = message.author_name.as_deref().or((side == "theirs").then_some(business));
        let by: Vec<&str> = by.into_iter().chain(automatic).collect();
        let name = (!by.is_empty()).then(|| format!("<p class=\"by\">{}</p>", escape(&by.join(" · "))));
        html.push_str(&format!(
            "<li class=\"message {side}\">{}<p class=\"body\">{}</p></li>",
            name.unwrap_or_default(),
            (escape(&message.body) + &message.attachments.iter().map(file).collect::<String>()).trim_start()
        ));
    }
    if let Some(Failed { body, why, again, .. }) = failed {
        let said = if *again { String::new() } else { format!("<p class=\"body\">{}</p>", escape(body)) };
        html.push_str(&format!(
            "<li class=\"message mine failed\">{said}<p class=\"why\" role=\"alert\">{} {}</p></li>",
            escape(language.text("panel.not_sent")),
            escape(why)
        ));
    }
    html
}
