//! Visitors whom their business has named.

use pronto_protocol::id::{IdentitySecretId, Millis, SiteKey, VisitorId};
use pronto_protocol::model::Author;
use pronto_protocol::model::contact::Contact;
use pronto_server::store::{Erasing, Erasure, Exchange, Identification};

use super::super::world::{World, conversation_id, secret, site_key};

fn contact(subject: &str) -> Contact {
    Contact { subject: subject.to_owned(), name: Some("Ana".to_owned()), email: None, phone: None }
}

impl World {
    /// Exchanges the token `token` for `subject`, under the secret `bearer` and with `next`.
    async fn identify(
        &self,
        site: &SiteKey,
        (token, subject): (&str, &str),
        (bearer, next): (&str, &str),
        now: i64,
    ) -> Exchange {
        let identification = Identification {
            site: site.clone(),
            token: secret(token),
            expires_at: Millis(1_000),
            bearer: secret(bearer),
            next: secret(next),
            contact: contact(subject),
            visitor_id: VisitorId::new(format!("named-{token}")).expect("an id"),
        };
        self.store.identify(identification, Millis(now)).await.expect("the store answers")
    }

    /// Whose the secret is.
    async fn holder(&self, name: &str) -> Option<String> {
        let row = self.store.visitor(secret(name)).await.expect("an answer");
        row.map(|row| row.visitor_id.as_str().to_owned())
    }
}

fn bound(exchange: Exchange) -> (String, bool, usize) {
    match exchange {
        Exchange::Bound { visitor_id, renewed, moved } => {
            (visitor_id.as_str().to_owned(), renewed, moved.len())
        }
        other => panic!("not bound: {other:?}"),
    }
}

pub(crate) async fn secrets_are_two_at_most_and_end_by_their_id(world: World) {
    let (shop, other) = (world.site("shop", None).await, world.site("other", None).await);
    let id = |name: &str| IdentitySecretId::new(name).expect("an id");
    // Within one millisecond, and by a clock that goes back.
    for (name, now) in [("one", 5), ("two", 5), ("three", 1)] {
        world.store.add_identity_secret(&shop, id(name), name, Millis(now)).await.expect("a secret");
    }
    let live = async |site: &SiteKey| {
        let rows = world.store.identity_secrets(site).await.expect("a list");
        rows.into_iter().map(|row| row.secret).collect::<Vec<_>>()
    };
    assert_eq!((live(&shop).await, live(&other).await), (vec!["three".to_owned(), "two".to_owned()], vec![]));
    assert_eq!(world.store.revoke_identity_secret(&other, &id("two")).await, Ok(false));
    assert_eq!(world.store.revoke_identity_secret(&shop, &id("two")).await, Ok(true));
    assert_eq!(world.store.revoke_identity_secret(&shop, &id("two")).await, Ok(false));
    assert_eq!(live(&shop).await, ["three"]);
}

pub(crate) async fn a_strangers_conversations_become_those_of_who_is_named(world: World) {
    let site = world.site("shop", None).await;
    let ana = world.conversation(&site, "ana", 1).await;
    world.say(&ana, Author::Visitor, "m1", 2).await;
    assert_eq!(
        bound(world.identify(&site, ("t1", "u1"), ("ana", "next"), 3).await),
        ("named-t1".to_owned(), true, 1)
    );
    assert_eq!((world.holder("ana").await, world.holder("next").await), (None, Some("named-t1".to_owned())));
    // Again, since the answer was lost; then with a token of another page view.
    assert!(bound(world.identify(&site, ("t1", "u1"), ("ana", "next"), 4).await).1);
    assert_eq!(
        bound(world.identify(&site, ("t2", "u1"), ("next", "later"), 5).await),
        ("named-t1".to_owned(), false, 0)
    );
    assert_eq!(world.holder("later").await, None);
    let row = world.store.inbox_conversation(&ana, Millis(6)).await.expect("an answer").expect("a row");
    assert_eq!((row.visitor_id.as_str(), row.contact), ("named-t1", Some(contact("u1"))));
    let signed =
        async |id: &str| world.store.contact(&VisitorId::new(id).expect("an id")).await.expect("an answer");
    assert_eq!((signed("named-t1").await, signed("nobody").await), (Some(contact("u1")), None));
    // Another person on the same device takes nothing along, and a site knows only its own.
    assert_eq!(
        bound(world.identify(&site, ("t3", "u2"), ("next", "hers"), 7).await),
        ("named-t3".to_owned(), true, 0)
    );
    assert_eq!(world.holder("next").await, None);
    let other = world.site("other", None).await;
    assert_eq!(
        world.identify(&other, ("t4", "u1"), ("hers", "fresh"), 8).await,
        Exchange::NotYours,
        "another site's session"
    );
    assert_eq!(
        bound(world.identify(&other, ("t5", "u1"), ("new", "new"), 9).await),
        ("named-t5".to_owned(), true, 0)
    );
}

