//! The incremental reply clock: cases worked by hand, and what must hold whatever it is fed.

use expect_test::{Expect, expect};
use pronto_reply::estimate::{Clock, Estimate, Verdict};
use pronto_reply::hours::{Hours, OpenSpan};
use proptest::prelude::*;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Wednesday, 2026-09-02, 10:00 UTC.
const NOW: i64 = 1_788_343_200_000;

fn hours(spans: Vec<OpenSpan>) -> Hours {
    Hours::new("Europe/Rome", spans).expect("hours that can be")
}

/// Monday to Friday, nine to six.
fn office() -> Hours {
    hours((1..=5).map(|weekday| OpenSpan { weekday, from: 540, to: 1080 }).collect())
}

/// Reads `5 5x3 9+` as: answered after five minutes, three more after as long, and one that still waits after nine.
fn clock(text: &str) -> Clock {
    let mut events = Vec::new();
    for word in text.split_whitespace() {
        let (word, times) =
            word.split_once('x').map_or((word, 1), |(word, n)| (word, n.parse().expect("times")));
        let waiting = word.strip_suffix('+');
        let minutes: i64 = waiting.unwrap_or(word).parse().expect("minutes");
        for _ in 0..times {
            // Who waits began so long ago; who does not began a day ago, at the same hour.
            let asked_at = NOW - if waiting.is_some() { minutes * MINUTE } else { DAY };
            events.push((asked_at, 0, asked_at));
            events.extend(waiting.is_none().then_some((asked_at + minutes * MINUTE, 1, asked_at)));
        }
    }
    events.sort_unstable();
    let mut clock = Clock::default();
    for (at, kind, asked_at) in events {
        match kind {
            0 => clock.asked(asked_at, None),
            _ => clock.answered(asked_at, at, None),
        }
    }
    clock
}

/// The waits at one half, three quarters and nine tenths. Waits are counted in bins nine percent wide: printed are the
/// minutes of the case that share a bin with what was said.
fn check(text: &str, expected: &Expect) {
    let clock = clock(text);
    let words = text.split_whitespace().map(|word| word.split(['x', '+']).next().unwrap_or_default());
    let minutes: Vec<f64> = words.map(|word| word.parse().expect("minutes")).collect();
    let named = |ms: f64| {
        let shares_a_bin = |minutes: &&f64| (ms / (**minutes * 60_000.0)).log2().abs() <= 0.125;
        minutes.iter().find(shares_a_bin).map_or(format!("{ms} ms"), f64::to_string)
    };
    let waits = clock.waits(NOW, None).map(|wait| wait.map_or("never".to_owned(), named)).join(", ");
    expected.assert_eq(&format!("{waits}: {:?}", clock.estimate(NOW, None).verdict));
}

#[test]
fn the_curve_falls_as_worked_by_hand() {
    check("", &expect!["never, never, never: New"]);
    check("6", &expect!["6, 6, 6: New"]);
    check("6+", &expect!["never, never, never: New"]);
    // Six of twelve, then three of six, then the rest: 1/2, 1/4, 0.
    check("1x6 10x3 100x3", &expect!["1, 10, 100: New"]);
    // Seven tenths of ten at once, then one of three, 1/5, then one of two, 1/10.
    check("2x7 20 40 80", &expect!["2, 20, 40: Measured"]);
    // Who waits after as long as another was answered was there for half of that bin: 1 - 1/3.5 = 5/7, then half of it.
    check("2 2+ 5 7", &expect!["5, 7, 7: New"]);
    // Answered-only would say 1 at each. Those who still wait leave after nine minutes: nothing more is known of them,
    // and with seven of twelve not even the half is sure.
    check("1x7 9+x5", &expect!["1, never, never: New"]);
    check("1x5 9+x7", &expect!["never, never, never: OftenUnanswered"]);
    check("9+x12", &expect!["never, never, never: OftenUnanswered"]);
    // They left before anyone was answered, and say nothing about it.
    check("3+x6 10x6 20x6", &expect!["10, 20, 20: Measured"]);
}

#[test]
fn nothing_is_said_below_ten() {
    let shown = |text| {
        let Estimate { verdict, p50, sample, .. } = clock(text).estimate(NOW, None);
        format!("{verdict:?} {sample} {}", p50.is_some())
    };
    assert_eq!(shown("7x9"), "New 9 false");
    assert_eq!(shown("7x10"), "Measured 10 true");
    assert_eq!(shown("7x9 3+"), "Measured 10 true");
    assert_eq!(shown("1x4 240x6"), "New 10 false", "between a minute and four hours is no figure");
}

