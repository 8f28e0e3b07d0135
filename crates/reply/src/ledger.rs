//! What was charged: entries that are only ever added, their corrections, and the statement of a month, which is their sum.
//! Where they are kept does not live here, nor what a price is (see [`crate::price`]).

use std::collections::BTreeMap;

use crate::price::{
    Counts, Currency, Holds, Money, Month, Plan, Price, Quote, Reason, Sent, Tally, Zone, charge,
};
use crate::window::Channel;
use crate::words::words;

mod budget;
mod statement;

pub use self::budget::{Budget, budget_state, must_ask};
pub use self::statement::{Line, Statement};

words! {
    /// What an entry of the ledger is.
    Kind {
        /// A message that was delivered.
        Charge = "charge",
        /// A later one that sets an earlier one right; its amount is the difference.
        Correction = "correction",
    }
}

/// One entry: never changed, never deleted. The first for a message and a channel is its charge; the last says what is known
/// of it now. Its place in the ledger is the store's. Its shape is that of the wire, with [`Entry::alone`]
/// besides, which a store has to keep too.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// The conversation.
    pub conversation_id: String,
    /// The message.
    pub message_id: String,
    /// The road the message took.
    pub channel: Channel,
    /// When it was sent.
    pub sent_at: i64,
    /// When it was delivered: the day whose price it has, and the month it stands in.
    pub delivered_at: i64,
    /// The price book; `None` when none held on that day.
    pub book: Option<String>,
    /// The market; `None` when unknown.
    pub market: Option<String>,
    /// The amount; `None` when unknown, and in a correction that has nothing to take back.
    pub amount: Option<Money>,
    /// Why; [`Reason::NoRate`] means that the price is unknown.
    pub reason: Reason,
    /// By how much the window had been missed when it was sent, in milliseconds; 0 when it was in time.
    pub late_ms: i64,
    /// What it would be by itself, outside of allowances and running conversations.
    pub alone: Quote,
}

/// What was reported of a message: that it was delivered, and what is known of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    /// The conversation.
    pub conversation_id: String,
    /// The message: with the channel, what makes a report one that came before.
    pub message_id: String,
    /// The road it took.
    pub channel: Channel,
    /// Its kind, when it was sent, and the window as it stood then.
    pub sent: Sent,
    /// When it was delivered.
    pub delivered_at: i64,
    /// The recipient's market, ISO 3166-1 alpha-2; `None` when unknown.
    pub market: Option<String>,
}

/// The entries of one site, as far as they were loaded, and what follows from them. What it does does not depend on the
/// order in which deliveries are reported.
#[derive(Clone, Default, Debug)]
pub struct Ledger {
    notes: BTreeMap<(Channel, String), Note>,
}

/// What the entries for one message on one channel come to.
#[derive(Clone, Debug)]
struct Note {
    last: Entry,
    /// What its entries in the month of the last one come to, by currency.
    balance: BTreeMap<Currency, i64>,
}

impl Ledger {
    /// The ledger of these entries, in the order they were recorded. Those of the months and messages concerned are enough:
    /// see [`Ledger::context`].
    #[must_use]
    pub fn of(entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut ledger = Self::default();
        for entry in entries {
            ledger.take(entry);
        }
        ledger
    }

    /// From which delivery on the entries of a channel have to be loaded before something that is delivered at `at`, or was
    /// recorded as such, can be priced, in milliseconds since 1970; `None` where no price ever depends on another message, and
    /// the entries of the message itself are enough.
    #[must_use]
    pub fn context(plan: &Plan, channel: Channel, at: i64) -> Option<i64> {
        let counting = plan.books(channel).filter(|book| book.ever_counts());
        let longest = counting.map(|book| book.longest_conversation_ms()).max()?;
        Some(plan.zone().spans(plan.zone().month(at)).0.saturating_sub(longest))
    }

    /// Records that a message was delivered, and returns the entries to add: none when nothing changes. A message is
    /// delivered once, so that of several reports the earliest counts, however often, late or out of order they come; one
    /// that comes later than what is known is left alone, unless it knows the market where that was unknown.
    pub fn record(&mut self, plan: &Plan, delivery: &Delivery) -> Vec<Entry> {
        let mut delivery = delivery.clone();
        if let Some(note) = self.notes.get(&(delivery.channel, delivery.message_id.clone())) {
            let known = &note.last;
            let knows_more = known.market.is_none() && delivery.market.is_some();
            if delivery.delivered_at >= known.delivered_at && !knows_more {
                return Vec::new();
            }
            delivery.delivered_at = delivery.delivered_at.min(known.delivered_at);
            delivery.market = delivery.market.or_else(|| known.market.clone());
        }
        self.amend(plan, &delivery)
    }

