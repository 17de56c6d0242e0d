//! Every request was answered, and yet the pull failed: the content is to blame.

use cri::Code;
use trace::{Exchange, Flaw, Purpose};

use crate::Cause;
use crate::access::is_html;
use crate::finding::Finding;
use crate::scene::{Scene, authority, exchange_line, host_name, succeeded};

/// What the status of the runtime and the last thing that came tell.
pub(crate) fn finding(scene: &Scene<'_>) -> Finding {
    if let Some(page) = web_page(scene) {
        return page;
    }
    let Some(last) = scene.last_exchange() else { return before_any_request(scene) };
    if let Some(flaw) = scene.flaw() {
        return unusable_content(scene, last, flaw).evidence(exchange_line(last));
    }
    let finding = match scene.code() {
        Some(Code::FailedPrecondition) => digest_mismatch(last),
        Some(Code::InvalidArgument | Code::Unimplemented) => schema1(last),
        Some(Code::DeadlineExceeded | Code::Canceled) => deadline(last),
        Some(Code::NotFound) => not_found(scene, last),
        _ => unknown(scene, last),
    };
    finding.evidence(exchange_line(last))
}

/// Nothing was refused, and yet something is not there: a variant for the node, or an image at all.
fn not_found(scene: &Scene<'_>, last: &Exchange) -> Finding {
    let kind = resolved_kind(scene);
    if kind.contains("index") || kind.contains("manifest.list") || scene.ended_with("platform") {
        return platform(scene);
    }
    unusable(if last.purpose == Purpose::Resolve { last } else { resolved(scene).unwrap_or(last) })
}

/// The runtime itself says what was wrong with the content, or with the node's place for it.
fn unusable_content(scene: &Scene<'_>, last: &Exchange, flaw: &Flaw) -> Finding {
    let finding = match flaw {
        Flaw::Storage { errno } => storage(last, *errno),
        Flaw::Size { expected, got } if got < expected => truncated(last, *expected, *got),
        Flaw::Digest { got } => digest_mismatch(last).evidence(format!("came: content of digest {got}")),
        Flaw::Size { .. } => digest_mismatch(last),
        Flaw::Kind => schema1(last),
        Flaw::DiffId { got } => diff_id(last).evidence(format!("unpacked: {got}")),
        Flaw::Archive => no_archive(last),
        Flaw::Oversize { size, most } => oversize(last, *size, *most),
    };
    scene.decision("content").into_iter().fold(finding, Finding::evidence)
}

fn storage(last: &Exchange, errno: Option<i32>) -> Finding {
    const FULL: [Option<i32>; 2] = [Some(28), Some(122)];
    if FULL.contains(&errno) {
        return no_space(last);
    }
    Finding::new(Cause::RuntimeFault, "The node's own storage does not take what was sent.")
        .or(&[Cause::NoSpace])
        .remedy("Look at the node's disk: read-only, broken, or without rights for the runtime.")
}

fn truncated(last: &Exchange, expected: u64, got: u64) -> Finding {
    let host = host_name(authority(&last.url));
    let sentence =
        format!("{host} sent {got} of the {expected} bytes that the manifest says, and called it whole.");
    Finding::new(Cause::BlobTruncated, sentence)
        .or(&[Cause::ProxyMisconfig, Cause::BlobDigestMismatch])
        .remedy("Push the image again; if it stays, look for a proxy or cache that cuts content off.")
}

fn diff_id(last: &Exchange) -> Finding {
    let host = host_name(authority(&last.url));
    let sentence = format!(
        "A layer came from {host} as the manifest says, and is not the one that the image's config names."
    );
    Finding::new(Cause::BlobDigestMismatch, sentence)
        .or(&[Cause::RuntimeFault])
        .remedy("Build and push the image again: its config and its layers do not belong together.")
}

fn unknown(scene: &Scene<'_>, last: &Exchange) -> Finding {
    match last.purpose {
        _ if scene.ended_with("platform") => platform(scene),
        _ if matches!(last.status, Some(300..=399)) => redirect(last),
        Purpose::Token => token(last),
        _ if is_schema1(scene, last) => broken_schema1(last),
        Purpose::Layer if scene.was_cut_short() => no_space(last),
        Purpose::Layer => unpack(last),
        _ => unusable(last),
    }
}

fn resolved<'a>(scene: &Scene<'a>) -> Option<&'a Exchange> {
    scene.exchanges().rfind(|exchange| exchange.purpose == Purpose::Resolve && succeeded(exchange))
}

/// What the registry said that the tag is.
fn resolved_kind<'a>(scene: &Scene<'a>) -> &'a str {
    resolved(scene).and_then(|exchange| exchange.response_header("Content-Type")).unwrap_or_default()
}

