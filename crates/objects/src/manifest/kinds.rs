//! Which objects hold a pod, and where in them.

/// Where the pod of an object stands.
pub(super) enum PodPath {
    /// The object is a pod.
    Pod,
    /// Below these fields stands a template with `metadata` and `spec`.
    Template(&'static [&'static str]),
}

const TEMPLATE: PodPath = PodPath::Template(&["spec", "template"]);

/// Where the pod of an object of this kind stands; none for kinds that hold no pod, and for kinds of the same name in
/// somebody else's API group. An object without `apiVersion` is taken at its word.
pub(super) fn pod_path(api_version: &str, kind: &str) -> Option<PodPath> {
    if !is_of_kubernetes(api_version) {
        return None;
    }
    match kind {
        "Pod" => Some(PodPath::Pod),
        "PodTemplate" => Some(PodPath::Template(&["template"])),
        "CronJob" => Some(PodPath::Template(&["spec", "jobTemplate", "spec", "template"])),
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" | "ReplicationController" => {
            Some(TEMPLATE)
        }
        _ => None,
    }
}

/// Whether an API version is one of Kubernetes' own groups with workloads in it.
pub(super) fn is_of_kubernetes(api_version: &str) -> bool {
    match api_version.split_once('/') {
        None => matches!(api_version, "" | "v1"),
        Some((group, _)) => matches!(group, "apps" | "batch" | "extensions"),
    }
}
