//! The network of a recording: servers at their addresses, a name server, and places that never answer.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use net::{BoxFuture, Datagram, Network, Stream};

use crate::dns::Socket;
use crate::log::Log;
use crate::names::Names;
use crate::pipe::{Near, connection};
use crate::recording::{Connection, Definition};
use crate::server::Server;

const EACCES: i32 = 13;
const ENETUNREACH: i32 = 101;
const ECONNREFUSED: i32 = 111;
const EHOSTUNREACH: i32 = 113;

/// The name server of the recordings' nodes.
const NAMESERVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 53)), 53);

/// All that a node can reach.
pub(crate) struct World {
    servers: HashMap<SocketAddr, Arc<Server>>,
    zone: Option<BTreeMap<String, String>>,
    pub(crate) log: Arc<Log>,
    next_port: AtomicU16,
}

/// The door to it.
pub(crate) struct Door(pub(crate) Arc<World>);

fn error(number: i32) -> io::Error {
    io::Error::from_raw_os_error(number)
}

impl World {
    pub(crate) fn new(definition: &Definition, names: &Arc<Names>) -> Self {
        let log = Arc::new(Log::default());
        let servers = definition.servers.iter().map(|(key, file)| {
            (file.addr.parse().unwrap(), Arc::new(Server::new(key, file, names.clone(), log.clone())))
        });
        let zone = (!definition.opts.no_dns_server).then(|| definition.dns.clone());
        Self { servers: servers.collect(), zone, log, next_port: AtomicU16::new(40_000) }
    }

    fn local(&self, address: SocketAddr) -> SocketAddr {
        let port = self.next_port.fetch_add(1, Ordering::Relaxed);
        match address {
            SocketAddr::V4(_) => SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port),
            SocketAddr::V6(_) => SocketAddr::new(Ipv6Addr::LOCALHOST.into(), port),
        }
    }

    /// What Linux says to a packet for this address, if it does not send it.
    fn route(address: IpAddr) -> io::Result<()> {
        match address {
            IpAddr::V4(v4) => match v4.octets() {
                [127, ..] | [10, 99, 0, _] => Ok(()),
                [10, 98, 0, _] => Err(error(EHOSTUNREACH)),
                [10, 97, 0, _] => Err(error(EACCES)),
                _ => Err(error(ENETUNREACH)),
            },
            IpAddr::V6(v6) if v6.is_loopback() => Ok(()),
            IpAddr::V6(_) => Err(error(ENETUNREACH)),
        }
    }

    /// Boxed, since a proxy's connection connects again.
    pub(crate) fn connect(self: &Arc<Self>, address: SocketAddr) -> BoxFuture<'_, io::Result<Near>> {
        Box::pin(async move {
            Self::route(address.ip())?;
            if !address.ip().is_loopback() {
                return std::future::pending().await;
            }
            match self.servers.get(&address) {
                Some(server) if server.connection == Connection::BacklogFull => std::future::pending().await,
                Some(server) if server.connection != Connection::NoListen => {
                    let (near, far, reset) = connection(self.local(address), address);
                    tokio::spawn(server.clone().serve(self.clone(), far, reset));
                    Ok(near)
                }
                _ => Err(error(ECONNREFUSED)),
            }
        })
    }

    fn datagram(&self, server: SocketAddr) -> io::Result<Box<dyn Datagram>> {
        Self::route(server.ip())?;
        let zone = self.zone.clone().filter(|_| server == NAMESERVER);
        Ok(Box::new(Socket::new(self.local(server), zone)))
    }
}

impl Network for Door {
    fn dial(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Stream>>> {
        Box::pin(async move { Ok(Box::new(self.0.connect(address).await?) as Box<dyn Stream>) })
    }

    fn datagram(&self, server: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Datagram>>> {
        Box::pin(std::future::ready(self.0.datagram(server)))
    }
}
