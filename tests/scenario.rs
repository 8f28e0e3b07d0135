//! Scripts of events against the panel's core, each with what the browser is asked to do and what the person sees.

#[path = "scenario/pass.rs"]
mod pass;
#[path = "scenario/promise.rs"]
mod promise;
#[path = "scenario/script.rs"]
mod script;
#[path = "scenario/thread.rs"]
mod thread;

use expect_test::expect;
use pronto::state::Identity;
use pronto::update::{Answer, Elsewhere, Event, Loader, Page, Sent, Start, Ui};
use pronto_protocol::api::ErrorCode;
use pronto_protocol::frame::{Bye, ServerFrame, SideReceipts};
use pronto_protocol::id::{ConversationId, Millis};
use pronto_protocol::model::{Author, Message, Receipts, Side};
use pronto_protocol::send_queue::Failure;

use script::{Script, draft, id, identity, message, page, queued, refused, session};

#[test]
fn untouched_it_asks_for_nothing_and_keeps_nothing() {
    let mut script = Script::open();
    script.does("alarm", Event::Alarm);
    script.does("hidden", Event::Visible(false));
    script.does("seen", Event::Visible(true));
    script.look();
    script.check(expect![[r#"
        0      start:
        0      open: focus
        0      alarm:
        0      hidden:
        0      seen:
        sees
    "#]]);
}

#[test]
fn the_first_message_is_kept_before_it_is_sent() {
    let mut script = Script::open();
    script.send("a", " words ");
    script.look();
    script.does("session", session());
    script.accepted("a", 1);
    script.look();
    script.check(expect![[r#"
        0      start:
        0      open: focus
        0      send: keep Identity(c), keep a, tell wrote, clear, ask session
        sees   a~Sending
        0      session: keep Identity(c, opened), dial 1, post a
        0      accepted: drop a
        sees   a=Sent
    "#]]);
}

#[test]
fn what_cannot_be_a_message_stays_in_the_composer() {
    let mut script = Script::open();
    script.send("a", "  \n ");
    script.send("b", &"è".repeat(4097));
    script.look();
    script.does("typed", Event::Ui(Ui::Typed(4096)));
    script.look();
    script.send("c", &"è".repeat(4096));
    script.check(expect![[r#"
        0      start:
        0      open: focus
        0      send:
        0      send:
        sees    [TooLong(1)]
        0      typed:
        sees
        0      send: keep Identity(c), keep c, tell wrote, clear, ask session
    "#]]);
}

#[test]
fn sent_before_the_wasm_came() {
    let mut script = Script::new();
    let early = vec![draft("a", "one"), draft("b", "two")];
    script.begin(Start { early, online: true, keeps: true, visible: true, ..Start::default() });
    script.does("session", session());
    script.accepted("a", 1);
    script.look();
    script.check(expect![[r#"
        0      start: keep Identity(c), keep a, tell wrote, keep b, tell wrote, ask session
        0      session: keep Identity(c, opened), dial 1, post a
        0      accepted: drop a, post b
        sees   a=Sent b~Sending
    "#]]);
}

#[test]
fn written_offline_it_goes_out_when_the_network_is_back() {
    let mut script = Script::talking(vec![message("m", 1, Author::Visitor)]);
    script.does("offline", Event::Online(false));
    script.look();
    script.send("a", "one");
    script.send("b", "two");
    script.look();
    script.at(9_000).does("online", Event::Online(true));
    script.accepted("a", 2);
    script.accepted("b", 3);
    script.look();
    script.check(expect![[r#"
        0      offline: hang
        sees   m=Sent [Offline]
        0      send: keep a, tell wrote, clear
        0      send: keep b, tell wrote, clear
        sees   m=Sent a~Waiting b~Waiting [OfflineWaiting]
        9000   online: dial 2, post a
        9000   accepted: drop a, post b
        9000   accepted: drop b
        sees   m=Sent a=Sent b=Sent
    "#]]);
}

#[test]
fn after_a_reload_the_queue_goes_on() {
    let mut script = Script::new();
    let identity = Some(Identity { opened: true, ..identity() });
    let queue = vec![queued("b", 2), queued("a", 1)];
    script.begin(Start { identity, queue, online: true, keeps: true, visible: true, ..Start::default() });
    script.look();
    script.does("page", Event::Answer(Answer::Newest(Ok(page(vec![message("a", 1, Author::Visitor)])))));
    script.look();
    script.accepted("b", 2);
    script.look();
    script.check(expect![[r#"
        0      start: ask newest, post a
        sees   a~Sending b~Sending
        0      page: drop a, dial 1, post b
        sees   a=Sent b~Sending
        0      accepted: drop b
        sees   a=Sent b=Sent
    "#]]);
}

#[test]
fn refused_for_good_it_waits_for_its_author() {
    let mut script = Script::talking(vec![]);
    script.send("a", "one");
    script.failed("a", refused(ErrorCode::IdReused));
    script.look();
    script.send("b", "two");
    script.accepted("b", 1);
    script.does("retry", Event::Ui(Ui::Retry(id("a"))));
    script.failed("a", refused(ErrorCode::IdReused));
    script.does("discard", Event::Ui(Ui::Discard(id("a"))));
    script.look();
    script.check(expect![[r#"
        0      send: keep a, tell wrote, clear, post a
        0      failed: keep a
        sees   a~Failed
        0      send: keep b, tell wrote, clear, post b
        0      accepted: drop b
        0      retry: keep a, post a
        0      failed: keep a
        0      discard: drop a, focus
        sees   b=Sent
    "#]]);
}

#[test]
fn refused_for_now_it_is_tried_again() {
    let mut script = Script::talking(vec![]);
    script.send("a", "one");
    script.failed("a", refused(ErrorCode::StorageFull));
    script.look();
    script.at(700).does("alarm", Event::Alarm);
    script.failed("a", Failure::Network);
    script.look();
    script.at(3_000).does("alarm", Event::Alarm);
    script.accepted("a", 1);
    script.look();
    script.check(expect![[r#"
        0      send: keep a, tell wrote, clear, post a
        0      failed: keep a
        sees   a~Waiting
        700    alarm: post a
        700    failed: keep a
        sees   a~Waiting [Unavailable]
        3000   alarm: post a
        3000   accepted: drop a
        sees   a=Sent
    "#]]);
}

#[test]
fn a_session_that_ended_is_opened_again() {
    let mut script = Script::talking(vec![]);
    script.send("a", "one");
    script.failed("a", refused(ErrorCode::Unauthorized));
    script.does("session", session());
    script.at(2_000).does("alarm", Event::Alarm);
    script.accepted("a", 1);
    script.look();
    script.check(expect![[r#"
        0      send: keep a, tell wrote, clear, post a
        0      failed: keep Identity(c), ask session
        0      session: keep Identity(c, opened)
        2000   alarm: post a
        2000   accepted: drop a
        sees   a=Sent
    "#]]);
}

#[test]
fn whoever_logs_out_is_forgotten_with_all_that_waited() {
    let mut script = Script::talking(vec![message("a", 1, Author::Visitor)]);
    script.send("b", "on its way");
    script.does("logout", Event::Loader(Loader::Logout));
    let late = Sent { message: message("b", 2, Author::Visitor), promise_by: Some(Millis(9)) };
    script.does("late", Event::Answer(Answer::Sent(id("b"), Ok(late))));
    script.does("ended", Event::Answer(Answer::Ended));
    script.look();
    script.send("c", "somebody else");
    script.check(expect![[r#"
        0      send: keep b, tell wrote, clear, post b
        0      logout: forget, hang, end session
        0      late:
        0      ended: tell logout
        sees
        0      send: keep Identity(c), keep c, tell wrote, clear, ask session
    "#]]);

    let mut other = Script::talking(vec![message("a", 1, Author::Visitor)]);
    other.does("left", Event::Elsewhere(Elsewhere::Left));
    let mut untouched = Script::open();
    untouched.log.clear();
    untouched.does("logout", Event::Loader(Loader::Logout));
    expect![[r#"
        0      left: hang, tell logout
        0      logout: forget, hang, tell logout
    "#]]
    .assert_eq(&(other.log + &untouched.log));
}

#[test]
fn whoever_was_erased_on_another_device_is_forgotten_here() {
    let talking = || Script::talking(vec![message("a", 1, Author::Visitor)]);
    let mut told = talking();
    told.frame(ServerFrame::Bye(Bye { reason: "erased".into(), retry_ms: 0 }));
    told.look();
    told.does("late", Event::Answer(Answer::Newest(Err(refused(ErrorCode::Erased)))));
    let mut sends = talking();
    sends.send("b", "on its way");
    sends.failed("b", refused(ErrorCode::Erased));
    sends.look();
    let mut comes_back = Script::new();
    let identity = Some(Identity { opened: true, ..identity() });
    comes_back.begin(Start { identity, online: true, keeps: true, visible: true, ..Start::default() });
    comes_back.does("newest", Event::Answer(Answer::Newest(Err(refused(ErrorCode::Erased)))));
    comes_back.look();
    expect![[r#"
        0      frame: hang, hang, forget, tell logout
        sees
        0      late: hang
        0      send: keep b, tell wrote, clear, post b
        0      failed: hang, forget, tell logout
        sees
        0      start: ask newest
        0      newest: hang, forget, tell logout
        sees
    "#]]
    .assert_eq(&[told.log, sends.log, comes_back.log].concat());
}

#[test]
fn what_comes_in_another_conversation_counts_as_unread() {
    let mut script = Script::new();
    let identity = Some(Identity { opened: true, ..identity() });
    script.begin(Start { identity, online: true, keeps: true, visible: true, ..Start::default() });
    script.does("open", Event::Loader(Loader::Open));
    let newest = Page { elsewhere: 2, ..page(vec![message("a", 1, Author::Visitor)]) };
    script.does("newest", Event::Answer(Answer::Newest(Ok(newest))));
    let other = |author| Message {
        conversation_id: ConversationId::new("other").expect("an id"),
        ..message("x", 7, author)
    };
    script.frame(ServerFrame::Message(other(Author::Agent)));
    script.frame(ServerFrame::Message(other(Author::Visitor)));
    let receipts = Receipts { delivered: 7, read: 7 };
    let conversation_id = ConversationId::new("other").expect("an id");
    script.frame(ServerFrame::Receipts(SideReceipts { conversation_id, side: Side::Visitor, receipts }));
    script.does("newest", Event::Answer(Answer::Newest(Ok(page(vec![message("a", 1, Author::Visitor)])))));
    script.look();
    script.check(expect![[r#"
        0      start: ask newest
        0      open: focus
        0      newest: dial 1, tell unread 2
        0      frame: tell unread 3
        0      frame:
        0      frame: ask newest
        0      newest: tell unread 0
        sees   a=Sent
    "#]]);
}

#[test]
fn a_panel_that_opens_by_itself_takes_no_focus() {
    let mut script = Script::new();
    script.begin(Start { online: true, keeps: true, visible: true, ..Start::default() });
    script.does("shown", Event::Loader(Loader::Shown));
    script.does("open", Event::Loader(Loader::Open));
    script.check(expect![[r#"
        0      start:
        0      shown:
        0      open: focus
    "#]]);
}
