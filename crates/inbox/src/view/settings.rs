//! The settings' screen: how it looks, when it is open, where it appears, the backend and its secrets.

mod ask;
mod badge;
mod billing;
mod exceptions;
mod guard;
mod hours;
mod look;

use pronto_protocol::api::SitePage;
use pronto_protocol::model::{ApiKey, Channel, Delivery};
use yew::{Html, html};

use super::account::page_head;
use super::money::channel;
use super::parts::{Field, on_input, on_set, on_submit, problem};
use super::{Say, when};
use crate::state::settings::ask::AskProblem;
use crate::state::settings::billing::BillingProblem;
use crate::state::settings::hours::{HoursProblem, Of};
use crate::state::settings::{Confirm, FormProblem, Saving, Settings, Shown, Spot};
use crate::state::{Inside, Route, State};
use crate::text::{Strings, fill};
use crate::update::{SettingsUi, Ui};

pub(super) fn page(state: &State, inside: &Inside, say: &Say) -> Html {
    let words = state.words();
    let settings = inside.settings.as_ref();
    html! {
        <div class="pane page-pane" key="settings">
            { page_head(words.settings, words) }
            <div class="scroll page">
                { match settings.and_then(|settings| Some((settings, settings.page.as_ref()?))) {
                    Some((settings, page)) => loaded(state, inside, settings, page, say),
                    None => html! {
                        <>
                            { problem(settings.and_then(|settings| settings.problem.as_deref())) }
                            <p class="meta late-shown">{ words.loading }</p>
                        </>
                    },
                } }
            </div>
        </div>
    }
}

fn loaded(state: &State, inside: &Inside, settings: &Settings, page: &SitePage, say: &Say) -> Html {
    let words = state.words();
    let locked = !inside.is_owner();
    html! {
        <>
            if locked { <p class="notice">{ words.view_only }</p> }
            { problem(settings.problem.as_deref()) }
            { snippet(page, words, say) }
            <form onsubmit={on_submit(say, Ui::Settings(SettingsUi::Save))} novalidate=true>
                { look::editor(state, settings, &page.site, locked, say) }
                { hours::editor(state, settings, locked, say) }
                { billing::editor(state, inside, settings, locked, say) }
                { ask::editor(state, settings, locked, say) }
                { places(state, settings, locked, say) }
                { guard::shield(state, settings, page, locked, say) }
                { save_bar(state, settings, locked, say) }
            </form>
            { badge::section(state, &page.site, say) }
            if !locked {
                { shown(settings.shown.as_ref().filter(|fresh| !fresh.is_identity()), words, say) }
                { secrets(state, settings, page, say) }
                { keys(state, settings, page, say) }
                { guard::identity(state, settings, page, say) }
            }
            { parked(state, settings, say) }
        </>
    }
}

fn snippet(page: &SitePage, words: &Strings, say: &Say) -> Html {
    html! {
        <section class="block" aria-labelledby="snippet">
            <h3 id="snippet">{ words.snippet }</h3>
            <p class="hint">{ words.snippet_hint }</p>
            { copyable(&page.snippet, words, say) }
            <p class="hint">
                <a href={format!("/playground?site={}", page.site)} target="_blank">{ words.playground }</a>{ " · " }
                <a href="/doctor" target="_blank">{ words.doctor }</a>
            </p>
        </section>
    }
}

fn copyable(text: &str, words: &Strings, say: &Say) -> Html {
    html! {
        <div class="copyable">
            <code dir="ltr" tabindex="0">{ text }</code>
            <button class="button" type="button" onclick={on_set(say, SettingsUi::Copy(text.to_owned()))}>{ words.copy }</button>
        </div>
    }
}

fn places(state: &State, settings: &Settings, locked: bool, say: &Say) -> Html {
    let (words, form) = (state.words(), &settings.form);
    let backend = Field {
        id: "backend",
        label: words.backend_url,
        hint: words.backend_hint,
        kind: "url",
        autocomplete: "off",
        value: &form.backend_url,
        disabled: locked,
    };
    html! {
        <>
            <fieldset class="block" disabled={locked}>
                <legend>{ words.set_where }</legend>
                <div class="field">
                    <label for="origins">{ words.origins }</label>
                    <textarea id="origins" rows="3" value={form.origins.clone()} dir="ltr" spellcheck="false"
                        aria-describedby="origins-hint"
                        oninput={on_input(say, |text| Ui::Settings(SettingsUi::Origins(text)))} />
                    <p class="hint" id="origins-hint">{ words.origins_hint }</p>
                    { wrong_at(state, settings, Spot::Origins) }
                </div>
            </fieldset>
            <fieldset class="block" disabled={locked}>
                <legend>{ words.set_backend }</legend>
                { backend.draw(on_input(say, |text| Ui::Settings(SettingsUi::Backend(text)))) }
                { wrong_at(state, settings, Spot::Backend) }
            </fieldset>
        </>
    }
}

