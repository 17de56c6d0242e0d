//! What is not there: repositories, tags, digests.

use std::net::IpAddr;

use diagnosis::Cause;

use super::Verdict;
use crate::grammar::{Dissection, HostKind, Purpose, Word};

/// The registry names the repository as the thing that it does not know.
pub(super) fn repository(d: &Dissection) -> Option<Verdict> {
    let denied = d.has(Word::AccessDenied);
    let verdict =
        Verdict::likely(Cause::RepoNotFound).or(&[Cause::WrongRegistryHost, Cause::RepoMissingOrPrivate]);
    verdict.because(&[Word::NameUnknown]).some_if(d.has(Word::NameUnknown) && !denied)
}

/// Swarm's client asks the registry for the digest and does not say what came of it: most often it was shown no login, or the
/// image, which has no owner in its name, was built on this node.
pub(super) fn unpinned(d: &Dissection) -> Option<Verdict> {
    let first = if d.is_official() { Cause::LocalImageNotOnNode } else { Cause::CredentialsMissing };
    let others = [
        Cause::CredentialsMissing,
        Cause::TagNotFound,
        Cause::ConnTimeout,
        Cause::LocalImageNotOnNode,
        Cause::RepoMissingOrPrivate,
    ];
    Verdict::possible(first).or(&others).because(&[Word::Unpinned]).if_said(d)
}

/// A name without a registry was looked for in one registry after the other, and not where it is.
pub(super) fn searched(d: &Dissection) -> Option<Verdict> {
    const ANSWERS: [Word; 4] = [Word::NameUnknown, Word::ManifestUnknown, Word::NotFound, Word::AccessDenied];
    let tried = d.tried();
    let elsewhere = tried.iter().any(|host| HostKind::of(host) != HostKind::DockerHub);
    let told = d.any(&ANSWERS) || d.statuses.contains(&404);
    let others = [Cause::RepoNotFound, Cause::TagNotFound, Cause::WrongRegistryHost];
    let verdict = Verdict::likely(Cause::ShortName).or(&others).because(&ANSWERS);
    verdict.some_if(told && (tried.len() > 1 || (d.is_unqualified() && elsewhere)))
}

/// The registry knows the repository and not what is asked of it.
pub(super) fn manifest(d: &Dissection) -> Option<Verdict> {
    // Docker says from where it pulls once it has read what the tag names, and then tells errors without its prefix
    // (`moby@v28.5.2:distribution/pull_v2.go:387`).
    let of_a_list = d.says("pulling from * manifest unknown");
    if d.has(Word::ManifestUnknown) && (d.has(Word::Copying) || of_a_list) {
        let verdict = Verdict::likely(Cause::BlobMissing).or(&[Cause::TagNotFound, Cause::MirrorMisconfig]);
        return Some(verdict.because(&[Word::ManifestUnknown]));
    }
    // Jenkins advises so whatever the reason was (the agents' `TerminateAgentOnImagePullBackOff`).
    let advised = d.says("check if image tag name is spelled correctly");
    if advised && d.any(&[Word::AccessDenied, Word::Forbidden, Word::Unauthorized]) {
        return None;
    }
    let verdict =
        if advised { Verdict::possible(Cause::TagNotFound) } else { Verdict::likely(Cause::TagNotFound) };
    let verdict = verdict.or(&[Cause::RepoNotFound, Cause::MirrorMisconfig]);
    verdict.because(&[Word::ManifestUnknown]).if_said(d)
}

/// A bare "not found": containerd asks with HEAD, whose answer has no body that would tell what is missing.
pub(super) fn not_found(d: &Dissection) -> Option<Verdict> {
    let told = d.statuses.iter().any(|status| matches!(status, 404 | 410)) || d.has(Word::NotFound);
    if !told {
        return None;
    }
    if host_alone(d) {
        let verdict =
            Verdict::likely(Cause::WrongRegistryHost).or(&[Cause::TagNotFound, Cause::RepoNotFound]);
        return Some(verdict.because(&[Word::NotFound]));
    }
    let content = d.has(Word::Copying) || d.last_link().is_some_and(|link| link.purpose == Purpose::Blob);
    if content {
        let verdict = Verdict::likely(Cause::BlobMissing).or(&[Cause::MirrorMisconfig, Cause::TagNotFound]);
        return Some(verdict.because(&[Word::NotFound, Word::Copying]));
    }
    let ping = d.last_link().is_some_and(|link| matches!(link.purpose, Purpose::Ping | Purpose::Version1));
    let ping = ping || d.says("pinging");
    if ping {
        let verdict = Verdict::likely(Cause::WrongRegistryHost).or(&[Cause::ProxyMisconfig]);
        return Some(verdict.because(&[Word::NotFound]));
    }
    // These have been cleared of whole repositories, and tell nobody that a tag alone is missing.
    let cleared = matches!(d.registry_kind(), HostKind::Google | HostKind::Public) || is_too_deep(d);
    let verdict = if cleared {
        Verdict::possible(Cause::RepoNotFound).or(&[Cause::TagNotFound])
    } else {
        Verdict::likely(Cause::TagNotFound).or(&[Cause::RepoNotFound])
    };
    let secretive = matches!(d.registry_kind(), HostKind::Ghcr | HostKind::Acr | HostKind::GitLab);
    let verdict = if secretive { verdict.or(&[Cause::CredentialsMissing]) } else { verdict };
    let others = [Cause::RepoMissingOrPrivate, Cause::MirrorMisconfig, Cause::WrongRegistryHost];
    Some(verdict.or(&others).because(&[Word::NotFound]))
}

/// Docker Hub's repositories have an owner and a name: there is none below them.
pub(super) fn is_too_deep(d: &Dissection) -> bool {
    let path = d.repository().unwrap_or_default();
    d.registry_kind() == HostKind::DockerHub && path.matches('/').count() > 1
}

/// Docker Hub's names have no dots before the first slash: what looks like a registry's host there is one, or lacks a port.
pub(super) fn host_alone(d: &Dissection) -> bool {
    let path = d.repository().unwrap_or_default();
    let name = path.strip_prefix("library/").unwrap_or(&path);
    let first = name.split(['/', ':', '@']).next().unwrap_or_default();
    // No domain of the top level begins with a digit: `python3.6` is no host.
    let domain = first.rsplit_once('.').is_some_and(|(_, top)| top.starts_with(char::is_alphabetic));
    let is_host = domain || first == "localhost" || first.parse::<IpAddr>().is_ok();
    d.registry_kind() == HostKind::DockerHub && is_host
}
