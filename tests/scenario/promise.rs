//! By when the answer comes, and the e-mail it can go to as well.

use expect_test::expect;
use pronto::update::{Answer, Event, Loader, Opened, Page, Standing, Ui};
use pronto_protocol::api::ErrorCode;
use pronto_protocol::frame::ServerFrame;
use pronto_protocol::id::Millis;
use pronto_protocol::model::Author;
use pronto_protocol::send_queue::Failure;

use super::script::{Script, message, page, refused, session};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

fn email(can_email: bool, email: Option<&str>) -> Event {
    let standing = Standing { last_seq: 1, ..Standing::default() };
    Event::Answer(Answer::Session(Ok(Opened { standing, can_email, email: email.map(str::to_owned) })))
}

fn mailed(result: Result<(), Failure>) -> Event {
    Event::Answer(Answer::Mailed(result))
}

#[test]
fn a_promise_stands_until_a_person_answers() {
    let mut script = Script::talking(vec![]);
    script.send("a", "one");
    script.promised("a", 1, Some(20 * MINUTE));
    script.look();
    script.frame(ServerFrame::Message(message("away", 2, Author::Bot)));
    script.look();
    script.frame(ServerFrame::Message(message("b", 3, Author::Agent)));
    script.look();
    // What follows the answer is no new question, and is promised nothing.
    script.send("c", "two");
    script.promised("c", 4, None);
    script.look();
    script.check(expect![[r#"
        0      send: keep a, tell wrote, clear, post a
        0      accepted: drop a
        sees   a=Sent promise 1200000
        0      frame: tell reply, say {"receipts":{"conversation_id":"c","receipts":{"delivered":2,"read":2}}}
        sees   a=Sent away< promise 1200000
        0      frame: tell reply, say {"receipts":{"conversation_id":"c","receipts":{"delivered":3,"read":3}}}
        sees   a=Sent away< b<
        0      send: keep c, tell wrote, clear, post c
        0      accepted: drop c
        sees   a=Sent away< b< c=Sent
    "#]]);
}

#[test]
fn a_promise_that_was_not_kept_wakes_the_panel() {
    let mut script = Script::open();
    script.send("a", "one");
    script.does("session", email(false, None));
    script.promised("a", 1, Some(20 * MINUTE));
    let due = |script: &Script| script.state.is_far();
    assert!(!due(&script));
    assert!(script.state.alarm.is_some_and(|at| at <= Millis(20 * MINUTE)));
    script.at(20 * MINUTE).does("alarm", Event::Alarm);
    assert!(due(&script));
}

#[test]
fn an_answer_that_overtakes_the_promise_leaves_none() {
    let mut script = Script::talking(vec![message("m", 1, Author::Visitor)]);
    script.send("a", "one");
    script.frame(ServerFrame::Message(message("a", 2, Author::Visitor)));
    script.frame(ServerFrame::Message(message("b", 3, Author::Agent)));
    script.promised("a", 2, Some(HOUR));
    script.look();
    script.check(expect![[r#"
        0      send: keep a, tell wrote, clear, post a
        0      frame: drop a
        0      frame: tell reply, say {"receipts":{"conversation_id":"c","receipts":{"delivered":3,"read":3}}}
        0      accepted:
        sees   m=Sent a=Sent b<
    "#]]);
}

#[test]
fn a_question_of_another_tab_brings_its_promise() {
    let mut script = Script::talking(vec![message("m", 1, Author::Agent)]);
    script.frame(ServerFrame::Message(message("a", 2, Author::Visitor)));
    let standing = Standing { last_seq: 2, promise_by: Some(Millis(HOUR)), ..Standing::default() };
    let messages = vec![message("m", 1, Author::Agent), message("a", 2, Author::Visitor)];
    script.does("page", Event::Answer(Answer::Newest(Ok(Page { standing, messages, elsewhere: 0 }))));
    script.look();
    script.check(expect![[r#"
        0      frame: ask newest
        0      page:
        sees   m< a=Sent promise 3600000
    "#]]);
}

#[test]
fn for_an_answer_far_ahead_an_address_may_be_left() {
    let mut script = Script::open();
    script.send("a", "one");
    script.does("session", email(true, None));
    script.promised("a", 1, Some(26 * HOUR));
    script.look();
    script.does("leave", Event::Ui(Ui::Mail(" anna ".to_owned())));
    script.look();
    script.does("answer", mailed(Err(refused(ErrorCode::InvalidEmail))));
    script.look();
    script.does("leave", Event::Ui(Ui::Mail("anna@x.example".to_owned())));
    script.does("answer", mailed(Err(Failure::Network)));
    script.look();
    script.does("leave", Event::Ui(Ui::Mail("anna@x.example".to_owned())));
    script.does("answer", mailed(Ok(())));
    script.look();
    script.does("change", Event::Ui(Ui::ChangeMail));
    script.look();
    script.does("leave", Event::Ui(Ui::Mail("a@x.example".to_owned())));
    script.does("answer", mailed(Ok(())));
    // The offer stays as the time comes nearer, and goes with the answer.
    script.at(25 * HOUR).does("alarm", Event::Alarm);
    script.look();
    script.does("remove", Event::Ui(Ui::Mail(String::new())));
    script.does("answer", mailed(Ok(())));
    script.look();
    let answer = Event::Answer(Answer::After(Ok(page(vec![message("b", 2, Author::Agent)]))));
    script.does("answer", answer);
    script.look();
    script.check(expect![[r#"
        0      start:
        0      open: focus
        0      send: keep Identity(c), keep a, tell wrote, clear, ask session
        0      session: keep Identity(c, opened), ask newest, post a
        0      accepted: drop a
        sees   a=Sent promise 93600000 mail Some(true) <>
        0      leave: put <anna>
        sees   a=Sent promise 93600000 mail Some(true) <> saving <anna>
        0      answer:
        sees   a=Sent promise 93600000 mail Some(true) <> NoAddress
        0      leave: put <anna@x.example>
        0      answer:
        sees   a=Sent promise 93600000 mail Some(true) <> NotSaved
        0      leave: put <anna@x.example>
        0      answer: focus
        sees   a=Sent promise 93600000 mail Some(true) <anna@x.example>
        0      change: focus mail
        sees   a=Sent promise 93600000 mail Some(true) <anna@x.example> changing
        0      leave: put <a@x.example>
        0      answer: focus
        90000000 alarm:
        sees   a=Sent promise 93600000 mail Some(true) <a@x.example>
        90000000 remove: put <>
        90000000 answer: focus
        sees   a=Sent promise 93600000 mail Some(true) <>
        90000000 answer: ask newest
        sees   a=Sent b<
    "#]]);
}

#[test]
fn for_an_answer_soon_none_is_asked_for() {
    let mut script = Script::open();
    script.send("a", "one");
    script.does("session", email(true, None));
    script.promised("a", 1, Some(HOUR));
    script.look();
    script.does("closed", Event::Loader(Loader::Closed(true)));
    script.look();
    script.check(expect![[r#"
        0      start:
        0      open: focus
        0      send: keep Identity(c), keep a, tell wrote, clear, ask session
        0      session: keep Identity(c, opened), ask newest, post a
        0      accepted: drop a
        sees   a=Sent promise 3600000
        0      closed:
        sees   a=Sent promise 3600000 mail Some(true) <>
    "#]]);
}

#[test]
fn after_a_reload_the_session_is_asked_once_where_there_is_something_to_offer() {
    let mut script = Script::talking(vec![]);
    let page = |promise_by| {
        let standing = Standing { last_seq: 1, promise_by, ..Standing::default() };
        let messages = vec![message("a", 1, Author::Visitor)];
        Event::Answer(Answer::Newest(Ok(Page { standing, messages, elsewhere: 0 })))
    };
    script.does("soon", page(Some(Millis(HOUR))));
    script.does("far", page(Some(Millis(3 * HOUR))));
    script.does("session", email(true, Some("anna@x.example")));
    script.look();
    script.does("again", page(Some(Millis(3 * HOUR))));
    let mut script_without = Script::talking(vec![]);
    script_without.does("far", page(Some(Millis(3 * HOUR))));
    script_without.does("session", session());
    script_without.does("again", page(Some(Millis(3 * HOUR))));
    script_without.look();
    script.check(expect![[r#"
        0      soon:
        0      far: ask session
        0      session: keep Identity(c, opened)
        sees   a=Sent promise 10800000 mail Some(true) <anna@x.example>
        0      again:
    "#]]);
    script_without.check(expect![[r#"
        0      far: ask session
        0      session: keep Identity(c, opened)
        0      again:
        sees   a=Sent promise 10800000 mail Some(false) <>
    "#]]);
}

#[test]
fn an_automatic_message_is_told_as_one() {
    let mut script = Script::talking(vec![]);
    script.frame(ServerFrame::Message(message("away", 1, Author::Bot)));
    let spoken = script.state.spoken.map(|spoken| spoken.text);
    assert_eq!(spoken.as_deref(), Some("Bottega, automatic: words"));
}
