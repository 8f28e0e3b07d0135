//! One message of the thread.

use pronto_protocol::id::MessageId;

use super::drawing::Drawing;
use super::link::{Piece, pieces};
use crate::state::Receipt;
use crate::text::Words;

/// What a row shows.
pub(super) struct Row<'a> {
    pub(super) id: &'a MessageId,
    pub(super) body: &'a str,
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
