//! The page: its settings, the composer that it brought along, the loader's port, and what happened before the wasm
//! came. The inline script of `index.html` is the other half; the two meet in `window.pronto`.

use gloo::events::{EventListener, EventListenerOptions};
use js_sys::{Function, Object, Reflect};
use pronto_protocol::id::{ConversationId, MessageId, SiteKey};
use pronto_protocol::model::VisitorContext;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlElement, HtmlTextAreaElement, Window};
use yew::Callback;

use super::json;
use crate::config::{Config, Mode};
use crate::state::Identity;
use crate::text::Words;
use crate::update::{Draft, Event, Loader, Tell, Ui};

/// How near to an end of the thread counts as there, in CSS pixels.
const NEAR: i32 = 48;

fn window() -> Option<Window> {
    web_sys::window()
}

fn document() -> Option<Document> {
    window()?.document()
}

fn by_id(id: &str) -> Option<Element> {
    document()?.get_element_by_id(id)
}

/// Where the component is drawn.
#[must_use]
pub fn root() -> Option<Element> {
    by_id("root")
}

pub(super) fn is_online() -> bool {
    window().is_none_or(|window| window.navigator().on_line())
}

pub(super) fn is_visible() -> bool {
    document().is_none_or(|document| !document.hidden())
}

/// Who has written from this browser without the panel: the hosted page's form goes on in that conversation, and so does
/// the panel.
pub(super) fn handed_over() -> Option<Identity> {
    let value = |name: &str| {
        let field = document()?.query_selector(&["input[name=", name, "]"].concat()).ok()??;
        field.get_attribute("value")
    };
    let conversation_id = ConversationId::new(value("conversation")?).ok()?;
    Some(Identity { secret: value("session")?, conversation_id, opened: true })
}

/// Whether somebody came for the conversation that was handed over, by a link in a mail: it goes before what was kept.
pub(super) fn is_wanted() -> bool {
    document().is_some_and(|document| document.query_selector("input[name=wanted]").ok().flatten().is_some())
}

fn text_of(selector: &str) -> String {
    let found = document().and_then(|document| document.query_selector(selector).ok().flatten());
    found.and_then(|element| element.text_content()).unwrap_or_default()
}

/// The settings in the page; none means that the page is none of ours.
#[must_use]
pub fn config() -> Option<Config> {
    let site = js_sys::JSON::parse(&text_of("#config")).ok()?;
    let hours = json::get(&site, "hours");
    let framed = text_attribute("data-mode").as_deref() == Some("frame");
    Some(Config {
        site: SiteKey::new(json::text(&site, "site")?).ok()?,
        name: json::text(&site, "name")?,
        locale: json::text(&site, "locale")?,
        closed: is_closed(&hours),
        mode: if framed { Mode::Frame } else { Mode::Page },
        greeting: text_of(".greeting"),
        context: context(framed),
    })
}

/// Without opening hours nobody is ever closed.
fn is_closed(hours: &JsValue) -> bool {
    json::get(hours, "open").as_bool() == Some(false)
}

fn text_attribute(name: &str) -> Option<String> {
    document()?.document_element()?.get_attribute(name)
}

fn context(framed: bool) -> VisitorContext {
    let locale = window().and_then(|window| window.navigator().language());
    let here = || {
        let location = window()?.location();
        Some(location.origin().ok()? + &location.pathname().ok()?)
    };
    let page_url = if framed { None } else { here() };
    VisitorContext { page_url, page_title: None, locale, time_zone: None }
}

/// The browser's time zone. Not asked for at the start: the first such question takes a browser ten milliseconds and more.
pub(super) fn time_zone() -> Option<String> {
    json::text(&js_sys::Intl::DateTimeFormat::default().resolved_options(), "timeZone")
}

/// The words in the page's language.
pub(super) fn words(config: &Config) -> Words {
    let mut words = Words::english(&config.locale);
    if let Ok(found) = js_sys::JSON::parse(&text_of("#strings")) {
        let found = js_sys::Array::from(&found);
        words.replace(&|place| found.get(u32::try_from(place).ok()?).as_string());
    }
    words
}

