//! The screens before the inbox: waiting, no server, the first owner's set-up, signing in.

use yew::{Html, html};

use super::Say;
use super::parts::{Field, on, on_change, on_input, on_submit, problem, ring_empty};
use crate::state::forms::{Field as Name, FirstSiteForm, SetupForm, SignInForm};
use crate::state::{Route, State};
use crate::text::Lang;
use crate::update::Ui;

pub(super) fn loading(state: &State) -> Html {
    html! { <main class="door late-shown" aria-busy="true" key="loading"><p>{ state.words().loading }</p></main> }
}

pub(super) fn unreachable(state: &State, say: &Say) -> Html {
    let words = state.words();
    html! {
        <main class="door" key="unreachable">
            <div class="card">
                { ring_empty() }
                <p role="status">{ words.unreachable }</p>
                <button class="button" type="button" onclick={on(say, Ui::TryAgain)}>{ words.try_now }</button>
            </div>
        </main>
    }
}

pub(super) fn sign_in(state: &State, form: &SignInForm, say: &Say) -> Html {
    let words = state.words();
    let email = Field {
        id: "email",
        label: words.email,
        hint: "",
        kind: "email",
        autocomplete: "username",
        value: &form.email,
        disabled: form.busy,
    };
    let password = Field {
        id: "password",
        label: words.password,
        kind: "password",
        autocomplete: "current-password",
        value: &form.password,
        ..email
    };
    html! {
        <main class="door" key="sign-in">
            <form class="card" onsubmit={on_submit(say, Ui::Submit)} novalidate=true>
                { ring_empty() }
                <h1 tabindex="-1" data-heading="">{ words.sign_in }</h1>
                if form.ended {
                    <p class="lead" role="status">{ words.session_ended }</p>
                }
                { problem(form.problem.as_deref()) }
                { email.draw(on_input(say, |text| Ui::Field(Name::Email, text))) }
                { password.draw(on_input(say, |text| Ui::Field(Name::Password, text))) }
                <button class="button primary" type="submit" disabled={form.busy}>
                    { if form.busy { words.signing_in } else { words.sign_in } }
                </button>
            </form>
            { language(state, say) }
        </main>
    }
}

pub(super) fn setup(state: &State, form: &SetupForm, say: &Say) -> Html {
    let words = state.words();
    let name = Field {
        id: "name",
        label: words.your_name,
        hint: words.your_name_hint,
        kind: "text",
        autocomplete: "name",
        value: &form.name,
        disabled: form.busy,
    };
    let email = Field {
        id: "email",
        label: words.email,
        hint: "",
        kind: "email",
        autocomplete: "username",
        value: &form.email,
        ..name
    };
    let password = Field {
        id: "password",
        label: words.password,
        hint: words.password_hint,
        kind: "password",
        autocomplete: "new-password",
        value: &form.password,
        ..name
    };
    html! {
        <main class="door" key="setup">
            <form class="card" onsubmit={on_submit(say, Ui::Submit)} novalidate=true>
                { ring_empty() }
                <h1 tabindex="-1" data-heading="">{ words.setup }</h1>
                <p class="lead">{ words.setup_lead }</p>
                { problem(form.problem.as_deref()) }
                { name.draw(on_input(say, |text| Ui::Field(Name::Name, text))) }
                { email.draw(on_input(say, |text| Ui::Field(Name::Email, text))) }
                { password.draw(on_input(say, |text| Ui::Field(Name::Password, text))) }
                <button class="button primary" type="submit" disabled={form.busy}>
                    { if form.busy { words.setting_up } else { words.setup_go } }
                </button>
                <button class="button plain" type="button" onclick={on(say, Ui::Go(Route::List))}>{ words.go_sign_in }</button>
            </form>
            { language(state, say) }
        </main>
    }
}

pub(super) fn first_site(state: &State, form: &FirstSiteForm, say: &Say) -> Html {
    let words = state.words();
    let name = Field {
        id: "site-name",
        label: words.set_name,
        hint: words.first_site_hint,
        kind: "text",
        autocomplete: "organization",
        value: &form.name,
        disabled: form.busy,
    };
    html! {
        <main class="door" key="first-site">
            <form class="card" onsubmit={on_submit(say, Ui::Submit)} novalidate=true>
                { ring_empty() }
                <h1 tabindex="-1" data-heading="">{ words.first_site }</h1>
                { problem(form.problem.as_deref()) }
                { name.draw(on_input(say, |text| Ui::Field(Name::Name, text))) }
                <button class="button primary" type="submit" disabled={form.busy}>{ words.first_site_go }</button>
            </form>
            { language(state, say) }
        </main>
    }
}

/// The chooser of the screen's language.
pub(super) fn language(state: &State, say: &Say) -> Html {
    let chosen = |text: String| Ui::Lang(Lang::of(&text).unwrap_or(Lang::En));
    html! {
        <div class="field inline language">
            <label for="language">{ state.words().language }</label>
            <select id="language" onchange={on_change(say, chosen)}>
                { for Lang::ALL.into_iter().map(|lang| html! {
                    <option value={lang.tag()} lang={lang.tag()} selected={lang == state.lang}>{ lang.own_name() }</option>
                }) }
            </select>
        </div>
    }
}
