use std::collections::BTreeMap;
use std::time::Duration;

use cri::CriError;
use kubelet::{
    ContainerKind, ContainerWaiting, CredentialAnswer, Event, Pod, PodLine, PodStatus, SyncAction, Version,
    describe_containers, describe_events,
};
use trace::Step;

/// What became of a pod.
#[derive(Clone, Debug)]
pub struct PodHistory {
    /// The pod.
    pub pod: Pod,
    /// The pulls that were tried and came to an end, in order.
    pub attempts: Vec<AttemptRecord>,
    /// What `kubectl get pods` showed, from when on; only what differs from the line before.
    pub changes: Vec<StatusChange>,
    /// What the kubelet last told the API server.
    pub status: PodStatus,
    /// The events that the API server has at the end, in the order in which they were made.
    pub events: Vec<Event>,
    /// How many syncs found an image in back-off.
    pub backed_off: usize,
    /// How long it was looked at.
    pub lasted: Duration,
}

/// A pull that was tried.
#[derive(Clone, Debug)]
pub struct AttemptRecord {
    /// When it began.
    pub at: Duration,
    /// When it ended.
    pub ended: Duration,
    /// The container; none for an image volume.
    pub kind: Option<ContainerKind>,
    /// The container's or the volume's name.
    pub name: String,
    /// The image as written.
    pub image: String,
    /// How it ended: pulled or failed.
    pub action: SyncAction,
    /// Why the container waits.
    pub waiting: Option<ContainerWaiting>,
    /// The runtime's answers.
    pub answers: Vec<CredentialAnswer>,
    /// What happened on the wire.
    pub steps: Vec<Step>,
}

impl AttemptRecord {
    /// The runtime's last word, if it is an error.
    pub fn error(&self) -> Option<&CriError> {
        self.answers.last()?.result.as_ref().err()
    }
}

/// What `kubectl get pods` shows from a time on.
#[derive(Clone, Debug)]
pub struct StatusChange {
    /// From when on.
    pub at: Duration,
    /// The line.
    pub line: PodLine,
    /// The state of the containers.
    pub status: PodStatus,
}

impl PodHistory {
    /// Whether all images are on the node.
    pub fn has_all_images(&self) -> bool {
        self.status.all().all(|container| container.waiting().is_none())
    }

    /// The container states and the events as `kubectl describe pod` of the kubelet's version shows them at the end.
    pub fn describe(&self, version: Version) -> String {
        let containers = describe_containers(&self.status);
        format!("{containers}{}", describe_events(&self.events, self.lasted, version))
    }
}

/// The history in the making.
#[derive(Clone, Debug)]
pub(super) struct Journal {
    pod: Pod,
    attempts: Vec<AttemptRecord>,
    changes: Vec<StatusChange>,
    status: PodStatus,
    events: BTreeMap<usize, Event>,
    scheduled: Vec<Event>,
    backed_off: usize,
}

impl Journal {
    pub fn new(pod: &Pod) -> Self {
        Self {
            status: PodStatus::new(pod),
            pod: pod.clone(),
            attempts: Vec::new(),
            changes: Vec::new(),
            events: BTreeMap::new(),
            scheduled: Vec::new(),
            backed_off: 0,
        }
    }

    /// An event of another component, which correlates for itself.
    pub fn scheduled(&mut self, event: Event) {
        self.scheduled.push(event);
    }

    /// An event as the API server gets it.
    pub fn event(&mut self, slot: usize, event: Event) {
        self.events.insert(slot, event);
    }

    pub fn attempt(&mut self, attempt: AttemptRecord) {
        self.attempts.push(attempt);
    }

    pub const fn backed_off(&mut self) {
        self.backed_off += 1;
    }

    /// The status that the API server gets.
    pub fn publish(&mut self, status: PodStatus, at: Duration) {
        let line = PodLine::new(&status);
        if self.changes.last().is_none_or(|last| last.line != line) {
            self.changes.push(StatusChange { at, line, status: status.clone() });
        }
        self.status = status;
    }

    pub fn ended(self, lasted: Duration) -> PodHistory {
        let Self { pod, attempts, changes, status, events, scheduled, backed_off } = self;
        let events = scheduled.into_iter().chain(events.into_values()).collect();
        PodHistory { pod, attempts, changes, status, events, backed_off, lasted }
    }
}
