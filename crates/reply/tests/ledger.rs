//! The ledger: worked cases, and what must hold however deliveries are reported.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use expect_test::{Expect, expect};
use jiff::Zoned;
use pronto_reply::ledger::{Budget, Delivery, Entry, Kind, Ledger, Statement, budget_state, must_ask};
use pronto_reply::price::{
    Books, Choice, Counts, Currency, Form, Holds, Money, Month, Plan, Price, Quote, Reason, Sent, Tally,
    totals,
};
use pronto_reply::window::{Channel, Rules, Talk};
use proptest::prelude::*;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Small enough that allowances run out, conversations end, books change and months turn within a few messages.
const SMALL: &str = r#"
name = "small"
title = "Two free a month, then by country"
currency = "EUR"
sources = ["made up"]
[[periods]]
from = "2020-01-01"
[periods.allowance]
each_month = 2
of = ["free_form"]
[periods.inside]
free_form = "text"
utility = "text"
[periods.after]
free_form = "late"
utility = "late"
[[rates]]
market = "IT"
from = "2020-01-01"
text = "0.01"
late = "0.05"
[[rates]]
market = "DE"
from = "2020-01-01"
text = "0.02"
late = "0.07"
"#;

const TALKS: &str = r#"
name = "talks"
title = "One free conversation a month, then by country"
currency = "USD"
sources = ["made up"]
[[periods]]
from = "2020-01-01"
conversation_hours = 24
[periods.allowance]
each_month = 1
of = ["free_form"]
[periods.inside]
free_form = "text"
[periods.after]
free_form = "late"
[[rates]]
market = "IT"
from = "2020-01-01"
text = "0.03"
late = "0.08"
"#;

static BOOKS: LazyLock<Books> = LazyLock::new(|| {
    let mut books = Books::built_in();
    for text in [SMALL, TALKS] {
        books.add("made-up.toml", text).unwrap_or_else(|bad| panic!("{bad}"));
    }
    books
});

/// Reads `small 2026-01-01 -` as the book that holds on the widget.
fn plan(zone: &str, choices: &[&str]) -> Plan {
    let choice = |text: &&str| {
        let words: Vec<&str> = text.split_whitespace().collect();
        let day = |day: &str| Some(day.to_owned()).filter(|day| day != "-");
        Choice {
            channel: Channel::Widget,
            book: words[0].to_owned(),
            from: day(words[1]),
            until: day(words[2]),
        }
    };
    let choices: Vec<Choice> = choices.iter().map(choice).collect();
    Plan::new(zone, Rules::built_in(), &choices, &BOOKS).unwrap_or_else(|bad| panic!("{bad}"))
}

fn ms(at: &str) -> i64 {
    at.parse::<Zoned>().unwrap_or_else(|bad| panic!("{at}: {bad}")).timestamp().as_millisecond()
}

/// A free text to somebody who wrote `waited` before it was sent, delivered when it was sent.
fn delivery(
    plan: &Plan,
    message: &str,
    conversation: &str,
    at: i64,
    waited: i64,
    market: Option<&str>,
) -> Delivery {
    let last_from_visitor = Some(at.saturating_sub(waited));
    let talk = Talk { channel: Channel::Widget, last_from_visitor, ad: None, blocked: false };
    Delivery {
        conversation_id: conversation.to_owned(),
        message_id: message.to_owned(),
        channel: Channel::Widget,
        sent: Sent { form: Form::FreeForm, sent_at: at, window: plan.rules().window(&talk, plan.zone()) },
        delivered_at: at,
        market: market.map(str::to_owned),
    }
}

fn tell(entry: &Entry, plan: &Plan) -> String {
    format!(
        "{} {} {} {} {}: {}, {}",
        entry.kind.as_str(),
        entry.message_id,
        plan.zone().day(entry.delivered_at),
        entry.book.as_deref().unwrap_or("-"),
        entry.market.as_deref().unwrap_or("-"),
        entry.amount.map_or("unknown".to_owned(), |amount| amount.to_string()),
        entry.reason.as_str()
    )
}

/// A ledger on paper: what each line of a script adds to it, and what its statements come to.
struct Paper {
    plan: Plan,
    ledger: Ledger,
    entries: Vec<Entry>,
    told: String,
}

