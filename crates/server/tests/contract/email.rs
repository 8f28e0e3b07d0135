//! Answers by e-mail: the address, what is queued for it and when, and the links in a mail.

use pronto_protocol::id::{Millis, VisitorId};

use super::world::{World, secret};

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
