//! The list of conversations: its order, its pages, and how live changes find their place. It is never the source of
//! a thread's messages.

use pronto_protocol::id::{ConversationId, Millis};
use pronto_protocol::model::{Author, InboxConversation, ReplyTime, Status};

/// What stands first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    /// Whose promise ends first; then who waits without one.
    #[default]
    Promise,
    /// Who has waited longest.
    Waiting,
    /// What happened last.
    Newest,
}

impl Order {
    /// All of them, as the chooser lists them.
    pub const ALL: [Self; 3] = [Self::Promise, Self::Waiting, Self::Newest];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Promise => "promise",
            Self::Waiting => "waiting",
            Self::Newest => "newest",
        }
    }
}

/// How far the list is loaded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Loading {
    /// The next page is on its way.
    #[default]
    Busy,
    /// Nothing is asked for.
    Idle,
    /// The last page did not come.
    Failed,
}

/// The conversations loaded so far.
#[derive(Default)]
pub struct List {
    /// In the order asked for.
    pub rows: Vec<InboxConversation>,
    /// What stands first.
    pub order: Order,
    /// Whether only unread ones were asked for.
    pub unread_only: bool,
    /// Where the next page begins; absent on the last.
    pub next: Option<String>,
    /// Whether a first page has come.
    pub loaded: bool,
    /// How far it is.
    pub loading: Loading,
    /// Rises with each new question, so that a late answer to an old one is dropped.
    pub round: u32,
    /// Where `j` and `k` stand.
    pub cursor: Option<ConversationId>,
    /// What visitors are told about the reply time.
    pub reply: Option<ReplyTime>,
}

impl List {
    /// The row of a conversation.
    #[must_use]
    pub fn row(&self, id: &ConversationId) -> Option<&InboxConversation> {
        self.rows.iter().find(|row| row.conversation.conversation_id == *id)
    }

    /// The same, to change it.
    pub fn row_mut(&mut self, id: &ConversationId) -> Option<&mut InboxConversation> {
        self.rows.iter_mut().find(|row| row.conversation.conversation_id == *id)
    }

    /// Takes in the next page; what live changes put there already is replaced.
    pub fn extend(&mut self, page: Vec<InboxConversation>) {
        for row in page {
            self.rows.retain(|old| !same(old, &row));
            self.rows.push(row);
        }
    }

    /// Forgets what was loaded, because something else is asked for.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.next = None;
        self.loaded = false;
    }

    /// Puts a changed or new row where it belongs. One that belongs below the last loaded page stays out: its page
    /// brings it.
    pub fn put(&mut self, row: InboxConversation) {
        let known = self.rows.iter().any(|old| same(old, &row));
        if self.unread_only && !known && !is_unread(&row) {
            return;
        }
        self.rows.retain(|old| !same(old, &row));
        let order = self.order;
        let place = self.rows.partition_point(|old| key(old, order) <= key(&row, order));
        if place < self.rows.len() || self.next.is_none() || known {
            self.rows.insert(place, row);
        }
    }

    /// How many loaded conversations somebody should look at.
    #[must_use]
    pub fn unread_count(&self) -> usize {
        self.rows.iter().filter(|row| is_unread(row)).count()
    }

    /// The neighbour of the row where `j` and `k` stand; the first row when they stand nowhere.
    #[must_use]
    pub fn neighbour(&self, from: Option<&ConversationId>, down: bool) -> Option<&ConversationId> {
        let place =
            from.and_then(|id| self.rows.iter().position(|row| row.conversation.conversation_id == *id));
        let next = match (place, down) {
            (None, _) => 0,
            (Some(place), true) => (place + 1).min(self.rows.len().saturating_sub(1)),
            (Some(place), false) => place.saturating_sub(1),
        };
        self.rows.get(next).map(|row| &row.conversation.conversation_id)
    }
}

/// Whether nobody of the business has seen the visitor's last word. What a colleague or a backend answered last is not
/// news; what a bot answered does not count, and what a blocked visitor wrote is none either.
#[must_use]
pub fn is_unread(row: &InboxConversation) -> bool {
    !row.blocked
        && row.conversation.last_seq > row.conversation.business.read
        && (row.waiting_since.is_some()
            || row.last_message.as_ref().is_none_or(|message| message.author == Author::Visitor))
}

/// Whether it is settled.
#[must_use]
pub fn is_resolved(row: &InboxConversation) -> bool {
    row.conversation.status == Status::Resolved
}

/// When something last happened in it.
#[must_use]
pub fn touched_at(row: &InboxConversation) -> Millis {
    row.last_message.as_ref().map_or(row.conversation.created_at, |message| message.created_at)
}

/// A wait: how long it has lasted, and how it stands against what the visitor was told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wait {
    /// Whole minutes waited.
    pub minutes: i64,
    /// What they were told, if anything.
    pub told: Told,
    /// Left of it, 0 to 100; 0 where nothing was told.
    pub left_percent: i64,
}

/// What a visitor who waits was told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Told {
    /// Nothing.
    Nothing,
    /// How long it usually takes, in minutes: the published figure.
    Usually(i64),
    /// By when they have an answer: so many milliseconds are left, below 0 when it was missed.
    Promised(i64),
}

impl Wait {
    /// Whether the visitor waits longer than they were told.
    #[must_use]
    pub const fn is_late(self) -> bool {
        match self.told {
            Told::Nothing => false,
            Told::Usually(scale) => self.minutes >= scale,
            Told::Promised(left) => left < 0,
        }
    }
}

/// How the wait of a row stands at `now`, on the server's clock; absent when nobody waits.
#[must_use]
pub fn wait(row: &InboxConversation, reply: Option<&ReplyTime>, now: Millis) -> Option<Wait> {
    let since = row.waiting_since?;
    let waited = now.since(since).max(0);
    let usually = reply.and_then(|reply| reply.minutes).map(|minutes| i64::from(minutes).max(1));
    let (told, full, left) = match (row.conversation.promise_by, usually) {
        (Some(by), _) => (Told::Promised(by.since(now)), by.since(since), by.since(now)),
        (None, Some(scale)) => {
            let full = scale * super::MINUTE_MS;
            (Told::Usually(scale), full, full - waited)
        }
        (None, None) => (Told::Nothing, 1, 0),
    };
    let full = full.max(1);
    let left_percent = left.clamp(0, full).saturating_mul(100) / full;
    Some(Wait { minutes: waited / super::MINUTE_MS, told, left_percent })
}

fn same(a: &InboxConversation, b: &InboxConversation) -> bool {
    a.conversation.conversation_id == b.conversation.conversation_id
}

/// Rows stand in ascending order of this.
fn key(row: &InboxConversation, order: Order) -> (i64, i64) {
    let newest = -touched_at(row).0;
    let waiting = row.waiting_since.map_or(i64::MAX, |since| since.0);
    match order {
        Order::Promise => match row.conversation.promise_by {
            Some(by) => (by.0, waiting),
            None => (i64::MAX, if row.waiting_since.is_some() { waiting } else { i64::MAX / 2 + newest }),
        },
        Order::Waiting => (waiting, newest),
        Order::Newest => (newest, 0),
    }
}
