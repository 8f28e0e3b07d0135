//! What answers cost: windows that close by themselves, amounts, the budget's question, the month, the statement.

use super::desk::{Desk, NOON, id, message, newest, page, refused, row, rows, site};
use expect_test::{Expect, expect};
use pronto_inbox::state::Route;
use pronto_inbox::state::list::{Loading, Order};
use pronto_inbox::state::money::amount::{decimal, parse};
use pronto_inbox::state::money::terms::standing;
use pronto_inbox::state::money::{budget, months};
use pronto_inbox::text::{Lang, exact_span};
use pronto_inbox::update::request::{Answer, Request};
use pronto_inbox::update::{Event, Ui};
use pronto_protocol::api::ErrorCode;
use pronto_protocol::id::Millis;
use pronto_protocol::model::cost::{Costs, MaySend, Money, PriceReason, ReplyWindow, Statement, Terms};
use pronto_protocol::model::{Author, Channel, InboxConversation};

use super::check;

const HOUR: i64 = 3_600_000;

fn lines(lines: impl IntoIterator<Item = String>, expected: Expect) {
    expected.assert_eq(&lines.into_iter().map(|line| line + "\n").collect::<String>());
}

fn euro(micros: i64) -> Money {
    Money { micros, currency: "EUR".into() }
}

fn terms(hours: i64, may_send: MaySend, price: Option<i64>, reason: PriceReason) -> Terms {
    Terms { from: Millis(NOON + hours * HOUR), may_send, price: price.map(euro), reason }
}

fn window(terms: Vec<Terms>) -> ReplyWindow {
    ReplyWindow {
        channel: Channel::Widget,
        opened_at: Millis(NOON),
        closes_at: Millis(NOON + 24 * HOUR),
        terms,
    }
}

/// Free for a day, then €0.045.
fn late_reply() -> ReplyWindow {
    window(vec![
        terms(0, MaySend::FreeForm, Some(0), PriceReason::InWindow),
        terms(24, MaySend::FreeForm, Some(45_000), PriceReason::Late),
    ])
}

/// €0.03 for a day, then only a template.
fn service() -> ReplyWindow {
    window(vec![
        terms(0, MaySend::FreeForm, Some(30_000), PriceReason::Rate),
        terms(24, MaySend::TemplateOnly, Some(30_000), PriceReason::Rate),
    ])
}

fn costing(conversation: &str, window: ReplyWindow) -> InboxConversation {
    InboxConversation { window: Some(window), ..row(conversation, 1) }
}

fn costs(spent: &[Money], cap: Option<i64>) -> Costs {
    Costs {
        month_to_date: spent.to_vec(),
        unknown: 0,
        budget: cap.map(euro),
        saving: None,
        books: Vec::new(),
    }
}

