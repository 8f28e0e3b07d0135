//! The page itself: its address, focus, scroll, clipboard, title, and the events that no element owns.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, Element, HtmlDialogElement, HtmlElement, KeyboardEvent, Window};
use yew::Callback;

use super::device;
use crate::state::Route;
use crate::text::Lang;
use crate::update::{Boot, Event, Key, Step, Target};

/// This near the end counts as the end, in CSS pixels.
const NEAR_END: i32 = 48;

/// What listens to the page; gone with it.
pub(super) struct Listeners {
    _all: Vec<EventListener>,
}

fn window() -> Option<Window> {
    web_sys::window()
}

fn document_node() -> Option<Document> {
    window()?.document()
}

fn find(selector: &str) -> Option<HtmlElement> {
    document_node()?.query_selector(selector).ok()??.dyn_into().ok()
}

fn route() -> Route {
    let hash = window().and_then(|window| window.location().hash().ok()).unwrap_or_default();
    Route::parse(hash.trim_start_matches('#'))
}

fn is_visible() -> bool {
    document_node().is_none_or(|document| !document.hidden())
}

/// What the page knows at its start.
pub(super) fn boot() -> Boot {
    let navigator = window().map(|window| window.navigator());
    let wanted: Vec<String> = navigator
        .as_ref()
        .map(|navigator| navigator.languages().iter().filter_map(|tag| tag.as_string()).collect())
        .unwrap_or_default();
    Boot {
        route: route(),
        lang: device::lang().unwrap_or_else(|| Lang::pick(wanted.iter().map(String::as_str))),
        time_zone: time_zone(),
        origin: window().and_then(|window| window.location().origin().ok()).unwrap_or_default(),
        online: navigator.is_none_or(|navigator| navigator.on_line()),
        visible: is_visible(),
        shortcuts: device::shortcuts(),
    }
}

fn time_zone() -> String {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    let zone = js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into());
    zone.ok().and_then(|zone| zone.as_string()).unwrap_or_else(|| "UTC".to_owned())
}

/// Listens to what no element of ours owns.
pub(super) fn listen(say: &Callback<Event>) -> Listeners {
    let (Some(window), Some(document)) = (window(), document_node()) else {
        return Listeners { _all: Vec::new() };
    };
    let on = |target: &web_sys::EventTarget, name: &'static str, event: fn() -> Event| {
        let say = say.clone();
        EventListener::new(target, name, move |_| say.emit(event()))
    };
    let keys = say.clone();
    let options = EventListenerOptions::enable_prevent_default();
    let keys = EventListener::new_with_options(&document, "keydown", options, move |event| {
        if let Some(key) = event.dyn_ref::<KeyboardEvent>().and_then(command) {
            event.prevent_default();
            keys.emit(Event::Key(key));
        }
    });
    Listeners {
        _all: vec![
            on(&window, "online", || Event::Online(true)),
            on(&window, "offline", || Event::Online(false)),
            on(&window, "popstate", || Event::Routed(route())),
            on(&document, "visibilitychange", || Event::Visible(is_visible())),
            keys,
        ],
    }
}

/// The command of a key, where it was pressed outside any field and without a modifier.
fn command(event: &KeyboardEvent) -> Option<Key> {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.is_composing() {
        return None;
    }
    let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
    let within = |selector: &str| {
        target.as_ref().is_some_and(|element| element.closest(selector).is_ok_and(|found| found.is_some()))
    };
    if within("input, textarea, select, dialog, [contenteditable]") {
        return None;
    }
    match event.key().as_str() {
        "j" => Some(Key::Down),
        "k" => Some(Key::Up),
        "r" => Some(Key::Answer),
        "e" => Some(Key::Resolve),
        "?" => Some(Key::Help),
        "Enter" if !within("button, a, summary") => Some(Key::Open),
        _ => None,
    }
}

