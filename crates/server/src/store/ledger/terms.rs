//! What an answer may be and costs before it is sent: the windows that the inbox shows, whether a message may go, and what
//! answering soon saves. Nothing is recorded here.

use std::collections::BTreeMap;

use pronto_protocol::id::{ConversationId, Millis, SiteKey};
use pronto_protocol::model::{InboxConversation, SiteSettings};
use pronto_reply::ledger::must_ask;
use pronto_reply::price::{Form, Holds, Plan, Saving, Sent, Tally};
use pronto_reply::window::{MaySend, Talk};

use super::{Ledgers, locked_settings, sums, talk, talk_before};
use crate::billing::{self, Shelf};
use crate::conversation::Road;
use crate::store::engine::connection::{Connection, DbError, Value};
use crate::store::sites::from_json;
use crate::store::{Store, StoreError};

/// Conversations that are looked at for what answering them soon saves.
const WAITING_MAX: i64 = 1_000;

impl Store {
    /// What answering those who wait within the next hour saves against answering them once their windows have closed,
    /// one sum per currency.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn saving(&self, site: &SiteKey, now: Millis) -> Result<Vec<Saving>, StoreError> {
        let (site, shelf) = (site.clone(), self.shelf.clone());
        let read = move |c: &mut Connection| {
            let Some(settings) = settings(c, &site)?.filter(billing::is_charged) else {
                return Ok(Vec::new());
            };
            let Some(plan) = shelf.plan(&settings) else { return Ok(Vec::new()) };
            let sql = "select c.conversation_id, w.created_at, w.channel from conversation c join message w \
                on w.conversation_id = c.conversation_id and w.seq = c.visitor_seq where c.site_key = $1 \
                and c.waiting_since is not null and c.waiting_order <= $2 order by c.waiting_order desc limit $3";
            let values: [Value<'_>; 3] = [site.as_str().into(), now.into(), WAITING_MAX.into()];
            let (mut ledgers, mut waiting) = (Ledgers::default(), Vec::new());
            for mut row in c.query(sql, &values)? {
                let id: ConversationId = row.id(0)?;
                let talk = talk(Some((row.at(1)?, row.text(2)?)));
                let tally = tally(c, &plan, &mut ledgers, (&site, &id), (&talk, now))?;
                waiting.push((talk, billing::market(&settings), tally));
            }
            Ok(plan.saving(waiting, now.0))
        };
        self.engine.read(read).await
    }
}

fn settings(c: &mut Connection, site: &SiteKey) -> Result<Option<SiteSettings>, DbError> {
    let row = c.query_one("select settings from site where site_key = $1", &[site.as_str().into()])?;
    row.map(|mut row| from_json(&mut row, 0)).transpose()
}

/// What was counted before a message of this conversation.
fn tally(
    c: &mut Connection,
    plan: &Plan,
    ledgers: &mut Ledgers,
    (site, id): (&SiteKey, &ConversationId),
    (talk, now): (&Talk, Millis),
) -> Result<Tally, DbError> {
    // Where no price depends on another message, nothing has to be read.
    if pronto_reply::ledger::Ledger::context(plan, talk.channel, now.0).is_none() {
        return Ok(Tally::default());
    }
    let ledger = ledgers.of(c, plan, (site, talk.channel), now)?;
    Ok(ledger.tally(plan, talk.channel, id.as_str(), now.0))
}

/// Gives each row of the inbox its window, where what may be sent or what it costs ever changes. Each comes with the time
/// and the road of its visitor's last message.
pub(in crate::store) fn fill(
    c: &mut Connection,
    shelf: &Shelf,
    rows: &mut [(InboxConversation, Option<(Millis, String)>)],
    now: Millis,
) -> Result<(), DbError> {
    let mut plans = BTreeMap::<SiteKey, Option<(SiteSettings, Plan, Ledgers)>>::new();
    for (row, last) in rows {
        let site = &row.conversation.site;
        if !plans.contains_key(site) {
            let settings = settings(c, site)?;
            let planned = settings.and_then(|settings| Some((shelf.plan(&settings)?, settings)));
            let planned = planned.map(|(plan, settings)| (settings, plan, Ledgers::default()));
            plans.insert(site.clone(), planned);
        }
        let Some(Some((settings, plan, ledgers))) = plans.get_mut(site) else { continue };
        let talk = talk(last.take());
        let Some(window) = plan.rules().window(&talk, plan.zone()) else { continue };
        let tally = tally(c, plan, ledgers, (site, &row.conversation.conversation_id), (&talk, now))?;
        let terms = plan.terms(&talk, billing::market(settings), tally, now.0);
        let is_free = plan.holds(talk.channel, now.0) == Holds::Nothing;
        let is_plain = is_free && terms.iter().all(|terms| terms.may_send == MaySend::FreeForm);
        row.window = (!is_plain).then(|| billing::reply_window(talk.channel, window, terms));
    }
    Ok(())
}

/// Whether the business may send a message of free text now, and whether that has to be asked for. `last` is the visitor's
/// last message where the one that is about to be stored is theirs.
pub(in crate::store) fn road(
    c: &mut Connection,
    shelf: &Shelf,
    (site, id): (&SiteKey, &ConversationId),
    (last, asks): (Option<(Millis, String)>, bool),
    now: Millis,
) -> Result<Road, DbError> {
    let talk = if last.is_some() { talk(last) } else { talk_before(c, id, i64::MAX.unsigned_abs())? };
    // The budget is read while no other transaction adds to it.
    let settings = if asks { locked_settings(c, site)? } else { settings(c, site)? };
    let planned = settings.and_then(|settings| Some((shelf.plan(&settings)?, settings)));
    let Some((plan, settings)) = planned else { return Ok(Road::Open) };
    if plan.rules().may_send(&talk, plan.zone(), now.0) != MaySend::FreeForm {
        return Ok(Road::Closed);
    }
    let Some(budget) = billing::budget(&settings).filter(|_| asks) else { return Ok(Road::Open) };
    let tally = tally(c, &plan, &mut Ledgers::default(), (site, id), (&talk, now))?;
    let window = plan.rules().window(&talk, plan.zone());
    let sent = Sent { form: Form::FreeForm, sent_at: now.0, window };
    let price = plan.price(talk.channel, &sent, now.0, billing::market(&settings), tally);
    let (from, until) = plan.zone().spans(plan.zone().month(now.0));
    let spent: Vec<_> = sums(c, site, (Millis(from), Millis(until)))?.totals();
    Ok(if must_ask(&spent, Some(budget), &price) { Road::Asks } else { Road::Open })
}
