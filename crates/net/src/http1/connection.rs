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

use super::message::{self, Framing, Head};
use crate::errors::{self, Call};

/// The most bytes of a head that Go reads (`maxHeaderResponseSize`).
const MAX_HEAD: usize = 10 << 20;
/// Read at most this at a time.
const READ_SIZE: usize = 64 << 10;
/// The longest line within a chunked body (`maxLineLength`).
const MAX_CHUNK_LINE: usize = 4096;
/// Since this version of Go lines within a chunked body must end in CR LF.
const ENDS_LINES_WITH_CR_SINCE: u8 = 23;
/// So much may come besides data in a chunked body.
const MAX_EXCESS: u64 = 16 << 10;

/// A byte stream in both directions: TCP, or TLS over it.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A connection and what was read ahead.
pub(crate) struct Connection {
    io: Box<dyn Duplex>,
    buffer: BytesMut,
    ends: Ends,
    /// The minor version of Go 1 whose rules hold.
    go: u8,
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
    pub(crate) fn new(io: Box<dyn Duplex>, ends: Ends, number: u64, go: u8) -> Self {
        Self { io, buffer: BytesMut::new(), ends, go, number, reused: false, idle_since: Instant::now() }
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
            let head = Head::parse(&bytes, self.go).map_err(|malformed| self.broken(malformed))?;
            if head.status >= 200 || head.status == 101 {
                return Ok(head);
            }
            // Informational answers are limited by their size, all together (Go 1.24; their number before).
            left = left.saturating_sub(end);
        }
    }

    /// Reads until the buffer holds a whole head of at most `limit` bytes, and returns its length.
    async fn fill_head(&mut self, limit: usize, nothing_read: &mut bool) -> Result<usize, Unanswered> {
        let (mut searched, mut checked) = (0, 0);
        loop {
            let end = end_of_head(&self.buffer, searched);
            if end.unwrap_or(self.buffer.len()) > limit {
                let too_large = Error::Http(http::Error::HeadersTooLarge { limit: MAX_HEAD });
                return Err(self.broken_by(connection_broken(too_large)));
            }
            if let Some(end) = end {
                return Ok(end);
            }
            self.check_lines(&mut checked)?;
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

    /// Looks at the lines from `checked` on: Go reads one after the other, and the first that is none ends it at once,
    /// be there more to come or not (`textproto.Reader.ReadMIMEHeader`).
    fn check_lines(&self, checked: &mut usize) -> Result<(), Unanswered> {
        while let Some(length) = self.buffer[*checked..].iter().position(|b| *b == b'\n') {
            let (from, end) = (*checked, *checked + length + 1);
            let problem = if from == 0 {
                Head::parse(&self.buffer[..end], self.go).err()
            } else {
                let is_first = self.buffer[..from].iter().filter(|b| **b == b'\n').take(2).count() == 1;
                message::check_field_line(&self.buffer[from..end], is_first).err()
            };
            if let Some(malformed) = problem {
                return Err(self.broken(malformed));
            }
            *checked = end;
        }
        Ok(())
    }

    /// The peer closed amid the head. What came may be malformed already, its last line as well, which Go then says.
    fn cut_off(&self) -> Unanswered {
        match Head::parse(&self.buffer, self.go) {
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
        let BodyState::Chunked { first, excess, .. } = *state else { return Ok(None) };
        if !first {
            self.fill(2).await?;
            if self.buffer.split_to(2) != b"\r\n"[..] {
                return Err(chunk_error(Chunk::Malformed));
            }
        }
        let line = self.read_chunk_line().await?;
        // `removeChunkExtension`
        let digits = line.split(|b| *b == b';').next().unwrap_or_default();
        let size = parse_hex(digits).map_err(chunk_error)?;
        let excess =
            (excess + line.len() as u64 + 2).saturating_sub(size.saturating_mul(2).saturating_add(16));
        if excess > MAX_EXCESS {
            return Err(chunk_error(Chunk::TooMuchNonData));
        }
        if size == 0 {
            self.read_trailer().await?;
            *state = BodyState::Done;
            return Ok(None);
        }
        *state = BodyState::Chunked { left: size, first: false, excess };
        Box::pin(self.read_body(state)).await
    }

    /// `readChunkLine`
    async fn read_chunk_line(&mut self) -> Result<Bytes, Error> {
        let mut searched = 0;
        let at = loop {
            if let Some(at) = self.buffer[searched..].iter().position(|b| *b == b'\n') {
                break searched + at;
            }
            searched = self.buffer.len();
            if searched >= MAX_CHUNK_LINE {
                return Err(chunk_error(Chunk::LineTooLong));
            }
            self.fill(searched + 1).await?;
        };
        let line = self.buffer.split_to(at + 1);
        let trimmed = |line: &[u8]| {
            let kept = line.iter().rposition(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'\n'));
            Bytes::copy_from_slice(&line[..kept.map_or(0, |last| last + 1)])
        };
        if self.go < ENDS_LINES_WITH_CR_SINCE {
            return if at + 1 >= MAX_CHUNK_LINE {
                Err(chunk_error(Chunk::LineTooLong))
            } else {
                Ok(trimmed(&line))
            };
        }
        match line.iter().position(|b| *b == b'\r') {
            None => Err(chunk_error(Chunk::BareLineFeed)),
            Some(end) if end + 1 != at => Err(chunk_error(Chunk::InvalidCarriageReturn)),
            Some(end) if end >= MAX_CHUNK_LINE => Err(chunk_error(Chunk::LineTooLong)),
            Some(end) => Ok(trimmed(&line[..end])),
        }
    }

    /// `body.readTrailer`: fields that are read and let go. Go looks for their end within a buffer's length
    /// (`seeUpcomingDoubleCRLF`), and takes an end of the connection for a trailer that is too long.
    async fn read_trailer(&mut self) -> Result<(), Error> {
        match self.fill(2).await {
            Ok(()) => {}
            Err(Error::UnexpectedEof) => return Err(chunk_error(Chunk::TrailerEof)),
            Err(error) => return Err(error),
        }
        if self.buffer.starts_with(b"\r\n") {
            let _ = self.buffer.split_to(2);
            return Ok(());
        }
        let end = loop {
            let within = &self.buffer[..self.buffer.len().min(MAX_CHUNK_LINE)];
            if let Some(at) = within.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            let wanted = self.buffer.len() + 1;
            if wanted > MAX_CHUNK_LINE || self.fill(wanted).await.is_err() {
                return Err(chunk_error(Chunk::LongTrailer));
            }
        };
        let trailer = self.buffer.split_to(end);
        message::parse_trailer(&trailer, self.go)
            .map_err(|malformed| Error::Http(http::Error::Malformed(malformed)))
    }

    /// Reads until the buffer holds so many bytes.
    async fn fill(&mut self, wanted: usize) -> Result<(), Error> {
        while self.buffer.len() < wanted {
            if self.read_more().await? == 0 {
                return Err(Error::UnexpectedEof);
            }
        }
        Ok(())
    }
}

const fn chunk_error(chunk: Chunk) -> Error {
    Error::Http(http::Error::Chunk(chunk))
}

fn connection_broken(error: Error) -> Error {
    Error::Http(http::Error::ConnectionBroken(Box::new(error)))
}

/// How much of a body is still to come.
#[derive(Clone, Copy, Debug)]
pub(crate) enum BodyState {
    Length(u64),
    /// `excess` is what came besides data, more than is usual (`chunkedReader.excess`).
    Chunked {
        left: u64,
        first: bool,
        excess: u64,
    },
    UntilClose,
    Done,
}

impl From<Framing> for BodyState {
    fn from(framing: Framing) -> Self {
        match framing {
            Framing::Length(length) => Self::Length(length),
            Framing::Chunked => Self::Chunked { left: 0, first: true, excess: 0 },
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
