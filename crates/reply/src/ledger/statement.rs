//! The statement of a month: its entries in lines. Always their sum, and nothing else.

use std::collections::BTreeMap;

use super::{Entry, Kind};
use crate::price::{Currency, Money, Month, Reason, Zone, totals};
use crate::window::Channel;

/// A line: the entries that share channel, book, market, reason and currency. Its shape is that of the wire.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The road.
    pub channel: Channel,
    /// The price book.
    pub book: Option<String>,
    /// The market.
    pub market: Option<String>,
    /// Why.
    pub reason: Reason,
    /// How many messages; corrections do not count.
    pub messages: u32,
    /// Their sum, corrections included; `None` when it is unknown.
    pub amount: Option<Money>,
}

/// What entries come to.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Statement {
    /// The lines, in the order of what they share.
    pub lines: Vec<Line>,
    /// The sums of the lines, and of the entries, one per currency.
    pub totals: Vec<Money>,
    /// How many messages have an unknown price, and stand in no sum.
    pub unknown: u32,
}

type Key<'a> = (Channel, Option<&'a str>, Option<&'a str>, Reason, Option<Currency>);

impl Statement {
    /// The statement of these entries, in the order they were recorded.
    #[must_use]
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut groups = BTreeMap::<Key<'a>, (u32, Vec<Money>)>::new();
        let mut last = BTreeMap::<(Channel, &str), Reason>::new();
        let mut amounts = Vec::new();
        for entry in entries {
            let currency = entry.amount.map(|amount| amount.currency);
            let key = (entry.channel, entry.book.as_deref(), entry.market.as_deref(), entry.reason, currency);
            let (messages, group) = groups.entry(key).or_default();
            *messages = messages.saturating_add(u32::from(entry.kind == Kind::Charge));
            group.extend(entry.amount);
            amounts.extend(entry.amount);
            last.insert((entry.channel, &entry.message_id), entry.reason);
        }
        let lines = groups.into_iter().map(|((channel, book, market, reason, _), (messages, group))| Line {
            channel,
            book: book.map(str::to_owned),
            market: market.map(str::to_owned),
            reason,
            messages,
            amount: totals(group).first().copied(),
        });
        let unknown = last.values().filter(|reason| **reason == Reason::NoRate).count();
        let unknown = u32::try_from(unknown).unwrap_or(u32::MAX);
        Self { lines: lines.collect(), totals: totals(amounts), unknown }
    }

    /// The statement of a month by the calendar of `zone`: of those among these entries that were delivered in it.
    #[must_use]
    pub fn of_month<'a>(entries: impl IntoIterator<Item = &'a Entry>, zone: &Zone, month: Month) -> Self {
        Self::of(entries.into_iter().filter(|entry| zone.month(entry.delivered_at) == month))
    }
}
