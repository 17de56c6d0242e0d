use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use tokio::net::{TcpListener, UdpSocket};

/// Where hosts listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listen {
    /// Each at a loopback address of its own, made of the declared one (10.20.0.7 becomes 127.20.0.7), and at its
    /// declared port, where that may be had; otherwise at a free one.
    Loopback,
    /// All at this address, each at its declared port where that is free; otherwise at a free one.
    At(IpAddr),
    /// Where they are declared to be, which must be this machine's addresses and free ports.
    Declared,
}

impl Listen {
    /// A place to which there is no way, of this machine's own: Linux connects to no broadcast address
    /// (`tcp_v4_connect`). `None`: hosts stay where they are.
    pub(super) fn nowhere(self, declared: SocketAddr) -> Option<SocketAddr> {
        let place = SocketAddr::from((Ipv4Addr::new(127, 255, 255, 255), declared.port()));
        (self != Self::Declared).then_some(place)
    }

    /// The address at which a host wants to listen.
    pub(super) fn wish(self, declared: SocketAddr) -> SocketAddr {
        let ip = match (self, declared.ip()) {
            (Self::Declared, ip) | (Self::At(ip), _) => ip,
            (Self::Loopback, IpAddr::V4(v4)) => {
                let [_, b, c, d] = v4.octets();
                Ipv4Addr::new(127, b, c, d).into()
            }
            (Self::Loopback, IpAddr::V6(v6)) => {
                let [.., c, d] = v6.octets();
                Ipv4Addr::new(127, 6, c, d).into()
            }
        };
        SocketAddr::new(ip, declared.port())
    }
}

/// A socket for a host that is declared to be at an address.
pub(super) async fn bind(declared: SocketAddr, listen: Listen) -> io::Result<TcpListener> {
    let wish = listen.wish(declared);
    match TcpListener::bind(wish).await {
        Err(error) if listen != Listen::Declared => {
            let elsewhere = match error.kind() {
                // Some systems have one loopback address alone.
                io::ErrorKind::AddrNotAvailable => SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
                _ => SocketAddr::new(wish.ip(), 0),
            };
            TcpListener::bind(elsewhere).await
        }
        other => other,
    }
}

/// A socket at this very place.
pub(super) async fn bind_at(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// The sockets of a name server: one port of both protocols.
#[derive(Debug)]
pub(crate) struct NameSockets {
    pub(super) datagrams: UdpSocket,
    pub(super) streams: TcpListener,
}

impl NameSockets {
    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        self.datagrams.local_addr()
    }
}

/// How often a port that is free for streams may turn out not to be so for datagrams.
const TRIES: usize = 16;

/// Sockets for a name server that is declared to be at an address.
pub(super) async fn bind_nameserver(declared: SocketAddr, listen: Listen) -> io::Result<NameSockets> {
    let (mut tries, mut wish) = (0, declared);
    loop {
        let streams = bind(wish, listen).await?;
        match bind_datagrams(streams.local_addr()?).await {
            // Another world has that port for datagrams: any other that is free for both will do.
            Err(error)
                if error.kind() == io::ErrorKind::AddrInUse
                    && listen != Listen::Declared
                    && tries < TRIES =>
            {
                tries += 1;
                wish.set_port(0);
            }
            datagrams => return Ok(NameSockets { datagrams: datagrams?, streams }),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a server's socket, not a way to the network")]
async fn bind_datagrams(address: SocketAddr) -> io::Result<UdpSocket> {
    UdpSocket::bind(address).await
}
