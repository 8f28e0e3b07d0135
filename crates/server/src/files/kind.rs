//! What a file is, by what is in it. What it calls itself counts for nothing.

/// A kind of file that is taken.
#[derive(PartialEq, Eq, Debug)]
pub struct Kind {
    /// As it is served.
    pub media_type: &'static str,
    /// What the name of such a file may end with; the first is added to one that does not.
    pub endings: &'static [&'static str],
    /// Whether it is shown in place; all else is only downloaded.
    pub is_image: bool,
}

const fn image(media_type: &'static str, endings: &'static [&'static str]) -> Kind {
    Kind { media_type, endings, is_image: true }
}

const fn other(media_type: &'static str, endings: &'static [&'static str]) -> Kind {
    Kind { media_type, endings, is_image: false }
}

/// What text is served as, whatever it means to somebody else.
pub static TEXT: Kind = other("text/plain", &["txt", "csv", "tsv", "md", "log", "json", "ics", "vcf"]);

static KINDS: [Kind; 17] = [
    image("image/png", &["png"]),
    image("image/jpeg", &["jpg", "jpeg", "jfif"]),
    image("image/webp", &["webp"]),
    image("image/gif", &["gif"]),
    other("application/pdf", &["pdf"]),
    other("application/vnd.openxmlformats-officedocument.wordprocessingml.document", &["docx"]),
    other("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["xlsx"]),
    other("application/vnd.openxmlformats-officedocument.presentationml.presentation", &["pptx"]),
    other("application/vnd.oasis.opendocument.text", &["odt"]),
    other("application/vnd.oasis.opendocument.spreadsheet", &["ods"]),
    other("application/zip", &["zip"]),
    other("audio/mpeg", &["mp3"]),
    other("audio/ogg", &["ogg", "oga", "opus"]),
    other("audio/m4a", &["m4a"]),
    other("video/mp4", &["mp4", "m4v"]),
    other("video/quicktime", &["mov"]),
    other("video/webm", &["webm"]),
];

/// The kind of what is in `bytes`; `None` for all that is not taken.
#[must_use]
pub fn of(bytes: &[u8]) -> Option<&'static Kind> {
    let found = infer::get(bytes).map(|found| found.mime_type());
    let found = match found {
        Some("audio/opus") => Some("audio/ogg"),
        Some("video/x-m4v") => Some("video/mp4"),
        found => found,
    };
    match found {
        Some(found) if !found.starts_with("text/") => KINDS.iter().find(|kind| kind.media_type == found),
        _ => is_text(bytes).then_some(&TEXT),
    }
}

/// The kind that is served as `media_type`.
#[must_use]
pub fn named(media_type: &str) -> Option<&'static Kind> {
    KINDS.iter().chain([&TEXT]).find(|kind| kind.media_type == media_type)
}

/// Whether nothing in it is a control but what ends and indents lines. Encodings of one byte, as older spreadsheets
/// write them, are text too.
fn is_text(bytes: &[u8]) -> bool {
    !bytes.iter().any(|&byte| byte == 0x7f || byte < 0x20 && !b"\t\n\x0c\r".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn by_what_is_inside() {
        let padded = |head: &[u8]| [head, &[0; 300]].concat();
        let cases: [(&str, Vec<u8>); 15] = [
            ("a picture", padded(b"\x89PNG\r\n\x1a\n")),
            ("a photograph", padded(b"\xff\xd8\xff\xe0")),
            ("of a telephone", padded(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")),
            ("avif", padded(b"\0\0\0\x18ftypavif\0\0\0\0avifmif1")),
            ("a film", padded(b"\0\0\0\x18ftypisom\0\0\0\0isom")),
            ("of a telephone", padded(b"\0\0\0\x14ftypqt  \0\0\0\0qt  ")),
            ("an invoice", padded(b"%PDF-1.7\n")),
            ("words", b"Pane, 3\r\nSegale, 1\r\n".to_vec()),
            ("words of old", b"citt\xe0\n".to_vec()),
            ("markup", b"<!doctype html><script>alert(1)</script>".to_vec()),
            ("a drawing", b"<?xml version=\"1.0\"?><svg onload=\"alert(1)\"/>".to_vec()),
            ("a script", b"#!/bin/sh\nrm -r /\n".to_vec()),
            ("a program", padded(b"MZ\x90\0")),
            ("another", padded(b"\x7fELF")),
            ("noise", vec![1, 2, 3, 4]),
        ];
        let seen: Vec<String> = cases
            .iter()
            .map(|(what, bytes)| format!("{what} → {}", of(bytes).map_or("refused", |kind| kind.media_type)))
            .collect();
        expect![[r#"
            a picture → image/png
            a photograph → image/jpeg
            of a telephone → refused
            avif → refused
            a film → video/mp4
            of a telephone → video/quicktime
            an invoice → application/pdf
            words → text/plain
            words of old → text/plain
            markup → text/plain
            a drawing → text/plain
            a script → text/plain
            a program → refused
            another → refused
            noise → refused"#]]
        .assert_eq(&seen.join("\n"));
    }
}
