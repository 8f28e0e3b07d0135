//! One message of the thread.

use pronto_protocol::id::MessageId;
use pronto_protocol::model::attachment::Attachment;

use super::drawing::Drawing;
use super::link::{Piece, pieces};
use crate::state::Receipt;
use crate::text::{Words, digits};

/// What a row shows.
pub(super) struct Row<'a> {
    pub(super) id: &'a MessageId,
    pub(super) body: &'a str,
    pub(super) files: &'a [Attachment],
    pub(super) mine: bool,
    /// Whether it follows one of the same author at once.
    pub(super) joined: bool,
    /// Whether none of the same author follows at once: its time is always shown.
    pub(super) last: bool,
    /// Who wrote, for screen readers and, at the start of a group, for all.
    pub(super) by: String,
    pub(super) day: &'a str,
    pub(super) time: String,
    /// Set on one's own messages whose state is to be shown.
    pub(super) receipt: Option<Receipt>,
}

pub(super) fn row(page: &mut Drawing, row: &Row<'_>, words: &Words) {
    let failed = row.receipt == Some(Receipt::Failed);
    let named = !row.mine && !row.joined;
    page.open("li", &["class"], &[class(row, failed)]);
    page.key(row.id.as_str());
    page.leaf("p", if named { "by" } else { "hush" }, &row.by);
    page.open("p", &["class", "dir"], &["body", "auto"]);
    for piece in pieces(row.body) {
        match piece {
            Piece::Text(text) => page.text(text),
            Piece::Link(link) => {
                page.open("a", &["href", "target", "rel"], &[link, "_blank", "noopener noreferrer nofollow"]);
                page.text(link);
                page.close();
            }
        }
    }
    for file in row.files {
        attached(page, file);
    }
    page.close();
    meta(page, row, words, failed);
    if failed {
        page.open("div", &["class"], &["acts"]);
        page.button("", "retry", row.id.as_str(), false, words.try_again());
        page.button("", "discard", row.id.as_str(), false, words.discard());
        page.close();
    } else {
        page.nothing();
    }
    page.close();
}

/// The largest that a picture stands in the thread, in CSS pixels.
const PICTURE: (f32, f32) = (240.0, 320.0);

/// A file: a picture as it is, anything else by its name and size. What is behind the link the server decides.
fn attached(page: &mut Drawing, file: &Attachment) {
    let url = file.url.as_deref().unwrap_or_default();
    page.open("a", &["class", "href", "target", "rel"], &["file", url, "_blank", "noopener"]);
    if let (Some(width), Some(height)) = (file.width, file.height) {
        // Its room is there before it is, so that nothing jumps.
        let (width, height) = room(width as f32, height as f32);
        let values = [url, &file.name, &digits(width), &digits(height), "lazy"];
        page.open("img", &["src", "alt", "width", "height", "loading"], &values);
        page.close();
    } else {
        let (size, unit) = match file.bytes {
            bytes @ ..1_000_000 => (bytes.div_ceil(1000), " kB"),
            bytes => (bytes / 1_000_000, " MB"),
        };
        page.text(&[&file.name, " · ", &digits(size), unit].concat());
    }
    page.close();
}

/// How large a picture of `width` and `height` is shown.
fn room(width: f32, height: f32) -> (u64, u64) {
    let scale = (PICTURE.0 / width).min(PICTURE.1 / height).min(1.0);
    ((width * scale) as u64, (height * scale) as u64)
}

fn class(row: &Row<'_>, failed: bool) -> &'static str {
    match (row.mine, row.joined, failed) {
        (true, false, false) => "message mine",
        (true, true, false) => "message mine on",
        (true, false, true) => "message mine failed",
        (true, true, true) => "message mine on failed",
        (false, false, _) => "message theirs",
        (false, true, _) => "message theirs on",
    }
}

fn meta(page: &mut Drawing, row: &Row<'_>, words: &Words, failed: bool) {
    page.open("p", &["class"], &[if row.last || failed { "meta" } else { "meta later" }]);
    if failed {
        page.nothing();
    } else {
        page.open("time", &["title"], &[&[row.day, " ", &row.time].concat()]);
        page.text(&row.time);
        page.close();
    }
    page.text(if row.receipt.is_some() && !failed { " · " } else { "" });
    page.text(row.receipt.map_or("", |receipt| said(words, receipt)));
    page.close();
}

fn said(words: &Words, receipt: Receipt) -> &str {
    match receipt {
        Receipt::Waiting => words.waiting(),
        Receipt::Sending => words.sending(),
        Receipt::Sent => words.sent(),
        Receipt::Delivered => words.delivered(),
        Receipt::Read => words.read(),
        Receipt::Failed => words.not_sent(),
    }
}
