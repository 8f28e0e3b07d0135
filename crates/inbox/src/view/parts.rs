//! Pieces that several screens share: fields, buttons, icons, the ring.

use wasm_bindgen::JsCast;
use web_sys::{
    Event, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, InputEvent, MouseEvent, SubmitEvent,
};
use yew::{AttrValue, Callback, Html, html};

use super::Say;
use crate::state::list::Wait;
use crate::state::money::terms::Standing;
use crate::update::{SettingsUi, Ui};

/// A click that says something.
pub(super) fn on(say: &Say, ui: Ui) -> Callback<MouseEvent> {
    let say = say.clone();
    Callback::from(move |_| say.emit(ui.clone()))
}

/// A click on the settings' screen.
pub(super) fn on_set(say: &Say, ui: SettingsUi) -> Callback<MouseEvent> {
    on(say, Ui::Settings(ui))
}

/// A form that is sent without leaving the page.
pub(super) fn on_submit(say: &Say, ui: Ui) -> Callback<SubmitEvent> {
    let say = say.clone();
    Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        say.emit(ui.clone());
    })
}

/// What was written into an input or a text area.
pub(super) fn on_input(say: &Say, ui: impl Fn(String) -> Ui + 'static) -> Callback<InputEvent> {
    let say = say.clone();
    Callback::from(move |event: InputEvent| {
        if let Some(value) = event.target().and_then(|target| value(&target)) {
            say.emit(ui(value));
        }
    })
}

/// What was chosen.
pub(super) fn on_change(say: &Say, ui: impl Fn(String) -> Ui + 'static) -> Callback<Event> {
    let say = say.clone();
    Callback::from(move |event: Event| {
        if let Some(value) = event.target().and_then(|target| value(&target)) {
            say.emit(ui(value));
        }
    })
}

fn value(target: &web_sys::EventTarget) -> Option<String> {
    let input = target.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::value);
    let area = || target.dyn_ref::<HtmlTextAreaElement>().map(HtmlTextAreaElement::value);
    let select = || target.dyn_ref::<HtmlSelectElement>().map(HtmlSelectElement::value);
    input.or_else(area).or_else(select)
}

/// A labelled one-line field.
pub(super) struct Field<'a> {
    /// Unique on the page.
    pub(super) id: &'static str,
    pub(super) label: &'a str,
    pub(super) hint: &'a str,
    /// The input's type.
    pub(super) kind: &'static str,
    /// What password managers go by.
    pub(super) autocomplete: &'static str,
    pub(super) value: &'a str,
    pub(super) disabled: bool,
}

impl Field<'_> {
    pub(super) fn draw(&self, oninput: Callback<InputEvent>) -> Html {
        let hint_id = format!("{}-hint", self.id);
        let described: Option<AttrValue> = (!self.hint.is_empty()).then(|| hint_id.clone().into());
        html! {
            <div class="field">
                <label for={self.id}>{ self.label }</label>
                <input id={self.id} type={self.kind} autocomplete={self.autocomplete} value={self.value.to_owned()}
                    disabled={self.disabled} aria-describedby={described} dir="auto" {oninput} />
                if !self.hint.is_empty() {
                    <p class="hint" id={hint_id}>{ self.hint }</p>
                }
            </div>
        }
    }
}

/// What is the matter, said at once and reachable by the focus.
pub(super) fn problem(sentence: Option<&str>) -> Html {
    match sentence {
        Some(sentence) => {
            html! { <p class="problem" role="alert" tabindex="-1" data-problem="">{ sentence }</p> }
        }
        None => html! {},
    }
}

/// A wait as a ring that drains: full when the visitor has just written, empty when what they were told is over.
pub(super) fn ring(wait: Option<Wait>, unread: bool) -> Html {
    let left = wait.map_or(0, |wait| wait.left_percent);
    let class = match wait {
        Some(wait) if wait.is_late() => "ring late",
        Some(_) => "ring",
        None => "ring calm",
    };
    draining(class, "36", left, unread)
}

/// The window of a conversation as the same ring, small, to stand beside its words.
pub(super) fn window_ring(standing: &Standing<'_>) -> Html {
    draining(
        if standing.is_late() { "ring small late" } else { "ring small" },
        "18",
        standing.left_percent,
        false,
    )
}

fn draining(class: &'static str, size: &'static str, left: i64, unread: bool) -> Html {
    html! {
        <svg {class} viewBox="0 0 36 36" width={size} height={size} aria-hidden="true" focusable="false">
            <circle class="track" cx="18" cy="18" r="14.5" />
            if left > 0 {
                <circle class="arc" cx="18" cy="18" r="14.5" pathLength="100" transform="rotate(-90 18 18)"
                    stroke-dasharray={format!("{left} 100")} />
            }
            if unread {
                <circle class="dot" cx="18" cy="18" r="5" />
            }
        </svg>
    }
}

/// The ring of an empty place.
pub(super) fn ring_empty() -> Html {
    html! {
        <svg class="ring big" viewBox="0 0 36 36" width="72" height="72" aria-hidden="true" focusable="false">
            <circle class="track" cx="18" cy="18" r="14.5" />
            <circle class="arc" cx="18" cy="18" r="14.5" pathLength="100" transform="rotate(-90 18 18)"
                stroke-dasharray="22 100" />
        </svg>
    }
}

/// An icon, drawn in the colour of the text around it.
pub(super) fn icon(path: &'static str) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
            <path d={path} />
        </svg>
    }
}

pub(super) const ICON_SEAL: &str = "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6zM9 12l2 2 4-4";
pub(super) const ICON_BACK: &str = "M15 5l-7 7 7 7";
pub(super) const ICON_SETTINGS: &str = "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5";
pub(super) const ICON_REPORTS: &str = "M4 4.500v15h16M8.500 15.500v-4M13 15.500v-8M17.500 15.500v-6";
pub(super) const ICON_ACCOUNT: &str =
    "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.8-4 3.7-6 7.5-6s6.700 2 7.5 6";
pub(super) const ICON_KEYS: &str =
    "M3.500 6.500h17v11h-17zM7 10.200h.01M10.300 10.200h.01M13.700 10.200h.01M17 10.200h.01M8 14h8";
pub(super) const ICON_CHECK: &str = "M5 12.500l4.500 4.500L19 7.500";
pub(super) const ICON_FILE: &str = "M20 11l-8.200 8.200a5 5 0 0 1-7-7L13 4a3.300 3.300 0 0 1 4.700 4.700l-8 8a1.700 1.700 0 0 1-2.400-2.400L14.500 7";
pub(super) const ICON_SEND: &str = "M12 19V5M6 11l6-6 6 6";
pub(super) const ICON_REOPEN: &str = "M5 12a7 7 0 1 0 2.200-5.100M5 4.500V9h4.500";
pub(super) const ICON_CLOSE: &str = "M6 6l12 12M18 6L6 18";
pub(super) const ICON_PLUS: &str = "M12 5v14M5 12h14";
