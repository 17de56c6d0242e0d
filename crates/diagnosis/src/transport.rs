//! Faults below or within HTTP: names, connections, TLS, proxies, broken bodies.

use gostd::http::{Awaiting, Error as HttpError, Malformed};
use gostd::net::{DnsError, DnsProblem, Errno, Error, Op};
use gostd::tls::{Alert, Error as TlsError};
use gostd::x509::Error as X509Error;
use trace::{Fault, Handshake, Purpose, Stage, What};

use crate::finding::Finding;
use crate::scene::{Failure, Scene, authority, host_name, is_loopback};
use crate::{Cause, alerts, certificates};

/// A TLS record of type alert: what a TLS server answers to plain HTTP.
const TLS_ALERT: [u8; 2] = [0x15, 0x03];

/// What a fault says, given on which way it happened.
pub(crate) fn finding(scene: &Scene<'_>, failure: &Failure<'_>, fault: &Fault) -> Finding {
    let cause = cause_of(&fault.error, fault.stage);
    let finding = in_context(scene, failure, cause);
    let finding = finding.evidence(failure.line()).evidence(fault.to_string());
    facts_of(scene, &fault.error).into_iter().fold(finding, Finding::evidence)
}

/// The cause that the error alone tells.
fn cause_of(error: &Error, stage: Stage) -> Cause {
    if stage == Stage::Proxy {
        return Cause::ProxyMisconfig;
    }
    match error {
        Error::Op(op) if op.op == Op::ProxyConnect => Cause::ProxyMisconfig,
        Error::Socks(_) | Error::SocksProblem(_) => Cause::ProxyMisconfig,
        Error::Op(op) => cause_of(&op.cause, stage),
        Error::Dns(dns) => cause_of_name(dns),
        Error::Address { .. } => Cause::WrongRegistryHost,
        Error::Syscall(_, errno) => cause_of_errno(*errno),
        Error::DialTimeout => Cause::ConnTimeout,
        Error::ReadTimeout | Error::DeadlineExceeded if stage == Stage::Handshake => {
            Cause::TlsHandshakeTimeout
        }
        Error::ReadTimeout | Error::DeadlineExceeded | Error::Canceled => Cause::PullDeadline,
        Error::Eof | Error::UnexpectedEof if stage == Stage::Body => Cause::BlobTruncated,
        Error::Eof | Error::UnexpectedEof => Cause::ConnReset,
        Error::Tls(error) => cause_of_tls(error),
        Error::Http(error) => cause_of_http(error, stage),
    }
}

fn cause_of_name(dns: &DnsError) -> Cause {
    match dns.problem {
        DnsProblem::NoSuchHost if is_cluster_name(&dns.name) => Cause::ClusterDnsOnNode,
        DnsProblem::NoSuchHost => Cause::DnsNoSuchHost,
        DnsProblem::ServerMisbehaving
        | DnsProblem::CannotUnmarshal
        | DnsProblem::InvalidResponse
        | DnsProblem::TemporaryFailure
        | DnsProblem::Exchange(_) => Cause::DnsResolverFailure,
    }
}

fn is_cluster_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name.ends_with(".svc") || name.ends_with(".cluster.local")
}

const fn cause_of_errno(errno: Errno) -> Cause {
    match errno {
        Errno::CONN_REFUSED => Cause::ConnRefused,
        Errno::TIMED_OUT => Cause::ConnTimeout,
        Errno::NET_UNREACHABLE | Errno::HOST_UNREACHABLE | Errno::NOT_PERMITTED | Errno::ACCESS => {
            Cause::NoRoute
        }
        Errno(97 | 99 | 100) => Cause::NoRoute,
        Errno(90) => Cause::Mtu,
        Errno::NO_SPACE | Errno(5 | 30 | 122) => Cause::NoSpace,
        _ => Cause::ConnReset,
    }
}

