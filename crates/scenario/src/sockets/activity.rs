use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// How often something moved on a socket of this world. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Activity(Arc<Moves>);

#[derive(Debug, Default)]
struct Moves {
    count: AtomicU64,
    moved: Notify,
}

impl Activity {
    /// Something moves.
    pub(crate) fn touch(&self) {
        self.0.count.fetch_add(1, Ordering::AcqRel);
        self.0.moved.notify_one();
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.count.load(Ordering::Acquire)
    }

    /// Waits until something moved that is not among the first `seen` moves.
    pub(crate) async fn beyond(&self, seen: u64) {
        while self.count() == seen {
            self.0.moved.notified().await;
        }
    }
}
