//! The thread and its answer box.

use pronto_protocol::api::ErrorCode;
use pronto_protocol::id::{ConversationId, MessageId};
use pronto_protocol::model::{Author, BODY_MAX_CHARS, InboxConversation};
use yew::{Callback, Html, KeyboardEvent, classes, html};

use super::list::{left, visitor_name};
use super::parts::{
    ICON_ACCOUNT, ICON_BACK, ICON_CHECK, ICON_REOPEN, ICON_SEND, icon, on, on_input, on_submit, ring,
};
use super::{Say, when};
use crate::state::list::{self, Loading};
use crate::state::prose::{Piece, pieces};
use crate::state::thread::{Bubble, Mark, Thread, bubbles};
use crate::state::{Inside, Route, State};
use crate::text::{Strings, fill, short_span};
use crate::update::Ui;

/// This near the beginning of what is loaded, older messages are asked for; CSS pixels.
const NEAR_TOP: i32 = 300;
/// The answer box grows to this many lines, then scrolls.
const LINES_MAX: usize = 8;

pub(super) fn pane(state: &State, inside: &Inside, id: &ConversationId, say: &Say) -> Html {
    let thread = inside.threads.get(id);
    let row = inside.row(id);
    html! {
        <section class="pane thread-pane" aria-label={state.words().to_conversation} key={format!("thread-{id}")}>
            { head(state, inside, row, id, say) }
            if let Some(problem) = thread.and_then(|thread| thread.problem.as_ref()) {
                <p class="problem" role="alert">{ problem }</p>
            }
            { match thread {
                Some(thread) => messages(state, inside, thread, row, say),
                None => html! {},
            } }
            { composer(state, inside, id, say) }
        </section>
    }
}

fn head(
    state: &State,
    inside: &Inside,
    row: Option<&InboxConversation>,
    id: &ConversationId,
    say: &Say,
) -> Html {
    let words = state.words();
    let wait = row.and_then(|row| list::wait(row, inside.list.reply.as_ref(), state.server_now()));
    let resolved = row.is_some_and(list::is_resolved);
    let busy = inside.threads.get(id).is_none_or(|thread| thread.changing) || row.is_none();
    html! {
        <header class="bar">
            <a class="tool narrow-only" href="#" aria-label={words.back} onclick={back(say)}>{ icon(ICON_BACK) }</a>
            { ring(wait, false) }
            <div class="bar-text">
                <h2 class="bar-title">{ row.map(|row| visitor_name(row, words)) }</h2>
                <p class="meta">{ row.map(|row| standing(row, wait, words)) }</p>
            </div>
            <button class="button" type="button" disabled={busy} onclick={on(say, Ui::ToggleStatus)}>
                { icon(if resolved { ICON_REOPEN } else { ICON_CHECK }) }
                <span>{ if resolved { words.reopen } else { words.resolve } }</span>
            </button>
            <a class="tool contact-tool" aria-label={words.contact} title={words.contact}
                href={format!("#{}", Route::Contact(id.clone()).fragment())}>{ icon(ICON_ACCOUNT) }</a>
        </header>
    }
}

/// "Back" is a link for the keyboard's and the reader's sake; its step is ours.
fn back(say: &Say) -> Callback<web_sys::MouseEvent> {
    let say = say.clone();
    Callback::from(move |event: web_sys::MouseEvent| {
        event.prevent_default();
        say.emit(Ui::Back);
    })
}

fn standing(row: &InboxConversation, wait: Option<list::Wait>, words: &Strings) -> String {
    match wait {
        Some(wait) if wait.minutes < 1 => format!("{} · {}", words.waiting_now, left(wait, words)),
        Some(wait) => {
            let waited = fill(words.waiting_for, "{t}", &short_span(words, wait.minutes));
            format!("{waited} · {}", left(wait, words))
        }
        None if list::is_resolved(row) => words.resolved.to_owned(),
        None => words.answered.to_owned(),
    }
}

fn messages(
    state: &State,
    inside: &Inside,
    thread: &Thread,
    row: Option<&InboxConversation>,
    say: &Say,
) -> Html {
    let words = state.words();
    let conversation = row.map(|row| &row.conversation);
    let shown = bubbles(&thread.timeline, &inside.queue, conversation);
    let first = thread.timeline.first().map_or_else(String::new, |seq| seq.to_string());
    let top = say.clone();
    let onscroll = Callback::from(move |event: web_sys::Event| {
        if let Some(element) = yew::TargetCast::target_dyn_into::<web_sys::HtmlElement>(&event)
            && element.scroll_top() < NEAR_TOP
        {
            top.emit(Ui::ThreadTop);
        }
    });
    let id = thread.timeline.conversation_id();
    html! {
        <div class="scroll thread" data-thread={id.as_str().to_owned()} data-first={first} tabindex="0" role="region"
            aria-label={words.thread} {onscroll}>
            if row.is_some_and(|row| row.demo) { <p class="demo meta">{ words.demo_long }</p> }
            if thread.loading_older { <p class="meta center">{ words.older }</p> }
            { match thread.loading {
                Loading::Failed => failed(words, id, say),
                Loading::Busy if shown.is_empty() => html! { <p class="meta center late-shown">{ words.loading }</p> },
                _ => html! {},
            } }
            <ol class="bubbles">
                { for shown.iter().enumerate().map(|(place, bubble)| {
                    let before = place.checked_sub(1).and_then(|before| shown.get(before));
                    one(state, inside, bubble, before, say)
                }) }
            </ol>
            <p class="typing meta" aria-live="off">
                if thread.typing_until.is_some() {
                    <span class="typing-dots" aria-hidden="true"><i></i><i></i><i></i></span>
                    { words.visitor }{ " " }{ words.typing }
                }
            </p>
        </div>
    }
}

