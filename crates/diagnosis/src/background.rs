//! Evidence that stands behind a cause: what a name means, who resolved it, what was there before it was missing.

use trace::{Lookup, NameSource, Purpose, What};

use crate::Stage;
use crate::finding::Finding;
use crate::scene::{Scene, succeeded};

/// Adds what a reader would look up next.
pub(crate) fn with_background(scene: &Scene<'_>, finding: Finding) -> Finding {
    let stage = finding.cause.stage();
    let mut lines = Vec::new();
    if matches!(stage, Stage::Connect | Stage::Tls) {
        lines.extend(resolved(scene));
    }
    if matches!(stage, Stage::Dns | Stage::Connect | Stage::Tls | Stage::Proxy | Stage::Auth | Stage::Blob) {
        lines.extend(routed(scene));
    }
    if matches!(stage, Stage::Dns | Stage::Connect | Stage::Tls | Stage::Reference | Stage::RateLimit) {
        lines.extend(normalised(scene));
    }
    if matches!(stage, Stage::Blob | Stage::Manifest) {
        lines.extend(tag_that_resolves(scene));
    }
    lines.into_iter().fold(finding, Finding::evidence)
}

/// Who said at which address the host is that could not be reached.
fn resolved(scene: &Scene<'_>) -> Option<String> {
    let host = scene.failure()?.host();
    let lookup = scene.attempt.steps.iter().rev().find_map(|step| match &step.what {
        What::Lookup(lookup) if lookup.host == host && lookup.fault.is_none() => Some(lookup),
        _ => None,
    })?;
    let Lookup { source, servers, addresses, .. } = lookup;
    let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    let who = match (source, servers.last()) {
        (NameSource::HostsFile, _) => "/etc/hosts".to_owned(),
        (NameSource::Dns, Some(server)) => format!("name server {server}"),
        // An address is its own answer.
        (NameSource::Dns, None) => return None,
    };
    Some(format!("resolved: {host} is {} according to {who}", addresses.join(", ")))
}

/// Why the host that could not be reached was asked through a proxy, or past one.
fn routed(scene: &Scene<'_>) -> Option<String> {
    let failure = scene.failure()?;
    failure.fault()?;
    let host = failure.host();
    let told = scene.attempt.steps.iter().rev().find_map(|step| match &step.what {
        What::Decision(decision) if decision.about == "proxy" => decision
            .text
            .strip_prefix(host)
            .filter(|rest| rest.starts_with(' '))
            .map(|_| decision.text.as_str()),
        _ => None,
    });
    match told {
        Some(text) => Some(format!("proxy: {text}")),
        None if failure.exchange().is_some_and(|exchange| exchange.proxy.is_none()) => {
            Some("proxy: none; the runtime's service has no variable for it".to_owned())
        }
        None => None,
    }
}

/// What a short name means, and which host that is.
fn normalised(scene: &Scene<'_>) -> Option<String> {
    let reference = scene.reference().filter(|reference| reference.domain == "docker.io")?;
    let written = scene.facts.image;
    let meant = format!("docker.io/{}", reference.path);
    let host = reference.registry_host();
    (!written.starts_with(&meant)).then(|| format!("{written:?} means {meant}, which is asked for at {host}"))
}

/// The registry knew the tag, and not what the tag names.
fn tag_that_resolves(scene: &Scene<'_>) -> Option<String> {
    let failed = scene.failure()?;
    if failed.status() != Some(404) || failed.purpose() == Some(Purpose::Resolve) {
        return None;
    }
    let resolved = scene.exchanges().rfind(|e| e.purpose == Purpose::Resolve && succeeded(e))?;
    let digest = resolved.response_header("Docker-Content-Digest").unwrap_or("a digest");
    let status = resolved.status.unwrap_or_default();
    Some(format!("before that {} of the image → {status}, {digest}: the name is there", resolved.method))
}
