//! What the node's files say about names: `resolv.conf`, `hosts`, `nsswitch.conf`
//! (Go `net/dnsconfig_unix.go`, `net/hosts.go`, `net/nss.go`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use node::Node;

/// The most that Go takes of `ndots`.
const MAX_NDOTS: usize = 15;
/// The most name servers that Go takes.
const MAX_SERVERS: usize = 3;

/// The resolver's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Config {
    pub(crate) servers: Vec<SocketAddr>,
    pub(crate) search: Vec<String>,
    pub(crate) ndots: usize,
    pub(crate) timeout: Duration,
    pub(crate) attempts: usize,
    pub(crate) use_tcp: bool,
    pub(crate) single_request: bool,
    pub(crate) hosts: Vec<(String, IpAddr)>,
    pub(crate) files: bool,
    pub(crate) files_first: bool,
}

impl Config {
    /// Reads the node's files; what is missing has Go's defaults.
    pub(crate) fn read(node: &Node) -> Self {
        let text = |path| String::from_utf8_lossy(&node.read(path).unwrap_or_default()).into_owned();
        let mut config = Self::of_resolv_conf(&text("/etc/resolv.conf"));
        config.hosts = hosts(&text("/etc/hosts"));
        (config.files, config.files_first) = name_service(&text("/etc/nsswitch.conf"));
        config
    }

    fn of_resolv_conf(text: &str) -> Self {
        let mut config = Self {
            servers: Vec::new(),
            search: Vec::new(),
            ndots: 1,
            timeout: Duration::from_secs(5),
            attempts: 2,
            use_tcp: false,
            single_request: false,
            hosts: Vec::new(),
            files: true,
            files_first: true,
        };
        for line in text.lines().filter(|line| !line.starts_with([';', '#'])) {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("nameserver") if config.servers.len() < MAX_SERVERS => {
                    // A zone (`fe80::1%eth0`) has no meaning away from the node.
                    let address =
                        words.next().and_then(|word| word.split('%').next()?.parse::<IpAddr>().ok());
                    config.servers.extend(address.map(|address| SocketAddr::new(address, 53)));
                }
                Some("domain") => config.search = words.next().map(rooted).into_iter().collect(),
                Some("search") => config.search = words.map(rooted).filter(|name| name != ".").collect(),
                Some("options") => words.for_each(|option| config.option(option)),
                _ => {}
            }
        }
        if config.servers.is_empty() {
            let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
            config.servers = loopback.map(|address| SocketAddr::new(address, 53)).to_vec();
        }
        config
    }

    fn option(&mut self, option: &str) {
        let (name, value) = option.split_once(':').unwrap_or((option, ""));
        let number = value.parse::<usize>();
        match (name, number) {
            ("ndots", Ok(n)) => self.ndots = n.min(MAX_NDOTS),
            ("timeout", Ok(n)) => self.timeout = Duration::from_secs(n.max(1) as u64),
            ("attempts", Ok(n)) => self.attempts = n.max(1),
            ("use-vc" | "usevc" | "tcp", _) => self.use_tcp = true,
            ("single-request" | "single-request-reopen", _) => self.single_request = true,
            _ => {}
        }
    }

    /// The names to ask for, in order, each with a dot at its end (`dnsConfig.nameList`).
    pub(crate) fn names(&self, name: &str) -> Vec<String> {
        const LONGEST: usize = 254;
        if name.ends_with('.') {
            return if avoid(name) { Vec::new() } else { vec![name.to_owned()] };
        }
        if name.len() >= LONGEST {
            return Vec::new();
        }
        let plain = format!("{name}.");
        let suffixed = self.search.iter().map(|suffix| format!("{plain}{suffix}"));
        let mut names: Vec<String> = suffixed.filter(|name| !avoid(name) && name.len() <= LONGEST).collect();
        if !avoid(&plain) {
            let dots = name.matches('.').count();
            let at = if dots >= self.ndots { 0 } else { names.len() };
            names.insert(at, plain);
        }
        names
    }

    /// The addresses of a name in the hosts file.
    pub(crate) fn in_hosts(&self, name: &str) -> Vec<IpAddr> {
        let wanted = name.trim_end_matches('.').to_ascii_lowercase();
        self.hosts.iter().filter(|(host, _)| *host == wanted).map(|(_, address)| *address).collect()
    }
}

fn rooted(name: &str) -> String {
    if name.ends_with('.') { name.to_owned() } else { format!("{name}.") }
}

/// Names that are never asked for (`avoidDNS`).
fn avoid(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name.is_empty() || name.to_ascii_lowercase().ends_with(".onion")
}

fn hosts(text: &str) -> Vec<(String, IpAddr)> {
    let mut hosts = Vec::new();
    for line in text.lines() {
        let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
        let address = words.next().and_then(|word| word.split('%').next()?.parse::<IpAddr>().ok());
        if let Some(address) = address {
            hosts.extend(words.map(|name| (name.trim_end_matches('.').to_ascii_lowercase(), address)));
        }
    }
    hosts
}

/// Whether the hosts file is looked at, and whether before the name servers.
fn name_service(text: &str) -> (bool, bool) {
    let line = text.lines().find_map(|line| line.trim().strip_prefix("hosts:"));
    let Some(line) = line else { return (true, true) };
    let sources: Vec<&str> = line.split_whitespace().filter(|word| !word.starts_with('[')).collect();
    let position = |name| sources.iter().position(|source| *source == name);
    match (position("files"), position("dns")) {
        (Some(files), Some(dns)) => (true, files < dns),
        (None, Some(_)) => (false, false),
        _ => (true, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_lists() {
        let config = Config::of_resolv_conf("search a.test b.test\noptions ndots:2 timeout:1 attempts:3\n");
        assert_eq!(config.names("x.y"), ["x.y.a.test.", "x.y.b.test.", "x.y."]);
        assert_eq!(config.names("x.y.z"), ["x.y.z.", "x.y.z.a.test.", "x.y.z.b.test."]);
        assert_eq!(config.names("x."), ["x."]);
        assert!(config.names("abc.onion").iter().all(|name| name.ends_with(".test.")));
        assert_eq!((config.timeout, config.attempts), (Duration::from_secs(1), 3));
    }

    #[test]
    fn defaults_and_limits() {
        let empty = Config::of_resolv_conf("; nothing\n");
        let servers: Vec<String> = empty.servers.iter().map(ToString::to_string).collect();
        assert_eq!(servers, ["127.0.0.1:53", "[::1]:53"]);
        let many = "nameserver 10.0.0.1\nnameserver bad\nnameserver fe80::1%eth0\nnameserver 10.0.0.3\nnameserver 10.0.0.4\n";
        assert_eq!(Config::of_resolv_conf(many).servers.len(), 3);
        assert_eq!(name_service("hosts: dns files"), (true, false));
        assert_eq!(name_service("hosts: dns [NOTFOUND=return]"), (false, false));
        assert_eq!(
            hosts("127.0.0.1 LocalHost lh # c\nx y"),
            [("localhost".into(), [127, 0, 0, 1].into()), ("lh".into(), [127, 0, 0, 1].into())]
        );
    }
}
