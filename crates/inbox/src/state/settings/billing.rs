//! Price books and budget as an owner chooses them. The wire tells the first day a book no longer holds; people think of
//! the last day on which it does. Only this file knows both.

use pronto_protocol::model::Channel;
use pronto_protocol::model::cost::{Billing, BookChoice, Money};

use super::day;
use crate::state::money::amount;

/// The roads that answers take and that a book can be chosen for.
pub const CHANNELS: [Channel; 3] = [Channel::Widget, Channel::Whatsapp, Channel::Email];

/// What the editor holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BillingForm {
    /// IANA; empty: that of the opening hours.
    pub time_zone: String,
    /// The books chosen.
    pub books: Vec<BookForm>,
    /// ISO 3166-1 alpha-2; empty: not chosen.
    pub market: String,
    /// The budget as it is written; empty: none.
    pub budget: String,
    /// Its currency.
    pub currency: String,
}

/// One book for one road.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BookForm {
    /// The road.
    pub channel: Channel,
    /// The book's name; empty while it is being chosen.
    pub book: String,
    /// `YYYY-MM-DD`; empty: since ever.
    pub first: String,
    /// The last day, itself included; empty: until further notice.
    pub last: String,
}

/// Why it cannot be saved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BillingProblem {
    /// No book is chosen at this place.
    NoBook(usize),
    /// The last day at this place lies before the first.
    Days(usize),
    /// The book at this place holds on a day on which an earlier one of its road does.
    Overlap(usize),
    /// The budget is no amount above 0.
    Budget,
}

impl Default for BillingForm {
    fn default() -> Self {
        Self {
            time_zone: String::new(),
            books: Vec::new(),
            market: String::new(),
            budget: String::new(),
            currency: "EUR".to_owned(),
        }
    }
}

impl BillingForm {
    /// The editor's form of what the server keeps.
    #[must_use]
    pub fn of(billing: Option<&Billing>) -> Self {
        let Some(billing) = billing else { return Self::default() };
        let book = |choice: &BookChoice| BookForm {
            channel: choice.channel,
            book: choice.book.clone(),
            first: choice.from.clone().unwrap_or_default(),
            last: choice.until.as_deref().and_then(|until| day::step(until, -1)).unwrap_or_default(),
        };
        Self {
            time_zone: billing.time_zone.clone(),
            books: billing.books.iter().map(book).collect(),
            market: billing.market.clone().unwrap_or_default(),
            budget: billing.budget.as_ref().map(amount::written).unwrap_or_default(),
            currency: billing.budget.as_ref().map_or_else(|| "EUR".to_owned(), |cap| cap.currency.clone()),
        }
    }

    /// One more book, for the first road that has none.
    pub fn add(&mut self) {
        let free =
            CHANNELS.into_iter().find(|channel| self.books.iter().all(|book| book.channel != *channel));
        let channel = free.unwrap_or(Channel::Widget);
        self.books.push(BookForm { channel, book: String::new(), first: String::new(), last: String::new() });
    }

    /// What the server keeps; absent where nothing is set.
    ///
    /// # Errors
    /// [`BillingProblem`] where a person has to look first.
    pub fn finish(&self) -> Result<Option<Billing>, BillingProblem> {
        let mut books = Vec::with_capacity(self.books.len());
        for (place, book) in self.books.iter().enumerate() {
            let choice = book.finish(place)?;
            if books.iter().any(|earlier| overlap(earlier, &choice)) {
                return Err(BillingProblem::Overlap(place));
            }
            books.push(choice);
        }
        let budget = match self.budget.trim() {
            "" => None,
            text => {
                let micros = amount::parse(text).filter(|micros| *micros > 0);
                let micros = micros.ok_or(BillingProblem::Budget)?;
                Some(Money { micros, currency: self.currency.clone() })
            }
        };
        let market = Some(self.market.clone()).filter(|market| !market.is_empty());
        let billing = Billing { time_zone: self.time_zone.clone(), books, market, budget };
        Ok(Some(billing).filter(|billing| *billing != Billing::default()))
    }
}

impl BookForm {
    fn finish(&self, place: usize) -> Result<BookChoice, BillingProblem> {
        if self.book.is_empty() {
            return Err(BillingProblem::NoBook(place));
        }
        let written = |date: &String| Some(date.clone()).filter(|date| !date.is_empty());
        let (from, until) = (written(&self.first), day::step(&self.last, 1));
        if let (Some(from), Some(until)) = (&from, &until)
            && until <= from
        {
            return Err(BillingProblem::Days(place));
        }
        Ok(BookChoice { channel: self.channel, book: self.book.clone(), from, until })
    }
}

/// Whether both hold on some day, on the same road. Dates of this form compare as text.
fn overlap(a: &BookChoice, b: &BookChoice) -> bool {
    let begins_before = |a: &BookChoice, b: &BookChoice| match (&a.from, &b.until) {
        (Some(from), Some(until)) => from < until,
        _ => true,
    };
    a.channel == b.channel && begins_before(a, b) && begins_before(b, a)
}
