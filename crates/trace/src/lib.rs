//! What happened during a pull, step by step, as facts.
//!
//! ```text
//! net, runtimes, kubelet ──record──▶ Trace ──steps──▶ report (text, JSON …), diagnosis
//! ```
//!
//! A [`Trace`] is a shared, ordered list of [`Step`]s. Nothing in it is secret: whoever records a step passes URLs
//! and header values through [`redact`] first.
//!
//! ```
//! use std::time::Duration;
//! use trace::{Decision, Step, Trace, What};
//!
//! let trace = Trace::new();
//! let decision = Decision::new("credentials", "no pull secret matches registry.example.com");
//! trace.record(Step { at: Duration::ZERO, took: Duration::ZERO, what: What::Decision(decision) });
//! assert_eq!(trace.steps().len(), 1);
//! ```

mod fault;
pub mod redact;
mod step;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

pub use fault::{Fault, Stage};
pub use step::{
    Body, Certificate, Claims, Decision, Dial, Exchange, Flaw, Handshake, Header, Lookup, NameSource,
    Purpose, Step, Tunnel, What,
};

type Observer = dyn Fn(&Step) + Send + Sync;

/// The ordered record of a pull. Clones share it.
#[derive(Clone, Default)]
pub struct Trace {
    steps: Arc<Mutex<Vec<Step>>>,
    observer: Option<Arc<Observer>>,
}

impl Trace {
    /// An empty trace.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty trace that shows each step to `observer` when it is recorded (a progress line, `-vv`).
    pub fn observed(observer: impl Fn(&Step) + Send + Sync + 'static) -> Self {
        Self { steps: Arc::default(), observer: Some(Arc::new(observer)) }
    }

    /// Adds a step.
    pub fn record(&self, step: Step) {
        if let Some(observer) = &self.observer {
            observer(&step);
        }
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).push(step);
    }

    /// All steps so far.
    pub fn steps(&self) -> Vec<Step> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.steps()).finish()
    }
}
