//! What the device keeps, in the frame's own storage: who it is, and each message of the queue under a key of its own,
//! so that two tabs never overwrite each other.

use std::rc::Rc;

use gloo::events::EventListener;
use pronto_protocol::id::{MessageId, SiteKey};
use pronto_protocol::send_queue::QueuedMessage;
use wasm_bindgen::JsCast;
use web_sys::Storage;
use yew::Callback;

use super::ear::{Hear, ear};
use super::{json, page, wire};
use crate::state::Identity;
use crate::update::{Elsewhere, Event};

pub(super) struct Store {
    storage: Option<Storage>,
    prefix: String,
    on: Callback<Event>,
    _others: Option<EventListener>,
}

impl Store {
    /// What was kept, and an ear for the other tabs, who are told of this one where somebody has written.
    pub(super) fn open(site: &SiteKey, on: &Callback<Event>) -> (Self, Option<Identity>, Vec<QueuedMessage>) {
        // Where storage is blocked, asking for it fails.
        let storage = json::global(&["localStorage"]);
        let storage = if storage.is_truthy() { Some(storage.unchecked_into()) } else { None };
        let prefix = ["pronto:", site.as_str(), ":"].concat();
        let others = web_sys::window().map(|window| listen(&window, &prefix, on));
        let store = Self { storage, prefix, on: on.clone(), _others: others };
        let identity = store.get("me").and_then(|text| wire::identity(&json::parse(&text)));
        let queue = store.messages();
        if identity.is_some() {
            store.set("tab", &page::minted("uuid"));
        }
        (store, identity, queue)
    }

    /// Whether there is anything to write to.
    pub(super) fn works(&self) -> bool {
        self.storage.is_some()
    }

    pub(super) fn keep_identity(&self, identity: &Identity) {
        self.set("me", &wire::write_identity(identity));
    }

    pub(super) fn keep_message(&self, item: &QueuedMessage) {
        self.set(&["m:", item.message_id.as_str()].concat(), &wire::write_queued(item));
    }

    pub(super) fn drop_message(&self, id: &MessageId) {
        if let Some(storage) = &self.storage {
            // A storage that refuses to forget leaves a message that the server knows already: harmless.
            let _ = storage.remove_item(&[&self.prefix, "m:", id.as_str()].concat());
        }
    }

    /// Forgets all of this site. Who this device is goes last: the other tabs leave when they see it go.
    pub(super) fn clear(&self) {
        let me = [&self.prefix, "me"].concat();
        let mut keys = self.keys(&self.prefix);
        keys.retain(|key| *key != me);
        keys.push(me);
        for key in keys {
            if let Some(storage) = &self.storage {
                // A storage that refuses to forget is one that the person has to clear in the browser.
                let _ = storage.remove_item(&key);
            }
        }
    }

    fn keys(&self, prefix: &str) -> Vec<String> {
        let mut keys = Vec::new();
        let Some(storage) = &self.storage else { return keys };
        for place in 0..storage.length().unwrap_or(0) {
            if let Some(key) = storage.key(place).ok().flatten()
                && key.starts_with(prefix)
            {
                keys.push(key);
            }
        }
        keys
    }

    fn messages(&self) -> Vec<QueuedMessage> {
        let mut messages = Vec::new();
        for key in self.keys(&[&self.prefix, "m:"].concat()) {
            let name = key.get(self.prefix.len()..).unwrap_or_default();
            messages.extend(self.get(name).and_then(|text| wire::queued(&json::parse(&text))));
        }
        messages
    }

    fn get(&self, name: &str) -> Option<String> {
        self.storage.as_ref()?.get_item(&[&self.prefix, name].concat()).ok().flatten()
    }

    fn set(&self, name: &str, value: &str) {
        let Some(storage) = &self.storage else { return };
        if storage.set_item(&[&self.prefix, name].concat(), value).is_err() {
            self.on.emit(Event::NotKept);
        }
    }
}

fn listen(window: &web_sys::Window, prefix: &str, on: &Callback<Event>) -> EventListener {
    let (prefix, on) = (prefix.to_owned(), on.clone());
    let hear: Hear = Rc::new(move |_, event| {
        let Some(key) = json::text(event, "key") else { return };
        let Some(name) = key.strip_prefix(&prefix) else { return };
        let value = json::text(event, "newValue");
        if value.is_some() {
            page::meet_tabs();
        }
        let told = match (name.strip_prefix("m:"), value) {
            (Some(_), Some(text)) => wire::queued(&json::parse(&text)).map(Elsewhere::Queued),
            (Some(id), None) => MessageId::new(id).ok().map(Elsewhere::Dropped),
            (None, Some(text)) if name == "me" => {
                wire::identity(&json::parse(&text)).map(Elsewhere::Identity)
            }
            (None, None) if name == "me" => Some(Elsewhere::Left),
            _ => None,
        };
        if let Some(told) = told {
            on.emit(Event::Elsewhere(told));
        }
    });
    ear(window, "storage", &hear)
}
