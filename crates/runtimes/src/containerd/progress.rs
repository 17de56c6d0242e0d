//! The end of a pull that gets nowhere (containerd v2.1.9 internal/cri/server/images/image_pull.go:686-1047,
//! core/transfer/local/progress.go).
//!
//! The transfer service counts content: only what has begun to be written counts as active, and it is written a
//! buffer at a time. So a request that is never answered is not noticed, while a slow but steady layer can be. The
//! client counts requests, those to the token service too, and every byte (recordings `layer-no-answer-progress-5s`,
//! `layer-slow-progress-3s`, `manifest-stall-progress-5s`).

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
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
        stalled(|| self.status(), limit).await;
    }
}

/// The requests of a pull that is made by the client (`pullRequestReporter`).
pub(super) struct Requests {
    active: AtomicUsize,
    read: AtomicU64,
    canceled: watch::Sender<bool>,
}

/// A request that is under way, or whose answer is still read.
pub(super) struct Active {
    requests: Arc<Requests>,
}

impl Requests {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            active: AtomicUsize::new(0),
            read: AtomicU64::new(0),
            canceled: watch::Sender::new(false),
        })
    }

    pub(super) fn begin(self: &Arc<Self>) -> Active {
        self.active.fetch_add(1, Ordering::Relaxed);
        Active { requests: self.clone() }
    }

    fn status(&self) -> (usize, u64) {
        (self.active.load(Ordering::Relaxed), self.read.load(Ordering::Relaxed))
    }

    /// Returns when no byte has been read for `limit` while a request was active; never without a limit.
    pub(super) async fn stalled(&self, limit: Option<Duration>) {
        stalled(|| self.status(), limit).await;
    }

    /// Ends all that is under way, and all that begins later.
    pub(super) fn cancel(&self) {
        self.canceled.send_replace(true);
    }

    /// Returns once the pull is cancelled.
    pub(super) async fn canceled(&self) {
        // The sender lives as long as this.
        let _ = self.canceled.subscribe().wait_for(|canceled| *canceled).await;
    }
}

impl Active {
    pub(super) fn read(&self, bytes: usize) {
        self.requests.read.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) async fn canceled(&self) {
        self.requests.canceled().await;
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.requests.active.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Looks at the count of what is active and at what has come, again and again.
async fn stalled(status: impl Fn() -> (usize, u64), limit: Option<Duration>) {
    let Some(limit) = limit else { return std::future::pending().await };
    let period = if limit < REPORT_INTERVAL { limit / 2 } else { REPORT_INTERVAL };
    let mut ticks = interval_at(Instant::now() + period, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let (mut seen, mut since) = (0, Instant::now());
    loop {
        let now = ticks.tick().await;
        let (active, came) = status();
        if active == 0 || came > seen {
            (seen, since) = (came, now);
        } else if now.duration_since(since) >= limit {
            return;
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
    #[tokio::test(start_paused = true)]
    async fn a_request_that_is_not_answered_stalls_and_is_cancelled() {
        let requests = Requests::new();
        let active = requests.begin();
        let began = Instant::now();
        requests.stalled(Some(Duration::from_secs(5))).await;
        assert_eq!(began.elapsed(), Duration::from_secs(5));
        requests.cancel();
        active.canceled().await;
        drop(active);
        assert_eq!(requests.status(), (0, 0));
    }
}
