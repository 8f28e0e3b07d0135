//! The rules of a conversation: what a command changes, given where the conversation stands.
//!
//! Pure: no clock, no randomness, no storage. The store runs [`decide`] inside the transaction that writes its
//! changes. What a caller may see or do is never decided here.

use pronto_protocol::id::{AttachmentId, Millis};
use pronto_protocol::model::ask::{ANSWER_MAX_CHARS, ANSWERS_MAX};
use pronto_protocol::model::{Author, BODY_MAX_CHARS, Receipts, Side, Status};

/// After this much silence of both sides, a visitor's next message begins a new turn of the reply clock.
pub const TURN_SILENCE_MS: i64 = 24 * 60 * 60 * 1000;

/// What a message offers its reader to answer by a press, as it is stored.
///
/// # Errors
/// A sentence for its author.
pub fn offered(author: Author, replies: &[String]) -> Result<Vec<String>, &'static str> {
    let replies: Vec<String> = replies.iter().map(|reply| clean(reply.trim()).into_owned()).collect();
    let fits = |reply: &String| (1..=ANSWER_MAX_CHARS).contains(&reply.chars().count());
    match author {
        Author::Visitor if !replies.is_empty() => Err("Only the business offers quick replies."),
        _ if replies.len() > ANSWERS_MAX || !replies.iter().all(fits) => {
            Err("A message offers three quick replies at most, each of 1 to 20 characters.")
        }
        _ => Ok(replies),
    }
}

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
    /// When a person, visitor or agent, last wrote; absent also where the last turn ended without an answer, so that the
    /// visitor's next message begins a new one.
    pub spoke_at: Option<Millis>,
    /// Since when the visitor waits for a person.
    pub waiting_since: Option<Millis>,
    /// When the turn of the reply clock began that runs unanswered.
    pub turn: Option<Millis>,
    /// By when the visitor was told they will have an answer to it.
    pub promise_by: Option<Millis>,
    /// When the visitor was told, since the last turn began, that nobody is there.
    pub away_at: Option<Millis>,
    /// Whether the visitor is blocked.
    pub blocked: bool,
    /// The turn that was withdrawn when they were, which would go on if that were taken back.
    pub withdrawn: Option<Turn>,
    /// How far the visitor's devices have come.
    pub visitor: Receipts,
    /// How far the business has come.
    pub business: Receipts,
    /// Whether the site has a backend that visitors' messages are forwarded to.
    pub forwards: bool,
    /// Whether the visitor left an address and this server can write to it.
    pub mails: bool,
}

/// A question and what was promised for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Turn {
    /// When the visitor asked.
    pub asked_at: Millis,
    /// By when they were told they will have an answer.
    pub promised_by: Option<Millis>,
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
            turn: None,
            promise_by: None,
            away_at: None,
            blocked: false,
            withdrawn: None,
            visitor: Receipts::default(),
            business: Receipts::default(),
            forwards,
            mails: false,
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
            Change::Away { seq, at } => {
                (self.last_seq, self.last_at, self.away_at) = (seq, at, Some(at));
            }
            Change::TurnOpened(turn) => {
                (self.turn, self.promise_by) = (Some(turn.asked_at), turn.promised_by);
                self.away_at = None;
            }
            Change::TurnAnswered(_) => (self.turn, self.promise_by) = (None, None),
            Change::TurnGivenUp(_) => (self.turn, self.promise_by, self.spoke_at) = (None, None, None),
            Change::TurnWithdrawn(_) => {
                self.withdrawn = self.turn.map(|asked_at| Turn { asked_at, promised_by: self.promise_by });
                (self.turn, self.promise_by, self.spoke_at) = (None, None, None);
            }
            Change::TurnRestored(turn) => {
                (self.turn, self.promise_by, self.withdrawn) = (Some(turn.asked_at), turn.promised_by, None);
                self.spoke_at = Some(self.last_at);
            }
            Change::Blocked(blocked) => self.blocked = blocked,
            Change::Receipts(Side::Visitor, receipts) => self.visitor = receipts,
            Change::Receipts(_, receipts) => self.business = receipts,
            Change::Forward | Change::Mail => {}
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
        /// The files that go with it.
        files: &'a [AttachmentId],
        /// Author, words and files of the message that is stored under the same id, if there is one.
        earlier: Option<(Author, &'a str, &'a [AttachmentId])>,
        /// By when the reply clock would promise an answer to a question asked now.
        promise: Option<Millis>,
        /// Whether the site is closed, and has words for who writes then.
        away: bool,
        /// Whether the business may write now.
        road: Road,
    },
    /// To report how far a side has come.
    Receive(Side, Receipts),
    /// To open, snooze or resolve it.
    SetStatus(Status),
    /// To block its visitor, or to take that back.
    SetBlocked(bool),
}

