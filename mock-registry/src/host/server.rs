use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinSet};

use crate::Host;

/// Connections that are served at once; more wait for their turn.
const CONNECTIONS: usize = 4_096;

/// A host on a real socket. It stops, and its connections end, when this is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    accepting: AbortHandle,
}

impl Server {
    /// The address at which it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Host {
    /// Serves the connections of a listener, from within a tokio runtime, until what is returned is dropped.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn serve_on(self: &Arc<Self>, listener: TcpListener) -> io::Result<Server> {
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(accept(self.clone(), listener)).abort_handle();
        Ok(Server { address, accepting })
    }
}

async fn accept(host: Arc<Host>, listener: TcpListener) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut serving = JoinSet::new();
    while let Ok(place) = places.clone().acquire_owned().await {
        let Ok((stream, peer)) = listener.accept().await else {
            // Out of descriptors, or the connection is gone already: others may end meanwhile.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        // Answers are short: waiting for more to send would only make them late.
        let _ = stream.set_nodelay(true);
        let host = host.clone();
        serving.spawn(async move {
            host.serve_accepted(stream, peer).await;
            drop(place);
        });
        while serving.try_join_next().is_some() {}
    }
}
