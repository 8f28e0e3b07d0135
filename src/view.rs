//! How the state looks: thread, notice, live region. Plain functions; header and composer are nodes of the page and not
//! drawn here. No rule, no browser.

mod link;
mod promise;
mod row;
mod thread;

use yew::prelude::*;

use crate::state::{Notice, State};
use crate::text::{Words, digits, fill};
use crate::update::Event;

/// The whole of `#root`. A class that changes is set as the property `className`: Yew's sets of classes weigh 2 KB.
pub fn view(state: &State, on: &Callback<Event>) -> Html {
    html! {
        <>
            { thread::thread(state, on) }
            <div role="status">{ notice(state) }</div>
            <div class="hush" aria-live="polite">
                { state.spoken.as_ref().map_or("", |spoken| spoken.text.as_str()) }
            </div>
        </>
    }
}

fn notice(state: &State) -> Html {
    let Some(notice) = state.notice() else { return Html::default() };
    let class = if matches!(notice, Notice::TooLong(_)) { "notice bad" } else { "notice" };
    html! { <p ~className={class}>{ sentence(&state.words, notice) }</p> }
}

fn sentence(words: &Words, notice: Notice) -> String {
    match notice {
        Notice::TooLong(over) => fill(words.too_long(), "{n}", &digits(over as u64)),
        Notice::OfflineWaiting => words.offline_waiting().to_owned(),
        Notice::Offline => words.offline().to_owned(),
        Notice::Unavailable => words.unavailable().to_owned(),
        Notice::Reconnecting => words.reconnecting().to_owned(),
        Notice::NotKept => words.not_kept().to_owned(),
    }
}
