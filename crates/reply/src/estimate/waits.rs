//! Waits, counted: logarithmic bins, weights that fade, and the Kaplan–Meier curve of what is counted. Knows no hour of
//! the day and no clock.

use std::sync::LazyLock;

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
        // How many people a weight of 1 stands for.
        let people = if self.squares > 0.0 { at_risk / self.squares } else { 0.0 };
        let (mut hazard, mut surely, mut variance) = (0.0, 0.0, 0.0);
        let mut curve = Curve::default();
        for (bin, (&answered, &waiting)) in self.answered.iter().zip(&self.waiting).enumerate() {
            // Those who still waited somewhere in the bin were there for half of it.
            let exposed = at_risk - waiting / 2.0;
            if answered > 0.0 && exposed > 0.0 {
                let share = (answered / exposed).min(1.0 - 1e-12);
                hazard -= (1.0 - share).ln();
                // That all of a few were answered does not prove that all of many would be: half a person more was not.
                let of = (exposed * people).max(1e-9);
                let share = share.min(1.0 - 0.5 / (of + 0.5));
                surely -= (1.0 - share).ln();
                variance += share / ((1.0 - share) * of);
            }
            at_risk = (at_risk - answered - waiting).max(0.0);
            let ends = [&mut curve.hazard, &mut curve.surely, &mut curve.variance];
            for (end, value) in ends.into_iter().zip([hazard, surely, variance]) {
                if let Some(end) = end.get_mut(bin + 1) {
                    *end = value;
                }
            }
        }
        curve
    }
}

/// The cumulative hazard at the beginning of each bin; what of it is sure enough to take an interval from, and the variance
/// of that.
#[derive(Clone)]
pub(super) struct Curve {
    hazard: [f64; BINS + 1],
    surely: [f64; BINS + 1],
    variance: [f64; BINS + 1],
}

impl Default for Curve {
    fn default() -> Self {
        Self { hazard: [0.0; BINS + 1], surely: [0.0; BINS + 1], variance: [0.0; BINS + 1] }
    }
}

impl Curve {
    /// The wait, in log2 of milliseconds, by which the share `q` is answered; `None` where that is never reached.
    pub(super) fn quantile(&self, q: f64) -> Option<f64> {
        let target = -(1.0 - q).ln() - 1e-9;
        crossing(&self.hazard, |_, hazard| hazard >= target, target)
    }

    /// The ends of the 95 % confidence interval of the quantile, in log2 of milliseconds and `None` for never, on the scale
    /// on which it is nearest to normal (Brookmeyer and Crowley, "A confidence interval for the median survival time", 1982).
    pub(super) fn interval(&self, q: f64) -> [Option<f64>; 2] {
        let target = -(1.0 - q).ln() - 1e-9;
        [1.96, -1.96].map(|z| {
            let reached = |bin: usize, hazard: f64| {
                let variance = self.variance.get(bin).copied().unwrap_or(0.0);
                hazard > 0.0 && hazard.ln() + z * variance.sqrt() / hazard >= target.ln()
            };
            crossing(&self.surely, reached, f64::NAN)
        })
    }
}

/// Where `reached` first holds, in log2 of milliseconds; within the bin by where the hazard meets `target`, else the bin's
/// middle.
fn crossing(hazards: &[f64], reached: impl Fn(usize, f64) -> bool, target: f64) -> Option<f64> {
    let at = hazards.iter().enumerate().position(|(bin, &hazard)| reached(bin, hazard))?;
    let from = at.saturating_sub(1);
    let (before, after) = (hazards.get(from)?, hazards.get(at)?);
    let part = (target - before) / (after - before);
    let part = if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.5 };
    Some(begins(from) + part / PER_OCTAVE)
}

/// Where the bins begin, in milliseconds: one more than there are.
static BEGINNINGS: LazyLock<[f64; BINS + 1]> =
    LazyLock::new(|| std::array::from_fn(|bin| if bin == 0 { 0.0 } else { begins(bin).exp2() }));

/// A place on a curve from which to look for later ones: who goes on in small steps finds the next bin nearby.
#[derive(Clone, Copy, Default)]
pub(super) struct Climb {
    bin: usize,
}

impl Climb {
    /// The cumulative hazard after a wait no shorter than the one asked about before.
    pub(super) fn hazard(&mut self, curve: &Curve, wait_ms: f64) -> f64 {
        let begin = |bin: usize| BEGINNINGS.get(bin).copied().unwrap_or(f64::INFINITY);
        while self.bin + 1 < BINS && begin(self.bin + 1) <= wait_ms {
            self.bin += 1;
        }
        let hazard = |bin: usize| curve.hazard.get(bin).copied().unwrap_or(0.0);
        let (from, to) = (begin(self.bin), begin(self.bin + 1));
        let part = ((wait_ms - from) / (to - from)).clamp(0.0, 1.0);
        hazard(self.bin) + (hazard(self.bin + 1) - hazard(self.bin)) * part
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