impl Paper {
    fn new(zone: &str, choices: &[&str]) -> Self {
        Self {
            plan: plan(zone, choices),
            ledger: Ledger::default(),
            entries: Vec::new(),
            told: String::new(),
        }
    }

    fn line(&mut self, what: &str, added: Vec<Entry>) {
        self.told.push_str(&format!("{what}\n"));
        for entry in added {
            self.told.push_str(&format!("    {}\n", tell(&entry, &self.plan)));
            self.entries.push(entry);
        }
    }

    fn record(&mut self, what: &str, delivery: &Delivery) {
        let added = self.ledger.record(&self.plan, delivery);
        self.line(what, added);
    }

    fn statement(&mut self, month: &str) {
        let month = Month::parse(month).expect("a month");
        let statement = Statement::of_month(&self.entries, self.plan.zone(), month);
        self.told.push_str(&format!("{month}: {:?}, {} unknown\n", statement.totals, statement.unknown));
        for line in statement.lines {
            self.told.push_str(&format!(
                "    {} {} {} x{}: {}\n",
                line.book.as_deref().unwrap_or("-"),
                line.market.as_deref().unwrap_or("-"),
                line.reason.as_str(),
                line.messages,
                line.amount.map_or("unknown".to_owned(), |amount| amount.to_string())
            ));
        }
    }

    fn check(self, expected: &Expect) {
        expected.assert_eq(&self.told);
    }
}

