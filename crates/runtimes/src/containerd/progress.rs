//! The end of a pull that gets nowhere (containerd v2.1.9 internal/cri/server/images/image_pull.go:886-1047,
//! core/transfer/local/progress.go).
//!
//! Only content that has begun to be written counts as active, and it is written a buffer at a time. So a request
//! that is never answered is not noticed, while a slow but steady layer can be (recordings
//! `layer-no-answer-progress-5s`, `layer-slow-progress-3s`).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// What is copied at once (core/content/helpers.go `bufPool`).
const BUFFER: u64 = 1 << 20;
/// How often progress is looked at, unless the time-out is shorter (`defaultPullProgressReportInterval`).
const REPORT_INTERVAL: Duration = Duration::from_secs(10);

/// What has been written of the content that is under way.
#[derive(Default)]
pub(super) struct Progress {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    active: HashMap<String, u64>,
    written: u64,
}

impl Progress {
    /// `offset` bytes of `size` have come. Only whole buffers are written before the end.
    pub(super) fn came(&self, digest: &str, offset: u64, size: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if offset >= size {
            let before = state.active.remove(digest).unwrap_or_default();
            state.written += size.saturating_sub(before);
            return;
        }
        let written = offset / BUFFER * BUFFER;
        if written > 0 {
            let before = state.active.insert(digest.to_owned(), written).unwrap_or_default();
            state.written += written.saturating_sub(before);
        }
    }

    fn status(&self) -> (usize, u64) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (state.active.len(), state.written)
    }

    /// `checkProgress`: returns when nothing has been written for `limit`; never without one.
    pub(super) async fn stalled(&self, limit: Option<Duration>) {
        let Some(limit) = limit else { return std::future::pending().await };
        let period = if limit < REPORT_INTERVAL { limit / 2 } else { REPORT_INTERVAL };
        let mut ticks = interval_at(Instant::now() + period, period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let (mut seen, mut since) = (0, Instant::now());
        loop {
            let now = ticks.tick().await;
            let (active, written) = self.status();
            if active == 0 || written > seen {
                (seen, since) = (written, now);
            } else if now.duration_since(since) >= limit {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_buffers_count() {
        let progress = Progress::default();
        progress.came("a", BUFFER - 1, 3 * BUFFER);
        assert_eq!(progress.status(), (0, 0));
        progress.came("a", BUFFER + 5, 3 * BUFFER);
        assert_eq!(progress.status(), (1, BUFFER));
        progress.came("a", 3 * BUFFER, 3 * BUFFER);
        assert_eq!(progress.status(), (0, 3 * BUFFER));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stall_is_noticed_only_once_something_was_written() {
        let progress = Progress::default();
        let limit = Some(Duration::from_secs(3));
        assert!(tokio::time::timeout(Duration::from_secs(600), progress.stalled(limit)).await.is_err());
        progress.came("a", BUFFER, 3 * BUFFER);
        let began = Instant::now();
        progress.stalled(limit).await;
        assert_eq!(began.elapsed(), Duration::from_millis(4500));
    }
}
