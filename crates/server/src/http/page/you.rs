//! A visitor's own pages: their conversations, what is kept of them, the files they take along, and its deletion with a
//! receipt. Forms carry the session's secret; no address ever does. By itself a page also goes by the hosted page's cookie.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use jiff::tz::TimeZone;
use pronto_protocol::id::{ConversationId, Millis, SiteKey};
use pronto_protocol::model::yours::{ErasureReceipt, VisitorConversation};
use pronto_protocol::model::{Author, Message, Status};
use serde::Deserialize;

use super::frame::told;
use super::hosted::{NEW, Wanted, known_secret, language, set_cookie};
use super::sheet::{Sheet, is_framed, iso, put};
use super::template::escape;
use crate::auth::secret;
use crate::billing::time_zone;
use crate::http::api::conversation::file as files;
use crate::http::api::conversation::yours::erase_all;
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Caller, FormBody, Path, Query};
use crate::http::party::{Visitor, known_visitor};
use crate::http::state::{App, now};
use crate::store::{Kept, Site};

pub mod rate;

const STYLE: &str = include_str!("you/you.css");
/// Has the panel change to a conversation, where there is a panel around the page.
const SCRIPT: &str = include_str!("you/you.js");
/// Has the panel forget who wrote here, and lets the receipt be printed.
const GONE: &str = include_str!("you/gone.js");
/// The most pages that are listed by their address.
const PAGES_MAX: usize = 20;

/// What the forms send.
#[derive(Deserialize)]
pub struct Said {
    #[serde(default)]
    session: String,
    /// `json` or `html`.
    #[serde(default)]
    format: String,
    /// For a file of one conversation.
    #[serde(default)]
    conversation: String,
    /// That it is deleted indeed.
    #[serde(default)]
    sure: String,
}

/// The page, for who has the hosted page's cookie.
pub async fn show(
    State(app): State<App>,
    Path(key): Path<SiteKey>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Answer<Response> {
    let secret = known_secret(&app, &headers).await?.unwrap_or_default().to_owned();
    let site = app.store.site(&key).await?.ok_or_else(Refused::not_found)?;
    Yours::new(&app, &site, &wanted, &headers, secret).overview().await
}

/// The page, for who sends their secret.
pub async fn show_form(
    State(app): State<App>,
    Path(key): Path<SiteKey>,
    Query(wanted): Query<Wanted>,
    caller: Caller,
    headers: HeaderMap,
    FormBody(said): FormBody<Said>,
) -> Answer<Response> {
    caller.check_form()?;
    let site = app.store.site(&key).await?.ok_or_else(Refused::not_found)?;
    Yours::new(&app, &site, &wanted, &headers, said.session).overview().await
}

/// One conversation as a file, or everything that is kept.
pub async fn file(
    State(app): State<App>,
    Path(key): Path<SiteKey>,
    Query(wanted): Query<Wanted>,
    caller: Caller,
    headers: HeaderMap,
    FormBody(said): FormBody<Said>,
) -> Answer<Response> {
    caller.check_form()?;
    let site = app.store.site(&key).await?.ok_or_else(Refused::not_found)?;
    let visitor = Yours::new(&app, &site, &wanted, &headers, said.session).who().await?;
    let visitor = visitor.ok_or_else(Refused::not_found)?;
    let form = files::Wanted { format: said.format, lang: wanted.lang };
    match ConversationId::new(said.conversation) {
        Ok(id) => files::one(&app, visitor, &id, &form, &headers).await,
        Err(_) => files::everything(&app, &visitor, &form, &headers).await,
    }
}

/// Asks once more, and then deletes everything and gives the receipt; as a file where that is wanted.
pub async fn delete(
    State(app): State<App>,
    Path(key): Path<SiteKey>,
    Query(wanted): Query<Wanted>,
    caller: Caller,
    headers: HeaderMap,
    FormBody(said): FormBody<Said>,
) -> Answer<Response> {
    caller.check_form()?;
    let site = app.store.site(&key).await?.ok_or_else(Refused::not_found)?;
    let yours = Yours::new(&app, &site, &wanted, &headers, said.session);
    if said.sure.is_empty() {
        return yours.ask().await;
    }
    // Of this site only: the secret of another opens nothing here.
    let session = secret::hash(&yours.secret);
    if yours.who().await?.is_none() && !app.store.is_erased(session).await? {
        return yours.overview().await;
    }
    match erase_all(&app, session).await?.filter(|receipt| receipt.site == key) {
        Some(receipt) if said.format == "json" => receipt_file(&receipt),
        Some(receipt) => yours.gone(&receipt),
        None => yours.overview().await,
    }
}

fn receipt_file(receipt: &ErasureReceipt) -> Answer<Response> {
    let json = serde_json::to_string_pretty(receipt).map_err(|_| Refused::internal())?;
    let file = format!("attachment; filename=\"{}.json\"", receipt.reference);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&file).map_err(|_| Refused::internal())?),
    ];
    Ok((headers, json).into_response())
}

