//! Requests and the socket. What they carry is read and written in [`super::json`].

use std::rc::Rc;

use gloo::events::EventListener;
use pronto_protocol::api::ErrorCode;
use pronto_protocol::frame::ClientFrame;
use pronto_protocol::id::{ConversationId, SiteKey};
use pronto_protocol::send_queue::{Failure, SEND_TIMEOUT_MS};
use wasm_bindgen::JsValue;
use web_sys::{WebSocket, XmlHttpRequest};
use yew::Callback;

use super::ear::{Hear, ear};
use super::{json, page, wire};
use crate::text::digits;
use crate::update::{Answer, Event, Request, Socket as Said};

/// A flooded site lets in whose device does some work: the status that asks for it.
const PROOF_NEEDED: u16 = 428;

/// A socket that closes when it goes; nothing of it is heard afterwards.
pub(super) struct Socket {
    socket: WebSocket,
    _ears: [EventListener; 3],
}

impl Socket {
    pub(super) fn open(generation: u32, on: &Callback<Event>) -> Option<Self> {
        let origin = json::global(&["location", "origin"]).as_string()?;
        let address = ["ws", origin.strip_prefix("http")?, "/v1/socket"].concat();
        let socket = WebSocket::new(&address).ok()?;
        let on = on.clone();
        let hear: Hear = Rc::new(move |kind, event| {
            let said = match kind {
                "open" => Said::Opened,
                "close" => Said::Closed,
                _ => {
                    let text = json::text(event, "data").unwrap_or_default();
                    let Some(frame) = wire::frame(&json::parse(&text)) else { return };
                    Said::Frame(Box::new(frame))
                }
            };
            on.emit(Event::Socket(generation, said));
        });
        let ears = ["open", "message", "close"].map(|kind| ear(&socket, kind, &hear));
        Some(Self { socket, _ears: ears })
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

/// The status of an answer without a body.
const NOTHING_TO_SAY: u16 = 204;

/// A request under way; it is given up when this goes, and nothing is heard of it afterwards.
pub(super) struct Asked {
    http: XmlHttpRequest,
    ear: Option<EventListener>,
}

impl Asked {
    pub(super) fn is_running(&self) -> bool {
        self.http.ready_state() < XmlHttpRequest::DONE || needs_proof(&self.http)
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        // Giving up is an event too.
        self.ear = None;
        // Of a request that has ended it is nothing.
        let _ = self.http.abort();
    }
}

/// Sends one request and reports how it ended. By `XMLHttpRequest`: `fetch` brings promises, headers and signals along,
/// each with its own half in the script.
pub(super) fn ask(
    site: &SiteKey,
    secret: &str,
    conversation_id: &ConversationId,
    request: Request,
    on: &Callback<Event>,
) -> Option<Asked> {
    let of = |tail: &str| ["/v1/conversations/", conversation_id.as_str(), tail].concat();
    let (method, path, body) = match &request {
        Request::Session(open) => (
            "POST",
            ["/v1/sites/", site.as_str(), "/sessions"].concat(),
            wire::write_open(open, page::time_zone(), page::asked()),
        ),
        Request::Send(outgoing) => ("POST", of("/messages"), wire::write_send(&outgoing.message)),
        Request::Pass(token, next) => {
            ("POST", ["/v1/sites/", site.as_str(), "/identify"].concat(), wire::write_pass(token, next))
        }
        Request::Mail(email) => {
            ("PUT", "/v1/session/email".to_owned(), wire::write_email(conversation_id, email))
        }
        Request::Newest => ("GET", of("/messages"), String::new()),
        Request::After(seq) => {
            ("GET", of(&["/messages?after=", &digits(*seq), "&limit=200"].concat()), String::new())
        }
        Request::Before(seq) => ("GET", of(&["/messages?before=", &digits(*seq)].concat()), String::new()),
        Request::Receipts(receipts) => ("POST", of("/receipts"), wire::write_set_receipts(receipts)),
        Request::Typing => ("POST", of("/typing"), String::new()),
        Request::Poll(_, poll) => ("POST", "/v1/poll".to_owned(), wire::write_poll(poll)),
        Request::End => ("DELETE", "/v1/session".to_owned(), String::new()),
    };
    let http = XmlHttpRequest::new().ok()?;
    let (asked, on) = (http.clone(), on.clone());
    let polls = matches!(request, Request::Poll(..));
    let (known, again, here) = (secret.to_owned(), body.clone(), conversation_id.clone());
    let hear: Hear = Rc::new(move |_, _| {
        if needs_proof(&asked) {
            return page::prove(&asked, &known, &again);
        }
        if let Some(answer) = answer(&request, &here, ended(&asked)) {
            on.emit(Event::Answer(answer));
        }
    });
    let ear = ear(&http, "loadend", &hear);
    // What is refused here would be a mistake of ours in an address or a header.
    http.open(method, &path).ok()?;
    http.set_request_header("authorization", &["Bearer ", secret].concat()).ok()?;
    // The connection itself gives a poll up; any other request may take as long as a sending.
    if !polls {
        http.set_timeout(SEND_TIMEOUT_MS as u32);
    }
    if body.is_empty() {
        http.send().ok()?;
    } else {
        http.set_request_header("content-type", "application/json").ok()?;
        http.send_with_opt_str(Some(&body)).ok()?;
    }
    Some(Asked { http, ear: Some(ear) })
}

fn answer(request: &Request, here: &ConversationId, result: Result<JsValue, Failure>) -> Option<Answer> {
    Some(match request {
        Request::Session(open) => {
            Answer::Session(result.map(|answer| wire::opened(&answer, &open.conversation_id)))
        }
        Request::Pass(..) => Answer::Named(result.map(|answer| wire::named(&answer, here))),
        Request::Send(outgoing) => {
            let sent = result.and_then(|answer| wire::sent(&answer).ok_or(Failure::Network));
            Answer::Sent(outgoing.message.message_id.clone(), sent)
        }
        Request::Newest => Answer::Newest(result.map(|answer| wire::page(&answer))),
        Request::After(_) => Answer::After(result.map(|answer| wire::page(&answer))),
        Request::Before(_) => Answer::Before(result.map(|answer| wire::page(&answer))),
        Request::Poll(generation, _) => {
            Answer::Polled(*generation, result.map(|answer| wire::frames(&answer)))
        }
        Request::End => Answer::Ended,
        Request::Mail(_) => Answer::Mailed(result.map(drop)),
        // Both are repeated by what comes next.
        Request::Receipts(_) | Request::Typing => return None,
    })
}

/// Whether the page is at the work that the answer asks for.
fn needs_proof(http: &XmlHttpRequest) -> bool {
    http.status() == Ok(PROOF_NEEDED)
}

/// The answer's JSON, or why there is none.
fn ended(http: &XmlHttpRequest) -> Result<JsValue, Failure> {
    let status = http.status().unwrap_or_default();
    let body = json::parse(&http.response_text().ok().flatten().unwrap_or_default());
    if (200..300).contains(&status) {
        // A page in the place of an answer is a network's that wants to be signed in to.
        return if status == NOTHING_TO_SAY || body.is_object() { Ok(body) } else { Err(Failure::Network) };
    }
    Err(wire::refusal(&body).unwrap_or_else(|| by_status(status)))
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
