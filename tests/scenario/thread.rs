//! What comes in: the other side's messages, receipts and typing, over sockets that break, and from other tabs.

use expect_test::expect;
use pronto::state::{Identity, Receipt};
use pronto::update::{Answer, Elsewhere, Event, Loader, Socket, Start, Ui};
use pronto::window::Place;
use pronto_protocol::frame::{ServerFrame, SideReceipts, Typing};
use pronto_protocol::id::ConversationId;
use pronto_protocol::model::{Author, Receipts, Side};
use pronto_protocol::send_queue::QueuedMessage;

use super::script::{Script, id, identity, message, page, queued};

#[test]
fn a_lost_socket_comes_back_with_its_cursor() {
    let mut script = Script::talking(vec![message("m", 1, Author::Agent)]);
    script.at(5_000).does("closed", Event::Socket(1, Socket::Closed));
    script.at(6_000).does("alarm", Event::Alarm);
    script.does(
        "stale",
        Event::Socket(1, Socket::Frame(Box::new(ServerFrame::Message(message("x", 2, Author::Agent))))),
    );
    script.does("socket", Event::Socket(2, Socket::Opened));
    script.look();
    script.check(expect![[r#"
        5000   closed: hang
        6000   alarm: dial 2
        6000   stale:
        6000   socket: say {"hello":{"session":"secret","cursors":[{"conversation_id":"c","after":1}]}}
        sees   m<
    "#]]);
}

#[test]
fn a_gap_is_filled() {
    let mut script = Script::talking(vec![message("a", 1, Author::Agent)]);
    script.frame(ServerFrame::Message(message("c", 3, Author::Agent)));
    script.look();
    let missing = vec![message("b", 2, Author::Agent), message("c", 3, Author::Agent)];
    script.does("page", Event::Answer(Answer::After(Ok(page(missing)))));
    script.look();
    script.check(expect![[r#"
        0      frame: tell reply, ask after 1
        sees   a< c<
        0      page: say {"receipts":{"conversation_id":"c","receipts":{"delivered":3,"read":3}}}
        sees   a< b< c<
    "#]]);
}

#[test]
fn receipts_only_move_forward() {
    let mut script = Script::talking(vec![message("a", 1, Author::Visitor)]);
    let moved = |delivered, read| {
        ServerFrame::Receipts(SideReceipts {
            conversation_id: identity().conversation_id,
            side: Side::Business,
            receipts: Receipts { delivered, read },
        })
    };
    script.look();
    script.frame(moved(1, 0));
    script.look();
    script.frame(moved(1, 1));
    script.look();
    script.frame(moved(1, 0));
    script.look();
    script.check(expect![[r#"
        sees   a=Sent
        0      frame:
        sees   a=Delivered
        0      frame:
        sees   a=Read
        0      frame:
        sees   a=Read
    "#]]);
    let read = script.state.talk().and_then(|talk| talk.timeline.messages().next());
    assert!(read.is_some_and(|message| script.state.receipt(message) == Receipt::Read));
}

#[test]
fn what_comes_unseen_counts_until_it_is_seen() {
    let mut script = Script::talking(vec![]);
    script.does("close", Event::Loader(Loader::Close));
    script.frame(ServerFrame::Message(message("a", 1, Author::Agent)));
    script.frame(ServerFrame::Message(message("b", 2, Author::Agent)));
    script.look();
    script.does("open", Event::Loader(Loader::Open));
    script.look();
    script.does("up", Event::Ui(Ui::Scrolled(Place { above: 2_000, below: 500 })));
    script.frame(ServerFrame::Message(message("c", 3, Author::Agent)));
    script.look();
    script.does("down", Event::Ui(Ui::ToEnd));
    script.look();
    script.check(expect![[r#"
        0      close:
        0      frame: tell reply, say {"receipts":{"conversation_id":"c","receipts":{"delivered":1,"read":0}}}, tell unread 1
        0      frame: tell reply, say {"receipts":{"conversation_id":"c","receipts":{"delivered":2,"read":0}}}, tell unread 2
        sees   a< b< unread 2 from Some(1)
        0      open: focus, say {"receipts":{"conversation_id":"c","receipts":{"delivered":2,"read":2}}}, tell unread 0
        sees   a< b<
        0      up:
        0      frame: tell reply, say {"receipts":{"conversation_id":"c","receipts":{"delivered":3,"read":2}}}, tell unread 1
        sees   a< b< c< unread 1 from Some(3)
        0      down: focus, say {"receipts":{"conversation_id":"c","receipts":{"delivered":3,"read":3}}}, tell unread 0
        sees   a< b< c<
    "#]]);
}

#[test]
fn typing_is_said_sparingly_and_ends_by_itself() {
    let mut script = Script::talking(vec![]);
    script.at(10_000).does("typed", Event::Ui(Ui::Typed(1)));
    script.at(11_000).does("typed", Event::Ui(Ui::Typed(2)));
    script.at(13_500).does("typed", Event::Ui(Ui::Typed(3)));
    script.frame(ServerFrame::Typing(Typing {
        conversation_id: identity().conversation_id,
        side: Side::Business,
        name: Some("Ana".to_owned()),
    }));
    script.look();
    script.at(18_500).does("alarm", Event::Alarm);
    script.look();
    script.check(expect![[r#"
        10000  typed: say {"typing":{"conversation_id":"c"}}
        11000  typed:
        13500  typed: say {"typing":{"conversation_id":"c"}}
        13500  frame:
        sees    Ana types
        18500  alarm:
        sees
    "#]]);
}

#[test]
fn older_history_is_loaded_once_at_a_time() {
    let mut script = Script::talking(vec![message("c", 3, Author::Agent)]);
    let top = || Event::Ui(Ui::Scrolled(Place { above: 0, below: 0 }));
    script.does("top", top());
    script.does("top", top());
    let older = vec![message("a", 1, Author::Agent), message("b", 2, Author::Visitor)];
    script.does("page", Event::Answer(Answer::Before(Ok(page(older)))));
    script.does("top", top());
    script.look();
    script.check(expect![[r#"
        0      top: ask before 3
        0      top:
        0      page:
        0      top:
        sees   a< b=Sent c<
    "#]]);
}

#[test]
fn two_tabs_share_the_conversation() {
    let mut script = Script::open();
    script.does("other tab", Event::Elsewhere(Elsewhere::Identity(identity())));
    script.does("other tab", Event::Elsewhere(Elsewhere::Queued(queued("a", 1))));
    script.look();
    let opened = Identity { opened: true, ..identity() };
    script.does("other tab", Event::Elsewhere(Elsewhere::Identity(opened)));
    // One that is gone before it has sent all: five seconds later that is sent from here.
    script.does("other tab", Event::Elsewhere(Elsewhere::Queued(queued("b", 2))));
    script.does("other tab", Event::Elsewhere(Elsewhere::Dropped(id("a"))));
    script.at(4_999).does("alarm", Event::Alarm);
    script.at(5_000).does("alarm", Event::Alarm);
    script.does("page", Event::Answer(Answer::Newest(Ok(page(vec![message("a", 1, Author::Visitor)])))));
    script.look();
    script.check(expect![[r#"
        0      start:
        0      open: focus
        0      other tab:
        0      other tab: ask session
        sees   a~Sending
        0      other tab:
        0      other tab:
        0      other tab:
        4999   alarm:
        5000   alarm: post b
        5000   page: dial 1
        sees   a=Sent b~Sending
    "#]]);
}

#[test]
fn what_waits_for_another_conversation_does_not_go_into_this_one() {
    let other = |at| {
        let conversation_id = ConversationId::new("other").expect("an id");
        QueuedMessage { conversation_id, ..queued(&format!("o{at}"), at) }
    };
    let mut script = Script::new();
    let identity = Some(Identity { opened: true, ..identity() });
    let queue = vec![other(1), queued("a", 2)];
    script.begin(Start { identity, queue, online: true, keeps: true, visible: true, ..Start::default() });
    script.does("other tab", Event::Elsewhere(Elsewhere::Queued(other(3))));
    script.look();
    script.check(expect![[r#"
        0      start: ask newest, post a
        0      other tab:
        sees   a~Sending
    "#]]);
}

#[test]
fn of_ten_thousand_messages_some_hundreds_are_drawn() {
    let old =
        |from: u64, to: u64| (from..=to).map(|seq| message(&format!("m{seq}"), seq, Author::Agent)).collect();
    let mut script = Script::talking(old(9_951, 10_000));
    let drawn = |script: &Script| {
        let talk = script.state.talk().expect("a conversation");
        let (first, last) = script.state.window.of(&talk.timeline);
        let drawn = talk.timeline.messages().filter(|message| (first..=last).contains(&message.seq));
        let seqs: Vec<u64> = drawn.map(|message| message.seq).collect();
        assert!(seqs.len() <= 250, "{} rows", seqs.len());
        (seqs.first().copied().unwrap_or(0), seqs.last().copied().unwrap_or(0))
    };
    let scroll = |above, below| Event::Ui(Ui::Scrolled(Place { above, below }));

    // All the way up, a page at a time, with a look around after each.
    while let Some(first) =
        script.state.talk().and_then(|talk| talk.timeline.first()).filter(|first| *first > 1)
    {
        script.does("top", scroll(0, 20_000));
        assert_eq!(script.log, format!("0      top: ask before {first}\n"));
        let before = first.saturating_sub(50).max(1);
        script.does("page", Event::Answer(Answer::Before(Ok(page(old(before, first - 1))))));
        assert_eq!(drawn(&script).0, before);
        script.does("up", scroll(3_000, 20_000));
        assert_eq!(drawn(&script).0, before, "what is seen stays");
        script.log.clear();
    }
    assert_eq!(drawn(&script), (1, 200));
    assert!(!script.state.sight.at_end);

    // What comes meanwhile stands at the end, which is not drawn.
    script.frame(ServerFrame::Message(message("new", 10_001, Author::Agent)));
    assert_eq!((drawn(&script), script.state.unread()), ((1, 200), 1));

    // All the way down: each step shows what comes next, holds what is seen, and gives up what is far.
    let mut last = 200;
    while !script.state.window.is_at_end() {
        script.log.clear();
        script.does("down", scroll(20_000, 500));
        assert_eq!(script.log, "0      down: hold\n");
        assert_eq!(drawn(&script).1, (last + 50).min(10_001));
        last = drawn(&script).1;
        script.does("down", scroll(20_000, 5_000));
        assert_eq!(drawn(&script), (last - 199, last));
    }

    // Back up to what is loaded already, and by one press to the end.
    script.log.clear();
    script.does("top", scroll(0, 20_000));
    script.does("up", scroll(3_000, 2_000));
    script.does("top", scroll(0, 20_000));
    script.does("up", scroll(9_000, 20_000));
    assert_eq!(drawn(&script), (9_752, 9_951));
    script.does("end", Event::Ui(Ui::ToEnd));
    assert_eq!(drawn(&script), (9_802, 10_001));
    script.does("end key", Event::Ui(Ui::End));
    script.check(expect![[r#"
        0      top:
        0      up:
        0      top:
        0      up: hold
        0      end: focus, say {"receipts":{"conversation_id":"c","receipts":{"delivered":10001,"read":10001}}}, tell unread 0
        0      end key:
    "#]]);
}

#[test]
fn a_page_that_comes_after_the_reader_has_gone_to_the_end_is_not_drawn() {
    let old =
        |from: u64, to: u64| (from..=to).map(|seq| message(&format!("m{seq}"), seq, Author::Agent)).collect();
    let mut script = Script::talking(old(9_501, 10_000));
    let scroll = |above, below| Event::Ui(Ui::Scrolled(Place { above, below }));
    while !script.log.contains("ask before 9501") {
        script.does("top", scroll(0, 20_000));
        script.does("up", scroll(3_000, 20_000));
    }
    script.does("end key", Event::Ui(Ui::End));
    script.does("page", Event::Answer(Answer::Before(Ok(page(old(9_451, 9_500))))));
    let talk = script.state.talk().expect("a conversation");
    assert_eq!((talk.timeline.first(), script.state.window.of(&talk.timeline).0), (Some(9_451), 9_801));
}
