//! The measured reply time to take along: a picture for any page, and the figures behind it.

use pronto_protocol::id::SiteKey;
use yew::{Html, html};

use super::super::Say;
use super::copyable;
use crate::state::State;

pub(super) fn section(state: &State, site: &SiteKey, say: &Say) -> Html {
    let words = state.words();
    let picture = format!("/badge/{site}.svg");
    html! {
        <section class="block" aria-labelledby="badge">
            <h3 id="badge">{ words.set_badge }</h3>
            <p class="hint">{ words.badge_hint }</p>
            <img class="badge" src={format!("{picture}?lang={}", state.lang.tag())} alt={words.badge_alt} />
            <h4>{ words.badge_picture }</h4>
            { copyable(&format!("{}{picture}", state.origin), words, say) }
            <h4>{ words.badge_data }</h4>
            { copyable(&format!("{}/v1/sites/{site}/reply-time", state.origin), words, say) }
        </section>
    }
}
