use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

use crate::Transport;

/// Bytes on the way before the writer has to wait.
const WINDOW: usize = 64 * 1024;

/// An end of a connection in memory that can be reset.
pub(super) struct Pipe {
    inner: DuplexStream,
    resets: bool,
    /// This end was reset; the peer's was.
    own: Arc<AtomicBool>,
    peers: Arc<AtomicBool>,
}

impl Pipe {
    pub(super) fn pair() -> (Self, Self) {
        let (near, far) = tokio::io::duplex(WINDOW);
        let (one, other) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        let end = |inner, own: &Arc<AtomicBool>, peers: &Arc<AtomicBool>| Self {
            inner,
            resets: false,
            own: own.clone(),
            peers: peers.clone(),
        };
        (end(near, &one, &other), end(far, &other, &one))
    }
}

impl Transport for Pipe {
    fn reset_on_drop(&mut self) {
        self.resets = true;
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        self.own.store(self.resets, Ordering::Release);
    }
}

impl AsyncRead for Pipe {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, b: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = b.filled().len();
        std::task::ready!(Pin::new(&mut this.inner).poll_read(cx, b))?;
        if b.filled().len() == before && b.remaining() > 0 && this.peers.load(Ordering::Acquire) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}