fn save_bar(state: &State, settings: &Settings, locked: bool, say: &Say) -> Html {
    let words = state.words();
    let changed = settings.is_changed(&state.time_zone);
    let failed = matches!(settings.saving, Saving::Failed(_));
    let elsewhere = failed && !is_wrong_at(settings, Spot::Form);
    if locked || (!changed && !failed && settings.saving != Saving::Done) {
        return html! {};
    }
    html! {
        <div class="save-bar">
            { wrong_at(state, settings, Spot::Form) }
            if elsewhere { <p class="meta late">{ words.wrong_marked }</p> }
            if changed && !failed { <p class="meta">{ words.unsaved }</p> }
            if !changed && settings.saving == Saving::Done { <p class="done">{ words.saved }</p> }
            if changed {
                <div class="actions">
                    <button class="button" type="button" onclick={on_set(say, SettingsUi::Revert)}>{ words.revert }</button>
                    <button class="button primary" type="submit" disabled={settings.saving == Saving::Busy}>
                        { if settings.saving == Saving::Busy { words.saving } else { words.save } }
                    </button>
                </div>
            }
        </div>
    }
}

fn is_wrong_at(settings: &Settings, spot: Spot) -> bool {
    matches!(&settings.saving, Saving::Failed(problem) if problem.spot() == spot)
}

/// What is the matter, where it is the matter.
fn wrong_at(state: &State, settings: &Settings, spot: Spot) -> Html {
    match &settings.saving {
        Saving::Failed(found) if found.spot() == spot => problem(Some(&wrong(state, settings, found))),
        _ => html! {},
    }
}

fn wrong(state: &State, settings: &Settings, problem: &FormProblem) -> String {
    let words = state.words();
    let form = &settings.form;
    let dated = |text: &str, place: usize| {
        let date = form.hours.exceptions.get(place).map_or("", |day| day.date.as_str());
        fill(text, "{d}", &when::wall_date(state.lang, date))
    };
    let of_day = |text: &str, of: Of| match of {
        Of::Week(day) => fill(text, "{d}", &when::weekday(state.lang, day)),
        Of::Exception(place) => dated(text, place),
    };
    let of_road = |text: &str, place: usize| {
        let road = form.billing.books.get(place).map_or("", |book| channel(book.channel, words));
        fill(text, "{c}", road)
    };
    match problem {
        FormProblem::Name => words.wrong_name.to_owned(),
        FormProblem::Accent | FormProblem::Look(_) => words.wrong_accent.to_owned(),
        FormProblem::Greeting => words.wrong_greeting.to_owned(),
        FormProblem::Origin(line) => fill(words.wrong_origin, "{o}", line),
        FormProblem::Hours(HoursProblem::Missing(day)) => of_day(words.wrong_missing, *day),
        FormProblem::Hours(HoursProblem::Overlap(day)) => of_day(words.wrong_overlap, *day),
        FormProblem::Hours(HoursProblem::NoZone) => words.wrong_zone.to_owned(),
        FormProblem::Hours(HoursProblem::NoDate(_)) => words.wrong_date.to_owned(),
        FormProblem::Hours(HoursProblem::Twice(place)) => dated(words.wrong_twice, *place),
        FormProblem::Hours(HoursProblem::DayName(place)) => dated(words.wrong_day_name, *place),
        FormProblem::Away => words.wrong_away.to_owned(),
        FormProblem::Billing(BillingProblem::NoBook(_)) => words.wrong_book.to_owned(),
        FormProblem::Billing(BillingProblem::Days(_)) => words.wrong_days.to_owned(),
        FormProblem::Billing(BillingProblem::Overlap(place)) => of_road(words.wrong_books_overlap, *place),
        FormProblem::Billing(BillingProblem::Budget) => words.wrong_budget.to_owned(),
        FormProblem::Ask(AskProblem::Fields) => words.wrong_ask.to_owned(),
        FormProblem::Ask(AskProblem::Consent) => words.wrong_consent.to_owned(),
        FormProblem::Ask(AskProblem::Quick) => words.wrong_quick.to_owned(),
        FormProblem::Backend => words.wrong_backend.to_owned(),
        FormProblem::Refused(sentence) => sentence.clone(),
    }
}

fn shown(shown: Option<&Shown>, words: &Strings, say: &Say) -> Html {
    let Some(shown) = shown else { return html! {} };
    let (title, secret) = match shown {
        Shown::Webhook(secret) => (words.webhook_secrets, secret),
        Shown::ApiKey(secret) => (words.api_keys, secret),
        Shown::Identity(secret) => (words.identity_secrets, secret),
    };
    html! {
        <section class="block fresh" role="alert">
            <h3>{ title }</h3>
            <p>{ words.shown_once }</p>
            { copyable(secret, words, say) }
            <button class="button" type="button" onclick={on_set(say, SettingsUi::HideSecret)}>{ words.noted }</button>
        </section>
    }
}

