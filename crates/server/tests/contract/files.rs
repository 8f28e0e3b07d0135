//! Files that go with messages: begun and carried once, given up, linked to, and gone with their conversation.

use pronto_protocol::id::{AttachmentId, ConversationId, Millis};
use pronto_protocol::model::{Author, Message, Side};
use pronto_server::files::{Looked, kind};
use pronto_server::store::{
    AppendMessage, Appended, Erasing, Erasure, Linked, NewAttachment, Page, UNSENT_MS, UploadBegun,
};

use super::world::{World, message, secret};

pub(crate) fn attachment_id(name: &str) -> AttachmentId {
    AttachmentId::new(name).expect("an id")
}

fn new(to: &ConversationId, side: Side, name: &str, now: i64) -> NewAttachment {
    NewAttachment {
        conversation_id: to.clone(),
        attachment_id: attachment_id(name),
        file_id: format!("file-of-{to}-{name}"),
        side,
        name: format!("{name}.html"),
        bytes: 100,
        site_bytes: 1_000,
        now: Millis(now),
    }
}

fn carrying(to: &ConversationId, author: Author, id: &str, files: &[&str]) -> AppendMessage {
    let attachments = files.iter().map(|name| attachment_id(name)).collect();
    AppendMessage { attachments, ..message(to, author, id, "", 50) }
}

impl World {
    async fn begin(&self, new: NewAttachment) -> UploadBegun {
        self.store.begin_upload(new).await.expect("the store answers")
    }

    /// An upload that is whole.
    async fn uploaded(&self, to: &ConversationId, side: Side, name: &str, now: i64) {
        assert!(matches!(self.begin(new(to, side, name, now)).await, UploadBegun::New(_)), "{name}");
        let looked = Looked { kind: &kind::TEXT, bytes: 90, size: None };
        let row = self.store.finish_upload(to, &attachment_id(name), looked).await.expect("an answer");
        assert!(row.is_some_and(|row| row.whole.is_some()), "{name}");
    }
}

fn files_of(message: &Message) -> Vec<(&str, &str, u64)> {
    let files = message.attachments.iter();
    files.map(|file| (file.name.as_str(), file.media_type.as_str(), file.bytes)).collect()
}

pub(crate) async fn an_upload_is_begun_once_and_carried_once(world: World) {
    let site = world.site("shop", Some("https://shop.example/hook")).await;
    let (ana, bo) = (world.conversation(&site, "ana", 1).await, world.conversation(&site, "bo", 1).await);
    let first = match world.begin(new(&ana, Side::Visitor, "a", 2)).await {
        UploadBegun::New(row) => row,
        other => panic!("it did not begin: {other:?}"),
    };
    // The folder's name is the first one's, whoever asks again.
    let again = NewAttachment { file_id: "another".into(), ..new(&ana, Side::Visitor, "a", 3) };
    assert_eq!(world.begin(again).await, UploadBegun::Before(first));
    let other = NewAttachment { bytes: 99, ..new(&ana, Side::Visitor, "a", 3) };
    assert_eq!(world.begin(other).await, UploadBegun::IdReused);
    assert_eq!(world.begin(new(&ana, Side::Business, "a", 3)).await, UploadBegun::IdReused);
    let nowhere = ConversationId::new("nowhere").expect("an id");
    assert_eq!(world.begin(new(&nowhere, Side::Visitor, "a", 3)).await, UploadBegun::NoConversation);
    let large = NewAttachment { bytes: 901, ..new(&ana, Side::Visitor, "b", 3) };
    assert_eq!(world.begin(large).await, UploadBegun::SiteFull);

    // Not whole, of the other side, of another conversation, twice: the message is refused, and nothing of it stays.
    world.uploaded(&ana, Side::Visitor, "b", 4).await;
    world.uploaded(&ana, Side::Business, "c", 4).await;
    world.uploaded(&bo, Side::Visitor, "d", 4).await;
    for files in [["a"].as_slice(), &["b", "c"], &["d"], &["b", "b"], &["nothing"]] {
        let refused = world.append(carrying(&ana, Author::Visitor, "m1", files)).await;
        assert_eq!(refused, Appended::AttachmentMissing, "{files:?}");
    }
    assert_eq!(world.store.messages(&ana, Page::After(0), 10).await, Ok(Vec::new()));

    world.uploaded(&ana, Side::Visitor, "e", 5).await;
    let stored = match world.append(carrying(&ana, Author::Visitor, "m1", &["e", "b"])).await {
        Appended::Stored(message) => message,
        other => panic!("it was not stored: {other:?}"),
    };
    assert_eq!(files_of(&stored), [("e.html.txt", "text/plain", 90), ("b.html.txt", "text/plain", 90)]);
    // Sent again it is the same one, in every place where messages are read; with other files it is another.
    assert_eq!(
        world.append(carrying(&ana, Author::Visitor, "m1", &["e", "b"])).await,
        Appended::Again(stored.clone())
    );
    assert_eq!(world.append(carrying(&ana, Author::Visitor, "m1", &["e"])).await, Appended::IdReused);
    assert_eq!(
        world.append(carrying(&ana, Author::Visitor, "m2", &["b"])).await,
        Appended::AttachmentMissing
    );
    world.say(&ana, Author::Agent, "m3", 60).await;
    let page = world.store.messages(&ana, Page::Last, 10).await.expect("messages");
    assert_eq!(page.first(), Some(&stored));
    assert_eq!(page.last().map(|message| message.attachments.len()), Some(0));
    let row = world.store.inbox_conversation(&bo, Millis(70)).await.expect("a row").expect("bo's");
    assert_eq!(row.last_message, None);
    assert!(matches!(world.append(carrying(&bo, Author::Visitor, "m1", &["d"])).await, Appended::Stored(_)));
    let row = world.store.inbox_conversation(&bo, Millis(70)).await.expect("a row").expect("bo's");
    let last = row.last_message.expect("a message");
    assert_eq!(files_of(&last), [("d.html.txt", "text/plain", 90)]);
    assert_eq!(world.append(carrying(&bo, Author::Visitor, "m2", &[])).await, Appended::BodyEmpty);
    // What a message carries can no longer be given up.
    assert_eq!(world.store.drop_upload(&ana, &attachment_id("b"), Millis(80)).await, Ok(false));
}

