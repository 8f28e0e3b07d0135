//! What visitors are asked before their first message, what they have to agree to, and what they can say by a press.

use yew::{Html, html};

use super::super::Say;
use super::super::parts::{on_change, on_input};
use super::wrong_at;
use crate::state::State;
use crate::state::settings::ask::Need;
use crate::state::settings::{Settings, Spot};
use crate::text::Strings;
use crate::update::{AskUi, SettingsUi, Ui};

const fn ui(edit: AskUi) -> Ui {
    Ui::Settings(SettingsUi::Ask(edit))
}

pub(super) fn editor(state: &State, settings: &Settings, locked: bool, say: &Say) -> Html {
    let words = state.words();
    let form = &settings.form.ask;
    html! {
        <fieldset class="block" disabled={locked}>
            <legend>{ words.set_ask }</legend>
            <p class="hint">{ words.ask_hint }</p>
            { need("ask-name", words.ask_name, form.name, words, say, AskUi::Name) }
            { need("ask-email", words.ask_email, form.email, words, say, AskUi::Email) }
            { text("ask-own", 2, words.ask_own, words.ask_own_hint, &form.own, say, AskUi::Own) }
            { wrong_at(state, settings, Spot::Ask) }
            { text("ask-consent", 3, words.ask_consent, words.ask_consent_hint, &form.consent, say, AskUi::Consent) }
            { wrong_at(state, settings, Spot::Consent) }
            { text("ask-quick", 3, words.ask_quick, words.ask_quick_hint, &form.quick, say, AskUi::Quick) }
            { wrong_at(state, settings, Spot::Quick) }
        </fieldset>
    }
}

fn need(
    id: &'static str,
    label: &str,
    chosen: Need,
    words: &Strings,
    say: &Say,
    edit: fn(Need) -> AskUi,
) -> Html {
    let choices = [
        (Need::No, words.ask_no),
        (Need::Optional, words.ask_optional),
        (Need::Required, words.ask_required),
    ];
    html! {
        <div class="field">
            <label for={id}>{ label }</label>
            <select {id} onchange={on_change(say, move |word| ui(edit(Need::parse(&word))))}>
                { for choices.into_iter().map(|(need, name)| html! {
                    <option value={need.as_str()} selected={need == chosen}>{ name }</option>
                }) }
            </select>
        </div>
    }
}

fn text(
    id: &'static str,
    rows: u32,
    label: &str,
    hint: &str,
    value: &str,
    say: &Say,
    edit: fn(String) -> AskUi,
) -> Html {
    let hint_id = format!("{id}-hint");
    html! {
        <div class="field">
            <label for={id}>{ label }</label>
            <textarea {id} rows={rows.to_string()} value={value.to_owned()} dir="auto" aria-describedby={hint_id.clone()}
                oninput={on_input(say, move |text| ui(edit(text)))} />
            <p class="hint" id={hint_id}>{ hint }</p>
        </div>
    }
}
