//! What was charged: entries that are only ever added, their corrections, and the statement of a month, which is their sum.
//! Where they are kept does not live here, nor what a price is (see [`crate::price`]).

use std::collections::BTreeMap;

use crate::price::{
    Book, Counts, Currency, Holds, Money, Month, Plan, Price, Quote, Reason, Sent, Tally, charge,
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
    /// What its entries come to, by currency.
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

    /// From which delivery on the entries of a channel have to be loaded, besides those of the message itself, before
    /// something can be priced that is delivered at `at`, or was recorded so: milliseconds since 1970, the beginning of a
    /// month. `None` where no price ever depends on another message.
    #[must_use]
    pub fn context(plan: &Plan, channel: Channel, at: i64) -> Option<i64> {
        let counting = plan.books(channel).filter(|book| book.ever_counts());
        let longest = counting.map(|book| book.longest_conversation_ms()).max()?;
        let begins = |at: i64| plan.zone().spans(plan.zone().month(at)).0;
        Some(begins(begins(at).saturating_sub(longest)))
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
    /// nothing about its price or its month changes, and on a channel without any book.
    pub fn amend(&mut self, plan: &Plan, delivery: &Delivery) -> Vec<Entry> {
        if plan.holds(delivery.channel, delivery.delivered_at) == Holds::Nothing {
            return Vec::new();
        }
        let mut added = Vec::new();
        for target in self.targets(plan, alone(plan, delivery)) {
            let key = (target.channel, target.message_id.clone());
            let entries = match self.notes.get(&key) {
                None => vec![target],
                Some(note) => note.corrections(plan, target),
            };
            for entry in &entries {
                self.take(entry.clone());
            }
            added.extend(entries);
        }
        added
    }

    /// What was counted before a message of that conversation which is delivered at `at`.
    #[must_use]
    pub fn tally(&self, plan: &Plan, channel: Channel, conversation_id: &str, at: i64) -> Tally {
        let Holds::Book(book) = plan.holds(channel, at) else { return Tally::default() };
        let (from, _) = plan.zone().spans(plan.zone().month(at));
        let mut tally = Tally::default();
        for entry in self.counting(channel).filter(|entry| entry.book.as_ref() == Some(&book.name)) {
            if entry.delivered_at > at {
                continue;
            }
            let is_counted = entry.reason == Reason::Allowance && entry.delivered_at >= from;
            tally.used = tally.used.saturating_add(u32::from(is_counted));
            if entry.conversation_id == conversation_id {
                tally.conversation_until =
                    tally.conversation_until.max(runs_until(plan, book, entry, entry.reason));
            }
        }
        tally
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

    /// What `changed`, which comes or moves, should stand as, and then each other message that loses its place in an
    /// allowance or in a conversation by that, or wins one. Those before both its places are left as they were recorded, and
    /// no other's rate is looked up again.
    fn targets(&self, plan: &Plan, changed: Entry) -> Vec<Entry> {
        if changed.alone.counts == Counts::Alone && !self.counts(&changed) {
            return vec![changed];
        }
        let known = self.notes.get(&(changed.channel, changed.message_id.clone()));
        let from =
            known.map_or(changed.delivered_at, |note| note.last.delivered_at.min(changed.delivered_at));
        let mut entries: Vec<&Entry> =
            self.counting(changed.channel).filter(|entry| entry.message_id != changed.message_id).collect();
        entries.push(&changed);
        entries.sort_by(|a, b| place(a).cmp(&place(b)));
        let (mut count, mut own, mut others) = (Count::default(), changed.clone(), Vec::new());
        for entry in entries {
            let book = entry.book.as_deref().and_then(|name| plan.chosen(entry.channel, name));
            let Some(book) = book.filter(|_| entry.alone.counts != Counts::Alone) else { continue };
            let is_own = entry.message_id == changed.message_id;
            let (mut amount, mut reason) = (entry.amount, entry.reason);
            if is_own || place(entry) >= (from, &changed.message_id) {
                let (day, tally) = (plan.zone().day(entry.delivered_at), count.before(plan, book, entry));
                (amount, reason) = charge(book, day, entry.delivered_at, entry.alone, tally);
            }
            count.take(plan, book, entry, reason);
            if is_own {
                (own.amount, own.reason) = (amount, reason);
            } else if reason != entry.reason {
                others.push(Entry { amount, reason, ..entry.clone() });
            }
        }
        others.insert(0, own);
        others
    }

    /// Whether what is recorded of this message counts for others.
    fn counts(&self, changed: &Entry) -> bool {
        let known = self.notes.get(&(changed.channel, changed.message_id.clone()));
        known.is_some_and(|note| note.last.alone.counts != Counts::Alone)
    }
}

/// What a delivery would stand as if it were the only one.
fn alone(plan: &Plan, delivery: &Delivery) -> Entry {
    let Delivery { conversation_id, message_id, channel, sent, delivered_at, market } = delivery.clone();
    let Price { book, alone, .. } =
        plan.price(channel, &sent, delivered_at, market.as_deref(), Tally::default());
    Entry {
        kind: Kind::Charge,
        conversation_id,
        message_id,
        channel,
        sent_at: sent.sent_at,
        delivered_at,
        book,
        market,
        amount: alone.list,
        reason: alone.reason,
        late_ms: sent.window.map_or(0, |window| window.late_ms(sent.sent_at)),
        alone,
    }
}

/// The order in which messages take from an allowance: by their delivery, then by their id, so that no report's order
/// matters.
fn place(entry: &Entry) -> (i64, &String) {
    (entry.delivered_at, &entry.message_id)
}

impl Note {
    /// The entries that turn what was recorded into `target`, whose amount is what it should come to: the difference, in one
    /// entry where the month and the currency stay. Else what was recorded is taken back where it stands, and `target` is
    /// charged anew. What had no book and finds none stays where it is: it is unknown wherever it stands.
    fn corrections(&self, plan: &Plan, target: Entry) -> Vec<Entry> {
        let (old, zone) = (&self.last, plan.zone());
        let stays = zone.month(old.delivered_at) == zone.month(target.delivered_at);
        let nonzero = self.balance.iter().filter(|(_, micros)| **micros != 0);
        let owed: Vec<Money> = nonzero.map(|(currency, micros)| Money::new(*micros, *currency)).collect();
        if !self.differs(&owed, &target) && (stays || (owed.is_empty() && old.reason != Reason::NoRate)) {
            return Vec::new();
        }
        let same_currency =
            |money: &Money| target.amount.is_some_and(|target| target.currency == money.currency);
        let mut entries = Vec::new();
        let settled = Quote { counts: Counts::Alone, ..old.alone };
        let mut take_back = |money: Money, reason| {
            let amount = Some(Money::new(0_i64.saturating_sub(money.micros), money.currency));
            entries.push(Entry { kind: Kind::Correction, amount, reason, alone: settled, ..old.clone() });
        };
        let back: Vec<Money> = owed.iter().copied().filter(|money| !stays || !same_currency(money)).collect();
        back.iter().for_each(|money| take_back(*money, old.reason));
        if !stays && back.is_empty() {
            // Nothing to take back, but this month must tell that the message has left it: by a known price, which is 0.
            let book = old.book.as_deref().and_then(|name| plan.chosen(old.channel, name));
            let currency = book.map(|book| book.currency).or(target.amount.map(|money| money.currency));
            let known = [old.reason, target.reason].into_iter().find(|reason| *reason != Reason::NoRate);
            match currency {
                Some(currency) => take_back(Money::new(0, currency), known.unwrap_or(Reason::Rate)),
                None => return Vec::new(),
            }
        }
        let amount = match target.amount {
            Some(money) if stays => {
                let before = owed.iter().find(|owed| same_currency(owed)).map_or(0, |owed| owed.micros);
                Some(Money::new(money.micros.saturating_sub(before), money.currency))
            }
            amount => amount,
        };
        entries.push(Entry { kind: Kind::Correction, amount, ..target });
        entries
    }

    /// Whether `target` says anything else than what was recorded, which comes to `owed`, but for its month.
    fn differs(&self, owed: &[Money], target: &Entry) -> bool {
        let old = &self.last;
        let comes_to: Vec<Money> = target.amount.into_iter().filter(|money| money.micros != 0).collect();
        let counts = [old, target].iter().any(|entry| entry.alone.counts != Counts::Alone);
        let place_differs = (old.delivered_at, old.alone) != (target.delivered_at, target.alone);
        owed != comes_to || old.reason != target.reason || (counts && place_differs)
    }
}

/// Until when the conversation runs that an entry opens, if it stands with that reason; `None` when it opens none.
fn runs_until(plan: &Plan, book: &Book, entry: &Entry, reason: Reason) -> Option<i64> {
    let opens = entry.alone.counts == Counts::Conversation && reason != Reason::InWindow;
    let lasts = || book.conversation_ms(plan.zone().day(entry.delivered_at)).unwrap_or(0);
    opens.then(|| entry.delivered_at.saturating_add(lasts()))
}

/// What messages took from allowances, and the conversations they opened, by book.
#[derive(Default)]
struct Count<'a> {
    used: BTreeMap<(&'a str, Month), u32>,
    until: BTreeMap<(&'a str, &'a str), i64>,
}

impl<'a> Count<'a> {
    /// Counts an entry that stands with that reason.
    fn take(&mut self, plan: &Plan, book: &'a Book, entry: &'a Entry, reason: Reason) {
        if reason == Reason::Allowance {
            let used = self.used.entry((&book.name, plan.zone().month(entry.delivered_at))).or_default();
            *used = used.saturating_add(1);
        }
        if let Some(runs) = runs_until(plan, book, entry, reason) {
            let until = self.until.entry((&book.name, &entry.conversation_id)).or_insert(runs);
            *until = runs.max(*until);
        }
    }

    /// What was counted before an entry.
    fn before(&self, plan: &Plan, book: &'a Book, entry: &'a Entry) -> Tally {
        let month = plan.zone().month(entry.delivered_at);
        Tally {
            used: self.used.get(&(book.name.as_str(), month)).copied().unwrap_or(0),
            conversation_until: self
                .until
                .get(&(book.name.as_str(), entry.conversation_id.as_str()))
                .copied(),
        }
    }
}
