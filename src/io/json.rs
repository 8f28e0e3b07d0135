//! JSON, read and written by the browser itself. Envelopes are taken apart by hand and only what is inside goes through
//! serde: the derived code of a whole envelope, with every frame that only agents get, costs a tenth of the wasm.

use js_sys::{Array, JSON, Object, Reflect};
use pronto_protocol::frame::ServerFrame;
use pronto_protocol::id::ConversationId;
use pronto_protocol::send_queue::Failure;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};

use crate::update::Standing;

/// Reads JSON text.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_wasm_bindgen::from_value(JSON::parse(text).ok()?).ok()
}

/// Writes JSON text.
pub(super) fn write(value: &impl Serialize) -> Option<String> {
    let value = value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).ok()?;
    JSON::stringify(&value).ok().map(String::from)
}

/// The property `name`; undefined where there is none.
pub(super) fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or_default()
}

/// The text in the property `name`.
pub(super) fn text(object: &JsValue, name: &str) -> Option<String> {
    get(object, name).as_string()
}

/// The number in the property `name`.
pub(super) fn number(object: &JsValue, name: &str) -> Option<f64> {
    get(object, name).as_f64()
}

/// The property `name`, typed.
pub(super) fn part<T: DeserializeOwned>(object: &JsValue, name: &str) -> Option<T> {
    serde_wasm_bindgen::from_value(get(object, name)).ok()
}

/// What can be read of the array `name`.
pub(super) fn list<T: DeserializeOwned>(object: &JsValue, name: &str) -> Vec<T> {
    let array = Array::from(&get(object, name));
    array.iter().filter_map(|entry| serde_wasm_bindgen::from_value(entry).ok()).collect()
}

/// Where a conversation stands.
pub(super) fn standing(conversation: &JsValue) -> Standing {
    Standing {
        last_seq: number(conversation, "last_seq").unwrap_or_default() as u64,
        visitor: part(conversation, "visitor").unwrap_or_default(),
        business: part(conversation, "business").unwrap_or_default(),
    }
}

/// Where this one of a session's conversations stands; as an unread one where the answer leaves it out.
pub(super) fn standing_of(session: &JsValue, id: &ConversationId) -> Standing {
    let is_it = |one: &JsValue| text(one, "conversation_id").as_deref() == Some(id.as_str());
    let found = Array::from(&get(session, "conversations")).iter().find(is_it);
    found.map_or_else(|| Standing { last_seq: 1, ..Standing::default() }, |one| standing(&one))
}

/// One frame of the server: an object whose one key is the frame's name. None for frames that are not for visitors.
pub(super) fn frame(value: &JsValue) -> Option<ServerFrame> {
    let object: &Object = value.dyn_ref()?;
    let name = Object::keys(object).get(0).as_string()?;
    Some(match name.as_str() {
        "welcome" => ServerFrame::Welcome(part(value, &name)?),
        "message" => ServerFrame::Message(part(value, &name)?),
        "caught_up" => ServerFrame::CaughtUp(part(value, &name)?),
        "receipts" => ServerFrame::Receipts(part(value, &name)?),
        "typing" => ServerFrame::Typing(part(value, &name)?),
        "pong" => ServerFrame::Pong(part(value, &name)?),
        "bye" => ServerFrame::Bye(part(value, &name)?),
        _ => return None,
    })
}

/// The frames of a poll's answer; one that is unknown is skipped, not the rest with it.
pub(super) fn frames(answer: &JsValue) -> Vec<ServerFrame> {
    Array::from(&get(answer, "frames")).iter().filter_map(|value| frame(&value)).collect()
}

/// Why the server refused, where it says so.
pub(super) fn refusal(body: &str) -> Option<Failure> {
    let error = get(&JSON::parse(body).ok()?, "error");
    let retry_after_ms = number(&error, "retry_after_ms").map(|wait| wait as u64);
    Some(Failure::Refused { code: part(&error, "code")?, retry_after_ms })
}
