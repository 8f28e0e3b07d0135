//! Reads a customer's page as a browser gets it and says what keeps the widget off it, each with the line that helps: for
//! `pronto doctor`, and for the inbox's people at `/doctor`. It reads and judges; it changes nothing.

mod page;
mod policy;

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, StatusCode, redirect};
use url::Url;

use crate::config::DoctorArgs;
use crate::relay::guard::{GuardedResolver, check_url};
use page::{Found, find};
use policy::Policy;

const PAGE_MAX: usize = 4 * 1024 * 1024;
const TIMEOUT: Duration = Duration::from_secs(15);
/// Some sites answer only to what looks like a browser.
const AGENT: &str = concat!("Mozilla/5.0 (compatible; pronto-doctor/", env!("CARGO_PKG_VERSION"), ")");

/// What a browser's console is given to see what no reading of the markup shows: what a tag manager added, what lies over the
/// button, how far it stands out from what is behind it.
pub(crate) const CONSOLE: &str = include_str!("doctor/console.js");

/// One thing that was looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Finding {
    pub(crate) grade: Grade,
    pub(crate) says: String,
    /// What to write; where it goes is in `says`.
    pub(crate) line: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Grade {
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

/// A page as it came, and what of the widget is on it.
pub(crate) struct Seen {
    /// Where it was in the end.
    pub(crate) url: Url,
    headers: HeaderMap,
    found: Found,
}

/// What the chat itself says of a site.
pub(crate) enum Chat {
    /// It could not be asked, and why.
    Silent(String),
    /// It has no such site.
    UnknownSite,
    /// It has it, and lets pages of these origins frame its panel.
    Knows {
        /// The origins.
        ancestors: Vec<String>,
    },
}

impl Seen {
    /// Where the page's loader comes from, and for which site.
    pub(crate) fn loader(&self) -> (Option<&Url>, Option<&str>) {
        (self.found.chat.as_ref(), self.found.site.as_deref())
    }

    /// All that was found, the worst first; `chat` is the one to name where the page has no loader.
    pub(crate) fn findings(&self, chat: Option<&Url>, said: Option<&Chat>) -> Vec<Finding> {
        let mut findings = page_findings(self, chat);
        let chat = self.found.chat.as_ref().or(chat);
        if let (Some(chat), Some(site), Some(said)) = (chat, &self.found.site, said) {
            findings.extend(chat_findings(said, chat, site, &self.url));
        }
        findings.sort_by_key(|finding| finding.grade);
        findings
    }
}

/// Looks at the page and prints what was found.
///
/// # Errors
/// When the page cannot be read, or something on it blocks the widget.
pub async fn run(args: DoctorArgs) -> Result<(), String> {
    let reader = reader(true)?;
    let seen = look(&reader, &args.url).await?;
    let said = match (seen.found.chat.as_ref().or(args.chat.as_ref()), &seen.found.site) {
        (Some(chat), Some(site)) => Some(ask(&reader, chat, site, &seen.url).await),
        _ => None,
    };
    let findings = seen.findings(args.chat.as_ref(), said.as_ref());
    print!("{}", report(&seen.url, &findings));
    match findings.iter().filter(|finding| finding.grade == Grade::Blocks).count() {
        0 => Ok(()),
        1 => Err("one thing keeps the widget off this page.".to_owned()),
        n => Err(format!("{n} things keep the widget off this page.")),
    }
}

/// What reads pages.
pub(crate) struct Reader {
    client: Client,
    allow_private: bool,
}

/// A reader. Without `allow_private` it goes to public addresses alone, whatever a name or a redirect says.
///
/// # Errors
/// When this machine can make no HTTP client.
pub(crate) fn reader(allow_private: bool) -> Result<Reader, String> {
    let follow = redirect::Policy::custom(move |next| {
        if next.previous().len() > 5 || check_url(next.url(), allow_private).is_err() {
            next.stop()
        } else {
            next.follow()
        }
    });
    let client = Client::builder().timeout(TIMEOUT).user_agent(AGENT).redirect(follow).no_proxy();
    let client = client.dns_resolver(Arc::new(GuardedResolver { allow_private }));
    let client = client.build().map_err(|error| format!("no HTTP client: {error}"))?;
    Ok(Reader { client, allow_private })
}

/// Reads the page.
///
/// # Errors
/// When there is none to read.
pub(crate) async fn look(reader: &Reader, url: &Url) -> Result<Seen, String> {
    // Addresses written as numbers never come to the resolver.
    check_url(url, reader.allow_private).map_err(|_| format!("{url} is no address of a public page."))?;
    let fault = |error: reqwest::Error| format!("{url} cannot be read: {}", error.without_url());
    let mut answer =
        reader.client.get(url.clone()).header("accept", "text/html").send().await.map_err(fault)?;
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
    let found = find(&String::from_utf8_lossy(&bytes), &url);
    Ok(Seen { url, headers, found })
}

/// Asks the chat whether it knows the site, and which pages may frame its panel.
async fn ask(reader: &Reader, chat: &Url, site: &str, page: &Url) -> Chat {
    let get = |path: String| {
        let url = chat.join(&path).unwrap_or_else(|_| chat.clone());
        reader.client.get(url).header("sec-fetch-dest", "document").header("origin", origin(page)).send()
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
fn page_findings(seen: &Seen, asked: Option<&Url>) -> Vec<Finding> {
    let found = &seen.found;
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
        // Not blocking: it may well be there in the end.
        None if found.tag_manager.is_some() => findings.push(advice(
            format!(
                "The loader is not in the page's markup. {} is, and may add it, which only a browser sees: the page /doctor of your chat has lines for its console. In the page's own markup it would be:",
                found.tag_manager.unwrap_or_default()
            ),
            format!("<script async src=\"{}/embed.js\" data-site=\"{key}\"></script>", example()),
        )),
        None => findings.push(blocks(
            "The loader is not on the page. Put this before </head>:",
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
        findings.extend(policy_findings(seen, chat));
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
fn policy_findings(seen: &Seen, chat: &Url) -> Vec<Finding> {
    let found = &seen.found;
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    #[tokio::test]
    async fn a_guarded_reader_stays_out_of_this_network() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let mut asked = [0; 4096];
                let _ = stream.read(&mut asked).expect("a request");
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\nx")
                    .expect("an answer");
            }
        });
        for host in ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"] {
            let url = format!("http://{host}:{port}/").parse().expect("a URL");
            let guarded = look(&reader(false).expect("a reader"), &url).await;
            assert!(guarded.is_err(), "{host}");
        }
        let url = format!("http://localhost:{port}/").parse().expect("a URL");
        assert!(look(&reader(true).expect("a reader"), &url).await.is_ok(), "it is there to be read");
    }
}
