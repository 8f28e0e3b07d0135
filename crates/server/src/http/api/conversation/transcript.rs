//! The whole conversation as a file for its visitor to keep. Written page by page while it is sent, so that a long one
//! needs no more memory than a short one.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use pronto_protocol::api::{ErrorBody, Transcript};
use pronto_protocol::id::{ConversationId, Millis};
use pronto_protocol::model::{Author, Conversation, Message};
use serde::Deserialize;

use super::only_visitor;
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Path, Query};
use crate::http::page::hosted::language;
use crate::http::party::Party;
use crate::http::state::{App, now};
use crate::store::Page;
use crate::text::template::{Fill, escape, render};

/// How many messages are read at a time.
const PAGE: u32 = 200;
const HTML: &str = include_str!("transcript.html");

/// In which form, and language.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    format: String,
    #[serde(default)]
    lang: String,
}

/// The whole conversation, as JSON or as a page.
#[utoipa::path(
    get, path = "/v1/conversations/{id}/transcript", tag = "conversation",
    params(("id" = String, Path, description = "The conversation's id"), ("format" = Option<String>, Query, description = "`json` (the default) or `html`"), ("lang" = Option<String>, Query, description = "The page's language")),
    responses(
        (status = 200, description = "A file", body = Transcript),
        (status = "4XX", description = "Not yours, or not there", body = ErrorBody),
    ),
    security(("visitor" = [])),
)]
pub async fn transcript(
    State(app): State<App>,
    party: Party,
    Path(id): Path<ConversationId>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Answer<Response> {
    let row = party.conversation(&app, &id).await?;
    only_visitor(party)?;
    let site = app.store.site(&row.conversation.site).await?.ok_or_else(Refused::not_found)?;
    let (writer, kind, file) = match wanted.format.as_str() {
        "" | "json" => (
            Writer::json(&site.settings.name, &row.conversation)?,
            "application/json",
            "attachment; filename=\"conversation.json\"",
        ),
        "html" => {
            let shown = app.store.inbox_conversation(&id, now()).await?.ok_or_else(Refused::not_found)?;
            let zone = shown.context.time_zone.as_deref().and_then(|zone| TimeZone::get(zone).ok());
            let language = language(&app, &site, &wanted.lang, &headers);
            let fill = |name: &str| match name {
                "lang" => Some(Fill::Text(language.locale.to_owned())),
                "dir" => Some(Fill::Text(language.dir().to_owned())),
                "title" => {
                    Some(Fill::Text(language.text("launcher.title").replace("{name}", &site.settings.name)))
                }
                "messages" => Some(Fill::Html(SPLIT.to_owned())),
                _ => None,
            };
            let words = (language.text("panel.you").to_owned(), language.text("panel.automatic").to_owned());
            let writer =
                Writer::html(&render(HTML, fill), words, &site.settings.name, zone.unwrap_or(TimeZone::UTC));
            (writer, "text/html; charset=utf-8", "attachment; filename=\"conversation.html\"")
        }
        _ => return Err(Refused::bad_request("The format is `json` or `html`.")),
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(file)),
    ];
    Ok((headers, body(app, id, writer)).into_response())
}

/// Where the messages go in a page that is being filled; in escaped text it cannot stand.
const SPLIT: &str = "<!--messages-->";

/// What surrounds the messages, and how each is written.
struct Writer {
    head: String,
    tail: String,
    one: One,
}

/// Writes one message; it is told whether it is the first.
type One = Box<dyn Fn(&Message, bool) -> String + Send>;

impl Writer {
    /// [`Transcript`], cut open where its messages stand.
    fn json(name: &str, conversation: &Conversation) -> Answer<Self> {
        let empty =
            Transcript { name: name.to_owned(), conversation: conversation.clone(), messages: Vec::new() };
        let mut head = serde_json::to_string(&empty).map_err(|_| Refused::internal())?;
        let tail = "]}";
        head.truncate(head.len() - tail.len());
        let one = |message: &Message, first: bool| {
            let json = serde_json::to_string(message).unwrap_or_default();
            if first { json } else { format!(",{json}") }
        };
        Ok(Self { head, tail: tail.to_owned(), one: Box::new(one) })
    }

    fn html(page: &str, (you, automatic): (String, String), name: &str, zone: TimeZone) -> Self {
        let (head, tail) = page.split_once(SPLIT).unwrap_or((page, ""));
        let name = name.to_owned();
        let one = move |message: &Message, _first: bool| {
            let by = message.author_name.as_ref().unwrap_or(&name);
            let by = match message.author {
                Author::Visitor => you.clone(),
                Author::Bot => format!("{by} · {automatic}"),
                _ => by.clone(),
            };
            let (machine, human) = written(message.created_at, &zone);
            format!(
                "<li><p class=\"by\">{} <time datetime=\"{machine}\">{human}</time></p><p dir=\"auto\">{}</p></li>\n",
                escape(&by),
                escape(&message.body)
            )
        };
        Self { head: head.to_owned(), tail: tail.to_owned(), one: Box::new(one) }
    }
}

/// A time for machines and for people.
fn written(at: Millis, zone: &TimeZone) -> (String, String) {
    let Ok(at) = Timestamp::from_millisecond(at.0) else { return Default::default() };
    (format!("{at:.0}"), at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string())
}

fn body(app: App, id: ConversationId, writer: Writer) -> Body {
    /// What comes next.
    enum Next {
        Head,
        After(u64),
        Nothing,
    }
    Body::from_stream(stream::try_unfold((Next::Head, writer), move |(next, writer)| {
        let (app, id) = (app.clone(), id.clone());
        async move {
            let after = match next {
                Next::Head => return Ok(Some((writer.head.clone(), (Next::After(0), writer)))),
                Next::After(after) => after,
                Next::Nothing => return Ok(None),
            };
            let messages = app.store.messages(&id, Page::After(after), PAGE).await?;
            let Some(last) = messages.last() else {
                return Ok(Some((writer.tail.clone(), (Next::Nothing, writer))));
            };
            let next = Next::After(last.seq);
            let text = messages
                .iter()
                .enumerate()
                .map(|(place, message)| (writer.one)(message, after == 0 && place == 0))
                .collect::<String>();
            Ok::<_, crate::store::StoreError>(Some((text, (next, writer))))
        }
    }))
}
