//! `/playground`: an owner changes the loader's options, sees the real widget do it on a page beside them, and copies the line. A
//! form that works without script; nothing is stored, and a colour is tried on this page's own frames alone.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Redirect, Response};
use pronto_protocol::id::SiteKey;
use pronto_protocol::model::look::{CORNERS_MAX, Letters, Look};
use serde::Deserialize;

use super::book::STYLE;
use crate::http::api::site::describe;
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Caller, Path, Query};
use crate::http::page::assets::inline_hashes;
use crate::http::page::colour::is_colour;
use crate::http::page::frame::{self, Filling};
use crate::http::page::html;
use crate::http::page::template::{Fill, escape, render};
use crate::http::state::App;
use crate::store::Site;

const PAGE: &str = include_str!("playground.html");
const SAMPLE: &str = include_str!("sample.html");
/// The accent that a site has before its owner chose one.
const ACCENT: &str = "#0f5c4a";

/// What was chosen; what is empty stays as the loader has it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Chosen {
    site: String,
    lang: String,
    label: String,
    position: String,
    offset: String,
    theme: String,
    accent: String,
    mobile: String,
    #[serde(rename = "hide-on")]
    hide_on: String,
    open: String,
    mount: String,
    seen: String,
}

impl Chosen {
    /// Every choice by its name: the loader's options in the order in which they are written, and what is none of its own.
    fn all(&self) -> [(&'static str, &str); 11] {
        [
            ("site", &self.site),
            ("accent", &self.accent),
            ("lang", &self.lang),
            ("position", &self.position),
            ("offset", &self.offset),
            ("theme", &self.theme),
            ("label", &self.label),
            ("hide-on", &self.hide_on),
            ("mobile", &self.mobile),
            ("open", &self.open),
            ("mount", &self.mount),
        ]
    }

    /// The loader's options as attributes, each with `prefix` before its name.
    fn attributes(&self, prefix: &str) -> String {
        let options = self
            .all()
            .into_iter()
            .filter(|(name, value)| !matches!(*name, "site" | "accent") && !value.trim().is_empty());
        let written = options.map(|(name, value)| match name {
            "open" | "mount" => format!(" {prefix}{name}"),
            _ => format!(" {prefix}{name}=\"{}\"", escape(value.trim())),
        });
        written.collect()
    }

    /// What goes into a page: the script alone, or the element where the panel stands inside the page.
    fn snippet(&self, chat: &str, loader: &str) -> String {
        let site = if self.site.trim().is_empty() { "your-site" } else { self.site.trim() };
        let (site, chat, loader) = (escape(site), escape(chat), escape(loader));
        if self.mount.is_empty() {
            let options = self.attributes("data-");
            return format!("<script async src=\"{loader}\" data-site=\"{site}\"{options}></script>");
        }
        let options = self.attributes("");
        format!(
            "<pronto-chat site=\"{site}\"{options}>\n  <a href=\"{chat}/c/{site}\">Write to us</a>\n</pronto-chat>\n\
             <script async src=\"{loader}\"></script>"
        )
    }

    /// The digits of the colour that is tried, where it is one.
    fn accent(&self) -> Option<&str> {
        self.accent.strip_prefix('#').filter(|_| is_colour(&self.accent))
    }

    /// The same choice as an address's query.
    fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.all().into_iter().filter(|(_, value)| !value.is_empty()));
        query.finish()
    }
}

fn options(chosen: &str, all: &[(&str, &str)]) -> String {
    let option = |(value, words): &(&str, &str)| {
        let selected = if *value == chosen { " selected" } else { "" };
        format!("<option value=\"{value}\"{selected}>{words}</option>")
    };
    all.iter().map(option).collect()
}

