//! Files for a visitor to keep: one conversation, or everything that is kept of them; as JSON, or as a page. Written page
//! by page while they are sent, so that a long conversation needs no more memory than a short one.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use pronto_protocol::api::Transcript;
use pronto_protocol::id::{ConversationId, Millis};
use pronto_protocol::model::attachment::Attachment;
use pronto_protocol::model::yours::{KeptConversation, VisitorData};
use pronto_protocol::model::{Author, Message, VisitorContext};
use serde::Deserialize;

use crate::http::error::{Answer, Refused};
use crate::http::page::frame::told;
use crate::http::page::hosted::language;
use crate::http::party::{Party, Visitor};
use crate::http::state::{App, now};
use crate::store::{Kept, Page, Site, StoreError};
use crate::text::template::{Fill, escape, render};
use crate::text::words::Language;

/// How many messages are read at a time.
const PAGE: u32 = 200;
const HTML: &str = include_str!("file.html");

/// In which form, and language.
#[derive(Deserialize)]
pub struct Wanted {
    /// `json` or `html`; the first when empty.
    #[serde(default)]
    pub format: String,
    /// For a page.
    #[serde(default)]
    pub lang: String,
}

impl Wanted {
    fn is_html(&self) -> Answer<bool> {
        match self.format.as_str() {
            "" | "json" => Ok(false),
            "html" => Ok(true),
            _ => Err(Refused::bad_request("The format is `json` or `html`.")),
        }
    }
}

/// A piece of a file.
enum Part {
    /// As it is.
    Text(String),
    /// All messages of a conversation, each written so.
    Messages(ConversationId, One),
}

/// Writes one message; it is told whether it is the first.
type One = Arc<dyn Fn(&Message, bool) -> String + Send + Sync>;

/// A conversation of `visitor`'s as the file that is wanted.
///
/// # Errors
/// 404 when it is not theirs; 400 for a form that there is not.
pub async fn one(
    app: &App,
    visitor: Visitor,
    id: &ConversationId,
    wanted: &Wanted,
    headers: &HeaderMap,
) -> Answer<Response> {
    let row = Party::Visitor(visitor).conversation(app, id).await?;
    let site = app.store.site(&row.conversation.site).await?.ok_or_else(Refused::not_found)?;
    let name = site.settings.name.clone();
    let here = &origin(app, headers);
    let parts = if wanted.is_html()? {
        let shown = app.store.inbox_conversation(id, now()).await?.ok_or_else(Refused::not_found)?;
        let language = language(app, &site, &wanted.lang, headers);
        let messages = Part::Messages(id.clone(), in_html(language, &name, zone(&shown.context), here));
        let title = language.text("launcher.title").replace("{name}", &name);
        let list = vec![Part::Text("<ol>\n".to_owned()), messages, Part::Text("</ol>\n".to_owned())];
        page(language, &title, list)
    } else {
        let empty = Transcript { name, conversation: row.conversation, messages: Vec::new() };
        let (head, tail) = open(&empty, "]}")?;
        vec![Part::Text(head), Part::Messages(id.clone(), in_json(here)), Part::Text(tail)]
    };
    answer(app, wanted, "conversation", parts)
}

/// All that is kept of `visitor` as the file that is wanted.
///
/// # Errors
/// 400 for a form that there is not; when the store fails.
pub async fn everything(
    app: &App,
    visitor: &Visitor,
    wanted: &Wanted,
    headers: &HeaderMap,
) -> Answer<Response> {
    let site = app.store.site(&visitor.site).await?.ok_or_else(Refused::not_found)?;
    let kept = app.store.kept(&visitor.visitor_id).await?.ok_or_else(Refused::not_found)?;
    let here = &origin(app, headers);
    let parts = if wanted.is_html()? {
        readable(language(app, &site, &wanted.lang, headers), &site, kept, here)
    } else {
        let empty = VisitorData {
            name: site.settings.name,
            site: site.key,
            visitor_id: visitor.visitor_id.clone(),
            created_at: kept.created_at,
            email: kept.email,
            contact: kept.contact,
            blocked_at: kept.blocked_at,
            sessions: kept.sessions,
            conversations: Vec::new(),
        };
        let (head, tail) = open(&empty, "]}")?;
        let mut parts = vec![Part::Text(head)];
        for (place, (conversation, context)) in kept.conversations.into_iter().enumerate() {
            let id = conversation.conversation_id.clone();
            let (head, tail) = open(&KeptConversation { conversation, context, messages: Vec::new() }, "]}")?;
            let comma = if place == 0 { "" } else { "," };
            parts.extend([
                Part::Text(comma.to_owned() + &head),
                Part::Messages(id, in_json(here)),
                Part::Text(tail),
            ]);
        }
        parts.push(Part::Text(tail));
        parts
    };
    answer(app, wanted, "everything", parts)
}

