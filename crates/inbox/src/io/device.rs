//! What this device keeps: answers begun, answers not sent, two preferences. Each under a key of its own, so that two
//! tabs never overwrite one another. A browser that keeps nothing is fine: the page itself still has it.

use gloo::storage::{LocalStorage, Storage};
use pronto_protocol::id::{AgentId, ConversationId, MessageId};
use pronto_protocol::send_queue::QueuedMessage;
use web_sys::Storage as RawStorage;

use super::{from_json, to_json};
use crate::text::Lang;
use crate::update::Recalled;

const LANG: &str = "pronto.inbox.lang";
const SHORTCUTS: &str = "pronto.inbox.shortcuts";

/// Access throws where the browser forbids storage; asked for through the window first, so that it cannot.
fn storage() -> Option<RawStorage> {
    let allowed = web_sys::window()?.local_storage().ok()?.is_some();
    allowed.then(LocalStorage::raw)
}

fn set(key: &str, value: &str) {
    if let Some(storage) = storage() {
        // Full or forbidden: the page keeps it as long as it is open.
        let _ = storage.set_item(key, value);
    }
}

fn remove(key: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(key);
    }
}

fn get(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

fn prefix(agent: &AgentId) -> String {
    format!("pronto.inbox.{agent}.")
}

fn draft_key(agent: &AgentId, id: &ConversationId) -> String {
    format!("{}draft.{id}", prefix(agent))
}

fn message_key(agent: &AgentId, id: &MessageId) -> String {
    format!("{}send.{id}", prefix(agent))
}

/// All keys of an agent.
fn keys(agent: &AgentId) -> Vec<String> {
    let Some(storage) = storage() else { return Vec::new() };
    let prefix = prefix(agent);
    let length = storage.length().unwrap_or(0);
    (0..length).filter_map(|place| storage.key(place).ok()?).filter(|key| key.starts_with(&prefix)).collect()
}

pub(super) fn recall(agent: &AgentId) -> Recalled {
    let mut recalled = Recalled { drafts: Vec::new(), queue: Vec::new() };
    let prefix = prefix(agent);
    for key in keys(agent) {
        let Some(value) = get(&key) else { continue };
        let name = key.strip_prefix(&prefix).unwrap_or_default();
        if let Some(id) = name.strip_prefix("draft.").and_then(|id| ConversationId::new(id).ok()) {
            recalled.drafts.push((id, value));
        } else if name.starts_with("send.") {
            recalled.queue.extend(from_json::<QueuedMessage>(&value));
        }
    }
    recalled
}

pub(super) fn keep_draft(agent: &AgentId, id: &ConversationId, text: &str) {
    let key = draft_key(agent, id);
    if text.is_empty() { remove(&key) } else { set(&key, text) }
}

pub(super) fn keep_message(agent: &AgentId, item: &QueuedMessage) {
    if let Some(json) = to_json(item) {
        set(&message_key(agent, &item.message_id), &json);
    }
}

pub(super) fn forget_message(agent: &AgentId, id: &MessageId) {
    remove(&message_key(agent, id));
}

pub(super) fn forget_all(agent: &AgentId) {
    keys(agent).iter().for_each(|key| remove(key));
}

pub(super) fn keep_lang(lang: Lang) {
    set(LANG, lang.tag());
}

pub(super) fn lang() -> Option<Lang> {
    Lang::of(&get(LANG)?)
}

pub(super) fn keep_shortcuts(on: bool) {
    set(SHORTCUTS, if on { "on" } else { "off" });
}

pub(super) fn shortcuts() -> bool {
    get(SHORTCUTS).as_deref() != Some("off")
}

/// A UUID of version 4. `crypto.randomUUID` is missing on plain http, where a shop's own network may well live.
pub(super) fn uuid() -> String {
    let mut bytes = [0_u8; 16];
    if let Some(crypto) = web_sys::window().and_then(|window| window.crypto().ok()) {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    for (place, byte) in bytes.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for nibble in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(nibble), 16));
        }
    }
    text
}
