//! The opening hours' editor, as a shop owner thinks of them: a line per day, from and until.

use yew::{Html, html};

use super::super::parts::{ICON_CLOSE, ICON_PLUS, icon, on_change, on_input, on_set};
use super::super::{Say, when};
use crate::state::State;
use crate::state::settings::hours::{Hours, Span, write_time};
use crate::text::Strings;
use crate::update::{SettingsUi, Ui};

pub(super) fn editor(state: &State, hours: &Hours, locked: bool, say: &Say) -> Html {
    let words = state.words();
    html! {
        <fieldset class="block" disabled={locked}>
            <legend>{ words.set_hours }</legend>
            <div class="choices">
                { choice("hours-always", words.hours_always, !hours.limited, false, say) }
                { choice("hours-limited", words.hours_limited, hours.limited, true, say) }
            </div>
            if hours.limited {
                { zone(state, hours, say) }
                <ul class="week">
                    { for hours.days.iter().enumerate().map(|(place, spans)| day(state, place, spans, say)) }
                </ul>
                <button class="button" type="button" onclick={on_set(say, SettingsUi::CopyMonday)}>
                    { words.copy_monday }
                </button>
            }
        </fieldset>
    }
}

fn choice(id: &'static str, label: &str, checked: bool, limited: bool, say: &Say) -> Html {
    html! {
        <label class="check" for={id}>
            <input {id} type="radio" name="hours" {checked}
                onchange={on_change(say, move |_| Ui::Settings(SettingsUi::Limited(limited)))} />
            <span>{ label }</span>
        </label>
    }
}

fn zone(state: &State, hours: &Hours, say: &Say) -> Html {
    let mut zones = when::zones();
    for known in [&hours.time_zone, &state.time_zone] {
        if !known.is_empty() && !zones.contains(known) {
            zones.insert(0, known.clone());
        }
    }
    html! {
        <div class="field">
            <label for="zone">{ state.words().zone }</label>
            <select id="zone" onchange={on_change(say, |zone| Ui::Settings(SettingsUi::Zone(zone)))}>
                { for zones.into_iter().map(|zone| html! {
                    <option value={zone.clone()} selected={zone == hours.time_zone}>{ zone.replace('_', " ") }</option>
                }) }
            </select>
        </div>
    }
}

fn day(state: &State, place: usize, spans: &[Span], say: &Say) -> Html {
    let words = state.words();
    let name = when::weekday(state.lang, place);
    html! {
        <li key={place}>
            <div class="weekday" role="group" aria-label={name.clone()}>
            <span class="weekday-name">{ &name }</span>
            <div class="spans">
                if spans.is_empty() { <span class="meta closed">{ words.closed }</span> }
                { for spans.iter().enumerate().map(|(nth, span)| one(words, &name, place, nth, *span, say)) }
            </div>
            <button class="tool" type="button" aria-label={format!("{}: {name}", words.add_span)} title={words.add_span}
                onclick={on_set(say, SettingsUi::AddSpan(place))}>{ icon(ICON_PLUS) }</button>
            </div>
        </li>
    }
}

fn one(words: &Strings, name: &str, day: usize, nth: usize, span: Span, say: &Say) -> Html {
    let hint = if span.from.is_some() && span.from == span.to {
        words.all_day
    } else if span.is_overnight() {
        words.until_next_day
    } else {
        ""
    };
    html! {
        <div class="span" key={nth}>
            <input type="time" aria-label={format!("{name}, {}", words.opens)} value={write_time(span.from)}
                oninput={on_input(say, move |text| Ui::Settings(SettingsUi::SpanFrom(day, nth, text)))} />
            <span aria-hidden="true">{ "–" }</span>
            <input type="time" aria-label={format!("{name}, {}", words.closes)} value={write_time(span.to)}
                oninput={on_input(say, move |text| Ui::Settings(SettingsUi::SpanTo(day, nth, text)))} />
            <button class="tool" type="button" aria-label={format!("{}: {name}", words.remove_span)}
                title={words.remove_span} onclick={on_set(say, SettingsUi::RemoveSpan(day, nth))}>{ icon(ICON_CLOSE) }</button>
            if !hint.is_empty() { <span class="meta span-hint">{ hint }</span> }
        </div>
    }
}
