//! The zone behind sockets: RFC 1035, 4.2.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use mock_registry::Via;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Activity;
use super::relay::Watched;
use crate::SimulatedNetwork;

/// The longest query that a datagram brings here.
const LONGEST: usize = 4_096;
/// Who asks nothing for so long over a stream is left.
const PATIENCE: Duration = Duration::from_secs(10);

/// A name server: which of the world's it is, and what it knows.
#[derive(Clone)]
pub(super) struct Server {
    network: Arc<SimulatedNetwork>,
    /// The address by which faults know it.
    declared: IpAddr,
    /// The address by which the firewall knows it.
    at: SocketAddr,
    activity: Activity,
}

impl Server {
    pub(super) fn new(
        network: Arc<SimulatedNetwork>,
        declared: IpAddr,
        at: SocketAddr,
        activity: Activity,
    ) -> Self {
        Self { network, declared, at, activity }
    }

    /// Its answer, when it is there. What the firewall keeps away gets none.
    async fn answer(&self, query: &[u8], via: Via) -> Option<Vec<u8>> {
        if !self.network.is_answered(self.at) {
            return None;
        }
        let reply = self.network.zone().respond(query, via, Some(self.declared));
        tokio::time::sleep(reply.delay).await;
        reply.bytes
    }
}

/// Answers datagrams, each by itself, so that a slow answer keeps nobody else waiting.
pub(super) async fn datagrams(server: Server, socket: UdpSocket) {
    let socket = Arc::new(socket);
    let mut answering = JoinSet::new();
    let mut query = [0; LONGEST];
    loop {
        // An error here is an answer that somebody did not want any more.
        let Ok((length, peer)) = socket.recv_from(&mut query).await else { continue };
        server.activity.touch();
        let (server, socket) = (server.clone(), socket.clone());
        let query = query[..length].to_vec();
        answering.spawn(async move {
            if let Some(answer) = server.answer(&query, Via::Datagram).await {
                let _ = socket.send_to(&answer, peer).await;
                server.activity.touch();
            }
        });
        while answering.try_join_next().is_some() {}
    }
}

/// Answers over streams.
pub(super) async fn streams(server: Server, listener: TcpListener) {
    let Ok(local) = listener.local_addr() else { return };
    let mut serving = JoinSet::new();
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let stream = Watched::new(stream, local, peer, server.activity.clone());
        let server = server.clone();
        serving.spawn(async move {
            // What goes wrong with the stream is the peer's business.
            let _ = converse(&server, stream).await;
        });
        while serving.try_join_next().is_some() {}
    }
}

async fn converse(server: &Server, mut stream: Watched<TcpStream>) -> io::Result<()> {
    loop {
        let length = timeout(PATIENCE, stream.read_u16()).await??;
        let mut query = vec![0; usize::from(length)];
        timeout(PATIENCE, stream.read_exact(&mut query)).await??;
        let Some(answer) = server.answer(&query, Via::Stream).await else { continue };
        let length = u16::try_from(answer.len()).map_err(|_| io::ErrorKind::InvalidData)?;
        stream.write_all(&[&length.to_be_bytes()[..], &answer].concat()).await?;
    }
}
