//! What the cluster says of a pod.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

/// `kubectl get pod -o json`, as far as it matters here.
pub(crate) struct ClusterPod {
    pub namespace: String,
    pub name: String,
    /// Those by which events know it: its own, and for a static pod that of its file.
    uids: Vec<String>,
    /// `None` where it is not scheduled yet.
    pub node: Option<String>,
    pub service_account: String,
    pub pull_secrets: Vec<String>,
    pub containers: Vec<ClusterContainer>,
    status: Value,
}

/// A container or image volume, and how it is now.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub(crate) struct ClusterContainer {
    /// `containers`, `initContainers`, `ephemeralContainers` or `volumes`.
    pub list: &'static str,
    pub name: String,
    pub image: String,
    /// `Running`, or why it waits or ended; empty where the cluster tells nothing.
    pub now: String,
}

/// The lists of containers, and where the status has them.
const LISTS: [(&str, &str); 3] = [
    ("initContainers", "initContainerStatuses"),
    ("containers", "containerStatuses"),
    ("ephemeralContainers", "ephemeralContainerStatuses"),
];

/// By it the API server and the kubelet know a static pod's events (`kubectl` 1.34
/// staging/src/k8s.io/kubectl/pkg/describe/describe.go PodDescriber).
const CONFIG_HASH: &str = "kubernetes.io/config.mirror";

impl ClusterPod {
    pub fn new(pod: &Value) -> Self {
        let (metadata, spec) = (&pod["metadata"], &pod["spec"]);
        let uids = [&metadata["uid"], &metadata["annotations"][CONFIG_HASH]];
        Self {
            namespace: text(&metadata["namespace"]),
            name: text(&metadata["name"]),
            uids: uids.into_iter().map(text).filter(|uid| !uid.is_empty()).collect(),
            node: Some(text(&spec["nodeName"])).filter(|name| !name.is_empty()),
            service_account: text(&spec["serviceAccountName"]),
            pull_secrets: names(&spec["imagePullSecrets"]),
            containers: containers(spec, &pod["status"]),
            status: pod["status"].clone(),
        }
    }

    /// What of the pod and its events speaks of pulls, for [`explain::explain`]. Events of an earlier pod of this name
    /// are left out.
    pub fn told(&self, events: &Value) -> String {
        let pod = json!({"kind": "Pod", "metadata": {"name": self.name}, "status": self.status});
        let is_own = |event: &&Value| {
            let uid = text(&event["involvedObject"]["uid"]);
            uid.is_empty() || self.uids.contains(&uid)
        };
        let events = list(&events["items"]).iter().filter(is_own);
        let items: Vec<&Value> = std::iter::once(&pod).chain(events).collect();
        json!({"kind": "List", "items": items}).to_string()
    }

    /// The service account as it was for this pod: what it gave stands in the pod already, and what it has got since
    /// does not reach a pod that is there. Its annotations count whenever a credential plugin is asked.
    pub fn service_account_without_secrets(&self, account: Option<&Value>) -> String {
        let name = if self.service_account.is_empty() { "default" } else { self.service_account.as_str() };
        let mut metadata = json!({"name": name, "namespace": self.namespace});
        for field in ["uid", "annotations"] {
            if let Some(value) = account.map(|account| &account["metadata"][field]).filter(|v| !v.is_null()) {
                metadata[field] = value.clone();
            }
        }
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}).to_string()
    }

    /// A service account that has pull secrets, when its pod has none: it got them later.
    pub fn given_too_late(&self, account: &Value) -> Option<String> {
        let given = names(&account["imagePullSecrets"]);
        if given.is_empty() || !self.pull_secrets.is_empty() {
            return None;
        }
        let (namespace, name) = (&self.namespace, &self.name);
        Some(format!(
            "ServiceAccount {namespace}/{} has imagePullSecrets {}, and this pod has none: it was made before. The next \
             one gets them: kubectl delete pod {name} -n {namespace}",
            self.service_account,
            given.join(", "),
        ))
    }
}

/// Image volumes first, as the kubelet comes to them.
fn containers(spec: &Value, status: &Value) -> Vec<ClusterContainer> {
    let mut found = Vec::new();
    for volume in list(&spec["volumes"]).iter().filter(|volume| volume["image"].is_object()) {
        let (name, image) = (text(&volume["name"]), text(&volume["image"]["reference"]));
        found.push(ClusterContainer { list: "volumes", name, image, now: String::new() });
    }
    for (list_name, statuses) in LISTS {
        for container in list(&spec[list_name]) {
            let name = text(&container["name"]);
            let state = list(&status[statuses]).iter().find(|status| text(&status["name"]) == name);
            let now = state.map(|status| now(&status["state"])).unwrap_or_default();
            found.push(ClusterContainer { list: list_name, name, image: text(&container["image"]), now });
        }
    }
    found
}

fn now(state: &Value) -> String {
    if state["running"].is_object() {
        return "Running".to_owned();
    }
    let reason = |kind: &str| state[kind]["reason"].as_str();
    reason("waiting").or_else(|| reason("terminated")).unwrap_or_default().to_owned()
}

fn names(references: &Value) -> Vec<String> {
    list(references)
        .iter()
        .map(|reference| text(&reference["name"]))
        .filter(|name| !name.is_empty())
        .collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
