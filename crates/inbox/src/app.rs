//! The one component: owns the state and the browser side, and leads events from the one to the other.

use yew::{Component, Context, Html};

use crate::io::Io;
use crate::state::State;
use crate::text::Lang;
use crate::update::{Event, update};
use crate::view;

/// The inbox.
pub struct App {
    state: State,
    io: Io,
}

/// Mounts the inbox into the page.
pub fn start() {
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("inbox"));
    if let Some(root) = root {
        yew::Renderer::<App>::with_root(root).render();
    }
}

impl Component for App {
    type Message = Event;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        Self { state: State::new(Lang::En), io: Io::start(ctx.link().callback(|event| event)) }
    }

    fn update(&mut self, _: &Context<Self>, event: Event) -> bool {
        if matches!(event, Event::Tick) {
            self.io.ticked();
        }
        self.io.before_render();
        for effect in update(&mut self.state, event, &Io::moment()) {
            self.io.perform(effect);
        }
        self.io.wake_at(self.state.wake_at());
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        view::app(&self.state, &ctx.link().callback(Event::Ui))
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        self.io.after_render(self.state.lang, &view::title(&self.state));
    }
}
