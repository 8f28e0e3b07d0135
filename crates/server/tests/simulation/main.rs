//! Thousands of seeded schedules in which everything goes wrong that can: real client halves and the server's real
//! rules, on a network that drops, delays, doubles, reorders and cuts, with crashes and reloads. In each, every
//! message a person sent ends up exactly once, in order, on both sides, or wedged and visible to its author.
//!
//! `PRONTO_SCHEDULES=1000000` plays more of them; `PRONTO_SEED=n` plays one and prints its script.

#![expect(clippy::indexing_slicing, reason = "every index was made by the world that is indexed")]

mod device;
mod dice;
mod judge;
mod server;
mod world;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use world::{Break, Outcome, Seen, play};

const SCHEDULES: u64 = 10_000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} has to be a number")))
}

/// What to print of a schedule that failed: enough to play it again and to read it.
fn report(seed: u64, broken: Break) -> String {
    let Outcome { wrong, script, .. } = play(seed, broken, true);
    let wrong = wrong.unwrap_or_else(|| "nothing went wrong".into());
    format!("seed {seed}: {wrong}\nPRONTO_SEED={seed} plays it again:\n{}", script.join("\n"))
}

/// The first seed below `count` that goes wrong, and what was seen on the way; on all cores.
fn search(count: u64, broken: Break) -> (Option<u64>, Seen) {
    let (next, failed) = (AtomicU64::new(0), AtomicU64::new(u64::MAX));
    let seen = Mutex::new(Seen::default());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let mut mine = Seen::default();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= count || failed.load(Ordering::Relaxed) < seed {
                        break;
                    }
                    let outcome = play(seed, broken, false);
                    mine.add(&outcome.seen);
                    if outcome.wrong.is_some() {
                        failed.fetch_min(seed, Ordering::Relaxed);
                    }
                }
                seen.lock().unwrap_or_else(PoisonError::into_inner).add(&mine);
            });
        }
    });
    let failed = Some(failed.into_inner()).filter(|seed| *seed < u64::MAX);
    (failed, seen.into_inner().unwrap_or_else(PoisonError::into_inner))
}

#[test]
fn every_message_arrives_once_and_in_order_or_is_wedged_in_sight() {
    if let Some(seed) = number("PRONTO_SEED") {
        let outcome = play(seed, Break::Nothing, true);
        println!("{}", report(seed, Break::Nothing));
        assert!(outcome.wrong.is_none(), "seed {seed} fails");
        return;
    }
    let (failed, seen) = search(number("PRONTO_SCHEDULES").unwrap_or(SCHEDULES), Break::Nothing);
    if let Some(seed) = failed {
        panic!("{}", report(seed, Break::Nothing));
    }
    println!("{seen:?}");
    assert!(seen.all_happened(), "some disturbance never happened: {seen:?}");
}

#[test]
fn what_is_broken_on_purpose_is_found() {
    for broken in [
        Break::ServerForgetsIds,
        Break::ServerAnswersTooEarly,
        Break::BusLosesSilently,
        Break::DevicePersistsTooLate,
        Break::DeviceSendsAllAtOnce,
    ] {
        let (failed, _) = search(2_000, broken);
        let seed = failed.unwrap_or_else(|| panic!("{broken:?} goes unnoticed"));
        println!("{broken:?}: {}", report(seed, broken).lines().next().unwrap_or_default());
    }
}

#[test]
fn a_seed_plays_the_same_schedule_again() {
    for seed in 0..20 {
        let (once, again) = (play(seed, Break::Nothing, true), play(seed, Break::Nothing, true));
        assert!(!once.script.is_empty());
        assert_eq!(once.script, again.script, "seed {seed}");
    }
}
