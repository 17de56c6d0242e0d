//! The zone behind sockets: RFC 1035, 4.2.

use std::io;
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

/// Answers datagrams, each by itself, so that a slow answer keeps nobody else waiting.
pub(super) async fn datagrams(network: Arc<SimulatedNetwork>, socket: UdpSocket, activity: Activity) {
    let socket = Arc::new(socket);
    let mut answering = JoinSet::new();
    let mut query = [0; LONGEST];
    loop {
        // An error here is an answer that somebody did not want any more.
        let Ok((length, peer)) = socket.recv_from(&mut query).await else { continue };
        activity.touch();
        let (network, socket, activity) = (network.clone(), socket.clone(), activity.clone());
        let query = query[..length].to_vec();
        answering.spawn(async move {
            if let Some(answer) = answer(&network, &query, Via::Datagram).await {
                let _ = socket.send_to(&answer, peer).await;
                activity.touch();
            }
        });
        while answering.try_join_next().is_some() {}
    }
}

/// The first name server's answer, when it is there.
async fn answer(network: &SimulatedNetwork, query: &[u8], via: Via) -> Option<Vec<u8>> {
    let (server, zone) = network.nameserver();
    let reply = zone.respond(query, via, Some(server.ip()));
    tokio::time::sleep(reply.delay).await;
    reply.bytes
}

/// Answers over streams.
pub(super) async fn streams(network: Arc<SimulatedNetwork>, listener: TcpListener, activity: Activity) {
    let Ok(local) = listener.local_addr() else { return };
    let mut serving = JoinSet::new();
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let stream = Watched::new(stream, local, peer, activity.clone());
        let network = network.clone();
        serving.spawn(async move {
            // What goes wrong with the stream is the peer's business.
            let _ = converse(&network, stream).await;
        });
        while serving.try_join_next().is_some() {}
    }
}

async fn converse(network: &SimulatedNetwork, mut stream: Watched<TcpStream>) -> io::Result<()> {
    loop {
        let length = timeout(PATIENCE, stream.read_u16()).await??;
        let mut query = vec![0; usize::from(length)];
        timeout(PATIENCE, stream.read_exact(&mut query)).await??;
        let Some(answer) = answer(network, &query, Via::Stream).await else { continue };
        let length = u16::try_from(answer.len()).map_err(|_| io::ErrorKind::InvalidData)?;
        stream.write_all(&[&length.to_be_bytes()[..], &answer].concat()).await?;
    }
}
