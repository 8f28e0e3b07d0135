//! The agent's own screen, and the dialogs that stand above everything.

use yew::{Callback, Html, html};

use super::Say;
use super::parts::{Field, ICON_BACK, ICON_CLOSE, icon, on, on_input, on_submit, problem};
use crate::state::forms::Field as Name;
use crate::state::{Dialog, Inside, State};
use crate::text::Strings;
use crate::update::Ui;

/// The bar above a page that takes the thread's place.
pub(super) fn page_head(title: &str, words: &Strings) -> Html {
    html! {
        <header class="bar">
            <a class="tool" href="#" aria-label={words.back} title={words.back}>{ icon(ICON_BACK) }</a>
            <h2 class="bar-title" tabindex="-1" data-heading="">{ title }</h2>
        </header>
    }
}

pub(super) fn page(state: &State, inside: &Inside, say: &Say) -> Html {
    let words = state.words();
    let role = if inside.is_owner() { words.owner } else { words.agent };
    html! {
        <div class="pane page-pane" key="account">
            { page_head(words.account, words) }
            <div class="scroll page">
                <section class="block">
                    <div class="who"><strong dir="auto">{ &inside.me.agent.name }</strong><span class="tag">{ role }</span></div>
                    <button class="button" type="button" onclick={on(say, Ui::SignOut { sure: false })}>{ words.sign_out }</button>
                </section>
                <section class="block" aria-labelledby="preferences">
                    <h3 id="preferences">{ words.preferences }</h3>
                    { super::door::language(state, say) }
                    { shortcuts(state, say) }
                </section>
                { password(inside, words, say) }
            </div>
        </div>
    }
}

fn password(inside: &Inside, words: &Strings, say: &Say) -> Html {
    let form = &inside.account;
    let current = Field {
        id: "current",
        label: words.current_password,
        hint: "",
        kind: "password",
        autocomplete: "current-password",
        value: &form.current,
        disabled: form.busy,
    };
    let new = Field {
        id: "new",
        label: words.new_password,
        hint: words.password_hint,
        autocomplete: "new-password",
        value: &form.new,
        ..current
    };
    html! {
        <form class="block" aria-labelledby="change" onsubmit={on_submit(say, Ui::Submit)} novalidate=true>
            <h3 id="change">{ words.change_password }</h3>
            { problem(form.problem.as_deref()) }
            if form.done { <p class="done">{ words.password_changed }</p> }
            { current.draw(on_input(say, |text| Ui::Field(Name::Password, text))) }
            { new.draw(on_input(say, |text| Ui::Field(Name::NewPassword, text))) }
            <button class="button primary" type="submit" disabled={form.busy}>{ words.change }</button>
        </form>
    }
}

fn shortcuts(state: &State, say: &Say) -> Html {
    let on_now = state.shortcuts;
    html! {
        <label class="check">
            <input type="checkbox" checked={on_now} onclick={on(say, Ui::Shortcuts(!on_now))} />
            <span>{ state.words().shortcuts }</span>
        </label>
    }
}

pub(super) fn dialog(state: &State, inside: &Inside, say: &Say) -> Html {
    let words = state.words();
    let Some(dialog) = inside.dialog else { return html! {} };
    let closing = say.clone();
    let onclose = Callback::from(move |_: web_sys::Event| closing.emit(Ui::Dialog(None)));
    let (title, body) = match dialog {
        Dialog::Help => (words.help, help(state, say)),
        Dialog::SignOut => (words.sign_out, sign_out(words, say)),
    };
    html! {
        <dialog class="card" aria-labelledby="dialog-title" {onclose} key="dialog">
            <header class="bar">
                <h2 class="bar-title" id="dialog-title">{ title }</h2>
                <button class="tool" type="button" aria-label={words.close} onclick={on(say, Ui::Dialog(None))}>
                    { icon(ICON_CLOSE) }
                </button>
            </header>
            { body }
        </dialog>
    }
}

fn help(state: &State, say: &Say) -> Html {
    let words = state.words();
    let keys: [(&[&str], &str); 7] = [
        (&["j", "k"], words.key_move),
        (&["Enter"], words.key_open),
        (&["r"], words.key_answer),
        (&["e"], words.key_resolve),
        (&["?"], words.key_help),
        (&["Enter"], words.key_send),
        (&["Esc"], words.key_back),
    ];
    html! {
        <>
            <dl class="keys">
                { for keys.into_iter().map(|(keys, what)| html! {
                    <div>
                        <dt>{ for keys.iter().map(|key| html! { <kbd>{ *key }</kbd> }) }</dt>
                        <dd>{ what }</dd>
                    </div>
                }) }
            </dl>
            { shortcuts(state, say) }
        </>
    }
}

fn sign_out(words: &Strings, say: &Say) -> Html {
    html! {
        <>
            <p>{ words.sign_out_sure }</p>
            <div class="actions">
                <button class="button" type="button" onclick={on(say, Ui::Dialog(None))}>{ words.stay }</button>
                <button class="button danger" type="button" onclick={on(say, Ui::SignOut { sure: true })}>
                    { words.sign_out_anyway }
                </button>
            </div>
        </>
    }
}
