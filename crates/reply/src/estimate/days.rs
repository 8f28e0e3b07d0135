//! How many asked, were answered or gave up on each of the last days: the plain counts that stand beside the figure.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::WINDOW_DAYS;

const DAY_MS: i64 = 24 * 3_600_000;
/// An unanswered question is called so after this many days.
const PATIENCE_DAYS: i64 = 7;
/// More days than the window has, so that a clock that jumps back finds its day.
const KEPT: usize = 40;

/// The questions of one day.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Day {
    day: i64,
    asked: u32,
    answered: u32,
    given_up: u32,
}

/// The last days on which anyone asked, in order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Days {
    days: VecDeque<Day>,
}

/// The sums of a window.
#[derive(Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) asked: u32,
    pub(super) answered: u32,
    /// Closed without an answer, or without one for a week.
    never: u32,
}

impl Tally {
    /// Of a thousand that are over one way or the other, so many without an answer.
    pub(super) fn never_permille(self) -> u32 {
        let over = u64::from(self.answered) + u64::from(self.never);
        (u64::from(self.never) * 1_000)
            .checked_div(over)
            .and_then(|share| u32::try_from(share).ok())
            .unwrap_or(0)
    }
}

impl Days {
    pub(super) fn asked(&mut self, at: i64) {
        let day = at.div_euclid(DAY_MS);
        let place = self.days.partition_point(|known| known.day < day);
        if self.days.get(place).is_none_or(|known| known.day != day) {
            self.days.insert(place, Day { day, ..Day::default() });
        }
        self.change(at, |day| day.asked = day.asked.saturating_add(1));
        if self.days.len() > KEPT {
            self.days.pop_front();
        }
    }

    pub(super) fn answered(&mut self, asked_at: i64) {
        self.change(asked_at, |day| day.answered = day.answered.saturating_add(1));
    }

    pub(super) fn given_up(&mut self, asked_at: i64) {
        self.change(asked_at, |day| day.given_up = day.given_up.saturating_add(1));
    }

    pub(super) fn withdrawn(&mut self, asked_at: i64) {
        self.change(asked_at, |day| day.asked = day.asked.saturating_sub(1));
    }

    /// The sums of the window that ends at `now`.
    pub(super) fn tally(&self, now: i64) -> Tally {
        let today = now.div_euclid(DAY_MS);
        let mut tally = Tally::default();
        for day in self.days.iter().filter(|day| (0..i64::from(WINDOW_DAYS)).contains(&(today - day.day))) {
            tally.asked = tally.asked.saturating_add(day.asked);
            tally.answered = tally.answered.saturating_add(day.answered);
            let without = day.asked.saturating_sub(day.answered);
            tally.never += if today - day.day > PATIENCE_DAYS { without } else { day.given_up };
        }
        tally
    }

    fn change(&mut self, at: i64, change: impl FnOnce(&mut Day)) {
        let day = at.div_euclid(DAY_MS);
        let place = self.days.binary_search_by_key(&day, |known| known.day);
        if let Some(known) = place.ok().and_then(|place| self.days.get_mut(place)) {
            change(known);
        }
    }
}
