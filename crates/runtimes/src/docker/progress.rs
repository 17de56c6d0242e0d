//! cri-dockerd's watch over a pull: what shows no progress for a minute is cancelled (cri-dockerd@246bd65
//! libdocker/kube_docker_client.go:340 `progressReporter`).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// `defaultImagePullingProgressReportInterval`
const INTERVAL: Duration = Duration::from_secs(10);

/// When something last happened that a person would be shown.
pub(super) struct Progress {
    /// When the engine's answer began, and when its last line came.
    stream: Mutex<Option<(Instant, Instant)>>,
}

impl Progress {
    pub(super) const fn new() -> Self {
        Self { stream: Mutex::new(None) }
    }

    /// A line of the stream, the first of which begins it.
    pub(super) fn came(&self) {
        let now = Instant::now();
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = stream.map_or(now, |(begun, _)| begun);
        *stream = Some((begun, now));
    }

    /// Whether the stream has begun: from here on the engine's errors are told without a prefix.
    pub(super) fn has_begun(&self) -> bool {
        self.state().is_some()
    }

    fn state(&self) -> Option<(Instant, Instant)> {
        *self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns once nothing has come for longer than `deadline`, as a look every ten seconds finds.
    pub(super) async fn stalled(&self, deadline: Duration) {
        let mut next = Instant::now() + INTERVAL;
        loop {
            sleep_until(next).await;
            next += INTERVAL;
            if let Some((begun, last)) = self.state() {
                // The looks are counted from the beginning of the stream.
                let looks = (Instant::now() - begun).as_secs() / INTERVAL.as_secs();
                let look = begun + INTERVAL * u32::try_from(looks).unwrap_or(u32::MAX);
                if look.saturating_duration_since(last) > deadline {
                    return;
                }
                next = look + INTERVAL;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_minute_of_silence_is_too_long() {
        let (progress, start) = (Progress::new(), Instant::now());
        tokio::join!(progress.stalled(Duration::from_secs(60)), async {
            tokio::time::sleep(Duration::from_secs(33)).await;
            assert!(!progress.has_begun());
            progress.came();
        });
        // Nothing came after 33 s; the seventh look after the beginning is the first beyond a minute.
        assert_eq!(start.elapsed().as_secs(), 33 + 70);
    }
}
