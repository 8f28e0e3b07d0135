//! What the three state machines of the client half do, as scripts: a line per step, and where it leads.

#![expect(clippy::unwrap_used, reason = "a test ends where its own fixture is wrong")]

use expect_test::{Expect, expect};
use pronto_protocol::api::ErrorCode;
use pronto_protocol::connection::{Connection, Effect, Phase, Road};
use pronto_protocol::frame::{Bye, ClientFrame, Hello, Ping, ServerFrame, Welcome};
use pronto_protocol::id::{ConversationId, MessageId, Millis};
use pronto_protocol::model::{Author, Channel, Message};
use pronto_protocol::send_queue::{Failure, QueuedMessage, SendQueue, SendState};
use pronto_protocol::timeline::{Entry, Timeline};

fn conversation(name: &str) -> ConversationId {
    ConversationId::new(name).unwrap()
}

fn id(name: &str) -> MessageId {
    MessageId::new(name).unwrap()
}

fn message(seq: u64) -> Message {
    Message {
        message_id: id(&format!("m{seq}")),
        conversation_id: conversation("c1"),
        seq,
        author: Author::Visitor,
        author_name: None,
        channel: Channel::Widget,
        body: format!("text {seq}"),
        created_at: Millis(0),
        quick_replies: Vec::new(),
        attachments: Vec::new(),
    }
}

fn numbers(words: &str) -> Vec<u64> {
    let parse = |word: &str| word.parse::<u64>().unwrap();
    words
        .split_whitespace()
        .flat_map(|word| match word.split_once("..") {
            Some((from, to)) => (parse(from)..=parse(to)).collect(),
            None => vec![parse(word)],
        })
        .collect()
}

fn timeline_script(script: &str) -> String {
    let mut timeline = Timeline::new(conversation("c1"));
    let mut queue = SendQueue::default();
    let mut out = String::new();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let news = match verb {
            "apply" => numbers(rest).into_iter().map(|seq| timeline.apply(message(seq))).collect(),
            "start" => vec![timeline.start(numbers(rest).into_iter().map(message).collect())],
            "prepend" => vec![timeline.prepend_page(numbers(rest).into_iter().map(message).collect())],
            "foreign" => {
                vec![
                    timeline
                        .apply(Message { conversation_id: conversation("c2"), ..message(numbers(rest)[0]) }),
                ]
            }
            "knows" => {
                timeline.knows(numbers(rest)[0]);
                vec![]
            }
            "write" => vec![queue.push(QueuedMessage::new(
                conversation(if rest.starts_with('x') { "c2" } else { "c1" }),
                id(rest),
                "text".into(),
                Millis(0),
            ))],
            _ => panic!("no such step: {line}"),
        };
        let news: String = news.iter().map(|new| if *new { '+' } else { '-' }).collect();
        let rows: Vec<String> = timeline
            .entries(&queue, 0)
            .iter()
            .map(|entry| match entry {
                Entry::Message(message) => message.message_id.to_string(),
                Entry::Echo(queued) => format!("({})", queued.message_id),
            })
            .collect();
        let gap = if timeline.has_gap() { " gap" } else { "" };
        let earlier = if timeline.has_earlier() { " earlier" } else { "" };
        out += &format!("{line}: {news} cursor {}{gap}{earlier} [{}]\n", timeline.cursor(), rows.join(" "));
    }
    out
}

fn check_timeline(script: &str, expect: Expect) {
    expect.assert_eq(&timeline_script(script));
}

