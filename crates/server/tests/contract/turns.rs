//! The reply clock's turns: what is asked, answered, settled and withdrawn, in what order it is told, and who comes
//! first in the inbox because of it.

use pronto_protocol::id::{ConversationId, MessageId, Millis, SiteKey};
use pronto_protocol::model::{Author, OpenSpan, OpeningHours, Status};
use pronto_server::store::{AppendMessage, Appended, ClockEventKind, InboxOrder, Notice, Page, TurnRow};

use super::cases::{HOUR, names};
use super::world::{World, conversation_id, message};

fn turn(asked_at: i64, answered_at: Option<i64>, given_up_at: Option<i64>) -> TurnRow {
    TurnRow {
        asked_at: Millis(asked_at * HOUR),
        answered_at: answered_at.map(|at| Millis(at * HOUR)),
        given_up_at: given_up_at.map(|at| Millis(at * HOUR)),
        promised_by: None,
        open_wait_ms: None,
    }
}

impl World {
    /// A question that was promised an answer.
    async fn ask(&self, to: &ConversationId, id: &str, at: i64, promise: Option<i64>) {
        let promise = promise.map(|by| Millis(by * HOUR));
        let asked = message(to, Author::Visitor, id, id, at * HOUR);
        let appended = self.append(AppendMessage { promise, ..asked }).await;
        assert!(matches!(appended, Appended::Stored(_)), "{appended:?}");
    }

    async fn promise_by(&self, id: &ConversationId) -> Option<i64> {
        let row = self.store.conversation(id).await.expect("an answer").expect("a row");
        row.conversation.promise_by.map(|by| by.0 / HOUR)
    }

    async fn turns(&self, site: &SiteKey) -> Vec<TurnRow> {
        self.store.turns(site, Millis(0)).await.expect("turns")
    }

    /// The log of a site: what happened to the question of which hour, and in which.
    async fn log(&self, site: &SiteKey) -> String {
        let events = self.store.clock_events(site, 0, 99).await.expect("events");
        let told = events.iter().map(|event| {
            format!("{} {} {}@{}", event.seq, event.kind.as_str(), event.asked_at.0 / HOUR, event.at.0 / HOUR)
        });
        told.collect::<Vec<_>>().join(", ")
    }
}

pub(crate) async fn asked_and_answered(world: World) {
    let (site, other) = (world.site("shop", None).await, world.site("other", None).await);
    let (a, b) = (world.conversation(&site, "a", 0).await, world.conversation(&site, "b", 0).await);
    let elsewhere = world.conversation(&other, "c", 0).await;
    assert!(!world.store.take_stirred(&site));
    world.ask(&a, "m1", 1, Some(2)).await;
    assert!(world.store.take_stirred(&site));
    assert!(!world.store.take_stirred(&site));
    world.say(&a, Author::Bot, "m2", HOUR + 1).await;
    assert!(!world.store.take_stirred(&site), "a bot changes nothing");
    assert_eq!(world.promise_by(&a).await, Some(2));
    world.ask(&b, "m1", 2, None).await;
    world.ask(&elsewhere, "m1", 2, None).await;
    world.say(&a, Author::Agent, "m3", 3 * HOUR).await;
    assert_eq!(world.promise_by(&a).await, None);
    world.ask(&a, "m4", 4, Some(5)).await;
    assert_eq!(world.promise_by(&a).await, None, "no new question, no new promise");
    world.ask(&a, "m5", 40, None).await;

    let first = TurnRow { promised_by: Some(Millis(2 * HOUR)), ..turn(1, Some(3), None) };
    let all = vec![first, turn(2, None, None), turn(40, None, None)];
    assert_eq!(world.turns(&site).await, all);
    assert_eq!(world.store.turns(&site, Millis(2 * HOUR)).await, Ok(all[1..].to_vec()));
    assert_eq!(world.store.turns(&site, Millis(41 * HOUR)).await, Ok(Vec::new()));
    assert_eq!(world.log(&site).await, "1 asked 1@1, 2 asked 2@2, 3 answered 1@3, 4 asked 40@40");
    assert_eq!(world.log(&other).await, "1 asked 2@2");
}

