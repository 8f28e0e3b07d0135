//! A site's opening hours as `pronto-reply` reads them. Decides nothing.

use pronto_protocol::id::Millis;
use pronto_protocol::model::{OpeningHours, SiteSettings};
use pronto_reply::hours::{Hours, OpenSpan};

/// The opening hours as the clock reads them; `None` where they cannot be.
#[must_use]
pub fn hours_of(hours: &OpeningHours) -> Option<Hours> {
    let span = |span: &pronto_protocol::model::OpenSpan| OpenSpan {
        weekday: span.weekday,
        from: span.from,
        to: span.to,
    };
    Hours::new(&hours.time_zone, hours.spans.iter().map(span).collect()).ok()
}

/// For how long of the time between two moments a business was open; `None` without opening hours.
#[must_use]
pub fn open_ms(settings: &SiteSettings, from: Millis, to: Millis) -> Option<i64> {
    let hours = settings.hours.as_ref().and_then(hours_of)?;
    Some(hours.openings(from.0, to.0).iter().map(|(begin, end)| end - begin).sum())
}
