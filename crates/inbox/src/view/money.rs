//! What answers cost, in words: a window beside its ring, what sending costs now, the month above the list. The
//! statement's page is in [`statement`].

pub(super) mod format;
pub(super) mod statement;

use pronto_protocol::model::Channel;
use pronto_protocol::model::cost::{Costs, MaySend, Money, PriceReason, Saving, Terms};
use yew::{Html, classes, html};

use super::parts::window_ring;
use crate::state::list::{Told, Wait};
use crate::state::money::terms::{Price, Standing, price};
use crate::state::money::{Level, budget};
use crate::state::{Inside, MINUTE_MS, Route, State};
use crate::text::{Strings, exact_span, fill, short_span};
use format::{money, sums};

fn span(words: &Strings, ms: i64) -> String {
    exact_span(words, ms / MINUTE_MS)
}

/// How much is left of what a visitor was told; empty where nothing was.
pub(super) fn left(wait: Wait, words: &Strings, long: bool) -> String {
    match wait.told {
        Told::Nothing => String::new(),
        Told::Usually(scale) if wait.is_late() => fill(words.late_usual, "{t}", &short_span(words, scale)),
        Told::Usually(scale) => {
            let left = short_span(words, scale - wait.minutes);
            fill(&fill(words.left_usual, "{a}", &left), "{b}", &short_span(words, scale))
        }
        Told::Promised(left) if left < 0 => fill(words.late_promise, "{t}", &span(words, -left)),
        Told::Promised(left) => {
            let sentence = if long { words.left_promise_long } else { words.left_promise };
            fill(sentence, "{t}", &span(words, left))
        }
    }
}

/// A window in a few words: what an answer costs now, and for how long.
pub(super) fn window_words(state: &State, standing: &Standing<'_>) -> String {
    let words = state.words();
    let left = standing.left_ms.map(|ms| span(words, ms));
    let late = standing.late_ms.map(|ms| span(words, ms));
    match (standing.may_send, standing.price) {
        (MaySend::TemplateOnly, _) => words.win_template.to_owned(),
        (MaySend::Nothing, _) => words.win_nothing.to_owned(),
        (_, Price::Free) => match left {
            Some(left) => fill(words.win_free_for, "{t}", &left),
            None => words.win_free.to_owned(),
        },
        (_, Price::Costs(amount)) => {
            let amount = money(state.lang, amount);
            match (late, left) {
                (Some(late), _) => fill(&fill(words.win_late, "{m}", &amount), "{t}", &late),
                (None, Some(left)) => fill(&fill(words.win_costs_for, "{m}", &amount), "{t}", &left),
                (None, None) => amount,
            }
        }
        (_, Price::Unknown) => match late {
            Some(late) => fill(words.win_unknown_late, "{t}", &late),
            None => words.win_unknown.to_owned(),
        },
    }
}

/// A window as ring and words.
pub(super) fn window(state: &State, standing: &Standing<'_>) -> Html {
    html! {
        <span class={classes!("window", standing.is_late().then_some("late"))}>
            { window_ring(standing) }<span>{ window_words(state, standing) }</span>
        </span>
    }
}

/// What sending costs now and what will change, as one sentence for the answer box.
pub(super) fn sentence(state: &State, standing: &Standing<'_>) -> String {
    let words = state.words();
    match standing.may_send {
        MaySend::TemplateOnly => return words.closed_template.to_owned(),
        MaySend::Nothing => return words.closed_nothing.to_owned(),
        _ => {}
    }
    let left = standing.left_ms.map(|ms| span(words, ms));
    let late = standing.late_ms.map(|ms| span(words, ms));
    let now = match (standing.price, &left, late) {
        (Price::Free, _, _) if standing.reason == PriceReason::Allowance => words.cost_allowance.to_owned(),
        (Price::Free, Some(left), _) => fill(words.cost_free_for, "{t}", left),
        (Price::Free, None, _) => words.cost_free.to_owned(),
        (Price::Costs(amount), _, Some(late)) => {
            fill(&fill(words.cost_late, "{m}", &money(state.lang, amount)), "{t}", &late)
        }
        (Price::Costs(amount), Some(left), None) => {
            fill(&fill(words.cost_for, "{m}", &money(state.lang, amount)), "{t}", left)
        }
        (Price::Costs(amount), None, None) => fill(words.cost_now, "{m}", &money(state.lang, amount)),
        (Price::Unknown, _, _) => words.cost_unknown.to_owned(),
    };
    match standing.next {
        Some(next) => format!("{now}, {}.", then(state, next)),
        None => format!("{now}."),
    }
}