/// Whose pages they are, and how they are drawn.
struct Yours<'a> {
    app: &'a App,
    site: &'a Site,
    sheet: Sheet<'a>,
    secret: String,
    /// Whether the panel is around the page.
    inside: bool,
    now: Millis,
}

impl<'a> Yours<'a> {
    fn new(app: &'a App, site: &'a Site, wanted: &'a Wanted, headers: &HeaderMap, secret: String) -> Self {
        let language = language(app, site, &wanted.lang, headers);
        let title = language.text("you.title");
        let theme = &wanted.theme;
        let sheet = Sheet { site, language, theme, title, style: STYLE, script: SCRIPT, framed: true };
        Self { app, site, sheet, secret, inside: is_framed(headers), now: now() }
    }

    /// The visitor, where the secret opens anything of this site.
    async fn who(&self) -> Answer<Option<Visitor>> {
        if !secret::is_visitor_secret(&self.secret) {
            return Ok(None);
        }
        let Some(visitor) = known_visitor(self.app, &self.secret).await? else { return Ok(None) };
        self.app.budgets.session_requests.take(visitor.session, self.now)?;
        Ok(Some(visitor).filter(|visitor| visitor.site == self.site.key))
    }

    /// The conversations, and what is kept.
    async fn overview(&self) -> Answer<Response> {
        let kept = match self.who().await? {
            Some(visitor) => {
                let talks = self.app.store.talks_of(&visitor.visitor_id).await?;
                self.app.store.kept(&visitor.visitor_id).await?.map(|kept| (talks, kept))
            }
            None => None,
        };
        let Some((talks, kept)) = kept else {
            return self.answer(&format!("<p class=\"say\">{}</p>", self.text("you.empty")));
        };
        let zone = self.zone(&kept);
        let talks: String = talks.iter().map(|talk| self.talk(talk, &zone)).collect();
        let main = format!(
            "<p><a class=\"button\" href=\"{}\" data-talk=\"{}\" data-fresh>{}</a></p><ol class=\"talks\">{talks}</ol>\
             <section><h2>{}</h2>{}<div class=\"row\">{}{}</div></section>",
            escape(&self.hosted(NEW)),
            secret::mint_id(),
            self.text("you.new"),
            self.text("you.kept"),
            self.facts(&kept),
            self.form(
                "you/file",
                &format!(
                    "<button class=\"quiet\" name=\"format\" value=\"html\">{}</button>\
                     <button class=\"quiet\" name=\"format\" value=\"json\">{}</button>",
                    self.text("you.save_html"),
                    self.text("you.save_json")
                )
            ),
            self.form(
                "you/delete",
                &format!("<button class=\"quiet danger\">{}</button>", self.text("you.delete"))
            ),
        );
        self.answer(&main)
    }

    /// Whether everything is to be deleted.
    async fn ask(&self) -> Answer<Response> {
        let kept = match self.who().await? {
            Some(visitor) => self.app.store.kept(&visitor.visitor_id).await?,
            None => None,
        };
        let Some(kept) = kept else { return self.overview().await };
        let main = format!(
            "<p>{}</p>{}<p class=\"say\">{}</p><div class=\"row\">{}{}</div>",
            self.text("you.sure"),
            self.facts(&kept),
            self.text("you.rest"),
            self.form(
                "you/delete",
                &format!(
                    "<input type=\"hidden\" name=\"sure\" value=\"1\"><button class=\"danger\">{}</button>",
                    self.text("you.yes")
                )
            ),
            self.form("you", &format!("<button class=\"quiet\">{}</button>", self.text("you.no"))),
        );
        self.titled("you.delete", SCRIPT, &main)
    }

