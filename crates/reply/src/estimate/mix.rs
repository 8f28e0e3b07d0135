//! Several ways to say the same thing, and which of them has been right so far. Each is scored by the pinball loss of the
//! logarithm of the wait at its share, once a question's outcome is known; what is said is their mean on that scale, those
//! that lost less counting more ("Aggregating strategies", Vovk, 1990).

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::waits::to_f64;

/// The shares that are spoken of.
pub(super) const SHARES: [f64; 3] = [0.5, 0.75, 0.9];
/// How many ways there are.
pub(super) const EXPERTS: usize = 11;

/// What each expert says to one question at each share: the wait in log2 of milliseconds, infinite for never, and no
/// number where it has nothing to say.
pub(super) type Said = [[f64; EXPERTS]; 3];

/// A question is scored when it is a week old, so that quick answers are not heard before slow ones.
const HORIZON_MS: i64 = 7 * 24 * 3_600_000;
/// With each question scored, those before it count a little less.
const DISCOUNT: f64 = 0.99;
/// How hard a loss is held against an expert.
const RATE: f64 = 0.6;
/// What each is trusted before it has said anything: where three differ in little but their memory, the one that is alone
/// in knowing when somebody answers counts as much as they do together.
const PRIOR: [f64; EXPERTS] = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 3.0, 1.0, 1.0, 1.0, 1.0];
/// So many questions are followed at once, and on a busy site so far apart that they are spread over the week.
const FOLLOWED: usize = 400;
/// Longer than anything that is heard, in log2 of milliseconds.
const FOREVER: f64 = 64.0;
const APART_MS: i64 = HORIZON_MS / 400;
/// Waits are heard between half a minute and a week: log2 of milliseconds.
const SHORTEST: f64 = 14.872_674_880_270_605;
const LONGEST: f64 = 29.171_882_898_657_884;

/// A question whose outcome is to be seen.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Followed {
    asked_at: i64,
    answered_at: Option<i64>,
    /// When it was closed without an answer: from then on nobody waits.
    #[serde(default)]
    closed_at: Option<i64>,
    /// As [`Said`], of all shares in turn: [`FOREVER`] for never, none for nothing to say.
    said: Vec<Option<f32>>,
    /// The wait that was named for three quarters, in milliseconds.
    named_ms: Option<f64>,
}

impl Followed {
    /// When its wait ended, one way or the other.
    fn over_at(&self) -> Option<i64> {
        self.answered_at.or(self.closed_at)
    }
}

/// The experts' record.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Mix {
    losses: [[f64; EXPERTS]; 3],
    followed: VecDeque<Followed>,
}

impl Mix {
    /// Whether the outcome of a question asked at `at` would be followed.
    pub(super) fn follows(&self, at: i64) -> bool {
        let apart =
            self.followed.back().is_none_or(|last| at.saturating_sub(last.asked_at).abs() >= APART_MS);
        self.followed.len() < FOLLOWED && (apart || self.followed.len() < FOLLOWED / 4)
    }

    /// Follows a question to which the experts said this.
    pub(super) fn follow(&mut self, asked_at: i64, said: &Said) {
        #[expect(clippy::cast_possible_truncation, reason = "a thousandth of an octave is more than enough")]
        let kept = |said: &f64| (!said.is_nan()).then_some(said.min(FOREVER) as f32);
        self.followed.push_back(Followed {
            asked_at,
            answered_at: None,
            closed_at: None,
            said: said.iter().flatten().map(kept).collect(),
            named_ms: self.said(said)[1].map(f64::exp2),
        });
    }

    /// One that was asked then was answered.
    pub(super) fn answered(&mut self, asked_at: i64, answered_at: i64) {
        if let Some(one) = self.waiting_since(asked_at) {
            one.answered_at = Some(answered_at);
        }
    }

    /// One that was asked then was closed without an answer.
    pub(super) fn given_up(&mut self, asked_at: i64, at: i64) {
        if let Some(one) = self.waiting_since(asked_at) {
            one.closed_at = Some(at);
        }
    }

