//! Erasing a visitor: what goes, what stays, who is told, and the receipt.

use pronto_protocol::id::{ConversationId, Millis, SiteKey, VisitorId};
use pronto_protocol::model::yours::{Erased, ErasureReceipt, SetRating};
use pronto_protocol::model::{Author, Status};
use pronto_server::store::{Appended, Claim, Erasing, Erasure, Page, SessionOpening, Told};

use super::world::{World, conversation_id, message, opened, secret};

impl World {
    async fn erase(&self, who: &str, reference: &str, now: i64) -> Erasure {
        let (reference, fresh_key) = (reference.to_owned(), format!("key of {reference}"));
        let erasing = Erasing { reference, fresh_key, now: Millis(now) };
        self.store.erase(secret(who), erasing).await.expect("the store answers")
    }

    async fn open(&self, site: &SiteKey, who: &str, conversation: &str) -> SessionOpening {
        let (visitor, id) = (VisitorId::new("fresh").expect("an id"), conversation_id(conversation));
        let context = Default::default();
        let opening = self.store.open_session(site, secret(who), visitor, id, &context, Millis(2)).await;
        opening.expect("the store answers")
    }

    async fn hears(&self, site: &SiteKey, now: i64) -> Option<Told> {
        match self.store.claim_delivery(site, Millis(now), Millis(now + 1)).await.expect("an answer") {
            Claim::Yours(outbound) => Some(outbound.news),
            Claim::NotBefore(_) | Claim::Nothing => None,
        }
    }
}

fn now(erasure: Erasure) -> (ErasureReceipt, Vec<ConversationId>) {
    match erasure {
        Erasure::Now { receipt, conversations } => (receipt, conversations),
        other => panic!("nothing was erased: {other:?}"),
    }
}

pub(crate) async fn everything_of_one_visitor_goes_and_nothing_of_another(world: World) {
    let site = world.site("shop", Some("https://shop.example/hook")).await;
    let (ana, bo) = (world.conversation(&site, "ana", 1).await, world.conversation(&site, "bo", 1).await);
    let second = opened(world.open(&site, "ana", "ana-2").await);
    assert_eq!(second.conversations.len(), 2);
    world.store.set_email(&second.visitor_id, Some("ana@posta.example".into())).await.expect("kept");
    world.say(&ana, Author::Visitor, "m1", 10).await;
    world.say(&ana, Author::Agent, "m2", 20).await;
    world.say(&conversation_id("ana-2"), Author::Visitor, "m3", 30).await;
    world.say(&bo, Author::Visitor, "b1", 40).await;
    let before = world.store.turns(&site, Millis(0)).await.expect("turns");

    let (receipt, gone) = now(world.erase("ana", "R-1", 100).await);
    assert_eq!(gone, [conversation_id("ana"), conversation_id("ana-2")]);
    // m1 and m3 waited for the backend, and m2 for the mail.
    let erased = Erased {
        conversations: 2,
        messages: 3,
        emails: 1,
        contacts: 0,
        files: 0,
        sessions: 1,
        deliveries: 3,
    };
    assert_eq!((receipt.erased, receipt.erased_at), (erased, Millis(100)));
    for id in &gone {
        assert_eq!(world.store.conversation(id).await, Ok(None));
        assert_eq!(world.store.messages(id, Page::After(0), 10).await, Ok(Vec::new()));
        assert_eq!(
            world.append(message(id, Author::Agent, "late", "late", 110)).await,
            Appended::NoConversation
        );
    }
    assert_eq!(world.store.visitor(secret("ana")).await, Ok(None));
    assert_eq!(world.store.email(&receipt.visitor_id).await, Ok(None));
    assert_eq!(world.store.kept(&receipt.visitor_id).await.map(|kept| kept.is_none()), Ok(true));
    let left = world.store.messages(&bo, Page::After(0), 10).await.expect("messages");
    assert_eq!(left.len(), 1);

    // The reply clock keeps its questions; the one that ran is given up, not gone.
    let after = world.store.turns(&site, Millis(0)).await.expect("turns");
    assert_eq!(after.len(), before.len());
    let given_up: Vec<_> =
        after.iter().map(|turn| (turn.asked_at.0, turn.answered_at, turn.given_up_at)).collect();
    assert_eq!(given_up, [(10, Some(Millis(20)), None), (30, None, Some(Millis(100))), (40, None, None)]);

    // The backend hears of the others' messages, and of the erasure.
    assert!(
        matches!(world.hears(&site, 200).await, Some(Told::Message { message, .. }) if message.body == "b1")
    );
}

