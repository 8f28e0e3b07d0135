//! Visitors who mean no good, against a real server: what they send breaks nothing, shows them nothing that is not theirs,
//! and keeps nobody else from writing. Each ends with somebody ordinary who still can.

#[path = "../common/mod.rs"]
mod common;
mod flood;
mod frames;
mod identify;
mod requests;

use common::{As, TestApp};

/// Somebody ordinary still gets through.
pub(crate) async fn all_is_well(app: &TestApp) {
    let who = app.visitor("other", "of-somebody-else").await;
    assert_eq!(app.write(&who, "of-somebody-else", "m", "Buongiorno").await.short(), "201");
    assert_eq!(app.bodies(&who, "of-somebody-else").await, ["Buongiorno"]);
}

/// A small generator (splitmix64), so that what failed once fails again.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) as usize % end.max(1)
    }

    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

pub(crate) fn bearer(who: &As) -> &str {
    match who {
        As::Bearer(secret) => secret,
        As::Nobody | As::Agent { .. } => panic!("a visitor"),
    }
}
