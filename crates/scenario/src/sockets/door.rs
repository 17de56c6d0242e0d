//! The door of a host on a socket: open, closed, or such that nobody answers, as firewall and faults have it at the time.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, SockAddr, Socket, Type};
use tokio::net::{TcpListener, TcpStream};

use super::place;
use crate::SimulatedNetwork;
use crate::network::Obstacle;

/// How often it is looked whether firewall and faults have changed.
const BEAT: Duration = Duration::from_millis(100);
/// How often a door is tried that has to be as it should at once, and how long to wait between.
const TRIES: usize = 10;
const PAUSE: Duration = Duration::from_millis(10);

/// What a socket makes of those who want to connect.
enum Door {
    Open(TcpListener),
    /// Nothing listens: the system refuses.
    Closed,
    /// Nothing comes back.
    Silent(#[expect(dead_code, reason = "it is silent for as long as this is kept")] Silence),
}

/// A listener whose queue is full and is never emptied: Linux drops who knocks (`tcp_conn_request`, `sk_acceptq_is_full`).
struct Silence {
    _listener: Socket,
    _guest: Socket,
}

impl Silence {
    fn at(address: SocketAddr) -> io::Result<Self> {
        let place = SockAddr::from(address);
        let socket = || Socket::new(Domain::for_address(address), Type::STREAM, None);
        let listener = socket()?;
        listener.set_reuse_address(true)?;
        listener.bind(&place)?;
        listener.listen(0)?;
        let guest = socket()?;
        guest.set_nonblocking(true)?;
        // On one machine it is there when this returns, even if the system says that it is on its way.
        let _ = guest.connect(&place);
        guest.peer_addr()?;
        Ok(Self { _listener: listener, _guest: guest })
    }
}

/// A host's place on a socket, where its door is.
pub(super) struct Threshold {
    /// Where the host is declared to be, which is how firewall and faults know it.
    declared: SocketAddr,
    address: SocketAddr,
    obstacle: Option<Obstacle>,
    /// Whether the door is as the obstacle wants it.
    settled: bool,
    door: Door,
}

impl Threshold {
    /// A door that stands open.
    pub(super) fn open(declared: SocketAddr, listener: TcpListener) -> io::Result<Self> {
        let address = listener.local_addr()?;
        Ok(Self { declared, address, obstacle: None, settled: true, door: Door::Open(listener) })
    }

    /// Where it is.
    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Opens or closes it. What a socket cannot play leaves it open.
    pub(super) async fn turn(&mut self, obstacle: Option<Obstacle>) {
        if self.settled && obstacle == self.obstacle {
            return;
        }
        // Nobody else can take the place of a listener before it is gone.
        self.door = Door::Closed;
        let turned = match obstacle {
            Some(Obstacle::Refusal) => Ok(Door::Closed),
            Some(Obstacle::Silence) if cfg!(target_os = "linux") => {
                Silence::at(self.address).map(Door::Silent)
            }
            Some(Obstacle::Silence | Obstacle::HostUnreachable | Obstacle::NetworkUnreachable) | None => {
                place::bind_at(self.address).await.map(Door::Open)
            }
        };
        // Where the place is not free yet it is tried again at the next beat.
        (self.obstacle, self.settled) = (obstacle, turned.is_ok());
        if let Ok(door) = turned {
            self.door = door;
        }
    }

    /// The same, and waits for a moment until it is so.
    pub(super) async fn settle(&mut self, obstacle: Option<Obstacle>) {
        for _ in 0..TRIES {
            self.turn(obstacle).await;
            if self.settled {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The next connection, while the door follows the firewall and the faults of `network`.
    pub(super) async fn accept(
        &mut self,
        network: Option<&Arc<SimulatedNetwork>>,
    ) -> io::Result<(TcpStream, SocketAddr)> {
        loop {
            let Some(network) = network else { return self.next().await };
            if self.settled && !network.obstacles_change(self.declared) {
                return self.next().await;
            }
            self.turn(network.obstacle(self.declared)).await;
            if let Ok(accepted) = tokio::time::timeout(BEAT, self.next()).await {
                return accepted;
            }
        }
    }

    async fn next(&self) -> io::Result<(TcpStream, SocketAddr)> {
        match &self.door {
            Door::Open(listener) => listener.accept().await,
            Door::Closed | Door::Silent(_) => std::future::pending().await,
        }
    }
}
