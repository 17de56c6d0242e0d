use std::collections::BTreeMap;
use std::time::Duration;

use cri::CriError;
use kubelet::{
    ContainerKind, ContainerWaiting, CredentialAnswer, Event, Pod, PodLine, PodStatus, SyncAction, Version,
    describe_containers, describe_events,
};
use trace::Step;

use super::Assigned;
use crate::sync_report::Synced;

/// What became of a pod.
#[derive(Clone, Debug)]
pub struct PodHistory {
    /// The pod.
    pub pod: Pod,
    /// When it was assigned to the node.
    pub assigned: Duration,
    /// The pulls that were tried and came to an end, in order.
    pub attempts: Vec<AttemptRecord>,
    /// The last sync of each image that needed no pull: it was there, or the kubelet refused to see to it.
    pub without_pull: Vec<AttemptRecord>,
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

/// A sync that saw to an image: mostly a pull that was tried.
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
    /// How it ended.
    pub action: SyncAction,
    /// Why the container waits.
    pub waiting: Option<ContainerWaiting>,
    /// The runtime's answers.
    pub answers: Vec<CredentialAnswer>,
    /// What happened on the wire.
    pub steps: Vec<Step>,
    /// What else a report of it needs.
    pub(crate) synced: Synced,
}

impl AttemptRecord {
    /// The runtime's last word, if it is an error.
    pub fn error(&self) -> Option<&CriError> {
        self.answers.last()?.result.as_ref().err()
    }

    /// Whether the image was not to be had.
    pub const fn failed(&self) -> bool {
        matches!(self.action, SyncAction::Failed { .. } | SyncAction::Refused)
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
    /// The sync that tells most about a container or image volume, or (without a name) about the whole pod: the last that
    /// failed; where none did, the last.
    pub fn telling(&self, name: Option<&str>) -> Option<&AttemptRecord> {
        let meant = |attempt: &&AttemptRecord| name.is_none_or(|name| attempt.name == name);
        let all = || self.attempts.iter().chain(&self.without_pull).filter(meant);
        let failed = all().filter(|attempt| attempt.failed()).max_by_key(|attempt| attempt.at);
        failed.or_else(|| all().max_by_key(|attempt| attempt.at))
    }

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
    assigned: Duration,
    attempts: Vec<AttemptRecord>,
    without_pull: Vec<AttemptRecord>,
    changes: Vec<StatusChange>,
    status: PodStatus,
    events: BTreeMap<usize, Event>,
    scheduled: Vec<Event>,
    backed_off: usize,
}

impl Journal {
    pub fn new(Assigned { pod, at }: &Assigned) -> Self {
        Self {
            status: PodStatus::new(pod),
            pod: pod.clone(),
            assigned: *at,
            attempts: Vec::new(),
            without_pull: Vec::new(),
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

    /// A sync that needed no pull, which takes the place of the one before.
    pub fn without_pull(&mut self, attempt: AttemptRecord) {
        let same = |known: &AttemptRecord| {
            (known.kind, known.name.as_str()) == (attempt.kind, attempt.name.as_str())
        };
        self.without_pull.retain(|known| !same(known));
        self.without_pull.push(attempt);
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
        let Self { pod, assigned, attempts, without_pull, changes, status, events, scheduled, backed_off } =
            self;
        let events = scheduled.into_iter().chain(events.into_values()).collect();
        PodHistory { pod, assigned, attempts, without_pull, changes, status, events, backed_off, lasted }
    }
}
