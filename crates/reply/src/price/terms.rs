//! What sending will cost from now on, until things stop changing, and what answering soon saves. Nothing is recorded here.

use super::{Form, Money, Plan, Price, Reason, Sent, Tally, totals};
use crate::window::{Channel, MaySend, Talk};

/// What holds for an answer from `from` on, until the next of the list. Its shape is that of the wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terms {
    /// From when, in milliseconds since 1970.
    pub from: i64,
    /// What may be sent.
    pub may_send: MaySend,
    /// What it costs: any text where that may be sent, else a utility template, by which an answer can still go. `None` when
    /// unknown, and where nothing can be sent or nothing is ever charged ([`Reason::FreeBook`]).
    pub price: Option<Money>,
    /// Why.
    pub reason: Reason,
}

/// Money that answers in time do not cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Saving {
    /// How much.
    pub amount: Money,
    /// Over so many conversations.
    pub conversations: u32,
}

/// How far [`Plan::saving`] looks: an hour.
const SOON_MS: i64 = 3_600_000;

impl Plan {
    /// The terms of an answer, from `now` on, if nobody writes and nothing else is sent: the first holds already, and after
    /// the last nothing changes. `market` and `tally` are as for [`Plan::price`].
    #[must_use]
    pub fn terms(&self, talk: &Talk, market: Option<&str>, tally: Tally, now: i64) -> Vec<Terms> {
        let window = self.rules().window(talk, self.zone());
        let next_month = self.zone().spans(self.zone().month(now)).1;
        let mut at: Vec<i64> = self.changes(talk.channel).map(|day| self.zone().starts(day)).collect();
        at.extend(window.map(|window| window.closes_at));
        at.extend(window.and_then(|window| window.free_until));
        at.extend(tally.conversation_until);
        at.push(next_month);
        at.retain(|at| *at > now);
        at.push(now);
        at.sort_unstable();
        let mut terms: Vec<Terms> = Vec::new();
        for from in at {
            let next = self.at(talk, market, later(tally, from < next_month), from);
            let same = |last: &Terms| Terms { from, ..*last } == next;
            if !terms.last().is_some_and(same) {
                terms.push(next);
            }
        }
        terms
    }

    /// What an answer costs that is sent and delivered at `at`.
    fn at(&self, talk: &Talk, market: Option<&str>, tally: Tally, at: i64) -> Terms {
        let may_send = self.rules().may_send(talk, self.zone(), at);
        let form = match may_send {
            MaySend::FreeForm => Form::FreeForm,
            MaySend::TemplateOnly => Form::Utility,
            MaySend::Nothing => return Terms { from: at, may_send, price: None, reason: Reason::NoRate },
        };
        let sent = Sent { form, sent_at: at, window: self.rules().window(talk, self.zone()) };
        let Price { amount, reason, .. } = self.price(talk.channel, &sent, at, market, tally);
        Terms { from: at, may_send, price: amount, reason }
    }

    /// What answering these conversations, which wait, within the next hour saves against answering them once their windows
    /// have closed, one sum per currency. Only those count whose window closes within that hour and whose two prices are
    /// known and differ. `market` and `tally` are each conversation's own.
    #[must_use]
    pub fn saving<'a>(
        &self,
        waiting: impl IntoIterator<Item = (Talk, Option<&'a str>, Tally)>,
        now: i64,
    ) -> Vec<Saving> {
        let mut used = std::collections::BTreeMap::<Channel, u32>::new();
        let mut saved = Vec::new();
        for (talk, market, tally) in waiting {
            let closes_at = self.rules().window(&talk, self.zone()).map(|window| window.closes_at);
            let Some(closes_at) = closes_at.filter(|at| *at > now && *at <= now.saturating_add(SOON_MS))
            else {
                continue;
            };
            let more = used.entry(talk.channel).or_default();
            let tally = Tally { used: tally.used.saturating_add(*more), ..tally };
            let stays = self.zone().month(closes_at) == self.zone().month(now);
            let soon = self.at(&talk, market, tally, now);
            let late = self.at(&talk, market, later(tally, stays), closes_at);
            *more += u32::from(soon.reason == Reason::Allowance);
            let Some((soon, late)) =
                soon.price.zip(late.price).filter(|(soon, late)| soon.currency == late.currency)
            else {
                continue;
            };
            let micros = late.micros.saturating_sub(soon.micros);
            saved.extend((micros > 0).then_some(Money::new(micros, soon.currency)));
        }
        let conversations = |sum: &Money| saved.iter().filter(|one| one.currency == sum.currency).count();
        let sums = totals(saved.iter().copied()).into_iter();
        sums.map(|amount| Saving {
            amount,
            conversations: u32::try_from(conversations(&amount)).unwrap_or(u32::MAX),
        })
        .collect()
    }
}

/// What will have been counted before a later message if nothing else is sent: a new month has its whole allowance.
fn later(tally: Tally, same_month: bool) -> Tally {
    Tally { used: if same_month { tally.used } else { 0 }, ..tally }
}
