//! The one component that owns the state: hands events to [`crate::update`], effects to [`crate::io`]. No rules.

use yew::prelude::*;

use crate::config::Config;
use crate::io::Io;
use crate::state::State;
use crate::update::{Event, update};
use crate::view::view;

/// What the panel starts from.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The page's settings.
    pub config: Config,
}

/// The panel.
pub struct App {
    state: State,
    io: Io,
    on: Callback<Event>,
}

impl Component for App {
    type Message = Event;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let on = ctx.link().callback(|event| event);
        let config = ctx.props().config.clone();
        let (io, words, start) = Io::new(&config, on.clone());
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
