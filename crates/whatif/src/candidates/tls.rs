//! Other trust, or none, or no TLS at all.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use report::Change;
use trace::{Certificate, Handshake, What};

use super::Case;
use crate::change::Candidate;
use crate::{containerd, crio};

/// The length of a line in PEM.
const LINE: usize = 64;

/// The authority that the server itself shows is trusted: the last of its chain.
pub(super) fn trust(case: &Case<'_>) -> Vec<Candidate> {
    let Some(last) = refused(case).and_then(|handshake| handshake.chain.last()) else { return Vec::new() };
    let mut setup = case.setup.clone();
    setup.extra_roots.push(pem(last));
    let what = if last.subject == last.issuer { "the authority" } else { "the certificate" };
    let text =
        format!("Trust {what} {:?} on the node, once you know that it is the right one.", last.subject);
    vec![case.wary(Candidate::new(Change::TrustCa, text, setup).to(&last.subject))]
}

/// Nothing is verified. No remedy: it tells what else is wrong.
pub(super) fn unverified(case: &Case<'_>) -> Vec<Candidate> {
    if case.setup.is_crio() {
        let text = "Turn verification off (insecure in registries.conf), only to see what else is wrong.";
        return insecure(case, Change::NoVerify, text);
    }
    let text = "Turn verification off (skip_verify in hosts.toml), only to see what else is wrong.";
    let server = |registry: &str| {
        format!("server = {:?}\nskip_verify = true\n[host.{0:?}]\nskip_verify = true\n", https(registry))
    };
    configured(case, Change::NoVerify, text, server)
}

/// Plain HTTP where TLS was spoken, TLS where it was not.
pub(super) fn other_scheme(case: &Case<'_>) -> Vec<Candidate> {
    let plain = case.exchanges().any(|exchange| exchange.url.starts_with("http://"));
    if case.setup.is_crio() {
        let text = "Let the registry be asked in plain HTTP, where TLS fails (insecure in registries.conf).";
        return if plain { Vec::new() } else { insecure(case, Change::PlainHttp, text) };
    }
    if plain {
        let text = "Ask the registry over TLS (https in hosts.toml).";
        return configured(case, Change::Tls, text, |registry| {
            format!("server = {:?}\n[host.{0:?}]\n", https(registry))
        });
    }
    // What answered in plain HTTP listens at the port for TLS; a registry may listen at that for HTTP as well.
    let has_port = case.domain().is_some_and(|domain| domain.contains(':'));
    let ports: &[&str] = if has_port { &[""] } else { &[":443", ""] };
    let at = |port: &&str| {
        let text = match *port {
            ":443" => "Ask the registry in plain HTTP at port 443 (http in hosts.toml).",
            _ => "Ask the registry in plain HTTP (http in hosts.toml).",
        };
        configured(case, Change::PlainHttp, text, |registry| {
            let server = format!("http://{}{port}", host_of(registry));
            format!("server = {server:?}\n[host.{server:?}]\n")
        })
    };
    ports.iter().flat_map(at).collect()
}

/// A name that the certificate is for.
pub(super) fn names(case: &Case<'_>) -> Vec<Candidate> {
    let Some(leaf) = refused(case).and_then(|handshake| handshake.chain.first()) else { return Vec::new() };
    let Some(domain) = case.domain() else { return Vec::new() };
    let port = domain.split_once(':').map(|(_, port)| format!(":{port}")).unwrap_or_default();
    let names = leaf.dns_names.iter().filter(|name| !name.contains('*')).take(2);
    let candidate = |name: &String| {
        let host = format!("{name}{port}");
        let image = case.image_on(&host)?;
        let text = format!("Name the registry as {host}, as its certificate does.");
        Some(case.image(Change::Host, text, &image).to(host))
    };
    names.filter_map(candidate).collect()
}

fn insecure(case: &Case<'_>, change: Change, text: &str) -> Vec<Candidate> {
    let Some(domain) = case.domain() else { return Vec::new() };
    let mut setup = case.setup.clone();
    setup.node = crio::insecure(setup.node, domain);
    vec![case.wary(Candidate::new(change, text, setup))]
}

fn configured(
    case: &Case<'_>,
    change: Change,
    text: &str,
    hosts_toml: impl Fn(&str) -> String,
) -> Vec<Candidate> {
    let Some(domain) = case.domain() else { return Vec::new() };
    let mut setup = case.setup.clone();
    setup.node = containerd::with_hosts_toml(setup.node, domain, &hosts_toml(domain));
    vec![case.wary(Candidate::new(change, text, setup))]
}

fn host_of(registry: &str) -> &str {
    if registry == "docker.io" { "registry-1.docker.io" } else { registry }
}

fn https(registry: &str) -> String {
    format!("https://{}", host_of(registry))
}

/// The handshake that ended in a refused certificate.
fn refused<'a>(case: &'a Case<'_>) -> Option<&'a Handshake> {
    case.report.trace.iter().rev().find_map(|step| match &step.what {
        What::Handshake(handshake) if handshake.fault.is_some() => Some(handshake),
        _ => None,
    })
}

fn pem(certificate: &Certificate) -> Vec<u8> {
    let encoded = STANDARD.encode(&certificate.der);
    let mut out = "-----BEGIN CERTIFICATE-----\n".to_owned();
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(LINE));
        out.push_str(line);
        out.push('\n');
        rest = more;
    }
    out.push_str("-----END CERTIFICATE-----\n");
    out.into_bytes()
}
