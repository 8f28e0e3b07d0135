//! Finds the web addresses in a text. Only `http` and `https` become links; all else stays text.

use crate::text::find;

/// A piece of a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Piece<'a> {
    /// As it is.
    Text(&'a str),
    /// An address, to be linked as it is.
    Link(&'a str),
}

/// The pieces of `text`, in order.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(start) = next_scheme(rest, from) {
        let (before, tail) = rest.split_at(start);
        let link = address(tail);
        if link.len() <= "https://".len() || before.ends_with(|c: char| c.is_ascii_alphanumeric()) {
            from = start + "http".len();
            continue;
        }
        if !before.is_empty() {
            found.push(Piece::Text(before));
        }
        found.push(Piece::Link(link));
        rest = tail.strip_prefix(link).unwrap_or_default();
        from = 0;
    }
    if !rest.is_empty() {
        found.push(Piece::Text(rest));
    }
    found
}

fn next_scheme(text: &str, from: usize) -> Option<usize> {
    let tail = text.get(from..)?;
    let places = ["http://", "https://"].into_iter().filter_map(|scheme| find(tail, scheme));
    places.min().map(|place| from + place)
}

/// The address at the start of `tail`, without the punctuation of the sentence around it.
fn address(tail: &str) -> &str {
    let end = tail.find(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"'));
    let mut link = end.and_then(|end| tail.get(..end)).unwrap_or(tail);
    while let Some(last) = link.chars().next_back() {
        let count = |bracket: u8| link.bytes().filter(|byte| *byte == bracket).count();
        let opened = count(b'(') >= count(b')');
        let trailing = matches!(last, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '»' | '”' | ']')
            || (last == ')' && !opened);
        if !trailing {
            break;
        }
        link = link.strip_suffix(last).unwrap_or_default();
    }
    link
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, expected: Expect) {
        let shown: Vec<String> = pieces(text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(text) => format!("{text:?}"),
                Piece::Link(link) => format!("<{link}>"),
            })
            .collect();
        expected.assert_eq(&shown.join(" "));
    }

    #[test]
    fn addresses_are_found_and_nothing_else_is() {
        check("no link", expect![[r#""no link""#]]);
        check("see https://a.example/x?y=1#z.", expect![[r#""see " <https://a.example/x?y=1#z> ".""#]]);
        check("(http://a.example/b_(c))", expect![[r#""(" <http://a.example/b_(c)> ")""#]]);
        check("javascript:alert(1) data:x ftp://a", expect![[r#""javascript:alert(1) data:x ftp://a""#]]);
        check("xhttp://a.example http://b.example", expect![[r#""xhttp://a.example " <http://b.example>"#]]);
        check("https:// http://", expect![[r#""https:// http://""#]]);
        check("https://è.example/à, ok", expect![[r#"<https://è.example/à> ", ok""#]]);
        check("https://a.example\"onclick=x", expect![[r#"<https://a.example> "\"onclick=x""#]]);
    }
}
