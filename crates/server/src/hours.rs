//! A site's opening hours as `pronto-reply` reads them. Decides nothing.

use pronto_protocol::id::Millis;
use pronto_protocol::model::{OpeningHours, SiteSettings};
use pronto_reply::hours::{BadHours, DayException, DaySpan, Hours, OpenSpan};

/// The opening hours as the clock reads them.
///
/// # Errors
/// [`BadHours`] where they cannot be.
pub fn checked(hours: &OpeningHours) -> Result<Hours, BadHours> {
    let span = |span: &pronto_protocol::model::OpenSpan| OpenSpan {
        weekday: span.weekday,
        from: span.from,
        to: span.to,
    };
    let day_span = |span: &pronto_protocol::model::DaySpan| DaySpan { from: span.from, to: span.to };
    let day = |day: &pronto_protocol::model::DayException| DayException {
        date: day.date.clone(),
        spans: day.spans.iter().map(day_span).collect(),
    };
    let days: Vec<DayException> = hours.exceptions.iter().map(day).collect();
    Hours::new(&hours.time_zone, hours.spans.iter().map(span).collect())?.with_exceptions(&days)
}

/// The opening hours as the clock reads them; `None` where they cannot be.
#[must_use]
pub fn hours_of(hours: &OpeningHours) -> Option<Hours> {
    checked(hours).ok()
}

/// Whether a business is closed at a moment; one without opening hours never is.
#[must_use]
pub fn is_closed(settings: &SiteSettings, at: Millis) -> bool {
    settings.hours.as_ref().and_then(hours_of).is_some_and(|hours| !hours.state(at.0).open)
}

/// For how long of the time between two moments a business was open; `None` without opening hours.
#[must_use]
pub fn open_ms(settings: &SiteSettings, from: Millis, to: Millis) -> Option<i64> {
    let hours = settings.hours.as_ref().and_then(hours_of)?;
    Some(hours.openings(from.0, to.0).iter().map(|(begin, end)| end - begin).sum())
}