    /// Sets a message right: whatever was recorded of it before, this holds now. Returns the entries to add: none when
    /// nothing about its price or its month changes.
    pub fn amend(&mut self, plan: &Plan, delivery: &Delivery) -> Vec<Entry> {
        let key = (delivery.channel, delivery.message_id.clone());
        let known = self.notes.remove(&key);
        if known.is_none() && plan.holds(delivery.channel, delivery.delivered_at) == Holds::Nothing {
            return Vec::new();
        }
        let target = self.target(plan, delivery);
        let mut from = (target.delivered_at, target.message_id.clone());
        let mut added = match &known {
            None => vec![target],
            Some(note) => {
                from.0 = from.0.min(note.last.delivered_at);
                note.corrections(plan.zone(), target)
            }
        };
        self.notes.extend(known.map(|note| (key.clone(), note)));
        for entry in &added {
            self.take(entry.clone());
        }
        self.count_again(plan, &key, &from, &mut added);
        added
    }

    /// What was counted before a message of that conversation which is delivered at `at`.
    #[must_use]
    pub fn tally(&self, plan: &Plan, channel: Channel, conversation_id: &str, at: i64) -> Tally {
        let mut count = Count::default();
        for entry in self.counting(channel).filter(|entry| entry.delivered_at <= at) {
            count.take(plan, entry);
        }
        count.tally(plan, channel, conversation_id, at)
    }

    /// Takes an entry in that was recorded.
    fn take(&mut self, entry: Entry) {
        let key = (entry.channel, entry.message_id.clone());
        let amount = entry.amount;
        let note =
            self.notes.entry(key).or_insert_with(|| Note { last: entry.clone(), balance: BTreeMap::new() });
        note.last = entry;
        if let Some(amount) = amount {
            let sum = note.balance.entry(amount.currency).or_default();
            *sum = sum.saturating_add(amount.micros);
        }
    }

    /// Those entries whose price depends on others, as they stand now, in no order.
    fn counting(&self, channel: Channel) -> impl Iterator<Item = &Entry> {
        let last = self.notes.values().map(|note| &note.last);
        last.filter(move |entry| entry.channel == channel && entry.alone.counts != Counts::Alone)
    }

    /// What a delivery should stand as, after those before it.
    fn target(&self, plan: &Plan, delivery: &Delivery) -> Entry {
        let Delivery { conversation_id, message_id, channel, sent, delivered_at, market } = delivery;
        let mut count = Count::default();
        for entry in self.counting(*channel).filter(|entry| place(entry) < (*delivered_at, message_id)) {
            count.take(plan, entry);
        }
        let tally = count.tally(plan, *channel, conversation_id, *delivered_at);
        let price = plan.price(*channel, sent, *delivered_at, market.as_deref(), tally);
        let Price { book, amount, reason, alone } = price;
        Entry {
            kind: Kind::Charge,
            conversation_id: conversation_id.clone(),
            message_id: message_id.clone(),
            channel: *channel,
            sent_at: sent.sent_at,
            delivered_at: *delivered_at,
            book,
            market: market.clone(),
            amount,
            reason,
            late_ms: sent.window.map_or(0, |window| window.late_ms(sent.sent_at)),
            alone,
        }
    }

    /// Counts again from a place on, after `changed` has come or moved: others may have lost their place in an allowance or
    /// in a conversation, or won one. Those before are left as they were recorded, and no rate is looked up again.
    fn count_again(
        &mut self,
        plan: &Plan,
        changed: &(Channel, String),
        from: &(i64, String),
        added: &mut Vec<Entry>,
    ) {
        let mut entries: Vec<Entry> = self.counting(changed.0).cloned().collect();
        entries.sort_by(|a, b| place(a).cmp(&place(b)));
        let mut count = Count::default();
        for mut entry in entries {
            let moved = place(&entry) > (from.0, &from.1) && entry.message_id != changed.1;
            let book = entry.book.as_deref().and_then(|name| plan.chosen(entry.channel, name));
            if let Some(book) = book.filter(|_| moved) {
                let tally = count.of(plan, &book.name, &entry.conversation_id, entry.delivered_at);
                let day = plan.zone().day(entry.delivered_at);
                let (amount, reason) = charge(book, day, entry.delivered_at, entry.alone, tally);
                if reason != entry.reason {
                    (entry.amount, entry.reason) = (amount, reason);
                    let key = (entry.channel, entry.message_id.clone());
                    let note = self.notes.get(&key);
                    let more =
                        note.map(|note| note.corrections(plan.zone(), entry.clone())).unwrap_or_default();
                    for correction in &more {
                        self.take(correction.clone());
                    }
                    added.extend(more);
                }
            }
            count.take(plan, &entry);
        }
    }
}

