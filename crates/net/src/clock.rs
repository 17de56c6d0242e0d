//! Wall time that moves with tokio's clock.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// The node's date. It starts where it is told to, and advances with tokio's clock, so that a simulated pull has
/// a date of its own and ten simulated minutes take no time.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    date: Timestamp,
    start: Instant,
}

impl Clock {
    /// A clock that shows `now` now. Must be called within a tokio runtime when its time is paused.
    pub fn new(now: Timestamp) -> Self {
        Self { date: now, start: Instant::now() }
    }

    /// The date.
    pub fn now(&self) -> Timestamp {
        self.date.checked_add(self.elapsed()).unwrap_or(Timestamp::MAX)
    }

    /// Time since the clock was made.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}
