//! One message of the thread.

use pronto_protocol::id::MessageId;
use yew::prelude::*;

use super::link::{Piece, pieces};
use crate::state::Receipt;
use crate::text::Words;
use crate::update::{Event, Ui};

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

pub(super) fn row(row: &Row<'_>, words: &Words, on: &Callback<Event>) -> Html {
    let failed = row.receipt == Some(Receipt::Failed);
    let named = !row.mine && !row.joined;
    html! {
        <li key={row.id.as_str()} ~className={class(row, failed)}>
            <p ~className={if named { "by" } else { "hush" }}>{ &row.by }</p>
            <p class="body" dir="auto">{ for pieces(row.body).into_iter().map(piece) }</p>
            { meta(row, words, failed) }
            if failed {
                { actions(row.id, words, on) }
            }
        </li>
    }
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

fn meta(row: &Row<'_>, words: &Words, failed: bool) -> Html {
    let class = if row.last || failed { "meta" } else { "meta later" };
    html! {
        <p ~className={class}>
            if !failed {
                <time title={[row.day, &row.time].join(" ")}>{ &row.time }</time>
            }
            if let Some(receipt) = row.receipt {
                { if failed { "" } else { " · " } }
                { said(words, receipt) }
            }
        </p>
    }
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

fn actions(id: &MessageId, words: &Words, on: &Callback<Event>) -> Html {
    let (again, gone) = (id.clone(), id.clone());
    let retry = on.reform(move |_| Event::Ui(Ui::Retry(again.clone())));
    let discard = on.reform(move |_| Event::Ui(Ui::Discard(gone.clone())));
    html! {
        <div class="acts">
            <button type="button" onclick={retry}>{ words.try_again() }</button>
            <button type="button" onclick={discard}>{ words.discard() }</button>
        </div>
    }
}

fn piece(piece: Piece<'_>) -> Html {
    match piece {
        Piece::Text(text) => html! { { text } },
        Piece::Link(link) => html! {
            <a href={link.to_owned()} target="_blank" rel="noopener noreferrer nofollow">{ link }</a>
        },
    }
}
