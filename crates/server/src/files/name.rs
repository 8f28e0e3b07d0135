//! What a file is called: its sender's words, made harmless.

use pronto_protocol::model::attachment::FILE_NAME_MAX_CHARS;

use super::kind::Kind;

/// A name without folders, controls and marks that turn the reading direction, cut to what can be shown, its ending kept.
#[must_use]
pub fn clean(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain: String = last.chars().filter(|c| !c.is_control() && !turns(*c)).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let plain = words.join(" ").trim_start_matches('.').to_owned();
    let (stem, ending) = match plain.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && (1..=10).contains(&ending.chars().count()) => {
            (stem, ending)
        }
        _ => (plain.as_str(), ""),
    };
    if stem.is_empty() {
        return "file".to_owned();
    }
    let room = FILE_NAME_MAX_CHARS - if ending.is_empty() { 0 } else { ending.chars().count() + 1 };
    let stem: String = stem.chars().take(room).collect();
    if ending.is_empty() { stem } else { format!("{stem}.{ending}") }
}

/// A clean name that ends as files of `kind` do, so that a device opens it as what it is.
#[must_use]
pub fn fitting(name: &str, kind: &Kind) -> String {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
    if ending.is_some_and(|ending| kind.endings.contains(&ending.as_str())) {
        return name.to_owned();
    }
    let added = kind.endings.first().copied().unwrap_or("bin");
    let stem: String = name.chars().take(FILE_NAME_MAX_CHARS - added.len() - 1).collect();
    format!("{stem}.{added}")
}

/// `name` as a header's value says it: for every browser in ASCII, and whole for those that read more.
#[must_use]
pub fn disposition(name: &str, is_image: bool) -> String {
    let how = if is_image { "inline" } else { "attachment" };
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || " .-_()".contains(c) { c } else { '_' })
        .collect();
    let whole = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

#[cfg(test)]
mod tests {
    use super::super::kind;
    use super::*;

    #[test]
    fn a_name_is_harmless_and_keeps_its_ending() {
        let cases = [
            ("segale.jpg", "segale.jpg"),
            ("../../etc/passwd", "passwd"),
            ("C:\\fakepath\\foto 1.png", "foto 1.png"),
            ("a\r\nb\0.txt", "ab.txt"),
            ("gpj.\u{202e}exe", "gpj.exe"),
            (".htaccess", "htaccess"),
            ("...", "file"),
            ("", "file"),
            ("パン.jpeg", "パン.jpeg"),
        ];
        for (name, plain) in cases {
            assert_eq!(clean(name), plain, "{name:?}");
        }
        let long = clean(&format!("{}.jpeg", "ü".repeat(500)));
        assert_eq!((long.chars().count(), long.ends_with("ü.jpeg")), (FILE_NAME_MAX_CHARS, true));
    }

    #[test]
    fn a_name_ends_as_its_kind_does() {
        let jpeg = kind::of(&[b"\xff\xd8\xff\xe0".as_slice(), &[0; 300]].concat()).expect("a kind");
        let cases = [
            (jpeg, "a.JPG", "a.JPG"),
            (jpeg, "a.exe", "a.exe.jpg"),
            (&kind::TEXT, "page.html", "page.html.txt"),
            (&kind::TEXT, "list.csv", "list.csv"),
        ];
        for (kind, name, fits) in cases {
            assert_eq!(fitting(name, kind), fits, "{name:?}");
        }
        assert_eq!(fitting(&"a".repeat(120), &kind::TEXT).len(), FILE_NAME_MAX_CHARS);
    }

    #[test]
    fn a_header_holds_any_name() {
        assert_eq!(
            disposition("è \"x\"; y.pdf", false),
            "attachment; filename=\"_ _x__ y.pdf\"; filename*=UTF-8''%C3%A8%20%22x%22%3B%20y%2Epdf"
        );
    }
}
