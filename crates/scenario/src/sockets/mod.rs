//! The same hosts on real sockets.
//!
//! ```text
//! SimulatedNetwork ── its hosts and its name server ──▶ SocketWorld: a listener each, UDP and TCP for names
//!        │                                                   ▲
//!        └── who may connect ──▶ SocketNetwork: net::Network ┘   (the node, whose words know declared addresses only)
//!                                        │
//!                                    Activity ──▶ keep_time: virtual time that stands still while bytes move
//! ```

mod accept;
mod activity;
mod compare;
mod door;
mod files;
mod nameserver;
mod network;
mod place;
mod relay;
mod served;
mod time;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::task::JoinSet;

use crate::SimulatedNetwork;

use accept::DialFaults;
pub(crate) use activity::Activity;
pub use compare::{TraceDifference, compare_traces, without_ports};
use door::Threshold;
pub use files::ServedFile;
pub use network::SocketNetwork;
pub use place::Listen;
pub use served::Served;
pub use time::socket_time;

/// The hosts of a scenario on real sockets. They stop, and their connections end, when this is dropped.
#[derive(Debug)]
pub struct SocketWorld {
    places: BTreeMap<SocketAddr, SocketAddr>,
    /// The name servers: where they are declared to be, and where they are.
    nameservers: BTreeMap<SocketAddr, SocketAddr>,
    activity: Activity,
    serving: JoinSet<()>,
}

impl SocketWorld {
    /// Puts each host that listens on a socket, and each name server on one of UDP and one of TCP. To be called within
    /// a tokio runtime.
    ///
    /// # Errors
    /// When the system gives no socket.
    pub async fn start(network: &Arc<SimulatedNetwork>, listen: Listen) -> io::Result<Self> {
        let mut doors = Vec::new();
        for (address, _) in network.listeners() {
            doors.push((address, Threshold::open(address, place::bind(address, listen).await?)?));
        }
        let mut servers = Vec::new();
        for server in network.nameservers() {
            servers.push((server, place::bind_nameserver(server, listen).await?));
        }
        Self::serve(network, doors, servers, DialFaults::Before)
    }

    /// Serves behind doors that exist. Name servers come in the network's order, with the address by which faults know them.
    fn serve(
        network: &Arc<SimulatedNetwork>,
        doors: Vec<(SocketAddr, Threshold)>,
        servers: Vec<(SocketAddr, place::NameSockets)>,
        dial_faults: DialFaults,
    ) -> io::Result<Self> {
        let (activity, mut serving, mut places) = (Activity::default(), JoinSet::new(), BTreeMap::new());
        let doorkeeper = (dial_faults == DialFaults::Here).then(|| network.clone());
        for (address, door) in doors {
            let Some((_, host)) = network.listeners().find(|(listens, _)| *listens == address) else {
                continue;
            };
            places.insert(address, door.address());
            serving.spawn(accept::accept(host.clone(), door, doorkeeper.clone(), activity.clone()));
        }
        let mut nameservers = BTreeMap::new();
        for ((declared, sockets), at) in servers.into_iter().zip(network.nameservers()) {
            nameservers.insert(declared, sockets.address()?);
            let place::NameSockets { datagrams, streams } = sockets;
            let server = nameserver::Server::new(network.clone(), declared.ip(), at, activity.clone());
            serving.spawn(nameserver::datagrams(server.clone(), datagrams));
            serving.spawn(nameserver::streams(server, streams));
        }
        Ok(Self { places, nameservers, activity, serving })
    }

    /// Where each host listens: its declared address, and that of its socket.
    pub fn places(&self) -> impl Iterator<Item = (SocketAddr, SocketAddr)> {
        self.places.iter().map(|(declared, real)| (*declared, *real))
    }

    /// Where the name servers listen, on UDP and TCP: their declared addresses, and those of their sockets.
    pub fn nameservers(&self) -> impl Iterator<Item = (SocketAddr, SocketAddr)> {
        self.nameservers.iter().map(|(declared, real)| (*declared, *real))
    }

    /// The node's way to these sockets: it dials declared addresses.
    pub fn network(&self, declared: Arc<SimulatedNetwork>) -> SocketNetwork {
        SocketNetwork::new(declared, self.places.clone(), self.nameservers.clone(), self.activity.clone())
    }

    /// Keeps virtual time: to be called on the runtime of [`socket_time`], once.
    pub fn keep_time(&mut self) {
        self.serving.spawn(time::keep(self.activity.clone()));
    }
}
