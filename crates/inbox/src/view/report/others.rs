//! The same conversations as others would count them, and how our own figure comes about.

use pronto_protocol::model::report::Report;
use yew::{Html, html};

use super::plot::{Figure, Word, at, picture, rule, table, waits};
use crate::state::report::chart::FULL;
use crate::state::report::curve::sample;
use crate::state::report::others::{MEDIAN_ENOUGH, Others, Who, figures as told, others};
use crate::text::report::Words;
use crate::text::{Lang, fill};
use crate::view::when::figures;

pub(super) fn others_of(lang: Lang, words: &Words, report: &Report) -> Html {
    let drawn = others(report).map(|drawn| draw(lang, words, &drawn)).unwrap_or_default();
    let heads = [words.who_counts, words.answer_is, words.what_counts, words.over_days, words.questions];
    let figure = Figure {
        id: "others",
        question: words.q_others,
        answer: answer(lang, words, report),
        picture: html! {
            <>
                { drawn }
                { table(words, "others", words.q_others, &heads, rows(lang, words, report)) }
                { sources(lang, words, report) }
            </>
        },
        note: None,
        table: None,
    };
    figure.draw(words)
}

fn said(lang: Lang, words: &Words, seconds: Option<u32>, write: fn(Lang, u32) -> String) -> String {
    seconds.map_or_else(|| words.no_figure.to_owned(), |seconds| write(lang, seconds))
}

fn answer(lang: Lang, words: &Words, report: &Report) -> String {
    let [(_, ours), (_, badge), (_, median)] = told(report);
    let text = if ours.is_some() { words.a_others } else { words.a_others_new };
    let [a, b, c] = [ours, badge, median].map(|seconds| said(lang, words, seconds, figures::long));
    fill(&fill(&fill(text, "{a}", &a), "{b}", &b), "{c}", &c)
}

fn rows(lang: Lang, words: &Words, report: &Report) -> Vec<Vec<String>> {
    let [(_, ours), (_, badge), (_, median)] = told(report);
    let short = |seconds| said(lang, words, seconds, figures::short);
    let days = |n| fill(words.days_n, "{n}", &figures::number(lang, n));
    let others = &report.others;
    let shown = if others.badge_shown { words.badge_shown } else { words.badge_hidden };
    let counted = fill(words.intercom_counts, "{k}", &figures::number(lang, MEDIAN_ENOUGH));
    let row = |who: &str, what: &str, over: u32, asked: Option<u32>, result: String| {
        let asked = asked.map_or_else(|| "–".to_owned(), |asked| figures::number(lang, asked));
        vec![who.to_owned(), result, what.to_owned(), days(over), asked]
    };
    let rate = figures::percent(lang, others.badge_rate_permille);
    vec![
        row(
            words.pronto,
            words.pronto_counts,
            report.document.window_days,
            Some(sample(report)),
            short(ours),
        ),
        row(words.facebook, words.facebook_time, 30, None, short(badge)),
        row(words.facebook, words.facebook_rate, 30, None, rate),
        row(words.facebook, words.facebook_badge, 7, None, shown.to_owned()),
        row(words.intercom, &counted, 7, Some(others.median_sample), short(median)),
    ]
}

fn draw(lang: Lang, words: &Words, others: &Others) -> Html {
    let row = |place: usize, (who, figure): (Who, Option<(u32, i32)>)| {
        let (name, class) = match who {
            Who::Pronto => (words.pronto, "other ours"),
            Who::Badge => (words.facebook, "other"),
            Who::Median => (words.intercom, "other"),
        };
        let y = FULL * (2 * i32::try_from(place).unwrap_or(0) + 1) / 6;
        let (x, text) = match figure {
            Some((seconds, x)) => (x, figures::short(lang, seconds)),
            None => (0, words.no_figure.to_owned()),
        };
        let (dx, anchor) = if x > 7_500 { (-10, "end") } else { (10, "start") };
        html! {
            <g {class}>
                { Word { x: 0, y, dx: -10, dy: 5, anchor: "end", class: "label" }.draw(name) }
                { rule("reach", (0, y), (x, y)) }
                if figure.is_some() { <circle class="dot" cx={at(x)} cy={at(y)} r="5" /> }
                { Word { x, y, dx, dy: if figure.is_some() { -8 } else { 5 }, anchor, class: "label" }.draw(text) }
            </g>
        }
    };
    let content = html! {
        <>
            { waits(lang, &others.ticks) }
            { for others.rows.into_iter().enumerate().map(|(place, one)| row(place, one)) }
        </>
    };
    picture("others-plot", words.others_name, 132, content)
}

fn sources(lang: Lang, words: &Words, report: &Report) -> Html {
    let site = &report.document.site;
    let badge = format!("/badge/{site}.svg?lang={}", lang.tag());
    html! {
        <div class="sources">
            <details>
                <summary>{ words.how_computed }</summary>
                <p class="hint method" lang="en" dir="ltr">{ &report.document.method }</p>
            </details>
            <a href={format!("/v1/sites/{site}/reply-time")} target="_blank" rel="noopener">{ words.public_json }</a>
            <a class="badge" href={badge.clone()} target="_blank" rel="noopener">
                <img src={badge} alt="" height="28" />
                { words.public_badge }
            </a>
        </div>
    }
}
