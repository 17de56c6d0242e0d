use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use keyring::{Keyring, PodOfPull};
use kubelet::{Event, EventCorrelator, ImageManager, Pod, PullConcurrency, Surroundings};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use trace::Trace;

use super::Simulation;
use super::history::Journal;
use super::jitter::Jitter;

/// What the pods of a node share.
pub(super) struct SimulatedNode<S> {
    pub service: S,
    pub simulation: Simulation,
    pub manager: ImageManager,
    correlator: RefCell<EventCorrelator>,
    /// Places for pulls, given in the order in which they are asked for; none: there is no end of them.
    places: Option<Arc<Semaphore>>,
    start: Instant,
    /// How far after a whole second the queue of pods is looked at, and the runtime.
    phases: [Duration; 2],
}

/// How often each is looked at (`kubernetes v1.28.7 pkg/kubelet/kubelet.go syncLoop, plegRelistPeriod`).
const PERIOD: Duration = Duration::from_secs(1);

impl<S> SimulatedNode<S> {
    pub fn new(service: S, simulation: Simulation) -> Self {
        let places = match simulation.config.pulls {
            PullConcurrency::Serial => Some(1),
            PullConcurrency::Limited(places) => Some(places),
            PullConcurrency::Unlimited => None,
        };
        let mut jitter = Jitter::new(simulation.seed);
        Self {
            service,
            manager: ImageManager::new(simulation.config.clone(), simulation.version)
                .with_records(simulation.records.clone()),
            correlator: RefCell::new(EventCorrelator::new(simulation.version)),
            places: places.map(|places| Arc::new(Semaphore::new(places))),
            start: Instant::now(),
            phases: [jitter.phase(), jitter.phase()],
            simulation,
        }
    }

    /// The first look at the queue of pods from `time` on.
    pub fn next_tick(&self, time: Duration) -> Duration {
        next(time, self.phases[0])
    }

    /// The first look at the runtime from `time` on.
    pub fn next_look(&self, time: Duration) -> Duration {
        next(time, self.phases[1])
    }

    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    pub async fn sleep_until(&self, at: Duration) {
        tokio::time::sleep_until(self.start + at).await;
    }
}

fn next(time: Duration, phase: Duration) -> Duration {
    let periods = time.saturating_sub(phase).as_nanos().div_ceil(PERIOD.as_nanos());
    phase + PERIOD * u32::try_from(periods).unwrap_or(u32::MAX)
}

/// The node as one pod meets it.
pub(super) struct AroundPod<'a, S> {
    pub node: &'a SimulatedNode<S>,
    pub pod: &'a Pod,
    pub journal: &'a RefCell<Journal>,
    /// The trace of what is done for it now.
    pub trace: Trace,
    /// What the plugins gave for it.
    pub gave: RefCell<Keyring>,
}

impl<S> Surroundings for AroundPod<'_, S> {
    type Turn = Option<OwnedSemaphorePermit>;

    fn now(&self) -> Duration {
        self.node.elapsed()
    }

    async fn turn(&self) -> Self::Turn {
        let places = self.node.places.clone()?;
        // It is never closed.
        places.acquire_owned().await.ok()
    }

    async fn plugin_keyring(&self, repository: &str, pod: &PodOfPull) -> Keyring {
        let given = self.node.simulation.plugins.keyring(repository, pod, &self.trace).await;
        self.gave.borrow_mut().clone_from(&given);
        given
    }

    fn record(&self, event: &Event) {
        if let Some(sent) = self.node.correlator.borrow_mut().correlate(&self.pod.uid, event) {
            self.journal.borrow_mut().event(sent.slot, sent.event);
        }
    }
}
