//! What of the widget stands in a page's markup. It looks at tags as a browser's parser would split them, and at nothing
//! that only a running page has.

use url::Url;

/// What was found on the page.
#[derive(Default)]
pub(super) struct Found {
    /// Where the loader comes from.
    pub(super) chat: Option<Url>,
    /// Whether the loader is a script of the markup, not only a name inside another script.
    pub(super) in_markup: bool,
    /// The site's key, of the element or of the script.
    pub(super) site: Option<String>,
    /// The loader's nonce.
    pub(super) nonce: Option<String>,
    /// Whether the page has a viewport.
    pub(super) viewport: bool,
    /// What may add scripts to the page that no markup shows, by name.
    pub(super) tag_manager: Option<&'static str>,
    /// Policies in `<meta>`.
    pub(super) policies: Vec<String>,
}

/// What adds scripts to pages, by a piece of the address that it is loaded from.
const TAG_MANAGERS: [(&str, &str); 7] = [
    ("googletagmanager.com/gtm.js", "Google Tag Manager"),
    ("googletagmanager.com/gtag/js", "Google's tag"),
    ("cdn.segment.com/analytics.js", "Segment"),
    ("tags.tiqcdn.com/", "Tealium"),
    ("assets.adobedtm.com/", "Adobe's tags"),
    ("/matomo/js/container_", "Matomo Tag Manager"),
    ("cdn.matomo.cloud/", "Matomo Tag Manager"),
];

/// Attributes of a tag that are kept.
const ATTRIBUTES_MAX: usize = 100;

struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
    /// What stands between a script's tags.
    text: String,
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn is(&self, name: &str, attribute: &str, value: &str) -> bool {
        self.name == name && self.get(attribute).is_some_and(|own| own.eq_ignore_ascii_case(value))
    }
}

/// Looks for the widget in `html`, the page at `url`.
pub(super) fn find(html: &str, url: &Url) -> Found {
    let mut found = Found::default();
    for tag in tags(html) {
        if tag.is("meta", "name", "viewport") {
            found.viewport = true;
        }
        if tag.is("meta", "http-equiv", "content-security-policy") {
            found.policies.extend(tag.get("content").map(str::to_owned));
        }
        if tag.name == "pronto-chat" {
            found.site = tag.get("site").map(str::to_owned).or(found.site);
        }
        if tag.name == "script" {
            script(&tag, url, &mut found);
        }
    }
    found
}

fn script(tag: &Tag, page: &Url, found: &mut Found) {
    // Their own snippets name the address in a script's text.
    let named = |part: &str| tag.get("src").is_some_and(|src| src.contains(part)) || tag.text.contains(part);
    let manager = TAG_MANAGERS.iter().find(|(part, _)| named(part)).map(|(_, name)| *name);
    found.tag_manager = found.tag_manager.or(manager);
    let loader = tag.get("src").and_then(|src| page.join(src).ok()).filter(|src| src.path() == "/embed.js");
    if let Some(loader) = loader.filter(|_| !found.in_markup) {
        found.in_markup = true;
        found.nonce = tag.get("nonce").map(str::to_owned);
        found.site = found.site.take().or_else(|| tag.get("data-site").map(str::to_owned));
        found.chat = Some(loader);
    } else if found.chat.is_none() {
        let quoted = tag.text.split(['"', '\'', '`']);
        found.chat = quoted.filter_map(|part| Url::parse(part).ok()).find(|url| url.path() == "/embed.js");
    }
}

/// The tags one after another: of a page that has nothing but tags, each is gone before the next one comes.
fn tags(html: &str) -> impl Iterator<Item = Tag> + '_ {
    let mut rest = html;
    std::iter::from_fn(move || {
        while let Some((_, after)) = rest.split_once('<') {
            if let Some(comment) = after.strip_prefix("!--") {
                rest = comment.split_once("-->").map_or("", |(_, after)| after);
            } else if after.starts_with(|c: char| c.is_ascii_alphabetic()) {
                let (mut tag, after) = tag(after);
                rest = after;
                if ["script", "style", "textarea", "title", "template"].contains(&tag.name.as_str()) {
                    let end = end_of(rest, &tag.name);
                    tag.text = rest.get(..end).unwrap_or_default().to_owned();
                    rest = rest.get(end..).unwrap_or_default();
                }
                return Some(tag);
            } else {
                rest = after;
            }
        }
        None
    })
}

/// Where `</name` begins.
fn end_of(text: &str, name: &str) -> usize {
    let is_end = |at: &usize| {
        text.get(*at + 2..*at + 2 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name))
    };
    text.match_indices("</").map(|(at, _)| at).find(is_end).unwrap_or(text.len())
}

