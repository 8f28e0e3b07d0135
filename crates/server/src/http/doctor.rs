//! `/doctor`: the page that tells an owner what keeps the widget off a page of theirs. Only for who is signed in, since the
//! server goes and reads an address that somebody names; it goes to public addresses alone.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use pronto_protocol::id::SiteKey;
use serde::Deserialize;
use url::Url;

use super::docs::book::STYLE;
use super::error::Answer;
use super::extract::{Caller, Query};
use super::guard::budget::{Budget, Rate};
use super::page::assets::inline_hashes;
use super::page::html;
use super::page::template::escape;
use super::party::signed_in;
use super::state::{App, now};
use crate::auth::secret::SecretHash;
use crate::config::web_origin;
use crate::doctor::{CONSOLE, Chat, Finding, Grade, look, reader};

/// Of one person's pages, so many are read.
static BUDGET: LazyLock<Budget<SecretHash>> =
    LazyLock::new(|| Budget::new(Rate { burst: 10, per_second: 1 }));

const OWN_STYLE: &str = "body{display:block;max-width:760px}@media(min-width:800px){header{padding-inline:0}}form{display:flex;flex-wrap:wrap;gap:12px;margin:0 0 24px}\
    label{flex-basis:100%;font-weight:600}input{flex:1 1 240px;min-height:44px;padding:8px 14px;border:1px solid var(--ink-2);\
    border-radius:14px;background:var(--paper);color:inherit;font:inherit}button{min-height:44px;padding:8px 20px;border:0;\
    border-radius:14px;background:var(--accent);color:var(--paper);font:inherit;font-weight:600;cursor:pointer}\
    main>ul{list-style:none;padding:0}main>ul>li{padding:12px 0;border-top:1px solid var(--line)}b{display:block}.blocks{color:light-dark(#8e1f18,#ff8b80)}\
    pre{margin:8px 0 0;white-space:pre-wrap}";

/// Which page.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    url: String,
}

/// The form, and below it what was found on the page that it names.
pub async fn show(
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    caller: Caller,
    headers: HeaderMap,
) -> Answer<Response> {
    let Ok(agent) = signed_in(&app, &headers).await else {
        return Ok((StatusCode::SEE_OTHER, [(header::LOCATION, "/inbox")]).into_response());
    };
    // A foreign page must not have ours read on with its visitor's cookie.
    if wanted.url.is_empty() || !caller.is_same_origin() {
        return page(&wanted.url, "");
    }
    BUDGET.take(agent.session, now())?;
    let found = match examine(&app, &caller, wanted.url.trim()).await? {
        Ok((url, findings)) => list(&url, &findings),
        Err(sentence) => format!("<p role=\"status\">{}</p>", escape(&sentence)),
    };
    page(&wanted.url, &found)
}

/// What is on the page, or why it cannot be read.
async fn examine(app: &App, caller: &Caller, text: &str) -> Answer<Result<(Url, Vec<Finding>), String>> {
    let written = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let private = app.args.allow_private_backends;
    let Ok(url) = Url::parse(&written) else {
        return Ok(Err("That is no address of a page.".to_owned()));
    };
    let seen = match reader(private) {
        Ok(reader) => look(&reader, &url).await,
        Err(sentence) => Err(sentence),
    };
    let seen = match seen {
        Ok(seen) => seen,
        Err(sentence) => return Ok(Err(sentence)),
    };
    let own = Url::parse(&caller.origin).ok();
    let said = match seen.loader() {
        (Some(chat), Some(site)) if own.as_ref().is_some_and(|own| own.origin() == chat.origin()) => {
            Some(ask(app, site).await?)
        }
        (Some(chat), Some(_)) => Some(Chat::Silent(format!(
            "it is not this server, {}, so it has to be asked there",
            if own.is_some() { caller.origin.as_str() } else { chat.as_str() }
        ))),
        _ => None,
    };
    let findings = seen.findings(own.as_ref(), said.as_ref());
    Ok(Ok((seen.url, findings)))
}

async fn ask(app: &App, site: &str) -> Answer<Chat> {
    let Ok(key) = SiteKey::new(site) else { return Ok(Chat::UnknownSite) };
    Ok(match app.store.site(&key).await? {
        Some(site) => Chat::Knows {
            ancestors: site.settings.allowed_origins.iter().filter_map(|origin| web_origin(origin)).collect(),
        },
        None => Chat::UnknownSite,
    })
}

fn list(url: &Url, findings: &[Finding]) -> String {
    let blocking = findings.iter().filter(|finding| finding.grade == Grade::Blocks).count();
    let verdict = match blocking {
        0 => "Nothing keeps the widget off this page.".to_owned(),
        1 => "One thing keeps the widget off this page.".to_owned(),
        n => format!("{n} things keep the widget off this page."),
    };
    let mut text = format!("<h2>{verdict}</h2><p>{}</p><ul>", escape(url.as_str()));
    for Finding { grade, says, line } in findings {
        let mark = match grade {
            Grade::Blocks => "Blocks",
            Grade::Advice => "Advice",
            Grade::Fine => "Fine",
        };
        let line =
            line.as_deref().map(|line| format!("<pre tabindex=\"0\"><code>{}</code></pre>", escape(line)));
        // Writing into a string does not fail.
        let _ = write!(
            text,
            "<li><b class=\"{}\">{mark}</b>{}{}</li>",
            mark.to_lowercase(),
            escape(says),
            line.unwrap_or_default()
        );
    }
    text + "</ul>"
}

fn page(url: &str, found: &str) -> Answer<Response> {
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
         <title>Doctor · Pronto</title><style>{STYLE}{OWN_STYLE}</style>\
         <header><a href=\"/inbox\">Pronto</a></header><main><h1>What keeps the chat off a page</h1>\
         <form action=\"/doctor\"><label for=\"url\">Address of the page</label>\
         <input id=\"url\" name=\"url\" inputmode=\"url\" autocomplete=\"url\" required value=\"{}\" placeholder=\"https://shop.example/\">\
         <button>Look</button></form>{found}\
         <h2>What only your browser sees</h2><p>What a tag manager adds, what lies over the button, how far it stands out from the \
         page: open that page, open the browser's console (F12, on a Mac ⌥⌘J), and paste these lines. They read, and change nothing.</p>\
         <details><summary>The lines to paste</summary><pre tabindex=\"0\"><code>{}</code></pre></details>\
         <p>More in <a href=\"/docs/site/doctor\">the handbook</a>.</p></main>",
        escape(url),
        escape(CONSOLE),
    );
    let styles = inline_hashes(&page).styles;
    html(
        &format!(
            "default-src 'none'; style-src{styles}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        ),
        page,
    )
}
