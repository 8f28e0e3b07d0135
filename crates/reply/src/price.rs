//! What a message costs: a site's plan says which book holds on which day, the book says the price. Whether a message may be
//! sent at all is [`crate::window`]'s; what was charged is [`crate::ledger`]'s.
//!
//! An amount is always integer millionths with a currency. What is not known (no book for the day, no rate for the market, a
//! kind of message that the book does not name) has no amount, and is never 0.

pub mod book;
pub mod days;
pub mod market;
pub mod money;
mod terms;

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

pub use self::book::{Book, Books, Counts, Form, Quote, Reason, Sent};
pub use self::days::{Month, Zone};
pub use self::market::market_of;
pub use self::money::{Currency, Money, totals};
pub use self::terms::{Saving, Terms};
pub use crate::file::BadFile;
use crate::window::{Channel, Rules};

/// Which book holds for a channel, and from when to when. Its shape is that of the wire.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// The channel.
    pub channel: Channel,
    /// The book's name.
    pub book: String,
    /// The first day, `YYYY-MM-DD` in the account's zone; `None`: since ever.
    pub from: Option<String>,
    /// The first day it no longer holds; `None`: until further notice.
    pub until: Option<String>,
}

/// How a site is charged: its calendar, its books, and the rules of the windows.
#[derive(Clone, Debug)]
pub struct Plan {
    zone: Zone,
    rules: Rules,
    choices: Vec<Chosen>,
}

#[derive(Clone, Debug)]
struct Chosen {
    channel: Channel,
    book: Arc<Book>,
    from: Option<Date>,
    until: Option<Date>,
}

/// Why a plan cannot be. The places are those of the choices, from 0.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BadPlan {
    /// No zone of that name is known.
    UnknownZone,
    /// The choice names a book that is not on the shelf.
    UnknownBook(usize),
    /// A day of the choice is none.
    BadDay(usize),
    /// The choice ends before it begins.
    Empty(usize),
    /// The second choice begins while the first still holds for the same channel.
    Overlap(usize, usize),
}

impl fmt::Display for BadPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownZone => f.write_str("the time zone is not a known IANA name such as Europe/Rome"),
            Self::UnknownBook(at) => write!(f, "choice {} names a price book that is not there", at + 1),
            Self::BadDay(at) => write!(f, "choice {} must give its days as YYYY-MM-DD", at + 1),
            Self::Empty(at) => write!(
                f,
                "choice {} ends before it begins: the last day is the first it no longer holds",
                at + 1
            ),
            Self::Overlap(one, other) => write!(
                f,
                "choices {} and {} overlap: only one price book can hold for a channel on a day",
                one + 1,
                other + 1
            ),
        }
    }
}

impl std::error::Error for BadPlan {}

/// What holds on a channel on a day.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Holds<'a> {
    /// No book is ever chosen for the channel: nothing is charged or recorded there.
    Nothing,
    /// None for this day, though there is one on others: what it costs is unknown.
    Unknown,
    /// This book.
    Book(&'a Arc<Book>),
}

/// What was counted before a message, which decides whether it takes from an allowance or joins a charged conversation.
/// [`crate::ledger::Ledger::tally`] makes it; the default is a month without messages.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Tally {
    /// How many took from this month's allowance.
    pub used: u32,
    /// Until when a conversation that is charged already runs, in milliseconds since 1970.
    pub conversation_until: Option<i64>,
}

/// The price of one message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Price {
    /// The book's name; `None` when none holds.
    pub book: Option<String>,
    /// What it costs; `None` when unknown, and when nothing is ever charged on the channel ([`Reason::FreeBook`] without a
    /// book).
    pub amount: Option<Money>,
    /// Why.
    pub reason: Reason,
    /// What it would be by itself.
    pub alone: Quote,
}

