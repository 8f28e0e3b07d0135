//! Answers by e-mail: the address, what is queued for it and when, and the links in a mail.

use pronto_protocol::id::{ConversationId, Millis, VisitorId};
use pronto_protocol::model::{Author, Channel, DeliveryState, Receipts, Side};
use pronto_server::store::{DeliveryResult, MailClaim, MailLink, OutboundMail, OutboxCounts, Resumed};

use super::world::{MAIL_AFTER, World, secret, site_key};

const EXPIRES: i64 = 50_000;

fn link(name: &str) -> MailLink {
    let stop = secret(&format!("stop {name}"));
    MailLink { resume: secret(name), stop, expires_at: Millis(EXPIRES) }
}

impl World {
    /// A visitor who left an address, their conversation, and their question at 10.
    async fn asked(&self, name: &str) -> ConversationId {
        let site = self.site("shop", None).await;
        let conversation = self.conversation(&site, name, 1).await;
        self.address(name, Some("ana@posta.example")).await;
        self.say(&conversation, Author::Visitor, "q", 10).await;
        conversation
    }

    async fn address(&self, name: &str, email: Option<&str>) {
        self.store.set_email(&visitor(name), email.map(str::to_owned)).await.expect("an answer");
    }

    async fn mail(&self, now: i64) -> MailClaim {
        self.mail_with(&format!("l{now}"), now).await
    }

    async fn mail_with(&self, name: &str, now: i64) -> MailClaim {
        self.store.claim_mail(link(name), Millis(now), Millis(now + 50)).await.expect("the store answers")
    }

    async fn mailed(&self, now: i64) -> OutboundMail {
        match self.mail(now).await {
            MailClaim::Yours(mail) => *mail,
            other => panic!("no mail at {now}: {other:?}"),
        }
    }

    async fn mail_ended(&self, mail: &OutboundMail, result: DeliveryResult) {
        self.store.delivery_result(&mail.delivery.delivery_id, result).await.expect("the store answers");
    }

    async fn reached(&self, conversation: &ConversationId, delivered: u64) {
        let receipts = Receipts { delivered, read: 0 };
        self.store.set_receipts(conversation, Side::Visitor, receipts, Millis(9)).await.expect("an answer");
    }
}

fn words(mail: &OutboundMail) -> Vec<&str> {
    mail.answers.iter().map(|answer| answer.body.as_str()).collect()
}

fn visitor(name: &str) -> VisitorId {
    VisitorId::new(name).expect("an id")
}

pub(crate) async fn an_address_is_kept_and_taken_away(world: World) {
    let store = &world.store;
    let shop = world.site("shop", None).await;
    let conversation = world.conversation(&shop, "ana", 1).await;
    world.conversation(&shop, "bo", 1).await;
    let set = async |name: &str, email: Option<&str>| {
        store.set_email(&visitor(name), email.map(str::to_owned)).await.expect("an answer")
    };
    let kept = async |name: &str| store.email(&visitor(name)).await.expect("an answer");
    let shown = async || {
        store.inbox_conversation(&conversation, Millis(0)).await.expect("an answer").expect("a row").email
    };
    assert_eq!((kept("ana").await, shown().await), (None, None));
    assert!(!set("ana", None).await);
    assert!(set("ana", Some("ana@posta.example")).await);
    assert!(!set("ana", Some("ana@posta.example")).await);
    let email = Some("ana@posta.example".to_owned());
    assert_eq!((kept("ana").await, shown().await, kept("bo").await), (email.clone(), email, None));
    assert!(set("ana", None).await);
    assert_eq!((kept("ana").await, shown().await), (None, None));
    assert!(!set("nobody", Some("x@posta.example")).await);
    assert_eq!(kept("nobody").await, None);

    assert!(set("ana", Some("ana@posta.example")).await);
    store.end_session(secret("bo"), Millis(5)).await.expect("an answer");
    assert!(kept("ana").await.is_some());
    store.end_session(secret("ana"), Millis(5)).await.expect("an answer");
    assert_eq!((kept("ana").await, shown().await), (None, None));
}

