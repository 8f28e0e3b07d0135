//! Simulated businesses whose truth is known: when they are staffed, by how many, how long an answer takes them, and how
//! often they give none. They make questions, and an oracle that says what nobody could say better. Scores nothing.

use pronto_reply::hours::{Hours, OpenSpan};

use crate::file::Question;
use crate::random::{LongTailed, Random};
use crate::score::{SHARES, Said};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// Monday, 2025-01-06, 00:00 UTC; each seed begins in another week after it, so that some live through a clock change.
const BEGIN_MS: i64 = 1_736_121_600_000;
const WEEKS: u64 = 50;
/// Questions that come before anything is judged.
pub(crate) const LEARNED: usize = 300;

/// What is simulated.
pub(crate) struct Business {
    pub(crate) name: &'static str,
    /// Who answers when: a zone, its working hours, and how many work then.
    shifts: Vec<Shift>,
    /// The opening hours that it states, in its own zone; practice may differ.
    states: Hours,
    /// Time at work that an answer takes where one person works.
    work: LongTailed,
    /// The share of questions that is never answered.
    never: f64,
    per_day: f64,
    /// From the midnight after [`LEARNED`] questions, so many work instead of one.
    change: Option<f64>,
}

struct Shift {
    hours: Hours,
    heads: f64,
}

/// One run of a business.
pub(crate) struct Run {
    pub(crate) questions: Vec<Question>,
    /// The opening hours that the clock is told.
    pub(crate) hours: Hours,
    pub(crate) changes_at: Option<i64>,
    staffed: Staffed,
    work: LongTailed,
    never: f64,
}

/// Those that the clock has to be good at.
pub(crate) fn all() -> Vec<Business> {
    let (workdays, six, week) = (&[1, 2, 3, 4, 5][..], &[1, 2, 3, 4, 5, 6][..], &[1, 2, 3, 4, 5, 6, 7][..]);
    let rome = |days: &[u8], spans: &[(u16, u16)]| hours(ROME, days, spans);
    let base = |name, states: Hours, minutes| Business {
        name,
        shifts: vec![Shift { hours: states.clone(), heads: 1.0 }],
        states,
        work: LongTailed { median: minutes, shape: 1.4 },
        never: 0.0,
        per_day: 10.0,
        change: None,
    };
    let team = [(ROME, 3.0), ("America/New_York", 2.0), ("Asia/Tokyo", 1.0)];
    let team = team.map(|(zone, heads)| Shift { hours: hours(zone, workdays, &[(9 * 60, 17 * 60)]), heads });
    let mornings = Shift { hours: rome(workdays, &[(8 * 60 + 30, 12 * 60)]), heads: 1.0 };
    vec![
        base("shop with a lunch break", rome(six, &[(9 * 60, 13 * 60), (15 * 60 + 30, 19 * 60 + 30)]), 12.0),
        Business {
            shifts: team.into(),
            ..base("team in three zones", rome(workdays, &[(60, 23 * 60)]), 60.0)
        },
        Business {
            shifts: vec![mornings],
            ..base("mornings only", rome(workdays, &[(9 * 60, 18 * 60)]), 25.0)
        },
        Business {
            change: Some(0.5),
            ..base("staff halves overnight", rome(week, &[(8 * 60, 20 * 60)]), 20.0)
        },
        Business {
            never: 1.0 / 3.0,
            ..base("a third never answered", rome(workdays, &[(9 * 60, 18 * 60)]), 30.0)
        },
    ]
}

const ROME: &str = "Europe/Rome";

fn hours(zone: &str, days: &[u8], spans: &[(u16, u16)]) -> Hours {
    let spans =
        days.iter().flat_map(|&weekday| spans.iter().map(move |&(from, to)| OpenSpan { weekday, from, to }));
    Hours::new(zone, spans.collect()).expect("hours that can be")
}

