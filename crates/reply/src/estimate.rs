//! The reply clock, kept incrementally: fed with each question and answer as it comes, it says by when someone who asks
//! now is answered. Reads no clock, words nothing, and knows nothing of where its questions come from.
//!
//! Every estimate is Kaplan and Meier's: who still waits counts as waiting, for as long as they have. There are several of
//! them, since no single window suits every business: with a short, a middle and a long memory; drawn more or less closely
//! around the hour of the day; by the wall clock, by the opening-hours clock, and by a clock that learns from the answers
//! when somebody answers. Which of them are heard depends on how right they have been for this very site (`mix`).
//!
//! Counted is in logarithmic bins whose weights fade, so that a question costs the same whether ten or a million came
//! before it, and a million take no more room than some thousands. The whole clock serializes: a restart reads it back.

use serde::{Deserialize, Serialize};

use crate::clock::MIN_SAMPLE;
use crate::hours::Hours;

mod activity;
mod cells;
mod days;
mod learned;
mod mix;
mod open;
mod openings;
mod waits;

use cells::{Cells, hour_kernel, hour_of};
use days::Days;
use learned::{CLOCKS, Learned};
use mix::{EXPERTS, Mix, SHARES, Said};
use open::Open;
use openings::Openings;
use waits::{Curve, Fading, LONGEST_MS, PACES, bin, to_f64, to_i64};

/// The samples, answers and shares of an [`Estimate`] are those of so many days.
pub const WINDOW_DAYS: u32 = 30;
/// An interval for the median that is wider than this factor says nothing that anyone could use.
const WIDEST: f64 = 32.0;
/// So far ahead the opening-hours clock is followed.
const AHEAD_MS: i64 = 45 * 24 * 3_600_000;
/// Who asked while the business was open says this much about who asks while it is closed, and the other way round.
const OTHER_STATE: f64 = 0.3;
/// The cell of those who asked while it was closed, and how many make it known.
const CLOSED: usize = 1;
const FAMILIAR: f64 = 5.0;

/// What can be said about a site's reply time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// There is a figure.
    Measured,
    /// Fewer than [`MIN_SAMPLE`] questions in the window, or an interval too wide to be of use.
    New,
    /// Half of those who ask are never answered, as far as can be known.
    OftenUnanswered,
}

/// A wait, and how sure it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wait {
    /// In milliseconds.
    pub ms: i64,
    /// The lower end of its 95 % confidence interval.
    pub low_ms: i64,
    /// The upper end; `None` where it has none.
    pub high_ms: Option<i64>,
}

/// By when someone who asks at one moment is answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Estimate {
    /// What can be said. The waits below are `None` unless it is [`Verdict::Measured`].
    pub verdict: Verdict,
    /// Within this wait, by the wall clock, half of those who ask are answered; `None` where so many never are. So below.
    pub p50: Option<Wait>,
    /// Three quarters.
    pub p75: Option<Wait>,
    /// Nine tenths.
    pub p90: Option<Wait>,
    /// Questions of the last [`WINDOW_DAYS`] days.
    pub sample: u32,
    /// Of them answered.
    pub answered: u32,
    /// Of them not.
    pub unanswered: u32,
    /// Of a thousand of them that are answered, given up or older than a week, so many have no answer.
    pub never_permille: u32,
    /// [`WINDOW_DAYS`].
    pub window_days: u32,
    /// Most of those who asked last still wait, and longer than three quarters should.
    pub slower_now: bool,
}

/// A site's reply clock. Times are milliseconds since 1970.
///
/// Feed it in the order in which things happened; a clock that jumps back is borne. An answer before its question came at
/// once; one to a question that it does not know of changes nothing.
///
/// ```
/// use pronto_reply::estimate::{Clock, Verdict};
/// let minute = 60_000;
/// let mut clock = Clock::default();
/// for n in 0..40 {
///     clock.asked(n * 30 * minute, None);
///     clock.answered(n * 30 * minute, (n * 30 + 7) * minute, None);
/// }
/// let estimate = clock.estimate(40 * 30 * minute, None);
/// assert_eq!(estimate.verdict, Verdict::Measured);
/// assert!(estimate.p50.is_some_and(|wait| (6 * minute..8 * minute).contains(&wait.ms)));
/// ```
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Clock {
    fading: Fading,
    /// By the wall clock and the hour of asking.
    by_wall: Cells,
    /// By the opening-hours clock, and whether it was open.
    by_opening: Cells,
    learned: Learned,
    open: Open,
    days: Days,
    mix: Mix,
}

impl Clock {
    /// A visitor's turn begins at `at`. `hours` are the opening hours that hold then, here and below.
    pub fn asked(&mut self, at: i64, hours: Option<&Hours>) {
        let at = bounded(at);
        if self.fading.is_long_before(to_f64(at)) {
            // What was counted is of a future that never came.
            *self = Self::default();
        }
        if let Some(by) = self.fading.rebase(to_f64(at)) {
            self.by_wall.scale(by);
            self.by_opening.scale(by);
        }
        self.mix.settle(at);
        if self.mix.follows(at) {
            let (said, _) = self.say(at, hours);
            self.mix.follow(at, &said);
        }
        self.days.asked(at);
        for (asked_at, count) in self.open.asked(at) {
            self.count(asked_at, asked_at.saturating_add(LONGEST_MS), false, count, hours);
        }
    }