#[test]
fn timeline_orders_whatever_comes() {
    check_timeline(
        "apply 1 2\napply 2 1\napply 5 4\napply 5\napply 3",
        expect![[r#"
        apply 1 2: ++ cursor 2 [m1 m2]
        apply 2 1: -- cursor 2 [m1 m2]
        apply 5 4: ++ cursor 2 gap [m1 m2 m4 m5]
        apply 5: - cursor 2 gap [m1 m2 m4 m5]
        apply 3: + cursor 5 [m1 m2 m3 m4 m5]
    "#]],
    );
}

#[test]
fn timeline_ignores_what_is_not_its_own() {
    check_timeline(
        "foreign 1\napply 0\napply 18446744073709551615\napply 1",
        expect![[r#"
        foreign 1: - cursor 0 []
        apply 0: - cursor 0 []
        apply 18446744073709551615: + cursor 0 gap [m18446744073709551615]
        apply 1: + cursor 1 gap [m1 m18446744073709551615]
    "#]],
    );
}

#[test]
fn timeline_begins_with_the_last_page_and_grows_upward() {
    check_timeline(
        "apply 14\nstart 10..12\napply 9\napply 13\nprepend 7..9\nprepend 1..3\nprepend 4..6 2\nprepend 1..6\nstart 14..16",
        expect![[r#"
            apply 14: + cursor 0 gap [m14]
            start 10..12: + cursor 12 gap earlier [m10 m11 m12 m14]
            apply 9: - cursor 12 gap earlier [m10 m11 m12 m14]
            apply 13: + cursor 14 earlier [m10 m11 m12 m13 m14]
            prepend 7..9: + cursor 14 earlier [m7 m8 m9 m10 m11 m12 m13 m14]
            prepend 1..3: - cursor 14 earlier [m7 m8 m9 m10 m11 m12 m13 m14]
            prepend 4..6 2: + cursor 14 earlier [m4 m5 m6 m7 m8 m9 m10 m11 m12 m13 m14]
            prepend 1..6: + cursor 14 [m1 m2 m3 m4 m5 m6 m7 m8 m9 m10 m11 m12 m13 m14]
            start 14..16: + cursor 16 [m1 m2 m3 m4 m5 m6 m7 m8 m9 m10 m11 m12 m13 m14 m15 m16]
        "#]],
    );
}

#[test]
fn timeline_knows_that_the_end_is_missing() {
    check_timeline(
        "apply 1\nknows 3\napply 2\napply 3\nknows 1",
        expect![[r#"
        apply 1: + cursor 1 [m1]
        knows 3:  cursor 1 gap [m1]
        apply 2: + cursor 2 gap [m1 m2]
        apply 3: + cursor 3 [m1 m2 m3]
        knows 1:  cursor 3 [m1 m2 m3]
    "#]],
    );
}

#[test]
fn timeline_lays_echoes_after_messages_until_they_are_stored() {
    check_timeline(
        "write m2\nwrite a\nwrite x1\napply 1\napply 3\napply 2",
        expect![[r#"
        write m2: + cursor 0 [(m2)]
        write a: + cursor 0 [(m2) (a)]
        write x1: + cursor 0 [(m2) (a)]
        apply 1: + cursor 1 [m1 (m2) (a)]
        apply 3: + cursor 1 gap [m1 m3 (m2) (a)]
        apply 2: + cursor 3 [m1 m2 m3 (a)]
    "#]],
    );
}

fn code(word: &str) -> ErrorCode {
    serde_json::from_value(word.into()).unwrap()
}

fn queue_state(queue: &SendQueue) -> String {
    let states: Vec<String> = queue
        .items()
        .map(|item| {
            let id = &item.message_id;
            match item.state {
                SendState::Waiting { attempts, next_at } => format!("{id} waits({attempts}, {})", next_at.0),
                SendState::InFlight { attempts, since } => format!("{id} flies({attempts}, {})", since.0),
                SendState::Wedged { code } => format!("{id} wedged({})", code.as_str()),
            }
        })
        .collect();
    states.join(", ")
}

/// Words: `write c1/a at`, `next at`, `ack a`, `fail a code-or-network at [retry_after]`, `retry a`, `accept a`,
/// `discard a`, `reload`, `restore`, `hurry`. Jitter is one half.
fn queue_script(script: &str) -> String {
    let mut queue = SendQueue::default();
    let mut out = String::new();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let time = |place: usize| Millis(words[place].parse().unwrap());
        let result = match words[0] {
            "write" => {
                let (to, name) = words[1].split_once('/').unwrap();
                let item = QueuedMessage::new(conversation(to), id(name), format!("text {name}"), time(2));
                queue.push(item).to_string()
            }
            "next" => match queue.next(time(1)) {
                Some(out) => {
                    let cost = if out.message.accept_cost == Some(true) { " whatever it costs" } else { "" };
                    format!("send {}/{}{cost}", out.conversation_id, out.message.message_id)
                }
                None => "nothing".into(),
            },
            "ack" => queue.acknowledged(&id(words[1])).is_some().to_string(),
            "fail" => {
                let retry_after_ms = words.get(4).map(|word| word.parse().unwrap());
                let failure = match words[2] {
                    "network" => Failure::Network,
                    word => Failure::Refused { code: code(word), retry_after_ms },
                };
                queue.failed(&id(words[1]), failure, time(3), 0.5).to_string()
            }
            "accept" => queue.accept_cost(&id(words[1])).to_string(),
            "retry" => queue.retry(&id(words[1])).to_string(),
            "discard" => queue.discard(&id(words[1])).map_or("nothing".into(), |item| item.body),
            "hurry" => {
                queue.hurry();
                String::new()
            }
            "restore" => {
                queue.restored();
                String::new()
            }
            "reload" => {
                let kept = serde_json::to_string(&queue).unwrap();
                queue = serde_json::from_str(&kept).unwrap();
                String::new()
            }
            _ => panic!("no such step: {line}"),
        };
        let wake = queue.wake_at().map_or("never".into(), |at| at.0.to_string());
        out += &format!("{line}: {result} [{}] wake {wake}\n", queue_state(&queue));
    }
    out
}

fn check_queue(script: &str, expect: Expect) {
    expect.assert_eq(&queue_script(script));
}

#[test]
fn queue_sends_one_at_a_time_per_conversation() {
    check_queue(
        "write c1/a 10\nwrite c1/b 11\nwrite c2/c 12\nwrite c1/a 13\nnext 20\nnext 20\nnext 20\nack c\nack a\nnext 21\nack b\nnext 22",
        expect![[r#"
            write c1/a 10: true [a waits(0, 0)] wake 0
            write c1/b 11: true [a waits(0, 0), b waits(0, 0)] wake 0
            write c2/c 12: true [a waits(0, 0), b waits(0, 0), c waits(0, 0)] wake 0
            write c1/a 13: false [a waits(0, 0), b waits(0, 0), c waits(0, 0)] wake 0
            next 20: send c1/a [a flies(0, 20), b waits(0, 0), c waits(0, 0)] wake 0
            next 20: send c2/c [a flies(0, 20), b waits(0, 0), c flies(0, 20)] wake 30020
            next 20: nothing [a flies(0, 20), b waits(0, 0), c flies(0, 20)] wake 30020
            ack c: true [a flies(0, 20), b waits(0, 0)] wake 30020
            ack a: true [b waits(0, 0)] wake 0
            next 21: send c1/b [b flies(0, 21)] wake 30021
            ack b: true [] wake never
            next 22: nothing [] wake never
        "#]],
    );
}

#[test]
fn queue_tries_again_with_growing_waits() {
    check_queue(
        "write c1/a 0\nnext 0\nfail a network 100\nnext 699\nnext 700\nfail a internal 800\nnext 5000\nfail a network 5000\nnext 9000\nfail a too_many 9000 20000\nhurry\nnext 9001",
        expect![[r#"
            write c1/a 0: true [a waits(0, 0)] wake 0
            next 0: send c1/a [a flies(0, 0)] wake 30000
            fail a network 100: true [a waits(1, 700)] wake 700
            next 699: nothing [a waits(1, 700)] wake 700
            next 700: send c1/a [a flies(1, 700)] wake 30700
            fail a internal 800: true [a waits(2, 1900)] wake 1900
            next 5000: send c1/a [a flies(2, 5000)] wake 35000
            fail a network 5000: true [a waits(3, 7100)] wake 7100
            next 9000: send c1/a [a flies(3, 9000)] wake 39000
            fail a too_many 9000 20000: true [a waits(4, 30000)] wake 30000
            hurry:  [a waits(4, 0)] wake 0
            next 9001: send c1/a [a flies(4, 9001)] wake 39001
        "#]],
    );
}

#[test]
fn queue_wedges_what_is_refused_and_goes_on() {
    check_queue(
        "write c1/a 0\nwrite c1/b 1\nnext 2\nfail a body_too_long 3\nnext 3\nack b\nnext 4\nretry a\nnext 5\nretry a\ndiscard a\nfail a unauthorized 6\nreload\ndiscard a\ndiscard a",
        expect![[r#"
            write c1/a 0: true [a waits(0, 0)] wake 0
            write c1/b 1: true [a waits(0, 0), b waits(0, 0)] wake 0
            next 2: send c1/a [a flies(0, 2), b waits(0, 0)] wake 30002
            fail a body_too_long 3: true [a wedged(body_too_long), b waits(0, 0)] wake 0
            next 3: send c1/b [a wedged(body_too_long), b flies(0, 3)] wake 30003
            ack b: true [a wedged(body_too_long)] wake never
            next 4: nothing [a wedged(body_too_long)] wake never
            retry a: true [a waits(0, 0)] wake 0
            next 5: send c1/a [a flies(0, 5)] wake 30005
            retry a: false [a flies(0, 5)] wake 30005
            discard a: nothing [a flies(0, 5)] wake 30005
            fail a unauthorized 6: true [a wedged(unauthorized)] wake never
            reload:  [a wedged(unauthorized)] wake never
            discard a: text a [] wake never
            discard a: nothing [] wake never
        "#]],
    );
}

#[test]
fn queue_sends_what_costs_once_its_author_says_so() {
    check_queue(
        "write c1/a 0\naccept b\nnext 1\naccept a\nfail a over_budget 2\nnext 3\naccept a\nreload\nnext 4\nfail a network 5\nnext 9000",
        expect![[r#"
            write c1/a 0: true [a waits(0, 0)] wake 0
            accept b: false [a waits(0, 0)] wake 0
            next 1: send c1/a [a flies(0, 1)] wake 30001
            accept a: false [a flies(0, 1)] wake 30001
            fail a over_budget 2: true [a wedged(over_budget)] wake never
            next 3: nothing [a wedged(over_budget)] wake never
            accept a: true [a waits(0, 0)] wake 0
            reload:  [a waits(0, 0)] wake 0
            next 4: send c1/a whatever it costs [a flies(0, 4)] wake 30004
            fail a network 5: true [a waits(1, 605)] wake 605
            next 9000: send c1/a whatever it costs [a flies(1, 9000)] wake 39000
        "#]],
    );
}

#[test]
fn queue_survives_a_reload() {
    check_queue(
        "write c1/a 0\nwrite c1/b 1\nnext 2\nfail a network 3\nnext 9000\nreload\nnext 3\nfail a network 4\nnext 9000\nrestore\nnext 9001\nack a\nack a\nfail a network 9002",
        expect![[r#"
            write c1/a 0: true [a waits(0, 0)] wake 0
            write c1/b 1: true [a waits(0, 0), b waits(0, 0)] wake 0
            next 2: send c1/a [a flies(0, 2), b waits(0, 0)] wake 30002
            fail a network 3: true [a waits(1, 603), b waits(0, 0)] wake 603
            next 9000: send c1/a [a flies(1, 9000), b waits(0, 0)] wake 39000
            reload:  [a waits(1, 0), b waits(0, 0)] wake 0
            next 3: send c1/a [a flies(1, 3), b waits(0, 0)] wake 30003
            fail a network 4: true [a waits(2, 1104), b waits(0, 0)] wake 1104
            next 9000: send c1/a [a flies(2, 9000), b waits(0, 0)] wake 39000
            restore:  [a waits(2, 0), b waits(0, 0)] wake 0
            next 9001: send c1/a [a flies(2, 9001), b waits(0, 0)] wake 39001
            ack a: true [b waits(0, 0)] wake 0
            ack a: false [b waits(0, 0)] wake 0
            fail a network 9002: false [b waits(0, 0)] wake 0
        "#]],
    );
}

#[test]
fn queue_takes_a_silent_sending_for_lost() {
    check_queue(
        "write c1/a 0\nnext 0\nnext 29999\nnext 30000\nnext 100\nack a",
        expect![[r#"
        write c1/a 0: true [a waits(0, 0)] wake 0
        next 0: send c1/a [a flies(0, 0)] wake 30000
        next 29999: nothing [a flies(0, 0)] wake 30000
        next 30000: send c1/a [a flies(1, 30000)] wake 60000
        next 100: send c1/a [a flies(2, 100)] wake 30100
        ack a: true [] wake never
    "#]],
    );
}

#[test]
fn queue_keeps_its_order_though_the_clock_goes_backwards() {
    let mut queue = SendQueue::default();
    for (name, at) in [("a", 1_000), ("b", 1_000), ("c", 5)] {
        queue.push(QueuedMessage::new(conversation("c1"), id(name), name.into(), Millis(at)));
    }
    let mut items: Vec<QueuedMessage> = queue.items().cloned().collect();
    items.reverse();
    assert_eq!(SendQueue::from_items(items), queue);
    check_queue(
        "write c1/a 1000000\nnext 1000000\nfail a network 1000000\nnext 5",
        expect![[r#"
        write c1/a 1000000: true [a waits(0, 0)] wake 0
        next 1000000: send c1/a [a flies(0, 1000000)] wake 1030000
        fail a network 1000000: true [a waits(1, 1000600)] wake 1000600
        next 5: send c1/a [a flies(1, 5)] wake 30005
    "#]],
    );
}

#[test]
fn queue_reads_what_another_version_kept() {
    let kept = r#"{"items":[
        {"conversation_id":"c1","message_id":"a","body":"x","created_at":5},
        {"conversation_id":"c1","message_id":"b","body":"y","created_at":6,"wedged":"of_a_newer_version","more":[1]}
    ],"more":{}}"#;
    let queue: SendQueue = serde_json::from_str(kept).unwrap();
    expect!["a waits(0, 0), b wedged(unknown)"].assert_eq(&queue_state(&queue));
    expect![[r#"{"items":[{"conversation_id":"c1","message_id":"a","body":"x","created_at":5,"attempts":0},{"conversation_id":"c1","message_id":"b","body":"y","created_at":6,"attempts":0,"wedged":"unknown"}]}"#]]
        .assert_eq(&serde_json::to_string(&queue).unwrap());
}

fn effect_word(effect: &Effect) -> String {
    match effect {
        Effect::Open(generation) => format!("open#{generation}"),
        Effect::Poll(generation) => format!("poll#{generation}"),
        Effect::Close => "close".into(),
        Effect::Send(ClientFrame::Hello(_)) => "hello".into(),
        Effect::Send(ClientFrame::Ping(ping)) => format!("ping {}", ping.n),
        Effect::Send(_) => "say".into(),
        Effect::WakeAt(at) => format!("wake {}", at.0),
    }
}

fn phase_word(connection: &Connection) -> String {
    let road = if connection.road() == Road::Poll { " by poll" } else { "" };
    match connection.phase() {
        Phase::Idle => "idle".into(),
        Phase::Connecting { generation } => format!("connecting#{generation}{road}"),
        Phase::Open { generation } => format!("open#{generation}{road}"),
        Phase::Waiting { until } => format!("waiting until {}{road}", until.0),
        Phase::Offline => "offline".into(),
        Phase::Stopped => "stopped".into(),
    }
}

/// Words: `start at`, `opened gen`, `welcome gen at`, `pong gen at`, `bye gen at reason`, `closed gen at`,
/// `polled gen at`, `tick at`, `online at`, `offline`, `stop`. Jitter is one half; the heartbeat is 25 s.
fn connection_script(script: &str) -> String {
    let mut connection = Connection::new();
    let mut out = String::new();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let time = |place: usize| Millis(words[place].parse().unwrap());
        let generation = || words[1].parse::<u32>().unwrap();
        let mut frame = |frame: ServerFrame| connection.frame(generation(), &frame, time(2), 0.5);
        let effects = match words[0] {
            "welcome" => frame(ServerFrame::Welcome(Welcome { now: Millis(0), heartbeat_ms: 25_000 })),
            "pong" => frame(ServerFrame::Pong(Ping { n: 0 })),
            "bye" => frame(ServerFrame::Bye(Bye { reason: words[3].into(), retry_ms: 2_000 })),
            "start" => Some(connection.start(time(1))),
            "opened" => Some(connection.opened(generation(), Hello { session: None, cursors: vec![] })),
            "closed" => Some(connection.closed(generation(), time(2), 0.5)),
            "polled" => Some(connection.polled(generation(), time(2))),
            "tick" => Some(connection.tick(time(1), 0.5)),
            "online" => Some(connection.online(time(1))),
            "offline" => Some(connection.offline()),
            "stop" => Some(connection.stop()),
            _ => panic!("no such step: {line}"),
        };
        let effects = effects.map_or("dropped".into(), |effects| {
            effects.iter().map(effect_word).collect::<Vec<_>>().join(", ")
        });
        out += &format!("{line}: {} [{effects}]\n", phase_word(&connection));
    }
    out
}

fn check_connection(script: &str, expect: Expect) {
    expect.assert_eq(&connection_script(script));
}

#[test]
fn connection_opens_and_keeps_its_heart_beating() {
    check_connection(
        "tick 0\nstart 0\nstart 1\nopened 1\nwelcome 1 100\ntick 25000\ntick 25100\npong 1 25150\ntick 50100\ntick 75100\ntick 100100\ntick 100150",
        expect![[r#"
            tick 0: idle []
            start 0: connecting#1 [open#1, wake 15000]
            start 1: connecting#1 []
            opened 1: connecting#1 [hello]
            welcome 1 100: open#1 [wake 25100]
            tick 25000: open#1 [wake 25100]
            tick 25100: open#1 [ping 1, wake 50100]
            pong 1 25150: open#1 []
            tick 50100: open#1 [ping 2, wake 75100]
            tick 75100: open#1 [ping 3, wake 100100]
            tick 100100: open#1 [ping 4, wake 100150]
            tick 100150: waiting until 100750 [close, wake 100750]
        "#]],
    );
}

#[test]
fn connection_backs_off_and_drops_older_generations() {
    check_connection(
        "start 0\nclosed 1 50\nclosed 1 60\ntick 100\ntick 650\nopened 1\nwelcome 1 700\nopened 2\nwelcome 2 700\npong 1 701\nclosed 1 702\nclosed 2 20000\ntick 20600",
        expect![[r#"
            start 0: connecting#1 [open#1, wake 15000]
            closed 1 50: waiting until 650 [close, wake 650]
            closed 1 60: waiting until 650 []
            tick 100: waiting until 650 [wake 650]
            tick 650: connecting#2 [open#2, wake 15650]
            opened 1: connecting#2 []
            welcome 1 700: connecting#2 [dropped]
            opened 2: connecting#2 [hello]
            welcome 2 700: open#2 [wake 25700]
            pong 1 701: open#2 [dropped]
            closed 1 702: open#2 []
            closed 2 20000: waiting until 20600 [close, wake 20600]
            tick 20600: connecting#3 [open#3, wake 35600]
        "#]],
    );
}

#[test]
fn connection_falls_to_the_long_poll_and_finds_back() {
    check_connection(
        "start 0\nclosed 1 10\ntick 700\nclosed 2 710\ntick 2000\ntick 17000\ntick 19200\npolled 4 40000\npolled 4 40100\ntick 40200\ntick 40500\npong 4 45000\npolled 4 318000\nopened 5\nwelcome 5 318100",
        expect![[r#"
            start 0: connecting#1 [open#1, wake 15000]
            closed 1 10: waiting until 610 [close, wake 610]
            tick 700: connecting#2 [open#2, wake 15700]
            closed 2 710: waiting until 1810 [close, wake 1810]
            tick 2000: connecting#3 [open#3, wake 17000]
            tick 17000: waiting until 19100 by poll [close, wake 19100]
            tick 19200: connecting#4 by poll [poll#4, wake 59200]
            polled 4 40000: open#4 by poll [poll#4, wake 80000]
            polled 4 40100: open#4 by poll [wake 40500]
            tick 40200: open#4 by poll [wake 40500]
            tick 40500: open#4 by poll [poll#4, wake 80500]
            pong 4 45000: open#4 by poll []
            polled 4 318000: connecting#5 [close, open#5, wake 333000]
            opened 5: connecting#5 [hello]
            welcome 5 318100: open#5 [wake 343100]
        "#]],
    );
}

#[test]
fn connection_tries_both_roads_while_the_network_is_down() {
    check_connection(
        "start 0\nclosed 1 0\ntick 5000\nclosed 2 5000\ntick 10000\nclosed 3 10000\ntick 20000\nclosed 4 20000\ntick 30000\nclosed 5 30000\ntick 60000\ntick 100000\nonline 100001\nonline 100002",
        expect![[r#"
            start 0: connecting#1 [open#1, wake 15000]
            closed 1 0: waiting until 600 [close, wake 600]
            tick 5000: connecting#2 [open#2, wake 20000]
            closed 2 5000: waiting until 6100 [close, wake 6100]
            tick 10000: connecting#3 [open#3, wake 25000]
            closed 3 10000: waiting until 12100 by poll [close, wake 12100]
            tick 20000: connecting#4 by poll [poll#4, wake 60000]
            closed 4 20000: waiting until 24100 [close, wake 24100]
            tick 30000: connecting#5 [open#5, wake 45000]
            closed 5 30000: waiting until 38100 by poll [close, wake 38100]
            tick 60000: connecting#6 by poll [poll#6, wake 100000]
            tick 100000: waiting until 116100 [close, wake 116100]
            online 100001: connecting#7 [open#7, wake 115001]
            online 100002: connecting#7 []
        "#]],
    );
}

#[test]
fn connection_follows_the_browser_and_the_servers_bye() {
    check_connection(
        "online 0\nstart 0\noffline\ntick 5\noffline\nonline 10\nopened 2\nwelcome 2 20\nonline 30\ntick 5030\nonline 5040\nopened 3\nwelcome 3 5050\nbye 3 5060 draining\ntick 9000\nbye 4 9001 unauthorized\ntick 9999\nonline 9999\nstart 9999\nstop\nclosed 5 10000",
        expect![[r#"
            online 0: idle []
            start 0: connecting#1 [open#1, wake 15000]
            offline: offline [close]
            tick 5: offline []
            offline: offline []
            online 10: connecting#2 [open#2, wake 15010]
            opened 2: connecting#2 [hello]
            welcome 2 20: open#2 [wake 25020]
            online 30: open#2 [ping 1, wake 5030]
            tick 5030: waiting until 5630 [close, wake 5630]
            online 5040: connecting#3 [open#3, wake 20040]
            opened 3: connecting#3 [hello]
            welcome 3 5050: open#3 [wake 30050]
            bye 3 5060 draining: waiting until 7660 [close, wake 7660]
            tick 9000: connecting#4 [open#4, wake 24000]
            bye 4 9001 unauthorized: stopped [close]
            tick 9999: stopped []
            online 9999: stopped []
            start 9999: connecting#5 [open#5, wake 24999]
            stop: stopped [close]
            closed 5 10000: stopped []
        "#]],
    );
}

#[test]
fn connection_wakes_from_sleep_and_bears_a_clock_set_back() {
    check_connection(
        "start 0\nopened 1\nwelcome 1 100\ntick 90000000",
        expect![[r#"
        start 0: connecting#1 [open#1, wake 15000]
        opened 1: connecting#1 [hello]
        welcome 1 100: open#1 [wake 25100]
        tick 90000000: waiting until 90000600 [close, wake 90000600]
    "#]],
    );
    check_connection(
        "start 90000000\nclosed 1 90000000\ntick 5\nwelcome 2 10\ntick 11",
        expect![[r#"
        start 90000000: connecting#1 [open#1, wake 90015000]
        closed 1 90000000: waiting until 90000600 [close, wake 90000600]
        tick 5: connecting#2 [open#2, wake 15005]
        welcome 2 10: open#2 [wake 25010]
        tick 11: open#2 [wake 25010]
    "#]],
    );
    check_connection(
        "start 90000000\nopened 1\nwelcome 1 90000000\ntick 5",
        expect![[r#"
        start 90000000: connecting#1 [open#1, wake 90015000]
        opened 1: connecting#1 [hello]
        welcome 1 90000000: open#1 [wake 90025000]
        tick 5: waiting until 605 [close, wake 605]
    "#]],
    );
}
