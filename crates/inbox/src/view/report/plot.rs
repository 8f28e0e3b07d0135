//! The frame of a picture: question, answer, picture, table, and the pieces of SVG that all share. Places come from
//! `state::report` as ten-thousandths; here they become percentages, so that words keep their size at any width.

use pronto_protocol::id::SiteKey;
use pronto_protocol::model::report::ReportWeek;
use yew::{AttrValue, Html, classes, html};

use crate::state::report::chart::{FULL, Tick, middle};
use crate::text::Lang;
use crate::text::report::Words;
use crate::view::when::{self, figures};

/// A question with all that answers it.
pub(super) struct Figure<'a> {
    /// Unique on the page.
    pub(super) id: &'static str,
    pub(super) question: &'a str,
    /// The answer in words.
    pub(super) answer: String,
    pub(super) picture: Html,
    /// How to read the picture.
    pub(super) note: Option<String>,
    /// The same as a table, and where it is as CSV.
    pub(super) table: Option<(Html, String)>,
}

impl Figure<'_> {
    pub(super) fn draw(self, words: &Words) -> Html {
        let title = format!("{}-question", self.id);
        html! {
            <section class="block figure" data-figure={self.id} aria-labelledby={title.clone()}>
                <h3 id={title}>{ self.question }</h3>
                <p class="answer">{ self.answer }</p>
                { self.picture }
                if let Some(note) = self.note {
                    <p class="hint">{ note }</p>
                }
                if let Some((table, csv)) = self.table {
                    <div class="numbers">
                        <details>
                            <summary>{ words.the_numbers }<span class="unseen">{ ": " }{ self.question }</span></summary>
                            { table }
                        </details>
                        <a href={csv} download="">{ words.download_csv }<span class="unseen">{ ": " }{ self.question }</span></a>
                    </div>
                }
            </section>
        }
    }
}

/// A table that scrolls within itself where it is too large.
pub(super) fn table(
    words: &Words,
    id: &'static str,
    question: &str,
    heads: &[&str],
    rows: Vec<Vec<String>>,
) -> Html {
    let name = format!("{id}-table");
    html! {
        <div class="table" tabindex="0" role="region" aria-labelledby={name.clone()}>
            <table>
                <caption id={name}>{ words.the_numbers }{ ": " }{ question }</caption>
                <thead><tr>{ for heads.iter().map(|head| html! { <th scope="col">{ *head }</th> }) }</tr></thead>
                <tbody>{ for rows.into_iter().map(row) }</tbody>
            </table>
        </div>
    }
}

fn row(cells: Vec<String>) -> Html {
    let mut cells = cells.into_iter();
    let head = cells.next().unwrap_or_default();
    html! {
        <tr>
            <th scope="row">{ head }</th>
            { for cells.map(|cell| html! { <td>{ cell }</td> }) }
        </tr>
    }
}

/// A picture of so many pixels' height, as wide as its place.
pub(super) fn picture(kind: &'static str, name: &str, height: u32, content: Html) -> Html {
    html! {
        <svg class={classes!("plot", kind)} role="img" aria-label={name.to_owned()} width="100%" height={height.to_string()}>
            { content }
        </svg>
    }
}

/// Lines that stretch with the picture while their strokes do not.
pub(super) fn stretched(content: Html) -> Html {
    html! {
        <svg class="stretched" viewBox="0 0 10000 10000" preserveAspectRatio="none" width="100%" height="100%">{ content }</svg>
    }
}

/// A place as SVG wants it.
pub(super) fn at(place: i32) -> AttrValue {
    let place = place.clamp(0, 2 * FULL);
    format!("{}.{:02}%", place / 100, place % 100).into()
}

/// A word in a picture.
pub(super) struct Word {
    pub(super) x: i32,
    pub(super) y: i32,
    /// Pixels to the right of there.
    pub(super) dx: i32,
    /// Pixels below.
    pub(super) dy: i32,
    /// `start`, `middle` or `end`.
    pub(super) anchor: &'static str,
    pub(super) class: &'static str,
}

impl Word {
    pub(super) fn draw(&self, text: impl Into<AttrValue>) -> Html {
        html! {
            <text x={at(self.x)} y={at(self.y)} dx={self.dx.to_string()} dy={self.dy.to_string()}
                text-anchor={self.anchor} class={self.class}>{ text.into() }</text>
        }
    }
}

/// A straight line.
pub(super) fn rule(class: &'static str, from: (i32, i32), to: (i32, i32)) -> Html {
    html! { <line {class} x1={at(from.0)} y1={at(from.1)} x2={at(to.0)} y2={at(to.1)} /> }
}

/// A word under the picture at a place of its width: those at the ends stay within it.
pub(super) fn under(x: i32, wide: bool, text: String) -> Html {
    let anchor = match x {
        ..=300 => "start",
        9_700.. => "end",
        _ => "middle",
    };
    Word { x, y: FULL, dx: 0, dy: 20, anchor, class: if wide { "tick wide" } else { "tick" } }.draw(text)
}

/// The waits along the bottom, each with a thin line up.
pub(super) fn waits(lang: Lang, ticks: &[Tick]) -> Html {
    html! {
        <>
            { for ticks.iter().map(|tick| html! {
                <>
                    { rule(if tick.wide { "grid wide" } else { "grid" }, (tick.at, 0), (tick.at, FULL)) }
                    { under(tick.at, tick.wide, figures::step(lang, tick.seconds)) }
                </>
            }) }
            { rule("base", (0, FULL), (FULL, FULL)) }
        </>
    }
}

/// How many weeks lie between two dates under a picture.
const DATES_EVERY: usize = 4;

/// The weeks along the bottom, so many pixels below: each fourth by its Monday, the last by its name.
pub(super) fn mondays(lang: Lang, words: &Words, weeks: &[ReportWeek], dy: i32) -> Html {
    let count = weeks.len();
    let word = |(index, week): (usize, &ReportWeek)| {
        let is_last = index + 1 == count;
        let text = match () {
            () if is_last => words.this_week.to_owned(),
            () if index % DATES_EVERY == 0 && index + 2 < count => when::calendar_day(lang, &week.monday),
            () => return None,
        };
        let class = if !is_last && index > 0 { "tick mid" } else { "tick" };
        let (x, anchor) = if is_last { (FULL, "end") } else { (middle(index, count), "middle") };
        Some(Word { x, y: FULL, dx: 0, dy, anchor, class }.draw(text))
    };
    html! { { for weeks.iter().enumerate().filter_map(word) } }
}

/// Where a table is as CSV.
pub(super) fn csv(site: &SiteKey, part: &str) -> String {
    format!("/v1/inbox/sites/{site}/report.csv?part={part}")
}
