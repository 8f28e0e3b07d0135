//! Which price book holds where and from when to when, in which country, and up to which budget.

use std::collections::BTreeSet;

use pronto_protocol::model::Channel;
use yew::{Html, html};

use super::super::money::channel;
use super::super::parts::{ICON_CLOSE, ICON_PLUS, icon, on_change, on_input, on_set};
use super::super::{Say, when};
use super::hours::zones;
use super::wrong_at;
use crate::state::settings::billing::{BookForm, CHANNELS};
use crate::state::settings::{Settings, Spot};
use crate::state::{Inside, Route, State};
use crate::text::fill;
use crate::update::{BillingUi, SettingsUi, Ui};

const fn ui(edit: BillingUi) -> Ui {
    Ui::Settings(SettingsUi::Billing(edit))
}

pub(super) fn editor(state: &State, inside: &Inside, settings: &Settings, locked: bool, say: &Say) -> Html {
    let words = state.words();
    let form = &settings.form.billing;
    html! {
        <fieldset class="block" disabled={locked}>
            <legend>{ words.set_billing }</legend>
            <p class="hint">{ words.billing_hint }</p>
            if form.books.is_empty() {
                <p class="meta">{ words.no_books }</p>
            } else {
                <ul class="books">
                    { for form.books.iter().enumerate().map(|(place, book)| one(state, inside, settings, place, book, say)) }
                </ul>
                <p class="hint">{ words.days_hint }</p>
            }
            <button class="button" type="button" onclick={on_set(say, SettingsUi::Billing(BillingUi::Add))}>
                { icon(ICON_PLUS) }<span>{ words.add_book }</span>
            </button>
            { market(state, inside, &form.market, say) }
            { budget(state, inside, settings, say) }
            <div class="field">
                <label for="billing-zone">{ words.billing_zone }</label>
                <select id="billing-zone" onchange={on_change(say, |zone| ui(BillingUi::Zone(zone)))}>
                    <option value="" selected={form.time_zone.is_empty()}>{ words.zone_as_hours }</option>
                    { zones(state, &form.time_zone) }
                </select>
            </div>
            <p><a href={format!("#{}", Route::Statement(None).fragment())}>{ words.statement }</a></p>
        </fieldset>
    }
}

fn one(
    state: &State,
    inside: &Inside,
    settings: &Settings,
    place: usize,
    book: &BookForm,
    say: &Say,
) -> Html {
    let words = state.words();
    let road = channel(book.channel, words);
    let name = fill(words.book_of, "{c}", road);
    let label = |what: &str| format!("{name}, {what}");
    let chosen = |word: String| {
        CHANNELS.into_iter().find(|channel| channel.as_str() == word).unwrap_or(Channel::Widget)
    };
    let summary = inside.purse.books().iter().find(|known| known.name == book.book);
    html! {
        <li key={place}>
            <div class="book" role="group" aria-label={name.clone()}>
                <select aria-label={label(words.channel)}
                    onchange={on_change(say, move |word| ui(BillingUi::Channel(place, chosen(word))))}>
                    { for CHANNELS.into_iter().map(|road| html! {
                        <option value={road.as_str()} selected={road == book.channel}>{ channel(road, words) }</option>
                    }) }
                </select>
                <select class="book-name" aria-label={label(words.book)}
                    onchange={on_change(say, move |name| ui(BillingUi::Book(place, name)))}>
                    { names(inside, book, words.choose_book) }
                </select>
                <button class="tool" type="button" aria-label={format!("{}: {road}", words.remove_book)} title={words.remove_book}
                    onclick={on_set(say, SettingsUi::Billing(BillingUi::Remove(place)))}>{ icon(ICON_CLOSE) }</button>
                if let Some(summary) = summary { <p class="hint book-title" lang="en">{ &summary.title }</p> }
                <label class="book-day"><span class="meta">{ words.first_day }</span>
                    <input type="date" aria-label={label(words.first_day)} value={book.first.clone()}
                        oninput={on_input(say, move |date| ui(BillingUi::First(place, date)))} /></label>
                <label class="book-day"><span class="meta">{ words.last_day }</span>
                    <input type="date" aria-label={label(words.last_day)} value={book.last.clone()}
                        oninput={on_input(say, move |date| ui(BillingUi::Last(place, date)))} /></label>
            </div>
            { wrong_at(state, settings, Spot::Book(place)) }
        </li>
    }
}

/// The books to choose from; one that is kept and not known any more stays.
fn names(inside: &Inside, book: &BookForm, nothing: &'static str) -> Html {
    let known: Vec<&str> = inside.purse.books().iter().map(|book| book.name.as_str()).collect();
    let lost = Some(book.book.as_str()).filter(|name| !name.is_empty() && !known.contains(name));
    html! {
        <>
            <option value="" selected={book.book.is_empty()}>{ nothing }</option>
            { for known.into_iter().chain(lost).map(|name| html! {
                <option value={name.to_owned()} selected={name == book.book}>{ name }</option>
            }) }
        </>
    }
}

fn market(state: &State, inside: &Inside, chosen: &str, say: &Say) -> Html {
    let words = state.words();
    let codes = inside.purse.books().iter().flat_map(|book| book.markets.iter().map(String::as_str));
    let codes: BTreeSet<&str> = codes.chain(Some(chosen).filter(|code| !code.is_empty())).collect();
    let mut countries: Vec<(String, &str)> =
        codes.into_iter().map(|code| (when::country(state.lang, code), code)).collect();
    countries.sort_unstable();
    html! {
        <div class="field">
            <label for="market">{ words.set_market }</label>
            <select id="market" aria-describedby="market-hint" onchange={on_change(say, |code| ui(BillingUi::Market(code)))}>
                <option value="" selected={chosen.is_empty()}>{ words.not_chosen }</option>
                { for countries.into_iter().map(|(name, code)| html! {
                    <option value={code.to_owned()} selected={code == chosen}>{ name }</option>
                }) }
            </select>
            <p class="hint" id="market-hint">{ words.market_hint }</p>
        </div>
    }
}

fn budget(state: &State, inside: &Inside, settings: &Settings, say: &Say) -> Html {
    let words = state.words();
    let form = &settings.form.billing;
    let known = inside.purse.books().iter().map(|book| book.currency.as_str());
    let currencies: BTreeSet<&str> = known.chain([form.currency.as_str()]).collect();
    html! {
        <div class="field">
            <label for="budget">{ words.set_budget }</label>
            <div class="budget">
                <input id="budget" type="text" inputmode="decimal" autocomplete="off" dir="ltr" value={form.budget.clone()}
                    aria-describedby="budget-hint" oninput={on_input(say, |text| ui(BillingUi::Budget(text)))} />
                <select aria-label={words.currency} onchange={on_change(say, |code| ui(BillingUi::Currency(code)))}>
                    { for currencies.into_iter().map(|code| html! {
                        <option value={code.to_owned()} selected={code == form.currency}>{ code }</option>
                    }) }
                </select>
            </div>
            <p class="hint" id="budget-hint">{ words.budget_hint }</p>
            { wrong_at(state, settings, Spot::Budget) }
        </div>
    }
}