pub(crate) async fn one_mail_for_all_that_was_answered_within_the_delay(world: World) {
    let conversation = world.asked("ana").await;
    assert_eq!(world.mail(1_000).await, MailClaim::Nothing);
    world.say(&conversation, Author::Bot, "soon", 15).await;
    world.say(&conversation, Author::Agent, "yes", 20).await;
    world.say(&conversation, Author::Visitor, "late", 25).await;
    world.say(&conversation, Author::Agent, "till-seven", 30).await;
    assert_eq!(world.mail(20 + MAIL_AFTER - 1).await, MailClaim::NotBefore(Millis(20 + MAIL_AFTER)));
    let mail = world.mailed(20 + MAIL_AFTER).await;
    assert_eq!((words(&mail), mail.more, mail.earlier.len()), (vec!["yes", "till-seven"], false, 0));
    assert_eq!((mail.email.as_str(), mail.context.locale.as_deref()), ("ana@posta.example", Some("it-IT")));
    assert_eq!((mail.site.key.as_str(), mail.delivery.attempts), ("shop", 0));
    assert_eq!((mail.since_at, mail.delivery.channel), (Millis(20 + MAIL_AFTER), Channel::Email));
    // Nobody else sends it meanwhile, and what is answered now is for the next.
    world.say(&conversation, Author::Agent, "or-eight", 125).await;
    assert_eq!(world.mail(125).await, MailClaim::NotBefore(Millis(170)));
    // A claim that ran out is taken over: the same mail.
    let again = world.mailed(170).await;
    assert_eq!((&again.delivery.delivery_id, words(&again)), (&mail.delivery.delivery_id, words(&mail)));
    let retry = DeliveryResult::Retry { next_at: Millis(400), error: "It was down.".to_owned() };
    world.mail_ended(&again, retry).await;
    let next = world.mailed(230).await;
    assert_eq!(words(&next), ["or-eight"]);
    world.mail_ended(&next, DeliveryResult::Delivered(None)).await;
    assert_eq!(world.mail(399).await, MailClaim::NotBefore(Millis(400)));
    let third = world.mailed(400).await;
    assert_eq!((words(&third), third.delivery.attempts), (words(&mail), 1));
    assert_eq!(third.earlier, [next.delivery.delivery_id]);
    world.mail_ended(&third, DeliveryResult::Delivered(None)).await;
    assert_eq!(world.mail(9_000).await, MailClaim::Nothing);
}

pub(crate) async fn no_mail_for_who_has_it_or_wants_none(world: World) {
    let due = 20 + MAIL_AFTER;
    let conversation = world.asked("ana").await;
    world.say(&conversation, Author::Agent, "yes", 20).await;
    world.reached(&conversation, 2).await;
    assert_eq!(world.mail(due).await, MailClaim::Nothing);

    // Of two answers one had arrived.
    world.say(&conversation, Author::Agent, "till-seven", 20).await;
    world.say(&conversation, Author::Agent, "or-eight", 20).await;
    world.reached(&conversation, 3).await;
    let mail = world.mailed(due).await;
    assert_eq!(words(&mail), ["or-eight"]);
    let retry = DeliveryResult::Retry { next_at: Millis(200), error: "It was down.".to_owned() };
    world.mail_ended(&mail, retry).await;
    world.reached(&conversation, 4).await;
    assert_eq!(world.mail(200).await, MailClaim::Nothing);

    world.say(&conversation, Author::Agent, "come", 220).await;
    world.address("ana", None).await;
    assert_eq!(world.mail(900).await, MailClaim::Nothing);
    world.say(&conversation, Author::Agent, "come-soon", 1_000).await;
    assert_eq!(world.mail(1_900).await, MailClaim::Nothing);

    world.address("ana", Some("ana@posta.example")).await;
    world.say(&conversation, Author::Agent, "come-now", 2_000).await;
    world.store.set_blocked(&conversation, true, Millis(2_010)).await.expect("an answer");
    assert_eq!(world.mail(2_900).await, MailClaim::Nothing);
    world.store.set_blocked(&conversation, false, Millis(3_000)).await.expect("an answer");
    world.say(&conversation, Author::Agent, "welcome", 3_000).await;
    world.address("ana", Some("ana@altra.example")).await;
    assert_eq!(world.mailed(3_900).await.email, "ana@altra.example");
}

pub(crate) async fn a_mail_that_was_given_up_is_listed_and_sent_again(world: World) {
    let site = site_key("shop");
    let conversation = world.asked("ana").await;
    world.say(&conversation, Author::Agent, "yes", 20).await;
    let mail = world.mailed(500).await;
    // A process that has the file to itself takes up what the former one held; on a server others may hold it.
    world.store.release_claims(Channel::Api).await.expect("an answer");
    assert_eq!(world.mail(501).await, MailClaim::NotBefore(Millis(550)));
    world.store.release_claims(Channel::Email).await.expect("an answer");
    world.mailed(550).await;
    world.mail_ended(&mail, DeliveryResult::Parked { error: "No such mailbox.".to_owned() }).await;
    assert_eq!(world.mail(9_000).await, MailClaim::Nothing);
    let parked = world.store.deliveries(&site, DeliveryState::Parked).await.expect("a list");
    let shown: Vec<_> =
        parked.iter().map(|d| (d.channel, d.error.as_deref(), d.message_id.as_str())).collect();
    assert_eq!(shown, [(Channel::Email, Some("No such mailbox."), "yes")]);
    assert_eq!(world.store.outbox_counts().await, Ok(OutboxCounts { pending: 0, parked: 1 }));
    let id = &mail.delivery.delivery_id;
    assert_eq!(world.store.retry_delivery(&site, id, Millis(10_000)).await, Ok(true));
    // A mail that waits is no work for the backend's relay.
    assert_eq!(world.store.sites_with_deliveries().await, Ok(Vec::new()));
    let again = world.mailed(10_000).await;
    assert_eq!((again.since_at, words(&again)), (Millis(10_000), vec!["yes"]));
}

