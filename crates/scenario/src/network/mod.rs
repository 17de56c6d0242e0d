//! The door to simulated hosts.

mod datagram;
mod errno;
mod firewall;
mod nameserver;
mod pipe;

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use mock_registry::{Clock, DialFault, Host, Request, RequestLog, Zone};
use net::{BoxFuture, Datagram, Network, Stream};

use crate::file::FirewallAction;
use datagram::{Far, Socket};
use errno::{ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT, error};

pub(crate) use firewall::{Firewall, FirewallRule};

/// How long Linux goes on sending SYN before it gives up: six retries, 1 + 2 + … + 64 seconds (`tcp_syn_retries`
/// in tcp(7)).
const SYN_PATIENCE: Duration = Duration::from_secs(127);
/// The first of the ports that connections come from (`ip_local_port_range`).
const FIRST_PORT: u16 = 32_768;

/// A network in memory: hosts at addresses, a name server, and a firewall before the node.
///
/// An address at which no host of the scenario lives does not answer; a port of a host's address at which nothing
/// listens refuses.
pub struct SimulatedNetwork {
    node: Vec<IpAddr>,
    nameservers: Vec<SocketAddr>,
    zone: Arc<Zone>,
    firewall: Firewall,
    /// `None`: the address is a host's, but nothing listens at this port.
    hosts: BTreeMap<SocketAddr, Option<Arc<Host>>>,
    log: RequestLog,
    clock: Clock,
    next_port: AtomicU16,
}

/// What stands before every attempt to connect to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    Refusal,
    Silence,
    HostUnreachable,
    NetworkUnreachable,
}

/// What a network is made of.
pub(crate) struct Parts {
    pub(crate) node: Vec<IpAddr>,
    pub(crate) nameservers: Vec<IpAddr>,
    pub(crate) zone: Arc<Zone>,
    pub(crate) firewall: Firewall,
    pub(crate) hosts: BTreeMap<SocketAddr, Option<Arc<Host>>>,
    pub(crate) log: RequestLog,
    pub(crate) clock: Clock,
}

