//! Price books: dated rules and rates of one way of charging, and the shelf of those that can be chosen. Which book holds
//! for a site on a day does not live here, nor what was charged.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::file::BadFile;
use crate::price::days::covers;
use crate::price::money::{Currency, Money};
use crate::window::Window;
use crate::words::words;

mod read;

words! {
    /// What kind of message it is, which some books charge differently.
    Form {
        /// Any text: a service message.
        FreeForm = "free_form",
        /// A template that advertises.
        Marketing = "marketing",
        /// A template about something that was agreed, such as an order.
        Utility = "utility",
        /// A template with a code.
        Authentication = "authentication",
        /// A kind that this version does not know: its price is unknown in every book that charges.
        Unknown = "unknown",
    }
}

words! {
    /// Why a message costs what it costs.
    Reason {
        /// The book charges nothing, ever.
        FreeBook = "free_book",
        /// Sent while the window was open, which is free in this book; or within a conversation that is already charged.
        InWindow = "in_window",
        /// Sent while the free entry from an ad was open.
        FreeEntry = "free_entry",
        /// Within the month's allowance.
        Allowance = "allowance",
        /// Sent after the window had closed, which this book charges.
        Late = "late",
        /// At the book's rate.
        Rate = "rate",
        /// No book is chosen for the day, or it has no rate for this market or kind: the cost is unknown.
        NoRate = "no_rate",
    }
}

words! {
    /// Whether the price of a message depends on those before it.
    Counts {
        /// It does not.
        Alone = "alone",
        /// It takes one from the month's allowance, as long as there is one.
        Message = "message",
        /// The first one of a conversation is charged, or takes one from the allowance; those after it are free for a time.
        Conversation = "conversation",
    }
}

/// One way of charging, with its rates.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Book {
    /// How it is chosen, for example `late-reply-2018`.
    pub name: String,
    /// What it charges, in a sentence.
    pub title: String,
    /// Of all its rates.
    pub currency: Currency,
    /// Where its rules and rates come from.
    pub sources: Vec<String>,
    periods: Vec<Period>,
    rates: Vec<Rate>,
}

/// How messages are charged from one day to another.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Period {
    from: Date,
    until: Option<Date>,
    conversation_ms: Option<i64>,
    allowance: Option<Allowance>,
    inside: Tariffs,
    after: Tariffs,
    entry_is_free: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Allowance {
    each_month: u32,
    forms: Vec<Form>,
}

type Tariffs = BTreeMap<Form, Tariff>;

#[derive(Clone, PartialEq, Eq, Debug)]
enum Tariff {
    Free,
    /// At the rate of this column.
    At(String),
}

/// What one market pays from one day to another: millionths by column, `None` where that is not known.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Rate {
    market: String,
    members: Vec<String>,
    from: Date,
    until: Option<Date>,
    columns: BTreeMap<String, Option<i64>>,
}

/// A message, as a book sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sent {
    /// What kind it is.
    pub form: Form,
    /// When it was sent, in milliseconds since 1970.
    pub sent_at: i64,
    /// The window as it stood then; `None` when the visitor had not written.
    pub window: Option<Window>,
}

/// What a book says of a message by itself, before allowances and running conversations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quote {
    /// Its price; `None` when unknown.
    pub list: Option<Money>,
    /// Why.
    pub reason: Reason,
    /// Whether those before it can make it cheaper.
    pub counts: Counts,
}

