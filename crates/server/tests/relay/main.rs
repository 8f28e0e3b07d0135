//! The relay against real receivers: signatures, order, retries, replies, and where it refuses to go.

mod receiver;

use std::time::Duration;

use pronto_protocol::frame::ServerFrame;
use pronto_protocol::id::{ConversationId, MessageId, Millis, SiteKey, VisitorId};
use pronto_protocol::model::{Author, Channel, Delivery, DeliveryState, SiteSettings, VisitorContext};
use pronto_server::bus::{Bus, Heard, Receiver as BusReceiver, Topic};
use pronto_server::relay::{RelayConfig, RelayHandle, spawn};
use pronto_server::store::{AppendMessage, Appended, Page, SessionOpening, Store, StoreUrl};

use self::receiver::{Answer, Receiver};

const SECRET: &str = "whsec_b25lIHNlY3JldCBvZiB0aGUgdGVzdHM=";
const OTHER_SECRET: &str = "whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhlIHRlc3Rz";
/// A test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

struct World {
    store: Store,
    bus: Bus,
    relay: Option<RelayHandle>,
    folder: tempfile::TempDir,
}

fn quick() -> RelayConfig {
    RelayConfig {
        allow_private: true,
        timeout: Duration::from_secs(2),
        retry_first: Duration::from_millis(20),
        retry_max: Duration::from_millis(80),
        ..RelayConfig::default()
    }
}

