//! What happens when the database is old, new, full or gone.

use std::time::{Duration, Instant};

use pronto_protocol::id::Millis;
use pronto_protocol::model::Author;
use pronto_server::store::{
    Appended, ClockEventKind, InboxOrder, Page, Store, StoreError, StoreOptions, StoreUrl,
};

use super::world::postgres::Postgres;
use super::world::{Place, World, message, site_key};

const FIRST: &str = include_str!("../../migrations/0001_first.sql");

/// An empty place of the same kind.
async fn another(world: World) -> Place {
    match world.place {
        Place::Sqlite(_) => Place::sqlite(),
        Place::Postgres(..) => Place::postgres().await,
    }
}

pub(crate) async fn a_former_version_is_brought_up_to_date(world: World) {
    let place = another(world).await;
    let versions = "create table schema_migration (version bigint primary key);
        insert into schema_migration (version) values (1);";
    let rows = r##"
        insert into site values ('shop', '{"name":"Forno","accent":"#000000","locale":"it"}', 'https://x.example/', 0, 1);
        insert into visitor values ('v', 'shop', 1);
        insert into conversation values
            ('c', 'shop', 'v', 'open', 1, 1, 7, 7, 7, 7, 0, 0, 0, 0, '{}', 0, 1);
        insert into message values ('c', 1, 'm1', 'visitor', null, null, 'widget', 'ciao', 7);
        insert into turn values ('c', 3, 'shop', 7);
        insert into turn values ('c', 7, 'shop', null);
        insert into delivery values ('d', 'shop', 'c', 1, 'm1', 'pending', 0, 7, null, 7);"##;
    place.run(format!("{FIRST}; {versions} {rows}")).await;

    let world = World::at(place).await;
    let conversation = super::world::conversation_id("c");
    let messages = world.store.messages(&conversation, Page::Last, 9).await.expect("a page");
    assert_eq!(messages.iter().map(|message| message.body.as_str()).collect::<Vec<_>>(), ["ciao"]);
    let claim =
        world.store.claim_delivery(&site_key("shop"), Millis(9), Millis(50)).await.expect("an answer");
    let since = match claim {
        pronto_server::store::Claim::Yours(outbound) => outbound.since_at,
        other => panic!("{other:?}"),
    };
    assert_eq!(since, Millis(7));
    let events = world.store.clock_events(&site_key("shop"), 0, 9).await.expect("events");
    let seen: Vec<_> =
        events.iter().map(|event| (event.seq, event.kind, event.asked_at.0, event.at.0)).collect();
    assert_eq!(
        seen,
        [
            (1, ClockEventKind::Asked, 3, 3),
            (2, ClockEventKind::Answered, 3, 7),
            (3, ClockEventKind::Asked, 7, 7)
        ]
    );
    let (page, _) = world
        .store
        .inbox_page(&site_key("shop"), InboxOrder::Promise, false, None, (9, Millis(0)))
        .await
        .expect("a page");
    assert_eq!(page.len(), 1);
    assert_eq!(world.say(&conversation, Author::Visitor, "m2", 9).await.seq, 2);
}

pub(crate) async fn a_newer_version_is_refused(world: World) {
    world.place.run("insert into schema_migration (version) values (77)".to_owned()).await;
    let refused = Store::open(&world.place.url()).await.map(drop);
    assert!(matches!(refused, Err(StoreError::Newer { found: 77, known: 1..77 })), "{refused:?}");
}

