//! From Markdown to pages: the list of pages is `SUMMARY.md`, as mdBook has it, so that mdBook can build the same folder.
//! Knows no server.

use std::fmt::Write as _;

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use crate::http::page::template::escape;

/// The style of the handbook, for pages beside it.
pub(in crate::http) const STYLE: &str = include_str!("style.css");

/// All pages, drawn.
pub(super) struct Book {
    pages: Vec<(String, String)>,
}

/// A page as the summary names it.
struct Entry {
    title: String,
    /// Without its ending: `site/install`.
    path: String,
}

impl Book {
    /// Draws every page that the summary lists; `text` gives a file's text by its path.
    pub(super) fn read(text: impl Fn(&str) -> Option<String>) -> Self {
        let entries = summary(&text("SUMMARY.md").unwrap_or_default());
        let draw = |(at, entry): (usize, &Entry)| {
            let source = text(&format!("{}.md", entry.path))?;
            Some((entry.path.clone(), draw(&entries, at, &body(&source, &entry.path))))
        };
        Self { pages: entries.iter().enumerate().filter_map(draw).collect() }
    }

    /// The page at `path`, which has no ending.
    pub(super) fn page(&self, path: &str) -> Option<&str> {
        self.pages.iter().find(|(known, _)| known == path).map(|(_, page)| page.as_str())
    }
}

/// The lines `- [Title](path.md)`.
fn summary(text: &str) -> Vec<Entry> {
    let entry = |line: &str| {
        let (title, rest) = line.trim().strip_prefix("- [")?.split_once("](")?;
        Some(Entry { title: title.to_owned(), path: rest.strip_suffix(".md)")?.to_owned() })
    };
    text.lines().filter_map(entry).collect()
}

fn address(path: &str) -> String {
    if path == "index" { "/docs".to_owned() } else { format!("/docs/{path}") }
}

/// The page's text as HTML. Markup in the source is shown as text: there is none that a page needs.
fn body(source: &str, path: &str) -> String {
    let events: Vec<Event<'_>> = Parser::new_ext(source, Options::ENABLE_TABLES).collect();
    let mut drawn = Vec::with_capacity(events.len());
    for (at, event) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::Heading { level, attrs, classes, .. }) => {
                let name = slug(&events[at..]);
                let id = (*level != HeadingLevel::H1).then(|| CowStr::from(name));
                let (classes, attrs) = (classes.clone(), attrs.clone());
                drawn.push(Event::Start(Tag::Heading { level: *level, id, classes, attrs }));
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let dest_url = CowStr::from(link(dest_url, path));
                drawn.push(Event::Start(Tag::Link {
                    link_type: *link_type,
                    dest_url,
                    title: title.clone(),
                    id: id.clone(),
                }));
            }
            // What is wider than the page is scrolled, also with the keyboard.
            Event::Start(Tag::Table(columns)) => {
                drawn.push(Event::Html(CowStr::from(
                    "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Table\">",
                )));
                drawn.push(Event::Start(Tag::Table(columns.clone())));
            }
            Event::End(TagEnd::Table) => drawn.extend([event.clone(), Event::Html(CowStr::from("</div>"))]),
            Event::Html(text) | Event::InlineHtml(text) => drawn.push(Event::Text(text.clone())),
            _ => drawn.push(event.clone()),
        }
    }
    let mut page = String::new();
    html::push_html(&mut page, drawn.into_iter());
    page.replace("<pre>", "<pre tabindex=\"0\">")
}