pub(crate) async fn a_token_is_exchanged_by_one_session(world: World) {
    let site = world.site("shop", None).await;
    assert!(bound(world.identify(&site, ("t1", "u1"), ("a", "a"), 1).await).1);
    assert_eq!(world.identify(&site, ("t1", "u1"), ("eve", "eve"), 2).await, Exchange::Used);
    assert!(!bound(world.identify(&site, ("t1", "u1"), ("a", "b"), 3).await).1);
    assert_eq!(world.holder("eve").await, None);
    // A secret that somebody else holds opens nothing more.
    world.conversation(&site, "bo", 4).await;
    assert_eq!(world.identify(&site, ("t2", "u2"), ("c", "bo"), 5).await, Exchange::NotYours);
    let named = world.store.kept(&VisitorId::new("named-t2").expect("an id")).await.expect("an answer");
    assert!(named.is_none(), "nobody was written down");
}

pub(crate) async fn what_was_signed_goes_with_the_rest(world: World) {
    let site = world.site("shop", None).await;
    assert!(bound(world.identify(&site, ("t1", "u1"), ("a", "a"), 1).await).1);
    let visitor = VisitorId::new("named-t1").expect("an id");
    let kept = world.store.kept(&visitor).await.expect("an answer").expect("a visitor");
    assert_eq!(kept.contact, Some(contact("u1")));
    let erasing = Erasing { reference: "R-1".to_owned(), fresh_key: "6b6579".to_owned(), now: Millis(5) };
    let Erasure::Now { receipt, .. } = world.store.erase(secret("a"), erasing).await.expect("an answer")
    else {
        panic!("nothing was erased")
    };
    assert_eq!((receipt.erased.contacts, receipt.erased.sessions), (1, 1));
    assert_eq!(world.store.is_genuine(receipt).await, Ok(true));
    assert_eq!(world.store.kept(&visitor).await.map(|kept| kept.is_none()), Ok(true));
    // The same token under the same secret, from another tab: nobody is written down anew.
    assert_eq!(world.identify(&site, ("t1", "u1"), ("a", "a"), 6).await, Exchange::NotYours);
    assert_eq!(world.store.kept(&visitor).await.map(|kept| kept.is_none()), Ok(true));
    // Whom the business names again later begins anew.
    assert_eq!(
        bound(world.identify(&site, ("t2", "u1"), ("b", "b"), 7).await),
        ("named-t2".to_owned(), true, 0)
    );
    assert_eq!(world.store.conversation(&conversation_id("a")).await, Ok(None));
}

pub(crate) async fn servers_share_a_key(world: World) {
    let key = async |name, candidate: &str| world.store.server_key(name, candidate.to_owned()).await;
    assert_eq!(key("work", "first").await, Ok("first".to_owned()));
    assert_eq!(key("work", "second").await, Ok("first".to_owned()));
    assert_eq!(key("other", "second").await, Ok("second".to_owned()));
    assert_eq!(world.site("shop", None).await, site_key("shop"));
}
