//! The rules of a conversation: what a command changes, given where the conversation stands.
//!
//! Pure: no clock, no randomness, no storage. The store runs [`decide`] inside the transaction that writes its
//! changes. What a caller may see or do is never decided here.

use pronto_protocol::id::Millis;
use pronto_protocol::model::{Author, BODY_MAX_CHARS, Receipts, Side, Status};

/// After this much silence of both sides, a visitor's next message begins a new turn of the reply clock.
pub const TURN_SILENCE_MS: i64 = 24 * 60 * 60 * 1000;

/// Where a conversation stands: all that [`decide`] needs to know of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConversationState {
    /// Open, snoozed or resolved.
    pub status: Status,
    /// The seq of the last message; 0 when there is none.
    pub last_seq: u64,
    /// The seq of the visitor's last message; 0 when there is none.
    pub visitor_seq: u64,
    /// The time of the last message, or of the opening. No message is ever stored with an earlier one.
    pub last_at: Millis,
    /// When a person, visitor or agent, last wrote.
    pub spoke_at: Option<Millis>,
    /// Since when the visitor waits for a person.
    pub waiting_since: Option<Millis>,
    /// Whether a turn of the reply clock runs unanswered.
    pub turn_open: bool,
    /// How far the visitor's devices have come.
    pub visitor: Receipts,
    /// How far the business has come.
    pub business: Receipts,
    /// Whether the site has a backend that visitors' messages are forwarded to.
    pub forwards: bool,
}

impl ConversationState {
    /// A conversation that was opened at `now` and has no message yet.
    #[must_use]
    pub fn opened(now: Millis, forwards: bool) -> Self {
        Self {
            status: Status::Open,
            last_seq: 0,
            visitor_seq: 0,
            last_at: now,
            spoke_at: None,
            waiting_since: None,
            turn_open: false,
            visitor: Receipts::default(),
            business: Receipts::default(),
            forwards,
        }
    }

    /// The receipts of `side`; of the business for a side this version does not know.
    #[must_use]
    pub fn receipts(&self, side: Side) -> Receipts {
        if side == Side::Visitor { self.visitor } else { self.business }
    }

    /// The state after `change`.
    #[must_use]
    pub fn after(mut self, change: &Change) -> Self {
        match *change {
            Change::Stored { seq, author, at } => {
                self.last_seq = seq;
                self.last_at = at;
                if author == Author::Visitor {
                    self.visitor_seq = seq;
                }
                if is_person(author) {
                    self.spoke_at = Some(at);
                }
            }
            Change::Status(status) => self.status = status,
            Change::Waiting(since) => self.waiting_since = since,
            Change::TurnOpened(_) => self.turn_open = true,
            Change::TurnAnswered(_) => self.turn_open = false,
            Change::Receipts(Side::Visitor, receipts) => self.visitor = receipts,
            Change::Receipts(_, receipts) => self.business = receipts,
            Change::Forward => {}
        }
        self
    }
}

/// What somebody wants of a conversation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Command<'a> {
    /// To add a message.
    Append {
        /// Who writes.
        author: Author,
        /// The words, as [`clean`] left them.
        body: &'a str,
        /// Author and words of the message that is stored under the same id, if there is one.
        earlier: Option<(Author, &'a str)>,
    },
    /// To report how far a side has come.
    Receive(Side, Receipts),
    /// To open, snooze or resolve it.
    SetStatus(Status),
}

/// What a command changes. The store writes each as told; none depends on another's being written first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// The message is stored.
    Stored {
        /// Its place.
        seq: u64,
        /// Who wrote it.
        author: Author,
        /// Its time.
        at: Millis,
    },
    /// The status becomes this.
    Status(Status),
    /// The visitor waits since then, or no more.
    Waiting(Option<Millis>),
    /// A turn of the reply clock begins.
    TurnOpened(Millis),
    /// The running turn is answered by a person.
    TurnAnswered(Millis),
    /// A side has come this far.
    Receipts(Side, Receipts),
    /// The message goes to the site's backend.
    Forward,
}

