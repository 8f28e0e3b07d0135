//! Amounts in words, by the browser's own knowledge of languages and currencies; exact to the micro-unit.

use std::cell::RefCell;

use js_sys::{Array, Function, Reflect};
use pronto_protocol::model::cost::Money;
use wasm_bindgen::{JsCast, JsValue};

use super::super::when::{options, tag};
use crate::state::money::amount::{Decimal, decimal};
use crate::text::Lang;

/// A formatter, and what it is for: language, currency, decimals.
type Known = (Lang, String, u8, Function);

thread_local! {
    /// Making a formatter costs more than all its uses on one screen.
    static FORMATS: RefCell<Vec<Known>> = const { RefCell::new(Vec::new()) };
}

/// An amount with its currency: as many decimals as the currency has, more where the amount has more.
pub(crate) fn money(lang: Lang, money: &Money) -> String {
    let Decimal { text, places } = decimal(money.micros);
    let written = formatter(lang, &money.currency, places)
        .and_then(|format| format.call1(&JsValue::UNDEFINED, &JsValue::from_str(&text)).ok())
        .and_then(|written| written.as_string());
    // A currency that the browser takes for none is shown by its code.
    written.unwrap_or_else(|| format!("{text} {}", money.currency))
}

/// Several currencies' sums, side by side: they are never added up.
pub(crate) fn sums(lang: Lang, sums: &[Money]) -> String {
    sums.iter().map(|sum| money(lang, sum)).collect::<Vec<_>>().join(" + ")
}

fn formatter(lang: Lang, currency: &str, places: u8) -> Option<Function> {
    let is = |known: &&Known| (known.0, known.1.as_str(), known.2) == (lang, currency, places);
    if let Some(known) = FORMATS.with_borrow(|formats| formats.iter().find(is).map(|known| known.3.clone())) {
        return Some(known);
    }
    let plain = made(lang, &[("style", "currency"), ("currency", currency)])?;
    let resolve: Function = Reflect::get(&plain, &"resolvedOptions".into()).ok()?.dyn_into().ok()?;
    let resolved = resolve.call0(&plain).ok()?;
    let usual = Reflect::get(&resolved, &"maximumFractionDigits".into()).ok()?.as_f64()?;
    let exact = places.to_string();
    let format = if f64::from(places) > usual {
        made(
            lang,
            &[
                ("style", "currency"),
                ("currency", currency),
                ("minimumFractionDigits", &exact),
                ("maximumFractionDigits", &exact),
            ],
        )?
    } else {
        plain
    };
    let format: Function = Reflect::get(&format, &"format".into()).ok()?.dyn_into().ok()?;
    FORMATS.with_borrow_mut(|formats| formats.push((lang, currency.to_owned(), places, format.clone())));
    Some(format)
}

/// A number format; absent where the browser refuses the currency.
fn made(lang: Lang, wanted: &[(&str, &str)]) -> Option<JsValue> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let class: Function = Reflect::get(&intl, &"NumberFormat".into()).ok()?.dyn_into().ok()?;
    Reflect::construct(&class, &Array::of2(&tag(lang).into(), &options(wanted))).ok()
}