fn readable(language: Language<'_>, site: &Site, kept: Kept, here: &str) -> Vec<Part> {
    let name = &site.settings.name;
    let text = |key: &str| escape(language.text(key));
    let mut facts = format!("<dt>{}</dt><dd>{}</dd>", text("you.devices"), kept.sessions.len());
    if let Some(email) = &kept.email {
        facts += &format!("<dt>{}</dt><dd dir=\"ltr\">{}</dd>", text("panel.mail_label"), escape(email));
    }
    if let Some(contact) = &kept.contact {
        let source = escape(&language.text("you.known").replace("{name}", name));
        let said: Vec<String> = contact.said().map(escape).collect();
        facts += &format!("<dt>{source}</dt><dd dir=\"auto\">{}</dd>", said.join("<br>"));
    }
    let mut parts = vec![Part::Text(format!("<dl>{facts}</dl>\n"))];
    for (conversation, context) in kept.conversations {
        let zone = zone(&context);
        let (machine, human) = written(conversation.created_at, &zone);
        let said = [&context.page_title, &context.page_url, &context.locale, &context.time_zone];
        let said: Vec<String> = said.into_iter().flatten().map(|said| escape(said)).collect();
        let filled_in = context.asked.as_ref().map(|asked| told(asked, language)).unwrap_or_default();
        let filled_in: String = filled_in
            .into_iter()
            .map(|(label, value)| {
                format!("<dt dir=\"auto\">{}</dt><dd dir=\"auto\">{}</dd>", escape(label), escape(value))
            })
            .collect();
        let filled_in = if filled_in.is_empty() { filled_in } else { format!("<dl>{filled_in}</dl>\n") };
        let head = format!(
            "<h2><time datetime=\"{machine}\">{human}</time></h2>\n<p dir=\"auto\">{}</p>\n{filled_in}<ol>\n",
            said.join(" · ")
        );
        let messages = Part::Messages(conversation.conversation_id, in_html(language, name, zone, here));
        parts.extend([Part::Text(head), messages, Part::Text("</ol>\n".to_owned())]);
    }
    page(language, language.text("you.title"), parts)
}

/// `content` inside of a page.
fn page(language: Language<'_>, title: &str, content: Vec<Part>) -> Vec<Part> {
    /// In escaped text it cannot stand.
    const SPLIT: &str = "<!--content-->";
    let filled = render(HTML, |name| match name {
        "lang" => Some(Fill::Text(language.locale.to_owned())),
        "dir" => Some(Fill::Text(language.dir().to_owned())),
        "title" => Some(Fill::Text(title.to_owned())),
        "content" => Some(Fill::Html(SPLIT.to_owned())),
        _ => None,
    });
    let (head, tail) = filled.split_once(SPLIT).unwrap_or((&filled, ""));
    let head = std::iter::once(Part::Text(head.to_owned()));
    head.chain(content).chain([Part::Text(tail.to_owned())]).collect()
}

/// The JSON of a value whose last field is an empty list, cut open where the list's items go.
fn open(value: &impl serde::Serialize, tail: &str) -> Answer<(String, String)> {
    let mut head = serde_json::to_string(value).map_err(|_| Refused::internal())?;
    head.truncate(head.len() - tail.len());
    Ok((head, tail.to_owned()))
}

