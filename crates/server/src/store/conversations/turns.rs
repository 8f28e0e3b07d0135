//! The turns of the reply clock: what they were, the log of what happened to them, and the clock's own snapshot. What
//! a turn is and when it ends is decided by the rules; what follows from many of them is measured elsewhere.

use pronto_protocol::id::{ConversationId, Millis, SiteKey};
use pronto_protocol::model::SiteSettings;

use super::{Locked, lock, update};
use crate::conversation::{Change, Command, Turn, decide};
use crate::hours::open_ms;
use crate::store::engine::connection::{Connection, DbError, Value};
use crate::store::sites::from_json;
use crate::store::{ClockEvent, ClockEventKind, Store, StoreError, TurnRow};

impl Store {
    /// The turns of a site that began at `since` or later and were not withdrawn, oldest first.
    ///
    /// # Errors
    /// When the database does not answer; so with every method here.
    pub async fn turns(&self, site: &SiteKey, since: Millis) -> Result<Vec<TurnRow>, StoreError> {
        let site = site.clone();
        let read = move |c: &mut Connection| {
            let sql = "select asked_at, answered_at, given_up_at, promised_by, open_wait_ms from turn \
                where site_key = $1 and asked_at >= $2 and withdrawn_at is null order by asked_at";
            let rows = c.query(sql, &[site.as_str().into(), since.into()])?;
            let turn = |row: crate::store::engine::connection::Row| {
                Ok(TurnRow {
                    asked_at: row.at(0)?,
                    answered_at: row.opt_at(1)?,
                    given_up_at: row.opt_at(2)?,
                    promised_by: row.opt_at(3)?,
                    open_wait_ms: row.opt_int(4)?,
                })
            };
            rows.into_iter().map(turn).collect()
        };
        self.engine.read(read).await
    }

    /// What happened to a site's turns after the event `after`, in order, `limit` at most.
    ///
    /// # Errors
    /// As [`Store::turns`].
    pub async fn clock_events(
        &self,
        site: &SiteKey,
        after: i64,
        limit: u32,
    ) -> Result<Vec<ClockEvent>, StoreError> {
        let site = site.clone();
        let read = move |c: &mut Connection| {
            let sql = "select seq, kind, asked_at, at from turn_event where site_key = $1 and seq > $2 \
                order by seq limit $3";
            let rows = c.query(sql, &[site.as_str().into(), after.into(), i64::from(limit).into()])?;
            let event = |mut row: crate::store::engine::connection::Row| {
                let kind = ClockEventKind::parse(&row.text(1)?);
                Ok(ClockEvent { seq: row.int(0)?, kind, asked_at: row.at(2)?, at: row.at(3)? })
            };
            rows.into_iter().map(event).collect()
        };
        self.engine.read(read).await
    }

    /// The reply clock of a site as it was last kept, and the event it stands after.
    ///
    /// # Errors
    /// As [`Store::turns`].
    pub async fn clock_snapshot(&self, site: &SiteKey) -> Result<Option<(String, i64)>, StoreError> {
        let site = site.clone();
        let read = move |c: &mut Connection| {
            let sql = "select state, through from clock_snapshot where site_key = $1";
            let row = c.query_one(sql, &[site.as_str().into()])?;
            row.map(|mut row| Ok((row.text(0)?, row.int(1)?))).transpose()
        };
        self.engine.read(read).await
    }

    /// Keeps the reply clock of a site as it stood after the event `through`; an older one never replaces a newer.
    ///
    /// # Errors
    /// As [`Store::turns`].
    pub async fn keep_clock(&self, site: &SiteKey, state: String, through: i64) -> Result<(), StoreError> {
        let site = site.clone();
        let write = move |c: &mut Connection| {
            let sql = "insert into clock_snapshot (site_key, state, through) values ($1, $2, $3) \
                on conflict (site_key) do update set state = excluded.state, through = excluded.through \
                where clock_snapshot.through <= excluded.through";
            c.execute(sql, &[site.as_str().into(), (&state).into(), through.into()]).map(drop)
        };
        self.engine.write(write).await
    }

