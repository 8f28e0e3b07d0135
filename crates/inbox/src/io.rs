//! The browser: performs effects and reports events. No decision is made here, and no view is drawn.

mod device;
mod http;
mod page;
mod socket;

use gloo::timers::callback::Timeout;
use pronto_protocol::id::Millis;
use yew::Callback;

use crate::update::request::Answer;
use crate::update::{Effect, Event, Moment};

/// Timers shorter than this would only burn the battery.
const WAKE_MIN_MS: i64 = 50;
const WAKE_MAX_MS: i64 = 60_000;

/// Everything that has to be undone when the page goes: listeners, the timer, the line.
pub struct Io {
    say: Callback<Event>,
    timer: Option<(Millis, Timeout)>,
    line: Option<socket::Line>,
    after_render: Vec<Effect>,
    scroll: Option<page::Scroll>,
    _listeners: page::Listeners,
}

impl Io {
    /// Listens to the page and reports its start.
    #[must_use]
    pub fn start(say: Callback<Event>) -> Self {
        let listeners = page::listen(&say);
        say.emit(Event::Boot(page::boot()));
        Self { say, timer: None, line: None, after_render: Vec::new(), scroll: None, _listeners: listeners }
    }

    /// The time, a chance and a fresh id for one event.
    #[must_use]
    pub fn moment() -> Moment {
        Moment { now: now(), jitter: js_sys::Math::random(), id: device::uuid() }
    }

    /// Does what is asked.
    pub fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Call(request, csrf) => {
                let say = self.say.clone();
                wasm_bindgen_futures::spawn_local(async move {
                    let result = http::call(&request, &csrf).await;
                    say.emit(Event::Answered(request, result.map(Box::new)));
                });
            }
            Effect::OpenSocket(generation) => self.line = socket::open(generation, &self.say),
            Effect::Poll(generation, poll, csrf) => {
                self.line = socket::poll(generation, poll, csrf, &self.say);
            }
            Effect::Disconnect => self.line = None,
            Effect::Say(frame) => {
                if let Some(line) = &self.line {
                    line.say(&frame);
                }
            }
            Effect::Focus(_) => self.after_render.push(effect),
            Effect::Address(route, step) => page::address(&route, step),
            Effect::Copy(text) => page::copy(&text, &self.say),
            Effect::Print => page::print(),
            keeping => self.keep(keeping),
        }
    }

    fn keep(&self, effect: Effect) {
        match effect {
            Effect::Recall(agent) => self.say.emit(Event::Recalled(device::recall(&agent))),
            Effect::KeepDraft(agent, id, text) => device::keep_draft(&agent, &id, &text),
            Effect::KeepMessage(agent, item) => device::keep_message(&agent, &item),
            Effect::ForgetMessage(agent, id) => device::forget_message(&agent, &id),
            Effect::ForgetAll(agent) => device::forget_all(&agent),
            Effect::KeepLang(lang) => device::keep_lang(lang),
            Effect::KeepShortcuts(on) => device::keep_shortcuts(on),
            _ => {}
        }
    }

    /// Notes how the thread is scrolled, before the screen changes. Several events may come before one is told that
    /// the screen has changed; what counts is how it stood before the first.
    pub fn before_render(&mut self) {
        self.scroll.get_or_insert_with(page::Scroll::measure);
    }

    /// Does what needs the new screen: focus, scroll, dialogs, the document's language and title.
    pub fn after_render(&mut self, lang: crate::text::Lang, title: &str) {
        page::document(lang, title);
        page::dialogs();
        if let Some(scroll) = self.scroll.take() {
            scroll.settle();
        }
        for effect in self.after_render.drain(..) {
            if let Effect::Focus(target) = effect {
                page::focus(&target);
            }
        }
    }

    /// Sets the one timer.
    pub fn wake_at(&mut self, at: Option<Millis>) {
        if self.timer.as_ref().map(|(set, _)| *set) == at {
            return;
        }
        self.timer = at.map(|at| {
            let wait = at.since(now()).clamp(WAKE_MIN_MS, WAKE_MAX_MS);
            let say = self.say.clone();
            (at, Timeout::new(u32::try_from(wait).unwrap_or(0), move || say.emit(Event::Tick)))
        });
    }

    /// After a tick the timer has fired and has to be set again, even for the same time.
    pub fn ticked(&mut self) {
        self.timer = None;
    }
}

fn now() -> Millis {
    Millis(js_sys::Date::now() as i64)
}

/// A value as JSON text.
fn to_json<T: serde::Serialize>(value: &T) -> Option<String> {
    let value = value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).ok()?;
    js_sys::JSON::stringify(&value).ok().map(String::from)
}

/// JSON text as a value.
fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    serde_wasm_bindgen::from_value(js_sys::JSON::parse(text).ok()?).ok()
}

type Reply = Result<Answer, crate::update::request::Failed>;