pub(crate) async fn waits_by_the_opening_hours(world: World) {
    let site = world.site("shop", None).await;
    let mut settings = super::world::settings("Panificio", None);
    // The first of January 1970 was a Thursday.
    let spans = vec![OpenSpan { weekday: 4, from: 9 * 60, to: 12 * 60 }];
    let time_zone = "UTC".to_owned();
    settings.hours = Some(OpeningHours { time_zone, spans, exceptions: Vec::new() });
    world.store.put_site(&site, &settings, false, Millis(1)).await.expect("a site");
    for (name, asked, answered) in [("a", 8, 10), ("b", 11, 20), ("c", 13, 14)] {
        let id = world.conversation(&site, name, 0).await;
        world.ask(&id, "m1", asked, None).await;
        world.say(&id, Author::Agent, "m2", answered * HOUR).await;
    }
    let waits: Vec<_> = world.turns(&site).await.iter().map(|turn| turn.open_wait_ms).collect();
    assert_eq!(waits, [Some(HOUR), Some(HOUR), Some(0)]);
}

pub(crate) async fn told_once_a_turn_that_nobody_is_there(world: World) {
    let site = world.site("shop", Some("https://shop.example/hook")).await;
    let a = world.conversation(&site, "a", 0).await;
    let ask = async |id: &str, hour: i64| {
        let away = Notice {
            message_id: MessageId::new(format!("away-{id}-{hour}")).expect("an id"),
            body: "Siamo chiusi".to_owned(),
        };
        let asked = message(&a, Author::Visitor, id, id, hour * HOUR);
        world.append(AppendMessage { away: Some(away), ..asked }).await
    };
    let told = |appended: Appended| match appended {
        Appended::Noticed(message, notice) => (message, notice),
        other => panic!("no notice: {other:?}"),
    };
    let (asked, notice) = told(ask("m1", 1).await);
    assert_eq!((asked.seq, notice.seq, notice.message_id.as_str()), (1, 2, "away-m1-1"));
    assert_eq!(
        (notice.author, notice.body.as_str(), notice.created_at),
        (Author::Bot, "Siamo chiusi", Millis(HOUR))
    );
    assert_eq!(ask("m1", 2).await, Appended::Again(asked.clone()));
    let second = ask("m2", 3).await;
    assert!(matches!(&second, Appended::Stored(stored) if stored.seq == 3), "{second:?}");
    let row = world.store.inbox_conversation(&a, Millis(0)).await.expect("an answer").expect("a row");
    assert_eq!(row.waiting_since, Some(Millis(HOUR)), "a notice ends no wait");
    world.say(&a, Author::Agent, "m3", 4 * HOUR).await;
    let (third, again) = told(ask("m4", 40).await);
    assert_eq!((third.seq, again.seq), (5, 6));

    let messages = world.store.messages(&a, Page::Last, 9).await.expect("a page");
    assert_eq!(messages.iter().map(|message| message.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert_eq!((&messages[0], &messages[1]), (&asked, &notice));
    assert_eq!(world.store.outbox_counts().await.expect("counts").pending, 3, "visitors' words only");
    assert_eq!(world.log(&site).await, "1 asked 1@1, 2 answered 1@4, 3 asked 40@40");
}

pub(crate) async fn settled_and_asked_again(world: World) {
    let site = world.site("shop", None).await;
    let a = world.conversation(&site, "a", 0).await;
    world.ask(&a, "m1", 1, Some(3)).await;
    world.store.set_status(&a, Status::Resolved, Millis(2 * HOUR)).await.expect("settled");
    assert_eq!(world.promise_by(&a).await, None);
    world.ask(&a, "m2", 3, Some(9)).await;
    assert_eq!(world.promise_by(&a).await, Some(9));
    world.say(&a, Author::Agent, "m3", 4 * HOUR).await;
    world.store.set_status(&a, Status::Resolved, Millis(5 * HOUR)).await.expect("settled");
    let promised = |by: i64, turn: TurnRow| TurnRow { promised_by: Some(Millis(by * HOUR)), ..turn };
    let all = vec![promised(3, turn(1, None, Some(2))), promised(9, turn(3, Some(4), None))];
    assert_eq!(world.turns(&site).await, all);
    assert_eq!(world.log(&site).await, "1 asked 1@1, 2 given_up 1@2, 3 asked 3@3, 4 answered 3@4");
}

pub(crate) async fn blocked_and_heard_again(world: World) {
    let site = world.site("shop", None).await;
    let a = world.conversation(&site, "a", 0).await;
    world.ask(&a, "m1", 1, Some(3)).await;
    let set = async |blocked, hour| world.store.set_blocked(&a, blocked, Millis(hour * HOUR)).await;
    assert_eq!(set(true, 2).await, Ok(true));
    assert_eq!(set(true, 2).await, Ok(false));
    let refused = world.append(message(&a, Author::Visitor, "m2", "m2", 3 * HOUR)).await;
    assert_eq!(refused, Appended::Blocked);
    let again = world.append(message(&a, Author::Visitor, "m1", "m1", 3 * HOUR)).await;
    assert!(matches!(again, Appended::Again(_)), "{again:?}");
    let shown =
        async || world.store.inbox_conversation(&a, Millis(0)).await.expect("an answer").expect("a row");
    let row = shown().await;
    assert_eq!((row.blocked, row.waiting_since, row.conversation.promise_by), (true, None, None));
    assert_eq!(world.turns(&site).await, []);

    assert_eq!(set(false, 4).await, Ok(true));
    let row = shown().await;
    assert_eq!((row.blocked, row.waiting_since), (false, Some(Millis(HOUR))));
    assert_eq!(world.promise_by(&a).await, Some(3));
    assert_eq!(world.turns(&site).await.len(), 1);
    world.say(&a, Author::Agent, "m3", 5 * HOUR).await;
    assert_eq!(
        world.log(&site).await,
        "1 asked 1@1, 2 withdrawn 1@2, 3 asked 1@1, 4 answered 1@5",
        "blocking for a moment hides no wait"
    );
    assert_eq!(world.store.set_blocked(&conversation_id("none"), true, Millis(9)).await, Ok(false));
}

pub(crate) async fn the_inbox_by_promise(world: World) {
    let site = world.site("shop", None).await;
    for (name, at, promise) in [
        ("late", 5, Some(90)),
        ("soon", 6, Some(8)),
        ("waits", 2, None),
        ("long", 1, None),
        ("old", 3, None),
        ("new", 4, None),
    ] {
        let id = world.conversation(&site, name, 0).await;
        world.ask(&id, "m1", at, promise).await;
        if ["old", "new"].contains(&name) {
            world.say(&id, Author::Agent, "m2", (at + 10) * HOUR).await;
        }
    }
    for limit in [1, 2, 5, 50] {
        let (mut seen, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let order = InboxOrder::Promise;
            let page =
                world.store.inbox_page(&site, order, false, cursor.as_deref(), (limit, Millis(0))).await;
            let (page, next) = page.expect("a page");
            seen.extend(names(&page).into_iter().map(str::to_owned));
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["soon", "late", "long", "waits", "new", "old"], "{limit}");
    }
}

pub(crate) async fn the_log_is_gapless_and_the_snapshot_never_goes_back(world: World) {
    let site = world.site("shop", None).await;
    let mut asking = tokio::task::JoinSet::new();
    for number in 0..60 {
        let id = world.conversation(&site, &format!("c{number}"), 0).await;
        let store = world.store.clone();
        asking.spawn(async move {
            for (author, at) in [(Author::Visitor, 10 + number), (Author::Agent, 100 + number)] {
                let stored = store.append(message(&id, author, author.as_str(), "ciao", at)).await;
                assert!(matches!(stored, Ok(Appended::Stored(_))), "{stored:?}");
            }
        });
    }
    asking.join_all().await;
    let events = world.store.clock_events(&site, 0, 1_000).await.expect("events");
    assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), (1..=120).collect::<Vec<_>>());
    let asked = events.iter().filter(|event| event.kind == ClockEventKind::Asked).count();
    assert_eq!(asked, 60);
    assert_eq!(world.store.clock_events(&site, 118, 1).await.expect("events"), events[118..119]);

    assert_eq!(world.store.clock_snapshot(&site).await, Ok(None));
    for (state, through) in [("seven", 7), ("five", 5), ("nine", 9)] {
        world.store.keep_clock(&site, state.to_owned(), through).await.expect("kept");
    }
    assert_eq!(world.store.clock_snapshot(&site).await, Ok(Some(("nine".to_owned(), 9))));
}