    /// Whether something happened to the turns of `site` in this process since the last call.
    #[must_use]
    pub fn take_stirred(&self, site: &SiteKey) -> bool {
        self.stirred.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(site)
    }

    /// Has [`Store::take_stirred`] say yes once more.
    pub fn stir(&self, site: &SiteKey) {
        self.was_stirred(site.clone());
    }

    /// Blocks the visitor of a conversation as spam, or takes that back; whether that changed anything.
    ///
    /// # Errors
    /// As [`Store::turns`].
    pub async fn set_blocked(
        &self,
        id: &ConversationId,
        blocked: bool,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let id = id.clone();
        let site = self.engine.write(move |c| block(c, &id, blocked, now)).await?;
        let changed = site.is_some();
        if let Some(site) = site {
            self.was_stirred(site);
        }
        Ok(changed)
    }
}

/// Blocks the visitor of a conversation, or takes that back, with all that follows in all of theirs; whose site something
/// happened to.
pub(in crate::store) fn block(
    c: &mut Connection,
    id: &ConversationId,
    blocked: bool,
    now: Millis,
) -> Result<Option<SiteKey>, DbError> {
    let owner = "select visitor_id from conversation where conversation_id = $1";
    let Some(mut row) = c.query_one(owner, &[id.as_str().into()])? else { return Ok(None) };
    let visitor = row.text(0)?;
    let all = "select conversation_id from conversation where visitor_id = $1 order by conversation_id";
    let mut changed = None;
    for mut row in c.query(all, &[(&visitor).into()])? {
        let id: ConversationId = row.id(0)?;
        let Some(locked) = lock(c, &id)? else { continue };
        let changes = decide(&locked.state, Command::SetBlocked(blocked), now).unwrap_or_default();
        if !changes.is_empty() {
            apply(c, &id, &locked.site, &changes)?;
            changed = Some(locked.site);
            update(c, &id, locked.state, &changes)?;
        }
    }
    let sql = "update visitor set blocked_at = $2 where visitor_id = $1";
    c.execute(sql, &[(&visitor).into(), blocked.then_some(now).into()])?;
    Ok(changed)
}

/// What else tells where a conversation stands: whether its visitor is blocked or left an address, the turn that runs, and the
/// one that was withdrawn. Read once the conversation is locked, when no other transaction can change it.
pub(super) fn read(c: &mut Connection, id: &ConversationId, locked: &mut Locked) -> Result<(), DbError> {
    let sql = "select v.blocked_at, t.asked_at, t.promised_by, t.withdrawn_at, v.email from conversation c \
        join visitor v on v.visitor_id = c.visitor_id left join turn t on t.conversation_id = c.conversation_id \
        and t.answered_at is null and t.given_up_at is null where c.conversation_id = $1 order by t.asked_at";
    for mut row in c.query(sql, &[id.as_str().into()])? {
        locked.state.blocked = row.opt_at(0)?.is_some();
        locked.state.mails = row.opt_text(4)?.is_some();
        let Some(asked_at) = row.opt_at(1)? else { continue };
        if row.opt_at(3)?.is_some() {
            locked.state.withdrawn = Some(Turn { asked_at, promised_by: row.opt_at(2)? });
        } else {
            locked.state.turn = Some(asked_at);
        }
    }
    Ok(())
}

/// Writes what `changes` say of turns, and logs it; whether they say anything.
pub(in crate::store) fn apply(
    c: &mut Connection,
    id: &ConversationId,
    site: &SiteKey,
    changes: &[Change],
) -> Result<bool, DbError> {
    let mut stirred = false;
    for change in changes {
        stirred |= match *change {
            Change::TurnOpened(turn) => open(c, id, site, turn)?,
            Change::TurnAnswered(at) => end(c, id, site, ClockEventKind::Answered, at)?,
            Change::TurnGivenUp(at) => end(c, id, site, ClockEventKind::GivenUp, at)?,
            Change::TurnWithdrawn(at) => end(c, id, site, ClockEventKind::Withdrawn, at)?,
            Change::TurnRestored(turn) => restore(c, id, site, turn)?,
            Change::Stored { .. }
            | Change::Away { .. }
            | Change::Status(_)
            | Change::Waiting(_)
            | Change::Blocked(_)
            | Change::Receipts(..)
            | Change::Forward
            | Change::Mail => false,
        };
    }
    Ok(stirred)
}

