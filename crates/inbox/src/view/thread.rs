//! The thread and its answer box.

mod composer;

use pronto_protocol::api::ErrorCode;
use pronto_protocol::id::{ConversationId, MessageId};
use pronto_protocol::model::attachment::Attachment;
use pronto_protocol::model::{Author, InboxConversation};
use yew::{Callback, Html, classes, html};

use super::list::visitor_name;
use super::parts::{ICON_ACCOUNT, ICON_BACK, ICON_CHECK, ICON_FILE, ICON_REOPEN, icon, on, ring};
use super::when::figures;
use super::{Say, money, when};
use crate::state::list::{self, Loading};
use crate::state::money::terms::{Standing, standing};
use crate::state::prose::{Piece, pieces};
use crate::state::thread::{Bubble, Mark, Thread, bubbles};
use crate::state::{Inside, Route, State};
use crate::text::{Lang, Strings, fill, short_span};
use crate::update::Ui;

/// This near the beginning of what is loaded, older messages are asked for; CSS pixels.
const NEAR_TOP: i32 = 300;

pub(super) fn pane(state: &State, inside: &Inside, id: &ConversationId, say: &Say) -> Html {
    let thread = inside.threads.get(id);
    let row = inside.row(id);
    let window = row.and_then(|row| row.window.as_ref());
    let standing = window.and_then(|window| standing(window, state.server_now()));
    html! {
        <section class="pane thread-pane" aria-label={state.words().to_conversation} key={format!("thread-{id}")}>
            { head(state, inside, row, id, standing.as_ref(), say) }
            if let Some(problem) = thread.and_then(|thread| thread.problem.as_ref()) {
                <p class="problem" role="alert">{ problem }</p>
            }
            { match thread {
                Some(thread) => messages(state, inside, thread, row, standing.as_ref(), say),
                None => html! {},
            } }
            { composer::composer(state, inside, id, standing.as_ref(), say) }
        </section>
    }
}

fn head(
    state: &State,
    inside: &Inside,
    row: Option<&InboxConversation>,
    id: &ConversationId,
    standing: Option<&Standing<'_>>,
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
                <h2 class="bar-title">
                    { row.map(|row| visitor_name(row, words)) }
                    if row.is_some_and(|row| row.blocked) { { " " }<span class="tag">{ words.blocked }</span> }
                </h2>
                <p class="meta standing">
                    <span>{ row.map(|row| how_it_stands(row, wait, words)) }</span>
                    if let Some(standing) = standing { { money::window(state, standing) } }
                </p>
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

fn how_it_stands(row: &InboxConversation, wait: Option<list::Wait>, words: &Strings) -> String {
    match wait {
        Some(wait) => {
            let waited = waited(wait, words);
            let left = money::left(wait, words, true);
            if left.is_empty() { waited } else { format!("{waited} · {left}") }
        }
        None if list::is_resolved(row) => words.resolved.to_owned(),
        None => words.answered.to_owned(),
    }
}

/// How long somebody has waited.
fn waited(wait: list::Wait, words: &Strings) -> String {
    if wait.minutes < 1 {
        return words.waiting_now.to_owned();
    }
    fill(words.waiting_for, "{t}", &short_span(words, wait.minutes))
}

fn messages(
    state: &State,
    inside: &Inside,
    thread: &Thread,
    row: Option<&InboxConversation>,
    standing: Option<&Standing<'_>>,
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
                    one(state, inside, bubble, before, standing, say)
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

fn one(
    state: &State,
    inside: &Inside,
    bubble: &Bubble<'_>,
    before: Option<&Bubble<'_>>,
    standing: Option<&Standing<'_>>,
    say: &Say,
) -> Html {
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
                { for bubble.files().iter().map(|file| attached(state.lang, file)) }
                if bubble.closes_group {
                    <p class="meta foot">{ foot(state, inside, bubble, mine) }</p>
                }
                { match bubble.mark {
                    Mark::Failed(ErrorCode::OverBudget) => over_budget(state, inside, id, standing, say),
                    Mark::Failed(code) => wedged(words, code, id, say),
                    _ => html! {},
                } }
            </div>
        </li>
    }
}

/// A file of a message: a picture as it is, anything else by its name and size.
fn attached(lang: Lang, file: &Attachment) -> Html {
    let shown = match (file.width, file.height) {
        (Some(width), Some(height)) => html! {
            <img src={file.url.clone()} alt={file.name.clone()} width={width.to_string()} height={height.to_string()}
                loading="lazy" />
        },
        _ => {
            html! { <>{ icon(ICON_FILE) }<span>{ &file.name }{ " " }<small>{ figures::number(lang, u32::try_from(file.bytes.div_ceil(1000)).unwrap_or(u32::MAX)) }{ " kB" }</small></span></> }
        }
    };
    html! {
        <p class="attached" dir="auto"><a href={file.url.clone()} target="_blank" rel="noopener">{ shown }</a></p>
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
        ErrorCode::WindowClosed => words.not_sent_window,
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

/// The budget is used up: nothing is sent before its author has said so.
fn over_budget(
    state: &State,
    inside: &Inside,
    id: &MessageId,
    standing: Option<&Standing<'_>>,
    say: &Say,
) -> Html {
    let words = state.words();
    html! {
        <div class="wedged" role="group" aria-label={words.not_sent}>
            <p>{ money::over_budget(state, inside.purse.cap(), standing) }</p>
            <button class="button" type="button" onclick={on(say, Ui::Discard(id.clone()))}>{ words.send_not }</button>
            <button class="button" type="button" onclick={on(say, Ui::AcceptCost(id.clone()))}>{ words.send_anyway }</button>
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
