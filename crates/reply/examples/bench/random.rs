//! Chance that is the same every time: numbers from a seed, and waits with a long tail. Knows no business.

/// Numbers that look random (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Above 0 and below 1, each as likely as another.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are kept")]
    pub(crate) fn share(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Below `n`.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    /// The time until something that happens once in `mean` on average, and forgets how long ago it did.
    pub(crate) fn until_next(&mut self, mean: f64) -> f64 {
        -self.share().ln() * mean
    }
}

/// The log-logistic distribution: waits with a long tail, whose quantiles are a short formula.
#[derive(Clone, Copy)]
pub(crate) struct LongTailed {
    pub(crate) median: f64,
    /// The higher, the shorter the tail.
    pub(crate) shape: f64,
}

impl LongTailed {
    /// The wait that the share `q` does not exceed.
    pub(crate) fn quantile(self, q: f64) -> f64 {
        self.median * (q / (1.0 - q)).powf(1.0 / self.shape)
    }
}
