use std::time::Duration;

use serde::{Serialize, Serializer};

/// The component that assigns pods to nodes.
const SCHEDULER: &str = "default-scheduler";

/// `type` of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum EventKind {
    /// Information.
    Normal,
    /// Something went wrong.
    Warning,
}

impl EventKind {
    /// The name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Normal => "Normal",
            Self::Warning => "Warning",
        }
    }
}

/// An event on the pod. Times are counted from the beginning of what is replayed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The type.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// The reason, one word.
    pub reason: String,
    /// The message, word for word.
    pub message: String,
    /// The component that reports: `kubelet`.
    pub from: String,
    /// The part of the pod: `spec.containers{app}`; none for the pod as a whole.
    pub field_path: Option<String>,
    /// How often it was seen.
    pub count: u32,
    /// When it was first seen; in seconds when serialised.
    #[serde(serialize_with = "seconds")]
    pub first_seen: Duration,
    /// When it was last seen; in seconds when serialised.
    #[serde(serialize_with = "seconds")]
    pub last_seen: Duration,
}

impl Event {
    /// An event of the kubelet about a part of the pod, seen once.
    pub fn new(kind: EventKind, reason: &str, message: String, field_path: &str, at: Duration) -> Self {
        Self {
            kind,
            reason: reason.to_owned(),
            message,
            from: "kubelet".to_owned(),
            field_path: Some(field_path.to_owned()).filter(|path| !path.is_empty()),
            count: 1,
            first_seen: at,
            last_seen: at,
        }
    }

    /// The scheduler has found a node for a pod (`kubernetes v1.28.7 pkg/scheduler/schedule_one.go bindingCycle`).
    pub fn scheduled(namespace: &str, pod: &str, node: &str, at: Duration) -> Self {
        let message = format!("Successfully assigned {namespace}/{pod} to {node}");
        let event = Self::new(EventKind::Normal, "Scheduled", message, "", at);
        Self { from: SCHEDULER.to_owned(), ..event }
    }

    /// Secrets that the pod names are not there (`kubernetes v1.28.7 pkg/kubelet/kubelet_pods.go
    /// getPullSecretsForPod`).
    pub fn secrets_missing(names: &[&str], at: Duration) -> Self {
        let names = names.join(", ");
        let message = format!(
            "Unable to retrieve some image pull secrets ({names}); attempting to pull the image may not succeed."
        );
        Self::new(EventKind::Warning, "FailedToRetrieveImagePullSecret", message, "", at)
    }

    /// Whether its sender uses `events.k8s.io/v1`, which counts and dates otherwise.
    pub(crate) fn is_of_newer_api(&self) -> bool {
        self.from == SCHEDULER
    }
}

/// `state.waiting` of a container's status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContainerWaiting {
    /// What `kubectl get pods` shows.
    pub reason: String,
    /// What only `-o yaml` shows.
    pub message: String,
}

fn seconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64())
}
