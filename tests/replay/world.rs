//! The network of a recording: servers at their addresses, a name server, and places that never answer.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use net::{BoxFuture, Clock, Datagram, Network, Stream};

use crate::answers::{Answers, Rules, Script};
use crate::dns::{Peer, Socket};
use crate::log::Log;
use crate::names::Names;
use crate::pipe::{Near, connection};
use crate::recording::{self, Connection, Definition, Family, Listener, Recording, ScriptFile};
use crate::server::Server;
use crate::topology::{self, Way, error};

const ECONNREFUSED: i32 = 111;
/// Where something listens when a script does not say where.
const LISTENING: [&str; 3] = ["registry.test", "auth.test", "cdn.test"];

/// All that a node can reach.
pub(crate) struct World {
    family: Family,
    servers: HashMap<SocketAddr, Arc<Server>>,
    zone: Option<BTreeMap<String, String>>,
    pub(crate) log: Arc<Log>,
    next_port: AtomicU16,
}

/// The door to it.
pub(crate) struct Door(pub(crate) Arc<World>);

impl World {
    pub(crate) fn new(recording: &Recording, names: &Arc<Names>, clock: Clock) -> Self {
        let (family, definition) = (recording.family, &recording.definition);
        let log = Arc::new(Log::default());
        let (servers, zone) = match family {
            Family::A => (servers(definition, names, &log), definition.dns.clone()),
            Family::B => (listeners(recording, names, &log, clock), topology::zone().collect()),
        };
        let zone = Some(zone).filter(|_| !definition.opts.no_dns_server);
        Self { family, servers, zone, log, next_port: AtomicU16::new(40_000) }
    }

    fn local(&self, address: SocketAddr) -> SocketAddr {
        let port = self.next_port.fetch_add(1, Ordering::Relaxed);
        SocketAddr::new(self.family.source(address.ip()), port)
    }

    /// Boxed, since a proxy's connection connects again.
    pub(crate) fn connect(self: &Arc<Self>, address: SocketAddr) -> BoxFuture<'_, io::Result<Near>> {
        Box::pin(async move {
            if self.family.route(address.ip())? == Way::Silence {
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
        let peer = match (self.family.route(server.ip())?, &self.zone) {
            (Way::Silence, _) => Peer::Silence,
            (Way::Here, Some(zone)) if server == self.family.nameserver() => Peer::Zone(zone.clone()),
            (Way::Here, _) => Peer::Nothing,
        };
        Ok(Box::new(Socket::new(self.local(server), peer)))
    }
}

type Servers = HashMap<SocketAddr, Arc<Server>>;

/// Family A's servers, each at its address.
fn servers(definition: &Definition, names: &Arc<Names>, log: &Arc<Log>) -> Servers {
    let server = |(key, file): (&String, &recording::ServerFile)| {
        let answers = Answers::Own(Box::new(Rules::new(file.clone(), names.clone())));
        let server = Server::new(key, file.conn, file.tls.as_ref(), answers, log.clone());
        (file.addr.parse().unwrap(), Arc::new(server))
    };
    definition.servers.iter().map(server).collect()
}

/// Family B's ports, with one script for all.
fn listeners(recording: &Recording, names: &Arc<Names>, log: &Arc<Log>, clock: Clock) -> Servers {
    let text = recording.definition.script.as_ref().map_or("{}", |script| script.get());
    let mut file: ScriptFile = recording::parse(&recording.case, &names.substitute(text));
    let listening = file.listeners.take();
    let listening = listening.unwrap_or_else(|| LISTENING.map(Listener::https).into());
    let script = Arc::new(Script::new(file, clock));
    let server = |listener: &Listener| {
        let answers = Answers::Scripted(script.clone(), listener.host.clone());
        let tls = listener.tls();
        let server = Server::new(&listener.host, listener.connection(), tls.as_ref(), answers, log.clone());
        let address = topology::address(&listener.host).unwrap();
        (SocketAddr::new(address, listener.port), Arc::new(server))
    };
    listening.iter().map(server).collect()
}

impl Network for Door {
    fn dial(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Stream>>> {
        Box::pin(async move { Ok(Box::new(self.0.connect(address).await?) as Box<dyn Stream>) })
    }

    fn datagram(&self, server: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Datagram>>> {
        Box::pin(std::future::ready(self.0.datagram(server)))
    }
}
