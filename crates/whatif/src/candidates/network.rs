//! Other ways to the registry.

use std::net::IpAddr;
use std::time::Duration;

use node::Environment;
use report::Change;
use trace::What;

use super::{Case, authority, host_name};
use crate::change::Candidate;
use crate::{containerd, crio};

/// How long simulated hosts are given to recover: the kubelet's first back-off, its longest one, and the window in which
/// Docker Hub counts pulls. What is waited for, and its name.
const LATER: [(u64, &str, &str); 3] =
    [(10, "10s", "10 seconds"), (300, "5m", "5 minutes"), (6 * 3600, "6h", "6 hours")];

/// Without what stands between: the mirrors and the proxy that the pull met.
pub(super) fn between(case: &Case<'_>) -> Vec<Candidate> {
    [mirror_off(case), no_proxy(case)].concat()
}

/// Without mirrors, where one was asked or a configuration for the registry counted.
fn mirror_off(case: &Case<'_>) -> Vec<Candidate> {
    let mirror =
        case.exchanges().any(|exchange| exchange.url.contains("?ns=") || exchange.url.contains("&ns="));
    let about = |about: &str| ["hosts.toml", "registries"].contains(&about);
    let configured = case
        .report
        .trace
        .iter()
        .any(|step| matches!(&step.what, What::Decision(decision) if about(decision.about)));
    if !mirror && !configured {
        return Vec::new();
    }
    let mut setup = case.setup.clone();
    let text = if setup.is_crio() {
        setup.node = crio::without_mirrors(setup.node);
        "Ask the registry itself: take its [[registry]] out of registries.conf and its drop-ins."
    } else {
        setup.node = containerd::without_mirrors(setup.node);
        "Ask the registry itself: take its directory out of certs.d, and mirrors out of config.toml."
    };
    vec![case.straight(Candidate::new(Change::MirrorOff, text, setup))]
}

/// Past the proxy, for the hosts that went through it; then without any.
fn no_proxy(case: &Case<'_>) -> Vec<Candidate> {
    let mut hosts: Vec<String> = Vec::new();
    for step in &case.report.trace {
        let host = match &step.what {
            What::Tunnel(tunnel) => host_name(&tunnel.target),
            What::Exchange(exchange) if exchange.proxy.is_some() => host_name(authority(&exchange.url)),
            _ => continue,
        };
        if !hosts.iter().any(|known| known == host) {
            hosts.push(host.to_owned());
        }
    }
    if hosts.is_empty() {
        return Vec::new();
    }
    let environment = case.setup.node.environment(case.setup.service());
    let with = |change: Change, text: String, environment: Environment| {
        let mut setup = case.setup.clone();
        setup.node = setup.node.with_environment(environment);
        case.straight(Candidate::new(change, text, setup))
    };
    let list = hosts.join(",");
    let before = environment.first(&["NO_PROXY", "no_proxy"]).unwrap_or_default();
    let passed = if before.is_empty() { list.clone() } else { format!("{before},{list}") };
    vec![
        with(
            Change::NoProxy,
            format!("Add {list} to NO_PROXY of the runtime's service."),
            without(&environment, &["NO_PROXY", "no_proxy"], Some(("NO_PROXY", passed))),
        )
        .to(list),
        with(
            Change::ProxyOff,
            "Take the proxy out of the environment of the runtime's service.".to_owned(),
            without(&environment, &["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"], None),
        ),
    ]
}

fn without(environment: &Environment, names: &[&str], more: Option<(&str, String)>) -> Environment {
    let kept = environment.iter().filter(|(name, _)| !names.contains(name));
    let kept = kept.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Environment::new(kept.chain(more.map(|(name, value)| (name.to_owned(), value))))
}

impl Case<'_> {
    /// A candidate that takes another way to the same hosts. A login goes along where TLS says who they are.
    fn straight(&self, candidate: Candidate) -> Candidate {
        if self.is_unvouched() { self.wary(candidate) } else { candidate }
    }
}

/// Each other name server that the node knows, alone: those of its resolv.conf, and that of its pods.
pub(super) fn resolvers(case: &Case<'_>) -> Vec<Candidate> {
    let read = |path: &str| {
        let text = case.setup.node.read(path).unwrap_or_default();
        String::from_utf8_lossy(&text).into_owned()
    };
    let resolv = read("/etc/resolv.conf");
    let servers: Vec<IpAddr> = resolv
        .lines()
        .filter_map(|line| line.trim().strip_prefix("nameserver")?.trim().parse().ok())
        .collect();
    let pods = cluster_dns(&read("/var/lib/kubelet/config.yaml"));
    let others = servers.iter().skip(1).copied().chain(pods);
    let rest: Vec<&str> = resolv.lines().filter(|line| !line.trim().starts_with("nameserver")).collect();
    let mut found = Vec::new();
    for server in others.filter(|server| servers.first() != Some(server)) {
        let mut setup = case.setup.clone();
        let text = format!("nameserver {server}\n{}\n", rest.join("\n"));
        setup.node = setup.node.with_file("/etc/resolv.conf", text);
        let text = format!("Let the node ask the name server {server} alone.");
        found.push(case.straight(Candidate::new(Change::Resolver, text, setup).to(server.to_string())));
    }
    found
}

/// `clusterDNS` of the kubelet's configuration: the first addresses below that key.
fn cluster_dns(config: &str) -> Vec<IpAddr> {
    let Some((_, rest)) = config.split_once("clusterDNS:") else { return Vec::new() };
    let value = rest.lines().enumerate().take_while(|(number, line)| {
        let line = line.trim();
        *number == 0 || line.starts_with('-')
    });
    let words = value.flat_map(|(_, line)| line.split(['-', '[', ']', ',', '"', '\'', ' ']));
    words.filter_map(|word| word.parse().ok()).collect()
}

/// The same once more, on the same network: on a real one at once, in simulated hosts after ever longer waits, in which
/// the kubelet tries it as well.
pub(crate) fn again(case: &Case<'_>) -> Vec<Candidate> {
    let candidate = |wait: u64, text: String| {
        let wait = Some(Duration::from_secs(wait));
        Candidate { wait, ..Candidate::new(Change::Again, text, case.setup.clone()) }
    };
    if !case.simulated {
        return vec![candidate(0, "Nothing: the kubelet tries again by itself.".to_owned())];
    }
    let later = |(wait, name, words): (u64, &str, &str)| {
        candidate(wait, format!("Wait {words}: the kubelet tries again by itself.")).to(name)
    };
    LATER.map(later).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_server_of_pods() {
        let address: IpAddr = "10.96.0.10".parse().unwrap();
        for text in ["a: 1\nclusterDNS:\n- 10.96.0.10\nb: 2\n", "clusterDNS: [\"10.96.0.10\"]\n"] {
            assert_eq!(cluster_dns(text), [address], "{text}");
        }
        assert!(cluster_dns("clusterDomain: cluster.local\n").is_empty());
    }
}