fn secrets(state: &State, settings: &Settings, page: &SitePage, say: &Say) -> Html {
    let words = state.words();
    let sure = settings.confirm == Some(Confirm::Rotate);
    html! {
        <section class="block" aria-labelledby="secrets">
            <h3 id="secrets">{ words.webhook_secrets }</h3>
            <p class="hint">{ words.webhook_hint }</p>
            <ul class="things">
                { for page.webhook_secrets.iter().map(|secret| html! {
                    <li>
                        <code>{ &secret.hint }{ "…" }</code>
                        <span class="meta">{ fill(words.made, "{d}", &when::day_year(state.lang, secret.created_at)) }</span>
                    </li>
                }) }
                if page.webhook_secrets.is_empty() { <li class="meta">{ words.no_secrets }</li> }
            </ul>
            if sure {
                { confirm(words.rotate_sure, words.yes_make, SettingsUi::Rotate, words, say) }
            } else {
                <button class="button" type="button" onclick={on_set(say, SettingsUi::Rotate)}>{ words.rotate }</button>
            }
        </section>
    }
}

fn confirm(question: &str, yes: &str, doing: SettingsUi, words: &Strings, say: &Say) -> Html {
    html! {
        <div class="confirm" role="alert">
            <p>{ question }</p>
            <div class="actions">
                <button class="button" type="button" onclick={on_set(say, SettingsUi::Cancel)}>{ words.cancel }</button>
                <button class="button danger" type="button" onclick={on_set(say, doing)}>{ yes }</button>
            </div>
        </div>
    }
}

fn keys(state: &State, settings: &Settings, page: &SitePage, say: &Say) -> Html {
    let words = state.words();
    let name = Field {
        id: "key-name",
        label: words.key_name,
        hint: "",
        kind: "text",
        autocomplete: "off",
        value: &settings.key_name,
        disabled: false,
    };
    html! {
        <section class="block" aria-labelledby="keys">
            <h3 id="keys">{ words.api_keys }</h3>
            <p class="hint">{ words.api_hint }</p>
            <ul class="things">
                { for page.api_keys.iter().map(|key| api_key(state, settings, key, say)) }
                if page.api_keys.is_empty() { <li class="meta">{ words.no_keys }</li> }
            </ul>
            <form class="one-line" onsubmit={on_submit(say, Ui::Settings(SettingsUi::MakeKey))} novalidate=true>
                { name.draw(on_input(say, |text| Ui::Settings(SettingsUi::KeyName(text)))) }
                <button class="button" type="submit">{ words.make_key }</button>
            </form>
        </section>
    }
}

fn api_key(state: &State, settings: &Settings, key: &ApiKey, say: &Say) -> Html {
    let words = state.words();
    let id = key.api_key_id.clone();
    let sure = settings.confirm == Some(Confirm::Revoke(id.clone()));
    html! {
        <li key={id.as_str().to_owned()}>
            <strong dir="auto">{ &key.name }</strong>
            <code>{ format!("pk_{id}_…") }</code>
            <span class="meta">{ fill(words.made, "{d}", &when::day_year(state.lang, key.created_at)) }</span>
            if sure {
                { confirm(words.revoke_sure, words.yes_revoke, SettingsUi::Revoke(id), words, say) }
            } else {
                <button class="button" type="button" aria-label={format!("{}: {}", words.revoke, key.name)}
                    onclick={on_set(say, SettingsUi::Revoke(id))}>{ words.revoke }</button>
            }
        </li>
    }
}

fn parked(state: &State, settings: &Settings, say: &Say) -> Html {
    let words = state.words();
    let Some(deliveries) = &settings.deliveries else { return html! {} };
    html! {
        <section class="block" aria-labelledby="parked">
            <h3 id="parked">{ words.parked }</h3>
            if deliveries.is_empty() {
                <p class="hint">{ words.none_parked }</p>
            } else {
                <p class="hint">{ words.parked_hint }</p>
                <ul class="things">{ for deliveries.iter().map(|delivery| one_parked(state, delivery, say)) }</ul>
            }
        </section>
    }
}

fn one_parked(state: &State, delivery: &Delivery, say: &Say) -> Html {
    let words = state.words();
    let to = Route::Thread(delivery.conversation_id.clone());
    html! {
        <li key={delivery.delivery_id.as_str().to_owned()}>
            <a href={format!("#{}", to.fragment())}>{ words.to_conversation }</a>
            if delivery.channel == Channel::Email { <span class="meta">{ words.by_email }</span> }
            <span class="meta">{ when::exact(state.lang, delivery.created_at) }</span>
            <span class="meta">{ fill(words.attempts, "{n}", &delivery.attempts.to_string()) }</span>
            if let Some(error) = &delivery.error { <span class="meta wide">{ error }</span> }
            <button class="button" type="button"
                onclick={on_set(say, SettingsUi::SendAgain(delivery.delivery_id.clone()))}>{ words.send_again }</button>
        </li>
    }
}
