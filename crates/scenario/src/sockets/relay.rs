use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use mock_registry::Transport;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::Activity;

/// A stream of this world: it tells when something moves, and passes for one between declared addresses.
pub(super) struct Watched<S> {
    inner: S,
    local: SocketAddr,
    peer: SocketAddr,
    activity: Activity,
}

impl<S> Watched<S> {
    pub(super) fn new(inner: S, local: SocketAddr, peer: SocketAddr, activity: Activity) -> Self {
        activity.touch();
        Self { inner, local, peer, activity }
    }
}

impl<S> Drop for Watched<S> {
    fn drop(&mut self) {
        self.activity.touch();
    }
}

impl Transport for Watched<TcpStream> {
    fn reset_on_drop(&mut self) {
        Transport::reset_on_drop(&mut self.inner);
    }
}

impl net::Stream for Watched<Box<dyn net::Stream>> {
    fn local_addr(&self) -> SocketAddr {
        self.local
    }

    fn peer_addr(&self) -> SocketAddr {
        self.peer
    }
}

impl<S: Unpin> Watched<S> {
    /// Lets `work` at the stream, and tells if something came of it.
    fn watch<T>(&mut self, work: impl FnOnce(Pin<&mut S>) -> Poll<T>) -> Poll<T> {
        let result = work(Pin::new(&mut self.inner));
        if result.is_ready() {
            self.activity.touch();
        }
        result
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.get_mut().watch(|inner| inner.poll_read(cx, buffer))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.get_mut().watch(|inner| inner.poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().watch(|inner| inner.poll_shutdown(cx))
    }
}
