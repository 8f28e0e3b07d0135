//! How long people wait: the curve of one month, and week by week whether it gets less.

use pronto_protocol::model::report::{Report, ReportWeek};
use yew::{Html, html};

use super::plot::{Figure, Word, at, csv, mondays, picture, rule, stretched, table, waits};
use crate::state::report::begun;
use crate::state::report::chart::FULL;
use crate::state::report::curve::{self, Curve, ENOUGH, Mark, Tail};
use crate::state::report::trend::{self, Line, Trend, Verdict};
use crate::text::report::Words;
use crate::text::{Lang, fill};
use crate::view::when::{self, figures};

pub(super) fn curve_of(lang: Lang, words: &Words, report: &Report) -> Html {
    let drawn = curve::curve(report).filter(|_| curve::sample(report) >= ENOUGH);
    let rows: Vec<Vec<String>> = curve::table(report)
        .into_iter()
        .map(|(seconds, permille)| vec![figures::step(lang, seconds), figures::percent(lang, permille)])
        .collect();
    let heads = [words.wait_after, words.wait_axis];
    let rows = (!rows.is_empty()).then(|| table(words, "wait", words.q_wait, &heads, rows));
    let figure = Figure {
        id: "wait",
        question: words.q_wait,
        answer: curve_answer(lang, words, report),
        picture: drawn.map(|drawn| curve_picture(lang, words, &drawn)).unwrap_or_default(),
        note: None,
        table: rows.map(|rows| (rows, csv(&report.document.site, "curve"))),
    };
    figure.draw(words)
}

fn curve_answer(lang: Lang, words: &Words, report: &Report) -> String {
    let asked = curve::sample(report);
    if asked < ENOUGH {
        let text = fill(words.a_wait_new, "{k}", &figures::number(lang, ENOUGH));
        return fill(&text, "{n}", &figures::number(lang, asked));
    }
    let [half, most, nearly] = [50, 75, 90].map(|percent| curve::quantile(&report.curve, percent));
    let text = match (half, most, nearly) {
        (None, ..) => return words.a_wait_none.to_owned(),
        (_, None, _) => words.a_wait_50,
        (.., None) => words.a_wait_75,
        _ => words.a_wait_90,
    };
    let long = |seconds: Option<u32>| seconds.map(|seconds| figures::long(lang, seconds)).unwrap_or_default();
    fill(&fill(&fill(text, "{a}", &long(half)), "{b}", &long(most)), "{c}", &long(nearly))
}

fn curve_picture(lang: Lang, words: &Words, curve: &Curve) -> Html {
    let content = html! {
        <>
            { for [0, FULL / 2].map(|y| rule("grid", (0, y), (FULL, y))) }
            { waits(lang, &curve.ticks) }
            { stretched(html! {
                <>
                    <path class="area" d={curve.area.clone()} />
                    <path class="curve" d={curve.line.clone()} />
                </>
            }) }
            { for [(0, 1_000), (FULL / 2, 500), (FULL, 0)].map(|(y, permille)| {
                Word { x: 0, y, dx: -8, dy: 4, anchor: "end", class: "tick" }.draw(figures::percent(lang, permille))
            }) }
            { Word { x: 0, y: 0, dx: -40, dy: -12, anchor: "start", class: "axis" }.draw(words.wait_axis) }
            { for curve.marks.iter().map(|one| mark(lang, words, one)) }
            { curve.tail.as_ref().map(|end| tail(lang, end)).unwrap_or_default() }
        </>
    };
    picture("curve-plot", words.wait_name, 220, content)
}

fn mark(lang: Lang, words: &Words, mark: &Mark) -> Html {
    let part = match mark.percent {
        50 => words.share_50,
        75 => words.share_75,
        _ => words.share_90,
    };
    let text = format!("{part} {}", figures::short(lang, mark.wait_s));
    let (dx, dy, anchor) = if mark.right { (9, -6, "start") } else { (-9, 16, "end") };
    html! {
        <>
            <circle class="dot" cx={at(mark.x)} cy={at(mark.y)} r="4" />
            { Word { x: mark.x, y: mark.y, dx, dy, anchor, class: "strong" }.draw(text) }
        </>
    }
}

