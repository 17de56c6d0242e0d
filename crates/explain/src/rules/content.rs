//! What was fetched cannot be used.

use diagnosis::Cause;

use super::Verdict;
use crate::grammar::{Dissection, HostKind, Link, Purpose, Word};

pub(super) fn schema1(d: &Dissection) -> Option<Verdict> {
    let verdict = Verdict::certain(Cause::Schema1Unsupported).or(&[Cause::ManifestUnsupported]);
    verdict.because(&[Word::Schema1]).if_said(d)
}

/// No variant for the node; a platform that no machine has is the runtime's own mistake.
pub(super) fn platform(d: &Dissection) -> Option<Verdict> {
    if d.has(Word::VariantUnknown) {
        let verdict = Verdict::likely(Cause::RuntimeFault).or(&[Cause::PlatformMismatch]);
        return Some(verdict.because(&[Word::VariantUnknown]));
    }
    // The image's name says that it is for the node, and its config that it is not: built by who did not say so.
    if d.has(Word::NoPlatform) && expects_what_the_name_says(d) {
        let verdict = Verdict::likely(Cause::RuntimeFault).or(&[Cause::PlatformMismatch]);
        return Some(verdict.because(&[Word::NoPlatform]));
    }
    Verdict::certain(Cause::PlatformMismatch)
        .or(&[Cause::RuntimeFault])
        .because(&[Word::NoPlatform, Word::WrongFormat])
        .if_said(d)
}

/// Whether the architecture that was expected stands in the image's name: `pause-arm64` where `arm64` was expected.
fn expects_what_the_name_says(d: &Dissection) -> bool {
    const NAMES: [&str; 7] = ["amd64", "arm64", "arm", "386", "ppc64le", "s390x", "riscv64"];
    let Some((_, expected)) = d.text.split_once("expecting") else { return false };
    let has = |text: &str, name: &str| text.split(|c: char| !c.is_alphanumeric()).any(|part| part == name);
    let image = d.image.as_deref().unwrap_or_default();
    NAMES.iter().any(|name| has(image, name) && has(expected, name))
}

/// Content that is not what its digest says; the digest of nothing is that of a download that the store forgot.
pub(super) fn digest(d: &Dissection) -> Option<Verdict> {
    if d.has(Word::EmptyDigest) {
        let verdict =
            Verdict::likely(Cause::RuntimeFault).or(&[Cause::BlobDigestMismatch, Cause::BlobTruncated]);
        return Some(verdict.because(&[Word::EmptyDigest]));
    }
    let verdict = Verdict::likely(Cause::BlobDigestMismatch);
    let verdict = verdict.or(&[Cause::ProxyMisconfig, Cause::RuntimeFault, Cause::BlobTruncated]);
    verdict.because(&[Word::DigestMismatch]).if_said(d)
}

/// A page for people in a manifest's place. The large public registries send none: a mirror did, or a site that stands in
/// the mirror's place.
pub(super) fn page(d: &Dissection) -> Option<Verdict> {
    let own = d.registry().or_else(|| d.host()).is_some_and(|host| {
        matches!(HostKind::of(&host), HostKind::Other | HostKind::Private | HostKind::GitLab | HostKind::Site)
    });
    let first = if own { Cause::WrongRegistryHost } else { Cause::MirrorMisconfig };
    let others =
        [Cause::WrongRegistryHost, Cause::MirrorMisconfig, Cause::ProxyMisconfig, Cause::ManifestUnsupported];
    let verdict = Verdict::likely(first).or(&others);
    verdict.because(&[Word::HtmlManifest]).if_said(d)
}

/// Content that a manifest names and nobody has.
pub(super) fn missing(d: &Dissection) -> Option<Verdict> {
    // What a failing registry says besides is not to be believed, and the node's own store is none.
    if d.statuses.iter().any(|status| *status >= 500) || d.says("reader from content store") {
        return None;
    }
    let verdict =
        Verdict::likely(Cause::BlobMissing).or(&[Cause::RedirectHostBlocked, Cause::MirrorMisconfig]);
    verdict.because(&[Word::BlobUnknown]).if_said(d)
}

pub(super) fn truncated(d: &Dissection) -> Option<Verdict> {
    let to_registry = |link: &Link| matches!(link.purpose, Purpose::Ping | Purpose::Manifest);
    // No answer had begun, and no layer was asked for (Go net/url `Error`, net/http `Transport.roundTrip`).
    let others = [Cause::ProxyMisconfig, Cause::Mtu, Cause::BlobTruncated, Cause::Registry5xx];
    if d.last_link().is_some_and(|link| link.purpose == Purpose::Token && link.fails) {
        let verdict = Verdict::likely(Cause::TokenEndpointFailure).or(&[Cause::ConnReset]).or(&others);
        return verdict.because(&[Word::Truncated]).if_said(d);
    }
    if d.says("\": unexpected eof") && d.last_link().is_some_and(to_registry) {
        return Some(Verdict::likely(Cause::ConnReset).or(&others).because(&[Word::Truncated]));
    }
    let verdict = Verdict::likely(Cause::BlobTruncated);
    let others = [Cause::ProxyMisconfig, Cause::NoSpace, Cause::BlobDigestMismatch, Cause::RuntimeFault];
    let verdict = verdict.or(&others);
    verdict.because(&[Word::Truncated]).if_said(d)
}

pub(super) fn media_type(d: &Dissection) -> Option<Verdict> {
    // What does not decode is the token service's answer.
    if d.has(Word::BadToken) {
        return None;
    }
    let others =
        [Cause::Schema1Unsupported, Cause::RuntimeFault, Cause::BlobTruncated, Cause::BlobDigestMismatch];
    let verdict = Verdict::likely(Cause::ManifestUnsupported).or(&others);
    verdict.because(&[Word::MediaType]).if_said(d)
}
