//! Messages on their way to the server, in the order they were written. What is stored already lives in
//! [`crate::timeline`]. The queue never sends and never keeps itself: its owner persists it after each change and
//! before each sending, and performs what [`SendQueue::next`] hands out.

use serde::{Deserialize, Serialize};

use crate::api::{ErrorCode, SendMessage};
use crate::backoff::{RETRY_AFTER_MAX_MS, backoff_at_least, is_due};
use crate::id::{ConversationId, MessageId, Millis};

/// After how long without an answer a sending is taken for lost and tried again; abort the request then.
pub const SEND_TIMEOUT_MS: i64 = 30_000;

/// The send queue of one device, all its conversations together.
///
/// One message per conversation is in flight at a time and the next waits for it, so the server stores them in the
/// order they were written. A repeated sending is harmless, because the message's id is its idempotency key.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct SendQueue {
    #[serde(default)]
    items: Vec<QueuedMessage>,
}

/// A message that the server has not acknowledged yet.
///
/// Its persisted form leaves out what a reload makes untrue: nothing is in flight, and waiting begins anew.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Persisted", into = "Persisted")]
pub struct QueuedMessage {
    /// Where it goes.
    pub conversation_id: ConversationId,
    /// Minted once, when it was written.
    pub message_id: MessageId,
    /// The text.
    pub body: String,
    /// When it was written; rises strictly along the queue.
    pub created_at: Millis,
    /// Whether its author sends it although it costs and the month's budget is used up.
    pub accept_cost: bool,
    /// How its sending stands.
    pub state: SendState,
}

/// How the sending of one message stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SendState {
    /// Its turn comes at `next_at` at the earliest.
    Waiting {
        /// How often it was tried.
        attempts: u32,
        /// Not before.
        next_at: Millis,
    },
    /// Handed out, no answer yet.
    InFlight {
        /// How often it had been tried before.
        attempts: u32,
        /// When it was handed out.
        since: Millis,
    },
    /// Refused for good: waits for its author to try again or to discard it, and holds up no other.
    Wedged {
        /// Why.
        code: ErrorCode,
    },
}

/// Why a sending failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// No answer, or none that could be read. It may have been stored all the same.
    Network,
    /// The server refused it.
    Refused {
        /// Why; decides between another try and wedging.
        code: ErrorCode,
        /// When to come back, where the server said so.
        retry_after_ms: Option<u64>,
    },
}

/// What to send now: `POST /v1/conversations/{conversation_id}/messages`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outgoing {
    /// Where it goes.
    pub conversation_id: ConversationId,
    /// The request's body.
    pub message: SendMessage,
}

impl QueuedMessage {
    /// A message that was just written.
    #[must_use]
    pub fn new(
        conversation_id: ConversationId,
        message_id: MessageId,
        body: String,
        created_at: Millis,
    ) -> Self {
        Self {
            conversation_id,
            message_id,
            body,
            created_at,
            accept_cost: false,
            state: SendState::at_once(0),
        }
    }
}

// A message's text must not reach a log by way of `{:?}`.
impl std::fmt::Debug for QueuedMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("QueuedMessage").field(&self.message_id).field(&self.state).finish()
    }
}

impl SendState {
    const fn at_once(attempts: u32) -> Self {
        Self::Waiting { attempts, next_at: Millis(0) }
    }

    /// When to look at it again, if time alone can move it.
    const fn wake_at(self) -> Option<Millis> {
        match self {
            Self::Waiting { next_at, .. } => Some(next_at),
            Self::InFlight { since, .. } => Some(since.plus(SEND_TIMEOUT_MS)),
            Self::Wedged { .. } => None,
        }
    }

    fn ready(self, now: Millis) -> Option<u32> {
        match self {
            Self::Waiting { attempts, next_at } if is_due(next_at, now, 2 * RETRY_AFTER_MAX_MS) => {
                Some(attempts)
            }
            Self::InFlight { attempts, since } if !(0..SEND_TIMEOUT_MS).contains(&now.since(since)) => {
                Some(attempts.saturating_add(1))
            }
            _ => None,
        }
    }
}