    /// A person answered, at `answered_at`, the turn that began at `asked_at`.
    pub fn answered(&mut self, asked_at: i64, answered_at: i64, hours: Option<&Hours>) {
        let (asked_at, answered_at) = (bounded(asked_at), bounded(answered_at));
        if self.open.remove(asked_at) {
            let answered_at = answered_at.max(asked_at);
            self.count(asked_at, answered_at, true, 1, hours);
            self.days.answered(asked_at);
            self.mix.answered(asked_at, answered_at);
        }
    }

    /// The turn that began at `asked_at` was closed at `at` without an answer: it stays as having waited until then.
    pub fn given_up(&mut self, asked_at: i64, at: i64, hours: Option<&Hours>) {
        let (asked_at, at) = (bounded(asked_at), bounded(at));
        if self.open.remove(asked_at) {
            self.count(asked_at, at.max(asked_at), false, 1, hours);
            self.days.given_up(asked_at);
            self.mix.given_up(asked_at, at.max(asked_at));
        }
    }

    /// The turn that began at `asked_at` is none: spam, or a visitor who was blocked.
    pub fn withdrawn(&mut self, asked_at: i64) {
        let asked_at = bounded(asked_at);
        if self.open.remove(asked_at) {
            self.days.withdrawn(asked_at);
            self.mix.withdrawn(asked_at);
        }
    }

    /// By when someone who asks at `now` is answered.
    #[must_use]
    pub fn estimate(&self, now: i64, hours: Option<&Hours>) -> Estimate {
        let now = bounded(now);
        let (said, curve) = self.say(now, hours);
        let said = self.mix.said(&self.fitting(said, now, hours));
        let tally = self.days.tally(now);
        let waits = [0, 1, 2].map(|at| with_interval(said[at]?, &curve, SHARES[at]));
        let [p50, p75, p90] = waits;
        let verdict = match p50 {
            _ if usize::try_from(tally.asked).unwrap_or(usize::MAX) < MIN_SAMPLE => Verdict::New,
            None => Verdict::OftenUnanswered,
            Some(wait)
                if wait.high_ms.is_none_or(|high| to_f64(high) > to_f64(wait.low_ms.max(1)) * WIDEST) =>
            {
                Verdict::New
            }
            Some(_) => Verdict::Measured,
        };
        let shown = |wait: Option<Wait>| wait.filter(|_| verdict == Verdict::Measured);
        let (late, recent) = self.mix.overdue(now);
        Estimate {
            verdict,
            p50: shown(p50),
            p75: shown(p75),
            p90: shown(p90),
            sample: tally.asked,
            answered: tally.answered,
            unanswered: tally.asked.saturating_sub(tally.answered),
            never_permille: tally.never_permille(),
            window_days: WINDOW_DAYS,
            slower_now: verdict == Verdict::Measured && late >= 3 && late * 2 > recent,
        }
    }

    /// The bare waits at one half, three quarters and nine tenths in milliseconds, however few questions there are; `None`
    /// where that share is never reached.
    #[must_use]
    pub fn waits(&self, now: i64, hours: Option<&Hours>) -> [Option<f64>; 3] {
        let now = bounded(now);
        let (said, _) = self.say(now, hours);
        self.mix.said(&self.fitting(said, now, hours)).map(|wait| wait.map(f64::exp2))
    }

    /// What there is to hear at `now`: where hardly anyone has asked while it was closed, the waits of those who asked while it
    /// was open say nothing to one who asks at night, but by a clock that stands still until it opens.
    fn fitting(&self, mut said: Said, now: i64, hours: Option<&Hours>) -> Said {
        let closed = hours.map(|hours| hours.state(now)).filter(|state| !state.open);
        let opens_again = closed.is_some_and(|state| state.changes_at.is_some());
        if opens_again && self.by_opening.effective(CLOSED) < FAMILIAR {
            said.iter_mut().for_each(|said| said[..2 * PACES].fill(f64::NAN));
        }
        said
    }

    /// Counts some waits that are over.
    fn count(&mut self, from: i64, to: i64, answered: bool, count: u32, hours: Option<&Hours>) {
        let weights = self.fading.weights(to_f64(from));
        let openings = hours.map(|hours| Openings::new(hours, from, to.saturating_add(1)));
        let (wall_from, wall_to) = (on_the_wall(hours, from), on_the_wall(hours, to));
        for _ in 0..count {
            self.by_wall.add(hour_of(wall_from), bin(to_f64(to - from)), answered, weights);
            if let Some(openings) = &openings {
                let open_ms = to_f64(openings.between(from, to));
                self.by_opening.add(usize::from(!openings.is_open(from)), bin(open_ms), answered, weights);
            }
            self.learned.push(wall_from, wall_to, answered);
        }
    }