/// Who waits at the end, beside it.
fn tail(lang: Lang, tail: &Tail) -> Html {
    let text = figures::percent(lang, tail.permille);
    Word { x: FULL, y: tail.y, dx: 6, dy: 4, anchor: "start", class: "strong" }.draw(text)
}

pub(super) fn trend_of(lang: Lang, words: &Words, report: &Report) -> Html {
    let weeks = begun(&report.weeks);
    let drawn = trend::trend(weeks);
    let answer = match trend::verdict(&report.weeks) {
        None => words.a_trend_none.to_owned(),
        Some((verdict, last, before)) => {
            let text = match verdict {
                Verdict::Faster => words.a_faster,
                Verdict::Slower => words.a_slower,
                Verdict::Same => words.a_same,
            };
            fill(&fill(text, "{a}", &figures::long(lang, last)), "{b}", &figures::long(lang, before))
        }
    };
    let heads = [words.week_of, words.questions, words.within_50, words.within_75, words.within_90];
    let rows = report.weeks.iter().map(|week| trend_row(lang, words, week)).collect();
    let figure = Figure {
        id: "trend",
        question: words.q_trend,
        answer,
        note: drawn.as_ref().map(|_| fill(words.trend_note, "{k}", &figures::number(lang, ENOUGH))),
        picture: drawn.map(|drawn| trend_picture(lang, words, &drawn, weeks)).unwrap_or_default(),
        table: Some((
            table(words, "trend", words.q_trend, &heads, rows),
            csv(&report.document.site, "weeks"),
        )),
    };
    figure.draw(words)
}

fn trend_row(lang: Lang, words: &Words, week: &ReportWeek) -> Vec<String> {
    let wait = |percent| match trend::wait(week, percent) {
        Some(seconds) => figures::short(lang, seconds),
        None if week.questions == 0 => "–".to_owned(),
        None => words.not_reached.to_owned(),
    };
    let day = when::calendar_day(lang, &week.monday);
    vec![day, figures::number(lang, week.questions), wait(50), wait(75), wait(90)]
}

fn trend_picture(lang: Lang, words: &Words, trend: &Trend, weeks: &[ReportWeek]) -> Html {
    let content = html! {
        <>
            { for trend.ticks.iter().filter(|tick| !tick.wide).map(|tick| html! {
                <>
                    { rule("grid", (0, tick.at), (FULL, tick.at)) }
                    { Word { x: 0, y: tick.at, dx: -8, dy: 4, anchor: "end", class: "tick" }
                        .draw(figures::step(lang, tick.seconds)) }
                </>
            }) }
            { rule("base", (0, FULL), (FULL, FULL)) }
            { mondays(lang, words, weeks, 20) }
            { for trend.lines.iter().rev().map(|one| line(lang, words, one)) }
        </>
    };
    picture("trend-plot", words.trend_name, 200, content)
}

fn line(lang: Lang, words: &Words, line: &Line) -> Html {
    let (class, part) = match line.percent {
        50 => ("line half", words.share_50),
        75 => ("line most", words.share_75),
        _ => ("line nearly", words.share_90),
    };
    html! {
        <g {class}>
            { stretched(html! { <path d={line.path.clone()} /> }) }
            { for line.dots.iter().map(|dot| html! {
                <circle class={if dot.thin { "dot thin" } else { "dot" }} cx={at(dot.x)} cy={at(dot.y)} r="3.5" />
            }) }
            { for line.beyond.iter().map(|x| {
                Word { x: *x, y: 0, dx: 0, dy: -4, anchor: "middle", class: "beyond" }.draw("↑")
            }) }
            { line.label.as_ref().map(|label| {
                let text = format!("{part} {}", figures::short(lang, label.wait_s));
                Word { x: FULL, y: label.y, dx: 6, dy: 4, anchor: "start", class: "label" }.draw(text)
            }).unwrap_or_default() }
        </g>
    }
}
