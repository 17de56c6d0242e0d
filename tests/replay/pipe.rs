//! A TCP connection in memory that can also end with a reset.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

const EPIPE: i32 = 32;
const ECONNRESET: i32 = 104;
/// Bytes on the way in one direction before the writer has to wait.
const WINDOW: usize = 64 * 1024;

/// Makes a connection end with a reset instead of an orderly end.
#[derive(Clone, Default)]
pub(crate) struct Reset(Arc<AtomicBool>);

impl Reset {
    pub(crate) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The client's end.
pub(crate) struct Near {
    local: SocketAddr,
    peer: SocketAddr,
    stream: DuplexStream,
    reset: Reset,
    /// Bytes have come to an end that nobody reads: the peer's system answers the first with a reset.
    refused: bool,
}

/// Both ends of a connection.
pub(crate) fn connection(local: SocketAddr, peer: SocketAddr) -> (Near, DuplexStream, Reset) {
    let (stream, far) = tokio::io::duplex(WINDOW);
    let reset = Reset::default();
    (Near { local, peer, stream, reset: reset.clone(), refused: false }, far, reset)
}

impl net::Stream for Near {
    fn local_addr(&self) -> SocketAddr {
        self.local
    }

    fn peer_addr(&self) -> SocketAddr {
        self.peer
    }
}

impl AsyncRead for Near {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        let ended = buffer.filled().len() == before && buffer.remaining() > 0;
        Poll::Ready(if ended && self.reset.is_set() { Err(error(ECONNRESET)) } else { Ok(()) })
    }
}

impl AsyncWrite for Near {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match ready!(Pin::new(&mut self.stream).poll_write(cx, bytes)) {
            Err(broken) if broken.kind() == io::ErrorKind::BrokenPipe => {
                if self.reset.is_set() {
                    return Poll::Ready(Err(error(ECONNRESET)));
                }
                if self.refused {
                    return Poll::Ready(Err(error(EPIPE)));
                }
                self.refused = true;
                Poll::Ready(Ok(bytes.len()))
            }
            other => Poll::Ready(other),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

fn error(number: i32) -> io::Error {
    io::Error::from_raw_os_error(number)
}