pub(crate) async fn a_second_time_gives_the_same_receipt_and_the_secrets_stay_ended(world: World) {
    let (site, other) = (world.site("shop", None).await, world.site("other", None).await);
    world.conversation(&site, "ana", 1).await;
    let (receipt, _) = now(world.erase("ana", "R-1", 100).await);
    assert_eq!(world.erase("ana", "R-2", 200).await, Erasure::Before(receipt.clone()));
    assert_eq!(world.erase("nobody", "R-3", 200).await, Erasure::Unknown);
    assert_eq!(world.store.is_erased(secret("ana")).await, Ok(true));
    assert_eq!(world.store.is_erased(secret("nobody")).await, Ok(false));
    assert_eq!(world.open(&site, "ana", "ana").await, SessionOpening::NotYours);
    assert_eq!(world.open(&site, "ana", "again").await, SessionOpening::NotYours);
    assert_eq!(world.open(&other, "ana", "again").await, SessionOpening::NotYours);
    // Who was only logged out has nothing erased by a secret that has ended.
    world.conversation(&site, "bo", 1).await;
    world.store.end_session(secret("bo"), Millis(5)).await.expect("ended");
    assert_eq!(world.erase("bo", "R-4", 300).await, Erasure::Unknown);
    assert!(world.store.conversation(&conversation_id("bo")).await.expect("an answer").is_some());
    assert_eq!(world.store.is_erased(secret("bo")).await, Ok(false));
}

pub(crate) async fn the_backend_is_told_once_and_in_its_turn(world: World) {
    let site = world.site("shop", Some("https://shop.example/hook")).await;
    let (_, bo) = (world.conversation(&site, "ana", 1).await, world.conversation(&site, "bo", 1).await);
    world.say(&bo, Author::Visitor, "b1", 10).await;
    let (receipt, _) = now(world.erase("ana", "R-1", 20).await);
    world.erase("ana", "R-2", 21).await;
    let mut heard = Vec::new();
    while let Claim::Yours(outbound) =
        world.store.claim_delivery(&site, Millis(50), Millis(60)).await.expect("an answer")
    {
        let delivered = pronto_server::store::DeliveryResult::Delivered(None);
        world.store.delivery_result(&outbound.delivery.delivery_id, delivered).await.expect("noted");
        heard.push(outbound.news);
    }
    assert!(matches!(heard.first(), Some(Told::Message { .. })), "{heard:?}");
    assert_eq!(heard.get(1..), Some([Told::Erased(receipt)].as_slice()));
}

pub(crate) async fn a_receipt_is_genuine_to_the_letter(world: World) {
    let site = world.site("shop", None).await;
    world.conversation(&site, "ana", 1).await;
    world.conversation(&site, "bo", 1).await;
    let (ana, _) = now(world.erase("ana", "R-1", 100).await);
    let (bo, _) = now(world.erase("bo", "R-2", 100).await);
    assert_ne!(ana.digest, bo.digest);
    let genuine = async |receipt: ErasureReceipt| world.store.is_genuine(receipt).await.expect("an answer");
    assert!(genuine(ana.clone()).await && genuine(bo.clone()).await);
    let more = Erased { messages: 7, ..ana.erased };
    for forged in [
        ErasureReceipt { erased: more, ..ana.clone() },
        ErasureReceipt { erased_at: Millis(101), ..ana.clone() },
        ErasureReceipt { digest: bo.digest, ..ana.clone() },
        ErasureReceipt { digest: "zz".into(), ..ana.clone() },
        ErasureReceipt { reference: "R-3".into(), ..ana },
    ] {
        assert!(!genuine(forged).await);
    }
}

