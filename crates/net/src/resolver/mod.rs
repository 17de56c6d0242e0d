//! Names to addresses, as Go's own resolver does it on Linux (Go 1.25 `net/dnsclient_unix.go`, `net/lookup.go`).

mod config;
mod exchange;
mod order;
mod sort;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gostd::net::{DnsError, DnsProblem};
use hickory_proto::rr::RecordType;
use node::{Environment, Node};
use trace::NameSource;

use self::config::Config;
use self::exchange::Answer;
use self::order::{Order, Orders};
use crate::network::Network;

/// The version whose rules hold unless another is named.
const NEWEST_GO: u8 = 27;

/// The resolver of a node.
pub struct Resolver {
    network: Arc<dyn Network>,
    config: Config,
    orders: Orders,
    /// How many questions were asked, where the servers take turns.
    asked: AtomicUsize,
}

/// What a lookup found, for the trace as well.
pub(crate) struct Found {
    pub(crate) source: NameSource,
    pub(crate) servers: Vec<SocketAddr>,
    /// The name below a search domain that was found in place of the host's own.
    pub(crate) below: Option<String>,
    pub(crate) result: Result<Vec<IpAddr>, DnsError>,
}

impl Found {
    const fn in_files(servers: Vec<SocketAddr>, result: Result<Vec<IpAddr>, DnsError>) -> Self {
        Self { source: NameSource::HostsFile, servers, below: None, result }
    }
}

impl Resolver {
    /// A resolver with the node's `resolv.conf`, `hosts` and `nsswitch.conf`.
    pub fn new(network: Arc<dyn Network>, node: &Node) -> Self {
        Self::of_service(network, node, &Environment::default(), NEWEST_GO)
    }

    /// The same for a service with this environment, built by this minor version of Go 1.
    pub fn of_service(network: Arc<dyn Network>, node: &Node, environment: &Environment, go: u8) -> Self {
        let config = Config::read(node, go);
        let orders = Orders::read(node, environment, &config, go);
        Self { network, config, orders, asked: AtomicUsize::new(0) }
    }

    /// `Resolver.lookupIP`: the addresses of a host, in the order in which they are dialled.
    pub(crate) async fn lookup(&self, host: &str) -> Found {
        let order = self.orders.of(host);
        let in_files = if order == Order::Dns { Vec::new() } else { self.config.in_hosts(host) };
        let in_files = sort::sort(&*self.network, in_files).await;
        let mut servers = Vec::new();
        if order != Order::DnsFiles && !in_files.is_empty() {
            return Found::in_files(servers, Ok(in_files));
        }
        if order == Order::Files {
            return Found::in_files(servers, Err(nowhere(host)));
        }
        let result = self.lookup_dns(host, &mut servers).await;
        if result.is_err() && !in_files.is_empty() {
            return Found::in_files(servers, Ok(in_files));
        }
        let below = result.as_ref().ok().map(|(name, _)| name.trim_end_matches('.').to_owned());
        let below = below.filter(|name| name != host.trim_end_matches('.'));
        let result = match order {
            Order::CLibrary => result.map_err(of_c_library),
            _ => result,
        };
        Found { source: NameSource::Dns, servers, below, result: result.map(|(_, addresses)| addresses) }
    }

    /// The name that was found, and its addresses.
    async fn lookup_dns(
        &self,
        host: &str,
        asked: &mut Vec<SocketAddr>,
    ) -> Result<(String, Vec<IpAddr>), DnsError> {
        if !is_domain_name(host) {
            return Err(nowhere(host));
        }
        let mut last = None;
        for name in self.config.names(host) {
            let addresses = self.lookup_name(host, &name, asked, &mut last).await;
            if !addresses.is_empty() {
                return Ok((name, sort::sort(&*self.network, addresses).await));
            }
        }
        // The error names the host as it was asked for, not the one with a suffix.
        Err(last.map_or_else(|| nowhere(host), |error| DnsError { name: host.to_owned(), ..error }))
    }

