use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use net::{BoxFuture, Datagram, Network, Stream, SystemNetwork};

use super::Activity;
use super::relay::Watched;
use crate::SimulatedNetwork;

/// The door to hosts on sockets. Whoever uses it knows declared addresses alone: who lives there, and what a firewall
/// makes of it, the simulated network says; the bytes go over the machine's own network.
pub struct SocketNetwork {
    declared: Arc<SimulatedNetwork>,
    places: BTreeMap<SocketAddr, SocketAddr>,
    nameservers: BTreeMap<SocketAddr, SocketAddr>,
    activity: Activity,
    system: SystemNetwork,
}

impl SocketNetwork {
    pub(super) fn new(
        declared: Arc<SimulatedNetwork>,
        places: BTreeMap<SocketAddr, SocketAddr>,
        nameservers: BTreeMap<SocketAddr, SocketAddr>,
        activity: Activity,
    ) -> Self {
        Self { declared, places, nameservers, activity, system: SystemNetwork::new() }
    }

    /// The socket of the name server of this address, if questions come to it.
    fn nameserver(&self, address: SocketAddr) -> Option<SocketAddr> {
        self.nameservers.get(&address).copied().filter(|_| self.declared.is_answered(address))
    }

    async fn connect(&self, address: SocketAddr) -> io::Result<Box<dyn Stream>> {
        let place = self.places.get(&address).copied().or_else(|| self.nameserver(address));
        let Some(place) = place else {
            // Nobody's socket: the simulated network knows what that means.
            return self.declared.dial(address).await;
        };
        let (local, _) = self.declared.admit(address).await?;
        self.activity.touch();
        let stream = self.system.dial(place).await?;
        Ok(Box::new(Watched::new(stream, local, address, self.activity.clone())))
    }

    async fn open(&self, server: SocketAddr) -> io::Result<Box<dyn Datagram>> {
        let declared = self.declared.datagram(server).await?;
        let Some(place) = self.nameserver(server) else { return Ok(declared) };
        let socket = self.system.datagram(place).await?;
        Ok(Box::new(WatchedDatagram {
            socket,
            local: declared.local_addr(),
            activity: self.activity.clone(),
        }))
    }
}

impl Network for SocketNetwork {
    fn dial(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Stream>>> {
        Box::pin(self.connect(address))
    }

    fn datagram(&self, server: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Datagram>>> {
        Box::pin(self.open(server))
    }
}

struct WatchedDatagram {
    socket: Box<dyn Datagram>,
    local: SocketAddr,
    activity: Activity,
}

impl Datagram for WatchedDatagram {
    fn local_addr(&self) -> SocketAddr {
        self.local
    }

    fn send<'a>(&'a self, packet: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        self.activity.touch();
        self.socket.send(packet)
    }

    fn receive<'a>(&'a self, buffer: &'a mut [u8]) -> BoxFuture<'a, io::Result<usize>> {
        Box::pin(async move {
            let result = self.socket.receive(buffer).await;
            self.activity.touch();
            result
        })
    }
}
