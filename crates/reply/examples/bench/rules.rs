//! The five fixed rules that the reply clock is measured against, kept over a sliding window so that a hundred thousand
//! questions take seconds. Judges nothing, and knows no file.

use std::collections::BTreeSet;

use crate::score::{SHARES, Said};

const DAY_MS: i64 = 24 * 3_600_000;
/// Under so many answers in the window, the badge takes the last ones there are.
const FEW: usize = 10;

/// The names under which they are printed, in order.
pub(crate) const NAMES: [&str; 5] = ["km30", "answered30", "answered7", "badge", "mean30"];

/// Everything the rules know at one moment.
pub(crate) struct Rules {
    /// All waits there ever are, sorted: what is known is kept by its place among them.
    waits: Vec<i64>,
    month: Window,
    week: Window,
    /// The waits of the answers given last, newest last.
    last: Vec<i64>,
    said: [Said; 5],
}

impl Rules {
    /// For questions whose waits, those never known at a moment included, are among `waits`.
    pub(crate) fn new(mut waits: Vec<i64>) -> Self {
        waits.sort_unstable();
        let (month, week) = (Window::new(30 * DAY_MS, waits.len()), Window::new(7 * DAY_MS, waits.len()));
        Self { waits, month, week, last: Vec::new(), said: [[f64::INFINITY; 3]; 5] }
    }

    pub(crate) fn asked(&mut self, question: usize, at: i64) {
        for window in [&mut self.month, &mut self.week] {
            window.open.insert((at, question));
        }
    }

    pub(crate) fn answered(&mut self, question: usize, asked_at: i64, wait: i64) {
        let place = self.waits.partition_point(|&known| known < wait);
        for window in [&mut self.month, &mut self.week] {
            // One that has already left the window is not in it.
            if window.open.remove(&(asked_at, question)) {
                window.answered.insert((asked_at, question, place));
                window.counts.change(place, wait, true);
            }
        }
        self.last.push(wait);
        if self.last.len() > FEW {
            self.last.remove(0);
        }
    }

    /// What each rule says to who asks at `now`. One without a figure says what it said last, and at the very beginning
    /// never.
    pub(crate) fn say(&mut self, now: i64) -> [Said; 5] {
        self.month.slide(now, &self.waits);
        self.week.slide(now, &self.waits);
        let known = [
            (!self.month.is_empty()).then(|| self.month.curve(now, &self.waits)),
            self.month.quantiles(&self.waits),
            self.week.quantiles(&self.waits),
            self.badge().map(|one| [one; 3]),
            self.month.mean().map(|one| [one; 3]),
        ];
        for (said, known) in self.said.iter_mut().zip(known) {
            *said = known.unwrap_or(*said);
        }
        self.said
    }

    /// The mean of the fastest nine tenths, in seconds.
    fn badge(&self) -> Option<f64> {
        let all = self.month.answered.len();
        if all >= FEW {
            let fastest = all * 9 / 10;
            return Some(self.month.counts.sum_of_first(fastest, &self.waits) / to_f64(fastest) / 1000.0);
        }
        let mut last = self.last.clone();
        last.sort_unstable();
        last.truncate((last.len() * 9).div_ceil(10));
        let sum: i64 = last.iter().sum();
        (!last.is_empty()).then(|| ms(sum) / to_f64(last.len()))
    }
}

/// The questions asked in the last so many milliseconds.
struct Window {
    length: i64,
    /// Who still waits: when they asked.
    open: BTreeSet<(i64, usize)>,
    /// Who does not: when they asked, and the place of their wait.
    answered: BTreeSet<(i64, usize, usize)>,
    counts: Counts,
}

impl Window {
    fn new(length: i64, waits: usize) -> Self {
        Self { length, open: BTreeSet::new(), answered: BTreeSet::new(), counts: Counts::new(waits) }
    }

    fn slide(&mut self, now: i64, waits: &[i64]) {
        let is_over = |asked_at: i64| asked_at < now - self.length;
        while self.open.first().is_some_and(|first| is_over(first.0)) {
            self.open.pop_first();
        }
        while let Some((_, _, place)) = self.answered.first().copied().filter(|first| is_over(first.0)) {
            self.answered.pop_first();
            self.counts.change(place, waits.get(place).copied().unwrap_or(0), false);
        }
    }

    fn is_empty(&self) -> bool {
        self.open.is_empty() && self.answered.is_empty()
    }

    /// The waits of those who were answered, at each share: the smallest that covers it.
    fn quantiles(&self, waits: &[i64]) -> Option<Said> {
        let all = self.answered.len();
        let nth =
            |share: f64| self.counts.nth(covering(share, all)).and_then(|place| waits.get(place).copied());
        (all > 0).then(|| SHARES.map(|share| nth(share).map_or(f64::INFINITY, ms)))
    }