pub(crate) async fn what_nobody_sent_is_given_up_and_an_erasure_takes_all(world: World) {
    let site = world.site("shop", None).await;
    let (ana, bo) = (world.conversation(&site, "ana", 1).await, world.conversation(&site, "bo", 1).await);
    for (to, name) in [(&ana, "sent"), (&ana, "old"), (&ana, "dropped"), (&bo, "his")] {
        world.uploaded(to, Side::Visitor, name, 10).await;
    }
    world.append(carrying(&ana, Author::Visitor, "m1", &["sent"])).await;
    world.append(carrying(&bo, Author::Visitor, "m1", &["his"])).await;
    assert_eq!(world.store.drop_upload(&ana, &attachment_id("dropped"), Millis(20)).await, Ok(true));
    assert_eq!(world.store.removed_files().await, Ok(vec!["file-of-ana-dropped".to_owned()]));
    assert_eq!(world.store.drop_unsent(Millis(10 + UNSENT_MS)).await, Ok(0));
    assert_eq!(world.store.drop_unsent(Millis(11 + UNSENT_MS)).await, Ok(1));
    assert_eq!(world.store.attachment(&ana, &attachment_id("old")).await, Ok(None));

    world.uploaded(&ana, Side::Business, "draft", 30).await;
    let erasing = Erasing { reference: "R".into(), fresh_key: "K".into(), now: Millis(40 + UNSENT_MS) };
    let Ok(Erasure::Now { receipt, .. }) = world.store.erase(secret("ana"), erasing).await else {
        panic!("nothing was erased")
    };
    assert_eq!(receipt.erased.files, 2);
    assert_eq!(world.store.is_genuine(receipt).await, Ok(true));
    let mut removed = world.store.removed_files().await.expect("files");
    removed.sort();
    assert_eq!(removed, ["file-of-ana-draft", "file-of-ana-dropped", "file-of-ana-old", "file-of-ana-sent"]);
    // They are looked for a while longer, and then forgotten.
    let hour = 60 * 60 * 1000;
    let at = |ms| Millis(40 + UNSENT_MS + ms);
    world.store.forget_removed(removed.clone(), at(hour)).await.expect("an answer");
    assert_eq!(world.store.removed_files().await.map(|files| files.len()), Ok(2));
    world.store.forget_removed(removed, at(hour + 1)).await.expect("an answer");
    assert_eq!(world.store.removed_files().await, Ok(Vec::new()));
    assert!(matches!(world.store.attachment(&bo, &attachment_id("his")).await, Ok(Some(_))));
}

pub(crate) async fn a_link_opens_one_file_until_its_time(world: World) {
    let site = world.site("shop", None).await;
    let ana = world.conversation(&site, "ana", 1).await;
    world.uploaded(&ana, Side::Visitor, "a", 10).await;
    world.uploaded(&ana, Side::Visitor, "b", 10).await;
    let row = world.store.attachment(&ana, &attachment_id("a")).await.expect("an answer").expect("a");
    let url = row.whole.and_then(|file| file.url).expect("a link");
    let (file, proof) = url.strip_prefix("/files/").and_then(|rest| rest.split_once('?')).expect("a link");
    let (until, sig) = proof.split_once("&sig=").expect("a proof");
    let until: i64 = until.trim_start_matches("until=").parse().expect("seconds");
    let open = async |file: &str, until: i64, sig: &str, now: i64| {
        world.store.linked(file, until, sig, Millis(now)).await.expect("the store answers")
    };
    let now = pronto_server::clock::now().0;
    let day = 24 * 60 * 60 * 1000;
    assert!((day..=2 * day).contains(&(until * 1000 - now)));
    assert!(matches!(open(file, until, sig, until * 1000).await, Linked::File { .. }));
    assert_eq!(open(file, until, sig, until * 1000 + 1000).await, Linked::Over);
    assert_eq!(open(file, until + 1, sig, now).await, Linked::Nothing);
    assert_eq!(open("file-of-ana-b", until, sig, now).await, Linked::Nothing);
    assert_eq!(open(file, until, "", now).await, Linked::Nothing);
    assert_eq!(open(file, until, &sig.to_lowercase(), now).await, Linked::Nothing);
}
