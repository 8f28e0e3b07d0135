//! Whom the business has named: when that is exchanged, and whose conversation is on the screen by it.

use expect_test::expect;
use pronto::state::{Identity, Phase};
use pronto::update::{Answer, Elsewhere, Event, Loader, Named, Opened, Socket, Standing, Start};
use pronto_protocol::api::ErrorCode;
use pronto_protocol::id::{ConversationId, Millis};
use pronto_protocol::model::Author;
use pronto_protocol::send_queue::Failure;

use crate::script::{Script, identity, message, page, refused, session};

fn conversation(id: &str) -> ConversationId {
    ConversationId::new(id).expect("an id")
}

fn pass(token: &str, next: &str) -> Event {
    let next = Identity { secret: next.to_owned(), conversation_id: conversation("fresh"), opened: false };
    Event::Loader(Loader::Pass(token.to_owned(), next))
}

fn named(named: Named) -> Event {
    Event::Answer(Answer::Named(Ok(named)))
}

fn renewed() -> Named {
    Named { renewed: true, ..Named::default() }
}

fn theirs(id: &str, renewed: bool) -> Event {
    let opened = Opened { standing: Standing { last_seq: 1, ..Standing::default() }, ..Opened::default() };
    named(Named { conversation_id: Some(conversation(id)), opened, renewed })
}

fn closed() -> Script {
    let mut script = Script::new();
    script.begin(Start { online: true, keeps: true, visible: true, ..Start::default() });
    script
}

