//! What the inbox lists: conversations with their last message, page by page.

use pronto_protocol::id::{ConversationId, Millis, SiteKey};
use pronto_protocol::model::InboxConversation;

use super::conversations::{
    CONVERSATION_COLUMNS, MESSAGE_COLUMNS, conversation, conversation_columns, message, message_columns,
};
use super::engine::connection::{Connection, DbError, Row};
use super::sites::{from_json, opt_json};
use super::visitors::rating::rating;
use super::{InboxOrder, Store, StoreError, attachments, ledger};
use crate::billing::Shelf;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select ",
            conversation_columns!(),
            ", c.visitor_id, c.context, c.waiting_since, c.demo, c.last_at, c.waiting_order, \
             c.promise_order, (select v.blocked_at from visitor v where v.visitor_id = c.visitor_id), \
             (select v.email from visitor v where v.visitor_id = c.visitor_id), \
             (select v.contact from visitor v where v.visitor_id = c.visitor_id), ",
            message_columns!(),
            ", w.created_at, w.channel, r.score, r.words, r.rated_at from conversation c left join message m \
             on m.conversation_id = c.conversation_id and m.seq = c.last_seq left join message w \
             on w.conversation_id = c.conversation_id and w.seq = c.visitor_seq left join rating r \
             on r.conversation_id = c.conversation_id and r.visitor_seq = \
             (select max(x.visitor_seq) from rating x where x.conversation_id = c.conversation_id) ",
            $rest
        )
    };
}

const NEWEST: &str = select!(
    "where c.site_key = $1 and c.last_seq > 0 and ($2 = 0 or c.visitor_seq > c.business_read) \
     and (c.last_at, c.conversation_id) < ($3, $4) order by c.last_at desc, c.conversation_id desc limit $5"
);
const WAITING: &str = select!(
    "where c.site_key = $1 and c.last_seq > 0 and ($2 = 0 or c.visitor_seq > c.business_read) \
     and (c.waiting_order, c.conversation_id) > ($3, $4) order by c.waiting_order, c.conversation_id limit $5"
);
const PROMISE: &str = select!(
    "where c.site_key = $1 and c.last_seq > 0 and ($2 = 0 or c.visitor_seq > c.business_read) \
     and (c.promise_order, c.conversation_id) > ($3, $4) order by c.promise_order, c.conversation_id limit $5"
);
const ONE: &str = select!("where c.conversation_id = $1");

/// Where the columns of the visitor's last message begin.
const LAST_SAID: usize = CONVERSATION_COLUMNS + 10 + MESSAGE_COLUMNS;

impl Store {
    /// A page of a site's conversations that have a message, and the cursor of the next page. A cursor that cannot be
    /// read begins at the first page.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn inbox_page(
        &self,
        site: &SiteKey,
        order: InboxOrder,
        unread: bool,
        cursor: Option<&str>,
        (limit, now): (u32, Millis),
    ) -> Result<(Vec<InboxConversation>, Option<String>), StoreError> {
        let first = match order {
            InboxOrder::Newest => (i64::MAX, String::new()),
            InboxOrder::Waiting | InboxOrder::Promise => (i64::MIN, String::new()),
        };
        let (from, id) = cursor.and_then(read_cursor).unwrap_or(first);
        let (site, limit) = (site.clone(), usize::try_from(limit).unwrap_or(usize::MAX));
        let shelf = self.shelf.clone();
        let read = move |c: &mut Connection| {
            let (sql, column) = match order {
                InboxOrder::Newest => (NEWEST, 4),
                InboxOrder::Waiting => (WAITING, 5),
                InboxOrder::Promise => (PROMISE, 6),
            };
            // One more than asked for, to know whether there is a next page.
            let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
            let values = [site.as_str().into(), unread.into(), from.into(), (&id).into(), wanted.into()];
            let mut rows = c.query(sql, &values)?;
            let more = rows.len() > limit;
            rows.truncate(limit);
            let key = rows.last().map_or(Ok(0), |last| last.int(CONVERSATION_COLUMNS + column))?;
            let page = inbox_conversations(c, &shelf, rows, now)?;
            let last = page.last().filter(|_| more);
            let next = last.map(|last| format!("{key}.{}", last.conversation.conversation_id));
            Ok((page, next))
        };
        self.engine.read(read).await
    }

    /// One conversation as the inbox lists it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn inbox_conversation(
        &self,
        id: &ConversationId,
        now: Millis,
    ) -> Result<Option<InboxConversation>, StoreError> {
        let (id, shelf) = (id.clone(), self.shelf.clone());
        let read = move |c: &mut Connection| {
            let rows = c.query(ONE, &[id.as_str().into()])?;
            Ok(inbox_conversations(c, &shelf, rows, now)?.pop())
        };
        self.engine.read(read).await
    }
}

fn read_cursor(cursor: &str) -> Option<(i64, String)> {
    let (from, id) = cursor.split_once('.')?;
    Some((from.parse().ok()?, ConversationId::new(id).ok()?.into()))
}

/// The rows as the inbox lists them at `now`, each with its window.
fn inbox_conversations(
    c: &mut Connection,
    shelf: &Shelf,
    rows: Vec<Row>,
    now: Millis,
) -> Result<Vec<InboxConversation>, DbError> {
    let mut shown = Vec::with_capacity(rows.len());
    for mut row in rows {
        let last = row.opt_at(LAST_SAID)?;
        let channel = row.opt_text(LAST_SAID + 1)?;
        shown.push((inbox_conversation(&mut row)?, last.zip(channel)));
    }
    attachments::fill(c, shown.iter_mut().filter_map(|(row, _)| row.last_message.as_mut()))?;
    ledger::terms::fill(c, shelf, &mut shown, now)?;
    Ok(shown.into_iter().map(|(row, _)| row).collect())
}

fn inbox_conversation(row: &mut Row) -> Result<InboxConversation, DbError> {
    const AT: usize = CONVERSATION_COLUMNS;
    let conversation = conversation(row)?;
    let has_messages = conversation.last_seq > 0;
    Ok(InboxConversation {
        conversation,
        visitor_id: row.id(AT)?,
        context: from_json(row, AT + 1)?,
        waiting_since: row.opt_at(AT + 2)?,
        demo: row.int(AT + 3)? != 0,
        last_message: if has_messages { Some(message(row, AT + 10)?) } else { None },
        window: None,
        blocked: row.opt_at(AT + 7)?.is_some(),
        email: row.opt_text(AT + 8)?,
        rating: rating(row, LAST_SAID + 2)?,
        contact: opt_json(row, AT + 9)?,
    })
}
