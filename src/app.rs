//! The one component that owns the state: hands events to [`crate::update`], effects to [`crate::io`]. No rules.

use yew::prelude::*;

use crate::io::Io;
use crate::state::State;
use crate::update::{Event, update};
use crate::view::view;

/// The panel.
pub struct App {
    state: State,
    io: Io,
    on: Callback<Event>,
}

impl Component for App {
    type Message = Event;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let on = ctx.link().callback(|event| event);
        let (io, config, words, start) = Io::new(on.clone());
        let state = State::new(config, words, io.moment().now);
        ctx.link().send_message(Event::Start(start));
        Self { state, io, on }
    }

    fn update(&mut self, _: &Context<Self>, event: Event) -> bool {
        for effect in update(&mut self.state, event, self.io.moment()) {
            self.io.perform(effect);
        }
        true
    }

    fn view(&self, _: &Context<Self>) -> Html {
        view(&self.state, &self.on)
    }
}
