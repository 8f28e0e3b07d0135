//! Erasing a visitor: everything they said and left goes, in one transaction. What stays says when questions were asked
//! and answered and what messages cost, and a receipt; nothing of it says who it was.

use hmac::{Hmac, Mac as _};
use pronto_protocol::id::{ConversationId, Millis, SiteKey, VisitorId};
use pronto_protocol::model::Status;
use pronto_protocol::model::yours::{Erased, ErasureReceipt};
use sha2::Sha256;

use crate::conversation::{Command, decide};
use crate::store::conversations::{lock, turns};
use crate::store::engine::connection::{Connection, DbError, Row};
use crate::store::{Erasing, Erasure, Hash, Store, StoreError, attachments, outbox, sites};

impl Store {
    /// Erases all that is kept of the visitor behind a secret, and ends all of their secrets. A second time gives the
    /// same receipt.
    ///
    /// # Errors
    /// When the database does not answer or its disk is full: then nothing was erased.
    pub async fn erase(&self, secret_hash: Hash, erasing: Erasing) -> Result<Erasure, StoreError> {
        let secret_hash = hex::encode(secret_hash);
        let (erasure, news) = self.engine.write(move |c| erase(c, &secret_hash, &erasing)).await?;
        if let Some(News { site, queued, stirred }) = news {
            if stirred {
                self.was_stirred(site.clone());
            }
            if queued {
                self.was_queued(site);
            }
        }
        Ok(erasure)
    }

    /// Whether the visitor behind a secret has had everything erased.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_erased(&self, secret_hash: Hash) -> Result<bool, StoreError> {
        let secret_hash = hex::encode(secret_hash);
        let read = move |c: &mut Connection| {
            let sql = "select 1 from session s join erasure e on e.visitor_id = s.visitor_id where s.secret_hash = $1";
            Ok(c.query_one(sql, &[(&secret_hash).into()])?.is_some())
        };
        self.engine.read(read).await
    }

    /// Whether this server gave out a receipt, just as it stands.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_genuine(&self, receipt: ErasureReceipt) -> Result<bool, StoreError> {
        let read = move |c: &mut Connection| {
            let sql = "select receipt_key from site where site_key = $1";
            let row = c.query_one(sql, &[receipt.site.as_str().into()])?;
            let key = row.map_or(Ok(None), |mut row| row.opt_text(0))?;
            let Some(key) = key else { return Ok(false) };
            let given = hex::decode(&receipt.digest).unwrap_or_default();
            Ok(mac(&key, &receipt)?.verify_slice(&given).is_ok())
        };
        self.engine.read(read).await
    }
}

/// Where there is something new for others than the visitor.
struct News {
    site: SiteKey,
    /// In the outbox.
    queued: bool,
    /// For the reply clock.
    stirred: bool,
}

fn erase(
    c: &mut Connection,
    secret_hash: &str,
    erasing: &Erasing,
) -> Result<(Erasure, Option<News>), DbError> {
    let sql = "select visitor_id from session where secret_hash = $1";
    let Some(mut row) = c.query_one(sql, &[secret_hash.into()])? else { return Ok((Erasure::Unknown, None)) };
    let visitor: VisitorId = row.id(0)?;
    // Locked, so that no device opens another conversation meanwhile.
    let sql = "select c.site_key, c.email, c.contact from visitor c where c.visitor_id = $1";
    let Some(mut row) = c.lock_one(sql, &[visitor.as_str().into()])? else {
        return Ok((receipt_of(c, &visitor)?.map_or(Erasure::Unknown, Erasure::Before), None));
    };
    let (site, email, contact) = (row.id::<SiteKey>(0)?, row.opt_text(1)?, row.opt_text(2)?);
    let sql = "select 1 from session where secret_hash = $1 and ended_at is null";
    if c.query_one(sql, &[secret_hash.into()])?.is_none() {
        return Ok((Erasure::Unknown, None));
    }
    c.execute("delete from mail_link where visitor_id = $1", &[visitor.as_str().into()])?;
    let sql = "select conversation_id from conversation where visitor_id = $1 order by conversation_id";
    let rows = c.query(sql, &[visitor.as_str().into()])?;
    let conversations: Vec<ConversationId> =
        rows.into_iter().map(|mut row| row.id(0)).collect::<Result<_, _>>()?;
    let mut erased = Erased {
        emails: u64::from(email.is_some()),
        contacts: u64::from(contact.is_some()),
        ..Erased::default()
    };
    let mut stirred = false;
    for id in &conversations {
        stirred |= conversation(c, id, &mut erased, erasing.now)?;
    }
    let sql = "update session set ended_at = $2 where visitor_id = $1 and ended_at is null";
    erased.sessions = c.execute(sql, &[visitor.as_str().into(), erasing.now.into()])?;
    c.execute("delete from visitor where visitor_id = $1", &[visitor.as_str().into()])?;
    let receipt = write(c, &site, visitor, erased, erasing)?;
    let queued = outbox::queue_erasure(c, &receipt)?;
    let news = News { site, queued, stirred };
    Ok((Erasure::Now { receipt, conversations }, Some(news)))
}

