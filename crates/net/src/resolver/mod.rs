//! Names to addresses, as Go's own resolver does it on Linux (Go 1.25 `net/dnsclient_unix.go`, `net/lookup.go`).

mod config;
mod exchange;
mod sort;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use gostd::net::{DnsError, DnsProblem};
use hickory_proto::rr::RecordType;
use node::Node;
use trace::NameSource;

use self::config::Config;
use self::exchange::Answer;
use crate::network::Network;

/// The resolver of a node.
pub struct Resolver {
    network: Arc<dyn Network>,
    config: Config,
}

/// What a lookup found, for the trace as well.
pub(crate) struct Found {
    pub(crate) source: NameSource,
    pub(crate) servers: Vec<SocketAddr>,
    pub(crate) result: Result<Vec<IpAddr>, DnsError>,
}

impl Resolver {
    /// A resolver with the node's `resolv.conf`, `hosts` and `nsswitch.conf`.
    pub fn new(network: Arc<dyn Network>, node: &Node) -> Self {
        Self { network, config: Config::read(node) }
    }

    /// `Resolver.goLookupIPCNAMEOrder`: the addresses of a host, in the order in which they are dialled.
    pub(crate) async fn lookup(&self, host: &str) -> Found {
        let mut servers = Vec::new();
        let in_files = if self.config.files { self.config.in_hosts(host) } else { Vec::new() };
        let in_files = sort::sort(&*self.network, in_files).await;
        if self.config.files_first && !in_files.is_empty() {
            return Found { source: NameSource::HostsFile, servers, result: Ok(in_files) };
        }
        let result = self.lookup_dns(host, &mut servers).await;
        if result.is_err() && !in_files.is_empty() {
            return Found { source: NameSource::HostsFile, servers, result: Ok(in_files) };
        }
        Found { source: NameSource::Dns, servers, result }
    }

    async fn lookup_dns(&self, host: &str, asked: &mut Vec<SocketAddr>) -> Result<Vec<IpAddr>, DnsError> {
        let nowhere = || DnsError { name: host.to_owned(), server: None, problem: DnsProblem::NoSuchHost };
        if !is_domain_name(host) {
            return Err(nowhere());
        }
        let mut last = None;
        for name in self.config.names(host) {
            let addresses = self.lookup_name(host, &name, asked, &mut last).await;
            if !addresses.is_empty() {
                return Ok(sort::sort(&*self.network, addresses).await);
            }
        }
        // The error names the host as it was asked for, not the one with a suffix.
        Err(last.map_or_else(nowhere, |error| DnsError { name: host.to_owned(), ..error }))
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
        for _ in 0..self.config.attempts {
            for &server in &self.config.servers {
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