/// The order in which messages take from an allowance: by their delivery, then by their id, so that no report's order
/// matters.
fn place(entry: &Entry) -> (i64, &String) {
    (entry.delivered_at, &entry.message_id)
}

impl Note {
    /// The entries that turn what was recorded into `target`, whose amount is what it should come to.
    fn corrections(&self, zone: &Zone, target: Entry) -> Vec<Entry> {
        let old = &self.last;
        let stays = zone.month(old.delivered_at) == zone.month(target.delivered_at);
        let is_known = |entry: &Entry| entry.reason != Reason::NoRate;
        let counts = old.alone.counts != Counts::Alone || target.alone.counts != Counts::Alone;
        let owes = |money: Money| self.balance.get(&money.currency).copied().unwrap_or(0) != money.micros;
        let other = |money: Option<Money>| {
            let own = money.map(|money| money.currency);
            self.balance.iter().filter(move |(currency, micros)| Some(**currency) != own && **micros != 0)
        };
        let same = !target.amount.is_some_and(owes)
            && other(target.amount).next().is_none()
            && (&old.reason, &old.book, &old.market) == (&target.reason, &target.book, &target.market);
        let moves = counts && old.delivered_at != target.delivered_at;
        let moves_money = !stays && self.balance.values().any(|micros| *micros != 0);
        if (same && !moves && !moves_money) || !(is_known(old) || is_known(&target)) {
            return Vec::new();
        }
        let back = |money: Money, as_in: &Entry| Entry {
            kind: Kind::Correction,
            amount: Some(Money::new(0_i64.saturating_sub(money.micros), money.currency)),
            ..as_in.clone()
        };
        let taken_back = if stays { target.amount } else { None };
        let mut entries: Vec<Entry> =
            other(taken_back).map(|(currency, micros)| back(Money::new(*micros, *currency), old)).collect();
        if !stays && !is_known(old) {
            let nothing = target.amount.map(|amount| Money::new(0, amount.currency));
            entries.push(Entry {
                kind: Kind::Correction,
                amount: nothing,
                reason: target.reason,
                ..old.clone()
            });
        }
        let amount = match target.amount.filter(|_| stays) {
            Some(money) => {
                let balance = self.balance.get(&money.currency).copied().unwrap_or(0);
                Some(Money::new(money.micros.saturating_sub(balance), money.currency))
            }
            None => target.amount,
        };
        entries.push(Entry { kind: Kind::Correction, amount, ..target });
        entries
    }
}

/// What messages took from allowances, and the conversations they opened.
#[derive(Default)]
struct Count {
    used: BTreeMap<(Month, String), u32>,
    until: BTreeMap<String, i64>,
}

impl Count {
    fn take(&mut self, plan: &Plan, entry: &Entry) {
        let Some(book) = entry.book.as_deref().and_then(|name| plan.chosen(entry.channel, name)) else {
            return;
        };
        let at = entry.delivered_at;
        if entry.reason == Reason::Allowance {
            let used = self.used.entry((plan.zone().month(at), book.name.clone())).or_default();
            *used = used.saturating_add(1);
        }
        let lasts = book.conversation_ms(plan.zone().day(at)).filter(|_| entry.reason != Reason::InWindow);
        if let Some(lasts) = lasts.filter(|_| entry.alone.counts == Counts::Conversation) {
            let until = self.until.entry(entry.conversation_id.clone()).or_insert(i64::MIN);
            *until = at.saturating_add(lasts).max(*until);
        }
    }

    fn of(&self, plan: &Plan, book: &str, conversation_id: &str, at: i64) -> Tally {
        let month = (plan.zone().month(at), book.to_owned());
        Tally {
            used: self.used.get(&month).copied().unwrap_or(0),
            conversation_until: self.until.get(conversation_id).copied(),
        }
    }

    fn tally(&self, plan: &Plan, channel: Channel, conversation_id: &str, at: i64) -> Tally {
        match plan.holds(channel, at) {
            Holds::Book(book) => self.of(plan, &book.name, conversation_id, at),
            _ => Tally::default(),
        }
    }
}
