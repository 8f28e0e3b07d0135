//! The page: its settings, the composer that it brought along, the loader's port, and what happened before the wasm
//! came. The inline script of `index.html` is the other half; the two meet in `window.pronto`.

use std::rc::Rc;

use gloo::events::EventListener;
use js_sys::{Function, Object, Reflect};
use pronto_protocol::id::{ConversationId, MessageId, SiteKey};
use pronto_protocol::model::VisitorContext;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, EventTarget, HtmlElement, HtmlTextAreaElement, XmlHttpRequest};
use yew::Callback;

use super::ear::{Hear, ear};
use super::json;
use crate::config::{Config, Mode};
use crate::state::Identity;
use crate::text::Words;
use crate::update::{Draft, Event, Loader, Tell, Ui};
pub(super) use crate::window::Place;

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

fn find(selector: &str) -> Option<Element> {
    document()?.query_selector(selector).ok()?
}

/// Where the component is drawn.
#[must_use]
pub fn root() -> Option<Element> {
    find("#root")
}

pub(super) fn is_online() -> bool {
    json::global(&["navigator", "onLine"]).is_truthy()
}

pub(super) fn is_visible() -> bool {
    json::global(&["document", "hidden"]).is_falsy()
}

/// Who has written from this browser without the panel: the hosted page's form goes on in that conversation, and so does
/// the panel.
pub(super) fn handed_over() -> Option<Identity> {
    let value = |selector| find(selector).and_then(|field| json::text(&field, "value"));
    let conversation_id = ConversationId::new(value("input[name=conversation]")?).ok()?;
    Some(Identity { secret: value("input[name=session]")?, conversation_id, opened: true })
}

/// Whether somebody came for the conversation that was handed over, by a link in a mail: it goes before what was kept.
pub(super) fn is_wanted() -> bool {
    find("input[name=wanted]").is_some()
}

fn text_of(selector: &str) -> String {
    find(selector).and_then(|element| json::text(&element, "textContent")).unwrap_or_default()
}

