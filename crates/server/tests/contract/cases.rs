//! Conversations: messages, receipts, the reply clock, the inbox, made-up history.

use pronto_protocol::id::{MessageId, Millis};
use pronto_protocol::model::{Author, InboxConversation, Message, Receipts, Side, Status, VisitorContext};
use pronto_server::store::{Appended, InboxOrder, Page, SeedConversation, SeedMessage};

use super::world::{World, conversation_id, message, settings, site_key};

pub(crate) const HOUR: i64 = 60 * 60 * 1000;

fn ids(messages: &[Message]) -> Vec<(u64, &str)> {
    messages.iter().map(|message| (message.seq, message.message_id.as_str())).collect()
}

pub(crate) async fn appends_once_and_in_order(world: World) {
    let site = world.site("shop", None).await;
    let (a, b) = (world.conversation(&site, "a", 5).await, world.conversation(&site, "b", 5).await);
    let first = world.say(&a, Author::Visitor, "m1", 10).await;
    assert_eq!((first.seq, first.created_at, first.author_name.clone()), (1, Millis(10), None));
    let second = world.say(&a, Author::Agent, "m2", 11).await;
    assert_eq!((second.seq, second.author_name.as_deref()), (2, Some("Ana")));
    assert_eq!(
        world.append(message(&a, Author::Visitor, "m1", "m1", 99)).await,
        Appended::Again(first.clone())
    );
    assert_eq!(world.append(message(&a, Author::Visitor, "m1", "altro", 99)).await, Appended::IdReused);
    assert_eq!(world.append(message(&a, Author::Agent, "m1", "m1", 99)).await, Appended::IdReused);
    // An id belongs to its conversation; nobody can take it away elsewhere.
    assert_eq!(world.say(&b, Author::Visitor, "m1", 12).await.seq, 1);
    assert_eq!(world.store.messages(&a, Page::Last, 50).await, Ok(vec![first, second]));
    let row = world.store.conversation(&a).await.expect("an answer").expect("a row");
    assert_eq!((row.conversation.last_seq, row.visitor_id.as_str(), row.demo), (2, "a", false));
    assert_eq!(world.store.conversation(&conversation_id("none")).await, Ok(None));
}

pub(crate) async fn refuses_what_is_no_message(world: World) {
    let site = world.site("shop", None).await;
    let a = world.conversation(&site, "a", 5).await;
    for (body, expected) in [
        ("", Appended::BodyEmpty),
        (" \n ", Appended::BodyEmpty),
        ("\0", Appended::BodyEmpty),
        ("é".repeat(4097).as_str(), Appended::BodyTooLong),
        ("x".repeat(10_000_000).as_str(), Appended::BodyTooLong),
    ] {
        assert_eq!(world.append(message(&a, Author::Visitor, "m", body, 9)).await, expected);
    }
    let nowhere = message(&conversation_id("none"), Author::Visitor, "m", "ciao", 9);
    assert_eq!(world.append(nowhere).await, Appended::NoConversation);
    // The whole of Unicode comes back as it went in; only NUL is left out.
    let body = format!("'; drop table message; -- ‏שלום 👩‍🍳 \u{202e}\u{fffd}\n{}", "🥖".repeat(4000));
    let stored = world.append(message(&a, Author::Visitor, "m", &format!("{body}\0"), 9)).await;
    assert!(matches!(&stored, Appended::Stored(stored) if stored.body == body), "{stored:?}");
    let again = world.append(message(&a, Author::Visitor, "m", &format!("{body}\0"), 9)).await;
    assert!(matches!(again, Appended::Again(_)), "{again:?}");
    let stored = world.store.messages(&a, Page::Last, 50).await.expect("an answer");
    assert_eq!(stored.iter().map(|message| message.body.as_str()).collect::<Vec<_>>(), [body]);
}

pub(crate) async fn a_clock_that_goes_back_breaks_nothing(world: World) {
    let site = world.site("shop", None).await;
    let a = world.conversation(&site, "a", 1_000).await;
    let mut times = Vec::new();
    for (id, now) in [("m1", 2_000), ("m2", 500), ("m3", -7), ("m4", 1_999), ("m5", 3_000)] {
        times.push(world.say(&a, Author::Visitor, id, now).await.created_at.0);
    }
    assert_eq!(times, [2_000, 2_000, 2_000, 2_000, 3_000]);
    let page = world
        .store
        .inbox_page(&site, InboxOrder::Newest, false, None, (10, Millis(0)))
        .await
        .expect("a page");
    assert_eq!(page.0.len(), 1);
}

