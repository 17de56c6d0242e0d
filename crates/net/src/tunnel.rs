//! `CONNECT` through a proxy, and TLS to a proxy as a stream of its own.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use gostd::http;
use gostd::net::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio_rustls::client::TlsStream;

use crate::errors::{self, Call};
use crate::http1::Head;
use crate::network::Stream;
use crate::tls::Prefixed;

/// More than this no proxy's head may have.
const MAX_HEAD: usize = 1 << 20;

/// So much is read at once (`bufio.defaultBufSize`).
const BUFFER: usize = 4096;

/// What a proxy says is read by the rules of today.
const NEWEST_GO: u8 = 27;

/// Asks for a tunnel to `target`; the status of the answer, and the stream where it is 200.
pub(crate) async fn connect(
    mut stream: Box<dyn Stream>,
    target: &str,
    authorization: Option<String>,
) -> (Option<u16>, Result<Box<dyn Stream>, Error>) {
    let mut request =
        format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nUser-Agent: Go-http-client/1.1\r\n");
    if let Some(value) = authorization {
        request.push_str(&format!("Proxy-Authorization: {value}\r\n"));
    }
    request.push_str("\r\n");
    let ends = gostd::net::Ends::both(stream.local_addr(), stream.peer_addr());
    if let Err(error) = stream.write_all(request.as_bytes()).await {
        return (None, Err(errors::from_io(&error, Call::Write, ends)));
    }
    let bytes = match read_head(&mut stream).await {
        Ok(bytes) => bytes,
        Err(error) => return (None, Err(errors::from_io(&error, Call::Read, ends))),
    };
    let complete = bytes.ends_with(b"\r\n\r\n") || bytes.ends_with(b"\n\n");
    match Head::parse(&bytes, NEWEST_GO) {
        Err(malformed) if !bytes.is_empty() => (None, Err(Error::Http(http::Error::Malformed(malformed)))),
        Ok(head) if complete && head.status == 200 => (Some(200), Ok(stream)),
        Ok(head) if complete => {
            let reason = head.status_line.split_once(' ').map_or("unknown status code", |(_, text)| text);
            let refused = http::Error::ProxyRefused { reason: reason.to_owned() };
            (Some(head.status), Err(Error::Http(refused)))
        }
        _ => (None, Err(Error::UnexpectedEof)),
    }
}

/// Reads through a buffer that is thrown away: what came along with the head is lost, since a TLS server does not speak
/// first (Go `dialConn`, `bufio.NewReader`). So a short page in place of a tunnel is not seen, and a longer one is.
async fn read_head(stream: &mut Box<dyn Stream>) -> io::Result<Vec<u8>> {
    let (mut bytes, mut line, mut buffer) = (Vec::new(), 0, [0; BUFFER]);
    while bytes.len() < MAX_HEAD {
        // A line that has begun takes room in the buffer, up to all of it.
        let room = BUFFER - (bytes.len() - line) % BUFFER;
        let read = stream.read(&mut buffer[..room]).await?;
        if read == 0 {
            break;
        }
        for byte in &buffer[..read] {
            bytes.push(*byte);
            if *byte == b'\n' {
                let malformed = line == 0 && Head::parse(&bytes, NEWEST_GO).is_err();
                line = bytes.len();
                if malformed || bytes.ends_with(b"\r\n\r\n") || bytes.ends_with(b"\n\n") {
                    return Ok(bytes);
                }
            }
        }
    }
    Ok(bytes)
}

/// A TLS stream to a proxy, over which another TLS handshake runs.
pub(crate) struct Over {
    inner: TlsStream<Prefixed>,
    local: SocketAddr,
    peer: SocketAddr,
}

impl Over {
    pub(crate) const fn new(inner: TlsStream<Prefixed>, local: SocketAddr, peer: SocketAddr) -> Self {
        Self { inner, local, peer }
    }
}

impl Stream for Over {
    fn local_addr(&self) -> SocketAddr {
        self.local
    }

    fn peer_addr(&self) -> SocketAddr {
        self.peer
    }
}

impl AsyncRead for Over {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl AsyncWrite for Over {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
