//! The statement of a month: what was charged and why, as tables that a screen reader reads and a printer prints.

use pronto_protocol::model::cost::{EntryKind, LedgerEntry, Money, PriceReason, Statement, StatementLine};
use yew::{Html, html};

use super::super::account::page_head;
use super::super::parts::{on, on_change};
use super::super::{Say, site_name, when};
use super::format::money;
use super::{channel, span, unknown};
use crate::state::list::Loading;
use crate::state::money::{Sheet, is_month, months};
use crate::state::{Inside, Route, State};
use crate::text::{Strings, fill};
use crate::update::Ui;

pub(in super::super) fn page(state: &State, inside: &Inside, say: &Say) -> Html {
    let words = state.words();
    html! {
        <div class="pane page-pane" key="statement">
            { page_head(words.statement, words) }
            <div class="scroll page statement" tabindex="0" role="region" aria-label={words.statement}>
                { match inside.sheet.as_ref() {
                    Some(sheet) => sheet_of(state, inside, sheet, say),
                    None => html! {},
                } }
            </div>
        </div>
    }
}

fn sheet_of(state: &State, inside: &Inside, sheet: &Sheet, say: &Say) -> Html {
    let words = state.words();
    match (&sheet.statement, sheet.loading) {
        (_, Loading::Failed) => html! {
            <div class="center" role="alert">
                <p>{ words.statement_failed }</p>
                <button class="button" type="button"
                    onclick={on(say, Ui::Go(Route::Statement(sheet.month.clone())))}>{ words.try_again }</button>
            </div>
        },
        (None, _) => html! { <p class="meta late-shown">{ words.loading }</p> },
        (Some(statement), _) => html! {
            <>
                { head(state, inside, statement, say) }
                { totals(state, statement) }
                if statement.lines.is_empty() {
                    <p class="block">{ words.no_entries }</p>
                } else {
                    { lines(state, &statement.lines) }
                    { entries(state, statement) }
                }
            </>
        },
    }
}

fn head(state: &State, inside: &Inside, statement: &Statement, say: &Say) -> Html {
    let words = state.words();
    let as_of = fill(words.as_of, "{d}", &when::exact(state.lang, statement.as_of));
    let csv = format!("/v1/inbox/sites/{}/statement.csv?month={}", statement.site, statement.month);
    let chosen = |month: String| Ui::Go(Route::Statement(is_month(&month).then_some(month)));
    html! {
        <section class="statement-head">
            <h3 class="statement-title">
                { when::month(state.lang, &statement.month) }<span class="print-only" dir="auto">{ " · " }{ site_name(inside) }</span>
            </h3>
            <p class="meta">{ fill(&as_of, "{z}", &statement.time_zone.replace('_', " ")) }</p>
            <div class="statement-tools">
                <label class="unseen" for="month">{ words.month }</label>
                <select id="month" onchange={on_change(say, chosen)}>
                    { for months(statement).into_iter().map(|month| html! {
                        <option value={month.to_owned()} selected={month == statement.month}>{ when::month(state.lang, month) }</option>
                    }) }
                </select>
                <a class="button" href={csv} download="">{ words.csv }</a>
                <button class="button" type="button" onclick={on(say, Ui::Print)}>{ words.print }</button>
            </div>
        </section>
    }
}

fn totals(state: &State, statement: &Statement) -> Html {
    let words = state.words();
    if statement.totals.is_empty() && statement.unknown == 0 {
        return html! {};
    }
    html! {
        <section class="block totals">
            <dl>
                { for statement.totals.iter().map(|sum| html! {
                    <div><dt>{ words.total }</dt><dd>{ money(state.lang, sum) }</dd></div>
                }) }
            </dl>
            if statement.unknown > 0 { <p class="late">{ unknown(statement.unknown, words) }</p> }
        </section>
    }
}

