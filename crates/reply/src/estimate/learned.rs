//! What is learned from the last waits: which of them are remembered, and the two clocks that tell when somebody answers.
//! Times here are those of a clock on the wall of the business, so that an opening is at the same hour all year.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::activity::{Activity, WEEK_SLOTS, place_of};
use super::waits::{Table, bin, to_f64};

/// So many clocks are learned.
pub(super) const CLOCKS: usize = 2;
/// So many waits are remembered to learn from.
const KEPT: usize = 1_000;
/// Where a busy site fills them sooner, every second one is let go, and of the next only so many are kept.
const SPANNED_MS: i64 = 28 * 24 * 3_600_000;
/// After so many waits the clocks are asked.
const SEEN: usize = 100;
/// Relearned when this part of them is new.
const RELEARN: usize = 16;
/// Rounds of alternating each time.
const ROUNDS: usize = 2;
/// After so long a wait counts half.
const HALF_LIFE_MS: f64 = 60.0 * 86_400_000.0;

/// The last waits, thinned where they are many so that they span weeks, and what two readings of them have learned.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub(super) struct Learned {
    kept: VecDeque<Wait>,
    /// One in so many is kept.
    one_in: u32,
    skipped: u32,
    fresh: usize,
    /// The instant of which a wait weighs 1.
    landmark: i64,
    clocks: [Activity; CLOCKS],
}

/// One wait that is over, and what follows from it.
#[derive(Clone, Copy, Debug)]
struct Wait {
    from: i64,
    to: i64,
    answered: bool,
    weight: f64,
    /// The half hour of the week in which it began.
    place: usize,
    /// Its bin by each clock.
    bins: [usize; CLOCKS],
}

/// What is written down of [`Learned`]; the rest follows.
#[derive(Serialize, Deserialize)]
struct Written {
    kept: Vec<(i64, i64, bool)>,
    one_in: u32,
    skipped: u32,
    fresh: usize,
    landmark: i64,
    clocks: [Activity; CLOCKS],
}

impl From<Written> for Learned {
    fn from(written: Written) -> Self {
        let Written { kept, one_in, skipped, fresh, landmark, clocks } = written;
        let mut learned = Self { kept: VecDeque::new(), one_in, skipped, fresh, landmark, clocks };
        learned.kept =
            kept.into_iter().map(|(from, to, answered)| learned.wait(from, to, answered)).collect();
        learned
    }
}

impl From<Learned> for Written {
    fn from(learned: Learned) -> Self {
        let Learned { kept, one_in, skipped, fresh, landmark, clocks } = learned;
        let kept = kept.into_iter().map(|wait| (wait.from, wait.to, wait.answered)).collect();
        Self { kept, one_in, skipped, fresh, landmark, clocks }
    }
}

impl Default for Learned {
    fn default() -> Self {
        let clocks = [Activity::sharp(), Activity::soft()];
        Self { kept: VecDeque::new(), one_in: 0, skipped: 0, fresh: 0, landmark: 0, clocks }
    }
}

impl Learned {
    /// The clocks; none before they have seen enough to tell a working day from a night.
    pub(super) fn clocks(&self) -> impl Iterator<Item = &Activity> {
        self.clocks.iter().take(if self.kept.len() < SEEN { 0 } else { CLOCKS })
    }

    /// Remembers a wait, and learns when there is enough that is new.
    pub(super) fn push(&mut self, from: i64, to: i64, answered: bool) {
        self.skipped = self.skipped.saturating_add(1);
        if self.skipped < self.one_in {
            return;
        }
        self.skipped = 0;
        if self.kept.len() >= KEPT {
            self.make_room(to);
        }
        let wait = self.wait(from, to.max(from), answered);
        self.kept.push_back(wait);
        self.fresh += 1;
        if self.fresh * RELEARN >= self.kept.len() {
            self.fresh = 0;
            self.learn(to);
        }
    }

    /// The waits by each clock, for someone who asks at `now`, and then those who still wait: since when, and how many.
    pub(super) fn tables(&self, now: i64, waiting: impl Iterator<Item = (i64, f64)>) -> [Table; CLOCKS] {
        let mut tables = [const { Table::new() }; CLOCKS];
        let alike = self.clocks.each_ref().map(|clock| clock.alike(now));
        let share = |clock: &Vec<f64>, place: usize| clock.get(place).copied().unwrap_or(0.0);
        for wait in &self.kept {
            for ((table, alike), bin) in tables.iter_mut().zip(&alike).zip(wait.bins) {
                table.add(bin, wait.answered, wait.weight * share(alike, wait.place));
            }
        }
        for (since, count) in waiting {
            let (place, weight) = (place_of(since), self.weight(since) * count);
            for ((table, alike), clock) in tables.iter_mut().zip(&alike).zip(&self.clocks) {
                table.add(bin(clock.between(since, now)), false, weight * share(alike, place));
            }
        }
        tables
    }

    fn learn(&mut self, now: i64) {
        self.landmark = now;
        for clock in &mut self.clocks {
            for _ in 0..ROUNDS {
                let waits = self.kept.iter().map(|wait| {
                    let weight = weight(wait.from, now);
                    (wait.from, wait.to, wait.answered, weight)
                });
                let mut table = Table::new();
                for (from, to, answered, weight) in waits.clone() {
                    table.add(bin(clock.between(from, to)), answered, weight);
                }
                clock.learn(waits, &table.curve());
            }
        }
        let kept = std::mem::take(&mut self.kept);
        self.kept = kept.into_iter().map(|wait| self.wait(wait.from, wait.to, wait.answered)).collect();
    }

    fn wait(&self, from: i64, to: i64, answered: bool) -> Wait {
        let bins = self.clocks.each_ref().map(|clock| bin(clock.between(from, to)));
        let place = place_of(from).min(WEEK_SLOTS - 1);
        Wait { from, to, answered, weight: self.weight(from), place, bins }
    }

    fn weight(&self, from: i64) -> f64 {
        weight(from, self.landmark)
    }

    fn make_room(&mut self, now: i64) {
        let span = self.kept.front().map_or(0, |oldest| now.saturating_sub(oldest.to));
        if span >= SPANNED_MS {
            self.kept.pop_front();
            if span >= 3 * SPANNED_MS {
                self.one_in /= 2;
            }
            return;
        }
        let mut keep = false;
        self.kept.retain(|_| {
            keep = !keep;
            keep
        });
        self.one_in = self.one_in.max(1).saturating_mul(2);
    }
}

/// What a wait weighs where one that began at `landmark` weighs 1, within what an `f64` bears.
fn weight(from: i64, landmark: i64) -> f64 {
    (to_f64(from.saturating_sub(landmark)) / HALF_LIFE_MS).clamp(-400.0, 400.0).exp2()
}