/// A tag from its name on, and what follows it.
fn tag(text: &str) -> (Tag, &str) {
    let end = text.find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>').unwrap_or(text.len());
    let (name, mut rest) = text.split_at(end);
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            break;
        }
        if let Some(after) = rest.strip_prefix('>') {
            rest = after;
            break;
        }
        let end = rest
            .find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>' | '='))
            .unwrap_or(rest.len());
        let (attribute, after) = rest.split_at(end.max(1).min(rest.len()));
        let (value, after) = value(after);
        // All that is looked for stands among the first of a tag.
        if attributes.len() < ATTRIBUTES_MAX {
            attributes.push((attribute.to_ascii_lowercase(), value));
        }
        rest = after;
    }
    (Tag { name: name.to_ascii_lowercase(), attributes, text: String::new() }, rest)
}

/// An attribute's value, and what follows it.
fn value(text: &str) -> (String, &str) {
    let Some(text) = text.trim_ascii_start().strip_prefix('=').map(str::trim_ascii_start) else {
        return (String::new(), text);
    };
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (value, after) = match quote {
        Some(quote) => text[1..].split_once(quote).unwrap_or((&text[1..], "")),
        None => text.split_at(text.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(text.len())),
    };
    let plain =
        value.replace("&quot;", "\"").replace("&#39;", "'").replace("&#x27;", "'").replace("&amp;", "&");
    (plain, after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn of_a_tag_without_end_only_the_beginning_is_kept() {
        let html = format!("<script src=/embed.js {}data-site=shop>", "a ".repeat(100_000));
        let kept: Vec<usize> = tags(&html).map(|tag| tag.attributes.len()).collect();
        assert_eq!(kept, [ATTRIBUTES_MAX]);
    }

    #[test]
    fn what_may_add_it_is_named() {
        let page = "https://shop.example/".parse().expect("a URL");
        let cases = [
            "<script>(function(w,d,s,l,i){j.src='https://www.googletagmanager.com/gtm.js?id='+i})(window)</script>",
            "<script async src=\"https://www.googletagmanager.com/gtag/js?id=G-1\"></script>",
            "<script>t.src=\"https://cdn.segment.com/analytics.js/v1/\" + key</script>",
            "<noscript><iframe src=\"https://www.googletagmanager.com/ns.html\"></iframe></noscript><p>gtm.js</p>",
        ];
        let named = cases.map(|html| find(html, &page).tag_manager);
        assert_eq!(named, [Some("Google Tag Manager"), Some("Google's tag"), Some("Segment"), None]);
    }

    #[test]
    fn the_widget_is_found_however_it_is_written() {
        let page = "https://shop.example/a/b".parse().expect("a URL");
        let cases = [
            r#"<script async src="https://chat.example.com/embed.js" data-site="shop"></script>"#,
            "<SCRIPT DATA-SITE=shop NONCE='n' SRC=https://chat.example.com/embed.js async></SCRIPT><meta name=viewport content=x>",
            r#"<pronto-chat site="own"><a></a></pronto-chat><script src="/embed.js"></script>"#,
            r#"<!-- <script src="https://chat.example.com/embed.js" data-site="gone"></script> -->"#,
            r#"<textarea><script src="https://chat.example.com/embed.js" data-site="gone"></script></textarea>"#,
            r#"<script>var s; s.src = "https://chat.example.com/embed.js"; s.dataset.site = "x"</script>"#,
            r#"<script src="https://other.example/embed.js.map"></script><p title="a > b" <b>"#,
            r#"<meta http-equiv="Content-Security-Policy" content="default-src &#39;self&#39;">"#,
            "<script src=\"https://chat.example.com/embed.js",
        ];
        let lines = cases.map(|html| {
            let Found { chat, in_markup, site, nonce, viewport, policies, .. } = find(html, &page);
            let chat = chat.map(|chat| chat.to_string());
            format!("{chat:?} {in_markup} {site:?} {nonce:?} {viewport} {policies:?}\n")
        });
        expect![[r#"
            Some("https://chat.example.com/embed.js") true Some("shop") None false []
            Some("https://chat.example.com/embed.js") true Some("shop") Some("n") true []
            Some("https://shop.example/embed.js") true Some("own") None false []
            None false None None false []
            None false None None false []
            Some("https://chat.example.com/embed.js") false None None false []
            None false None None false []
            None false None None false ["default-src 'self'"]
            Some("https://chat.example.com/embed.js") true None None false []
        "#]]
        .assert_eq(&lines.concat());
    }
}
