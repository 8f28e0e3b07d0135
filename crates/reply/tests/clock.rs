//! The reply clock: worked cases, checked by hand, and what must hold for every history.

use expect_test::{Expect, expect};
use pronto_reply::clock::{
    MIN_SAMPLE, Observation, Spoken, WINDOW_MS, quantile_ms, reply_time, step_minutes,
};
use proptest::prelude::*;

const MINUTE: i64 = 60_000;
const NOW: i64 = 1_790_000_000_000;

/// Reads `5 9 3+` as: answered after 5 and 9 minutes, and one that waits for 3 minutes so far.
fn history(text: &str) -> Vec<Observation> {
    text.split_whitespace()
        .map(|word| match word.strip_suffix('+') {
            Some(waiting) => {
                let waiting: i64 = waiting.parse().expect("minutes");
                Observation { asked_at: NOW - waiting * MINUTE, answered_at: None, given_up_at: None }
            }
            None => {
                let wait: i64 = word.parse().expect("minutes");
                let asked_at = NOW - 5_000 * MINUTE;
                Observation { asked_at, answered_at: Some(asked_at + wait * MINUTE), given_up_at: None }
            }
        })
        .collect()
}

fn check_quantile(text: &str, q: f64, expected: &Expect) {
    let minutes = quantile_ms(&history(text), NOW, q).map(|ms| ms / MINUTE);
    expected.assert_debug_eq(&minutes);
}

fn check(text: &str, expected: &Expect) {
    let shown = reply_time(&history(text), NOW);
    let minutes = shown.minutes.map_or("silent".to_owned(), |minutes| format!("{minutes} min"));
    expected.assert_eq(&format!("{minutes}, {} of {} wait", shown.unanswered, shown.sample));
}

