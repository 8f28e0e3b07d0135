//! Who is listening right now, and what they are told. It may lose frames: a listener that falls behind is told so, and
//! reads what it missed from the store. Nothing is kept here, and nothing is decided.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use axum::extract::ws::Utf8Bytes;
use pronto_protocol::frame::ServerFrame;
use pronto_protocol::id::{ConversationId, SiteKey};
use pronto_protocol::model::{InboxConversation, Message};
use tokio::sync::Notify;

/// Frames a listener may have waiting before it counts as lagging.
const WAITING_MAX: usize = 256;
const SHARDS: usize = 16;

/// What one can listen to.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Topic {
    /// One conversation: what its visitor hears.
    Conversation(ConversationId),
    /// A whole site: what its agents hear.
    Site(SiteKey),
}

/// A frame on its way to its listeners, written as JSON at most once however many they are.
#[derive(Debug)]
pub struct Published {
    /// The frame.
    pub frame: ServerFrame,
    json: OnceLock<Utf8Bytes>,
}

impl Published {
    /// The frame as the text of a socket message; empty if it cannot be written, which no frame of ours is.
    pub fn json(&self) -> Utf8Bytes {
        self.json.get_or_init(|| serde_json::to_string(&self.frame).unwrap_or_default().into()).clone()
    }
}

/// What a [`Receiver`] hears.
#[derive(Debug)]
pub enum Heard {
    /// A frame.
    Frame(Arc<Published>),
    /// Frames were lost since the last one: read the store again from the cursors.
    Lagged,
}

/// The bus of this process; clones are the same bus.
#[derive(Clone, Debug)]
pub struct Bus {
    shards: Arc<[Mutex<Shard>]>,
    hasher: RandomState,
}

type Shard = HashMap<Topic, Vec<Arc<Slot>>>;

#[derive(Debug, Default)]
struct Slot {
    waiting: Mutex<Waiting>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    frames: VecDeque<Arc<Published>>,
    lagged: bool,
}

impl Default for Bus {
    fn default() -> Self {
        Self::new()
    }
}

impl Bus {
    /// A bus nobody listens to yet.
    #[must_use]
    pub fn new() -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { shards, hasher: RandomState::new() }
    }

    /// Tells everyone who listens to `topic`.
    pub fn publish(&self, topic: &Topic, frame: ServerFrame) {
        self.tell(topic, &Arc::new(Published { frame, json: OnceLock::new() }));
    }

    /// Tells the conversation's visitor and the site's agents the same thing.
    pub fn publish_both(&self, conversation_id: &ConversationId, site: &SiteKey, frame: ServerFrame) {
        let published = Arc::new(Published { frame, json: OnceLock::new() });
        self.tell(&Topic::Conversation(conversation_id.clone()), &published);
        self.tell(&Topic::Site(site.clone()), &published);
    }

    /// Tells both sides of a message that was committed, and the agents what the conversation now looks like.
    pub fn announce(&self, site: &SiteKey, message: Message, row: Option<InboxConversation>) {
        self.publish_both(&message.conversation_id.clone(), site, ServerFrame::Message(message));
        if let Some(row) = row {
            self.publish(&Topic::Site(site.clone()), ServerFrame::Conversation(row));
        }
    }

    /// Listens to `topics` until the receiver is dropped.
    #[must_use]
    pub fn subscribe(&self, topics: impl IntoIterator<Item = Topic>) -> Receiver {
        let mut receiver = Receiver { bus: self.clone(), slot: Arc::default(), topics: Vec::new() };
        for topic in topics {
            receiver.add(topic);
        }
        receiver
    }

    fn tell(&self, topic: &Topic, published: &Arc<Published>) {
        let shard = self.shard(topic);
        for slot in shard.get(topic).into_iter().flatten() {
            let mut waiting = lock(&slot.waiting);
            if waiting.frames.len() < WAITING_MAX {
                waiting.frames.push_back(Arc::clone(published));
            } else {
                waiting.lagged = true;
            }
            drop(waiting);
            slot.arrived.notify_one();
        }
    }

    fn shard(&self, topic: &Topic) -> MutexGuard<'_, Shard> {
        let index = usize::try_from(self.hasher.hash_one(topic) % SHARDS as u64).unwrap_or_default();
        lock(self.shards.get(index).unwrap_or_else(|| unreachable!("a remainder is below its divisor")))
    }
}

