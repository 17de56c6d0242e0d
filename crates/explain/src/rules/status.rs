//! Answers that say no without saying who may.

use diagnosis::Cause;

use super::Verdict;
use super::missing;
use super::network::{is_storage, is_token};
use crate::grammar::{Dissection, HostKind, Step, Word};

/// 429, or its words.
pub(super) fn rate_limit(d: &Dissection) -> Option<Verdict> {
    let verdict = Verdict::certain(Cause::RateLimit).because(&[Word::TooMany]);
    if d.statuses.contains(&429) { Some(verdict) } else { verdict.if_said(d) }
}

/// A mirror answered in the registry's place, or its configuration does not load.
pub(super) fn mirror(d: &Dissection) -> Option<Verdict> {
    let answered = d.is_mirrored();
    let verdict = Verdict::likely(Cause::MirrorMisconfig).because(&[
        Word::MirrorConfig,
        Word::Mirrors,
        Word::ServerError,
        Word::Forbidden,
    ]);
    let others = [Cause::Registry5xx, Cause::UserNotPermitted, Cause::TagNotFound];
    let failed = !d.statuses.is_empty() || d.any(&[Word::NotFound, Word::ManifestUnknown, Word::NameUnknown]);
    verdict.or(&others).some_if((answered && failed) || d.has(Word::MirrorConfig))
}

/// The token service fails, or gives something else than a token.
pub(super) fn token_service(d: &Dissection) -> Option<Verdict> {
    let fails = is_token(d)
        && (d.statuses.iter().any(|status| !matches!(status, 401 | 403)) || d.has(Word::ServerError));
    // Nobody has a login for what is open to all: the mirror in its place wants one.
    let open = matches!(d.registry_kind(), HostKind::Kubernetes | HostKind::Public);
    let first =
        if open && d.has(Word::LoginToken) { Cause::MirrorMisconfig } else { Cause::TokenEndpointFailure };
    let verdict = Verdict::likely(first)
        .or(&[Cause::TokenEndpointFailure, Cause::Registry5xx, Cause::RepoNotFound, Cause::BadCredentials])
        .because(&[
            Word::BadToken,
            Word::ServerError,
            Word::BearerToken,
            Word::LoginToken,
            Word::AnonymousToken,
        ]);
    verdict.some_if(fails || d.has(Word::BadToken))
}

/// The registry or its backend is down.
pub(super) fn outage(d: &Dissection) -> Option<Verdict> {
    let fails = d.statuses.iter().any(|status| matches!(status, 408 | 500..));
    let others = [
        Cause::ProxyMisconfig,
        Cause::MirrorMisconfig,
        Cause::NoProxyMissing,
        // Docker does not say when it was the token service that failed.
        Cause::TokenEndpointFailure,
    ];
    let verdict = Verdict::likely(Cause::Registry5xx).or(&others).because(&[Word::ServerError]);
    verdict.some_if(fails || d.has(Word::ServerError))
}

/// A web site was asked: the registry that belongs to it has another name.
pub(super) fn site(d: &Dissection) -> Option<Verdict> {
    const ANSWERS: [Word; 9] = [
        Word::NotFound,
        Word::NameUnknown,
        Word::ManifestUnknown,
        Word::Unauthorized,
        Word::Forbidden,
        Word::AccessDenied,
        Word::NotARegistry,
        Word::Page,
        Word::MediaType,
    ];
    let asked = HostKind::Site;
    let answered = !d.statuses.is_empty() || d.any(&ANSWERS);
    let others = [Cause::RepoNotFound, Cause::TagNotFound, Cause::CredentialsMissing];
    let verdict = Verdict::likely(Cause::WrongRegistryHost).or(&others).because(&ANSWERS);
    verdict.some_if(answered && (d.registry_kind() == asked || d.host_kind() == asked))
}

/// Something that is no registry answered.
pub(super) fn not_a_registry(d: &Dissection) -> Option<Verdict> {
    // An answer without a page: there may well be a registry, and no such image.
    let bare = d.statuses.contains(&404) && !d.any(&[Word::HtmlManifest, Word::Page]);
    if bare && d.step() == Some(Step::Manifest) {
        return missing::not_found(d);
    }
    let odd = d.statuses.iter().any(|status| matches!(status, 300..=399 | 400 | 405 | 406 | 418));
    let first = if is_storage(d) {
        Cause::RedirectHostBlocked
    } else if odd && d.has(Word::Copying) {
        // It had resolved the reference, so it is a registry; it does not understand what the runtime asks further.
        Cause::RuntimeFault
    } else {
        Cause::WrongRegistryHost
    };
    let others = [
        Cause::ProxyMisconfig,
        Cause::MirrorMisconfig,
        Cause::RepoNotFound,
        Cause::Registry5xx,
        Cause::ManifestUnsupported,
        Cause::WrongRegistryHost,
        Cause::HttpOnHttps,
        Cause::TokenEndpointFailure,
    ];
    let verdict = Verdict::possible(first).or(&others).because(&[Word::NotARegistry, Word::Page]);
    verdict.some_if(odd || d.any(&[Word::NotARegistry, Word::Page]))
}
