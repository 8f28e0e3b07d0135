//! Stories of the inbox, run natively on its pure core: events in, effects and what the screen would show out.

#[path = "scenario/chart.rs"]
mod chart;
#[path = "scenario/desk.rs"]
mod desk;
#[path = "scenario/door.rs"]
mod door;
#[path = "scenario/money.rs"]
mod money;
#[path = "scenario/pure.rs"]
mod pure;
#[path = "scenario/report.rs"]
mod report;
#[path = "scenario/settings.rs"]
mod settings;
#[path = "scenario/windows.rs"]
mod windows;

use desk::{Desk, id, kept, me, message, newest, page, refused, row, rows};
use expect_test::{Expect, expect};
use pronto_inbox::state::Route;
use pronto_inbox::state::list::Order;
use pronto_inbox::update::request::{Answer, Failed};
use pronto_inbox::update::{Event, Key, Recalled, Ui};
use pronto_protocol::api::ErrorCode;
use pronto_protocol::frame::{Gone, ServerFrame, SideReceipts, Typing};
use pronto_protocol::model::{Author, Receipts, Side, Status};

#[track_caller]
fn check(desk: Desk, expected: Expect) {
    expected.assert_eq(&desk.lines());
}

#[test]
fn a_conversation_is_opened_read_and_answered() {
    let mut desk = Desk::inside("", vec![row("c1", 2), row("c2", 1)]);
    desk.list();
    desk.does("opens c1", Ui::Go(Route::Thread(id("c1"))));
    desk.answered(page(
        "c1",
        vec![
            message("c1", 1, Author::Visitor, "Hello"),
            message("c1", 2, Author::Visitor, "Are you open today?"),
        ],
    ));
    desk.does("writes", Ui::Draft("Yes, until six".into()));
    desk.does("writes on at once", Ui::Draft("Yes, until six.".into()));
    desk.does("sends", Ui::Send);
    desk.thread("c1");
    desk.stored(3);
    desk.thread("c1");
    let receipts = Receipts { delivered: 3, read: 3 };
    desk.frame(ServerFrame::Receipts(SideReceipts {
        conversation_id: id("c1"),
        side: Side::Visitor,
        receipts,
    }));
    desk.thread("c1");
    desk.list();
    check(
        desk,
        expect![[r#"
                c1 unread waits
                c2 unread waits
            opens c1
                address #conversation=c1 Push
                GET /v1/conversations/c1/messages +csrf
                focus the answer box
            the server answers
                say receipts of c1: delivered 2, read 2
            writes
                keep draft of c1: "Yes, until six"
                say typing in c1
            writes on at once
                keep draft of c1: "Yes, until six."
            sends
                keep QueuedMessage(new-11, Waiting { attempts: 0, next_at: Millis(0) })
                keep draft of c1: ""
                focus the answer box
                POST /v1/conversations/c1/messages new-11 "Yes, until six." +csrf
                [  visitor: Hello None
                 ] visitor: Are you open today? None
                [] agent: Yes, until six. Sending
            the server answers
                forget new-11
                say receipts of c1: delivered 3, read 3
                [  visitor: Hello None
                 ] visitor: Are you open today? None
                [] agent: Yes, until six. Sent
            a frame comes
                [  visitor: Hello None
                 ] visitor: Are you open today? None
                [] agent: Yes, until six. Read
                c2 unread waits
                c1
        "#]],
    );
}

#[test]
fn answers_survive_the_network() {
    let mut desk = Desk::inside("conversation=c1", vec![row("c1", 1)]);
    desk.answer_to(newest("c1"), page("c1", vec![message("c1", 1, Author::Visitor, "Hello")]));
    desk.does("writes", Ui::Draft("One".into()));
    desk.does("sends", Ui::Send);
    desk.does("writes", Ui::Draft("Two".into()));
    desk.does("sends", Ui::Send);
    desk.failed(Failed::Network);
    desk.thread("c1");
    desk.after(5);
    desk.stored(2);
    desk.stored(3);
    desk.event("offline", Event::Online(false));
    desk.does("writes", Ui::Draft("Three".into()));
    desk.does("sends", Ui::Send);
    desk.after(60);
    desk.event("online", Event::Online(true));
    check(
        desk,
        expect![[r#"
            the server answers
                say receipts of c1: delivered 1, read 1
            writes
                keep draft of c1: "One"
                say typing in c1
            sends
                keep QueuedMessage(new-9, Waiting { attempts: 0, next_at: Millis(0) })
                keep draft of c1: ""
                focus the answer box
                POST /v1/conversations/c1/messages new-9 "One" +csrf
            writes
                keep draft of c1: "Two"
                say typing in c1
            sends
                keep QueuedMessage(new-11, Waiting { attempts: 0, next_at: Millis(0) })
                keep draft of c1: ""
                focus the answer box
            the server fails
                keep QueuedMessage(new-9, Waiting { attempts: 1, next_at: Millis(1700000000600) })
                [] visitor: Hello None
                [] agent: One Retrying
                 ] agent: Two Sending
            5 s later
                POST /v1/conversations/c1/messages new-9 "One" +csrf
            the server answers
                forget new-9
                POST /v1/conversations/c1/messages new-11 "Two" +csrf
                say receipts of c1: delivered 2, read 2
            the server answers
                forget new-11
                say receipts of c1: delivered 3, read 3
            offline
                disconnect
            writes
                keep draft of c1: "Three"
            sends
                keep QueuedMessage(new-18, Waiting { attempts: 0, next_at: Millis(0) })
                keep draft of c1: ""
                focus the answer box
            60 s later
                GET /v1/inbox/sites/bakery/costs +csrf
            online
                open socket 2
                POST /v1/conversations/c1/messages new-18 "Three" +csrf
        "#]],
    );
}

#[test]
fn a_refused_answer_waits_for_its_author() {
    let mut desk = Desk::inside("conversation=c1", vec![row("c1", 1)]);
    desk.answer_to(newest("c1"), page("c1", vec![message("c1", 1, Author::Visitor, "Hello")]));
    desk.does("writes", Ui::Draft("Too much".into()));
    desk.does("sends", Ui::Send);
    desk.failed(refused(ErrorCode::BodyTooLong));
    desk.thread("c1");
    let (_, wedged, _) = desk.sending();
    desk.does("tries again", Ui::Retry(wedged.clone()));
    desk.failed(refused(ErrorCode::BodyTooLong));
    desk.does("discards", Ui::Discard(wedged));
    let draft = desk.state.inside().map_or_else(String::new, |inside| inside.draft(&id("c1")).to_owned());
    desk.note(&draft);
    check(
        desk,
        expect![[r#"
            the server answers
                say receipts of c1: delivered 1, read 1
            writes
                keep draft of c1: "Too much"
                say typing in c1
            sends
                keep QueuedMessage(new-9, Waiting { attempts: 0, next_at: Millis(0) })
                keep draft of c1: ""
                focus the answer box
                POST /v1/conversations/c1/messages new-9 "Too much" +csrf
            the server fails
                keep QueuedMessage(new-9, Wedged { code: BodyTooLong })
                [] visitor: Hello None
                [] agent: Too much Failed(BodyTooLong)
            tries again
                focus the answer box
                POST /v1/conversations/c1/messages new-9 "Too much" +csrf
            the server fails
                keep QueuedMessage(new-9, Wedged { code: BodyTooLong })
            discards
                forget new-9
                keep draft of c1: "Too much"
                focus the answer box
                Too much
        "#]],
    );
}

#[test]
fn what_the_device_kept_goes_out_and_drafts_come_back() {
    let mut desk = Desk::at("conversation=c1");
    desk.answered(Answer::Me(me()));
    desk.event(
        "recalled",
        Event::Recalled(Recalled {
            drafts: vec![(id("c1"), "Half an ans".into())],
            queue: vec![kept("c2", "kept-2", "Kept")],
        }),
    );
    let draft = desk.state.inside().map_or_else(String::new, |inside| inside.draft(&id("c1")).to_owned());
    desk.note(&draft);
    check(
        desk,
        expect![[r#"
            boot
                GET /v1/inbox/me
            the server answers
                recall ana
                GET /v1/inbox/conversations?site=bakery&order=promise +csrf
                GET /v1/inbox/sites/bakery/costs +csrf
                GET /v1/conversations/c1/messages +csrf
                GET /v1/inbox/conversations/c1 +csrf
                open socket 1
            recalled
                POST /v1/conversations/c2/messages kept-2 "Kept" +csrf
                Half an ans
        "#]],
    );
}

#[test]
fn a_live_message_moves_its_row_and_is_announced() {
    let mut desk = Desk::inside("conversation=c1", vec![row("c1", 1), row("c2", 1)]);
    desk.answer_to(newest("c1"), page("c1", vec![message("c1", 1, Author::Visitor, "Hello")]));
    desk.does("newest first", Ui::Order(Order::Newest));
    desk.answered(rows(vec![row("c1", 1), row("c2", 1)], None));
    desk.frame(ServerFrame::Typing(Typing { conversation_id: id("c1"), side: Side::Visitor, name: None }));
    desk.frame(ServerFrame::Message(message("c2", 2, Author::Visitor, "Anyone?")));
    let said = desk.state.announcement.clone().map(|(sentence, _)| sentence).unwrap_or_default();
    desk.note(&said);
    desk.list();
    desk.frame(ServerFrame::Message(message("c1", 2, Author::Visitor, "Still there?")));
    let said = desk.state.announcement.clone().map(|(sentence, _)| sentence).unwrap_or_default();
    desk.note(&said);
    desk.frame(ServerFrame::Message(message("c1", 2, Author::Visitor, "Still there?")));
    desk.after(2);
    desk.note(if desk.state.announcement.is_none() { "the live region is empty" } else { "it still speaks" });
    desk.thread("c1");
    check(
        desk,
        expect![[r#"
        the server answers
            say receipts of c1: delivered 1, read 1
        newest first
            GET /v1/inbox/conversations?site=bakery&order=newest +csrf
        the server answers
        a frame comes
        a frame comes
            say receipts of c2: delivered 2, read 0
            New message in another conversation
            c2 unread waits
            c1 unread waits
        a frame comes
            say receipts of c1: delivered 2, read 2
            Visitor: Still there?
        a frame comes
        2 s later
            the live region is empty
            [  visitor: Hello None
             ] visitor: Still there? None
    "#]],
    );
}

#[test]
fn a_hidden_page_reads_nothing() {
    let mut desk = Desk::inside("conversation=c1", vec![row("c1", 1)]);
    desk.answer_to(newest("c1"), page("c1", vec![message("c1", 1, Author::Visitor, "Hello")]));
    desk.event("hidden", Event::Visible(false));
    desk.frame(ServerFrame::Message(message("c1", 2, Author::Visitor, "Still there?")));
    desk.event("seen", Event::Visible(true));
    check(
        desk,
        expect![[r#"
        the server answers
            say receipts of c1: delivered 1, read 1
        hidden
        a frame comes
            say receipts of c1: delivered 2, read 0
        seen
            say ping
            say receipts of c1: delivered 2, read 2
    "#]],
    );
}

#[test]
fn a_gap_is_read_from_the_server() {
    let mut desk = Desk::inside("conversation=c1", vec![row("c1", 1)]);
    desk.answer_to(newest("c1"), page("c1", vec![message("c1", 1, Author::Visitor, "Hello")]));
    desk.frame(ServerFrame::Message(message("c1", 3, Author::Visitor, "Third")));
    desk.answered(page("c1", vec![message("c1", 2, Author::Visitor, "Second")]));
    desk.thread("c1");
    check(
        desk,
        expect![[r#"
        the server answers
            say receipts of c1: delivered 1, read 1
        a frame comes
            GET /v1/conversations/c1/messages?after=1&limit=200 +csrf
        the server answers
            say receipts of c1: delivered 3, read 3
            [  visitor: Hello None
               visitor: Second None
             ] visitor: Third None
    "#]],
    );
}

#[test]
fn a_broken_line_comes_back_with_its_cursors() {
    let mut desk = Desk::inside("conversation=c1", vec![row("c1", 1)]);
    desk.answer_to(newest("c1"), page("c1", vec![message("c1", 1, Author::Visitor, "Hello")]));
    desk.event("closed", Event::SocketClosed(1));
    desk.after(2);
    desk.event("opened", Event::SocketOpened(2));
    let welcome = pronto_protocol::frame::Welcome { now: me().now, heartbeat_ms: 25_000 };
    desk.event("welcome", Event::SocketFrame(2, Box::new(ServerFrame::Welcome(welcome))));
    desk.event("an old frame", Event::SocketFrame(1, Box::new(ServerFrame::Welcome(welcome))));
    check(
        desk,
        expect![[r#"
            the server answers
                say receipts of c1: delivered 1, read 1
            closed
                disconnect
                GET /v1/inbox/me +csrf
            2 s later
                open socket 2
            opened
                say hello c1@1
            welcome
                GET /v1/inbox/conversations?site=bakery&order=promise +csrf
            an old frame
        "#]],
    );
}

#[test]
fn the_keyboard_walks_opens_answers_and_resolves() {
    let mut desk = Desk::inside("", vec![row("c1", 1), row("c2", 1)]);
    desk.event("r with nothing open", Event::Key(Key::Answer));
    desk.event("j", Event::Key(Key::Down));
    desk.event("j", Event::Key(Key::Down));
    desk.event("j at the end", Event::Key(Key::Down));
    desk.event("k", Event::Key(Key::Up));
    desk.event("Enter", Event::Key(Key::Open));
    desk.event("e", Event::Key(Key::Resolve));
    let mut resolved = row("c1", 1);
    resolved.conversation.status = Status::Resolved;
    resolved.waiting_since = None;
    desk.answered(Answer::Row(resolved));
    desk.list();
    desk.event("?", Event::Key(Key::Help));
    desk.event("j under the dialog", Event::Key(Key::Down));
    desk.does("closes it", Ui::Dialog(None));
    desk.does("switches letters off", Ui::Shortcuts(false));
    desk.event("j", Event::Key(Key::Down));
    desk.does("goes back", Ui::Back);
    check(
        desk,
        expect![[r#"
        r with nothing open
        j
            focus row c1
        j
            focus row c2
        j at the end
            focus row c2
        k
            focus row c1
        Enter
            address #conversation=c1 Push
            GET /v1/conversations/c1/messages +csrf
            focus the answer box
        e
            PATCH /v1/inbox/conversations/c1 resolved +csrf
        the server answers
            c2 unread waits
            c1 unread
        ?
        j under the dialog
        closes it
        switches letters off
            keep shortcuts false
        j
        goes back
            address # Push
            focus row c1
    "#]],
    );
}

#[test]
fn the_list_goes_on_by_its_cursor() {
    let mut desk = Desk::inside("", vec![]);
    desk.does("unread only", Ui::UnreadOnly(true));
    desk.answered(rows(vec![row("c1", 1)], Some("k.c1")));
    desk.does("comes near the end", Ui::ListEnd);
    desk.does("still near the end", Ui::ListEnd);
    desk.answered(rows(vec![row("c2", 1)], None));
    desk.does("at the end", Ui::ListEnd);
    desk.list();
    check(
        desk,
        expect![[r#"
            unread only
                GET /v1/inbox/conversations?site=bakery&order=promise&unread=1 +csrf
            the server answers
            comes near the end
                GET /v1/inbox/conversations?site=bakery&order=promise&unread=1&cursor=k.c1 +csrf
            still near the end
            the server answers
            at the end
                c1 unread waits
                c2 unread waits
        "#]],
    );
}

#[test]
fn a_conversation_that_its_visitor_erased_is_gone_from_every_screen() {
    let mut desk = Desk::inside("", vec![row("c1", 1), row("c2", 1)]);
    desk.does("opens c1", Ui::Go(Route::Thread(id("c1"))));
    desk.frame(ServerFrame::Erased(Gone { conversation_id: id("c2") }));
    desk.frame(ServerFrame::Erased(Gone { conversation_id: id("c1") }));
    desk.list();
    check(
        desk,
        expect![[r#"
        opens c1
            address #conversation=c1 Push
            GET /v1/conversations/c1/messages +csrf
            focus the answer box
        a frame comes
        a frame comes
            address # Replace
            focus row c1
    "#]],
    );
}
