use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use mock_registry::Zone;
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

/// A connected datagram socket in memory. Answers are there as soon as a packet was sent.
pub(super) struct Socket {
    local: SocketAddr,
    far: Far,
    received: Mutex<VecDeque<io::Result<Vec<u8>>>>,
    arrived: Notify,
}

impl Socket {
    pub(super) fn new(local: SocketAddr, far: Far) -> Self {
        Self { local, far, received: Mutex::default(), arrived: Notify::new() }
    }

    fn with_received<R>(&self, work: impl FnOnce(&mut VecDeque<io::Result<Vec<u8>>>) -> R) -> R {
        work(&mut self.received.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl net::Datagram for Socket {
    fn local_addr(&self) -> SocketAddr {
        self.local
    }

    fn send<'a>(&'a self, packet: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        let answer = match &self.far {
            Far::Zone(zone) => zone.answer(packet).map(Ok),
            Far::Silence => None,
            Far::Unreachable(number) => Some(Err(error(*number))),
        };
        if let Some(answer) = answer {
            self.with_received(|received| received.push_back(answer));
            self.arrived.notify_one();
        }
        Box::pin(std::future::ready(Ok(())))
    }

    fn receive<'a>(&'a self, buffer: &'a mut [u8]) -> BoxFuture<'a, io::Result<usize>> {
        Box::pin(async move {
            loop {
                if let Some(packet) = self.with_received(VecDeque::pop_front) {
                    let packet = packet?;
                    // What does not fit is lost, as with recv(2).
                    let count = packet.len().min(buffer.len());
                    buffer[..count].copy_from_slice(&packet[..count]);
                    return Ok(count);
                }
                self.arrived.notified().await;
            }
        })
    }
}