    /// The receipt.
    fn gone(&self, receipt: &ErasureReceipt) -> Answer<Response> {
        let erased = &receipt.erased;
        let zone = TimeZone::get(&time_zone(&self.site.settings)).unwrap_or(TimeZone::UTC);
        let (machine, human) = files::written(receipt.erased_at, &zone);
        let mut rows = vec![
            ("you.number", escape(&receipt.reference)),
            ("you.when", format!("<time class=\"whole\" datetime=\"{machine}\">{human}</time>")),
            ("you.conversations", erased.conversations.to_string()),
            ("you.messages", erased.messages.to_string()),
            ("you.files", erased.files.to_string()),
            ("panel.mail_label", erased.emails.to_string()),
            ("you.devices", erased.sessions.to_string()),
            ("you.digest", format!("<code>{}</code>", escape(&receipt.digest))),
        ];
        if erased.contacts > 0 {
            rows.insert(5, ("you.known", erased.contacts.to_string()));
        }
        let save = "<input type=\"hidden\" name=\"sure\" value=\"1\"><button name=\"format\" value=\"json\">";
        let main = format!(
            "<p role=\"status\">{}</p>{}<div class=\"row\">{}<button class=\"quiet\" id=\"print\" type=\"button\" \
             hidden>{}</button></div>",
            self.text("you.proof"),
            self.list(&rows),
            self.form("you/delete", &format!("{save}{}</button>", self.text("panel.mail_save"))),
            self.text("you.print"),
        );
        let mut response = self.titled("you.gone", GONE, &main)?;
        let cookie = set_cookie(self.app, &self.site.key, "", 0)?;
        response.headers_mut().insert(header::SET_COOKIE, cookie);
        Ok(response)
    }

    fn answer(&self, main: &str) -> Answer<Response> {
        self.titled("you.title", SCRIPT, main)
    }

    fn titled(&self, title: &str, script: &'static str, main: &str) -> Answer<Response> {
        let title = self.sheet.language.text(title);
        let sheet = Sheet { title, script, ..self.sheet };
        let way = if self.inside {
            String::new()
        } else {
            format!(
                "<p class=\"way\"><a href=\"{}\">{}</a></p>",
                escape(&self.hosted("")),
                self.text("launcher.open")
            )
        };
        sheet.answer(&format!("<h1 id=\"title\">{}</h1>{main}{way}", sheet.named(title)))
    }

    /// A conversation, and its file.
    fn talk(&self, talk: &VisitorConversation, zone: &TimeZone) -> String {
        let id = talk.conversation.conversation_id.as_str();
        let unread = if talk.unread > 0 {
            let said = put(self.sheet.language.text("launcher.unread"), &[("n", talk.unread.to_string())]);
            format!("<strong>{said}</strong>")
        } else {
            String::new()
        };
        let named = format!("<input type=\"hidden\" name=\"conversation\" value=\"{}\">", escape(id));
        let file = format!(
            "{named}<button class=\"quiet\" name=\"format\" value=\"html\">{}</button>",
            self.text("you.file")
        );
        let rate = if talk.conversation.status == Status::Resolved {
            let given = talk.rating.as_ref().map(|rating| format!("rate.{}", rating.score));
            let said = self.text(given.as_deref().unwrap_or("rate.title"));
            self.form("you/rate", &format!("{named}<button class=\"quiet\">{said}</button>"))
        } else {
            String::new()
        };
        format!(
            "<li><a href=\"{}\" data-talk=\"{}\"><span dir=\"auto\">{}</span><small>{} · {}</small>{unread}</a>\
             <div class=\"acts\">{rate}{}</div></li>",
            escape(&self.hosted(id)),
            escape(id),
            escape(talk.last_message.gist()),
            escape(&self.by(&talk.last_message)),
            self.time(talk.last_message.created_at, zone),
            self.form("you/file", &file),
        )
    }

