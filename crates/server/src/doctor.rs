//! `pronto doctor`: reads a customer's page as a browser gets it and says what keeps the widget off it, each with the line
//! that helps. It reads and judges; it changes nothing.

mod page;
mod policy;

use std::fmt::Write as _;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, StatusCode};
use url::Url;

use crate::config::DoctorArgs;
use page::{Found, find};
use policy::Policy;

const PAGE_MAX: usize = 4 * 1024 * 1024;
const TIMEOUT: Duration = Duration::from_secs(15);
/// Some sites answer only to what looks like a browser.
const AGENT: &str = concat!("Mozilla/5.0 (compatible; pronto-doctor/", env!("CARGO_PKG_VERSION"), ")");

/// One thing that was looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Finding {
    grade: Grade,
    says: String,
    /// What to write, and where it goes is in `says`.
    line: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Grade {
    /// The widget does not work like this.
    Blocks,
    /// It works, but not as well as it could.
    Advice,
    /// As it should be.
    Fine,
}

fn blocks(says: impl Into<String>, line: impl Into<Option<String>>) -> Finding {
    Finding { grade: Grade::Blocks, says: says.into(), line: line.into() }
}

fn advice(says: impl Into<String>, line: impl Into<Option<String>>) -> Finding {
    Finding { grade: Grade::Advice, says: says.into(), line: line.into() }
}

fn fine(says: impl Into<String>) -> Finding {
    Finding { grade: Grade::Fine, says: says.into(), line: None }
}

/// A page as it came.
struct Seen {
    url: Url,
    headers: HeaderMap,
    html: String,
}

/// What the chat itself says of a site.
enum Chat {
    Silent(String),
    UnknownSite,
    Knows { ancestors: Vec<String> },
}

/// Looks at the page and prints what was found.
///
/// # Errors
/// When the page cannot be read, or something on it blocks the widget.
pub async fn run(args: DoctorArgs) -> Result<(), String> {
    let client = Client::builder()
        .timeout(TIMEOUT)
        .user_agent(AGENT)
        .build()
        .map_err(|error| format!("no HTTP client: {error}"))?;
    let seen = look(&client, &args.url).await?;
    let found = find(&seen.html, &seen.url);
    let mut findings = page_findings(&seen, &found, args.chat.as_ref());
    if let (Some(chat), Some(site)) = (found.chat.as_ref().or(args.chat.as_ref()), &found.site) {
        findings.extend(chat_findings(&ask(&client, chat, site, &seen.url).await, chat, site, &seen.url));
    }
    print!("{}", report(&seen.url, &findings));
    match findings.iter().filter(|finding| finding.grade == Grade::Blocks).count() {
        0 => Ok(()),
        1 => Err("one thing keeps the widget off this page.".to_owned()),
        n => Err(format!("{n} things keep the widget off this page.")),
    }
}

async fn look(client: &Client, url: &Url) -> Result<Seen, String> {
    let fault = |error: reqwest::Error| format!("{url} cannot be read: {}", error.without_url());
    let mut answer = client.get(url.clone()).header("accept", "text/html").send().await.map_err(fault)?;
    if !answer.status().is_success() {
        return Err(format!("{url} answers {}, so there is no page to look at.", answer.status()));
    }
    let (url, headers) = (answer.url().clone(), answer.headers().clone());
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(fault)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > PAGE_MAX {
            break;
        }
    }
    Ok(Seen { url, headers, html: String::from_utf8_lossy(&bytes).into_owned() })
}

/// Asks the chat whether it knows the site, and which pages may frame its panel.
async fn ask(client: &Client, chat: &Url, site: &str, page: &Url) -> Chat {
    let get = |path: String| {
        let url = chat.join(&path).unwrap_or_else(|_| chat.clone());
        client.get(url).header("sec-fetch-dest", "document").header("origin", origin(page)).send()
    };
    let public = match get(format!("/v1/sites/{site}")).await {
        Ok(answer) => answer.status(),
        Err(error) => return Chat::Silent(error.without_url().to_string()),
    };
    if public == StatusCode::NOT_FOUND {
        return Chat::UnknownSite;
    }
    let frame = match get(format!("/frame/{site}")).await {
        Ok(answer) if answer.status().is_success() => answer,
        Ok(answer) => return Chat::Silent(format!("it answers {}", answer.status())),
        Err(error) => return Chat::Silent(error.without_url().to_string()),
    };
    let policies = policies(frame.headers());
    let ancestors = policies.iter().find_map(|policy| policy.sources("frame-ancestors"));
    Chat::Knows { ancestors: ancestors.unwrap_or_default().iter().map(|one| (*one).to_owned()).collect() }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn policies(headers: &HeaderMap) -> Vec<Policy> {
    let all = headers.get_all("content-security-policy").iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(',')).map(Policy::parse).collect()
}

