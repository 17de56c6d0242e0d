use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use crate::check::{Header, Kind, milliseconds};
use crate::{CheckReport, NodeSummary, Outcome, Waiting};

/// Pods on a node: each image checked, and what becomes of the pods in time.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct PodsReport {
    /// `pullsim/v1` and `PodsReport`.
    #[serde(flatten)]
    pub header: Header<Pods>,
    /// The node that was simulated.
    pub node: NodeSummary,
    /// `pulled` when every image of every pod would be.
    pub outcome: Outcome,
    /// How long the pods were looked at; zero: until each was synced once.
    #[serde(rename = "for_ms", serialize_with = "milliseconds")]
    #[schemars(with = "f64")]
    pub lasted: Duration,
    /// What the kubelet's chance follows from.
    pub seed: u64,
    /// Whether each pull was made once and its answer repeated, as it is if nothing changes.
    pub assumes_nothing_changes: bool,
    /// The pods, in the order of the files.
    pub pods: Vec<PodReport>,
    /// What else a reader should know.
    pub notes: Vec<String>,
}

/// The kind `PodsReport`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pods;

impl Kind for Pods {
    const NAME: &'static str = "PodsReport";
}

/// A pod.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct PodReport {
    /// Its namespace.
    pub namespace: String,
    /// Its name, or that of the workload whose pods are meant.
    pub name: String,
    /// `Pod`, `Deployment` …; empty for a pod that was made up for an image.
    pub kind: String,
    /// Where it stands, `file:line:column`; empty for a pod that was made up.
    pub place: String,
    /// The service account that counts.
    pub service_account: String,
    /// The Secrets that count, in order, after the service account's were copied.
    pub pull_secrets: Vec<String>,
    /// Those of them that there are not.
    pub missing_secrets: Vec<MissingSecret>,
    /// Why the API server does not take the pod, in its words; there is nothing more to tell then.
    pub rejected: Option<String>,
    /// `pulled` when every image would be.
    pub outcome: Outcome,
    /// The images, in the order in which the kubelet comes to them.
    pub images: Vec<ImageReport>,
    /// `status.phase` at the end.
    pub phase: String,
    /// What `kubectl get pods` shows, from when on.
    pub changes: Vec<ChangeReport>,
    /// The pulls that were tried and came to an end.
    pub attempts: Vec<AttemptReport>,
    /// How many syncs found an image in back-off.
    pub backed_off: usize,
    /// The pod's events at the end.
    pub events: Vec<PodEvent>,
    /// The lines of `kubectl get pods --watch`.
    pub kubectl_get: String,
    /// Containers and events as `kubectl describe pod` shows them at the end.
    pub kubectl_describe: String,
}

/// A Secret that a pod names and its namespace does not have.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct MissingSecret {
    /// Its name.
    pub name: String,
    /// Where it stands in the pod or service account, `file:line:column`; empty when unknown.
    pub place: String,
    /// The namespaces that have one of this name, where the kubelet never looks.
    pub elsewhere: Vec<String>,
}

/// An image of a pod.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ImageReport {
    /// `containers`, `initContainers`, `ephemeralContainers` or `volumes`.
    pub list: String,
    /// The container's or volume's name.
    pub name: String,
    /// Where the image stands, `file:line:column`; empty when unknown.
    pub place: String,
    /// The column from which on that line has the image's name letter by letter, if it does.
    #[serde(skip)]
    pub spelled_at: Option<usize>,
    /// Whether it is on the node in the end.
    pub outcome: Outcome,
    /// One pull of it.
    pub check: CheckReport,
}

/// What `kubectl get pods` shows from a time on.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct ChangeReport {
    /// From when on.
    #[serde(rename = "at_ms", serialize_with = "milliseconds")]
    #[schemars(with = "f64")]
    pub at: Duration,
    /// READY
    pub ready: String,
    /// STATUS
    pub status: String,
    /// RESTARTS
    pub restarts: u32,
    /// The containers that wait, and why.
    pub waiting: Vec<ContainerWaits>,
}

/// A container that waits.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct ContainerWaits {
    /// Its name.
    pub container: String,
    /// `state.waiting`
    #[serde(flatten)]
    pub waiting: Waiting,
}

/// A pull that was tried.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct AttemptReport {
    /// When it began.
    #[serde(rename = "at_ms", serialize_with = "milliseconds")]
    #[schemars(with = "f64")]
    pub at: Duration,
    /// How long it took.
    #[serde(rename = "took_ms", serialize_with = "milliseconds")]
    #[schemars(with = "f64")]
    pub took: Duration,
    /// `containers`, `initContainers`, `ephemeralContainers` or `volumes`.
    pub list: String,
    /// The container's or volume's name.
    pub name: String,
    /// The image as written.
    pub image: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How long no other is tried after it; zero after a success.
    #[serde(rename = "back_off_ms", serialize_with = "milliseconds")]
    #[schemars(with = "f64")]
    pub back_off: Duration,
    /// Why the container waits; `None` after a success.
    pub waiting: Option<Waiting>,
}

/// An event as the API server has it.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct PodEvent {
    /// `Normal` or `Warning`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The reason.
    pub reason: String,
    /// The message, word for word.
    pub message: String,
    /// Who sent it.
    pub from: String,
    /// The part of the pod that it is about; `None` for the pod as a whole.
    pub field_path: Option<String>,
    /// How often it was seen.
    pub count: u32,
    /// When it was first seen.
    #[serde(rename = "first_ms", serialize_with = "milliseconds")]
    #[schemars(with = "f64")]
    pub first: Duration,
    /// When it was last seen.
    #[serde(rename = "last_ms", serialize_with = "milliseconds")]
    #[schemars(with = "f64")]
    pub last: Duration,
}
