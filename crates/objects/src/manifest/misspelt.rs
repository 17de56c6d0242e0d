//! Names of fields that decide about pulls, and what is near to them. An API server drops what it does not know, so that a
//! misspelt field is as good as none.

use crate::near::nearest;

/// Of a pod's `spec`.
pub(crate) const OF_POD: [&str; 7] = [
    "imagePullSecrets",
    "serviceAccountName",
    "serviceAccount",
    "containers",
    "initContainers",
    "ephemeralContainers",
    "nodeSelector",
];
/// Of a container.
pub(crate) const OF_CONTAINER: [&str; 2] = ["image", "imagePullPolicy"];
/// Of a service account.
pub(crate) const OF_ACCOUNT: [&str; 1] = ["imagePullSecrets"];
/// Of a Secret.
pub(crate) const OF_SECRET: [&str; 3] = ["type", "data", "stringData"];

/// The field that was most likely meant by a name that is none of them. No other field that there is
/// (`kubernetes v1.28.7 staging/src/k8s.io/api/core/v1/types.go PodSpec, Container`) is so near to one of these.
pub(crate) fn meant(written: &str, known: &[&'static str]) -> Option<&'static str> {
    if known.contains(&written) { None } else { nearest(written, known.iter().copied()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What else there is in a pod, a container, and an object (1.35).
    const OTHERS: &str = "volumes restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds dnsPolicy \
        automountServiceAccountToken nodeName hostNetwork hostPID hostIPC shareProcessNamespace securityContext hostname \
        subdomain affinity schedulerName tolerations hostAliases priorityClassName priority dnsConfig readinessGates \
        runtimeClassName enableServiceLinks preemptionPolicy overhead topologySpreadConstraints setHostnameAsFQDN os \
        hostUsers schedulingGates resourceClaims resources hostnameOverride workloadRef name command args workingDir ports \
        envFrom env resizePolicy restartPolicyRules volumeMounts volumeDevices livenessProbe readinessProbe startupProbe \
        lifecycle terminationMessagePath terminationMessagePolicy stdin stdinOnce tty targetContainerName apiVersion kind \
        metadata secrets immutable spec status";

    #[test]
    fn what_is_near_is_told_and_what_there_is_is_not() {
        let all = [&OF_POD[..], &OF_CONTAINER, &OF_ACCOUNT, &OF_SECRET];
        for name in OTHERS.split_whitespace() {
            assert!(all.iter().all(|known| meant(name, known).is_none()), "{name}");
        }
        for (name, known, wanted) in [
            ("imagePullSecret", &OF_POD[..], "imagePullSecrets"),
            ("ImagePullSecrets", &OF_ACCOUNT, "imagePullSecrets"),
            ("serviceaccountName", &OF_POD, "serviceAccountName"),
            ("container", &OF_POD, "containers"),
            ("imagee", &OF_CONTAINER, "image"),
            ("imagepullPolicy", &OF_CONTAINER, "imagePullPolicy"),
            ("stringdata", &OF_SECRET, "stringData"),
            ("typ", &OF_SECRET, "type"),
        ] {
            assert_eq!(meant(name, known), Some(wanted), "{name}");
        }
    }
}
