//! The rules as a table: where a conversation stands, what is asked, what changes.

use expect_test::{Expect, expect};

use super::*;

const HOUR: i64 = 60 * 60 * 1000;

/// Runs a script of commands, one a line with its time in hours, from a new conversation of a site with a backend.
fn check(script: &str, expected: Expect) {
    check_from(ConversationState::opened(Millis(0), true), script, expected);
}

fn check_from(mut state: ConversationState, script: &str, expected: Expect) {
    let mut told = String::new();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut words = line.split_whitespace();
        let at = Millis(words.next().and_then(|hour| hour.parse::<i64>().ok()).expect("an hour") * HOUR);
        let words: Vec<_> = words.collect();
        let decided = decide(&state, command(&words), at);
        told.push_str(line);
        told.push_str(" →");
        match decided {
            Err(refusal) => told.push_str(&format!(" refused: {refusal:?}")),
            Ok(changes) => {
                for change in &changes {
                    told.push_str(&format!(" {}", describe(change)));
                    state = state.after(change);
                }
            }
        }
        told.push('\n');
    }
    expected.assert_eq(&told);
}

fn command<'a>(words: &[&'a str]) -> Command<'a> {
    let number = |index: usize| words[index].parse::<u64>().expect("a number");
    match words[0] {
        "read" | "delivered" => {
            let side = Side::parse(words[1]);
            let (delivered, read) = if words[0] == "read" { (0, number(2)) } else { (number(2), 0) };
            Command::Receive(side, Receipts { delivered, read })
        }
        "status" => Command::SetStatus(Status::parse(words[1])),
        "block" => Command::SetBlocked(true),
        "unblock" => Command::SetBlocked(false),
        author => Command::Append {
            author: Author::parse(author),
            body: words.get(1).copied().unwrap_or_default(),
            files: &[],
            earlier: words.get(3).map(|earlier| (Author::parse(words[2]), *earlier, [].as_slice())),
            promise: words
                .get(2)
                .and_then(|by| by.strip_prefix("by="))
                .map(|hour| Millis(hour.parse::<i64>().expect("an hour") * HOUR)),
            away: words.last() == Some(&"closed"),
            road: match words.last() {
                Some(&"late") => Road::Closed,
                Some(&"dear") => Road::Asks,
                _ => Road::Open,
            },
        },
    }
}

fn promised(turn: &Turn) -> String {
    turn.promised_by.map(|by| format!(" by {}", by.0 / HOUR)).unwrap_or_default()
}

fn describe(change: &Change) -> String {
    let hour = |at: Millis| at.0 / HOUR;
    match change {
        Change::Stored { seq, at, .. } => format!("#{seq}@{}", hour(*at)),
        Change::Away { seq, at } => format!("away#{seq}@{}", hour(*at)),
        Change::Status(status) => status.as_str().to_owned(),
        Change::Waiting(Some(at)) => format!("waiting@{}", hour(*at)),
        Change::Waiting(None) => "waits-no-more".to_owned(),
        Change::TurnOpened(turn) => format!("turn@{}{}", hour(turn.asked_at), promised(turn)),
        Change::TurnAnswered(at) => format!("answered@{}", hour(*at)),
        Change::TurnGivenUp(at) => format!("given-up@{}", hour(*at)),
        Change::TurnWithdrawn(at) => format!("withdrawn@{}", hour(*at)),
        Change::TurnRestored(turn) => format!("restored@{}{}", hour(turn.asked_at), promised(turn)),
        Change::Blocked(true) => "blocked".to_owned(),
        Change::Blocked(false) => "unblocked".to_owned(),
        Change::Receipts(side, r) => format!("{} {}/{}", side.as_str(), r.delivered, r.read),
        Change::Forward => "forward".to_owned(),
        Change::Mail => "mail".to_owned(),
    }
}

