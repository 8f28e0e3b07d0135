//! What must hold however deliveries are reported: late, doubled, out of order, and set right.

use std::collections::BTreeMap;

use pronto_reply::ledger::{Delivery, Entry, Kind, Ledger, Statement, budget_state};
use pronto_reply::price::{Currency, Holds, Money, Month, Plan, Reason, totals};
use pronto_reply::window::Channel;
use proptest::prelude::*;

use crate::{DAY, HOUR, delivery, plan, tell};

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
