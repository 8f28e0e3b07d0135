//! What the screen shows of a state: plain functions, no decision, no literal for a person to read.

mod account;
mod contact;
mod door;
mod list;
mod money;
mod parts;
mod report;
mod settings;
mod thread;
mod when;

use yew::{Callback, Html, classes, html};

use crate::state::link::Notice;
use crate::state::{Inside, Phase, Route, State};
use crate::update::Ui;

/// Where a person's doings go.
pub type Say = Callback<Ui>;

/// The whole screen.
pub fn app(state: &State, say: &Say) -> Html {
    html! {
        <>
            { match &state.phase {
                Phase::Loading => door::loading(state),
                Phase::Unreachable(_) => door::unreachable(state, say),
                Phase::Setup(form) => door::setup(state, form, say),
                Phase::SignIn(form) => door::sign_in(state, form, say),
                Phase::FirstSite(form) => door::first_site(state, form, say),
                Phase::Inside(inside) => desk(state, inside, say),
            } }
            <div class="unseen" role="status" aria-live="polite" aria-atomic="true" key="live">
                { state.announcement.as_ref().map(|(sentence, _)| sentence.clone()) }
            </div>
        </>
    }
}

/// The page's title: where one is, and how much is unread.
#[must_use]
pub fn title(state: &State) -> String {
    let words = state.words();
    let Some(inside) = state.inside() else { return words.app.to_owned() };
    let place = match state.route {
        Route::Settings => words.settings,
        Route::Reports => words.reports,
        Route::Account => words.account,
        Route::Statement(_) => words.statement,
        _ => words.inbox,
    };
    let name = site_name(inside);
    match inside.list.unread_count() {
        0 => format!("{place} · {name}"),
        n => format!("({n}) {place} · {name}"),
    }
}

fn site_name(inside: &Inside) -> &str {
    inside.me.sites.iter().find(|site| site.site == inside.site).map_or("", |site| site.name.as_str())
}

fn desk(state: &State, inside: &Inside, say: &Say) -> Html {
    let pane = match state.route {
        Route::Thread(_) => "thread",
        Route::Contact(_) => "contact",
        Route::Settings | Route::Reports | Route::Account | Route::Statement(_) => "page",
        Route::List | Route::Setup(_) => "list",
    };
    html! {
        <div class="desk" data-pane={pane} key="desk">
            { notice(state, inside) }
            { list::pane(state, inside, say) }
            <main class="work" key="work">
                <h1 class="unseen">{ title(state) }</h1>
            { match &state.route {
                Route::Settings => settings::page(state, inside, say),
                Route::Reports => report::page(state, inside, say),
                Route::Account => account::page(state, inside, say),
                Route::Statement(_) => money::statement::page(state, inside, say),
                route => conversation(state, inside, route, say),
            } }
            </main>
            { account::dialog(state, inside, say) }
        </div>
    }
}

fn conversation(state: &State, inside: &Inside, route: &Route, say: &Say) -> Html {
    match route.conversation() {
        Some(id) => html! {
            <>
                { thread::pane(state, inside, id, say) }
                { contact::pane(state, inside, id, say) }
            </>
        },
        None => html! {
            <div class={classes!("pane", "thread-pane", "empty")} key="nothing">
                { parts::ring_empty() }
                <p>{ state.words().choose }</p>
                if state.shortcuts {
                    <p class="meta wide-only">{ state.words().choose_hint }</p>
                }
            </div>
        },
    }
}

fn notice(state: &State, inside: &Inside) -> Html {
    let words = state.words();
    let sentence = match inside.link.notice(state.online) {
        Some(Notice::Offline) => words.offline,
        Some(Notice::Reconnecting) => words.reconnecting,
        None => "",
    };
    html! { <div class={classes!("notice", sentence.is_empty().then_some("quiet"))} role="status" key="notice">{ sentence }</div> }
}
