//! Answers on their way to visitors by e-mail: one mail for all that was answered within the delay, to the address that
//! stands when it is sent, and none where the visitor's devices have them by then.

use pronto_protocol::id::{ConversationId, DeliveryId, Millis, SiteKey};
use pronto_protocol::model::{Channel, Delivery, Message, VisitorContext};

use super::{DELIVERY_COLUMNS, delivery, delivery_columns, insert};
use crate::store::conversations::{message, message_columns};
use crate::store::engine::connection::{Connection, DbError, Row};
use crate::store::sites::{from_json, site};
use crate::store::{Hash, Site, Store, StoreError, attachments};

/// The most answers in one mail; who has more to read reads on in the conversation.
const ANSWERS_MAX: i64 = 50;
/// The most earlier mails that one names as those it follows.
const EARLIER_MAX: i64 = 10;
/// The most mails that are found to be needless before anything else has its turn.
const NEEDLESS_MAX: usize = 100;
/// How long the link that takes an address away works beyond the one that opens the conversation.
const STOP_KEPT_MS: i64 = 90 * 24 * 60 * 60 * 1000;

/// What there is to send by e-mail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MailClaim {
    /// It is the caller's to send until the claim runs out.
    Yours(Box<OutboundMail>),
    /// The next is due then.
    NotBefore(Millis),
    /// Nothing waits.
    Nothing,
}

/// A mail and all that is needed to send it.
#[derive(Clone, PartialEq, Eq)]
pub struct OutboundMail {
    /// The delivery.
    pub delivery: Delivery,
    /// Since when it is being tried.
    pub since_at: Millis,
    /// The site, its settings as they are now.
    pub site: Site,
    /// The address, as somebody typed it.
    pub email: String,
    /// What the visitor's browser said.
    pub context: VisitorContext,
    /// The answers, in order; the same at each try.
    pub answers: Vec<Message>,
    /// Whether there are more answers than these.
    pub more: bool,
    /// The mails of this conversation that went out before, oldest first.
    pub earlier: Vec<DeliveryId>,
}

impl std::fmt::Debug for OutboundMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OutboundMail({})", self.delivery.delivery_id)
    }
}

/// The links of one try to send a mail, by the hashes of their secrets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MailLink {
    /// Opens the conversation on another device, once.
    pub resume: Hash,
    /// Takes the address away.
    pub stop: Hash,
    /// Until when the first one works.
    pub expires_at: Millis,
}

impl Store {
    /// Claims a mail that is due at `now` until `until`, and keeps its links. Those that nobody needs any more are
    /// dropped: the visitor has the answers, took the address away, or is blocked.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn claim_mail(
        &self,
        link: MailLink,
        now: Millis,
        until: Millis,
    ) -> Result<MailClaim, StoreError> {
        self.engine.write(move |c| claim(c, &link, now, until)).await
    }
}

/// Queues an answer; one that joins a mail which waits and was not tried yet needs no row of its own.
pub(in crate::store) fn queue(
    c: &mut Connection,
    site: &SiteKey,
    message: &Message,
    after_ms: i64,
) -> Result<(), DbError> {
    let waiting = "select 1 from delivery where conversation_id = $1 and channel = 'email' and state = 'pending' \
        and through_seq is null";
    if c.query_one(waiting, &[message.conversation_id.as_str().into()])?.is_some() {
        return Ok(());
    }
    insert(c, Channel::Email, site, message, message.created_at.plus(after_ms))
}

fn claim(c: &mut Connection, link: &MailLink, now: Millis, until: Millis) -> Result<MailClaim, DbError> {
    const HEAD: &str = concat!(
        "select ",
        delivery_columns!(),
        ", d.since_at, d.seq, d.through_seq, d.site_key from delivery c \
         join delivery d on d.delivery_id = c.delivery_id \
         where c.channel = 'email' and c.state = 'pending' and c.next_at <= $1 \
         and (c.claimed_until is null or c.claimed_until <= $1) order by c.next_at, c.delivery_id limit 1"
    );
    for _ in 0..NEEDLESS_MAX {
        let Some(row) = c.lock_one(HEAD, &[now.into()])? else { return not_before(c) };
        let head = Head::read(row)?;
        if let Some(mail) = fill(c, &head)? {
            keep_link(c, link, &head, now)?;
            let sql =
                "update delivery set claimed_until = $2, seq = $3, through_seq = $4 where delivery_id = $1";
            let values = [
                head.delivery.delivery_id.as_str().into(),
                until.into(),
                mail.first.into(),
                mail.through.into(),
            ];
            c.execute(sql, &values)?;
            return Ok(MailClaim::Yours(Box::new(mail.outbound)));
        }
        let sql = "delete from delivery where delivery_id = $1";
        c.execute(sql, &[head.delivery.delivery_id.as_str().into()])?;
    }
    Ok(MailClaim::NotBefore(now))
}

/// When the next mail is due, or its claim runs out.
fn not_before(c: &mut Connection) -> Result<MailClaim, DbError> {
    let sql = "select min(case when claimed_until > next_at then claimed_until else next_at end) from delivery \
        where channel = 'email' and state = 'pending'";
    let next = c.query_one(sql, &[])?.map_or(Ok(None), |row| row.opt_at(0))?;
    Ok(next.map_or(MailClaim::Nothing, MailClaim::NotBefore))
}

