//! When people write and when they wait: a week by the hour.

use pronto_protocol::model::report::{Report, ReportHour};
use yew::{Html, html};

use super::plot::{Figure, Word, at, csv, picture, table};
use crate::state::report::chart::FULL;
use crate::state::report::week::{Cell, Week, extremes, left, week};
use crate::text::report::Words;
use crate::text::{Lang, fill};
use crate::view::when::{self, figures};

/// The height of an hour, in pixels.
const ROW: u32 = 26;
/// Between two days, in ten-thousandths of the whole.
const GAP: i32 = 50;
const DAYS: u8 = 7;

pub(super) fn hours_of(lang: Lang, words: &Words, report: &Report) -> Html {
    let drawn = week(&report.hours);
    let days: Vec<String> = (0..usize::from(DAYS)).map(|day| when::weekday(lang, day)).collect();
    let name = |hour: &ReportHour| {
        days.get(usize::from(hour.weekday).saturating_sub(1)).cloned().unwrap_or_default()
    };
    let rows: Vec<Vec<String>> = report
        .hours
        .iter()
        .map(|hour| {
            let wait = hour.p50_s.map(|seconds| figures::short(lang, seconds));
            vec![
                name(hour),
                when::hour(lang, hour.hour),
                figures::number(lang, hour.questions),
                wait.unwrap_or_else(|| words.not_reached.to_owned()),
            ]
        })
        .collect();
    let heads = [words.day, words.hour, words.questions, words.usual_wait];
    let figure = Figure {
        id: "when",
        question: words.q_when,
        answer: answer(lang, words, &report.hours, name),
        note: drawn.as_ref().map(|week| fill(words.when_note, "{n}", &figures::number(lang, week.most))),
        picture: drawn.map(|week| draw(lang, words, &week)).unwrap_or_default(),
        table: (!rows.is_empty())
            .then(|| (table(words, "when", words.q_when, &heads, rows), csv(&report.document.site, "hours"))),
    };
    figure.draw(words)
}

fn answer(lang: Lang, words: &Words, hours: &[ReportHour], name: impl Fn(&ReportHour) -> String) -> String {
    let Some((busiest, slowest)) = extremes(hours) else { return words.a_when_none.to_owned() };
    let text = if slowest.p50_s.is_some() { words.a_when } else { words.a_when_never };
    let text = fill(text, "{d}", &name(&busiest));
    let text = fill(&text, "{h}", &when::hour(lang, busiest.hour));
    let text = fill(&text, "{e}", &name(&slowest));
    let text = fill(&text, "{i}", &when::hour(lang, slowest.hour));
    fill(&text, "{t}", &slowest.p50_s.map(|seconds| figures::long(lang, seconds)).unwrap_or_default())
}

fn draw(lang: Lang, words: &Words, week: &Week) -> Html {
    let rows = i32::from(week.rows());
    let top = |row: i32| FULL * row / rows;
    let content = html! {
        <>
            { for (0..DAYS).map(|day| {
                let x = left(day) + FULL / 14;
                Word { x, y: 0, dx: 0, dy: -8, anchor: "middle", class: "tick" }
                    .draw(when::weekday_short(lang, usize::from(day)))
            }) }
            { for (week.first..=week.last).zip(0_i32..).map(|(hour, row)| {
                Word { x: 0, y: top(row), dx: -6, dy: 17, anchor: "end", class: "tick" }.draw(when::hour(lang, hour))
            }) }
            <rect class="ground" x="0" y="0" width="100%" height="100%" rx="4" />
            { for week.cells.iter().map(|one| cell(lang, one, top(i32::from(one.row)))) }
        </>
    };
    html! {
        <div class="sideways" tabindex="0" role="group" aria-label={words.when_name}>
            { picture("week-plot", words.when_name, ROW * u32::from(week.rows()), content) }
        </div>
    }
}

/// The shades, from a short wait to a long one.
const SHADES: [&str; 5] = ["cell s0", "cell s1", "cell s2", "cell s3", "cell s4"];

fn cell(lang: Lang, cell: &Cell, y: i32) -> Html {
    let class = cell.shade.and_then(|shade| SHADES.get(shade).copied()).unwrap_or("cell none");
    let wait = cell.hour.p50_s.map_or_else(|| "–".to_owned(), |seconds| figures::narrow(lang, seconds));
    html! {
        <svg x={at(cell.x)} y={at(y)} width={at(FULL / 7 - GAP)} height={ROW.to_string()}>
            <rect {class} y="1" width="100%" height="24" />
            <rect class="many" y="22" width={at(cell.bar)} height="3" />
            <text class="in-cell" x="50%" y="16" text-anchor="middle">{ wait }</text>
        </svg>
    }
}