impl World {
    async fn new(config: RelayConfig) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = StoreUrl::Sqlite(folder.path().join("pronto.db"));
        let store = Store::open(&url).await.expect("it opens");
        let bus = Bus::new();
        let relay = Some(spawn(store.clone(), bus.clone(), config).expect("a relay"));
        Self { store, bus, relay, folder }
    }

    async fn site(&self, key: &str, backend: Option<&str>) -> SiteKey {
        let key = self.site_without_secret(key, backend).await;
        if self.store.webhook_secrets(&key).await.expect("a list").is_empty() {
            self.store.add_webhook_secret(&key, SECRET, Millis(1)).await.expect("a secret");
        }
        key
    }

    async fn site_without_secret(&self, key: &str, backend: Option<&str>) -> SiteKey {
        let key = SiteKey::new(key).expect("a key");
        let settings = SiteSettings {
            name: "Panificio".to_owned(),
            accent: "#a63c1f".to_owned(),
            look: None,
            greeting: String::new(),
            locale: "it".to_owned(),
            allowed_origins: Vec::new(),
            hours: None,
            backend_url: backend.map(str::to_owned),
            away: String::new(),
            billing: None,
            pre_chat: None,
            quick_replies: Vec::new(),
            shield: pronto_protocol::model::contact::Shield::Auto,
        };
        self.store.put_site(&key, &settings, false, Millis(1)).await.expect("a site");
        key
    }

    /// A conversation of a visitor of its own.
    async fn conversation(&self, site: &SiteKey) -> ConversationId {
        let name = format!("c-{site}");
        let mut secret = [0; 32];
        for (byte, letter) in secret.iter_mut().zip(name.bytes()) {
            *byte = letter;
        }
        let id = ConversationId::new(&name).expect("an id");
        let context = VisitorContext { locale: Some("it-IT".to_owned()), ..VisitorContext::default() };
        let visitor = VisitorId::new(format!("v-{site}")).expect("an id");
        let opening = self.store.open_session(site, secret, visitor, id.clone(), &context, Millis(1)).await;
        assert!(matches!(opening, Ok(SessionOpening::Opened(_))), "{opening:?}");
        id
    }

    async fn write(&self, to: &ConversationId, id: &str) {
        let message = AppendMessage {
            conversation_id: to.clone(),
            message_id: MessageId::new(id).expect("an id"),
            author: Author::Visitor,
            author_name: None,
            agent_id: None,
            channel: Channel::Widget,
            body: format!("ciao {id}"),
            quick_replies: Vec::new(),
            attachments: Vec::new(),
            now: now(),
            promise: None,
            away: None,
            asks: false,
        };
        let appended = self.store.append(message).await;
        assert!(matches!(appended, Ok(Appended::Stored(_))), "{appended:?}");
    }

    /// The deliveries of a site in this state, once there are `count` of them; oldest first.
    async fn deliveries(&self, site: &SiteKey, state: DeliveryState, count: usize) -> Vec<Delivery> {
        let look = async {
            loop {
                let mut found = self.store.deliveries(site, state).await.expect("a list");
                if found.len() >= count {
                    found.reverse();
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, look).await.expect("the deliveries come to this")
    }

    /// What went wrong with the oldest delivery that waits, once something did.
    async fn error(&self, site: &SiteKey) -> String {
        let look = async {
            loop {
                if let Some(error) = self.deliveries(site, DeliveryState::Pending, 1).await[0].error.clone() {
                    return error;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, look).await.expect("something goes wrong")
    }

    async fn end(mut self) {
        if let Some(relay) = self.relay.take() {
            relay.stop().await;
        }
        self.store.close().await;
        drop(self.folder);
    }
}

fn now() -> Millis {
    let since = std::time::UNIX_EPOCH.elapsed().expect("a clock after 1970");
    Millis(i64::try_from(since.as_millis()).expect("a clock before the end of time"))
}

async fn hear(receiver: &mut BusReceiver) -> ServerFrame {
    match tokio::time::timeout(PATIENCE, receiver.recv()).await.expect("the bus says something") {
        Heard::Frame(published) => published.frame.clone(),
        Heard::Lagged => panic!("nobody lags here"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_arrives_signed_and_is_reported_as_delivered() {
    let world = World::new(quick()).await;
    let mut backend = Receiver::start(&[SECRET], |_| Answer::status(204)).await;
    let site = world.site("shop", Some(&backend.url)).await;
    let conversation = world.conversation(&site).await;
    let mut visitor = world.bus.subscribe([Topic::Conversation(conversation.clone())]);
    world.write(&conversation, "m1").await;

    let received = backend.next().await;
    assert!(received.verified);
    assert_eq!((received.event.kind.as_str(), &received.event.data.site), ("message.created", &site));
    let message = received.event.data.message;
    assert_eq!((message.message_id.as_str(), message.body.as_str(), message.seq), ("m1", "ciao m1", 1));
    assert_eq!(received.event.data.context.locale.as_deref(), Some("it-IT"));
    let at: jiff::Timestamp = received.event.timestamp.parse().expect("RFC 3339");
    assert_eq!(at.as_millisecond(), message.created_at.0);
    let delivered = world.deliveries(&site, DeliveryState::Delivered, 1).await;
    assert_eq!((delivered[0].delivery_id.as_str(), delivered[0].attempts), (received.id.as_str(), 1));
    match hear(&mut visitor).await {
        ServerFrame::Receipts(told) => assert_eq!((told.receipts.delivered, told.receipts.read), (1, 0)),
        other => panic!("{other:?}"),
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_tried_again_under_the_same_id_and_in_order() {
    let world = World::new(quick()).await;
    let answer = |seen: usize| Answer::status(if seen < 3 { 500 } else { 200 });
    let mut backend = Receiver::start(&[SECRET], answer).await;
    let site = world.site("shop", Some(&backend.url)).await;
    let conversation = world.conversation(&site).await;
    for id in ["m1", "m2", "m3"] {
        world.write(&conversation, id).await;
    }
    let mut order = Vec::new();
    let mut ids = Vec::new();
    for _ in 0..6 {
        let received = backend.next().await;
        assert!(received.verified);
        order.push(received.event.data.message.message_id.as_str().to_owned());
        ids.push(received.id);
    }
    assert_eq!(order, ["m1", "m1", "m1", "m1", "m2", "m3"]);
    assert!(ids[..4].iter().all(|id| *id == ids[0]) && ids[4] != ids[0] && ids[5] != ids[4]);
    let delivered = world.deliveries(&site, DeliveryState::Delivered, 3).await;
    assert_eq!(delivered.iter().map(|delivery| delivery.attempts).collect::<Vec<_>>(), [4, 1, 1]);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_backend_holds_up_nobody_elses() {
    let world = World::new(quick()).await;
    // One that takes connections and never answers, and one where nobody listens.
    let mute = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let hanging = format!("http://{}/", mute.local_addr().expect("an address"));
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let refusing = format!("http://{}/", closed.local_addr().expect("an address"));
    drop(closed);
    let mut backend = Receiver::start(&[SECRET], |_| Answer::status(200)).await;
    let hangs = world.site("hangs", Some(&hanging)).await;
    let refuses = world.site("refuses", Some(&refusing)).await;
    let works = world.site("works", Some(&backend.url)).await;
    let mut conversations = Vec::new();
    for site in [&hangs, &refuses, &works] {
        conversations.push(world.conversation(site).await);
    }
    let began = std::time::Instant::now();
    for n in 0..20 {
        for conversation in &conversations {
            world.write(conversation, &format!("m{n}")).await;
        }
    }
    for n in 0..20 {
        let received = backend.next().await;
        assert_eq!(received.event.data.message.message_id.as_str(), format!("m{n}"));
    }
    // The backend that hangs has not even timed out once.
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(world.deliveries(&works, DeliveryState::Delivered, 20).await.len(), 20);
    assert_eq!(world.deliveries(&refuses, DeliveryState::Pending, 20).await.len(), 20);
    let error = world.error(&refuses).await;
    assert!(error.starts_with("The backend could not be reached"), "{error}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_up_is_parked_and_can_be_sent_again() {
    let world = World::new(RelayConfig { give_up_after: Duration::from_millis(100), ..quick() }).await;
    let mut backend =
        Receiver::start(&[SECRET], |seen| Answer::status(if seen < 200 { 503 } else { 200 })).await;
    let site = world.site("shop", Some(&backend.url)).await;
    let conversation = world.conversation(&site).await;
    world.write(&conversation, "m1").await;
    let parked = world.deliveries(&site, DeliveryState::Parked, 1).await;
    assert_eq!(parked[0].error.as_deref(), Some("The backend answered 503."));
    assert!(parked[0].attempts > 1, "{}", parked[0].attempts);

    backend.answer_all(200);
    assert_eq!(world.store.retry_delivery(&site, &parked[0].delivery_id, now()).await, Ok(true));
    let delivered = world.deliveries(&site, DeliveryState::Delivered, 1).await;
    assert_eq!(delivered[0].delivery_id, parked[0].delivery_id);
    let counters = world.relay.as_ref().expect("it runs").counters();
    let count = |counter: &std::sync::atomic::AtomicU64| counter.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!((count(&counters.delivered), count(&counters.parked)), (1, 1));
    assert_eq!(count(&counters.failed), u64::from(parked[0].attempts) - 1);
    // The backend saw every attempt.
    for _ in 0..=parked[0].attempts {
        assert_eq!(backend.next().await.id, parked[0].delivery_id.as_str());
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_in_the_answer_is_stored_once_and_told() {
    let world = World::new(quick()).await;
    let body = r#"{"reply":{"message_id":"r1","body":"Sì, alle otto.","author":"bot","author_name":"Forno"},"more":1}"#;
    let mut backend = Receiver::start(&[SECRET], move |_| Answer::body(200, body)).await;
    let site = world.site("shop", Some(&backend.url)).await;
    let conversation = world.conversation(&site).await;
    let mut agents = world.bus.subscribe([Topic::Site(site.clone())]);
    world.write(&conversation, "m1").await;
    // The backend answers the second message with the same reply: it is there already.
    world.write(&conversation, "m2").await;
    backend.next().await;
    backend.next().await;
    let delivered = world.deliveries(&site, DeliveryState::Delivered, 2).await;
    assert!(delivered.iter().all(|delivery| delivery.error.is_none()), "{delivered:?}");
    let messages = world.store.messages(&conversation, Page::Last, 9).await.expect("a page");
    let replies: Vec<_> = messages.iter().filter(|message| message.message_id.as_str() == "r1").collect();
    assert_eq!(replies.len(), 1);
    assert_eq!((replies[0].author, replies[0].channel), (Author::Bot, Channel::Api));
    assert_eq!(
        (replies[0].author_name.as_deref(), replies[0].body.as_str()),
        (Some("Forno"), "Sì, alle otto.")
    );
    match hear(&mut agents).await {
        ServerFrame::Message(message) => assert_eq!(message.message_id.as_str(), "r1"),
        other => panic!("{other:?}"),
    }
    match hear(&mut agents).await {
        ServerFrame::Conversation(row) => {
            assert_eq!(row.conversation.conversation_id, conversation);
            assert!(row.waiting_since.is_some(), "a bot's answer leaves the visitor waiting");
        }
        other => panic!("{other:?}"),
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_no_reply_are_taken_and_named() {
    let world = World::new(quick()).await;
    let long = "x".repeat(70_000);
    let cases = [
        ("empty", String::new(), None),
        ("ok", "OK".to_owned(), None),
        ("object", r#"{"fine":true}"#.to_owned(), None),
        ("broken", r#"{"reply":{"#.to_owned(), Some("The backend's answer is not a reply that can be read.")),
        ("long", long, Some("The backend's answer is longer than 64 KB and was not read.")),
        (
            "visitor",
            r#"{"reply":{"message_id":"r1","body":"x","author":"visitor"}}"#.to_owned(),
            Some("The reply's author can only be agent or bot."),
        ),
        ("blank", r#"{"reply":{"message_id":"r1","body":"  "}}"#.to_owned(), Some("The reply has no words.")),
        (
            "reused",
            r#"{"reply":{"message_id":"m1","body":"x"}}"#.to_owned(),
            Some("The reply's id stands for other words."),
        ),
    ];
    for (name, body, expected) in cases {
        let backend = Receiver::start(&[SECRET], move |_| Answer::body(200, &body)).await;
        let site = world.site(name, Some(&backend.url)).await;
        let conversation = world.conversation(&site).await;
        world.write(&conversation, "m1").await;
        let delivered = world.deliveries(&site, DeliveryState::Delivered, 1).await;
        assert_eq!(delivered[0].error.as_deref(), expected, "{name}");
        assert_eq!(
            world.store.messages(&conversation, Page::Last, 9).await.expect("a page").len(),
            1,
            "{name}"
        );
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_rotated_without_a_gap() {
    let world = World::new(quick()).await;
    let mut old = Receiver::start(&[SECRET], |_| Answer::status(200)).await;
    let mut new = Receiver::start(&[OTHER_SECRET], |_| Answer::status(200)).await;
    let site = world.site("shop", Some(&old.url)).await;
    let conversation = world.conversation(&site).await;
    world.store.add_webhook_secret(&site, OTHER_SECRET, Millis(2)).await.expect("a secret");
    // While two live, who knows either can verify.
    world.write(&conversation, "m1").await;
    let received = old.next().await;
    assert!(received.verified);
    assert_eq!(received.signatures, 2);
    world.site("shop", Some(&new.url)).await;
    world.write(&conversation, "m2").await;
    assert!(new.next().await.verified);
    // A third ends the first.
    world
        .store
        .add_webhook_secret(&site, "whsec_dGhlIHRoaXJkIHNlY3JldA==", Millis(3))
        .await
        .expect("a secret");
    world.site("shop", Some(&old.url)).await;
    world.write(&conversation, "m3").await;
    assert!(!old.next().await.verified);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn private_addresses_other_schemes_and_redirects_are_refused() {
    let guarded = World::new(RelayConfig { allow_private: false, ..quick() }).await;
    let mut backend = Receiver::start(&[SECRET], |_| Answer::redirect("http://127.0.0.1:1/")).await;
    let port = backend.url.trim_end_matches("/hook").rsplit(':').next().expect("a port").to_owned();
    const PRIVATE: &str =
        "The backend's address is not a public one; the operator has to allow private addresses.";
    for (name, url, expected) in [
        ("literal", backend.url.clone(), PRIVATE),
        ("name", format!("http://localhost:{port}/hook"), PRIVATE),
        ("mapped", format!("http://[::ffff:127.0.0.1]:{port}/hook"), PRIVATE),
        ("decimal", format!("http://2130706433:{port}/hook"), PRIVATE),
        ("metadata", "http://169.254.169.254/latest".to_owned(), PRIVATE),
        (
            "scheme",
            "file:///etc/passwd".to_owned(),
            "The backend's address must begin with https:// or http://.",
        ),
    ] {
        let site = guarded.site(name, Some(&url)).await;
        let conversation = guarded.conversation(&site).await;
        guarded.write(&conversation, "m1").await;
        assert_eq!(guarded.error(&site).await, expected, "{name}");
    }
    assert!(backend.has_nothing(), "nothing was sent");
    guarded.end().await;

    let world = World::new(quick()).await;
    let site = world.site("shop", Some(&backend.url)).await;
    let conversation = world.conversation(&site).await;
    world.write(&conversation, "m1").await;
    backend.next().await;
    backend.next().await;
    assert_eq!(world.error(&site).await, "The backend answered 307; redirects are not followed.");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_process_takes_up_what_the_former_left() {
    let mut world = World::new(quick()).await;
    let site = world.site("shop", Some("http://127.0.0.1:1/")).await;
    let conversation = world.conversation(&site).await;
    world.write(&conversation, "m1").await;
    world.relay.take().expect("it runs").stop().await;
    // As if it had been killed with a request under way.
    let far = now().plus(3_600_000);
    world.store.claim_delivery(&site, far, far.plus(3_600_000)).await.expect("a claim");
    let mut backend = Receiver::start(&[SECRET], |_| Answer::status(200)).await;
    world.site("shop", Some(&backend.url)).await;
    world.relay = Some(spawn(world.store.clone(), world.bus.clone(), quick()).expect("a relay"));
    assert_eq!(backend.next().await.event.data.message.message_id.as_str(), "m1");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_address_it_is_parked_and_without_a_secret_it_waits() {
    let world = World::new(quick()).await;
    let mut backend = Receiver::start(&[SECRET], |_| Answer::status(500)).await;
    let site = world.site_without_secret("shop", Some(&backend.url)).await;
    let conversation = world.conversation(&site).await;
    world.write(&conversation, "m1").await;
    let error = world.error(&site).await;
    assert_eq!(error, "The site has no signing secret: make one.");
    assert!(backend.has_nothing(), "nothing is sent unsigned");
    world.site("shop", Some(&backend.url)).await;
    assert!(backend.next().await.verified);
    world.site("shop", None).await;
    let parked = world.deliveries(&site, DeliveryState::Parked, 1).await;
    assert_eq!(parked[0].error.as_deref(), Some("The site has no backend address any more."));
    world.end().await;
}
