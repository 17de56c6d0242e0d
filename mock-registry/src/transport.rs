use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// A byte stream that a host can serve, with the one thing that bytes cannot express: a reset.
pub trait Transport: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// From now on the end of this stream is a reset: when it is dropped, the peer finds `ECONNRESET`.
    fn reset_on_drop(&mut self);
}

impl Transport for TcpStream {
    fn reset_on_drop(&mut self) {
        // Without it the end is an orderly one, which is all that can be had from such a socket.
        let _ = self.set_zero_linger();
    }
}

/// A pipe has no reset: its peer finds an orderly end.
impl Transport for tokio::io::DuplexStream {
    fn reset_on_drop(&mut self) {}
}

/// A connection in clear or inside TLS.
pub(crate) enum Connection<T> {
    Clear(T),
    Tls(Box<TlsStream<T>>),
}

impl<T: Transport> AsyncRead for Connection<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, b: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_read(cx, b),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, b),
        }
    }
}

impl<T: Transport> AsyncWrite for Connection<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Clear(stream) => stream.is_write_vectored(),
            Self::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

impl<T: Transport> Transport for Connection<T> {
    fn reset_on_drop(&mut self) {
        match self {
            Self::Clear(stream) => stream.reset_on_drop(),
            Self::Tls(stream) => stream.get_mut().0.reset_on_drop(),
        }
    }
}

/// A stream that ends when so many bytes were written to it.
pub(crate) struct Limited<T> {
    inner: T,
    remaining: u64,
    resets: bool,
}

impl<T: Transport> Limited<T> {
    pub(crate) const fn new(inner: T, bytes: u64, resets: bool) -> Self {
        Self { inner, remaining: bytes, resets }
    }
}

impl<T: Transport> Transport for Limited<T> {
    fn reset_on_drop(&mut self) {
        self.inner.reset_on_drop();
    }
}

impl<T: Transport> AsyncRead for Limited<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, b: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_read(cx, b)
    }
}

impl<T: Transport> AsyncWrite for Limited<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.remaining == 0 {
            if this.resets {
                this.inner.reset_on_drop();
            }
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let count = bytes.len().min(usize::try_from(this.remaining).unwrap_or(usize::MAX));
        let written = std::task::ready!(Pin::new(&mut this.inner).poll_write(cx, &bytes[..count]))?;
        this.remaining -= written as u64;
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

/// Bytes of an answer that are written in one piece.
const SHORT: usize = 2_048;

/// Ends the HTTP server's work at the moment when all that it wrote so far has left: a fault in the middle of a
/// body must not take back the bytes before it.
pub(crate) struct Gate<S> {
    inner: S,
    closing: Arc<AtomicBool>,
}

impl<S> Gate<S> {
    pub(crate) fn new(inner: S, closing: Arc<AtomicBool>) -> Self {
        Self { inner, closing }
    }

    pub(crate) fn into_inner(self) -> S {
        self.inner
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Gate<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, b: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_read(cx, b)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Gate<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(cx, bytes)
    }

    /// Without it the HTTP server would copy every body behind its head. Of a short answer that is done here: to write
    /// one piece costs the system less than to gather two.
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let inner = Pin::new(&mut self.get_mut().inner);
        let length: usize = parts.iter().map(|part| part.len()).sum();
        if length > SHORT {
            return inner.poll_write_vectored(cx, parts);
        }
        let (mut whole, mut filled) = ([0; SHORT], 0);
        for part in parts {
            whole[filled..filled + part.len()].copy_from_slice(part);
            filled += part.len();
        }
        inner.poll_write(cx, &whole[..length])
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        std::task::ready!(Pin::new(&mut this.inner).poll_flush(cx))?;
        if this.closing.load(Ordering::Acquire) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}
