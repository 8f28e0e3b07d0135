//! What an owner writes into the settings: hours with days that differ, the away message, price books and a budget; and
//! what hours amount to.

use super::desk::{Desk, refused, settings, site};
use super::windows::lines;
use expect_test::expect;
use pronto_inbox::state::settings::ask::{AskForm, AskProblem, Need};
use pronto_inbox::state::settings::billing::{BillingForm, BookForm};
use pronto_inbox::state::settings::hours::{Exception, Hours, Of, Span, parse_time};
use pronto_inbox::state::settings::opening::{Wall, opening};
use pronto_inbox::state::settings::{Form, Saving, day};
use pronto_inbox::update::request::{Answer, Request};
use pronto_inbox::update::{BillingUi, SettingsUi, Ui};
use pronto_protocol::api::{ErrorCode, SitePage};
use pronto_protocol::model::cost::{Billing, BookChoice, BookSummary, Costs, Money};
use pronto_protocol::model::{Channel, DayException, DaySpan, OpenSpan, OpeningHours};

use super::check;

fn spans(written: &[(&str, &str)]) -> Vec<Span> {
    written.iter().map(|(from, to)| Span { from: parse_time(from), to: parse_time(to) }).collect()
}

#[test]
fn days_come_and_go() {
    let line = |text: &str| match day::parse(text) {
        Some(count) => format!(
            "{text}: day {count}, weekday {}, then {}, before {}",
            day::weekday(count),
            day::write(count + 1),
            day::write(count - 1)
        ),
        None => format!("{text}: no day"),
    };
    lines(
        [
            "1970-01-01",
            "2026-11-25",
            "2024-02-29",
            "2023-02-29",
            "2100-02-29",
            "2000-02-29",
            "2026-12-31",
            "2026-3-1",
            "2026-13-01",
            "2026-04-31",
            "today",
            "",
        ]
        .map(line),
        expect![[r#"
            1970-01-01: day 0, weekday 4, then 1970-01-02, before 1969-12-31
            2026-11-25: day 20782, weekday 3, then 2026-11-26, before 2026-11-24
            2024-02-29: day 19782, weekday 4, then 2024-03-01, before 2024-02-28
            2023-02-29: no day
            2100-02-29: no day
            2000-02-29: day 11016, weekday 2, then 2000-03-01, before 2000-02-28
            2026-12-31: day 20818, weekday 4, then 2027-01-01, before 2026-12-30
            2026-3-1: no day
            2026-13-01: no day
            2026-04-31: no day
            today: no day
            : no day
        "#]],
    );
    let first = day::parse("1600-01-01").expect("a day");
    for count in first..first + 150_000 {
        assert_eq!(day::parse(&day::write(count)), Some(count), "each day comes back");
    }
}

#[test]
fn days_that_differ_are_sorted_and_stand_once() {
    let exception = |date: &str, name: &str, hours: &[(&str, &str)]| Exception {
        date: date.into(),
        name: name.into(),
        spans: spans(hours),
    };
    let line = |days: Vec<Exception>| {
        let hours =
            Hours { limited: true, time_zone: "Europe/Rome".into(), exceptions: days, ..Hours::default() };
        let finished = hours.finish();
        if let Ok(Some(kept)) = &finished {
            assert_eq!(Hours::of(Some(kept), "").finish(), finished, "what is kept comes back the same");
        }
        match finished {
            Ok(kept) => kept.map_or(Vec::new(), |kept| kept.exceptions).iter().fold(
                String::from("kept:"),
                |all, day| {
                    let spans: Vec<_> = day.spans.iter().map(|span| (span.from, span.to)).collect();
                    format!("{all} {} {:?} {spans:?};", day.date, day.name)
                },
            ),
            Err(problem) => format!("{problem:?}"),
        }
    };
    let christmas = exception("2026-12-25", " Natale ", &[]);
    let eve = exception("2026-12-24", "", &[("15:00", "20:00"), ("08:00", "13:00")]);
    lines(
        [
            line(vec![christmas.clone(), eve.clone()]),
            line(vec![exception("2026-12-31", "Veglione", &[("20:00", "04:00")])]),
            line(vec![christmas.clone(), eve.clone(), christmas.clone()]),
            line(vec![christmas, exception("", "", &[])]),
            line(vec![exception("2026-02-30", "", &[])]),
            line(vec![exception("2026-12-24", "", &[("08:00", "")])]),
            line(vec![eve, exception("2026-12-26", "", &[("08:00", "13:00"), ("12:00", "14:00")])]),
            line(vec![exception("2026-12-26", &"x".repeat(81), &[])]),
        ],
        expect![[r#"
            kept: 2026-12-24 "" [(480, 780), (900, 1200)]; 2026-12-25 "Natale" [];
            kept: 2026-12-31 "Veglione" [(1200, 1680)];
            Twice(2)
            NoDate(1)
            NoDate(0)
            Missing(Exception(0))
            Overlap(Exception(1))
            DayName(0)
        "#]],
    );
}

#[test]
fn a_span_of_more_than_a_day_goes_on_as_the_next_ones() {
    let kept = OpeningHours {
        time_zone: "Europe/Rome".into(),
        spans: vec![OpenSpan { weekday: 7, from: 600, to: 2_400 }],
        exceptions: Vec::new(),
    };
    let hours = Hours::of(Some(&kept), "").finish().expect("hours").expect("limited");
    expect!["[OpenSpan { weekday: 1, from: 600, to: 960 }, OpenSpan { weekday: 7, from: 600, to: 2040 }]"]
        .assert_eq(&format!("{:?}", hours.spans));
}

#[test]
fn what_hours_amount_to_now() {
    let shop = OpeningHours {
        time_zone: "Europe/Rome".into(),
        spans: (1..=5)
            .flat_map(|weekday| {
                [OpenSpan { weekday, from: 540, to: 780 }, OpenSpan { weekday, from: 900, to: 1_110 }]
            })
            .collect(),
        // Friday, 25 December; on New Year's Eve until two in the night.
        exceptions: vec![
            DayException { date: "2026-12-25".into(), spans: Vec::new(), name: "Natale".into() },
            DayException {
                date: "2026-12-31".into(),
                spans: vec![DaySpan { from: 1_200, to: 1_560 }],
                name: String::new(),
            },
        ],
    };
    let always = OpeningHours {
        spans: (1..=7).map(|weekday| OpenSpan { weekday, from: 0, to: 1_440 }).collect(),
        exceptions: Vec::new(),
        ..shop.clone()
    };
    let night = OpeningHours {
        spans: vec![
            OpenSpan { weekday: 6, from: 1_320, to: 1_500 },
            OpenSpan { weekday: 7, from: 60, to: 120 },
        ],
        exceptions: Vec::new(),
        ..shop.clone()
    };
    let never = OpeningHours { spans: Vec::new(), ..shop.clone() };
    let closed = OpeningHours { exceptions: Vec::new(), ..never.clone() };
    let line = |(name, hours, date, time): (&str, &OpeningHours, &str, &str)| {
        let now = Wall {
            day: day::parse(date).expect("a day"),
            minutes: i64::from(parse_time(time).expect("a time")),
        };
        let written = format!("{:?}", opening(hours, now));
        let until = written.split_once("day: ").and_then(|(_, rest)| rest.split_once(','));
        let until = until.and_then(|(count, _)| count.parse().ok()).map(day::write);
        let minutes = written.rsplit_once("minutes: ").and_then(|(_, rest)| rest.strip_suffix(" })"));
        let minutes = minutes.and_then(|m| m.parse::<u16>().ok());
        let clock = pronto_inbox::state::settings::hours::write_time(minutes);
        let what = written.split('(').next().unwrap_or_default();
        format!("{name}, {date} {time}: {what} {} {clock}", until.unwrap_or_default())
    };
    lines(
        [
            ("shop", &shop, "2026-11-25", "08:59"),
            ("shop", &shop, "2026-11-25", "09:00"),
            ("shop", &shop, "2026-11-25", "12:59"),
            ("shop", &shop, "2026-11-25", "13:00"),
            ("shop", &shop, "2026-11-25", "18:30"),
            ("shop", &shop, "2026-11-27", "19:00"),
            ("Christmas", &shop, "2026-12-24", "20:00"),
            ("Christmas", &shop, "2026-12-25", "10:00"),
            ("New Year's Eve", &shop, "2026-12-31", "10:00"),
            ("New Year's Eve", &shop, "2026-12-31", "23:00"),
            ("New Year", &shop, "2027-01-01", "01:00"),
            ("always", &always, "2026-11-25", "00:00"),
            ("night", &night, "2026-11-28", "23:00"),
            ("night", &night, "2026-11-29", "00:59"),
            ("night", &night, "2026-11-29", "01:30"),
            ("only the eve", &never, "2026-11-25", "10:00"),
            ("never", &closed, "2026-11-25", "10:00"),
        ]
        .map(line),
        expect![[r#"
            shop, 2026-11-25 08:59: ClosedUntil 2026-11-25 09:00
            shop, 2026-11-25 09:00: OpenUntil 2026-11-25 13:00
            shop, 2026-11-25 12:59: OpenUntil 2026-11-25 13:00
            shop, 2026-11-25 13:00: ClosedUntil 2026-11-25 15:00
            shop, 2026-11-25 18:30: ClosedUntil 2026-11-26 09:00
            shop, 2026-11-27 19:00: ClosedUntil 2026-11-30 09:00
            Christmas, 2026-12-24 20:00: ClosedUntil 2026-12-28 09:00
            Christmas, 2026-12-25 10:00: ClosedUntil 2026-12-28 09:00
            New Year's Eve, 2026-12-31 10:00: ClosedUntil 2026-12-31 20:00
            New Year's Eve, 2026-12-31 23:00: OpenUntil 2027-01-01 02:00
            New Year, 2027-01-01 01:00: OpenUntil 2027-01-01 02:00
            always, 2026-11-25 00:00: Always  
            night, 2026-11-28 23:00: OpenUntil 2026-11-29 02:00
            night, 2026-11-29 00:59: OpenUntil 2026-11-29 02:00
            night, 2026-11-29 01:30: OpenUntil 2026-11-29 02:00
            only the eve, 2026-11-25 10:00: ClosedUntil 2026-12-31 20:00
            never, 2026-11-25 10:00: Never  
        "#]],
    );
}

#[test]
fn books_hold_one_at_a_time_and_their_last_day_counts() {
    let book = |channel, book: &str, first: &str, last: &str| BookForm {
        channel,
        book: book.into(),
        first: first.into(),
        last: last.into(),
    };
    let line = |books: Vec<BookForm>, budget: &str| {
        let form = BillingForm { books, budget: budget.into(), ..BillingForm::default() };
        let finished = form.finish();
        if let Ok(kept) = &finished {
            assert_eq!(BillingForm::of(kept.as_ref()).finish(), finished, "what is kept comes back the same");
        }
        match finished {
            Ok(None) => "nothing is kept".into(),
            Ok(Some(billing)) => {
                let books = billing.books.iter().map(|choice| {
                    let day = |day: &Option<String>| day.clone().unwrap_or_else(|| "…".into());
                    format!(
                        "{} {} [{}, {})",
                        choice.channel.as_str(),
                        choice.book,
                        day(&choice.from),
                        day(&choice.until)
                    )
                });
                let books = books.collect::<Vec<_>>().join(", ");
                format!("{books} {:?}", billing.budget.map(|cap| cap.micros))
            }
            Err(problem) => format!("{problem:?}"),
        }
    };
    let (widget, whatsapp) = (Channel::Widget, Channel::Whatsapp);
    lines(
        [
            line(vec![], ""),
            line(vec![], "5"),
            line(vec![book(widget, "late-reply-2018", "", "")], "12,50"),
            line(
                vec![
                    book(widget, "late-reply-2018", "", "2026-12-31"),
                    book(widget, "service-2026-10", "2027-01-01", ""),
                    book(whatsapp, "service-2026-10", "2026-10-01", "2026-10-01"),
                ],
                "0.045",
            ),
            line(vec![book(widget, "a", "", "2026-12-31"), book(widget, "b", "2026-12-31", "")], ""),
            line(
                vec![
                    book(widget, "a", "", ""),
                    book(whatsapp, "a", "", ""),
                    book(widget, "b", "2030-01-01", ""),
                ],
                "",
            ),
            line(vec![book(widget, "a", "2026-12-31", "2026-12-30")], ""),
            line(vec![book(widget, "", "", "")], ""),
            line(vec![], "0"),
            line(vec![], "-5"),
            line(vec![], "five"),
        ],
        expect![[r#"
            nothing is kept
             Some(5000000)
            widget late-reply-2018 […, …) Some(12500000)
            widget late-reply-2018 […, 2027-01-01), widget service-2026-10 [2027-01-01, …), whatsapp service-2026-10 [2026-10-01, 2026-10-02) Some(45000)
            Overlap(1)
            Overlap(2)
            Days(0)
            NoBook(0)
            Budget
            Budget
            Budget
        "#]],
    );
}

fn kept() -> SitePage {
    let mut page = settings();
    page.settings.away = "Back at nine.".into();
    page.settings.hours = Some(OpeningHours {
        time_zone: "Europe/Rome".into(),
        spans: vec![OpenSpan { weekday: 1, from: 540, to: 1_080 }],
        exceptions: vec![DayException {
            date: "2026-12-25".into(),
            spans: Vec::new(),
            name: "Natale".into(),
        }],
    });
    page.settings.billing = Some(Billing {
        time_zone: "Europe/Rome".into(),
        books: vec![BookChoice {
            channel: Channel::Widget,
            book: "late-reply-2018".into(),
            from: Some("2026-01-01".into()),
            until: None,
        }],
        market: Some("IT".into()),
        budget: Some(Money { micros: 5_000_000, currency: "EUR".into() }),
    });
    page
}

#[test]
fn saving_keeps_what_was_not_touched() {
    let form = Form::of(&kept().settings, "UTC");
    assert_eq!(form.finish().expect("it can be saved"), kept().settings);
}

#[test]
fn an_owner_sets_holidays_and_a_budget() {
    let mut desk = Desk::inside("settings", vec![]);
    let books = ["late-reply-2018", "service-2026-10"].map(|name| BookSummary {
        name: name.into(),
        title: String::new(),
        currency: if name == "service-2026-10" { "USD".into() } else { "EUR".into() },
        from: "2018-08-01".into(),
        markets: vec!["IT".into()],
    });
    let costs = Costs { month_to_date: vec![], unknown: 0, budget: None, saving: None, books: books.into() };
    desk.answer_to(Request::Costs(site()), Answer::Costs(costs));
    desk.answer_to(Request::Site(site()), Answer::Site(settings()));
    let set = |desk: &mut Desk, edit| desk.does("sets", Ui::Settings(edit));
    let save = |desk: &mut Desk| {
        desk.does("saves", Ui::Settings(SettingsUi::Save));
        let saving =
            desk.state.inside().and_then(|inside| inside.settings.as_ref()).map(|it| it.saving.clone());
        match saving {
            Some(Saving::Failed(problem)) => desk.note(&format!("{problem:?} at {:?}", problem.spot())),
            other => desk.note(&format!("{other:?}")),
        }
    };
    set(&mut desk, SettingsUi::Limited(true));
    set(&mut desk, SettingsUi::AddDay);
    save(&mut desk);
    set(&mut desk, SettingsUi::DayDate(0, "2026-12-25".into()));
    set(&mut desk, SettingsUi::DayName(0, "Natale".into()));
    set(&mut desk, SettingsUi::AddSpan(Of::Exception(0)));
    set(&mut desk, SettingsUi::SpanTo(Of::Exception(0), 0, String::new()));
    save(&mut desk);
    set(&mut desk, SettingsUi::RemoveSpan(Of::Exception(0), 0));
    set(&mut desk, SettingsUi::RemoveSpan(Of::Exception(7), 0));
    set(&mut desk, SettingsUi::Away("x".repeat(1_001)));
    save(&mut desk);
    set(&mut desk, SettingsUi::Away("Torniamo alle nove.".into()));
    set(&mut desk, SettingsUi::Billing(BillingUi::Add));
    save(&mut desk);
    set(&mut desk, SettingsUi::Billing(BillingUi::Book(0, "service-2026-10".into())));
    set(&mut desk, SettingsUi::Billing(BillingUi::First(0, "2026-10-01".into())));
    set(&mut desk, SettingsUi::Billing(BillingUi::Market("IT".into())));
    set(&mut desk, SettingsUi::Billing(BillingUi::Budget("5 euro".into())));
    save(&mut desk);
    set(&mut desk, SettingsUi::Billing(BillingUi::Budget("5".into())));
    save(&mut desk);
    if let Some(Request::SaveSite(_, saved)) = desk.last() {
        desk.note(&format!("{:?}", saved.billing));
        desk.note(&format!("{:?}", saved.hours.map(|hours| hours.exceptions)));
    }
    desk.failed(refused(ErrorCode::InvalidSetting));
    let saving = desk.state.inside().and_then(|inside| inside.settings.as_ref()).map(|it| it.saving.clone());
    desk.note(&format!("{saving:?}"));
    check(
        desk,
        expect![[r#"
        the server answers
        the server answers
        sets
        sets
        saves
            focus the problem
            Hours(NoDate(0)) at Day(Exception(0))
        sets
        sets
        sets
        sets
        saves
            focus the problem
            Hours(Missing(Exception(0))) at Day(Exception(0))
        sets
        sets
        sets
        saves
            focus the problem
            Away at Away
        sets
        sets
        saves
            focus the problem
            Billing(NoBook(0)) at Book(0)
        sets
        sets
        sets
        sets
        saves
            focus the problem
            Billing(Budget) at Budget
        sets
        saves
            PUT /v1/inbox/sites/bakery +csrf
            Some(Busy)
            Some(Billing { time_zone: "", books: [BookChoice { channel: Widget, book: "service-2026-10", from: Some("2026-10-01"), until: None }], market: Some("IT"), budget: Some(Money { micros: 5000000, currency: "USD" }) })
            Some([DayException { date: "2026-12-25", spans: [], name: "Natale" }])
        the server fails
            focus the problem
            Some(Failed(Refused("the server's sentence")))
    "#]],
    );
}

#[test]
fn a_second_book_is_for_a_road_that_has_none() {
    let mut form = BillingForm::default();
    for _ in 0..4 {
        form.add();
    }
    let roads: Vec<_> = form.books.iter().map(|book| book.channel.as_str()).collect();
    expect![[r#"["widget", "whatsapp", "email", "widget"]"#]].assert_eq(&format!("{roads:?}"));
}

#[test]
fn what_visitors_are_asked_comes_back_as_it_was_written() {
    let form = AskForm {
        name: Need::Required,
        email: Need::Optional,
        own: " Order number *\n\nColour".to_owned(),
        consent: " I agree. ".to_owned(),
        quick: "Are you open?\n \nWhere are you?".to_owned(),
    };
    let (pre_chat, quick_replies) = form.finish().expect("it can be saved");
    let asked = pre_chat.clone().expect("something is asked");
    let fields: Vec<_> =
        asked.fields.iter().map(|f| (f.kind.as_str(), f.label.as_str(), f.required)).collect();
    let wanted =
        [("name", "", true), ("email", "", false), ("text", "Order number", true), ("text", "Colour", false)];
    assert_eq!(fields, wanted);
    assert_eq!((asked.consent.as_str(), quick_replies.len()), ("I agree.", 2));
    let kept = pronto_protocol::model::SiteSettings { pre_chat, quick_replies, ..Default::default() };
    assert_eq!(AskForm::of(&kept).finish().expect("again"), (kept.pre_chat, kept.quick_replies));
    assert_eq!(AskForm::default().finish(), Ok((None, Vec::new())));
    for (bad, problem) in [
        (AskForm { own: "x\n".repeat(6), ..AskForm::default() }, AskProblem::Fields),
        (AskForm { own: "x".repeat(81), ..AskForm::default() }, AskProblem::Fields),
        (AskForm { own: "*".to_owned(), ..AskForm::default() }, AskProblem::Fields),
        (AskForm { consent: "x".repeat(501), ..AskForm::default() }, AskProblem::Consent),
        (AskForm { quick: "x\n".repeat(6), ..AskForm::default() }, AskProblem::Quick),
    ] {
        assert_eq!(bad.finish(), Err(problem));
    }
}
