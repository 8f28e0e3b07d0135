//! Numbers, shares and lengths of time as the screen's language writes them.

use std::cell::RefCell;

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::{options, tag};
use crate::state::report::span::{Amount, Unit, rough, span};
use crate::text::Lang;

/// How to write a number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Plain,
    Compact,
    Percent,
    Unit(Unit, Width),
}

/// How much room there is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Width {
    Narrow,
    Short,
    Long,
}

impl Width {
    const fn name(self) -> &'static str {
        match self {
            Self::Narrow => "narrow",
            Self::Short => "short",
            Self::Long => "long",
        }
    }
}

const fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Second => "second",
        Unit::Minute => "minute",
        Unit::Hour => "hour",
        Unit::Day => "day",
        Unit::Year => "year",
    }
}

thread_local! {
    /// Making a formatter costs more than all its uses on one screen.
    static FORMATS: RefCell<Vec<(Lang, Shape, Function)>> = const { RefCell::new(Vec::new()) };
}

impl Shape {
    /// The browser's formatter; none for a currency that is none.
    fn formatter(self, lang: Lang) -> Option<Function> {
        let options = match self {
            Self::Plain => options(&[]),
            Self::Compact => options(&[("notation", "compact")]),
            Self::Percent => options(&[("style", "percent"), ("maximumFractionDigits", "1")]),
            Self::Unit(unit, width) => {
                options(&[("style", "unit"), ("unit", unit_name(unit)), ("unitDisplay", width.name())])
            }
        };
        let made = construct("NumberFormat", lang, &options)?;
        Reflect::get(&made, &"format".into()).ok()?.dyn_into().ok()
    }
}

fn construct(class: &str, lang: Lang, options: &JsValue) -> Option<JsValue> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let class: Function = Reflect::get(&intl, &class.into()).ok()?.dyn_into().ok()?;
    Reflect::construct(&class, &Array::of2(&tag(lang).into(), options)).ok()
}

fn write(lang: Lang, shape: Shape, value: f64) -> Option<String> {
    let known = FORMATS.with_borrow(|formats| {
        formats.iter().find(|(l, s, _)| *l == lang && *s == shape).map(|(_, _, format)| format.clone())
    });
    let format = match known {
        Some(format) => format,
        None => {
            let made = shape.formatter(lang)?;
            FORMATS.with_borrow_mut(|formats| formats.push((lang, shape, made.clone())));
            made
        }
    };
    format.call1(&JsValue::UNDEFINED, &value.into()).ok()?.as_string()
}

/// A whole number.
pub(in crate::view) fn number(lang: Lang, n: u32) -> String {
    write(lang, Shape::Plain, n.into()).unwrap_or_default()
}

/// A whole number where there is little room: a large one is rounded.
pub(in crate::view) fn compact(lang: Lang, n: u32) -> String {
    let shape = if n < 10_000 { Shape::Plain } else { Shape::Compact };
    write(lang, shape, n.into()).unwrap_or_default()
}

/// A share of a thousand, in percent.
pub(in crate::view) fn percent(lang: Lang, permille: u32) -> String {
    write(lang, Shape::Percent, f64::from(permille) / 1_000.0).unwrap_or_default()
}

/// A length of time where it stands in a table or beside a line.
pub(in crate::view) fn short(lang: Lang, seconds: u32) -> String {
    both(lang, seconds, Width::Short, "narrow")
}

/// A length of time within a sentence.
pub(in crate::view) fn long(lang: Lang, seconds: u32) -> String {
    both(lang, seconds, Width::Long, "long")
}

/// A step of a scale.
pub(in crate::view) fn step(lang: Lang, seconds: u32) -> String {
    amount(lang, rough(seconds), Width::Short)
}

/// A length of time where there is hardly any room.
pub(in crate::view) fn narrow(lang: Lang, seconds: u32) -> String {
    amount(lang, rough(seconds), Width::Narrow)
}

fn both(lang: Lang, seconds: u32, width: Width, style: &str) -> String {
    let (first, second) = span(seconds);
    let parts: Vec<String> =
        [Some(first), second].into_iter().flatten().map(|part| amount(lang, part, width)).collect();
    match parts.as_slice() {
        [one] => one.clone(),
        parts => list(lang, parts, style).unwrap_or_else(|| parts.join(" ")),
    }
}

/// The parts of one length, one after the other.
fn list(lang: Lang, parts: &[String], style: &str) -> Option<String> {
    let made = construct("ListFormat", lang, &options(&[("type", "unit"), ("style", style)]))?;
    let format: Function = Reflect::get(&made, &"format".into()).ok()?.dyn_into().ok()?;
    let parts: Array = parts.iter().map(|part| JsValue::from_str(part)).collect();
    format.call1(&made, &parts).ok()?.as_string()
}

fn amount(lang: Lang, (n, unit): Amount, width: Width) -> String {
    write(lang, Shape::Unit(unit, width), n.into()).unwrap_or_default()
}