/// The answer to the very first request was a web page: a captive portal, a proxy, or no registry at all.
pub(crate) fn web_page(scene: &Scene<'_>) -> Option<Finding> {
    let resolved = scene.exchanges().find(|e| e.purpose == Purpose::Resolve && succeeded(e) && is_html(e))?;
    let host = host_name(authority(&resolved.url));
    let sentence =
        format!("{host} answers with a web page: it is no registry, or a portal stands in its place.");
    Some(
        Finding::new(Cause::WrongRegistryHost, sentence)
            .or(&[Cause::ProxyMisconfig, Cause::MirrorMisconfig])
            .evidence(exchange_line(resolved))
            .evidence(format!(
                "Content-Type: {}",
                resolved.response_header("Content-Type").unwrap_or_default()
            ))
            .remedy("Check host and port of the image, and for a portal or proxy between."),
    )
}

fn before_any_request(scene: &Scene<'_>) -> Finding {
    if let Some(text) = scene.decision("hosts.toml") {
        return Finding::new(
            Cause::MirrorMisconfig,
            "The registry configuration of the runtime leaves nobody to ask.",
        )
        .evidence(text)
        .remedy("Correct hosts.toml.");
    }
    if let Some(text) = scene.decision("reference") {
        return Finding::new(Cause::InvalidImageName, "The runtime does not accept the reference.")
            .evidence(text);
    }
    if let Some(text) = scene.decision("config.toml").filter(|_| scene.code() == Some(Code::Unavailable)) {
        let sentence = "containerd does not start with its own configuration: the kubelet reaches nobody, and no image at all \
                        can be pulled on this node.";
        return Finding::new(Cause::RuntimeFault, sentence)
            .evidence(text)
            .remedy("Correct /etc/containerd/config.toml and what it imports, then restart containerd:")
            .command("sudo containerd config dump >/dev/null && sudo systemctl restart containerd");
    }
    // The kubelet finds no image service where the plugin that has it was not loaded.
    if let Some(text) = scene.decision("config.toml").filter(|_| scene.code() == Some(Code::Unimplemented)) {
        let sentence = "containerd's own configuration keeps its CRI plugin from loading, so the kubelet reaches no image \
                        service: no image at all can be pulled on this node.";
        return Finding::new(Cause::RuntimeFault, sentence)
            .evidence(text)
            .remedy("Correct /etc/containerd/config.toml, then restart containerd:")
            .command("sudo containerd config dump >/dev/null && sudo systemctl restart containerd")
            .remedy("See which plugins did not load, and why:")
            .command("sudo ctr plugins ls | grep -v ok; journalctl -u containerd | grep -i 'failed to load plugin'");
    }
    let finding = Finding::new(Cause::RuntimeFault, "The runtime failed before it asked anybody.");
    scene.last_decision().into_iter().fold(finding, Finding::evidence)
}

fn digest_mismatch(last: &Exchange) -> Finding {
    let host = host_name(authority(&last.url));
    let sentence = format!(
        "What came from {host} does not match its digest: the registry, or something between, altered it."
    );
    Finding::new(Cause::BlobDigestMismatch, sentence)
        .or(&[Cause::BlobTruncated, Cause::ProxyMisconfig, Cause::RuntimeFault])
        .remedy("Push the image again; if it stays, look for a proxy or cache that alters content.")
}

fn schema1(last: &Exchange) -> Finding {
    let kind = last.response_header("Content-Type").unwrap_or_default();
    if kind.contains("text/plain") {
        return untyped(last);
    }
    if kind.contains("manifest.v1+") {
        return Finding::new(
            Cause::Schema1Unsupported,
            "The image has a Docker schema 1 manifest, which the runtime refuses.",
        )
        .evidence(format!("Content-Type: {kind}"))
        .remedy("Push the image again with a current client, which writes schema 2 or OCI.");
    }
    unusable(last)
}

fn deadline(last: &Exchange) -> Finding {
    let host = host_name(authority(&last.url));
    Finding::new(Cause::PullDeadline, format!("{host} made no progress for longer than the node waits."))
        .or(&[Cause::ConnTimeout, Cause::Mtu])
        .remedy("Look for a stalled registry or a slow link; raise image_pull_progress_timeout if it is only slow.")
}

fn platform(scene: &Scene<'_>) -> Finding {
    let wanted = scene.facts.platform;
    let finding = Finding::new(
        Cause::PlatformMismatch,
        format!("The image has no variant for the node's platform {wanted}."),
    );
    let finding = scene.decision("platform").into_iter().fold(finding, Finding::evidence);
    finding
        .remedy(format!("Build and push it for {wanted} as well:"))
        .command("docker buildx build --platform PLATFORM -t IMAGE --push .")
        .remedy("Or let the pod run only on nodes that the image has a variant for (nodeSelector kubernetes.io/arch).")
}

fn redirect(last: &Exchange) -> Finding {
    let host = host_name(authority(&last.url));
    Finding::new(Cause::Registry5xx, format!("{host} sends a redirect that leads nowhere."))
        .remedy("Tell whoever runs the registry: its answer lacks a usable Location, or its redirects lead in a circle.")
}

fn no_space(last: &Exchange) -> Finding {
    let host = host_name(authority(&last.url));
    Finding::new(
        Cause::NoSpace,
        format!("{host} was sending when the node stopped taking it: its disk is full."),
    )
    .or(&[Cause::RuntimeFault])
    .remedy("Free space on the node's image file system, or make it larger.")
}

