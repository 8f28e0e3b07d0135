//! What a visitor may see of themselves: their conversations at a glance, and all that is kept.

use pronto_protocol::id::{ConversationId, Millis, VisitorId};
use pronto_protocol::model::yours::{KeptSession, VisitorConversation};
use pronto_protocol::model::{Conversation, VisitorContext};

use super::rating::rating;
use crate::store::conversations::{
    CONVERSATION_COLUMNS, MESSAGE_COLUMNS, conversation, conversation_columns, message, message_columns,
};
use crate::store::engine::connection::{Connection, DbError, Row};
use crate::store::{Kept, Store, StoreError, attachments, sites};

impl Store {
    /// A visitor's conversations that have a message, the one with the newest first, 200 at most.
    ///
    /// # Errors
    /// When the database does not answer; so with every method here.
    pub async fn talks_of(&self, visitor_id: &VisitorId) -> Result<Vec<VisitorConversation>, StoreError> {
        let visitor_id = visitor_id.clone();
        let read = move |c: &mut Connection| {
            let sql = concat!(
                "select ",
                conversation_columns!(),
                ", ",
                message_columns!(),
                ", (select count(*) from message u where u.conversation_id = c.conversation_id \
                 and u.seq > c.visitor_read and u.author <> 'visitor'), r.score, r.words, r.rated_at from conversation c \
                 join message m on m.conversation_id = c.conversation_id and m.seq = c.last_seq \
                 left join rating r on r.conversation_id = c.conversation_id and r.visitor_seq = c.visitor_seq \
                 where c.visitor_id = $1 order by c.last_at desc, c.conversation_id limit 200"
            );
            let rows = c.query(sql, &[visitor_id.as_str().into()])?;
            let read = |mut row| {
                Ok(VisitorConversation {
                    conversation: conversation(&mut row)?,
                    last_message: message(&mut row, CONVERSATION_COLUMNS)?,
                    unread: row.seq(CONVERSATION_COLUMNS + MESSAGE_COLUMNS)?,
                    rating: rating(&mut row, CONVERSATION_COLUMNS + MESSAGE_COLUMNS + 1)?,
                })
            };
            let mut talks: Vec<VisitorConversation> =
                rows.into_iter().map(read).collect::<Result<_, DbError>>()?;
            attachments::fill(c, talks.iter_mut().map(|talk| &mut talk.last_message))?;
            Ok(talks)
        };
        self.engine.read(read).await
    }

    /// How many messages of the business a visitor has not seen in conversations other than this one.
    ///
    /// # Errors
    /// As [`Store::talks_of`].
    pub async fn unseen(&self, visitor_id: &VisitorId, but: &ConversationId) -> Result<u64, StoreError> {
        let (visitor_id, but) = (visitor_id.clone(), but.clone());
        let read = move |c: &mut Connection| {
            let sql = "select count(*) from conversation c join message m on m.conversation_id = c.conversation_id \
                and m.seq > c.visitor_read and m.author <> 'visitor' where c.visitor_id = $1 and c.conversation_id <> $2";
            c.query_one(sql, &[visitor_id.as_str().into(), but.as_str().into()])?
                .map_or(Ok(0), |row| row.seq(0))
        };
        self.engine.read(read).await
    }

    /// All that is kept of a visitor but their messages, which are read page by page.
    ///
    /// # Errors
    /// As [`Store::talks_of`].
    pub async fn kept(&self, visitor_id: &VisitorId) -> Result<Option<Kept>, StoreError> {
        let id = visitor_id.clone();
        let read = move |c: &mut Connection| {
            let sql = "select created_at, blocked_at, email, contact from visitor where visitor_id = $1";
            let Some(mut row) = c.query_one(sql, &[id.as_str().into()])? else { return Ok(None) };
            let (created_at, blocked_at, email): (Millis, _, _) =
                (row.at(0)?, row.opt_at(1)?, row.opt_text(2)?);
            let contact = sites::opt_json(&mut row, 3)?;
            let sql = "select created_at, ended_at from session where visitor_id = $1 order by created_at";
            let rows = c.query(sql, &[id.as_str().into()])?.into_iter();
            let session = |row: Row| Ok(KeptSession { created_at: row.at(0)?, ended_at: row.opt_at(1)? });
            let sessions = rows.map(session).collect::<Result<_, DbError>>()?;
            let sql = concat!(
                "select ",
                conversation_columns!(),
                ", c.context from conversation c where c.visitor_id = $1 order by c.created_at, c.conversation_id"
            );
            let rows = c.query(sql, &[id.as_str().into()])?.into_iter();
            let one = |mut row| -> Result<(Conversation, VisitorContext), DbError> {
                Ok((conversation(&mut row)?, sites::from_json(&mut row, CONVERSATION_COLUMNS)?))
            };
            let conversations = rows.map(one).collect::<Result<_, _>>()?;
            let sql = "select count(*) from message m join conversation c on c.conversation_id = m.conversation_id \
                where c.visitor_id = $1";
            let messages = c.query_one(sql, &[id.as_str().into()])?.map_or(Ok(0), |row| row.seq(0))?;
            let sql = "select count(*) from attachment a join conversation c on c.conversation_id = a.conversation_id \
                where c.visitor_id = $1";
            let files = c.query_one(sql, &[id.as_str().into()])?.map_or(Ok(0), |row| row.seq(0))?;
            Ok(Some(Kept {
                created_at,
                blocked_at,
                email,
                contact,
                sessions,
                conversations,
                messages,
                files,
            }))
        };
        self.engine.read(read).await
    }
}
