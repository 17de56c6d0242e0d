use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use mock_registry::Transport;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::network::errno::{ECONNRESET, EPIPE, error};

/// Bytes on the way in one direction before the writer has to wait.
const WINDOW: usize = 64 * 1024;

/// One end of a TCP connection in memory.
///
/// It ends as Linux ends one: an orderly end comes behind all that was written; a reset as well, but then reading
/// fails with `ECONNRESET`; an end that is dropped with unread bytes, or told to, resets.
pub(super) struct End {
    local: SocketAddr,
    peer: SocketAddr,
    incoming: Arc<Mutex<Channel>>,
    outgoing: Arc<Mutex<Channel>>,
    resets: bool,
}

/// One direction.
#[derive(Default)]
struct Channel {
    bytes: VecDeque<u8>,
    /// Nothing more will be written.
    finished: bool,
    /// The writer has reset the connection.
    reset: bool,
    /// Nobody will read any more.
    abandoned: bool,
    /// How often bytes came to an end that nobody reads: to the first the peer's system answers with a reset.
    refused: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

/// Both ends of a connection from `client` to `server`.
pub(super) fn connection(client: SocketAddr, server: SocketAddr) -> (End, End) {
    let (there, back) = (Arc::<Mutex<Channel>>::default(), Arc::<Mutex<Channel>>::default());
    let near =
        End { local: client, peer: server, incoming: back.clone(), outgoing: there.clone(), resets: false };
    let far = End { local: server, peer: client, incoming: there, outgoing: back, resets: false };
    (near, far)
}

fn lock(channel: &Mutex<Channel>) -> MutexGuard<'_, Channel> {
    channel.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Channel {
    fn wake(&mut self) {
        for waker in [self.reader.take(), self.writer.take()].into_iter().flatten() {
            waker.wake();
        }
    }
}

impl Transport for End {
    fn reset_on_drop(&mut self) {
        self.resets = true;
    }
}

impl net::Stream for End {
    fn local_addr(&self) -> SocketAddr {
        self.local
    }

    fn peer_addr(&self) -> SocketAddr {
        self.peer
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let unread = {
            let mut incoming = lock(&self.incoming);
            incoming.abandoned = true;
            incoming.wake();
            !incoming.bytes.is_empty()
        };
        let mut outgoing = lock(&self.outgoing);
        outgoing.finished = true;
        outgoing.reset |= self.resets || unread;
        outgoing.wake();
    }
}

impl AsyncRead for End {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut channel = lock(&self.incoming);
        if channel.bytes.is_empty() && buffer.remaining() > 0 {
            if channel.reset {
                return Poll::Ready(Err(error(ECONNRESET)));
            }
            if !channel.finished {
                channel.reader = Some(cx.waker().clone());
                return Poll::Pending;
            }
            return Poll::Ready(Ok(()));
        }
        let count = channel.bytes.len().min(buffer.remaining());
        let (front, back) = channel.bytes.as_slices();
        let from_front = count.min(front.len());
        buffer.put_slice(&front[..from_front]);
        buffer.put_slice(&back[..count - from_front]);
        channel.bytes.drain(..count);
        if let Some(waker) = channel.writer.take() {
            waker.wake();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for End {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if lock(&self.incoming).reset {
            return Poll::Ready(Err(error(ECONNRESET)));
        }
        let mut channel = lock(&self.outgoing);
        if channel.finished || channel.refused {
            return Poll::Ready(Err(error(EPIPE)));
        }
        if channel.abandoned {
            // The peer's socket is closed: the first bytes still leave, and only then comes the reset that fails
            // what is written after them.
            channel.refused = true;
            return Poll::Ready(Ok(bytes.len()));
        }
        let count = bytes.len().min(WINDOW.saturating_sub(channel.bytes.len()));
        if count == 0 && !bytes.is_empty() {
            channel.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        channel.bytes.extend(&bytes[..count]);
        if let Some(waker) = channel.reader.take() {
            waker.wake();
        }
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut channel = lock(&self.outgoing);
        channel.finished = true;
        channel.wake();
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    fn ends() -> (End, End) {
        connection("10.0.0.5:40000".parse().unwrap(), "10.0.0.7:443".parse().unwrap())
    }

    async fn read_to_end(end: &mut End) -> (Vec<u8>, Option<i32>) {
        let mut bytes = Vec::new();
        let error = end.read_to_end(&mut bytes).await.err();
        (bytes, error.and_then(|error| error.raw_os_error()))
    }

    #[tokio::test]
    async fn each_direction_ends_by_itself() {
        let (mut near, mut far) = ends();
        near.write_all(b"ask").await.unwrap();
        near.shutdown().await.unwrap();
        assert_eq!(read_to_end(&mut far).await, (b"ask".to_vec(), None));
        far.write_all(b"answer").await.unwrap();
        drop(far);
        assert_eq!(read_to_end(&mut near).await, (b"answer".to_vec(), None));
        assert_eq!(near.write_all(b"x").await.unwrap_err().raw_os_error(), Some(EPIPE));
    }

    #[tokio::test]
    async fn a_reset_comes_behind_what_was_written() {
        let (mut near, mut far) = ends();
        far.write_all(b"half").await.unwrap();
        far.reset_on_drop();
        drop(far);
        assert_eq!(read_to_end(&mut near).await, (b"half".to_vec(), Some(ECONNRESET)));
        assert_eq!(near.write_all(b"x").await.unwrap_err().raw_os_error(), Some(ECONNRESET));
    }

    #[tokio::test]
    async fn an_end_dropped_with_unread_bytes_resets() {
        let (mut near, far) = ends();
        near.write_all(b"unread").await.unwrap();
        drop(far);
        assert_eq!(read_to_end(&mut near).await, (Vec::new(), Some(ECONNRESET)));
    }

    #[tokio::test]
    async fn the_first_bytes_to_a_closed_end_still_leave() {
        let (mut near, far) = ends();
        drop(far);
        near.write_all(b"first").await.unwrap();
        assert_eq!(near.write_all(b"second").await.unwrap_err().raw_os_error(), Some(EPIPE));
        assert_eq!(read_to_end(&mut near).await, (Vec::new(), None));
    }

    #[tokio::test]
    async fn a_full_window_makes_the_writer_wait() {
        let (mut near, mut far) = ends();
        let bytes: Vec<u8> = (0..3 * WINDOW).map(|n| n as u8).collect();
        let sent = bytes.clone();
        let writing = tokio::spawn(async move { near.write_all(&sent).await });
        assert_eq!(read_to_end(&mut far).await.0, bytes);
        writing.await.unwrap().unwrap();
    }
}
