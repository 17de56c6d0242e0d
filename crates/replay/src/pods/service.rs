use cri::ImageService;
use runtimes::Runtime;
use trace::Trace;

/// A runtime whose pulls can be told apart: each may write its steps to a trace of its own.
pub trait Traced: ImageService + Sync {
    /// The same runtime, with the same store, that writes its steps to `trace`.
    fn traced(&self, trace: Trace) -> Self;

    /// A trace for one pull.
    fn new_trace(&self) -> Trace {
        Trace::new()
    }
}

impl Traced for Runtime {
    fn traced(&self, trace: Trace) -> Self {
        self.with_trace(trace)
    }
}
