//! How visitors rated settled conversations: a sentence and its table, where anybody did.

use pronto_protocol::model::report::Report;
use yew::{Html, html};

use super::plot::{Figure, csv, table};
use crate::text::report::Words;
use crate::text::{Lang, fill};
use crate::view::when::figures;

pub(super) fn ratings_of(lang: Lang, words: &Words, report: &Report) -> Html {
    let [very_bad, bad, so_so, good, very_good] = report.ratings;
    let all: u32 = report.ratings.iter().sum();
    let well = u64::from(good.saturating_add(very_good));
    let Some(permille) = (well * 1_000).checked_div(u64::from(all)) else { return html! {} };
    let answer = fill(words.a_ratings, "{n}", &figures::number(lang, all));
    let permille = u32::try_from(permille).unwrap_or(u32::MAX);
    let rows = [
        (words.very_good, very_good),
        (words.good, good),
        (words.so_so, so_so),
        (words.bad, bad),
        (words.very_bad, very_bad),
    ];
    let rows = rows.map(|(name, count)| vec![name.to_owned(), figures::number(lang, count)]);
    let heads = [words.rating, words.ratings];
    let figure = Figure {
        id: "ratings",
        question: words.q_ratings,
        answer: fill(&answer, "{p}", &figures::percent(lang, permille)),
        picture: html! {},
        note: None,
        table: Some((
            table(words, "ratings", words.q_ratings, &heads, rows.to_vec()),
            csv(&report.document.site, "ratings"),
        )),
    };
    figure.draw(words)
}