/// The heading that `events` begin with, as the name of a place in the page.
fn slug(events: &[Event<'_>]) -> String {
    let inside = events.iter().take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))));
    let text: String = inside
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
            _ => None,
        })
        .collect();
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// A link to another page of the book, from the page at `from`; any other as it is.
fn link(target: &str, from: &str) -> String {
    let (file, place) = target.split_once('#').map_or((target, None), |(file, place)| (file, Some(place)));
    let Some(name) = file.strip_suffix(".md").filter(|name| !name.contains(':')) else {
        return target.to_owned();
    };
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in name.split('/') {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    address(&parts.join("/")) + &place.map(|place| format!("#{place}")).unwrap_or_default()
}

fn draw(entries: &[Entry], at: usize, body: &str) -> String {
    let mut list = String::new();
    for (place, Entry { title, path }) in entries.iter().enumerate() {
        let current = if place == at { " aria-current=\"page\"" } else { "" };
        // Writing into a string does not fail.
        let _ = write!(list, "<li><a href=\"{}\"{current}>{}</a></li>", address(path), escape(title));
    }
    let beside = |place: Option<usize>, rel: &str, word: &str| {
        let entry = place.and_then(|place| entries.get(place));
        entry.map_or(String::new(), |Entry { title, path }| {
            format!("<a rel=\"{rel}\" href=\"{}\"><span>{word}</span> {}</a>", address(path), escape(title))
        })
    };
    let title = escape(&entries[at].title);
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
         <title>{title} · Pronto</title><style>{STYLE}</style>\
         <a class=\"skip\" href=\"#text\">To the text</a>\
         <header><a href=\"/docs\"><svg viewBox=\"0 0 40 40\" aria-hidden=\"true\"><circle cx=\"20\" cy=\"20\" r=\"16\"/>\
         <path d=\"M20 4a16 16 0 0 1 13.9 24\"/></svg>Pronto</a></header>\
         <nav aria-label=\"Pages\"><details><summary>Pages</summary><ol>{list}</ol></details><ol class=\"wide-only\">{list}</ol></nav>\
         <main id=\"text\">{body}<nav class=\"beside\" aria-label=\"Next and previous\">{}{}</nav></main>",
        beside(at.checked_sub(1), "prev", "Previous"),
        beside(at.checked_add(1), "next", "Next"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn links_lead_to_the_page_that_the_file_becomes() {
        let cases = [
            ("site/api.md", "index"),
            ("csp.md", "site/install"),
            ("../site/api.md#events", "with/react"),
            ("../index.md", "site/api"),
            ("https://a.example/x.md", "index"),
            ("#place", "index"),
        ];
        let lines = cases.map(|(target, from)| format!("{from}: {target} → {}\n", link(target, from)));
        expect![[r#"
            index: site/api.md → /docs/site/api
            site/install: csp.md → /docs/site/csp
            with/react: ../site/api.md#events → /docs/site/api#events
            site/api: ../index.md → /docs
            index: https://a.example/x.md → https://a.example/x.md
            index: #place → #place
        "#]]
        .assert_eq(&lines.concat());
    }

    #[test]
    fn a_page_is_drawn_with_its_neighbours_and_without_foreign_markup() {
        let text = |path: &str| {
            Some(match path {
                "SUMMARY.md" => "# Summary\n\n- [One](index.md)\n- [Two & more](a/two.md)\n".to_owned(),
                "index.md" => "# One\n\n## `open` it\n\n[Two](a/two.md) <b onclick=x>\n\n| a |\n| --- |\n| b |\n\n```js\n1 < 2\n```\n".to_owned(),
                "a/two.md" => "# Two".to_owned(),
                _ => return None,
            })
        };
        let book = Book::read(text);
        let page = book.page("index").expect("it is drawn");
        let (_, main) = page.split_once("<main id=\"text\">").expect("a main part");
        expect![[r#"
            <h1>One</h1>
            <h2 id="open-it"><code>open</code> it</h2>
            <p><a href="/docs/a/two">Two</a> &lt;b onclick=x&gt;</p>
            <div class="wide" tabindex="0" role="group" aria-label="Table"><table><thead><tr><th>a</th></tr></thead><tbody>
            <tr><td>b</td></tr>
            </tbody></table>
            </div>
            <pre tabindex="0"><code class="language-js">1 &lt; 2
            </code></pre>
            <nav class="beside" aria-label="Next and previous"><a rel="next" href="/docs/a/two"><span>Next</span> Two &amp; more</a></nav></main>"#]].assert_eq(main);
        assert!(book.page("a/two").is_some_and(|page| page.contains("rel=\"prev\" href=\"/docs\"")));
        assert!(book.page("b").is_none());
    }

    #[test]
    fn every_file_is_in_the_summary_and_every_example_says_its_language() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        let read = |path: &str| std::fs::read_to_string(root.join(path)).ok();
        let entries = summary(&read("SUMMARY.md").expect("a summary"));
        let mut listed: Vec<String> = entries.iter().map(|entry| format!("{}.md", entry.path)).collect();
        let mut found = Vec::new();
        for folder in ["", "site/", "visitors/", "with/", "run/"] {
            for entry in std::fs::read_dir(root.join(folder)).expect("a folder").flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if name.ends_with(".md") && name != "SUMMARY.md" {
                    found.push(format!("{folder}{name}"));
                }
            }
        }
        listed.sort();
        found.sort();
        assert_eq!(listed, found);
        for path in &listed {
            let text = read(path).expect("it is there");
            let fences: Vec<&str> = text.lines().filter(|line| line.starts_with("```")).collect();
            for fence in fences.chunks(2) {
                let known = [
                    "html", "js", "ts", "tsx", "vue", "svelte", "http", "mjs", "php", "python", "rust", "sh",
                    "toml",
                ];
                assert!(known.iter().any(|kind| fence[0] == format!("```{kind}")), "{path}: {}", fence[0]);
                assert_eq!(fence.get(1), Some(&"```"), "{path}");
            }
        }
    }
}