/// The form, the line and the page beside them.
pub async fn show(State(app): State<App>, Query(chosen): Query<Chosen>, caller: Caller) -> Answer<Response> {
    let accent = match (chosen.accent(), SiteKey::new(chosen.site.trim())) {
        (Some(tried), _) => format!("#{tried}"),
        (None, Ok(key)) => {
            app.store.site(&key).await?.map_or_else(|| ACCENT.to_owned(), |site| site.settings.accent)
        }
        _ => ACCENT.to_owned(),
    };
    let ticked = |value: &str| Some(Fill::Html(if value.is_empty() { "" } else { " checked" }.to_owned()));
    let text = |text: &str| Some(Fill::Text(text.to_owned()));
    let list = |chosen: &str, all: &[(&str, &str)]| Some(Fill::Html(options(chosen, all)));
    let drawn = render(PAGE, |name| match name {
        "style" => Some(Fill::Html(STYLE.to_owned())),
        "site" => text(&chosen.site),
        "lang" => text(&chosen.lang),
        "label" => text(&chosen.label),
        "offset" => text(&chosen.offset),
        "hide_on" => text(&chosen.hide_on),
        "accent" => text(&accent),
        "position" => {
            list(&chosen.position, &[("", "By the page’s language"), ("left", "Left"), ("right", "Right")])
        }
        "theme" => {
            list(&chosen.theme, &[("", "As the visitor’s device"), ("light", "Light"), ("dark", "Dark")])
        }
        "mobile" => list(
            &chosen.mobile,
            &[("", "Fills the screen"), ("page", "Opens the hosted page"), ("hide", "No button")],
        ),
        "seen" => list(&chosen.seen, &[("", "A desktop"), ("phone", "A phone")]),
        "seen_class" => text(if chosen.seen == "phone" { "phone" } else { "" }),
        "open" => ticked(&chosen.open),
        "mount" => ticked(&chosen.mount),
        "snippet" => text(&chosen.snippet(&caller.origin, &format!("{}/embed.js", caller.origin))),
        "page" => text(&format!("/playground/page?{}", chosen.query())),
        _ => None,
    });
    let hashes = inline_hashes(&drawn);
    html(
        &format!(
            "default-src 'none'; script-src{}; style-src{}; connect-src 'self'; frame-src 'self'; base-uri 'none'; \
             form-action 'self'; require-trusted-types-for 'script'; frame-ancestors 'none'",
            hashes.scripts, hashes.styles
        ),
        drawn,
    )
}

/// The line alone, for the form's script.
pub async fn snippet(Query(chosen): Query<Chosen>, caller: Caller) -> Response {
    let line = chosen.snippet(&caller.origin, &format!("{}/embed.js", caller.origin));
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], line).into_response()
}

/// A page such as an owner's, with the widget on it as chosen.
pub async fn sample(
    State(app): State<App>,
    Query(chosen): Query<Chosen>,
    caller: Caller,
) -> Answer<Response> {
    let known = match SiteKey::new(chosen.site.trim()) {
        Ok(key) => app.store.site(&key).await?,
        Err(_) => None,
    };
    let loader = match chosen.accent() {
        Some(accent) => format!("/playground/look/{accent}/embed.js"),
        None => "/embed.js".to_owned(),
    };
    let lang = known.as_ref().map_or("en", |site| site.settings.locale.as_str());
    let drawn = render(SAMPLE, |name| match name {
        "lang" => Some(Fill::Text(lang.to_owned())),
        "scheme" => Some(Fill::Html(
            match chosen.theme.as_str() {
                "dark" => "dark",
                "light" => "light",
                _ => "light dark",
            }
            .to_owned(),
        )),
        "snippet" => Some(Fill::Html(match known {
            Some(_) => chosen.snippet(&caller.origin, &loader),
            None if chosen.site.is_empty() => {
                "<p><strong>Name a site, and its widget appears here.</strong></p>".to_owned()
            }
            None => {
                "<p><strong>This chat has no site of that key, so there is no widget to show.</strong></p>"
                    .to_owned()
            }
        })),
        _ => None,
    });
    let styles = inline_hashes(&drawn).styles;
    html(
        &format!(
            "default-src 'none'; script-src 'self'; connect-src 'self'; frame-src 'self'; style-src{styles}; base-uri 'none'; \
             form-action 'none'; require-trusted-types-for 'script'; frame-ancestors 'self'"
        ),
        drawn,
    )
}

/// In which language.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    lang: String,
}

/// The site with the colour that is tried.
async fn tried(app: &App, accent: &str, key: &SiteKey) -> Answer<Site> {
    let mut site = app.store.site(key).await?.ok_or_else(Refused::not_found)?;
    site.settings.accent = colour(accent).ok_or_else(Refused::not_found)?;
    Ok(site)
}

