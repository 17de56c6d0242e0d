use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::{Count, Fault, Selector};

/// Different things of which attempts are counted at most; beyond, counting starts afresh.
const COUNTED: usize = 10_000;

/// A fault that is armed: what it does, whom it is for, and how often it was looked at.
#[derive(Debug)]
pub(crate) struct Trigger<T> {
    pub(crate) fault: Fault,
    pub(crate) when: Selector,
    pub(crate) what: T,
    /// How many came that fit everything but count and probability.
    seen: AtomicU64,
    attempts: Mutex<HashMap<String, u64>>,
}

impl<T> Trigger<T> {
    pub(crate) fn new(fault: Fault, when: Selector, what: T) -> Self {
        Self { fault, when, what, seen: AtomicU64::new(0), attempts: Mutex::default() }
    }

    /// Whether it is for whatever comes in its time.
    pub(crate) fn is_for_all(&self) -> bool {
        let when = &self.when;
        when.count == Count::Always && when.attempts == Count::Always && when.probability.is_none()
    }

    /// Whether it is this one's turn, among those that fit; it is counted either way. `thing` names what attempts
    /// are counted of.
    pub(crate) fn is_due(&self, elapsed: Duration, thing: impl FnOnce() -> String) -> bool {
        if !self.when.window.contains(elapsed) {
            return false;
        }
        if self.when.attempts != Count::Always && !self.when.attempts.includes(self.attempt(thing())) {
            return false;
        }
        let number = self.seen.fetch_add(1, Ordering::Relaxed) + 1;
        self.when.count.includes(number) && self.when.probability.is_none_or(|chance| chance.hits(number))
    }

    fn attempt(&self, thing: String) -> u64 {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        if attempts.len() >= COUNTED {
            attempts.clear();
        }
        let number = attempts.entry(thing).or_default();
        *number += 1;
        *number
    }
}

/// A copy has counted nothing.
impl<T: Clone> Clone for Trigger<T> {
    fn clone(&self) -> Self {
        Self::new(self.fault, self.when.clone(), self.what.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_of_what_fits() {
        let when = Selector {
            attempts: Count::First(1),
            count: Count::First(2),
            window: crate::Window { from: Duration::from_secs(5), ..Default::default() },
            ..Selector::default()
        };
        let trigger = Trigger::new("outage".parse().unwrap(), when, ());
        let due = |seconds, thing: &str| trigger.is_due(Duration::from_secs(seconds), || thing.to_owned());
        assert!(!due(0, "a"));
        assert_eq!([due(5, "a"), due(5, "a"), due(5, "b"), due(5, "c")], [true, false, true, false]);
    }
}
