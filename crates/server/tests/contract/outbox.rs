//! The outbox: order per site, claims, parking, sending again.

use pronto_protocol::id::{DeliveryId, Millis, SiteKey, VisitorId};
use pronto_protocol::model::{Author, Channel, DeliveryState, Message, VisitorContext};
use pronto_server::store::{Claim, DeliveryResult, Outbound, OutboxCounts, Told};

use super::world::World;

const BACKEND: Option<&str> = Some("https://shop.example/hook");

impl World {
    async fn claim(&self, site: &SiteKey, now: i64) -> Claim {
        self.store.claim_delivery(site, Millis(now), Millis(now + 50)).await.expect("the store answers")
    }

    async fn claimed(&self, site: &SiteKey, now: i64) -> Outbound {
        match self.claim(site, now).await {
            Claim::Yours(outbound) => *outbound,
            other => panic!("nothing to send at {now}: {other:?}"),
        }
    }

    async fn finish(&self, id: &DeliveryId, result: DeliveryResult) {
        self.store.delivery_result(id, result).await.expect("the store answers");
    }
}

/// Who wrote, what their browser said, and the message.
fn told(outbound: &Outbound) -> (&VisitorId, &VisitorContext, &Message) {
    match &outbound.news {
        Told::Message { visitor_id, context, message, contact: _ } => (visitor_id, context, message),
        Told::Erased(receipt) => panic!("no message: {receipt:?}"),
    }
}

pub(crate) async fn deliveries_keep_their_order(world: World) {
    let (site, other) = (world.site("shop", BACKEND).await, world.site("other", BACKEND).await);
    world.store.add_webhook_secret(&site, "whsec_b25l", Millis(1)).await.expect("a secret");
    let (a, b) = (world.conversation(&site, "a", 1).await, world.conversation(&site, "b", 1).await);
    world.say(&a, Author::Visitor, "m1", 10).await;
    world.say(&b, Author::Visitor, "m2", 20).await;
    world.say(&a, Author::Agent, "m3", 30).await;
    world.say(&a, Author::Visitor, "m4", 30).await;
    assert!(world.store.queued().await.iter().eq([&site]));
    assert_eq!(world.store.sites_with_deliveries().await, Ok(vec![site.clone()]));
    assert_eq!(world.claim(&other, 100).await, Claim::Nothing);

    let first = world.claimed(&site, 100).await;
    let (visitor, context, message) = told(&first);
    assert_eq!((message.message_id.as_str(), message.seq), ("m1", 1));
    assert_eq!((visitor.as_str(), context.locale.as_deref()), ("a", Some("it-IT")));
    assert_eq!((first.since_at, first.delivery.attempts, first.secrets.len()), (Millis(10), 0, 1));
    assert_eq!(first.site.settings.backend_url.as_deref(), BACKEND);
    assert_eq!(world.claim(&site, 101).await, Claim::NotBefore(Millis(150)));
    // A claim that ran out is taken over, under the same id.
    assert_eq!(world.claimed(&site, 150).await.delivery.delivery_id, first.delivery.delivery_id);
    let retry = DeliveryResult::Retry { next_at: Millis(400), error: "It was down.".to_owned() };
    world.finish(&first.delivery.delivery_id, retry).await;
    assert_eq!(world.claim(&site, 399).await, Claim::NotBefore(Millis(400)));
    let again = world.claimed(&site, 400).await;
    assert_eq!(
        (again.delivery.delivery_id, again.delivery.attempts),
        (first.delivery.delivery_id.clone(), 1)
    );
    world.finish(&first.delivery.delivery_id, DeliveryResult::Delivered(None)).await;

    let mut order = Vec::new();
    while let Claim::Yours(next) = world.claim(&site, 500).await {
        order.push(told(&next).2.message_id.as_str().to_owned());
        world.finish(&next.delivery.delivery_id, DeliveryResult::Delivered(None)).await;
    }
    assert_eq!(order, ["m2", "m4"]);
    let delivered = world.store.deliveries(&site, DeliveryState::Delivered).await.expect("a list");
    let listed: Vec<_> = delivered.iter().map(|delivery| delivery.message_id.as_str()).collect();
    assert_eq!(listed, ["m4", "m2", "m1"]);
    assert_eq!(delivered[2].attempts, 2);
}

pub(crate) async fn deliveries_are_parked_and_sent_again(world: World) {
    let (site, other) = (world.site("shop", BACKEND).await, world.site("other", BACKEND).await);
    let a = world.conversation(&site, "a", 1).await;
    world.say(&a, Author::Visitor, "m1", 10).await;
    world.say(&a, Author::Visitor, "m2", 20).await;
    world.store.queued().await;
    let first = world.claimed(&site, 100).await.delivery.delivery_id;
    world.finish(&first, DeliveryResult::Parked { error: "It was down.".to_owned() }).await;
    assert_eq!(world.store.outbox_counts().await, Ok(OutboxCounts { pending: 1, parked: 1 }));
    let parked = world.store.deliveries(&site, DeliveryState::Parked).await.expect("a list");
    assert_eq!(
        (parked.len(), parked[0].error.as_deref(), parked[0].next_at),
        (1, Some("It was down."), None)
    );
    assert_eq!(told(&world.claimed(&site, 200).await).2.message_id.as_str(), "m2");

    assert_eq!(world.store.retry_delivery(&other, &first, Millis(300)).await, Ok(false));
    assert_eq!(world.store.retry_delivery(&site, &first, Millis(300)).await, Ok(true));
    assert_eq!(world.store.queued().await.len(), 1);
    let again = world.claimed(&site, 300).await;
    assert_eq!((&again.delivery.delivery_id, again.since_at), (&first, Millis(300)));
    world.finish(&first, DeliveryResult::Delivered(Some("A strange answer.".to_owned()))).await;
    assert_eq!(world.store.retry_delivery(&site, &first, Millis(400)).await, Ok(false));
    let delivered = world.store.deliveries(&site, DeliveryState::Delivered).await.expect("a list");
    assert_eq!(delivered[0].error.as_deref(), Some("A strange answer."));
}

pub(crate) async fn nothing_is_queued_without_a_backend(world: World) {
    let site = world.site("shop", None).await;
    let a = world.conversation(&site, "a", 1).await;
    world.say(&a, Author::Visitor, "m1", 10).await;
    assert_eq!(world.store.sites_with_deliveries().await, Ok(Vec::new()));
    assert_eq!(world.claim(&site, 100).await, Claim::Nothing);
    world.site("shop", BACKEND).await;
    world.say(&a, Author::Visitor, "m2", 20).await;
    // Taken away again with a message on its way: that one can still be claimed, to be given up in the open.
    world.site("shop", None).await;
    assert_eq!(world.claimed(&site, 100).await.site.settings.backend_url, None);
    world.store.release_claims(Channel::Api).await.expect("the store answers");
}