#[test]
fn in_time_is_free_and_late_is_charged_once() {
    let mut paper = Paper::new("Europe/Rome", &["late-reply-2018 - -"]);
    let at = ms("2026-11-25T10:00[Europe/Rome]");
    let in_time = delivery(&paper.plan, "m1", "c1", at, DAY - 1, Some("IT"));
    let late = delivery(&paper.plan, "m2", "c1", at, DAY + 2 * HOUR, Some("IT"));
    let nowhere = delivery(&paper.plan, "m3", "c2", at, DAY, None);
    paper.record("in time", &in_time);
    paper.record("late", &late);
    paper.record("late, again", &late);
    paper.record("late, reported as later", &Delivery { delivered_at: at + DAY, ..late.clone() });
    paper.record(
        "late, reported as earlier, at the same price",
        &Delivery { delivered_at: at - HOUR, ..late },
    );
    paper.record("to nobody knows where", &nowhere);
    paper.record("there, again", &nowhere);
    paper.record("now it is known", &Delivery { market: Some("DE".to_owned()), ..nowhere.clone() });
    paper.record("and no longer", &nowhere);
    paper.statement("2026-11");
    assert_eq!(paper.entries[1].late_ms, 2 * HOUR);
    paper.check(&expect![[r#"
        in time
            charge m1 2026-11-25 late-reply-2018 IT: EUR 0, in_window
        late
            charge m2 2026-11-25 late-reply-2018 IT: EUR 0.045, late
        late, again
        late, reported as later
        late, reported as earlier, at the same price
        to nobody knows where
            charge m3 2026-11-25 late-reply-2018 -: unknown, no_rate
        there, again
        now it is known
            correction m3 2026-11-25 late-reply-2018 DE: EUR 0.085, late
        and no longer
        2026-11: [EUR 0.13], 0 unknown
            late-reply-2018 - no_rate x1: unknown
            late-reply-2018 DE late x0: EUR 0.085
            late-reply-2018 IT in_window x1: EUR 0
            late-reply-2018 IT late x1: EUR 0.045
    "#]]);
}

#[test]
fn a_channel_without_books_records_nothing() {
    let mut paper = Paper::new("Europe/Rome", &[]);
    let late = delivery(&paper.plan, "m1", "c1", 0, 2 * DAY, Some("IT"));
    paper.record("late", &late);
    paper.check(&expect![[r#"
        late
    "#]]);
}

#[test]
fn a_delivery_that_turns_out_earlier_has_the_price_of_its_day() {
    let mut paper =
        Paper::new("Europe/Rome", &["late-reply-2018 - 2026-11-10", "free 2026-11-10 2026-11-20"]);
    let after = ms("2026-11-10T00:00[Europe/Rome]");
    let late = delivery(&paper.plan, "m1", "c1", after, 2 * DAY, Some("IT"));
    paper.record("on the free day", &late);
    paper.record("it was the day before", &Delivery { delivered_at: after - 1, ..late.clone() });
    paper.record("both again", &late);
    let added = paper.ledger.amend(&paper.plan, &late);
    paper.line("amended back", added);
    let nowhere = Delivery { delivered_at: ms("2026-11-20T00:00[Europe/Rome]"), ..late.clone() };
    let added = paper.ledger.amend(&paper.plan, &nowhere);
    paper.line("amended to a day without a book", added);
    let added = paper.ledger.amend(&paper.plan, &nowhere);
    paper.line("again", added);
    paper.statement("2026-11");
    let added = paper.ledger.amend(&paper.plan, &Delivery { delivered_at: after - 1, ..late });
    paper.line("amended to the day before", added);
    paper.statement("2026-11");
    paper.check(&expect![[r#"
        on the free day
            charge m1 2026-11-10 free IT: EUR 0, free_book
        it was the day before
            correction m1 2026-11-09 late-reply-2018 IT: EUR 0.045, late
        both again
        amended back
            correction m1 2026-11-10 free IT: EUR -0.045, free_book
        amended to a day without a book
            correction m1 2026-11-20 - IT: unknown, no_rate
        again
        2026-11: [EUR 0], 1 unknown
            - IT no_rate x0: unknown
            free IT free_book x1: EUR -0.045
            late-reply-2018 IT late x0: EUR 0.045
        amended to the day before
            correction m1 2026-11-09 late-reply-2018 IT: EUR 0.045, late
        2026-11: [EUR 0.045], 0 unknown
            - IT no_rate x0: unknown
            free IT free_book x1: EUR -0.045
            late-reply-2018 IT late x0: EUR 0.09
    "#]]);
}

/// New York's clocks go back at two on 1 November: midnight is at 04:00 UTC, and the month lasts 721 hours.
#[test]
fn a_delivery_that_moves_to_another_month_is_taken_back_there() {
    let mut paper = Paper::new("America/New_York", &["late-reply-2018 - -"]);
    let november = ms("2026-11-01T04:00[UTC]");
    let late = delivery(&paper.plan, "m1", "c1", november, 2 * DAY, Some("US"));
    paper.record("in the first moment of November", &late);
    paper.record("it was the last of October", &Delivery { delivered_at: november - 1, ..late.clone() });
    paper.statement("2026-10");
    paper.statement("2026-11");
    let nowhere = delivery(&paper.plan, "m2", "c1", november, 2 * DAY, None);
    paper.record("another, to nobody knows where", &nowhere);
    let known = Delivery { delivered_at: november - 1, market: Some("CA".to_owned()), ..nowhere };
    paper.record("which was in October, and in Canada", &known);
    paper.statement("2026-10");
    paper.statement("2026-11");
    paper.check(&expect![[r#"
        in the first moment of November
            charge m1 2026-11-01 late-reply-2018 US: EUR 0.015, late
        it was the last of October
            correction m1 2026-11-01 late-reply-2018 US: EUR -0.015, late
            correction m1 2026-10-31 late-reply-2018 US: EUR 0.015, late
        2026-10: [EUR 0.015], 0 unknown
            late-reply-2018 US late x0: EUR 0.015
        2026-11: [EUR 0], 0 unknown
            late-reply-2018 US late x1: EUR 0
        another, to nobody knows where
            charge m2 2026-11-01 late-reply-2018 -: unknown, no_rate
        which was in October, and in Canada
            correction m2 2026-11-01 late-reply-2018 -: EUR 0, late
            correction m2 2026-10-31 late-reply-2018 CA: EUR 0.015, late
        2026-10: [EUR 0.03], 0 unknown
            late-reply-2018 CA late x0: EUR 0.015
            late-reply-2018 US late x0: EUR 0.015
        2026-11: [EUR 0], 0 unknown
            late-reply-2018 - late x0: EUR 0
            late-reply-2018 - no_rate x1: unknown
            late-reply-2018 US late x1: EUR 0
    "#]]);
}

#[test]
fn a_change_of_currency_is_two_entries() {
    let mut paper = Paper::new("Europe/Rome", &["small - 2026-11-10", "talks 2026-11-10 -"]);
    let day = ms("2026-11-10T00:00[Europe/Rome]");
    for (message, before) in [("a", 3), ("b", 2)] {
        let free = delivery(&paper.plan, message, "c0", day - before * DAY, 0, Some("IT"));
        paper.record("uses up the allowance", &free);
    }
    let other = delivery(&paper.plan, "c", "c0", day, 0, Some("IT"));
    paper.record("a conversation, which is free too", &other);
    let moved = delivery(&paper.plan, "d", "c1", day + HOUR, 0, Some("IT"));
    paper.record("a second one", &moved);
    paper.record("it was the day before", &Delivery { delivered_at: day - HOUR, ..moved });
    paper.statement("2026-11");
    paper.check(&expect![[r#"
        uses up the allowance
            charge a 2026-11-07 small IT: EUR 0, allowance
        uses up the allowance
            charge b 2026-11-08 small IT: EUR 0, allowance
        a conversation, which is free too
            charge c 2026-11-10 talks IT: USD 0, allowance
        a second one
            charge d 2026-11-10 talks IT: USD 0.03, rate
        it was the day before
            correction d 2026-11-10 talks IT: USD -0.03, rate
            correction d 2026-11-09 small IT: EUR 0.01, rate
        2026-11: [EUR 0.01, USD 0], 0 unknown
            small IT allowance x2: EUR 0
            small IT rate x0: EUR 0.01
            talks IT allowance x1: USD 0
            talks IT rate x1: USD 0
    "#]]);
}

#[test]
fn an_allowance_goes_by_delivery_and_not_by_report() {
    let mut paper = Paper::new("Australia/Lord_Howe", &["small - -"]);
    // Eleven hours ahead of UTC until the fifth, so that the month begins on the last of March in UTC.
    let april = ms("2026-04-01T00:00[Australia/Lord_Howe]");
    let at = |hours| april + hours * HOUR;
    for (message, hours, market) in [("m4", 4, "IT"), ("m3", 3, "DE"), ("m2", 2, "IT"), ("m1", 1, "IT")] {
        let next = delivery(&paper.plan, message, "c1", at(hours), 0, Some(market));
        paper.record(&format!("{message} is reported"), &next);
    }
    let march = delivery(&paper.plan, "m0", "c1", at(0) - 1, 0, Some("IT"));
    paper.record("m0 was in March", &march);
    let earlier = delivery(&paper.plan, "m1", "c1", at(0) - 2, 0, Some("IT"));
    paper.record("so was m1", &earlier);
    paper.statement("2026-03");
    paper.statement("2026-04");
    let tally = paper.ledger.tally(&paper.plan, Channel::Widget, "c1", at(5));
    assert_eq!(tally, Tally { used: 2, conversation_until: None });
    paper.check(&expect![[r#"
        m4 is reported
            charge m4 2026-04-01 small IT: EUR 0, allowance
        m3 is reported
            charge m3 2026-04-01 small DE: EUR 0, allowance
        m2 is reported
            charge m2 2026-04-01 small IT: EUR 0, allowance
            correction m4 2026-04-01 small IT: EUR 0.01, rate
        m1 is reported
            charge m1 2026-04-01 small IT: EUR 0, allowance
            correction m3 2026-04-01 small DE: EUR 0.02, rate
        m0 was in March
            charge m0 2026-03-31 small IT: EUR 0, allowance
        so was m1
            correction m1 2026-04-01 small IT: EUR 0, allowance
            correction m1 2026-03-31 small IT: EUR 0, allowance
            correction m3 2026-04-01 small DE: EUR -0.02, allowance
        2026-03: [EUR 0], 0 unknown
            small IT allowance x1: EUR 0
        2026-04: [EUR 0.01], 0 unknown
            small DE allowance x1: EUR -0.02
            small DE rate x0: EUR 0.02
            small IT allowance x3: EUR 0
            small IT rate x0: EUR 0.01
    "#]]);
}

#[test]
fn a_conversation_is_charged_once() {
    let mut paper = Paper::new("Europe/Rome", &["talks - -"]);
    let start = ms("2026-10-24T12:00[Europe/Rome]");
    for (message, conversation, hours) in
        [("a1", "a", 0), ("b2", "b", 20), ("b3", "b", 43), ("b4", "b", 44), ("b1", "b", 10), ("a2", "a", 24)]
    {
        let next = delivery(&paper.plan, message, conversation, start + hours * HOUR, 0, Some("IT"));
        paper.record(&format!("{message} after {hours} h"), &next);
    }
    let tally = paper.ledger.tally(&paper.plan, Channel::Widget, "b", start + 45 * HOUR);
    assert_eq!(tally, Tally { used: 1, conversation_until: Some(start + 67 * HOUR) });
    paper.statement("2026-10");
    paper.check(&expect![[r#"
        a1 after 0 h
            charge a1 2026-10-24 talks IT: USD 0, allowance
        b2 after 20 h
            charge b2 2026-10-25 talks IT: USD 0.03, rate
        b3 after 43 h
            charge b3 2026-10-26 talks IT: USD 0, in_window
        b4 after 44 h
            charge b4 2026-10-26 talks IT: USD 0.03, rate
        b1 after 10 h
            charge b1 2026-10-24 talks IT: USD 0.03, rate
            correction b2 2026-10-25 talks IT: USD -0.03, in_window
            correction b3 2026-10-26 talks IT: USD 0.03, rate
            correction b4 2026-10-26 talks IT: USD -0.03, in_window
        a2 after 24 h
            charge a2 2026-10-25 talks IT: USD 0.03, rate
        2026-10: [USD 0.09], 0 unknown
            talks IT in_window x1: USD -0.06
            talks IT allowance x1: USD 0
            talks IT rate x4: USD 0.15
    "#]]);
}

#[test]
fn a_budget_warns_and_then_asks() {
    let [eur, usd] = ["EUR", "USD"].map(|code| Currency::parse(code).expect("a currency"));
    let cap = Some(Money::new(1_000_000, eur));
    let state = |micros| budget_state(&[Money::new(micros, eur), Money::new(i64::MAX, usd)], cap);
    assert_eq!(state(799_999), Budget::Fine);
    assert_eq!(state(800_000), Budget::Warn);
    assert_eq!(state(999_999), Budget::Warn);
    assert_eq!(state(1_000_000), Budget::Ask);
    assert_eq!(budget_state(&[], cap), Budget::Fine);
    assert_eq!(budget_state(&[Money::new(i64::MAX, eur)], None), Budget::Fine);
    assert_eq!(budget_state(&[], Some(Money::new(0, eur))), Budget::Ask);
    assert_eq!(budget_state(&[Money::new(i64::MIN, eur); 3], Some(Money::new(i64::MAX, eur))), Budget::Fine);

    let price = |amount, reason| Price {
        book: None,
        amount,
        reason,
        alone: Quote { list: amount, reason, counts: Counts::Alone },
    };
    let spent = [Money::new(1_000_000, eur)];
    let costs = price(Some(Money::new(45_000, eur)), Reason::Late);
    assert!(must_ask(&spent, cap, &costs));
    assert!(must_ask(&spent, cap, &price(None, Reason::NoRate)), "it may cost something");
    assert!(!must_ask(&spent, cap, &price(Some(Money::new(0, eur)), Reason::InWindow)));
    assert!(!must_ask(&spent, cap, &price(None, Reason::FreeBook)));
    assert!(!must_ask(&[], cap, &costs));
}

/// One message of a made-up history, and the reports of its delivery, the true one among them and no earlier one.
#[derive(Clone, Debug)]
struct Told {
    conversation: u8,
    at: i64,
    waited: i64,
    market: Option<&'static str>,
    later: Vec<i64>,
}

/// Messages around the turn of a month at a clock change, so that days, months and books turn among them.
fn histories() -> impl Strategy<Value = Vec<Told>> {
    let one = (
        0..3_u8,
        -5 * DAY..5 * DAY,
        prop_oneof![Just(0), Just(30 * HOUR)],
        prop::sample::select(&[Some("IT"), Some("IT"), Some("DE"), Some("FR"), None]),
        prop::collection::vec(0..6 * DAY, 0..3),
    );
    let told = one.prop_map(|(conversation, at, waited, market, later)| Told {
        conversation,
        at,
        waited,
        market,
        later,
    });
    prop::collection::vec(told, 1..12)
}

fn plans() -> impl Strategy<Value = (Plan, i64)> {
    let zones = [
        ("Europe/Rome", "2026-11-01"),
        ("America/New_York", "2026-11-01"),
        ("Australia/Lord_Howe", "2026-04-01"),
        ("Africa/Cairo", "2026-11-01"),
    ];
    let choices: [&[&str]; 5] = [
        &["late-reply-2018 - -"],
        &["small - -"],
        &["talks - -"],
        &["small - DAY", "talks DAY -"],
        &["late-reply-2018 - DAY", "small DAY -"],
    ];
    (prop::sample::select(zones.to_vec()), prop::sample::select(choices.to_vec()), 0..3_i8).prop_map(
        |((zone, first), choices, off)| {
            let first: jiff::civil::Date = first.parse().expect("a day");
            let turn = first.checked_add(jiff::Span::new().days(off)).expect("a day");
            let choices: Vec<String> =
                choices.iter().map(|text| text.replace("DAY", &turn.to_string())).collect();
            let choices: Vec<&str> = choices.iter().map(String::as_str).collect();
            let plan = plan(zone, &choices);
            let middle = plan.zone().starts(first);
            (plan, middle)
        },
    )
}

/// All reports of a history, in the order of the messages.
fn reports(plan: &Plan, middle: i64, told: &[Told]) -> Vec<Delivery> {
    let reports = told.iter().enumerate().flat_map(|(n, one)| {
        let conversation = format!("c{}", one.conversation);
        let at = middle + one.at;
        let first = delivery(plan, &format!("m{n:02}"), &conversation, at, one.waited, one.market);
        let later: Vec<Delivery> =
            one.later.iter().map(|ms| Delivery { delivered_at: at + ms, ..first.clone() }).collect();
        std::iter::once(first).chain(later)
    });
    reports.collect()
}

/// What each message should come to, counted without a ledger: in the order of their true deliveries, month by month.
fn by_hand(plan: &Plan, middle: i64, told: &[Told]) -> BTreeMap<String, (Option<Money>, Month)> {
    let mut true_ones: Vec<Delivery> = reports(plan, middle, told);
    true_ones.sort_by(|a, b| (a.delivered_at, &a.message_id).cmp(&(b.delivered_at, &b.message_id)));
    let mut seen = std::collections::BTreeSet::new();
    true_ones.retain(|one| seen.insert(one.message_id.clone()));
    let (mut used, mut until) =
        (BTreeMap::<(String, Month), u32>::new(), BTreeMap::<(String, String), i64>::new());
    let mut all = BTreeMap::new();
    for one in true_ones {
        let month = plan.zone().month(one.delivered_at);
        let Holds::Book(book) = plan.holds(one.channel, one.delivered_at) else { continue };
        let (free, hours) = match book.name.as_str() {
            "small" => (2, 0),
            "talks" => (1, 24),
            _ => (0, 0),
        };
        let is_late = one.sent.sent_at >= one.sent.window.expect("they wrote").closes_at;
        let rate = match (book.name.as_str(), one.market.as_deref(), is_late) {
            ("late-reply-2018", _, false) => Some(0),
            ("late-reply-2018", Some("IT"), true) => Some(45_000),
            ("late-reply-2018", Some("DE"), true) => Some(85_000),
            ("late-reply-2018", Some("FR"), true) => Some(80_000),
            ("small", Some("IT"), late) => Some(if late { 50_000 } else { 10_000 }),
            ("small", Some("DE"), late) => Some(if late { 70_000 } else { 20_000 }),
            ("talks", Some("IT"), late) => Some(if late { 80_000 } else { 30_000 }),
            _ => None,
        };
        let key = (book.name.clone(), one.conversation_id.clone());
        let used = used.entry((book.name.clone(), month)).or_default();
        let price = if until.get(&key).is_some_and(|until| one.delivered_at < *until) {
            Some(0)
        } else {
            if hours > 0 {
                until.insert(key, one.delivered_at + hours * HOUR);
            }
            let is_free = *used < free;
            *used += u32::from(is_free);
            if is_free { Some(0) } else { rate }
        };
        let price = price.map(|micros| Money::new(micros, book.currency));
        all.insert(one.message_id.clone(), (price, month));
    }
    all
}

/// What a message comes to: unknown, or its sums that are not 0.
type Comes = Option<Vec<Money>>;

fn comes_to(known: bool, amounts: impl IntoIterator<Item = Money>) -> Comes {
    known.then(|| totals(amounts).into_iter().filter(|sum| sum.micros != 0).collect())
}

/// What the entries of each message come to; an unknown one must come to nothing.
fn balances(entries: &[Entry]) -> BTreeMap<String, Comes> {
    let mut all = BTreeMap::<String, (Reason, Vec<Money>)>::new();
    for entry in entries {
        let one = all.entry(entry.message_id.clone()).or_insert((entry.reason, Vec::new()));
        one.0 = entry.reason;
        one.1.extend(entry.amount);
    }
    let comes = |(message, (reason, amounts)): (String, (Reason, Vec<Money>))| {
        let comes = comes_to(true, amounts);
        let is_unknown = reason == Reason::NoRate && comes == Some(Vec::new());
        (message, if is_unknown { None } else { comes })
    };
    all.into_iter().map(comes).collect()
}

proptest! {
    /// However late, doubled and shuffled the reports are, and wherever the ledger is loaded anew from what a store would
    /// hand it, each message comes to what a person would count, in its month, and every statement is the sum of its entries.
    #[test]
    fn reports_in_any_order_come_to_the_same(
        (plan, middle) in plans(),
        told in histories(),
        shuffle in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        reload in any::<bool>(),
    ) {
        let mut told_all = reports(&plan, middle, &told);
        let doubled: Vec<Delivery> = shuffle.iter().map(|index| index.get(&told_all).clone()).collect();
        told_all.extend(doubled);
        for (n, index) in shuffle.iter().enumerate() {
            let (a, b) = (n % told_all.len(), index.index(told_all.len()));
            told_all.swap(a, b);
        }
        let (mut ledger, mut entries) = (Ledger::default(), Vec::<Entry>::new());
        for report in &told_all {
            if reload {
                // What a store hands out: the entries of the message, and those that the context asks for.
                let own = entries.iter().filter(|entry| entry.message_id == report.message_id);
                let known = own.clone().map(|entry| entry.delivered_at).min().unwrap_or(i64::MAX);
                let from = Ledger::context(&plan, report.channel, report.delivered_at.min(known));
                let needed = entries.iter().filter(|entry| {
                    entry.message_id == report.message_id || from.is_some_and(|from| entry.delivered_at >= from)
                });
                ledger = Ledger::of(needed.cloned());
            }
            let added = ledger.record(&plan, report);
            let only_first = |entry: &Entry| {
                let is_first = !entries.iter().any(|old| old.message_id == entry.message_id);
                (entry.kind == Kind::Charge) == is_first
            };
            prop_assert!(added.iter().all(only_first));
            entries.extend(added);
            prop_assert_eq!(ledger.record(&plan, report), vec![], "the same report again adds nothing");
        }

        let expected = by_hand(&plan, middle, &told);
        let counted = balances(&entries);
        for (message, (price, _)) in &expected {
            let price = comes_to(price.is_some(), *price);
            let told: Vec<String> = entries.iter().map(|entry| tell(entry, &plan)).collect();
            prop_assert_eq!(counted.get(message), Some(&price), "{}\n{}", message, told.join("\n"));
        }
        prop_assert_eq!(counted.len(), expected.len());

        let months: std::collections::BTreeSet<Month> =
            entries.iter().map(|entry| plan.zone().month(entry.delivered_at)).collect();
        let mut summed = Vec::new();
        for month in &months {
            let own: Vec<&Entry> =
                entries.iter().filter(|entry| plan.zone().month(entry.delivered_at) == *month).collect();
            let statement = Statement::of_month(&entries, plan.zone(), *month);
            let is_not_zero = |sum: &Money| sum.micros != 0;
            let nonzero = |sums: Vec<Money>| sums.into_iter().filter(is_not_zero).collect::<Vec<_>>();
            prop_assert_eq!(&statement.totals, &totals(own.iter().filter_map(|entry| entry.amount)));
            prop_assert_eq!(&statement.totals, &totals(statement.lines.iter().filter_map(|line| line.amount)));
            let true_sum = totals(expected.values().filter(|one| one.1 == *month).filter_map(|one| one.0));
            prop_assert_eq!(nonzero(statement.totals.clone()), nonzero(true_sum));
            let unknown = expected.values().filter(|one| one.1 == *month && one.0.is_none()).count();
            prop_assert_eq!(statement.unknown as usize, unknown);
            let messages: u32 = statement.lines.iter().map(|line| line.messages).sum();
            prop_assert_eq!(messages as usize, own.iter().filter(|entry| entry.kind == Kind::Charge).count());
            summed.extend(statement.totals);
        }
        prop_assert_eq!(totals(summed), Statement::of(&entries).totals);
    }

    /// Setting right, to and fro, always comes to what was said last.
    #[test]
    fn amendments_come_to_what_was_said_last(
        (plan, middle) in plans(),
        told in histories(),
        moves in prop::collection::vec((any::<prop::sample::Index>(), -40 * DAY..40 * DAY), 0..12),
    ) {
        let (mut ledger, mut entries) = (Ledger::default(), Vec::<Entry>::new());
        let mut told: Vec<Told> =
            told.into_iter().filter(|one| matches!(one.market, Some("IT"))).map(|one| Told { later: Vec::new(), ..one }).collect();
        for report in reports(&plan, middle, &told) {
            entries.extend(ledger.record(&plan, &report));
        }
        for (index, to) in moves {
            if told.is_empty() {
                break;
            }
            let at = index.index(told.len());
            let all = reports(&plan, middle, &told);
            let moved = Delivery { delivered_at: middle + to, ..all[at].clone() };
            entries.extend(ledger.amend(&plan, &moved));
            prop_assert_eq!(ledger.amend(&plan, &moved), vec![]);
            // By hand, a message is sent when it is delivered: what counts of the window is how long it had waited.
            told[at].at = to;
        }
        let counted = balances(&entries);
        for (message, (price, _)) in by_hand(&plan, middle, &told) {
            prop_assert_eq!(counted.get(&message), Some(&comes_to(price.is_some(), price)), "{}", message);
        }
    }

    /// Nothing panics at the ends of the range.
    #[test]
    fn extremes_saturate(
        at in prop::sample::select(&[i64::MIN, i64::MIN + 1, -1, 0, i64::MAX - 1, i64::MAX]),
        sent in prop::sample::select(&[i64::MIN, 0, i64::MAX]),
        waited in prop::sample::select(&[i64::MIN, 0, i64::MAX]),
        micros in prop::collection::vec(prop::sample::select(&[i64::MIN, -1, 0, i64::MAX]), 0..6),
    ) {
        let plan = plan("Europe/Rome", &["small - 2026-01-01", "talks 2026-01-01 -"]);
        let mut ledger = Ledger::default();
        for (n, delivered_at) in [at, sent, i64::MIN, i64::MAX, at].into_iter().enumerate() {
            let one = delivery(&plan, &format!("m{}", n % 3), "c1", sent, waited, Some("IT"));
            let _ = ledger.record(&plan, &Delivery { delivered_at, ..one.clone() });
            let _ = ledger.amend(&plan, &Delivery { delivered_at, ..one });
            let _ = ledger.tally(&plan, Channel::Widget, "c1", at);
            let _ = Ledger::context(&plan, Channel::Widget, at);
        }
        let eur = Currency::parse("EUR").expect("a currency");
        let amounts: Vec<Money> = micros.iter().map(|micros| Money::new(*micros, eur)).collect();
        let exact: i128 = micros.iter().map(|micros| i128::from(*micros)).sum();
        let sum = exact.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
        prop_assert_eq!(totals(amounts.clone()).first().map_or(0, |sum| i128::from(sum.micros)), sum);
        let _ = budget_state(&amounts, amounts.first().copied());
    }
}
