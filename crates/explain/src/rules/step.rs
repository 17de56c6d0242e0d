//! Where no words are known that tell a reason, what was being done: it tells the stage, and little more.

use std::sync::LazyLock;

use diagnosis::Cause;

use super::{Confidence, Verdict};
use crate::grammar::{Dissection, HostKind, Phrases, Purpose, Step, Word};

/// Words without which nothing has failed.
const FAILURES: [&str; 12] = [
    "cannotpullcontainererror",
    "failed",
    "failure",
    "error",
    "errors",
    "unable to",
    "cannot",
    "could not",
    "couldn't",
    "fatal",
    "err",
    "errimagepull",
];

/// What is meant by a piece of Go's errors whose end is cut off or not known, and what else.
const PIECES: &[(&str, Cause, &[Cause])] = &[
    // Fargate, whose tasks most often lack the way out of their network.
    (
        "unable to pull secrets or registry auth",
        Cause::ConnTimeout,
        &[Cause::CredentialProviderFailure, Cause::NodeIdentityDenied],
    ),
    (
        "x509:",
        Cause::X509UnknownAuthority,
        &[Cause::X509NameMismatch, Cause::X509Expired, Cause::ProxyMisconfig],
    ),
    // Go most often goes on with `verify certificate`, and then tells which of its verdicts.
    (
        "tls: failed to",
        Cause::X509UnknownAuthority,
        &[Cause::X509NameMismatch, Cause::X509Expired, Cause::ProxyMisconfig],
    ),
    (
        "tls:",
        Cause::TlsIncompatible,
        &[Cause::X509UnknownAuthority, Cause::HttpOnHttps, Cause::ProxyMisconfig],
    ),
    (
        "certificate",
        Cause::X509UnknownAuthority,
        &[Cause::X509NameMismatch, Cause::X509Expired, Cause::ProxyMisconfig],
    ),
    (
        "ssl",
        Cause::TlsIncompatible,
        &[Cause::X509UnknownAuthority, Cause::HttpOnHttps, Cause::ProxyMisconfig],
    ),
    (
        "failed to lookup address information",
        Cause::DnsResolverFailure,
        &[Cause::DnsNoSuchHost, Cause::ClusterDnsOnNode],
    ),
    ("dial tcp: lookup", Cause::DnsResolverFailure, &[Cause::DnsNoSuchHost, Cause::ClusterDnsOnNode]),
    // Cut off there: who does not answer in time is told without this word.
    (": connect: ...", Cause::ConnRefused, &[Cause::NoRoute, Cause::ConnTimeout, Cause::ProxyMisconfig]),
    ("dial tcp", Cause::ConnTimeout, &[Cause::ConnRefused, Cause::NoRoute, Cause::ProxyMisconfig]),
    ("read tcp", Cause::ConnTimeout, &[Cause::ConnReset, Cause::Mtu, Cause::ProxyMisconfig]),
];

/// What the clause means within which the text breaks off.
pub(super) fn of_end(d: &Dissection) -> Option<Verdict> {
    let whole = fails(d).then(|| d.completed())??;
    let verdict = super::RULES.iter().find_map(|rule| rule(&whole))?;
    Some(Verdict { confidence: Confidence::Possible, ..verdict })
}

/// The words of [`FAILURES`].
static FAILS: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(FAILURES.into_iter()));
/// The words of [`PIECES`].
static SAID: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(PIECES.iter().map(|(piece, ..)| *piece)));

/// Whether anything is said to have failed.
fn fails(d: &Dissection) -> bool {
    FAILS.first_of(d).is_some()
}

/// Whether words without a colon follow the last request, and nothing else: of what Go's transport says, only what a proxy
/// answered to CONNECT is told without the step that failed (`go@b4712ab0:src/net/http/transport.go:1861`).
fn is_phrase(d: &Dissection) -> bool {
    const MAX_PHRASE: usize = 40;
    let link = d.last_link().filter(|link| d.text[link.span.clone()].starts_with("https://"));
    let rest =
        link.and_then(|link| d.text[link.span.end..].trim_start_matches(['"', '\\']).strip_prefix(": "));
    let phrase = rest.map(|rest| rest.lines().next().unwrap_or(rest).trim_end_matches(['"', '\'']));
    phrase.is_some_and(|phrase| {
        let said = phrase.starts_with(char::is_alphabetic) && !phrase.contains(['\n', ':', '.', '…']);
        said && phrase.len() <= MAX_PHRASE
    })
}

/// Whether Docker Hub answered something that is not told when the manifest was to be had, whose digest it had told before.
fn is_counted(d: &Dissection) -> bool {
    let manifest = d.last_link().is_some_and(|link| link.purpose == Purpose::Manifest);
    manifest && d.host_kind() == HostKind::DockerHub && d.says("unexpected status")
}

/// The stage that a failure without a known reason breaks at. It is a guess, and says so.
pub(super) fn of_step(d: &Dissection) -> Option<Verdict> {
    if !fails(d) {
        return None;
    }
    if let Some((_, cause, others)) = SAID.first_of(d).and_then(|index| PIECES.get(index)) {
        return Some(Verdict::possible(*cause).or(others));
    }
    let asked = d.last_link().is_some();
    let Some(step) = d.step() else {
        // The tasks of Amazon most often lack the way out of their network.
        let others = [Cause::NodeIdentityDenied, Cause::CredentialProviderFailure, Cause::TagNotFound];
        let verdict = Verdict::possible(Cause::ConnTimeout).or(&others).because(&[Word::EcsAgent]);
        return verdict.if_said(d);
    };
    let (cause, others): (Cause, &[Cause]) = match step {
        Step::Start | Step::Unpack => (Cause::RuntimeFault, &[Cause::NoSpace]),
        Step::Token => (Cause::TokenEndpointFailure, &[Cause::ConnTimeout, Cause::CredentialsMissing]),
        // Docker Hub counts who gets a manifest, not who asks whether there is one.
        Step::Content if is_counted(d) => (Cause::RateLimit, &[Cause::Registry5xx, Cause::ClientBlocked]),
        Step::Storage => (Cause::RedirectHostBlocked, &[Cause::BlobTruncated, Cause::ConnTimeout]),
        Step::Content => (Cause::RedirectHostBlocked, &[Cause::BlobMissing, Cause::BlobTruncated]),
        Step::Ping | Step::Manifest if is_phrase(d) => {
            (Cause::ProxyMisconfig, &[Cause::ConnTimeout, Cause::NoProxyMissing, Cause::MirrorMisconfig])
        }
        // A request of which no answer is told; without one, the registry's answer is told in part.
        Step::Ping | Step::Manifest if asked => {
            (Cause::ConnTimeout, &[Cause::ProxyMisconfig, Cause::MirrorMisconfig, Cause::WrongRegistryHost])
        }
        Step::Ping => (Cause::ConnTimeout, &[Cause::WrongRegistryHost, Cause::ProxyMisconfig]),
        Step::Manifest if d.has(Word::EcsAgent) => {
            (Cause::ConnTimeout, &[Cause::NodeIdentityDenied, Cause::TagNotFound, Cause::RepoNotFound])
        }
        Step::Manifest => (
            Cause::TagNotFound,
            &[Cause::RepoNotFound, Cause::RepoMissingOrPrivate, Cause::CredentialsMissing],
        ),
    };
    let because = [Word::Resolving, Word::Requesting, Word::Copying, Word::BearerToken, Word::Pinging];
    Some(Verdict::possible(cause).or(others).because(&because))
}