fn cause_of_tls(error: &TlsError) -> Cause {
    match error {
        TlsError::RecordHeader => Cause::HttpOnHttps,
        TlsError::HandshakeTimeout => Cause::TlsHandshakeTimeout,
        TlsError::Verification(error) => match error.as_ref() {
            X509Error::Expired { .. } | X509Error::NotYetValid { .. } => Cause::X509Expired,
            X509Error::Hostname(_) | X509Error::CaNotAuthorizedForThisName { .. } => Cause::X509NameMismatch,
            _ => Cause::X509UnknownAuthority,
        },
        // What comes is damaged, so something between has touched it (`go@b4712ab0:src/crypto/tls/alert.go:67`: bad record MAC, record overflow,
        // error decoding or decrypting message).
        TlsError::LocalAlert(Alert(20 | 22 | 50 | 51)) => Cause::ConnReset,
        _ => Cause::TlsIncompatible,
    }
}

fn cause_of_http(error: &HttpError, stage: Stage) -> Cause {
    match error {
        HttpError::ConnectionBroken(inner) => cause_of(inner, stage),
        HttpError::HttpResponseToHttpsClient => Cause::HttpOnHttps,
        HttpError::Malformed(Malformed::Response(bytes)) if bytes.starts_with(&TLS_ALERT) => {
            Cause::HttpOnHttps
        }
        HttpError::ProxyRefused { .. } => Cause::ProxyMisconfig,
        HttpError::ClientTimeout(Awaiting::Connection) => match stage {
            Stage::Lookup => Cause::DnsResolverFailure,
            Stage::Handshake => Cause::TlsHandshakeTimeout,
            _ => Cause::ConnTimeout,
        },
        HttpError::ResponseHeaderTimeout | HttpError::ClientTimeout(_) => Cause::PullDeadline,
        HttpError::TooManyRedirects
        | HttpError::MissingLocation { .. }
        | HttpError::InvalidLocation { .. } => Cause::Registry5xx,
        HttpError::Chunk(_) => Cause::BlobTruncated,
        _ => Cause::WrongRegistryHost,
    }
}

/// The cause on this way: the same refused connection means another thing at a mirror, a token server or a CDN.
fn in_context(scene: &Scene<'_>, failure: &Failure<'_>, cause: Cause) -> Finding {
    let host = failure.host();
    let url = failure.url().unwrap_or_default();
    let network = is_network(cause);
    if cause == Cause::ProxyMisconfig {
        return proxy(scene, failure);
    }
    if cause == Cause::HttpOnHttps
        && let Some(proxy) = scene.proxy(failure)
    {
        return no_tunnel(host, proxy);
    }
    if network && is_loopback(host) {
        return localhost(host);
    }
    if network && failure.purpose() == Some(Purpose::Token) {
        let sentence = format!(
            "The token service {host} that the registry names could not be asked: it {}.",
            away(cause)
        );
        return Finding::new(Cause::TokenEndpointFailure, sentence)
            .or(&[cause, Cause::ProxyMisconfig])
            .remedy(reach(cause, authority(url)));
    }
    if network && scene.is_mirror(url) {
        let sentence =
            format!("The mirror {host}, which the node's configuration puts before the registry, failed.");
        return Finding::new(Cause::MirrorMisconfig, sentence)
            .or(&[cause])
            .remedy(format!(
                "Correct or remove the mirror in {} (registry configuration of the runtime).",
                scene.runtime().mirror_file()
            ))
            .remedy(format!("Or start it, or let the nodes reach it: {host} {}.", away(cause)));
    }
    if network && scene.is_redirected(failure.purpose(), url) {
        let finding = Finding::new(
            Cause::RedirectHostBlocked,
            format!(
                "The registry answers, but it sends the node to {host} for content, which {}.",
                away(cause)
            ),
        );
        let registry = scene.reference().map_or("the registry", |reference| reference.domain);
        return finding.or(&[cause, Cause::ProxyMisconfig]).remedy(reach(cause, authority(url))).remedy(
            format!(
                "Or have {registry} send nodes elsewhere, if {host} is not (any more) where its content lies."
            ),
        );
    }
    plain(scene, failure, cause)
}

/// The proxy said that the way is open, and then there was no TLS on it.
fn no_tunnel(host: &str, proxy: &str) -> Finding {
    let sentence = format!(
        "The proxy {proxy} says that the way to {host} is open, and what comes on it is no TLS: it answers in the \
         registry's place (a captive portal, a login page), or it is no proxy."
    );
    Finding::new(Cause::ProxyMisconfig, sentence)
        .or(&[Cause::HttpOnHttps, Cause::NoProxyMissing])
        .remedy("See what it answers, from the node:")
        .command("curl -vsS -x PROXY https://HOST/v2/ -o /dev/null")
        .remedy("Correct HTTPS_PROXY in the runtime's service (systemd drop-in), then restart it.")
        .remedy(format!("If {host} is internal, add it to NO_PROXY in the runtime's service."))
}

