//! Questions lived through once more, in the order in which they came: at each, only what had happened by then is known.
//! Asks the reply clock and the fixed rules, and scores what they say. Prints nothing.

use pronto_reply::estimate::Clock;
use pronto_reply::hours::Hours;

use crate::file::Question;
use crate::rules::Rules;
use crate::score::{Said, Score};

/// What happened, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    /// The question at this place is about to be asked: what is said to it is judged.
    Judged(usize),
    Asked(usize),
    Answered(usize),
}

/// The wait of a question in milliseconds. An answer before its question came at once.
pub(crate) fn wait(question: Question) -> Option<i64> {
    question.answered_at.map(|at| (at - question.asked_at).max(0))
}

/// The wait in seconds.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of any year that matters fit into 53 bits")]
pub(crate) fn wait_s(question: Question) -> Option<f64> {
    wait(question).map(|ms| ms as f64 / 1000.0)
}

/// All that happened. Of the same moment first the answers to what was asked before, then what is said to all who ask
/// then, so that none of them knows another; then they ask, and whoever is answered at once is.
fn events(questions: &[Question]) -> Vec<Event> {
    let mut events: Vec<(i64, u8, Event)> = Vec::with_capacity(questions.len() * 3);
    for (place, &question) in questions.iter().enumerate() {
        let at = question.asked_at;
        events.push((at, 1, Event::Judged(place)));
        events.push((at, 2, Event::Asked(place)));
        if let Some(wait) = wait(question) {
            events.push((at + wait, if wait == 0 { 3 } else { 0 }, Event::Answered(place)));
        }
    }
    events.sort_by_key(|&(at, turn, _)| (at, turn));
    events.into_iter().map(|(.., event)| event).collect()
}

/// Lives through the questions with the reply clock alone, and hands what it says to each from the one at `from` on.
pub(crate) fn with_clock(
    questions: &[Question],
    hours: Option<&Hours>,
    from: usize,
    mut judge: impl FnMut(Question, Said),
) {
    let mut clock = Clock::default();
    for event in events(questions) {
        match event {
            Event::Judged(place) => {
                if let Some(&question) = questions.get(place).filter(|_| place >= from) {
                    judge(question, said(&clock, question.asked_at, hours));
                }
            }
            Event::Asked(place) => {
                if let Some(question) = questions.get(place) {
                    clock.asked(question.asked_at, hours);
                }
            }
            Event::Answered(place) => {
                if let Some(Question { asked_at, answered_at: Some(at) }) = questions.get(place) {
                    clock.answered(*asked_at, *at, hours);
                }
            }
        }
    }
}

fn said(clock: &Clock, now: i64, hours: Option<&Hours>) -> Said {
    clock.waits(now, hours).map(|wait| wait.map_or(f64::INFINITY, |ms| ms / 1000.0))
}

/// Lives through the questions with the fixed rules, and hands what they say to each from the one at `from` on.
pub(crate) fn with_rules(questions: &[Question], from: usize, mut judge: impl FnMut(Question, [Said; 5])) {
    let mut rules = Rules::new(questions.iter().filter_map(|question| wait(*question)).collect());
    for event in events(questions) {
        match event {
            Event::Judged(place) => {
                if let Some(&question) = questions.get(place) {
                    let said = rules.say(question.asked_at);
                    if place >= from {
                        judge(question, said);
                    }
                }
            }
            Event::Asked(place) => {
                if let Some(question) = questions.get(place) {
                    rules.asked(place, question.asked_at);
                }
            }
            Event::Answered(place) => {
                if let Some((question, wait)) =
                    questions.get(place).and_then(|question| Some((question, wait(*question)?)))
                {
                    rules.answered(place, question.asked_at, wait);
                }
            }
        }
    }
}

/// The scores of the reply clock and of the five fixed rules, in order, from the question at `from` on.
pub(crate) fn scores(questions: &[Question], from: usize) -> [Score; 6] {
    let mut scores = [Score::default(); 6];
    with_clock(questions, None, from, |question, said| scores[0].add(said, wait_s(question)));
    with_rules(questions, from, |question, said| {
        for (score, said) in scores.iter_mut().skip(1).zip(said) {
            score.add(said, wait_s(question));
        }
    });
    scores
}