/// Erases one conversation; whether the reply clock has something new. An open question counts as given up: it does not
/// vanish with its words.
fn conversation(
    c: &mut Connection,
    id: &ConversationId,
    erased: &mut Erased,
    now: Millis,
) -> Result<bool, DbError> {
    // Before the conversation is locked, in the order in which a mail locks the two.
    erased.deliveries += outbox::forget(c, id)?;
    let Some(locked) = lock(c, id)? else { return Ok(false) };
    let changes = decide(&locked.state, Command::SetStatus(Status::Resolved), now).unwrap_or_default();
    let stirred = turns::apply(c, id, &locked.site, &changes)?;
    erased.deliveries += outbox::forget(c, id)?;
    c.execute("update rating set words = '' where conversation_id = $1", &[id.as_str().into()])?;
    erased.files += attachments::forget(c, id, now)?;
    erased.messages += c.execute("delete from message where conversation_id = $1", &[id.as_str().into()])?;
    erased.conversations +=
        c.execute("delete from conversation where conversation_id = $1", &[id.as_str().into()])?;
    Ok(stirred)
}

fn write(
    c: &mut Connection,
    site: &SiteKey,
    visitor_id: VisitorId,
    erased: Erased,
    erasing: &Erasing,
) -> Result<ErasureReceipt, DbError> {
    let sql = "update site set receipt_key = coalesce(receipt_key, $2) where site_key = $1";
    c.execute(sql, &[site.as_str().into(), (&erasing.fresh_key).into()])?;
    let sql = "select receipt_key from site where site_key = $1";
    let key = c.query_one(sql, &[site.as_str().into()])?.map_or(Ok(String::new()), |mut row| row.text(0))?;
    let mut receipt = ErasureReceipt {
        reference: erasing.reference.clone(),
        site: site.clone(),
        visitor_id,
        erased_at: erasing.now,
        erased,
        digest: String::new(),
    };
    receipt.digest = hex::encode(mac(&key, &receipt)?.finalize().into_bytes());
    let sql = "insert into erasure (reference, site_key, visitor_id, erased_at, counts, digest) \
        values ($1, $2, $3, $4, $5, $6)";
    let counts = serde_json::to_string(&receipt.erased)
        .map_err(|error| DbError::Other(format!("counts were not written: {error}")))?;
    let values = [
        (&receipt.reference).into(),
        site.as_str().into(),
        receipt.visitor_id.as_str().into(),
        receipt.erased_at.into(),
        (&counts).into(),
        (&receipt.digest).into(),
    ];
    c.execute(sql, &values)?;
    Ok(receipt)
}

fn mac(key: &str, receipt: &ErasureReceipt) -> Result<Hmac<Sha256>, DbError> {
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes());
    let mut mac = mac.map_err(|error| DbError::Other(format!("a site's receipt key is none: {error}")))?;
    mac.update(receipt.text().as_bytes());
    Ok(mac)
}

fn receipt_of(c: &mut Connection, visitor_id: &VisitorId) -> Result<Option<ErasureReceipt>, DbError> {
    let sql = "select reference, site_key, visitor_id, erased_at, counts, digest from erasure where visitor_id = $1";
    c.query_one(sql, &[visitor_id.as_str().into()])?.map(receipt).transpose()
}

/// The receipt behind a delivery that tells of it.
pub(in crate::store) fn receipt_by(
    c: &mut Connection,
    reference: &str,
) -> Result<Option<ErasureReceipt>, DbError> {
    let sql =
        "select reference, site_key, visitor_id, erased_at, counts, digest from erasure where reference = $1";
    c.query_one(sql, &[reference.into()])?.map(receipt).transpose()
}

fn receipt(mut row: Row) -> Result<ErasureReceipt, DbError> {
    Ok(ErasureReceipt {
        reference: row.text(0)?,
        site: row.id(1)?,
        visitor_id: row.id(2)?,
        erased_at: row.at(3)?,
        erased: sites::from_json(&mut row, 4)?,
        digest: row.text(5)?,
    })
}
