//! One message. The only component besides the app: a row whose properties did not change is not drawn again.

use pronto_protocol::id::MessageId;
use yew::prelude::*;

use super::link::{Piece, pieces};
use crate::state::Receipt;
use crate::update::{Event, Ui};

/// What a row shows.
#[derive(Clone, PartialEq, Properties)]
pub(super) struct Props {
    pub(super) id: MessageId,
    pub(super) body: AttrValue,
    pub(super) mine: bool,
    /// Whether it follows one of the same author at once.
    pub(super) joined: bool,
    /// Whether none of the same author follows at once: its meta line is always shown.
    pub(super) last: bool,
    /// Who wrote, for screen readers and, at the start of a group, for all.
    pub(super) by: AttrValue,
    pub(super) time: AttrValue,
    pub(super) full_time: AttrValue,
    /// Set on one's own messages whose state is to be shown.
    pub(super) receipt: Option<Receipt>,
    pub(super) receipt_text: AttrValue,
    pub(super) try_again: AttrValue,
    pub(super) discard: AttrValue,
    pub(super) on: Callback<Event>,
}

pub(super) struct Row;

impl Component for Row {
    type Message = ();
    type Properties = Props;

    fn create(_: &Context<Self>) -> Self {
        Self
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let failed = props.receipt == Some(Receipt::Failed);
        let waits = matches!(props.receipt, Some(Receipt::Waiting | Receipt::Sending));
        let side = if props.mine { "mine" } else { "theirs" };
        let class = classes!(
            "message",
            side,
            props.joined.then_some("on"),
            waits.then_some("wait"),
            failed.then_some("failed")
        );
        let named = !props.mine && !props.joined;
        html! {
            <li {class}>
                <p class={if named { "by" } else { "hush" }}>{ &props.by }</p>
                <p class="body" dir="auto">{ for pieces(&props.body).into_iter().map(piece) }</p>
                { meta(props, failed) }
                if failed { { actions(props) } }
            </li>
        }
    }
}

fn meta(props: &Props, failed: bool) -> Html {
    let class = if props.last || failed { "meta" } else { "meta later" };
    html! {
        <p {class}>
            if !failed {
                <time title={&props.full_time}>{ &props.time }</time>
            }
            if props.receipt.is_some() {
                { if failed { "" } else { " · " } }
                { &props.receipt_text }
            }
        </p>
    }
}

fn actions(props: &Props) -> Html {
    let (again, gone) = (props.id.clone(), props.id.clone());
    let retry = props.on.reform(move |_| Event::Ui(Ui::Retry(again.clone())));
    let discard = props.on.reform(move |_| Event::Ui(Ui::Discard(gone.clone())));
    html! {
        <div class="acts">
            <button type="button" onclick={retry}>{ &props.try_again }</button>
            <button type="button" onclick={discard}>{ &props.discard }</button>
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
