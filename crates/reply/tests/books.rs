//! Price books: those that come with the crate, what they charge, and how a bad file is refused with its line.

use expect_test::{Expect, expect};
use pronto_reply::price::book::BUILT_IN;
use pronto_reply::price::{Book, Books, Form, Sent, market_of};
use pronto_reply::window::{Rules, Window};
use proptest::prelude::*;

const HOUR: i64 = 3_600_000;

#[test]
fn every_book_of_ours_can_be_read() {
    for (file, text) in BUILT_IN {
        let book = Books::default().add(file, text).unwrap_or_else(|bad| panic!("{bad}"));
        assert_eq!(format!("{}.toml", book.name), file);
    }
    let windows = include_str!("../books/rules/windows.toml");
    assert_eq!(
        Rules::parse("windows.toml", windows).unwrap_or_else(|bad| panic!("{bad}")),
        Rules::built_in()
    );
}

/// What each book says of a message on a day, sent so many hours after the person's last message. `entry` is within the
/// free entry of an ad, `unasked` is to somebody who has not written.
fn check(book: &str, rows: &[(&str, &str, &str, &str)], expected: &Expect) {
    let books = Books::built_in();
    let book = books.get(book).expect("a book of ours");
    let mut said = String::new();
    for (day, form, when, market) in rows {
        let window = |free_until| Some(Window { opened_at: 0, closes_at: 24 * HOUR, free_until });
        let (sent_at, window) = match *when {
            "entry" => (30 * HOUR, window(Some(72 * HOUR))),
            "unasked" => (0, None),
            hours => (hours.parse::<i64>().expect("hours") * HOUR, window(None)),
        };
        let sent = Sent { form: Form::parse(form).expect("a form"), sent_at, window };
        let market = Some(*market).filter(|market| *market != "-");
        let quote = book.quote(day.parse().expect("a day"), &sent, market);
        let price = quote.list.map_or("unknown".to_owned(), |price| price.to_string());
        said.push_str(&format!(
            "{day} {form} {when} {}: {price}, {}, {}\n",
            market.unwrap_or("-"),
            quote.reason.as_str(),
            quote.counts.as_str()
        ));
    }
    expected.assert_eq(&said);
}