/// What the page alone tells.
fn page_findings(seen: &Seen, found: &Found, asked: Option<&Url>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let example = || asked.map_or_else(|| "https://chat.example.com".to_owned(), origin);
    let key = found.site.as_deref().unwrap_or("your-site");
    match &found.chat {
        Some(chat) if found.in_markup => {
            findings.push(fine(format!("The loader of {} is on the page.", origin(chat))));
        }
        Some(chat) => findings.push(advice(
            format!("The loader of {} is put there by another script, which can fail; in the page's own markup it is:", origin(chat)),
            format!("<script async src=\"{}/embed.js\" data-site=\"{key}\"></script>", origin(chat)),
        )),
        None => findings.push(blocks(
            "The loader is not on the page. If a tag manager adds it, only a browser can see it; otherwise put this before </head>:",
            format!("<script async src=\"{}/embed.js\" data-site=\"{key}\"></script>", example()),
        )),
    }
    if found.in_markup && found.site.is_none() {
        findings.push(blocks(
            "The loader does not say which site it is for. Add to its script:",
            "data-site=\"your-site\"".to_owned(),
        ));
    }
    if let Some(chat) = found.chat.as_ref().or(asked) {
        findings.extend(policy_findings(seen, found, chat));
        if seen.url.scheme() == "https" && chat.scheme() == "http" {
            findings.push(blocks("The page is https and the chat is http: browsers load nothing of it. Give the chat a certificate and use:", format!("https://{}", chat.host_str().unwrap_or_default())));
        }
    }
    let header =
        |name: &str| seen.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if header("cross-origin-embedder-policy").starts_with("require-corp") {
        findings.push(blocks(
            "The page sends Cross-Origin-Embedder-Policy: require-corp, and with it browsers refuse the panel's frame. If the page can do with it, send:",
            "Cross-Origin-Embedder-Policy: credentialless".to_owned(),
        ));
    }
    if !header("x-frame-options").is_empty() {
        findings.push(fine("X-Frame-Options says who may frame this page; it does not concern the widget."));
    }
    if !found.viewport {
        findings.push(advice(
            "The page has no viewport for phones, so the button is drawn tiny there. Put into <head>:",
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">".to_owned(),
        ));
    }
    findings
}

/// What of the widget the page's policies refuse.
fn policy_findings(seen: &Seen, found: &Found, chat: &Url) -> Vec<Finding> {
    let mut all = policies(&seen.headers);
    all.extend(found.policies.iter().map(|text| Policy::parse(text)));
    if all.is_empty() {
        return vec![fine("The page sends no Content Security Policy, so none is in the way.")];
    }
    let at = |path: &str| chat.join(path).unwrap_or_else(|_| chat.clone());
    let needs = [
        ("script-src", "the loader", at("/embed.js"), found.nonce.as_deref()),
        ("connect-src", "the loader's one question", at("/v1/sites/"), None),
        ("frame-src", "the panel", at("/frame/"), None),
    ];
    let mut findings = Vec::new();
    for (directive, what, url, nonce) in needs {
        let refusing = all.iter().find(|policy| !policy.allows(directive, &url, &seen.url, nonce));
        match refusing {
            Some(policy) => findings.push(blocks(
                format!("The page's Content Security Policy refuses {what}. Its {directive} has to be:"),
                policy.with(directive, &origin(chat)),
            )),
            None => findings.push(fine(format!("Its Content Security Policy lets {what} in ({directive})."))),
        }
    }
    if all.iter().any(Policy::demands_trusted_types) {
        findings.push(fine("It demands Trusted Types; the loader needs no exception from that."));
    }
    findings
}

/// What the chat adds: whether it knows the site, and the page's origin.
fn chat_findings(said: &Chat, chat: &Url, site: &str, page: &Url) -> Vec<Finding> {
    let own = origin(page);
    match said {
        Chat::Silent(why) => {
            vec![blocks(format!("The chat at {} does not answer as it should: {why}.", origin(chat)), None)]
        }
        Chat::UnknownSite => vec![blocks(
            format!("The chat knows no site “{site}”. The inbox shows the right line under Settings."),
            None,
        )],
        Chat::Knows { ancestors } if ancestors.contains(&own) || own == origin(chat) => {
            vec![fine(format!("The chat knows the site “{site}”, and lets pages of {own} frame its panel."))]
        }
        Chat::Knows { .. } => vec![blocks(
            format!(
                "The site “{site}” does not list this page's origin, so its panel shows a notice instead. In the inbox, under Settings, add to the allowed origins:"
            ),
            own,
        )],
    }
}

fn report(url: &Url, findings: &[Finding]) -> String {
    let mut text = format!("{url}\n");
    for Finding { grade, says, line } in findings {
        let mark = match grade {
            Grade::Blocks => "BLOCKS",
            Grade::Advice => "advice",
            Grade::Fine => "fine  ",
        };
        // Writing into a string does not fail.
        let _ = writeln!(text, "  {mark}  {says}");
        if let Some(line) = line {
            let _ = writeln!(text, "          {line}");
        }
    }
    text
}
