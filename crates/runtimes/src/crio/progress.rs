//! Ends a pull that gets nowhere (cri-o@f954a17:server/image_pull.go `consumeImagePullProgress`): the time runs from the
//! first piece of the first blob on, and not before.

use std::convert::Infallible;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// When something came last, and how long nothing may come.
pub(super) struct Progress {
    limit: Option<Duration>,
    last: watch::Sender<Option<Instant>>,
}

impl Progress {
    pub(super) fn new(limit: Option<Duration>) -> Self {
        Self { limit, last: watch::Sender::new(None) }
    }

    /// A blob has begun, gone on, or come to its end.
    pub(super) fn report(&self) {
        if self.limit.is_some() {
            self.last.send_replace(Some(Instant::now()));
        }
    }

    /// Comes back once nothing came for too long.
    pub(super) async fn stalled(&self) {
        let Some(limit) = self.limit else { return std::future::pending().await };
        let mut changes = self.last.subscribe();
        loop {
            let last = *changes.borrow_and_update();
            let over = async {
                match last {
                    Some(at) => sleep_until(at + limit).await,
                    None => match std::future::pending::<Infallible>().await {},
                }
            };
            tokio::select! {
                biased;
                () = over => return,
                changed = changes.changed() => if changed.is_err() {
                    return std::future::pending().await;
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_time_runs_from_the_first_piece_on() {
        let progress = Progress::new(Some(Duration::from_secs(10)));
        let begun = Instant::now();
        let work = async {
            for _ in 0..3 {
                tokio::time::sleep(Duration::from_secs(8)).await;
                progress.report();
            }
            std::future::pending::<()>().await;
        };
        tokio::select! { () = work => {}, () = progress.stalled() => {} }
        assert_eq!(begun.elapsed(), Duration::from_secs(34));
    }
}
