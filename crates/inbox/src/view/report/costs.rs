//! What answers cost by month, and how much of it was for being late. An unknown price is said to be unknown.

use pronto_protocol::model::report::{Report, ReportMonth};
use yew::{Html, html};

use super::plot::{Figure, Word, at, csv, picture, table};
use crate::state::Route;
use crate::state::report::costs::{Bar, Currency, costs};
use crate::text::report::Words;
use crate::text::{Lang, fill};
use crate::view::money::format::{money, sums};
use crate::view::when::{self, figures};

/// The height of a month, in pixels, and what a second line adds.
const ROW: u32 = 28;
const LINE: u32 = 18;
/// The longest bar leaves room for what stands behind it, of a hundred.
const ROOM: i32 = 60;

pub(super) fn costs_of(lang: Lang, words: &Words, report: &Report) -> Html {
    let drawn = costs(&report.months);
    let heads = [words.month, words.currency, words.charged, words.for_late, words.unknown_price];
    let rows: Vec<Vec<String>> =
        drawn.iter().flat_map(|one| one.bars.iter().map(|bar| row(lang, words, one, bar))).collect();
    let figure = Figure {
        id: "costs",
        question: words.q_costs,
        answer: answer(lang, words, &report.months),
        picture: html! {
            <>
                { for drawn.iter().map(|one| draw(lang, words, one)) }
                if !drawn.is_empty() {
                    <a class="more" href={format!("#{}", Route::Statement(None).fragment())}>{ words.to_statement }</a>
                }
            </>
        },
        note: None,
        table: (!rows.is_empty()).then(|| {
            (table(words, "costs", words.q_costs, &heads, rows), csv(&report.document.site, "months"))
        }),
    };
    figure.draw(words)
}

fn row(lang: Lang, words: &Words, currency: &Currency, bar: &Bar) -> Vec<String> {
    let late = match (&bar.late, &bar.total) {
        (Some(late), _) => money(lang, late),
        (None, Some(_)) => words.nothing_charged.to_owned(),
        (None, None) => charged(lang, words, bar),
    };
    vec![
        when::calendar_month(lang, &bar.month),
        currency.code.clone(),
        charged(lang, words, bar),
        late,
        figures::number(lang, bar.unknown),
    ]
}

fn charged(lang: Lang, words: &Words, bar: &Bar) -> String {
    match &bar.total {
        Some(total) => money(lang, total),
        None if bar.unknown > 0 => words.unknown_cost.to_owned(),
        None => words.nothing_charged.to_owned(),
    }
}

/// The month that runs, in words.
fn answer(lang: Lang, words: &Words, months: &[ReportMonth]) -> String {
    let (Some(month), false) = (months.last(), costs(months).is_empty()) else {
        return words.a_costs_none.to_owned();
    };
    let text = match () {
        () if month.totals.is_empty() && month.unknown > 0 => "",
        () if month.totals.is_empty() => words.a_costs_quiet,
        () if month.late.iter().all(|late| late.micros == 0) => words.a_costs_late_none,
        () => words.a_costs,
    };
    let text = fill(text, "{m}", &when::month(lang, &month.month));
    let mut text = fill(&fill(&text, "{t}", &sums(lang, &month.totals)), "{l}", &sums(lang, &month.late));
    if month.unknown > 0 {
        text.push(' ');
        text.push_str(&fill(words.costs_unknown, "{n}", &figures::number(lang, month.unknown)));
    }
    text.trim_start().to_owned()
}

fn draw(lang: Lang, words: &Words, currency: &Currency) -> Html {
    let name = if currency.code.is_empty() {
        words.costs_name_unknown.to_owned()
    } else {
        fill(words.costs_name, "{c}", &currency.code)
    };
    let mut height = 0;
    let mut rows = Vec::new();
    for one in &currency.bars {
        let (text, second) = said(lang, words, one, currency.first);
        let next = height + ROW + LINE * u32::try_from(second.len()).unwrap_or(0);
        rows.push(bar(lang, one, height, text, second));
        height = next;
    }
    picture("costs-plot", &name, height, html! { { for rows } })
}

/// What is said beside a month's bar, and line by line below it: how much of it was for being late, how many messages stand in no sum.
fn said(lang: Lang, words: &Words, bar: &Bar, first: bool) -> (String, Vec<String>) {
    let unknown = (first && bar.unknown > 0)
        .then(|| fill(words.unknown_part, "{n}", &figures::number(lang, bar.unknown)));
    if let (None, Some(unknown)) = (&bar.total, &unknown) {
        return (unknown.clone(), Vec::new());
    }
    let late = bar.late.as_ref().filter(|late| late.micros != 0);
    let late = late.map(|late| fill(words.late_part, "{t}", &money(lang, late)));
    (charged(lang, words, bar), [late, unknown].into_iter().flatten().collect())
}

fn bar(lang: Lang, bar: &Bar, y: u32, text: String, second: Vec<String>) -> Html {
    let (length, late) = (bar.length * ROOM / 100, bar.late_length * ROOM / 100);
    let month = Word { x: 0, y: 0, dx: -8, dy: 18, anchor: "end", class: "tick" };
    html! {
        <g transform={format!("translate(0 {y})")}>
            { month.draw(when::calendar_month(lang, &bar.month)) }
            <rect class="cost" x="0" y="5" width={at(length)} height="18" />
            <rect class="cost-late" x="0" y="5" width={at(late)} height="18" />
            <text class="label" x={at(length)} dx="6" y="18">{ text }</text>
            { for second.into_iter().zip(1_u32..).map(|(text, line)| html! {
                <text class="tick" x="0" y={(20 + LINE * line).to_string()}>{ text }</text>
            }) }
        </g>
    }
}
