//! Visitors whom their business has named: its secrets, the tokens that were exchanged, and whose conversations become whose.

use pronto_protocol::id::{ConversationId, IdentitySecretId, Millis, SiteKey, VisitorId};
use pronto_protocol::model::contact::Contact;

use crate::store::conversations::turns;
use crate::store::engine::connection::{Connection, DbError, Row};
use crate::store::sites::{opt_json, to_json};
use crate::store::{Hash, IdentitySecretRow, Store, StoreError};

/// Live identity secrets of a site: the new one and the one it replaces.
const SECRETS_LIVE: usize = 2;

/// A token that was believed, and the session it is exchanged for.
#[derive(Clone, Debug)]
pub struct Identification {
    /// Of which site.
    pub site: SiteKey,
    /// The hash of the token.
    pub token: Hash,
    /// Until when it could be exchanged.
    pub expires_at: Millis,
    /// The hash of the secret that the request came with.
    pub bearer: Hash,
    /// The hash of the secret that opens the session from now on, unless the other one did already.
    pub next: Hash,
    /// Whom the token names.
    pub contact: Contact,
    /// Who they become if they have never been here.
    pub visitor_id: VisitorId,
}

/// How an exchange ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Exchange {
    /// The session is theirs.
    Bound {
        /// Who they are here.
        visitor_id: VisitorId,
        /// Whether the next secret opens it.
        renewed: bool,
        /// The conversations that a stranger had begun, and that are theirs now.
        moved: Vec<ConversationId>,
    },
    /// Another session has exchanged this token.
    Used,
    /// A secret of another site, or one that has ended.
    NotYours,
}

impl Store {
    /// The live identity secrets of a site, newest first, two at most.
    ///
    /// # Errors
    /// When the database does not answer; so with every method here.
    pub async fn identity_secrets(&self, key: &SiteKey) -> Result<Vec<IdentitySecretRow>, StoreError> {
        let key = key.clone();
        self.engine.read(move |c| secrets(c, &key)).await
    }

    /// Adds an identity secret; the older of two before it ends.
    ///
    /// # Errors
    /// As [`Store::identity_secrets`].
    pub async fn add_identity_secret(
        &self,
        key: &SiteKey,
        id: IdentitySecretId,
        secret: &str,
        now: Millis,
    ) -> Result<(), StoreError> {
        let (key, secret) = (key.clone(), secret.to_owned());
        let write = move |c: &mut Connection| {
            // Secrets made within one millisecond, or by a clock that went back, still have an order.
            let newest = secrets(c, &key)?.first().map_or(now, |newest| now.max(newest.created_at.plus(1)));
            let sql = "insert into identity_secret (identity_secret_id, site_key, secret, created_at) \
                values ($1, $2, $3, $4)";
            c.execute(sql, &[id.as_str().into(), key.as_str().into(), (&secret).into(), newest.into()])?;
            if let Some(last) = secrets(c, &key)?.get(SECRETS_LIVE - 1) {
                let sql = "delete from identity_secret where site_key = $1 and created_at < $2";
                c.execute(sql, &[key.as_str().into(), last.created_at.into()])?;
            }
            Ok(())
        };
        self.engine.write(write).await
    }

    /// Ends an identity secret of this site; whether there was one.
    ///
    /// # Errors
    /// As [`Store::identity_secrets`].
    pub async fn revoke_identity_secret(
        &self,
        key: &SiteKey,
        id: &IdentitySecretId,
    ) -> Result<bool, StoreError> {
        let (key, id) = (key.clone(), id.clone());
        let write = move |c: &mut Connection| {
            let sql = "delete from identity_secret where site_key = $1 and identity_secret_id = $2";
            Ok(c.execute(sql, &[key.as_str().into(), id.as_str().into()])? > 0)
        };
        self.engine.write(write).await
    }

    /// Exchanges a token, once: binds a session to whom it names, and ends a stranger's session on the same device, whose
    /// conversations go along. Its secret may be known to whoever used the device before, so it is not kept.
    ///
    /// # Errors
    /// As [`Store::identity_secrets`].
    pub async fn identify(
        &self,
        identification: Identification,
        now: Millis,
    ) -> Result<Exchange, StoreError> {
        let (contact, site) = (to_json(&identification.contact)?, identification.site.clone());
        let write = move |c: &mut Connection| identify(c, &identification, &contact, now);
        let exchange = self.engine.write(write).await?;
        if matches!(&exchange, Exchange::Bound { moved, .. } if !moved.is_empty()) {
            self.was_stirred(site);
        }
        Ok(exchange)
    }