fn lines(state: &State, lines: &[StatementLine]) -> Html {
    let words = state.words();
    html! {
        <div class="table" tabindex="0" role="region" aria-label={words.summary}>
            <table>
                <caption>{ words.summary }</caption>
                <thead>
                    <tr>
                        { for [words.channel, words.book, words.market, words.reason].into_iter().map(column) }
                        { for [words.messages, words.amount].into_iter().map(number_column) }
                    </tr>
                </thead>
                <tbody>
                    { for lines.iter().map(|line| html! {
                        <tr>
                            <td>{ channel(line.channel, words) }</td>
                            <td>{ book(line.book.as_deref(), words) }</td>
                            <td>{ market(state, line.market.as_deref()) }</td>
                            <td class="why">{ reason(line.reason, words) }</td>
                            <td class="number">{ line.messages }</td>
                            { amount(state, line.amount.as_ref()) }
                        </tr>
                    }) }
                </tbody>
            </table>
        </div>
    }
}

fn entries(state: &State, statement: &Statement) -> Html {
    let words = state.words();
    let shown = u32::try_from(statement.entries.len()).unwrap_or(u32::MAX);
    let columns =
        [words.entry_delivered, words.to_conversation, words.channel, words.book, words.market, words.reason];
    html! {
        <>
            <div class="table" tabindex="0" role="region" aria-label={words.entries}>
                <table class="entries">
                    <caption>{ words.entries }</caption>
                    <thead>
                        <tr>
                            { number_column(words.entry) }
                            { for columns.into_iter().map(column) }
                            { number_column(words.amount) }
                        </tr>
                    </thead>
                    <tbody>{ for statement.entries.iter().map(|entry| one(state, statement, entry)) }</tbody>
                </table>
            </div>
            if shown < statement.entries_total {
                <p class="meta">
                    { fill(&fill(words.entries_cut, "{n}", &shown.to_string()), "{t}", &statement.entries_total.to_string()) }
                </p>
            }
        </>
    }
}

fn one(state: &State, statement: &Statement, entry: &LedgerEntry) -> Html {
    let words = state.words();
    let id = entry.conversation_id.as_str();
    let short: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
    let short = short.get(short.len().saturating_sub(4)..).unwrap_or_default().to_ascii_uppercase();
    let why = match (entry.kind, entry.reason) {
        (EntryKind::Correction, _) => words.correction.to_owned(),
        (_, PriceReason::Late) => fill(words.why_late_by, "{t}", &span(words, entry.late_ms)),
        (_, other) => reason(other, words).to_owned(),
    };
    html! {
        <tr key={entry.entry}>
            <td class="number">{ entry.entry }</td>
            <td>{ when::stamp_in(state.lang, &statement.time_zone, entry.delivered_at) }</td>
            <td><a href={format!("#{}", Route::Thread(entry.conversation_id.clone()).fragment())} title={id.to_owned()}>{ short }</a></td>
            <td>{ channel(entry.channel, words) }</td>
            <td>{ book(entry.book.as_deref(), words) }</td>
            <td>{ market(state, entry.market.as_deref()) }</td>
            <td class="why">{ why }</td>
            { amount(state, entry.amount.as_ref()) }
        </tr>
    }
}

fn column(name: &str) -> Html {
    html! { <th scope="col">{ name }</th> }
}

fn number_column(name: &str) -> Html {
    html! { <th scope="col" class="number">{ name }</th> }
}

fn amount(state: &State, amount: Option<&Money>) -> Html {
    match amount {
        Some(amount) => html! { <td class="number">{ money(state.lang, amount) }</td> },
        None => html! { <td class="number late">{ state.words().price_unknown }</td> },
    }
}

fn book(name: Option<&str>, words: &Strings) -> Html {
    match name {
        Some(name) => html! { <code>{ name }</code> },
        None => html! { { words.none_chosen } },
    }
}

fn market(state: &State, code: Option<&str>) -> String {
    code.map_or_else(|| state.words().price_unknown.to_owned(), |code| when::country(state.lang, code))
}

const fn reason(reason: PriceReason, words: &Strings) -> &'static str {
    match reason {
        PriceReason::FreeBook => words.why_free,
        PriceReason::InWindow => words.why_window,
        PriceReason::FreeEntry => words.why_entry,
        PriceReason::Allowance => words.why_allowance,
        PriceReason::Late => words.why_late,
        PriceReason::Rate => words.why_rate,
        PriceReason::NoRate => words.why_no_rate,
        PriceReason::Unknown => words.why_other,
    }
}
