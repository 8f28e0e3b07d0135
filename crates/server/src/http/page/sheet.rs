//! A small page of the server's own, in the site's colours and whole without script: shown by itself, and in the panel's
//! dialog. What stands on it is its caller's.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use jiff::Timestamp;
use pronto_protocol::id::Millis;

use super::assets::inline_hashes;
use super::colour::Palette;
use super::html;
use super::template::escape;
use super::words::Language;
use crate::config::web_origin;
use crate::http::error::Answer;
use crate::store::Site;

const STYLE: &str = include_str!("sheet/sheet.css");
/// Writes times and figures the reader's own way, and lets Escape close the dialog that the page is shown in.
const SCRIPT: &str = include_str!("sheet/sheet.js");

/// A page without its content.
pub struct Sheet<'a> {
    /// Whose.
    pub site: &'a Site,
    /// In which language.
    pub language: Language<'a>,
    /// `light` or `dark`, where that was asked for; else the reader's system decides.
    pub theme: &'a str,
    /// Its title, with `{name}` for the business's.
    pub title: &'a str,
    /// Rules beside those of every such page.
    pub style: &'static str,
    /// What else runs on it; empty for nothing.
    pub script: &'static str,
    /// Whether the panel shows it too: it may then be framed where the panel may.
    pub framed: bool,
}

impl Sheet<'_> {
    /// The page with `main` as its content, which is markup. It is kept nowhere, unless the caller says so.
    ///
    /// # Errors
    /// Never for origins that were let into the settings.
    pub fn answer(&self, main: &str) -> Answer<Response> {
        let theme = match self.theme {
            "light" => " data-theme=\"light\"",
            "dark" => " data-theme=\"dark\"",
            _ => "",
        };
        let drawn = format!(
            "<!doctype html><html lang=\"{}\" dir=\"{}\"{theme}><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\"><meta \
             name=\"robots\" content=\"noindex\"><title>{}</title><style>{}{STYLE}{}</style></head><body><main>{main}</main>\
             <script>(() => {{\n{SCRIPT}{}}})()</script></body></html>",
            escape(self.language.locale),
            self.language.dir(),
            self.named(self.title),
            Palette::of(&self.site.settings).properties(),
            self.style,
            self.script,
        );
        let hashes = inline_hashes(&drawn);
        let ancestors = if self.framed { ancestors(self.site) } else { "'none'".to_owned() };
        let policy = format!(
            "default-src 'none'; script-src{}; style-src{}; form-action 'self'; base-uri 'none'; \
             require-trusted-types-for 'script'; frame-ancestors {ancestors}",
            hashes.scripts, hashes.styles
        );
        let mut response = html(&policy, drawn)?;
        let answer = response.headers_mut();
        // An address may hold the secret of a mail's link: no other site hears of it.
        answer.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        answer.insert("x-robots-tag", HeaderValue::from_static("noindex"));
        Ok(response)
    }

    /// One of the language's texts as markup, the business's name in its place.
    #[must_use]
    pub fn text(&self, key: &str) -> String {
        self.named(self.language.text(key))
    }

    /// The same of a text that is none of the language's.
    #[must_use]
    pub fn named(&self, text: &str) -> String {
        put(text, &[("name", escape(&self.site.settings.name))])
    }
}

/// Who may frame what the panel shows: our own pages, and those of the site.
fn ancestors(site: &Site) -> String {
    let origins = site.settings.allowed_origins.iter().filter_map(|origin| web_origin(origin));
    origins.fold("'self'".to_owned(), |all, origin| all + " " + &origin)
}

/// Whether a browser is about to show the answer inside of another page.
#[must_use]
pub fn is_framed(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-dest").is_some_and(|dest| dest == "iframe")
}

/// `text` as markup, with markup in its places.
#[must_use]
pub fn put(text: &str, parts: &[(&str, String)]) -> String {
    parts.iter().fold(escape(text), |text, (name, part)| text.replace(&format!("{{{name}}}"), part))
}

/// A moment for machines.
#[must_use]
pub fn iso(at: Millis) -> String {
    Timestamp::from_millisecond(at.0).unwrap_or_default().to_string()
}