pub(crate) async fn a_long_batch_is_one_mail_that_says_there_is_more(world: World) {
    let conversation = world.asked("ana").await;
    for number in 0..55 {
        world.say(&conversation, Author::Agent, &format!("a{number}"), 20).await;
    }
    let mail = world.mailed(500).await;
    assert_eq!((mail.answers.len(), mail.more, words(&mail)[49]), (50, true, "a49"));
    world.mail_ended(&mail, DeliveryResult::Delivered(None)).await;
    assert_eq!(world.mail(900).await, MailClaim::Nothing);
    world.say(&conversation, Author::Agent, "last", 1_000).await;
    assert_eq!(words(&world.mailed(1_900).await), ["last"]);
}

pub(crate) async fn a_link_opens_its_conversation_once(world: World) {
    let (shop, other) = (site_key("shop"), world.site("other", None).await);
    let conversation = world.asked("ana").await;
    world.say(&conversation, Author::Agent, "yes", 20).await;
    let store = &world.store;
    let resume = async |site, name: &str, session: &str, now| {
        store.resume(site, secret(name), secret(session), Millis(now)).await.expect("an answer")
    };
    // Two tries of one mail: whichever arrived.
    let MailClaim::Yours(mail) = world.mail_with("one", 500).await else { panic!("no mail") };
    assert!(matches!(world.mail_with("two", 550).await, MailClaim::Yours(_)));
    world.mail_ended(&mail, DeliveryResult::Delivered(None)).await;
    assert_eq!(resume(&other, "two", "s1", 600).await, None);
    assert_eq!(resume(&shop, "none", "s1", 600).await, None);
    assert_eq!(resume(&shop, "two", "s1", EXPIRES).await, None);
    assert_eq!(store.visitor(secret("s1")).await, Ok(None));
    let (one, same) = tokio::join!(resume(&shop, "two", "s1", 600), resume(&shop, "two", "s2", 600));
    assert!(one.is_some() ^ same.is_some(), "one of two at once");
    let resumed = Resumed { visitor_id: visitor("ana"), conversation_id: conversation.clone() };
    assert_eq!(one.or(same), Some(resumed));
    assert_eq!(resume(&shop, "one", "s3", 601).await, None);
    let new = if store.visitor(secret("s1")).await == Ok(None) { "s2" } else { "s1" };
    for session in ["ana", new] {
        let row = store.visitor(secret(session)).await.expect("an answer").expect("a session");
        assert_eq!((row.visitor_id, row.site), (visitor("ana"), shop.clone()));
    }
}

pub(crate) async fn links_end_with_their_address(world: World) {
    let (shop, other) = (site_key("shop"), world.site("other", None).await);
    let conversation = world.asked("ana").await;
    let store = &world.store;
    let stop = async |site, name: &str| {
        store.stop_mail(site, secret(&format!("stop {name}"))).await.expect("an answer")
    };
    world.say(&conversation, Author::Agent, "yes", 20).await;
    world.mail_with("one", 500).await;
    // Whose mailbox it was nobody knows: what went there opens nothing once the address is another.
    world.address("ana", Some("ana@altra.example")).await;
    assert_eq!(store.resume(&shop, secret("one"), secret("s1"), Millis(510)).await, Ok(None));
    assert!(!stop(&shop, "one").await);
    assert_eq!(store.email(&visitor("ana")).await, Ok(Some("ana@altra.example".to_owned())));

    world.mail_with("two", 600).await;
    assert!(!stop(&other, "two").await);
    assert!(stop(&shop, "two").await);
    assert!(!stop(&shop, "two").await);
    assert_eq!(store.email(&visitor("ana")).await, Ok(None));
    assert_eq!(store.resume(&shop, secret("two"), secret("s1"), Millis(610)).await, Ok(None));

    // The link that takes the address away outlives the one that opens the conversation, but not for ever.
    world.address("ana", Some("ana@posta.example")).await;
    world.say(&conversation, Author::Agent, "come", 700).await;
    world.mail_with("three", 900).await;
    world.say(&conversation, Author::Agent, "come-on", 1_000).await;
    world.mail_with("four", 100 * 24 * 60 * 60 * 1000).await;
    assert!(!stop(&shop, "three").await);
    assert_eq!(store.email(&visitor("ana")).await, Ok(Some("ana@posta.example".to_owned())));
}
