//! From pods and their histories to the report.

use std::time::Duration;

use kubelet::{ContainerKind, ContainerWaiting, Pod, Rejection, SyncAction, Version, watch_pods};
use report::{
    AttemptReport, ChangeReport, CheckReport, ContainerWaits, ImageReport, MissingSecret, NodeSummary,
    Outcome, PodEvent, PodReport, PodsReport, Waiting,
};

use crate::{AttemptRecord, PodHistory, StatusChange};

/// A pod as it was found, and what the API server made of it.
#[derive(Clone, Debug)]
pub struct FoundPod {
    /// `Pod`, `Deployment` …; empty for a pod that was made up for an image.
    pub kind: String,
    /// Where it stands; empty for a pod that was made up.
    pub place: String,
    /// The pod as it was written.
    pub written: Pod,
    /// The pod as it is stored.
    pub admitted: Result<Pod, Rejection>,
    /// The Secrets that count and are not there.
    pub missing_secrets: Vec<MissingSecret>,
    /// Its images, in the order in which the kubelet comes to them; none of a pod that is not stored.
    pub images: Vec<FoundImage>,
}

/// An image of a pod.
#[derive(Clone, Debug)]
pub struct FoundImage {
    /// The container's kind; none for a volume.
    pub kind: Option<ContainerKind>,
    /// The container's or volume's name.
    pub name: String,
    /// Where it stands; empty when unknown.
    pub place: String,
    /// The column from which on that line has the image's name letter by letter, if it does.
    pub spelled_at: Option<usize>,
    /// One pull of it.
    pub check: CheckReport,
}

/// What is told of all pods.
#[derive(Clone, Debug)]
pub struct PodsSetting {
    /// The node.
    pub node: NodeSummary,
    /// The kubelet's version, and that of kubectl.
    pub version: Version,
    /// How long the pods were looked at.
    pub lasted: Duration,
    /// The seed of the histories.
    pub seed: u64,
    /// Whether answers were repeated.
    pub assumes_nothing_changes: bool,
    /// What else there is to tell.
    pub notes: Vec<String>,
}

/// The report of pods. `histories` are those of the pods that are stored, in the same order.
pub fn pods_report(setting: PodsSetting, found: Vec<FoundPod>, histories: Vec<PodHistory>) -> PodsReport {
    let mut histories = histories.into_iter();
    let mut lucky = Vec::new();
    let pods: Vec<PodReport> = found
        .into_iter()
        .map(|found| {
            let history = if found.admitted.is_ok() { histories.next() } else { None };
            lucky.extend(history.iter().flat_map(|history| thanks_to_others(&found, history)));
            pod_report(found, history, &setting)
        })
        .collect();
    let outcome = worst(pods.iter().map(|pod| pod.outcome));
    let PodsSetting { node, lasted, seed, assumes_nothing_changes, mut notes, .. } = setting;
    notes.extend(lucky);
    PodsReport {
        header: Default::default(),
        node,
        outcome,
        lasted,
        seed,
        assumes_nothing_changes,
        pods,
        notes,
    }
}

/// Containers whose own pulls failed, and which run because another pod has brought the image onto the node. On another
/// node they would not.
fn thanks_to_others(found: &FoundPod, history: &PodHistory) -> Vec<String> {
    let runs = |image: &&FoundImage| {
        let status = history.status.all().find(|status| status.name == image.name);
        image.kind.is_some() && status.is_some_and(|status| status.waiting().is_none())
    };
    let failed = |image: &&FoundImage| in_the_end(image, Some(history)) == Outcome::Failed;
    let Pod { namespace, name, .. } = &found.written;
    let told = |image: &FoundImage| {
        format!(
            "{namespace}/{name}, container {}: its own pull fails; it runs because another pod had {} pulled onto the \
             same node",
            image.name, image.check.image
        )
    };
    found.images.iter().filter(runs).filter(failed).map(told).collect()
}

fn worst(outcomes: impl Iterator<Item = Outcome>) -> Outcome {
    let mut outcomes = outcomes;
    if outcomes.any(|outcome| outcome == Outcome::Failed) { Outcome::Failed } else { Outcome::Pulled }
}

