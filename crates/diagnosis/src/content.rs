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
        Flaw::Size { .. } | Flaw::Digest { .. } => digest_mismatch(last),
        Flaw::DiffId { got } => diff_id(last).evidence(format!("unpacked: {got}")),
        Flaw::Archive => unpack(last),
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
    Finding::new(Cause::RuntimeFault, "The runtime failed before it asked anybody.")
}

fn digest_mismatch(last: &Exchange) -> Finding {
    let sentence = "What came does not match its digest: the registry, or something between, altered it.";
    Finding::new(Cause::BlobDigestMismatch, sentence)
        .or(&[Cause::BlobTruncated, Cause::ProxyMisconfig, Cause::RuntimeFault])
        .evidence(format!("asked: {}", host_name(authority(&last.url))))
        .remedy("Push the image again; if it stays, look for a proxy or cache that alters content.")
}

fn schema1(last: &Exchange) -> Finding {
    let kind = last.response_header("Content-Type").unwrap_or_default();
    if kind.contains("manifest.v1+") || kind.contains("text/plain") {
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
        .remedy(format!("Build for it: docker buildx build --platform {wanted} …"))
        .remedy("Or let the pod run only on nodes that the image has a variant for (nodeSelector kubernetes.io/arch).")
}

fn redirect(last: &Exchange) -> Finding {
    let host = host_name(authority(&last.url));
    Finding::new(Cause::Registry5xx, format!("{host} sends a redirect that leads nowhere."))
        .remedy("Tell whoever runs the registry: its answer lacks a usable Location.")
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

pub(crate) fn token(last: &Exchange) -> Finding {
    let host = host_name(authority(&last.url));
    Finding::new(Cause::TokenEndpointFailure, format!("{host} answers, but with nothing that is a token."))
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

fn unusable(last: &Exchange) -> Finding {
    let kind = last.response_header("Content-Type").unwrap_or("none");
    Finding::new(Cause::ManifestUnsupported, "The runtime cannot use the manifest that came.")
        .or(&[Cause::WrongRegistryHost, Cause::MirrorMisconfig])
        .evidence(format!("Content-Type: {kind}"))
        .remedy("Check that the reference names a container image, and not another kind of artifact.")
}
