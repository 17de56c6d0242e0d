use std::time::Duration;

use kubelet::Pod;

/// A pod, and when the scheduler assigns it to the node, counted from the beginning.
#[derive(Clone, Debug)]
pub struct Assigned {
    /// The pod.
    pub pod: Pod,
    /// When.
    pub at: Duration,
}

impl From<Pod> for Assigned {
    /// At the beginning.
    fn from(pod: Pod) -> Self {
        Self { pod, at: Duration::ZERO }
    }
}
