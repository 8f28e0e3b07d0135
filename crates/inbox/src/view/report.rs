//! The reports' page: pictures that answer questions, each with its answer in words and its table.

mod columns;
mod costs;
mod others;
mod plot;
mod ratings;
mod waits;
mod week;

use pronto_protocol::model::report::Report;
use yew::{Html, html};

use super::account::page_head;
use super::parts::{on, problem, ring_empty};
use super::when::{self, figures};
use super::{Say, site_name};
use crate::state::list::Loading;
use crate::state::report::{ReportPage, curve, is_empty};
use crate::state::{Inside, State};
use crate::text::report::Words;
use crate::text::{Strings, fill};
use crate::update::Ui;

pub(super) fn page(state: &State, inside: &Inside, say: &Say) -> Html {
    let words = state.words();
    let page = &inside.report;
    html! {
        <div class="pane page-pane" key="reports">
            { page_head(words.reports, words) }
            <div class="scroll page reports" aria-busy={(page.loading == Loading::Busy).to_string()}>
                { trouble(page, words, say) }
                { match &page.report {
                    None if page.loading == Loading::Failed => html! {},
                    None => skeleton(words),
                    Some(report) if is_empty(report) => empty(words),
                    Some(report) => loaded(state, inside, report, say),
                } }
            </div>
        </div>
    }
}

fn loaded(state: &State, inside: &Inside, report: &Report, say: &Say) -> Html {
    let (lang, words) = (state.lang, Words::of(state.lang));
    html! {
        <>
            { lead(state, inside, report, say) }
            <div class="figures">
                <div class="half">
                    { waits::curve_of(lang, words, report) }
                    { waits::trend_of(lang, words, report) }
                    { week::hours_of(lang, words, report) }
                </div>
                <div class="half">
                    { columns::never_of(lang, words, report) }
                    { columns::promises_of(lang, words, report) }
                    { ratings::ratings_of(lang, words, report) }
                    { costs::costs_of(lang, words, report) }
                </div>
                { others::others_of(lang, words, report) }
            </div>
        </>
    }
}

/// What all of it rests on, and how fresh it is.
fn lead(state: &State, inside: &Inside, report: &Report, say: &Say) -> Html {
    let (lang, words) = (state.lang, Words::of(state.lang));
    let document = &report.document;
    let text = fill(words.report_lead, "{d}", &figures::number(lang, document.window_days));
    let text = fill(&text, "{n}", &figures::number(lang, curve::sample(report)));
    let text = fill(&text, "{m}", &figures::number(lang, curve::waiting(report)));
    let title = format!("{} · {}", state.words().reports, site_name(inside));
    let as_of = fill(words.report_as_of, "{t}", &when::exact(lang, document.reply.as_of));
    html! {
        <div class="lead-line">
            <div>
                <p class="print-only"><strong>{ title }</strong></p>
                <p>{ text }</p>
                <p class="meta">{ fill(&as_of, "{z}", &report.time_zone) }</p>
                if document.reply.slower_now {
                    <p class="slower">{ words.report_slower }</p>
                }
            </div>
            <div class="lead-tools">
                <button class="button" type="button" onclick={on(say, Ui::Measure)}>{ state.words().measure }</button>
                <button class="button" type="button" onclick={on(say, Ui::Print)}>{ state.words().print }</button>
            </div>
        </div>
    }
}

/// The page's own shape while it loads.
fn skeleton(words: &Strings) -> Html {
    html! {
        <>
            <p class="unseen" role="status">{ words.loading }</p>
            <div class="figures late-shown" aria-hidden="true">
                { for (0..4).map(|_| html! { <div class="block figure"><span class="blank"></span><span class="blank tall"></span></div> }) }
            </div>
        </>
    }
}

/// What the matter is, and the way to try again.
fn trouble(page: &ReportPage, words: &Strings, say: &Say) -> Html {
    if page.loading != Loading::Failed {
        return html! {};
    }
    let lead = if page.report.is_some() { words.report_old } else { words.report_failed };
    html! {
        <div class="trouble">
            <p>{ lead }</p>
            { problem(page.problem.as_deref()) }
            <button class="button" type="button" onclick={on(say, Ui::Measure)}>{ words.try_again }</button>
        </div>
    }
}

fn empty(words: &Strings) -> Html {
    html! {
        <div class="center">
            { ring_empty() }
            <p>{ words.report_empty }</p>
            <a class="button" href="#settings">{ words.to_snippet }</a>
        </div>
    }
}