fn then(state: &State, terms: &Terms) -> String {
    let words = state.words();
    match (terms.may_send, price(terms)) {
        (MaySend::TemplateOnly, _) => words.then_template.to_owned(),
        (MaySend::Nothing, _) => words.then_nothing.to_owned(),
        (_, Price::Free) => words.then_free.to_owned(),
        (_, Price::Costs(amount)) => fill(words.then_costs, "{m}", &money(state.lang, amount)),
        (_, Price::Unknown) => words.then_unknown.to_owned(),
    }
}

/// The question that an answer over the budget waits with.
pub(super) fn over_budget(state: &State, cap: Option<&Money>, standing: Option<&Standing<'_>>) -> String {
    let words = state.words();
    match (cap, standing.map(|standing| standing.price)) {
        (Some(cap), Some(Price::Costs(amount))) => {
            let asked = fill(words.over_budget, "{b}", &money(state.lang, cap));
            fill(&asked, "{m}", &money(state.lang, amount))
        }
        (Some(cap), Some(Price::Unknown)) => fill(words.over_budget_unknown, "{b}", &money(state.lang, cap)),
        _ => words.over_budget_plain.to_owned(),
    }
}

/// The month so far, above the list; nothing where nothing is known or nothing costs.
pub(super) fn strip(state: &State, inside: &Inside) -> Html {
    let Some(costs) = inside.purse.fresh().filter(|costs| has_something(costs)) else { return html! {} };
    let words = state.words();
    html! {
        <section class="costs" aria-label={words.costs}>
            <p class="costs-month">
                <span>{ month(state, costs) }</span>
                <a href={format!("#{}", Route::Statement(None).fragment())}>{ words.statement }</a>
            </p>
            { meter(costs, words) }
            if let Some(saving) = &costs.saving { <p class="meta">{ saves(state, saving) }</p> }
            if costs.unknown > 0 { <p class="meta">{ unknown(costs.unknown, words) }</p> }
        </section>
    }
}

fn has_something(costs: &Costs) -> bool {
    !costs.month_to_date.is_empty() || costs.unknown > 0 || costs.budget.is_some() || costs.saving.is_some()
}

fn month(state: &State, costs: &Costs) -> String {
    let words = state.words();
    let spent = match (&costs.month_to_date[..], &costs.budget) {
        ([], Some(cap)) => money(state.lang, &Money { micros: 0, currency: cap.currency.clone() }),
        ([], None) => return words.costs.to_owned(),
        (all, _) => sums(state.lang, all),
    };
    match &costs.budget {
        Some(cap) => fill(&fill(words.month_of, "{m}", &spent), "{b}", &money(state.lang, cap)),
        None => fill(words.month_so_far, "{m}", &spent),
    }
}

/// The budget as a bar that fills, and as words once they matter.
fn meter(costs: &Costs, words: &Strings) -> Html {
    let Some(budget) = budget(costs) else { return html! {} };
    let filled = budget.percent.min(100).to_string();
    let sentence = match budget.level {
        Level::Fine => String::new(),
        Level::Near => fill(words.budget_near, "{p}", &budget.percent.to_string()),
        Level::Used => words.budget_used.to_owned(),
    };
    let class = classes!("meter", (budget.level != Level::Fine).then_some("late"));
    html! {
        <>
            <svg {class} viewBox="0 0 100 4" preserveAspectRatio="none" height="4" aria-hidden="true" focusable="false">
                <rect class="track" width="100" height="4" rx="2" />
                <rect class="fill" width={filled} height="4" rx="2" />
            </svg>
            if !sentence.is_empty() { <p class="meta late">{ sentence }</p> }
        </>
    }
}

fn saves(state: &State, saving: &Saving) -> String {
    let words = state.words();
    let sentence = if saving.conversations == 1 { words.saving_one } else { words.saving_many };
    let sentence = fill(sentence, "{m}", &money(state.lang, &saving.amount));
    fill(&sentence, "{n}", &saving.conversations.to_string())
}

/// So many messages stand in no sum.
fn unknown(count: u32, words: &Strings) -> String {
    if count == 1 {
        words.unknown_one.to_owned()
    } else {
        fill(words.unknown_many, "{n}", &count.to_string())
    }
}

/// A road that answers take.
pub(super) fn channel(channel: Channel, words: &Strings) -> &'static str {
    match channel {
        Channel::Widget => words.on_widget,
        Channel::Whatsapp => words.on_whatsapp,
        Channel::Email => words.on_email,
        _ => words.on_other,
    }
}