pub(crate) async fn what_was_stored_is_there_after_reopening(world: World) {
    let site = world.site("shop", None).await;
    let a = world.conversation(&site, "a", 1).await;
    let stored = world.say(&a, Author::Visitor, "m1", 10).await;
    let World { store, place } = world;
    store.close().await;
    let world = World::at(place).await;
    assert_eq!(world.store.messages(&a, Page::Last, 9).await, Ok(vec![stored]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_stores_nothing_and_is_said() {
    let place = Place::sqlite();
    let store =
        Store::open_with(&place.url(), StoreOptions { max_pages: Some(96), ..StoreOptions::default() })
            .await
            .expect("it opens");
    let world = World { store, place };
    let site = world.site("shop", Some("https://shop.example/hook")).await;
    let a = world.conversation(&site, "a", 1).await;
    let body = "pane ".repeat(800);
    let mut stored = 0;
    let full = loop {
        // Some at once, so that a full disk meets a batch.
        let mut sending = tokio::task::JoinSet::new();
        for n in stored..stored + 4 {
            let (store, message) =
                (world.store.clone(), message(&a, Author::Visitor, &format!("m{n}"), &body, 10));
            sending.spawn(async move { store.append(message).await });
        }
        let outcomes = sending.join_all().await;
        stored += outcomes.iter().filter(|outcome| matches!(outcome, Ok(Appended::Stored(_)))).count();
        let failed: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
        if !failed.is_empty() {
            break failed;
        }
        assert!(stored < 500, "the disk is never full");
    };
    assert!(stored > 4, "{stored} messages before the disk was full");
    assert!(full.iter().all(|error| *error == StoreError::Full), "{full:?}");
    // What was accepted is there with its outbox rows, what was refused is not, and reading goes on.
    let messages = world.store.messages(&a, Page::After(0), 500).await.expect("a page");
    assert_eq!(messages.len(), stored);
    assert_eq!(world.store.outbox_counts().await.expect("counts").pending, stored as u64);

    let World { store, place } = world;
    store.close().await;
    let world = World::at(place).await;
    let next = world.append(message(&a, Author::Visitor, "after", &body, 11)).await;
    assert!(matches!(next, Appended::Stored(next) if next.seq == stored as u64 + 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_gone_and_back() {
    let start = || {
        let server = std::sync::Arc::new(Postgres::start());
        server.database("pronto");
        Place::Postgres(server, "pronto".to_owned())
    };
    let place = tokio::task::spawn_blocking(start).await.expect("Postgres starts");
    let Place::Postgres(server, _) = &place else { unreachable!("it was made above") };
    let server = std::sync::Arc::clone(server);
    let world = World::at(place).await;
    let site = world.site("shop", None).await;
    let a = world.conversation(&site, "a", 1).await;
    world.say(&a, Author::Visitor, "m1", 10).await;

    // A command that meets a short absence waits it out.
    tokio::task::block_in_place(|| server.stop());
    let waiting = tokio::spawn({
        let (store, message) = (world.store.clone(), message(&a, Author::Visitor, "m2", "m2", 11));
        async move { store.append(message).await }
    });
    tokio::task::block_in_place(|| server.go_on());
    let waited = waiting.await.expect("no panic");
    assert!(matches!(&waited, Ok(Appended::Stored(stored)) if stored.seq == 2), "{waited:?}");

    // A long one is said, in time and of every method.
    tokio::task::block_in_place(|| server.stop());
    let began = Instant::now();
    let (refused, ping) =
        tokio::join!(world.store.append(message(&a, Author::Visitor, "m3", "m3", 12)), world.store.ping());
    assert_eq!((refused, ping), (Err(StoreError::Unavailable), Err(StoreError::Unavailable)));
    let took = began.elapsed();
    assert!(took > Duration::from_secs(4) && took < Duration::from_secs(9), "{took:?}");
    tokio::task::block_in_place(|| server.go_on());
    assert_eq!(world.say(&a, Author::Visitor, "m3", 12).await.seq, 3);
    let messages = world.store.messages(&a, Page::Last, 9).await.expect("a page");
    assert_eq!(
        messages.iter().map(|message| message.message_id.as_str()).collect::<Vec<_>>(),
        ["m1", "m2", "m3"]
    );
}

#[tokio::test]
async fn what_cannot_be_opened_is_said_in_a_sentence() {
    for (url, expected) in [
        ("mysql://x", "a database URL is sqlite:PATH or postgres://…"),
        ("sqlite:", "a database URL is sqlite:PATH or postgres://…"),
    ] {
        assert_eq!(StoreUrl::parse(url), Err(StoreError::Other(expected.to_owned())));
    }
    let url = StoreUrl::parse("sqlite:/nowhere/at/all/pronto.db").expect("a URL");
    let refused = Store::open(&url).await.map(drop).map_err(|error| error.to_string());
    let expected = "the database /nowhere/at/all/pronto.db cannot be opened: unable to open database file";
    assert!(refused.as_ref().is_err_and(|error| error.starts_with(expected)), "{refused:?}");
    let url = StoreUrl::parse("postgres://pronto:hunter2@localhost:notaport/x").expect("a URL");
    let refused = Store::open(&url).await.map(drop);
    assert_eq!(refused, Err(StoreError::Other("the Postgres URL cannot be read".to_owned())));
    assert!(!format!("{url:?}").contains("hunter2"));
}
