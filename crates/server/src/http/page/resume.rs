//! Where the links in a mail lead: back into the conversation on another device, and out of the mails. Whatever fetches
//! a link to look at it changes nothing; only the button on the page does.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use pronto_protocol::id::SiteKey;
use serde::Deserialize;

use super::hosted::{Wanted, enter, language};
use super::sheet::Sheet;
use super::template::{Fill, render};
use super::words::Language;
use crate::auth::secret;
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Caller, FormBody, Path, Query};
use crate::http::state::{App, now};
use crate::store::Site;

/// The secret stands in the address's fragment, which no browser sends and no log sees; the page's script moves it into
/// the form. Without script the visitor types the code that the mail shows for this.
const RESUME: &str = include_str!("resume/open.html");
const STOP: &str = include_str!("resume/stop.html");
const SAID: &str = include_str!("resume/said.html");

/// The secret of a link.
#[derive(Deserialize)]
pub struct Code {
    #[serde(default)]
    code: String,
}

/// The page with the button that opens the conversation here.
pub async fn show(
    State(app): State<App>,
    Path(key): Path<SiteKey>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Answer<Response> {
    let (site, language) = visited(&app, &key, &wanted, &headers).await?;
    draw(RESUME, &site, language, "")
}

/// Opens the conversation on this device, once: a session of its own, in the cookie of the hosted page.
pub async fn open(
    State(app): State<App>,
    Path(key): Path<SiteKey>,
    Query(wanted): Query<Wanted>,
    caller: Caller,
    headers: HeaderMap,
    FormBody(form): FormBody<Code>,
) -> Answer<Response> {
    caller.check_form()?;
    app.budgets.address_sessions.take(caller.address, now())?;
    let (site, language) = visited(&app, &key, &wanted, &headers).await?;
    let session = secret::mint();
    let code = secret::hash(form.code.trim());
    match app.store.resume(&key, code, secret::hash(&session), now()).await? {
        Some(resumed) => enter(&app, &key, &wanted.lang, Some(&resumed.conversation_id), &session),
        None => gone(&site, language, "resume.ended"),
    }
}

/// The page with the button that takes the address away.
pub async fn ask_stop(
    State(app): State<App>,
    Path((key, _code)): Path<(SiteKey, String)>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Answer<Response> {
    let (site, language) = visited(&app, &key, &wanted, &headers).await?;
    draw(STOP, &site, language, "")
}

/// Takes the address away. A mail program may ask for it by itself, when its user says so (RFC 8058): the secret in the
/// address is the proof, and all that it can do.
pub async fn stop(
    State(app): State<App>,
    Path((key, code)): Path<(SiteKey, String)>,
    Query(wanted): Query<Wanted>,
    caller: Caller,
    headers: HeaderMap,
) -> Answer<Response> {
    app.budgets.address_sessions.take(caller.address, now())?;
    let (site, language) = visited(&app, &key, &wanted, &headers).await?;
    if app.store.stop_mail(&key, secret::hash(&code)).await? {
        return draw(SAID, &site, language, language.text("stop.done"));
    }
    gone(&site, language, "stop.ended")
}

async fn visited<'a>(
    app: &'a App,
    key: &SiteKey,
    wanted: &Wanted,
    headers: &HeaderMap,
) -> Answer<(Site, Language<'a>)> {
    let site = app.store.site(key).await?.ok_or_else(Refused::not_found)?;
    let language = language(app, &site, &wanted.lang, headers);
    Ok((site, language))
}

fn gone(site: &Site, language: Language<'_>, key: &str) -> Answer<Response> {
    let mut response = draw(SAID, site, language, language.text(key))?;
    *response.status_mut() = StatusCode::GONE;
    Ok(response)
}

fn draw(page: &str, site: &Site, language: Language<'_>, said: &str) -> Answer<Response> {
    let (title, script) = match page {
        RESUME => (language.text("resume.title"), include_str!("resume/open.js")),
        STOP => (language.text("stop.title"), ""),
        _ => ("{name}", ""),
    };
    let style = include_str!("resume/plain.css");
    let sheet = Sheet { site, language, theme: "", title, style, script, framed: false };
    let text = |key: &str| Some(Fill::Html(sheet.text(key)));
    let main = render(page, |place| match place {
        "title" => Some(Fill::Html(sheet.named(title))),
        "said" => Some(Fill::Text(said.to_owned())),
        "hosted" => Some(Fill::Text(format!("/c/{}?lang={}", site.key, language.locale))),
        "write" => text("launcher.open"),
        "resume_text" => text("resume.text"),
        "resume_code" => text("resume.code"),
        "resume_open" => text("mail.open"),
        "stop_text" => text("stop.text"),
        "stop_button" => text("stop.button"),
        _ => None,
    });
    sheet.answer(&main)
}
