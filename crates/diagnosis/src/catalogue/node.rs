//! Causes in the node, in limits and policies, and in the registry itself.

use super::{Cloud, Entry, advice, at, command, look, secret};
use crate::Cause;

pub(super) const RATE_LIMIT: Entry = Entry {
    told_apart: "429 or \"toomanyrequests\": the registry is well and counts. Docker Hub's anonymous limit is shared by all \
                 behind one address and heals within six hours.",
    look_alikes: &[Cause::ClientBlocked, Cause::PullQps],
    remedies: &[
        secret(command(
            "Log in: a pull secret has a limit of its own, anonymous pulls share one by address:",
            "kubectl create secret docker-registry NAME -n NAMESPACE --docker-server=REGISTRY --docker-username=USER --docker-password=…",
        )),
        advice("Put a pull-through cache or mirror before the registry."),
        at(
            Cloud::Docker,
            look(
                "See what is left, without spending it (Docker Hub):",
                "TOKEN=$(curl -s 'https://auth.docker.io/token?service=registry.docker.io&scope=repository:ratelimitpreview/test:pull' | jq -r .token); curl -sI -H \"Authorization: Bearer $TOKEN\" https://registry-1.docker.io/v2/ratelimitpreview/test/manifests/latest | grep -i ratelimit",
            ),
        ),
    ],
};

pub(super) const POLICY_REJECTED: Entry = Entry {
    told_apart: "Words of signatures (policy.json, \"Source image rejected\") on the node, or 412 and vulnerabilities from the \
                 registry.",
    look_alikes: &[Cause::UserNotPermitted, Cause::ClientBlocked],
    remedies: &[
        look("See the node's policy (CRI-O):", "cat /etc/containers/policy.json"),
        advice(
            "Sign the image, or have the registry's project allow it: vulnerability gate, content trust, missing scanner.",
        ),
    ],
};

pub(super) const NEVER_PULL: Entry = Entry {
    told_apart: "ErrImageNeverPull: no registry was asked.",
    look_alikes: &[Cause::LocalImageNotOnNode],
    remedies: &[
        advice("Set imagePullPolicy: IfNotPresent, or load the image onto every node beforehand."),
        look("See whether the node has it, under exactly this name:", "sudo crictl images"),
    ],
};

pub(super) const PULL_QPS: Entry = Entry {
    told_apart: "\"pull QPS exceeded\": the kubelet's own limit, no registry was asked.",
    look_alikes: &[Cause::RateLimit],
    remedies: &[
        advice(
            "Wait: the next attempt is spaced out. Or raise registryPullQPS and registryBurst in the kubelet's configuration.",
        ),
        look(
            "See the limits:",
            "kubectl get --raw /api/v1/nodes/NODE/proxy/configz | jq '.kubeletconfig | {registryPullQPS,registryBurst}'",
        ),
    ],
};

pub(super) const NO_SPACE: Entry = Entry {
    told_apart: "\"no space left on device\", or \"input/output error\" while a layer is written; the node often reports \
                 DiskPressure.",
    look_alikes: &[Cause::RuntimeFault, Cause::BlobTruncated],
    remedies: &[
        advice("Free space on the node's image file system."),
        look(
            "See what is full, inodes included:",
            "df -h /var/lib/containerd /var/lib/containers /var/lib/docker; df -i /var/lib",
        ),
        command("Remove images that nobody uses:", "sudo crictl rmi --prune"),
        advice("Give the nodes a larger image file system."),
    ],
};

pub(super) const PULL_DEADLINE: Entry = Entry {
    told_apart: "\"context deadline exceeded\" or \"context canceled\": no one refused, it took too long.",
    look_alikes: &[Cause::ConnTimeout, Cause::Mtu, Cause::TlsHandshakeTimeout],
    remedies: &[
        advice("Look for a stalled registry, or packets that vanish on the way."),
        look("Time the pull by hand:", "time sudo crictl pull IMAGE"),
        advice(
            "Raise the limit (containerd image_pull_progress_timeout, Docker image-pull-progress-deadline, kubelet runtimeRequestTimeout), or use a smaller image or a nearer registry.",
        ),
    ],
};

pub(super) const RUNTIME_FAULT: Entry = Entry {
    told_apart: "Everything was fetched and the runtime could not use it, or the runtime does not answer at all (its socket).",
    look_alikes: &[Cause::NoSpace, Cause::BlobDigestMismatch, Cause::PlatformMismatch],
    remedies: &[
        look("See whether it runs:", "sudo systemctl status containerd crio docker; sudo crictl info"),
        command(
            "Remove the image from the node, then pull again:",
            "sudo crictl rmi IMAGE; sudo crictl pull IMAGE",
        ),
        look("Read its log:", "journalctl -u containerd -u crio -u docker --since -1h"),
        advice("Upgrade the runtime: many of these were bugs."),
    ],
};

pub(super) const REGISTRY_5XX: Entry = Entry {
    told_apart: "A status of 500 or above with the registry's own URL; the reason phrase alone, without a number, is a proxy.",
    look_alikes: &[Cause::ProxyMisconfig, Cause::TokenEndpointFailure, Cause::MirrorMisconfig],
    remedies: &[
        advice("Wait for the registry, or mend it; the kubelet tries again by itself."),
        look("See whether it is for all:", "curl -si https://REGISTRY/v2/ | head -n 1"),
        advice("Look at the registry's status page or log, and at its storage."),
    ],
};
