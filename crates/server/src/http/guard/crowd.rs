//! How many of something one key has open at a time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

type Counts<K> = Arc<Mutex<HashMap<K, usize>>>;

/// Counts per key.
pub struct Crowd<K: Eq + Hash> {
    most: usize,
    counts: Counts<K>,
}

/// One place, for as long as the value lives.
pub struct Inside<K: Eq + Hash> {
    key: K,
    counts: Counts<K>,
}

impl<K: Eq + Hash + Copy> Crowd<K> {
    /// Nobody yet, and at most so many of each key.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, counts: Arc::default() }
    }

    /// A place for one more of `key`, if there is one.
    #[must_use]
    pub fn enter(&self, key: K) -> Option<Inside<K>> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(key).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Inside { key, counts: self.counts.clone() })
    }
}

impl<K: Eq + Hash> Drop for Inside<K> {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Crowd;

    #[test]
    fn each_key_has_its_own_places_and_gives_them_back() {
        let crowd = Crowd::new(2);
        let (one, two) = (crowd.enter("a"), crowd.enter("a"));
        assert!(one.is_some() && two.is_some() && crowd.enter("a").is_none() && crowd.enter("b").is_some());
        drop(one);
        assert!(crowd.enter("a").is_some());
        drop(two);
        assert!(crowd.counts.lock().expect("no panic").is_empty());
    }
}
