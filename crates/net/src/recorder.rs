//! Times the steps of a trace.

use std::time::Duration;

use tokio::time::Instant;
use trace::{Claims, Decision, Flaw, Step, Trace, What};

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
        self.decided(Decision::new(about, text));
    }

    /// Records that content is of no use.
    pub fn unusable(&self, text: impl Into<String>, flaw: Flaw) {
        self.decided(Decision::unusable(text, flaw));
    }

    /// Records what a token says of itself.
    pub fn token(&self, text: impl Into<String>, claims: Claims) {
        self.decided(Decision::token(text, claims));
    }

    fn decided(&self, decision: Decision) {
        let what = What::Decision(decision);
        self.trace.record(Step { at: self.start.elapsed(), took: Duration::ZERO, what });
    }
}
