//! Names, connections, TLS, proxies.

use diagnosis::Cause;

use super::Verdict;
use crate::grammar::{Dissection, HostKind, Purpose, Word};

/// The proxy itself, or what it said to CONNECT.
pub(super) fn proxy(d: &Dissection) -> Option<Verdict> {
    let internal = d.host_kind().is_internal();
    let other = if internal { Cause::NoProxyMissing } else { Cause::ProxyMisconfig };
    if d.has(Word::ConnectRefused) {
        let verdict = Verdict::likely(other);
        let verdict = verdict.or(&[Cause::ProxyMisconfig, Cause::NoProxyMissing, Cause::Registry5xx]);
        return Some(verdict.because(&[Word::ConnectRefused]));
    }
    if d.has(Word::GatewayPhrase) {
        let verdict =
            Verdict::possible(Cause::Registry5xx).or(&[Cause::ProxyMisconfig, Cause::NoProxyMissing]);
        return Some(verdict.because(&[Word::GatewayPhrase]));
    }
    let verdict = Verdict::likely(Cause::ProxyMisconfig).or(&[Cause::NoProxyMissing]);
    verdict.because(&[Word::ProxyConnect]).if_said(d)
}

/// What certificates and records of TLS say.
pub(super) fn tls(d: &Dissection) -> Option<Verdict> {
    let by_cause = [
        (Cause::X509Expired, Word::Expired),
        (Cause::X509NameMismatch, Word::NameMismatch),
        (Cause::X509UnknownAuthority, Word::UnknownAuthority),
        (Cause::HttpOnHttps, Word::PlainHttp),
    ];
    let said = by_cause.into_iter().find(|(_, word)| d.has(*word));
    if let Some((cause, word)) = said {
        return Some(Verdict::certain(cause).or(&[Cause::ProxyMisconfig]).because(&[word]));
    }
    if d.has(Word::HandshakeTimeout) {
        return Some(handshake_timeout(d));
    }
    let verdict =
        Verdict::likely(Cause::TlsIncompatible).or(&[Cause::X509UnknownAuthority, Cause::ProxyMisconfig]);
    verdict.because(&[Word::TlsAlert]).if_said(d)
}

fn handshake_timeout(d: &Dissection) -> Verdict {
    let verdict = Verdict::likely(Cause::TlsHandshakeTimeout);
    let verdict = if is_storage(d) { verdict.or(&[Cause::RedirectHostBlocked]) } else { verdict };
    let others = [Cause::ProxyMisconfig, Cause::Mtu, Cause::ConnTimeout, Cause::TokenEndpointFailure];
    verdict.or(&others).because(&[Word::HandshakeTimeout])
}

/// A name that does not resolve.
pub(super) fn lookup(d: &Dissection) -> Option<Verdict> {
    if d.has(Word::ResolverFailed)
        && (d.has(Word::Lookup) || d.looked_up.is_some() || !d.has(Word::NoSuchHost))
    {
        let verdict = Verdict::certain(Cause::DnsResolverFailure).or(&[Cause::ClusterDnsOnNode]);
        return Some(verdict.because(&[Word::ResolverFailed]));
    }
    if !d.has(Word::NoSuchHost) {
        return None;
    }
    let name = d.looked_up.clone().or_else(|| d.host()).unwrap_or_default();
    let verdict = match HostKind::of(&name) {
        _ if is_version1(d) => Verdict::possible(Cause::WrongRegistryHost).or(&[Cause::DnsNoSuchHost]),
        HostKind::Mirror => Verdict::likely(Cause::MirrorMisconfig).or(&[Cause::DnsNoSuchHost]),
        HostKind::Cluster => Verdict::likely(Cause::ClusterDnsOnNode).or(&[Cause::DnsNoSuchHost]),
        HostKind::Storage => {
            Verdict::likely(Cause::DnsNoSuchHost).or(&[Cause::RedirectHostBlocked, Cause::DnsResolverFailure])
        }
        HostKind::Private => {
            let others = [Cause::ClusterDnsOnNode, Cause::WrongRegistryHost];
            Verdict::likely(Cause::DnsNoSuchHost).or(&others)
        }
        _ => Verdict::likely(Cause::DnsNoSuchHost).or(&[Cause::WrongRegistryHost, Cause::ClusterDnsOnNode]),
    };
    Some(verdict.because(&[Word::NoSuchHost]))
}

