//! One HTTP/1.1 connection: a request out, an answer in.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use bytes::{Bytes, BytesMut};
use gostd::http::{self, Chunk};
use gostd::net::{Ends, Error};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::time::Instant;
use trace::{Fault, Stage};

use super::message::{Framing, Head};
use crate::errors::{self, Call};

/// The most bytes of a head that Go reads (`maxHeaderResponseSize`).
const MAX_HEAD: usize = 10 << 20;
/// Read at most this at a time.
const READ_SIZE: usize = 64 << 10;
/// The longest line within a chunked body (`maxLineLength`).
const MAX_CHUNK_LINE: usize = 4096;

/// A byte stream in both directions: TCP, or TLS over it.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A connection and what was read ahead.
pub(crate) struct Connection {
    io: Box<dyn Duplex>,
    buffer: BytesMut,
    ends: Ends,
    pub(crate) number: u64,
    pub(crate) reused: bool,
    pub(crate) idle_since: Instant,
}

/// Why no answer came: `nothing_read` tells whether Go may send the request once more on another connection.
pub(crate) struct Unanswered {
    pub(crate) fault: Fault,
    pub(crate) nothing_read: bool,
}

impl Connection {
    pub(crate) fn new(io: Box<dyn Duplex>, ends: Ends, number: u64) -> Self {
        Self { io, buffer: BytesMut::new(), ends, number, reused: false, idle_since: Instant::now() }
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), Unanswered> {
        let written = async {
            self.io.write_all(bytes).await?;
            self.io.flush().await
        };
        written.await.map_err(|error| Unanswered {
            fault: Fault::new(Stage::Write, errors::from_io(&error, Call::Write, self.ends)),
            nothing_read: true,
        })
    }

    /// `persistConn.readLoop`: the head of the final answer.
    pub(crate) async fn read_head(&mut self) -> Result<Head, Unanswered> {
        let (mut nothing_read, mut left) = (self.buffer.is_empty(), MAX_HEAD);
        loop {
            let end = self.fill_head(left, &mut nothing_read).await?;
            let bytes = self.buffer.split_to(end);
            let head = Head::parse(&bytes).map_err(|malformed| self.broken(malformed))?;
            if head.status >= 200 || head.status == 101 {
                return Ok(head);
            }
            // Informational answers are limited by their size, all together (Go 1.24; their number before).
            left = left.saturating_sub(end);
        }
    }

    /// Reads until the buffer holds a whole head of at most `limit` bytes, and returns its length.
    async fn fill_head(&mut self, limit: usize, nothing_read: &mut bool) -> Result<usize, Unanswered> {
        let (mut searched, mut first_line_seen) = (0, false);
        loop {
            let end = end_of_head(&self.buffer, searched);
            if end.unwrap_or(self.buffer.len()) > limit {
                let too_large = Error::Http(http::Error::HeadersTooLarge { limit: MAX_HEAD });
                return Err(self.broken_by(connection_broken(too_large)));
            }
            if let Some(end) = end {
                return Ok(end);
            }
            // A first line that is none ends it at once: garbage need not send an empty line.
            if !first_line_seen && let Some(at) = self.buffer[searched..].iter().position(|b| *b == b'\n') {
                first_line_seen = true;
                let first = &self.buffer[..=searched + at];
                Head::parse(first).map_err(|malformed| self.broken(malformed))?;
            }
            searched = self.buffer.len().saturating_sub(3);
            match self.read_more().await {
                Ok(0) if self.buffer.is_empty() => return Err(self.unanswered(Error::Eof, *nothing_read)),
                Ok(0) => return Err(self.cut_off()),
                Ok(_) => *nothing_read = false,
                Err(error) if self.buffer.is_empty() => return Err(self.unanswered(error, *nothing_read)),
                Err(error) => return Err(self.broken_by(connection_broken(error))),
            }
        }
    }

    /// The peer closed amid the head. What came may be malformed already, its last line as well, which Go then says.
    fn cut_off(&self) -> Unanswered {
        match Head::parse(&self.buffer) {
            Err(malformed) => self.broken(malformed),
            Ok(_) => self.broken_by(connection_broken(Error::UnexpectedEof)),
        }
    }

    fn broken(&self, malformed: http::Malformed) -> Unanswered {
        self.broken_by(connection_broken(Error::Http(http::Error::Malformed(malformed))))
    }

    fn broken_by(&self, error: Error) -> Unanswered {
        self.unanswered(error, false)
    }

    fn unanswered(&self, error: Error, nothing_read: bool) -> Unanswered {
        Unanswered { fault: Fault::new(Stage::Head, error), nothing_read }
    }

    async fn read_more(&mut self) -> Result<usize, Error> {
        self.buffer.reserve(READ_SIZE);
        let read = (&mut self.io).take(READ_SIZE as u64).read_buf(&mut self.buffer).await;
        match read.map_err(|error| errors::from_io(&error, Call::Read, self.ends)) {
            // TLS without close_notify ends as TCP does.
            Err(Error::Eof) => Ok(0),
            other => other,
        }
    }

