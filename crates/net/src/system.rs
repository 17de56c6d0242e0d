//! The real network.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UdpSocket};

use crate::network::{BoxFuture, Datagram, Network, Stream};

/// Real sockets of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemNetwork;

impl SystemNetwork {
    /// The network of this machine.
    pub const fn new() -> Self {
        Self
    }
}

impl Network for SystemNetwork {
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    fn dial(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Stream>>> {
        Box::pin(async move {
            let stream = TcpStream::connect(address).await?;
            // Go sets TCP_NODELAY on every connection (net/tcpsock.go newTCPConn).
            stream.set_nodelay(true)?;
            let local = stream.local_addr()?;
            Ok(Box::new(SystemStream { stream, local, peer: address }) as Box<dyn Stream>)
        })
    }

    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    fn datagram(&self, server: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Datagram>>> {
        Box::pin(async move {
            let any = match server.ip() {
                IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
                IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
            };
            let socket = UdpSocket::bind((any, 0)).await?;
            socket.connect(server).await?;
            let local = socket.local_addr()?;
            Ok(Box::new(SystemDatagram { socket, local }) as Box<dyn Datagram>)
        })
    }
}

struct SystemStream {
    stream: TcpStream,
    local: SocketAddr,
    peer: SocketAddr,
}

impl Stream for SystemStream {
    fn local_addr(&self) -> SocketAddr {
        self.local
    }

    fn peer_addr(&self) -> SocketAddr {
        self.peer
    }
}

impl AsyncRead for SystemStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for SystemStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

struct SystemDatagram {
    socket: UdpSocket,
    local: SocketAddr,
}

impl Datagram for SystemDatagram {
    fn local_addr(&self) -> SocketAddr {
        self.local
    }

    fn send<'a>(&'a self, packet: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move { self.socket.send(packet).await.map(drop) })
    }

    fn receive<'a>(&'a self, buffer: &'a mut [u8]) -> BoxFuture<'a, io::Result<usize>> {
        Box::pin(self.socket.recv(buffer))
    }
}