impl Business {
    /// Lives through `after` questions beyond the first [`LEARNED`].
    pub(crate) fn run(&self, seed: u64, after: usize) -> Run {
        let mut random = Random::new(seed);
        let begin = BEGIN_MS + i64::try_from(random.below(WEEKS)).unwrap_or(0) * 7 * DAY_MS;
        let asked = self.asked(&mut random, begin, LEARNED + after);
        let learned = asked.get(LEARNED).copied().unwrap_or(begin);
        let changes_at = self.change.map(|_| (learned.div_euclid(DAY_MS) + 1) * DAY_MS);
        let end = asked.last().copied().unwrap_or(begin) + 60 * DAY_MS;
        let staffed = Staffed::new(&self.shifts, (begin, end), changes_at.zip(self.change));
        let mut run = Run {
            questions: Vec::new(),
            hours: self.states.clone(),
            changes_at,
            staffed,
            work: self.work,
            never: self.never,
        };
        run.questions = asked
            .into_iter()
            .map(|asked_at| {
                let answered_at = run.answered_at(asked_at, random.share());
                Question { asked_at, answered_at }
            })
            .collect();
        run
    }

    /// When people ask: seldom at night, most in the evening.
    fn asked(&self, random: &mut Random, begin: i64, questions: usize) -> Vec<i64> {
        let week = [1, 2, 3, 4, 5, 6, 7];
        let day = Shift { hours: hours(ROME, &week, &[(8 * 60, 23 * 60)]), heads: 1.0 };
        let night = Shift { hours: hours(ROME, &week, &[(0, 24 * 60)]), heads: 0.1 };
        let days = 2.0 * (questions as f64) / self.per_day + 30.0;
        let awake = Staffed::new(&[day, night], (begin, begin + days as i64 * DAY_MS), None);
        let per_ms = self.per_day / (15.0 + 24.0 * 0.1) / 60.0;
        let mut read = 0.0;
        (0..questions)
            .map(|_| {
                read += random.until_next(1.0 / per_ms);
                awake.after(begin, read)
            })
            .collect()
    }
}

impl Run {
    /// When a question is answered to which chance has given the rank `rank` among all possible ones, from 0 to 1.
    fn answered_at(&self, asked_at: i64, rank: f64) -> Option<i64> {
        let rank = rank / (1.0 - self.never);
        (rank < 1.0).then(|| self.staffed.after(asked_at, self.work.quantile(rank)))
    }

    /// What someone who knows everything but chance says to a question asked at `at`.
    pub(crate) fn oracle(&self, at: i64) -> Said {
        SHARES.map(|share| {
            self.answered_at(at, share)
                .map_or(f64::INFINITY, |answered_at| (answered_at - at) as f64 / 1000.0)
        })
    }
}

/// Minutes of work between two instants.
struct Staffed {
    /// From when on so many work, and what has been worked before, in minutes.
    steps: Vec<(i64, f64, f64)>,
}

impl Staffed {
    fn new(shifts: &[Shift], (begin, end): (i64, i64), change: Option<(i64, f64)>) -> Self {
        let mut turns = Vec::new();
        for shift in shifts {
            for (from, to) in shift.hours.openings(begin, end) {
                turns.extend([(from, shift.heads), (to, -shift.heads)]);
            }
        }
        turns.extend([(begin, 0.0), (end, 1.0)]);
        turns.extend(change.map(|(at, _)| (at, 0.0)));
        turns.sort_by_key(|turn| turn.0);
        let (mut steps, mut heads, mut before) = (Vec::<(i64, f64, f64)>::new(), 0.0, 0.0);
        for (at, more) in turns {
            if let Some((since, speed, _)) = steps.last() {
                before += speed * (at - since) as f64 / MINUTE_MS as f64;
            }
            heads += more;
            let factor = change.filter(|(since, _)| at >= *since).map_or(1.0, |(_, factor)| factor);
            steps.push((at, heads * factor, before));
        }
        Self { steps }
    }

    /// The instant at which so many minutes have been worked since `from`.
    fn after(&self, from: i64, minutes: f64) -> i64 {
        let place = self.steps.partition_point(|step| step.0 <= from).saturating_sub(1);
        let target =
            self.steps.get(place).map_or(0.0, |(since, speed, before)| {
                before + speed * (from - since) as f64 / MINUTE_MS as f64
            }) + minutes;
        let place = self.steps.partition_point(|step| step.2 < target).saturating_sub(1);
        self.steps.get(place).map_or(from, |(since, speed, before)| {
            since + ((target - before) / speed * MINUTE_MS as f64) as i64
        })
    }
}
