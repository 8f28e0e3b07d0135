//! The report's figures from the turns of a site. Pure; the estimates themselves are `pronto-reply`'s.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use pronto_protocol::id::Millis;
use pronto_protocol::model::report::{CurvePoint, PromiseCount, ReportHour, ReportWeek, WaitCount};
use pronto_reply::clock::{self, Observation};

use crate::store::TurnRow;

/// Weeks of the report.
pub const WEEKS: i32 = 12;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 60 * MINUTE_S;
const DAY_S: i64 = 24 * HOUR_S;

/// How long a turn lasted as known at `now`, and whether a person's answer ended it. Clocks jump: a question of the
/// future is none yet, an answer of the future has not been given, an answer before its question came at once.
fn wait(turn: &TurnRow, now: Millis) -> Option<(i64, bool)> {
    if turn.asked_at > now {
        return None;
    }
    let answered = turn.answered_at.filter(|&at| at <= now);
    let given_up = turn.given_up_at.filter(|&at| at <= now);
    let end = answered.or(given_up).unwrap_or(now);
    Some((end.since(turn.asked_at).max(0), answered.is_some()))
}

/// Whether a turn's promise was kept; `None` where there was none, or while it runs.
fn is_kept(turn: &TurnRow, now: Millis) -> Option<bool> {
    let by = turn.promised_by?;
    match turn.answered_at.filter(|&at| at <= now) {
        Some(at) => Some(at <= by),
        None => (by < now).then_some(false),
    }
}

/// How the promises of these turns fared.
pub fn promises<'a>(turns: impl IntoIterator<Item = &'a TurnRow>, now: Millis) -> PromiseCount {
    let mut count = PromiseCount::default();
    for kept in turns.into_iter().filter_map(|turn| is_kept(turn, now)) {
        if kept {
            count.kept += 1;
        } else {
            count.missed += 1;
        }
    }
    count
}

/// The waits by their length: to the second within an hour, to the minute within a day, to the hour beyond. Every step
/// that the figure is rounded to is the end of a bin.
#[must_use]
pub fn counts(turns: &[TurnRow], now: Millis) -> Vec<WaitCount> {
    let mut bins = BTreeMap::<i64, (u32, u32)>::new();
    for (ms, answered) in turns.iter().filter_map(|turn| wait(turn, now)) {
        let seconds = ceil(ms, 1000).max(1);
        let unit = if seconds <= HOUR_S {
            1
        } else if seconds <= DAY_S {
            MINUTE_S
        } else {
            HOUR_S
        };
        let bin = bins.entry(ceil(seconds, unit) * unit).or_default();
        if answered {
            bin.0 += 1;
        } else {
            bin.1 += 1;
        }
    }
    let count = |(up_to, (answered, waiting))| WaitCount { up_to_s: seconds(up_to), answered, waiting };
    bins.into_iter().map(count).collect()
}

/// The survival curve by Kaplan and Meier's estimate from the counts as they are published: how many of a thousand
/// still wait after so long.
#[must_use]
pub fn curve(counts: &[WaitCount]) -> Vec<CurvePoint> {
    let mut at_risk: f64 = counts.iter().map(|bin| f64::from(bin.answered) + f64::from(bin.waiting)).sum();
    let mut waiting = 1.0;
    let mut points = vec![CurvePoint { wait_s: 0, waiting_permille: 1000 }];
    for bin in counts {
        if bin.answered > 0 {
            waiting *= 1.0 - f64::from(bin.answered) / at_risk;
            points.push(CurvePoint { wait_s: bin.up_to_s, waiting_permille: permille(waiting) });
        }
        at_risk -= f64::from(bin.answered) + f64::from(bin.waiting);
    }
    // Of points that a picture cannot tell apart the last is kept.
    points.dedup_by(|next, kept| {
        let same = next.waiting_permille == kept.waiting_permille && kept.wait_s > 0;
        if same {
            *kept = *next;
        }
        same
    });
    points
}

