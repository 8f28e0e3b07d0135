//! The settings' screen: saving, secrets that are shown once, parked deliveries. What is written into the form is in
//! [`write`].

mod write;

use pronto_protocol::api::NewApiKey;
use pronto_protocol::id::SiteKey;

use super::enter::sentence;
use super::request::{Answer, Failed, Request};
use super::{Effect, SettingsUi, Target, announce, call, money};
use crate::state::State;
use crate::state::settings::{Confirm, Form, FormProblem, Saving, Settings, Shown};

pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    if inside.settings.is_some() {
        return Vec::new();
    }
    inside.settings = Some(Settings::new());
    let site = inside.site.clone();
    vec![call(state, Request::Site(site.clone())), call(state, Request::Deliveries(site))]
}

pub(super) fn ui(state: &mut State, ui: SettingsUi) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    let site = inside.site.clone();
    let Some(settings) = inside.settings.as_mut() else { return Vec::new() };
    match ui {
        SettingsUi::Save => return save(state),
        SettingsUi::Revert => return revert(state),
        SettingsUi::Copy(text) => return vec![Effect::Copy(text)],
        SettingsUi::Rotate => return sure(state, Confirm::Rotate, Request::NewWebhookSecret),
        SettingsUi::Revoke(key) => {
            return sure(state, Confirm::Revoke(key.clone()), |site| Request::RevokeApiKey(site, key));
        }
        SettingsUi::MakeIdentity => {
            // Only where it ends another is there something to be asked.
            if settings.page.as_ref().is_some_and(|page| page.identity_secrets.len() < 2) {
                return vec![call(state, Request::NewIdentitySecret(site))];
            }
            return sure(state, Confirm::Identity, Request::NewIdentitySecret);
        }
        SettingsUi::RevokeIdentity(id) => {
            let confirm = Confirm::RevokeIdentity(id.clone());
            return sure(state, confirm, |site| Request::RevokeIdentitySecret(site, id));
        }
        SettingsUi::See => settings.see(),
        SettingsUi::Cancel => settings.confirm = None,
        SettingsUi::HideSecret => settings.shown = None,
        SettingsUi::KeyName(name) => settings.key_name = name,
        SettingsUi::MakeKey => {
            let name = settings.key_name.trim().to_owned();
            if !name.is_empty() {
                return vec![call(state, Request::NewApiKey(site, NewApiKey { name }))];
            }
        }
        SettingsUi::SendAgain(delivery) => return vec![call(state, Request::SendAgain(site, delivery))],
        edit => {
            settings.saving = Saving::Idle;
            write::write(&mut settings.form, inside.purse.books(), edit);
        }
    }
    Vec::new()
}

fn save(state: &mut State) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    let site = inside.site.clone();
    let Some(settings) = inside.settings.as_mut().filter(|settings| settings.saving != Saving::Busy) else {
        return Vec::new();
    };
    match settings.form.finish() {
        Ok(wanted) => {
            settings.saving = Saving::Busy;
            vec![call(state, Request::SaveSite(site, Box::new(wanted)))]
        }
        Err(problem) => {
            settings.saving = Saving::Failed(problem);
            vec![Effect::Focus(Target::Problem)]
        }
    }
}

fn revert(state: &mut State) -> Vec<Effect> {
    let zone = state.time_zone.clone();
    if let Some(settings) = state.inside_mut().and_then(|inside| inside.settings.as_mut())
        && let Some(page) = &settings.page
    {
        settings.show(Form::of(&page.settings, &zone));
        settings.saving = Saving::Idle;
    }
    Vec::new()
}

/// Asks, and at the second press does it.
fn sure(state: &mut State, wanted: Confirm, request: impl FnOnce(SiteKey) -> Request) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    let site = inside.site.clone();
    let Some(settings) = inside.settings.as_mut() else { return Vec::new() };
    if settings.confirm.as_ref() != Some(&wanted) {
        settings.confirm = Some(wanted);
        return Vec::new();
    }
    settings.confirm = None;
    vec![call(state, request(site))]
}

pub(super) fn answered(state: &mut State, request: Request, answer: Answer) -> Vec<Effect> {
    let words = state.words();
    let zone = state.time_zone.clone();
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    let here = inside.site.clone();
    let Some(settings) = inside.settings.as_mut() else { return Vec::new() };
    settings.problem = None;
    match (request, answer) {
        (Request::Site(site), Answer::Site(page)) if site == here => {
            // A page asked for again, after a key was made or ended, leaves alone what is being written.
            if settings.page.is_none() {
                settings.show(Form::of(&page.settings, &zone));
            }
            settings.page = Some(page);
        }
        (Request::SaveSite(site, _), Answer::Site(page)) if site == here => {
            settings.show(Form::of(&page.settings, &zone));
            settings.saving = Saving::Done;
            for summary in inside.me.sites.iter_mut().filter(|summary| summary.site == site) {
                summary.name.clone_from(&page.settings.name);
            }
            settings.page = Some(page);
            announce(state, words.saved.to_owned());
            return money::ask(state);
        }
        (Request::NewWebhookSecret(site), Answer::Secret(secret)) => {
            settings.shown = Some(Shown::Webhook(secret.secret));
            return vec![call(state, Request::Site(site))];
        }
        (Request::NewApiKey(site, _), Answer::Secret(secret)) => {
            settings.shown = Some(Shown::ApiKey(secret.secret));
            settings.key_name.clear();
            return vec![call(state, Request::Site(site))];
        }
        (Request::NewIdentitySecret(site), Answer::Secret(secret)) => {
            settings.shown = Some(Shown::Identity(secret.secret));
            return vec![call(state, Request::Site(site))];
        }
        (Request::RevokeApiKey(site, _) | Request::RevokeIdentitySecret(site, _), _) => {
            return vec![call(state, Request::Site(site))];
        }
        (Request::Deliveries(site), Answer::Deliveries(deliveries)) if site == here => {
            settings.deliveries = Some(deliveries);
        }
        (Request::SendAgain(site, _), _) => {
            announce(state, words.sent_again.to_owned());
            return vec![call(state, Request::Deliveries(site))];
        }
        _ => {}
    }
    Vec::new()
}

pub(super) fn failed(state: &mut State, request: &Request, failed: &Failed) -> Vec<Effect> {
    let sentence = sentence(state.words(), failed);
    let Some(settings) = state.inside_mut().and_then(|inside| inside.settings.as_mut()) else {
        return Vec::new();
    };
    match request {
        Request::SaveSite(..) => settings.saving = Saving::Failed(FormProblem::Refused(sentence)),
        Request::Site(_)
        | Request::NewWebhookSecret(_)
        | Request::NewApiKey(..)
        | Request::RevokeApiKey(..)
        | Request::NewIdentitySecret(_)
        | Request::RevokeIdentitySecret(..)
        | Request::Deliveries(_)
        | Request::SendAgain(..) => settings.problem = Some(sentence),
        _ => return Vec::new(),
    }
    vec![Effect::Focus(Target::Problem)]
}
