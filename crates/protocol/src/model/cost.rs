//! What a message may be and costs, and what it did cost: terms, ledger entries, statements, settings of billing. Only
//! shapes; the rules are `pronto-reply`'s.

use serde::{Deserialize, Serialize};

use crate::id::{ConversationId, MessageId, Millis, SiteKey};
use crate::model::{Channel, wire_enum};

/// An amount: integer micro-units with their currency. There is no amount without one, and an unknown one is absent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Money {
    /// Millionths of the currency's unit; below 0 in corrections.
    pub micros: i64,
    /// ISO 4217, for example `EUR`.
    pub currency: String,
}

wire_enum! {
    /// What may be sent.
    MaySend {
        /// Any text.
        FreeForm = "free_form",
        /// An approved template only.
        TemplateOnly = "template_only",
        /// Nothing at all.
        Nothing = "nothing",
    }
}

wire_enum! {
    /// Why a message costs what it costs.
    PriceReason {
        /// The book charges nothing, ever.
        FreeBook = "free_book",
        /// Sent while the window was open, which is free in this book.
        InWindow = "in_window",
        /// Sent while the free entry from an ad was open.
        FreeEntry = "free_entry",
        /// Within the month's allowance.
        Allowance = "allowance",
        /// Sent after the window had closed, which this book charges.
        Late = "late",
        /// At the book's rate.
        Rate = "rate",
        /// No book is chosen for the day, or it has no rate for this market or type: the cost is unknown.
        NoRate = "no_rate",
    }
}

/// What holds for a message of free text from `from` on, until the next entry of the list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Terms {
    /// From when, by the server's clock.
    pub from: Millis,
    /// What may be sent.
    pub may_send: MaySend,
    /// What it costs; 0 when free, absent when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// Why.
    pub reason: PriceReason,
}

/// The reply window of a conversation and what sending costs, now and later.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReplyWindow {
    /// The channel an answer would take.
    pub channel: Channel,
    /// When it opened: the visitor's last message.
    pub opened_at: Millis,
    /// When it closes, or closed.
    pub closes_at: Millis,
    /// In order of `from`; the first holds already.
    pub terms: Vec<Terms>,
}

wire_enum! {
    /// What an entry of the ledger is.
    EntryKind {
        /// A message that was delivered.
        Charge = "charge",
        /// A later one that sets an earlier one right; its amount is the difference.
        Correction = "correction",
    }
}

/// One entry of the ledger: never changed, never deleted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LedgerEntry {
    /// Its place in the site's ledger: 1, 2, 3 …
    pub entry: u64,
    /// What it is.
    pub kind: EntryKind,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The message.
    pub message_id: MessageId,
    /// The road the message took.
    pub channel: Channel,
    /// When it was sent.
    pub sent_at: Millis,
    /// When it was delivered: the day whose price it has.
    pub delivered_at: Millis,
    /// The price book, for example `late-reply-2018`; absent when none was chosen for that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub book: Option<String>,
    /// The market, ISO 3166-1 alpha-2, for example `IT`; absent when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market: Option<String>,
    /// The amount; absent when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Why.
    pub reason: PriceReason,
    /// By how much the window had been missed when it was sent, in milliseconds; 0 when it was in time.
    #[serde(default)]
    pub late_ms: i64,
}

/// A line of a statement: the entries that share all of these.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementLine {
    /// The road.
    pub channel: Channel,
    /// The price book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub book: Option<String>,
    /// The market.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market: Option<String>,
    /// Why.
    pub reason: PriceReason,
    /// How many messages; corrections do not count.
    pub messages: u32,
    /// Their sum; absent when it is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// `GET /v1/inbox/sites/{key}/statement?month=2026-11`; `.csv` beside it has the entries.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Statement {
    /// The site.
    pub site: SiteKey,
    /// `YYYY-MM`, in `time_zone`.
    pub month: String,
    /// IANA.
    pub time_zone: String,
    /// When it was drawn up.
    pub as_of: Millis,
    /// The lines.
    pub lines: Vec<StatementLine>,
    /// The sums, one per currency.
    pub totals: Vec<Money>,
    /// How many messages have an unknown price, and stand in no sum.
    pub unknown: u32,
    /// The entries, oldest first, 1,000 at most; the CSV has all.
    pub entries: Vec<LedgerEntry>,
    /// How many entries there are.
    pub entries_total: u32,
    /// The months that have entries, newest first.
    pub months: Vec<String>,
}

/// Which price book holds for a channel, and from when to when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BookChoice {
    /// The channel.
    pub channel: Channel,
    /// The book's name.
    pub book: String,
    /// The first day, `YYYY-MM-DD` in the site's billing zone; absent: since ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The first day it no longer holds; absent: until further notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// How a site pays.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Billing {
    /// IANA zone of its days and months; empty: that of its opening hours, else UTC.
    #[serde(default)]
    pub time_zone: String,
    /// The books. None for a channel means that nothing is charged or recorded there.
    #[serde(default)]
    pub books: Vec<BookChoice>,
    /// The market of people without a phone number (ISO 3166-1 alpha-2), as the owner declares it; absent: unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market: Option<String>,
    /// The cap per month: a warning at 80 %, and at 100 % each billable message is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Money>,
}

/// `GET /v1/inbox/sites/{key}/costs`: what stands above the list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Costs {
    /// This month so far, one sum per currency.
    pub month_to_date: Vec<Money>,
    /// Messages of this month with an unknown price.
    pub unknown: u32,
    /// The cap, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Money>,
    /// What answering the waiting within the next hour saves against answering them after their window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saving: Option<Saving>,
    /// The books that can be chosen.
    pub books: Vec<BookSummary>,
}

/// Money that an answer in time does not cost.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Saving {
    /// How much.
    pub amount: Money,
    /// Over so many conversations, whose windows close within the hour.
    pub conversations: u32,
}

/// A price book, to choose it by.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BookSummary {
    /// Its name.
    pub name: String,
    /// What it charges, in a sentence.
    pub title: String,
    /// Its currency.
    pub currency: String,
    /// The first day it knows, `YYYY-MM-DD`.
    pub from: String,
    /// The markets it has rates for.
    pub markets: Vec<String>,
}
