//! Windows that close by themselves, what sending costs before one sends, and answers that may not go out just so.

use super::desk::{Desk, NOON, id, refused, row};
use expect_test::{Expect, expect};
use pronto_inbox::state::money::terms::standing;
use pronto_inbox::text::{Lang, exact_span};
use pronto_inbox::update::request::{Answer, Request};
use pronto_inbox::update::{Event, Ui};
use pronto_protocol::api::ErrorCode;
use pronto_protocol::id::Millis;
use pronto_protocol::model::cost::{MaySend, Money, PriceReason, ReplyWindow, Terms};
use pronto_protocol::model::{Channel, InboxConversation};

use super::check;

pub(crate) const HOUR: i64 = 3_600_000;

pub(crate) fn lines(lines: impl IntoIterator<Item = String>, expected: Expect) {
    expected.assert_eq(&lines.into_iter().map(|line| line + "\n").collect::<String>());
}

pub(crate) fn euro(micros: i64) -> Money {
    Money { micros, currency: "EUR".into() }
}

pub(crate) fn terms(hours: i64, may_send: MaySend, price: Option<i64>, reason: PriceReason) -> Terms {
    Terms { from: Millis(NOON + hours * HOUR), may_send, price: price.map(euro), reason }
}

pub(crate) fn window(terms: Vec<Terms>) -> ReplyWindow {
    ReplyWindow {
        channel: Channel::Widget,
        opened_at: Millis(NOON),
        closes_at: Millis(NOON + 24 * HOUR),
        terms,
    }
}

/// Free for a day, then €0.045.
pub(crate) fn late_reply() -> ReplyWindow {
    window(vec![
        terms(0, MaySend::FreeForm, Some(0), PriceReason::InWindow),
        terms(24, MaySend::FreeForm, Some(45_000), PriceReason::Late),
    ])
}

/// €0.03 for a day, then only a template.
pub(crate) fn service() -> ReplyWindow {
    window(vec![
        terms(0, MaySend::FreeForm, Some(30_000), PriceReason::Rate),
        terms(24, MaySend::TemplateOnly, Some(30_000), PriceReason::Rate),
    ])
}

pub(crate) fn costing(conversation: &str, window: ReplyWindow) -> InboxConversation {
    InboxConversation { window: Some(window), ..row(conversation, 1) }
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
        let regret = if it.is_late() { "!" } else { "" };
        let closed = if it.is_closed() { ", closed" } else { "" };
        let idle = if it.is_idle() { ", idle" } else { "" };
        format!("{name} at {hours} h: {price} ({}), {left}{late}{closed}{idle}{regret}", it.reason.as_str())
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
            late reply at 24 h: Costs({ micros: 45000 }) (late), for good, late by 0 ms!
            late reply at 26 h: Costs({ micros: 45000 }) (late), for good, late by 7200000 ms!
            service at 12 h: Costs({ micros: 30000 }) (rate), 43200000 ms, 50 %
            service at 24 h: Costs({ micros: 30000 }) (rate), for good, late by 0 ms, closed!
            unknown at 1 h: Unknown (no_rate), for good
            unknown at 25 h: Unknown (no_rate), for good, late by 3600000 ms!
            free entry at 1 h: Free (in_window), 255600000 ms, 98 %
            free entry at 48 h: Free (free_entry), 86400000 ms, 33 %, late by 86400000 ms
            free entry at 72 h: Unknown (no_rate), for good, late by 172800000 ms, closed!
            free book at 30 h: Free (free_book), for good, late by 21600000 ms, idle
            no terms at 0 h: nothing
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
        [-1, 0, 1, 59, 60, 192, 1_439, 1_440, 1_500, 1_499, 4_320, 10_079, 10_081].map(line),
        expect![[r#"
            -1 -> less than 1 min, meno di 1 min
            0 -> less than 1 min, meno di 1 min
            1 -> 1 min, 1 min
            59 -> 59 min, 59 min
            60 -> 1 h, 1 h
            192 -> 3 h 12 min, 3 h 12 min
            1439 -> 23 h 59 min, 23 h 59 min
            1440 -> 1 d, 1 g
            1500 -> 1 d 1 h, 1 g 1 h
            1499 -> 1 d, 1 g
            4320 -> 3 d, 3 g
            10079 -> 6 d 23 h, 6 g 23 h
            10081 -> 7 d, 7 g
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
    let mut desk = Desk::answering(costing("c1", service()));
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
    let mut desk = Desk::answering(costing("c1", late_reply()));
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
    let mut desk = Desk::answering(costing("c1", service()));
    desk.does("writes", Ui::Draft("Yes".into()));
    desk.does("sends", Ui::Send);
    desk.failed(refused(ErrorCode::WindowClosed));
    desk.thread("c1");
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
            the server fails
                keep QueuedMessage(new-9, Wedged { code: WindowClosed })
                GET /v1/inbox/conversations/c1 +csrf
                [] visitor: Hello None
                [] agent: Yes Failed(WindowClosed)
        "#]],
    );
}