#[test]
fn withdrawn_questions_never_were_and_those_given_up_waited_until_then() {
    let mut spam = clock("7x10 90+x5");
    for _ in 0..5 {
        spam.withdrawn(NOW - 90 * MINUTE);
    }
    assert_eq!(spam.waits(NOW, None), clock("7x10").waits(NOW, None));
    assert_eq!(spam.estimate(NOW, None).sample, 10);
    let mut closed = clock("7x10 90+x5");
    for _ in 0..5 {
        closed.given_up(NOW - 90 * MINUTE, NOW - MINUTE, None);
    }
    let estimate = closed.estimate(NOW, None);
    assert_eq!(
        (estimate.sample, estimate.answered, estimate.unanswered, estimate.never_permille),
        (15, 10, 5, 333)
    );
    assert!(closed.waits(NOW, None)[1].is_none(), "ten of fifteen are less than three quarters");
}

#[test]
fn it_knows_the_night_and_the_opening_hours() {
    let office = office();
    let mut clock = Clock::default();
    // Six weeks of a question at 10:00 and one at 20:00 by the clock in Rome, answered after ten minutes of work.
    let mut events = Vec::new();
    for day in 0..42 {
        let morning = NOW - 2 * HOUR - day * DAY;
        for asked_at in [morning, morning + 10 * HOUR] {
            let opens = office.state(asked_at);
            let begin = if opens.open { asked_at } else { opens.changes_at.expect("it opens again") };
            events.push((asked_at, asked_at));
            events.push((begin + 10 * MINUTE, asked_at));
        }
    }
    events.sort_unstable();
    for (at, asked_at) in events.into_iter().filter(|(at, _)| *at <= NOW) {
        match at == asked_at {
            true => clock.asked(asked_at, Some(&office)),
            false => clock.answered(asked_at, at, Some(&office)),
        }
    }
    let octaves_off = |at: i64, answered_at: i64| {
        let said = clock.waits(at, Some(&office))[0].expect("everybody is answered");
        (said / (answered_at - at) as f64).log2().abs()
    };
    assert!(octaves_off(NOW, NOW + 10 * MINUTE) <= 0.125, "at noon on a Wednesday");
    let tomorrow = NOW + 21 * HOUR + 10 * MINUTE;
    assert!(octaves_off(NOW + 9 * HOUR, tomorrow) <= 0.01, "at nine in the evening, until ten past nine");
    let (friday, monday) = (NOW + 2 * DAY + 9 * HOUR, NOW + 4 * DAY + 21 * HOUR + 10 * MINUTE);
    assert!(octaves_off(friday, monday) <= 0.01, "at nine on Friday evening, until Monday");
}

#[test]
fn a_night_that_nobody_asked_in_is_not_taken_for_a_day() {
    let office = office();
    let mut clock = Clock::default();
    for day in 0..20 {
        let at = NOW - day * DAY;
        if office.state(at).open {
            for minute in [0, 7, 50] {
                clock.asked(at + minute * MINUTE, Some(&office));
                clock.answered(at + minute * MINUTE, at + (minute + 5) * MINUTE, Some(&office));
            }
        }
    }
    let minutes = |at: i64| clock.waits(at, Some(&office))[0].expect("everybody is answered") / MINUTE as f64;
    assert!((4.0..6.0).contains(&minutes(NOW)), "{}", minutes(NOW));
    // At nine in the evening it opens in twelve hours.
    assert!((720.0..740.0).contains(&minutes(NOW + 9 * HOUR)), "{}", minutes(NOW + 9 * HOUR));
}

#[test]
fn clocks_that_jump_are_borne() {
    let mut clock = Clock::default();
    for n in 0..60 {
        // Every third time the clock has gone back by an hour; every sixth answer comes before its question.
        let at = NOW + n * 20 * MINUTE - if n % 3 == 0 { HOUR } else { 0 };
        clock.asked(at, None);
        clock.answered(at, if n % 6 == 5 { at - HOUR } else { at + 7 * MINUTE }, None);
    }
    let estimate = clock.estimate(NOW + DAY, None);
    assert_eq!((estimate.verdict, estimate.sample, estimate.unanswered), (Verdict::Measured, 60, 0));
    assert!(estimate.p50.is_some_and(|wait| (6 * MINUTE..8 * MINUTE).contains(&wait.ms)), "{estimate:?}");
    let before = clock.estimate(NOW - 40 * DAY, None);
    assert_eq!(before.sample, 0, "forty days earlier nobody had asked");
    // A clock of the far future, set right again: what comes then is counted from nothing.
    clock.asked(NOW + 100_000 * DAY, None);
    for n in 0..20 {
        clock.asked(NOW + n * MINUTE, None);
        clock.answered(NOW + n * MINUTE, NOW + n * MINUTE + 3 * MINUTE, None);
    }
    let p50 = clock.estimate(NOW + DAY, None).p50.expect("twenty answers");
    assert!((2 * MINUTE..4 * MINUTE).contains(&p50.ms), "{p50:?}");
}

