//! How a site stands against a flood of strangers, and the secrets with which its own visitors are named.

use pronto_protocol::api::SitePage;
use pronto_protocol::model::contact::{IdentitySecret, Shield};
use yew::{Html, html};

use super::super::parts::{on_change, on_set};
use super::super::{Say, when};
use super::{confirm, shown};
use crate::state::State;
use crate::state::settings::{Confirm, Settings};
use crate::text::{Strings, fill};
use crate::update::{SettingsUi, Ui};

pub(super) fn shield(state: &State, settings: &Settings, page: &SitePage, locked: bool, say: &Say) -> Html {
    let words = state.words();
    let chosen = settings.form.shield;
    let choices =
        [(Shield::Auto, words.shield_auto), (Shield::On, words.shield_on), (Shield::Off, words.shield_off)];
    html! {
        <fieldset class="block" disabled={locked}>
            <legend>{ words.set_shield }</legend>
            <div class="field">
                <label for="shield">{ words.shield }</label>
                <select id="shield" aria-describedby="shield-hint"
                    onchange={on_change(say, |word| Ui::Settings(SettingsUi::Shield(Shield::parse(&word))))}>
                    { for choices.into_iter().map(|(shield, name)| html! {
                        <option value={shield.as_str()} selected={shield == chosen}>{ name }</option>
                    }) }
                </select>
                <p class="hint" id="shield-hint">{ words.shield_hint }</p>
            </div>
            { standing(state, page, words) }
        </fieldset>
    }
}

fn standing(state: &State, page: &SitePage, words: &Strings) -> Html {
    let guard = page.guard;
    let sentence = match guard.since {
        Some(since) => fill(words.flooded, "{d}", &when::exact(state.lang, since)),
        None => words.not_flooded.to_owned(),
    };
    let sentence = fill(&sentence, "{n}", &guard.new_per_minute.to_string());
    let counts = [
        (words.guard_asked, guard.asked),
        (words.guard_proved, guard.proved),
        (words.guard_refused, guard.refused),
    ];
    html! {
        <>
            <p class={if guard.since.is_some() { "flooded" } else { "hint" }}>{ sentence }</p>
            <dl class="counts">
                { for counts.into_iter().map(|(what, count)| html! {
                    <div><dt>{ what }</dt><dd>{ count }</dd></div>
                }) }
            </dl>
            <p class="hint">{ words.guard_since }</p>
        </>
    }
}

pub(super) fn identity(state: &State, settings: &Settings, page: &SitePage, say: &Say) -> Html {
    let words = state.words();
    let fresh = settings.shown.as_ref().filter(|fresh| fresh.is_identity());
    html! {
        <>
        { shown(fresh, words, say) }
        <section class="block" aria-labelledby="identity">
            <h3 id="identity">{ words.identity_secrets }</h3>
            <p class="hint">{ words.identity_hint }</p>
            <ul class="things">
                { for page.identity_secrets.iter().map(|secret| one(state, settings, secret, say)) }
                if page.identity_secrets.is_empty() { <li class="meta">{ words.no_identity }</li> }
            </ul>
            if settings.confirm == Some(Confirm::Identity) {
                { confirm(words.rotate_sure, words.yes_make, SettingsUi::MakeIdentity, words, say) }
            } else {
                <button class="button" type="button" onclick={on_set(say, SettingsUi::MakeIdentity)}>{ words.rotate }</button>
            }
        </section>
        </>
    }
}

fn one(state: &State, settings: &Settings, secret: &IdentitySecret, say: &Say) -> Html {
    let words = state.words();
    let id = secret.identity_secret_id.clone();
    let sure = settings.confirm == Some(Confirm::RevokeIdentity(id.clone()));
    html! {
        <li key={id.as_str().to_owned()}>
            <code>{ &secret.hint }{ "…" }</code>
            <span class="meta">{ fill(words.made, "{d}", &when::day_year(state.lang, secret.created_at)) }</span>
            if sure {
                { confirm(words.revoke_identity_sure, words.yes_revoke, SettingsUi::RevokeIdentity(id), words, say) }
            } else {
                <button class="button" type="button" aria-label={format!("{}: {}", words.revoke, secret.hint)}
                    onclick={on_set(say, SettingsUi::RevokeIdentity(id))}>{ words.revoke }</button>
            }
        </li>
    }
}
