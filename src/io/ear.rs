//! Ears on the page, the socket and the requests. Each is one kind of closure, whatever it listens to, because
//! each further kind brings code of its own on both sides of the wasm.

use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use web_sys::{Event, EventTarget};

/// Who is told of an event: by its name, with the event itself.
pub(super) type Hear = Rc<dyn Fn(&'static str, &Event)>;

/// Listens as long as what it gives lives, before the page's own nodes do.
pub(super) fn ear(target: &EventTarget, kind: &'static str, hear: &Hear) -> EventListener {
    let hear = Rc::clone(hear);
    let options = EventListenerOptions { phase: EventListenerPhase::Capture, passive: false };
    EventListener::new_with_options(target, kind, options, move |event| hear(kind, event))
}
