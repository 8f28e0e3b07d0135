//! The figures as tables for people and as JSON for programs. Measures nothing.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use crate::business::{self, Business};
use crate::replay;
use crate::rules;
use crate::score::Score;
use crate::speed::Pace;

/// Runs of each business.
const SEEDS: u64 = 20;
/// Questions that are judged in each.
const JUDGED: usize = 300;
const DAY_MS: i64 = 24 * 3_600_000;

/// The scores over a file.
pub(crate) fn file(questions: usize, scores: &[Score; 6], as_json: bool) -> String {
    let named = || ["pronto"].into_iter().chain(rules::NAMES).zip(scores);
    if as_json {
        let rules: Map<String, Value> =
            named().map(|(name, score)| (name.to_owned(), figures(score).into())).collect();
        return line(&json!({ "questions": questions, "rules": rules }));
    }
    let mut text = format!("{questions} questions\n\n{HEAD}");
    for (name, score) in named() {
        row(&mut text, name, score);
    }
    text
}

/// The simulated businesses, lived through and scored.
pub(crate) fn businesses(as_json: bool) -> String {
    let mut all = Map::new();
    let mut text = String::new();
    for business in business::all() {
        let scores = Scores::of(&business, SEEDS);
        let (oracle, count) = (scores.rules[0].1, scores.rules[0].1.questions());
        let _ = write!(
            text,
            "{}, {count} questions\n\n{}",
            business.name,
            HEAD.replace('\n', "  to the oracle\n")
        );
        let mut figures_of = Map::new();
        for (name, score) in &scores.rules {
            row(&mut text, name, score);
            let _ = text.pop();
            let _ = writeln!(text, "  {:>13.3}", score.to(&oracle));
            let mut each = figures(score);
            each.insert("to_oracle".to_owned(), rounded(score.to(&oracle)));
            figures_of.insert((*name).to_owned(), each.into());
        }
        text.push('\n');
        all.insert(business.name.to_owned(), json!({ "questions": count, "rules": figures_of }));
    }
    if as_json { line(&json!({ "businesses": all })) } else { text }
}

/// What an event and a reading cost.
pub(crate) fn speed(paces: &[Pace], as_json: bool) -> String {
    if as_json {
        let site = |pace: &Pace| {
            json!({
                "sites": pace.sites, "questions": pace.questions,
                "event_us": rounded(pace.event_us), "slowest_event_us": rounded(pace.slowest_event_us),
                "read_us": rounded(pace.read_us),
                "snapshot_bytes": pace.snapshot_bytes, "restore_us": rounded(pace.restore_us),
            })
        };
        return line(&json!({ "sites": paces.iter().map(site).collect::<Vec<_>>() }));
    }
    let mut text =
        " sites  questions each  an event  the slowest   a reading   snapshot    restored in\n".to_owned();
    for pace in paces {
        let _ = writeln!(
            text,
            "{:>6} {:>15} {:>6.1} us {:>9.2} ms {:>8.1} us {:>7.1} KB {:>11.2} ms",
            pace.sites,
            pace.questions,
            pace.event_us,
            pace.slowest_event_us / 1000.0,
            pace.read_us,
            f64::from(pace.snapshot_bytes) / 1000.0,
            pace.restore_us / 1000.0
        );
    }
    text
}

/// The scores of everyone who says something about a business, the oracle's first.
struct Scores {
    rules: Vec<(&'static str, Score)>,
}

impl Scores {
    fn of(business: &Business, runs: u64) -> Self {
        let names = ["oracle", "pronto", "untold"].into_iter().chain(rules::NAMES);
        let mut rules: Vec<_> = names.map(|name| (name, Score::default())).collect();
        let mut add = |place: usize, said, wait| {
            if let Some((_, score)) = rules.get_mut(place) {
                score.add(said, wait);
            }
        };
        for seed in 0..runs {
            let run = business.run(seed, JUDGED);
            let days = |days: i64| run.changes_at.map(|at| at + days * DAY_MS);
            let judged = days(14).unwrap_or(i64::MIN)..days(28).unwrap_or(i64::MAX);
            let is_judged = |asked_at: i64| judged.contains(&asked_at);
            let from = business::LEARNED;
            for (place, hours) in [(1, Some(&run.hours)), (2, None)] {
                replay::with_clock(&run.questions, hours, from, |question, said| {
                    if is_judged(question.asked_at) {
                        add(place, said, replay::wait_s(question));
                    }
                });
            }
            replay::with_rules(&run.questions, from, |question, said| {
                if is_judged(question.asked_at) {
                    let wait = replay::wait_s(question);
                    add(0, run.oracle(question.asked_at), wait);
                    said.into_iter().enumerate().for_each(|(place, said)| add(3 + place, said, wait));
                }
            });
        }
        Self { rules }
    }
}

const HEAD: &str = "            loss p50     p75     p90   within p50    p75    p90\n";

fn row(text: &mut String, name: &str, score: &Score) {
    let ([a, b, c], [d, e, f]) = (score.loss(), score.within());
    let _ = writeln!(
        text,
        "{name:<12} {a:>7.4} {b:>7.4} {c:>7.4}     {:>5.1}% {:>5.1}% {:>5.1}%",
        d * 100.0,
        e * 100.0,
        f * 100.0
    );
}

fn figures(score: &Score) -> Map<String, Value> {
    let mut figures = Map::new();
    for (percent, (loss, within)) in
        [50, 75, 90].into_iter().zip(score.loss().into_iter().zip(score.within()))
    {
        figures.insert(format!("p{percent}"), rounded(loss));
        figures.insert(format!("within{percent}"), rounded(within));
    }
    figures
}

/// To a millionth: more digits say nothing.
fn rounded(figure: f64) -> Value {
    json!((figure * 1e6).round() / 1e6)
}

fn line(value: &Value) -> String {
    format!("{value}\n")
}

#[cfg(test)]
mod tests {
    use super::{Scores, business};

    /// Fewer runs than the bench takes, so with more room than its figures need; far less than any fixed rule would.
    #[test]
    fn who_knows_the_truth_knows_little_more() {
        for business in business::all() {
            let scores = Scores::of(&business, 2);
            let figure = |name: &str| {
                let (_, score) = scores.rules.iter().find(|(known, _)| *known == name).expect("a rule");
                score.to(&scores.rules[0].1)
            };
            assert!(figure("pronto") < 1.15, "{}: {}", business.name, figure("pronto"));
            assert!(figure("km30") > 1.10, "{}: the task is none", business.name);
        }
    }
}
