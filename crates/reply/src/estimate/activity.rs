//! When a business answers, learned from its answers alone: how much likelier one is in each half hour of the week than in
//! another, given as many who wait. By the clock that runs as fast as that, nights and lunches take no time. Which waits it
//! learns from is not its affair.
//!
//! The speeds maximise the likelihood of proportional hazards, by alternating: waits by the clock as it runs give the
//! hazard, the hazard gives the answers to be expected in each half hour, and given to expected is the speed.

use serde::{Deserialize, Serialize};

use super::waits::{Climb, Curve, to_f64, to_i64};

const SLOT_MS: i64 = 30 * 60_000;
/// Half hours of a week, and of a day.
pub(super) const WEEK_SLOTS: usize = 336;
const DAY_SLOTS: usize = 48;
/// 1970 began on a Thursday: its first Monday.
const FIRST_MONDAY_MS: i64 = 4 * DAY_MS;
const DAY_MS: i64 = 24 * 3_600_000;
/// A wait is followed for a week.
const FOLLOWED_SLOTS: i64 = 7 * 48;
/// How slow and how fast the clock may run.
const SLOWEST: f64 = 0.0005;
const FASTEST: f64 = 20.0;
/// The odds, before anything is known, that nobody ever answers in a half hour in which nobody has yet.
const DEAD: f64 = 3.0;
/// How little who asks while the clock runs at one speed says about who asks while it runs at another: for each doubling
/// of the speed, up to so many, it counts less by this factor, as a natural logarithm.
const UNLIKE: f64 = 0.5;
const UNLIKE_OCTAVES: f64 = 4.0;

/// The clock's speed in each half hour of the week, by the clock on the wall; 1 on average over the answers to be expected.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Speeds", into = "Speeds")]
pub(super) struct Activity {
    borrowed: Borrowed,
    speed: Vec<f64>,
    /// What of a week has passed before each half hour, and after the last, in milliseconds of this clock.
    before: Vec<f64>,
    /// The logarithm of each speed, where it is neither very slow nor very fast.
    octave: Vec<f64>,
}

/// How much a thin cell borrows, in answers to be expected: the half hour of the day from the mean, that of working days,
/// Saturdays or Sundays from the day's, and that of one weekday from those.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Borrowed {
    day: f64,
    kind: f64,
    slot: f64,
}

/// What is kept of an [`Activity`]; the rest follows.
#[derive(Serialize, Deserialize)]
struct Speeds {
    borrowed: Borrowed,
    speed: Vec<f64>,
}

impl From<Speeds> for Activity {
    fn from(mut kept: Speeds) -> Self {
        kept.speed.resize(WEEK_SLOTS, 1.0);
        let mut activity =
            Self { borrowed: kept.borrowed, speed: kept.speed, before: Vec::new(), octave: Vec::new() };
        activity.sum_up();
        activity
    }
}

impl From<Activity> for Speeds {
    fn from(activity: Activity) -> Self {
        Self { borrowed: activity.borrowed, speed: activity.speed }
    }
}

impl Activity {
    /// For a business whose answers have hours with edges.
    pub(super) fn sharp() -> Self {
        Speeds { borrowed: Borrowed { day: 0.2, kind: 0.2, slot: 3.0 }, speed: Vec::new() }.into()
    }

    /// For one that answers around the clock, now more and now less.
    pub(super) fn soft() -> Self {
        Speeds { borrowed: Borrowed { day: 5.0, kind: 10.0, slot: 20.0 }, speed: Vec::new() }.into()
    }

    /// Time by this clock between two instants, in milliseconds.
    pub(super) fn between(&self, from: i64, to: i64) -> f64 {
        self.reading(to) - self.reading(from)
    }

    /// The instant at which `ms` of this clock's time have passed since `from`.
    pub(super) fn after(&self, from: i64, ms: f64) -> i64 {
        let week = self.week();
        let target = self.reading(from) + ms;
        let (weeks, rest) = ((target / week).floor(), target.rem_euclid(week));
        let slot =
            self.before.partition_point(|&before| before <= rest).saturating_sub(1).min(WEEK_SLOTS - 1);
        let (before, speed) = self.slot(slot);
        let since = weeks * to_f64(SLOT_MS) * 336.0 + (rest - before) / speed;
        let begins = i64::try_from(slot).unwrap_or(0) * SLOT_MS;
        FIRST_MONDAY_MS.saturating_add(to_i64(since)).saturating_add(begins)
    }

    /// How much each half hour of the week says about someone who asks at `now`: the clock may learn wrong what happens
    /// between two openings, and whoever asks then has a wait that is wrong in the same way.
    pub(super) fn alike(&self, now: i64) -> Vec<f64> {
        let here = self.octave.get(place_of(now)).copied().unwrap_or(0.0);
        self.octave.iter().map(|octave| (-(octave - here).abs() * UNLIKE).exp()).collect()
    }

    /// Learns the speeds anew from waits that are over: begins, ends, whether an answer ended them, and what they weigh.
    pub(super) fn learn(&mut self, waits: impl Iterator<Item = (i64, i64, bool, f64)>, curve: &Curve) {
        let mut cells = vec![Cell::default(); WEEK_SLOTS];
        for (from, to, answered, weight) in waits {
            self.follow((from, to), answered, curve, weight, &mut cells);
        }
        self.speed = self.speeds(&cells);
        self.sum_up();
    }