/// A connection that does not come about.
pub(super) fn connection(d: &Dissection) -> Option<Verdict> {
    let (cause, word) = [
        (Cause::ConnRefused, Word::Refused),
        (Cause::NoRoute, Word::NoRoute),
        (Cause::ConnTimeout, Word::DialTimeout),
    ]
    .into_iter()
    .find(|(_, word)| d.has(*word))?;
    if d.has(Word::RuntimeDown) {
        return Some(Verdict::certain(Cause::RuntimeFault).because(&[Word::RuntimeDown]));
    }
    Some(on_this_way(d, cause).because(&[word]))
}

/// The same failed connection means another thing at the node itself, a token service or a store.
fn on_this_way(d: &Dissection, cause: Cause) -> Verdict {
    let timeout = cause == Cause::ConnTimeout;
    let others: &[Cause] = if timeout {
        &[Cause::ProxyMisconfig, Cause::NoProxyMissing, Cause::WrongRegistryHost, Cause::Mtu]
    } else {
        &[Cause::WrongRegistryHost, Cause::MirrorMisconfig, Cause::ProxyMisconfig]
    };
    if d.host_kind() == HostKind::Loopback && cause == Cause::ConnRefused {
        let on_a_node = !d.has(Word::BuildKit);
        let (first, second) = if on_a_node {
            (Cause::LocalhostRegistry, Cause::ConnRefused)
        } else {
            (Cause::ConnRefused, Cause::LocalhostRegistry)
        };
        return Verdict::likely(first).or(&[second, Cause::MirrorMisconfig]);
    }
    if is_version1(d) {
        return Verdict::possible(Cause::WrongRegistryHost).or(&[cause]).or(others);
    }
    if is_token(d) {
        return Verdict::likely(Cause::TokenEndpointFailure).or(&[cause]).or(others);
    }
    // Docker's graph store names no URL once the manifest was fetched.
    let content = d.last_link().is_none() && d.has(Word::Copying);
    if is_storage(d) || content {
        return Verdict::likely(Cause::RedirectHostBlocked).or(&[cause]).or(others);
    }
    if d.is_mirrored() {
        return Verdict::likely(Cause::MirrorMisconfig).or(&[cause]).or(others);
    }
    Verdict::likely(cause).or(others)
}

/// Old Docker asked for the protocol of before 2015 after the host had not answered as a registry does.
fn is_version1(d: &Dissection) -> bool {
    d.last_link().is_some_and(|link| link.purpose == Purpose::Version1)
}

/// Whether the token service was being asked.
pub(super) fn is_token(d: &Dissection) -> bool {
    let words = [Word::AnonymousToken, Word::LoginToken, Word::BearerToken];
    d.any(&words) || d.last_link().is_some_and(|link| link.purpose == Purpose::Token)
}

/// Whether content was being fetched from a host behind the registry.
pub(super) fn is_storage(d: &Dissection) -> bool {
    d.last_link().is_some_and(|link| link.purpose == Purpose::Storage || link.kind == HostKind::Storage)
}

/// A connection that came about and broke.
pub(super) fn interrupted(d: &Dissection) -> Option<Verdict> {
    if d.has(Word::BadPort) {
        return Some(Verdict::certain(Cause::WrongRegistryHost).because(&[Word::BadPort]));
    }
    if d.has(Word::TooLong) {
        return Some(Verdict::likely(Cause::Mtu).or(&[Cause::ConnReset]).because(&[Word::TooLong]));
    }
    if !d.any(&[Word::Reset, Word::Eof]) {
        return None;
    }
    let others = [Cause::ProxyMisconfig, Cause::ConnTimeout, Cause::Mtu, Cause::Registry5xx];
    let verdict = if is_storage(d) {
        Verdict::likely(Cause::RedirectHostBlocked).or(&[Cause::ConnReset])
    } else if is_token(d) {
        Verdict::likely(Cause::TokenEndpointFailure).or(&[Cause::ConnReset])
    } else if d.is_mirrored() {
        Verdict::likely(Cause::MirrorMisconfig).or(&[Cause::ConnReset])
    } else {
        Verdict::likely(Cause::ConnReset).or(&[Cause::RedirectHostBlocked])
    };
    Some(verdict.or(&others).because(&[Word::Reset, Word::Eof]))
}

/// A limit of time that passed while something was still going on.
pub(super) fn deadline(d: &Dissection) -> Option<Verdict> {
    if d.has(Word::BodyTimeout) {
        let verdict = Verdict::likely(Cause::ConnTimeout);
        let verdict = verdict.or(&[Cause::PullDeadline, Cause::Mtu, Cause::ProxyMisconfig]);
        return Some(verdict.because(&[Word::BodyTimeout]));
    }
    let verdict = Verdict::likely(Cause::PullDeadline).or(&[Cause::ConnTimeout, Cause::Mtu]);
    verdict.because(&[Word::Deadline]).if_said(d)
}