/// The colour that six digits name.
fn colour(digits: &str) -> Option<String> {
    Some(format!("#{digits}")).filter(|colour| is_colour(colour))
}

/// A look that is not saved yet: colours as six digits; what is left out or is none stays Pronto's own.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Tried {
    accent: String,
    paper: String,
    paper_dark: String,
    corners: Option<u8>,
    letters: String,
    theme: String,
}

/// How the panel would look, for the owner's settings.
pub async fn still(
    State(app): State<App>,
    Path(key): Path<SiteKey>,
    Query(look): Query<Tried>,
) -> Answer<Response> {
    let mut site = app.store.site(&key).await?.ok_or_else(Refused::not_found)?;
    if let Some(accent) = colour(&look.accent) {
        site.settings.accent = accent;
    }
    site.settings.look = Some(Look {
        paper: colour(&look.paper),
        paper_dark: colour(&look.paper_dark),
        corners: look.corners.map(|corners| corners.min(CORNERS_MAX)),
        letters: Some(Letters::parse(&look.letters)),
    });
    let language = app.pages.words.nearest([site.settings.locale.as_str()]);
    frame::still(&app, &site, language, &look.theme).await
}

/// What the loader asks, in that colour.
pub async fn site(
    State(app): State<App>,
    Path((accent, key)): Path<(String, SiteKey)>,
    Query(wanted): Query<Wanted>,
) -> Answer<Response> {
    let site = tried(&app, &accent, &key).await?;
    let language = app.pages.words.nearest([wanted.lang.as_str(), &site.settings.locale]);
    Ok(Json(describe(&app, &site, language).await?).into_response())
}

/// The panel in that colour, for a page of this server's own.
pub async fn panel(
    State(app): State<App>,
    Path((accent, key)): Path<(String, SiteKey)>,
    Query(wanted): Query<Wanted>,
) -> Answer<Response> {
    let site = tried(&app, &accent, &key).await?;
    let language = app.pages.words.nearest([wanted.lang.as_str(), &site.settings.locale]);
    frame::page(&app, &site, language, Filling::framed(&key, language)?, "'self'").await
}

/// The hosted page has the site's own colour.
pub async fn hosted(Path((_, key)): Path<(String, SiteKey)>) -> Redirect {
    Redirect::to(&format!("/c/{key}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn the_line_says_what_was_chosen_and_no_more() {
        let line = |chosen: Chosen| chosen.snippet("https://chat.example", "https://chat.example/embed.js");
        let named = |name: &str| Chosen { site: name.into(), ..Chosen::default() };
        let lines = [
            line(Chosen::default()),
            line(named(" shop ")),
            line(Chosen {
                label: "\"><script>alert(1)</script>".into(),
                offset: "24 88".into(),
                hide_on: "/cart".into(),
                open: "1".into(),
                accent: "#ff0000".into(),
                ..named("shop")
            }),
            line(Chosen { mount: "1".into(), theme: "dark".into(), ..named("shop") }),
        ];
        expect![[r#"
            <script async src="https://chat.example/embed.js" data-site="your-site"></script>
            <script async src="https://chat.example/embed.js" data-site="shop"></script>
            <script async src="https://chat.example/embed.js" data-site="shop" data-offset="24 88" data-label="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;" data-hide-on="/cart" data-open></script>
            <pronto-chat site="shop" theme="dark" mount>
              <a href="https://chat.example/c/shop">Write to us</a>
            </pronto-chat>
            <script async src="https://chat.example/embed.js"></script>"#]]
        .assert_eq(&lines.join("\n"));
    }

    #[test]
    fn only_a_colour_is_a_colour() {
        let tried =
            |accent: &str| Chosen { accent: accent.into(), ..Chosen::default() }.accent().map(str::to_owned);
        assert_eq!(tried("#0F5c4a").as_deref(), Some("0F5c4a"));
        for wrong in ["", "#", "0f5c4a", "#0f5c4", "#0f5c4g", "#0f5c4a;}", "../../x"] {
            assert_eq!(tried(wrong), None, "{wrong}");
        }
    }
}