#[test]
fn hours_that_never_open_change_nothing_that_is_said() {
    let never = hours(Vec::new());
    let mut closed = Clock::default();
    for n in 0..40 {
        closed.asked(NOW + n * HOUR, Some(&never));
        closed.answered(NOW + n * HOUR, NOW + n * HOUR + 7 * MINUTE, Some(&never));
    }
    let p50 = closed.estimate(NOW + 40 * HOUR, Some(&never)).p50.expect("forty answers");
    assert!((6 * MINUTE..8 * MINUTE).contains(&p50.ms), "{p50:?}");
}

#[test]
fn a_million_questions_in_a_minute_take_no_more_room_than_some_thousands() {
    let size = |questions: i64| {
        let mut clock = Clock::default();
        for n in 0..questions {
            let asked_at = NOW + n * MINUTE / questions;
            clock.asked(asked_at, None);
            if n % 4 != 0 {
                clock.answered(asked_at, asked_at + (n % 1_000) * MINUTE, None);
            }
        }
        let estimate = clock.estimate(NOW + MINUTE, None);
        assert_eq!(i64::from(estimate.sample), questions);
        assert_eq!(i64::from(estimate.unanswered), questions / 4);
        serde_json::to_string(&clock).expect("a snapshot").len()
    };
    let (thousands, million) = (size(10_000), size(1_000_000));
    assert!(million < thousands * 2, "{million} bytes against {thousands}");
}

/// What may happen to a clock, at times of any kind.
#[derive(Clone, Copy, Debug)]
enum Event {
    Asked(i64),
    Answered(i64, i64),
    GivenUp(i64, i64),
    Withdrawn(i64),
    Read(i64),
}

fn feed(clock: &mut Clock, event: Event, hours: Option<&Hours>) {
    match event {
        Event::Asked(at) => clock.asked(at, hours),
        Event::Answered(asked_at, at) => clock.answered(asked_at, at, hours),
        Event::GivenUp(asked_at, at) => clock.given_up(asked_at, at, hours),
        Event::Withdrawn(asked_at) => clock.withdrawn(asked_at),
        Event::Read(at) => assert!(clock.estimate(at, hours).sample <= 1_000),
    }
}

fn any_event() -> impl Strategy<Value = Event> {
    let time = || {
        prop_oneof![
            6 => (-20..20_i64).prop_map(|n| NOW + n * 7 * HOUR),
            2 => NOW - 100 * DAY..NOW + 100 * DAY,
            1 => any::<i64>(),
            1 => prop::sample::select(vec![i64::MIN, -1, 0, 1, i64::MAX]),
        ]
    };
    prop_oneof![
        4 => time().prop_map(Event::Asked),
        4 => (time(), time()).prop_map(|(asked_at, at)| Event::Answered(asked_at, at)),
        1 => (time(), time()).prop_map(|(asked_at, at)| Event::GivenUp(asked_at, at)),
        1 => time().prop_map(Event::Withdrawn),
        1 => time().prop_map(Event::Read),
    ]
}

fn any_hours() -> impl Strategy<Value = Option<Hours>> {
    prop::sample::select(vec![None, Some(office()), Some(hours(Vec::new()))])
}

/// Questions in the order of asking, on full hours so that many come at once: when, and how many hours until the answer.
fn history(days: i64) -> impl Strategy<Value = Vec<(i64, Option<i64>)>> {
    let one = (0..days * 24, prop::option::weighted(0.8, 0..40_i64));
    prop::collection::vec(one, 0..80).prop_map(move |mut all| {
        all.sort_unstable();
        all.into_iter()
            .map(|(hour, wait)| (NOW - days * DAY + hour * HOUR, wait.map(|wait| wait * HOUR)))
            .collect()
    })
}

/// What happened until `NOW`, in order; of the same moment first the questions, or first the answers to older ones.
fn events(history: &[(i64, Option<i64>)], questions_first: bool) -> Vec<Event> {
    let mut all = Vec::new();
    for &(asked_at, wait) in history {
        all.push((asked_at, if questions_first { 0 } else { 2 }, Event::Asked(asked_at)));
        if let Some(wait) = wait.filter(|wait| asked_at + wait <= NOW) {
            let turn = if wait == 0 { 3 } else { 1 };
            all.push((asked_at + wait, turn, Event::Answered(asked_at, asked_at + wait)));
        }
    }
    if !questions_first {
        all.reverse();
    }
    all.sort_by_key(|&(at, turn, _)| (at, turn));
    all.into_iter().map(|(.., event)| event).collect()
}