    fn waiting_since(&mut self, asked_at: i64) -> Option<&mut Followed> {
        let waits = |one: &&mut Followed| one.asked_at == asked_at && one.over_at().is_none();
        self.followed.iter_mut().rev().find(waits)
    }

    /// One that was asked then counts no more.
    pub(super) fn withdrawn(&mut self, asked_at: i64) {
        self.followed.retain(|one| one.asked_at != asked_at || one.answered_at.is_some());
    }

    /// Scores those whose time has come.
    pub(super) fn settle(&mut self, now: i64) {
        while let Some(oldest) =
            self.followed.pop_front_if(|oldest| oldest.asked_at <= now.saturating_sub(HORIZON_MS))
        {
            self.score(&oldest);
        }
    }

    fn score(&mut self, one: &Followed) {
        let in_time = one.answered_at.filter(|at| at - one.asked_at <= HORIZON_MS);
        let wait = in_time.map_or(LONGEST, |at| heard(to_f64((at - one.asked_at).max(1)).log2()));
        for ((losses, said), share) in self.losses.iter_mut().zip(one.said.chunks(EXPERTS)).zip(SHARES) {
            let loss = |said: &Option<f32>| said.map(|said| pinball(wait, heard(f64::from(said)), share));
            let each: Vec<Option<f64>> = said.iter().map(loss).collect();
            let (count, sum) =
                each.iter().flatten().fold((0.0, 0.0), |(count, sum), loss| (count + 1.0, sum + loss));
            for (kept, loss) in losses.iter_mut().zip(each) {
                // Who said nothing is taken to have lost as much as the others on average.
                *kept = *kept * DISCOUNT + loss.map_or(0.0, |loss| loss - sum / f64::max(count, 1.0));
            }
        }
    }

    /// What they say together at each share, in log2 of milliseconds; `None`: never.
    pub(super) fn said(&self, said: &Said) -> [Option<f64>; 3] {
        let mut together = [None; 3];
        for ((together, said), losses) in together.iter_mut().zip(said).zip(&self.losses) {
            let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
            let (mut total, mut never, mut sum) = (0.0, 0.0, 0.0);
            let experts = said.iter().zip(losses).zip(PRIOR).filter(|((said, _), _)| !said.is_nan());
            for ((said, loss), prior) in experts {
                let weight = prior * (-(loss - least) * RATE).exp();
                total += weight;
                never += if said.is_finite() { 0.0 } else { weight };
                sum += weight * said.min(NEVER);
            }
            *together = (total > 0.0 && never * 2.0 <= total).then_some(sum / total);
        }
        // Each share has listened to others: a larger one may not take less for it.
        for larger in 1..together.len() {
            let least = together[larger - 1];
            together[larger] = together[larger].zip(least).map(|(said, least)| said.max(least));
        }
        together
    }

    /// Of the questions of the last day that are followed, how many still wait for longer than was named, and how many there
    /// are.
    pub(super) fn overdue(&self, now: i64) -> (u32, u32) {
        let recent = |one: &&Followed| (0..=RECENT_MS).contains(&now.saturating_sub(one.asked_at));
        let (mut late, mut all) = (0, 0);
        for one in self.followed.iter().rev().filter(recent).take(RECENT) {
            let waits = one.over_at().is_none_or(|at| at > now);
            let over = one.named_ms.is_some_and(|named| to_f64(now - one.asked_at) > named);
            late += u32::from(waits && over);
            all += 1;
        }
        (late, all)
    }
}

/// A never that a minority says, when the others' waits are averaged with it: 30 days.
const NEVER: f64 = 31.271_418_572_208_8;
/// How far back, and how many, "now" means.
const RECENT_MS: i64 = 24 * 3_600_000;
const RECENT: usize = 8;

fn heard(wait: f64) -> f64 {
    wait.clamp(SHORTEST, LONGEST)
}

fn pinball(wait: f64, said: f64, share: f64) -> f64 {
    if wait >= said { share * (wait - said) } else { (1.0 - share) * (said - wait) }
}
