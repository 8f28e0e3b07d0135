//! What one listener still has to hear: listens first, then reads, so that nothing falls between the two.

use std::collections::HashMap;

use pronto_protocol::api::{Cursor, ErrorCode};
use pronto_protocol::frame::{Presence, ServerFrame, SideReceipts};
use pronto_protocol::id::ConversationId;
use pronto_protocol::model::{Message, Side};

use crate::bus::{Receiver, Topic};
use crate::http::api::inbox;
use crate::http::error::{Answer, Refused};
use crate::http::party::Party;
use crate::http::state::{App, now};
use crate::store::{InboxOrder, Page};

/// Cursors that one hello or poll may carry.
const CURSORS_MAX: usize = 200;
const BATCH: u32 = 100;

/// What becomes of a frame that was heard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The listener gets it.
    Pass,
    /// The listener has it already, or it is their own.
    Skip,
    /// Something before it is missing: read this conversation from the store first.
    Behind(ConversationId),
}

/// One listener.
pub struct Feed {
    /// Who listens.
    pub party: Party,
    /// What they hear.
    pub receiver: Receiver,
    /// The last seq that was sent, in each conversation whose place is known.
    sent: HashMap<ConversationId, u64>,
}

impl Feed {
    /// Listens to all that is `party`'s, from `cursors` on. A visitor's conversation without a cursor is heard from now on.
    ///
    /// # Errors
    /// 403 for a backend: it has webhooks.
    pub async fn open(app: &App, party: Party, cursors: Vec<Cursor>) -> Answer<Self> {
        let mut sent = HashMap::new();
        let receiver = match &party {
            Party::Visitor(visitor) => {
                let topics = app.store.conversations_of(&visitor.visitor_id).await?;
                let receiver =
                    app.bus.subscribe(topics.into_iter().map(|c| Topic::Conversation(c.conversation_id)));
                for conversation in app.store.conversations_of(&visitor.visitor_id).await? {
                    sent.insert(conversation.conversation_id, conversation.last_seq);
                }
                receiver
            }
            Party::Agent(_) => {
                let sites = app.store.sites().await?;
                app.bus.subscribe(sites.into_iter().map(|site| Topic::Site(site.site)))
            }
            Party::Backend(_) => {
                return Err(Refused::new(
                    ErrorCode::Forbidden,
                    "A backend hears by webhook, not by socket or poll.",
                ));
            }
        };
        for cursor in cursors.into_iter().take(CURSORS_MAX) {
            // A cursor of a conversation that is not theirs is skipped, as any unknown thing in a frame.
            if party.conversation(app, &cursor.conversation_id).await.is_ok() {
                sent.insert(cursor.conversation_id, cursor.after);
            }
        }
        Ok(Self { party, receiver, sent })
    }

    /// The conversations whose place is known.
    #[must_use]
    pub fn known(&self) -> Vec<ConversationId> {
        self.sent.keys().cloned().collect()
    }

    /// Goes back to `cursors` where more was sent than that; which of its conversations they name.
    pub fn back_to(&mut self, cursors: Vec<Cursor>) -> Vec<ConversationId> {
        let mut named = Vec::new();
        for cursor in cursors.into_iter().take(CURSORS_MAX) {
            if let Some(sent) = self.sent.get_mut(&cursor.conversation_id) {
                *sent = cursor.after.min(*sent);
                named.push(cursor.conversation_id);
            }
        }
        named
    }

    /// What becomes of `frame`.
    pub fn judge(&mut self, frame: &ServerFrame) -> Verdict {
        match frame {
            ServerFrame::Message(message) => self.judge_message(message),
            ServerFrame::Typing(typing) => {
                let own = match &self.party {
                    Party::Agent(agent) => {
                        typing.side == Side::Business && typing.name.as_ref() == Some(&agent.agent.name)
                    }
                    Party::Visitor(_) | Party::Backend(_) => typing.side == self.party.side(),
                };
                if own { Verdict::Skip } else { Verdict::Pass }
            }
            _ => Verdict::Pass,
        }
    }

    fn judge_message(&mut self, message: &Message) -> Verdict {
        match self.sent.get_mut(&message.conversation_id) {
            Some(sent) if message.seq <= *sent => Verdict::Skip,
            Some(sent) if message.seq == sent.saturating_add(1) => {
                *sent = message.seq;
                Verdict::Pass
            }
            Some(_) => Verdict::Behind(message.conversation_id.clone()),
            None => Verdict::Pass,
        }
    }

    /// The next messages of a conversation that were not sent yet, a bounded batch; none when all were.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn missed(&mut self, app: &App, id: &ConversationId) -> Answer<Vec<Message>> {
        let Some(sent) = self.sent.get_mut(id) else { return Ok(Vec::new()) };
        let messages = app.store.messages(id, Page::After(*sent), BATCH).await?;
        if let Some(last) = messages.last() {
            *sent = last.seq;
        }
        Ok(messages)
    }

    /// How far everything was sent in `id`.
    #[must_use]
    pub fn caught_up(&self, id: &ConversationId) -> ServerFrame {
        let after = self.sent.get(id).copied().unwrap_or_default();
        ServerFrame::CaughtUp(Cursor { conversation_id: id.clone(), after })
    }

    /// How a conversation stands apart from its messages: both sides' receipts.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn standing(&self, app: &App, id: &ConversationId) -> Answer<Vec<ServerFrame>> {
        let Some(row) = app.store.conversation(id).await? else { return Ok(Vec::new()) };
        let frame = |side, receipts| {
            ServerFrame::Receipts(SideReceipts { conversation_id: id.clone(), side, receipts })
        };
        let conversation = row.conversation;
        Ok(vec![frame(Side::Visitor, conversation.visitor), frame(Side::Business, conversation.business)])
    }

    /// For agents, the newest rows of each site's list: what they may have missed of it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list(&self, app: &App) -> Answer<Vec<ServerFrame>> {
        let mut frames = Vec::new();
        if matches!(self.party, Party::Agent(_)) {
            for site in app.store.sites().await? {
                let (rows, _) = app
                    .store
                    .inbox_page(&site.site, InboxOrder::Newest, false, None, (inbox::PAGE, now()))
                    .await?;
                frames.extend(rows.into_iter().map(ServerFrame::Conversation));
            }
        }
        Ok(frames)
    }

    /// For visitors, whether anyone is at the inbox.
    #[must_use]
    pub fn presence(&self, online: bool) -> Option<ServerFrame> {
        matches!(self.party, Party::Visitor(_)).then_some(ServerFrame::Presence(Presence { online }))
    }
}
