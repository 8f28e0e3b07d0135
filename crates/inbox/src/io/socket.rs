//! The line: a socket or a long poll. Dropping it closes it, and it says nothing any more.

use gloo::events::EventListener;
use pronto_protocol::api::Poll;
use pronto_protocol::frame::{ClientFrame, ServerFrame};
use wasm_bindgen::JsCast;
use web_sys::{AbortController, MessageEvent, WebSocket};
use yew::Callback;

use super::{from_json, http, to_json};
use crate::update::Event;

/// The present line.
pub(super) enum Line {
    /// A socket and what listens to it.
    Socket { socket: WebSocket, _listeners: [EventListener; 3] },
    /// A poll under way.
    Poll(AbortController),
}

/// Opens a socket. None, with the closing reported, where the browser refuses even to try.
pub(super) fn open(generation: u32, say: &Callback<Event>) -> Option<Line> {
    let location = web_sys::window()?.location();
    let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
    let Ok(socket) = WebSocket::new(&format!("{scheme}://{}/v1/socket", location.host().ok()?)) else {
        say.emit(Event::SocketClosed(generation));
        return None;
    };
    let _listeners = [
        EventListener::new(&socket, "open", emit(say, move || Event::SocketOpened(generation))),
        EventListener::new(&socket, "close", emit(say, move || Event::SocketClosed(generation))),
        EventListener::new(&socket, "message", heard(generation, say)),
    ];
    Some(Line::Socket { socket, _listeners })
}

fn emit(say: &Callback<Event>, event: impl Fn() -> Event + 'static) -> impl FnMut(&web_sys::Event) + 'static {
    let say = say.clone();
    move |_: &web_sys::Event| say.emit(event())
}

/// A frame that is not understood is of a newer server, and skipped.
fn heard(generation: u32, say: &Callback<Event>) -> impl FnMut(&web_sys::Event) + 'static {
    let say = say.clone();
    move |event: &web_sys::Event| {
        let text = event.dyn_ref::<MessageEvent>().and_then(|message| message.data().as_string());
        if let Some(frame) = text.and_then(|text| from_json::<ServerFrame>(&text)) {
            say.emit(Event::SocketFrame(generation, Box::new(frame)));
        }
    }
}

/// Sends one poll.
pub(super) fn poll(generation: u32, poll: Poll, csrf: String, say: &Callback<Event>) -> Option<Line> {
    let controller = AbortController::new().ok()?;
    let signal = controller.signal();
    let say = say.clone();
    wasm_bindgen_futures::spawn_local(async move {
        let result = http::poll(&poll, &csrf, &signal).await;
        if !signal.aborted() {
            say.emit(Event::Polled(generation, result));
        }
    });
    Some(Line::Poll(controller))
}

impl Line {
    /// Says a frame, where this is a socket.
    pub(super) fn say(&self, frame: &ClientFrame) {
        if let (Self::Socket { socket, .. }, Some(text)) = (self, to_json(frame)) {
            // A socket that is closing refuses; its closing is reported by itself.
            let _ = socket.send_with_str(&text);
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        match self {
            Self::Socket { socket, .. } => {
                let _ = socket.close();
            }
            Self::Poll(controller) => controller.abort(),
        }
    }
}
