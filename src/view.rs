//! How the state looks: thread, notice, live region. Plain functions; header and composer are nodes of the page and not
//! drawn here. No rule, no browser.

mod drawing;
mod link;
mod promise;
mod row;
mod thread;

use yew::Html;

use self::drawing::Drawing;
use crate::state::{Notice, State};
use crate::text::{Words, digits, fill};

/// The whole of `#root`.
pub fn view(state: &State) -> Html {
    let mut page = Drawing::default();
    thread::thread(&mut page, state);
    page.open("div", &["role"], &["status"]);
    match state.notice() {
        Some(notice) => {
            let class =
                if matches!(notice, Notice::TooLong(_) | Notice::Blocked) { "notice bad" } else { "notice" };
            page.leaf("p", class, &sentence(&state.words, notice));
        }
        None => page.nothing(),
    }
    page.close();
    page.open("div", &["class", "aria-live"], &["hush", "polite"]);
    page.text(state.spoken.as_ref().map_or("", |spoken| &spoken.text));
    page.close();
    page.finish()
}

fn sentence(words: &Words, notice: Notice) -> String {
    let sentence = match notice {
        Notice::TooLong(over) => return fill(words.too_long(), "{n}", &digits(over as u64)),
        Notice::Blocked => words.blocked(),
        Notice::OfflineWaiting => words.offline_waiting(),
        Notice::Offline => words.offline(),
        Notice::Unavailable => words.unavailable(),
        Notice::Reconnecting => words.reconnecting(),
        Notice::NotKept => words.not_kept(),
    };
    sentence.to_owned()
}
