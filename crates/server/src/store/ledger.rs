//! The ledger: what a business's messages cost, written in the transaction in which they count as delivered, and read by
//! month. What a message costs and when an entry is due is `pronto-reply`'s; here entries are only added.

pub(super) mod terms;

use pronto_protocol::id::{ConversationId, Millis, SiteKey};
use pronto_protocol::model::SiteSettings;
use pronto_reply::ledger::{Delivery, Entry, Kind, Ledger};
use pronto_reply::price::{Counts, Currency, Form, Money, Month, Plan, Quote, Reason, Sent, Zone};
use pronto_reply::window::{Channel, Talk};

use super::engine::connection::{Connection, DbError, Row, Value};
use super::sites::from_json;
use super::{LedgerSum, Store, StoreError};
use crate::billing::{self, Shelf, ledger_key, message_of};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select e.entry, e.kind, e.conversation_id, e.message_id, e.channel, e.sent_at, e.delivered_at, e.book, \
             e.market, e.micros, e.currency, e.reason, e.late_ms, e.alone_micros, e.alone_currency, e.alone_reason, \
             e.counts from ledger_entry e where e.site_key = $1 and ",
            $rest,
            " order by e.entry"
        )
    };
}

impl Store {
    /// The entries of what was delivered from `from` until before `until`, with their places, in the order they were
    /// recorded.
    ///
    /// # Errors
    /// When the database does not answer; so with every method here.
    pub async fn ledger(
        &self,
        site: &SiteKey,
        (from, until): (Millis, Millis),
    ) -> Result<Vec<(u64, Entry)>, StoreError> {
        let site = site.clone();
        let read = move |c: &mut Connection| {
            let sql = select!("e.delivered_at >= $2 and e.delivered_at < $3");
            let rows = c.query(sql, &[site.as_str().into(), from.into(), until.into()])?;
            rows.into_iter().map(|mut row| entry(&mut row)).collect()
        };
        self.engine.read(read).await
    }

    /// What those entries come to, by reason and currency, and how many messages of theirs have an unknown price.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn ledger_sums(&self, site: &SiteKey, span: (Millis, Millis)) -> Result<LedgerSum, StoreError> {
        let site = site.clone();
        self.engine.read(move |c| sums(c, &site, span)).await
    }

    /// The months of a calendar that have entries, newest first.
    ///
    /// # Errors
    /// As [`Store::ledger`].
    pub async fn ledger_months(&self, site: &SiteKey, zone: &Zone) -> Result<Vec<Month>, StoreError> {
        let (site, zone) = (site.clone(), zone.clone());
        let read = move |c: &mut Connection| {
            let sql = "select max(delivered_at) from ledger_entry where site_key = $1 and delivered_at < $2";
            let (mut months, mut before) = (Vec::new(), i64::MAX);
            loop {
                let row = c.query_one(sql, &[site.as_str().into(), before.into()])?;
                let Some(last) = row.map(|row| row.opt_int(0)).transpose()?.flatten() else {
                    return Ok(months);
                };
                let month = zone.month(last);
                months.push(month);
                // Where the calendar ends, the months do.
                before = zone.spans(month).0.min(last);
            }
        };
        self.engine.read(read).await
    }
}

