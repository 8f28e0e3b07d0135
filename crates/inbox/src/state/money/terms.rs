//! What holds for an answer at one moment: what may be sent, what it costs, when that changes. Derived from what the
//! server said would hold from when on, so that a window closes on the screen without asking anybody.

use pronto_protocol::id::Millis;
use pronto_protocol::model::cost::{MaySend, Money, PriceReason, ReplyWindow, Terms};

/// What a message costs. An unknown price is never 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Price<'a> {
    /// Nothing.
    Free,
    /// So much.
    Costs(&'a Money),
    /// Nobody knows.
    Unknown,
}

/// What holds at a moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing<'a> {
    /// What may be sent.
    pub may_send: MaySend,
    /// What it costs.
    pub price: Price<'a>,
    /// Why.
    pub reason: PriceReason,
    /// What holds next, where something changes.
    pub next: Option<&'a Terms>,
    /// For how long it still holds, in milliseconds.
    pub left_ms: Option<i64>,
    /// The share of its time that is left, 0 to 100; 0 where nothing changes any more.
    pub left_percent: i64,
    /// By how much the window has been missed, in milliseconds.
    pub late_ms: Option<i64>,
}

impl Standing<'_> {
    /// Whether free text is refused before it is sent. What only a newer server knows is left to the server.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self.may_send, MaySend::TemplateOnly | MaySend::Nothing)
    }

    /// Whether there is something to regret: it is closed, or the free time has been missed.
    #[must_use]
    pub const fn is_late(&self) -> bool {
        self.is_closed() || (self.late_ms.is_some() && !matches!(self.price, Price::Free))
    }

    /// Whether nothing is asked and nothing will be: not worth a word on every row.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        matches!(self.price, Price::Free) && !self.is_closed() && self.next.is_none()
    }
}

/// What `terms` asks for a message.
#[must_use]
pub fn price(terms: &Terms) -> Price<'_> {
    match &terms.price {
        Some(money) if money.micros == 0 => Price::Free,
        Some(money) => Price::Costs(money),
        None => Price::Unknown,
    }
}

/// What holds at `now`, on the server's clock; absent only where the server named no terms.
#[must_use]
pub fn standing(window: &ReplyWindow, now: Millis) -> Option<Standing<'_>> {
    // The first holds already, whatever the two clocks think of its beginning.
    let place = window.terms.iter().rposition(|terms| terms.from <= now).unwrap_or(0);
    let terms = window.terms.get(place)?;
    let same = |other: &&Terms| (other.may_send, &other.price) == (terms.may_send, &terms.price);
    let next = window.terms.iter().skip(place + 1).find(|other| !same(other));
    let left_ms = next.map(|next| next.from.since(now).max(0));
    let whole = next.map_or(0, |next| next.from.since(window.opened_at)).max(1);
    Some(Standing {
        may_send: terms.may_send,
        price: price(terms),
        reason: terms.reason,
        next,
        left_ms,
        left_percent: left_ms.unwrap_or(0).min(whole).saturating_mul(100) / whole,
        late_ms: Some(now.since(window.closes_at)).filter(|late| *late >= 0),
    })
}

/// When something about it changes next, on the server's clock.
#[must_use]
pub fn changes_at(window: &ReplyWindow, now: Millis) -> Option<Millis> {
    window.terms.iter().map(|terms| terms.from).filter(|from| *from > now).min()
}