#[test]
fn the_curve_falls_as_worked_by_hand() {
    // Nobody unanswered: the smallest wait that covers half of them.
    check_quantile(
        "1 2 3 4",
        0.5,
        &expect![[r#"
        Some(
            2,
        )
    "#]],
    );
    // 3/4, then the one at 2+ leaves, then 1/2 of 3/4 = 3/8.
    check_quantile(
        "1 2+ 3 4",
        0.5,
        &expect![[r#"
        Some(
            3,
        )
    "#]],
    );
    // A tie of answers: 5/6, then 3 of 5 at once: 1/3.
    check_quantile(
        "1 2 2 2 8 9",
        0.5,
        &expect![[r#"
        Some(
            2,
        )
    "#]],
    );
    // A tie of an answer and one who waits: the one who waits is still there, 3/4, then 1/2 of that.
    check_quantile(
        "2 2+ 5 7",
        0.5,
        &expect![[r#"
        Some(
            5,
        )
    "#]],
    );
    // Answered-only would say 1; four of six still wait, and the curve stays at 2/3.
    check_quantile(
        "1 1 9+ 9+ 9+ 9+",
        0.5,
        &expect![[r#"
        None
    "#]],
    );
    check_quantile(
        "9+ 8+ 7+",
        0.5,
        &expect![[r#"
        None
    "#]],
    );
    check_quantile(
        "6",
        0.5,
        &expect![[r#"
        Some(
            6,
        )
    "#]],
    );
    check_quantile(
        "6+",
        0.5,
        &expect![[r#"
        None
    "#]],
    );
    check_quantile(
        "",
        0.5,
        &expect![[r#"
        None
    "#]],
    );
    check_quantile(
        "1 2 3 4 5 6 7 8 9 10",
        0.9,
        &expect![[r#"
        Some(
            9,
        )
    "#]],
    );
    check_quantile(
        "1 2 3 4 5 6 7 8 9 10",
        1.0,
        &expect![[r#"
        Some(
            10,
        )
    "#]],
    );
}

#[test]
fn a_figure_needs_data_behind_it() {
    check("1 2 3 4 5 6 7 8 9", &expect!["silent, 0 of 9 wait"]);
    check("1 2 3 4 5 6 7 8 9 10", &expect!["5 min, 0 of 10 wait"]);
    check("1 2 3 4 6 6 7 8 9 10", &expect!["10 min, 0 of 10 wait"]);
    check("1 2 3 4 6 90+ 90+ 90+ 90+ 90+", &expect!["10 min, 5 of 10 wait"]);
    check("1 2 3 4 90+ 90+ 90+ 90+ 90+ 90+", &expect!["silent, 6 of 10 wait"]);
    check("9+ 9+ 9+ 9+ 9+ 9+ 9+ 9+ 9+ 9+ 9+ 9+", &expect!["silent, 12 of 12 wait"]);
    check("", &expect!["silent, 0 of 0 wait"]);
}

#[test]
fn clocks_jump_and_the_window_ends() {
    let one = |asked_at, answered_at| {
        quantile_ms(&[Observation { asked_at, answered_at, given_up_at: None }], NOW, 0.5)
    };
    assert_eq!(one(NOW - 9_000, Some(NOW - 10_000)), Some(0), "an answer before its question came at once");
    assert_eq!(one(NOW - 9_000, Some(NOW + 1)), None, "an answer of the future has not been given");
    assert_eq!(one(NOW + 1, Some(NOW + 5)), None, "a question of the future is none yet");
    assert_eq!(one(NOW + 1, None), None);
    assert_eq!(one(NOW, Some(NOW)), Some(0));
    assert_eq!(one(NOW - WINDOW_MS, Some(NOW - WINDOW_MS + 7)), Some(7));
    assert_eq!(one(NOW - WINDOW_MS - 1, Some(NOW - WINDOW_MS + 6)), None, "older than 30 days");
    let ends = [i64::MIN, -1, 0, 1, i64::MAX];
    for (&asked_at, &answered_at) in ends.iter().flat_map(|a| ends.iter().map(move |b| (a, b))) {
        let seen = [Observation { asked_at, answered_at: Some(answered_at), given_up_at: None }; 12];
        for now in ends {
            assert!(reply_time(&seen, now).sample <= 12);
        }
    }
}

#[test]
fn steps_are_rounded_up_and_worded() {
    let said = |wait_ms| {
        let spoken = Spoken::of(step_minutes(wait_ms));
        spoken.number().map_or(spoken.key().to_owned(), |n| format!("{} {n}", spoken.key()))
    };
    let waits = [
        -1,
        0,
        1,
        60_000,
        60_001,
        150_000,
        360_000,
        660_000,
        960_000,
        1_260_000,
        1_860_000,
        2_700_001,
        3_600_001,
        18_000_000,
        43_200_001,
        86_400_001,
        259_200_001,
        432_000_001,
        604_800_001,
        i64::MAX,
    ];
    let all: Vec<String> = waits.into_iter().map(said).collect();
    expect!["minute 1, minute 1, minute 1, minute 1, minutes 2, minutes 5, minutes 10, minutes 15, minutes 20, minutes 30, minutes 45, hour 1, hours 2, hours 6, day, few_days, few_days, week, month, month"]
        .assert_eq(&all.join(", "));
    assert_eq!(Spoken::of(23 * 60 + 1), Spoken::Day, "not 24 hours");
    assert_eq!(Spoken::of(61), Spoken::Hours(2), "never less than it takes");
    assert_eq!(Spoken::of(u32::MAX), Spoken::Month);
}

/// Questions of the last 40 days, some of them unanswered, some with times that cannot be.
fn histories() -> impl Strategy<Value = Vec<Observation>> {
    let one = (0..40 * 1_440_i64, prop::option::weighted(0.8, -30..3_000_i64)).prop_map(|(age, wait)| {
        let asked_at = NOW - age * MINUTE;
        Observation { asked_at, answered_at: wait.map(|wait| asked_at + wait * MINUTE), given_up_at: None }
    });
    prop::collection::vec(one, 0..60)
}

proptest! {
    #[test]
    fn order_does_not_matter(seen in histories(), q in 0.0..1.0) {
        let mut turned = seen.clone();
        turned.reverse();
        prop_assert_eq!(quantile_ms(&seen, NOW, q), quantile_ms(&turned, NOW, q));
    }

    #[test]
    fn a_longer_share_takes_no_less_time(seen in histories(), q in 0.0..1.0, less in 0.0..1.0) {
        let (short, long) = (quantile_ms(&seen, NOW, q * less), quantile_ms(&seen, NOW, q));
        prop_assert!(long.is_none_or(|long| short.is_some_and(|short| short <= long)));
    }

    #[test]
    fn the_figure_is_a_wait_that_happened(seen in histories()) {
        if let Some(ms) = quantile_ms(&seen, NOW, 0.5) {
            prop_assert!(ms >= 0);
            prop_assert!(seen.iter().any(|s| s.answered_at.is_some_and(|at| (at - s.asked_at).max(0) == ms)));
        }
    }

    #[test]
    fn a_question_without_an_answer_never_makes_it_look_faster(seen in histories(), age in 0..43_200_i64) {
        let before = quantile_ms(&seen, NOW, 0.5);
        let mut more = seen;
        more.push(Observation { asked_at: NOW - age * MINUTE, answered_at: None, given_up_at: None });
        let after = quantile_ms(&more, NOW, 0.5);
        prop_assert!(after.is_none_or(|after| before.is_some_and(|before| before <= after)));
    }

    #[test]
    fn with_all_answered_it_is_the_plain_median(waits in prop::collection::vec(0..3_000_i64, 1..200)) {
        let seen: Vec<_> = waits.iter().map(|wait| Observation {
            asked_at: NOW - 4_000 * MINUTE,
            answered_at: Some(NOW - 4_000 * MINUTE + wait * MINUTE), given_up_at: None }).collect();
        let mut sorted = waits;
        sorted.sort_unstable();
        let middle = sorted[sorted.len().div_ceil(2) - 1];
        prop_assert_eq!(quantile_ms(&seen, NOW, 0.5), Some(middle * MINUTE));
    }

    #[test]
    fn it_is_the_same_at_any_time_of_the_world(seen in histories(), shift in -1_000_000_000_000..1_000_000_000_000_i64) {
        let moved: Vec<_> = seen.iter().map(|s| Observation {
            asked_at: s.asked_at + shift,
            answered_at: s.answered_at.map(|at| at + shift), given_up_at: None }).collect();
        prop_assert_eq!(reply_time(&seen, NOW), reply_time(&moved, NOW + shift));
    }

    #[test]
    fn what_is_shown_keeps_its_own_rules(seen in histories()) {
        let shown = reply_time(&seen, NOW);
        prop_assert!(shown.unanswered <= shown.sample);
        if let Some(minutes) = shown.minutes {
            prop_assert!(shown.sample as usize >= MIN_SAMPLE);
            let ms = quantile_ms(&seen, NOW, 0.5).expect("a figure rests on a median");
            prop_assert!(i64::from(minutes) * MINUTE >= ms, "rounded up");
            prop_assert_eq!(step_minutes(i64::from(minutes) * MINUTE), minutes, "a step stays itself");
        }
    }

    #[test]
    fn longer_waits_take_no_smaller_steps(a in 0..3_000_000_000_i64, b in 0..3_000_000_000_i64) {
        prop_assert!(step_minutes(a.min(b)) <= step_minutes(a.max(b)));
    }
}
