//! The reply window and the price, told apart: what may be sent when, what it costs on which day, and what changes when.

use std::sync::LazyLock;

use expect_test::expect;
use jiff::Zoned;
use pronto_reply::price::{
    BadPlan, Books, Choice, Form, Holds, Month, Plan, Price, Saving, Sent, Tally, Zone,
};
use pronto_reply::window::{Ad, Channel, MaySend, Rules, Talk};
use proptest::prelude::*;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn ms(at: &str) -> i64 {
    at.parse::<Zoned>().unwrap_or_else(|bad| panic!("{at}: {bad}")).timestamp().as_millisecond()
}

fn talk(channel: Channel, last_from_visitor: Option<i64>) -> Talk {
    Talk { channel, last_from_visitor, ad: None, blocked: false }
}

/// Reads `whatsapp late-reply-2018 2026-01-01 2026-12-01`; a day may be `-`.
fn choice(text: &str) -> Choice {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [channel, book, from, until] = words.as_slice() else { panic!("{text}: four words") };
    let day = |day: &str| Some(day.to_owned()).filter(|day| day != "-");
    Choice {
        channel: Channel::parse(channel).expect("a channel"),
        book: (*book).to_owned(),
        from: day(from),
        until: day(until),
    }
}

fn try_plan(zone: &str, choices: &[&str]) -> Result<Plan, BadPlan> {
    let choices: Vec<Choice> = choices.iter().map(|text| choice(text)).collect();
    static BOOKS: LazyLock<Books> = LazyLock::new(Books::built_in);
    Plan::new(zone, Rules::built_in(), &choices, &BOOKS)
}

fn plan(zone: &str, choices: &[&str]) -> Plan {
    try_plan(zone, choices).unwrap_or_else(|bad| panic!("{bad}"))
}

