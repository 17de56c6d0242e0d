//! Causes in what is fetched.

use super::{Entry, advice, command, look};
use crate::Cause;

pub(super) const SCHEMA1_UNSUPPORTED: Entry = Entry {
    told_apart: "The manifest's media type is application/vnd.docker.distribution.manifest.v1+…, of images from before 2017.",
    look_alikes: &[Cause::ManifestUnsupported],
    remedies: &[
        look("See the media type:", "crane manifest IMAGE | head"),
        command(
            "Push it again with a current client:",
            "skopeo copy --format v2s2 docker://IMAGE docker://NEW-IMAGE",
        ),
    ],
};

pub(super) const MANIFEST_UNSUPPORTED: Entry = Entry {
    told_apart: "A media type that no runtime runs: a chart, a signature or another artifact, or a type that the runtime is \
                 too old for.",
    look_alikes: &[Cause::Schema1Unsupported, Cause::PlatformMismatch, Cause::WrongRegistryHost],
    remedies: &[
        look("See what it is:", "crane manifest IMAGE"),
        advice(
            "Name the image, not the chart or artifact beside it; upgrade a runtime that does not know the type (zstd, OCI index).",
        ),
    ],
};

pub(super) const PLATFORM_MISMATCH: Entry = Entry {
    told_apart: "\"no match for platform\", \"no matching manifest for\", \"no image found in … for architecture\", or \"exec format \
                 error\" when it runs.",
    look_alikes: &[Cause::RuntimeFault, Cause::ManifestUnsupported],
    remedies: &[
        look(
            "See the platforms that the image has:",
            "docker manifest inspect IMAGE | jq -r '.manifests[].platform'",
        ),
        command("Build for the node:", "docker buildx build --platform PLATFORM -t IMAGE --push ."),
        advice(
            "Or keep the pod to nodes that the image has a variant for (nodeSelector kubernetes.io/arch).",
        ),
    ],
};

pub(super) const BLOB_DIGEST_MISMATCH: Entry = Entry {
    told_apart: "\"unexpected commit digest\" or \"Digest did not match\": everything came, and it is something else. The digest \
                 sha256:e3b0c442… is that of nothing at all, and points to the runtime's own store.",
    look_alikes: &[Cause::ProxyMisconfig, Cause::RuntimeFault, Cause::BlobTruncated],
    remedies: &[
        advice("Push the image again; if it stays, look for a proxy or cache that alters content."),
        look(
            "Fetch the blob past the runtime and compare:",
            "crane blob REGISTRY/REPOSITORY@DIGEST | sha256sum",
        ),
    ],
};

pub(super) const BLOB_TRUNCATED: Entry = Entry {
    told_apart: "\"unexpected EOF\" or \"short read\" in a layer: the connection ended before the announced length.",
    look_alikes: &[Cause::ConnReset, Cause::ProxyMisconfig, Cause::NoSpace, Cause::RuntimeFault],
    remedies: &[
        advice("Try again; if it stays, look at the registry's storage or a proxy between."),
        look("Compare the length:", "crane blob REGISTRY/REPOSITORY@DIGEST | wc -c"),
    ],
};

pub(super) const BLOB_MISSING: Entry = Entry {
    told_apart: "The tag resolves, and a layer, config or platform manifest is 404: the registry lost it.",
    look_alikes: &[Cause::TagNotFound, Cause::RedirectHostBlocked, Cause::MirrorMisconfig],
    remedies: &[
        advice("Push the image again, and look at the registry's garbage collection."),
        look("Find what is missing:", "crane validate --remote IMAGE"),
    ],
};

pub(super) const REDIRECT_HOST_BLOCKED: Entry = Entry {
    told_apart: "The registry answers, and the host that it sends the node to for layers (a CDN, an object store) does not.",
    look_alikes: &[
        Cause::ConnTimeout,
        Cause::TlsHandshakeTimeout,
        Cause::ProxyMisconfig,
        Cause::ClientBlocked,
    ],
    remedies: &[
        advice("Allow the nodes to reach the storage host in the error as well as the registry."),
        look("List all hosts that the pull needs:", "pullsim check IMAGE --layers head -o json"),
        look("Try the host from the node:", "curl -vsS --connect-timeout 5 https://HOST/ -o /dev/null"),
    ],
};
