//! Sites, visitors and agents.

pub(crate) mod identity;

use pronto_protocol::id::{AgentId, ApiKeyId, Millis, VisitorId};
use pronto_protocol::model::{Agent, Role, VisitorContext};
use pronto_server::store::{ApiKeyRow, SessionOpening, VisitorRow};

use super::world::{World, conversation_id, opened, secret, settings, site_key};

pub(crate) async fn sites_and_their_secrets(world: World) {
    let store = &world.store;
    assert_eq!(store.site(&site_key("shop")).await, Ok(None));
    let shop = world.site("shop", Some("https://shop.example/hook")).await;
    store.put_site(&site_key("demo"), &settings("Demo", None), true, Millis(2)).await.expect("a site");
    store.put_site(&shop, &settings("Forno", None), true, Millis(9)).await.expect("a change");
    let site = store.site(&shop).await.expect("an answer").expect("a site");
    assert_eq!((site.settings, site.demo, site.created_at), (settings("Forno", None), false, Millis(1)));
    let names: Vec<_> = store.sites().await.expect("a list").into_iter().map(|site| site.name).collect();
    assert_eq!(names, ["Forno", "Demo"]);

    for secret in ["one", "two", "three"] {
        store.add_webhook_secret(&shop, secret, Millis(5)).await.expect("a secret");
    }
    let secrets = store.webhook_secrets(&shop).await.expect("a list");
    assert_eq!(secrets.iter().map(|live| live.secret.as_str()).collect::<Vec<_>>(), ["three", "two"]);
    assert_eq!(store.webhook_secrets(&site_key("demo")).await, Ok(Vec::new()));

    let id = ApiKeyId::new("k1").expect("an id");
    store.add_api_key(&shop, id.clone(), "cassa", secret("k"), Millis(7)).await.expect("a key");
    let row = ApiKeyRow { site: shop.clone(), secret_hash: secret("k") };
    assert_eq!(store.api_key(&id).await, Ok(Some(row)));
    let keys = store.api_keys(&shop).await.expect("a list");
    assert_eq!((keys.len(), keys[0].name.as_str(), keys[0].created_at), (1, "cassa", Millis(7)));
    assert_eq!(store.revoke_api_key(&site_key("demo"), &id, Millis(8)).await, Ok(false));
    assert_eq!(store.revoke_api_key(&shop, &id, Millis(8)).await, Ok(true));
    assert_eq!(store.revoke_api_key(&shop, &id, Millis(8)).await, Ok(false));
    assert_eq!((store.api_key(&id).await, store.api_keys(&shop).await), (Ok(None), Ok(Vec::new())));
    assert_eq!(store.ping().await, Ok(()));
}

pub(crate) async fn sessions_are_bound_to_site_and_visitor(world: World) {
    let (shop, other) = (world.site("shop", None).await, world.site("other", None).await);
    let open = async |site: &str, who: &str, visitor: &str, conversation: &str, now| {
        let (site, visitor) = (site_key(site), VisitorId::new(visitor).expect("an id"));
        let context = VisitorContext::default();
        let conversation = conversation_id(conversation);
        let opening =
            world.store.open_session(&site, secret(who), visitor, conversation, &context, Millis(now)).await;
        opening.expect("the store answers")
    };
    let first = opened(open("shop", "ana", "v1", "c1", 1).await);
    assert_eq!((first.visitor_id.as_str(), first.conversations.len()), ("v1", 1));
    assert_eq!(open("shop", "ana", "v2", "c1", 2).await, SessionOpening::Opened(first));
    let both = opened(open("shop", "ana", "v3", "c2", 3).await);
    let listed: Vec<_> = both.conversations.iter().map(|c| c.conversation_id.as_str()).collect();
    assert_eq!(listed, ["c2", "c1"]);
    assert_eq!(world.store.conversations_of(&both.visitor_id).await, Ok(both.conversations));

    assert_eq!(open("shop", "eve", "v4", "c1", 4).await, SessionOpening::NotYours);
    assert_eq!(open("other", "ana", "v5", "c3", 4).await, SessionOpening::NotYours);
    assert_eq!(open("none", "ana", "v6", "c4", 4).await, SessionOpening::NoSite);
    assert_eq!(world.store.conversation(&conversation_id("c3")).await, Ok(None));
    assert_eq!(world.store.conversation(&conversation_id("c4")).await, Ok(None));

    let row = VisitorRow { visitor_id: VisitorId::new("v1").expect("an id"), site: shop };
    assert_eq!(world.store.visitor(secret("ana")).await, Ok(Some(row)));
    assert_eq!(world.store.visitor(secret("nobody")).await, Ok(None));
    world.store.end_session(secret("ana"), Millis(5)).await.expect("an answer");
    assert_eq!(world.store.visitor(secret("ana")).await, Ok(None));
    assert_eq!(open("shop", "ana", "v7", "c1", 6).await, SessionOpening::NotYours);
    assert_eq!(open("shop", "ana", "v7", "c9", 6).await, SessionOpening::NotYours);
    drop(other);
}

