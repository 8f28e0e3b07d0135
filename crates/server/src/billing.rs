//! How a site is charged, as `pronto-reply` reads it, and what that says in the wire's shapes. Decides nothing and stores
//! nothing.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use jiff::tz::TimeZone;
use pronto_protocol::id::{ConversationId, MessageId, Millis};
use pronto_protocol::model::cost::{
    BookSummary, EntryKind, LedgerEntry, MaySend, Money, PriceReason, ReplyWindow, StatementLine, Terms,
};
use pronto_protocol::model::{self, SiteSettings};
use pronto_reply::ledger::{Entry, Line};
use pronto_reply::price::{self, Books, Choice, Currency, Plan, Zone};
use pronto_reply::window::{self, Channel, Rules};

/// The price books that can be chosen, and the rules of the reply windows.
#[derive(Debug)]
pub struct Shelf {
    books: Books,
    rules: Rules,
}

impl Shelf {
    /// Those that come with the program.
    #[must_use]
    pub fn built_in() -> Arc<Self> {
        static BUILT_IN: OnceLock<Arc<Shelf>> = OnceLock::new();
        let shelf = || Arc::new(Self { books: Books::built_in(), rules: Rules::built_in() });
        BUILT_IN.get_or_init(shelf).clone()
    }

    /// Those, and the `*.toml` in `folder` as well; one of the same name takes the place of one that was there.
    ///
    /// # Errors
    /// A sentence for the operator, with file and line where a book is wrong.
    pub fn with_folder(folder: &Path) -> Result<Arc<Self>, String> {
        let unread = |path: &Path, error: std::io::Error| {
            format!("the price books in {} cannot be read ({error}): see --price-books.", path.display())
        };
        let entries = std::fs::read_dir(folder).map_err(|error| unread(folder, error))?;
        let paths = entries.map(|entry| entry.map(|entry| entry.path()));
        let mut paths = paths.collect::<Result<Vec<_>, _>>().map_err(|error| unread(folder, error))?;
        // A pipe of that name would be waited for without end.
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "toml") && path.is_file());
        paths.sort();
        let mut books = Books::built_in();
        for path in paths {
            let text = std::fs::read_to_string(&path).map_err(|error| unread(&path, error))?;
            let read = books.add(&path.display().to_string(), &text);
            read.map_err(|bad| format!("a price book cannot be used: {bad}."))?;
        }
        Ok(Arc::new(Self { books, rules: Rules::built_in() }))
    }

    /// Whether there is a book of this name.
    #[must_use]
    pub fn knows(&self, book: &str) -> bool {
        self.books.get(book).is_some()
    }

    /// The books, to choose one by.
    #[must_use]
    pub fn summaries(&self) -> Vec<BookSummary> {
        let summary = |book: &Arc<price::Book>| BookSummary {
            name: book.name.clone(),
            title: book.title.clone(),
            currency: book.currency.to_string(),
            from: book.from().to_string(),
            markets: book.markets().into_iter().map(str::to_owned).collect(),
        };
        self.books.iter().map(summary).collect()
    }

    /// How a site is charged. Settings are checked before they are stored, and books are looked for when the server
    /// starts; `None` where something of that has failed all the same.
    #[must_use]
    pub fn plan(&self, settings: &SiteSettings) -> Option<Plan> {
        let chosen = settings.billing.iter().flat_map(|billing| &billing.books);
        let choice = |chosen: &model::cost::BookChoice| {
            Some(Choice {
                channel: Channel::parse(chosen.channel.as_str())?,
                book: chosen.book.clone(),
                from: chosen.from.clone(),
                until: chosen.until.clone(),
            })
        };
        let choices: Vec<Choice> = chosen.filter_map(choice).collect();
        let plan = Plan::new(&time_zone(settings), self.rules.clone(), &choices, &self.books);
        plan.inspect_err(|error| tracing::error!(%error, "a site's billing cannot be used")).ok()
    }
}

/// The zone of a site's days and months: that of its billing, of its opening hours, or none in particular.
#[must_use]
pub fn time_zone(settings: &SiteSettings) -> String {
    let billing = settings.billing.as_ref().map(|billing| &billing.time_zone);
    let hours = settings.hours.as_ref().map(|hours| &hours.time_zone);
    let named = [billing, hours].into_iter().flatten().find(|zone| TimeZone::get(zone).is_ok());
    named.cloned().unwrap_or_else(|| "UTC".to_owned())
}

/// [`time_zone`] as the calendar of its months.
#[must_use]
pub fn zone(settings: &SiteSettings) -> Option<Zone> {
    Zone::new(&time_zone(settings))
}

/// The market of people of whom no number tells theirs, as the owner declares it.
#[must_use]
pub fn market(settings: &SiteSettings) -> Option<&str> {
    settings.billing.as_ref().and_then(|billing| billing.market.as_deref())
}

/// The cap of a month; `None` also where its currency is none.
#[must_use]
pub fn budget(settings: &SiteSettings) -> Option<price::Money> {
    let budget = settings.billing.as_ref()?.budget.as_ref()?;
    Some(price::Money::new(budget.micros, Currency::parse(&budget.currency)?))
}

/// Whether anything is charged or recorded for a site.
#[must_use]
pub fn is_charged(settings: &SiteSettings) -> bool {
    settings.billing.as_ref().is_some_and(|billing| !billing.books.is_empty())
}

/// A road as the wire names it, in the words of the rules; `None` for one that this version does not know.
#[must_use]
pub fn channel(channel: model::Channel) -> Option<Channel> {
    Channel::parse(channel.as_str())
}

fn wire_channel(channel: Channel) -> model::Channel {
    model::Channel::parse(channel.as_str())
}

