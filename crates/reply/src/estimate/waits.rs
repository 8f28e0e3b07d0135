//! Waits, counted: logarithmic bins, weights that fade, and the Kaplan–Meier curve of what is counted. Knows no hour of
//! the day and no clock.

use serde::{Deserialize, Serialize};

/// Bins per doubling of the wait: each is 9 % wide, which nobody can hear in a sentence.
const PER_OCTAVE: f64 = 8.0;
/// Shorter waits are counted as this long, in seconds.
const SHORTEST_S: f64 = 8.0;
/// How many bins there are; the last begins just under 30 days.
pub(super) const BINS: usize = 147;
/// Questions older than this are counted as having waited this long, answered later or not.
pub(super) const LONGEST_MS: i64 = 30 * 24 * 3_600_000;

/// How many paces of forgetting are kept side by side.
pub(super) const PACES: usize = 3;
/// After so many days a question counts half, at each pace.
const HALF_LIVES_DAYS: [f64; PACES] = [7.0, 21.0, 60.0];
const DAY_MS: f64 = 86_400_000.0;
/// A weight beyond this is scaled down, all others with it, before `f64` loses the small ones.
const HEAVY: f64 = 1e30;

/// One weight for each pace.
pub(super) type Weights = [f64; PACES];

/// The bin of a wait.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float to an integer saturates, and the bin is bounded right after"
)]
pub(super) fn bin(wait_ms: f64) -> usize {
    let octaves = (wait_ms / 1000.0 / SHORTEST_S).max(1.0).log2();
    ((octaves * PER_OCTAVE) as usize).min(BINS - 1)
}

/// Where a bin begins, in log2 of milliseconds.
#[expect(clippy::cast_precision_loss, reason = "bins are few")]
pub(super) fn begins(bin: usize) -> f64 {
    (SHORTEST_S * 1000.0).log2() + bin as f64 / PER_OCTAVE
}

/// Weights that fade with age, without ever being touched again: a question weighs more the later it was asked, and only
/// ratios count ("forward decay", Cormode, Shkapenyuk, Srivastava and Xu, 2009).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Fading {
    /// The instant at which a weight is 1, for each pace, in milliseconds since 1970.
    landmark: [f64; PACES],
}

impl Fading {
    /// What a question asked at `at` weighs at each pace.
    pub(super) fn weights(&self, at: f64) -> Weights {
        let mut weights = [0.0; PACES];
        for ((weight, landmark), days) in weights.iter_mut().zip(self.landmark).zip(HALF_LIVES_DAYS) {
            *weight = ((at - landmark) / (days * DAY_MS)).exp2();
        }
        weights
    }

    /// Whether a question asked at `at` is of another age than all that was counted: years earlier.
    pub(super) fn is_long_before(&self, at: f64) -> bool {
        self.weights(at).iter().any(|weight| *weight < 1.0 / HEAVY)
    }

    /// By what to multiply every weight kept so far, where a weight of `at` has become too heavy; the landmark moves.
    pub(super) fn rebase(&mut self, at: f64) -> Option<Weights> {
        let weights = self.weights(at);
        if weights.iter().all(|weight| *weight <= HEAVY) {
            return None;
        }
        self.landmark = [at; PACES];
        Some(weights.map(f64::recip))
    }
}

/// Answered and waiting, by bin.
#[derive(Clone)]
pub(super) struct Table {
    answered: [f64; BINS],
    waiting: [f64; BINS],
    squares: f64,
}

impl Table {
    pub(super) const fn new() -> Self {
        Self { answered: [0.0; BINS], waiting: [0.0; BINS], squares: 0.0 }
    }

    pub(super) fn add(&mut self, bin: usize, answered: bool, weight: f64) {
        let column = if answered { &mut self.answered } else { &mut self.waiting };
        if let Some(cell) = column.get_mut(bin) {
            *cell += weight;
        }
    }