impl SendQueue {
    /// A queue of messages that were persisted one by one, in any order.
    ///
    /// Where several tabs share a storage, keep each message under a key of its own: a queue written as a whole would
    /// overwrite what another tab put there.
    #[must_use]
    pub fn from_items(items: impl IntoIterator<Item = QueuedMessage>) -> Self {
        // A handful at the most: put in one by one where they belong, without the library's sorting.
        let mut sorted: Vec<QueuedMessage> = Vec::new();
        for item in items {
            let after = sorted.iter().rposition(|other| other.created_at <= item.created_at);
            sorted.insert(after.map_or(0, |place| place + 1), item);
        }
        let mut queue = Self::default();
        for item in sorted {
            queue.push(item);
        }
        queue.restored();
        queue
    }

    /// Puts a message at the end. False, and nothing happens, when its id is in the queue already.
    ///
    /// Its time is moved behind its predecessor's where the clock went backwards, so that time tells the order.
    pub fn push(&mut self, mut item: QueuedMessage) -> bool {
        if self.get(&item.message_id).is_some() {
            return false;
        }
        if let Some(last) = self.items.last() {
            item.created_at = item.created_at.max(last.created_at.plus(1));
        }
        self.items.push(item);
        true
    }

    /// The next message whose turn has come; it is in flight from now on. Call it until it gives nothing.
    pub fn next(&mut self, now: Millis) -> Option<Outgoing> {
        let place = self.heads().find_map(|(place, item)| Some((place, item.state.ready(now)?)));
        let (place, attempts) = place?;
        let item = self.items.get_mut(place)?;
        item.state = SendState::InFlight { attempts, since: now };
        Some(Outgoing {
            conversation_id: item.conversation_id.clone(),
            message: SendMessage {
                message_id: item.message_id.clone(),
                body: item.body.clone(),
                attachments: Vec::new(),
                author: None,
                author_name: None,
                accept_cost: item.accept_cost.then_some(true),
                quick_replies: Vec::new(),
            },
        })
    }

    /// The server has it: it answered so, or the message came by in the timeline. Gives the message back the first
    /// time; a late or repeated acknowledgement changes nothing.
    pub fn acknowledged(&mut self, message_id: &MessageId) -> Option<QueuedMessage> {
        let place = self.items.iter().position(|item| item.message_id == *message_id)?;
        Some(self.items.remove(place))
    }

    /// A sending came to nothing: it waits for another try, or wedges. True when that changed anything.
    pub fn failed(&mut self, message_id: &MessageId, failure: Failure, now: Millis, jitter: f64) -> bool {
        let Some(item) = self.find(message_id) else { return false };
        let SendState::InFlight { attempts, .. } = item.state else { return false };
        let attempts = attempts.saturating_add(1);
        item.state = match failure {
            Failure::Refused { code, .. } if !code.is_transient() => SendState::Wedged { code },
            Failure::Refused { retry_after_ms, .. } => {
                let wait = backoff_at_least(attempts, jitter, retry_after_ms);
                SendState::Waiting { attempts, next_at: now.plus(wait) }
            }
            Failure::Network => {
                let wait = backoff_at_least(attempts, jitter, None);
                SendState::Waiting { attempts, next_at: now.plus(wait) }
            }
        };
        true
    }

    /// Its author wants it sent again: it is due at once. True unless it is in flight or gone.
    pub fn retry(&mut self, message_id: &MessageId) -> bool {
        match self.find(message_id) {
            Some(item) if !item.is_in_flight() => {
                item.state = SendState::at_once(0);
                true
            }
            _ => false,
        }
    }

    /// Its author wants it sent again although it costs: the same message, under the id it has. True unless it is in
    /// flight or gone.
    pub fn accept_cost(&mut self, message_id: &MessageId) -> bool {
        let again = self.retry(message_id);
        if let Some(item) = self.find(message_id).filter(|_| again) {
            item.accept_cost = true;
        }
        again
    }