/// What names a message in a site's ledger: its own id is known only within its conversation.
#[must_use]
pub fn ledger_key(conversation_id: &str, message_id: &str) -> String {
    format!("{conversation_id}/{message_id}")
}

/// The message's own id in a [`ledger_key`].
#[must_use]
pub fn message_of(key: &str) -> &str {
    key.rsplit_once('/').map_or(key, |(_, message)| message)
}

/// An amount as the wire has it.
#[must_use]
pub fn money(money: price::Money) -> Money {
    Money { micros: money.micros, currency: money.currency.to_string() }
}

/// An entry as the wire has it; `None` if its ids are none, which no entry's are.
#[must_use]
pub fn entry(place: u64, entry: &Entry) -> Option<LedgerEntry> {
    Some(LedgerEntry {
        entry: place,
        kind: EntryKind::parse(entry.kind.as_str()),
        conversation_id: ConversationId::new(entry.conversation_id.clone()).ok()?,
        message_id: MessageId::new(message_of(&entry.message_id)).ok()?,
        channel: wire_channel(entry.channel),
        sent_at: Millis(entry.sent_at),
        delivered_at: Millis(entry.delivered_at),
        book: entry.book.clone(),
        market: entry.market.clone(),
        amount: entry.amount.map(money),
        reason: PriceReason::parse(entry.reason.as_str()),
        late_ms: entry.late_ms,
    })
}

/// A line of a statement as the wire has it.
#[must_use]
pub fn line(line: Line) -> StatementLine {
    StatementLine {
        channel: wire_channel(line.channel),
        book: line.book,
        market: line.market,
        reason: PriceReason::parse(line.reason.as_str()),
        messages: line.messages,
        amount: line.amount.map(money),
    }
}

/// A window and the terms of an answer as the wire has them.
#[must_use]
pub fn reply_window(channel: Channel, window: window::Window, terms: Vec<price::Terms>) -> ReplyWindow {
    let terms = terms.into_iter().map(|terms| Terms {
        from: Millis(terms.from),
        may_send: MaySend::parse(terms.may_send.as_str()),
        price: terms.price.map(money),
        reason: PriceReason::parse(terms.reason.as_str()),
    });
    ReplyWindow {
        channel: wire_channel(channel),
        opened_at: Millis(window.opened_at),
        closes_at: Millis(window.closes_at),
        terms: terms.collect(),
    }
}

#[cfg(test)]
mod tests {
    use pronto_protocol::model::cost::{Billing, BookChoice};

    use super::*;

    fn with(files: &[(&str, &str)]) -> Result<Arc<Shelf>, String> {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        let shelf = Shelf::with_folder(folder.path());
        shelf.map_err(|sentence| sentence.replace(&folder.path().display().to_string(), "BOOKS"))
    }

    const MINE: &str = "name = \"mine\"\ntitle = \"Mine\"\ncurrency = \"EUR\"\nsources = [\"me\"]\n[[periods]]\n\
        from = \"2020-01-01\"\n[periods.inside]\nfree_form = \"free\"\n[periods.after]\nfree_form = \"late\"\n\
        [[rates]]\nmarket = \"IT\"\nfrom = \"2020-01-01\"\nlate = \"0.02\"\n";

    #[test]
    fn the_operators_books_stand_beside_those_of_the_program() {
        let shelf = with(&[("mine.toml", MINE), ("notes.txt", "not a book")]).expect("a shelf");
        let names: Vec<_> = shelf.summaries().into_iter().map(|book| book.name).collect();
        assert!(
            names.contains(&"mine".to_owned()) && names.contains(&"late-reply-2018".to_owned()),
            "{names:?}"
        );
        assert!(shelf.knows("mine") && !Shelf::built_in().knows("mine"));
    }

    #[test]
    fn a_bad_book_is_told_with_file_and_line() {
        let negative = MINE.replace("0.02", "-0.02");
        let refused = with(&[("mine.toml", &negative)]).expect_err("refused");
        assert!(refused.starts_with("a price book cannot be used: BOOKS/mine.toml:14: "), "{refused}");
        let nowhere = Shelf::with_folder(Path::new("/nowhere/at/all")).expect_err("refused");
        assert!(nowhere.contains("/nowhere/at/all") && nowhere.contains("--price-books"), "{nowhere}");
    }

    #[test]
    fn the_book_of_the_handbook_is_one() {
        let handbook = include_str!("../../../docs/run/operations.md");
        let (_, book) = handbook.split_once("```toml\n").expect("a book");
        let (book, _) = book.split_once("```").expect("its end");
        assert!(with(&[("ours.toml", book)]).expect("a shelf").knows("our-contract"));
    }

    #[test]
    fn what_cannot_be_planned_is_no_plan() {
        let choice = |book: &str| BookChoice {
            channel: model::Channel::Widget,
            book: book.to_owned(),
            from: None,
            until: None,
        };
        let mut settings: SiteSettings =
            serde_json::from_str(r##"{"name":"x","accent":"#000000","locale":"it"}"##).expect("settings");
        assert!(Shelf::built_in().plan(&settings).is_some(), "nothing is charged");
        for (book, planned) in [("free", true), ("nowhere", false)] {
            settings.billing = Some(Billing { books: vec![choice(book)], ..Billing::default() });
            assert_eq!(Shelf::built_in().plan(&settings).is_some(), planned, "{book}");
        }
    }

    #[test]
    fn a_message_is_named_with_its_conversation() {
        assert_eq!(ledger_key("c1", "m1"), "c1/m1");
        assert_eq!((message_of("c1/m1"), message_of("m1")), ("m1", "m1"));
    }
}