fn open(c: &mut Connection, id: &ConversationId, site: &SiteKey, turn: Turn) -> Result<bool, DbError> {
    let sql = "insert into turn (conversation_id, asked_at, site_key, promised_by) values ($1, $2, $3, $4) \
        on conflict (conversation_id, asked_at) do nothing";
    let values = [id.as_str().into(), turn.asked_at.into(), site.as_str().into(), turn.promised_by.into()];
    if c.execute(sql, &values)? == 0 {
        return Ok(false);
    }
    log(c, site, ClockEventKind::Asked, turn.asked_at, turn.asked_at)
}

/// Ends the turn that runs, if one does.
fn end(
    c: &mut Connection,
    id: &ConversationId,
    site: &SiteKey,
    kind: ClockEventKind,
    at: Millis,
) -> Result<bool, DbError> {
    let sql = match kind {
        ClockEventKind::Answered => {
            "update turn set answered_at = $2, open_wait_ms = $4 where conversation_id = $1 and asked_at = $3"
        }
        ClockEventKind::GivenUp => {
            "update turn set given_up_at = $2 where conversation_id = $1 and asked_at = $3"
        }
        _ => "update turn set withdrawn_at = $2 where conversation_id = $1 and asked_at = $3",
    };
    let running = "select asked_at from turn where conversation_id = $1 and answered_at is null \
        and given_up_at is null and withdrawn_at is null order by asked_at";
    let mut ended = false;
    for row in c.query(running, &[Value::Text(id.as_str())])? {
        let asked_at = row.at(0)?;
        let mut values: Vec<Value<'_>> = vec![id.as_str().into(), at.into(), asked_at.into()];
        if kind == ClockEventKind::Answered {
            values.push(open_wait_ms(c, site, asked_at, at)?.into());
        }
        c.execute(sql, &values)?;
        ended = log(c, site, kind, asked_at, at)?;
    }
    Ok(ended)
}

/// How long the visitor waited by the opening hours of now.
fn open_wait_ms(
    c: &mut Connection,
    site: &SiteKey,
    asked_at: Millis,
    at: Millis,
) -> Result<Option<i64>, DbError> {
    let sql = "select settings from site where site_key = $1";
    let Some(mut row) = c.query_one(sql, &[site.as_str().into()])? else { return Ok(None) };
    let settings: SiteSettings = from_json(&mut row, 0)?;
    Ok(open_ms(&settings, asked_at, at))
}

fn restore(c: &mut Connection, id: &ConversationId, site: &SiteKey, turn: Turn) -> Result<bool, DbError> {
    let sql = "update turn set withdrawn_at = null where conversation_id = $1 and asked_at = $2 \
        and withdrawn_at is not null";
    if c.execute(sql, &[id.as_str().into(), turn.asked_at.into()])? == 0 {
        return Ok(false);
    }
    log(c, site, ClockEventKind::Asked, turn.asked_at, turn.asked_at)
}

// The site's row stays locked until the commit, so that the seqs of a site become visible in their order.
fn log(
    c: &mut Connection,
    site: &SiteKey,
    kind: ClockEventKind,
    asked_at: Millis,
    at: Millis,
) -> Result<bool, DbError> {
    c.execute("update site set clock_seq = clock_seq + 1 where site_key = $1", &[site.as_str().into()])?;
    let sql = "insert into turn_event (site_key, seq, kind, asked_at, at) \
        select site_key, clock_seq, $2, $3, $4 from site where site_key = $1";
    let values = [site.as_str().into(), kind.as_str().into(), asked_at.into(), at.into()];
    Ok(c.execute(sql, &values)? > 0)
}
