//! What the kubelet says, and what it says of its runtime.
//!
//! Sources: `kubernetes v1.34 pkg/kubelet/images/{types,image_manager,helpers}.go`, `pkg/kubelet/kubelet_pods.go`,
//! `pkg/credentialprovider/{config,plugin}`, `pkg/apis/core/validation`; for older texts also v1.6 to v1.27 with
//! `pkg/kubelet/dockershim/libdocker`; `distribution reference/reference.go`; the recordings.

use super::words;

words! {
    KubeletPull: [
        "failed to pull image", "back-off pulling image", "errimagepull", "imagepullbackoff",
        "pulling image",
    ];
    NeverPull: [
        "errimageneverpull", "is not present with pull policy of never",
    ];
    PullQps: [
        "pull qps exceeded",
    ];
    InvalidName: [
        "could not parse reference", "failed to parse reference", "parsing image name",
        "invalid image name", "unable to parse image name", "invalid image reference",
        "unable to parse image", "invalid image:", "couldn't parse image", "invalidimagename",
        "failed to apply default image tag", "couldn't parse image name", "couldn't parse image reference",
        "invalid reference format", "failed to parse image reference", "repository name must be lowercase",
        "must be lowercase", "cannot parse input", "invalid checksum digest length",
        "invalid checksum digest format", "unsupported digest algorithm",
        "repository name must not be more than 255 characters", "invalid repository name",
        "invalid tag format", "must not have leading or trailing whitespace",
        "cannot specify 64-byte hexadecimal", "error parsing reference",
        "repository name must have at least one component", "failed to normalize image reference",
        "is not a valid repository/tag",
    ];
    SecretNotFound: [
        "secrets \"*\" not found", "secret \"*\" not found", "unable to retrieve pull secret",
        "failedtoretrieveimagepullsecret", "unable to retrieve some image pull secrets",
        "couldn't find imagepullsecret", "imagepullsecrets * not found", "image pull secret * not found",
        "pull secret * not found", "secrets \"…\" not found. the image pull may not succeed",
    ];
    SecretMalformed: [
        "data[.dockercfg]: invalid value", "data[.dockerconfigjson]: invalid value",
        "error occurred while trying to unmarshal json", "failed to load docker config",
        "couldn't parse docker config", "unable to parse docker config", "parse docker config",
        "decoding docker config", "dockerconfigjson: … invalid", "malformed dockerconfig",
        "parsing dockerconfig", "illegal base64 data at input byte", "unable to parse auth field",
        "invalid decoded auth", "failed to parse auth config", "error unmarshalling dockerconfig",
        "unmarshal dockercfg", "invalid docker config", "failed to unmarshal dockerconfigjson",
        "invalid imagepullsecret", "must be formatted as base64(username:password)",
        "invalid auth configuration file", "failed to decode dockerconfigjson",
        "error unmarshaling .dockerconfigjson", "getting auth config … invalid character",
        "secret … is not a valid dockerconfig", "invalid secret type", "unexpected secret type",
        "unknown secret type", "cannot unmarshal … into go … type credentialprovider.dockerconfig",
        "cannot unmarshal … of type credentialprovider", "no registry auth data found in secret",
        "does not contain .dockerconfigjson",
    ];
    ProviderFailed: [
        "failed to run credential provider", "failed to get ecr authorization token",
        "unable to retrieve ecr registry auth", "credential helper", "ecr-login", "credentials plugin",
        "credential provider plugin",
        "failed getting credential from external registry credential provider",
        "credential provider … failed", "credentialprovider exec plugin", "image-credential-provider",
        "error getting credentials - err", "error getting credentials", "docker-credential-",
        "error executing credential provider", "failed to get credentials from … plugin",
        "unable to get ecr credentials", "failed to get ecr token", "unable to get registry credentials",
        "google-dockercfg", "while reading 'google-dockercfg' metadata", "failed to execute plugin",
        "ecr-credential-provider", "acr-credential-provider", "gcp-credential-provider",
        "failed to retrieve aws credentials", "nocredentialproviders", "no valid providers in chain",
    ];
    RuntimeDown: [
        "containerd.sock", "crio.sock", "dockershim.sock", "cri-dockerd.sock", "docker.sock",
        "container runtime is not running", "cannot connect to the docker daemon",
        "container runtime is down", "unknown service runtime.v1", "connection error: desc",
        "transport: error while dialing", "unable to determine runtime api version",
        "validate service connection", "is the docker daemon running",
    ];
    Deadline: [
        "context deadline exceeded", "deadlineexceeded", "context canceled", "code = 4 desc",
        "because of no progress", "cancelled pulling", "pull progress deadline", "operation timed out",
        "timed out waiting for image", "timed out pulling", "image pull timed out",
        "pulling image timed out", "timeout expired while pulling", "image-pull-progress-deadline",
        "imagepullprogressdeadline",
    ];
}
