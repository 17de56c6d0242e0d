//! Who takes part in a pull: the lifelines of the diagram.

use trace::{Purpose, Step, What};

use crate::CheckReport;
use crate::exchanges::host_name;
use crate::ladder::authority;
use crate::words;

/// One who takes part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Actor {
    /// What it is: `registry`.
    pub role: &'static str,
    /// Its name; empty for those of the node.
    pub name: String,
}

/// The kubelet's lifeline.
pub(super) const KUBELET: usize = 0;
/// The runtime's lifeline.
pub(super) const RUNTIME: usize = 1;

/// All who take part, the node's own first, then in the order in which they were met.
pub(super) struct Actors(Vec<Actor>);

impl Actors {
    pub fn of(report: &CheckReport) -> Self {
        let runtime = words::runtime(&report.node.runtime);
        let mut actors = Self(vec![
            Actor { role: "kubelet", name: report.node.kubelet.clone() },
            Actor { role: "runtime", name: runtime },
        ]);
        for step in &report.trace {
            match &step.what {
                What::Lookup(lookup) if !lookup.servers.is_empty() => {
                    actors.meet("resolver", &resolver(lookup));
                }
                What::Tunnel(tunnel) => actors.meet("proxy", &tunnel.proxy),
                _ => {}
            }
            if let Some(host) = host(step) {
                actors.meet(role(report, host), host);
            }
        }
        actors
    }

    fn meet(&mut self, role: &'static str, name: &str) {
        if self.find(name).is_none() {
            self.0.push(Actor { role, name: name.to_owned() });
        }
    }

    pub fn find(&self, name: &str) -> Option<usize> {
        self.0.iter().skip(RUNTIME + 1).position(|actor| actor.name == name).map(|at| at + RUNTIME + 1)
    }

    pub fn all(&self) -> &[Actor] {
        &self.0
    }
}

/// The name server that answers, by its address.
pub(super) fn resolver(lookup: &trace::Lookup) -> String {
    lookup.servers.last().map(ToString::to_string).unwrap_or_default()
}

/// The host that a step speaks to, without port.
pub(super) fn host(step: &Step) -> Option<&str> {
    let host = match &step.what {
        What::Dial(dial) => &dial.host,
        What::Handshake(handshake) => &handshake.server_name,
        What::Exchange(exchange) => host_name(authority(&exchange.url)),
        What::Body(body) => host_name(authority(&body.url)),
        What::Lookup(_) | What::Tunnel(_) | What::Decision(_) => return None,
    };
    Some(host)
}

fn role(report: &CheckReport, host: &str) -> &'static str {
    let asked = |test: &dyn Fn(&trace::Exchange) -> bool| {
        report.trace.iter().any(|step| match &step.what {
            What::Exchange(exchange) => host_name(authority(&exchange.url)) == host && test(exchange),
            _ => false,
        })
    };
    let registry = report.reference.as_ref().map_or("", |reference| match reference.domain.as_str() {
        "docker.io" => "registry-1.docker.io",
        domain => host_name(domain),
    });
    let proxied = |test: &dyn Fn(&str) -> bool| {
        report.trace.iter().any(|step| match &step.what {
            What::Exchange(exchange) => exchange.proxy.as_deref().is_some_and(test),
            What::Tunnel(tunnel) => test(&tunnel.proxy),
            _ => false,
        })
    };
    if host == registry {
        "registry"
    } else if proxied(&|proxy| host_name(authority(proxy)) == host) {
        "proxy"
    } else if asked(&|exchange| exchange.purpose == Purpose::Token) {
        "token server"
    } else if asked(&|exchange| exchange.url.contains("ns=")) {
        "mirror"
    } else if asked(&|exchange| matches!(exchange.purpose, Purpose::Layer | Purpose::Config)) {
        "blob host"
    } else {
        "host"
    }
}
