//! Who resolves a name: the hosts file, the name servers, or the C library (Go 1.27 `net/conf.go`, `net/nss.go`).
//!
//! containerd is mostly built with cgo, as Debian and its own releases do, so that Go leaves to the C library what it does
//! not understand itself.

use node::{Environment, Node};

use super::config::Config;

/// Since this version `.local` goes to the C library only where the node has mDNS.
const LOOKS_FOR_MDNS_SINCE: u8 = 21;

/// In which order (`hostLookupOrder`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    FilesDns,
    DnsFiles,
    Files,
    Dns,
    /// The C library asks the same servers, and tells less of what went wrong.
    CLibrary,
}

/// What decides the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Orders {
    /// Where all names go the same way.
    fixed: Option<Order>,
    /// The sources of `hosts` in `nsswitch.conf`.
    sources: Vec<Source>,
    host_name: String,
    go: u8,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Source {
    name: String,
    /// Whether what follows it in brackets is what is done anyway (`standardCriteria`).
    is_standard: bool,
}

impl Orders {
    pub(crate) fn read(node: &Node, environment: &Environment, config: &Config, go: u8) -> Self {
        let text = |path| String::from_utf8_lossy(&node.read(path).unwrap_or_default()).into_owned();
        let forced = environment.get("GODEBUG").and_then(netdns);
        let is_set = |name| environment.get(name).is_some_and(|value| !value.is_empty());
        let left_to_c = environment.get("LOCALDOMAIN").is_some()
            || is_set("RES_OPTIONS")
            || is_set("HOSTALIASES")
            || config.is_foreign;
        let fixed = match forced {
            Some(true) => Some(Order::CLibrary),
            None if left_to_c => Some(Order::CLibrary),
            _ => None,
        };
        let mut sources = sources(&text("/etc/nsswitch.conf"));
        if forced == Some(false) {
            // Go alone: what it does not know is taken for DNS where there is no other.
            let has_dns = sources.iter().any(|source| source.name == "dns");
            sources.retain(|source| has_dns || source.name == "files");
            sources.retain(|source| matches!(source.name.as_str(), "files" | "dns"));
            sources.iter_mut().for_each(|source| source.is_standard = true);
        }
        let host_name = text("/etc/hostname").trim().to_lowercase();
        Self { fixed, sources, host_name, go }
    }

    /// `conf.lookupOrder`
    pub(crate) fn of(&self, host: &str) -> Order {
        if let Some(order) = self.fixed {
            return order;
        }
        let host = host.strip_suffix('.').unwrap_or(host).to_lowercase();
        let is_local = host.ends_with(".local");
        if host.contains(['\\', '%']) || (is_local && self.go < LOOKS_FOR_MDNS_SINCE) {
            return Order::CLibrary;
        }
        if self.sources.is_empty() {
            return Order::FilesDns;
        }
        let mut known = Vec::new();
        for source in &self.sources {
            match source.name.as_str() {
                "files" | "dns" if !source.is_standard => return Order::CLibrary,
                name @ ("files" | "dns") => known.push(name),
                "myhostname" if self.is_own_name(&host) => return Order::CLibrary,
                "myhostname" => {}
                name if name.starts_with("mdns") && is_local => return Order::CLibrary,
                name if name.starts_with("mdns") => {}
                _ => return Order::CLibrary,
            }
        }
        match (known.first(), known.contains(&"files"), known.contains(&"dns")) {
            (Some(&"files"), true, true) => Order::FilesDns,
            (Some(_), true, true) => Order::DnsFiles,
            (_, true, false) => Order::Files,
            (_, false, true) => Order::Dns,
            _ => Order::CLibrary,
        }
    }

    /// `isLocalhost`, `isGateway`, `isOutbound`, and the node's own name.
    fn is_own_name(&self, host: &str) -> bool {
        const LOCAL: [&str; 4] = ["localhost", "localhost.localdomain", "_gateway", "_outbound"];
        let below = [".localhost", ".localhost.localdomain"];
        LOCAL.contains(&host) || below.iter().any(|end| host.ends_with(end)) || host == self.host_name
    }
}

/// What `GODEBUG=netdns=…` forces: the C library, or Go's own resolver.
fn netdns(debug: &str) -> Option<bool> {
    let value = debug.split(',').filter_map(|setting| setting.strip_prefix("netdns=")).next_back()?;
    value.split('+').find_map(|part| match part {
        "cgo" => Some(true),
        "go" => Some(false),
        _ => None,
    })
}

