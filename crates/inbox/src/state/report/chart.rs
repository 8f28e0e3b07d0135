//! What all pictures share: a scale of waits with ticks that a person would choose, paths, and labels that keep apart.
//!
//! Places are whole numbers: ten-thousandths of the plot's width or height, counted from its upper left corner, so that a
//! picture is as wide as its place and its words keep their size.

/// The whole width, or the whole height.
pub const FULL: i32 = 10_000;

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;
const DAY: u32 = 24 * HOUR;
const YEAR: u32 = 365 * DAY;

/// The steps that a scale begins, ends and is marked at, and how much each is wanted: the least first.
const STEPS: [(u32, u8); 18] = [
    (1, 3),
    (5, 5),
    (10, 2),
    (30, 4),
    (MINUTE, 0),
    (5 * MINUTE, 2),
    (15 * MINUTE, 3),
    (HOUR, 0),
    (4 * HOUR, 2),
    (12 * HOUR, 4),
    (DAY, 0),
    (3 * DAY, 3),
    (7 * DAY, 1),
    (30 * DAY, 2),
    (90 * DAY, 4),
    (YEAR, 1),
    (10 * YEAR, 2),
    (100 * YEAR, 2),
];
/// Ticks are this far apart in a narrow picture, and in a wide one.
const APART_NARROW: i32 = 2_500;
const APART_WIDE: i32 = 1_000;

/// A logarithmic scale of waits in seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waits {
    low: u32,
    high: u32,
}

/// A mark on a scale.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tick {
    /// The wait.
    pub seconds: u32,
    /// Where it lies.
    pub at: i32,
    /// Whether there is room for it only in a wide picture.
    pub wide: bool,
}

impl Waits {
    /// The narrowest scale from step to step that holds all of these between its ends; none where there are none.
    #[must_use]
    pub fn holding(waits: impl IntoIterator<Item = u32>) -> Option<Self> {
        let (mut least, mut most) = (u32::MAX, None::<u32>);
        for wait in waits {
            least = least.min(wait);
            most = most.max(Some(wait));
        }
        let most = most?;
        let step_below = |wait: u32| STEPS.iter().rev().map(|(step, _)| *step).find(|step| *step < wait);
        let step_above = |wait: u32| STEPS.iter().map(|(step, _)| *step).find(|step| *step > wait);
        let low = step_below(least).unwrap_or(1);
        let high = step_above(most.max(low)).unwrap_or(u32::MAX);
        Some(Self { low, high })
    }

    /// Where a wait lies; what is shorter or longer than the scale lies at its ends.
    #[must_use]
    pub fn at(self, seconds: u32) -> i32 {
        let place = |seconds: u32| f64::from(seconds.max(1)).ln();
        let (low, high) = (place(self.low), place(self.high));
        let share = (place(seconds.clamp(self.low, self.high)) - low) / (high - low);
        (share * f64::from(FULL)).round() as i32
    }

    /// Its ticks, the shortest wait first: the dearest are always there, others where there is room.
    #[must_use]
    pub fn ticks(self) -> Vec<Tick> {
        let mut wanted: Vec<(u8, u32)> = STEPS
            .iter()
            .filter(|(step, _)| (self.low..=self.high).contains(step))
            .map(|(step, want)| (*want, *step))
            .collect();
        wanted.sort_unstable();
        let mut ticks: Vec<Tick> = Vec::new();
        for (wide, apart) in [(false, APART_NARROW), (true, APART_WIDE)] {
            for (_, seconds) in &wanted {
                let at = self.at(*seconds);
                // A word at an end stands beside its place, to stay within the picture.
                let middle = |at: i32| at.clamp(apart * 2 / 5, FULL - apart * 2 / 5);
                if ticks.iter().all(|tick| (middle(tick.at) - middle(at)).abs() >= apart) {
                    ticks.push(Tick { seconds: *seconds, at, wide });
                }
            }
        }
        ticks.sort_unstable_by_key(|tick| tick.at);
        ticks
    }

    /// Every step that it has.
    pub fn steps(self) -> impl Iterator<Item = u32> {
        STEPS.iter().map(|(step, _)| *step).filter(move |step| (self.low..=self.high).contains(step))
    }
}

/// A path through points; with `steps`, it goes across before it goes down.
#[must_use]
pub fn path(points: &[(i32, i32)], steps: bool) -> String {
    let mut path = String::new();
    for (place, (x, y)) in points.iter().enumerate() {
        path.push_str(&match (place, steps) {
            (0, _) => format!("M{x} {y}"),
            (_, true) => format!("H{x}V{y}"),
            (_, false) => format!("L{x} {y}"),
        });
    }
    path
}

/// Moves places that lie too close apart, as little as their order allows, and keeps them within the whole.
pub fn spread(places: &mut [i32], apart: i32) {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by_key(|index| places.get(*index).copied());
    let mut least = 0;
    for index in &order {
        if let Some(place) = places.get_mut(*index) {
            *place = (*place).max(least);
            least = *place + apart;
        }
    }
    let mut most = FULL;
    for index in order.iter().rev() {
        if let Some(place) = places.get_mut(*index) {
            *place = (*place).min(most);
            most = *place - apart;
        }
    }
}

/// Where the middle of the column `index` of `count` lies.
#[must_use]
pub fn middle(index: usize, count: usize) -> i32 {
    share(2 * index as u64 + 1, 2 * count as u64)
}

/// `part` of `whole`, as a length; nothing of nothing.
#[must_use]
pub fn share(part: u64, whole: u64) -> i32 {
    let length = u128::from(part.min(whole)) * FULL as u128 / u128::from(whole.max(1));
    i32::try_from(length).unwrap_or(FULL)
}