    /// Who still waits at `now`.
    fn waiting(&self, now: i64, hours: Option<&Hours>) -> impl Iterator<Item = Waiting> {
        self.open.groups(now).map(move |(asked_at, count)| Waiting {
            asked_at,
            wall: on_the_wall(hours, asked_at),
            count: f64::from(count),
        })
    }

    /// What each expert says to someone who asks at `now`, and the curve from which the intervals are taken.
    fn say(&self, now: i64, hours: Option<&Hours>) -> (Said, Curve) {
        let wall_now = on_the_wall(hours, now);
        let hour = hour_of(wall_now);
        let (near, nearer) = (hour_kernel(hour, 1.0), hour_kernel(hour, 2.0));
        let openings = hours
            .map(|hours| Openings::new(hours, now.saturating_sub(LONGEST_MS), now.saturating_add(AHEAD_MS)));
        let is_open = openings.as_ref().is_some_and(|openings| openings.is_open(now));
        let state = if is_open { [1.0, OTHER_STATE] } else { [OTHER_STATE, 1.0] };
        let [mut by_hour, mut by_near_hour] = self.by_wall.tables([&near, &nearer]);
        let [mut by_opening] = self.by_opening.tables([&state]);
        let waiting: Vec<Waiting> = self.waiting(now, hours).collect();
        for &Waiting { asked_at, wall, count } in &waiting {
            let age = bin(to_f64(now - asked_at));
            let cell = hour_of(wall);
            let share = |kernel: &[f64]| kernel.get(cell).copied().unwrap_or(0.0);
            let open_age = openings.as_ref().map(|openings| {
                let state = state.get(usize::from(!openings.is_open(asked_at))).copied().unwrap_or(0.0);
                (bin(to_f64(openings.between(asked_at, now))), state)
            });
            let tables = by_hour.iter_mut().zip(&mut by_near_hour).zip(&mut by_opening);
            for (((wide, narrow), opening), weight) in tables.zip(self.fading.weights(to_f64(asked_at))) {
                wide.add(age, false, weight * count * share(&near));
                narrow.add(age, false, weight * count * share(&nearer));
                if let Some((open_age, state)) = open_age {
                    opening.add(open_age, false, weight * count * state);
                }
            }
        }
        let by_clock = self.learned.tables(wall_now, waiting.iter().map(|one| (one.wall, one.count)));
        let mut said = [[f64::NAN; EXPERTS]; 3];
        let mut put = |expert: usize, curve: &Curve, wall: &dyn Fn(f64) -> f64| {
            for (said, share) in said.iter_mut().zip(SHARES) {
                if let Some(said) = said.get_mut(expert) {
                    *said = curve.quantile(share).map_or(f64::INFINITY, wall);
                }
            }
        };
        for (pace, (wide, narrow)) in by_hour.iter().zip(&by_near_hour).enumerate() {
            put(pace, &wide.curve(), &|wait| wait);
            put(PACES + pace, &narrow.curve(), &|wait| wait);
        }
        let wait = |at: i64| to_f64((bounded(at) - now).max(1)).log2();
        for (place, (clock, table)) in self.learned.clocks().zip(&by_clock).enumerate() {
            let wall = |by: f64| wait(off_the_wall(hours, bounded(clock.after(wall_now, by.exp2()))));
            put(2 * PACES + place, &table.curve(), &wall);
        }
        // Hours that are never open say nothing about when somebody answers.
        if let Some(openings) = openings.as_ref().filter(|openings| !openings.is_empty()) {
            for (pace, opening) in by_opening.iter().enumerate() {
                let wall = |by: f64| openings.after(now, to_i64(by.exp2())).map_or(f64::INFINITY, wait);
                put(2 * PACES + CLOCKS + pace, &opening.curve(), &wall);
            }
        }
        (said, by_hour[1].curve())
    }
}

/// Instants before the year 1 and after 9000 are taken for these, so that no clock's reading overruns a sum.
fn bounded(at: i64) -> i64 {
    at.clamp(-62_135_596_800_000, 221_845_392_000_000)
}

/// Some who asked at about the same time.
struct Waiting {
    asked_at: i64,
    /// By the clock on the wall of the business.
    wall: i64,
    count: f64,
}

/// What a clock on the wall of the business shows, where its zone is known.
fn on_the_wall(hours: Option<&Hours>, at: i64) -> i64 {
    hours.map_or(at, |hours| at + hours.offset_ms(at))
}

/// When that clock shows it.
fn off_the_wall(hours: Option<&Hours>, wall: i64) -> i64 {
    hours.map_or(wall, |hours| wall - hours.offset_ms(wall - hours.offset_ms(wall)))
}

/// A wait of which the middle curve tells how sure it is.
fn with_interval(said: f64, curve: &Curve, share: f64) -> Option<Wait> {
    let middle = curve.quantile(share);
    let [low, high] = curve.interval(share);
    let moved = |end: f64| middle.map_or(end, |middle| said + end - middle);
    let low = low.map_or(said, moved).min(said);
    let high = high.map(|high| moved(high).max(said));
    Some(Wait {
        ms: to_i64(said.exp2()),
        low_ms: to_i64(low.exp2()),
        high_ms: high.map(|high| to_i64(high.exp2())),
    })
}
