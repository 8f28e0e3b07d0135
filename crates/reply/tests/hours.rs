//! Opening hours: ordinary weeks, spans over midnight, days that differ, and both clock changes in three zones.

use expect_test::{Expect, expect};
use jiff::Zoned;
use pronto_reply::hours::{
    BadHours, DayException, DaySpan, Hours, MAX_DAY_SPANS, MAX_EXCEPTIONS, MAX_SPANS, OpenSpan,
};
use proptest::prelude::*;

/// Reads `1 08:00-13:00` as Monday from eight to one.
fn span(text: &str) -> OpenSpan {
    let (weekday, times) = text.split_once(' ').expect("a weekday");
    let DaySpan { from, to } = day_span(times);
    OpenSpan { weekday: weekday.parse().expect("weekday"), from, to }
}

fn day_span(times: &str) -> DaySpan {
    let (from, to) = times.split_once('-').expect("from and to");
    let minutes = |time: &str| {
        let (hour, minute) = time.split_once(':').expect("hour and minute");
        hour.parse::<u16>().expect("hour") * 60 + minute.parse::<u16>().expect("minute")
    };
    DaySpan { from: minutes(from), to: minutes(to) }
}

/// Reads `2026-12-24 08:00-13:00 15:00-18:00` as other hours of that day, and a date alone as closed.
fn day(text: &str) -> DayException {
    let mut words = text.split(' ');
    let date = words.next().unwrap_or_default().to_owned();
    DayException { date, spans: words.map(day_span).collect() }
}

fn but(hours: Hours, days: &[&str]) -> Hours {
    let days: Vec<_> = days.iter().map(|text| day(text)).collect();
    hours.with_exceptions(&days).expect("days that can differ")
}

fn hours(zone: &str, spans: &[&str]) -> Hours {
    Hours::new(zone, spans.iter().map(|text| span(text)).collect()).expect("hours that can be")
}

/// At each instant, as RFC 9557 text: open or closed, and the next change in the same zone.
fn check(hours: &Hours, instants: &[&str], expected: &Expect) {
    let mut said = String::new();
    for instant in instants {
        let at: Zoned = instant.parse().expect("an instant with its zone");
        let state = hours.state(at.timestamp().as_millisecond());
        let word = if state.open { "open" } else { "closed" };
        let until = state.changes_at.map_or("for ever".to_owned(), |ms| {
            let until = jiff::Timestamp::from_millisecond(ms).expect("in the calendar");
            until.to_zoned(at.time_zone().clone()).strftime("%a %d %b %H:%M %:z").to_string()
        });
        said.push_str(&format!("{}: {word} until {until}\n", at.strftime("%a %d %b %H:%M %:z")));
    }
    expected.assert_eq(&said);
}

