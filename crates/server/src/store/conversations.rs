//! Conversations and their messages: reading them, and carrying out in one transaction what the rules decided.

pub(super) mod turns;

use pronto_protocol::id::{AgentId, AttachmentId, ConversationId, MessageId, Millis, SiteKey, VisitorId};
use pronto_protocol::model::attachment::Attachment;
use pronto_protocol::model::{Author, Channel, Conversation, Message, Receipts, Side, Status};

use super::engine::connection::{Connection, DbError, Row, Value};
use super::{
    AppendMessage, Appended, ConversationRow, Notice, Page, Store, StoreError, attachments, ledger, outbox,
};
use crate::billing::Shelf;
use crate::conversation::{Change, Command, ConversationState, Refusal, Road, clean, decide};

macro_rules! conversation_columns {
    () => {
        "c.conversation_id, c.site_key, c.status, c.last_seq, c.visitor_delivered, c.visitor_read, \
         c.business_delivered, c.business_read, c.created_at, c.promise_by"
    };
}
macro_rules! message_columns {
    () => {
        "m.message_id, m.conversation_id, m.seq, m.author, m.author_name, m.channel, m.body, m.created_at, m.quick_replies"
    };
}
pub(super) use {conversation_columns, message_columns};

/// How many columns `conversation_columns` names.
pub(super) const CONVERSATION_COLUMNS: usize = 10;
/// How many columns `message_columns` names.
pub(super) const MESSAGE_COLUMNS: usize = 9;

/// The most messages in one page.
const PAGE_MAX: u32 = 500;

impl Store {
    /// The conversation with this id.
    ///
    /// # Errors
    /// When the database does not answer; so with every method here.
    pub async fn conversation(&self, id: &ConversationId) -> Result<Option<ConversationRow>, StoreError> {
        let id = id.clone();
        let read = move |c: &mut Connection| {
            let sql = concat!(
                "select ",
                conversation_columns!(),
                ", c.visitor_id, c.demo from conversation c where c.conversation_id = $1"
            );
            let row = c.query_one(sql, &[id.as_str().into()])?;
            row.map(|mut row| {
                Ok(ConversationRow {
                    conversation: conversation(&mut row)?,
                    visitor_id: row.id(CONVERSATION_COLUMNS)?,
                    demo: row.int(CONVERSATION_COLUMNS + 1)? != 0,
                })
            })
            .transpose()
        };
        self.engine.read(read).await
    }

