//! The reply clock: from questions and their answers to a figure a person would say. Never reads a clock itself, and
//! never shows a figure that the data does not carry.
//!
//! The median is Kaplan and Meier's estimate ("Nonparametric estimation from incomplete observations", 1958). A question
//! that has no answer yet is not left out, which would flatter those who leave the hard ones lying, nor given a made-up
//! answer: it counts as still waiting for as long as it has waited so far, and says nothing about the time after.

/// How far back the clock looks, in milliseconds: 30 days.
pub const WINDOW_MS: i64 = 30 * 24 * 60 * MINUTE_MS;

/// Below this many questions in the window the clock stays silent: a median of nine says little and shows who they were.
pub const MIN_SAMPLE: usize = 10;

const MINUTE_MS: i64 = 60_000;

/// One turn of a visitor: a question, and the first answer of a person if there is one. A bot's answer is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Observation {
    /// When the visitor wrote, in milliseconds since 1970.
    pub asked_at: i64,
    /// When a person first answered; `None` while nobody has.
    pub answered_at: Option<i64>,
    /// When it was closed without an answer: it waited until then, and whether anyone would have answered is not known.
    pub given_up_at: Option<i64>,
}

/// What the clock shows of one site at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReplyTime {
    /// The median wait in whole minutes, rounded up by [`step_minutes`]; `None` below [`MIN_SAMPLE`] questions, and
    /// where fewer than half of them can be said to get an answer.
    pub minutes: Option<u32>,
    /// The questions in the window, the unanswered among them.
    pub sample: u32,
    /// How many of those still wait.
    pub unanswered: u32,
}

/// The reply time at `now`, from the questions of the [`WINDOW_MS`] before it.
///
/// ```
/// use pronto_reply::clock::{Observation, reply_time};
/// let minute = 60_000;
/// let asked = |at: i64, wait: Option<i64>| Observation { asked_at: at, answered_at: wait.map(|w| at + w), given_up_at: None };
/// let mut questions: Vec<_> = (0..9).map(|n| asked(n, Some(7 * minute))).collect();
/// assert_eq!(reply_time(&questions, 60 * minute).minutes, None); // nine are too few
/// questions.push(asked(9, None));
/// assert_eq!(reply_time(&questions, 60 * minute).minutes, Some(10)); // seven minutes, rounded up
/// ```
#[must_use]
pub fn reply_time(observations: &[Observation], now: i64) -> ReplyTime {
    let waits = waits(observations.iter().filter(|seen| in_window(seen, now)), now);
    let unanswered = waits.iter().filter(|wait| !wait.answered).count();
    let enough = waits.len() >= MIN_SAMPLE;
    let median = if enough { Curve::of(&waits).quantile_ms(0.5) } else { None };
    ReplyTime { minutes: median.map(step_minutes), sample: count(waits.len()), unanswered: count(unanswered) }
}

/// The wait, in milliseconds, within which the share `q` of questions is answered, by Kaplan and Meier's estimate over
/// the [`WINDOW_MS`] before `now`; `None` where the curve never falls that far. There is no minimum sample here.
#[must_use]
pub fn quantile_ms(observations: &[Observation], now: i64, q: f64) -> Option<i64> {
    Curve::of(&waits(observations.iter().filter(|seen| in_window(seen, now)), now)).quantile_ms(q)
}

/// The share of questions that still wait after each length of wait, by Kaplan and Meier's estimate: a staircase.
#[derive(Clone, PartialEq, Debug)]
pub struct Curve {
    steps: Vec<(i64, f64)>,
}

/// The curve of all these questions as known at `now`, of whatever age.
#[must_use]
pub fn curve(observations: &[Observation], now: i64) -> Curve {
    Curve::of(&waits(observations.iter(), now))
}

impl Curve {
    /// The waits at which it falls, in milliseconds, shortest first, and the share that still waits from there on.
    #[must_use]
    pub fn steps(&self) -> &[(i64, f64)] {
        &self.steps
    }

    /// The wait in milliseconds within which the share `q` is answered; `None` where it never falls that far.
    #[must_use]
    pub fn quantile_ms(&self, q: f64) -> Option<i64> {
        // The product of many fractions misses a half by a few last bits; one part in a billion is no conversation.
        let target = 1.0 - q + 1e-9;
        self.steps.iter().find(|(_, waiting)| *waiting <= target).map(|(wait, _)| *wait)
    }

    /// `waits` is sorted as [`waits`] does.
    fn of(waits: &[Wait]) -> Self {
        let (mut waiting, mut at_risk, mut steps) = (1.0_f64, waits.len(), Vec::new());
        for same in waits.chunk_by(|a, b| a.ms == b.ms) {
            let answered = same.iter().filter(|wait| wait.answered).count();
            waiting *= 1.0 - f64::from(count(answered)) / f64::from(count(at_risk));
            at_risk -= same.len();
            steps.extend(same.first().filter(|_| answered > 0).map(|wait| (wait.ms, waiting)));
        }
        Self { steps }
    }
}

