//! The list: who, what they last said, how long they have waited, how long is left.

use pronto_protocol::model::{Author, InboxConversation, ReplyTime};
use yew::{Callback, Html, classes, html};

use super::parts::{ICON_ACCOUNT, ICON_CHECK, ICON_KEYS, ICON_REPORTS, ICON_SETTINGS, icon, on, ring};
use super::{Say, money, site_name, when};
use crate::state::list::{self, Loading, Order, Wait};
use crate::state::money::terms::standing;
use crate::state::{Dialog, Inside, Route, State};
use crate::text::{Strings, fill, short_span};
use crate::update::Ui;

/// This near the end of what is loaded, more is asked for; CSS pixels.
const NEAR_END: i32 = 600;

pub(super) fn pane(state: &State, inside: &Inside, say: &Say) -> Html {
    let words = state.words();
    html! {
        <nav class="pane list-pane" aria-label={words.conversations} key="list">
            <header class="bar">
                { site(inside, words, say) }
                { tools(state, say) }
            </header>
            { filters(inside, words, say) }
            <p class="told meta">{ told(inside.list.reply.as_ref(), words) }</p>
            { money::strip(state, inside) }
            { rows(state, inside, say) }
        </nav>
    }
}

fn site(inside: &Inside, words: &Strings, say: &Say) -> Html {
    if inside.me.sites.len() < 2 {
        return html! { <h2 class="bar-title" dir="auto">{ site_name(inside) }</h2> };
    }
    let chosen = {
        let sites = inside.me.sites.clone();
        let say = say.clone();
        Callback::from(move |key: String| {
            if let Some(site) = sites.iter().find(|site| site.site.as_str() == key) {
                say.emit(Ui::Site(site.site.clone()));
            }
        })
    };
    html! {
        <h2 class="bar-title">
            <select aria-label={words.site} onchange={on_chosen(chosen)}>
                { for inside.me.sites.iter().map(|site| html! {
                    <option value={site.site.as_str().to_owned()} selected={site.site == inside.site}>{ &site.name }</option>
                }) }
            </select>
        </h2>
    }
}

fn on_chosen(chosen: Callback<String>) -> Callback<web_sys::Event> {
    Callback::from(move |event: web_sys::Event| {
        if let Some(select) = yew::TargetCast::target_dyn_into::<web_sys::HtmlSelectElement>(&event) {
            chosen.emit(select.value());
        }
    })
}

fn tools(state: &State, say: &Say) -> Html {
    let words = state.words();
    let tool = |label: &'static str, path: &'static str, route: Route| {
        let current = (state.route == route).then_some("page");
        html! {
            <a class="tool" href={format!("#{}", route.fragment())} aria-label={label} title={label} aria-current={current}>
                { icon(path) }
            </a>
        }
    };
    html! {
        <div class="tools">
            <button class="tool wide-only" type="button" aria-label={words.help} title={words.help}
                onclick={on(say, Ui::Dialog(Some(Dialog::Help)))}>{ icon(ICON_KEYS) }</button>
            { tool(words.reports, ICON_REPORTS, Route::Reports) }
            { tool(words.settings, ICON_SETTINGS, Route::Settings) }
            { tool(words.account, ICON_ACCOUNT, Route::Account) }
        </div>
    }
}

fn filters(inside: &Inside, words: &Strings, say: &Say) -> Html {
    let name = |order: Order| match order {
        Order::Promise => words.order_promise,
        Order::Waiting => words.order_waiting,
        Order::Newest => words.order_newest,
    };
    let chosen = {
        let say = say.clone();
        Callback::from(move |word: String| {
            if let Some(order) = Order::ALL.into_iter().find(|order| order.as_str() == word) {
                say.emit(Ui::Order(order));
            }
        })
    };
    let only = inside.list.unread_only;
    html! {
        <div class="filters">
            <select id="order" aria-label={words.order} onchange={on_chosen(chosen)}>
                { for Order::ALL.into_iter().map(|order| html! {
                    <option value={order.as_str()} selected={order == inside.list.order}>{ name(order) }</option>
                }) }
            </select>
            <button class="chip" type="button" aria-pressed={only.to_string()} onclick={on(say, Ui::UnreadOnly(!only))}>
                { words.unread_only }
            </button>
        </div>
    }
}

fn told(reply: Option<&ReplyTime>, words: &Strings) -> String {
    match reply.and_then(|reply| reply.minutes) {
        Some(minutes) => fill(words.told, "{t}", &long_span(words, minutes)),
        None if reply.is_some() => words.told_nothing.to_owned(),
        None => String::new(),
    }
}

fn long_span(words: &Strings, minutes: u32) -> String {
    let (one, many, n) = match minutes {
        ..60 => (words.minute_long, words.minutes_long, minutes),
        60..1_440 => (words.hour_long, words.hours_long, minutes.div_ceil(60)),
        _ => (words.day_long, words.days_long, minutes.div_ceil(1_440)),
    };
    if n <= 1 { one.to_owned() } else { fill(many, "{n}", &n.to_string()) }
}