    /// Messages of a conversation in order of seq, `limit` of them at most.
    ///
    /// # Errors
    /// As [`Store::conversation`].
    pub async fn messages(
        &self,
        id: &ConversationId,
        page: Page,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError> {
        let (id, limit) = (id.clone(), i64::from(limit.min(PAGE_MAX)));
        self.engine.read(move |c| messages(c, &id, page, limit)).await
    }

    /// Stores a message and all that follows from it, in one transaction.
    ///
    /// # Errors
    /// [`StoreError::Full`] and [`StoreError::Unavailable`]: the message may be sent again, with the same id.
    pub async fn append(&self, message: AppendMessage) -> Result<Appended, StoreError> {
        let message = AppendMessage { body: clean(&message.body).into_owned(), ..message };
        let (shelf, mail_after) = (self.shelf.clone(), self.mail_after_ms);
        let (appended, news) = self.engine.write(move |c| append(c, &shelf, &message, mail_after)).await?;
        if let Some(News { site, queued, stirred }) = news {
            if stirred {
                self.was_stirred(site.clone());
            }
            if queued {
                self.was_queued(site);
            }
        }
        Ok(appended)
    }

    /// Moves a side's receipts forward; what they are now, or `None` when nothing moved. What the business wrote and now
    /// has reached the visitor is charged in the same transaction.
    ///
    /// # Errors
    /// As [`Store::conversation`].
    pub async fn set_receipts(
        &self,
        id: &ConversationId,
        side: Side,
        receipts: Receipts,
        now: Millis,
    ) -> Result<Option<Receipts>, StoreError> {
        let (id, shelf) = (id.clone(), self.shelf.clone());
        let write = move |c: &mut Connection| {
            let Some(locked) = lock(c, &id)? else { return Ok(None) };
            let changes = decide(&locked.state, Command::Receive(side, receipts), now).unwrap_or_default();
            if changes.is_empty() {
                return Ok(None);
            }
            let (site, before) = (locked.site, locked.state.visitor.delivered);
            let state = update(c, &id, locked.state, &changes)?;
            ledger::delivered(c, &shelf, (&site, &id), (before, state.visitor.delivered), now)?;
            Ok(Some(state.receipts(side)))
        };
        self.engine.write(write).await
    }

    /// Opens, snoozes or resolves a conversation; whether that changed anything.
    ///
    /// # Errors
    /// As [`Store::conversation`].
    pub async fn set_status(
        &self,
        id: &ConversationId,
        status: Status,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let id = id.clone();
        let write = move |c: &mut Connection| {
            let Some(locked) = lock(c, &id)? else { return Ok((false, None)) };
            let changes = decide(&locked.state, Command::SetStatus(status), now).unwrap_or_default();
            if changes.is_empty() {
                return Ok((false, None));
            }
            let stirred = turns::apply(c, &id, &locked.site, &changes)?;
            update(c, &id, locked.state, &changes)?;
            Ok((true, stirred.then_some(locked.site)))
        };
        let (changed, stirred) = self.engine.write(write).await?;
        if let Some(site) = stirred {
            self.was_stirred(site);
        }
        Ok(changed)
    }
}

/// A conversation that no other transaction changes until this one ends.
pub(super) struct Locked {
    pub(super) state: ConversationState,
    pub(super) site: SiteKey,
}

pub(super) fn lock(c: &mut Connection, id: &ConversationId) -> Result<Option<Locked>, DbError> {
    let sql = "select c.status, c.last_seq, c.visitor_seq, c.last_at, c.spoke_at, c.waiting_since, \
        c.visitor_delivered, c.visitor_read, c.business_delivered, c.business_read, c.site_key, s.backend_url, c.promise_by, c.away_at \
        from conversation c join site s on s.site_key = c.site_key where c.conversation_id = $1";
    let Some(mut row) = c.lock_one(sql, &[id.as_str().into()])? else { return Ok(None) };
    let state = ConversationState {
        status: Status::parse(&row.text(0)?),
        last_seq: row.seq(1)?,
        visitor_seq: row.seq(2)?,
        last_at: row.at(3)?,
        spoke_at: row.opt_at(4)?,
        waiting_since: row.opt_at(5)?,
        visitor: Receipts { delivered: row.seq(6)?, read: row.seq(7)? },
        business: Receipts { delivered: row.seq(8)?, read: row.seq(9)? },
        forwards: row.opt_text(11)?.is_some(),
        mails: false,
        promise_by: row.opt_at(12)?,
        away_at: row.opt_at(13)?,
        turn: None,
        blocked: false,
        withdrawn: None,
    };
    let mut locked = Locked { state, site: row.id(10)? };
    turns::read(c, id, &mut locked)?;
    Ok(Some(locked))
}

/// Where there is something new for others than the two sides.
struct News {
    site: SiteKey,
    /// In the outbox.
    queued: bool,
    /// For the reply clock.
    stirred: bool,
}

/// What became of the message, and what else is new.
fn append(
    c: &mut Connection,
    shelf: &Shelf,
    message: &AppendMessage,
    mail_after: Option<i64>,
) -> Result<(Appended, Option<News>), DbError> {
    match lock(c, &message.conversation_id)? {
        Some(locked) => {
            let road = road(c, shelf, &locked, message)?;
            append_to(c, locked, message, road, mail_after)
        }
        None => Ok((Appended::NoConversation, None)),
    }
}

/// [`append`] for made-up history, which no backend hears of.
pub(super) fn append_unforwarded(c: &mut Connection, message: &AppendMessage) -> Result<(), DbError> {
    let Some(mut locked) = lock(c, &message.conversation_id)? else { return Ok(()) };
    locked.state.forwards = false;
    append_to(c, locked, message, Road::Open, None).map(drop)
}

/// Whether the business may say what it is about to, which for a visitor's message is what the site says by itself.
fn road(
    c: &mut Connection,
    shelf: &Shelf,
    locked: &Locked,
    message: &AppendMessage,
) -> Result<Road, DbError> {
    let at = message.now.max(locked.state.last_at);
    let of = (&locked.site, &message.conversation_id);
    match message.author {
        Author::Visitor if message.away.is_none() => Ok(Road::Open),
        Author::Visitor => {
            let last = Some((at, message.channel.as_str().to_owned()));
            ledger::terms::road(c, shelf, of, (last, true), at)
        }
        _ => ledger::terms::road(c, shelf, of, (None, message.asks), at),
    }
}

fn append_to(
    c: &mut Connection,
    Locked { mut state, site }: Locked,
    message: &AppendMessage,
    road: Road,
    mail_after: Option<i64>,
) -> Result<(Appended, Option<News>), DbError> {
    state.mails &= mail_after.is_some();
    let earlier = by_id(c, &message.conversation_id, &message.message_id)?;
    let has: Vec<AttachmentId> = earlier
        .iter()
        .flat_map(|earlier| &earlier.attachments)
        .map(|file| file.attachment_id.clone())
        .collect();
    let command = Command::Append {
        author: message.author,
        body: &message.body,
        files: &message.attachments,
        earlier: earlier.as_ref().map(|earlier| (earlier.author, earlier.body.as_str(), has.as_slice())),
        promise: message.promise,
        away: message.away.is_some(),
        road,
    };
    let changes = match decide(&state, command, message.now) {
        Ok(changes) => changes,
        Err(Refusal::IdReused) => return Ok((Appended::IdReused, None)),
        Err(Refusal::BodyEmpty) => return Ok((Appended::BodyEmpty, None)),
        Err(Refusal::BodyTooLong) => return Ok((Appended::BodyTooLong, None)),
        Err(Refusal::Blocked) => return Ok((Appended::Blocked, None)),
        Err(Refusal::WindowClosed) => return Ok((Appended::WindowClosed, None)),
        Err(Refusal::OverBudget) => return Ok((Appended::OverBudget, None)),
    };
    if let Some(earlier) = earlier {
        return Ok((Appended::Again(earlier), None));
    }
    let side = if message.author == Author::Visitor { Side::Visitor } else { Side::Business };
    let Some(files) = attachments::wanted(c, &message.conversation_id, side, &message.attachments)? else {
        return Ok((Appended::AttachmentMissing, None));
    };
    let (stored, notice) = write(c, &site, message, files, &changes, mail_after)?;
    let stirred = turns::apply(c, &message.conversation_id, &site, &changes)?;
    update(c, &message.conversation_id, state, &changes)?;
    let queued = changes.contains(&Change::Forward);
    let appended = match notice {
        None => Appended::Stored(stored),
        Some(notice) => Appended::Noticed(stored, notice),
    };
    Ok((appended, Some(News { site, queued, stirred })))
}

/// The rows a message adds: its own, the outbox's, and that of the notice behind it.
fn write(
    c: &mut Connection,
    site: &SiteKey,
    message: &AppendMessage,
    attachments: Vec<Attachment>,
    changes: &[Change],
    mail_after: Option<i64>,
) -> Result<(Message, Option<Message>), DbError> {
    let mut notice = None;
    let mut stored = Message {
        message_id: message.message_id.clone(),
        conversation_id: message.conversation_id.clone(),
        seq: 0,
        author: message.author,
        author_name: message.author_name.clone(),
        channel: message.channel,
        body: message.body.clone(),
        created_at: message.now,
        quick_replies: message.quick_replies.clone(),
        attachments,
    };
    for change in changes {
        match *change {
            Change::Stored { seq, at, .. } => {
                (stored.seq, stored.created_at) = (seq, at);
                insert(c, &stored, message.agent_id.as_ref())?;
                attachments::carry(c, &stored)?;
            }
            Change::Away { seq, at } => {
                if let Some(said) = message.away.as_ref().map(|away| said(&stored, away, seq, at)) {
                    insert(c, &said, None)?;
                    notice = Some(said);
                }
            }
            Change::Forward => outbox::queue(c, site, &stored)?,
            Change::Mail => outbox::mail::queue(c, site, &stored, mail_after.unwrap_or_default())?,
            _ => {}
        }
    }
    Ok((stored, notice))
}

/// What a site says by itself behind the message of a visitor.
fn said(stored: &Message, notice: &Notice, seq: u64, at: Millis) -> Message {
    Message {
        message_id: notice.message_id.clone(),
        conversation_id: stored.conversation_id.clone(),
        seq,
        author: Author::Bot,
        author_name: None,
        channel: Channel::Inbox,
        body: notice.body.clone(),
        created_at: at,
        quick_replies: Vec::new(),
        attachments: Vec::new(),
    }
}

fn insert(c: &mut Connection, stored: &Message, agent_id: Option<&AgentId>) -> Result<(), DbError> {
    let sql = "insert into message \
        (conversation_id, seq, message_id, author, author_name, agent_id, channel, body, created_at, quick_replies) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let offered = (!stored.quick_replies.is_empty()).then(|| super::sites::to_json(&stored.quick_replies));
    let offered = offered.transpose().map_err(|error| DbError::Other(error.to_string()))?;
    let values = [
        stored.conversation_id.as_str().into(),
        stored.seq.into(),
        stored.message_id.as_str().into(),
        stored.author.as_str().into(),
        stored.author_name.as_ref().into(),
        agent_id.map(AgentId::as_str).into(),
        stored.channel.as_str().into(),
        (&stored.body).into(),
        stored.created_at.into(),
        offered.as_ref().into(),
    ];
    c.execute(sql, &values).map(drop)
}

/// Writes the conversation's row as it stands after `changes`.
pub(super) fn update(
    c: &mut Connection,
    id: &ConversationId,
    state: ConversationState,
    changes: &[Change],
) -> Result<ConversationState, DbError> {
    let state = changes.iter().fold(state, ConversationState::after);
    let sql = "update conversation set status = $2, last_seq = $3, visitor_seq = $4, last_at = $5, spoke_at = $6, \
        waiting_since = $7, waiting_order = $8, visitor_delivered = $9, visitor_read = $10, \
        business_delivered = $11, business_read = $12, promise_by = $13, promise_order = $14, away_at = $15 \
        where conversation_id = $1";
    let values = [
        id.as_str().into(),
        state.status.as_str().into(),
        state.last_seq.into(),
        state.visitor_seq.into(),
        state.last_at.into(),
        state.spoke_at.into(),
        state.waiting_since.into(),
        waiting_order(&state).into(),
        state.visitor.delivered.into(),
        state.visitor.read.into(),
        state.business.delivered.into(),
        state.business.read.into(),
        state.promise_by.into(),
        promise_order(&state).into(),
        state.away_at.into(),
    ];
    c.execute(sql, &values)?;
    Ok(state)
}

/// Who waits comes first, longest first; then those who do not, newest first.
fn waiting_order(state: &ConversationState) -> i64 {
    state.waiting_since.map_or_else(|| i64::MAX.saturating_sub(state.last_at.0), |since| since.0)
}

/// Behind every promise; as in the migration that first wrote it.
const WITHOUT_PROMISE: i64 = 1 << 60;

/// Who was promised an answer comes first, the earliest promise foremost; then who waits without one, longest first;
/// then the rest, newest first.
fn promise_order(state: &ConversationState) -> i64 {
    match (state.promise_by, state.waiting_since) {
        (Some(by), _) => by.0.min(WITHOUT_PROMISE),
        (None, Some(since)) => WITHOUT_PROMISE.saturating_add(since.0),
        (None, None) => waiting_order(state),
    }
}

/// Opens a conversation; one that is there stays as it is.
pub(super) fn open(
    c: &mut Connection,
    site: &SiteKey,
    visitor_id: &VisitorId,
    id: &ConversationId,
    context: &str,
    demo: bool,
    now: Millis,
) -> Result<bool, DbError> {
    let state = ConversationState::opened(now, false);
    let sql = "insert into conversation (conversation_id, site_key, visitor_id, status, last_seq, visitor_seq, last_at, \
        waiting_order, promise_order, visitor_delivered, visitor_read, business_delivered, business_read, context, \
        demo, created_at) values ($1, $2, $3, $4, 0, 0, $5, $6, $6, 0, 0, 0, 0, $7, $8, $5) on conflict (conversation_id) do nothing";
    let values = [
        id.as_str().into(),
        site.as_str().into(),
        visitor_id.as_str().into(),
        state.status.as_str().into(),
        now.into(),
        waiting_order(&state).into(),
        context.into(),
        demo.into(),
    ];
    Ok(c.execute(sql, &values)? > 0)
}

pub(super) fn of_visitor(c: &mut Connection, id: &VisitorId) -> Result<Vec<Conversation>, DbError> {
    let sql = concat!(
        "select ",
        conversation_columns!(),
        " from conversation c where c.visitor_id = $1 order by c.created_at desc, c.conversation_id limit 50"
    );
    let rows = c.query(sql, &[id.as_str().into()])?;
    rows.into_iter().map(|mut row| conversation(&mut row)).collect()
}

fn messages(
    c: &mut Connection,
    id: &ConversationId,
    page: Page,
    limit: i64,
) -> Result<Vec<Message>, DbError> {
    const AFTER: &str = concat!(
        "select ",
        message_columns!(),
        " from message m where m.conversation_id = $1 and m.seq > $2 order by m.seq limit $3"
    );
    const BEFORE: &str = concat!(
        "select ",
        message_columns!(),
        " from message m where m.conversation_id = $1 and m.seq < $2 order by m.seq desc limit $3"
    );
    let id = Value::Text(id.as_str());
    let rows = match page {
        Page::After(seq) => c.query(AFTER, &[id, seq.into(), limit.into()])?,
        Page::Before(seq) => c.query(BEFORE, &[id, seq.into(), limit.into()])?,
        Page::Last => c.query(BEFORE, &[id, u64::MAX.into(), limit.into()])?,
    };
    let mut messages: Vec<_> =
        rows.into_iter().map(|mut row| message(&mut row, 0)).collect::<Result<_, _>>()?;
    if !matches!(page, Page::After(_)) {
        messages.reverse();
    }
    attachments::fill(c, &mut messages)?;
    Ok(messages)
}

fn by_id(
    c: &mut Connection,
    id: &ConversationId,
    message_id: &MessageId,
) -> Result<Option<Message>, DbError> {
    let sql = concat!(
        "select ",
        message_columns!(),
        " from message m where m.conversation_id = $1 and m.message_id = $2"
    );
    let row = c.query_one(sql, &[id.as_str().into(), message_id.as_str().into()])?;
    let mut found = row.map(|mut row| message(&mut row, 0)).transpose()?;
    attachments::fill(c, &mut found)?;
    Ok(found)
}

/// A conversation from the first columns of a row.
pub(super) fn conversation(row: &mut Row) -> Result<Conversation, DbError> {
    Ok(Conversation {
        conversation_id: row.id(0)?,
        site: row.id(1)?,
        status: Status::parse(&row.text(2)?),
        last_seq: row.seq(3)?,
        visitor: Receipts { delivered: row.seq(4)?, read: row.seq(5)? },
        business: Receipts { delivered: row.seq(6)?, read: row.seq(7)? },
        created_at: row.at(8)?,
        promise_by: row.opt_at(9)?,
    })
}

/// A message from the columns of a row that begin at `from`, without its files.
pub(super) fn message(row: &mut Row, from: usize) -> Result<Message, DbError> {
    Ok(Message {
        message_id: row.id(from)?,
        conversation_id: row.id(from + 1)?,
        seq: row.seq(from + 2)?,
        author: Author::parse(&row.text(from + 3)?),
        author_name: row.opt_text(from + 4)?,
        channel: Channel::parse(&row.text(from + 5)?),
        body: row.text(from + 6)?,
        created_at: row.at(from + 7)?,
        quick_replies: row
            .opt_text(from + 8)?
            .map_or(Ok(Vec::new()), |json| super::sites::parse(&json, from + 8))?,
        attachments: Vec::new(),
    })
}
