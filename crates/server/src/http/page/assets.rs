//! The built files inside the binary: which encoding a browser gets, how long it may keep it, and the hashes of inline
//! scripts and styles that a page's policy names. Builds nothing and compresses nothing: that happened before.

use std::borrow::Cow;
use std::collections::HashMap;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};

#[derive(RustEmbed)]
#[folder = "../../dist/packed"]
#[allow_missing = true]
struct Packed;

/// For how long a browser may keep a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keep {
    /// For ever: its name holds its hash.
    Immutable,
    /// Five minutes, then ask again with the tag.
    Short,
}

/// The built files by path, with their compressed twins beside them under `.br` and `.gz`.
pub struct Assets {
    files: HashMap<String, Bytes>,
}

impl Assets {
    /// The files inside this binary; in a debug build, those in `dist/packed` at this moment.
    #[must_use]
    pub fn embedded() -> Self {
        let read = |path: Cow<'static, str>| {
            let bytes = match Packed::get(&path)?.data {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => Bytes::from(bytes),
            };
            Some((path.into_owned(), bytes))
        };
        Self { files: Packed::iter().filter_map(read).collect() }
    }

    /// Just these files.
    #[must_use]
    pub fn from_files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        Self { files: files.into_iter().map(|(path, bytes)| (path, Bytes::from(bytes))).collect() }
    }

    /// A text file, whole.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<String> {
        String::from_utf8(self.files.get(path)?.to_vec()).ok()
    }

    /// The answer to a request for `path`: the encoding the browser takes, a tag, a type, and how long to keep it.
    #[must_use]
    pub fn serve(&self, path: &str, asked: &HeaderMap) -> Option<Response> {
        if path.ends_with(".br") || path.ends_with(".gz") {
            return None;
        }
        let plain = self.files.get(path)?;
        let accepted = accepted(asked);
        let twin = |encoding: &'static str, suffix: &str| {
            let bytes =
                self.files.get(&format!("{path}{suffix}")).filter(|_| accepted.contains(&encoding))?;
            Some((encoding, bytes))
        };
        let chosen = twin("br", ".br").or_else(|| twin("gzip", ".gz"));
        let (encoding, bytes) = chosen.map_or((None, plain), |(encoding, bytes)| (Some(encoding), bytes));
        Some(answer(path, encoding, bytes, asked))
    }
}

fn answer(path: &str, encoding: Option<&'static str>, bytes: &Bytes, asked: &HeaderMap) -> Response {
    let tag = etag(bytes);
    let unchanged = is_unchanged(asked, &tag);
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(bytes.clone()))
    };
    let headers = response.headers_mut();
    let keep = match keep(path) {
        Keep::Immutable => "public, max-age=31536000, immutable",
        Keep::Short => "public, max-age=300, stale-while-revalidate=86400",
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if unchanged {
        return response;
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime(path)));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// A strong tag of these very bytes.
#[must_use]
pub fn etag(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    format!("\"{}\"", hex::encode(hash.get(..12).unwrap_or_default()))
}

/// What stands behind `tag`, to be kept as `keep` says; or the word that it has not changed.
pub fn kept(asked: &HeaderMap, tag: &str, keep: &'static str, whole: impl FnOnce() -> Response) -> Response {
    let mut response =
        if is_unchanged(asked, tag) { StatusCode::NOT_MODIFIED.into_response() } else { whole() };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// Whether the browser already has what `tag` stands for.
#[must_use]
pub fn is_unchanged(asked: &HeaderMap, tag: &str) -> bool {
    let known = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
}

fn accepted(asked: &HeaderMap) -> Vec<&str> {
    let list = asked.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let named = list.split(',').filter_map(|part| {
        let (name, weight) = part.split_once(';').unwrap_or((part, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse::<f32>() == Ok(0.0));
        (!refused).then(|| name.trim())
    });
    named.collect()
}

fn keep(path: &str) -> Keep {
    let name = path.rsplit('/').next().unwrap_or(path);
    let hashed = name
        .split(['-', '.', '_'])
        .any(|part| part.len() >= 8 && part.bytes().all(|b| b.is_ascii_hexdigit()));
    if path.starts_with("assets/") && hashed { Keep::Immutable } else { Keep::Short }
}

fn mime(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The hashes of a page's inline scripts and styles, as its policy writes them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct InlineHashes {
    /// ` 'sha256-…'` for each inline script that runs.
    pub scripts: String,
    /// ` 'sha256-…'` for each inline style.
    pub styles: String,
}

/// The hashes of what `html` holds inline. Data blocks (`type="application/json"`) run nothing and need none.
#[must_use]
pub fn inline_hashes(html: &str) -> InlineHashes {
    let scripts = inline(html, "script").filter(|(attributes, _)| {
        !attributes.contains("src=")
            && !attributes.contains("application/json")
            && !attributes.contains("text/plain")
    });
    InlineHashes { scripts: hashes(scripts), styles: hashes(inline(html, "style")) }
}

fn hashes<'a>(elements: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let hash = |(_, content): (&str, &str)| {
        format!(" 'sha256-{}'", base64::engine::general_purpose::STANDARD.encode(Sha256::digest(content)))
    };
    elements.map(hash).collect()
}

