//! Faded counts of waits, kept apart by cells (the hour of the week, open or closed), and drawn together with weights that
//! let a thin cell borrow from its neighbours.

use serde::{Deserialize, Serialize};

use super::waits::{BINS, PACES, Table, Weights};

/// What was counted, in few entries: a site with ten questions keeps ten.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Cells {
    /// Sorted by key: cell, bin, and whether it was answered.
    counted: Vec<(u32, Weights)>,
    /// The sum of the squared weights of each cell.
    squares: Vec<(u32, Weights)>,
}

/// How much each cell counts; cells beyond its end do not.
pub(super) type Kernel = [f64];

impl Cells {
    /// Counts one wait.
    pub(super) fn add(&mut self, cell: usize, bin: usize, answered: bool, weights: Weights) {
        add(&mut self.counted, key(cell, bin, answered), weights);
        add(&mut self.squares, number(cell), weights.map(|weight| weight * weight));
    }

    /// Multiplies every weight.
    pub(super) fn scale(&mut self, by: Weights) {
        for (_, weights) in &mut self.counted {
            multiply(weights, by);
        }
        for (_, weights) in &mut self.squares {
            multiply(weights, by);
            multiply(weights, by);
        }
    }

    /// How many questions a cell rests on, at the middle pace, those that have faded counting less.
    pub(super) fn effective(&self, cell: usize) -> f64 {
        let own = self.counted.iter().filter(|(key, _)| place(*key).0 == cell);
        let sum: f64 = own.map(|(_, weights)| weights[1]).sum();
        let squares = self.squares.iter().find(|(at, _)| *at == number(cell)).map_or(0.0, |(_, of)| of[1]);
        if squares > 0.0 { sum * sum / squares } else { 0.0 }
    }

    /// For each kernel the table of each pace, every cell weighted by it.
    pub(super) fn tables<const N: usize>(&self, kernels: [&Kernel; N]) -> [[Table; PACES]; N] {
        let mut all = [const { [const { Table::new() }; PACES] }; N];
        for (key, weights) in &self.counted {
            let (cell, bin, answered) = place(*key);
            for (tables, kernel) in all.iter_mut().zip(kernels) {
                let share = kernel.get(cell).copied().unwrap_or(0.0);
                for (table, weight) in tables.iter_mut().zip(weights) {
                    table.add(bin, answered, weight * share);
                }
            }
        }
        for (cell, weights) in &self.squares {
            for (tables, kernel) in all.iter_mut().zip(kernels) {
                let share =
                    usize::try_from(*cell).ok().and_then(|cell| kernel.get(cell)).copied().unwrap_or(0.0);
                for (table, weight) in tables.iter_mut().zip(weights) {
                    table.add_square(weight * share * share);
                }
            }
        }
        all
    }
}

fn add(sorted: &mut Vec<(u32, Weights)>, key: u32, weights: Weights) {
    match sorted.binary_search_by_key(&key, |entry| entry.0) {
        Ok(at) => {
            if let Some((_, kept)) = sorted.get_mut(at) {
                kept.iter_mut().zip(weights).for_each(|(kept, weight)| *kept += weight);
            }
        }
        Err(at) => sorted.insert(at, (key, weights)),
    }
}

fn multiply(weights: &mut Weights, by: Weights) {
    weights.iter_mut().zip(by).for_each(|(weight, by)| *weight *= by);
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn key(cell: usize, bin: usize, answered: bool) -> u32 {
    number((cell * BINS + bin) * 2 + usize::from(answered))
}

fn place(key: u32) -> (usize, usize, bool) {
    let key = usize::try_from(key).unwrap_or(0);
    (key / 2 / BINS, key / 2 % BINS, key % 2 == 1)
}

/// Hours of a day, kept apart for working days and weekends.
const HOUR_CELLS: usize = 48;
/// How much a weekend says about a working day, and the other way round.
const OTHER_DAYS: f64 = 0.3;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The cell of an instant, by the clock on the wall: its hour, and whether it is a weekend's.
pub(super) fn hour_of(at: i64) -> usize {
    // 1970 began on a Thursday.
    let weekend = (at.div_euclid(DAY_MS) + 3).rem_euclid(7) >= 5;
    let hour = usize::try_from(at.rem_euclid(DAY_MS) / HOUR_MS).unwrap_or(0);
    hour + if weekend { HOUR_CELLS / 2 } else { 0 }
}

/// How much each hour says about the hour of `cell`: the nearer around the clock, the more; the higher `focus`, the less
/// the far ones.
pub(super) fn hour_kernel(cell: usize, focus: f64) -> [f64; HOUR_CELLS] {
    let mut kernel = [0.0; HOUR_CELLS];
    for (other, share) in kernel.iter_mut().enumerate() {
        let apart = f64::from(number((other + HOUR_CELLS - cell % 24) % 24)) / 24.0 * std::f64::consts::TAU;
        let days = if other / 24 == cell / 24 { 1.0 } else { OTHER_DAYS };
        *share = (focus * (apart.cos() - 1.0)).exp() * days;
    }
    kernel
}