impl Plan {
    /// The plan with these books on the calendar of `zone`, an IANA name.
    ///
    /// # Errors
    /// [`BadPlan`], which says which choice is wrong.
    pub fn new(zone: &str, rules: Rules, choices: &[Choice], books: &Books) -> Result<Self, BadPlan> {
        let zone = Zone::new(zone).ok_or(BadPlan::UnknownZone)?;
        let mut chosen: Vec<Chosen> = Vec::new();
        for (at, choice) in choices.iter().enumerate() {
            let book = books.get(&choice.book).ok_or(BadPlan::UnknownBook(at))?;
            let day = |text: &Option<String>| match text {
                None => Ok(None),
                Some(text) => days::day(text).map(Some).ok_or(BadPlan::BadDay(at)),
            };
            let (from, until) = (day(&choice.from)?, day(&choice.until)?);
            if until.is_some_and(|until| until <= from.unwrap_or(Date::MIN)) {
                return Err(BadPlan::Empty(at));
            }
            let meets = |other: &Chosen| {
                other.channel == choice.channel
                    && until.is_none_or(|until| other.from.is_none_or(|from| from < until))
                    && other.until.is_none_or(|until| from.is_none_or(|from| from < until))
            };
            if let Some(other) = chosen.iter().position(meets) {
                return Err(BadPlan::Overlap(other, at));
            }
            chosen.push(Chosen { channel: choice.channel, book: Arc::clone(book), from, until });
        }
        Ok(Self { zone, rules, choices: chosen })
    }

    /// The calendar of its days and months.
    #[must_use]
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The rules of its windows.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// What holds on a channel at an instant.
    #[must_use]
    pub fn holds(&self, channel: Channel, at: i64) -> Holds<'_> {
        let day = self.zone.day(at);
        let mut own = self.choices.iter().filter(|chosen| chosen.channel == channel).peekable();
        if own.peek().is_none() {
            return Holds::Nothing;
        }
        let holding = own.find(|chosen| days::covers(chosen.from, chosen.until, day));
        holding.map_or(Holds::Unknown, |chosen| Holds::Book(&chosen.book))
    }

    /// What a message costs that is delivered on `channel` at `delivered_at` to somebody of `market` (ISO 3166-1 alpha-2;
    /// `None` when unknown), after those of `tally`: the price of the day of its delivery.
    #[must_use]
    pub fn price(
        &self,
        channel: Channel,
        sent: &Sent,
        delivered_at: i64,
        market: Option<&str>,
        tally: Tally,
    ) -> Price {
        let none = |reason| {
            let alone = Quote { list: None, reason, counts: Counts::Alone };
            Price { book: None, amount: None, reason, alone }
        };
        let book = match self.holds(channel, delivered_at) {
            Holds::Nothing => return none(Reason::FreeBook),
            Holds::Unknown => return none(Reason::NoRate),
            Holds::Book(book) => book,
        };
        let day = self.zone.day(delivered_at);
        let alone = book.quote(day, sent, market);
        let (amount, reason) = charge(book, day, delivered_at, alone, tally);
        Price { book: Some(book.name.clone()), amount, reason, alone }
    }

    /// The book of that name that is chosen for a channel.
    pub(crate) fn chosen(&self, channel: Channel, name: &str) -> Option<&Arc<Book>> {
        let mut own = self.choices.iter().filter(|chosen| chosen.channel == channel);
        own.find(|chosen| chosen.book.name == name).map(|chosen| &chosen.book)
    }

    /// The books chosen for a channel, whenever they hold.
    pub(crate) fn books(&self, channel: Channel) -> impl Iterator<Item = &Arc<Book>> {
        self.choices.iter().filter(move |chosen| chosen.channel == channel).map(|chosen| &chosen.book)
    }

    /// The days on which the choices, the books or the rules of a channel change.
    pub(crate) fn changes(&self, channel: Channel) -> impl Iterator<Item = Date> + '_ {
        let own = self.choices.iter().filter(move |chosen| chosen.channel == channel);
        let choices = own.flat_map(|chosen| {
            [chosen.from, chosen.until].into_iter().flatten().chain(chosen.book.changes())
        });
        choices.chain(self.rules.changes(channel))
    }
}

/// What is charged for a message that by itself would be `alone`, after those of `tally`.
pub(crate) fn charge(book: &Book, day: Date, at: i64, alone: Quote, tally: Tally) -> (Option<Money>, Reason) {
    let free = Some(Money::new(0, book.currency));
    let runs = tally.conversation_until.is_some_and(|until| at < until);
    match alone.counts {
        Counts::Alone => (alone.list, alone.reason),
        Counts::Conversation if runs => (free, Reason::InWindow),
        _ if tally.used < book.allowance(day) => (free, Reason::Allowance),
        _ => (alone.list, alone.reason),
    }
}
