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

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::SimulatedNetwork;

use accept::DialFaults;
pub(crate) use activity::Activity;
pub use compare::{TraceDifference, compare_traces, without_ports};
pub use files::ServedFile;
pub use network::SocketNetwork;
pub use place::Listen;
pub use served::{Served, UnwritableFile};
pub use time::socket_time;

/// The hosts of a scenario on real sockets. They stop, and their connections end, when this is dropped.
#[derive(Debug)]
pub struct SocketWorld {
    places: BTreeMap<SocketAddr, SocketAddr>,
    nameserver: Option<SocketAddr>,
    activity: Activity,
    serving: JoinSet<()>,
}

impl SocketWorld {
    /// Puts each host that listens on a socket, and the name server on one of UDP and one of TCP. To be called within
    /// a tokio runtime.
    ///
    /// # Errors
    /// When the system gives no socket.
    pub async fn start(network: &Arc<SimulatedNetwork>, listen: Listen) -> io::Result<Self> {
        let mut listeners = Vec::new();
        for (address, _) in network.listeners() {
            listeners.push((address, place::bind(address, listen).await?));
        }
        let server = place::bind_nameserver(network.nameserver().0, listen).await?;
        Self::serve(network, listeners, Some(server), DialFaults::Before)
    }

    /// Serves on listeners that exist.
    fn serve(
        network: &Arc<SimulatedNetwork>,
        listeners: Vec<(SocketAddr, TcpListener)>,
        nameserver: Option<place::NameSockets>,
        dial_faults: DialFaults,
    ) -> io::Result<Self> {
        let (activity, mut serving, mut places) = (Activity::default(), JoinSet::new(), BTreeMap::new());
        for (declared, listener) in listeners {
            let Some((_, host)) = network.listeners().find(|(address, _)| *address == declared) else {
                continue;
            };
            places.insert(declared, listener.local_addr()?);
            serving.spawn(accept::accept(host.clone(), listener, dial_faults, activity.clone()));
        }
        let at = nameserver.as_ref().map(place::NameSockets::address).transpose()?;
        if let Some(place::NameSockets { datagrams, streams }) = nameserver {
            serving.spawn(nameserver::datagrams(network.clone(), datagrams, activity.clone()));
            serving.spawn(nameserver::streams(network.clone(), streams, activity.clone()));
        }
        Ok(Self { places, nameserver: at, activity, serving })
    }

    /// Where each host listens: its declared address, and that of its socket.
    pub fn places(&self) -> impl Iterator<Item = (SocketAddr, SocketAddr)> {
        self.places.iter().map(|(declared, real)| (*declared, *real))
    }

    /// Where the name server listens, on UDP and TCP.
    pub const fn nameserver(&self) -> Option<SocketAddr> {
        self.nameserver
    }

    /// The node's way to these sockets: it dials declared addresses.
    pub fn network(&self, declared: Arc<SimulatedNetwork>) -> SocketNetwork {
        SocketNetwork::new(declared, self.places.clone(), self.nameserver, self.activity.clone())
    }

    /// Keeps virtual time: to be called on the runtime of [`socket_time`], once.
    pub fn keep_time(&mut self) {
        self.serving.spawn(time::keep(self.activity.clone()));
    }
}