/// Records that what the business wrote in a conversation after `after`, up to and including `through`, was delivered at
/// `now`. Messages that are recorded already stay as they are.
pub(super) fn delivered(
    c: &mut Connection,
    shelf: &Shelf,
    (site, id): (&SiteKey, &ConversationId),
    (after, through): (u64, u64),
    now: Millis,
) -> Result<(), DbError> {
    // A bot's words are charged as a person's are: a provider does not ask who typed. Notices of Pronto itself are not sent.
    let sql = "select seq, message_id, created_at from message where conversation_id = $1 and seq > $2 and seq <= $3 \
        and author in ('agent', 'bot') order by seq";
    let sent = c.query(sql, &[id.as_str().into(), after.into(), through.into()])?;
    if sent.is_empty() {
        return Ok(());
    }
    let Some(settings) = locked_settings(c, site)?.filter(billing::is_charged) else { return Ok(()) };
    let Some(plan) = shelf.plan(&settings) else { return Ok(()) };
    let mut ledgers = Ledgers::default();
    let first = sent.first().map_or(Ok(now), |row| row.at(2))?;
    let is_last = is_last(c, site, (id, first), now)?;
    for mut row in sent {
        let (seq, message_id, sent_at) = (row.seq(0)?, row.text(1)?, row.at(2)?);
        let talk = talk_before(c, id, seq)?;
        let delivery = Delivery {
            conversation_id: id.as_str().to_owned(),
            message_id: ledger_key(id.as_str(), &message_id),
            channel: talk.channel,
            sent: Sent {
                form: Form::FreeForm,
                sent_at: sent_at.0,
                window: plan.rules().window(&talk, plan.zone()),
            },
            // Nothing is delivered before it was sent, whatever the clock has done since.
            delivered_at: now.0.max(sent_at.0),
            market: billing::market(&settings).map(str::to_owned),
        };
        let ledger = if is_last {
            ledgers.of(c, &plan, (site, talk.channel), now)?
        } else {
            ledgers.whole(c, &plan, (site, talk.channel), (id, first), now)?
        };
        for entry in ledger.record(&plan, &delivery) {
            insert(c, site, &entry)?;
        }
    }
    Ok(())
}

/// The ledgers of a site's roads, each read at most once in a transaction.
#[derive(Default)]
pub(super) struct Ledgers(Vec<(Channel, Ledger)>);

impl Ledgers {
    /// As much of the ledger of a road as tells what a message costs that is delivered at `now`, if it is the last that is
    /// delivered: what took from the month's allowance, and the conversations that may still run. However busy a month
    /// was, that is no more than an allowance and a day or so.
    pub(super) fn of(
        &mut self,
        c: &mut Connection,
        plan: &Plan,
        (site, channel): (&SiteKey, Channel),
        now: Millis,
    ) -> Result<&mut Ledger, DbError> {
        let allowed = select!(
            "e.channel = $2 and e.delivered_at >= $3 and e.reason = 'allowance' and not exists (select 1 from \
             ledger_entry l where l.site_key = e.site_key and l.conversation_id = e.conversation_id \
             and l.sent_at = e.sent_at and l.message_id = e.message_id and l.channel = e.channel and l.entry > e.entry)"
        );
        let recent = select!("e.channel = $2 and e.delivered_at >= $3");
        self.known(channel, || {
            let Some(from) = Ledger::context(plan, channel, now.0) else { return Ok(Vec::new()) };
            let month = plan.zone().spans(plan.zone().month(now.0)).0;
            let longest = month.saturating_sub(from);
            let mut all = read(c, allowed, (site, channel), &[from.into()])?;
            if longest > 0 {
                all.extend(read(c, recent, (site, channel), &[now.0.saturating_sub(longest).into()])?);
                all.sort_by_key(|(place, _)| *place);
                all.dedup_by_key(|(place, _)| *place);
            }
            Ok(all)
        })
    }

    /// As much of it as is needed where something is recorded already of the messages of `id` that were sent at `since` or
    /// later, or where something was delivered after `now`: all that any price may depend on.
    fn whole(
        &mut self,
        c: &mut Connection,
        plan: &Plan,
        (site, channel): (&SiteKey, Channel),
        (id, since): (&ConversationId, Millis),
        now: Millis,
    ) -> Result<&mut Ledger, DbError> {
        let sql = select!(
            "e.channel = $2 and (e.delivered_at >= $3 or (e.conversation_id = $4 and e.sent_at >= $5))"
        );
        self.known(channel, || {
            let from = Ledger::context(plan, channel, now.0).unwrap_or(i64::MAX);
            read(c, sql, (site, channel), &[from.into(), id.as_str().into(), since.into()])
        })
    }

