//! Times the steps of a trace.

use std::time::Duration;

use tokio::time::Instant;
use trace::{Decision, Step, Trace, What};

/// Writes steps into a trace, with the time since the recorder was made.
#[derive(Clone, Debug)]
pub struct Recorder {
    trace: Trace,
    start: Instant,
}

impl Recorder {
    /// A recorder whose time zero is now.
    pub fn new(trace: Trace) -> Self {
        Self { trace, start: Instant::now() }
    }

    /// Records a step that began at `since` and ends now.
    pub fn record(&self, since: Instant, what: What) {
        let now = Instant::now();
        self.trace.record(Step { at: now - self.start, took: now - since, what });
    }

    /// Records a decision.
    pub fn decide(&self, about: &'static str, text: impl Into<String>) {
        let what = What::Decision(Decision::new(about, text));
        self.trace.record(Step { at: self.start.elapsed(), took: Duration::ZERO, what });
    }
}