fn failed(words: &Strings, id: &ConversationId, say: &Say) -> Html {
    html! {
        <div class="center" role="alert">
            <p>{ words.thread_failed }</p>
            <button class="button" type="button" onclick={on(say, Ui::Go(Route::Thread(id.clone())))}>
                { words.try_again }
            </button>
        </div>
    }
}

fn one(state: &State, inside: &Inside, bubble: &Bubble<'_>, before: Option<&Bubble<'_>>, say: &Say) -> Html {
    let words = state.words();
    let new_day = before.is_none_or(|before| !when::same_day(before.at, bubble.at));
    let mine = bubble.author != Author::Visitor;
    let exact = when::exact(state.lang, bubble.at);
    let id = bubble.entry.message_id();
    let class = classes!(
        "bubble",
        if mine { "mine" } else { "theirs" },
        (bubble.opens_group || new_day).then_some("opens"),
        bubble.closes_group.then_some("closes"),
        matches!(bubble.mark, Mark::Failed(_)).then_some("failed"),
        matches!(bubble.mark, Mark::Sending | Mark::Retrying).then_some("echo"),
    );
    html! {
        <li key={id.as_str().to_owned()}>
            if new_day {
                <p class="day meta"><span>{ when::day(words, state.lang, bubble.at, state.now) }</span></p>
            }
            <div {class}>
                <span class="unseen">{ who(inside, bubble, words) }{ ": " }</span>
                <p class="words" dir="auto" title={exact}>{ for pieces(bubble.body()).into_iter().map(piece) }</p>
                if bubble.closes_group {
                    <p class="meta foot">{ foot(state, inside, bubble, mine) }</p>
                }
                if let Mark::Failed(code) = bubble.mark { { wedged(words, code, id, say) } }
            </div>
        </li>
    }
}

fn who(inside: &Inside, bubble: &Bubble<'_>, words: &Strings) -> String {
    match bubble.author {
        Author::Visitor => words.visitor.to_owned(),
        Author::Bot => bubble.author_name().unwrap_or(words.bot).to_owned(),
        _ => match bubble.author_name() {
            Some(name) if name != inside.me.agent.name => name.to_owned(),
            _ => words.you.to_owned(),
        },
    }
}

fn foot(state: &State, inside: &Inside, bubble: &Bubble<'_>, mine: bool) -> String {
    let words = state.words();
    let mark = match bubble.mark {
        Mark::None => "",
        Mark::Sending | Mark::Retrying if !state.online => return words.waiting_network.to_owned(),
        Mark::Sending => words.sending,
        Mark::Retrying => words.retrying,
        Mark::Failed(_) => words.not_sent,
        Mark::Sent => words.sent,
        Mark::Delivered => words.delivered,
        Mark::Read => words.read,
    };
    let time = when::time(state.lang, bubble.at);
    let name = if mine { who(inside, bubble, words) } else { String::new() };
    let parts = [name.as_str(), time.as_str(), mark];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn wedged(words: &Strings, code: ErrorCode, id: &MessageId, say: &Say) -> Html {
    let why = match code {
        ErrorCode::BodyTooLong | ErrorCode::BodyEmpty | ErrorCode::TooLarge => words.not_sent_long,
        ErrorCode::NotFound => words.not_sent_gone,
        _ => "",
    };
    html! {
        <div class="wedged">
            if !why.is_empty() { <p class="meta">{ why }</p> }
            <button class="button" type="button" onclick={on(say, Ui::Retry(id.clone()))}>{ words.try_again }</button>
            <button class="button" type="button" onclick={on(say, Ui::Discard(id.clone()))}>{ words.discard }</button>
        </div>
    }
}

fn piece(piece: Piece<'_>) -> Html {
    match piece {
        Piece::Text(text) => html! { { text } },
        Piece::Link(address) => html! {
            <a href={address.to_owned()} target="_blank" rel="noopener noreferrer nofollow">{ address }</a>
        },
    }
}

fn composer(state: &State, inside: &Inside, id: &ConversationId, say: &Say) -> Html {
    let words = state.words();
    let draft = inside.draft(id);
    let over = draft.trim().chars().count().saturating_sub(BODY_MAX_CHARS);
    let rows = draft.split('\n').count().clamp(1, LINES_MAX);
    html! {
        <form class="composer" onsubmit={on_submit(say, Ui::Send)}>
            <label class="unseen" for="answer">{ words.answer }</label>
            <textarea id="answer" rows={rows.to_string()} placeholder={words.answer_hint} value={draft.to_owned()}
                dir="auto" enterkeyhint="send" aria-invalid={(over > 0).to_string()} aria-describedby="answer-over"
                oninput={on_input(say, Ui::Draft)} onkeydown={on_key(say)} />
            <button class="send" type="submit" aria-label={words.send} title={words.send}
                aria-disabled={(draft.trim().is_empty() || over > 0).to_string()}>{ icon(ICON_SEND) }</button>
            <p class="over" id="answer-over" role="status">
                if over > 0 { { fill(words.too_long, "{n}", &over.to_string()) } }
            </p>
        </form>
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
