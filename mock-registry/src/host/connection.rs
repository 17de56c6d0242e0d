use std::future::{pending, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::fault::{ConnectionFault, DialFault, End};
use crate::host::answering::Answering;
use crate::host::handler::NoAnswer;
use crate::host::idle::Idle;
use crate::host::{Host, handshake};
use crate::transport::{Connection, Gate, Limited, Transport};

/// Bytes of a request's head that are read; beyond, the answer is 431.
const HEAD_LIMIT: usize = 64 * 1024;
/// Headers that are read; beyond, the answer is 431.
const HEADERS_LIMIT: usize = 100;
/// Who sends nothing for so long is left: no node waits longer for a registry.
pub(super) const PATIENCE: Duration = Duration::from_secs(600);
/// How long the rest of what a peer says is taken in after the end of the conversation, so that the end arrives as
/// such: a socket closed with unread bytes sends a reset in place of it.
const LINGER: Duration = Duration::from_secs(5);

/// How a connection is to end, decided by a fault while the HTTP server holds it.
#[derive(Debug)]
pub(super) struct Fate {
    closing: Arc<AtomicBool>,
    reset: AtomicBool,
    /// It ends as well when nobody asks for anything.
    pub(super) idle: Idle,
}

impl Fate {
    fn new() -> Self {
        Self { closing: Arc::default(), reset: AtomicBool::new(false), idle: Idle::new() }
    }

    /// Ends the connection as soon as what was written so far has left.
    pub(super) fn decide(&self, end: End) {
        if end != End::Stall {
            self.reset.store(end == End::Reset, Ordering::Release);
            self.closing.store(true, Ordering::Release);
        }
    }

    /// Ends the connection in place of an answer.
    pub(super) async fn end_now<T>(&self, end: End) -> Result<T, NoAnswer> {
        self.decide(end);
        if end == End::Stall { pending().await } else { Err(NoAnswer) }
    }
}

impl Host {
    /// Serves one connection from `peer` until its end. Nothing that a peer sends makes this fail; what went wrong
    /// with the connection shows up at the peer alone.
    pub async fn serve<T: Transport>(self: Arc<Self>, stream: T, peer: SocketAddr) {
        let number = self.connections.fetch_add(1, Ordering::Relaxed) + 1;
        let rule = self.connection_rules.iter().find(|rule| rule.count.includes(number));
        let fault =
            rule.map(|rule| rule.fault.clone()).or_else(|| self.faults.connection(self.clock.elapsed()));
        let _ = match fault {
            Some(ConnectionFault::PlainHttp) => self.serve_inside(Connection::Clear(stream), peer).await,
            Some(ConnectionFault::CloseAfter(bytes)) => {
                self.serve_healthy(Limited::new(stream, bytes, false), peer).await
            }
            Some(ConnectionFault::ResetAfter(bytes)) => {
                self.serve_healthy(Limited::new(stream, bytes, true), peer).await
            }
            Some(fault) => break_connection(&fault, stream).await,
            None => self.serve_healthy(stream, peer).await,
        };
    }

    /// Serves a connection that a socket has accepted by itself. What a fault would have made of the attempt to
    /// connect comes behind that, as near as it can: a reset for a refusal, silence for no answer.
    pub async fn serve_accepted<T: Transport>(self: Arc<Self>, mut stream: T, peer: SocketAddr) {
        match self.dial_fault() {
            None => {}
            Some(DialFault::Slow(time)) => tokio::time::sleep(time).await,
            Some(DialFault::NoAnswer) => {
                let _ = drain(&mut stream).await;
                return;
            }
            Some(DialFault::Refused | DialFault::HostUnreachable | DialFault::NetworkUnreachable) => {
                return stream.reset_on_drop();
            }
        }
        self.serve(stream, peer).await;
    }

    async fn serve_healthy<T: Transport>(self: Arc<Self>, stream: T, peer: SocketAddr) -> io::Result<()> {
        let Some(own) = self.tls.clone() else {
            return self.serve_inside(Connection::Clear(stream), peer).await;
        };
        let config = match self.faults.identity(self.clock.elapsed()) {
            None => own,
            Some(wanted) => match self.identities.iter().find(|(identity, _)| *identity == wanted) {
                Some((_, config)) => config.clone(),
                None => return Ok(()),
            },
        };
        let accepting = TlsAcceptor::from(config).accept(stream).into_fallible();
        match timeout(PATIENCE, accepting).await {
            Ok(Ok(stream)) => self.serve_inside(Connection::Tls(Box::new(stream)), peer).await,
            // rustls has sent the alert that tells the peer why; it must arrive.
            Ok(Err((error, mut stream))) => linger(&mut stream).await.and(Err(error)),
            Err(elapsed) => Err(elapsed.into()),
        }
    }

    async fn serve_inside<T: Transport>(
        self: Arc<Self>,
        stream: Connection<T>,
        peer: SocketAddr,
    ) -> io::Result<()> {
        if self.proxy.is_some() {
            self.serve_proxy(stream, peer).await
        } else {
            self.serve_http(stream, peer).await
        }
    }

    pub(crate) async fn serve_http<T: Transport>(
        self: Arc<Self>,
        stream: T,
        peer: SocketAddr,
    ) -> io::Result<()> {
        let fate = Arc::new(Fate::new());
        let gate = Gate::new(stream, fate.closing.clone());
        let asked = fate.clone();
        let service = service_fn(move |request| Answering::of(&self, request, peer.ip(), &asked));
        let mut serving = http1::Builder::new()
            .title_case_headers(true)
            .auto_date_header(false)
            .max_buf_size(HEAD_LIMIT)
            .max_headers(HEADERS_LIMIT)
            .serve_connection(TokioIo::new(gate), service);
        tokio::select! {
            biased;
            // Errors are the peer's doing or a fault's; either way the connection ends.
            _ = poll_fn(|cx| serving.poll_without_shutdown(cx)) => {}
            () = fate.idle.lasts(PATIENCE) => {}
        }
        let mut stream = serving.into_parts().io.into_inner().into_inner();
        if fate.reset.load(Ordering::Acquire) {
            stream.reset_on_drop();
            return Ok(());
        }
        linger(&mut stream).await
    }
}

async fn break_connection<T: Transport>(fault: &ConnectionFault, mut stream: T) -> io::Result<()> {
    let mut hello = [0; 4096];
    match fault {
        ConnectionFault::Close => linger(&mut stream).await,
        ConnectionFault::Reset => {
            stream.reset_on_drop();
            Ok(())
        }
        ConnectionFault::Stall => drain(&mut stream).await,
        ConnectionFault::Garbage(bytes) => {
            let _ = timeout(PATIENCE, stream.read(&mut hello)).await?;
            stream.write_all(bytes).await?;
            linger(&mut stream).await
        }
        ConnectionFault::CloseAfterHello => {
            let _ = timeout(PATIENCE, stream.read(&mut hello)).await?;
            linger(&mut stream).await
        }
        ConnectionFault::ResetAfterHello => {
            let _ = timeout(PATIENCE, stream.read(&mut hello)).await?;
            stream.reset_on_drop();
            Ok(())
        }
        ConnectionFault::Alert(number) => {
            let _ = timeout(PATIENCE, stream.read(&mut hello)).await?;
            stream.write_all(&handshake::alert(*number)).await?;
            linger(&mut stream).await
        }
        ConnectionFault::TlsVersion(version) => {
            let _ = timeout(PATIENCE, stream.read(&mut hello)).await?;
            stream.write_all(&handshake::server_hello(*version)).await?;
            linger(&mut stream).await
        }
        // Decided before: these are served.
        ConnectionFault::PlainHttp | ConnectionFault::CloseAfter(_) | ConnectionFault::ResetAfter(_) => {
            Ok(())
        }
    }
}

/// Ends the stream in order: says so, then takes in what the peer still sends.
pub(crate) async fn linger(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<()> {
    stream.shutdown().await?;
    match timeout(LINGER, drain(stream)).await {
        Ok(result) => result,
        Err(elapsed) => Err(elapsed.into()),
    }
}

/// Takes in what the peer sends, until its end.
pub(crate) async fn drain(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
    let mut ignored = [0; 4096];
    while stream.read(&mut ignored).await? > 0 {}
    Ok(())
}
