//! The panel's page in its frame, strictly for the site's own origins; and the notice for a page that is not listed, which
//! tells the owner what to add, because a refused frame is a blank box that tells nothing.

pub mod extras;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use jiff::tz::TimeZone;
use pronto_protocol::api::{LauncherReply, PublicSite};
use pronto_protocol::id::{ConversationId, MessageId, SiteKey};
use pronto_protocol::model::OpenState;
use serde::{Deserialize, Serialize};

use super::colour::Palette;
use super::template::{Fill, escape, render, script_json};
use super::words::Language;
use super::{html, not_built};
use crate::auth::secret;
use crate::billing::time_zone;
use crate::config::web_origin;
use crate::http::api::site::describe;
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Caller, Path, Query};
use crate::http::state::{App, now};
use crate::store::Site;

mod ask;

pub(super) use ask::posted;
pub use ask::told;
use ask::{Ask, Typed};

/// In which language.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    lang: String,
}

/// What the form sends beside the words; minted with the page, so that a doubled submit is known as one.
pub struct Form {
    message_id: MessageId,
    session: String,
    /// The one that the form writes into, where there is one already; the panel goes on with it.
    conversation: Option<ConversationId>,
    /// Whether somebody came for this conversation: the panel then goes on with it whatever it kept itself.
    wanted: bool,
    /// When the page was drawn, said so that it can be believed; only where a form has to have been looked at.
    seen: Option<String>,
    /// Words that could not be sent and are to be sent again.
    draft: String,
}

impl Form {
    /// The fields of a fresh form, in the session behind `secret` and in `conversation` if there are such.
    ///
    /// # Errors
    /// Never for the ids that are minted here.
    pub fn new(secret: Option<&str>, conversation: Option<ConversationId>) -> Answer<Self> {
        let message_id = MessageId::new(secret::mint_id()).map_err(|_| Refused::not_found())?;
        let session = secret.map_or_else(secret::mint, str::to_owned);
        Ok(Self { message_id, session, conversation, wanted: false, seen: None, draft: String::new() })
    }

    /// The secret that it goes on with.
    #[must_use]
    pub fn session(&self) -> &str {
        &self.session
    }

    /// The same form, with what says when it was drawn and with words to be sent again.
    #[must_use]
    pub fn seen(self, seen: Option<String>, draft: &str) -> Self {
        Self { seen, draft: draft.to_owned(), ..self }
    }

    /// The same form, whose conversation is the one that somebody came for.
    #[must_use]
    pub fn wanted(self, wanted: bool) -> Self {
        Self { wanted, ..self }
    }
}

/// What the frame and the hosted page differ in.
pub struct Filling {
    /// `frame` or `page`.
    pub mode: &'static str,
    /// Where the form goes that works without script.
    pub action: String,
    /// What it sends.
    pub form: Form,
    /// Markup of the thread.
    pub thread: String,
    /// By when there will be an answer, as a sentence; empty where nobody waits for one.
    pub promise: String,
    /// What was filled in before the first message, where it could not be stored.
    pub typed: Typed,
}

impl Filling {
    /// Of the frame, for somebody who has written nothing here yet.
    ///
    /// # Errors
    /// As [`Form::new`].
    pub fn framed(key: &SiteKey, language: Language<'_>) -> Answer<Self> {
        Ok(Self {
            mode: "frame",
            action: format!("/c/{key}?lang={}", language.locale),
            form: Form::new(None, None)?,
            thread: String::new(),
            promise: String::new(),
            typed: Typed::new(),
        })
    }
}

/// The panel's page, for a frame.
pub async fn frame(
    State(app): State<App>,
    Path(key): Path<SiteKey>,
    Query(wanted): Query<Wanted>,
    caller: Caller,
    headers: HeaderMap,
) -> Answer<Response> {
    let site = app.store.site(&key).await?.ok_or_else(Refused::not_found)?;
    let language = app.pages.words.nearest([wanted.lang.as_str(), &site.settings.locale]);
    let allowed: Vec<String> =
        site.settings.allowed_origins.iter().filter_map(|origin| web_origin(origin)).collect();
    if let Some(stranger) = stranger(&headers, &caller, &allowed) {
        return notice(language, &caller.origin, &stranger);
    }
    let filling = Filling::framed(&key, language)?;
    let ancestors = format!("'self' {}", allowed.join(" "));
    let mut response = page(&app, &site, language, filling, ancestors.trim_end()).await?;
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    Ok(response)
}

/// The framing page's origin, where the browser tells it and the site does not list it.
fn stranger(headers: &HeaderMap, caller: &Caller, allowed: &[String]) -> Option<String> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if text("sec-fetch-dest").is_some_and(|dest| !matches!(dest, "iframe" | "frame")) {
        return None;
    }
    let referer = url::Url::parse(text("referer")?).ok()?;
    let origin = web_origin(&referer.origin().ascii_serialization())?;
    let known = origin == caller.origin || allowed.contains(&origin);
    (!known).then_some(origin)
}

/// Of [`PublicSite`] what the page and its panel use; the rest stands in the page already, or is the loader's.
#[derive(Serialize)]
struct Config<'a> {
    site: &'a SiteKey,
    name: &'a str,
    locale: &'a str,
    labels: Labels<'a>,
    reply: &'a LauncherReply,
    #[serde(skip_serializing_if = "Option::is_none")]
    hours: Option<&'a OpenState>,
}

#[derive(Serialize)]
struct Labels<'a> {
    close: &'a str,
    reply: &'a str,
}

impl<'a> Config<'a> {
    fn of(public: &'a PublicSite) -> Self {
        let PublicSite { site, name, locale, labels, reply, hours, .. } = public;
        Self {
            site,
            name,
            locale,
            labels: Labels { close: &labels.close, reply: &labels.reply },
            reply,
            hours: hours.as_ref(),
        }
    }
}