    /// Its author gives it up; the message comes back, so that its text can return to the composer. Nothing is given
    /// back for one in flight: that one may arrive.
    pub fn discard(&mut self, message_id: &MessageId) -> Option<QueuedMessage> {
        let place =
            self.items.iter().position(|item| item.message_id == *message_id && !item.is_in_flight())?;
        Some(self.items.remove(place))
    }

    /// Every message that waits is due at once: the network is back.
    pub fn hurry(&mut self) {
        for item in &mut self.items {
            if let SendState::Waiting { attempts, .. } = item.state {
                item.state = SendState::at_once(attempts);
            }
        }
    }

    /// After a reload, or when the page comes back from the browser's cache: no request is running any more, so what
    /// was in flight waits for another try.
    pub fn restored(&mut self) {
        for item in &mut self.items {
            if let SendState::InFlight { attempts, .. } = item.state {
                item.state = SendState::at_once(attempts);
            }
        }
    }

    /// When to ask [`Self::next`] again, if nothing happens before; absent when nothing waits.
    #[must_use]
    pub fn wake_at(&self) -> Option<Millis> {
        self.heads().filter_map(|(_, item)| item.state.wake_at()).min()
    }

    /// All messages, in the order they were written.
    pub fn items(&self) -> impl DoubleEndedIterator<Item = &QueuedMessage> {
        self.items.iter()
    }

    /// The message with this id.
    #[must_use]
    pub fn get(&self, message_id: &MessageId) -> Option<&QueuedMessage> {
        self.items.iter().find(|item| item.message_id == *message_id)
    }

    /// Whether nothing is on its way and nothing is wedged.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    fn find(&mut self, message_id: &MessageId) -> Option<&mut QueuedMessage> {
        self.items.iter_mut().find(|item| item.message_id == *message_id)
    }

    /// The first message of each conversation that is not wedged: the only one that may be in flight.
    fn heads(&self) -> impl Iterator<Item = (usize, &QueuedMessage)> {
        self.items.iter().enumerate().filter(|(place, item)| {
            !item.is_wedged()
                && !self
                    .items
                    .iter()
                    .take(*place)
                    .any(|earlier| !earlier.is_wedged() && earlier.conversation_id == item.conversation_id)
        })
    }
}

impl QueuedMessage {
    /// Whether it was refused for good and waits for its author.
    #[must_use]
    pub fn is_wedged(&self) -> bool {
        matches!(self.state, SendState::Wedged { .. })
    }

    fn is_in_flight(&self) -> bool {
        matches!(self.state, SendState::InFlight { .. })
    }
}

#[derive(Serialize, Deserialize)]
struct Persisted {
    conversation_id: ConversationId,
    message_id: MessageId,
    body: String,
    created_at: Millis,
    #[serde(default)]
    attempts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wedged: Option<ErrorCode>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    accept_cost: bool,
}

impl From<QueuedMessage> for Persisted {
    fn from(item: QueuedMessage) -> Self {
        let (attempts, wedged) = match item.state {
            SendState::Waiting { attempts, .. } | SendState::InFlight { attempts, .. } => (attempts, None),
            SendState::Wedged { code } => (0, Some(code)),
        };
        Self {
            conversation_id: item.conversation_id,
            message_id: item.message_id,
            body: item.body,
            created_at: item.created_at,
            attempts,
            wedged,
            accept_cost: item.accept_cost,
        }
    }
}

impl From<Persisted> for QueuedMessage {
    fn from(kept: Persisted) -> Self {
        Self {
            conversation_id: kept.conversation_id,
            message_id: kept.message_id,
            body: kept.body,
            created_at: kept.created_at,
            accept_cost: kept.accept_cost,
            state: kept.wedged.map_or(SendState::at_once(kept.attempts), |code| SendState::Wedged { code }),
        }
    }
}