#[test]
fn an_ordinary_week() {
    let bakery = hours("Europe/Rome", &["2 07:00-13:00", "2 16:30-19:30", "6 07:00-13:00"]);
    check(
        &bakery,
        &[
            "2026-10-13T06:59:59.999[Europe/Rome]",
            "2026-10-13T07:00[Europe/Rome]",
            "2026-10-13T12:59:59.999[Europe/Rome]",
            "2026-10-13T13:00[Europe/Rome]",
            "2026-10-13T19:30[Europe/Rome]",
            "2026-10-17T13:00[Europe/Rome]",
        ],
        &expect![[r#"
            Tue 13 Oct 06:59 +02:00: closed until Tue 13 Oct 07:00 +02:00
            Tue 13 Oct 07:00 +02:00: open until Tue 13 Oct 13:00 +02:00
            Tue 13 Oct 12:59 +02:00: open until Tue 13 Oct 13:00 +02:00
            Tue 13 Oct 13:00 +02:00: closed until Tue 13 Oct 16:30 +02:00
            Tue 13 Oct 19:30 +02:00: closed until Sat 17 Oct 07:00 +02:00
            Sat 17 Oct 13:00 +02:00: closed until Tue 20 Oct 07:00 +02:00
        "#]],
    );
}

#[test]
fn over_midnight_overlapping_and_touching() {
    let bar = hours("Europe/Rome", &["5 20:00-27:00", "6 02:00-04:00", "7 00:00-24:00", "1 00:00-02:00"]);
    check(
        &bar,
        &[
            "2026-10-09T23:00[Europe/Rome]",
            "2026-10-10T02:59[Europe/Rome]",
            "2026-10-10T04:00[Europe/Rome]",
            "2026-10-11T12:00[Europe/Rome]",
        ],
        &expect![[r#"
            Fri 09 Oct 23:00 +02:00: open until Sat 10 Oct 04:00 +02:00
            Sat 10 Oct 02:59 +02:00: open until Sat 10 Oct 04:00 +02:00
            Sat 10 Oct 04:00 +02:00: closed until Sun 11 Oct 00:00 +02:00
            Sun 11 Oct 12:00 +02:00: open until Mon 12 Oct 02:00 +02:00
        "#]],
    );
}

#[test]
fn never_and_always() {
    check(
        &hours("Europe/Rome", &[]),
        &["2026-10-13T12:00[Europe/Rome]"],
        &expect![[r#"
            Tue 13 Oct 12:00 +02:00: closed until for ever
        "#]],
    );
    let always: Vec<String> = (1..=7).map(|day| format!("{day} 00:00-24:00")).collect();
    let always: Vec<&str> = always.iter().map(String::as_str).collect();
    check(
        &hours("Europe/Rome", &always),
        &["2026-10-13T12:00[Europe/Rome]", "2026-03-28T12:00[Europe/Rome]"],
        &expect![[r#"
            Tue 13 Oct 12:00 +02:00: open until for ever
            Sat 28 Mar 12:00 +01:00: open until for ever
        "#]],
    );
}

/// Rome: the clock leaves out 02:00 to 03:00 on 29 March 2026 and repeats it on 25 October.
#[test]
fn clock_changes_in_rome() {
    let night = hours("Europe/Rome", &["7 01:00-02:30", "7 02:45-05:00"]);
    check(
        &night,
        &[
            "2026-03-29T00:30[Europe/Rome]",
            "2026-03-29T01:30[Europe/Rome]",
            "2026-03-29T03:00[Europe/Rome]",
            "2026-10-25T01:30[Europe/Rome]",
            "2026-10-25T02:10+02:00[Europe/Rome]",
            "2026-10-25T02:10+01:00[Europe/Rome]",
        ],
        &expect![[r#"
            Sun 29 Mar 00:30 +01:00: closed until Sun 29 Mar 01:00 +01:00
            Sun 29 Mar 01:30 +01:00: open until Sun 29 Mar 05:00 +02:00
            Sun 29 Mar 03:00 +02:00: open until Sun 29 Mar 05:00 +02:00
            Sun 25 Oct 01:30 +02:00: open until Sun 25 Oct 05:00 +01:00
            Sun 25 Oct 02:10 +02:00: open until Sun 25 Oct 05:00 +01:00
            Sun 25 Oct 02:10 +01:00: open until Sun 25 Oct 05:00 +01:00
        "#]],
    );
}

/// New York: 8 March and 1 November 2026. An opening that lies wholly in the hour left out does not happen that week.
#[test]
fn clock_changes_in_new_york() {
    let brief = hours("America/New_York", &["7 02:10-02:50"]);
    check(
        &brief,
        &[
            "2026-03-01T03:00[America/New_York]",
            "2026-11-01T01:30-04:00[America/New_York]",
            "2026-11-01T01:30-05:00[America/New_York]",
        ],
        &expect![[r#"
            Sun 01 Mar 03:00 -05:00: closed until Sun 15 Mar 02:10 -04:00
            Sun 01 Nov 01:30 -04:00: closed until Sun 01 Nov 02:10 -05:00
            Sun 01 Nov 01:30 -05:00: closed until Sun 01 Nov 02:10 -05:00
        "#]],
    );
    let repeated = hours("America/New_York", &["7 01:15-01:45"]);
    check(
        &repeated,
        &["2026-11-01T01:00-04:00[America/New_York]", "2026-11-01T01:50-04:00[America/New_York]"],
        &expect![[r#"
            Sun 01 Nov 01:00 -04:00: closed until Sun 01 Nov 01:15 -04:00
            Sun 01 Nov 01:50 -04:00: open until Sun 01 Nov 01:45 -05:00
        "#]],
    );
}

/// Lord Howe Island moves by half an hour: 5 April (back) and 4 October 2026 (on), at two in the morning.
#[test]
fn clock_changes_of_half_an_hour() {
    let island = hours("Australia/Lord_Howe", &["7 01:40-02:20"]);
    check(
        &island,
        &[
            "2026-04-05T01:45+11:00[Australia/Lord_Howe]",
            "2026-10-04T01:45[Australia/Lord_Howe]",
            "2026-10-04T02:30[Australia/Lord_Howe]",
        ],
        &expect![[r#"
            Sun 05 Apr 01:45 +11:00: open until Sun 05 Apr 02:20 +10:30
            Sun 04 Oct 01:45 +10:30: open until Sun 04 Oct 02:30 +11:00
            Sun 04 Oct 02:30 +11:00: closed until Sun 11 Oct 01:40 +11:00
        "#]],
    );
}

/// Samoa had no 30 December 2011, which was a Friday.
#[test]
fn a_day_that_never_was() {
    let fridays = hours("Pacific/Apia", &["5 09:00-17:00"]);
    check(
        &fridays,
        &["2011-12-29T12:00[Pacific/Apia]", "2011-12-31T12:00[Pacific/Apia]"],
        &expect![[r#"
            Thu 29 Dec 12:00 -10:00: closed until Fri 06 Jan 09:00 +14:00
            Sat 31 Dec 12:00 +14:00: closed until Fri 06 Jan 09:00 +14:00
        "#]],
    );
}

#[test]
fn days_that_differ() {
    let week: Vec<String> = (1..=5).map(|day| format!("{day} 09:00-18:00")).collect();
    let week: Vec<&str> = week.iter().map(String::as_str).collect();
    let shop = but(
        hours("Europe/Rome", &week),
        &[
            "2026-12-24 09:00-13:00",
            "2026-12-25",
            "2026-12-28 10:00-11:00 15:00-16:00",
            "2027-01-03 20:00-26:00",
        ],
    );
    check(
        &shop,
        &[
            "2026-12-23T18:00[Europe/Rome]",
            "2026-12-24T12:59[Europe/Rome]",
            "2026-12-24T13:00[Europe/Rome]",
            "2026-12-25T12:00[Europe/Rome]",
            "2026-12-28T09:30[Europe/Rome]",
            "2026-12-28T12:00[Europe/Rome]",
            "2026-12-28T17:00[Europe/Rome]",
            "2027-01-03T21:00[Europe/Rome]",
            "2027-01-04T02:00[Europe/Rome]",
        ],
        &expect![[r#"
            Wed 23 Dec 18:00 +01:00: closed until Thu 24 Dec 09:00 +01:00
            Thu 24 Dec 12:59 +01:00: open until Thu 24 Dec 13:00 +01:00
            Thu 24 Dec 13:00 +01:00: closed until Mon 28 Dec 10:00 +01:00
            Fri 25 Dec 12:00 +01:00: closed until Mon 28 Dec 10:00 +01:00
            Mon 28 Dec 09:30 +01:00: closed until Mon 28 Dec 10:00 +01:00
            Mon 28 Dec 12:00 +01:00: closed until Mon 28 Dec 15:00 +01:00
            Mon 28 Dec 17:00 +01:00: closed until Tue 29 Dec 09:00 +01:00
            Sun 03 Jan 21:00 +01:00: open until Mon 04 Jan 02:00 +01:00
            Mon 04 Jan 02:00 +01:00: closed until Mon 04 Jan 09:00 +01:00
        "#]],
    );
}

/// A span that began the day before ends when it ends; what would begin on the holiday does not, over midnight or not.
#[test]
fn over_midnight_into_a_holiday_and_out_of_it() {
    let bar = but(
        hours("Europe/Rome", &["5 20:00-27:00", "6 20:00-27:00", "7 18:00-24:00"]),
        &["2026-10-10", "2026-10-17 22:00-25:30"],
    );
    check(
        &bar,
        &[
            "2026-10-09T23:30[Europe/Rome]",
            "2026-10-10T02:59[Europe/Rome]",
            "2026-10-10T20:00[Europe/Rome]",
            "2026-10-11T01:00[Europe/Rome]",
            "2026-10-17T02:00[Europe/Rome]",
            "2026-10-17T21:00[Europe/Rome]",
            "2026-10-18T01:00[Europe/Rome]",
            "2026-10-18T02:00[Europe/Rome]",
        ],
        &expect![[r#"
            Fri 09 Oct 23:30 +02:00: open until Sat 10 Oct 03:00 +02:00
            Sat 10 Oct 02:59 +02:00: open until Sat 10 Oct 03:00 +02:00
            Sat 10 Oct 20:00 +02:00: closed until Sun 11 Oct 18:00 +02:00
            Sun 11 Oct 01:00 +02:00: closed until Sun 11 Oct 18:00 +02:00
            Sat 17 Oct 02:00 +02:00: open until Sat 17 Oct 03:00 +02:00
            Sat 17 Oct 21:00 +02:00: closed until Sat 17 Oct 22:00 +02:00
            Sun 18 Oct 01:00 +02:00: open until Sun 18 Oct 01:30 +02:00
            Sun 18 Oct 02:00 +02:00: closed until Sun 18 Oct 18:00 +02:00
        "#]],
    );
}

/// Longer than any week: closed for the summer, always open but for one day far ahead, open on some days only.
#[test]
fn what_lies_far_ahead() {
    let august: Vec<String> = (1..=31).map(|day| format!("2027-08-{day:02}")).collect();
    let august: Vec<&str> = august.iter().map(String::as_str).collect();
    let always: Vec<String> = (1..=7).map(|day| format!("{day} 00:00-24:00")).collect();
    let always: Vec<&str> = always.iter().map(String::as_str).collect();
    check(
        &but(hours("Europe/Rome", &always), &august),
        &["2026-11-25T12:00[Europe/Rome]", "2027-08-01T00:00[Europe/Rome]", "2027-09-01T00:00[Europe/Rome]"],
        &expect![[r#"
            Wed 25 Nov 12:00 +01:00: open until Sun 01 Aug 00:00 +02:00
            Sun 01 Aug 00:00 +02:00: closed until Wed 01 Sep 00:00 +02:00
            Wed 01 Sep 00:00 +02:00: open until for ever
        "#]],
    );
    check(
        &but(
            hours("Europe/Rome", &[]),
            &["2027-05-01 10:00-12:00", "2029-05-01 10:00-12:00", "2029-12-26 10:00-12:00"],
        ),
        &[
            "2026-11-25T12:00[Europe/Rome]",
            "2027-05-01T12:00[Europe/Rome]",
            "2029-05-01T12:00[Europe/Rome]",
            "2029-12-26T12:00[Europe/Rome]",
        ],
        &expect![[r#"
            Wed 25 Nov 12:00 +01:00: closed until Sat 01 May 10:00 +02:00
            Sat 01 May 12:00 +02:00: closed until Tue 01 May 10:00 +02:00
            Tue 01 May 12:00 +02:00: closed until Wed 26 Dec 10:00 +01:00
            Wed 26 Dec 12:00 +01:00: closed until for ever
        "#]],
    );
    let far = but(hours("Europe/Rome", &[]), &["9999-12-31 10:00-12:00"]);
    assert_eq!(far.state(1_790_000_000_000).changes_at, None, "beyond three years there is no looking");
    assert!(!far.state(i64::MAX).open);
}

/// The same clock changes as above, on days that differ: Rome, New York, and Lord Howe Island with its half hour.
#[test]
fn clock_changes_on_days_that_differ() {
    let rome =
        but(hours("Europe/Rome", &["7 00:00-24:00"]), &["2026-03-29 02:30-05:00", "2026-10-25 02:30-04:00"]);
    check(
        &rome,
        &[
            "2026-03-29T01:00[Europe/Rome]",
            "2026-03-29T03:00[Europe/Rome]",
            "2026-10-25T02:15+02:00[Europe/Rome]",
            "2026-10-25T02:45+02:00[Europe/Rome]",
            "2026-10-25T02:15+01:00[Europe/Rome]",
        ],
        &expect![[r#"
            Sun 29 Mar 01:00 +01:00: closed until Sun 29 Mar 03:00 +02:00
            Sun 29 Mar 03:00 +02:00: open until Sun 29 Mar 05:00 +02:00
            Sun 25 Oct 02:15 +02:00: closed until Sun 25 Oct 02:30 +02:00
            Sun 25 Oct 02:45 +02:00: open until Sun 25 Oct 04:00 +01:00
            Sun 25 Oct 02:15 +01:00: open until Sun 25 Oct 04:00 +01:00
        "#]],
    );
    let new_york = but(
        hours("America/New_York", &["6 22:00-28:00", "7 10:00-12:00"]),
        &["2026-03-08 02:10-02:50", "2026-10-31 22:00-25:30", "2026-11-01 01:15-01:45"],
    );
    check(
        &new_york,
        &[
            "2026-03-08T01:30[America/New_York]",
            "2026-03-08T04:00[America/New_York]",
            "2026-10-31T23:00[America/New_York]",
            "2026-11-01T01:20-05:00[America/New_York]",
            "2026-11-01T02:00[America/New_York]",
        ],
        &expect![[r#"
            Sun 08 Mar 01:30 -05:00: open until Sun 08 Mar 04:00 -04:00
            Sun 08 Mar 04:00 -04:00: closed until Sat 14 Mar 22:00 -04:00
            Sat 31 Oct 23:00 -04:00: open until Sun 01 Nov 01:45 -05:00
            Sun 01 Nov 01:20 -05:00: open until Sun 01 Nov 01:45 -05:00
            Sun 01 Nov 02:00 -05:00: closed until Sat 07 Nov 22:00 -05:00
        "#]],
    );
    let island = but(
        hours("Australia/Lord_Howe", &["7 09:00-10:00"]),
        &["2026-04-05 01:40-02:20", "2026-10-04 01:40-02:20"],
    );
    check(
        &island,
        &[
            "2026-04-05T01:45+11:00[Australia/Lord_Howe]",
            "2026-04-05T02:20[Australia/Lord_Howe]",
            "2026-10-04T01:45[Australia/Lord_Howe]",
            "2026-10-04T02:30[Australia/Lord_Howe]",
        ],
        &expect![[r#"
            Sun 05 Apr 01:45 +11:00: open until Sun 05 Apr 02:20 +10:30
            Sun 05 Apr 02:20 +10:30: closed until Sun 12 Apr 09:00 +10:30
            Sun 04 Oct 01:45 +10:30: open until Sun 04 Oct 02:30 +11:00
            Sun 04 Oct 02:30 +11:00: closed until Sun 11 Oct 09:00 +11:00
        "#]],
    );
}

#[test]
fn days_that_cannot_differ_are_refused() {
    let refused = |days: &[DayException]| hours("Europe/Rome", &[]).with_exceptions(days).err();
    let one = |text: &str| refused(&[day(text)]);
    for text in
        ["", "2026-2-3", "2026-02-30", "20260203", "2026-02-03T00", "2026-13-01", "+2026-2-03", "２026-02-3"]
    {
        assert_eq!(one(text), Some(BadHours::BadDate(0)), "{text}");
    }
    assert_eq!(refused(&[day("2026-12-25"), day("x")]), Some(BadHours::BadDate(1)));
    let said = |bad: Option<BadHours>| bad.expect("refused").to_string();
    let twice = said(refused(&[day("2026-12-25"), day("2026-12-25")]));
    assert_eq!(twice, "the exception of 2026-12-25 must come after the one before it, and each day once");
    assert_eq!(said(refused(&[day("2026-12-25"), day("2026-12-24")])), twice.replace("25", "24"));
    let bad = "2026-12-25".parse().map(BadHours::BadDay).ok();
    for spans in ["10:00-10:00", "24:00-25:00", "10:00-48:00", "10:00-09:00"] {
        assert_eq!(one(&format!("2026-12-25 {spans}")), bad, "{spans}");
    }
    assert_eq!(one(&format!("2026-12-25{}", " 10:00-11:00".repeat(MAX_DAY_SPANS + 1))), bad);
    assert_eq!(one(&format!("2026-12-25{}", " 10:00-11:00".repeat(MAX_DAY_SPANS))), None);
    assert_eq!(refused(&vec![day("2026-12-25"); MAX_EXCEPTIONS + 1]), Some(BadHours::TooManyExceptions));
}

#[test]
fn what_cannot_be_is_refused() {
    let refused = |zone: &str, spans: Vec<OpenSpan>| Hours::new(zone, spans).err();
    let with = |weekday, from, to| refused("Europe/Rome", vec![OpenSpan { weekday, from, to }]);
    assert_eq!(refused("Europe/Roma", Vec::new()), Some(BadHours::UnknownZone));
    assert_eq!(refused("", Vec::new()), Some(BadHours::UnknownZone));
    assert_eq!(refused("../etc/passwd", Vec::new()), Some(BadHours::UnknownZone));
    assert_eq!(with(0, 0, 1), Some(BadHours::BadSpan(0)));
    assert_eq!(with(8, 0, 1), Some(BadHours::BadSpan(0)));
    assert_eq!(with(1, 600, 600), Some(BadHours::BadSpan(0)));
    assert_eq!(with(1, 1440, 1500), Some(BadHours::BadSpan(0)));
    assert_eq!(with(1, 0, 2880), Some(BadHours::BadSpan(0)));
    assert_eq!(with(1, 1439, 2879), None);
    assert_eq!(refused("Europe/Rome", vec![span("1 08:00-09:00"); MAX_SPANS + 1]), Some(BadHours::TooMany));
}

#[test]
fn no_instant_is_too_far() {
    let week = hours("Europe/Rome", &["1 08:00-13:00"]);
    for now in [i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX] {
        assert!(week.state(now).changes_at.is_some());
    }
}

fn weeks() -> impl Strategy<Value = Vec<OpenSpan>> {
    let one = (1..=7_u8, 0..1_440_u16).prop_flat_map(|(weekday, from)| {
        (from + 1..2_880).prop_map(move |to| OpenSpan { weekday, from, to })
    });
    prop::collection::vec(one, 0..6)
}

/// Straight from the definition, where no clock ever changes: is there a span that covers this minute of the week?
fn covered(spans: &[OpenSpan], minute_of_week: i64) -> bool {
    spans.iter().any(|span| {
        let start = i64::from(span.weekday - 1) * 1_440 + i64::from(span.from);
        let length = i64::from(span.to - span.from);
        (minute_of_week - start).rem_euclid(7 * 1_440) < length
    })
}

fn days() -> impl Strategy<Value = Vec<DayException>> {
    let span =
        (0..1_440_u16).prop_flat_map(|from| (from + 1..2_880).prop_map(move |to| DaySpan { from, to }));
    let spans = prop::collection::vec(span, 0..3);
    prop::collection::btree_map(0..28_u8, spans, 0..6).prop_map(|days| {
        days.into_iter()
            .map(|(day, spans)| DayException { date: format!("2026-02-{:02}", day + 1), spans })
            .collect()
    })
}

/// Straight from the definition, in UTC: is there a span that covers this minute, begun on its own day or one before?
fn open_on(spans: &[OpenSpan], days: &[DayException], now: i64) -> bool {
    (0..=2).any(|back| {
        let midnight = now - now.rem_euclid(86_400_000) - back * 86_400_000;
        let into = (now - midnight) / 60_000;
        let date = jiff::Timestamp::from_millisecond(midnight).expect("in the calendar").to_string();
        let covers = |from: u16, to: u16| (i64::from(from)..i64::from(to)).contains(&into);
        match days.iter().find(|day| date.starts_with(&day.date)) {
            Some(day) => day.spans.iter().any(|span| covers(span.from, span.to)),
            // 1 January 1970 was a Thursday.
            None => spans.iter().any(|span| {
                (midnight / 86_400_000 + 3).rem_euclid(7) + 1 == i64::from(span.weekday)
                    && covers(span.from, span.to)
            }),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn days_that_differ_are_the_definition(
        spans in weeks(),
        days in days(),
        // From 25 January to 6 March 2026.
        minute in 29_488_320_i64..29_545_920,
    ) {
        let hours = Hours::new("UTC", spans.clone()).expect("made to be valid");
        let hours = hours.with_exceptions(&days).expect("made to be valid");
        let now = minute * 60_000;
        let state = hours.state(now);
        prop_assert_eq!(state.open, open_on(&spans, &days, now));
        let changes = (1..=50 * 1_440).map(|ahead| now + ahead * 60_000);
        let first = changes.into_iter().find(|at| open_on(&spans, &days, *at) != state.open);
        prop_assert_eq!(state.changes_at, first);
        let to = now + 3 * 86_400_000;
        let open: i64 = hours.openings(now, to).iter().map(|(begin, end)| end - begin).sum();
        let minutes = (0..3 * 1_440).filter(|ahead| open_on(&spans, &days, now + ahead * 60_000)).count();
        prop_assert_eq!(open, i64::try_from(minutes).expect("few") * 60_000);
    }

}

proptest! {
    #[test]
    fn without_clock_changes_it_is_the_definition(spans in weeks(), minute in 0..10_080_i64) {
        // 5 January 1970 was a Monday.
        let now = (4 * 1_440 + minute) * 60_000;
        let state = Hours::new("UTC", spans.clone()).expect("made to be valid").state(now);
        prop_assert_eq!(state.open, covered(&spans, minute));
        let changes = (1..=10_080).find(|ahead| covered(&spans, minute + ahead) != state.open);
        prop_assert_eq!(state.changes_at, changes.map(|ahead| now + ahead * 60_000));
    }

    #[test]
    fn a_change_is_a_change_and_the_first(
        spans in weeks(),
        now in 1_767_225_600_000..1_830_297_600_000_i64,
        zone in prop::sample::select(vec!["Europe/Rome", "America/New_York", "Australia/Lord_Howe"]),
        part in 0.0..1.0,
    ) {
        let hours = Hours::new(zone, spans).expect("made to be valid");
        let state = hours.state(now);
        if let Some(at) = state.changes_at {
            prop_assert!(at > now);
            prop_assert_ne!(hours.state(at).open, state.open);
            #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "any instant between will do")]
            let between = now + ((at - now) as f64 * part) as i64;
            prop_assert_eq!(hours.state(between), state);
        }
    }
}

#[test]
fn a_walk_over_the_openings_agrees_with_the_state() {
    let span = |weekday, from, to| OpenSpan { weekday, from, to };
    let spans = vec![span(1, 540, 780), span(1, 900, 1140), span(6, 1200, 1560), span(7, 0, 300)];
    let hours = Hours::new("Europe/Rome", spans).expect("hours that can be");
    // From a Wednesday before the clocks change in autumn, for three weeks.
    let from = 1_792_000_000_000;
    let to = from + 21 * 24 * 3_600_000;
    let mut walked = Vec::new();
    let mut at = from;
    while at < to {
        let state = hours.state(at);
        let next = state.changes_at.expect("it changes").min(to);
        if state.open {
            walked.push((at, next));
        }
        at = next;
    }
    assert_eq!(hours.openings(from, to), walked);
    assert_eq!(hours.openings(to, from), []);
    assert_eq!(Hours::new("Europe/Rome", Vec::new()).expect("never open").openings(i64::MIN, i64::MAX), []);
}
