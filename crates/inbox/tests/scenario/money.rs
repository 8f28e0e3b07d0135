//! Money: amounts to the micro-unit, the order of promises, the month and its budget, the statement, blocking.

use super::desk::{Desk, NOON, id, message, newest, page, refused, row, rows, site};
use super::windows::{HOUR, euro, lines};
use expect_test::expect;
use pronto_inbox::state::Route;
use pronto_inbox::state::list::{Loading, Order};
use pronto_inbox::state::money::amount::{decimal, parse, written};
use pronto_inbox::state::money::{budget, months};
use pronto_inbox::update::request::{Answer, Request};
use pronto_inbox::update::{Event, Ui};
use pronto_protocol::api::ErrorCode;
use pronto_protocol::frame::{ServerFrame, SideReceipts};
use pronto_protocol::id::Millis;
use pronto_protocol::model::cost::{Costs, Money, Statement};
use pronto_protocol::model::{Author, Receipts, Side};

use super::check;

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
fn amounts_are_exact_both_ways() {
    let out = |micros: i64| {
        let it = decimal(micros);
        let field = written(&euro(micros));
        assert_eq!(
            parse(&field),
            Some(micros).filter(|micros| *micros >= 0),
            "what a field shows can be saved"
        );
        format!("{micros} -> {} with {} decimals, {field} in a field", it.text, it.places)
    };
    let back = |text: &str| format!("{text:?} -> {:?}", parse(text));
    let shown = [0, 1, 45_000, 5_000_000, 5_500_000, -45_000, 1_234_567_890, i64::MAX, i64::MIN].map(out);
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
        shown.into_iter().chain(read),
        expect![[r#"
            0 -> 0 with 0 decimals, 0 in a field
            1 -> 0.000001 with 6 decimals, 0.000001 in a field
            45000 -> 0.045 with 3 decimals, 0.045 in a field
            5000000 -> 5 with 0 decimals, 5 in a field
            5500000 -> 5.5 with 1 decimals, 5.50 in a field
            -45000 -> -0.045 with 3 decimals, -0.045 in a field
            1234567890 -> 1234.56789 with 5 decimals, 1234.56789 in a field
            9223372036854775807 -> 9223372036854.775807 with 6 decimals, 9223372036854.775807 in a field
            -9223372036854775808 -> -9223372036854.775808 with 6 decimals, -9223372036854.775808 in a field
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
        desk.frame(ServerFrame::Conversation(row));
    }
    desk.list();
    let mut answer = message("promised-1h", 6, Author::Agent, "Yes");
    answer.message_id = pronto_protocol::id::MessageId::new("answer").expect("an id");
    desk.frame(ServerFrame::Message(answer));
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
fn what_may_have_cost_is_asked_for_once_it_is_delivered() {
    let mut desk = Desk::answering(row("c1", 1));
    desk.does("writes", Ui::Draft("Yes".into()));
    desk.does("sends", Ui::Send);
    desk.stored(2);
    let told = |desk: &mut Desk, delivered, read| {
        desk.frame(ServerFrame::Receipts(SideReceipts {
            conversation_id: id("c1"),
            side: Side::Visitor,
            receipts: Receipts { delivered, read },
        }));
    };
    told(&mut desk, 2, 0);
    desk.after(1);
    told(&mut desk, 2, 2);
    desk.after(2);
    check(
        desk,
        expect![[r#"
            writes
                keep draft of c1: "Yes"
                say typing in c1
            sends
                keep QueuedMessage(new-9, Waiting { attempts: 0, next_at: Millis(0) })
                keep draft of c1: ""
                focus the answer box
                POST /v1/conversations/c1/messages new-9 "Yes" +csrf
            the server answers
                forget new-9
                say receipts of c1: delivered 2, read 2
            a frame comes
            1 s later
                GET /v1/inbox/sites/bakery/costs +csrf
            a frame comes
            2 s later
        "#]],
    );
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