/// Puts a route into the address.
pub(super) fn address(route: &Route, step: Step) {
    let Some(window) = window() else { return };
    let (Ok(history), Ok(path)) = (window.history(), window.location().pathname()) else { return };
    let fragment = route.fragment();
    let url = if fragment.is_empty() { path } else { format!("{path}#{fragment}") };
    let _ = match step {
        Step::Push => history.push_state_with_url(&JsValue::NULL, "", Some(&url)),
        Step::Replace => history.replace_state_with_url(&JsValue::NULL, "", Some(&url)),
    };
}

/// Copies, and says whether it worked: a page on plain http may not.
pub(super) fn copy(text: &str, say: &Callback<Event>) {
    let clipboard = window()
        .map(|window| window.navigator())
        .filter(|navigator| js_sys::Reflect::has(navigator, &"clipboard".into()).unwrap_or(false))
        .map(|navigator| navigator.clipboard())
        .filter(|clipboard| !clipboard.is_undefined());
    let Some(clipboard) = clipboard else { return say.emit(Event::Copied(false)) };
    let writing = JsFuture::from(clipboard.write_text(text));
    let say = say.clone();
    wasm_bindgen_futures::spawn_local(async move { say.emit(Event::Copied(writing.await.is_ok())) });
}

/// Opens the browser's own way to print.
pub(super) fn print() {
    if let Some(window) = window() {
        // Refused where a frame forbids it; there is nothing to do about it.
        let _ = window.print();
    }
}

/// Moves the focus.
pub(super) fn focus(target: &Target) {
    let element = match target {
        Target::Composer => find("#answer"),
        Target::Row(id) => find(&format!("[data-row=\"{id}\"]")),
        Target::Heading => find("[data-heading]"),
        Target::Problem => find("[data-problem]"),
    };
    if let Some(element) = element {
        let _ = element.focus();
        element.scroll_into_view_with_scroll_into_view_options(&nearest());
    }
}

fn nearest() -> web_sys::ScrollIntoViewOptions {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    options
}

/// The document's language, direction and title.
pub(super) fn document(lang: Lang, title: &str) {
    let Some(document) = document_node() else { return };
    if document.title() != title {
        document.set_title(title);
    }
    if let Some(root) = document.document_element() {
        for (name, value) in [("lang", lang.tag()), ("dir", lang.dir())] {
            if root.get_attribute(name).as_deref() != Some(value) {
                let _ = root.set_attribute(name, value);
            }
        }
    }
}

/// A dialog that is on the screen is shown above it, the rest inert.
pub(super) fn dialogs() {
    if let Some(dialog) =
        find("dialog:not([open])").and_then(|dialog| dialog.dyn_into::<HtmlDialogElement>().ok())
    {
        let _ = dialog.show_modal();
    }
}

/// How the thread was scrolled before the screen changed.
#[derive(Default)]
pub(super) struct Scroll {
    thread: Option<(String, String)>,
    at_end: bool,
    top: i32,
    height: i32,
}

fn scroller() -> Option<(HtmlElement, (String, String))> {
    let element = find("[data-thread]")?;
    let name = |attribute: &str| element.get_attribute(attribute).unwrap_or_default();
    let names = (name("data-thread"), name("data-first"));
    Some((element, names))
}

impl Scroll {
    pub(super) fn measure() -> Self {
        let Some((element, names)) = scroller() else { return Self::default() };
        let (top, height) = (element.scroll_top(), element.scroll_height());
        Self { thread: Some(names), at_end: height - top - element.client_height() <= NEAR_END, top, height }
    }

    /// A thread just opened shows its end; one that was at its end stays there; older messages put in above leave
    /// what is read where it was.
    pub(super) fn settle(&self) {
        let Some((element, names)) = scroller() else { return };
        let opened =
            self.thread.as_ref().is_none_or(|(thread, first)| *thread != names.0 || first.is_empty());
        let grew_above = self.thread.as_ref().is_some_and(|(_, first)| *first != names.1);
        if opened || self.at_end {
            element.set_scroll_top(element.scroll_height());
        } else if grew_above {
            element.set_scroll_top(self.top + element.scroll_height() - self.height);
        }
    }
}
