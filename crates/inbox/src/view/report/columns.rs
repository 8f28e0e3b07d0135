//! Two counts a week on either side of a line: questions answered and not, promises kept and missed.

use pronto_protocol::model::report::{Report, ReportWeek};
use yew::{Html, html};

use super::plot::{Figure, Word, at, csv, mondays, picture, rule, table};
use crate::state::report::begun;
use crate::state::report::chart::FULL;
use crate::state::report::columns::{Column, Columns, columns};
use crate::text::report::Words;
use crate::text::{Lang, fill};
use crate::view::when::{self, figures};

/// What stands above the line, and what below.
struct Sides<'a> {
    /// Unique on the page.
    hatch: &'static str,
    name: &'a str,
    up: &'a str,
    down: &'a str,
}

pub(super) fn never_of(lang: Lang, words: &Words, report: &Report) -> Html {
    let document = &report.document;
    let days = figures::number(lang, document.window_days);
    let text = match document.never_permille {
        _ if document.counts.is_empty() => words.a_never_new,
        0 => words.a_never_zero,
        _ => words.a_never,
    };
    let answer = fill(&fill(text, "{d}", &days), "{p}", &figures::percent(lang, document.never_permille));
    let weeks = begun(&report.weeks);
    let counts: Vec<(u32, u32)> =
        weeks.iter().map(|week| (week.questions.saturating_sub(week.unanswered), week.unanswered)).collect();
    let sides = Sides {
        hatch: "hatch-never",
        name: words.never_name,
        up: words.with_answer,
        down: words.without_answer,
    };
    let drawn = columns(&counts);
    let heads = [words.week_of, words.questions, words.without_answer];
    let rows = report.weeks.iter().map(|week| {
        vec![
            when::calendar_day(lang, &week.monday),
            figures::number(lang, week.questions),
            figures::number(lang, week.unanswered),
        ]
    });
    let figure = Figure {
        id: "never",
        question: words.q_never,
        answer,
        note: drawn.as_ref().map(|_| words.never_note.to_owned()),
        picture: drawn.map(|drawn| draw(lang, words, &drawn, &sides, weeks)).unwrap_or_default(),
        table: Some((
            table(words, "never", words.q_never, &heads, rows.collect()),
            csv(&document.site, "weeks"),
        )),
    };
    figure.draw(words)
}

pub(super) fn promises_of(lang: Lang, words: &Words, report: &Report) -> Html {
    let weeks = begun(&report.weeks);
    let counts: Vec<(u32, u32)> =
        weeks.iter().map(|week| (week.promises.kept, week.promises.missed)).collect();
    let sum = |side: fn(&(u32, u32)) -> u32| counts.iter().map(|both| u64::from(side(both))).sum::<u64>();
    let (kept, missed) = (sum(|both| both.0), sum(|both| both.1));
    let short = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    let answer = match (kept * 1_000).checked_div(kept + missed) {
        None => words.a_promises_none.to_owned(),
        Some(permille) => {
            let text = fill(words.a_promises, "{k}", &figures::number(lang, short(kept)));
            let text = fill(&text, "{n}", &figures::number(lang, short(kept + missed)));
            fill(&text, "{p}", &figures::percent(lang, short(permille)))
        }
    };
    let sides =
        Sides { hatch: "hatch-missed", name: words.promises_name, up: words.kept, down: words.missed };
    let drawn = columns(&counts).map(|drawn| draw(lang, words, &drawn, &sides, weeks));
    let heads = [words.week_of, words.kept, words.missed];
    let rows = report.weeks.iter().map(|week| {
        vec![
            when::calendar_day(lang, &week.monday),
            figures::number(lang, week.promises.kept),
            figures::number(lang, week.promises.missed),
        ]
    });
    let figure = Figure {
        id: "promises",
        question: words.q_promises,
        answer,
        picture: drawn.unwrap_or_default(),
        note: None,
        table: Some((
            table(words, "promises", words.q_promises, &heads, rows.collect()),
            csv(&report.document.site, "promises"),
        )),
    };
    figure.draw(words)
}

fn draw(lang: Lang, words: &Words, drawn: &Columns, sides: &Sides<'_>, weeks: &[ReportWeek]) -> Html {
    let content = html! {
        <>
            <defs>
                <pattern id={sides.hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <path class="hatch" d="M0 0V6" />
                </pattern>
            </defs>
            { Word { x: 0, y: 0, dx: 0, dy: -26, anchor: "start", class: "axis" }.draw(sides.up.to_owned()) }
            { Word { x: 0, y: FULL, dx: 0, dy: 36, anchor: "start", class: "axis" }.draw(sides.down.to_owned()) }
            { for drawn.columns.iter().map(|column| pair(lang, drawn, column, sides.hatch)) }
            { rule("base", (0, drawn.line), (FULL, drawn.line)) }
            { mondays(lang, words, weeks, 56) }
        </>
    };
    picture("columns-plot", sides.name, 150, content)
}

fn pair(lang: Lang, drawn: &Columns, column: &Column, hatch: &str) -> Html {
    let class = if column.wide { "count mid" } else { "count" };
    let bar = |class: &'static str, fill: Option<String>, from: i32, to: i32| {
        html! {
            <rect {class} {fill} x={at(column.x - drawn.width / 2)} width={at(drawn.width)} y={at(from)} height={at(to - from)} />
        }
    };
    html! {
        <>
            if column.up > 0 {
                { bar("up", None, column.top, drawn.line) }
                { Word { x: column.x, y: column.top, dx: 0, dy: -5, anchor: "middle", class }.draw(figures::compact(lang, column.up)) }
            }
            if column.down > 0 {
                { bar("down", Some(format!("url(#{hatch})")), drawn.line, column.bottom) }
                { Word { x: column.x, y: column.bottom, dx: 0, dy: 16, anchor: "middle", class }.draw(figures::compact(lang, column.down)) }
            }
        </>
    }
}
