//! The small pure parts, as tables: links in a text, opening hours, contrast, waits, routes, words.

use expect_test::{Expect, expect};
use pronto_inbox::state::Route;
use pronto_inbox::state::list::wait;
use pronto_inbox::state::prose::{Piece, pieces};
use pronto_inbox::state::settings::colour::{EDGE_LEAST, PAPER, PAPER_DARK, contrast, edge, parse, text_on};
use pronto_inbox::state::settings::hours::{Hours, Span, parse_time, write_time};
use pronto_inbox::text::{Lang, short_span};
use pronto_protocol::id::Millis;
use pronto_protocol::model::ReplyTime;

use super::desk::row;

#[track_caller]
fn check(lines: impl IntoIterator<Item = String>, expected: Expect) {
    expected.assert_eq(&lines.into_iter().map(|line| line + "\n").collect::<String>());
}

#[test]
fn only_web_addresses_become_links() {
    let texts = [
        "see https://a.example/x?y=1, and (http://b.example).",
        "javascript:alert(1) data:text/html,x",
        "xhttps://a.example https:// https://.",
        "«https://è.example/caffè»",
        "",
    ];
    let line = |text: &str| {
        let found = pieces(text);
        let whole: String = found
            .iter()
            .map(|piece| match piece {
                Piece::Text(t) | Piece::Link(t) => *t,
            })
            .collect();
        assert_eq!(whole, text);
        let links: Vec<_> = found
            .iter()
            .filter(|piece| matches!(piece, Piece::Link(_)))
            .map(|piece| format!("{piece:?}"))
            .collect();
        format!("{text:?}: {}", links.join(" "))
    };
    check(
        texts.map(line),
        expect![[r#"
        "see https://a.example/x?y=1, and (http://b.example).": Link("https://a.example/x?y=1") Link("http://b.example")
        "javascript:alert(1) data:text/html,x": 
        "xhttps://a.example https:// https://.": 
        "«https://è.example/caffè»": Link("https://è.example/caffè")
        "": 
    "#]],
    );
}

#[test]
fn hours_as_a_shop_writes_them() {
    let day = |spans: &[(&str, &str)]| {
        let mut hours = Hours { limited: true, time_zone: "Europe/Rome".into(), ..Hours::default() };
        hours.days[4] =
            spans.iter().map(|(from, to)| Span { from: parse_time(from), to: parse_time(to) }).collect();
        let finished = hours.finish();
        if let Ok(Some(kept)) = &finished {
            assert_eq!(Hours::of(Some(kept), "").finish(), finished, "what is kept comes back the same");
        }
        let result = finished.map(|hours| hours.map_or_else(Vec::new, |hours| hours.spans));
        format!("{spans:?} -> {result:?}")
    };
    check(
        [
            day(&[]),
            day(&[("15:00", "19:30"), ("08:00", "13:00")]),
            day(&[("18:00", "02:00")]),
            day(&[("00:00", "00:00")]),
            day(&[("18:00", "00:00")]),
            day(&[("08:00", "13:00"), ("12:59", "18:00")]),
            day(&[("08:00", "")]),
        ],
        expect![[r#"
            [] -> Ok([])
            [("15:00", "19:30"), ("08:00", "13:00")] -> Ok([OpenSpan { weekday: 5, from: 480, to: 780 }, OpenSpan { weekday: 5, from: 900, to: 1170 }])
            [("18:00", "02:00")] -> Ok([OpenSpan { weekday: 5, from: 1080, to: 1560 }])
            [("00:00", "00:00")] -> Ok([OpenSpan { weekday: 5, from: 0, to: 1440 }])
            [("18:00", "00:00")] -> Ok([OpenSpan { weekday: 5, from: 1080, to: 1440 }])
            [("08:00", "13:00"), ("12:59", "18:00")] -> Err(Overlap(Week(4)))
            [("08:00", "")] -> Err(Missing(Week(4)))
        "#]],
    );
}

#[test]
fn times_of_day() {
    let line =
        |text: &str| format!("{text:?} -> {:?} -> {:?}", parse_time(text), write_time(parse_time(text)));
    check(
        ["00:00", "9:05", "23:59", "23:59:30", "24:00", "12:60", "", "noon"].map(line),
        expect![[r#"
        "00:00" -> Some(0) -> "00:00"
        "9:05" -> Some(545) -> "09:05"
        "23:59" -> Some(1439) -> "23:59"
        "23:59:30" -> Some(1439) -> "23:59"
        "24:00" -> None -> ""
        "12:60" -> None -> ""
        "" -> None -> ""
        "noon" -> None -> ""
    "#]],
    );
}

#[test]
fn contrast_is_counted_as_wcag_does() {
    let line = |text: &str| match parse(text) {
        Some(colour) => {
            let white = contrast(colour, parse("#FFFFFF").expect("white"));
            format!("{text}: on white {white}, text {:?}", text_on(colour))
        }
        None => format!("{text}: no colour"),
    };
    check(
        ["#000000", "#FFFFFF", "#0F5C4A", "#777777", "#ffd400", "#12345", "#12345g", "red", "#é2345"]
            .map(line),
        expect![[r##"
            #000000: on white 2100, text ("#FFFFFF", 2100)
            #FFFFFF: on white 100, text ("#17201C", 1666)
            #0F5C4A: on white 792, text ("#FFFFFF", 792)
            #777777: on white 447, text ("#FFFFFF", 447)
            #ffd400: on white 143, text ("#17201C", 1164)
            #12345: no colour
            #12345g: no colour
            red: no colour
            #é2345: no colour
        "##]],
    );
}

#[test]
fn a_wait_drains_the_ring() {
    let told = |minutes| ReplyTime {
        minutes,
        sample: 20,
        unanswered: 0,
        as_of: Millis(0),
        p75_minutes: None,
        p90_minutes: None,
        verdict: None,
        slower_now: false,
    };
    let row = row("c1", 1);
    let since = row.waiting_since.expect("waits");
    let line = |(minutes, promised, after): (Option<u32>, Option<i64>, i64)| {
        let mut row = row.clone();
        row.conversation.promise_by = promised.map(|minutes| since.plus(minutes * 60_000));
        let wait = wait(&row, Some(&told(minutes)), since.plus(after * 60_000)).expect("waits");
        let late = if wait.is_late() { ", late" } else { "" };
        format!(
            "{minutes:?} or {promised:?} after {after} min: {} min, {:?}, {} %{late}",
            wait.minutes, wait.told, wait.left_percent
        )
    };
    check(
        [
            (Some(15), None, 0),
            (Some(15), None, 5),
            (Some(15), None, 15),
            (Some(15), None, 900),
            (Some(15), None, -5),
            (None, None, 360),
            (Some(15), Some(60), 15),
            (Some(15), Some(60), 60),
            (None, Some(60), 61),
            (None, Some(0), 0),
            (None, Some(60), -5),
        ]
        .map(line),
        expect![[r#"
            Some(15) or None after 0 min: 0 min, Usually(15), 100 %
            Some(15) or None after 5 min: 5 min, Usually(15), 66 %
            Some(15) or None after 15 min: 15 min, Usually(15), 0 %, late
            Some(15) or None after 900 min: 900 min, Usually(15), 0 %, late
            Some(15) or None after -5 min: 0 min, Usually(15), 100 %
            None or None after 360 min: 360 min, Nothing, 0 %
            Some(15) or Some(60) after 15 min: 15 min, Promised(2700000), 75 %
            Some(15) or Some(60) after 60 min: 60 min, Promised(0), 0 %
            None or Some(60) after 61 min: 61 min, Promised(-60000), 0 %, late
            None or Some(0) after 0 min: 0 min, Promised(0), 0 %
            None or Some(60) after -5 min: 0 min, Promised(3900000), 100 %
        "#]],
    );
}

#[test]
fn routes_come_back_and_tokens_are_not_written() {
    let line =
        |text: &str| format!("{text:?} -> {:?} -> {:?}", Route::parse(text), Route::parse(text).fragment());
    check(
        [
            "",
            "conversation=c-1",
            "conversation=",
            "conversation=a b",
            "contact=c1",
            "settings",
            "reports",
            "account",
            "statement",
            "statement=2026-11",
            "statement=2026-13",
            "statement=x&y=1",
            "setup=t0k",
            "setup=",
            "x=y",
        ]
        .map(line),
        expect![[r#"
            "" -> List -> ""
            "conversation=c-1" -> Thread(c-1) -> "conversation=c-1"
            "conversation=" -> List -> ""
            "conversation=a b" -> List -> ""
            "contact=c1" -> Contact(c1) -> "contact=c1"
            "settings" -> Settings -> "settings"
            "reports" -> Reports -> "reports"
            "account" -> Account -> "account"
            "statement" -> Statement(None) -> "statement"
            "statement=2026-11" -> Statement(Some("2026-11")) -> "statement=2026-11"
            "statement=2026-13" -> Statement(None) -> "statement"
            "statement=x&y=1" -> Statement(None) -> "statement"
            "setup=t0k" -> Setup("t0k") -> ""
            "setup=" -> List -> ""
            "x=y" -> List -> ""
        "#]],
    );
}

#[test]
fn languages_and_spans() {
    let pick = |wanted: &[&str]| format!("{wanted:?} -> {:?}", Lang::pick(wanted.iter().copied()));
    let span = |minutes| {
        let [en, it] = [Lang::En, Lang::It].map(|lang| short_span(lang.strings(), minutes));
        format!("{minutes} -> {en}, {it}")
    };
    let picks = [pick(&["de", "it-CH", "en"]), pick(&["fr"]), pick(&[]), pick(&["EN-gb"])];
    check(
        picks.into_iter().chain([0, 1, 59, 60, 1_439, 1_440, 9_999].map(span)),
        expect![[r#"
            ["de", "it-CH", "en"] -> It
            ["fr"] -> En
            [] -> En
            ["EN-gb"] -> En
            0 -> now, ora
            1 -> 1 min, 1 min
            59 -> 59 min, 59 min
            60 -> 1 h, 1 h
            1439 -> 23 h, 23 h
            1440 -> 1 d, 1 g
            9999 -> 6 d, 6 g
        "#]],
    );
}

#[test]
fn our_own_green_stands_out_on_light_and_dark_pages_by_its_ring() {
    let green = parse("#0f5c4a").expect("a colour");
    assert!(contrast(green, PAPER_DARK) < EDGE_LEAST, "the disc alone would not");
    assert!(edge(green, PAPER_DARK) >= EDGE_LEAST && edge(green, PAPER) >= EDGE_LEAST);
    // What is as dark as the page in all its parts does not.
    let night = parse("#14171a").expect("a colour");
    assert!(edge(night, PAPER_DARK) < EDGE_LEAST);
}