fn rows(state: &State, inside: &Inside, say: &Say) -> Html {
    let words = state.words();
    let list = &inside.list;
    let say_end = say.clone();
    let onscroll = Callback::from(move |event: web_sys::Event| {
        if let Some(element) = yew::TargetCast::target_dyn_into::<web_sys::HtmlElement>(&event)
            && element.scroll_height() - element.scroll_top() - element.client_height() < NEAR_END
        {
            say_end.emit(Ui::ListEnd);
        }
    });
    html! {
        <div class="scroll" {onscroll} aria-busy={(list.loading == Loading::Busy).to_string()}>
            <ul class="rows">
                { for list.rows.iter().map(|entry| row(state, inside, entry)) }
            </ul>
            { match list.loading {
                Loading::Busy if list.rows.is_empty() => skeleton(),
                Loading::Busy => html! { <p class="meta center late-shown">{ words.loading }</p> },
                Loading::Failed => failed(words, say),
                Loading::Idle if list.rows.is_empty() => empty(list.unread_only, words),
                Loading::Idle => html! {},
            } }
        </div>
    }
}

fn failed(words: &Strings, say: &Say) -> Html {
    html! {
        <div class="center" role="alert">
            <p>{ words.list_failed }</p>
            <button class="button" type="button" onclick={on(say, Ui::TryAgain)}>{ words.try_again }</button>
        </div>
    }
}

fn empty(unread_only: bool, words: &Strings) -> Html {
    html! {
        <div class="center">
            if unread_only {
                <p>{ words.list_empty_unread }</p>
            } else {
                <p>{ words.list_empty }</p>
                <a class="button" href="#settings">{ words.to_snippet }</a>
            }
        </div>
    }
}

/// The list's own shape while it loads.
fn skeleton() -> Html {
    html! {
        <div class="skeleton late-shown" aria-hidden="true">
            { for (0..6).map(|_| html! { <div class="row"><span class="blank round"></span><span class="blank"></span></div> }) }
        </div>
    }
}

/// What a visitor is called: nobody's name is known, so the end of their id tells them apart.
pub(super) fn visitor_name(row: &InboxConversation, words: &Strings) -> String {
    if let Some(name) = row.contact.as_ref().and_then(|contact| contact.name.as_ref()) {
        return name.clone();
    }
    let id = row.visitor_id.as_str();
    let end: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
    let end = end.get(end.len().saturating_sub(4)..).unwrap_or_default().to_ascii_uppercase();
    fill(words.visitor_n, "{n}", &end)
}

fn row(state: &State, inside: &Inside, row: &InboxConversation) -> Html {
    let words = state.words();
    let id = &row.conversation.conversation_id;
    let unread = list::is_unread(row);
    let wait = list::wait(row, inside.list.reply.as_ref(), state.server_now());
    let here = state.route.conversation() == Some(id);
    let current = here.then_some("true");
    let touched = list::touched_at(row);
    let late = wait.is_some_and(Wait::is_late);
    html! {
        <li key={id.as_str().to_owned()}>
            <a class={classes!("row", unread.then_some("unread"))} data-row={id.as_str().to_owned()} aria-current={current}
                href={format!("#{}", Route::Thread(id.clone()).fragment())}>
                if list::is_resolved(row) && !unread {
                    <span class="ring settled">{ icon(ICON_CHECK) }</span>
                } else {
                    { ring(wait, unread) }
                }
                <span class="row-top">
                    <span class="row-name">{ visitor_name(row, words) }</span>
                    if unread { <span class="unseen">{ words.unread }</span> }
                    <time class={classes!("meta", "wait", late.then_some("late"))} title={when::exact(state.lang, touched)}>
                        { match wait {
                            Some(wait) if wait.minutes < 1 => words.waiting_now.to_owned(),
                            Some(wait) => fill(words.waiting_short, "{t}", &short_span(words, wait.minutes)),
                            None => when::stamp(words, state.lang, touched, state.now),
                        } }
                    </time>
                </span>
                <span class="row-last">
                    <span class="row-text" dir="auto">{ preview(row, words) }</span>
                    if row.blocked { <span class="tag">{ words.blocked }</span> }
                    if row.demo { <span class="tag">{ words.demo }</span> }
                    if wait.is_none() {
                        <span class="meta wait">{ if list::is_resolved(row) { words.resolved } else { words.answered } }</span>
                    }
                </span>
                { more(state, row, wait) }
            </a>
        </li>
    }
}

fn preview(row: &InboxConversation, words: &Strings) -> String {
    let Some(message) = &row.last_message else { return words.no_message.to_owned() };
    let text: String =
        message.gist().split_whitespace().collect::<Vec<_>>().join(" ").chars().take(120).collect();
    match message.author {
        Author::Visitor => text,
        _ => format!("↩ {text}"),
    }
}

/// How long is left: of the promise, and of the window. A window that has closed on a settled conversation is not news.
fn more(state: &State, row: &InboxConversation, wait: Option<Wait>) -> Html {
    let words = state.words();
    let left = wait.map(|wait| money::left(wait, words, false)).filter(|left| !left.is_empty());
    let standing = row.window.as_ref().and_then(|window| standing(window, state.server_now()));
    let standing = standing.filter(|it| !it.is_idle() && (wait.is_some() || it.left_ms.is_some()));
    if left.is_none() && standing.is_none() {
        return html! {};
    }
    let late = wait.is_some_and(Wait::is_late);
    html! {
        <span class="row-more meta">
            if let Some(left) = left { <span class={classes!("wait", late.then_some("late"))}>{ left }</span> }
            if let Some(standing) = standing { { money::window(state, &standing) } }
        </span>
    }
}