/// A mail's own row.
struct Head {
    delivery: Delivery,
    since_at: Option<Millis>,
    seq: u64,
    through: Option<i64>,
    site: SiteKey,
}

impl Head {
    fn read(mut row: Row) -> Result<Self, DbError> {
        Ok(Self {
            since_at: row.opt_at(DELIVERY_COLUMNS)?,
            seq: row.seq(DELIVERY_COLUMNS + 1)?,
            through: row.opt_int(DELIVERY_COLUMNS + 2)?,
            site: row.id(DELIVERY_COLUMNS + 3)?,
            delivery: delivery(&mut row)?,
        })
    }
}

/// A mail with its words, and which answers it carries.
struct Filled {
    outbound: OutboundMail,
    first: u64,
    through: u64,
}

/// What the mail says; `None` where nobody needs it.
fn fill(c: &mut Connection, head: &Head) -> Result<Option<Filled>, DbError> {
    let id = &head.delivery.conversation_id;
    // Locked, so that an answer that is being stored is either in here or finds the mail closed.
    let sql = "select c.visitor_delivered, c.context, v.email, v.blocked_at from conversation c \
        join visitor v on v.visitor_id = c.visitor_id where c.conversation_id = $1";
    let Some(mut told) = c.lock_one(sql, &[id.as_str().into()])? else { return Ok(None) };
    let delivered = told.seq(0)?;
    let (Some(email), None) = (told.opt_text(2)?, told.opt_at(3)?) else { return Ok(None) };
    let Some(site) = site(c, &head.site)? else { return Ok(None) };
    let from = if head.through.is_some() { head.seq } else { head.seq.max(delivered.saturating_add(1)) };
    let (answers, more) = answers(c, id, from, head.through)?;
    let (Some(first), Some(last)) = (answers.first(), answers.last()) else { return Ok(None) };
    let through = match head.through {
        Some(through) => u64::try_from(through).unwrap_or_default(),
        None if more => last_answer(c, id)?,
        None => last.seq,
    };
    if delivered >= through {
        return Ok(None);
    }
    let outbound = OutboundMail {
        delivery: head.delivery.clone(),
        since_at: head.since_at.unwrap_or(head.delivery.created_at),
        site,
        email,
        context: from_json(&mut told, 1)?,
        earlier: earlier(c, id)?,
        answers: answers.clone(),
        more,
    };
    Ok(Some(Filled { outbound, first: first.seq, through }))
}

/// What persons answered in these seqs, and whether it is more than one mail holds.
fn answers(
    c: &mut Connection,
    id: &ConversationId,
    from: u64,
    through: Option<i64>,
) -> Result<(Vec<Message>, bool), DbError> {
    let sql = concat!(
        "select ",
        message_columns!(),
        " from message m where m.conversation_id = $1 and m.seq between $2 and $3 and m.author = 'agent' \
         order by m.seq limit $4"
    );
    let through = through.unwrap_or(i64::MAX);
    let values = [id.as_str().into(), from.into(), through.into(), (ANSWERS_MAX + 1).into()];
    let rows = c.query(sql, &values)?;
    let mut answers: Vec<Message> =
        rows.into_iter().map(|mut row| message(&mut row, 0)).collect::<Result<_, _>>()?;
    let most = usize::try_from(ANSWERS_MAX).unwrap_or(usize::MAX);
    let more = answers.len() > most;
    answers.truncate(most);
    attachments::fill(c, &mut answers)?;
    Ok((answers, more))
}

fn last_answer(c: &mut Connection, id: &ConversationId) -> Result<u64, DbError> {
    let sql = "select coalesce(max(seq), 0) from message where conversation_id = $1 and author = 'agent'";
    c.query_one(sql, &[id.as_str().into()])?.map_or(Ok(0), |row| row.seq(0))
}

fn earlier(c: &mut Connection, id: &ConversationId) -> Result<Vec<DeliveryId>, DbError> {
    let sql = "select delivery_id from delivery where conversation_id = $1 and channel = 'email' \
        and state = 'delivered' order by seq desc limit $2";
    let rows = c.query(sql, &[id.as_str().into(), EARLIER_MAX.into()])?;
    let mut earlier: Vec<DeliveryId> = rows.into_iter().map(|mut row| row.id(0)).collect::<Result<_, _>>()?;
    earlier.reverse();
    Ok(earlier)
}

fn keep_link(c: &mut Connection, link: &MailLink, head: &Head, now: Millis) -> Result<(), DbError> {
    c.execute("delete from mail_link where expires_at < $1", &[now.plus(-STOP_KEPT_MS).into()])?;
    let sql = "insert into mail_link (resume_hash, stop_hash, delivery_id, site_key, visitor_id, conversation_id, \
        expires_at) select $1, $2, $3, c.site_key, c.visitor_id, c.conversation_id, $4 from conversation c \
        where c.conversation_id = $5";
    let (resume, stop) = (hex::encode(link.resume), hex::encode(link.stop));
    let values = [
        (&resume).into(),
        (&stop).into(),
        head.delivery.delivery_id.as_str().into(),
        link.expires_at.into(),
        head.delivery.conversation_id.as_str().into(),
    ];
    c.execute(sql, &values).map(drop)
}
