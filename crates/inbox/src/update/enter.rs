//! Getting in and out: the page's start, set-up, signing in and out, the password. What happens inside lives beside.

use pronto_protocol::api::{ChangePassword, ErrorCode, Login, Me, Setup};
use pronto_protocol::send_queue::SendQueue;

use super::request::{Failed, Request};
use super::{Boot, Effect, Recalled, Step, Target, announce, call, money, threads};
use crate::state::forms::{AccountForm, Field, FirstSiteForm, SetupForm, SignInForm, is_long_enough};
use crate::state::{Dialog, Inside, Phase, Route, State};
use crate::text::{Lang, Strings};

/// How long to wait before a server that could not be asked is asked again.
pub(super) const ASK_AGAIN_MS: i64 = 5_000;

pub(super) fn boot(state: &mut State, boot: Boot) -> Vec<Effect> {
    state.lang = boot.lang;
    state.time_zone = boot.time_zone;
    state.origin = boot.origin;
    state.online = boot.online;
    state.visible = boot.visible;
    state.shortcuts = boot.shortcuts;
    at_the_door(state, boot.route)
}

/// Somebody who is not in follows the one-time link, or leaves it for the ordinary way in.
pub(super) fn at_the_door(state: &mut State, route: Route) -> Vec<Effect> {
    match route {
        Route::Setup(_) if state.inside().is_some() => Vec::new(),
        Route::Setup(token) => {
            state.phase = Phase::Setup(SetupForm { token, ..SetupForm::default() });
            vec![Effect::Focus(Target::Heading)]
        }
        route => {
            state.route = route;
            state.phase = Phase::Loading;
            vec![call(state, Request::Me)]
        }
    }
}

pub(super) fn try_again(state: &mut State) -> Vec<Effect> {
    match &state.phase {
        Phase::Unreachable(_) => {
            state.phase = Phase::Loading;
            vec![call(state, Request::Me)]
        }
        _ => threads::reload(state),
    }
}

pub(super) fn write(state: &mut State, field: Field, text: String) -> Vec<Effect> {
    match &mut state.phase {
        Phase::Setup(form) => match field {
            Field::Name => form.name = text,
            Field::Email => form.email = text,
            Field::Password | Field::NewPassword => form.password = text,
        },
        Phase::SignIn(form) => match field {
            Field::Email => form.email = text,
            _ => form.password = text,
        },
        Phase::FirstSite(form) => form.name = text,
        Phase::Inside(inside) => {
            inside.account.done = false;
            match field {
                Field::NewPassword => inside.account.new = text,
                _ => inside.account.current = text,
            }
        }
        Phase::Loading | Phase::Unreachable(_) => {}
    }
    Vec::new()
}

pub(super) fn submit(state: &mut State) -> Vec<Effect> {
    let (words, lang) = (state.words(), state.lang);
    let asked = match &mut state.phase {
        Phase::Setup(form) if !form.busy => submit_setup(form, words),
        Phase::SignIn(form) if !form.busy => submit_sign_in(form, words),
        Phase::FirstSite(form) if !form.busy => submit_first_site(form, lang),
        Phase::Inside(inside) if !inside.account.busy => submit_password(&mut inside.account, words),
        _ => return Vec::new(),
    };
    match asked {
        Some(request) => vec![call(state, request)],
        None => vec![Effect::Focus(Target::Problem)],
    }
}

fn submit_setup(form: &mut SetupForm, words: &Strings) -> Option<Request> {
    let name = form.name.trim().to_owned();
    let email = form.email.trim().to_owned();
    form.problem = match () {
        () if name.is_empty() => Some(words.need_name.to_owned()),
        () if !email.contains('@') => Some(words.need_email.to_owned()),
        () if !is_long_enough(&form.password) => Some(words.password_short.to_owned()),
        () => None,
    };
    if form.problem.is_some() {
        return None;
    }
    form.busy = true;
    Some(Request::Setup(Setup { token: form.token.clone(), name, email, password: form.password.clone() }))
}

fn submit_sign_in(form: &mut SignInForm, words: &Strings) -> Option<Request> {
    let email = form.email.trim().to_owned();
    if email.is_empty() || form.password.is_empty() {
        form.problem = Some(words.need_both.to_owned());
        return None;
    }
    form.problem = None;
    form.busy = true;
    Some(Request::Login(Login { email, password: form.password.clone() }))
}

fn submit_first_site(form: &mut FirstSiteForm, lang: Lang) -> Option<Request> {
    let Some((key, settings)) = form.finish(lang) else {
        form.problem = Some(lang.strings().wrong_name.to_owned());
        return None;
    };
    form.problem = None;
    form.busy = true;
    Some(Request::SaveSite(key, Box::new(settings)))
}

fn submit_password(form: &mut AccountForm, words: &Strings) -> Option<Request> {
    form.done = false;
    form.problem = match () {
        () if form.current.is_empty() => Some(words.need_current.to_owned()),
        () if !is_long_enough(&form.new) => Some(words.password_short.to_owned()),
        () => None,
    };
    if form.problem.is_some() {
        return None;
    }
    form.busy = true;
    Some(Request::Password(ChangePassword { current: form.current.clone(), new: form.new.clone() }))
}