/// The attributes and the content of each `<name …>…</name>`, comments left out.
fn inline<'a>(html: &'a str, name: &'static str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let mut rest = html;
    std::iter::from_fn(move || {
        loop {
            let start = rest.find('<')?;
            rest = rest.get(start..)?;
            if rest.starts_with("<!--") {
                rest = rest.get(rest.find("-->")?..)?;
                continue;
            }
            let after = rest.get(1..)?;
            let Some(opened) =
                after.strip_prefix(name).filter(|next| next.starts_with([' ', '>', '\n', '\t']))
            else {
                rest = after;
                continue;
            };
            let (attributes, content) = opened.split_once('>')?;
            let (content, after) = content.split_once(&format!("</{name}"))?;
            rest = after;
            return Some((attributes, content));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn only_what_runs_inline_is_hashed() {
        let html = "<!-- <script>no()</script> --><style>a{}</style><script src=\"x.js\"></script>\
            <script type=\"application/json\" id=c>{}</script>\n<script type=\"module\">go()</script>";
        expect![[r#"
            InlineHashes {
                scripts: " 'sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw='",
                styles: " 'sha256-X1RutGBrXCt9KkSaXMK7tHftWiRscFHOhxsS8tv8hBk='",
            }
        "#]]
        .assert_debug_eq(&inline_hashes(html));
    }

    fn asked(encodings: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(encodings))])
    }

    #[test]
    fn the_browser_gets_the_best_encoding_it_takes() {
        let file = |path: &str| (path.to_owned(), path.as_bytes().to_vec());
        let path = "assets/app-0123456789abcdef_bg.wasm";
        let names =
            [path.to_owned(), format!("{path}.br"), format!("{path}.gz"), "assets/plain.json".to_owned()];
        let assets = Assets::from_files(names.iter().map(|name| file(name)));
        let seen = |path: &str, encodings| {
            let response = assets.serve(path, &asked(encodings)).expect("it is there");
            let get =
                |name| response.headers().get(name).map_or("-", |v: &HeaderValue| v.to_str().expect("ascii"));
            format!(
                "{encodings}: {} {} {}",
                get(header::CONTENT_ENCODING),
                get(header::CONTENT_TYPE),
                get(header::CACHE_CONTROL)
            )
        };
        let lines = [
            seen(path, "gzip, deflate, br;q=0.9"),
            seen(path, "gzip, br;q=0"),
            seen(path, "identity"),
            seen("assets/plain.json", "br"),
        ];
        expect![[r#"
            gzip, deflate, br;q=0.9: br application/wasm public, max-age=31536000, immutable
            gzip, br;q=0: gzip application/wasm public, max-age=31536000, immutable
            identity: - application/wasm public, max-age=31536000, immutable
            br: - application/json public, max-age=300, stale-while-revalidate=86400"#]]
        .assert_eq(&lines.join("\n"));
        assert!(assets.serve(&format!("{path}.br"), &asked("br")).is_none());
        assert!(assets.serve("assets/../secret", &asked("br")).is_none());
    }
}
