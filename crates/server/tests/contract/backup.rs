//! Copies of a SQLite database, taken while it is written to.

use std::path::Path;

use pronto_protocol::model::Author;
use pronto_server::backup::{BackupError, backup, restore};
use pronto_server::store::{Page, Store, StoreUrl};

use super::world::{World, message};

fn url(path: &Path) -> StoreUrl {
    StoreUrl::Sqlite(path.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_taken_under_writing_restores_whole() {
    let world = World::sqlite().await;
    let folder = tempfile::tempdir().expect("a folder");
    let (copy, restored) = (folder.path().join("copy.db"), folder.path().join("restored.db"));
    let site = world.site("shop", Some("https://shop.example/hook")).await;
    let a = world.conversation(&site, "a", 1).await;
    for n in 0..50 {
        world.say(&a, Author::Visitor, &format!("m{n}"), 10).await;
    }
    let writing = tokio::spawn({
        let (store, a) = (world.store.clone(), a.clone());
        async move {
            for n in 50..150 {
                store
                    .append(message(&a, Author::Visitor, &format!("m{n}"), "pane", 10))
                    .await
                    .expect("it is stored");
            }
        }
    });
    tokio::task::block_in_place(|| backup(&world.place.url(), &copy)).expect("a backup");
    writing.await.expect("writing went on");
    assert!(matches!(backup(&world.place.url(), &copy), Err(BackupError::Exists(_))));

    restore(&url(&restored), &copy, false).expect("a restored database");
    assert!(matches!(restore(&url(&restored), &copy, false), Err(BackupError::Exists(_))));
    let store = Store::open(&url(&restored)).await.expect("it opens");
    let messages = store.messages(&a, Page::After(0), 500).await.expect("a page");
    assert!(messages.len() >= 50, "{}", messages.len());
    assert!((1..).zip(&messages).all(|(seq, message)| message.seq == seq));
    assert_eq!(store.outbox_counts().await.expect("counts").pending, messages.len() as u64);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn force_replaces_a_database_and_its_log() {
    let world = World::sqlite().await;
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("copy.db");
    let site = world.site("shop", None).await;
    let a = world.conversation(&site, "a", 1).await;
    world.say(&a, Author::Visitor, "m1", 10).await;
    tokio::task::block_in_place(|| backup(&world.place.url(), &copy)).expect("a backup");
    world.say(&a, Author::Visitor, "m2", 10).await;
    let World { store, place } = world;
    store.close().await;
    restore(&place.url(), &copy, true).expect("a restored database");
    let world = World::at(place).await;
    assert_eq!(world.store.messages(&a, Page::Last, 9).await.expect("a page").len(), 1);
}

#[tokio::test]
async fn what_is_no_good_copy_is_refused_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (good, target) = (folder.path().join("good.db"), folder.path().join("target.db"));
    Store::open(&url(&good)).await.expect("it opens").close().await;

    let missing = folder.path().join("missing.db");
    assert!(matches!(restore(&url(&target), &missing, false), Err(BackupError::Missing(_))));
    assert!(matches!(backup(&url(&missing), &target), Err(BackupError::Missing(_))));

    let text = folder.path().join("text.db");
    std::fs::write(&text, "not a database, however long this sentence may go on").expect("a file");
    assert!(matches!(restore(&url(&target), &text, false), Err(BackupError::Damaged(_))));

    let foreign = folder.path().join("foreign.db");
    let connection = rusqlite::Connection::open(&foreign).expect("it opens");
    connection.execute_batch("create table bread (x text)").expect("a table");
    assert!(matches!(restore(&url(&target), &foreign, false), Err(BackupError::Damaged(_))));

    let mut bytes = std::fs::read(&good).expect("it can be read");
    for byte in bytes.iter_mut().skip(4096 * 3).take(4096 * 4) {
        *byte = 0xaa;
    }
    let torn = folder.path().join("torn.db");
    std::fs::write(&torn, bytes).expect("a file");
    assert!(matches!(restore(&url(&target), &torn, false), Err(BackupError::Damaged(_))));

    let connection = rusqlite::Connection::open(&good).expect("it opens");
    connection.execute_batch("insert into schema_migration values (77)").expect("a row");
    let newer = restore(&url(&target), &good, false);
    assert!(matches!(newer, Err(BackupError::Newer { found: 77, known: 1..77 })), "{newer:?}");
    assert!(!target.exists());

    let postgres = StoreUrl::Postgres("postgres://x".to_owned());
    let sentence = "Use pg_dump and pg_restore for a Postgres database.";
    assert_eq!(backup(&postgres, &target).map_err(|error| error.to_string()), Err(sentence.to_owned()));
    assert!(matches!(restore(&postgres, &good, true), Err(BackupError::Postgres)));
}
