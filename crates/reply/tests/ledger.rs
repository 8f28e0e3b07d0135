//! The ledger: cases worked by hand.

#[path = "ledger/shuffled.rs"]
mod shuffled;

use std::sync::LazyLock;

use expect_test::{Expect, expect};
use jiff::Zoned;
use pronto_reply::ledger::{Budget, Delivery, Entry, Ledger, Statement, budget_state, must_ask};
use pronto_reply::price::{
    Books, Choice, Counts, Currency, Form, Money, Month, Plan, Price, Quote, Reason, Sent, Tally,
};
use pronto_reply::window::{Channel, Rules, Talk};

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
fn what_is_known_of_a_delivery_is_not_forgotten() {
    let mut paper = Paper::new("Europe/Rome", &["late-reply-2018 - -"]);
    let december = ms("2026-12-01T00:00[Europe/Rome]");
    let known = delivery(&paper.plan, "m1", "c1", december, 2 * DAY, Some("IT"));
    paper.record("in Italy", &known);
    let earlier = Delivery { delivered_at: december - 1, market: None, ..known };
    paper.record("it was in November, and nobody says where", &earlier);
    let unknown = delivery(&paper.plan, "m2", "c1", december - 1, 2 * DAY, None);
    paper.record("in November, to nobody knows where", &unknown);
    let later = Delivery { delivered_at: december, market: Some("DE".to_owned()), ..unknown };
    paper.record("in Germany, which is heard in December", &later);
    paper.statement("2026-11");
    paper.statement("2026-12");
    paper.check(&expect![[r#"
        in Italy
            charge m1 2026-12-01 late-reply-2018 IT: EUR 0.045, late
        it was in November, and nobody says where
            correction m1 2026-12-01 late-reply-2018 IT: EUR -0.045, late
            correction m1 2026-11-30 late-reply-2018 IT: EUR 0.045, late
        in November, to nobody knows where
            charge m2 2026-11-30 late-reply-2018 -: unknown, no_rate
        in Germany, which is heard in December
            correction m2 2026-11-30 late-reply-2018 DE: EUR 0.085, late
        2026-11: [EUR 0.13], 0 unknown
            late-reply-2018 - no_rate x1: unknown
            late-reply-2018 DE late x0: EUR 0.085
            late-reply-2018 IT late x0: EUR 0.045
        2026-12: [EUR 0], 0 unknown
            late-reply-2018 IT late x1: EUR 0
    "#]]);
}

#[test]
fn whole_months_are_enough_to_go_on_from() {
    let mut paper = Paper::new("Europe/Rome", &["talks - -"]);
    let november = ms("2026-11-01T00:00[Europe/Rome]");
    let opens = delivery(&paper.plan, "m1", "c1", november - HOUR, 0, Some("IT"));
    paper.record("a conversation an hour before November", &opens);
    let other = delivery(&paper.plan, "m2", "c2", november - HOUR, 0, Some("IT"));
    paper.record("another", &other);
    paper.record("which began two days before", &Delivery { delivered_at: november - 49 * HOUR, ..other });
    let from = Ledger::context(&paper.plan, Channel::Widget, november).expect("prices depend on others");
    assert_eq!(from, ms("2026-10-01T00:00[Europe/Rome]"));
    let needed = paper.entries.iter().filter(|entry| entry.delivered_at >= from);
    paper.ledger = Ledger::of(needed.cloned());
    for (message, conversation) in [("m3", "c1"), ("m4", "c2")] {
        let next = delivery(&paper.plan, message, conversation, november, 0, Some("IT"));
        paper.record(&format!("{message} in November"), &next);
    }
    let [alone, counted] = [plan("UTC", &["late-reply-2018 - -"]), plan("UTC", &["small - -"])];
    assert_eq!(Ledger::context(&alone, Channel::Widget, november), None);
    assert_eq!(Ledger::context(&counted, Channel::Widget, november), Some(ms("2026-10-01T00:00[UTC]")));
    paper.check(&expect![[r#"
        a conversation an hour before November
            charge m1 2026-10-31 talks IT: USD 0, allowance
        another
            charge m2 2026-10-31 talks IT: USD 0.03, rate
        which began two days before
            correction m2 2026-10-29 talks IT: USD -0.03, allowance
            correction m1 2026-10-31 talks IT: USD 0.03, rate
        m3 in November
            charge m3 2026-11-01 talks IT: USD 0, in_window
        m4 in November
            charge m4 2026-11-01 talks IT: USD 0, allowance
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
    let tally = paper.ledger.tally(&paper.plan, Channel::Widget, "c1", at(2));
    assert_eq!(tally, Tally { used: 1, conversation_until: None });
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