/// How a host is away.
const fn away(cause: Cause) -> &'static str {
    match cause {
        Cause::DnsNoSuchHost => "does not exist for the node's resolver",
        Cause::DnsResolverFailure => "could not be resolved",
        Cause::ConnRefused => "refuses the connection",
        Cause::ConnTimeout => "does not answer at all",
        Cause::NoRoute => "cannot be routed to",
        Cause::TlsHandshakeTimeout => "does not finish the TLS handshake",
        Cause::PullDeadline => "sends nothing",
        _ => "closes the connection",
    }
}

/// What lets a node reach a host besides the registry.
fn reach(cause: Cause, authority: &str) -> String {
    match cause {
        Cause::DnsNoSuchHost | Cause::DnsResolverFailure => {
            format!("Let the nodes' resolver know {}, as it knows the registry.", host_name(authority))
        }
        _ => format!("Allow the nodes to reach {authority} as well as the registry."),
    }
}

const fn is_network(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::DnsNoSuchHost
            | Cause::DnsResolverFailure
            | Cause::ConnRefused
            | Cause::ConnTimeout
            | Cause::ConnReset
            | Cause::NoRoute
            | Cause::TlsHandshakeTimeout
            | Cause::PullDeadline
    )
}

fn proxy(scene: &Scene<'_>, failure: &Failure<'_>) -> Finding {
    let host = failure.host();
    let way =
        scene.proxy(failure).map_or_else(|| "its proxy".to_owned(), |proxy| format!("the proxy {proxy}"));
    let sentence = format!("The runtime goes to {host} through {way}, which did not open the way.");
    let tunnel = scene.refused_tunnel();
    let status = tunnel.as_ref().and_then(Failure::status);
    // A proxy that stands outside knows nothing of what is inside; one that wants a login would not let anybody through.
    let cause = match status {
        Some(status) if status != 407 && is_internal(host) => Cause::NoProxyMissing,
        _ => Cause::ProxyMisconfig,
    };
    let finding = Finding::new(cause, sentence).or(&[Cause::ProxyMisconfig, Cause::NoProxyMissing]);
    let finding = tunnel.iter().fold(finding, |finding, tunnel| finding.evidence(tunnel.line()));
    let bypass = format!("If {host} is internal, add it to NO_PROXY in the runtime's service.");
    let remedies = of_proxy(status, failure, host);
    let finding = if cause == Cause::NoProxyMissing { finding.remedy(&bypass) } else { finding };
    let finding = remedies.into_iter().fold(finding, Finding::remedy);
    if cause == Cause::NoProxyMissing { finding } else { finding.remedy(bypass) }
}

/// What is to be done about a proxy, by what it says or does.
fn of_proxy(status: Option<u16>, failure: &Failure<'_>, host: &str) -> Vec<String> {
    let correct =
        "Correct HTTPS_PROXY/HTTP_PROXY in the runtime's service (systemd drop-in), then restart it.";
    match status {
        Some(407) => vec![
            "Give the proxy's user and password in HTTPS_PROXY of the runtime's service, then restart it."
                .to_owned(),
            "Or have whoever runs the proxy look at its accounts, if the login is there and right."
                .to_owned(),
        ],
        Some(500..) => vec![format!(
            "Mend the proxy, or its own way to {host}: it is the proxy that says so, not the registry."
        )],
        Some(_) => vec!["Let the proxy allow CONNECT to this host.".to_owned()],
        None if is_away(failure) => {
            vec![correct.to_owned(), "Or start the proxy, or let the nodes reach it.".to_owned()]
        }
        None => vec![
            "Look at the proxy's log: it takes the connection, and does not open the way.".to_owned(),
            correct.to_owned(),
        ],
    }
}

/// Whether nobody was there to speak to.
fn is_away(failure: &Failure<'_>) -> bool {
    fn connects(error: &Error) -> bool {
        match error {
            Error::Op(op) => connects(&op.cause),
            Error::Dns(_) | Error::DialTimeout | Error::Address { .. } => true,
            Error::Syscall(_, errno) => {
                [Errno::CONN_REFUSED, Errno::TIMED_OUT, Errno::HOST_UNREACHABLE, Errno::NET_UNREACHABLE]
                    .contains(errno)
            }
            _ => false,
        }
    }
    failure.fault().is_some_and(|fault| connects(&fault.error))
}

