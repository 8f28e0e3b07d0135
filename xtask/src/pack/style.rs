//! The style inside a page: its lines as one, and short names for its custom properties.

use std::collections::BTreeMap;

const OPEN: &str = "<style>";
const CLOSE: &str = "</style>";

/// A page whose inline style has no line breaks between rules, and whose custom properties are called `--a`, `--b` and so on:
/// in the style, and in scripts where a string begins with one.
pub(crate) fn shorten(page: &str) -> Option<String> {
    let Some((before, rest)) = page.split_once(OPEN) else { return Some(page.to_owned()) };
    let (style, after) = rest.split_once(CLOSE)?;
    let style = join(style);
    let names = names(&style);
    let outside = |part: &str| rename(part, &names, |before| before == '"');
    let style = rename(&style, &names, |before| "{;(".contains(before));
    Some([&outside(before), OPEN, &style, CLOSE, &outside(after)].concat())
}

/// The short names of the custom properties of `page`, which has not been shortened yet.
pub(crate) fn properties(page: &str) -> BTreeMap<String, String> {
    let style = page.split_once(OPEN).and_then(|(_, rest)| rest.split_once(CLOSE)).map(|(style, _)| style);
    let style = join(&super::slim::lines(style.unwrap_or_default()));
    names(&style).into_iter().map(|(name, short)| (name.to_owned(), short)).collect()
}

/// A script of such a page, where it uses them in rules of its own.
pub(crate) fn follow(code: &str, properties: &BTreeMap<String, String>) -> String {
    let names = properties.iter().map(|(name, short)| (name.as_str(), short.clone())).collect();
    rename(code, &names, |before| before == '(')
}

/// A page without its second style, and that style with the short names of `properties`.
pub(crate) fn lift(page: &str, properties: &BTreeMap<String, String>) -> Option<(String, String)> {
    let (before, rest) = page.split_once(CLOSE)?;
    let (between, rest) = rest.split_once(OPEN)?;
    let (style, after) = rest.split_once(CLOSE)?;
    let kept = [before, CLOSE, between.trim_end(), after].concat();
    Some((kept, follow(&join(style.trim()), properties)))
}

/// A style without the line breaks between its rules.
pub(crate) fn join(style: &str) -> String {
    let mut lines = style.split('\n').peekable();
    let mut kept = String::with_capacity(style.len());
    while let Some(line) = lines.next() {
        kept.push_str(line);
        kept.push_str(lines.peek().map_or("", |_| gap(line)));
    }
    kept
}

/// What has to stay between a line and the next.
fn gap(line: &str) -> &'static str {
    if line.ends_with(['{', '}', ';', ',']) { "" } else { "\n" }
}

/// The short name of each custom property that the style mentions, the shortest for what weighs most.
fn names(style: &str) -> BTreeMap<&str, String> {
    let mut weights = BTreeMap::<&str, usize>::new();
    for (at, _) in style.match_indices("--") {
        let name = property(&style[at..]);
        *weights.entry(name).or_default() += name.len();
    }
    let mut heaviest: Vec<(&str, usize)> = weights.into_iter().filter(|(name, _)| name.len() > 2).collect();
    heaviest.sort_by_key(|(name, weight)| (std::cmp::Reverse(*weight), *name));
    let letters = ('a'..='z').chain('A'..='Z').map(|letter| format!("--{letter}"));
    heaviest.into_iter().map(|(name, _)| name).zip(letters).collect()
}

/// The name that `text` begins with.
fn property(text: &str) -> &str {
    let ends = |c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_');
    text.split(ends).next().unwrap_or_default()
}

/// `text` with the names that stand behind one of the signs that `begins` takes.
fn rename(text: &str, names: &BTreeMap<&str, String>, begins: impl Fn(char) -> bool) -> String {
    let (mut kept, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.find("--").map(|at| rest.split_at(at)) {
        let name = property(after);
        let begun = before.chars().next_back().or_else(|| kept.chars().next_back()).is_some_and(&begins);
        kept.push_str(before);
        kept.push_str(names.get(name).filter(|_| begun).map_or(name, String::as_str));
        rest = &after[name.len()..];
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::{follow, lift, properties, shorten};

    #[test]
    fn a_script_of_the_page_follows_it() {
        let properties = properties("<style>:root{--ink:red;--paper:var(--ink)}</style>");
        let code = "look(`a{color:var(--ink);background:var(--other)}`);--ink";
        assert_eq!(follow(code, &properties), "look(`a{color:var(--a);background:var(--other)}`);--ink");
    }

    #[test]
    fn the_second_style_leaves_the_page() {
        let page = "<style>:root{--a:red}</style>\n<style>b{color:var(--ink)}\ni{top:0}\n</style>\n<p>";
        let properties = [("--ink".to_owned(), "--a".to_owned())].into();
        let kept = "<style>:root{--a:red}</style>\n<p>".to_owned();
        assert_eq!(lift(page, &properties), Some((kept, "b{color:var(--a)}i{top:0}".to_owned())));
        assert_eq!(lift("<style></style>", &properties), None);
    }

    #[test]
    fn custom_properties_get_short_names_wherever_they_stand() {
        let page = "<p>a--ink</p><style>:root{--ink:red;--paper:var(--ink)}\na{color:var(--paper)}\nb\ni{x:y}</style><script>\
                    set(\"--ink\",1);--ink;set(\"--gone\")</script>";
        let short = "<p>a--ink</p><style>:root{--b:red;--a:var(--b)}a{color:var(--a)}b\ni{x:y}</style><script>\
                     set(\"--b\",1);--ink;set(\"--gone\")</script>";
        assert_eq!(shorten(page).as_deref(), Some(short));
        assert_eq!(shorten("<p>--ink</p>").as_deref(), Some("<p>--ink</p>"));
        assert_eq!(shorten("<style>a{}"), None);
    }
}