/// Whether a message of the business may go its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Road {
    /// It may.
    Open,
    /// The reply window has closed for messages of free text.
    Closed,
    /// It costs while the month's budget is used up, and has not been asked for.
    Asks,
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
    /// Behind the message, the site's own words that nobody is there: a bot's, which no clock listens to.
    Away {
        /// Their place.
        seq: u64,
        /// Their time.
        at: Millis,
    },
    /// The status becomes this.
    Status(Status),
    /// The visitor waits since then, or no more.
    Waiting(Option<Millis>),
    /// A turn of the reply clock begins.
    TurnOpened(Turn),
    /// The running turn is answered by a person.
    TurnAnswered(Millis),
    /// The running turn ends without an answer: it stays as having waited until then.
    TurnGivenUp(Millis),
    /// The running turn counts no more.
    TurnWithdrawn(Millis),
    /// A withdrawn turn runs again, as if it always had.
    TurnRestored(Turn),
    /// The visitor is blocked from now on, or no more.
    Blocked(bool),
    /// A side has come this far.
    Receipts(Side, Receipts),
    /// The message goes to the site's backend.
    Forward,
    /// The message goes to the visitor by e-mail, unless one of their devices has it by then.
    Mail,
}

/// Why a command was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The message id stands for other words or files, or for another author.
    IdReused,
    /// No characters, or white space only, and no file.
    BodyEmpty,
    /// More than [`BODY_MAX_CHARS`] characters.
    BodyTooLong,
    /// The visitor is blocked.
    Blocked,
    /// The reply window has closed.
    WindowClosed,
    /// The month's budget is used up, and this costs.
    OverBudget,
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
        Command::Append { author, body, files, earlier: Some(earlier), .. } => {
            if earlier == (author, body, files) { Ok(Vec::new()) } else { Err(Refusal::IdReused) }
        }
        Command::Append { author, body, files, earlier: None, promise, away, road } => {
            check_body(body, files)?;
            if state.blocked && author == Author::Visitor {
                return Err(Refusal::Blocked);
            }
            match road {
                Road::Closed if author != Author::Visitor => return Err(Refusal::WindowClosed),
                Road::Asks if author != Author::Visitor => return Err(Refusal::OverBudget),
                // What a site says by itself nobody can ask for.
                Road::Closed | Road::Asks | Road::Open => {}
            }
            let away = away && road == Road::Open;
            Ok(append(state, author, (promise, away), now.max(state.last_at)))
        }
        Command::Receive(side, reported) => Ok(receive(state, side, reported)),
        Command::SetStatus(status) => Ok(set_status(state, status, now.max(state.last_at))),
        Command::SetBlocked(blocked) => Ok(set_blocked(state, blocked, now.max(state.last_at))),
    }
}

fn check_body(body: &str, files: &[AttachmentId]) -> Result<(), Refusal> {
    if body.trim().is_empty() && files.is_empty() {
        return Err(Refusal::BodyEmpty);
    }
    // The byte length bounds the character count from above, and most messages are short.
    if body.len() > BODY_MAX_CHARS && body.chars().nth(BODY_MAX_CHARS).is_some() {
        return Err(Refusal::BodyTooLong);
    }
    Ok(())
}

fn append(
    state: &ConversationState,
    author: Author,
    (promise, away): (Option<Millis>, bool),
    at: Millis,
) -> Vec<Change> {
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
            let opens = silent && state.turn.is_none();
            if opens {
                // What is over already was never a promise.
                let promised_by = promise.filter(|&by| by > at);
                changes.push(Change::TurnOpened(Turn { asked_at: at, promised_by }));
            }
            if away && (opens || state.away_at.is_none()) {
                changes.push(Change::Away { seq: state.last_seq + 2, at });
            }
            if state.forwards {
                changes.push(Change::Forward);
            }
        }
        Author::Agent => {
            if state.waiting_since.is_some() {
                changes.push(Change::Waiting(None));
            }
            if state.turn.is_some() {
                changes.push(Change::TurnAnswered(at));
            }
            if state.mails && !state.blocked {
                changes.push(Change::Mail);
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

fn set_status(state: &ConversationState, status: Status, at: Millis) -> Vec<Change> {
    if status == Status::Unknown || status == state.status {
        return Vec::new();
    }
    let mut changes = vec![Change::Status(status)];
    if status == Status::Resolved {
        // A settled conversation waits for nobody; its turn does not vanish, for the reply clock counts persons' answers.
        if state.waiting_since.is_some() {
            changes.push(Change::Waiting(None));
        }
        if state.turn.is_some() {
            changes.push(Change::TurnGivenUp(at));
        }
    }
    changes
}

fn set_blocked(state: &ConversationState, blocked: bool, at: Millis) -> Vec<Change> {
    if blocked == state.blocked {
        return Vec::new();
    }
    let mut changes = vec![Change::Blocked(blocked)];
    if blocked {
        if state.waiting_since.is_some() {
            changes.push(Change::Waiting(None));
        }
        if state.turn.is_some() {
            changes.push(Change::TurnWithdrawn(at));
        }
    } else if let Some(turn) = state.withdrawn.filter(|_| state.turn.is_none() && state.spoke_at.is_none()) {
        // Otherwise blocking for a moment would make any wait vanish. Where a person wrote meanwhile, nobody waits.
        changes.push(Change::Waiting(Some(turn.asked_at)));
        changes.push(Change::TurnRestored(turn));
    }
    changes
}

fn is_person(author: Author) -> bool {
    matches!(author, Author::Visitor | Author::Agent)
}

#[cfg(test)]
mod tests;