/// `parseNSSConf`, of `hosts`.
fn sources(text: &str) -> Vec<Source> {
    let bare = |line: &str| line.split('#').next().unwrap_or_default().trim().to_owned();
    let line =
        text.lines().map(bare).filter_map(|line| line.strip_prefix("hosts:").map(str::to_owned)).next_back();
    let mut sources: Vec<Source> = Vec::new();
    let mut rest = line.as_deref().unwrap_or_default().trim_start();
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let (criteria, after) = inside.split_once(']').unwrap_or((inside, ""));
            if let Some(source) = sources.last_mut() {
                source.is_standard = source.is_standard && is_standard(criteria);
            }
            rest = after.trim_start();
            continue;
        }
        let end = rest.find([' ', '\t', '[']).unwrap_or(rest.len());
        sources.push(Source { name: rest[..end].to_owned(), is_standard: true });
        rest = rest[end..].trim_start();
    }
    sources
}

/// `nssCriterion.standardStatusAction` of each.
fn is_standard(criteria: &str) -> bool {
    let criteria: Vec<String> = criteria.split_whitespace().map(str::to_lowercase).collect();
    criteria.iter().enumerate().all(|(index, criterion)| {
        let is_last = index + 1 == criteria.len();
        let Some((status, action)) = criterion.split_once('=') else { return false };
        let usual = match status {
            "success" => "return",
            "notfound" | "unavail" | "tryagain" => "continue",
            _ => return false,
        };
        action == usual || (is_last && action == "return")
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn order(nsswitch: &str, resolv_conf: &str, variable: (&str, &str), host: &str, go: u8) -> Order {
        let file = |path: &str, text: &str| (PathBuf::from(path), text.as_bytes().to_vec());
        let node = Node::memory([
            file("/etc/nsswitch.conf", nsswitch),
            file("/etc/resolv.conf", resolv_conf),
            file("/etc/hostname", "node-1\n"),
        ]);
        let environment = Environment::new([(variable.0.to_owned(), variable.1.to_owned())]);
        Orders::read(&node, &environment, &Config::read(&node, go), go).of(host)
    }

    #[test]
    fn orders() {
        let none = ("A", "");
        let usual = "hosts: files dns\n";
        let ubuntu = "hosts: files mdns4_minimal [NOTFOUND=return] dns # comment\n";
        let cases = [
            ("", "", none, "r.test", 25, Order::FilesDns),
            ("passwd: files\n", "", none, "r.test", 25, Order::FilesDns),
            (usual, "", none, "r.test", 25, Order::FilesDns),
            ("hosts: dns files\n", "", none, "r.test", 25, Order::DnsFiles),
            ("hosts: dns [NOTFOUND=return]\n", "", none, "r.test", 25, Order::Dns),
            ("hosts: files\n", "", none, "r.test", 25, Order::Files),
            ("hosts: files [SUCCESS=merge] dns\n", "", none, "r.test", 25, Order::CLibrary),
            ("hosts: files [!UNAVAIL=return] dns\n", "", none, "r.test", 25, Order::CLibrary),
            ("hosts: files resolve [!UNAVAIL=return] dns\n", "", none, "r.test", 25, Order::CLibrary),
            (ubuntu, "", none, "r.test", 25, Order::FilesDns),
            (ubuntu, "", none, "r.local", 25, Order::CLibrary),
            (usual, "", none, "r.local", 25, Order::FilesDns),
            (usual, "", none, "r.LOCAL.", 19, Order::CLibrary),
            ("hosts: files myhostname dns\n", "", none, "r.test", 25, Order::FilesDns),
            ("hosts: files myhostname dns\n", "", none, "Node-1", 25, Order::CLibrary),
            ("hosts: files myhostname dns\n", "", none, "a.localhost", 25, Order::CLibrary),
            (usual, "options edns0 trust-ad\n", none, "r.test", 25, Order::FilesDns),
            (usual, "options edns0 trust-ad\n", none, "r.test", 19, Order::CLibrary),
            (usual, "options inet6\n", none, "r.test", 25, Order::CLibrary),
            (usual, "", ("LOCALDOMAIN", ""), "r.test", 25, Order::CLibrary),
            (usual, "", ("RES_OPTIONS", ""), "r.test", 25, Order::FilesDns),
            (usual, "", ("RES_OPTIONS", "ndots:2"), "r.test", 25, Order::CLibrary),
            (usual, "", ("GODEBUG", "x=1,netdns=cgo+2"), "r.test", 25, Order::CLibrary),
            (usual, "options inet6\n", ("GODEBUG", "netdns=go"), "r.test", 25, Order::FilesDns),
        ];
        for (nsswitch, resolv_conf, variable, host, go, expected) in cases {
            let found = order(nsswitch, resolv_conf, variable, host, go);
            assert_eq!(found, expected, "{nsswitch:?} {resolv_conf:?} {variable:?} {host} {go}");
        }
    }
}