/// The settings in the page; none means that the page is none of ours.
#[must_use]
pub fn config() -> Option<Config> {
    let site = json::parse(&text_of("#config"));
    let hours = json::get(&site, "hours");
    let page = json::global(&["document", "documentElement", "dataset"]);
    let framed = json::text(&page, "mode").as_deref() == Some("frame");
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

fn context(framed: bool) -> VisitorContext {
    let locale = json::global(&["navigator", "language"]).as_string();
    let here = || {
        let location = json::global(&["location"]);
        Some(json::text(&location, "origin")? + &json::text(&location, "pathname")?)
    };
    let page_url = if framed { None } else { here() };
    VisitorContext { page_url, locale, ..VisitorContext::default() }
}

/// The browser's time zone. Not asked for at the start: the first such question takes a browser ten milliseconds and more.
pub(super) fn time_zone() -> Option<String> {
    json::text(&js_sys::Intl::DateTimeFormat::default().resolved_options(), "timeZone")
}

/// The words in the page's language.
pub(super) fn words(config: &Config) -> Words {
    let mut texts = Vec::new();
    for text in json::list(&json::parse(&text_of("#strings"))) {
        texts.push(text.as_string().unwrap_or_default());
    }
    Words::new(&config.locale, texts)
}

/// The object that the page's inline script made.
fn bridge() -> JsValue {
    json::global(&["pronto"])
}

fn set(object: &JsValue, name: &str, value: &JsValue) {
    // A plain object takes every property, and what is none takes nothing.
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}

/// Takes the entries out of one of the bridge's lists.
fn take(name: &str) -> Vec<JsValue> {
    let bridge = bridge();
    let list = json::list(&json::get(&bridge, name));
    set(&bridge, name, &js_sys::Array::new());
    list
}

/// What was sent before the wasm came.
pub(super) fn early() -> Vec<Draft> {
    let mut early = Vec::new();
    for sent in take("sent") {
        let id = json::text(&sent, "id").unwrap_or_default();
        early.extend(draft(id, json::text(&sent, "body").unwrap_or_default()));
    }
    early
}

fn draft(id: String, body: String) -> Option<Draft> {
    Some(Draft { body, message_id: MessageId::new(id).ok()?, identity: mint()? })
}

/// What one of the bridge's functions says to `message`.
fn call(name: &str, message: &JsValue) -> JsValue {
    let bridge = bridge();
    let function: Function = json::get(&bridge, name).unchecked_into();
    function.call1(&bridge, message).unwrap_or_default()
}

/// Has the page share one socket with its other tabs; what that takes is loaded where there are any.
pub(super) fn meet_tabs() {
    call("extra", &JsValue::from_str("tabs"));
}

pub(super) fn minted(name: &str) -> String {
    call(name, &JsValue::UNDEFINED).as_string().unwrap_or_default()
}

/// What the form before the first message was filled in with, as JSON of the wire; the form's own script keeps it there.
pub(super) fn asked() -> Option<String> {
    json::global(&["pronto", "asked"]).as_string()
}

fn mint() -> Option<Identity> {
    let conversation_id = ConversationId::new(minted("uuid")).ok()?;
    Some(Identity { secret: minted("secret"), conversation_id, opened: false })
}

/// Has the page do the work that a flooded site asks for, in a module that comes for it; the same request goes out again then.
pub(super) fn prove(http: &XmlHttpRequest, secret: &str, body: &str) {
    let asked = Object::new();
    set(&asked, "http", http);
    set(&asked, "secret", &JsValue::from_str(secret));
    set(&asked, "body", &JsValue::from_str(body));
    call("prove", &asked);
}

fn focus_on(selector: &str) {
    if let Some(field) = find(selector) {
        // An element that cannot take the focus leaves it where it is.
        let _ = field.unchecked_ref::<HtmlElement>().focus();
    }
}

pub(super) fn focus_on_mail() {
    focus_on("#address");
}

/// Where the thread is scrolled to. It lies bottom up: its end is where scrolling begins, at 0, and what is above is negative.
pub(super) fn place() -> Option<Place> {
    let scroll = find("#scroll")?;
    let below = -scroll.scroll_top();
    Some(Place { above: scroll.scroll_height() - scroll.client_height() - below, below })
}

/// Scrolls to where so much is above, or to the end where there is less. A browser that holds what is seen by itself is there
/// already, and is not interrupted.
pub(super) fn scroll_below(above: i32) {
    if let (Some(scroll), Some(now)) = (find("#scroll"), place()) {
        let all = now.above + now.below;
        if above.min(all) != now.above {
            scroll.set_scroll_top(above.min(all) - all);
        }
    }
}

pub(super) fn tell(tell: Tell) {
    let (kind, count) = match tell {
        Tell::Unread(count) => ("unread", JsValue::from_f64(count as f64)),
        Tell::Wrote => ("wrote", JsValue::NULL),
        Tell::Reply => ("message", JsValue::NULL),
        Tell::Logout => ("logout", JsValue::NULL),
        Tell::Named(true) => ("identify", JsValue::NULL),
        Tell::Named(false) => ("error", JsValue::from_str("identity")),
    };
    let message = Object::new();
    set(&message, "type", &JsValue::from_str(kind));
    set(&message, "n", &count);
    call("say", &message);
}

fn hear(message: &JsValue, on: &Callback<Event>) {
    let page = || Loader::Page {
        url: json::text(message, "url").unwrap_or_default(),
        title: json::text(message, "title").unwrap_or_default(),
    };
    // Whom the page names comes by itself, or with the first word.
    if let (Some(token), Some(next)) = (json::text(message, "pass"), mint()) {
        on.emit(Event::Loader(Loader::Pass(token, next)));
    }
    let is = |name| json::get(message, name).is_truthy();
    match json::text(message, "type").unwrap_or_default().as_str() {
        "open" => on.emit(Event::Loader(if is("quiet") { Loader::Shown } else { Loader::Open })),
        "logout" => on.emit(Event::Loader(Loader::Logout)),
        "close" => on.emit(Event::Loader(Loader::Close)),
        "page" => on.emit(Event::Loader(page())),
        "prefill" => on.emit(Event::Loader(Loader::Prefill(json::text(message, "text").unwrap_or_default()))),
        "hours" => on.emit(Event::Loader(Loader::Closed(is_closed(message)))),
        "connect" => {
            on.emit(Event::Loader(page()));
            if is("open") {
                on.emit(Event::Loader(Loader::Shown));
            }
        }
        _ => {}
    }
}

/// The parts of the page that stay outside the component, and the ears in them.
pub(super) struct Page {
    site: SiteKey,
    _ears: Vec<EventListener>,
    _port: Closure<dyn FnMut(JsValue)>,
}

impl Page {
    /// Takes the composer over as it is: text, caret, focus and a running composition stay.
    pub(super) fn adopt(site: &SiteKey, on: &Callback<Event>) -> Self {
        let ears = ears(on).unwrap_or_default();
        let port = port(on);
        for message in take("mail") {
            hear(&message, on);
        }
        Self { site: site.clone(), _ears: ears, _port: port }
    }

    pub(super) fn site(&self) -> &SiteKey {
        &self.site
    }
}

fn composer() -> Option<HtmlTextAreaElement> {
    Some(find("#text")?.unchecked_into())
}

pub(super) fn clear() {
    write("");
    focus();
}

pub(super) fn prefill(words: &str) {
    if composer().is_some_and(|text| text.value().is_empty()) {
        write(words);
    }
}

pub(super) fn write(words: &str) {
    if let Some(text) = composer() {
        text.set_value(words);
        if let Ok(input) = web_sys::Event::new("input") {
            // Nobody cancels it; whether somebody did is all it could say.
            let _ = text.dispatch_event(&input);
        }
    }
}

pub(super) fn focus() {
    focus_on("#text");
}

/// From now on the bridge hands over: messages of the port, and presses of Send.
fn port(on: &Callback<Event>) -> Closure<dyn FnMut(JsValue)> {
    let on = on.clone();
    let port = Closure::new(move |message: JsValue| hear(&message, &on));
    let bridge = bridge();
    set(&bridge, "hear", port.as_ref());
    set(&bridge, "live", &JsValue::TRUE);
    port
}

fn ears(on: &Callback<Event>) -> Option<Vec<EventListener>> {
    let window = web_sys::window()?;
    let (document, text) = (window.document()?, composer()?);
    let on = on.clone();
    let hear: Hear = Rc::new(move |kind, event| {
        if let Some(event) = heard(kind, event) {
            on.emit(event);
        }
    });
    let targets: [(&EventTarget, &'static str); 9] = [
        (&window, "online"),
        (&window, "offline"),
        (&window, "pageshow"),
        (&document, "visibilitychange"),
        (&document, "scroll"),
        (&document, "keydown"),
        (&document, "click"),
        (&document, "submit"),
        (&text, "input"),
    ];
    let mut ears = Vec::new();
    for (target, kind) in targets {
        ears.push(ear(target, kind, &hear));
    }
    Some(ears)
}

/// What an event of the page means.
fn heard(kind: &str, event: &web_sys::Event) -> Option<Event> {
    let target = json::get(event, "target");
    let of = |name| json::text(&target, name).unwrap_or_default();
    Some(match kind {
        "online" => Event::Online(true),
        "offline" => Event::Online(false),
        "pageshow" => {
            if json::get(event, "persisted").is_falsy() {
                return None;
            }
            Event::Resumed
        }
        "visibilitychange" => Event::Visible(is_visible()),
        "scroll" => Event::Ui(Ui::Scrolled(place()?)),
        "keydown" => {
            // In a field the key is the caret's. Elsewhere the browser goes to the end of what is drawn, which may lie far before
            // the thread's.
            if json::text(event, "key")? != "End" || json::get(&target, "form").is_truthy() {
                return None;
            }
            event.prevent_default();
            Event::Ui(Ui::End)
        }
        "click" => Event::Ui(pressed(&of("name"), of("value"))?),
        "submit" => Event::Ui(match of("id").as_str() {
            "form" => {
                event.prevent_default();
                Ui::Send(draft(minted("uuid"), composer()?.value())?)
            }
            "mail" => {
                event.prevent_default();
                Ui::Mail(find("#address").and_then(|field| json::text(&field, "value")).unwrap_or_default())
            }
            _ => return None,
        }),
        _ => Event::Ui(Ui::Typed(composer()?.value().chars().count())),
    })
}

/// What a press of the view's button of this name means.
fn pressed(name: &str, value: String) -> Option<Ui> {
    Some(match name {
        "earlier" => Ui::Earlier,
        "down" => Ui::ToEnd,
        "retry" => Ui::Retry(MessageId::new(value).ok()?),
        "discard" => Ui::Discard(MessageId::new(value).ok()?),
        "say" => Ui::Send(draft(minted("uuid"), value)?),
        "mail-change" => Ui::ChangeMail,
        "mail-remove" => Ui::Mail(value),
        _ => return None,
    })
}