/// The waits in seconds within which the half, three quarters and nine tenths are answered.
fn quantiles<'a>(turns: impl IntoIterator<Item = &'a TurnRow>, now: Millis) -> [Option<u32>; 3] {
    let observation = |turn: &TurnRow| Observation {
        asked_at: turn.asked_at.0,
        answered_at: turn.answered_at.map(|at| at.0),
        given_up_at: turn.given_up_at.map(|at| at.0),
    };
    let observations: Vec<Observation> = turns.into_iter().map(observation).collect();
    let curve = clock::curve(&observations, now.0);
    [0.5, 0.75, 0.9].map(|q| curve.quantile_ms(q).map(|ms| seconds(ceil(ms, 1000))))
}

/// When the first week of the report begins.
#[must_use]
pub fn since(zone: &TimeZone, now: Millis) -> Millis {
    let first = mondays(zone, now).first().copied();
    let start = first.and_then(|monday| monday.to_zoned(zone.clone()).ok());
    start.map_or(now.plus(-i64::from(WEEKS) * 7 * DAY_MS), |start| Millis(start.timestamp().as_millisecond()))
}

/// The Mondays of the report's weeks, oldest first.
fn mondays(zone: &TimeZone, now: Millis) -> Vec<Date> {
    let Some(today) = local(zone, now).map(|now| now.date()) else { return Vec::new() };
    let monday = monday_of(today);
    (0..WEEKS).rev().filter_map(|back| monday.checked_sub((7 * back).days()).ok()).collect()
}

fn monday_of(day: Date) -> Date {
    day.checked_sub(i32::from(day.weekday().to_monday_zero_offset()).days()).unwrap_or(day)
}

fn local(zone: &TimeZone, at: Millis) -> Option<jiff::Zoned> {
    Some(Timestamp::from_millisecond(at.0).ok()?.to_zoned(zone.clone()))
}

/// The turns by the week in which they were asked.
#[must_use]
pub fn weeks(turns: &[TurnRow], zone: &TimeZone, now: Millis) -> Vec<ReportWeek> {
    let mut weeks: BTreeMap<Date, Vec<&TurnRow>> =
        mondays(zone, now).into_iter().map(|monday| (monday, Vec::new())).collect();
    for turn in turns {
        let monday = local(zone, turn.asked_at).map(|asked| monday_of(asked.date()));
        if let Some(week) = monday.and_then(|monday| weeks.get_mut(&monday)) {
            week.push(turn);
        }
    }
    let week = |(monday, turns): (Date, Vec<&TurnRow>)| {
        let waits: Vec<_> = turns.iter().filter_map(|turn| wait(turn, now)).collect();
        let [p50_s, p75_s, p90_s] = quantiles(turns.iter().copied(), now);
        ReportWeek {
            monday: monday.to_string(),
            questions: count(waits.len()),
            unanswered: count(waits.iter().filter(|(_, answered)| !answered).count()),
            p50_s,
            p75_s,
            p90_s,
            promises: promises(turns.iter().copied(), now),
        }
    };
    weeks.into_iter().map(week).collect()
}

/// The turns by the hour of the week in which they were asked.
#[must_use]
pub fn hours(turns: &[TurnRow], zone: &TimeZone, now: Millis) -> Vec<ReportHour> {
    let mut cells = BTreeMap::<(i8, i8), Vec<&TurnRow>>::new();
    for turn in turns.iter().filter(|turn| turn.asked_at <= now) {
        if let Some(asked) = local(zone, turn.asked_at) {
            cells.entry((asked.weekday().to_monday_one_offset(), asked.hour())).or_default().push(turn);
        }
    }
    let cell = |((weekday, hour), turns): ((i8, i8), Vec<&TurnRow>)| ReportHour {
        weekday: u8::try_from(weekday).unwrap_or_default(),
        hour: u8::try_from(hour).unwrap_or_default(),
        questions: count(turns.len()),
        p50_s: quantiles(turns.iter().copied(), now)[0],
    };
    cells.into_iter().map(cell).collect()
}

fn ceil(value: i64, unit: i64) -> i64 {
    value.div_euclid(unit) + i64::from(value.rem_euclid(unit) > 0)
}

fn seconds(seconds: i64) -> u32 {
    u32::try_from(seconds.max(0)).unwrap_or(u32::MAX)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 to 1,000 before")]
fn permille(share: f64) -> u32 {
    (share * 1000.0).round().clamp(0.0, 1000.0) as u32
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
