//! What the node itself does not do.

use diagnosis::Cause;

use super::Verdict;
use crate::grammar::{Dissection, HostKind, Word};

pub(super) fn never_pull(d: &Dissection) -> Option<Verdict> {
    Verdict::certain(Cause::NeverPull).because(&[Word::NeverPull]).if_said(d)
}

pub(super) fn pull_qps(d: &Dissection) -> Option<Verdict> {
    Verdict::certain(Cause::PullQps).because(&[Word::PullQps]).if_said(d)
}

/// A secret that is not there, or does not parse.
pub(super) fn secret(d: &Dissection) -> Option<Verdict> {
    let missing = Verdict::certain(Cause::SecretMissing).because(&[Word::SecretNotFound]);
    let malformed = Verdict::certain(Cause::SecretMalformed)
        .or(&[Cause::BadCredentials])
        .because(&[Word::SecretMalformed]);
    missing.if_said(d).or_else(|| malformed.if_said(d))
}

pub(super) fn short_name(d: &Dissection) -> Option<Verdict> {
    Verdict::certain(Cause::ShortName).because(&[Word::ShortName]).if_said(d)
}

/// A full disk; a broken one while content is written says the same thing often enough.
pub(super) fn no_space(d: &Dissection) -> Option<Verdict> {
    let full = Verdict::certain(Cause::NoSpace).because(&[Word::NoSpace]);
    let broken = Verdict::likely(Cause::NoSpace).or(&[Cause::RuntimeFault]).because(&[Word::IoError]);
    full.if_said(d).or_else(|| broken.if_said(d))
}

/// The graph driver cannot make the file system of an image; what the old protocol says of it besides is no news
/// (`moby@v1.9.1:graph/graph.go:359`).
pub(super) fn graph_driver(d: &Dissection) -> Option<Verdict> {
    let verdict = Verdict::likely(Cause::RuntimeFault).or(&[Cause::NoSpace]).because(&[Word::StoreFault]);
    verdict.some_if(d.has(Word::StoreFault) && d.says("driver … image rootfs"))
}

/// A policy of signatures on the node, or of the registry.
pub(super) fn policy(d: &Dissection) -> Option<Verdict> {
    // The signature within a schema 1 manifest is nobody's policy (`moby@v20.10.24:vendor/github.com/docker/libtrust/jsonsign.go:25`).
    let of_manifest = d.says("missing signature key");
    let verdict = Verdict::certain(Cause::PolicyRejected).because(&[Word::PolicyDenied]);
    verdict.if_said(d).filter(|_| !of_manifest)
}

pub(super) fn invalid_name(d: &Dissection) -> Option<Verdict> {
    // A header of the registry's answer, not the name, has the bad digest.
    let answered = |d: &Dissection| d.says("in header not a valid digest");
    let verdict = Verdict::certain(Cause::InvalidImageName).because(&[Word::InvalidName]);
    // What Helm did not fill in stands where a host or an image should.
    if d.host().is_some_and(|host| host.contains("{{") || host.contains("<no value>")) {
        return Some(verdict);
    }
    verdict.if_said(d).filter(|_| !answered(d))
}

/// What gets the node's login does not work. What it failed at is the cause where that is the way out of the network or a
/// right that the node lacks.
pub(super) fn credential_provider(d: &Dissection) -> Option<Verdict> {
    let unanswered = d.any(&[Word::DialTimeout, Word::NoSuchHost, Word::NoRoute, Word::Deadline]);
    // The words of Amazon's library where no answer came.
    let way = d.has(Word::EcsAgent) && (unanswered || d.says("send request failed"));
    if way || d.has(Word::CloudDenied) {
        return None;
    }
    let verdict = Verdict::likely(Cause::CredentialProviderFailure)
        .or(&[Cause::NodeIdentityDenied, Cause::CredentialsMissing, Cause::TokenEndpointFailure])
        .because(&[Word::ProviderFailed]);
    verdict.if_said(d)
}

/// The kubelet cannot speak to the runtime at all.
pub(super) fn runtime_down(d: &Dissection) -> Option<Verdict> {
    Verdict::certain(Cause::RuntimeFault).because(&[Word::RuntimeDown]).if_said(d)
}

/// Everything was fetched, and the runtime could not use or keep it.
pub(super) fn store(d: &Dissection) -> Option<Verdict> {
    let told = d.any(&[Word::StoreFault, Word::Unpack]);
    let verdict = Verdict::likely(Cause::RuntimeFault)
        .or(&[Cause::NoSpace, Cause::BlobDigestMismatch])
        .because(&[Word::StoreFault, Word::Unpack]);
    verdict.some_if(told)
}

/// The image was looked for on the node alone. Swarm's nodes say so of a pull that failed before, and Skaffold without its
/// reason: where the name has a registry, most often for want of a login.
pub(super) fn image_lacking(d: &Dissection) -> Option<Verdict> {
    let others = [Cause::CredentialsMissing, Cause::NeverPull, Cause::TagNotFound, Cause::RepoNotFound];
    let at_registry = d.has(Word::ImageLacking) && d.registry_kind() != HostKind::DockerHub;
    let pulled = d.says("rejected") || d.says("can't be pulled");
    // Swarm's manager gets the digest from the registry (`moby@v20.10.24:client/service_create.go:102`).
    if d.has(Word::ImageLacking) && d.says("rejected") && d.says("@sha256:") {
        let verdict = Verdict::likely(Cause::CredentialsMissing).or(&others);
        return Some(verdict.because(&[Word::ImageLacking]));
    }
    if at_registry && pulled && d.registry().is_some() {
        let first = match d.registry_kind() {
            // Swarm's nodes have no identity of their own.
            HostKind::Google | HostKind::Ecr | HostKind::Acr if !d.says("rejected") => {
                Cause::NodeIdentityDenied
            }
            _ => Cause::CredentialsMissing,
        };
        let verdict = Verdict::possible(first).or(&[Cause::LocalImageNotOnNode]).or(&others);
        return Some(verdict.because(&[Word::ImageLacking]));
    }
    Verdict::likely(Cause::LocalImageNotOnNode).or(&others).because(&[Word::ImageLacking]).if_said(d)
}