    fn by(&self, message: &Message) -> String {
        match message.author {
            Author::Visitor => self.sheet.language.text("panel.you").to_owned(),
            _ => message.author_name.clone().unwrap_or_else(|| self.site.settings.name.clone()),
        }
    }

    /// What is kept, as a list.
    fn facts(&self, kept: &Kept) -> String {
        let contexts = || kept.conversations.iter().map(|(_, context)| context);
        let pages: BTreeSet<&str> = contexts().filter_map(|context| context.page_url.as_deref()).collect();
        let browsers: BTreeSet<String> = contexts()
            .map(|context| {
                let said = [&context.locale, &context.time_zone].into_iter().flatten();
                said.map(String::as_str).collect::<Vec<_>>().join(" · ")
            })
            .filter(|said| !said.is_empty())
            .collect();
        let lines = |said: Vec<&str>| {
            let said: Vec<String> =
                said.into_iter().map(|line| format!("<bdi>{}</bdi>", escape(line))).collect();
            said.join("<br>")
        };
        let mut rows = vec![
            ("you.conversations", kept.conversations.len().to_string()),
            ("you.messages", kept.messages.to_string()),
            ("you.files", kept.files.to_string()),
            ("panel.mail_label", kept.email.as_deref().map_or("–".to_owned(), escape)),
        ];
        if let Some(contact) = &kept.contact {
            rows.push(("you.known", lines(contact.said().collect())));
        }
        if !pages.is_empty() {
            rows.push(("you.pages", lines(pages.into_iter().take(PAGES_MAX).collect())));
        }
        if !browsers.is_empty() {
            rows.push(("you.browser", lines(browsers.iter().map(String::as_str).collect())));
        }
        rows.push(("you.devices", kept.sessions.len().to_string()));
        let filled_in: BTreeSet<(&str, &str)> = contexts()
            .filter_map(|context| context.asked.as_ref())
            .flat_map(|asked| told(asked, self.sheet.language))
            .collect();
        let filled_in = filled_in.into_iter().map(|(label, value)| (escape(label), lines(vec![value])));
        self.rows(rows.iter().map(|(key, value)| (self.text(key), value.clone())).chain(filled_in))
    }

    fn list(&self, rows: &[(&str, String)]) -> String {
        self.rows(rows.iter().map(|(key, value)| (self.text(key), value.clone())))
    }

    /// Labels and values, as markup.
    fn rows(&self, rows: impl Iterator<Item = (String, String)>) -> String {
        let rows = rows.map(|(label, value)| format!("<dt>{label}</dt><dd>{value}</dd>"));
        format!("<dl>{}</dl>", rows.collect::<String>())
    }

    /// A form of these pages, with the secret in it.
    fn form(&self, to: &str, content: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("lang", self.sheet.language.locale).append_pair("theme", self.sheet.theme);
        format!(
            "<form method=\"post\" action=\"/c/{}/{to}?{}\"><input type=\"hidden\" name=\"session\" value=\"{}\">{content}</form>",
            escape(self.site.key.as_str()),
            escape(&query.finish()),
            escape(&self.secret)
        )
    }

    /// The way to the hosted page, and to a conversation there.
    fn hosted(&self, conversation: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("lang", self.sheet.language.locale);
        if !conversation.is_empty() {
            query.append_pair("conversation", conversation);
        }
        format!("/c/{}?{}", self.site.key, query.finish())
    }

    fn text(&self, key: &str) -> String {
        self.sheet.text(key)
    }

    fn time(&self, at: Millis, zone: &TimeZone) -> String {
        let said = self.sheet.language.moment(at, zone, self.now);
        format!("<time datetime=\"{}\">{}</time>", iso(at), escape(&said))
    }

    /// The visitor's own zone, or the business's.
    fn zone(&self, kept: &Kept) -> TimeZone {
        let said = kept.conversations.iter().rev().find_map(|(_, context)| context.time_zone.as_deref());
        let known = said.and_then(|zone| TimeZone::get(zone).ok());
        known.or_else(|| TimeZone::get(&time_zone(&self.site.settings)).ok()).unwrap_or(TimeZone::UTC)
    }
}
