//! Made-up history for the demo, written through the same rules as the real one and marked as what it is.

use pronto_protocol::id::{ConversationId, Millis};
use pronto_protocol::model::{Author, Channel, Receipts, Side};

use super::conversations::turns;
use super::engine::connection::{Connection, DbError};
use super::{AppendMessage, SeedConversation, Store, StoreError, conversations, ledger, sites, visitors};
use crate::billing::Shelf;
use crate::conversation::{Command, clean, decide};

/// Conversations in one transaction.
const CHUNK: usize = 64;

impl Store {
    /// Adds made-up conversations; those whose id is there already stay as they are. Nothing is forwarded, and both
    /// sides have read everything but what still waits for an answer.
    ///
    /// # Errors
    /// When the database does not answer or its disk is full; what was added before then stays.
    pub async fn seed(&self, conversations: Vec<SeedConversation>) -> Result<(), StoreError> {
        let mut left = conversations.into_iter().peekable();
        while left.peek().is_some() {
            let chunk: Vec<_> = left.by_ref().take(CHUNK).collect();
            let sites: std::collections::HashSet<_> = chunk.iter().map(|seed| seed.site.clone()).collect();
            let shelf = self.shelf.clone();
            let write = move |c: &mut Connection| chunk.iter().try_for_each(|seed| add(c, &shelf, seed));
            self.engine.write(write).await?;
            sites.into_iter().for_each(|site| self.was_stirred(site));
        }
        Ok(())
    }
}

fn add(c: &mut Connection, shelf: &Shelf, seed: &SeedConversation) -> Result<(), DbError> {
    let Some(first) = seed.messages.first() else { return Ok(()) };
    let id = &seed.conversation_id;
    visitors::insert(c, &seed.site, &seed.visitor_id, first.at)?;
    let context = sites::to_json(&seed.context).map_err(|error| DbError::Other(error.to_string()))?;
    if !conversations::open(c, &seed.site, &seed.visitor_id, id, &context, true, first.at)? {
        return Ok(());
    }
    for message in &seed.messages {
        let message = AppendMessage {
            conversation_id: id.clone(),
            message_id: message.message_id.clone(),
            author: message.author,
            author_name: message.author_name.clone(),
            agent_id: None,
            channel: if message.author == Author::Visitor { Channel::Widget } else { Channel::Inbox },
            body: clean(&message.body).into_owned(),
            quick_replies: Vec::new(),
            attachments: Vec::new(),
            now: message.at,
            promise: message.promise,
            away: None,
            asks: false,
        };
        conversations::append_unforwarded(c, &message)?;
        if message.author != Author::Visitor {
            deliver(c, shelf, id, message.now)?;
        }
    }
    finish(c, seed)
}

/// All that was written so far reaches the visitor.
fn deliver(c: &mut Connection, shelf: &Shelf, id: &ConversationId, now: Millis) -> Result<(), DbError> {
    let Some(locked) = conversations::lock(c, id)? else { return Ok(()) };
    let before = locked.state.visitor.delivered;
    let all = Receipts { delivered: locked.state.last_seq, read: 0 };
    let changes = decide(&locked.state, Command::Receive(Side::Visitor, all), now).unwrap_or_default();
    let state = conversations::update(c, id, locked.state, &changes)?;
    ledger::delivered(c, shelf, (&locked.site, id), (before, state.visitor.delivered), now)
}

fn finish(c: &mut Connection, seed: &SeedConversation) -> Result<(), DbError> {
    let id = &seed.conversation_id;
    let Some(locked) = conversations::lock(c, id)? else { return Ok(()) };
    let mut state = locked.state;
    let all = Receipts { delivered: state.last_seq, read: state.last_seq };
    let mut commands = vec![Command::SetStatus(seed.status), Command::Receive(Side::Visitor, all)];
    if state.waiting_since.is_none() {
        commands.push(Command::Receive(Side::Business, all));
    }
    for command in commands {
        let changes = decide(&state, command, state.last_at).unwrap_or_default();
        turns::apply(c, id, &locked.site, &changes)?;
        state = conversations::update(c, id, state, &changes)?;
    }
    Ok(())
}