    /// Asks for both address types of one fully qualified name.
    async fn lookup_name(
        &self,
        host: &str,
        name: &str,
        asked: &mut Vec<SocketAddr>,
        last: &mut Option<DnsError>,
    ) -> Vec<IpAddr> {
        let (v4, v6) = (self.try_one_name(name, RecordType::A), self.try_one_name(name, RecordType::AAAA));
        let answers = if self.config.single_request {
            [v4.await, v6.await]
        } else {
            let (v4, v6) = tokio::join!(v4, v6);
            [v4, v6]
        };
        let mut addresses = Vec::new();
        for (servers, answer) in answers {
            for server in servers {
                if !asked.contains(&server) {
                    asked.push(server);
                }
            }
            match answer {
                Ok(found) => addresses.extend(found),
                // The error of the name without a suffix is preferred.
                Err(error) if last.is_none() || name == format!("{host}.") => *last = Some(error),
                Err(_) => {}
            }
        }
        addresses
    }

    /// `Resolver.tryOneName`: each server in turn, as often as `attempts` says.
    async fn try_one_name(
        &self,
        name: &str,
        record: RecordType,
    ) -> (Vec<SocketAddr>, Result<Vec<IpAddr>, DnsError>) {
        let (mut asked, mut last) = (Vec::new(), None);
        let servers = &self.config.servers;
        // `dnsConfig.serverOffset`
        let first =
            if self.config.rotate { self.asked.fetch_add(1, Ordering::Relaxed) % servers.len() } else { 0 };
        for _ in 0..self.config.attempts {
            for &server in servers[first..].iter().chain(&servers[..first]) {
                asked.push(server);
                let error = |problem| DnsError { name: name.to_owned(), server: Some(server), problem };
                match exchange::exchange(&*self.network, &self.config, server, name, record).await {
                    Ok(Answer::Addresses(addresses)) => return (asked, Ok(addresses)),
                    // The name does not exist: another server would not help.
                    Ok(Answer::NoSuchHost) => return (asked, Err(error(DnsProblem::NoSuchHost))),
                    Ok(Answer::Misbehaving) => last = Some(error(DnsProblem::ServerMisbehaving)),
                    Ok(Answer::Unreadable) => last = Some(error(DnsProblem::CannotUnmarshal)),
                    Err(cause) => last = Some(error(DnsProblem::Exchange(Box::new(cause)))),
                }
            }
        }
        let none = DnsError { name: name.to_owned(), server: None, problem: DnsProblem::NoSuchHost };
        (asked, Err(last.unwrap_or(none)))
    }
}

fn nowhere(host: &str) -> DnsError {
    DnsError { name: host.to_owned(), server: None, problem: DnsProblem::NoSuchHost }
}

/// What Go is told by `getaddrinfo` (`cgoLookupHostIP`): no server, and of all that went wrong on the way the same.
fn of_c_library(error: DnsError) -> DnsError {
    let problem = match error.problem {
        DnsProblem::NoSuchHost => DnsProblem::NoSuchHost,
        _ => DnsProblem::TemporaryFailure,
    };
    DnsError { server: None, problem, ..error }
}

/// `isDomainName` (Go `net/dnsclient.go`): labels of letters, digits, `-` and `_`, each 1 to 63 long, at least one
/// of them not all digits.
fn is_domain_name(name: &str) -> bool {
    if name == "." {
        return true;
    }
    let labels: Vec<&str> = name.strip_suffix('.').unwrap_or(name).split('.').collect();
    let fits = |label: &&str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let numeric = labels.iter().all(|label| label.bytes().all(|b| b.is_ascii_digit()));
    !name.is_empty() && name.len() <= 254 && labels.iter().all(fits) && !numeric
}

#[cfg(test)]
mod tests {
    use super::is_domain_name;

    #[test]
    fn domain_names() {
        for (name, verdict) in [
            ("a.b", true),
            ("a..b", false),
            ("a_b.c", true),
            ("-a.b", false),
            ("1.2.3", false),
            ("", false),
            ("http", true),
            ("a b", false),
        ] {
            assert_eq!(is_domain_name(name), verdict, "{name}");
        }
    }
}
