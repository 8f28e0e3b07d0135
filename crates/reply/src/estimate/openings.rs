//! The opening-hours clock over a stretch of time: it runs while the business is open, and stands still while it is not.

use crate::hours::Hours;

/// When it is open within a stretch of time, in order.
pub(super) struct Openings {
    /// Begin, end, and how long it was open before, in milliseconds.
    spans: Vec<(i64, i64, i64)>,
}

impl Openings {
    /// The openings between two instants.
    pub(super) fn new(hours: &Hours, from: i64, to: i64) -> Self {
        let mut before = 0;
        let mut sum = |(begin, end): (i64, i64)| {
            let span = (begin, end, before);
            before += end - begin;
            span
        };
        Self { spans: hours.openings(from, to).into_iter().map(&mut sum).collect() }
    }

    /// Whether it is never open in all the stretch.
    pub(super) fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Open time between two instants, in milliseconds.
    pub(super) fn between(&self, from: i64, to: i64) -> i64 {
        (self.reading(to) - self.reading(from)).max(0)
    }

    /// The instant at which `ms` of open time have passed since `from`; `None` beyond the stretch.
    pub(super) fn after(&self, from: i64, ms: i64) -> Option<i64> {
        let target = self.reading(from).saturating_add(ms);
        let place = self.spans.partition_point(|&(begin, end, before)| before + (end - begin) < target);
        let &(begin, _, before) = self.spans.get(place)?;
        Some((begin + (target - before)).max(from))
    }

    /// Whether it is open at an instant.
    pub(super) fn is_open(&self, at: i64) -> bool {
        self.last(at).is_some_and(|(_, end, _)| at < end)
    }

    fn last(&self, at: i64) -> Option<(i64, i64, i64)> {
        let place = self.spans.partition_point(|&(begin, ..)| begin <= at);
        self.spans.get(place.checked_sub(1)?).copied()
    }

    fn reading(&self, at: i64) -> i64 {
        self.last(at).map_or(0, |(begin, end, before)| before + at.min(end) - begin)
    }
}