/// A listener; dropping it ends the listening.
#[derive(Debug)]
pub struct Receiver {
    bus: Bus,
    slot: Arc<Slot>,
    topics: Vec<Topic>,
}

impl Receiver {
    /// Listens to one topic more; a second time is the same as once.
    pub fn add(&mut self, topic: Topic) {
        if !self.topics.contains(&topic) {
            self.bus.shard(&topic).entry(topic.clone()).or_default().push(Arc::clone(&self.slot));
            self.topics.push(topic);
        }
    }

    /// The next thing to hear; waits for it. Safe to drop while waiting.
    pub async fn recv(&mut self) -> Heard {
        loop {
            if let Some(heard) = self.try_recv() {
                return heard;
            }
            self.slot.arrived.notified().await;
        }
    }

    /// The next thing to hear, if it is there already. After [`Heard::Lagged`] the frames before the gap are gone too:
    /// whoever reads the store again needs none of them.
    pub fn try_recv(&mut self) -> Option<Heard> {
        let mut waiting = lock(&self.slot.waiting);
        if std::mem::take(&mut waiting.lagged) {
            waiting.frames.clear();
            return Some(Heard::Lagged);
        }
        waiting.frames.pop_front().map(Heard::Frame)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        for topic in &self.topics {
            let mut shard = self.bus.shard(topic);
            if let Some(slots) = shard.get_mut(topic) {
                slots.retain(|slot| !Arc::ptr_eq(slot, &self.slot));
                if slots.is_empty() {
                    shard.remove(topic);
                }
            }
        }
    }
}

// A panic elsewhere leaves lists of listeners that are still whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use pronto_protocol::frame::{Ping, Presence};

    use super::*;

    fn site(key: &str) -> Topic {
        Topic::Site(SiteKey::new(key).expect("a key"))
    }

    fn pong(n: u32) -> ServerFrame {
        ServerFrame::Pong(Ping { n })
    }

    fn drain(receiver: &mut Receiver) -> Vec<String> {
        std::iter::from_fn(|| receiver.try_recv())
            .map(|heard| match heard {
                Heard::Frame(published) => published.json().to_string(),
                Heard::Lagged => "lagged".to_owned(),
            })
            .collect()
    }

    #[test]
    fn hears_its_topics_in_order_and_no_others() {
        let bus = Bus::new();
        let mut receiver = bus.subscribe([site("a")]);
        bus.publish(&site("a"), pong(1));
        bus.publish(&site("b"), pong(2));
        receiver.add(site("b"));
        receiver.add(site("b"));
        bus.publish(&site("b"), pong(3));
        bus.publish(&site("a"), ServerFrame::Presence(Presence { online: true }));
        assert_eq!(
            drain(&mut receiver),
            [r#"{"pong":{"n":1}}"#, r#"{"pong":{"n":3}}"#, r#"{"presence":{"online":true}}"#]
        );
    }

    #[test]
    fn a_slow_listener_is_told_that_it_lags_and_holds_no_more_than_the_bound() {
        let bus = Bus::new();
        let mut slow = bus.subscribe([site("a")]);
        for n in 0..10_000 {
            bus.publish(&site("a"), pong(n));
        }
        assert_eq!(lock(&slow.slot.waiting).frames.len(), WAITING_MAX);
        assert_eq!(drain(&mut slow), ["lagged"]);
        bus.publish(&site("a"), pong(7));
        assert_eq!(drain(&mut slow), [r#"{"pong":{"n":7}}"#]);
    }

    #[test]
    fn a_dropped_listener_leaves_nothing_behind() {
        let bus = Bus::new();
        drop(bus.subscribe([site("a"), site("b")]));
        assert!(bus.shards.iter().all(|shard| lock(shard).is_empty()));
    }

    #[tokio::test]
    async fn waits_until_something_is_said() {
        let bus = Bus::new();
        let mut receiver = bus.subscribe([site("a")]);
        let listening = tokio::spawn(async move { matches!(receiver.recv().await, Heard::Frame(_)) });
        tokio::task::yield_now().await;
        bus.publish(&site("a"), pong(1));
        assert!(listening.await.expect("the listener ends"));
    }
}