/// The chat's own origin as this browser reaches it: in a file on somebody's device, a path alone leads nowhere.
fn origin(app: &App, headers: &HeaderMap) -> String {
    app.origin(headers.get(header::HOST).and_then(|host| host.to_str().ok()))
}

fn linked(url: &str, here: &str) -> String {
    if url.starts_with('/') { format!("{here}{url}") } else { url.to_owned() }
}

fn in_json(here: &str) -> One {
    let here = here.to_owned();
    Arc::new(move |message: &Message, first: bool| {
        let mut message = message.clone();
        for file in &mut message.attachments {
            file.url = file.url.as_deref().map(|url| linked(url, &here));
        }
        let json = serde_json::to_string(&message).unwrap_or_default();
        if first { json } else { format!(",{json}") }
    })
}

fn in_html(language: Language<'_>, name: &str, zone: TimeZone, here: &str) -> One {
    let (you, automatic) =
        (language.text("panel.you").to_owned(), language.text("panel.automatic").to_owned());
    let (name, here) = (name.to_owned(), here.to_owned());
    Arc::new(move |message: &Message, _first: bool| {
        let by = message.author_name.as_ref().unwrap_or(&name);
        let by = match message.author {
            Author::Visitor => you.clone(),
            Author::Bot => format!("{by} · {automatic}"),
            _ => by.clone(),
        };
        let (machine, human) = written(message.created_at, &zone);
        let files: String = message.attachments.iter().map(|file| in_link(file, &here)).collect();
        format!(
            "<li><p class=\"by\">{} <time datetime=\"{machine}\">{human}</time></p><p dir=\"auto\">{}</p>{files}</li>\n",
            escape(&by),
            escape(&message.body)
        )
    })
}

/// A file's name, as a link to it.
pub fn in_link(file: &Attachment, here: &str) -> String {
    let url = linked(file.url.as_deref().unwrap_or_default(), here);
    format!("<p dir=\"auto\"><a href=\"{}\" rel=\"noreferrer\">{}</a></p>", escape(&url), escape(&file.name))
}

/// The visitor's own zone.
fn zone(context: &VisitorContext) -> TimeZone {
    context.time_zone.as_deref().and_then(|zone| TimeZone::get(zone).ok()).unwrap_or(TimeZone::UTC)
}

/// A time for machines and for people.
pub fn written(at: Millis, zone: &TimeZone) -> (String, String) {
    let Ok(at) = Timestamp::from_millisecond(at.0) else { return Default::default() };
    (format!("{at:.0}"), at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string())
}

fn answer(app: &App, wanted: &Wanted, name: &str, parts: Vec<Part>) -> Answer<Response> {
    let (kind, end) =
        if wanted.is_html()? { ("text/html; charset=utf-8", "html") } else { ("application/json", "json") };
    let file = format!("attachment; filename=\"{name}.{end}\"");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&file).map_err(|_| Refused::internal())?),
    ];
    Ok((headers, body(app.clone(), parts)).into_response())
}

fn body(app: App, parts: Vec<Part>) -> Body {
    // The part that is being written, and after which seq.
    let begin = (parts.into_iter(), None::<(ConversationId, One, u64)>);
    Body::from_stream(stream::try_unfold(begin, move |(mut rest, mut running)| {
        let app = app.clone();
        async move {
            loop {
                let Some((id, one, after)) = running.take() else {
                    match rest.next() {
                        None => return Ok(None),
                        Some(Part::Text(text)) => return Ok(Some((text, (rest, None)))),
                        Some(Part::Messages(id, one)) => running = Some((id, one, 0)),
                    }
                    continue;
                };
                let messages = app.store.messages(&id, Page::After(after), PAGE).await?;
                let Some(last) = messages.last().map(|message| message.seq) else { continue };
                let written = messages
                    .iter()
                    .enumerate()
                    .map(|(place, message)| one(message, after == 0 && place == 0));
                let text = written.collect::<String>();
                return Ok::<_, StoreError>(Some((text, (rest, Some((id, one, last))))));
            }
        }
    }))
}
