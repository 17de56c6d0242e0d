//! The name server, behind datagrams in memory.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Mutex;

use net::{BoxFuture, Datagram};
use tokio::sync::Notify;

const ECONNREFUSED: i32 = 111;

/// What is at the other end of a socket.
pub(crate) enum Peer {
    /// A name server, and what it knows.
    Zone(BTreeMap<String, String>),
    /// A machine at whose port nothing listens.
    Nothing,
    /// No machine.
    Silence,
}

/// A connected datagram socket.
pub(crate) struct Socket {
    local: SocketAddr,
    peer: Peer,
    received: Mutex<VecDeque<io::Result<Vec<u8>>>>,
    arrived: Notify,
}

impl Socket {
    pub(crate) fn new(local: SocketAddr, peer: Peer) -> Self {
        Self { local, peer, received: Mutex::default(), arrived: Notify::new() }
    }
}

impl Datagram for Socket {
    fn local_addr(&self) -> SocketAddr {
        self.local
    }

    fn send<'a>(&'a self, packet: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        let answer = match &self.peer {
            Peer::Zone(zone) => answer(zone, packet).map(Ok),
            Peer::Nothing => Some(Err(io::Error::from_raw_os_error(ECONNREFUSED))),
            Peer::Silence => None,
        };
        if let Some(answer) = answer {
            self.received.lock().unwrap().push_back(answer);
            self.arrived.notify_one();
        }
        Box::pin(std::future::ready(Ok(())))
    }

    fn receive<'a>(&'a self, buffer: &'a mut [u8]) -> BoxFuture<'a, io::Result<usize>> {
        Box::pin(async move {
            loop {
                let next = self.received.lock().unwrap().pop_front();
                if let Some(packet) = next {
                    let packet = packet?;
                    buffer[..packet.len()].copy_from_slice(&packet);
                    return Ok(packet.len());
                }
                self.arrived.notified().await;
            }
        })
    }
}

/// The zone says `ip[,ip]` or one of `NODATA`, `NXDOMAIN`, `SERVFAIL`, `REFUSED`, `DROP`; what it does not know does
/// not exist.
fn answer(zone: &BTreeMap<String, String>, query: &[u8]) -> Option<Vec<u8>> {
    let (mut end, mut labels) = (12, Vec::new());
    while query[end] != 0 {
        let length = usize::from(query[end]);
        labels.push(String::from_utf8_lossy(&query[end + 1..end + 1 + length]).to_lowercase());
        end += 1 + length;
    }
    let asked = u16::from_be_bytes([query[end + 1], query[end + 2]]);
    let said = zone.get(&labels.join(".")).map_or("NXDOMAIN", String::as_str);
    let code: u16 = match said {
        "DROP" => return None,
        "NXDOMAIN" => 3,
        "SERVFAIL" => 2,
        "REFUSED" => 5,
        _ => 0,
    };
    let addresses: Vec<Ipv4Addr> = match code {
        0 if asked == 1 => said.split(',').filter_map(|address| address.parse().ok()).collect(),
        _ => Vec::new(),
    };
    let mut packet = query[..2].to_vec();
    for word in [0x8180 | code, 1, addresses.len() as u16, 0, 0] {
        packet.extend(word.to_be_bytes());
    }
    packet.extend(&query[12..end + 5]);
    for address in addresses {
        packet.extend(b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04");
        packet.extend(address.octets());
    }
    Some(packet)
}
