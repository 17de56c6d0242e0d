//! A network in memory: servers are tasks on duplex pipes, name servers are functions from packet to packets.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use gostd::net::Errno;
use net::{BoxFuture, Datagram, Network, Stream};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::sync::mpsc;

type Server = Arc<dyn Fn(DuplexStream) -> BoxFuture<'static, ()> + Send + Sync>;
type NameServer = Arc<dyn Fn(&[u8]) -> Vec<Vec<u8>> + Send + Sync>;

/// What happens to a connection attempt.
#[derive(Clone)]
enum Reach {
    Served(Server),
    Late(Duration, Server),
    Fails(Errno),
    Silent,
}

/// The hosts. An address that nobody has refuses connections.
#[derive(Clone, Default)]
pub struct Memory {
    hosts: HashMap<SocketAddr, Reach>,
    name_servers: HashMap<SocketAddr, NameServer>,
    no_ipv6: bool,
    dialled: Arc<Mutex<Vec<SocketAddr>>>,
}

fn at(address: &str) -> SocketAddr {
    address.parse().unwrap()
}

impl Memory {
    pub fn host<F>(mut self, address: &str, serve: impl Fn(DuplexStream) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.hosts.insert(at(address), Reach::Served(Arc::new(move |stream| Box::pin(serve(stream)))));
        self
    }

    /// The host answers a connection attempt only after a while.
    pub fn late(mut self, address: &str, after: Duration) -> Self {
        if let Some(Reach::Served(server)) = self.hosts.remove(&at(address)) {
            self.hosts.insert(at(address), Reach::Late(after, server));
        }
        self
    }

    /// Connection attempts fail with this error.
    pub fn fails(mut self, address: &str, error: Errno) -> Self {
        self.hosts.insert(at(address), Reach::Fails(error));
        self
    }

    /// Connection attempts are never answered.
    pub fn silent(mut self, address: &str) -> Self {
        self.hosts.insert(at(address), Reach::Silent);
        self
    }

    pub fn name_server(
        mut self,
        address: &str,
        answer: impl Fn(&[u8]) -> Vec<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        self.name_servers.insert(at(address), Arc::new(answer));
        self
    }

    pub fn without_ipv6(mut self) -> Self {
        self.no_ipv6 = true;
        self
    }

    /// The addresses that were dialled, in order.
    pub fn dialled(&self) -> Vec<String> {
        self.dialled.lock().unwrap().iter().map(ToString::to_string).collect()
    }
}

fn connect(server: &Server, peer: SocketAddr) -> Box<dyn Stream> {
    let (near, far) = tokio::io::duplex(64 << 10);
    tokio::spawn(server(far));
    Box::new(Pipe { pipe: near, peer })
}

impl Network for Memory {
    fn dial(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Stream>>> {
        self.dialled.lock().unwrap().push(address);
        let reach = self.hosts.get(&address).cloned().unwrap_or(Reach::Fails(Errno::CONN_REFUSED));
        Box::pin(async move {
            match reach {
                Reach::Served(server) => Ok(connect(&server, address)),
                Reach::Late(after, server) => {
                    tokio::time::sleep(after).await;
                    Ok(connect(&server, address))
                }
                Reach::Fails(error) => Err(io::Error::from_raw_os_error(error.0)),
                Reach::Silent => std::future::pending().await,
            }
        })
    }

    fn datagram(&self, server: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Datagram>>> {
        Box::pin(async move {
            if self.no_ipv6 && server.is_ipv6() {
                return Err(io::Error::from_raw_os_error(Errno::NET_UNREACHABLE.0));
            }
            let (sender, receiver) = mpsc::unbounded_channel();
            let server_task = self.name_servers.get(&server).cloned();
            let local = near(server);
            Ok(Box::new(Packets { local, server: server_task, sender, receiver: receiver.into() })
                as Box<dyn Datagram>)
        })
    }
}

/// The client's own address towards a peer.
fn near(peer: SocketAddr) -> SocketAddr {
    at(if peer.is_ipv4() { "10.0.0.9:40000" } else { "[2001:db8::9]:40000" })
}

struct Pipe {
    pipe: DuplexStream,
    peer: SocketAddr,
}

impl Stream for Pipe {
    fn local_addr(&self) -> SocketAddr {
        near(self.peer)
    }

    fn peer_addr(&self) -> SocketAddr {
        self.peer
    }
}

impl AsyncRead for Pipe {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.pipe).poll_read(cx, buf)
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.pipe).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.pipe).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.pipe).poll_shutdown(cx)
    }
}

/// A datagram socket. A server that does not exist answers "port unreachable".
struct Packets {
    local: SocketAddr,
    server: Option<NameServer>,
    sender: mpsc::UnboundedSender<Vec<u8>>,
    receiver: tokio::sync::Mutex<mpsc::UnboundedReceiver<Vec<u8>>>,
}

impl Datagram for Packets {
    fn local_addr(&self) -> SocketAddr {
        self.local
    }

    fn send<'a>(&'a self, packet: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move {
            for reply in self.server.iter().flat_map(|server| server(packet)) {
                self.sender.send(reply).unwrap();
            }
            Ok(())
        })
    }

    fn receive<'a>(&'a self, buffer: &'a mut [u8]) -> BoxFuture<'a, io::Result<usize>> {
        Box::pin(async move {
            if self.server.is_none() {
                return Err(io::Error::from_raw_os_error(Errno::CONN_REFUSED.0));
            }
            let mut receiver = self.receiver.lock().await;
            let Some(reply) = receiver.recv().await else { return std::future::pending().await };
            let length = reply.len().min(buffer.len());
            buffer[..length].copy_from_slice(&reply[..length]);
            Ok(length)
        })
    }
}