#[test]
fn what_holds_follows_from_the_terms_and_the_time() {
    let unknown = window(vec![terms(0, MaySend::FreeForm, None, PriceReason::NoRate)]);
    let entry = window(vec![
        terms(0, MaySend::FreeForm, Some(0), PriceReason::InWindow),
        terms(24, MaySend::FreeForm, Some(0), PriceReason::FreeEntry),
        terms(72, MaySend::TemplateOnly, None, PriceReason::NoRate),
    ]);
    let free = window(vec![terms(0, MaySend::FreeForm, Some(0), PriceReason::FreeBook)]);
    let line = |(name, window, hours): (&str, &ReplyWindow, f64)| {
        let ms = (hours * HOUR as f64) as i64;
        let Some(it) = standing(window, Millis(NOON + ms)) else {
            return format!("{name} at {hours} h: nothing");
        };
        let price = format!("{:?}", it.price).replace("Money ", "").replace(", currency: \"EUR\"", "");
        let left = it.left_ms.map_or("for good".into(), |ms| format!("{} ms, {} %", ms, it.left_percent));
        let late = it.late_ms.map_or(String::new(), |ms| format!(", late by {ms} ms"));
        let closed = if it.is_closed() { ", closed" } else { "" };
        let idle = if it.is_idle() { ", idle" } else { "" };
        format!("{name} at {hours} h: {price} ({}), {left}{late}{closed}{idle}", it.reason.as_str())
    };
    let empty = window(Vec::new());
    lines(
        [
            ("late reply", &late_reply(), -0.5),
            ("late reply", &late_reply(), 0.0),
            ("late reply", &late_reply(), 20.8),
            ("late reply", &late_reply(), 23.999_999_8),
            ("late reply", &late_reply(), 24.0),
            ("late reply", &late_reply(), 26.0),
            ("service", &service(), 12.0),
            ("service", &service(), 24.0),
            ("unknown", &unknown, 1.0),
            ("unknown", &unknown, 25.0),
            ("free entry", &entry, 1.0),
            ("free entry", &entry, 48.0),
            ("free entry", &entry, 72.0),
            ("free book", &free, 30.0),
            ("no terms", &empty, 0.0),
        ]
        .map(line),
        expect![[r#"
            late reply at -0.5 h: Free (in_window), 88200000 ms, 100 %
            late reply at 0 h: Free (in_window), 86400000 ms, 100 %
            late reply at 20.8 h: Free (in_window), 11520000 ms, 13 %
            late reply at 23.9999998 h: Free (in_window), 1 ms, 0 %
            late reply at 24 h: Costs({ micros: 45000 }) (late), for good, late by 0 ms
            late reply at 26 h: Costs({ micros: 45000 }) (late), for good, late by 7200000 ms
            service at 12 h: Costs({ micros: 30000 }) (rate), 43200000 ms, 50 %
            service at 24 h: Costs({ micros: 30000 }) (rate), for good, late by 0 ms, closed
            unknown at 1 h: Unknown (no_rate), for good
            unknown at 25 h: Unknown (no_rate), for good, late by 3600000 ms
            free entry at 1 h: Free (in_window), 255600000 ms, 98 %
            free entry at 48 h: Free (free_entry), 86400000 ms, 33 %, late by 86400000 ms
            free entry at 72 h: Unknown (no_rate), for good, late by 172800000 ms, closed
            free book at 30 h: Free (free_book), for good, late by 21600000 ms, idle
            no terms at 0 h: nothing
        "#]],
    );
}

#[test]
fn amounts_are_exact_both_ways() {
    let out = |micros: i64| {
        let it = decimal(micros);
        format!("{micros} -> {} with {} decimals", it.text, it.places)
    };
    let back = |text: &str| format!("{text:?} -> {:?}", parse(text));
    let written = [0, 1, 45_000, 5_000_000, 5_500_000, -45_000, 1_234_567_890, i64::MAX, i64::MIN].map(out);
    let read = [
        "5",
        "5.00",
        "5,5",
        "0.045",
        ".5",
        "5.",
        "-5",
        "+5",
        "1e3",
        "1.234.567",
        "0.0000001",
        "",
        " 12 ",
        "9223372036854",
        "9223372036855",
    ]
    .map(back);
    lines(
        written.into_iter().chain(read),
        expect![[r#"
        0 -> 0 with 0 decimals
        1 -> 0.000001 with 6 decimals
        45000 -> 0.045 with 3 decimals
        5000000 -> 5 with 0 decimals
        5500000 -> 5.5 with 1 decimals
        -45000 -> -0.045 with 3 decimals
        1234567890 -> 1234.56789 with 5 decimals
        9223372036854775807 -> 9223372036854.775807 with 6 decimals
        -9223372036854775808 -> -9223372036854.775808 with 6 decimals
        "5" -> Some(5000000)
        "5.00" -> Some(5000000)
        "5,5" -> Some(5500000)
        "0.045" -> Some(45000)
        ".5" -> None
        "5." -> Some(5000000)
        "-5" -> None
        "+5" -> None
        "1e3" -> None
        "1.234.567" -> None
        "0.0000001" -> None
        "" -> None
        " 12 " -> Some(12000000)
        "9223372036854" -> Some(9223372036854000000)
        "9223372036855" -> None
    "#]],
    );
}

#[test]
fn spans_in_their_two_largest_units() {
    let line = |minutes| {
        let [en, it] = [Lang::En, Lang::It].map(|lang| exact_span(lang.strings(), minutes));
        format!("{minutes} -> {en}, {it}")
    };
    lines(
        [-1, 0, 1, 59, 60, 192, 1_439, 1_440, 1_500, 1_499, 4_320].map(line),
        expect![[r#"
        -1 -> less than 1 min, meno di 1 min
        0 -> less than 1 min, meno di 1 min
        1 -> 1 min, 1 min
        59 -> 59 min, 59 min
        60 -> 1 h, 1 h
        192 -> 3 h 12 min, 3 h 12 min
        1439 -> 23 h 59 min, 23 h 59 min
        1440 -> 1 d, 1 g
        1500 -> 1 d 1 h, 1 g 1 h
        1499 -> 1 d, 1 g
        4320 -> 3 d, 3 g
    "#]],
    );
}

#[test]
fn promises_come_first_then_who_waits_then_the_rest() {
    let promised = |name: &str, seq, hours: Option<i64>, waits: bool| {
        let mut row = row(name, seq);
        row.conversation.promise_by = hours.map(|hours| Millis(NOON + hours * HOUR));
        row.waiting_since = row.waiting_since.filter(|_| waits);
        row
    };
    let mut desk = Desk::inside("", vec![]);
    for row in [
        promised("answered-late", 9, None, false),
        promised("answered-early", 2, None, false),
        promised("waits-short", 8, None, true),
        promised("waits-long", 3, None, true),
        promised("promised-2h", 4, Some(2), true),
        promised("promised-1h", 5, Some(1), true),
    ] {
        desk.frame(pronto_protocol::frame::ServerFrame::Conversation(row));
    }
    desk.list();
    let mut answer = message("promised-1h", 6, Author::Agent, "Yes");
    answer.message_id = pronto_protocol::id::MessageId::new("answer").expect("an id");
    desk.frame(pronto_protocol::frame::ServerFrame::Message(answer));
    desk.note("the promise is kept");
    desk.list();
    desk.does("waiting first", Ui::Order(Order::Waiting));
    check(
        desk,
        expect![[r#"
        a frame comes
        a frame comes
        a frame comes
        a frame comes
        a frame comes
        a frame comes
            promised-1h unread waits
            promised-2h unread waits
            waits-long unread waits
            waits-short unread waits
            answered-late unread
            answered-early unread
        a frame comes
            the promise is kept
            promised-2h unread waits
            waits-long unread waits
            waits-short unread waits
            answered-late unread
            promised-1h
            answered-early unread
        waiting first
            GET /v1/inbox/conversations?site=bakery&order=waiting +csrf
    "#]],
    );
}

#[test]
fn the_screen_wakes_when_a_window_or_a_promise_turns() {
    let mut soon = costing("c1", late_reply());
    soon.conversation.promise_by = Some(Millis(NOON + 1_500));
    let mut desk = Desk::inside("", vec![soon]);
    // The line has wakings of its own; here they would only be in the way.
    desk.event("offline", Event::Online(false));
    let wakes = |desk: &mut Desk| {
        let at = desk.state.wake_at().map_or(0, |at| at.0 - NOON);
        desk.note(&format!("wakes after {at} ms"));
    };
    wakes(&mut desk);
    desk.after(2);
    wakes(&mut desk);
    // Twenty seconds before the window closes; the next full minute comes after that.
    desk.after(24 * 3_600 - 2 - 20);
    wakes(&mut desk);
    desk.state.skew = 500;
    wakes(&mut desk);
    check(
        desk,
        expect![[r#"
            offline
                disconnect
                wakes after 1501 ms
            2 s later
                wakes after 25000 ms
            86378 s later
                GET /v1/inbox/sites/bakery/costs +csrf
                wakes after 86400000 ms
                wakes after 86399500 ms
        "#]],
    );
}

#[test]
fn a_closed_window_keeps_the_text_and_sends_nothing() {
    let mut desk = Desk::inside("conversation=c1", vec![costing("c1", service())]);
    desk.answer_to(newest("c1"), page("c1", vec![message("c1", 1, Author::Visitor, "Hello")]));
    desk.after(24 * 3_600);
    desk.does("writes", Ui::Draft("Yes, until six".into()));
    desk.does("sends", Ui::Send);
    let draft = desk.state.inside().map_or_else(String::new, |inside| inside.draft(&id("c1")).to_owned());
    desk.note(&draft);
    let mut opened =
        costing("c1", window(vec![terms(24, MaySend::FreeForm, Some(0), PriceReason::InWindow)]));
    opened.conversation.last_seq = 2;
    desk.answer_to(Request::Row(id("c1")), Answer::Row(opened));
    desk.does("sends after they wrote again", Ui::Send);
    check(
        desk,
        expect![[r#"
            the server answers
                say receipts of c1: delivered 1, read 1
            86400 s later
                disconnect
                GET /v1/inbox/sites/bakery/costs +csrf
            writes
                keep draft of c1: "Yes, until six"
                POST /v1/conversations/c1/typing +csrf
            sends
                focus the answer box
                Yes, until six
            the server answers
                GET /v1/conversations/c1/messages?after=1&limit=200 +csrf
            sends after they wrote again
                keep QueuedMessage(new-12, Waiting { attempts: 0, next_at: Millis(0) })
                keep draft of c1: ""
                focus the answer box
                POST /v1/conversations/c1/messages new-12 "Yes, until six" +csrf
        "#]],
    );
}

#[test]
fn over_budget_asks_first_and_sends_the_same_message() {
    let mut desk = Desk::inside("conversation=c1", vec![costing("c1", late_reply())]);
    desk.answer_to(newest("c1"), page("c1", vec![message("c1", 1, Author::Visitor, "Hello")]));
    desk.after(26 * 3_600);
    desk.does("writes", Ui::Draft("Sorry for the wait".into()));
    desk.does("sends", Ui::Send);
    desk.failed(refused(ErrorCode::OverBudget));
    desk.thread("c1");
    let (_, wedged, _) = desk.sending();
    desk.does("sends it anyway", Ui::AcceptCost(wedged.clone()));
    desk.does("presses twice", Ui::AcceptCost(wedged));
    desk.stored(2);
    desk.does("writes", Ui::Draft("One more".into()));
    desk.does("sends", Ui::Send);
    desk.failed(refused(ErrorCode::OverBudget));
    let (_, wedged, _) = desk.sending();
    desk.does("does not send it", Ui::Discard(wedged));
    check(
        desk,
        expect![[r#"
        the server answers
            say receipts of c1: delivered 1, read 1
        93600 s later
            disconnect
            GET /v1/inbox/sites/bakery/costs +csrf
        writes
            keep draft of c1: "Sorry for the wait"
            POST /v1/conversations/c1/typing +csrf
        sends
            keep QueuedMessage(new-10, Waiting { attempts: 0, next_at: Millis(0) })
            keep draft of c1: ""
            focus the answer box
            POST /v1/conversations/c1/messages new-10 "Sorry for the wait" +csrf
        the server fails
            keep QueuedMessage(new-10, Wedged { code: OverBudget })
            GET /v1/inbox/sites/bakery/costs +csrf
            [] visitor: Hello None
            [] agent: Sorry for the wait Failed(OverBudget)
        sends it anyway
            focus the answer box
            keep QueuedMessage(new-10, Waiting { attempts: 0, next_at: Millis(0) })
            POST /v1/conversations/c1/messages new-10 "Sorry for the wait" whatever it costs +csrf
        presses twice
            focus the answer box
        the server answers
            forget new-10
            GET /v1/inbox/sites/bakery/costs +csrf
            POST /v1/conversations/c1/receipts +csrf
        writes
            keep draft of c1: "One more"
            POST /v1/conversations/c1/typing +csrf
        sends
            keep QueuedMessage(new-16, Waiting { attempts: 0, next_at: Millis(0) })
            keep draft of c1: ""
            focus the answer box
            POST /v1/conversations/c1/messages new-16 "One more" +csrf
        the server fails
            keep QueuedMessage(new-16, Wedged { code: OverBudget })
            GET /v1/inbox/sites/bakery/costs +csrf
        does not send it
            forget new-16
            keep draft of c1: "One more"
            focus the answer box
    "#]],
    );
}

#[test]
fn a_window_that_closed_meanwhile_is_read_again() {
    let mut desk = Desk::inside("conversation=c1", vec![costing("c1", service())]);
    desk.answer_to(newest("c1"), page("c1", vec![message("c1", 1, Author::Visitor, "Hello")]));
    desk.does("writes", Ui::Draft("Yes".into()));
    desk.does("sends", Ui::Send);
    desk.failed(refused(ErrorCode::WindowClosed));
    desk.thread("c1");
    check(
        desk,
        expect![[r#"
        the server answers
            say receipts of c1: delivered 1, read 1
        writes
            keep draft of c1: "Yes"
            say typing in c1
        sends
            keep QueuedMessage(new-9, Waiting { attempts: 0, next_at: Millis(0) })
            keep draft of c1: ""
            focus the answer box
            POST /v1/conversations/c1/messages new-9 "Yes" +csrf
        the server fails
            keep QueuedMessage(new-9, Wedged { code: WindowClosed })
            GET /v1/inbox/conversations/c1 +csrf
            [] visitor: Hello None
            [] agent: Yes Failed(WindowClosed)
    "#]],
    );
}

#[test]
fn the_month_is_asked_for_again_and_a_failure_shows_nothing() {
    let mut desk = Desk::inside("", vec![]);
    let shown = |desk: &mut Desk| {
        let inside = desk.state.inside().expect("inside");
        let costs = inside.purse.fresh().map(|costs| format!("{:?}", budget(costs)));
        desk.note(&costs.unwrap_or_else(|| "nothing is shown".into()));
    };
    shown(&mut desk);
    desk.answer_to(Request::Costs(site()), Answer::Costs(costs(&[euro(4_000_000)], Some(5_000_000))));
    shown(&mut desk);
    desk.after(299);
    desk.after(1);
    desk.event(
        "the server fails",
        Event::Answered(Request::Costs(site()), Err(refused(ErrorCode::Internal))),
    );
    shown(&mut desk);
    desk.after(301);
    let other = Money { micros: 90_000_000, currency: "USD".into() };
    desk.answer_to(
        Request::Costs(site()),
        Answer::Costs(costs(&[euro(5_100_000), other.clone()], Some(5_000_000))),
    );
    shown(&mut desk);
    desk.answer_to(Request::Costs(site()), Answer::Costs(costs(&[other], Some(5_000_000))));
    shown(&mut desk);
    desk.answer_to(Request::Costs(site()), Answer::Costs(costs(&[euro(i64::MAX)], Some(1))));
    shown(&mut desk);
    desk.answer_to(Request::Costs(site()), Answer::Costs(costs(&[euro(-45_000)], Some(0))));
    shown(&mut desk);
    check(
        desk,
        expect![[r#"
            nothing is shown
        the server answers
            Some(Budget { cap: Money { micros: 5000000, currency: "EUR" }, percent: 80, level: Near })
        299 s later
            disconnect
        1 s later
            open socket 2
            GET /v1/inbox/sites/bakery/costs +csrf
        the server fails
            nothing is shown
        301 s later
            disconnect
            GET /v1/inbox/sites/bakery/costs +csrf
        the server answers
            Some(Budget { cap: Money { micros: 5000000, currency: "EUR" }, percent: 102, level: Used })
        the server answers
            Some(Budget { cap: Money { micros: 5000000, currency: "EUR" }, percent: 0, level: Fine })
        the server answers
            Some(Budget { cap: Money { micros: 1, currency: "EUR" }, percent: 999, level: Used })
        the server answers
            Some(Budget { cap: Money { micros: 0, currency: "EUR" }, percent: 100, level: Used })
    "#]],
    );
}

fn statement(month: &str) -> Statement {
    Statement {
        site: site(),
        month: month.into(),
        time_zone: "Europe/Rome".into(),
        as_of: Millis(NOON),
        lines: Vec::new(),
        totals: Vec::new(),
        unknown: 0,
        entries: Vec::new(),
        entries_total: 0,
        months: vec!["2026-10".into(), "2026-08".into()],
    }
}

#[test]
fn the_statement_shows_no_month_under_anothers_name() {
    let mut desk = Desk::inside("statement", vec![]);
    let shown = |desk: &mut Desk| {
        let sheet = desk.state.inside().and_then(|inside| inside.sheet.as_ref());
        let line = sheet.map_or("closed".into(), |sheet| match (&sheet.statement, sheet.loading) {
            (Some(statement), loading) => {
                format!("{} of {:?}, {loading:?}", statement.month, months(statement))
            }
            (None, Loading::Failed) => "failed".into(),
            (None, _) => "loading".into(),
        });
        desk.note(&line);
    };
    shown(&mut desk);
    desk.answer_to(Request::Statement(site(), None), Answer::Statement(statement("2026-11")));
    shown(&mut desk);
    let october = Some("2026-10".to_owned());
    desk.does("chooses October", Ui::Go(Route::Statement(october.clone())));
    desk.does("chooses August", Ui::Go(Route::Statement(Some("2026-08".into()))));
    desk.answer_to(Request::Statement(site(), october), Answer::Statement(statement("2026-10")));
    desk.note("a late answer for October is dropped");
    shown(&mut desk);
    desk.failed(refused(ErrorCode::Internal));
    shown(&mut desk);
    desk.does("prints", Ui::Print);
    desk.does("goes back", Ui::Back);
    shown(&mut desk);
    check(
        desk,
        expect![[r#"
                loading
            the server answers
                2026-11 of ["2026-11", "2026-10", "2026-08"], Idle
            chooses October
                address #statement=2026-10 Push
                GET /v1/inbox/sites/bakery/statement?month=2026-10 +csrf
            chooses August
                address #statement=2026-08 Push
                GET /v1/inbox/sites/bakery/statement?month=2026-08 +csrf
            the server answers
                a late answer for October is dropped
                2026-11 of ["2026-11", "2026-10", "2026-08"], Busy
            the server fails
                failed
            prints
                print
            goes back
                address # Push
                closed
        "#]],
    );
}

#[test]
fn blocking_asks_once_more_and_is_taken_back_at_once() {
    let mut desk = Desk::inside("contact=c1", vec![row("c1", 1)]);
    desk.answer_to(newest("c1"), page("c1", vec![message("c1", 1, Author::Visitor, "Buy now")]));
    desk.does("wants to block", Ui::Blocking(true));
    desk.does("blocks", Ui::Block(true));
    desk.does("presses twice", Ui::Block(true));
    let mut blocked = row("c1", 1);
    blocked.blocked = true;
    blocked.waiting_since = None;
    desk.answered(Answer::Row(blocked));
    let said = desk.state.announcement.clone().map(|(sentence, _)| sentence).unwrap_or_default();
    desk.note(&said);
    desk.list();
    desk.does("takes it back", Ui::Block(false));
    desk.failed(refused(ErrorCode::Internal));
    let thread = desk.state.inside().and_then(|inside| inside.threads.get(&id("c1")));
    let problem = thread.and_then(|thread| thread.problem.clone()).unwrap_or_default();
    desk.note(&problem);
    check(
        desk,
        expect![[r#"
            the server answers
            wants to block
            blocks
                PATCH /v1/inbox/conversations/c1 blocked: true +csrf
            presses twice
            the server answers
                The visitor is blocked
                c1
            takes it back
                PATCH /v1/inbox/conversations/c1 blocked: false +csrf
            the server fails
                The server has trouble right now. Try again in a moment.
        "#]],
    );
}

#[test]
fn another_site_has_other_costs() {
    let mut desk = Desk::inside("", vec![]);
    desk.answer_to(Request::Costs(site()), Answer::Costs(costs(&[euro(45_000)], None)));
    let other = pronto_protocol::id::SiteKey::new("florist").expect("a key");
    desk.does("chooses the florist", Ui::Site(other.clone()));
    let fresh = |desk: &Desk| desk.state.inside().is_some_and(|inside| inside.purse.fresh().is_some());
    desk.answer_to(Request::Costs(site()), Answer::Costs(costs(&[euro(45_000)], None)));
    desk.note(if fresh(&desk) { "the bakery's costs are shown" } else { "nothing is shown" });
    desk.answer_to(Request::Costs(other), Answer::Costs(costs(&[], None)));
    desk.note(if fresh(&desk) { "the florist's are" } else { "nothing is shown" });
    desk.answered(rows(vec![], None));
    check(
        desk,
        expect![[r#"
        the server answers
        chooses the florist
            GET /v1/inbox/conversations?site=florist&order=promise +csrf
            GET /v1/inbox/sites/florist/costs +csrf
            address # Replace
        the server answers
            nothing is shown
        the server answers
            the florist's are
        the server answers
    "#]],
    );
}