    fn mean(&self) -> Option<f64> {
        let all = self.answered.len();
        (all > 0).then(|| ms(self.counts.sum) / to_f64(all))
    }

    /// Kaplan and Meier's quantiles. Between two who still wait nobody leaves unanswered, so that over that stretch the curve
    /// falls as the number of those at risk does.
    fn curve(&self, now: i64, waits: &[i64]) -> Said {
        let mut said = [f64::INFINITY; 3];
        let mut missing = SHARES.iter().zip(&mut said).peekable();
        let (mut curve, mut answered, mut gone) = (1.0, 0, 0);
        let all = self.answered.len();
        let ages = self.open.iter().rev().map(|&(asked_at, _)| now - asked_at).chain([i64::MAX]);
        for age in ages {
            // Whoever was answered after just as long was so before the other left.
            let until = match age {
                i64::MAX => all,
                _ => self.counts.before(waits.partition_point(|&wait| wait <= age)),
            };
            let at_risk = to_f64(all + self.open.len() - answered - gone);
            let after = curve * (1.0 - to_f64(until - answered) / at_risk.max(1.0));
            while let Some((share, said)) = missing.next_if(|(share, _)| after <= 1.0 - **share + 1e-9) {
                // The first answer at which the curve is down to what is left.
                let left = (1.0 - share + 1e-9) / curve;
                let needed = ceil(at_risk * (1.0 - left)).max(1);
                let wait = self.counts.nth(answered + needed).and_then(|place| waits.get(place).copied());
                *said = wait.map_or(f64::INFINITY, ms);
            }
            (curve, answered, gone) = (after, until, gone + 1);
            if missing.peek().is_none() || answered == all {
                break;
            }
        }
        said
    }
}

/// How many of the waits known are at each place, as a tree of sums (Fenwick, "A new data structure for cumulative frequency
/// tables", 1994).
struct Counts {
    tree: Vec<(usize, i64)>,
    sum: i64,
}

impl Counts {
    fn new(places: usize) -> Self {
        Self { tree: vec![(0, 0); places + 1], sum: 0 }
    }

    fn change(&mut self, place: usize, wait: i64, add: bool) {
        self.sum += if add { wait } else { -wait };
        let mut at = place + 1;
        while let Some((count, sum)) = self.tree.get_mut(at) {
            *count = if add { *count + 1 } else { *count - 1 };
            *sum += if add { wait } else { -wait };
            at += at & at.wrapping_neg();
        }
    }

    /// How many are at places before this one.
    fn before(&self, place: usize) -> usize {
        let (mut at, mut count) = (place, 0);
        while at > 0 {
            count += self.tree.get(at).map_or(0, |node| node.0);
            at &= at - 1;
        }
        count
    }

    /// The place of the `n`th, from 1.
    fn nth(&self, n: usize) -> Option<usize> {
        let (place, ..) = self.descend(n);
        (n >= 1 && place + 1 < self.tree.len()).then_some(place)
    }

    fn sum_of_first(&self, n: usize, waits: &[i64]) -> f64 {
        let (place, sum, left) = self.descend(n);
        // Those left over are all of the wait at that place.
        #[expect(clippy::cast_precision_loss, reason = "sums of waits fit into 53 bits")]
        let sum = sum as f64;
        sum + to_f64(left) * ms(waits.get(place).copied().unwrap_or(0)) * 1000.0
    }

    /// The place of the `n`th, the sum before that place, and how many of that place belong to the first `n`.
    fn descend(&self, n: usize) -> (usize, i64, usize) {
        let (mut at, mut left, mut sum) = (0, n, 0);
        let mut step = self.tree.len().next_power_of_two();
        while step > 0 {
            if let Some(node) = self.tree.get(at + step).filter(|node| node.0 < left) {
                at += step;
                left -= node.0;
                sum += node.1;
            }
            step /= 2;
        }
        (at, sum, left)
    }
}

/// How many of `all` cover the share.
fn covering(share: f64, all: usize) -> usize {
    ceil(share * to_f64(all) - 1e-9).max(1)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts, and a float saturates")]
fn ceil(n: f64) -> usize {
    n.ceil() as usize
}

#[expect(clippy::cast_precision_loss, reason = "counts fit into 53 bits")]
fn to_f64(n: usize) -> f64 {
    n as f64
}

/// Milliseconds as seconds.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of any year that matters fit into 53 bits")]
fn ms(ms: i64) -> f64 {
    ms as f64 / 1000.0
}
