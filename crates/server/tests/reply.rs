//! The reply clock as the server keeps it: the same after a restart, heard of by several servers, and not impressed by
//! a hundred thousand questions in a minute.

#[expect(dead_code, reason = "other test files use the rest")]
mod common;

use common::{open_store, settings, site};
use pronto_protocol::id::{ConversationId, MessageId, Millis, SiteKey, VisitorId};
use pronto_protocol::model::{Author, Channel, ReplyVerdict, VisitorContext};
use pronto_server::http::reply::ReplyTimes;
use pronto_server::store::{AppendMessage, Appended, SessionOpening, Store};

const MINUTE: i64 = 60_000;
const START: Millis = Millis(1_790_000_000_000);

async fn shop(folder: &std::path::Path) -> (Store, SiteKey) {
    let (store, key) = (open_store(folder).await, site("shop"));
    store.put_site(&key, &settings("shop"), false, START).await.expect("a site");
    (store, key)
}

/// Question number `n`, asked at a time and answered so much later.
async fn ask(store: &Store, key: &SiteKey, n: u32, at: Millis, answered_after: Option<i64>) {
    let name = format!("c{n}");
    let id = ConversationId::new(name.clone()).expect("an id");
    let visitor = VisitorId::new(name).expect("an id");
    let mut hash = [0; 32];
    hash[..4].copy_from_slice(&n.to_be_bytes());
    let opened = store.open_session(key, hash, visitor, id.clone(), &VisitorContext::default(), at).await;
    assert!(matches!(opened, Ok(SessionOpening::Opened(_))), "{opened:?}");
    let message = |author: Author, now: Millis| AppendMessage {
        conversation_id: id.clone(),
        message_id: MessageId::new(author.as_str()).expect("an id"),
        author,
        author_name: None,
        agent_id: None,
        channel: Channel::Widget,
        body: "ciao".to_owned(),
        quick_replies: Vec::new(),
        attachments: Vec::new(),
        now,
        promise: None,
        away: None,
        asks: false,
    };
    let answer = answered_after.map(|wait| message(Author::Agent, at.plus(wait)));
    for message in [message(Author::Visitor, at)].into_iter().chain(answer) {
        let stored = store.append(message).await;
        assert!(matches!(stored, Ok(Appended::Stored(_))), "{stored:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_reads_the_snapshot_and_what_came_after_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, key) = shop(folder.path()).await;
    for n in 0..40 {
        ask(&store, &key, n, START.plus(i64::from(n) * 30 * MINUTE), Some((3 + i64::from(n) % 7) * MINUTE))
            .await;
    }
    let now = START.plus(40 * 30 * MINUTE);
    let before = ReplyTimes::default();
    let said = before.of(&store, &key, now).await.expect("a reply time");
    assert_eq!((said.verdict, said.minutes, said.sample), (Some(ReplyVerdict::Measured), Some(10), 40));
    before.keep_all(&store, now).await.expect("kept");
    assert_eq!(store.clock_snapshot(&key).await.expect("a snapshot").map(|(_, through)| through), Some(80));
    ask(&store, &key, 40, now, Some(MINUTE)).await;
    drop(before);
    store.close().await;

    // Without the part of the log that the snapshot stands for: it is not read again.
    let file = rusqlite::Connection::open(folder.path().join("pronto.db")).expect("it opens");
    file.execute_batch("delete from turn_event where seq <= 80").expect("it runs");
    drop(file);
    let store = open_store(folder.path()).await;
    let after = ReplyTimes::default();
    let said = after.of(&store, &key, now.plus(2 * MINUTE)).await.expect("a reply time");
    assert_eq!((said.verdict, said.sample, said.unanswered), (Some(ReplyVerdict::Measured), 41, 0));

    // A snapshot of another version is as none: then the log counts, what is left of it.
    store.keep_clock(&key, "{\"of\":\"another version\"}".to_owned(), 82).await.expect("kept");
    let said = ReplyTimes::default().of(&store, &key, now.plus(2 * MINUTE)).await.expect("a reply time");
    assert_eq!((said.verdict, said.sample), (Some(ReplyVerdict::New), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_server_hears_of_it_within_half_a_minute() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, key) = shop(folder.path()).await;
    let other = open_store(folder.path()).await;
    let (here, there) = (ReplyTimes::default(), ReplyTimes::default());
    for n in 0..10 {
        ask(&store, &key, n, START.plus(i64::from(n) * MINUTE), Some(MINUTE)).await;
    }
    let sample = async |times: &ReplyTimes, store: &Store, now: Millis| {
        times.of(store, &key, now).await.expect("a reply time").sample
    };
    let now = START.plus(20 * MINUTE);
    assert_eq!((sample(&here, &store, now).await, sample(&there, &other, now).await), (10, 10));
    ask(&store, &key, 10, now, None).await;
    let soon = now.plus(1_000);
    assert_eq!((sample(&here, &store, soon).await, sample(&there, &other, soon).await), (11, 10));
    assert_eq!(sample(&there, &other, now.plus(31_000)).await, 11);
    // A clock that jumps back an hour does not freeze it.
    ask(&store, &key, 11, now.plus(40_000), None).await;
    sample(&there, &other, now.plus(-60 * MINUTE)).await;
    assert_eq!(sample(&there, &other, now.plus(45_000)).await, 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_questions_in_one_minute() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, key) = shop(folder.path()).await;
    let file = rusqlite::Connection::open(folder.path().join("pronto.db")).expect("it opens");
    file.execute_batch(&format!(
        "begin immediate;
         with recursive n(i) as (select 0 union all select i + 1 from n where i < 99999)
         insert into turn_event (site_key, seq, kind, asked_at, at)
             select 'shop', i + 1, 'asked', {0} + i * 6 / 10, {0} + i * 6 / 10 from n;
         with recursive n(i) as (select 0 union all select i + 1 from n where i < 49999)
         insert into turn_event (site_key, seq, kind, asked_at, at)
             select 'shop', 100001 + i, 'answered', {0} + i * 6 / 10, {0} + i * 6 / 10 + 240000 from n;
         update site set clock_seq = 150000;
         commit;",
        START.0
    ))
    .expect("it runs");
    let times = ReplyTimes::default();
    let said = times.of(&store, &key, START.plus(10 * MINUTE)).await.expect("a reply time");
    assert_eq!((said.sample, said.unanswered), (100_000, 50_000));
    ask(&store, &key, 1, START.plus(10 * MINUTE), None).await;
    // What is kept is small however much was heard, and one question more is one event more.
    let again = std::time::Instant::now();
    let said = times.of(&store, &key, START.plus(10 * MINUTE)).await.expect("a reply time");
    assert_eq!(said.sample, 100_001);
    assert!(again.elapsed() < std::time::Duration::from_millis(500), "{:?}", again.elapsed());
    times.keep_all(&store, START.plus(12 * MINUTE)).await.expect("kept");
    let (state, through) = store.clock_snapshot(&key).await.expect("an answer").expect("a snapshot");
    assert_eq!(through, 150_001);
    assert!(state.len() < 300_000, "{} bytes", state.len());
}
