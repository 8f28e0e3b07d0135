//! The links in a mail, when somebody follows them. Each is bound to its site and its visitor.

use pronto_protocol::id::{ConversationId, Millis, SiteKey, VisitorId};

use super::address;
use crate::store::engine::connection::{Connection, DbError};
use crate::store::{Hash, Store, StoreError};

/// Where a link led.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resumed {
    /// Whose conversation it is.
    pub visitor_id: VisitorId,
    /// The conversation that the mail was about.
    pub conversation_id: ConversationId,
}

impl Store {
    /// Opens a session with the secret of `session_hash` for the visitor whom a mail's link is for, once; the other tries
    /// of the same mail end with it. `None` for a link that is unknown, used, expired, or of another site.
    ///
    /// # Errors
    /// When the database does not answer or its disk is full.
    pub async fn resume(
        &self,
        site: &SiteKey,
        resume_hash: Hash,
        session_hash: Hash,
        now: Millis,
    ) -> Result<Option<Resumed>, StoreError> {
        let site = site.clone();
        let (resume_hash, session_hash) = (hex::encode(resume_hash), hex::encode(session_hash));
        self.engine.write(move |c| resume(c, &site, &resume_hash, &session_hash, now)).await
    }

    /// Takes the address away that the mail of this link went to; whether the link was known.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn stop_mail(&self, site: &SiteKey, stop_hash: Hash) -> Result<bool, StoreError> {
        let (site, stop_hash) = (site.clone(), hex::encode(stop_hash));
        let write = move |c: &mut Connection| {
            let sql = "select visitor_id from mail_link where stop_hash = $1 and site_key = $2";
            let Some(mut row) = c.query_one(sql, &[(&stop_hash).into(), site.as_str().into()])? else {
                return Ok(false);
            };
            address(c, &row.id(0)?, None)?;
            Ok(true)
        };
        self.engine.write(write).await
    }
}

fn resume(
    c: &mut Connection,
    site: &SiteKey,
    resume_hash: &str,
    session_hash: &str,
    now: Millis,
) -> Result<Option<Resumed>, DbError> {
    let sql = "update mail_link set used_at = $3 where resume_hash = $1 and site_key = $2 and used_at is null \
        and expires_at > $3";
    if c.execute(sql, &[resume_hash.into(), site.as_str().into(), now.into()])? == 0 {
        return Ok(None);
    }
    let sql = "select visitor_id, conversation_id, delivery_id from mail_link where resume_hash = $1";
    let Some(mut row) = c.query_one(sql, &[resume_hash.into()])? else { return Ok(None) };
    let resumed = Resumed { visitor_id: row.id(0)?, conversation_id: row.id(1)? };
    let sql = "update mail_link set used_at = $2 where delivery_id = $1 and used_at is null";
    c.execute(sql, &[(&row.text(2)?).into(), now.into()])?;
    let sql = "insert into session (secret_hash, visitor_id, created_at) values ($1, $2, $3)";
    c.execute(sql, &[session_hash.into(), resumed.visitor_id.as_str().into(), now.into()])?;
    Ok(Some(resumed))
}
