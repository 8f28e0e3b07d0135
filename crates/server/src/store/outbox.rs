//! The outbox: visitors' messages on their way to their sites' backends, in order per site; and below it, answers on
//! their way to visitors by e-mail.

pub(super) mod mail;

use pronto_protocol::id::{ConversationId, DeliveryId, Millis, SiteKey};
use pronto_protocol::model::yours::ErasureReceipt;
use pronto_protocol::model::{Channel, Delivery, DeliveryState, Message};
use sha2::{Digest as _, Sha256};

use super::conversations::{message, message_columns};
use super::engine::connection::{Connection, DbError, Row};
use super::sites::{from_json, opt_json, secrets, site};
use super::{Claim, DeliveryResult, Outbound, OutboxCounts, Store, StoreError, Told, attachments, visitors};

macro_rules! delivery_columns {
    () => {
        "d.delivery_id, d.conversation_id, d.message_id, d.state, d.attempts, d.next_at, d.error, d.created_at, d.channel"
    };
}

use delivery_columns;

/// How many columns `delivery_columns` names.
const DELIVERY_COLUMNS: usize = 9;

/// The most deliveries in a list.
const LIST_MAX: i64 = 100;

impl Store {
    /// Sites that have something for their backend in the outbox, due or not.
    ///
    /// # Errors
    /// When the database does not answer; so with every method here.
    pub async fn sites_with_deliveries(&self) -> Result<Vec<SiteKey>, StoreError> {
        let read = |c: &mut Connection| {
            let sql = "select s.site_key from site s where exists \
                (select 1 from delivery d where d.site_key = s.site_key and d.state = 'pending' and d.channel = 'api')";
            c.query(sql, &[])?.into_iter().map(|mut row| row.id(0)).collect()
        };
        self.engine.read(read).await
    }

    /// Claims the head of a site's queue until `until`, if it is due at `now`.
    ///
    /// # Errors
    /// As [`Store::sites_with_deliveries`].
    pub async fn claim_delivery(
        &self,
        key: &SiteKey,
        now: Millis,
        until: Millis,
    ) -> Result<Claim, StoreError> {
        let key = key.clone();
        self.engine.write(move |c| claim(c, &key, now, until)).await
    }

    /// Gives up all claims on what goes out by `channel`: at the start of a process that has the database to itself.
    ///
    /// # Errors
    /// As [`Store::sites_with_deliveries`].
    pub async fn release_claims(&self, channel: Channel) -> Result<(), StoreError> {
        let write = move |c: &mut Connection| {
            if matches!(c, Connection::Sqlite(_)) {
                let sql = "update delivery set claimed_until = null where claimed_until is not null and channel = $1";
                c.execute(sql, &[channel.as_str().into()])?;
            }
            Ok(())
        };
        self.engine.write(write).await
    }

    /// Writes down how an attempt ended, and ends its claim.
    ///
    /// # Errors
    /// As [`Store::sites_with_deliveries`].
    pub async fn delivery_result(&self, id: &DeliveryId, result: DeliveryResult) -> Result<(), StoreError> {
        let id = id.clone();
        let write = move |c: &mut Connection| {
            let (state, next_at, error) = match &result {
                DeliveryResult::Delivered(error) => (DeliveryState::Delivered, None, error.as_deref()),
                DeliveryResult::Retry { next_at, error } => {
                    (DeliveryState::Pending, Some(*next_at), Some(error.as_str()))
                }
                DeliveryResult::Parked { error } => (DeliveryState::Parked, None, Some(error.as_str())),
            };
            let sql = "update delivery set state = $2, next_at = $3, error = $4, attempts = attempts + 1, \
                claimed_until = null where delivery_id = $1 and state = 'pending'";
            c.execute(sql, &[id.as_str().into(), state.as_str().into(), next_at.into(), error.into()])
                .map(drop)
        };
        self.engine.write(write).await
    }