/// The frame's page, filled in for `site`.
///
/// # Errors
/// When it was not built, or the store fails.
pub async fn page(
    app: &App,
    site: &Site,
    language: Language<'_>,
    filling: Filling,
    ancestors: &str,
) -> Answer<Response> {
    let (policy, page) = drawn(app, site, language, filling, ancestors).await?;
    html(&policy, page)
}

/// The page as a picture of itself, in one of the two themes: nothing in it runs or can be sent.
///
/// # Errors
/// As [`page`].
pub async fn still(app: &App, site: &Site, language: Language<'_>, theme: &str) -> Answer<Response> {
    let filling = Filling::framed(&site.key, language)?;
    let reply = app.replies.of(&app.store, &site.key, now()).await?;
    let bubble = |side, words: &str| {
        format!("<li class=\"message {side}\"><p class=\"body\">{}</p></li>", escape(words))
    };
    let thread = bubble("mine", language.text("composer.placeholder"))
        + &bubble("theirs", &language.status(&reply, None, now()));
    let (policy, page) = drawn(app, site, language, Filling { thread, ..filling }, "'self'").await?;
    let theme = if theme == "dark" { "dark" } else { "light" };
    html(&format!("{policy}; sandbox"), page.replacen("<html ", &format!("<html data-theme=\"{theme}\" "), 1))
}

/// The page's policy, and the page.
async fn drawn(
    app: &App,
    site: &Site,
    language: Language<'_>,
    filling: Filling,
    ancestors: &str,
) -> Answer<(String, String)> {
    let built = app.pages.frame.as_ref().ok_or_else(not_built)?.coloured(&Palette::of(&site.settings));
    let public = describe(app, site, language).await?;
    let greeting = if public.greeting.is_empty() {
        language.text("greeting").to_owned()
    } else {
        public.greeting.clone()
    };
    let zone = TimeZone::get(&time_zone(&site.settings)).unwrap_or(TimeZone::UTC);
    let reply = language.timed(&public.labels.reply, public.hours.as_ref(), &zone, now());
    let ask = match filling.form.conversation {
        None => Ask::of(&site.settings, language, &filling.typed),
        Some(_) => Ask::default(),
    };
    let config = script_json(&Config::of(&public));
    let text = |text: &str| Some(Fill::Text(text.to_owned()));
    let filled = render(&built.html, |name| match name {
        "site" => text(public.site.as_str()),
        "lang" => text(&public.locale),
        "dir" => text(&public.dir),
        "name" => text(&public.name),
        "greeting" => text(&greeting),
        "reply" => text(&reply),
        "about" => text(language.text("about.link")),
        "accent" => text(&site.settings.accent),
        "placeholder" => text(language.text("composer.placeholder")),
        "more" => text(language.text("composer.more")),
        "send" => text(language.text("composer.send")),
        "title" => text(&public.labels.title),
        "mode" => text(filling.mode),
        "action" => text(&filling.action),
        "draft" => text(&filling.form.draft),
        "message_id" => text(filling.form.message_id.as_str()),
        "hidden" => {
            let session = escape(&filling.form.session);
            let field =
                |name, value: &str| format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");
            let conversation =
                filling.form.conversation.as_ref().map(|id| field("conversation", id.as_str()));
            let wanted = if filling.form.wanted { field("wanted", "1") } else { String::new() };
            let seen = filling.form.seen.as_ref().map(|seen| field("seen", seen)).unwrap_or_default();
            Some(Fill::Html(field("session", &session) + &conversation.unwrap_or_default() + &wanted + &seen))
        }
        "config" => Some(Fill::Html(config.clone())),
        "strings" => Some(Fill::Html(script_json(&language.of_panel()))),
        "thread" => Some(Fill::Html(filling.thread.clone())),
        "promise" => text(&filling.promise),
        "quick" => Some(Fill::Html(ask.quick.clone())),
        "ask" => Some(Fill::Html(ask.form.clone())),
        "ask_script" => Some(Fill::Html(ask.script.to_owned())),
        _ => None,
    });
    // The panel shows the page about its reply time in itself.
    Ok((format!("{}; frame-src 'self'", built.policy(ancestors, ask.hashes())), filled))
}

const NOTICE_STYLE: &str = "body{margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#17201c;background:#fbfaf7}\
    h1{font-size:18px;margin:0 0 12px}code{display:block;padding:8px 12px;margin:12px 0;background:#ece9e0;\
    border-radius:8px;overflow-wrap:anywhere}@media(prefers-color-scheme:dark){body{color:#ecefea;background:#14171a}\
    code{background:#262b30}a{color:#9ecbff}}a{display:inline-flex;align-items:center;min-height:44px}";

fn notice(language: Language<'_>, chat: &str, stranger: &str) -> Answer<Response> {
    let page = format!(
        "<!doctype html><html lang=\"{}\" dir=\"{}\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title><style>{NOTICE_STYLE}</style><main><h1>{title}</h1><p>{}</p>\
         <code>{}</code><p><a href=\"{}/inbox\" target=\"_blank\" rel=\"noopener\">{}</a></p></main>",
        escape(language.locale),
        language.dir(),
        escape(language.text("unlisted.add")),
        escape(stranger),
        escape(chat),
        escape(language.text("unlisted.inbox")),
        title = escape(language.text("unlisted.title")),
    );
    let hashes = super::assets::inline_hashes(&page);
    html(
        &format!("default-src 'none'; style-src{}; base-uri 'none'; form-action 'none'", hashes.styles),
        page,
    )
}
