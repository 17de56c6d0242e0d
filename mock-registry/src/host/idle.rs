use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Somebody is being answered.
const BUSY: u64 = u64::MAX;

/// For how long a connection has asked for nothing.
///
/// It is looked at when it could have lasted long enough, and not timed request by request: setting and clearing a timer
/// costs as much as an answer.
#[derive(Debug)]
pub(super) struct Idle {
    opened: Instant,
    /// Milliseconds from there to the end of the last answer.
    since: AtomicU64,
}

impl Idle {
    pub(super) fn new() -> Self {
        Self { opened: Instant::now(), since: AtomicU64::new(0) }
    }

    /// A request has come.
    pub(super) fn asked(&self) {
        self.since.store(BUSY, Ordering::Release);
    }

    /// It was answered.
    pub(super) fn answered(&self) {
        let since = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(BUSY - 1);
        self.since.store(since, Ordering::Release);
    }

    /// Comes back when nothing was asked for so long.
    pub(super) async fn lasts(&self, patience: Duration) {
        loop {
            let now = Instant::now();
            let begun = match self.since.load(Ordering::Acquire) {
                BUSY => now,
                since => self.opened + Duration::from_millis(since),
            };
            if begun + patience <= now {
                return;
            }
            sleep_until(begun + patience).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(600);

    #[tokio::test(start_paused = true)]
    async fn it_begins_with_the_last_answer() {
        let idle = Idle::new();
        let elapsed = |idle: &Idle| idle.opened.elapsed().as_secs();
        let asking = async {
            tokio::time::sleep(Duration::from_secs(500)).await;
            idle.asked();
            tokio::time::sleep(Duration::from_secs(900)).await;
            idle.answered();
        };
        tokio::join!(asking, idle.lasts(PATIENCE));
        assert_eq!(elapsed(&idle), 2_000);
    }
}