/// Whether only a network's own name servers or routers know the host: names of special use (RFC 6762 appendix G), names
/// without a dot, private addresses (RFC 1918, RFC 4193).
fn is_internal(host: &str) -> bool {
    const INTERNAL: [&str; 7] = [".internal", ".intranet", ".private", ".corp", ".home", ".lan", ".local"];
    let name = host_name(host);
    match name.trim_matches(['[', ']']).parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(address)) => address.is_private(),
        Ok(std::net::IpAddr::V6(address)) => address.is_unique_local(),
        Err(_) => !name.contains('.') || INTERNAL.iter().any(|end| name.ends_with(end)),
    }
}

fn localhost(host: &str) -> Finding {
    let sentence = format!(
        "{host} is the node itself, not the machine on which the image was built; no registry answers there."
    );
    Finding::new(Cause::LocalhostRegistry, sentence).or(&[Cause::LocalImageNotOnNode]).remedy(
        "Push the image to a registry that the nodes can reach, and name that, or load it onto the nodes.",
    )
}

fn plain(scene: &Scene<'_>, failure: &Failure<'_>, cause: Cause) -> Finding {
    let host = failure.host();
    if let Some(alert) = failure.fault().and_then(|fault| remote_alert(&fault.error)) {
        return alerts::finding(host, alert, scene.runtime());
    }
    let sentence = match cause {
        Cause::ConnReset => {
            format!("{host} closed the connection {}, or something between did.", torn(failure))
        }
        _ => words(cause, host),
    };
    let finding = certificates::advised(scene, failure, Finding::new(cause, sentence));
    let finding = below_search_domain(scene, finding);
    match cause {
        Cause::DnsNoSuchHost => finding.or(&[Cause::WrongRegistryHost, Cause::ClusterDnsOnNode]),
        Cause::NoRoute => finding.remedy(route(scene, failure)),
        Cause::ConnRefused => finding.or(&[Cause::WrongRegistryHost]),
        Cause::X509UnknownAuthority if scene.proxy(failure).is_some() => finding.or(&[Cause::ProxyMisconfig]),
        Cause::ConnReset => finding.or(&[Cause::ProxyMisconfig, Cause::ClientBlocked]),
        Cause::PullDeadline => finding.or(&[Cause::Mtu, Cause::Registry5xx]),
        _ => finding,
    }
}

/// What a host with no way to it needs.
fn route(scene: &Scene<'_>, failure: &Failure<'_>) -> String {
    let host = failure.host();
    let address = scene.attempt.steps.iter().rev().find_map(|step| match &step.what {
        What::Dial(dial) if dial.host == host => Some(dial.address),
        _ => None,
    });
    if address.is_some_and(|address| address.is_ipv6()) {
        return "Give the node IPv6, or take the unreachable address (AAAA) out of DNS.".to_owned();
    }
    let unreachable = failure.fault().is_some_and(|fault| is_host_unreachable(&fault.error));
    if unreachable {
        format!(
            "Start the machine of {host}, or open the firewall: one that rejects says \"no route to host\", too."
        )
    } else {
        format!("Give the node a route to {host}: the routing table, the VPN, the NAT of its subnet.")
    }
}

fn is_host_unreachable(error: &Error) -> bool {
    match error {
        Error::Op(op) => is_host_unreachable(&op.cause),
        Error::Syscall(_, errno) => *errno == Errno::HOST_UNREACHABLE,
        _ => false,
    }
}

/// The name was looked up below a search domain first, and there was one.
fn below_search_domain(scene: &Scene<'_>, finding: Finding) -> Finding {
    let Some(found) = scene.decision("search domain") else { return finding };
    finding
        .evidence(found)
        .remedy(
            "Take `search` and `options ndots` out of the node's /etc/resolv.conf (ndots:5 is for pods), or have the search \
             domain answer for no other names than its own.",
        )
        .or(&[Cause::WrongRegistryHost])
}

