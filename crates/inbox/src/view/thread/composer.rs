//! The answer box, and what sending from it costs.

use pronto_protocol::id::ConversationId;
use pronto_protocol::model::BODY_MAX_CHARS;
use yew::{Callback, Html, KeyboardEvent, classes, html};

use super::super::parts::{ICON_FILE, ICON_SEND, icon, on_input, on_submit, window_ring};
use super::super::{Say, money};
use crate::state::money::terms::Standing;
use crate::state::{Inside, State};
use crate::text::fill;
use crate::update::Ui;

/// The answer box grows to this many lines, then scrolls.
const LINES_MAX: usize = 8;

pub(super) fn composer(
    state: &State,
    inside: &Inside,
    id: &ConversationId,
    standing: Option<&Standing<'_>>,
    say: &Say,
) -> Html {
    let words = state.words();
    let draft = inside.draft(id);
    let over = draft.trim().chars().count().saturating_sub(BODY_MAX_CHARS);
    let rows = draft.split('\n').count().clamp(1, LINES_MAX);
    let closed = standing.is_some_and(Standing::is_closed);
    html! {
        <form class="composer" onsubmit={on_submit(say, Ui::Send)}>
            if let Some(standing) = standing { { cost(state, standing) } }
            if inside.me.uploads.is_some() {
                // What waits here is drawn by the modules that send files; nothing of ours goes into it.
                <div class="files" data-files={id.as_str().to_owned()} data-costs={words.over_budget_plain}></div>
                <button class="tool" type="button" id="attach" aria-label={words.attach} title={words.attach}>{ icon(ICON_FILE) }</button>
            }
            <label class="unseen" for="answer">{ words.answer }</label>
            <textarea id="answer" rows={rows.to_string()} placeholder={words.answer_hint} value={draft.to_owned()}
                dir="auto" enterkeyhint="send" aria-invalid={(over > 0).to_string()} aria-describedby="answer-cost answer-over"
                oninput={on_input(say, Ui::Draft)} onkeydown={on_key(say)} />
            <button class="send" type="submit" aria-label={words.send} title={words.send} aria-describedby="answer-cost"
                aria-disabled={(draft.trim().is_empty() || over > 0 || closed).to_string()}>{ icon(ICON_SEND) }</button>
            <p class="over" id="answer-over" role="status">
                if over > 0 { { fill(words.too_long, "{n}", &over.to_string()) } }
            </p>
        </form>
    }
}

/// What sending costs at this moment, said before one sends.
fn cost(state: &State, standing: &Standing<'_>) -> Html {
    html! {
        <p class={classes!("cost", "meta", standing.is_late().then_some("late"))} id="answer-cost">
            { window_ring(standing) }<span>{ money::sentence(state, standing) }</span>
        </p>
    }
}

/// Enter sends, with Shift it breaks the line; while a word is composed it belongs to the composing (229 is what
/// some engines say then). Escape leaves.
fn on_key(say: &Say) -> Callback<KeyboardEvent> {
    let say = say.clone();
    Callback::from(move |event: KeyboardEvent| {
        let composing = event.is_composing() || event.key_code() == 229;
        match event.key().as_str() {
            "Enter" if !event.shift_key() && !composing => {
                event.prevent_default();
                say.emit(Ui::Send);
            }
            "Escape" if !composing => say.emit(Ui::Back),
            _ => {}
        }
    })
}