    /// What the business has signed about a visitor.
    ///
    /// # Errors
    /// As [`Store::identity_secrets`].
    pub async fn contact(&self, id: &VisitorId) -> Result<Option<Contact>, StoreError> {
        let id = id.clone();
        let read = move |c: &mut Connection| {
            let row =
                c.query_one("select contact from visitor where visitor_id = $1", &[id.as_str().into()])?;
            row.map_or(Ok(None), |mut row| opt_json(&mut row, 0))
        };
        self.engine.read(read).await
    }

    /// The key of this name that all servers of this database share: `candidate` if there was none.
    ///
    /// # Errors
    /// As [`Store::identity_secrets`].
    pub async fn server_key(&self, name: &'static str, candidate: String) -> Result<String, StoreError> {
        let write = move |c: &mut Connection| {
            let sql = "insert into server_key (name, secret) values ($1, $2) on conflict (name) do nothing";
            c.execute(sql, &[name.into(), (&candidate).into()])?;
            let row = c.query_one("select secret from server_key where name = $1", &[name.into()])?;
            row.map_or_else(|| Ok(candidate.clone()), |mut row| row.text(0))
        };
        self.engine.write(write).await
    }
}

fn secrets(c: &mut Connection, key: &SiteKey) -> Result<Vec<IdentitySecretRow>, DbError> {
    let sql = "select identity_secret_id, secret, created_at from identity_secret \
        where site_key = $1 order by created_at desc limit 2";
    let row =
        |mut row: Row| Ok(IdentitySecretRow { id: row.id(0)?, secret: row.text(1)?, created_at: row.at(2)? });
    c.query(sql, &[key.as_str().into()])?.into_iter().map(row).collect()
}

fn identify(
    c: &mut Connection,
    asked: &Identification,
    contact: &str,
    now: Millis,
) -> Result<Exchange, DbError> {
    let (bearer, next, token) =
        (hex::encode(asked.bearer), hex::encode(asked.next), hex::encode(asked.token));
    if !is_first(c, &token, asked, [&bearer, &next], now)? {
        return Ok(Exchange::Used);
    }
    let before = live(c, &bearer)?;
    if before.as_ref().is_some_and(|session| session.site != asked.site) {
        return Ok(Exchange::NotYours);
    }
    let goes_on = before.as_ref().is_some_and(|session| session.is(asked));
    // Looked at first: for a secret that has ended, after an erasure above all, nobody is written down.
    if !goes_on && is_taken(c, &next, asked)? {
        return Ok(Exchange::NotYours);
    }
    let theirs = named(c, asked, contact, now)?;
    if goes_on {
        let sql = "update identity_token set session_hash = $2 where token_hash = $1";
        c.execute(sql, &[(&token).into(), (&bearer).into()])?;
        return Ok(Exchange::Bound { visitor_id: theirs.visitor, renewed: false, moved: Vec::new() });
    }
    let sql = "insert into session (secret_hash, visitor_id, created_at) values ($1, $2, $3) \
        on conflict (secret_hash) do nothing";
    // A secret that nothing was bound to yet is as fresh as the next one; it is let go all the same, so that one rule holds.
    c.execute(sql, &[(&next).into(), theirs.visitor.as_str().into(), now.into()])?;
    if live(c, &next)?.is_none_or(|session| session.visitor != theirs.visitor) {
        return Ok(Exchange::NotYours);
    }
    let moved = match before {
        Some(stranger) if stranger.subject.is_none() => take_over(c, &stranger, &theirs, now)?,
        Some(_) => {
            end_one(c, &bearer, now)?;
            Vec::new()
        }
        None => Vec::new(),
    };
    Ok(Exchange::Bound { visitor_id: theirs.visitor, renewed: true, moved })
}

/// Whether this token was not exchanged yet, or by one of these sessions.
fn is_first(
    c: &mut Connection,
    token: &str,
    asked: &Identification,
    sessions: [&String; 2],
    now: Millis,
) -> Result<bool, DbError> {
    c.execute("delete from identity_token where expires_at < $1", &[now.into()])?;
    let sql = "insert into identity_token (token_hash, session_hash, expires_at) values ($1, $2, $3) \
        on conflict (token_hash) do nothing";
    c.execute(sql, &[token.into(), sessions[1].into(), asked.expires_at.into()])?;
    let sql = "select session_hash from identity_token where token_hash = $1";
    let Some(mut row) = c.query_one(sql, &[token.into()])? else { return Ok(false) };
    let holder = row.text(0)?;
    Ok(sessions.contains(&&holder))
}

