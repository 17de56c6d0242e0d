//! The door: what a node's network offers to everything above it.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;

use tokio::io::{AsyncRead, AsyncWrite};

/// A future behind a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The only way to the outside: connections and datagrams. Names are resolved above it, so that the resolver, too,
/// is the same code over real and over simulated hosts.
pub trait Network: Send + Sync + 'static {
    /// Opens a TCP connection, without a time limit of its own.
    ///
    /// # Errors
    /// The operating system's error; its number decides what Go would say.
    fn dial(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Stream>>>;

    /// Opens a datagram socket that is connected to `server`.
    ///
    /// # Errors
    /// As [`Network::dial`]: no route, for example.
    fn datagram(&self, server: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Datagram>>>;
}

/// A TCP connection.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {
    /// The address of this end.
    fn local_addr(&self) -> SocketAddr;
    /// The address of the other end.
    fn peer_addr(&self) -> SocketAddr;
}

/// A connected datagram socket.
pub trait Datagram: Send + Sync {
    /// The address of this end.
    fn local_addr(&self) -> SocketAddr;

    /// Sends one packet.
    ///
    /// # Errors
    /// The operating system's error.
    fn send<'a>(&'a self, packet: &'a [u8]) -> BoxFuture<'a, io::Result<()>>;

    /// Receives one packet into `buffer` and returns its length.
    ///
    /// # Errors
    /// The operating system's error, such as a port that is not listened on.
    fn receive<'a>(&'a self, buffer: &'a mut [u8]) -> BoxFuture<'a, io::Result<usize>>;
}
