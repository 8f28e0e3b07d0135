//! The same turns on the definitions that others publish, so that an owner can compare. None of it is ever shown to
//! visitors.

use pronto_protocol::id::Millis;
use pronto_protocol::model::report::OtherDefinitions;

use crate::store::TurnRow;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const BADGE_MS: i64 = 15 * 60 * 1000;

/// What others would show of `turns` at `now`.
#[must_use]
pub fn others(turns: &[TurnRow], now: Millis) -> OtherDefinitions {
    let (rate, time_ms) = badge(turns, now, 30);
    let (week_rate, week_ms) = badge(turns, now, 7);
    // What was asked and answered while closed has no wait by that clock, and is left out there.
    let by_hours = |(turn, at): &(&TurnRow, Millis)| turn.open_wait_ms != Some(0) || turn.asked_at == *at;
    let mut open: Vec<i64> = answered_since(turns, now, 7)
        .filter(by_hours)
        .map(|(turn, at)| turn.open_wait_ms.unwrap_or_else(|| at.since(turn.asked_at)).max(0))
        .collect();
    open.sort_unstable();
    OtherDefinitions {
        badge_rate_permille: rate,
        badge_time_s: time_ms.map(seconds),
        badge_shown: week_rate >= 900 && week_ms.is_some_and(|ms| ms <= BADGE_MS),
        median_open_s: open.get(open.len() / 2).copied().map(seconds),
        median_sample: u32::try_from(open.len()).unwrap_or(u32::MAX),
    }
}

/// The share of the questions of the last `days` that were answered, of a thousand, and the mean of the fastest nine
/// tenths of their waits.
fn badge(turns: &[TurnRow], now: Millis, days: i64) -> (u32, Option<i64>) {
    let asked = turns.iter().filter(|turn| (0..=days * DAY_MS).contains(&now.since(turn.asked_at)));
    let (mut waits, mut questions) = (Vec::new(), 0_usize);
    for turn in asked {
        questions += 1;
        waits.extend(turn.answered_at.filter(|&at| at <= now).map(|at| at.since(turn.asked_at).max(0)));
    }
    let rate = waits.len() * 1000 / questions.max(1);
    waits.sort_unstable();
    waits.truncate((waits.len() * 9).div_ceil(10));
    let count = i64::try_from(waits.len()).unwrap_or(i64::MAX);
    let mean = (count > 0).then(|| waits.iter().sum::<i64>() / count);
    (u32::try_from(rate).unwrap_or(1000), mean)
}

fn answered_since(turns: &[TurnRow], now: Millis, days: i64) -> impl Iterator<Item = (&TurnRow, Millis)> {
    turns
        .iter()
        .filter_map(|turn| Some((turn, turn.answered_at?)))
        .filter(move |(_, at)| (0..=days * DAY_MS).contains(&now.since(*at)))
}

fn seconds(ms: i64) -> u32 {
    u32::try_from(ms.saturating_add(999) / 1000).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(asked_at: i64, wait: i64, open_wait_ms: Option<i64>) -> TurnRow {
        let answered_at = Some(Millis(asked_at + wait));
        TurnRow {
            asked_at: Millis(asked_at),
            answered_at,
            given_up_at: None,
            promised_by: None,
            open_wait_ms,
        }
    }

    #[test]
    fn a_night_s_talk_is_no_quick_answer() {
        let now = Millis(DAY_MS);
        let night = turn(0, 40_000, Some(0));
        let others = |turns: &[TurnRow]| {
            let others = super::others(turns, now);
            (others.median_open_s, others.median_sample)
        };
        assert_eq!(others(&[night]), (None, 0));
        assert_eq!(others(&[night, turn(0, DAY_MS / 2, Some(60_000))]), (Some(60), 1));
        assert_eq!(others(&[turn(0, 0, Some(0)), turn(0, 30_000, None)]), (Some(30), 2));
    }
}
