//! What the node's files say about names: `resolv.conf`, `hosts`
//! (Go `net/dnsconfig_unix.go`, `net/hosts.go`).

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
    /// Whether each question goes to another server first.
    pub(crate) rotate: bool,
    /// Whether something is written that Go does not know, and leaves to the C library (`unknownOpt`).
    pub(crate) is_foreign: bool,
    pub(crate) hosts: Vec<(String, IpAddr)>,
}

/// Options that Go did not know at first, but does since this version.
const KNOWN_SINCE: u8 = 20;

impl Config {
    /// Reads the node's files; what is missing has Go's defaults, of this minor version.
    pub(crate) fn read(node: &Node, go: u8) -> Self {
        let text = |path| String::from_utf8_lossy(&node.read(path).unwrap_or_default()).into_owned();
        let mut config = Self::of_resolv_conf(&text("/etc/resolv.conf"), go);
        config.hosts = hosts(&text("/etc/hosts"));
        if config.search.is_empty() {
            config.search = domain_of(text("/etc/hostname").trim()).into_iter().collect();
        }
        config
    }

    fn of_resolv_conf(text: &str, go: u8) -> Self {
        let mut config = Self {
            servers: Vec::new(),
            search: Vec::new(),
            ndots: 1,
            timeout: Duration::from_secs(5),
            attempts: 2,
            use_tcp: false,
            single_request: false,
            rotate: false,
            is_foreign: false,
            hosts: Vec::new(),
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
                Some("options") => words.for_each(|option| config.option(option, go)),
                // A fourth name server counts for nothing; `lookup` is of another system.
                None | Some("nameserver" | "lookup") => {}
                Some(_) => config.is_foreign = true,
            }
        }
        if config.servers.is_empty() {
            let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
            config.servers = loopback.map(|address| SocketAddr::new(address, 53)).to_vec();
        }
        config
    }

    fn option(&mut self, option: &str, go: u8) {
        let number = |prefix: &str| option.strip_prefix(prefix).map(leading_number);
        if let Some(dots) = number("ndots:") {
            self.ndots = dots.min(MAX_NDOTS);
        } else if let Some(seconds) = number("timeout:") {
            self.timeout = Duration::from_secs(seconds.max(1) as u64);
        } else if let Some(attempts) = number("attempts:") {
            self.attempts = attempts.max(1);
        } else {
            match option {
                "rotate" => self.rotate = true,
                "use-vc" | "usevc" | "tcp" => self.use_tcp = true,
                "single-request" | "single-request-reopen" => self.single_request = true,
                "trust-ad" | "edns0" | "no-reload" if go >= KNOWN_SINCE => {}
                _ => self.is_foreign = true,
            }
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

/// `dtoi`: the digits at the beginning; none are nought.
fn leading_number(text: &str) -> usize {
    const MOST: usize = 0xff_ffff;
    let digits = text.bytes().take_while(u8::is_ascii_digit);
    digits.fold(0, |number, digit| (number * 10 + usize::from(digit - b'0')).min(MOST))
}

/// `dnsDefaultSearch`: what stands behind the first dot of the node's own name.
fn domain_of(host: &str) -> Option<String> {
    let (_, domain) = host.split_once('.')?;
    (!domain.is_empty()).then(|| rooted(domain))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_lists() {
        let config =
            Config::of_resolv_conf("search a.test b.test\noptions ndots:2 timeout:1 attempts:3\n", 25);
        assert_eq!(config.names("x.y"), ["x.y.a.test.", "x.y.b.test.", "x.y."]);
        assert_eq!(config.names("x.y.z"), ["x.y.z.", "x.y.z.a.test.", "x.y.z.b.test."]);
        assert_eq!(config.names("x."), ["x."]);
        assert!(config.names("abc.onion").iter().all(|name| name.ends_with(".test.")));
        assert_eq!((config.timeout, config.attempts), (Duration::from_secs(1), 3));
    }

    #[test]
    fn defaults_and_limits() {
        let empty = Config::of_resolv_conf("; nothing\n", 25);
        let servers: Vec<String> = empty.servers.iter().map(ToString::to_string).collect();
        assert_eq!(servers, ["127.0.0.1:53", "[::1]:53"]);
        let many = "nameserver 10.0.0.1\nnameserver bad\nnameserver fe80::1%eth0\nnameserver 10.0.0.3\nnameserver 10.0.0.4\n";
        assert_eq!(Config::of_resolv_conf(many, 25).servers.len(), 3);
        assert_eq!(
            hosts("127.0.0.1 LocalHost lh # c\nx y"),
            [("localhost".into(), [127, 0, 0, 1].into()), ("lh".into(), [127, 0, 0, 1].into())]
        );
    }

    #[test]
    fn options() {
        let config = |text: &str, go| Config::of_resolv_conf(&format!("options {text}\n"), go);
        // Without a number there are nought dots, a second and one attempt.
        let odd = config("ndots:x timeout:x attempts:x", 25);
        assert_eq!((odd.ndots, odd.timeout, odd.attempts), (0, Duration::from_secs(1), 1));
        assert_eq!((config("ndots:5x", 25).ndots, config("ndots:99999999999", 25).ndots), (5, MAX_NDOTS));
        for (text, go, is_foreign) in [
            ("rotate single-request use-vc", 25, false),
            ("edns0 trust-ad", 25, false),
            ("edns0 trust-ad", 19, true),
            ("inet6", 25, true),
            ("ndots", 25, true),
        ] {
            assert_eq!(config(text, go).is_foreign, is_foreign, "{text} {go}");
        }
        assert!(Config::of_resolv_conf("sortlist 10.0.0.0\n", 25).is_foreign);
    }

    #[test]
    fn the_domain_of_the_node_is_searched() {
        assert_eq!(
            domain_of("ip-10-0-0-1.eu-west-1.compute.internal").as_deref(),
            Some("eu-west-1.compute.internal.")
        );
        assert_eq!((domain_of("node"), domain_of("node.")), (None, None));
    }
}