pub(crate) async fn a_device_that_opens_meanwhile_is_erased_or_refused(world: World) {
    let site = world.site("shop", None).await;
    for round in 0..10 {
        let (name, other) = (format!("ana-{round}"), format!("more-{round}"));
        let id = world.conversation(&site, &name, 1).await;
        let reference = format!("R-{round}");
        let (opening, erasure, _) = tokio::join!(
            world.open(&site, &name, &other),
            world.erase(&name, &reference, 100),
            world.append(message(&id, Author::Visitor, "m", "m", 50)),
        );
        let (_, gone) = now(erasure);
        let both = matches!(opening, SessionOpening::Opened(_));
        assert_eq!(gone.len(), if both { 2 } else { 1 }, "{opening:?}");
        for id in [id, conversation_id(&other)] {
            assert_eq!(world.store.conversation(&id).await, Ok(None));
            assert_eq!(world.store.messages(&id, Page::Last, 10).await, Ok(Vec::new()));
        }
    }
}

pub(crate) async fn a_visitors_conversations_at_a_glance(world: World) {
    let site = world.site("shop", None).await;
    let first = world.conversation(&site, "ana", 1).await;
    let session = opened(world.open(&site, "ana", "second").await);
    opened(world.open(&site, "ana", "empty").await);
    let second = conversation_id("second");
    world.say(&second, Author::Visitor, "m1", 10).await;
    world.say(&first, Author::Visitor, "m2", 20).await;
    world.say(&first, Author::Agent, "m3", 30).await;
    world.say(&first, Author::Bot, "m4", 40).await;
    let talks = world.store.talks_of(&session.visitor_id).await.expect("an answer");
    let seen: Vec<_> = talks
        .iter()
        .map(|talk| {
            (talk.conversation.conversation_id.as_str(), talk.last_message.body.as_str(), talk.unread)
        })
        .collect();
    assert_eq!(seen, [("ana", "m4", 2), ("second", "m1", 0)]);
    for (but, unseen) in [(&first, 0), (&second, 2)] {
        assert_eq!(world.store.unseen(&session.visitor_id, but).await, Ok(unseen));
    }
    let kept = world.store.kept(&session.visitor_id).await.expect("an answer").expect("a visitor");
    assert_eq!((kept.messages, kept.conversations.len(), kept.sessions.len()), (4, 3, 1));
    assert_eq!(kept.conversations[0].1.locale.as_deref(), Some("it-IT"));
}

pub(crate) async fn a_settled_conversation_is_rated_once_until_its_visitor_writes(world: World) {
    let site = world.site("shop", None).await;
    let id = world.conversation(&site, "ana", 1).await;
    let rate = async |score: u8, words: &str, now: i64| {
        let set = SetRating { score, words: words.to_owned() };
        world.store.rate(&id, set, Millis(now)).await.expect("an answer")
    };
    let shown = async || {
        let row = world.store.inbox_conversation(&id, Millis(900)).await.expect("an answer").expect("a row");
        row.rating.map(|rating| (rating.score, rating.words))
    };
    let visitor = VisitorId::new("ana").expect("an id");
    let own = async || {
        let talks = world.store.talks_of(&visitor).await.expect("an answer");
        talks[0].rating.as_ref().map(|rating| rating.score)
    };
    world.say(&id, Author::Visitor, "m1", 10).await;
    world.say(&id, Author::Agent, "m2", 20).await;
    assert!(!rate(5, "too early", 30).await);
    assert_eq!(shown().await, None);
    world.store.set_status(&id, Status::Resolved, Millis(40)).await.expect("settled");
    assert!(rate(2, "slow", 50).await && rate(4, "", 60).await);
    assert_eq!((shown().await, own().await), (Some((4, String::new())), Some(4)));
    assert_eq!(world.store.scores(&site, Millis(0)).await, Ok([0, 0, 0, 1, 0]));
    // Their next message opens it again; the agent still sees how it was rated before.
    world.say(&id, Author::Visitor, "m3", 70).await;
    assert!(!rate(1, "", 80).await);
    assert_eq!((shown().await, own().await), (Some((4, String::new())), None));
    world.store.set_status(&id, Status::Resolved, Millis(90)).await.expect("settled");
    assert!(rate(5, "now it is", 100).await);
    assert_eq!((shown().await, own().await), (Some((5, "now it is".into())), Some(5)));
    assert_eq!(world.store.scores(&site, Millis(0)).await, Ok([0, 0, 0, 1, 1]));
    assert_eq!(world.store.scores(&site, Millis(70)).await, Ok([0, 0, 0, 0, 1]));
    now(world.erase("ana", "R-1", 200).await);
    assert_eq!(world.store.scores(&site, Millis(0)).await, Ok([0, 0, 0, 1, 1]), "figures stay");
}
