use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mock_registry::{Via, Zone};
use net::BoxFuture;
use tokio::sync::Notify;

use crate::network::errno::error;

/// What is at the other end of a datagram socket.
pub(super) enum Far {
    /// The name server.
    Zone(Arc<Zone>),
    /// Nothing that would answer.
    Silence,
    /// A host that says by ICMP that nothing can be had there; the number is what the socket reports.
    Unreachable(i32),
}

/// A connected datagram socket in memory. Answers are there as soon as a packet was sent, or when the name server
/// takes its time, later.
pub(super) struct Socket {
    local: SocketAddr,
    server: SocketAddr,
    far: Far,
    inbox: Arc<Inbox>,
}

#[derive(Default)]
struct Inbox {
    received: Mutex<VecDeque<io::Result<Vec<u8>>>>,
    arrived: Notify,
}

impl Inbox {
    fn with_received<R>(&self, work: impl FnOnce(&mut VecDeque<io::Result<Vec<u8>>>) -> R) -> R {
        work(&mut self.received.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn put(&self, packet: io::Result<Vec<u8>>) {
        self.with_received(|received| received.push_back(packet));
        self.arrived.notify_one();
    }
}

impl Socket {
    pub(super) fn new(local: SocketAddr, server: SocketAddr, far: Far) -> Self {
        Self { local, server, far, inbox: Arc::default() }
    }

    fn answer(&self, zone: &Zone, packet: &[u8]) {
        let reply = zone.respond(packet, Via::Datagram, Some(self.server.ip()));
        let Some(bytes) = reply.bytes else { return };
        if reply.delay == Duration::ZERO {
            return self.inbox.put(Ok(bytes));
        }
        let inbox = self.inbox.clone();
        tokio::spawn(async move {
            tokio::time::sleep(reply.delay).await;
            inbox.put(Ok(bytes));
        });
    }
}

impl net::Datagram for Socket {
    fn local_addr(&self) -> SocketAddr {
        self.local
    }

    fn send<'a>(&'a self, packet: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        match &self.far {
            Far::Zone(zone) => self.answer(zone, packet),
            Far::Silence => {}
            Far::Unreachable(number) => self.inbox.put(Err(error(*number))),
        }
        Box::pin(std::future::ready(Ok(())))
    }

    fn receive<'a>(&'a self, buffer: &'a mut [u8]) -> BoxFuture<'a, io::Result<usize>> {
        Box::pin(async move {
            loop {
                if let Some(packet) = self.inbox.with_received(VecDeque::pop_front) {
                    let packet = packet?;
                    // What does not fit is lost, as with recv(2).
                    let count = packet.len().min(buffer.len());
                    buffer[..count].copy_from_slice(&packet[..count]);
                    return Ok(count);
                }
                self.inbox.arrived.notified().await;
            }
        })
    }
}
