//! A stream that remembers the first bytes that came.
//!
//! rustls says "not a TLS record" whatever came; Go looks at the record's header, and tells an HTTP server from
//! garbage. rustls also keeps to itself which version a server chose; Go names it. So the bytes as far as a server's
//! hello states its version are kept, that the same can be told afterwards.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::network::Stream;

/// The length of a TLS record's header.
pub(super) const HEADER: usize = 5;
/// Record header, the handshake message's type and length, and the version in a server's hello.
const KEPT: usize = HEADER + 4 + 2;

/// The connection ended within a record. Between records it is the end, as Go sees it; within one it comes too early
/// (Go crypto/tls/conn.go `readRecordOrCCS`).
#[derive(Debug, thiserror::Error)]
#[error("the connection ended within a TLS record")]
pub(crate) struct CutOff;

/// A stream whose first bytes are remembered.
pub(crate) struct Prefixed {
    inner: Box<dyn Stream>,
    first: [u8; KEPT],
    seen: usize,
    records: Records,
}

/// Where in a record what came so far ends.
#[derive(Default)]
struct Records {
    /// The part of a record's header that came.
    header: [u8; HEADER],
    /// How much of it did.
    came: usize,
    /// What is still to come of the record itself.
    rest: usize,
}

impl Records {
    fn take(&mut self, mut bytes: &[u8]) {
        while let [first, more @ ..] = bytes {
            if self.rest > 0 {
                let taken = self.rest.min(bytes.len());
                self.rest -= taken;
                bytes = &bytes[taken..];
                continue;
            }
            self.header[self.came] = *first;
            self.came += 1;
            bytes = more;
            if let (HEADER, [.., high, low]) = (self.came, self.header) {
                (self.came, self.rest) = (0, usize::from(u16::from_be_bytes([high, low])));
            }
        }
    }
}

impl Prefixed {
    pub(super) fn new(inner: Box<dyn Stream>) -> Self {
        Self { inner, first: [0; KEPT], seen: 0, records: Records::default() }
    }

    /// The first bytes that came, at most a record header.
    pub(super) fn first(&self) -> &[u8] {
        &self.first[..self.seen.min(HEADER)]
    }

    /// Whether what came so far ends in the middle of a record.
    const fn within_record(&self) -> bool {
        self.records.came > 0 || self.records.rest > 0
    }

    /// The version that the server's hello states.
    pub(super) fn server_version(&self) -> Option<u16> {
        match self.first {
            [22, _, _, _, _, 2, _, _, _, major, minor] if self.seen == KEPT => {
                Some(u16::from_be_bytes([major, minor]))
            }
            _ => None,
        }
    }
}

impl AsyncRead for Prefixed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let (before, room) = (buf.filled().len(), buf.remaining());
        let polled = Pin::new(&mut self.inner).poll_read(cx, buf);
        let new = &buf.filled()[before..];
        if room > 0 && new.is_empty() && matches!(polled, Poll::Ready(Ok(()))) && self.within_record() {
            return Poll::Ready(Err(io::Error::other(CutOff)));
        }
        self.records.take(new);
        if self.seen < KEPT {
            let taken = new.len().min(KEPT - self.seen);
            let seen = self.seen;
            self.first[seen..seen + taken].copy_from_slice(&new[..taken]);
            self.seen += taken;
        }
        polled
    }
}

impl AsyncWrite for Prefixed {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    /// Several records of a flight go out in one piece: a server that refuses the first would else have closed the
    /// connection while the second is written, and its alert would be lost.
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::Records;

    #[test]
    fn where_in_a_record_a_stream_ends() {
        for (pieces, within) in [
            (&[&[22, 3, 3][..]][..], true),
            (&[&[22, 3, 3, 0, 2]], true),
            (&[&[22, 3, 3, 0, 2, 1]], true),
            (&[&[22, 3, 3], &[0, 2, 1, 1]], false),
            (&[&[22, 3, 3, 0, 1, 9, 20], &[3, 3, 0, 1, 1]], false),
            (&[], false),
        ] {
            let mut records = Records::default();
            pieces.iter().for_each(|piece| records.take(piece));
            assert_eq!(records.came > 0 || records.rest > 0, within, "{pieces:?}");
        }
    }
}