    /// Adds to the sum of the squared weights, from which the effective sample follows.
    pub(super) fn add_square(&mut self, square: f64) {
        self.squares += square;
    }

    fn total(&self) -> f64 {
        self.answered.iter().chain(&self.waiting).sum()
    }

    /// The curve of those who still wait.
    pub(super) fn curve(&self) -> Curve {
        let mut at_risk = self.total();
        let scale = if self.squares > 0.0 { at_risk / self.squares } else { 0.0 };
        let (mut hazard, mut variance) = (0.0, 0.0);
        let mut curve = Curve { hazard: [0.0; BINS + 1], variance: [0.0; BINS + 1] };
        for (bin, (&answered, &waiting)) in self.answered.iter().zip(&self.waiting).enumerate() {
            // Those who still waited somewhere in the bin were there for half of it.
            let exposed = at_risk - waiting / 2.0;
            if answered > 0.0 && exposed > 0.0 {
                let share = (answered / exposed).min(1.0 - 1e-12);
                hazard -= (1.0 - share).ln();
                variance += share / ((1.0 - share) * exposed * scale).max(1e-12);
            }
            at_risk = (at_risk - answered - waiting).max(0.0);
            if let (Some(h), Some(v)) = (curve.hazard.get_mut(bin + 1), curve.variance.get_mut(bin + 1)) {
                (*h, *v) = (hazard, variance);
            }
        }
        curve
    }
}

/// The cumulative hazard at the beginning of each bin, and its variance.
#[derive(Clone)]
pub(super) struct Curve {
    hazard: [f64; BINS + 1],
    variance: [f64; BINS + 1],
}

impl Curve {
    /// The wait, in log2 of milliseconds, by which the share `q` is answered; `None` where that is never reached.
    pub(super) fn quantile(&self, q: f64) -> Option<f64> {
        let target = -(1.0 - q).ln() - 1e-9;
        self.crossing(|hazard, _| hazard >= target, target)
    }

    /// The ends of the 95 % confidence interval of the quantile, in log2 of milliseconds and `None` for never, on the scale
    /// on which it is nearest to normal (Brookmeyer and Crowley, "A confidence interval for the median survival time", 1982).
    pub(super) fn interval(&self, q: f64) -> [Option<f64>; 2] {
        let target = -(1.0 - q).ln() - 1e-9;
        [1.96, -1.96].map(|z| {
            let reached = |hazard: f64, variance: f64| {
                hazard > 0.0 && hazard.ln() + z * variance.sqrt() / hazard >= target.ln()
            };
            self.crossing(reached, f64::NAN)
        })
    }

    /// Where `reached` first holds; within the bin by where the hazard meets `target`, else the bin's middle.
    fn crossing(&self, reached: impl Fn(f64, f64) -> bool, target: f64) -> Option<f64> {
        let at = self.hazard.iter().zip(&self.variance).position(|(&h, &v)| reached(h, v))?;
        let from = at.saturating_sub(1);
        let (before, after) = (self.hazard.get(from)?, self.hazard.get(at)?);
        let part = (target - before) / (after - before);
        let part = if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.5 };
        Some(begins(from) + part / PER_OCTAVE)
    }

    /// The cumulative hazard after a wait.
    pub(super) fn hazard(&self, wait_ms: f64) -> f64 {
        let bin = bin(wait_ms);
        let (Some(before), Some(after)) = (self.hazard.get(bin), self.hazard.get(bin + 1)) else {
            return 0.0;
        };
        let begin = if bin == 0 { 0.0 } else { begins(bin).exp2() };
        let part = ((wait_ms - begin) / (begins(bin + 1).exp2() - begin)).clamp(0.0, 1.0);
        before + (after - before) * part
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of any year that matters fit into 53 bits")]
pub(super) fn to_f64(ms: i64) -> f64 {
    ms as f64
}

#[expect(clippy::cast_possible_truncation, reason = "a float to an integer saturates")]
pub(super) fn to_i64(ms: f64) -> i64 {
    ms as i64
}