/// When a connection was torn down.
fn torn(failure: &Failure<'_>) -> &'static str {
    match (failure.fault().map(|fault| fault.stage), failure.purpose()) {
        (Some(Stage::Dial | Stage::Handshake), _) => "in the TLS handshake",
        (Some(Stage::Body), Some(Purpose::Layer)) => "in the middle of a layer",
        (Some(Stage::Body), _) => "in the middle of its answer",
        _ => "before it answered",
    }
}

/// What the host does, in words. What heals it stands in the catalogue.
fn words(cause: Cause, host: &str) -> String {
    let what = match cause {
        Cause::DnsNoSuchHost => "does not exist for the node's resolver",
        Cause::ClusterDnsOnNode => "is a name of the cluster's DNS, which the node's resolver does not ask",
        Cause::DnsResolverFailure => "could not be resolved: the node's name server fails or stays silent",
        Cause::ConnRefused => "refuses the connection: nothing listens there",
        Cause::ConnTimeout => "does not answer at all: packets are dropped",
        Cause::NoRoute => "cannot be routed to from the node",
        Cause::Mtu => "cannot take packets of this size",
        Cause::X509UnknownAuthority => "shows a certificate of an authority that the runtime does not trust",
        Cause::X509Expired => "shows a certificate outside of its validity",
        Cause::X509NameMismatch => "shows a certificate for other names",
        Cause::HttpOnHttps => "speaks plain HTTP where TLS is expected, or the reverse",
        Cause::TlsHandshakeTimeout => "accepts the connection but does not finish the TLS handshake",
        Cause::TlsIncompatible => "and the runtime agree on no TLS",
        Cause::WrongRegistryHost => "does not answer as a registry does",
        Cause::BlobTruncated => "ends the content before its length",
        Cause::NoSpace => "is not to blame: the node could not store the content",
        Cause::PullDeadline => "sent nothing for longer than the node waits",
        Cause::Registry5xx => "sends a redirect that leads nowhere",
        _ => "closed the connection, or something between did",
    };
    format!("{host} {what}.")
}

/// The alert with which the other side ended the handshake.
fn remote_alert(error: &Error) -> Option<Alert> {
    match error {
        Error::Op(op) => remote_alert(&op.cause),
        Error::Tls(TlsError::RemoteAlert(alert)) => Some(*alert),
        _ => None,
    }
}

/// Facts of the trace that prove it: resolver, certificate.
fn facts_of(scene: &Scene<'_>, error: &Error) -> Vec<String> {
    match error {
        Error::Op(op) => facts_of(scene, &op.cause),
        Error::Dns(dns) => dns.server.iter().map(|server| format!("asked: name server {server}")).collect(),
        Error::Tls(TlsError::Verification(_)) => last_handshake(scene).map(certificate).unwrap_or_default(),
        _ => Vec::new(),
    }
}

pub(crate) fn last_handshake<'a>(scene: &Scene<'a>) -> Option<&'a Handshake> {
    scene.attempt.steps.iter().rev().find_map(|step| match &step.what {
        What::Handshake(handshake) if handshake.fault.is_some() => Some(handshake),
        _ => None,
    })
}

fn certificate(handshake: &Handshake) -> Vec<String> {
    let Some(leaf) = handshake.chain.first() else { return Vec::new() };
    let mut lines = vec![format!("certificate: subject {:?}, issuer {:?}", leaf.subject, leaf.issuer)];
    lines.push(format!("valid from {} to {}", leaf.not_before, leaf.not_after));
    let addresses = leaf.addresses.iter().map(ToString::to_string);
    let names: Vec<String> = leaf.dns_names.iter().cloned().chain(addresses).collect();
    if !names.is_empty() {
        lines.push(format!("names: {}", names.join(", ")));
    }
    let above = handshake.chain.iter().skip(1);
    lines.extend(
        above.map(|one| format!("served with it: subject {:?}, issuer {:?}", one.subject, one.issuer)),
    );
    if handshake.chain.len() == 1 && leaf.subject != leaf.issuer {
        lines.push("served alone: no certificate of its issuer came with it".to_owned());
    }
    lines
}

/// Whether a host of a URL is asked in plain HTTP at a port for TLS.
pub(crate) fn is_plain_at_tls_port(url: &str) -> bool {
    url.starts_with("http://")
        && authority(url) != host_name(authority(url))
        && authority(url).ends_with(":443")
}