/// The object that the page's inline script made.
fn bridge() -> Option<Object> {
    Reflect::get(window()?.as_ref(), &JsValue::from_str("pronto")).ok()?.dyn_into().ok()
}

fn set(object: &Object, name: &str, value: &JsValue) {
    // A plain object takes every property.
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}

/// Takes the entries out of one of the bridge's lists.
fn take(name: &str) -> Vec<JsValue> {
    let Some(bridge) = bridge() else { return Vec::new() };
    let list = json::get(&bridge, name);
    set(&bridge, name, &js_sys::Array::new());
    js_sys::Array::from(&list).to_vec()
}

/// What was sent before the wasm came.
pub(super) fn early() -> Vec<Draft> {
    let draft = |sent: JsValue| {
        let message_id = MessageId::new(json::text(&sent, "id")?).ok()?;
        Some(Draft { body: json::text(&sent, "body")?, message_id, identity: mint()? })
    };
    take("sent").into_iter().filter_map(draft).collect()
}

/// What one of the bridge's minting functions gives.
fn minted(name: &str) -> Option<String> {
    let bridge = bridge()?;
    let mint: Function = json::get(&bridge, name).dyn_into().ok()?;
    mint.call0(&bridge).ok()?.as_string()
}

fn mint() -> Option<Identity> {
    let conversation_id = ConversationId::new(minted("uuid")?).ok()?;
    Some(Identity { secret: minted("secret")?, conversation_id, opened: false })
}

pub(super) fn focus_on_mail() {
    if let Some(field) = by_id("address") {
        // An element that cannot take the focus leaves it where it is.
        let _ = field.unchecked_ref::<HtmlElement>().focus();
    }
}

pub(super) fn scroll_to_end() {
    // The thread lies bottom up, so its end is where scrolling begins.
    if let Some(scroll) = by_id("scroll") {
        scroll.set_scroll_top(0);
    }
}

pub(super) fn tell(tell: Tell) {
    let (kind, count) = match tell {
        Tell::Unread(count) => ("unread", JsValue::from_f64(count as f64)),
        Tell::Wrote => ("wrote", JsValue::NULL),
        Tell::Reply => ("reply", JsValue::NULL),
        Tell::Logout => ("logout", JsValue::NULL),
    };
    let message = Object::new();
    set(&message, "type", &JsValue::from_str(kind));
    set(&message, "n", &count);
    let say = bridge().and_then(|bridge| Reflect::get(&bridge, &JsValue::from_str("say")).ok());
    if let Some(say) = say.and_then(|say| say.dyn_into::<Function>().ok()) {
        // The page's own function; it throws for nothing that is said here.
        let _ = say.call1(&JsValue::NULL, &message);
    }
}

fn hear(message: &JsValue, on: &Callback<Event>) {
    let page = || Loader::Page {
        url: json::text(message, "url").unwrap_or_default(),
        title: json::text(message, "title").unwrap_or_default(),
    };
    let is = |name| json::get(message, name).is_truthy();
    let open = || Event::Loader(if is("quiet") { Loader::Shown } else { Loader::Open });
    match json::text(message, "type").unwrap_or_default().as_str() {
        "open" => on.emit(open()),
        "logout" => on.emit(Event::Loader(Loader::Logout)),
        "close" => on.emit(Event::Loader(Loader::Close)),
        "page" => on.emit(Event::Loader(page())),
        "prefill" => on.emit(Event::Loader(Loader::Prefill(json::text(message, "text").unwrap_or_default()))),
        "hours" => on.emit(Event::Loader(Loader::Closed(is_closed(message)))),
        "connect" => {
            on.emit(Event::Loader(page()));
            if is("open") {
                on.emit(open());
            }
        }
        _ => {}
    }
}

/// The parts of the page that stay outside the component, and the ears in them.
pub(super) struct Page {
    site: SiteKey,
    text: Option<HtmlTextAreaElement>,
    _ears: Vec<EventListener>,
    _port: Closure<dyn FnMut(JsValue)>,
}

