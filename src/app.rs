//! The one component that owns the state: hands events to [`crate::update`], effects to [`crate::io`]. No rules.

use yew::prelude::*;

use crate::config::Config;
use crate::io::Io;
use crate::state::{Asking, Notice, State};
use crate::update::{Event, Ui, update};
use crate::view::view;
use crate::window::Window;

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
}

impl Component for App {
    type Message = Event;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let on = ctx.link().callback(|event| event);
        let config = ctx.props().config.clone();
        let (io, words, start) = Io::new(&config, on);
        let state = State::new(config, words, io.moment().now);
        ctx.link().send_message(Event::Start(start));
        Self { state, io }
    }

    fn update(&mut self, _: &Context<Self>, event: Event) -> bool {
        // Each letter and each step of scrolling comes by here, and rarely changes what is seen.
        let before = matches!(event, Event::Ui(Ui::Typed(_) | Ui::Scrolled(_))).then(|| self.glance());
        for effect in update(&mut self.state, event, self.io.moment()) {
            self.io.perform(effect);
        }
        before.is_none_or(|before| before != self.glance())
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        self.io.drawn();
    }

    fn view(&self, _: &Context<Self>) -> Html {
        view(&self.state)
    }
}

impl App {
    /// All that typing and scrolling can change of what is seen.
    fn glance(&self) -> (Option<Notice>, bool, usize, Option<Asking>, Window) {
        let state = &self.state;
        let asking = state.talk().map(|talk| talk.asking);
        (state.notice(), state.sight.at_end, state.unread(), asking, state.window)
    }
}
