//! JSON as the browser reads it, and what else stands in objects of the page. Which shapes there are is [`super::wire`]'s
//! part.

use js_sys::{Array, JSON, Reflect};
use wasm_bindgen::JsValue;

use super::wire::Node;

impl Node for JsValue {
    fn get(&self, name: &str) -> Self {
        Reflect::get(self, &Self::from_str(name)).unwrap_or_default()
    }

    fn text(&self) -> Option<String> {
        self.as_string()
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn is_true(&self) -> bool {
        self.is_truthy()
    }

    fn list(&self) -> Vec<Self> {
        if Array::is_array(self) { Array::from(self).to_vec() } else { Vec::new() }
    }
}

/// What JSON text says; undefined where it is none.
pub(super) fn parse(text: &str) -> JsValue {
    JSON::parse(text).unwrap_or_default()
}

/// The property `name`; undefined where there is none.
pub(super) fn get(object: &JsValue, name: &str) -> JsValue {
    object.get(name)
}

/// The text in the property `name`.
pub(super) fn text(object: &JsValue, name: &str) -> Option<String> {
    object.get(name).as_string()
}

/// What the page's window holds under `name`, and in that under each further one; undefined where there is none.
pub(super) fn global(names: &[&str]) -> JsValue {
    let mut found = web_sys::window().map(JsValue::from).unwrap_or_default();
    for name in names {
        found = found.get(name);
    }
    found
}

/// The members of an array; none where it is none.
pub(super) fn list(object: &JsValue) -> Vec<JsValue> {
    object.list()
}
