//! What the kubelet says, and what it says of its runtime.
//!
//! Sources: the recordings; of what they do not show, `kubernetes@v1.28.7:pkg/kubelet/images/types.go:29`,
//! `kubernetes@v1.28.7:pkg/kubelet/images/image_manager.go:111`, `kubernetes@v1.28.7:pkg/kubelet/images/helpers.go:51`,
//! `kubernetes@v1.28.7:pkg/kubelet/kubelet_pods.go:915`, `kubernetes@v1.28.7:pkg/credentialprovider/config.go:228`,
//! `kubernetes@v1.28.7:pkg/apis/core/validation/validation.go:3782`; of older texts
//! `kubernetes@60e967f4:pkg/kubelet/dockertools/docker.go:260`, `distribution@v2.7.1:reference/reference.go:42`.

use super::words;

words! {
    KubeletPull: [
        "failed to pull image", "back-off pulling image", "errimagepull", "imagepullbackoff",
        "pulling image", "image pull failed for", "this may be because there are no credentials on this request",
    ];
    NeverPull: [
        "errimageneverpull", "is not present with pull policy of never",
    ];
    PullQps: [
        "pull qps exceeded",
    ];
    InvalidName: [
        "could not parse reference", "failed to parse reference", "unable to parse image name",
        "invalid image reference", "unable to parse image", "invalid image:", "couldn't parse image",
        "invalidimagename", "failed to apply default image tag", "couldn't parse image name",
        "couldn't parse image reference", "invalid reference format", "failed to parse image reference",
        "repository name must be lowercase", "must be lowercase", "cannot parse input",
        "invalid checksum digest length", "invalid checksum digest format", "unsupported digest algorithm",
        "repository name must not be more than 255 characters", "invalid repository name",
        "invalid tag format", "must not have leading or trailing whitespace",
        "cannot specify 64-byte hexadecimal", "error parsing reference",
        "repository name must have at least one component", "failed to normalize image reference",
        "is not a valid repository/tag", "image: invalid value", "image: required value",
        "failed to parse image name", "unable to parse docker image", "failed to parse docker reference",
        "invalid docker image name", "image name cannot be empty", "image name is invalid",
        "not a valid image name", "could not parse image", "failed to parse image \"",
        "repository can only contain the characters", "must not be more than 255 characters",
        "invalid image path", "bad image name", "invalid image \"", "invalid container image",
        "repository name must be canonical", "cannot parse image", "invalid image name", "invalid image id",
        "expected image name as either",
    ];
    SecretNotFound: [
        "secrets \"*\" not found", "secret \"*\" not found", "unable to retrieve pull secret",
        "failedtoretrieveimagepullsecret", "unable to retrieve some image pull secrets",
        "couldn't find imagepullsecret", "imagepullsecrets * not found", "image pull secret * not found",
        "pull secret * not found", "secrets \"…\" not found. the image pull may not succeed",
        "pull secret … does not exist", "imagepullsecret … does not exist", "imagepullsecret … not found",
        "secret … not registered", "couldn't find secret … pull", "no such secret",
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
        "does not contain .dockerconfigjson", "failed to parse dockerconfigjson",
        "unable to parse .dockerconfigjson", "data[.dockerconfigjson]: required value",
        "data[.dockercfg]: required value", "while trying to parse json file", "parse … .dockerconfigjson",
        "unmarshal … dockerconfigjson", "decode … dockerconfigjson", "decode … imagepullsecret",
        "parsing secret … dockerconfigjson", "dockerconfigjson … illegal base64",
        "invalid character … dockerconfig", "missing .dockerconfigjson", "no data in secret",
        "parsing auth file", "failed to read config json", "reading auth file … invalid character",
        "failed to parse pull secret", "error parsing pull secret", "pull secret … invalid character",
        "invalid auth configuration", "error reading docker config", "invalid auth in config",
        "invalid dockerconfigjson", "secret type … is not supported", "dockerconfigentry",
        "parse dockercfg", "failed to pull image \"*\": invalid character",
        "failed to pull image \"*\": json:", "failed to pull image \"*\": unexpected end of json input",
        "errimagepull: invalid character", "errimagepull: json:",
        "errimagepull: unexpected end of json input", "error: invalid character",
        "error: json: cannot unmarshal", "error: unexpected end of json input",
    ];
    ProviderFailed: [
        "failed to run credential provider", "failed to get ecr authorization token",
        "unable to retrieve ecr registry auth", "requesting ecr authorization token", "credential helper", "ecr-login", "credentials plugin", "registry provider not configured for login",
        "credential provider plugin",
        "failed getting credential from external registry credential provider",
        "credential provider … failed", "credentialprovider exec plugin", "image-credential-provider",
        "error getting credentials - err", "error getting credentials", "docker-credential-",
        "error executing credential provider", "failed to get credentials from … plugin",
        "unable to get ecr credentials", "failed to get ecr token", "unable to get registry credentials",
        "google-dockercfg", "while reading 'google-dockercfg' metadata", "failed to execute plugin",
        "ecr-credential-provider", "acr-credential-provider", "gcp-credential-provider",
        "failed to retrieve aws credentials", "nocredentialproviders", "no valid providers in chain",
        "failed to read metadata", "could not find default credentials",
        "failed to get credentials from acr", "failed to acquire … acr",
        "error executing credential provider plugin", "error execing credential provider plugin",
        "error running credential provider plugin",
        "executable file not found in $path … docker-credential", "unable to load credentials",
        "no ec2 imds role found", "failed to refresh cached credentials", "ec2rolerequest",
        "failed to retrieve credentials", "while getting aws credentials",
        "failed to get registry credentials", "failed to get auth provider", "fetching credentials from",
        "no such host … metadata.google.internal", "metadata service … token",
        "error loading credential provider", "credential provider … not found", "unable to get credentials",
        "failed to acquire token", "failed to get service principal token",
        "error getting instance identity", "cannot fetch a token", "failed to register credential provider",
        "credential provider … timed out", "exec: … credential", "failed to get credential",
        "error refreshing service principal token", "failed to execute the refresh request",
        "credential plugin", "error getting * credentials", "credentialproviderrequest",
        "credentialproviderresponse", "credentialprovider.kubelet.k8s.io",
    ];
    RuntimeDown: [
        "containerd.sock", "crio.sock", "dockershim.sock", "cri-dockerd.sock", "docker.sock",
        "container runtime is not running", "cannot connect to the docker daemon",
        "container runtime is down", "connection error: desc", "transport: error while dialing",
        "unable to determine runtime api version", "validate service connection",
        "is the docker daemon running", "unknown service *imageservice", "unknown service *runtimeservice",
        "error reading from server: eof", "transport is closing", "failed to connect to containerd", "failed to connect: failed to connect",
        "failed to connect: context deadline exceeded",
        "failed to dial … containerd", "cri-o is not running", "connect to runtime service",
        "failed to connect … runtime endpoint", "image service connection",
        "container runtime … not running", "dial unix *: connect", "dial unix", "open //./pipe/",
        "open \\\\.\\pipe\\", "runtime endpoint", "cannot connect to podman", "error during connect",
    ];
    Deadline: [
        "context deadline exceeded", "deadlineexceeded", "context canceled", "code = 4 desc",
        "because of no progress", "cancelled pulling", "pull progress deadline", "operation timed out",
        "timed out waiting for image", "timed out pulling", "image pull timed out",
        "pulling image timed out", "timeout expired while pulling", "image-pull-progress-deadline",
        "imagepullprogressdeadline", "operation timeout", "exceeding image pull deadline", "pull deadline",
        "timed out waiting for the condition", "pull … exceeded … timeout", "timed out while pulling",
        "deadline exceeded",
    ];
}