fn lived(events: &[Event], hours: Option<&Hours>) -> Clock {
    let mut clock = Clock::default();
    events.iter().for_each(|event| feed(&mut clock, *event, hours));
    clock
}

/// Waits to compare: never is infinite.
fn waits(clock: &Clock, at: i64, hours: Option<&Hours>) -> [f64; 3] {
    clock.waits(at, hours).map(|wait| wait.unwrap_or(f64::INFINITY))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_input_makes_it_panic(events in prop::collection::vec(any_event(), 0..120), hours in any_hours()) {
        let mut clock = Clock::default();
        for event in events {
            feed(&mut clock, event, hours.as_ref());
        }
        for at in [i64::MIN, 0, NOW, i64::MAX] {
            let [a, b, c] = waits(&clock, at, hours.as_ref());
            prop_assert!(!a.is_nan() && a <= b && b <= c);
        }
    }

    /// For a week: by then it has also heard which of its ways were right, and may have come to trust others.
    #[test]
    fn a_question_without_an_answer_never_makes_it_look_faster(
        seen in history(6), hour in 0..6 * 24_i64, later in 0..24 * 60_i64, hours in any_hours(),
    ) {
        let mut more = seen.clone();
        more.push((NOW - hour * HOUR, None));
        more.sort_unstable();
        let (before, after) = (lived(&events(&seen, true), hours.as_ref()), lived(&events(&more, true), hours.as_ref()));
        let at = NOW + later * MINUTE;
        for (before, after) in waits(&before, at, hours.as_ref()).into_iter().zip(waits(&after, at, hours.as_ref())) {
            prop_assert!(after >= before * (1.0 - 1e-9), "{before} became {after}");
        }
    }

    #[test]
    fn a_larger_share_takes_no_less_time(seen in history(40), later in 0..7 * 24 * 60_i64, hours in any_hours()) {
        let clock = lived(&events(&seen, true), hours.as_ref());
        let at = NOW + later * MINUTE;
        let [a, b, c] = waits(&clock, at, hours.as_ref());
        prop_assert!(a <= b && b <= c);
        let estimate = clock.estimate(at, hours.as_ref());
        for wait in [estimate.p50, estimate.p75, estimate.p90].into_iter().flatten() {
            prop_assert!(wait.low_ms <= wait.ms && wait.high_ms.is_none_or(|high| wait.ms <= high), "{wait:?}");
        }
        prop_assert!(estimate.sample >= 10 || (estimate.verdict == Verdict::New && estimate.p50.is_none()));
        prop_assert_eq!(estimate.answered + estimate.unanswered, estimate.sample);
    }

    #[test]
    fn of_the_same_moment_any_order_will_do(seen in history(6), hours in any_hours()) {
        let one = lived(&events(&seen, true), hours.as_ref());
        let other = lived(&events(&seen, false), hours.as_ref());
        let pairs = waits(&one, NOW, hours.as_ref()).into_iter().zip(waits(&other, NOW, hours.as_ref()));
        for (one, other) in pairs {
            prop_assert!(one == other || (one - other).abs() <= one * 1e-6, "{one} or {other}");
        }
    }

    #[test]
    fn what_was_written_down_goes_on_as_if_nothing_had_happened(
        seen in history(40), cut in 0.0..1.0, hours in any_hours(),
    ) {
        let all = events(&seen, true);
        let (first, rest) = all.split_at((all.len() as f64 * cut) as usize);
        let mut kept = lived(first, hours.as_ref());
        let text = serde_json::to_string(&kept).expect("a snapshot");
        let mut read: Clock = serde_json::from_str(&text).expect("what was written can be read");
        for event in rest {
            feed(&mut kept, *event, hours.as_ref());
            feed(&mut read, *event, hours.as_ref());
        }
        prop_assert_eq!(kept.estimate(NOW, hours.as_ref()), read.estimate(NOW, hours.as_ref()));
    }
}

#[test]
fn who_was_settled_waits_no_more() {
    let mut clock = clock("5x40");
    let asked = [10, 9, 8, 7, 6].map(|minutes| NOW - HOUR - minutes * MINUTE);
    for at in asked {
        clock.asked(at, None);
    }
    assert!(clock.estimate(NOW, None).slower_now);
    for at in asked {
        clock.given_up(at, NOW - MINUTE, None);
    }
    assert!(!clock.estimate(NOW, None).slower_now);
    // They were not answered for that.
    assert_eq!(clock.estimate(NOW, None).unanswered, 5);
}
