//! Holidays and other days that differ from the week, each with its date, its hours and a name. Those that have passed are
//! folded away.

use yew::{Html, html};

use super::super::parts::{ICON_CLOSE, ICON_PLUS, icon, on_input, on_set};
use super::super::{Say, when};
use super::hours::spans;
use super::wrong_at;
use crate::state::State;
use crate::state::settings::hours::{Exception, Of};
use crate::state::settings::{Settings, Spot, day};
use crate::text::fill;
use crate::update::{SettingsUi, Ui};

pub(super) fn editor(state: &State, settings: &Settings, say: &Say) -> Html {
    let words = state.words();
    let days = &settings.form.hours.exceptions;
    let (past, coming): (Vec<usize>, Vec<usize>) = (0..days.len())
        .partition(|place| days.get(*place).is_some_and(|day| has_passed(state, settings, day)));
    let row = |place: usize| days.get(place).map(|day| one(state, settings, place, day, say));
    let passed = match past.len() {
        1 => words.past_one.to_owned(),
        n => fill(words.past_many, "{n}", &n.to_string()),
    };
    html! {
        <div class="days" role="group" aria-labelledby="days-title" aria-describedby="days-hint">
            <h3 id="days-title">{ words.exceptions }</h3>
            <p class="hint" id="days-hint">{ words.exceptions_hint }</p>
            if !past.is_empty() {
                <details>
                    <summary>{ passed }</summary>
                    <ul>{ for past.into_iter().filter_map(row) }</ul>
                </details>
            }
            <ul>{ for coming.into_iter().filter_map(row) }</ul>
            <button class="button" type="button" onclick={on_set(say, SettingsUi::AddDay)}>
                { icon(ICON_PLUS) }<span>{ words.add_day }</span>
            </button>
        </div>
    }
}

/// Only what is saved is folded away: a date that is being written must not jump out of sight.
fn has_passed(state: &State, settings: &Settings, one: &Exception) -> bool {
    let kept = settings.page.as_ref().and_then(|page| page.settings.hours.as_ref());
    let is_kept = kept.is_some_and(|kept| kept.exceptions.iter().any(|day| day.date == one.date));
    let today = when::wall(&settings.form.hours.time_zone, state.server_now()).map(|now| now.day);
    is_kept && day::parse(&one.date).zip(today).is_some_and(|(date, today)| date < today)
}

fn one(state: &State, settings: &Settings, place: usize, day: &Exception, say: &Say) -> Html {
    let words = state.words();
    let of = Of::Exception(place);
    let name =
        if day.date.is_empty() { words.new_day.to_owned() } else { when::wall_date(state.lang, &day.date) };
    html! {
        <li key={place}>
            <div class="day-row" role="group" aria-label={name.clone()}>
                <input type="date" aria-label={format!("{name}, {}", words.date)} value={day.date.clone()}
                    oninput={on_input(say, move |text| Ui::Settings(SettingsUi::DayDate(place, text)))} />
                <input type="text" aria-label={format!("{name}, {}", words.day_name)} placeholder={words.day_name}
                    value={day.name.clone()} dir="auto" autocomplete="off"
                    oninput={on_input(say, move |text| Ui::Settings(SettingsUi::DayName(place, text)))} />
                <button class="tool" type="button" aria-label={format!("{}: {name}", words.remove_day)} title={words.remove_day}
                    onclick={on_set(say, SettingsUi::RemoveDay(place))}>{ icon(ICON_CLOSE) }</button>
                { spans(words, &name, of, &day.spans, say) }
                <button class="button plain" type="button" aria-label={format!("{}: {name}", words.add_span)}
                    onclick={on_set(say, SettingsUi::AddSpan(of))}>{ words.add_span }</button>
            </div>
            { wrong_at(state, settings, Spot::Day(of)) }
        </li>
    }
}
