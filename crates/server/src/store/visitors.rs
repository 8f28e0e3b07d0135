//! Visitors and their sessions. A visitor exists from their first message on, never before.

pub(super) mod erase;
pub(super) mod identity;
pub(super) mod rating;
pub(super) mod resume;
mod yours;

use pronto_protocol::id::{ConversationId, Millis, SiteKey, VisitorId};
use pronto_protocol::model::{Conversation, VisitorContext};

use super::engine::connection::{Connection, DbError};
use super::{Hash, OpenedSession, SessionOpening, Store, StoreError, VisitorRow, conversations, sites};

impl Store {
    /// Binds a secret to a visitor of the site and opens a conversation; `visitor_id` is who they become if the secret
    /// is new. Repeating it changes nothing.
    ///
    /// # Errors
    /// When the database does not answer or its disk is full; so with every method here.
    pub async fn open_session(
        &self,
        site: &SiteKey,
        secret_hash: Hash,
        visitor_id: VisitorId,
        conversation_id: ConversationId,
        context: &VisitorContext,
        now: Millis,
    ) -> Result<SessionOpening, StoreError> {
        let (site, context, secret_hash) = (site.clone(), sites::to_json(context)?, hex::encode(secret_hash));
        let write = move |c: &mut Connection| {
            if c.query_one("select 1 from site where site_key = $1", &[site.as_str().into()])?.is_none() {
                return Ok(SessionOpening::NoSite);
            }
            let Some(visitor_id) = bind(c, &site, &secret_hash, &visitor_id, now)? else {
                return Ok(SessionOpening::NotYours);
            };
            conversations::open(c, &site, &visitor_id, &conversation_id, &context, false, now)?;
            let sql = "select visitor_id, site_key from conversation where conversation_id = $1";
            let owner = c.query_one(sql, &[conversation_id.as_str().into()])?;
            let is_theirs = match owner {
                Some(mut row) => row.text(0)? == visitor_id.as_str() && row.text(1)? == site.as_str(),
                None => false,
            };
            if !is_theirs {
                return Ok(SessionOpening::NotYours);
            }
            let conversations = conversations::of_visitor(c, &visitor_id)?;
            Ok(SessionOpening::Opened(OpenedSession { visitor_id, conversations }))
        };
        self.engine.write(write).await
    }

    /// Whom a secret stands for, unless it has ended.
    ///
    /// # Errors
    /// As [`Store::open_session`].
    pub async fn visitor(&self, secret_hash: Hash) -> Result<Option<VisitorRow>, StoreError> {
        let secret_hash = hex::encode(secret_hash);
        let read = move |c: &mut Connection| {
            let sql = "select v.visitor_id, v.site_key from session s join visitor v on v.visitor_id = s.visitor_id \
                where s.secret_hash = $1 and s.ended_at is null";
            let row = c.query_one(sql, &[(&secret_hash).into()])?;
            row.map(|mut row| Ok(VisitorRow { visitor_id: row.id(0)?, site: row.id(1)? })).transpose()
        };
        self.engine.read(read).await
    }

    /// A visitor's conversations, newest first, 50 at most.
    ///
    /// # Errors
    /// As [`Store::open_session`].
    pub async fn conversations_of(&self, visitor_id: &VisitorId) -> Result<Vec<Conversation>, StoreError> {
        let visitor_id = visitor_id.clone();
        self.engine.read(move |c| conversations::of_visitor(c, &visitor_id)).await
    }

    /// Ends a session for good: its secret opens nothing any more, not even a new session, and its visitor's address
    /// is gone.
    ///
    /// # Errors
    /// As [`Store::open_session`].
    pub async fn end_session(&self, secret_hash: Hash, now: Millis) -> Result<(), StoreError> {
        let secret_hash = hex::encode(secret_hash);
        let write = move |c: &mut Connection| {
            let sql = "select visitor_id from session where secret_hash = $1 and ended_at is null";
            let Some(mut row) = c.query_one(sql, &[(&secret_hash).into()])? else { return Ok(()) };
            address(c, &row.id(0)?, None)?;
            let sql = "update session set ended_at = $2 where secret_hash = $1 and ended_at is null";
            c.execute(sql, &[(&secret_hash).into(), now.into()]).map(drop)
        };
        self.engine.write(write).await
    }

    /// The address that a visitor left for answers.
    ///
    /// # Errors
    /// As [`Store::open_session`].
    pub async fn email(&self, visitor_id: &VisitorId) -> Result<Option<String>, StoreError> {
        let visitor_id = visitor_id.clone();
        let read = move |c: &mut Connection| {
            let sql = "select email from visitor where visitor_id = $1";
            let row = c.query_one(sql, &[visitor_id.as_str().into()])?;
            row.map_or(Ok(None), |mut row| row.opt_text(0))
        };
        self.engine.read(read).await
    }

    /// Keeps an address for a visitor, or takes it away; whether that changed anything. The links of mails to another
    /// address end with it: it may have been a stranger's.
    ///
    /// # Errors
    /// As [`Store::open_session`].
    pub async fn set_email(&self, visitor_id: &VisitorId, email: Option<String>) -> Result<bool, StoreError> {
        let visitor_id = visitor_id.clone();
        self.engine.write(move |c| address(c, &visitor_id, email.as_deref())).await
    }
}

/// Sets a visitor's address; whether it was another one.
pub(super) fn address(c: &mut Connection, id: &VisitorId, email: Option<&str>) -> Result<bool, DbError> {
    let sql =
        "update visitor set email = $2 where visitor_id = $1 and coalesce(email, '') <> coalesce($2, '')";
    if c.execute(sql, &[id.as_str().into(), email.into()])? == 0 {
        return Ok(false);
    }
    c.execute("delete from mail_link where visitor_id = $1", &[id.as_str().into()])?;
    Ok(true)
}

/// The visitor that the secret stands for on this site, made now if it is new; `None` when it is not of this site or
/// has ended.
fn bind(
    c: &mut Connection,
    site: &SiteKey,
    secret_hash: &str,
    new: &VisitorId,
    now: Millis,
) -> Result<Option<VisitorId>, DbError> {
    let sql = "insert into session (secret_hash, visitor_id, created_at) values ($1, $2, $3) \
        on conflict (secret_hash) do nothing";
    if c.execute(sql, &[secret_hash.into(), new.as_str().into(), now.into()])? > 0 {
        insert(c, site, new, now)?;
    }
    // Locked, so that nothing of theirs is opened while all of it is being erased.
    let sql = "select c.visitor_id from visitor c join session s on s.visitor_id = c.visitor_id \
        where s.secret_hash = $1 and s.ended_at is null and c.site_key = $2";
    c.lock_one(sql, &[secret_hash.into(), site.as_str().into()])?.map(|mut row| row.id(0)).transpose()
}

/// Makes a visitor; one that is there stays as it is.
pub(super) fn insert(c: &mut Connection, site: &SiteKey, id: &VisitorId, now: Millis) -> Result<(), DbError> {
    let sql = "insert into visitor (visitor_id, site_key, created_at) values ($1, $2, $3) \
        on conflict (visitor_id) do nothing";
    c.execute(sql, &[id.as_str().into(), site.as_str().into(), now.into()]).map(drop)
}
