//! The questions that still wait, by when they were asked: by the minute for a day, by the hour for a month. However many
//! there are, there are few places to look at.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::waits::LONGEST_MS;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Some questions asked at about the same time.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Group {
    /// How many.
    pub(super) count: u32,
    /// The sum of their times, in milliseconds after the slot's beginning.
    sum_ms: i64,
}

/// Slots by their beginnings, in units of a slot since 1970.
type Slots = BTreeMap<i64, Group>;

/// All that still wait.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Open {
    minutes: Slots,
    hours: Slots,
}

impl Open {
    /// A question was asked at `at`. Gives back those who have now waited for longer than anything is counted: mean times and
    /// numbers.
    pub(super) fn asked(&mut self, at: i64) -> Vec<(i64, u32)> {
        put(&mut self.minutes, MINUTE_MS, at, 1, at.rem_euclid(MINUTE_MS));
        self.age(at)
    }

    /// One that was asked at `at` waits no more; `false` when none was known to.
    pub(super) fn remove(&mut self, at: i64) -> bool {
        take(&mut self.minutes, MINUTE_MS, at) || take(&mut self.hours, HOUR_MS, at)
    }

    /// When they asked, oldest first, and how many at a time: those who asked before `now`.
    pub(super) fn groups(&self, now: i64) -> impl Iterator<Item = (i64, u32)> {
        let mean = |unit: i64| move |(&slot, group): (&i64, &Group)| (mean(slot, unit, *group), group.count);
        let hours = self.hours.iter().map(mean(HOUR_MS));
        hours.chain(self.minutes.iter().map(mean(MINUTE_MS))).filter(move |(at, _)| *at <= now)
    }

    fn age(&mut self, now: i64) -> Vec<(i64, u32)> {
        while let Some((&slot, &group)) = self.minutes.first_key_value() {
            if slot * MINUTE_MS > now - DAY_MS {
                break;
            }
            self.minutes.remove(&slot);
            let offset = (slot * MINUTE_MS).rem_euclid(HOUR_MS) * i64::from(group.count) + group.sum_ms;
            put(&mut self.hours, HOUR_MS, slot * MINUTE_MS, group.count, offset);
        }
        let mut over = Vec::new();
        while let Some((&slot, &group)) = self.hours.first_key_value() {
            if slot * HOUR_MS > now - LONGEST_MS {
                break;
            }
            self.hours.remove(&slot);
            over.push((mean(slot, HOUR_MS, group), group.count));
        }
        over
    }
}

fn mean(slot: i64, unit: i64, group: Group) -> i64 {
    slot * unit + group.sum_ms / i64::from(group.count.max(1))
}

fn put(slots: &mut Slots, unit: i64, at: i64, count: u32, sum_ms: i64) {
    let group = slots.entry(at.div_euclid(unit)).or_default();
    group.count = group.count.saturating_add(count);
    group.sum_ms += sum_ms;
}

fn take(slots: &mut Slots, unit: i64, at: i64) -> bool {
    let slot = at.div_euclid(unit);
    let Some(group) = slots.get_mut(&slot) else { return false };
    group.count = group.count.saturating_sub(1);
    group.sum_ms = (group.sum_ms - at.rem_euclid(unit)).max(0);
    if group.count == 0 {
        slots.remove(&slot);
    }
    true
}
