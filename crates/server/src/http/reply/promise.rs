//! The promise: from a wait that nine in ten do not exceed to a moment that a person would name. Pure.

use pronto_protocol::id::Millis;
use pronto_reply::hours::Hours;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Up to here a promise names five minutes, beyond it a full hour.
const SHORT_MS: i64 = 2 * HOUR_MS;
/// No promise reaches further than the figure itself does.
const FARTHEST_MS: i64 = 30 * 24 * HOUR_MS;
/// What is allowed after an opening to answer those who wrote while it was closed.
const MORNING_MS: i64 = HOUR_MS;

/// By when someone who asks at `now` is told to have an answer, if nine in ten had theirs within `wait_ms`. Always
/// rounded up. While the business is closed nobody answers, so what would fall there falls into the next opening;
/// `None` where it never opens again, and for what lies too far ahead to be a promise.
#[must_use]
pub fn promised(now: Millis, wait_ms: i64, hours: Option<&Hours>) -> Option<Millis> {
    let by = now.plus(wait_ms.max(MINUTE_MS));
    let unit = if wait_ms <= SHORT_MS { 5 * MINUTE_MS } else { HOUR_MS };
    let by = match hours.map(|hours| hours.state(by.0)) {
        None => rounded(by, unit),
        Some(state) if state.open => {
            // Rounding must not lead past the closing.
            let closes = state.changes_at.map(Millis).unwrap_or(Millis(i64::MAX));
            rounded(by, unit).min(closes.max(by))
        }
        Some(state) => rounded(Millis(state.changes_at?).plus(MORNING_MS), 5 * MINUTE_MS),
    };
    (by > now && by.since(now) <= FARTHEST_MS).then_some(by)
}

// Every zone's offset is a multiple of a quarter of an hour, so that full hours of a few zones are not those of UTC:
// there a promise of hours ends at a half or a quarter, which is as easily said.
fn rounded(at: Millis, unit: i64) -> Millis {
    let over = at.0.rem_euclid(unit);
    if over == 0 { at } else { at.plus(unit - over) }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use jiff::Timestamp;
    use pronto_reply::hours::OpenSpan;

    use super::*;

    /// Monday to Friday 9 to 13 and 15 to 18:30 in Rome.
    fn shop() -> Hours {
        let spans = (1..=5)
            .flat_map(|weekday| {
                [(9 * 60, 13 * 60), (15 * 60, 18 * 60 + 30)].map(|(from, to)| OpenSpan { weekday, from, to })
            })
            .collect();
        Hours::new("Europe/Rome", spans).expect("hours")
    }

    fn said(asked: &str, wait_minutes: i64, hours: Option<&Hours>) -> String {
        let now: Timestamp = asked.parse().expect("a time");
        let by = promised(Millis(now.as_millisecond()), wait_minutes * MINUTE_MS, hours);
        let by = by.map(|by| Timestamp::from_millisecond(by.0).expect("a time").to_string());
        format!("{asked} + {wait_minutes} min → {}\n", by.unwrap_or_else(|| "nothing".to_owned()))
    }

    #[test]
    fn rounded_up_and_within_opening_hours() {
        let shop = shop();
        let asked = [
            ("2026-11-23T09:01:30Z", 7),
            ("2026-11-23T09:00:00Z", 10),
            ("2026-11-23T09:01:30Z", 190),
            ("2026-11-23T17:01:00Z", 27),
            ("2026-11-23T17:01:00Z", 45),
            ("2026-11-28T10:00:00Z", 30),
            ("2026-11-23T09:00:00Z", 0),
            ("2026-11-23T09:00:00Z", 31 * 24 * 60),
            ("2026-11-23T09:00:00Z", i64::MAX / MINUTE_MS),
        ];
        let always: String = asked.map(|(at, wait)| said(at, wait, None)).concat();
        let by_hours: String = asked.map(|(at, wait)| said(at, wait, Some(&shop))).concat();
        expect![[r#"
            2026-11-23T09:01:30Z + 7 min → 2026-11-23T09:10:00Z
            2026-11-23T09:00:00Z + 10 min → 2026-11-23T09:10:00Z
            2026-11-23T09:01:30Z + 190 min → 2026-11-23T13:00:00Z
            2026-11-23T17:01:00Z + 27 min → 2026-11-23T17:30:00Z
            2026-11-23T17:01:00Z + 45 min → 2026-11-23T17:50:00Z
            2026-11-28T10:00:00Z + 30 min → 2026-11-28T10:30:00Z
            2026-11-23T09:00:00Z + 0 min → 2026-11-23T09:05:00Z
            2026-11-23T09:00:00Z + 44640 min → nothing
            2026-11-23T09:00:00Z + 153722867280912 min → nothing
        "#]]
        .assert_eq(&always);
        expect![[r#"
            2026-11-23T09:01:30Z + 7 min → 2026-11-23T09:10:00Z
            2026-11-23T09:00:00Z + 10 min → 2026-11-23T09:10:00Z
            2026-11-23T09:01:30Z + 190 min → 2026-11-23T15:00:00Z
            2026-11-23T17:01:00Z + 27 min → 2026-11-23T17:30:00Z
            2026-11-23T17:01:00Z + 45 min → 2026-11-24T09:00:00Z
            2026-11-28T10:00:00Z + 30 min → 2026-11-30T09:00:00Z
            2026-11-23T09:00:00Z + 0 min → 2026-11-23T09:05:00Z
            2026-11-23T09:00:00Z + 44640 min → nothing
            2026-11-23T09:00:00Z + 153722867280912 min → nothing
        "#]]
        .assert_eq(&by_hours);
    }

    #[test]
    fn who_never_opens_promises_nothing() {
        let never = Hours::new("Europe/Rome", Vec::new()).expect("hours");
        assert_eq!(promised(Millis(1_790_000_000_000), 5 * MINUTE_MS, Some(&never)), None);
    }
}