/// A visitor as an exchange has to know them.
struct Known {
    visitor: VisitorId,
    site: SiteKey,
    subject: Option<String>,
    blocked: bool,
}

impl Known {
    /// Whether the token names them.
    fn is(&self, asked: &Identification) -> bool {
        self.site == asked.site && self.subject.as_deref() == Some(asked.contact.subject.as_str())
    }
}

fn known(mut row: Row) -> Result<Known, DbError> {
    Ok(Known {
        visitor: row.id(0)?,
        site: row.id(1)?,
        subject: row.opt_text(2)?,
        blocked: row.opt_at(3)?.is_some(),
    })
}

/// Whose the session is, unless it has ended.
fn live(c: &mut Connection, session: &str) -> Result<Option<Known>, DbError> {
    let sql = "select v.visitor_id, v.site_key, v.subject, v.blocked_at from session s \
        join visitor v on v.visitor_id = s.visitor_id where s.secret_hash = $1 and s.ended_at is null";
    c.query_one(sql, &[session.into()])?.map(known).transpose()
}

/// The visitor whom the token names, made now if they have never been here; what was signed last is what is known of them.
fn named(c: &mut Connection, asked: &Identification, contact: &str, now: Millis) -> Result<Known, DbError> {
    let (site, subject) = (asked.site.as_str(), asked.contact.subject.as_str());
    let sql = "insert into visitor (visitor_id, site_key, created_at, subject) values ($1, $2, $3, $4) \
        on conflict (site_key, subject) do nothing";
    c.execute(sql, &[asked.visitor_id.as_str().into(), site.into(), now.into(), subject.into()])?;
    let sql = "update visitor set contact = $3 where site_key = $1 and subject = $2";
    c.execute(sql, &[site.into(), subject.into(), contact.into()])?;
    let sql =
        "select visitor_id, site_key, subject, blocked_at from visitor where site_key = $1 and subject = $2";
    let row = c.query_one(sql, &[site.into(), subject.into()])?;
    known(row.ok_or_else(|| DbError::Other("a visitor that was just made is not there".to_owned()))?)
}

/// What a stranger wrote becomes theirs. What else the stranger left ends: every session of theirs, which others may hold,
/// the address they typed, and the links that were mailed to it. Who is blocked takes nothing along.
fn take_over(
    c: &mut Connection,
    stranger: &Known,
    theirs: &Known,
    now: Millis,
) -> Result<Vec<ConversationId>, DbError> {
    let from = stranger.visitor.as_str();
    super::address(c, &stranger.visitor, None)?;
    c.execute("delete from mail_link where visitor_id = $1", &[from.into()])?;
    let sql = "update session set ended_at = $2 where visitor_id = $1 and ended_at is null";
    c.execute(sql, &[from.into(), now.into()])?;
    if stranger.blocked {
        return Ok(Vec::new());
    }
    let sql = "select conversation_id from conversation where visitor_id = $1 order by conversation_id";
    let moved = c.query(sql, &[from.into()])?.into_iter().map(|mut row| row.id(0));
    let moved: Vec<ConversationId> = moved.collect::<Result<_, _>>()?;
    if let Some(first) = moved.first().filter(|_| theirs.blocked) {
        // Nobody waits for an answer to who is blocked.
        turns::block(c, first, true, now)?;
    }
    let sql = "update conversation set visitor_id = $2 where visitor_id = $1";
    c.execute(sql, &[from.into(), theirs.visitor.as_str().into()])?;
    Ok(moved)
}

/// Whether a secret is bound already, and not to whom the token names.
fn is_taken(c: &mut Connection, session: &str, asked: &Identification) -> Result<bool, DbError> {
    let bound = c.query_one("select 1 from session where secret_hash = $1", &[session.into()])?.is_some();
    Ok(bound && !live(c, session)?.is_some_and(|known| known.is(asked)))
}

fn end_one(c: &mut Connection, session: &str, now: Millis) -> Result<(), DbError> {
    let sql = "update session set ended_at = $2 where secret_hash = $1 and ended_at is null";
    c.execute(sql, &[session.into(), now.into()]).map(drop)
}
