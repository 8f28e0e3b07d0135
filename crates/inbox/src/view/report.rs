//! The reports' page: pictures that answer questions, each with its sentence and its table.

use yew::{Html, html};

use super::Say;
use super::account::page_head;
use super::parts::{on, problem, ring_empty};
use crate::state::list::Loading;
use crate::state::report::{ReportPage, is_empty};
use crate::state::{Inside, State};
use crate::text::Strings;
use crate::update::Ui;

pub(super) fn page(state: &State, inside: &Inside, say: &Say) -> Html {
    let words = state.words();
    let page = &inside.report;
    html! {
        <div class="pane page-pane" key="reports">
            { page_head(words.reports, words) }
            <div class="scroll page" aria-busy={(page.loading == Loading::Busy).to_string()}>
                { trouble(page, words, say) }
                { match &page.report {
                    None if page.loading == Loading::Failed => html! {},
                    None => html! { <p class="meta late-shown">{ words.loading }</p> },
                    Some(report) if is_empty(report) => empty(words),
                    Some(_) => html! {},
                } }
            </div>
        </div>
    }
}

/// What the matter is, and the way to try again.
fn trouble(page: &ReportPage, words: &Strings, say: &Say) -> Html {
    if page.loading != Loading::Failed {
        return html! {};
    }
    let lead = if page.report.is_some() { words.report_old } else { words.report_failed };
    html! {
        <div class="center">
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