    fn known(
        &mut self,
        channel: Channel,
        entries: impl FnOnce() -> Result<Vec<(u64, Entry)>, DbError>,
    ) -> Result<&mut Ledger, DbError> {
        let place = match self.0.iter().position(|(of, _)| *of == channel) {
            Some(place) => place,
            None => {
                let entries = entries()?.into_iter().map(|(_, entry)| entry);
                self.0.push((channel, Ledger::of(entries)));
                self.0.len() - 1
            }
        };
        Ok(&mut self.0[place].1)
    }
}

fn read(
    c: &mut Connection,
    sql: &'static str,
    (site, channel): (&SiteKey, Channel),
    more: &[Value<'_>],
) -> Result<Vec<(u64, Entry)>, DbError> {
    let mut values: Vec<Value<'_>> = vec![site.as_str().into(), channel.as_str().into()];
    values.extend(more);
    c.query(sql, &values)?.into_iter().map(|mut row| entry(&mut row)).collect()
}

/// Whether what is delivered at `now` is the last that is recorded: nothing was delivered then or later, and nothing is
/// known yet of the messages of `id` that were sent at `since` or later.
fn is_last(
    c: &mut Connection,
    site: &SiteKey,
    (id, since): (&ConversationId, Millis),
    now: Millis,
) -> Result<bool, DbError> {
    let later = "select 1 from ledger_entry where site_key = $1 and delivered_at >= $2 limit 1";
    let own =
        "select 1 from ledger_entry where site_key = $1 and conversation_id = $2 and sent_at >= $3 limit 1";
    let later = c.query_one(later, &[site.as_str().into(), now.into()])?;
    let own = c.query_one(own, &[site.as_str().into(), id.as_str().into(), since.into()])?;
    Ok(later.is_none() && own.is_none())
}

/// The settings of a site whose ledger no other transaction adds to until this one ends.
fn locked_settings(c: &mut Connection, site: &SiteKey) -> Result<Option<SiteSettings>, DbError> {
    let sql = "select c.settings from site c where c.site_key = $1";
    let row = c.lock_one(sql, &[site.as_str().into()])?;
    row.map(|mut row| from_json(&mut row, 0)).transpose()
}

/// The conversation as it stood when the message of this seq was sent.
fn talk_before(c: &mut Connection, id: &ConversationId, seq: u64) -> Result<Talk, DbError> {
    let sql = "select created_at, channel from message where conversation_id = $1 and seq < $2 and author = 'visitor' \
        order by seq desc limit 1";
    let row = c.query_one(sql, &[id.as_str().into(), seq.into()])?;
    let last = row.map(|mut row| Ok::<_, DbError>((row.at(0)?, row.text(1)?))).transpose()?;
    Ok(talk(last))
}

/// What the visitor's last message tells of an answer to it.
pub(super) fn talk(last: Option<(Millis, String)>) -> Talk {
    let channel = last.as_ref().and_then(|(_, channel)| Channel::parse(channel));
    Talk {
        // Who has not written yet has the panel open.
        channel: channel.unwrap_or(Channel::Widget),
        last_from_visitor: last.map(|(at, _)| at.0),
        ad: None,
        // Blocked visitors are heard no more; the business may still write to them.
        blocked: false,
    }
}

/// What was spent from `from` until before `until`.
pub(super) fn sums(
    c: &mut Connection,
    site: &SiteKey,
    (from, until): (Millis, Millis),
) -> Result<LedgerSum, DbError> {
    let values: [Value<'_>; 3] = [site.as_str().into(), from.into(), until.into()];
    let sql = "select reason, currency, cast(sum(micros) as bigint) from ledger_entry where site_key = $1 \
        and delivered_at >= $2 and delivered_at < $3 and micros is not null group by reason, currency order by reason, currency";
    let by_reason = c.query(sql, &values)?.into_iter().map(|mut row| {
        let (reason, currency) = (word(Reason::parse(&row.text(0)?))?, row.text(1)?);
        Ok((reason, Money::new(row.int(2)?, word(Currency::parse(&currency))?)))
    });
    let by_reason = by_reason.collect::<Result<Vec<_>, DbError>>()?;
    let sql = "select count(*) from ledger_entry e where e.site_key = $1 and e.delivered_at >= $2 \
        and e.delivered_at < $3 and e.reason = 'no_rate' and not exists (select 1 from ledger_entry l \
        where l.site_key = e.site_key and l.conversation_id = e.conversation_id and l.sent_at = e.sent_at \
        and l.message_id = e.message_id and l.channel = e.channel and l.entry > e.entry)";
    let unknown = c.query_one(sql, &values)?.map_or(Ok(0), |row| row.int(0))?;
    Ok(LedgerSum { by_reason, unknown: u32::try_from(unknown).unwrap_or(u32::MAX) })
}

// The site's row stays locked until the commit, so that places become visible in their order.
fn insert(c: &mut Connection, site: &SiteKey, entry: &Entry) -> Result<(), DbError> {
    c.execute("update site set ledger_seq = ledger_seq + 1 where site_key = $1", &[site.as_str().into()])?;
    let sql = "insert into ledger_entry (site_key, entry, kind, conversation_id, message_id, channel, sent_at, \
        delivered_at, book, market, micros, currency, reason, late_ms, alone_micros, alone_currency, alone_reason, counts) \
        select site_key, ledger_seq, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17 \
        from site where site_key = $1";
    let (currency, alone) = (entry.amount.map(|money| money.currency), entry.alone.list);
    let alone_currency = alone.map(|money| money.currency);
    let values = [
        site.as_str().into(),
        entry.kind.as_str().into(),
        (&entry.conversation_id).into(),
        message_of(&entry.message_id).into(),
        entry.channel.as_str().into(),
        entry.sent_at.into(),
        entry.delivered_at.into(),
        entry.book.as_ref().into(),
        entry.market.as_ref().into(),
        entry.amount.map(|money| money.micros).into(),
        currency.as_ref().map(Currency::as_str).into(),
        entry.reason.as_str().into(),
        entry.late_ms.into(),
        alone.map(|money| money.micros).into(),
        alone_currency.as_ref().map(Currency::as_str).into(),
        entry.alone.reason.as_str().into(),
        entry.alone.counts.as_str().into(),
    ];
    c.execute(sql, &values).map(drop)
}

/// An entry and its place, from the columns that `select` names.
fn entry(row: &mut Row) -> Result<(u64, Entry), DbError> {
    let place = row.seq(0)?;
    let (conversation_id, message_id) = (row.text(2)?, row.text(3)?);
    let entry = Entry {
        kind: word(Kind::parse(&row.text(1)?))?,
        message_id: ledger_key(&conversation_id, &message_id),
        conversation_id,
        channel: word(Channel::parse(&row.text(4)?))?,
        sent_at: row.int(5)?,
        delivered_at: row.int(6)?,
        book: row.opt_text(7)?,
        market: row.opt_text(8)?,
        amount: money(row, 9)?,
        reason: word(Reason::parse(&row.text(11)?))?,
        late_ms: row.int(12)?,
        alone: Quote {
            list: money(row, 13)?,
            reason: word(Reason::parse(&row.text(15)?))?,
            counts: word(Counts::parse(&row.text(16)?))?,
        },
    };
    Ok((place, entry))
}

/// An amount from two columns.
fn money(row: &mut Row, from: usize) -> Result<Option<Money>, DbError> {
    let (micros, currency) = (row.opt_int(from)?, row.opt_text(from + 1)?);
    micros
        .zip(currency)
        .map(|(micros, code)| Ok(Money::new(micros, word(Currency::parse(&code))?)))
        .transpose()
}

fn word<T>(known: Option<T>) -> Result<T, DbError> {
    known.ok_or_else(|| DbError::Other("the ledger has a word that this version does not know".to_owned()))
}
