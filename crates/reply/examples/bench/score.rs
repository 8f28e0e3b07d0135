//! How a saying is judged: the pinball loss of the logarithm of the wait, and whether the answer came within what was said.
//! Knows no rule and no file.

/// The shares that are spoken of.
pub(crate) const SHARES: [f64; 3] = [0.5, 0.75, 0.9];
/// Waits are judged between these, in seconds: half a minute and seven days. Never is seven days.
pub(crate) const SHORTEST_S: f64 = 30.0;
pub(crate) const CAP_S: f64 = 7.0 * 24.0 * 3600.0;

/// The waits in seconds that a rule says for each share; infinite for never.
pub(crate) type Said = [f64; 3];

/// What a rule has lost, and how often it was kept, over the questions so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Score {
    questions: f64,
    loss: [f64; 3],
    within: [f64; 3],
}

impl Score {
    /// Judges what was said of a question that was answered after `wait_s`, or never.
    pub(crate) fn add(&mut self, said: Said, wait_s: Option<f64>) {
        let wait = heard(wait_s.unwrap_or(CAP_S));
        self.questions += 1.0;
        for (((said, share), loss), within) in
            said.into_iter().zip(SHARES).zip(&mut self.loss).zip(&mut self.within)
        {
            let said = heard(said);
            *loss += pinball(wait - said, share);
            *within += f64::from(u8::from(wait_s.is_some() && wait <= said));
        }
    }

    /// How many were judged.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    pub(crate) fn questions(&self) -> usize {
        self.questions as usize
    }

    /// The loss at all shares together, as so many times another's.
    pub(crate) fn to(&self, other: &Self) -> f64 {
        self.loss().iter().sum::<f64>() / other.loss().iter().sum::<f64>()
    }

    /// The mean loss at each share.
    pub(crate) fn loss(&self) -> [f64; 3] {
        self.loss.map(|loss| loss / self.questions)
    }

    /// The share answered within what was said for each share.
    pub(crate) fn within(&self) -> [f64; 3] {
        self.within.map(|within| within / self.questions)
    }
}

fn heard(wait_s: f64) -> f64 {
    wait_s.clamp(SHORTEST_S, CAP_S).log2()
}

fn pinball(short_by: f64, share: f64) -> f64 {
    if short_by >= 0.0 { share * short_by } else { (share - 1.0) * short_by }
}

#[cfg(test)]
mod tests {
    use super::{CAP_S, Score};

    #[test]
    fn losses_are_those_worked_by_hand() {
        let mut score = Score::default();
        // Said 64, 128 and 256 s, answered after 128: one octave too short, right, one too long.
        score.add([64.0, 128.0, 256.0], Some(128.0));
        assert_eq!(score.loss().map(|loss| (loss * 1e6).round()), [500_000.0, 0.0, 100_000.0]);
        assert_eq!(score.within(), [0.0, 1.0, 1.0]);
        // Never answered is seven days, and never was said: nothing lost, and nobody was answered within it.
        score.add([f64::INFINITY; 3], None);
        assert_eq!(score.loss().map(|loss| (loss * 1e6).round()), [250_000.0, 0.0, 50_000.0]);
        assert_eq!(score.within(), [0.0, 0.5, 0.5]);
    }

    #[test]
    fn waits_are_heard_between_half_a_minute_and_a_week() {
        let mut score = Score::default();
        score.add([0.0, 30.0, CAP_S], Some(2.0));
        score.add([CAP_S; 3], Some(40.0 * CAP_S));
        assert_eq!(score.loss()[0], 0.0);
        assert_eq!(score.within(), [1.0; 3]);
    }
}