impl Page {
    /// Takes the composer over as it is: text, caret, focus and a running composition stay.
    pub(super) fn adopt(site: &SiteKey, on: &Callback<Event>) -> Self {
        let text = by_id("text").and_then(|text| text.dyn_into::<HtmlTextAreaElement>().ok());
        let mut ears = Vec::new();
        if let (Some(document), Some(text)) = (document(), &text) {
            ears.extend(composer_ears(&document, text, on));
        }
        if let (Some(window), Some(document)) = (window(), document()) {
            ears.extend(page_ears(&window, &document, on));
        }
        let port = port(on);
        for message in take("mail") {
            hear(&message, on);
        }
        Self { site: site.clone(), text, _ears: ears, _port: port }
    }

    pub(super) fn site(&self) -> &SiteKey {
        &self.site
    }

    pub(super) fn clear(&self) {
        self.write("");
        self.focus();
    }

    pub(super) fn prefill(&self, words: &str) {
        if self.text.as_ref().is_some_and(|text| text.value().is_empty()) {
            self.write(words);
        }
    }

    pub(super) fn write(&self, words: &str) {
        if let Some(text) = &self.text {
            text.set_value(words);
            if let Ok(input) = web_sys::Event::new("input") {
                // Nobody cancels it; whether somebody did is all it could say.
                let _ = text.dispatch_event(&input);
            }
        }
    }

    pub(super) fn focus(&self) {
        if let Some(text) = &self.text {
            // An element that cannot take the focus leaves it where it is.
            let _ = text.unchecked_ref::<HtmlElement>().focus();
        }
    }
}

/// From now on the bridge hands over: messages of the port, and presses of Send.
fn port(on: &Callback<Event>) -> Closure<dyn FnMut(JsValue)> {
    let on = on.clone();
    let port = Closure::new(move |message: JsValue| hear(&message, &on));
    if let Some(bridge) = bridge() {
        set(&bridge, "hear", port.as_ref());
        set(&bridge, "live", &JsValue::TRUE);
    }
    port
}

fn composer_ears(
    document: &Document,
    text: &HtmlTextAreaElement,
    on: &Callback<Event>,
) -> [EventListener; 2] {
    let (sent, typed) = (on.clone(), on.clone());
    let (field, area) = (text.clone(), text.clone());
    let active = EventListenerOptions::enable_prevent_default();
    [
        EventListener::new_with_options(document, "submit", active, move |event| {
            match event.target().and_then(|form| json::text(&form, "id")).unwrap_or_default().as_str() {
                "form" => event.prevent_default(),
                "mail" => {
                    event.prevent_default();
                    let email = by_id("address").and_then(|field| json::text(&field, "value"));
                    return sent.emit(Event::Ui(Ui::Mail(email.unwrap_or_default())));
                }
                _ => return,
            }
            let draft = || {
                let message_id = MessageId::new(minted("uuid")?).ok()?;
                Some(Draft { body: field.value(), message_id, identity: mint()? })
            };
            if let Some(draft) = draft() {
                sent.emit(Event::Ui(Ui::Send(draft)));
            }
        }),
        EventListener::new(text, "input", move |_| {
            typed.emit(Event::Ui(Ui::Typed(area.value().chars().count())));
        }),
    ]
}

fn page_ears(window: &Window, document: &Document, on: &Callback<Event>) -> [EventListener; 5] {
    let ear = |target: &web_sys::EventTarget, kind: &'static str, say: fn() -> Event| {
        let on = on.clone();
        EventListener::new(target, kind, move |_| on.emit(say()))
    };
    let (on, resumed) = (on.clone(), on.clone());
    [
        ear(window, "online", || Event::Online(true)),
        ear(window, "offline", || Event::Online(false)),
        EventListener::new(window, "pageshow", move |event| {
            if json::get(event, "persisted").is_truthy() {
                resumed.emit(Event::Resumed);
            }
        }),
        ear(document, "visibilitychange", || Event::Visible(is_visible())),
        EventListener::new_with_options(
            document,
            "scroll",
            EventListenerOptions::run_in_capture_phase(),
            move |_| {
                if let Some(scroll) = by_id("scroll") {
                    let up = -scroll.scroll_top();
                    let left = scroll.scroll_height() - scroll.client_height() - up;
                    on.emit(Event::Ui(Ui::Scrolled { at_end: up < NEAR, near_start: left < 4 * NEAR }));
                }
            },
        ),
    ]
}