/// Why a command was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The message id stands for other words, or for another author.
    IdReused,
    /// No characters, or white space only.
    BodyEmpty,
    /// More than [`BODY_MAX_CHARS`] characters.
    BodyTooLong,
}

/// `body` without the NUL characters that no database of ours can be trusted to keep. Nothing else is touched.
#[must_use]
pub fn clean(body: &str) -> std::borrow::Cow<'_, str> {
    if body.contains('\0') { body.replace('\0', "").into() } else { body.into() }
}

/// What `command` changes at `now`; no change at all when it was carried out before.
///
/// A clock that went backwards is held at the conversation's last time. A turn that is still unanswered goes on however
/// long it lasts, so that asking again neither hides the wait nor counts it twice.
///
/// # Errors
/// The [`Refusal`], when the command cannot be carried out.
pub fn decide(state: &ConversationState, command: Command<'_>, now: Millis) -> Result<Vec<Change>, Refusal> {
    match command {
        Command::Append { author, body, earlier: Some(earlier) } => {
            if earlier == (author, body) {
                Ok(Vec::new())
            } else {
                Err(Refusal::IdReused)
            }
        }
        Command::Append { author, body, earlier: None } => {
            check_body(body)?;
            Ok(append(state, author, now.max(state.last_at)))
        }
        Command::Receive(side, reported) => Ok(receive(state, side, reported)),
        Command::SetStatus(status) => Ok(set_status(state, status)),
    }
}

fn check_body(body: &str) -> Result<(), Refusal> {
    if body.trim().is_empty() {
        return Err(Refusal::BodyEmpty);
    }
    // The byte length bounds the character count from above, and most messages are short.
    if body.len() > BODY_MAX_CHARS && body.chars().nth(BODY_MAX_CHARS).is_some() {
        return Err(Refusal::BodyTooLong);
    }
    Ok(())
}

fn append(state: &ConversationState, author: Author, at: Millis) -> Vec<Change> {
    let mut changes = vec![Change::Stored { seq: state.last_seq + 1, author, at }];
    match author {
        Author::Visitor => {
            if state.status != Status::Open {
                changes.push(Change::Status(Status::Open));
            }
            if state.waiting_since.is_none() {
                changes.push(Change::Waiting(Some(at)));
            }
            let silent = state.spoke_at.is_none_or(|spoke| at.since(spoke) >= TURN_SILENCE_MS);
            if silent && !state.turn_open {
                changes.push(Change::TurnOpened(at));
            }
            if state.forwards {
                changes.push(Change::Forward);
            }
        }
        Author::Agent => {
            if state.waiting_since.is_some() {
                changes.push(Change::Waiting(None));
            }
            if state.turn_open {
                changes.push(Change::TurnAnswered(at));
            }
        }
        Author::Bot | Author::System | Author::Unknown => {}
    }
    changes
}

fn receive(state: &ConversationState, side: Side, reported: Receipts) -> Vec<Change> {
    let known = Receipts {
        delivered: reported.delivered.min(state.last_seq),
        read: reported.read.min(state.last_seq),
    };
    let merged = state.receipts(side).merge(known);
    if side == Side::Unknown || merged == state.receipts(side) {
        Vec::new()
    } else {
        vec![Change::Receipts(side, merged)]
    }
}

fn set_status(state: &ConversationState, status: Status) -> Vec<Change> {
    if status == Status::Unknown || status == state.status {
        return Vec::new();
    }
    let mut changes = vec![Change::Status(status)];
    // A settled conversation waits for nobody; its turn stays unanswered, for the reply clock counts persons' answers.
    if status == Status::Resolved && state.waiting_since.is_some() {
        changes.push(Change::Waiting(None));
    }
    changes
}

fn is_person(author: Author) -> bool {
    matches!(author, Author::Visitor | Author::Agent)
}

#[cfg(test)]
mod tests;