    /// Deliveries of a site in one state, newest first, 100 at most.
    ///
    /// # Errors
    /// As [`Store::sites_with_deliveries`].
    pub async fn deliveries(&self, key: &SiteKey, state: DeliveryState) -> Result<Vec<Delivery>, StoreError> {
        let key = key.clone();
        let read = move |c: &mut Connection| {
            let sql = concat!(
                "select ",
                delivery_columns!(),
                " from delivery d where d.site_key = $1 and d.state = $2 \
                 order by d.created_at desc, d.conversation_id desc, d.seq desc limit $3"
            );
            let rows = c.query(sql, &[key.as_str().into(), state.as_str().into(), LIST_MAX.into()])?;
            rows.into_iter().map(|mut row| delivery(&mut row)).collect()
        };
        self.engine.read(read).await
    }

    /// Sends a delivery of this site again: at once, and then for three days more. Whether there was one that had not
    /// been delivered.
    ///
    /// # Errors
    /// As [`Store::sites_with_deliveries`].
    pub async fn retry_delivery(
        &self,
        key: &SiteKey,
        id: &DeliveryId,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let (site, id) = (key.clone(), id.clone());
        let write = move |c: &mut Connection| {
            let sql = "update delivery set state = 'pending', next_at = $3, since_at = $3 \
                where delivery_id = $1 and site_key = $2 and state <> 'delivered'";
            Ok(c.execute(sql, &[id.as_str().into(), site.as_str().into(), now.into()])? > 0)
        };
        let found = self.engine.write(write).await?;
        if found {
            self.was_queued(key.clone());
        }
        Ok(found)
    }

    /// How full the outbox is.
    ///
    /// # Errors
    /// As [`Store::sites_with_deliveries`].
    pub async fn outbox_counts(&self) -> Result<OutboxCounts, StoreError> {
        let read = |c: &mut Connection| {
            let sql = "select d.state, count(*) from site s join delivery d on d.site_key = s.site_key \
                where d.state in ('pending', 'parked') group by d.state";
            let mut counts = OutboxCounts::default();
            for mut row in c.query(sql, &[])? {
                match DeliveryState::parse(&row.text(0)?) {
                    DeliveryState::Pending => counts.pending = row.seq(1)?,
                    DeliveryState::Parked => counts.parked = row.seq(1)?,
                    DeliveryState::Delivered | DeliveryState::Unknown => {}
                }
            }
            Ok(counts)
        };
        self.engine.read(read).await
    }
}

/// Queues a message for its site's backend.
pub(super) fn queue(c: &mut Connection, site: &SiteKey, message: &Message) -> Result<(), DbError> {
    insert(c, Channel::Api, site, message, message.created_at)
}

/// Adds a delivery that is due at `due`. The id follows from the message's, so that it needs no randomness here.
fn insert(
    c: &mut Connection,
    channel: Channel,
    site: &SiteKey,
    message: &Message,
    due: Millis,
) -> Result<(), DbError> {
    let sql = "insert into delivery (delivery_id, site_key, conversation_id, seq, message_id, state, attempts, next_at, \
        created_at, since_at, channel) values ($1, $2, $3, $4, $5, 'pending', 0, $6, $7, $6, $8)";
    let prefix = if channel == Channel::Email { "mail" } else { "msg" };
    let id = delivery_id(prefix, &message.conversation_id, message.seq);
    let values = [
        (&id).into(),
        site.as_str().into(),
        message.conversation_id.as_str().into(),
        message.seq.into(),
        message.message_id.as_str().into(),
        due.into(),
        message.created_at.into(),
        channel.as_str().into(),
    ];
    c.execute(sql, &values).map(drop)
}

/// Queues the news of an erasure for its site's backend, where there is one; whether there is. It names the receipt in the
/// place of a conversation and a message, which are no more.
pub(super) fn queue_erasure(c: &mut Connection, receipt: &ErasureReceipt) -> Result<bool, DbError> {
    let sql = "insert into delivery (delivery_id, site_key, conversation_id, seq, message_id, state, attempts, next_at, \
        created_at, since_at, channel, erasure) select $1, site_key, $3, 0, $3, 'pending', 0, $4, $4, $4, 'api', $3 \
        from site where site_key = $2 and backend_url is not null";
    let id = format!("erased_{}", receipt.reference);
    let values =
        [(&id).into(), receipt.site.as_str().into(), (&receipt.reference).into(), receipt.erased_at.into()];
    Ok(c.execute(sql, &values)? > 0)
}