    /// Adds what one wait tells: where its answer was to be expected, and where it was given.
    fn follow(&self, (from, to): (i64, i64), answered: bool, curve: &Curve, weight: f64, cells: &mut [Cell]) {
        let (first, end) = (slot_of(from), slot_of(to));
        let (mut age, mut now) = (0.0, Climb::default());
        for slot in first..=end.min(first + FOLLOWED_SLOTS) {
            let begin = slot * SLOT_MS + FIRST_MONDAY_MS;
            let span = to_f64(((begin + SLOT_MS).min(to) - begin.max(from)).max(0));
            let place = place(slot);
            let Some(cell) = cells.get_mut(place) else { return };
            // What would be expected at full speed or more: a slot that is taken for dead must be able to prove it.
            let speed = self.slot(place).1;
            let full = speed.max(1.0);
            let (before, mut then) = (now.hazard(curve, age), now);
            cell.expected += weight * (then.hazard(curve, age + span * full) - before) / full;
            cell.given += if answered && slot == end { weight } else { 0.0 };
            age += span * speed;
        }
    }

    fn speeds(&self, cells: &[Cell]) -> Vec<f64> {
        let sum = cells.iter().fold(Cell::default(), |sum, cell| sum.and(*cell, 1.0));
        let ratio = if sum.given > 0.0 && sum.expected > 0.0 { sum.expected / sum.given } else { 1.0 };
        let mut days = [Cell::default(); DAY_SLOTS];
        let mut kinds = [[Cell::default(); DAY_SLOTS]; 3];
        for (slot, &cell) in cells.iter().enumerate() {
            let (kind, of_day) = (kind(slot), slot % DAY_SLOTS);
            let kind = kinds.get_mut(kind).and_then(|kind| kind.get_mut(of_day));
            for sum in [days.get_mut(of_day), kind].into_iter().flatten() {
                *sum = sum.and(cell, ratio);
            }
        }
        let speed = |(slot, &cell): (usize, &Cell)| {
            let of_day = slot % DAY_SLOTS;
            let day = days.get(of_day).copied().unwrap_or_default().drawn(1.0, self.borrowed.day);
            let kind = kinds.get(kind(slot)).and_then(|kind| kind.get(of_day)).copied().unwrap_or_default();
            let kind = kind.drawn(day, self.borrowed.kind);
            Cell::default().and(cell, ratio).lent(kind, self.borrowed.slot).clamp(SLOWEST, FASTEST)
        };
        cells.iter().enumerate().map(speed).collect()
    }

    fn sum_up(&mut self) {
        let mut sum = 0.0;
        self.before.clear();
        self.before.push(sum);
        for speed in &self.speed {
            sum += speed * to_f64(SLOT_MS);
            self.before.push(sum);
        }
        let (slow, fast) = ((-UNLIKE_OCTAVES).exp2(), UNLIKE_OCTAVES.exp2());
        self.octave = self.speed.iter().map(|speed| speed.clamp(slow, fast).log2()).collect();
    }

    fn week(&self) -> f64 {
        self.before.last().copied().unwrap_or(1.0).max(1.0)
    }

    /// What of a week has passed before a slot, and the speed in it.
    fn slot(&self, place: usize) -> (f64, f64) {
        (self.before.get(place).copied().unwrap_or(0.0), self.speed.get(place).copied().unwrap_or(1.0))
    }

    /// What this clock shows at an instant.
    fn reading(&self, at: i64) -> f64 {
        let since = at.saturating_sub(FIRST_MONDAY_MS);
        let slot = since.div_euclid(SLOT_MS);
        let (before, speed) = self.slot(place(slot));
        to_f64(slot.div_euclid(336)) * self.week() + before + to_f64(since.rem_euclid(SLOT_MS)) * speed
    }
}

/// Answers in a stretch of the week.
#[derive(Clone, Copy, Default)]
struct Cell {
    given: f64,
    expected: f64,
}

impl Cell {
    fn and(self, other: Self, ratio: f64) -> Self {
        Self { given: self.given + other.given * ratio, expected: self.expected + other.expected }
    }

    /// Given to expected, with so many answers borrowed at another speed.
    fn lent(self, speed: f64, borrowed: f64) -> f64 {
        (self.given + borrowed * speed) / (self.expected + borrowed)
    }

    /// The same where none may mean never: the longer nothing is given though it was to be expected, the likelier it is that
    /// nothing ever will be, sooner than a speed would fall to nothing.
    fn drawn(self, speed: f64, borrowed: f64) -> f64 {
        let by_chance = (borrowed / (borrowed + self.expected)).powf(borrowed);
        let alive = if self.given > 0.0 { 1.0 } else { by_chance / (by_chance + DEAD * (1.0 - by_chance)) };
        alive * self.lent(speed, borrowed)
    }
}

/// Working days, Saturdays, Sundays.
fn kind(slot: usize) -> usize {
    (slot / DAY_SLOTS).saturating_sub(4).min(2)
}

fn slot_of(at: i64) -> i64 {
    at.saturating_sub(FIRST_MONDAY_MS).div_euclid(SLOT_MS)
}

/// The half hour of the week of an instant.
pub(super) fn place_of(at: i64) -> usize {
    place(slot_of(at))
}

fn place(slot: i64) -> usize {
    usize::try_from(slot.rem_euclid(336)).unwrap_or(0)
}