/// What comes as plain text and without a digest was a schema 1 manifest once, so the runtime takes it for one
/// (`containerd@v2.1.9:core/remotes/docker/resolver.go:216`).
fn untyped(last: &Exchange) -> Finding {
    let host = host_name(authority(&last.url));
    let sentence = format!(
        "{host} serves the manifest as plain text, so the runtime does not know what it is, and takes it for one of Docker \
         schema 1: a web server or proxy that does not know the media types of manifests."
    );
    Finding::new(Cause::ManifestUnsupported, sentence)
        .or(&[Cause::Schema1Unsupported, Cause::WrongRegistryHost, Cause::MirrorMisconfig])
        .evidence("Content-Type: text/plain")
        .remedy(format!(
            "Let {host} answer with the manifest's own media type (Content-Type: application/vnd.oci.image.manifest.v1+json) \
             and with Docker-Content-Digest, or use a registry."
        ))
        .remedy("See what it says:")
        .command("curl -sI https://HOST/v2/REPOSITORY/manifests/TAG")
}

fn oversize(last: &Exchange, size: u64, most: u64) -> Finding {
    let host = host_name(authority(&last.url));
    let sentence = format!(
        "The manifest on {host} has {size} bytes, and the runtime reads none of more than {most}. It calls that not found."
    );
    Finding::new(Cause::ManifestUnsupported, sentence)
        .or(&[Cause::TagNotFound])
        .remedy("Build the image with fewer annotations and layers: a manifest has a few kilobytes. Nothing on the node helps.")
        .remedy("See what makes it so large:")
        .command("crane manifest IMAGE | wc -c; crane manifest IMAGE | jq 'map_values(tostring | length)'")
}

/// The bytes are those of the digest, and nothing that can be unpacked.
fn no_archive(last: &Exchange) -> Finding {
    let host = host_name(authority(&last.url));
    let sentence = format!(
        "A layer came from {host} to the last byte as the manifest says, and is no archive of the kind that the manifest calls \
         it: it was built or pushed wrongly, or is compressed in a way that this runtime does not know (zstd)."
    );
    Finding::new(Cause::ManifestUnsupported, sentence)
        .or(&[Cause::RuntimeFault, Cause::BlobDigestMismatch])
        .remedy("Build and push the image again; every node fails on it in the same way.")
        .remedy("See what the layer is:")
        .command("crane manifest IMAGE | jq -r '.layers[] | .mediaType + \" \" + .digest'")
}

pub(crate) fn token(last: &Exchange) -> Finding {
    let host = host_name(authority(&last.url));
    let (what, others): (_, &[Cause]) = match is_html(last) {
        true => (
            "a web page in place of a token (a login page, single sign-on, a portal)",
            &[Cause::ProxyMisconfig],
        ),
        false => ("nothing that is a token", &[Cause::ProxyMisconfig, Cause::WrongRegistryHost]),
    };
    let kind = last.response_header("Content-Type").unwrap_or("none");
    Finding::new(Cause::TokenEndpointFailure, format!("The token service {host} answers with {what}."))
        .or(others)
        .evidence(format!("Content-Type: {kind}"))
        .remedy("Check the realm in the registry's challenge and the token service itself.")
}

fn unpack(last: &Exchange) -> Finding {
    let host = host_name(authority(&last.url));
    let sentence = format!(
        "The layers came from {host}, but could not be unpacked: one is damaged, or shorter than the manifest says, or \
         the node's disk is full."
    );
    Finding::new(Cause::RuntimeFault, sentence)
        .or(&[Cause::BlobTruncated, Cause::NoSpace, Cause::BlobDigestMismatch])
        .remedy("Read the node's own words above; push the image again, or free space on the node.")
}

fn is_schema1(scene: &Scene<'_>, last: &Exchange) -> bool {
    let kind = last.response_header("Content-Type").unwrap_or_default();
    [kind, resolved_kind(scene)].iter().any(|kind| kind.contains("manifest.v1+"))
}

/// A runtime that converts schema 1, and cannot convert this.
fn broken_schema1(last: &Exchange) -> Finding {
    let sentence = format!(
        "{} serves a manifest of Docker schema 1, which this runtime converts, and cannot in this case.",
        host_name(authority(&last.url))
    );
    Finding::new(Cause::ManifestUnsupported, sentence)
        .or(&[Cause::Schema1Unsupported])
        .evidence(format!("Content-Type: {}", last.response_header("Content-Type").unwrap_or("none")))
        .remedy("Push the image again with a current client, which writes schema 2 or OCI.")
}

fn unusable(last: &Exchange) -> Finding {
    let kind = last.response_header("Content-Type").unwrap_or("none");
    let sentence = format!(
        "The runtime cannot use the manifest that {} sent: another kind of artifact, or damaged when it was pushed.",
        host_name(authority(&last.url))
    );
    Finding::new(Cause::ManifestUnsupported, sentence)
        .or(&[Cause::WrongRegistryHost, Cause::MirrorMisconfig])
        .evidence(format!("Content-Type: {kind}"))
        .remedy("Check that the reference names a container image, and not another kind of artifact.")
        .remedy("If it is one, build and push it again: what the registry has is damaged.")
}