impl SimulatedNetwork {
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            node: parts.node,
            nameservers: parts.nameservers.into_iter().map(at_port_53).collect(),
            zone: parts.zone,
            firewall: parts.firewall,
            hosts: parts.hosts,
            log: parts.log,
            clock: parts.clock,
            next_port: AtomicU16::new(FIRST_PORT),
        }
    }

    /// The requests that came to any of the hosts, the oldest first.
    pub fn requests(&self) -> Vec<Request> {
        self.log.requests()
    }

    /// The hosts that listen, by their addresses.
    pub(crate) fn listeners(&self) -> impl Iterator<Item = (SocketAddr, &Arc<Host>)> {
        self.hosts.iter().filter_map(|(address, host)| Some((*address, host.as_ref()?)))
    }

    /// Where the name servers are, in order.
    pub(crate) fn nameservers(&self) -> impl Iterator<Item = SocketAddr> {
        self.nameservers.iter().copied()
    }

    /// What the name servers know.
    pub(crate) fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Whether a question to this address comes to a name server.
    pub(crate) fn is_answered(&self, server: SocketAddr) -> bool {
        self.is_nameserver(server) && self.firewall.action(server, self.clock.elapsed()).is_none()
    }

    /// What stands before everybody who wants to connect to this address now. Faults for some attempts alone do not.
    pub(crate) fn obstacle(&self, address: SocketAddr) -> Option<Obstacle> {
        let of_firewall = |action| match action {
            FirewallAction::Drop => Obstacle::Silence,
            FirewallAction::Refuse => Obstacle::Refusal,
            FirewallAction::HostUnreachable => Obstacle::HostUnreachable,
            FirewallAction::NetworkUnreachable => Obstacle::NetworkUnreachable,
        };
        let of_fault = |fault| match fault {
            DialFault::NoAnswer => Some(Obstacle::Silence),
            DialFault::Refused => Some(Obstacle::Refusal),
            DialFault::HostUnreachable => Some(Obstacle::HostUnreachable),
            DialFault::NetworkUnreachable => Some(Obstacle::NetworkUnreachable),
            DialFault::Slow(_) => None,
        };
        let host = self.hosts.get(&address).and_then(Option::as_ref);
        let firewall = self.firewall.action(address, self.clock.elapsed()).map(of_firewall);
        firewall.or_else(|| host?.standing_dial_fault().and_then(of_fault))
    }

    /// Whether faults make single attempts to connect differ from others, or late.
    pub(crate) fn dials_differ(&self, address: SocketAddr) -> bool {
        self.hosts.get(&address).and_then(Option::as_ref).is_some_and(|host| host.dial_faults_differ())
    }

    /// Whether that is another at another time.
    pub(crate) fn obstacles_change(&self, address: SocketAddr) -> bool {
        let host = self.hosts.get(&address).and_then(Option::as_ref);
        self.firewall.changes(address) || host.is_some_and(|host| host.dial_faults_change())
    }

    /// The node's end of a conversation with `address`.
    fn local(&self, address: SocketAddr) -> io::Result<SocketAddr> {
        let own = self.node.iter().find(|own| own.is_ipv4() == address.is_ipv4());
        let port = self.next_port.fetch_add(1, Ordering::Relaxed).max(FIRST_PORT);
        own.map(|own| SocketAddr::new(*own, port)).ok_or_else(|| error(ENETUNREACH))
    }

    fn is_host(&self, address: IpAddr) -> bool {
        self.hosts.keys().any(|known| known.ip() == address)
    }

    async fn connect(&self, address: SocketAddr) -> io::Result<Box<dyn Stream>> {
        let (local, server) = self.admit(address).await?;
        let (near, far) = pipe::connection(local, address);
        match server {
            Some(host) => drop(tokio::spawn(host.serve(far, local))),
            None => drop(tokio::spawn(nameserver::answer_stream(self.zone.clone(), address.ip(), far))),
        }
        Ok(Box::new(near))
    }

    /// What becomes of an attempt to connect: the address that it comes from, and the host that takes it (`None` is
    /// the name server). The error comes when the node would have it.
    pub(crate) async fn admit(&self, address: SocketAddr) -> io::Result<(SocketAddr, Option<Arc<Host>>)> {
        let local = self.local(address)?;
        match self.firewall.action(address, self.clock.elapsed()) {
            None => {}
            Some(FirewallAction::Drop) => return unanswered().await,
            Some(FirewallAction::Refuse) => return Err(error(ECONNREFUSED)),
            Some(FirewallAction::HostUnreachable) => return Err(error(EHOSTUNREACH)),
            Some(FirewallAction::NetworkUnreachable) => return Err(error(ENETUNREACH)),
        }
        match self.hosts.get(&address) {
            Some(Some(host)) => {
                match host.dial_fault() {
                    None => {}
                    Some(DialFault::Refused) => return Err(error(ECONNREFUSED)),
                    Some(DialFault::NoAnswer) => return unanswered().await,
                    Some(DialFault::HostUnreachable) => return Err(error(EHOSTUNREACH)),
                    Some(DialFault::NetworkUnreachable) => return Err(error(ENETUNREACH)),
                    Some(DialFault::Slow(time)) => tokio::time::sleep(time).await,
                }
                Ok((local, Some(host.clone())))
            }
            _ if self.is_nameserver(address) => Ok((local, None)),
            _ if self.is_host(address.ip()) || self.is_node(address.ip()) => Err(error(ECONNREFUSED)),
            _ => unanswered().await,
        }
    }

    fn is_nameserver(&self, address: SocketAddr) -> bool {
        self.nameservers.contains(&address)
    }

    fn is_node(&self, address: IpAddr) -> bool {
        address.is_loopback() || self.node.contains(&address)
    }

    fn open_datagram(&self, server: SocketAddr) -> io::Result<Box<dyn Datagram>> {
        let local = self.local(server)?;
        let far = match self.firewall.action(server, self.clock.elapsed()) {
            Some(FirewallAction::Drop) => Far::Silence,
            Some(FirewallAction::Refuse) => Far::Unreachable(ECONNREFUSED),
            Some(FirewallAction::HostUnreachable) => Far::Unreachable(EHOSTUNREACH),
            Some(FirewallAction::NetworkUnreachable) => Far::Unreachable(ENETUNREACH),
            None if self.is_nameserver(server) => Far::Zone(self.zone.clone()),
            None if self.is_host(server.ip()) || self.is_node(server.ip()) => Far::Unreachable(ECONNREFUSED),
            None => Far::Silence,
        };
        Ok(Box::new(Socket::new(local, server, far)))
    }
}

const fn at_port_53(server: IpAddr) -> SocketAddr {
    SocketAddr::new(server, 53)
}

/// Nothing comes back, until Linux gives up.
async fn unanswered<T>() -> io::Result<T> {
    tokio::time::sleep(SYN_PATIENCE).await;
    Err(error(ETIMEDOUT))
}

impl Network for SimulatedNetwork {
    fn dial(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Stream>>> {
        Box::pin(self.connect(address))
    }

    fn datagram(&self, server: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Datagram>>> {
        Box::pin(std::future::ready(self.open_datagram(server)))
    }
}