impl Book {
    /// Reads a book from the text of a TOML file; `file` is only named in errors.
    ///
    /// `periods` say how messages are charged from one day to another: for each kind of message, within the window
    /// (`inside`) and after it, `"free"` or the name of a column. A kind that is not named has no price. Besides, each may
    /// have `free_entry = "free"`, where the free entry of an ad makes a message free; `conversation_hours`, where a message
    /// opens a conversation within which the others are free; and an `allowance` for each calendar month. `rates` give the
    /// columns for each market: decimals in quotes, in units of the currency, or `"n/a"` for unknown. A market is a country's
    /// code, or the name of a region that lists its `members`. Days are those of the account's calendar; `until` is the
    /// first day that no longer counts. The periods, and the rates of each market, follow upon each other without a gap.
    ///
    /// ```
    /// use pronto_reply::price::Book;
    /// let book = Book::parse("mine.toml", r#"
    ///     name = "mine"
    ///     title = "Free within the window, ten late ones a month too"
    ///     currency = "EUR"
    ///     sources = ["our contract of May"]
    ///     [[periods]]
    ///     from = "2026-06-01"
    ///     [periods.allowance]
    ///     each_month = 10
    ///     of = ["free_form"]
    ///     [periods.inside]
    ///     free_form = "free"
    ///     [periods.after]
    ///     free_form = "late"
    ///     [[rates]]
    ///     market = "IT"
    ///     from = "2026-06-01"
    ///     late = "0.045"
    /// "#).unwrap();
    /// assert_eq!(book.markets(), ["IT"]);
    /// let bad = Book::parse("mine.toml", "name = 'mine'\ncolour = 'red'").unwrap_err();
    /// assert_eq!(bad.to_string(), "mine.toml:1: the key `title` is missing");
    /// ```
    ///
    /// # Errors
    /// [`BadFile`] with the line, for unknown or missing keys, a currency that is none, days that are none, stretches of days
    /// that overlap or leave a gap, rates that are negative, above 10 units, finer than a millionth or not written as
    /// decimals in quotes, columns that no rule names and rules that name no column.
    pub fn parse(file: &str, text: &str) -> Result<Self, BadFile> {
        read::book(file, text)
    }

    /// The first day it knows.
    #[must_use]
    pub fn from(&self) -> Date {
        self.periods.iter().map(|period| period.from).min().unwrap_or(Date::MIN)
    }

    /// The markets it has rates for, each once: ISO 3166-1 alpha-2 codes, and the names of its regions.
    #[must_use]
    pub fn markets(&self) -> Vec<&str> {
        let mut markets: Vec<&str> = self
            .rates
            .iter()
            .flat_map(|rate| std::iter::once(&rate.market).chain(&rate.members))
            .map(String::as_str)
            .collect();
        markets.sort_unstable();
        markets.dedup();
        markets
    }

    /// What a message to that market costs by itself when it is delivered on `day`. A market is found by its own row, or by a
    /// region that lists it; never by a guess.
    #[must_use]
    pub fn quote(&self, day: Date, sent: &Sent, market: Option<&str>) -> Quote {
        let alone = |list, reason| Quote { list, reason, counts: Counts::Alone };
        let free = Some(Money::new(0, self.currency));
        let Some(period) = self.period(day) else { return alone(None, Reason::NoRate) };
        if period.is_free() {
            return alone(free, Reason::FreeBook);
        }
        let is_entry = sent.window.is_some_and(|window| window.is_free_entry(sent.sent_at));
        if is_entry && period.entry_is_free && sent.form != Form::Unknown {
            return alone(free, Reason::FreeEntry);
        }
        let is_inside = sent.window.is_some_and(|window| window.is_open(sent.sent_at));
        let inside = period.inside.get(&sent.form);
        let tariff = if is_inside { inside } else { period.after.get(&sent.form) };
        let is_late = !is_inside && sent.window.is_some();
        let (list, reason) = match tariff {
            None => return alone(None, Reason::NoRate),
            Some(Tariff::Free) if is_inside => return alone(free, Reason::InWindow),
            Some(Tariff::Free) => return alone(free, Reason::Rate),
            Some(Tariff::At(column)) => match market.and_then(|market| self.rate(day, market, column)) {
                None => (None, Reason::NoRate),
                some if is_late && inside == Some(&Tariff::Free) => (some, Reason::Late),
                some => (some, Reason::Rate),
            },
        };
        let in_allowance =
            period.allowance.as_ref().is_some_and(|allowance| allowance.forms.contains(&sent.form));
        let counts = match period.conversation_ms {
            Some(_) => Counts::Conversation,
            None if in_allowance => Counts::Message,
            None => Counts::Alone,
        };
        Quote { list: list.map(|micros| Money::new(micros, self.currency)), reason, counts }
    }

