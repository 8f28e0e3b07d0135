//! The browser: performs [`Effect`]s and turns what the browser says into [`Event`]s. Decides nothing. Whatever has to
//! be undone is a value in here whose `Drop` undoes it.

mod ear;
mod json;
mod net;
mod page;
mod store;
mod wire;

use gloo::timers::callback::Timeout;
use pronto_protocol::id::Millis;
use yew::Callback;

use crate::config::Config;
use crate::text::Words;
use crate::update::{Effect, Event, Moment, Request, Start};

pub use page::{config, root};

/// The longest time a browser's timer can be set for.
const TIMER_MAX_MS: i64 = 2_147_000_000;

/// The panel's hold on the browser.
pub struct Io {
    on: Callback<Event>,
    page: page::Page,
    store: store::Store,
    socket: Option<net::Socket>,
    poll: Option<net::Asked>,
    asked: Vec<net::Asked>,
    alarm: Option<Timeout>,
    /// How much of the thread has to be above what is seen once it is drawn anew.
    above: Option<i32>,
    /// What has to wait until all is drawn.
    later: Option<Timeout>,
}

impl Io {
    /// Takes over the page: its composer, its words, and all that was kept or happened before.
    #[must_use]
    pub fn new(config: &Config, on: Callback<Event>) -> (Self, Words, Start) {
        let words = page::words(config);
        let (store, identity, queue) = store::Store::open(&config.site, &on);
        let identity = identity.filter(|_| !page::is_wanted());
        let identity = identity.or_else(|| page::handed_over().inspect(|found| store.keep_identity(found)));
        let early = page::early();
        let page = page::Page::adopt(&config.site, &on);
        let start = Start {
            identity,
            queue,
            early,
            online: page::is_online(),
            keeps: store.works(),
            visible: page::is_visible(),
        };
        (
            Self {
                on,
                page,
                store,
                socket: None,
                poll: None,
                asked: Vec::new(),
                alarm: None,
                above: None,
                later: None,
            },
            words,
            start,
        )
    }

    /// The device's clock and a throw of its dice.
    #[must_use]
    pub fn moment(&self) -> Moment {
        Moment { now: Millis(js_sys::Date::now() as i64), dice: js_sys::Math::random() }
    }

    /// Does one thing.
    pub fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::KeepIdentity(identity) => self.store.keep_identity(&identity),
            Effect::KeepMessage(item) => self.store.keep_message(&item),
            Effect::DropMessage(id) => self.store.drop_message(&id),
            Effect::Forget => {
                self.store.clear();
                page::write("");
            }
            Effect::Ask { secret, conversation_id, request } => {
                let polls = matches!(request, Request::Poll(..));
                let asked = net::ask(self.page.site(), &secret, &conversation_id, request, &self.on);
                if polls {
                    self.poll = asked;
                } else {
                    self.asked.retain(net::Asked::is_running);
                    self.asked.extend(asked);
                }
            }
            Effect::Dial(generation) => self.socket = net::Socket::open(generation, &self.on),
            Effect::Hang => {
                self.socket = None;
                self.poll = None;
            }
            Effect::Say(frame) => {
                if let Some(socket) = &self.socket {
                    socket.say(&frame);
                }
            }
            Effect::WakeAt(at) => self.wake(at),
            Effect::ClearComposer => page::clear(),
            Effect::Prefill(text) => page::prefill(&text),
            Effect::Focus => page::focus(),
            Effect::FocusMail => self.later = Some(Timeout::new(0, page::focus_on_mail)),
            Effect::ScrollToEnd => self.above = Some(i32::MAX),
            Effect::Hold => self.above = page::place().map(|place| place.above),
            Effect::Tell(tell) => page::tell(tell),
        }
    }

    /// What was performed is drawn now.
    pub fn drawn(&mut self) {
        if let Some(above) = self.above.take() {
            page::scroll_below(above);
        }
    }

    fn wake(&mut self, at: Millis) {
        let wait = at.since(self.moment().now).clamp(0, TIMER_MAX_MS);
        let on = self.on.clone();
        self.alarm = Some(Timeout::new(wait as u32, move || on.emit(Event::Alarm)));
    }
}