pub(crate) async fn many_at_once_leave_no_gaps(world: World) {
    let site = world.site("shop", Some("https://shop.example/hook")).await;
    let mut conversations = Vec::new();
    for name in ["a", "b", "c"] {
        conversations.push(world.conversation(&site, name, 1).await);
    }
    let mut sending = tokio::task::JoinSet::new();
    for number in 0..300_usize {
        // Each message is sent twice at about the same time.
        for _ in 0..2 {
            let store = world.store.clone();
            let to = conversations[number % 3].clone();
            let id = format!("m{number}");
            sending.spawn(async move { store.append(message(&to, Author::Visitor, &id, &id, 10)).await });
        }
    }
    let (mut stored, mut again) = (0, 0);
    while let Some(sent) = sending.join_next().await {
        match sent.expect("no panic").expect("the store answers") {
            Appended::Stored(_) => stored += 1,
            Appended::Again(_) => again += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((stored, again), (300, 300));
    for conversation in conversations {
        let messages = world.store.messages(&conversation, Page::After(0), 200).await.expect("a page");
        assert_eq!(
            messages.iter().map(|message| message.seq).collect::<Vec<_>>(),
            (1..=100).collect::<Vec<_>>()
        );
    }
    assert_eq!(world.store.outbox_counts().await.expect("counts").pending, 300);
}

pub(crate) async fn pages_of_messages(world: World) {
    let site = world.site("shop", None).await;
    let a = world.conversation(&site, "a", 1).await;
    for id in ["m1", "m2", "m3", "m4", "m5"] {
        world.say(&a, Author::Visitor, id, 10).await;
    }
    for (page, limit, expected) in [
        (Page::After(0), 2, vec![(1, "m1"), (2, "m2")]),
        (Page::After(3), 9, vec![(4, "m4"), (5, "m5")]),
        (Page::After(5), 9, vec![]),
        (Page::After(u64::MAX), 9, vec![]),
        (Page::Before(4), 2, vec![(2, "m2"), (3, "m3")]),
        (Page::Before(1), 9, vec![]),
        (Page::Last, 2, vec![(4, "m4"), (5, "m5")]),
        (Page::Last, 0, vec![]),
    ] {
        let messages = world.store.messages(&a, page, limit).await.expect("a page");
        assert_eq!(ids(&messages), expected, "{page:?} {limit}");
    }
}

pub(crate) async fn receipts_and_statuses(world: World) {
    let site = world.site("shop", None).await;
    let a = world.conversation(&site, "a", 1).await;
    world.say(&a, Author::Visitor, "m1", 10).await;
    world.say(&a, Author::Visitor, "m2", 10).await;
    let set = async |side, delivered, read| {
        world.store.set_receipts(&a, side, Receipts { delivered, read }, Millis(20)).await.expect("an answer")
    };
    assert_eq!(set(Side::Business, 1, 0).await, Some(Receipts { delivered: 1, read: 0 }));
    assert_eq!(set(Side::Business, 1, 0).await, None);
    assert_eq!(set(Side::Business, 0, 99).await, Some(Receipts { delivered: 2, read: 2 }));
    assert_eq!(set(Side::Visitor, 1, 1).await, Some(Receipts { delivered: 1, read: 1 }));
    let none = conversation_id("none");
    assert_eq!(
        world.store.set_receipts(&none, Side::Visitor, Receipts::default(), Millis(20)).await,
        Ok(None)
    );
    assert_eq!(world.store.set_status(&none, Status::Resolved, Millis(20)).await, Ok(false));

    assert_eq!(world.store.set_status(&a, Status::Resolved, Millis(20)).await, Ok(true));
    assert_eq!(world.store.set_status(&a, Status::Resolved, Millis(20)).await, Ok(false));
    let row = world.store.conversation(&a).await.expect("an answer").expect("a row").conversation;
    assert_eq!(row.status, Status::Resolved);
    assert_eq!((row.business.read, row.visitor.read), (2, 1));
    world.say(&a, Author::Visitor, "m3", 30).await;
    let row = world.store.inbox_conversation(&a, Millis(0)).await.expect("an answer").expect("a row");
    assert_eq!((row.conversation.status, row.waiting_since), (Status::Open, Some(Millis(30))));
}

pub(crate) fn names(page: &[InboxConversation]) -> Vec<&str> {
    page.iter().map(|row| row.conversation.conversation_id.as_str()).collect()
}

pub(crate) async fn the_inbox_page_by_page(world: World) {
    let (site, other) = (world.site("shop", None).await, world.site("other", None).await);
    for (name, at) in [("a", 30), ("b", 10), ("c", 20), ("d", 40), ("e", 40)] {
        let id = world.conversation(&site, name, 1).await;
        world.say(&id, Author::Visitor, "m1", at).await;
        if ["c", "d", "e"].contains(&name) {
            world.say(&id, Author::Agent, "m2", at + 100).await;
            world
                .store
                .set_receipts(&id, Side::Business, Receipts { delivered: 1, read: 1 }, Millis(200))
                .await
                .expect("an answer");
        }
    }
    world.conversation(&site, "empty", 99).await;
    let elsewhere = world.conversation(&other, "x", 1).await;
    world.say(&elsewhere, Author::Visitor, "m1", 1).await;

    let listed = async |order, unread, limit| {
        let (mut names_so_far, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let page = world
                .store
                .inbox_page(&site, order, unread, cursor.as_deref(), (limit, Millis(0)))
                .await
                .expect("a page");
            assert!(page.0.len() <= limit as usize);
            names_so_far.extend(names(&page.0).into_iter().map(str::to_owned));
            cursor = page.1;
            if cursor.is_none() {
                return names_so_far.join("");
            }
        }
    };
    for limit in [1, 2, 3, 5, 50] {
        assert_eq!(listed(InboxOrder::Newest, false, limit).await, "edcab", "{limit}");
        let waiting = listed(InboxOrder::Waiting, false, limit).await;
        assert!(waiting == "badec" || waiting == "baedc", "{limit}: {waiting}");
        assert_eq!(listed(InboxOrder::Newest, true, limit).await, "ab", "{limit}");
        assert_eq!(listed(InboxOrder::Waiting, true, limit).await, "ba", "{limit}");
    }
    for nonsense in ["", "x", "1", "1.", "x.y", ".", "1.'"] {
        let page = world
            .store
            .inbox_page(&site, InboxOrder::Newest, false, Some(nonsense), (2, Millis(0)))
            .await
            .expect("a page");
        assert_eq!(names(&page.0), ["e", "d"], "{nonsense}");
    }
    let row = world
        .store
        .inbox_conversation(&conversation_id("b"), Millis(0))
        .await
        .expect("an answer")
        .expect("a row");
    assert_eq!(row.context.locale.as_deref(), Some("it-IT"));
    assert_eq!((row.visitor_id.as_str(), row.waiting_since, row.demo), ("b", Some(Millis(10)), false));
    assert_eq!(row.last_message.map(|last| last.seq), Some(1));
    let empty = world
        .store
        .inbox_conversation(&conversation_id("empty"), Millis(0))
        .await
        .expect("an answer")
        .expect("a row");
    assert_eq!(empty.last_message, None);
    assert_eq!(world.store.inbox_conversation(&conversation_id("none"), Millis(0)).await, Ok(None));
}

pub(crate) async fn made_up_history(world: World) {
    let site = site_key("demo");
    let settings = settings("Demo", Some("https://shop.example/hook"));
    world.store.put_site(&site, &settings, true, Millis(1)).await.expect("a site");
    let seed = |name: &str, answered: bool| SeedConversation {
        site: site.clone(),
        visitor_id: pronto_protocol::id::VisitorId::new(format!("v-{name}")).expect("an id"),
        conversation_id: conversation_id(name),
        context: VisitorContext::default(),
        status: if answered { Status::Resolved } else { Status::Open },
        messages: [(Author::Visitor, HOUR), (Author::Agent, 2 * HOUR)]
            .into_iter()
            .take(if answered { 2 } else { 1 })
            .map(|(author, at)| SeedMessage {
                message_id: MessageId::new(author.as_str()).expect("an id"),
                author,
                author_name: None,
                body: "ciao".to_owned(),
                at: Millis(at),
                promise: None,
            })
            .collect(),
    };
    let seeds: Vec<_> = (0..150).map(|n| seed(&format!("s{n}"), n % 2 == 0)).collect();
    world.store.seed(seeds.clone()).await.expect("history");
    world.store.seed(seeds).await.expect("the same history again");
    let observed = world.store.turns(&site, Millis(0)).await.expect("turns");
    assert_eq!(observed.len(), 150);
    assert_eq!(observed.iter().filter(|turn| turn.answered_at.is_some()).count(), 75);
    assert_eq!(world.store.outbox_counts().await.expect("counts"), Default::default());
    let row = world
        .store
        .inbox_conversation(&conversation_id("s0"), Millis(0))
        .await
        .expect("an answer")
        .expect("a row");
    assert!(row.demo);
    assert_eq!(
        (row.conversation.status, row.conversation.business.read, row.waiting_since),
        (Status::Resolved, 2, None)
    );
    let row = world
        .store
        .inbox_conversation(&conversation_id("s1"), Millis(0))
        .await
        .expect("an answer")
        .expect("a row");
    assert_eq!((row.conversation.status, row.conversation.business.read), (Status::Open, 0));
    assert_eq!(row.waiting_since, Some(Millis(HOUR)));
    assert_eq!(row.last_message.map(|last| last.created_at), Some(Millis(HOUR)));
}