/// Forgets whatever of a conversation is on its way or was recorded as sent; how much that was.
pub(super) fn forget(c: &mut Connection, id: &ConversationId) -> Result<u64, DbError> {
    c.execute("delete from delivery where conversation_id = $1", &[id.as_str().into()])
}

fn delivery_id(prefix: &str, conversation_id: &ConversationId, seq: u64) -> String {
    let digest =
        Sha256::new().chain_update(conversation_id.as_str()).chain_update(seq.to_be_bytes()).finalize();
    let digest = hex::encode(digest);
    format!("{prefix}_{}", digest.get(..32).unwrap_or(&digest))
}

fn claim(c: &mut Connection, key: &SiteKey, now: Millis, until: Millis) -> Result<Claim, DbError> {
    const HEAD: &str = concat!(
        "select ",
        delivery_columns!(),
        ", c.claimed_until, d.since_at, d.seq, d.erasure from delivery c join delivery d on d.delivery_id = c.delivery_id \
         where c.site_key = $1 and c.state = 'pending' and c.channel = 'api' order by c.created_at, c.conversation_id, c.seq limit 1"
    );
    let Some(mut row) = c.lock_one(HEAD, &[key.as_str().into()])? else { return Ok(Claim::Nothing) };
    let (claimed_until, since_at) = (row.opt_at(DELIVERY_COLUMNS)?, row.opt_at(DELIVERY_COLUMNS + 1)?);
    let delivery = delivery(&mut row)?;
    let free_at = delivery.next_at.max(claimed_until).unwrap_or(now);
    if free_at > now {
        return Ok(Claim::NotBefore(free_at));
    }
    let Some(site) = site(c, key)? else { return Ok(Claim::Nothing) };
    let news = match row.opt_text(DELIVERY_COLUMNS + 3)? {
        Some(reference) => visitors::erase::receipt_by(c, &reference)?.map(Told::Erased),
        None => told(c, &delivery.conversation_id, row.seq(DELIVERY_COLUMNS + 2)?)?,
    };
    let news = news.ok_or_else(|| DbError::Other("a delivery has nothing to tell".to_owned()))?;
    c.execute(
        "update delivery set claimed_until = $2 where delivery_id = $1",
        &[delivery.delivery_id.as_str().into(), until.into()],
    )?;
    Ok(Claim::Yours(Box::new(Outbound {
        since_at: since_at.unwrap_or(delivery.created_at),
        secrets: secrets(c, key)?,
        news,
        delivery,
        site,
    })))
}

/// A message as a backend is told of it.
fn told(c: &mut Connection, id: &ConversationId, seq: u64) -> Result<Option<Told>, DbError> {
    let sql = concat!(
        "select c.visitor_id, c.context, (select v.contact from visitor v where v.visitor_id = c.visitor_id), ",
        message_columns!(),
        " from conversation c join message m on m.conversation_id = c.conversation_id and m.seq = $2 \
         where c.conversation_id = $1"
    );
    let Some(mut row) = c.query_one(sql, &[id.as_str().into(), seq.into()])? else { return Ok(None) };
    let (visitor_id, context, contact) = (row.id(0)?, from_json(&mut row, 1)?, opt_json(&mut row, 2)?);
    let mut message = message(&mut row, 3)?;
    attachments::fill(c, [&mut message])?;
    Ok(Some(Told::Message { visitor_id, context, contact, message }))
}

fn delivery(row: &mut Row) -> Result<Delivery, DbError> {
    let attempts = row.int(4)?;
    Ok(Delivery {
        delivery_id: row.id(0)?,
        conversation_id: row.id(1)?,
        message_id: row.id(2)?,
        state: DeliveryState::parse(&row.text(3)?),
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        next_at: row.opt_at(5)?,
        error: row.opt_text(6)?,
        created_at: row.at(7)?,
        channel: Channel::parse(&row.text(8)?),
    })
}