    /// How many a month are free on that day; 0 where none are.
    #[must_use]
    pub fn allowance(&self, day: Date) -> u32 {
        let allowance = self.period(day).and_then(|period| period.allowance.as_ref());
        allowance.map_or(0, |allowance| allowance.each_month)
    }

    /// How long a charged conversation lasts on that day, in milliseconds; `None` where messages are charged.
    #[must_use]
    pub fn conversation_ms(&self, day: Date) -> Option<i64> {
        self.period(day).and_then(|period| period.conversation_ms)
    }

    /// Whether prices ever depend on the messages before.
    pub(crate) fn ever_counts(&self) -> bool {
        self.periods.iter().any(|period| period.conversation_ms.is_some() || period.allowance.is_some())
    }

    /// The longest that one of its conversations ever lasts, in milliseconds.
    pub(crate) fn longest_conversation_ms(&self) -> i64 {
        self.periods.iter().filter_map(|period| period.conversation_ms).max().unwrap_or(0)
    }

    /// The days on which something in it changes.
    pub(crate) fn changes(&self) -> impl Iterator<Item = Date> + '_ {
        let periods = self.periods.iter().flat_map(|period| [Some(period.from), period.until]);
        periods.chain(self.rates.iter().flat_map(|rate| [Some(rate.from), rate.until])).flatten()
    }

    fn period(&self, day: Date) -> Option<&Period> {
        self.periods.iter().find(|period| covers(Some(period.from), period.until, day))
    }

    fn rate(&self, day: Date, market: &str, column: &str) -> Option<i64> {
        let holds = |rate: &&Rate| covers(Some(rate.from), rate.until, day);
        let own = self.rates.iter().filter(holds).find(|rate| rate.market == market);
        let in_region = || {
            self.rates.iter().filter(holds).find(|rate| rate.members.iter().any(|member| member == market))
        };
        *own.or_else(in_region)?.columns.get(column)?
    }
}

impl Period {
    fn is_free(&self) -> bool {
        let mut tariffs = self.inside.values().chain(self.after.values());
        tariffs.all(|tariff| *tariff == Tariff::Free)
    }
}

/// The books that can be chosen, by name.
#[derive(Clone, Default, Debug)]
pub struct Books {
    books: BTreeMap<String, Arc<Book>>,
}

/// The books that come with this crate: their file names and texts.
pub const BUILT_IN: [(&str, &str); 5] = [
    ("free.toml", include_str!("../../books/free.toml")),
    ("late-reply-2018.toml", include_str!("../../books/late-reply-2018.toml")),
    ("conversation-2022.toml", include_str!("../../books/conversation-2022.toml")),
    ("template-2025.toml", include_str!("../../books/template-2025.toml")),
    ("service-2026-10.toml", include_str!("../../books/service-2026-10.toml")),
];

impl Books {
    /// Those that come with this crate ([`BUILT_IN`]).
    #[must_use]
    pub fn built_in() -> Self {
        let mut books = Self::default();
        for (file, text) in BUILT_IN {
            let read = books.add(file, text);
            debug_assert!(read.is_ok(), "{read:?}");
        }
        books
    }

    /// Reads a book and puts it on the shelf, in the place of one of the same name: an operator's file takes precedence over
    /// the book that comes with this crate. On an error the shelf stays as it was.
    ///
    /// # Errors
    /// As [`Book::parse`].
    pub fn add(&mut self, file: &str, text: &str) -> Result<Arc<Book>, BadFile> {
        let book = Arc::new(Book::parse(file, text)?);
        self.books.insert(book.name.clone(), Arc::clone(&book));
        Ok(book)
    }

    /// The book of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<Book>> {
        self.books.get(name)
    }

    /// All, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Book>> {
        self.books.values()
    }
}
