//! Requests: a body as JSON, an answer parsed once into its type. Which request and what follows is not known here.

use pronto_protocol::api::{DeliveryPage, ErrorBody, Poll, Polled, SetReceipts};
use pronto_protocol::frame::ServerFrame;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, RequestInit, Response};

use super::{Reply, from_json, to_json};
use crate::update::request::{Answer, Failed, PollResult, Request};

/// When a request is given up; the send queue counts on it.
const TIMEOUT_MS: u32 = 30_000;
const POLL_TIMEOUT_MS: u32 = 40_000;

/// Asks, and reads the answer.
pub(super) async fn call(request: &Request, csrf: &str) -> Reply {
    let path = request.path(|text| String::from(js_sys::encode_uri_component(text)));
    let text =
        fetch(request.method(), &path, body(request), csrf, &AbortSignal::timeout_with_u32(TIMEOUT_MS))
            .await?;
    answer(request, &text).ok_or(Failed::Network)
}

/// One long poll. Frames of a newer server are skipped one by one.
pub(super) async fn poll(poll: &Poll, csrf: &str, abort: &AbortSignal) -> PollResult {
    let signals = js_sys::Array::of2(abort, &AbortSignal::timeout_with_u32(POLL_TIMEOUT_MS));
    let signal = AbortSignal::any(&signals);
    let text = fetch("POST", "/v1/poll", to_json(poll), csrf, &signal).await?;
    let value = js_sys::JSON::parse(&text).map_err(|_| Failed::Network)?;
    let frames = js_sys::Reflect::get(&value, &"frames".into()).map_err(|_| Failed::Network)?;
    let frames = js_sys::Array::from(&frames);
    Ok(Polled {
        frames: frames
            .iter()
            .filter_map(|frame| serde_wasm_bindgen::from_value::<ServerFrame>(frame).ok())
            .collect(),
    })
}

async fn fetch(
    method: &str,
    path: &str,
    body: Option<String>,
    csrf: &str,
    signal: &AbortSignal,
) -> Result<String, Failed> {
    let network = |_: JsValue| Failed::Network;
    let init = RequestInit::new();
    init.set_method(method);
    init.set_signal(Some(signal));
    let headers = Headers::new().map_err(network)?;
    if let Some(body) = &body {
        headers.set("content-type", "application/json").map_err(network)?;
        init.set_body(&JsValue::from_str(body));
    }
    if method != "GET" && !csrf.is_empty() {
        headers.set("x-pronto-csrf", csrf).map_err(network)?;
    }
    init.set_headers(&headers);
    let window = web_sys::window().ok_or(Failed::Network)?;
    let response = JsFuture::from(window.fetch_with_str_and_init(path, &init)).await.map_err(network)?;
    let response: Response = response.dyn_into().map_err(network)?;
    let text = JsFuture::from(response.text().map_err(network)?).await.map_err(network)?;
    let text = text.as_string().unwrap_or_default();
    if response.ok() {
        return Ok(text);
    }
    let body: ErrorBody = from_json(&text).ok_or(Failed::Network)?;
    let detail = body.error;
    Err(Failed::Refused { code: detail.code, message: detail.message, retry_after_ms: detail.retry_after_ms })
}

fn body(request: &Request) -> Option<String> {
    match request {
        Request::Setup(body) => to_json(body),
        Request::Login(body) => to_json(body),
        Request::Password(body) => to_json(body),
        Request::Send(outgoing) => to_json(&outgoing.message),
        Request::Status(_, status) => {
            to_json(&pronto_protocol::api::ChangeConversation { status: Some(*status), blocked: None })
        }
        Request::Block(_, blocked) => {
            to_json(&pronto_protocol::api::ChangeConversation { status: None, blocked: Some(*blocked) })
        }
        Request::Receipts(_, receipts) => {
            to_json(&SetReceipts { delivered: receipts.delivered, read: receipts.read })
        }
        Request::SaveSite(_, settings) => to_json(settings),
        Request::NewApiKey(_, body) => to_json(body),
        _ => None,
    }
}

fn answer(request: &Request, text: &str) -> Option<Answer> {
    Some(match request {
        Request::Me | Request::Setup(_) | Request::Login(_) => Answer::Me(from_json(text)?),
        Request::Rows(_) => Answer::Rows(from_json(text)?),
        Request::Row(_) | Request::Status(..) | Request::Block(..) => Answer::Row(from_json(text)?),
        Request::Messages(..) => Answer::Messages(from_json(text)?),
        Request::Send(_) => Answer::Sent(from_json(text)?),
        Request::Site(_) | Request::SaveSite(..) => Answer::Site(from_json(text)?),
        Request::Report(_) => Answer::Report(from_json(text)?),
        Request::NewWebhookSecret(_) | Request::NewApiKey(..) | Request::NewIdentitySecret(_) => {
            Answer::Secret(from_json(text)?)
        }
        Request::Costs(_) => Answer::Costs(from_json(text)?),
        Request::Statement(..) => Answer::Statement(from_json(text)?),
        Request::Deliveries(_) => Answer::Deliveries(from_json::<DeliveryPage>(text)?.deliveries),
        _ => Answer::Done,
    })
}