/// The step to show where `shown` is what was shown before, in minutes: it stays while the wait is within it, or above it by
/// less than a tenth, or would fit the step below by less than a tenth; so that a sentence does not flicker.
#[must_use]
pub fn steady_minutes(shown: Option<u32>, wait_ms: i64) -> u32 {
    let step = step_minutes(wait_ms);
    let Some(shown) = shown.filter(|shown| *shown != step) else { return step };
    let tenth = wait_ms / 10;
    let higher = step > shown && step_minutes(wait_ms - tenth) <= shown;
    let lower = step < shown && step_minutes(wait_ms + tenth) >= shown;
    if higher || lower { shown } else { step }
}

/// The smallest of the steps a person would say that is not below `wait_ms`, in minutes.
///
/// The steps: 1, 2, 5, 10, 15, 20, 30, 45 minutes; 1, 2, 3, 4, 6, 8, 12 hours; 1, 2, 3, 5, 7, 30 days. Always upward, so
/// that the sentence made of it is kept at least as often as it says; above 30 days it stays at 30 days, which is the
/// whole window.
#[must_use]
pub fn step_minutes(wait_ms: i64) -> u32 {
    STEPS.iter().copied().find(|&step| wait_ms <= i64::from(step) * MINUTE_MS).unwrap_or(MONTH)
}

const HOUR: u32 = 60;
const DAY: u32 = 24 * HOUR;
const WEEK: u32 = 7 * DAY;
const MONTH: u32 = 30 * DAY;

#[rustfmt::skip]
const STEPS: [u32; 21] = [
    1, 2, 5, 10, 15, 20, 30, 45,
    HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 6 * HOUR, 8 * HOUR, 12 * HOUR,
    DAY, 2 * DAY, 3 * DAY, 5 * DAY, WEEK, MONTH,
];

/// The form of words for a figure: which sentence to take, and the number to put into it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spoken {
    /// So many minutes, 1 to 59.
    Minutes(u32),
    /// So many hours, 1 to 23.
    Hours(u32),
    /// A day.
    Day,
    /// A few days: two to five.
    FewDays,
    /// A week.
    Week,
    /// A month.
    Month,
}

impl Spoken {
    /// The form for `minutes`; any number has one, and none speaks of less time than the number says.
    #[must_use]
    pub const fn of(minutes: u32) -> Self {
        match minutes {
            0 => Self::Minutes(1),
            1..HOUR => Self::Minutes(minutes),
            HOUR..DAY if minutes.div_ceil(HOUR) < 24 => Self::Hours(minutes.div_ceil(HOUR)),
            HOUR..=DAY => Self::Day,
            _ if minutes <= 5 * DAY => Self::FewDays,
            _ if minutes <= WEEK => Self::Week,
            _ => Self::Month,
        }
    }

    /// The last part of the sentence's key in a locale file, for example `reply.minutes`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Minutes(1) => "minute",
            Self::Minutes(_) => "minutes",
            Self::Hours(1) => "hour",
            Self::Hours(_) => "hours",
            Self::Day => "day",
            Self::FewDays => "few_days",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// What stands for `{n}` in the sentence, where it has one.
    #[must_use]
    pub const fn number(self) -> Option<u32> {
        match self {
            Self::Minutes(n) | Self::Hours(n) => Some(n),
            Self::Day | Self::FewDays | Self::Week | Self::Month => None,
        }
    }
}

/// How long a question waited, and whether that ended with an answer.
#[derive(Clone, Copy)]
struct Wait {
    ms: i64,
    answered: bool,
}

/// The waits, shortest first. Of two that are equal the answered one comes first, since whoever still waited at that length
/// was there when the other got an answer.
fn waits<'a>(observations: impl Iterator<Item = &'a Observation>, now: i64) -> Vec<Wait> {
    let mut waits: Vec<Wait> = observations.filter_map(|seen| wait(*seen, now)).collect();
    waits.sort_unstable_by_key(|wait| (wait.ms, !wait.answered));
    waits
}

fn in_window(seen: &Observation, now: i64) -> bool {
    now.saturating_sub(seen.asked_at) <= WINDOW_MS
}

/// A question's wait as known at `now`. Clocks jump: a question of the future is none yet, an answer of the future has
/// not been given yet, and an answer before its question came at once.
fn wait(seen: Observation, now: i64) -> Option<Wait> {
    if seen.asked_at > now {
        return None;
    }
    let known = |at: Option<i64>| at.filter(|&at| at <= now);
    let answered = known(seen.answered_at);
    let until = answered.or(known(seen.given_up_at)).unwrap_or(now);
    Some(Wait { ms: until.saturating_sub(seen.asked_at).max(0), answered: answered.is_some() })
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