#[test]
fn the_book_of_2018_charges_what_is_late() {
    check(
        "late-reply-2018",
        &[
            ("2018-07-31", "free_form", "1", "IT"),
            ("2018-08-01", "free_form", "1", "IT"),
            ("2026-11-25", "free_form", "23", "IT"),
            ("2026-11-25", "free_form", "24", "IT"),
            ("2026-11-25", "free_form", "24", "NL"),
            ("2026-11-25", "free_form", "24", "IN"),
            ("2026-11-25", "free_form", "24", "BQ"),
            ("2026-11-25", "free_form", "24", "-"),
            ("2026-11-25", "free_form", "1", "-"),
            ("2026-11-25", "free_form", "unasked", "IT"),
            ("2026-11-25", "unknown", "1", "IT"),
        ],
        &expect![[r#"
            2018-07-31 free_form 1 IT: unknown, no_rate, alone
            2018-08-01 free_form 1 IT: EUR 0, in_window, alone
            2026-11-25 free_form 23 IT: EUR 0, in_window, alone
            2026-11-25 free_form 24 IT: EUR 0.045, late, alone
            2026-11-25 free_form 24 NL: EUR 0.09, late, alone
            2026-11-25 free_form 24 IN: EUR 0.01, late, alone
            2026-11-25 free_form 24 BQ: unknown, no_rate, alone
            2026-11-25 free_form 24 -: unknown, no_rate, alone
            2026-11-25 free_form 1 -: EUR 0, in_window, alone
            2026-11-25 free_form unasked IT: EUR 0.045, rate, alone
            2026-11-25 unknown 1 IT: unknown, no_rate, alone
        "#]],
    );
}

#[test]
fn the_book_of_2022_charges_conversations() {
    check(
        "conversation-2022",
        &[
            ("2022-01-31", "free_form", "1", "IT"),
            ("2022-02-01", "free_form", "1", "IT"),
            ("2022-02-01", "utility", "24", "IT"),
            ("2022-02-01", "free_form", "24", "IT"),
            ("2022-02-01", "utility", "entry", "IT"),
            ("2022-02-01", "free_form", "1", "CA"),
            ("2022-02-01", "free_form", "1", "PT"),
            ("2022-02-01", "free_form", "1", "rest-of-western-europe"),
        ],
        &expect![[r#"
            2022-01-31 free_form 1 IT: unknown, no_rate, alone
            2022-02-01 free_form 1 IT: EUR 0.0319, rate, conversation
            2022-02-01 utility 24 IT: EUR 0.0532, rate, conversation
            2022-02-01 free_form 24 IT: unknown, no_rate, alone
            2022-02-01 utility entry IT: EUR 0, free_entry, alone
            2022-02-01 free_form 1 CA: EUR 0.0073, rate, conversation
            2022-02-01 free_form 1 PT: unknown, no_rate, conversation
            2022-02-01 free_form 1 rest-of-western-europe: EUR 0.0329, rate, conversation
        "#]],
    );
}

#[test]
fn the_book_of_2025_charges_templates() {
    check(
        "template-2025",
        &[
            ("2026-07-01", "free_form", "1", "IT"),
            ("2026-07-01", "free_form", "24", "IT"),
            ("2026-07-01", "utility", "1", "IT"),
            ("2026-07-01", "utility", "24", "IT"),
            ("2026-07-01", "marketing", "1", "IT"),
            ("2026-07-01", "authentication", "1", "IT"),
            ("2026-07-01", "marketing", "entry", "IT"),
            ("2026-07-01", "utility", "24", "PT"),
            ("2026-07-01", "utility", "24", "GR"),
            ("2025-07-01", "utility", "24", "IT"),
            ("2025-07-01", "free_form", "1", "IT"),
        ],
        &expect![[r#"
            2026-07-01 free_form 1 IT: EUR 0, in_window, alone
            2026-07-01 free_form 24 IT: unknown, no_rate, alone
            2026-07-01 utility 1 IT: EUR 0, in_window, alone
            2026-07-01 utility 24 IT: EUR 0.0248, late, alone
            2026-07-01 marketing 1 IT: EUR 0.0658, rate, alone
            2026-07-01 authentication 1 IT: EUR 0.0248, rate, alone
            2026-07-01 marketing entry IT: EUR 0, free_entry, alone
            2026-07-01 utility 24 PT: EUR 0.0142, late, alone
            2026-07-01 utility 24 GR: unknown, no_rate, alone
            2025-07-01 utility 24 IT: unknown, no_rate, alone
            2025-07-01 free_form 1 IT: EUR 0, in_window, alone
        "#]],
    );
}

#[test]
fn the_book_of_2026_charges_free_text_as_well() {
    check(
        "service-2026-10",
        &[
            ("2026-09-30", "free_form", "1", "IT"),
            ("2026-10-01", "free_form", "1", "IT"),
            ("2026-10-01", "free_form", "1", "DE"),
            ("2026-10-01", "free_form", "1", "US"),
            ("2026-10-01", "free_form", "1", "CA"),
            ("2026-10-01", "free_form", "1", "PT"),
            ("2026-10-01", "free_form", "1", "JP"),
            ("2026-10-01", "free_form", "1", "other"),
            ("2026-10-01", "free_form", "1", "-"),
            ("2026-10-01", "free_form", "entry", "-"),
            ("2026-10-01", "free_form", "24", "IT"),
            ("2026-10-01", "utility", "1", "IT"),
            ("2026-10-01", "utility", "24", "IT"),
            ("2026-10-01", "marketing", "1", "TR"),
            ("2026-10-01", "unknown", "1", "IT"),
            ("2026-10-01", "unknown", "entry", "IT"),
        ],
        &expect![[r#"
            2026-09-30 free_form 1 IT: unknown, no_rate, alone
            2026-10-01 free_form 1 IT: USD 0.03, rate, message
            2026-10-01 free_form 1 DE: USD 0.055, rate, message
            2026-10-01 free_form 1 US: USD 0.0034, rate, message
            2026-10-01 free_form 1 CA: USD 0.0034, rate, message
            2026-10-01 free_form 1 PT: USD 0.0171, rate, message
            2026-10-01 free_form 1 JP: unknown, no_rate, message
            2026-10-01 free_form 1 other: USD 0.0077, rate, message
            2026-10-01 free_form 1 -: unknown, no_rate, message
            2026-10-01 free_form entry -: USD 0, free_entry, alone
            2026-10-01 free_form 24 IT: unknown, no_rate, alone
            2026-10-01 utility 1 IT: USD 0.03, rate, alone
            2026-10-01 utility 24 IT: USD 0.03, rate, alone
            2026-10-01 marketing 1 TR: USD 0.0109, rate, alone
            2026-10-01 unknown 1 IT: unknown, no_rate, alone
            2026-10-01 unknown entry IT: unknown, no_rate, alone
        "#]],
    );
}

#[test]
fn the_free_book_is_free() {
    check(
        "free",
        &[("1970-01-01", "marketing", "99", "-"), ("2400-01-01", "unknown", "unasked", "IT")],
        &expect![[r#"
            1970-01-01 marketing 99 -: EUR 0, free_book, alone
            2400-01-01 unknown unasked IT: EUR 0, free_book, alone
        "#]],
    );
}

#[test]
fn what_the_books_of_ours_know() {
    let known: Vec<String> = Books::built_in()
        .iter()
        .map(|book| {
            format!("{} {} from {}: {} markets", book.name, book.currency, book.from(), book.markets().len())
        })
        .collect();
    expect![[r#"
        conversation-2022 EUR from 2022-02-01: 34 markets
        free EUR from 1970-01-01: 0 markets
        late-reply-2018 EUR from 2018-08-01: 41 markets
        service-2026-10 USD from 2026-10-01: 33 markets
        template-2025 EUR from 2025-07-01: 49 markets"#]]
    .assert_eq(&known.join("\n"));
    let books = Books::built_in();
    let late = books.get("late-reply-2018").expect("a book of ours");
    assert!(late.markets().iter().all(|market| market.len() == 2), "no region in a book that names none");
}

/// A book that can be; each case spoils one line of it.
const GOOD: &str = r#"name = "mine"
title = "Mine"
currency = "EUR"
sources = ["me"]
[[periods]]
from = "2026-01-01"
until = "2026-07-01"
[periods.inside]
free_form = "free"
[periods.after]
free_form = "late"
[[periods]]
from = "2026-07-01"
[periods.allowance]
each_month = 10
of = ["free_form"]
[periods.inside]
free_form = "late"
[periods.after]
free_form = "late"
[[rates]]
market = "IT"
from = "2026-01-01"
until = "2026-10-01"
late = "0.045"
[[rates]]
market = "IT"
from = "2026-10-01"
late = "0.05"
[[rates]]
market = "somewhere"
members = ["FR", "DE"]
from = "2026-01-01"
late = "n/a"
"#;

/// What is said about the good book with `line` (from 1) put in the place of that line.
fn spoilt(line: usize, with: &str) -> String {
    let lines: Vec<&str> =
        GOOD.lines().enumerate().map(|(at, old)| if at + 1 == line { with } else { old }).collect();
    match Book::parse("mine.toml", &lines.join("\n")) {
        Ok(_) => format!("{with}: taken"),
        Err(bad) => bad.to_string(),
    }
}

#[test]
fn a_bad_book_is_refused_with_its_line() {
    Book::parse("mine.toml", GOOD).unwrap_or_else(|bad| panic!("{bad}"));
    let cases = [
        (1, r#"name = "Mine!""#),
        (1, r#"colour = "red""#),
        (1, ""),
        (1, "name = \"mine\"\ncolour = \"red\""),
        (12, "[[periods]]\nwhim = 3"),
        (2, r#"title = "  ""#),
        (2, "title = 7"),
        (2, "title = "),
        (3, r#"currency = "EURO""#),
        (3, r#"currency = "eur""#),
        (3, r#"currency = "XYZ""#),
        (4, "sources = []"),
        (4, r#"sources = "me""#),
        (6, r#"from = "2026-02-30""#),
        (6, r#"from = "1 January 2026""#),
        (6, "from = 2026"),
        (6, ""),
        (7, r#"until = "2026-06-30""#),
        (7, r#"until = "2026-07-02""#),
        (7, r#"until = "2026-01-01""#),
        (7, ""),
        (9, r#"free_form = "unheard_of""#),
        (9, r#"postcard = "free""#),
        (11, ""),
        (15, "each_month = -1"),
        (15, "each_month = 0"),
        (15, r#"each_month = "10""#),
        (16, r#"of = ["postcard"]"#),
        (16, "of = []"),
        (22, r#"market = "Italy""#),
        (22, r#"market = "FR""#),
        (24, r#"until = "2026-09-30""#),
        (24, r#"until = "2026-10-02""#),
        (24, ""),
        (25, r#"late = "-0.01""#),
        (25, r#"late = "10.000001""#),
        (25, r#"late = "99999999999999999999""#),
        (25, r#"late = "0.0000001""#),
        (25, r#"late = "0,045""#),
        (25, r#"late = """#),
        (25, r#"late = ".5""#),
        (25, r#"late = "1e-3""#),
        (25, "late = 0.045"),
        (25, "late = 1"),
        (25, "late = true"),
        (25, r#"early = "0.045""#),
        (25, ""),
        (32, r#"members = ["FR", "FR"]"#),
        (32, r#"members = ["IT"]"#),
        (32, r#"members = ["France"]"#),
        (32, "members = [1]"),
    ];
    let said: Vec<String> = cases.iter().map(|(line, with)| spoilt(*line, with)).collect();
    expect![[r#"
        mine.toml:1: a book's name has 1 to 64 small letters, digits and hyphens
        mine.toml:1: the key `name` is missing
        mine.toml:1: the key `name` is missing
        mine.toml:2: the key `colour` is not known here
        mine.toml:13: the key `whim` is not known here
        mine.toml:1: the key `title` is missing
        mine.toml:2: `title` must be a text in quotes
        mine.toml:2: this is no TOML: string values must be quoted, expected literal string
        mine.toml:3: `EURO` is no currency: give its code such as "EUR" (ISO 4217)
        mine.toml:3: `eur` is no currency: give its code such as "EUR" (ISO 4217)
        mine.toml:3: `XYZ` is no currency: give its code such as "EUR" (ISO 4217)
        mine.toml:1: the key `sources` is missing: say where the rules and rates come from
        mine.toml:4: `sources` must be a list of texts in quotes
        mine.toml:6: `from` must be a day of the calendar such as "2026-10-01"
        mine.toml:6: `from` must be a day of the calendar such as "2026-10-01"
        mine.toml:6: `from` must be a day of the calendar such as "2026-10-01"
        mine.toml:5: the key `from` is missing: the first day these hold
        mine.toml:12: the periods have a gap: no day may lie between these and those before them
        mine.toml:12: the periods overlap: these begin while those before them still hold
        mine.toml:5: the periods end here before they begin: `until` is the first day they no longer hold
        mine.toml:12: the periods overlap: these begin while those before them still hold
        mine.toml:1: the periods charge at `unheard_of`, which no [[rates]] section gives
        mine.toml:9: no kind of message has that name: free_form, marketing, utility or authentication
        : taken
        mine.toml:15: `each_month` must be a whole number from 1 to 1000000000
        mine.toml:15: `each_month` must be a whole number from 1 to 1000000000
        mine.toml:15: `each_month` must be a whole number from 1 to 1000000000
        mine.toml:16: no kind of message has that name: free_form, marketing, utility or authentication
        mine.toml:14: the key `of` is missing: the kinds of message it counts
        mine.toml:22: a market is a country's code such as "IT" (ISO 3166-1), or a region's name in small letters such as "rest-of-africa"
        mine.toml:30: the rates of FR overlap: these begin while those before them still hold
        mine.toml:26: the rates of IT have a gap: no day may lie between these and those before them
        mine.toml:26: the rates of IT overlap: these begin while those before them still hold
        mine.toml:26: the rates of IT overlap: these begin while those before them still hold
        mine.toml:25: the rate "-0.01" is negative; no rate can be below 0
        mine.toml:25: the rate "10.000001" is above 10 for one message, which no provider charges
        mine.toml:25: the rate "99999999999999999999" is above 10 for one message, which no provider charges
        mine.toml:25: the rate "0.0000001" has more than six decimals; amounts are kept in millionths
        mine.toml:25: the rate "0,045" is not a decimal number such as "0.0248", nor "n/a" for unknown
        mine.toml:25: the rate "" is not a decimal number such as "0.0248", nor "n/a" for unknown
        mine.toml:25: the rate ".5" is not a decimal number such as "0.0248", nor "n/a" for unknown
        mine.toml:25: the rate "1e-3" is not a decimal number such as "0.0248", nor "n/a" for unknown
        mine.toml:25: the rate `late` must be a decimal in quotes such as "0.0248": a bare number is a float, and no float holds money
        mine.toml:25: the rate `late` must be a decimal in quotes such as "0.0248": a bare number is a float, and no float holds money
        mine.toml:25: the rate `late` must be a text in quotes
        mine.toml:25: the key `early` is not known here: no period charges at it
        mine.toml:21: no rate stands here for IT
        mine.toml:32: `members` are the codes of countries, each once, in a region
        mine.toml:30: the rates of IT overlap: these begin while those before them still hold
        mine.toml:32: `members` are the codes of countries, each once, in a region
        mine.toml:32: `members` must be a list of texts in quotes"#]].assert_eq(&said.join("\n"));
}

#[test]
fn what_may_stand_in_a_book() {
    for (line, with) in [
        (6, "from = 2026-01-01"),
        (25, r#"late = "10""#),
        (25, r#"late = "0.000001""#),
        (25, r#"late = "n/a""#),
        (25, r#"late = "0.00""#),
        (32, "members = []"),
    ] {
        assert_eq!(spoilt(line, with), format!("{with}: taken"));
    }
}

#[test]
fn a_shelf_keeps_what_it_had_when_a_book_is_bad() {
    let mut books = Books::built_in();
    assert!(books.add("free.toml", "name = \"free\"").is_err());
    assert!(books.get("free").is_some());
    books.add("mine.toml", &GOOD.replace("\"mine\"", "\"free\"")).expect("a good one");
    assert_eq!(
        books.get("free").map(|book| book.title.as_str()),
        Some("Mine"),
        "the operator's takes precedence"
    );
}

#[test]
fn bad_windows_are_refused_with_their_line() {
    let good = include_str!("../books/rules/windows.toml");
    let said = |from: &str, to: &str| match Rules::parse("windows.toml", &good.replacen(from, to, 1)) {
        Ok(_) => "taken".to_owned(),
        Err(bad) => bad.to_string(),
    };
    let all = [
        said("hours = 24", "hours = 0"),
        said("hours = 24", "hours = 24.5"),
        said("hours = 24\n", ""),
        said("\"widget\"", "\"pigeon\""),
        said("\"widget\"", "\"email\""),
        said("before = \"free_form\"", "before = \"perhaps\""),
        said("answered_within_hours = 24\n", ""),
        said("[windows.free_entry]", "[windows.free_exit]"),
        said("from = \"2018-08-01\"", "from = \"2018-08-32\""),
    ];
    expect![[r#"
        windows.toml:12: `hours` must be a whole number from 1 to 744
        windows.toml:12: `hours` must be a whole number from 1 to 744
        windows.toml:10: the key `hours` is missing
        windows.toml:11: no channel has that name: widget, inbox, api, whatsapp or email
        windows.toml:30: the windows of email overlap: these begin while those before them still hold
        windows.toml:13: `before` must be free_form, template_only or nothing
        windows.toml:26: the key `answered_within_hours` is missing
        windows.toml:26: the key `free_exit` is not known here
        windows.toml:21: `from` must be a day of the calendar such as "2026-10-01""#]]
    .assert_eq(&all.join("\n"));
}

#[test]
fn a_phone_number_tells_its_market() {
    let said: Vec<String> = [
        "+39 347 123 4567",
        "+39 06 698 12345",
        "+39 06 6982 345",
        "+379 06 698 1234",
        "+7 495 123 45 67",
        "+7 701 123 45 67",
        "+7 600 123 45 67",
        "+1 212 555 0123",
        "+1 (416) 555-0123",
        "+1 787 555 0123",
        "+1 876 555 0123",
        "+1 800 555 0123",
        "+1 999 555 0123",
        "+1 212 555 012",
        "+44 20 7946 0000",
        "+44 1534 123456",
        "+44 7624 123456",
        "+47 79 02 12 34",
        "+358 18 12345",
        "+212 5288 12345",
        "+262 262 12 34 56",
        "+590 590 12 34 56",
        "+599 9 123 4567",
        "+599 7 123 4567",
        "+599 8 123 4567",
        "+383 44 123 456",
        "+61 8 9164 1234",
        "+800 1234 5678",
        "+999 1234 5678",
        "+49",
        "+4930123456789012",
        "0039 347 123 4567",
        "347 123 4567",
        "+39 347 CALL ME",
        "",
        "+",
    ]
    .iter()
    .map(|phone| format!("{phone}: {}", market_of(phone).unwrap_or("unknown")))
    .collect();
    expect![[r#"
        +39 347 123 4567: IT
        +39 06 698 12345: VA
        +39 06 6982 345: VA
        +379 06 698 1234: VA
        +7 495 123 45 67: RU
        +7 701 123 45 67: KZ
        +7 600 123 45 67: KZ
        +1 212 555 0123: US
        +1 (416) 555-0123: CA
        +1 787 555 0123: PR
        +1 876 555 0123: JM
        +1 800 555 0123: unknown
        +1 999 555 0123: unknown
        +1 212 555 012: unknown
        +44 20 7946 0000: GB
        +44 1534 123456: JE
        +44 7624 123456: IM
        +47 79 02 12 34: SJ
        +358 18 12345: AX
        +212 5288 12345: MA
        +262 262 12 34 56: unknown
        +590 590 12 34 56: unknown
        +599 9 123 4567: CW
        +599 7 123 4567: BQ
        +599 8 123 4567: unknown
        +383 44 123 456: XK
        +61 8 9164 1234: CX
        +800 1234 5678: unknown
        +999 1234 5678: unknown
        +49: unknown
        +4930123456789012: unknown
        0039 347 123 4567: unknown
        347 123 4567: unknown
        +39 347 CALL ME: unknown
        : unknown
        +: unknown"#]]
    .assert_eq(&said.join("\n"));
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,200}", line in 1..35_usize) {
        let _ = Book::parse("any.toml", &text);
        let _ = Rules::parse("any.toml", &text);
        let said = spoilt(line, &text.replace('\n', " "));
        prop_assert!(said.ends_with(": taken") || said.starts_with("mine.toml:"));
        let _ = market_of(&text);
    }

    #[test]
    fn every_rate_is_read_to_the_micro(micros in 0..=10_000_000_i64) {
        let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
        let book = Book::parse("mine.toml", &GOOD.replace("0.045", &text)).expect("a good one");
        let sent = Sent { form: Form::FreeForm, sent_at: 24 * HOUR, window: None };
        let quote = book.quote("2026-02-01".parse().expect("a day"), &sent, Some("IT"));
        prop_assert_eq!(quote.list.map(|list| list.micros), Some(micros));
    }
}
