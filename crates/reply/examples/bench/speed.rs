//! What the reply clock costs: an event, a reading, a snapshot, with few and with many questions behind it, in one run so that
//! the machine's moods are the same for all. Prints nothing.

use std::hint::black_box;
use std::time::{Duration, Instant};

use pronto_reply::estimate::Clock;

use crate::random::{LongTailed, Random};

const MINUTE_MS: i64 = 60_000;
/// Monday, 2025-01-06, 00:00 UTC.
const BEGIN_MS: i64 = 1_736_121_600_000;
/// Events are timed in groups of so many: a stopwatch takes time as well.
const TIMED: usize = 2_000;
const READ: usize = 300;

/// The cost of one size.
pub(crate) struct Pace {
    pub(crate) sites: usize,
    /// On each site.
    pub(crate) questions: usize,
    /// On average, over the last of them.
    pub(crate) event_us: f64,
    pub(crate) slowest_event_us: f64,
    pub(crate) read_us: f64,
    pub(crate) snapshot_bytes: u32,
    pub(crate) restore_us: f64,
}

/// One site with a hundred to a million questions, one a minute; then many sites with a hundred each.
pub(crate) fn measure() -> Vec<Pace> {
    let mut sites = vec![Site::new(1)];
    let mut paces: Vec<Pace> =
        [100, 1_000, 10_000, 100_000, 1_000_000].map(|questions| pace(&mut sites, questions)).into();
    let mut sites: Vec<Site> = (0..10_000).map(Site::new).collect();
    paces.push(pace(&mut sites, 100));
    paces
}

fn pace(sites: &mut [Site], questions: usize) -> Pace {
    let timed = TIMED.div_ceil(sites.len()).min(questions / 2);
    let before = questions.saturating_sub(timed);
    for site in &mut *sites {
        while site.asked < before {
            site.step();
        }
    }
    // From site to site, as a server would.
    let (mut spent, mut slowest, mut steps) = (Duration::ZERO, Duration::ZERO, 0);
    for _ in 0..timed {
        for site in &mut *sites {
            let begun = Instant::now();
            site.step();
            let took = begun.elapsed();
            (spent, slowest, steps) = (spent + took, slowest.max(took), steps + 1);
        }
    }
    let begun = Instant::now();
    for site in sites.iter().cycle().step_by(sites.len() / READ + 1).take(READ) {
        black_box(site.clock.estimate(site.now, None));
    }
    let read = begun.elapsed();
    let written = sites.first().and_then(|site| serde_json::to_string(&site.clock).ok()).unwrap_or_default();
    let begun = Instant::now();
    let restored = serde_json::from_str::<Clock>(&written);
    let restore_us = micros(begun.elapsed(), 1);
    assert!(
        restored.is_ok_and(|clock| sites.first().is_some_and(|site| site.agrees(&clock))),
        "what was written is read"
    );
    Pace {
        sites: sites.len(),
        questions,
        // A question and its answer.
        event_us: micros(spent, steps * 2),
        slowest_event_us: micros(slowest, 1),
        read_us: micros(read, READ),
        snapshot_bytes: u32::try_from(written.len()).unwrap_or(u32::MAX),
        restore_us,
    }
}

/// A clock with those who wait for their answers.
struct Site {
    clock: Clock,
    random: Random,
    now: i64,
    asked: usize,
    /// Who is to be answered: when, and when they asked.
    due: std::collections::BinaryHeap<std::cmp::Reverse<(i64, i64)>>,
}

impl Site {
    fn new(seed: u64) -> Self {
        let due = std::collections::BinaryHeap::new();
        Self { clock: Clock::default(), random: Random::new(seed), now: BEGIN_MS, asked: 0, due }
    }

    /// One more question, and the answers that are due before it. One in twenty is never answered.
    #[expect(clippy::cast_possible_truncation, reason = "a float to an integer saturates")]
    fn step(&mut self) {
        self.now += self.random.until_next(MINUTE_MS as f64) as i64 + 1;
        while let Some(&std::cmp::Reverse((at, asked_at))) = self.due.peek().filter(|due| due.0.0 <= self.now)
        {
            self.due.pop();
            self.clock.answered(asked_at, at, None);
        }
        self.clock.asked(self.now, None);
        self.asked += 1;
        let rank = self.random.share() / 0.95;
        if rank < 1.0 {
            let wait = LongTailed { median: 10.0, shape: 1.2 }.quantile(rank) * MINUTE_MS as f64;
            self.due.push(std::cmp::Reverse((self.now + wait as i64, self.now)));
        }
    }

    fn agrees(&self, clock: &Clock) -> bool {
        clock.estimate(self.now, None) == self.clock.estimate(self.now, None)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts fit into 53 bits")]
fn micros(spent: Duration, steps: usize) -> f64 {
    spent.as_secs_f64() * 1e6 / steps as f64
}