fn pod_report(found: FoundPod, history: Option<PodHistory>, setting: &PodsSetting) -> PodReport {
    let FoundPod { kind, place, written, admitted, missing_secrets, images } = found;
    let (pod, rejected) = match admitted {
        Ok(pod) => (pod, None),
        Err(rejection) => (written, Some(rejection.to_string())),
    };
    let image = |image: FoundImage| {
        let outcome = in_the_end(&image, history.as_ref());
        let FoundImage { kind, name, place, spelled_at, check } = image;
        ImageReport { list: list(kind), name, place, spelled_at, outcome, check }
    };
    let images: Vec<ImageReport> = images.into_iter().map(image).collect();
    let outcome =
        if rejected.is_some() { Outcome::Failed } else { worst(images.iter().map(|image| image.outcome)) };
    let told = history.map(|history| Told::new(history, setting.version)).unwrap_or_default();
    PodReport {
        namespace: pod.namespace,
        name: pod.name,
        kind,
        place,
        service_account: pod.service_account_name,
        pull_secrets: pod.image_pull_secrets,
        missing_secrets,
        rejected,
        outcome,
        images,
        phase: told.phase,
        changes: told.changes,
        attempts: told.attempts,
        backed_off: told.backed_off,
        events: told.events,
        kubectl_get: told.kubectl_get,
        kubectl_describe: told.kubectl_describe,
    }
}

fn list(kind: Option<ContainerKind>) -> String {
    kind.map_or("volumes", ContainerKind::list).to_owned()
}

/// Whether the image is on the node in the end: by its last attempt, by what its container does, and where the kubelet
/// never came to it, by the check of it alone.
fn in_the_end(image: &FoundImage, history: Option<&PodHistory>) -> Outcome {
    let Some(history) = history else { return image.check.outcome };
    let own = |attempt: &&AttemptRecord| attempt.kind == image.kind && attempt.name == image.name;
    if let Some(attempt) = history.attempts.iter().rev().find(own) {
        return outcome(attempt.action);
    }
    let status = history.status.all().find(|status| status.name == image.name);
    match status.filter(|_| image.kind.is_some()).map(kubelet::ContainerStatus::waiting) {
        Some(None) => Outcome::Pulled,
        Some(Some(waiting)) if !waiting.message.is_empty() => Outcome::Failed,
        _ => image.check.outcome,
    }
}

const fn outcome(action: SyncAction) -> Outcome {
    match action {
        SyncAction::Found | SyncAction::Pulled => Outcome::Pulled,
        SyncAction::Failed { .. } | SyncAction::BackedOff { .. } | SyncAction::Refused => Outcome::Failed,
    }
}

/// What there is to tell of a history.
#[derive(Default)]
struct Told {
    phase: String,
    changes: Vec<ChangeReport>,
    attempts: Vec<AttemptReport>,
    backed_off: usize,
    events: Vec<PodEvent>,
    kubectl_get: String,
    kubectl_describe: String,
}

impl Told {
    fn new(history: PodHistory, version: Version) -> Self {
        let name = history.pod.name.as_str();
        let age = |change: &StatusChange| change.at.saturating_sub(history.assigned);
        let lines = history.changes.iter().map(|change| (name, &change.line, age(change)));
        Self {
            phase: history.status.phase().to_owned(),
            kubectl_get: watch_pods(lines),
            kubectl_describe: history.describe(version),
            changes: history.changes.iter().map(change).collect(),
            attempts: history.attempts.iter().map(attempt).collect(),
            backed_off: history.backed_off,
            events: history.events.iter().map(event).collect(),
        }
    }
}

fn waiting(waiting: &ContainerWaiting) -> Waiting {
    Waiting { reason: waiting.reason.clone(), message: waiting.message.clone() }
}

fn change(change: &StatusChange) -> ChangeReport {
    let waits = change.status.all().filter_map(|container| {
        let waiting = waiting(container.waiting()?);
        Some(ContainerWaits { container: container.name.clone(), waiting })
    });
    ChangeReport {
        at: change.at,
        ready: change.line.ready.clone(),
        status: change.line.status.clone(),
        restarts: change.line.restarts,
        waiting: waits.collect(),
    }
}

fn attempt(attempt: &AttemptRecord) -> AttemptReport {
    AttemptReport {
        at: attempt.at,
        took: attempt.ended.saturating_sub(attempt.at),
        list: list(attempt.kind),
        name: attempt.name.clone(),
        image: attempt.image.clone(),
        outcome: outcome(attempt.action),
        back_off: match attempt.action {
            SyncAction::Failed { backoff } => backoff,
            _ => Duration::ZERO,
        },
        waiting: attempt.waiting.as_ref().map(waiting),
    }
}

fn event(event: &kubelet::Event) -> PodEvent {
    PodEvent {
        kind: event.kind.name().to_owned(),
        reason: event.reason.clone(),
        message: event.message.clone(),
        from: event.from.clone(),
        field_path: event.field_path.clone(),
        count: event.count,
        first: event.first_seen,
        last: event.last_seen,
    }
}