    /// Whether the peer has closed, or spoken out of turn, while the connection was idle.
    pub(crate) async fn is_stale(&mut self) -> bool {
        let mut byte = [0; 1];
        poll_fn(|cx| {
            let mut buffer = ReadBuf::new(&mut byte);
            let polled = Pin::new(&mut self.io).poll_read(cx, &mut buffer);
            Poll::Ready(polled.is_ready() || !self.buffer.is_empty())
        })
        .await
    }

    /// The next piece of a body; `None` at its end.
    pub(crate) async fn read_body(&mut self, left: &mut BodyState) -> Result<Option<Bytes>, Error> {
        match left {
            BodyState::Done | BodyState::Length(0) => {
                *left = BodyState::Done;
                Ok(None)
            }
            BodyState::Length(length) => {
                if self.buffer.is_empty() && self.read_more().await? == 0 {
                    return Err(Error::UnexpectedEof);
                }
                let piece = self.split(*length);
                *length -= piece.len() as u64;
                Ok(Some(piece))
            }
            BodyState::UntilClose => {
                if self.buffer.is_empty() && self.read_more().await? == 0 {
                    *left = BodyState::Done;
                    return Ok(None);
                }
                Ok(Some(self.split(u64::MAX)))
            }
            BodyState::Chunked { left: 0, .. } => self.next_chunk(left).await,
            BodyState::Chunked { left: chunk, .. } => {
                if self.buffer.is_empty() && self.read_more().await? == 0 {
                    return Err(Error::UnexpectedEof);
                }
                let piece = self.split(*chunk);
                *chunk -= piece.len() as u64;
                Ok(Some(piece))
            }
        }
    }

    fn split(&mut self, most: u64) -> Bytes {
        let length = usize::try_from(most).unwrap_or(usize::MAX).min(self.buffer.len());
        self.buffer.split_to(length).freeze()
    }

    /// `chunkedReader.beginChunk`: over the end of the last chunk to the first piece of the next.
    async fn next_chunk(&mut self, state: &mut BodyState) -> Result<Option<Bytes>, Error> {
        let chunk_error = |chunk| Error::Http(http::Error::Chunk(chunk));
        if matches!(state, BodyState::Chunked { first: false, .. }) && !self.read_line().await?.is_empty() {
            return Err(chunk_error(Chunk::Malformed));
        }
        let line = self.read_line().await?;
        let digits = line.split(|b| *b == b';').next().unwrap_or_default().trim_ascii();
        let size = parse_hex(digits).map_err(chunk_error)?;
        if size == 0 {
            // The trailer: fields until an empty line.
            // Go looks for its end within a buffer's length (`seeUpcomingDoubleCRLF`).
            let mut length = 0;
            loop {
                match self.read_line().await?.len() {
                    0 => break,
                    line => length += line,
                }
                if length > MAX_CHUNK_LINE {
                    return Err(chunk_error(Chunk::LineTooLong));
                }
            }
            *state = BodyState::Done;
            return Ok(None);
        }
        *state = BodyState::Chunked { left: size, first: false };
        Box::pin(self.read_body(state)).await
    }

    async fn read_line(&mut self) -> Result<Bytes, Error> {
        loop {
            if let Some(at) = self.buffer.iter().position(|b| *b == b'\n') {
                let mut line = self.buffer.split_to(at + 1);
                line.truncate(at);
                if line.last() == Some(&b'\r') {
                    line.truncate(at - 1);
                }
                return Ok(line.freeze());
            }
            if self.buffer.len() > MAX_CHUNK_LINE {
                return Err(Error::Http(http::Error::Chunk(Chunk::LineTooLong)));
            }
            if self.read_more().await? == 0 {
                return Err(Error::UnexpectedEof);
            }
        }
    }
}

fn connection_broken(error: Error) -> Error {
    Error::Http(http::Error::ConnectionBroken(Box::new(error)))
}

/// How much of a body is still to come.
#[derive(Clone, Copy, Debug)]
pub(crate) enum BodyState {
    Length(u64),
    Chunked { left: u64, first: bool },
    UntilClose,
    Done,
}

impl From<Framing> for BodyState {
    fn from(framing: Framing) -> Self {
        match framing {
            Framing::Length(length) => Self::Length(length),
            Framing::Chunked => Self::Chunked { left: 0, first: true },
            Framing::UntilClose => Self::UntilClose,
        }
    }
}

/// `parseHexUint`: digits alone, no sign.
fn parse_hex(digits: &[u8]) -> Result<u64, Chunk> {
    const MOST_DIGITS: usize = 16;
    if digits.is_empty() {
        return Err(Chunk::EmptyLength);
    }
    let mut number = 0;
    for (index, digit) in digits.iter().enumerate() {
        let value = char::from(*digit).to_digit(16).ok_or(Chunk::InvalidLength)?;
        if index == MOST_DIGITS {
            return Err(Chunk::TooLarge);
        }
        number = number << 4 | u64::from(value);
    }
    Ok(number)
}

/// The length of a head in `buffer`: up to the first empty line.
fn end_of_head(buffer: &[u8], searched: usize) -> Option<usize> {
    let from = searched.min(buffer.len());
    let rest = &buffer[from..];
    rest.iter().enumerate().filter(|(_, b)| **b == b'\n').find_map(|(at, _)| match rest.get(at + 1..) {
        Some([b'\n', ..]) => Some(from + at + 2),
        Some([b'\r', b'\n', ..]) => Some(from + at + 3),
        _ => None,
    })
}
