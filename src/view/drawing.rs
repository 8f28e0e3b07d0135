//! How nodes of the page are put together: one small vocabulary in place of `html!`, whose expansions weighed 7 KB more of
//! the wasm before it is packed. Knows no state and no words.

use yew::virtual_dom::{AttributeOrProperty, Attributes, Key, VList, VTag, VText};
use yew::{AttrValue, Html};

/// A part of the page while it is drawn, from its beginning to its end: what is opened contains what comes until it is
/// closed.
#[derive(Default)]
pub(super) struct Drawing {
    open: Vec<Open>,
    done: Vec<Html>,
}

struct Open {
    tag: VTag,
    /// What stood before it on its own level.
    before: Vec<Html>,
}

impl Drawing {
    /// Begins an element with attributes: their names, and their values in the same order. A name less leaves its value out.
    pub(super) fn open(&mut self, tag: &'static str, names: &'static [&'static str], values: &[&str]) {
        let mut tag = VTag::new(AttrValue::Static(tag));
        let mut set = Vec::with_capacity(names.len());
        for value in values.iter().take(names.len()) {
            set.push(Some(AttributeOrProperty::Attribute(AttrValue::Rc((*value).into()))));
        }
        tag.attributes = Attributes::Dynamic { keys: names, values: set.into_boxed_slice() };
        self.open.push(Open { tag, before: std::mem::take(&mut self.done) });
    }

    /// Says which of its list the element is that was opened last.
    pub(super) fn key(&mut self, key: &str) {
        if let Some(last) = self.open.last_mut() {
            last.tag.key = Some(Key::from(key));
        }
    }

    /// Ends the element that was opened last.
    pub(super) fn close(&mut self) {
        let Some(Open { mut tag, before }) = self.open.pop() else { return };
        let children = std::mem::replace(&mut self.done, before);
        if let Some(place) = tag.children_mut() {
            *place = VList::with_children(children, None).into();
        }
        self.done.push(tag.into());
    }

    /// A text.
    pub(super) fn text(&mut self, text: &str) {
        self.done.push(VText::new(AttrValue::Rc(text.into())).into());
    }

    /// Holds the place of what is not there now, so that what follows it stays the same node.
    pub(super) fn nothing(&mut self) {
        self.done.push(Html::default());
    }

    /// An element of one class with nothing but a text in it.
    pub(super) fn leaf(&mut self, tag: &'static str, class: &str, text: &str) {
        self.open(tag, &["class"], &[class]);
        self.text(text);
        self.close();
    }

    /// A button. What a press of it means is read out of its name and value by `io`.
    pub(super) fn button(&mut self, class: &str, name: &str, value: &str, off: bool, text: &str) {
        let names: &[&str] = &["class", "type", "name", "value", "disabled"];
        let names = if off { names } else { &["class", "type", "name", "value"] };
        self.open("button", names, &[class, "button", name, value, ""]);
        self.text(text);
        self.close();
    }

    /// All that was drawn.
    pub(super) fn finish(self) -> Html {
        VList::with_children(self.done, None).into()
    }
}