#[test]
fn messages_waits_and_turns() {
    check(
        "1 visitor ciao
         2 visitor eccomi
         3 bot aspetta
         3 system avviso
         4 agent eccoci
         5 agent ancora
         6 visitor grazie
         29 agent prego
         52 visitor domani
         53 visitor dunque
         90 visitor ancora
         91 agent pronto
         115 visitor nuovo",
        expect![[r#"
            1 visitor ciao → #1@1 waiting@1 turn@1 forward
            2 visitor eccomi → #2@2 forward
            3 bot aspetta → #3@3
            3 system avviso → #4@3
            4 agent eccoci → #5@4 waits-no-more answered@4
            5 agent ancora → #6@5
            6 visitor grazie → #7@6 waiting@6 forward
            29 agent prego → #8@29 waits-no-more
            52 visitor domani → #9@52 waiting@52 forward
            53 visitor dunque → #10@53 forward
            90 visitor ancora → #11@90 turn@90 forward
            91 agent pronto → #12@91 waits-no-more answered@91
            115 visitor nuovo → #13@115 waiting@115 turn@115 forward
        "#]],
    );
}

#[test]
fn a_turn_that_runs_is_not_opened_twice() {
    check(
        "1 visitor ciao
         60 visitor allora
         61 agent scusi",
        expect![[r#"
            1 visitor ciao → #1@1 waiting@1 turn@1 forward
            60 visitor allora → #2@60 forward
            61 agent scusi → #3@61 waits-no-more answered@61
        "#]],
    );
}

#[test]
fn repeats_and_refusals() {
    check(
        "1 visitor ciao
         2 visitor ciao visitor ciao
         2 visitor ciao visitor altro
         2 agent ciao visitor ciao
         2 visitor",
        expect![[r#"
            1 visitor ciao → #1@1 waiting@1 turn@1 forward
            2 visitor ciao visitor ciao →
            2 visitor ciao visitor altro → refused: IdReused
            2 agent ciao visitor ciao → refused: IdReused
            2 visitor → refused: BodyEmpty
        "#]],
    );
}

#[test]
fn statuses() {
    check(
        "1 visitor ciao
         2 status resolved
         2 status resolved
         2 status nonsense
         3 agent nota
         4 visitor ancora
         5 status snoozed
         6 visitor dunque",
        expect![[r#"
            1 visitor ciao → #1@1 waiting@1 turn@1 forward
            2 status resolved → resolved waits-no-more given-up@2
            2 status resolved →
            2 status nonsense →
            3 agent nota → #2@3
            4 visitor ancora → #3@4 open waiting@4 forward
            5 status snoozed → snoozed
            6 visitor dunque → #4@6 open forward
        "#]],
    );
}

#[test]
fn a_settled_question_stays_as_having_waited_and_the_next_message_is_a_new_one() {
    check(
        "1 visitor ciao
         2 agent eccoci
         3 visitor ancora
         30 visitor domanda by=33
         31 status resolved
         31 visitor perche
         32 visitor dunque
         33 agent eccoci
         34 visitor grazie",
        expect![[r#"
            1 visitor ciao → #1@1 waiting@1 turn@1 forward
            2 agent eccoci → #2@2 waits-no-more answered@2
            3 visitor ancora → #3@3 waiting@3 forward
            30 visitor domanda by=33 → #4@30 turn@30 by 33 forward
            31 status resolved → resolved waits-no-more given-up@31
            31 visitor perche → #5@31 open waiting@31 turn@31 forward
            32 visitor dunque → #6@32 forward
            33 agent eccoci → #7@33 waits-no-more answered@33
            34 visitor grazie → #8@34 waiting@34 forward
        "#]],
    );
    check(
        "1 visitor ciao
         2 status resolved
         3 agent nota
         4 visitor ancora
         5 status resolved
         6 visitor dunque
         5 status resolved
         7 status open
         8 visitor eccomi",
        expect![[r#"
            1 visitor ciao → #1@1 waiting@1 turn@1 forward
            2 status resolved → resolved waits-no-more given-up@2
            3 agent nota → #2@3
            4 visitor ancora → #3@4 open waiting@4 forward
            5 status resolved → resolved waits-no-more
            6 visitor dunque → #4@6 open waiting@6 forward
            5 status resolved → resolved waits-no-more
            7 status open → open
            8 visitor eccomi → #5@8 waiting@8 forward
        "#]],
    );
}

#[test]
fn promises_are_made_with_the_turn_and_kept_until_a_person_answers() {
    check(
        "1 visitor ciao by=3
         2 visitor eccomi by=4
         2 bot aspetta
         5 agent eccoci
         6 visitor grazie by=8
         40 visitor tardi by=40
         41 agent si",
        expect![[r#"
            1 visitor ciao by=3 → #1@1 waiting@1 turn@1 by 3 forward
            2 visitor eccomi by=4 → #2@2 forward
            2 bot aspetta → #3@2
            5 agent eccoci → #4@5 waits-no-more answered@5
            6 visitor grazie by=8 → #5@6 waiting@6 forward
            40 visitor tardi by=40 → #6@40 turn@40 forward
            41 agent si → #7@41 waits-no-more answered@41
        "#]],
    );
}

#[test]
fn who_writes_while_it_is_closed_is_told_once_a_turn() {
    check(
        "1 visitor ciao closed
         2 visitor eccomi closed
         2 visitor ciao visitor ciao closed
         8 agent eccoci
         9 visitor grazie closed
         40 visitor domani
         50 visitor allora closed
         51 visitor dunque closed
         52 agent nota closed
         53 bot avviso closed
         90 visitor nuovo closed
         91 status resolved
         92 visitor ancora closed
         93 visitor infine closed",
        expect![[r#"
            1 visitor ciao closed → #1@1 waiting@1 turn@1 away#2@1 forward
            2 visitor eccomi closed → #3@2 forward
            2 visitor ciao visitor ciao closed →
            8 agent eccoci → #4@8 waits-no-more answered@8
            9 visitor grazie closed → #5@9 waiting@9 forward
            40 visitor domani → #6@40 turn@40 forward
            50 visitor allora closed → #7@50 away#8@50 forward
            51 visitor dunque closed → #9@51 forward
            52 agent nota closed → #10@52 waits-no-more answered@52
            53 bot avviso closed → #11@53
            90 visitor nuovo closed → #12@90 waiting@90 turn@90 away#13@90 forward
            91 status resolved → resolved waits-no-more given-up@91
            92 visitor ancora closed → #14@92 open waiting@92 turn@92 away#15@92 forward
            93 visitor infine closed → #16@93 forward
        "#]],
    );
}

#[test]
fn what_may_not_go_or_has_to_be_asked_for_is_held_back() {
    check(
        "1 visitor ciao dear
         2 agent eccoci late
         2 bot eccoci dear
         2 agent eccoci agent eccoci dear
         3 agent eccoci
         4 visitor grazie late",
        expect![[r#"
            1 visitor ciao dear → #1@1 waiting@1 turn@1 forward
            2 agent eccoci late → refused: WindowClosed
            2 bot eccoci dear → refused: OverBudget
            2 agent eccoci agent eccoci dear →
            3 agent eccoci → #2@3 waits-no-more answered@3
            4 visitor grazie late → #3@4 waiting@4 forward
        "#]],
    );
}

#[test]
fn a_blocked_visitor_is_not_heard_and_does_not_count() {
    check(
        "1 visitor compra by=3
         2 block
         2 block
         3 visitor compra
         3 visitor compra visitor compra
         4 agent basta
         5 unblock
         5 unblock
         6 visitor ciao
         7 agent eccoci
         8 block
         9 unblock
         10 visitor ciao",
        expect![[r#"
            1 visitor compra by=3 → #1@1 waiting@1 turn@1 by 3 forward
            2 block → blocked waits-no-more withdrawn@2
            2 block →
            3 visitor compra → refused: Blocked
            3 visitor compra visitor compra →
            4 agent basta → #2@4
            5 unblock → unblocked
            5 unblock →
            6 visitor ciao → #3@6 waiting@6 forward
            7 agent eccoci → #4@7 waits-no-more
            8 block → blocked
            9 unblock → unblocked
            10 visitor ciao → #5@10 waiting@10 forward
        "#]],
    );
}

#[test]
fn blocking_for_a_moment_hides_no_wait() {
    check(
        "1 visitor ciao by=3
         2 block
         3 unblock
         4 visitor ancora
         5 agent eccoci",
        expect![[r#"
            1 visitor ciao by=3 → #1@1 waiting@1 turn@1 by 3 forward
            2 block → blocked waits-no-more withdrawn@2
            3 unblock → unblocked waiting@1 restored@1 by 3
            4 visitor ancora → #2@4 forward
            5 agent eccoci → #3@5 waits-no-more answered@5
        "#]],
    );
}

#[test]
fn receipts_only_move_forward_and_not_past_the_last_message() {
    check(
        "1 visitor a
         1 visitor b
         2 delivered business 1
         2 delivered business 1
         3 read business 99
         3 delivered business 1
         3 read visitor 1
         3 read nobody 1",
        expect![[r#"
            1 visitor a → #1@1 waiting@1 turn@1 forward
            1 visitor b → #2@1 forward
            2 delivered business 1 → business 1/0
            2 delivered business 1 →
            3 read business 99 → business 2/2
            3 delivered business 1 →
            3 read visitor 1 → visitor 1/1
            3 read nobody 1 →
        "#]],
    );
}

#[test]
fn a_clock_that_goes_back_is_held() {
    check(
        "9 visitor a
         3 agent b
         10 visitor c",
        expect![[r#"
            9 visitor a → #1@9 waiting@9 turn@9 forward
            3 agent b → #2@9 waits-no-more answered@9
            10 visitor c → #3@10 waiting@10 forward
        "#]],
    );
}

#[test]
fn a_body_is_one_to_4096_characters_and_not_only_white_space() {
    let state = ConversationState::opened(Millis(0), false);
    let length = |body: &str| {
        let command = Command::Append {
            author: Author::Visitor,
            body,
            files: &[],
            earlier: None,
            promise: None,
            away: false,
            road: Road::Open,
        };
        decide(&state, command, Millis(0)).map(|changes| changes.len())
    };
    assert_eq!(length(""), Err(Refusal::BodyEmpty));
    assert_eq!(length(" \n\t\u{a0}"), Err(Refusal::BodyEmpty));
    assert_eq!(length("é"), Ok(3));
    assert_eq!(length(&"é".repeat(4096)), Ok(3));
    assert_eq!(length(&"é".repeat(4097)), Err(Refusal::BodyTooLong));
    assert_eq!(length(&"x".repeat(10_000_000)), Err(Refusal::BodyTooLong));
    assert_eq!(clean("a\0b"), "ab");
}

#[test]
fn answers_of_persons_go_by_mail_to_who_left_an_address_and_is_not_blocked() {
    let state = ConversationState { mails: true, ..ConversationState::opened(Millis(0), false) };
    check_from(
        state,
        "0 visitor open?
         1 bot soon
         1 system away
         2 agent yes
         2 agent till-19
         3 block
         3 agent go
         4 unblock
         4 agent come",
        expect![[r#"
            0 visitor open? → #1@0 waiting@0 turn@0
            1 bot soon → #2@1
            1 system away → #3@1
            2 agent yes → #4@2 waits-no-more answered@2 mail
            2 agent till-19 → #5@2 mail
            3 block → blocked
            3 agent go → #6@3
            4 unblock → unblocked
            4 agent come → #7@4 mail
        "#]],
    );
}
