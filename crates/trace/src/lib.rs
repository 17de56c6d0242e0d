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

/// What a [`Decision`] is about with which the next image begins that a short name may mean.
pub const CANDIDATE: &str = "candidate";
/// What a [`Decision`] is about with which the same name is pulled once more, as an OCI artifact.
pub const SECOND_ATTEMPT: &str = "artifact";

/// Those of an attempt's steps whose failure the runtime reports: of the last image that the name may mean, and as an
/// image, since what fails on an answer is only asked for again as an artifact, in vain.
///
/// ```
/// use std::time::Duration;
/// use trace::{Decision, Step, What, deciding};
///
/// let step = |about| Step { at: Duration::ZERO, took: Duration::ZERO, what: What::Decision(Decision::new(about, "")) };
/// let steps = [step("candidate"), step("platform"), step("candidate"), step("store"), step("artifact"), step("store")];
/// assert_eq!(deciding(&steps).len(), 2);
/// ```
pub fn deciding(steps: &[Step]) -> &[Step] {
    let is = |step: &Step, about| matches!(&step.what, What::Decision(decision) if decision.about == about);
    let from = steps.iter().rposition(|step| is(step, CANDIDATE)).unwrap_or(0);
    let steps = steps.get(from..).unwrap_or_default();
    let to = steps.iter().position(|step| is(step, SECOND_ATTEMPT)).unwrap_or(steps.len());
    steps.get(..to).unwrap_or_default()
}

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