#[test]
fn a_page_view_asks_for_nothing_and_a_look_asks_once() {
    let mut script = closed();
    script.does("pass", pass("t", "n"));
    script.does("alarm", Event::Alarm);
    script.does("open", Event::Loader(Loader::Open));
    script.does("alarm", Event::Alarm);
    script.does("named", named(renewed()));
    script.send("a", "words");
    script.does("session", session());
    script.check(expect![[r#"
        0      start:
        0      pass:
        0      alarm:
        0      open: focus, exchange t of <n> for <n>
        0      alarm:
        0      named: keep Identity(fresh), tell named true
        0      send: keep a, tell wrote, clear, ask session
        0      session: keep Identity(fresh, opened), dial 1, post a
    "#]]);
}

#[test]
fn on_another_device_their_newest_conversation_is_there() {
    let mut script = closed();
    script.does("open", Event::Loader(Loader::Open));
    script.does("pass", pass("t", "n"));
    script.does("named", theirs("c", true));
    script.does("page", Event::Answer(Answer::Newest(Ok(page(vec![message("m", 1, Author::Agent)])))));
    script.look();
    script.check(expect![[r#"
        0      start:
        0      open: focus
        0      pass: exchange t of <n> for <n>
        0      named: keep Identity(c, opened), tell named true, ask newest
        0      page: dial 1
        sees   m<
    "#]]);
}

#[test]
fn what_is_written_at_once_waits_to_be_theirs() {
    let mut script = closed();
    script.does("pass", pass("t", "n"));
    script.send("a", "words");
    script.failed("a", Failure::Network);
    script.does("lost", Event::Answer(Answer::Named(Err(Failure::Network))));
    script.look();
    script.at(10_000).does("alarm", Event::Alarm);
    script.does("named", named(renewed()));
    script.does("session", session());
    script.check(expect![[r#"
        0      start:
        0      pass:
        0      send: keep Identity(c), keep a, tell wrote, clear, exchange t of <secret> for <n>
        0      failed:
        0      lost:
        sees   a~Sending
        10000  alarm: exchange t of <secret> for <n>
        10000  named: hang, keep Identity(c), tell named true, ask session
        10000  session: keep Identity(c, opened), dial 1, post a
    "#]]);
}

#[test]
fn a_strangers_conversation_goes_along_under_another_secret() {
    let mut script = Script::talking(vec![message("m", 1, Author::Visitor)]);
    script.does("pass", pass("t", "n"));
    script.does("named", theirs("c", true));
    script.does("socket", Event::Socket(2, Socket::Opened));
    script.look();
    script.check(expect![[r#"
        0      pass: exchange t of <secret> for <n>
        0      named: hang, keep Identity(c, opened), tell named true, dial 1
        0      socket:
        sees   m=Sent
    "#]]);
}

#[test]
fn nothing_of_another_person_stays() {
    let mut script = Script::talking(vec![message("m", 1, Author::Agent)]);
    script.does("offline", Event::Online(false));
    script.send("b", "hers");
    script.does("online", Event::Online(true));
    script.does("pass", pass("t", "n"));
    script.does("named", theirs("d", true));
    script.look();
    script.check(expect![[r#"
        0      offline: hang
        0      send: keep b, tell wrote, clear
        0      online: dial 2, post b
        0      pass: exchange t of <secret> for <n>
        0      named: hang, forget, keep Identity(d, opened), tell named true, ask newest
        sees
    "#]]);
}

#[test]
fn who_is_known_goes_on_and_who_is_not_believed_is_a_stranger() {
    let mut script = Script::talking(vec![message("m", 1, Author::Agent)]);
    script.does("pass", pass("t", "n"));
    script.does("named", theirs("c", false));
    script.does("pass", pass("u", "o"));
    script.does("refused", Event::Answer(Answer::Named(Err(refused(ErrorCode::BadIdentity)))));
    script.send("a", "words");
    script.look();
    script.check(expect![[r#"
        0      pass: exchange t of <secret> for <n>
        0      named: keep Identity(c, opened), tell named true
        0      pass: exchange u of <secret> for <o>
        0      refused: tell named false
        0      send: keep a, tell wrote, clear, post a
        sees   m< a~Sending
    "#]]);
}

#[test]
fn another_tab_follows_and_logging_out_forgets_the_pass() {
    let mut script = Script::talking(vec![message("m", 1, Author::Agent)]);
    let elsewhere = Identity { secret: "n".to_owned(), opened: true, ..identity() };
    script.does("named elsewhere", Event::Elsewhere(Elsewhere::Identity(elsewhere)));
    script.does("close", Event::Loader(Loader::Close));
    script.does("pass", pass("t", "o"));
    script.does("logout", Event::Loader(Loader::Logout));
    script.does("ended", Event::Answer(Answer::Ended));
    script.does("open", Event::Loader(Loader::Open));
    script.check(expect![[r#"
        0      named elsewhere: hang, dial 1
        0      close:
        0      pass:
        0      logout: forget, hang, end session
        0      ended: tell logout
        0      open: focus
    "#]]);
}

#[test]
fn who_is_blocked_and_who_sent_too_much_are_told_so() {
    let mut script = Script::talking(vec![message("m", 1, Author::Visitor)]);
    if let Phase::Talking(talk) = &mut script.state.phase {
        talk.promise_by = Some(Millis(600_000));
    }
    assert_eq!(script.state.promise(), Some(Millis(600_000)));
    script.send("a", "words");
    let wait = Failure::Refused { code: ErrorCode::TooMany, retry_after_ms: Some(120_000) };
    script.failed("a", wait);
    script.look();
    script.at(119_000).does("alarm", Event::Alarm);
    script.look();
    script.at(122_000).does("alarm", Event::Alarm);
    script.failed("a", refused(ErrorCode::Blocked));
    script.look();
    assert_eq!(script.state.promise(), None, "nobody promises an answer to who is blocked");
    script.check(expect![[r#"
        0      send: keep a, tell wrote, clear, post a
        0      failed: keep a
        sees   m=Sent a~Waiting [Unavailable] promise 600000
        119000 alarm: hang
        sees   m=Sent a~Waiting promise 600000
        122000 alarm: dial 2, post a
        122000 failed: keep a
        sees   m=Sent a~Failed [Blocked]
    "#]]);
}
