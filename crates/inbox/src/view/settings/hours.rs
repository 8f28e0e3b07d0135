//! The opening hours' editor, as a shop owner thinks of them: a line per day, from and until; then the days that differ,
//! and what is said while nobody is there.

use yew::{Html, html};

use super::super::parts::{ICON_CLOSE, ICON_PLUS, icon, on_change, on_input, on_set};
use super::super::{Say, when};
use super::{exceptions, wrong_at};
use crate::state::State;
use crate::state::settings::hours::{Hours, Of, Span, write_time};
use crate::state::settings::opening::{Opening, Wall, opening};
use crate::state::settings::{Settings, Spot};
use crate::text::{Strings, fill};
use crate::update::{SettingsUi, Ui};

pub(super) fn editor(state: &State, settings: &Settings, locked: bool, say: &Say) -> Html {
    let words = state.words();
    let hours = &settings.form.hours;
    html! {
        <fieldset class="block" disabled={locked}>
            <legend>{ words.set_hours }</legend>
            <div class="choices">
                { choice("hours-always", words.hours_always, !hours.limited, false, say) }
                { choice("hours-limited", words.hours_limited, hours.limited, true, say) }
            </div>
            if hours.limited {
                { zone(state, settings, say) }
                <ul class="week">
                    { for (0..hours.days.len()).map(|place| day(state, settings, place, say)) }
                </ul>
                <button class="button" type="button" onclick={on_set(say, SettingsUi::CopyMonday)}>
                    { words.copy_monday }
                </button>
                { exceptions::editor(state, settings, say) }
                { preview(state, hours) }
            }
            { away(state, settings, say) }
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

fn zone(state: &State, settings: &Settings, say: &Say) -> Html {
    let chosen = &settings.form.hours.time_zone;
    html! {
        <div class="field">
            <label for="zone">{ state.words().zone }</label>
            <select id="zone" onchange={on_change(say, |zone| Ui::Settings(SettingsUi::Zone(zone)))}>
                { zones(state, chosen) }
            </select>
            { wrong_at(state, settings, Spot::Zone) }
        </div>
    }
}

/// Every zone as an option; those in use stand there even where the browser knows them by another name.
pub(super) fn zones(state: &State, chosen: &String) -> Html {
    let mut zones = when::zones();
    for known in [chosen, &state.time_zone] {
        if !known.is_empty() && !zones.contains(known) {
            zones.insert(0, known.clone());
        }
    }
    html! {
        { for zones.into_iter().map(|zone| html! {
            <option value={zone.clone()} selected={zone == *chosen}>{ zone.replace('_', " ") }</option>
        }) }
    }
}

fn day(state: &State, settings: &Settings, place: usize, say: &Say) -> Html {
    let words = state.words();
    let name = when::weekday(state.lang, place);
    let of = Of::Week(place);
    html! {
        <li key={place}>
            <div class="weekday" role="group" aria-label={name.clone()}>
                <span class="weekday-name">{ &name }</span>
                { spans(words, &name, of, settings.form.hours.days.get(place).map_or(&[], Vec::as_slice), say) }
                { add_span(words, &name, of, say) }
            </div>
            { wrong_at(state, settings, Spot::Day(of)) }
        </li>
    }
}

/// The hours of one day, or that it is closed.
pub(super) fn spans(words: &Strings, name: &str, of: Of, spans: &[Span], say: &Say) -> Html {
    html! {
        <div class="spans">
            if spans.is_empty() { <span class="meta closed">{ words.closed }</span> }
            { for spans.iter().enumerate().map(|(nth, span)| one(words, name, of, nth, *span, say)) }
        </div>
    }
}

fn add_span(words: &Strings, name: &str, of: Of, say: &Say) -> Html {
    html! {
        <button class="tool" type="button" aria-label={format!("{}: {name}", words.add_span)} title={words.add_span}
            onclick={on_set(say, SettingsUi::AddSpan(of))}>{ icon(ICON_PLUS) }</button>
    }
}

fn one(words: &Strings, name: &str, of: Of, nth: usize, span: Span, say: &Say) -> Html {
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
                oninput={on_input(say, move |text| Ui::Settings(SettingsUi::SpanFrom(of, nth, text)))} />
            <span aria-hidden="true">{ "–" }</span>
            <input type="time" aria-label={format!("{name}, {}", words.closes)} value={write_time(span.to)}
                oninput={on_input(say, move |text| Ui::Settings(SettingsUi::SpanTo(of, nth, text)))} />
            <button class="tool" type="button" aria-label={format!("{}: {name}", words.remove_span)}
                title={words.remove_span} onclick={on_set(say, SettingsUi::RemoveSpan(of, nth))}>{ icon(ICON_CLOSE) }</button>
            if !hint.is_empty() { <span class="meta span-hint">{ hint }</span> }
        </div>
    }
}

/// What the hours amount to right now, so that a slip shows at once.
fn preview(state: &State, hours: &Hours) -> Html {
    let words = state.words();
    let kept = hours.finish().ok().flatten();
    let known = kept.and_then(|kept| {
        let now = when::wall(&kept.time_zone, state.server_now())?;
        Some((opening(&kept, now), now))
    });
    let sentence = match known {
        Some((Opening::OpenUntil(at), now)) => {
            let texts = (words.until_time, words.until_tomorrow, words.until_day);
            fill(words.open_until, "{t}", &moment(state, at, now, texts))
        }
        Some((Opening::ClosedUntil(at), now)) => {
            let texts = (words.at_time, words.at_tomorrow, words.at_day);
            fill(words.closed_until, "{t}", &moment(state, at, now, texts))
        }
        Some((Opening::Always, _)) => words.open_always.to_owned(),
        Some((Opening::Never, _)) => words.open_never.to_owned(),
        None => String::new(),
    };
    html! { <p class="preview" role="status">{ sentence }</p> }
}

/// A moment of the wall clock as one would say it now: a time, tomorrow, a weekday, a date.
fn moment(state: &State, at: Wall, now: Wall, texts: (&str, &str, &str)) -> String {
    // A closing at midnight belongs to the evening before it.
    let (text, day) = match at.day - now.day {
        0 => (texts.0, String::new()),
        1 if at.minutes == 0 => (texts.0, String::new()),
        1 => (texts.1, String::new()),
        2..=6 => {
            let place = usize::from(crate::state::settings::day::weekday(at.day)) - 1;
            (texts.2, when::weekday(state.lang, place))
        }
        _ => (texts.2, when::wall_day(state.lang, at.day)),
    };
    fill(&fill(text, "{t}", &when::clock(state.lang, at.minutes)), "{d}", &day)
}

fn away(state: &State, settings: &Settings, say: &Say) -> Html {
    let words = state.words();
    html! {
        <div class="field">
            <label for="away">{ words.away }</label>
            <textarea id="away" rows="3" value={settings.form.away.clone()} dir="auto" aria-describedby="away-hint"
                oninput={on_input(say, |text| Ui::Settings(SettingsUi::Away(text)))} />
            <p class="hint" id="away-hint">
                { words.away_hint }
                if !settings.form.hours.limited && !settings.form.away.trim().is_empty() { { " " }{ words.away_never } }
            </p>
            { wrong_at(state, settings, Spot::Away) }
        </div>
    }
}