#[test]
fn what_may_be_sent_when() {
    let (rules, zone) = (Rules::built_in(), Zone::new("Europe/Rome").expect("a zone"));
    let wrote = ms("2026-11-24T10:00[Europe/Rome]");
    let mut said = String::new();
    for channel in Channel::ALL {
        for (when, last, now) in [
            ("before they wrote", None, wrote),
            ("a clock that jumped back", Some(wrote), wrote - HOUR),
            ("at once", Some(wrote), wrote),
            ("a millisecond before a day", Some(wrote), wrote + DAY - 1),
            ("after a day", Some(wrote), wrote + DAY),
        ] {
            let may = rules.may_send(&talk(*channel, last), &zone, now);
            said.push_str(&format!("{} {when}: {}\n", channel.as_str(), may.as_str()));
            let blocked = Talk { blocked: true, ..talk(*channel, last) };
            assert_eq!(rules.may_send(&blocked, &zone, now), MaySend::Nothing);
        }
    }
    let before_it_began = ms("2018-07-31T23:59[Europe/Rome]");
    let early = talk(Channel::Whatsapp, Some(before_it_began));
    assert_eq!(rules.may_send(&early, &zone, before_it_began), MaySend::Nothing);
    assert_eq!(rules.window(&early, &zone), None);
    expect![[r#"
        widget before they wrote: free_form
        widget a clock that jumped back: free_form
        widget at once: free_form
        widget a millisecond before a day: free_form
        widget after a day: free_form
        inbox before they wrote: nothing
        inbox a clock that jumped back: nothing
        inbox at once: nothing
        inbox a millisecond before a day: nothing
        inbox after a day: nothing
        api before they wrote: nothing
        api a clock that jumped back: nothing
        api at once: nothing
        api a millisecond before a day: nothing
        api after a day: nothing
        whatsapp before they wrote: template_only
        whatsapp a clock that jumped back: free_form
        whatsapp at once: free_form
        whatsapp a millisecond before a day: free_form
        whatsapp after a day: template_only
        email before they wrote: free_form
        email a clock that jumped back: free_form
        email at once: free_form
        email a millisecond before a day: free_form
        email after a day: free_form
    "#]]
    .assert_eq(&said);
}

#[test]
fn the_window_is_24_hours_and_not_a_day() {
    let (rules, zone) = (Rules::built_in(), Zone::new("Europe/Rome").expect("a zone"));
    let wrote = ms("2026-10-24T12:00[Europe/Rome]");
    let window = rules.window(&talk(Channel::Whatsapp, Some(wrote)), &zone).expect("a window");
    assert_eq!(window.closes_at, ms("2026-10-25T11:00[Europe/Rome]"), "the clocks went back in between");
    assert_eq!((window.late_ms(wrote), window.late_ms(window.closes_at + 5)), (0, 5));
}

#[test]
fn the_free_entry_of_an_ad() {
    let (rules, zone) = (Rules::built_in(), Zone::new("Europe/Rome").expect("a zone"));
    let came = ms("2026-11-24T10:00[Europe/Rome]");
    let free = |channel, answered_at: Option<i64>| {
        let ad = Some(Ad { came_at: came, answered_at });
        let window = rules.window(&Talk { ad, ..talk(channel, Some(came)) }, &zone).expect("a window");
        window.free_until.map(|until| (until - came) / HOUR)
    };
    assert_eq!(free(Channel::Whatsapp, None), Some(24), "the answer that opens it is free as well");
    assert_eq!(free(Channel::Whatsapp, Some(came + 5 * HOUR)), Some(77));
    assert_eq!(free(Channel::Whatsapp, Some(came + DAY - 1)), Some(95));
    assert_eq!(free(Channel::Whatsapp, Some(came + DAY)), None, "answered too late");
    assert_eq!(free(Channel::Whatsapp, Some(came - HOUR)), Some(72), "a clock that jumped back");
    assert_eq!(free(Channel::Widget, None), None);
}

#[test]
fn windows_are_data() {
    let text = include_str!("../books/rules/windows.toml").replace("hours = 72", "hours = 168").replace(
        "channel = \"widget\"\nhours = 24",
        "channel = \"widget\"\nuntil = \"2026-11-25\"\nhours = 24\nbefore = \"free_form\"\ninside = \"free_form\"\nafter = \"nothing\"\n\n[[windows]]\nchannel = \"widget\"\nfrom = \"2026-11-25\"\nhours = 48",
    );
    let rules = Rules::parse("mine.toml", &text).unwrap_or_else(|bad| panic!("{bad}"));
    let zone = Zone::new("Europe/Rome").expect("a zone");
    let lasts = |at: &str| {
        let window = rules.window(&talk(Channel::Widget, Some(ms(at))), &zone).expect("a window");
        (window.closes_at - window.opened_at) / HOUR
    };
    assert_eq!(lasts("2026-11-24T23:59[Europe/Rome]"), 24);
    assert_eq!(lasts("2026-11-25T00:00[Europe/Rome]"), 48);
    let came = ms("2026-11-24T10:00[Europe/Rome]");
    let ad = Some(Ad { came_at: came, answered_at: Some(came) });
    let window = rules.window(&Talk { ad, ..talk(Channel::Whatsapp, Some(came)) }, &zone).expect("a window");
    assert_eq!(window.free_until, Some(came + 168 * HOUR));
}

#[test]
fn plans_that_cannot_be() {
    let said: Vec<String> = [
        try_plan("Mars/Olympus", &[]),
        try_plan("UTC", &["widget free - -", "widget late-2018 - -"]),
        try_plan("UTC", &["widget free 2026-02-30 -"]),
        try_plan("UTC", &["widget free 2026-02-01 2026-02-01"]),
        try_plan("UTC", &["widget free - -", "widget late-reply-2018 2026-01-01 -"]),
        try_plan(
            "UTC",
            &["widget free 2026-01-01 2026-03-01", "whatsapp free - -", "widget free 2026-02-28 -"],
        ),
        try_plan("UTC", &["widget free 2026-02-28 -", "widget free 2026-01-01 2026-03-01"]),
    ]
    .into_iter()
    .map(|plan| plan.map(|_| ()).expect_err("cannot be").to_string())
    .collect();
    expect![[r#"
        the time zone is not a known IANA name such as Europe/Rome
        choice 2 names a price book that is not there
        choice 1 must give its days as YYYY-MM-DD
        choice 1 ends before it begins: the last day is the first it no longer holds
        choices 1 and 2 overlap: only one price book can hold for a channel on a day
        choices 1 and 3 overlap: only one price book can hold for a channel on a day
        choices 1 and 2 overlap: only one price book can hold for a channel on a day"#]]
    .assert_eq(&said.join("\n"));
}

#[test]
fn a_plan_may_have_gaps_and_channels_without_books() {
    let plan = plan("Europe/Rome", &["widget free - 2026-01-01", "widget late-reply-2018 2026-02-01 -"]);
    let said: Vec<String> = [
        "2025-12-31T23:59:59.999[Europe/Rome]",
        "2026-01-01T00:00[Europe/Rome]",
        "2026-01-31T23:59:59.999[Europe/Rome]",
        "2026-02-01T00:00[Europe/Rome]",
    ]
    .iter()
    .map(|at| match plan.holds(Channel::Widget, ms(at)) {
        Holds::Nothing => "nothing".to_owned(),
        Holds::Unknown => "unknown".to_owned(),
        Holds::Book(book) => book.name.clone(),
    })
    .collect();
    assert_eq!(said, ["free", "unknown", "unknown", "late-reply-2018"]);
    assert_eq!(plan.holds(Channel::Whatsapp, 0), Holds::Nothing);
}

/// The price of a free text on the widget that was asked and sent in time, or late, and delivered when it was sent.
fn price_at(plan: &Plan, at: &str, asked_before: i64) -> Price {
    let sent_at = ms(at);
    let talk = talk(Channel::Widget, Some(sent_at - asked_before));
    let sent = Sent { form: Form::FreeForm, sent_at, window: plan.rules().window(&talk, plan.zone()) };
    plan.price(Channel::Widget, &sent, sent_at, Some("IT"), Tally::default())
}

/// The books change on the very day on which the clock does: a message is delivered in the last millisecond of the day
/// before, in its first, and around the end of a day that lasts 23, 25, 23½ or 24½ hours.
#[test]
fn the_day_of_delivery_decides_at_both_clock_changes_in_three_zones() {
    let mut said = String::new();
    for (zone, days) in [
        ("Europe/Rome", ["2026-03-29", "2026-10-25"]),
        ("America/New_York", ["2026-03-08", "2026-11-01"]),
        ("Australia/Lord_Howe", ["2026-04-05", "2026-10-04"]),
    ] {
        for day in days {
            let first = format!("widget free - {day}");
            let then = format!("widget late-reply-2018 {day} -");
            let plan = plan(zone, &[&first, &then]);
            let start = plan.zone().starts(day.parse().expect("a day"));
            for at in [start - 1, start, start + 23 * HOUR, start + DAY, start + 25 * HOUR] {
                let local = jiff::Timestamp::from_millisecond(at)
                    .expect("in the calendar")
                    .in_tz(zone)
                    .expect("a zone");
                let price = price_at(&plan, &local.to_string(), 30 * HOUR);
                said.push_str(&format!(
                    "{} {}: {} {}\n",
                    local.strftime("%F %T %:z"),
                    zone,
                    price.book.unwrap_or_default(),
                    price.amount.map_or("unknown".to_owned(), |amount| amount.to_string()),
                ));
            }
        }
    }
    expect![[r#"
        2026-03-28 23:59:59 +01:00 Europe/Rome: free EUR 0
        2026-03-29 00:00:00 +01:00 Europe/Rome: late-reply-2018 EUR 0.045
        2026-03-30 00:00:00 +02:00 Europe/Rome: late-reply-2018 EUR 0.045
        2026-03-30 01:00:00 +02:00 Europe/Rome: late-reply-2018 EUR 0.045
        2026-03-30 02:00:00 +02:00 Europe/Rome: late-reply-2018 EUR 0.045
        2026-10-24 23:59:59 +02:00 Europe/Rome: free EUR 0
        2026-10-25 00:00:00 +02:00 Europe/Rome: late-reply-2018 EUR 0.045
        2026-10-25 22:00:00 +01:00 Europe/Rome: late-reply-2018 EUR 0.045
        2026-10-25 23:00:00 +01:00 Europe/Rome: late-reply-2018 EUR 0.045
        2026-10-26 00:00:00 +01:00 Europe/Rome: late-reply-2018 EUR 0.045
        2026-03-07 23:59:59 -05:00 America/New_York: free EUR 0
        2026-03-08 00:00:00 -05:00 America/New_York: late-reply-2018 EUR 0.045
        2026-03-09 00:00:00 -04:00 America/New_York: late-reply-2018 EUR 0.045
        2026-03-09 01:00:00 -04:00 America/New_York: late-reply-2018 EUR 0.045
        2026-03-09 02:00:00 -04:00 America/New_York: late-reply-2018 EUR 0.045
        2026-10-31 23:59:59 -04:00 America/New_York: free EUR 0
        2026-11-01 00:00:00 -04:00 America/New_York: late-reply-2018 EUR 0.045
        2026-11-01 22:00:00 -05:00 America/New_York: late-reply-2018 EUR 0.045
        2026-11-01 23:00:00 -05:00 America/New_York: late-reply-2018 EUR 0.045
        2026-11-02 00:00:00 -05:00 America/New_York: late-reply-2018 EUR 0.045
        2026-04-04 23:59:59 +11:00 Australia/Lord_Howe: free EUR 0
        2026-04-05 00:00:00 +11:00 Australia/Lord_Howe: late-reply-2018 EUR 0.045
        2026-04-05 22:30:00 +10:30 Australia/Lord_Howe: late-reply-2018 EUR 0.045
        2026-04-05 23:30:00 +10:30 Australia/Lord_Howe: late-reply-2018 EUR 0.045
        2026-04-06 00:30:00 +10:30 Australia/Lord_Howe: late-reply-2018 EUR 0.045
        2026-10-03 23:59:59 +10:30 Australia/Lord_Howe: free EUR 0
        2026-10-04 00:00:00 +10:30 Australia/Lord_Howe: late-reply-2018 EUR 0.045
        2026-10-04 23:30:00 +11:00 Australia/Lord_Howe: late-reply-2018 EUR 0.045
        2026-10-05 00:30:00 +11:00 Australia/Lord_Howe: late-reply-2018 EUR 0.045
        2026-10-05 01:30:00 +11:00 Australia/Lord_Howe: late-reply-2018 EUR 0.045
    "#]]
    .assert_eq(&said);
}

#[test]
fn months_are_those_of_the_zone() {
    let mut said = String::new();
    for (zone, months) in [
        ("Europe/Rome", ["2026-03", "2026-10"]),
        ("America/New_York", ["2026-03", "2026-11"]),
        ("Australia/Lord_Howe", ["2026-04", "2026-10"]),
        ("Africa/Cairo", ["2026-04", "2026-10"]),
        ("America/Havana", ["2020-03", "2020-11"]),
    ] {
        let calendar = Zone::new(zone).expect("a zone");
        for month in months {
            let month = Month::parse(month).expect("a month");
            let (from, to) = calendar.spans(month);
            let outside =
                [calendar.month(from - 1), calendar.month(from), calendar.month(to - 1), calendar.month(to)];
            let hours = (to - from) as f64 / HOUR as f64;
            said.push_str(&format!(
                "{zone} {month}: {hours} h, {}\n",
                outside.map(|m| m.to_string()).join(" ")
            ));
        }
    }
    expect![[r#"
        Europe/Rome 2026-03: 743 h, 2026-02 2026-03 2026-03 2026-04
        Europe/Rome 2026-10: 745 h, 2026-09 2026-10 2026-10 2026-11
        America/New_York 2026-03: 743 h, 2026-02 2026-03 2026-03 2026-04
        America/New_York 2026-11: 721 h, 2026-10 2026-11 2026-11 2026-12
        Australia/Lord_Howe 2026-04: 720.5 h, 2026-03 2026-04 2026-04 2026-05
        Australia/Lord_Howe 2026-10: 743.5 h, 2026-09 2026-10 2026-10 2026-11
        Africa/Cairo 2026-04: 719 h, 2026-03 2026-04 2026-04 2026-05
        Africa/Cairo 2026-10: 745 h, 2026-09 2026-10 2026-10 2026-11
        America/Havana 2020-03: 743 h, 2020-02 2020-03 2020-03 2020-04
        America/Havana 2020-11: 721 h, 2020-10 2020-11 2020-11 2020-12
    "#]]
    .assert_eq(&said);
    assert_eq!(Month::parse("2026-13"), None);
    assert_eq!(Month::parse("2026-1"), None);
    assert_eq!(Month::parse("+026-01"), None);
}

/// The terms of a talk, told in hours from `now`.
fn terms(plan: &Plan, talk: &Talk, tally: Tally, now: i64) -> String {
    let all = plan.terms(talk, Some("IT"), tally, now);
    let told: Vec<String> = all
        .iter()
        .map(|terms| {
            format!(
                "{:.1} h: {}, {}, {}",
                (terms.from - now) as f64 / HOUR as f64,
                terms.may_send.as_str(),
                terms.price.map_or("unknown".to_owned(), |price| price.to_string()),
                terms.reason.as_str()
            )
        })
        .collect();
    told.join("\n")
}

#[test]
fn terms_until_nothing_changes() {
    let now = ms("2026-11-25T10:00[Europe/Rome]");
    let asked = now - 20 * HOUR - 48 * 60_000;
    let none = Tally::default();
    let on = |channel, choices: &[&str], tally: Tally| {
        terms(&plan("Europe/Rome", choices), &talk(channel, Some(asked)), tally, now)
    };
    let used = Tally { used: 1_000, conversation_until: None };
    let runs = Tally { used: 1_000, conversation_until: Some(now + HOUR) };
    let said = [
        ("late-reply on the widget", on(Channel::Widget, &["widget late-reply-2018 - -"], none)),
        ("no book at all", on(Channel::Widget, &[], none)),
        (
            "no book today",
            on(Channel::Widget, &["widget free - 2026-11-25", "widget free 2026-11-26 -"], none),
        ),
        (
            "the books change",
            on(Channel::Widget, &["widget late-reply-2018 - 2027-01-01", "widget free 2027-01-01 -"], none),
        ),
        ("service, allowance left", on(Channel::Whatsapp, &["whatsapp service-2026-10 - -"], none)),
        ("service, allowance used up", on(Channel::Whatsapp, &["whatsapp service-2026-10 - -"], used)),
        ("conversation, one runs", on(Channel::Whatsapp, &["whatsapp conversation-2022 - -"], runs)),
        ("the inbox carries nothing", on(Channel::Inbox, &["inbox free - -"], none)),
        (
            "an ad, and the month's end",
            terms(
                &plan("Europe/Rome", &["whatsapp service-2026-10 - -"]),
                &Talk {
                    ad: Some(Ad { came_at: asked, answered_at: Some(asked) }),
                    ..talk(Channel::Whatsapp, Some(asked))
                },
                used,
                now,
            ),
        ),
    ]
    .map(|(what, told)| format!("{what}\n{told}\n"));
    expect![[r#"
        late-reply on the widget
        0.0 h: free_form, EUR 0, in_window
        3.2 h: free_form, EUR 0.045, late

        no book at all
        0.0 h: free_form, unknown, free_book

        no book today
        0.0 h: free_form, unknown, no_rate
        14.0 h: free_form, EUR 0, free_book

        the books change
        0.0 h: free_form, EUR 0, in_window
        3.2 h: free_form, EUR 0.045, late
        878.0 h: free_form, EUR 0, free_book

        service, allowance left
        0.0 h: free_form, USD 0, allowance
        3.2 h: template_only, USD 0.03, rate

        service, allowance used up
        0.0 h: free_form, USD 0.03, rate
        3.2 h: template_only, USD 0.03, rate

        conversation, one runs
        0.0 h: free_form, EUR 0, in_window
        1.0 h: free_form, EUR 0.0319, rate
        3.2 h: template_only, EUR 0.0532, rate
        134.0 h: template_only, EUR 0, allowance

        the inbox carries nothing
        0.0 h: nothing, unknown, no_rate

        an ad, and the month's end
        0.0 h: free_form, USD 0, free_entry
        3.2 h: template_only, USD 0, free_entry
        51.2 h: template_only, USD 0.03, rate
    "#]]
    .assert_eq(&said.join("\n"));
}

#[test]
fn what_answering_within_the_hour_saves() {
    let now = ms("2026-11-25T10:00[Europe/Rome]");
    let site = plan("Europe/Rome", &["widget late-reply-2018 - -"]);
    let waits = |minutes_left: i64, market| {
        (talk(Channel::Widget, Some(now - DAY + minutes_left * 60_000)), market, Tally::default())
    };
    let saving = |waiting: &[(Talk, Option<&'static str>, Tally)]| -> Vec<String> {
        let all = site.saving(waiting.iter().copied(), now);
        all.iter().map(|Saving { amount, conversations }| format!("{amount} over {conversations}")).collect()
    };
    assert_eq!(saving(&[waits(12, Some("IT")), waits(60, Some("IT"))]), ["EUR 0.09 over 2"]);
    assert_eq!(
        saving(&[waits(12, Some("IT")), waits(61, Some("IT")), waits(0, Some("IT"))]),
        ["EUR 0.045 over 1"]
    );
    assert_eq!(
        saving(&[waits(12, None), waits(12, Some("BQ"))]),
        Vec::<String>::new(),
        "unknown is not a saving"
    );
    let blocked = (Talk { blocked: true, ..waits(12, None).0 }, Some("IT"), Tally::default());
    assert_eq!(saving(&[blocked]), Vec::<String>::new());

    // Two free messages are left this month, and three people wait: the third answer is charged either way.
    let site = plan("Europe/Rome", &["whatsapp service-2026-10 - -"]);
    let one = talk(Channel::Whatsapp, Some(now - DAY + HOUR));
    let tally = Tally { used: 998, conversation_until: None };
    let all = site.saving([(one, Some("IT"), tally); 3], now);
    let told: Vec<String> = all.iter().map(|s| format!("{} over {}", s.amount, s.conversations)).collect();
    assert_eq!(told, ["USD 0.06 over 2"]);

    // The window closes after the month does, and the next one has an allowance again: waiting costs less.
    let now = ms("2026-11-30T23:30[Europe/Rome]");
    let site = plan("Europe/Rome", &["whatsapp conversation-2022 - -"]);
    let one = talk(Channel::Whatsapp, Some(now - DAY + HOUR));
    let used_up = Tally { used: 1_000, conversation_until: None };
    assert_eq!(site.saving([(one, Some("IT"), used_up)], now), Vec::new());
    let earlier = now - 2 * HOUR;
    let one = talk(Channel::Whatsapp, Some(earlier - DAY + HOUR));
    let all = site.saving([(one, Some("IT"), used_up)], earlier);
    assert_eq!(all.first().map(|saving| saving.amount.to_string()), Some("EUR 0.0213".to_owned()));
}

proptest! {
    /// Nothing panics, and each entry of the terms holds until the next.
    #[test]
    fn terms_hold_until_the_next(
        now in prop_oneof![any::<i64>(), 1_700_000_000_000..1_900_000_000_000_i64],
        asked in prop::option::of(prop_oneof![any::<i64>(), 1_700_000_000_000..1_900_000_000_000_i64]),
        ad in prop::option::of((any::<i64>(), prop::option::of(any::<i64>()))),
        channel in prop::sample::select(Channel::ALL),
        used in prop_oneof![Just(0), Just(1_000), any::<u32>()],
        until in prop::option::of(any::<i64>()),
        books in 0..3_usize,
        zone in prop::sample::select(&["Europe/Rome", "America/New_York", "Australia/Lord_Howe"]),
        ahead in 1..400 * DAY,
    ) {
        let all = [
            vec!["widget late-reply-2018 - 2026-11-01", "widget free 2026-12-01 -", "whatsapp service-2026-10 - -"],
            vec!["widget service-2026-10 - -", "whatsapp conversation-2022 - 2026-10-01", "whatsapp service-2026-10 2026-10-01 -"],
            vec![],
        ];
        let plan = plan(zone, &all[books]);
        let ad = ad.map(|(came_at, answered_at)| Ad { came_at, answered_at });
        let talk = Talk { channel, last_from_visitor: asked, ad, blocked: false };
        let tally = Tally { used, conversation_until: until };
        let terms = plan.terms(&talk, Some("IT"), tally, now);
        prop_assert_eq!(terms.first().map(|first| first.from), Some(now));
        prop_assert!(terms.windows(2).all(|pair| pair[0].from < pair[1].from));
        let then = now.saturating_add(ahead);
        let holds = terms.iter().rev().find(|terms| terms.from <= then).expect("the first holds already");
        let same_month = plan.zone().month(now) == plan.zone().month(then);
        let later = Tally { used: if same_month { used } else { 0 }, ..tally };
        let fresh = plan.terms(&talk, Some("IT"), later, then);
        prop_assert_eq!((fresh[0].may_send, fresh[0].price, fresh[0].reason), (holds.may_send, holds.price, holds.reason));
        prop_assert_eq!(fresh[0].may_send, plan.rules().may_send(&talk, plan.zone(), then));
        let _ = plan.saving([(talk, Some("IT"), tally)], now);
    }

    /// A month of any zone begins where the one before ends, and holds exactly the instants that say so.
    #[test]
    fn months_follow_upon_each_other(
        at in prop_oneof![any::<i64>(), 0..4_000_000_000_000_i64],
        zone in prop::sample::select(&["Europe/Rome", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo"]),
    ) {
        let zone = Zone::new(zone).expect("a zone");
        let (from, to) = zone.spans(zone.month(at));
        prop_assert!(from < to);
        let at = at.clamp(-62_135_510_400_000, 221_845_392_000_000);
        if (0..4_000_000_000_000).contains(&at) {
            prop_assert!((from..to).contains(&at));
            prop_assert_eq!(zone.spans(zone.month(to)).0, to);
            prop_assert_eq!(zone.spans(zone.month(from - 1)).1, from);
            prop_assert_eq!(zone.starts(zone.day(from)), from);
        }
    }
}
