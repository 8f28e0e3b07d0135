//! Requests and the socket. What they carry is read and written in [`super::json`].

use gloo::events::EventListener;
use pronto_protocol::api::ErrorCode;
use pronto_protocol::frame::ClientFrame;
use pronto_protocol::id::{ConversationId, SiteKey};
use pronto_protocol::send_queue::{Failure, SEND_TIMEOUT_MS};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, AbortSignal, Headers, MessageEvent, RequestInit, Response, WebSocket};
use yew::Callback;

use super::{json, page, wire};
use crate::text::digits;
use crate::update::{Answer, Event, Request, Socket as Said};

/// Ends a request when it goes.
pub(super) struct Abort(AbortController);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A socket that closes when it goes; nothing of it is heard afterwards.
pub(super) struct Socket {
    socket: WebSocket,
    _listeners: [EventListener; 3],
}

impl Socket {
    pub(super) fn open(generation: u32, on: &Callback<Event>) -> Option<Self> {
        let origin = web_sys::window()?.location().origin().ok()?;
        let address = ["ws", origin.strip_prefix("http")?, "/v1/socket"].concat();
        let socket = WebSocket::new(&address).ok()?;
        let tell = move |on: &Callback<Event>, said| on.emit(Event::Socket(generation, said));
        let (opened, heard, closed) = (on.clone(), on.clone(), on.clone());
        let listeners = [
            EventListener::new(&socket, "open", move |_| tell(&opened, Said::Opened)),
            EventListener::new(&socket, "message", move |event| {
                let text = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string());
                if let Some(frame) = text.and_then(|text| wire::frame(&json::parse(&text))) {
                    tell(&heard, Said::Frame(Box::new(frame)));
                }
            }),
            EventListener::new(&socket, "close", move |_| tell(&closed, Said::Closed)),
        ];
        Some(Self { socket, _listeners: listeners })
    }

    pub(super) fn say(&self, frame: &ClientFrame) {
        // A socket that is closing refuses; its close event follows and tells.
        let _ = self.socket.send_with_str(&wire::write_frame(frame));
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Closing a closed socket is no error that anyone could act on.
        let _ = self.socket.close();
    }
}

/// Sends one request and reports how it ended. For a poll it gives what aborts it.
pub(super) fn ask(
    site: &SiteKey,
    secret: String,
    conversation_id: ConversationId,
    request: Request,
    on: &Callback<Event>,
) -> Option<Abort> {
    // The connection itself gives a poll up; any other request may take as long as a sending.
    let abort =
        if matches!(request, Request::Poll(..)) { AbortController::new().ok().map(Abort) } else { None };
    let limit = || AbortSignal::timeout_with_f64(SEND_TIMEOUT_MS as f64);
    let signal = abort.as_ref().map_or_else(limit, |abort| abort.0.signal());
    let conversation = ["/v1/conversations/", conversation_id.as_str()].concat();
    let of = |tail: &str| [&conversation, tail].concat();
    let messages = of("/messages");
    let (path, body) = match &request {
        Request::Session(open) => {
            let zone = page::time_zone();
            (["/v1/sites/", site.as_str(), "/sessions"].concat(), Some(wire::write_open(open, zone)))
        }
        Request::Send(outgoing) => (messages, Some(wire::write_send(&outgoing.message))),
        Request::Mail(email) => {
            ("/v1/session/email".to_owned(), Some(wire::write_email(&conversation_id, email)))
        }
        Request::Newest => (messages, None),
        Request::After(seq) => ([&messages, "?after=", &digits(*seq), "&limit=200"].concat(), None),
        Request::Before(seq) => ([&messages, "?before=", &digits(*seq)].concat(), None),
        Request::Receipts(receipts) => (of("/receipts"), Some(wire::write_set_receipts(receipts))),
        Request::Typing => (of("/typing"), Some(String::new())),
        Request::Poll(_, poll) => ("/v1/poll".to_owned(), Some(wire::write_poll(poll))),
        Request::End => ("/v1/session".to_owned(), None),
    };
    let on = on.clone();
    spawn_local(async move {
        let method = match (&request, &body) {
            (Request::End, _) => "DELETE",
            (Request::Mail(_), _) => "PUT",
            (_, Some(_)) => "POST",
            (_, None) => "GET",
        };
        let body = body.filter(|json| !json.is_empty());
        let result = fetch(method, &path, &secret, body, &signal).await;
        if let Some(answer) = answer(request, result) {
            on.emit(Event::Answer(answer));
        }
    });
    abort
}

fn answer(request: Request, result: Result<JsValue, Failure>) -> Option<Answer> {
    Some(match request {
        Request::Session(open) => {
            Answer::Session(result.map(|answer| wire::opened(&answer, &open.conversation_id)))
        }
        Request::Send(outgoing) => {
            let sent = result.and_then(|answer| wire::sent(&answer).ok_or(Failure::Network));
            Answer::Sent(outgoing.message.message_id, sent)
        }
        Request::Newest => Answer::Newest(result.map(|answer| wire::page(&answer))),
        Request::After(_) => Answer::After(result.map(|answer| wire::page(&answer))),
        Request::Before(_) => Answer::Before(result.map(|answer| wire::page(&answer))),
        Request::Poll(generation, _) => {
            Answer::Polled(generation, result.map(|answer| wire::frames(&answer)))
        }
        Request::End => Answer::Ended,
        Request::Mail(_) => Answer::Mailed(result.map(drop)),
        // Both are repeated by what comes next.
        Request::Receipts(_) | Request::Typing => return None,
    })
}

/// One request; the answer's JSON, or why there is none.
async fn fetch(
    method: &str,
    path: &str,
    secret: &str,
    body: Option<String>,
    signal: &AbortSignal,
) -> Result<JsValue, Failure> {
    let response = send(method, path, secret, body, signal).await.map_err(|_| Failure::Network)?;
    let text = match response.text() {
        Ok(text) => JsFuture::from(text).await.map_err(|_| Failure::Network)?,
        Err(_) => return Err(Failure::Network),
    };
    let text = text.as_string().unwrap_or_default();
    if response.ok() {
        return Ok(json::parse(&text));
    }
    Err(wire::refusal(&json::parse(&text)).unwrap_or_else(|| by_status(response.status())))
}

/// A refusal without a body of ours: a proxy's.
fn by_status(status: u16) -> Failure {
    let code = match status {
        413 => ErrorCode::TooLarge,
        429 => ErrorCode::TooMany,
        502..=504 => ErrorCode::Unavailable,
        _ => return Failure::Network,
    };
    Failure::Refused { code, retry_after_ms: None }
}

async fn send(
    method: &str,
    path: &str,
    secret: &str,
    body: Option<String>,
    signal: &AbortSignal,
) -> Result<Response, JsValue> {
    let init = RequestInit::new();
    let headers = Headers::new()?;
    headers.set("authorization", &["Bearer ", secret].concat())?;
    init.set_method(method);
    if let Some(json) = body {
        headers.set("content-type", "application/json")?;
        init.set_body(&JsValue::from_str(&json));
    }
    init.set_headers(&headers);
    init.set_signal(Some(signal));
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    JsFuture::from(window.fetch_with_str_and_init(path, &init)).await?.dyn_into()
}