/// The server said who this is: the inbox opens, or goes on where a session had ended.
pub(super) fn came_in(state: &mut State, me: Me) -> Vec<Effect> {
    state.skew = me.now.since(state.now);
    let agent_id = me.agent.agent_id.clone();
    let Some(first) = me.sites.first().map(|site| site.site.clone()) else {
        state.phase = Phase::FirstSite(Box::new(FirstSiteForm::new(me)));
        return vec![Effect::Address(Route::List, Step::Replace), Effect::Focus(Target::Heading)];
    };
    let from_setup = matches!(state.phase, Phase::Setup(_) | Phase::FirstSite(_));
    let mut inside = Inside::new(me, first);
    let started = inside.link.connection.start(state.now);
    state.phase = Phase::Inside(Box::new(inside));
    let mut effects = vec![Effect::Recall(agent_id)];
    if from_setup {
        state.route = Route::Settings;
        effects.push(Effect::Address(Route::Settings, Step::Replace));
        effects.push(Effect::Focus(Target::Heading));
    }
    effects.append(&mut threads::reload(state));
    effects.append(&mut money::ask(state));
    effects.append(&mut threads::arrive(state));
    effects.append(&mut super::live::perform(state, started));
    effects
}

/// What the device kept comes back. Words written since then win over older ones.
pub(super) fn recalled(state: &mut State, recalled: Recalled) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    for (id, draft) in recalled.drafts {
        inside.drafts.entry(id).or_insert(draft);
    }
    let newer: Vec<_> = inside.queue.items().cloned().collect();
    inside.queue = SendQueue::from_items(recalled.queue.into_iter().chain(newer));
    Vec::new()
}

/// Nobody could be asked, or nobody is signed in.
pub(super) fn me_failed(state: &mut State, failed: &Failed) -> Vec<Effect> {
    if failed.code() == Some(ErrorCode::Unauthorized) {
        return super::session_ended(state);
    }
    state.phase = Phase::Unreachable(state.now.plus(ASK_AGAIN_MS));
    Vec::new()
}

/// A form came back refused.
pub(super) fn form_failed(state: &mut State, failed: &Failed) -> Vec<Effect> {
    let words = state.words();
    match &mut state.phase {
        Phase::Setup(form) => {
            form.busy = false;
            let dead = failed.code().is_some_and(|code| {
                matches!(code, ErrorCode::BadCredentials | ErrorCode::NotFound | ErrorCode::Forbidden)
            });
            form.problem = Some(if dead { words.setup_used.to_owned() } else { sentence(words, failed) });
        }
        Phase::SignIn(form) => {
            form.busy = false;
            form.problem = Some(sentence(words, failed));
        }
        Phase::FirstSite(form) => {
            form.busy = false;
            form.problem = Some(sentence(words, failed));
        }
        Phase::Inside(inside) => {
            inside.account.busy = false;
            inside.account.problem = Some(match failed.code() {
                Some(ErrorCode::BadCredentials) => words.current_wrong.to_owned(),
                _ => sentence(words, failed),
            });
        }
        Phase::Loading | Phase::Unreachable(_) => {}
    }
    vec![Effect::Focus(Target::Problem)]
}

pub(super) fn password_changed(state: &mut State) -> Vec<Effect> {
    let words = state.words();
    if let Some(inside) = state.inside_mut() {
        inside.account = AccountForm { done: true, ..AccountForm::default() };
    }
    announce(state, words.password_changed.to_owned());
    Vec::new()
}

pub(super) fn sign_out(state: &mut State, sure: bool) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    if !sure && inside.has_unsent() {
        inside.dialog = Some(Dialog::SignOut);
        return Vec::new();
    }
    let agent_id = inside.me.agent.agent_id.clone();
    let logout = call(state, Request::Logout);
    state.phase = Phase::SignIn(SignInForm::default());
    state.route = Route::List;
    vec![
        logout,
        Effect::Disconnect,
        Effect::ForgetAll(agent_id),
        Effect::Address(Route::List, Step::Replace),
        Effect::Focus(Target::Heading),
    ]
}

/// A failure as a sentence. The server speaks English; what we know by its code is said in the screen's language.
pub(super) fn sentence(words: &Strings, failed: &Failed) -> String {
    let Failed::Refused { code, message, .. } = failed else { return words.no_answer.to_owned() };
    match code {
        ErrorCode::BadCredentials => words.bad_credentials.to_owned(),
        ErrorCode::TooMany => words.too_many.to_owned(),
        ErrorCode::StorageFull => words.storage_full.to_owned(),
        ErrorCode::Internal | ErrorCode::Unavailable | ErrorCode::Unknown => words.server_trouble.to_owned(),
        ErrorCode::Forbidden => words.owners_only.to_owned(),
        _ => message.clone(),
    }
}