fn agent(id: &str) -> Agent {
    Agent { agent_id: AgentId::new(id).expect("an id"), name: "Ana".to_owned(), role: Role::Owner }
}

pub(crate) async fn agents_and_their_sessions(world: World) {
    let store = &world.store;
    assert_eq!(store.agents_count().await, Ok(0));
    assert_eq!(store.add_agent(agent("a1"), " Ana@Shop.example ", "hash", Millis(1)).await, Ok(true));
    assert_eq!(store.add_agent(agent("a2"), "ana@shop.EXAMPLE", "hash", Millis(1)).await, Ok(false));
    assert_eq!(store.agents_count().await, Ok(1));
    let row = store.agent_by_email("ANA@shop.example").await.expect("an answer").expect("a row");
    assert_eq!((row.agent, row.password_hash.as_str()), (agent("a1"), "hash"));
    assert_eq!(store.agent_by_email("bo@shop.example").await, Ok(None));
    let id = agent("a1").agent_id;
    assert_eq!(store.agent(&agent("a2").agent_id).await, Ok(None));

    store.add_agent_session(secret("t1"), &id, "csrf", Millis(10), Millis(20)).await.expect("a session");
    store.add_agent_session(secret("t2"), &id, "csrf", Millis(10), Millis(90)).await.expect("a session");
    let session = store.agent_session(secret("t1"), Millis(19)).await.expect("an answer").expect("a session");
    assert_eq!((session.agent, session.csrf.as_str()), (agent("a1"), "csrf"));
    assert_eq!(store.agent_session(secret("t1"), Millis(20)).await, Ok(None));
    store.end_agent_session(secret("t2")).await.expect("an answer");
    assert_eq!(store.agent_session(secret("t2"), Millis(19)).await, Ok(None));
    store.set_password(&id, "other").await.expect("an answer");
    assert_eq!(store.agent_session(secret("t1"), Millis(19)).await, Ok(None));
    assert_eq!(
        store.agent(&id).await.expect("an answer").map(|row| row.password_hash),
        Some("other".to_owned())
    );
}

pub(crate) async fn the_first_owner_comes_once(world: World) {
    let store = &world.store;
    store.set_setup_token(secret("old"), Millis(1)).await.expect("an answer");
    store.set_setup_token(secret("new"), Millis(2)).await.expect("an answer");
    let come = async |token: &str, id: &str| {
        let email = format!("{id}@shop.example");
        store.first_owner(secret(token), agent(id), &email, "hash", Millis(3)).await.expect("an answer")
    };
    assert!(!come("old", "a1").await);
    assert!(!come("wrong", "a1").await);
    let (one, two) = tokio::join!(come("new", "a1"), come("new", "a2"));
    assert!(one ^ two, "one of two at once");
    store.set_setup_token(secret("later"), Millis(4)).await.expect("an answer");
    assert!(!come("later", "a3").await);
    assert_eq!(store.agents_count().await, Ok(1));
}
