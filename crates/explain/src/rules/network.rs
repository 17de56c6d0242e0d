//! Names, connections, TLS, proxies.

use std::net::IpAddr;

use diagnosis::Cause;

use super::Verdict;
use crate::grammar::{Dissection, HostKind, Link, Purpose, Step, Word};

/// The proxy itself, or what it said to CONNECT.
pub(super) fn proxy(d: &Dissection) -> Option<Verdict> {
    // The proxy's own URL may stand further inside.
    let asked = d.links.iter().find(|link| link.purpose != Purpose::Other);
    let internal = asked.map_or_else(|| d.registry_kind(), |link| link.kind).is_internal();
    let other = if internal { Cause::NoProxyMissing } else { Cause::ProxyMisconfig };
    if d.has(Word::ConnectRefused) {
        // Docker speaks with the registry first; of the hosts behind Kubernetes' own, Google refuses whole networks.
        let behind = d.last_link().is_some_and(|link| link.kind == HostKind::Google) && is_storage(d);
        let refused = behind && d.says("error response from daemon: head …: forbidden");
        let verdict = Verdict::likely(if refused { Cause::ClientBlocked } else { other });
        let verdict = if is_storage(d) { verdict.or(&[Cause::RedirectHostBlocked]) } else { verdict };
        let verdict = verdict.or(&[Cause::ProxyMisconfig, Cause::NoProxyMissing, Cause::Registry5xx]);
        return Some(verdict.because(&[Word::ConnectRefused]));
    }
    if d.has(Word::Filtered) {
        let first = if is_storage(d) { Cause::RedirectHostBlocked } else { Cause::ProxyMisconfig };
        let verdict = Verdict::likely(first).or(&[Cause::ProxyMisconfig, Cause::ClientBlocked]);
        return Some(verdict.because(&[Word::Filtered]));
    }
    if d.has(Word::GatewayPhrase) {
        let verdict =
            Verdict::possible(Cause::Registry5xx).or(&[Cause::ProxyMisconfig, Cause::NoProxyMissing]);
        return Some(verdict.because(&[Word::GatewayPhrase]));
    }
    let verdict = Verdict::likely(other).or(&[Cause::ProxyMisconfig, Cause::NoProxyMissing]);
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
    if d.has(Word::InsecureHint) && d.has(Word::Eof) {
        let others = [Cause::X509UnknownAuthority, Cause::ConnReset, Cause::ProxyMisconfig];
        return Some(Verdict::likely(Cause::HttpOnHttps).or(&others).because(&[Word::InsecureHint]));
    }
    let verdict = Verdict::likely(Cause::TlsIncompatible).or(&[
        Cause::X509UnknownAuthority,
        Cause::ProxyMisconfig,
        Cause::ConnReset,
        Cause::WrongRegistryHost,
    ]);
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
    if d.has(Word::ResolverNoRoute) {
        let verdict = Verdict::likely(Cause::NoRoute).or(&[Cause::DnsResolverFailure]);
        return Some(verdict.because(&[Word::ResolverNoRoute]));
    }
    if d.has(Word::ResolverFailed)
        && (d.has(Word::Lookup) || d.looked_up.is_some() || !d.has(Word::NoSuchHost))
    {
        let name = d.looked_up.clone().or_else(|| d.host()).unwrap_or_default();
        let verdict = match HostKind::of(&name) {
            // The node's resolver is not the cluster's, and need not answer for its names at all.
            HostKind::Cluster => Verdict::likely(Cause::ClusterDnsOnNode).or(&[Cause::DnsResolverFailure]),
            HostKind::Storage if d.looked_up.is_none() => {
                Verdict::possible(Cause::RedirectHostBlocked).or(&[Cause::DnsResolverFailure])
            }
            _ if d.says("dial tcp: i/o timeout") => {
                Verdict::likely(Cause::DnsResolverFailure).or(&[Cause::ConnTimeout, Cause::ProxyMisconfig])
            }
            _ => Verdict::certain(Cause::DnsResolverFailure).or(&[Cause::ClusterDnsOnNode]),
        };
        let verdict = if is_token(d) { verdict.or(&[Cause::TokenEndpointFailure]) } else { verdict };
        return Some(verdict.because(&[Word::ResolverFailed]));
    }
    if !d.has(Word::NoSuchHost) {
        return None;
    }
    let name = d.looked_up.clone().or_else(|| d.host()).unwrap_or_default();
    let verdict = match HostKind::of(&name) {
        HostKind::Cluster => Verdict::likely(Cause::ClusterDnsOnNode).or(&[Cause::DnsNoSuchHost]),
        _ if is_version1(d) => Verdict::possible(Cause::WrongRegistryHost).or(&[Cause::DnsNoSuchHost]),
        HostKind::Mirror => Verdict::likely(Cause::MirrorMisconfig).or(&[Cause::DnsNoSuchHost]),
        _ if d.is_mirrored() => Verdict::likely(Cause::MirrorMisconfig).or(&[Cause::DnsNoSuchHost]),
        HostKind::Storage => {
            Verdict::likely(Cause::DnsNoSuchHost).or(&[Cause::RedirectHostBlocked, Cause::DnsResolverFailure])
        }
        // Runtimes take a first part without a dot and a port for a part of Docker Hub's names; who does not, asked it.
        HostKind::Private
            if d.last_link().is_some_and(|link| link.authority == name && !name.contains('.')) =>
        {
            let others = [Cause::DnsNoSuchHost, Cause::ClusterDnsOnNode, Cause::MirrorMisconfig];
            Verdict::possible(Cause::WrongRegistryHost).or(&others)
        }
        // The kubelet's images are named by people who see the cluster's services by their first names.
        HostKind::Private if d.has(Word::KubeletPull) && !name.contains('.') => {
            Verdict::possible(Cause::ClusterDnsOnNode).or(&[Cause::DnsNoSuchHost, Cause::WrongRegistryHost])
        }
        HostKind::Private => {
            let others = [Cause::ClusterDnsOnNode, Cause::WrongRegistryHost];
            Verdict::likely(Cause::DnsNoSuchHost).or(&others)
        }
        _ => Verdict::likely(Cause::DnsNoSuchHost).or(&[Cause::WrongRegistryHost, Cause::ClusterDnsOnNode]),
    };
    let verdict = match d.step() {
        Some(Step::Token) => verdict.or(&[Cause::TokenEndpointFailure]),
        Some(Step::Storage) => verdict.or(&[Cause::RedirectHostBlocked]),
        _ => verdict,
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
    if d.host_kind() == HostKind::Loopback && cause == Cause::ConnRefused && !is_realm(d) {
        return at_loopback(d);
    }
    let has_port = d.last_link().is_some_and(|link| link.host() != link.authority);
    if cause == Cause::ConnRefused && (lacks_port(d) || (is_version1(d) && !has_port)) {
        return Verdict::possible(Cause::WrongRegistryHost).or(&[cause]).or(others);
    }
    // Amazon's nodes and tasks get their login there, and have no way out at all when they cannot reach it.
    if d.host_kind() == HostKind::EcrApi {
        let logins =
            [Cause::TokenEndpointFailure, Cause::CredentialProviderFailure, Cause::NodeIdentityDenied];
        return Verdict::likely(cause).or(&logins).or(others);
    }
    if is_token(d) {
        return Verdict::likely(Cause::TokenEndpointFailure).or(&[cause]).or(others);
    }
    // Docker's graph store names no URL once the manifest was fetched.
    let content = d.last_link().is_none() && d.step() == Some(Step::Content);
    if is_storage(d) || content {
        return Verdict::likely(Cause::RedirectHostBlocked).or(&[cause]).or(others);
    }
    if d.is_mirrored() {
        return Verdict::likely(Cause::MirrorMisconfig).or(&[cause]).or(others);
    }
    Verdict::likely(cause).or(others)
}

/// Nothing listens at the machine itself: no registry is there, or the image was built there and never had one.
fn at_loopback(d: &Dissection) -> Verdict {
    // Podman and Buildah name what they build `localhost/NAME`; a registry there would have a port.
    let built = d.registry().is_some_and(|registry| registry == "localhost");
    let first = match (built, d.has(Word::BuildKit)) {
        (_, true) => Cause::ConnRefused,
        (true, _) => Cause::LocalImageNotOnNode,
        (false, _) => Cause::LocalhostRegistry,
    };
    let others = [Cause::LocalhostRegistry, Cause::ConnRefused, Cause::MirrorMisconfig];
    Verdict::likely(first).or(&others)
}

/// Whether the innermost request is one to a token service that another host named.
fn is_realm(d: &Dissection) -> bool {
    let first = d.links.iter().find(|link| link.purpose != Purpose::Other);
    is_token(d) && first.zip(d.last_link()).is_some_and(|(first, last)| first.authority != last.authority)
}

/// Whether a bare address was asked at the default port: registries there have nearly always one of their own.
fn lacks_port(d: &Dissection) -> bool {
    let is_address = |link: &Link| {
        let host = link.host();
        host == link.authority
            && (host.parse::<IpAddr>().is_ok() || (host.starts_with('<') && host.contains("ip")))
    };
    d.last_link().is_some_and(is_address)
}

/// Old Docker asked for the protocol of before 2015 after the host had not answered as a registry does.
fn is_version1(d: &Dissection) -> bool {
    // Of the well-known ones nobody doubts that they are registries.
    let known =
        |kind| !matches!(kind, HostKind::Other | HostKind::Private | HostKind::Cluster | HostKind::Site);
    d.last_link().is_some_and(|link| link.purpose == Purpose::Version1 && !known(link.kind))
}

/// Whether the token service was being asked.
pub(super) fn is_token(d: &Dissection) -> bool {
    d.step() == Some(Step::Token)
}

/// Whether content was being fetched from a host behind the registry.
pub(super) fn is_storage(d: &Dissection) -> bool {
    d.step() == Some(Step::Storage)
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
    // Docker and containers/image fetch these most often from a store behind the registry, and name no URL of it.
    let stored = d.says("error pulling image configuration") || d.says("storing blob to file");
    let content = d.last_link().is_none() && stored;
    let verdict = if is_storage(d) || content {
        Verdict::likely(Cause::RedirectHostBlocked).or(&[Cause::ConnReset, Cause::BlobTruncated])
    } else if is_token(d) {
        Verdict::likely(Cause::TokenEndpointFailure).or(&[Cause::ConnReset])
    } else if d.is_mirrored() {
        Verdict::likely(Cause::MirrorMisconfig).or(&[Cause::ConnReset])
    } else {
        Verdict::possible(Cause::ConnReset).or(&[Cause::RedirectHostBlocked])
    };
    Some(verdict.or(&others).because(&[Word::Reset, Word::Eof]))
}

/// The server waited for a request of which a part never came: small packets pass, larger ones do not.
pub(super) fn request_cut(d: &Dissection) -> Option<Verdict> {
    let others = [Cause::ProxyMisconfig, Cause::Registry5xx, Cause::ConnTimeout];
    Verdict::likely(Cause::Mtu).or(&others).because(&[Word::RequestCut]).if_said(d)
}

/// A mirror was asked, and what came of it is not told.
pub(super) fn mirror_request(d: &Dissection) -> Option<Verdict> {
    let others = [Cause::ConnRefused, Cause::ConnTimeout, Cause::DnsNoSuchHost];
    let verdict = Verdict::possible(Cause::MirrorMisconfig).or(&others).because(&[Word::Requesting]);
    verdict.if_said(d).filter(|_| d.is_mirrored())
}

/// A limit of time that passed while something was still going on.
pub(super) fn deadline(d: &Dissection) -> Option<Verdict> {
    if d.has(Word::RuntimeDown) {
        return None;
    }
    // The daemon names the request that failed; without one, whoever asked the daemon has given up.
    if d.has(Word::Canceled) && !d.has(Word::Deadline) {
        let asked = d.last_link().is_some();
        let first = if asked { Cause::ConnTimeout } else { Cause::PullDeadline };
        let verdict = Verdict::likely(first);
        let verdict =
            verdict.or(&[Cause::PullDeadline, Cause::ConnTimeout, Cause::Mtu, Cause::ProxyMisconfig]);
        return Some(verdict.because(&[Word::Canceled]));
    }
    if d.has(Word::BodyTimeout) {
        let verdict = Verdict::likely(Cause::ConnTimeout);
        let verdict = verdict.or(&[Cause::PullDeadline, Cause::Mtu, Cause::ProxyMisconfig]);
        return Some(verdict.because(&[Word::BodyTimeout]));
    }
    // A single request that took too long says more of the way than of the size of the image.
    let request = matches!(d.step(), Some(Step::Ping | Step::Manifest))
        && d.last_link().is_some()
        && !d.says("context canceled");
    let verdict = match d.step() {
        Some(Step::Token) => Verdict::likely(Cause::TokenEndpointFailure).or(&[Cause::ConnTimeout]),
        _ if request => Verdict::likely(Cause::ConnTimeout),
        _ => Verdict::likely(Cause::PullDeadline),
    };
    let others = [Cause::PullDeadline, Cause::ConnTimeout, Cause::Mtu, Cause::ProxyMisconfig];
    verdict.or(&others).because(&[Word::Deadline]).if_said(d)
}
