//! New connections: dialled, through proxies, with TLS (Go `net/http/transport.go` `dialConn`).

use std::sync::Arc;
use std::time::Duration;

use gostd::http;
use gostd::net::{Ends, Error, Op};
use gostd::url::Url;
use tokio::time::{Instant, timeout};
use trace::{Fault, Stage, Tunnel, What};

use crate::client::Transport;
use crate::dialer::{Dialer, parse_port};
use crate::http1::Connection;
use crate::network::Stream;
use crate::pool::Key;

/// `TLSHandshakeTimeout`
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a proxy may take to answer CONNECT.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(60);

/// What new connections are made with.
pub(crate) struct Connector {
    pub(crate) dialer: Arc<Dialer>,
    pub(crate) transport: Transport,
}

impl Connector {
    /// A new connection, as far as requests can be sent over it (`dialConn`). At `until` nobody waits for it any more.
    pub(crate) async fn connect(
        self: Arc<Self>,
        key: Key,
        proxy: Option<Url>,
        until: Option<Instant>,
    ) -> Result<Connection, Fault> {
        let (stream, number) = match &proxy {
            None => self.dial(&key.address, until).await?,
            Some(proxy) => self.through_proxy(&key, proxy, until).await?,
        };
        let ends = Ends::both(stream.local_addr(), stream.peer_addr());
        if !key.https {
            return Ok(Connection::new(Box::new(stream), ends, number, self.transport.go));
        }
        let (host, _) = split_address(&key.address);
        let recorder = self.dialer.recorder();
        let limit = left(HANDSHAKE_TIMEOUT, until);
        let tls = self.transport.tls.handshake(stream, number, &host, limit, recorder).await?;
        Ok(Connection::new(Box::new(tls), ends, number, self.transport.go))
    }

    async fn dial(&self, address: &str, until: Option<Instant>) -> Result<(Box<dyn Stream>, u64), Fault> {
        let (host, port) = split_address(address);
        let dialled = self.dialer.dial(&host, &port, self.transport.dial_timeout, until).await?;
        Ok((dialled.stream, dialled.number))
    }

    /// A connection to the proxy, with a tunnel where the target is https.
    async fn through_proxy(
        &self,
        key: &Key,
        proxy: &Url,
        until: Option<Instant>,
    ) -> Result<(Box<dyn Stream>, u64), Fault> {
        let connect = |fault: Fault| {
            Fault::new(Stage::Proxy, Error::op(Op::ProxyConnect, "tcp", Ends::default(), fault.error))
        };
        let (stream, number) = self.dial(&host_and_port(proxy), until).await.map_err(connect)?;
        if is_socks(proxy) {
            return Ok((self.through_socks(stream, key, proxy).await?, number));
        }
        let stream: Box<dyn Stream> = if proxy.scheme == "https" {
            let (host, recorder) = (proxy.hostname(), self.dialer.recorder());
            let (local, peer) = (stream.local_addr(), stream.peer_addr());
            let limit = left(HANDSHAKE_TIMEOUT, until);
            let tls = self.transport.tls.handshake(stream, number, host, limit, recorder).await;
            // Only what a host answers is looked at for HTTP (`Client.send`): behind proxyconnect the bare error stays.
            let tls = tls.map_err(|mut fault| {
                if fault.error == Error::Http(http::Error::HttpResponseToHttpsClient) {
                    fault.error = Error::Tls(gostd::tls::Error::RecordHeader);
                }
                connect(fault)
            });
            Box::new(crate::tunnel::Over::new(tls?, local, peer))
        } else {
            stream
        };
        if key.is_handed_over() {
            Ok((stream, number))
        } else {
            Ok((self.tunnel(stream, key, proxy, left(CONNECT_TIMEOUT, until)).await?, number))
        }
    }

    /// `CONNECT`, with its own head and no other field (Go `dialConn`).
    async fn tunnel(
        &self,
        stream: Box<dyn Stream>,
        key: &Key,
        proxy: &Url,
        limit: Duration,
    ) -> Result<Box<dyn Stream>, Fault> {
        let since = Instant::now();
        let attempt = crate::tunnel::connect(stream, &key.address, authorization(proxy));
        let (status, result) = match timeout(limit, attempt).await {
            Ok((status, result)) => (status, result),
            Err(_) => (None, Err(Error::DeadlineExceeded)),
        };
        self.tunnelled(since, key, proxy, status, result)
    }

    /// A way through a SOCKS proxy, which has as long as it takes (Go `dialConn`).
    async fn through_socks(
        &self,
        stream: Box<dyn Stream>,
        key: &Key,
        proxy: &Url,
    ) -> Result<Box<dyn Stream>, Fault> {
        let since = Instant::now();
        let (host, port) = split_address(&key.address);
        let port = parse_port(&port);
        let result = match port {
            Ok(port) => crate::socks::connect(stream, (&host, port), proxy.user.as_ref()).await,
            Err(error) => Err(error),
        };
        self.tunnelled(since, key, proxy, None, result)
    }

    fn tunnelled<T>(
        &self,
        since: Instant,
        key: &Key,
        proxy: &Url,
        status: Option<u16>,
        result: Result<T, Error>,
    ) -> Result<T, Fault> {
        let result = result.map_err(|error| Fault::new(Stage::Proxy, error));
        let step = Tunnel {
            proxy: host_and_port(proxy),
            target: key.address.clone(),
            status,
            fault: result.as_ref().err().cloned(),
        };
        self.dialer.recorder().record(since, What::Tunnel(step));
        result
    }
}

/// A limit, or what is left of the time until then.
fn left(limit: Duration, until: Option<Instant>) -> Duration {
    until.map_or(limit, |until| limit.min(until.saturating_duration_since(Instant::now())))
}

pub(crate) fn is_socks(proxy: &Url) -> bool {
    matches!(proxy.scheme.as_str(), "socks5" | "socks5h")
}

/// `canonicalAddr`: host and port, the scheme's port where the URL has none.
pub(crate) fn host_and_port(url: &Url) -> String {
    let port = match (url.port(), url.scheme.as_str()) {
        (port, _) if !port.is_empty() => port,
        (_, "https") => "443",
        (_, "socks5" | "socks5h") => "1080",
        _ => "80",
    };
    let host = url.hostname();
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

fn split_address(address: &str) -> (String, String) {
    let (host, port) = address.rsplit_once(':').unwrap_or((address, ""));
    (host.trim_start_matches('[').trim_end_matches(']').to_owned(), port.to_owned())
}

/// `Basic` for a URL's user info.
pub(crate) fn authorization(proxy: &Url) -> Option<String> {
    let user = proxy.user.as_ref()?;
    let pair = format!("{}:{}", user.username, user.password.as_deref().unwrap_or_default());
    Some(format!("Basic {}", gostd::base64::encode_std(pair.as_bytes())))
}
