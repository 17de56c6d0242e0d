//! Go's HTTP client: one request, one answer, over pooled connections (Go 1.25 `net/http/transport.go`).

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gostd::http::{self, Awaiting};
use gostd::net::Error;
use gostd::url::Url;
use tokio::time::{Instant, timeout, timeout_at};
use trace::{Exchange, Fault, Stage, What, redact};

use crate::body::{Body, Report};
use crate::connector::{Connector, authorization, host_and_port, is_socks};
use crate::dialer::Dialer;
use crate::http1::{BodyState, Connection, Head, Header, Request, Unanswered};
use crate::pool::{IDLE_TIMEOUT, Key, Pool};
use crate::proxy::{ProxyRules, Route};
use crate::tls::Tls;

/// The limits and rules of a client (`http.Transport`).
#[derive(Clone)]
pub struct Transport {
    /// How TLS is spoken, to hosts and to proxies.
    pub tls: Tls,
    /// Which proxy is used.
    pub proxy: ProxyRules,
    /// `Dialer.Timeout`
    pub dial_timeout: Duration,
    /// `ResponseHeaderTimeout`; `None` waits for ever.
    pub response_header_timeout: Option<Duration>,
    /// The minor version of Go 1 whose rules hold.
    pub go: u8,
}

/// A client with its connections.
pub struct Client {
    connector: Arc<Connector>,
    pool: Arc<Pool>,
    /// Decisions about proxies that were recorded.
    told: Mutex<HashSet<String>>,
    /// Whether each request has a connection of its own (`DisableKeepAlives`).
    closes: bool,
    /// `IdleConnTimeout`
    idle_timeout: Duration,
}

/// An answer.
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Code and reason as sent: `404 Not Found` (`Response.Status`).
    pub status_line: String,
    /// The fields.
    pub header: Header,
    /// `Response.ContentLength`; `None` where Go has -1.
    pub content_length: Option<u64>,
    /// The URL that was asked.
    pub url: Url,
    /// The body.
    pub body: Body,
}

impl Client {
    /// A client without open connections.
    pub fn new(dialer: Arc<Dialer>, transport: Transport) -> Self {
        Self {
            connector: Arc::new(Connector { dialer, transport }),
            pool: Arc::default(),
            told: Mutex::default(),
            closes: false,
            idle_timeout: IDLE_TIMEOUT,
        }
    }

    /// The same client with connections that are kept for so long while nobody needs them (`Transport.IdleConnTimeout`);
    /// otherwise 30 s.
    #[must_use]
    pub fn with_idle_timeout(self, idle_timeout: Duration) -> Self {
        Self { idle_timeout, ..self }
    }

    /// The same client with a new connection for each request, which says so (`Transport.DisableKeepAlives`).
    #[must_use]
    pub fn without_keep_alives(self) -> Self {
        Self { closes: true, ..self }
    }

    /// `Transport.RoundTrip`: sends a request and returns the head of the answer; no redirect is followed.
    ///
    /// # Errors
    /// The fault of the stage at which it ended.
    pub async fn round_trip(&self, request: &Request) -> Result<Response, Fault> {
        self.round_trip_until(request, None).await
    }

    /// The same, given up where the head of the answer is not there at `until` (`Client.Timeout`).
    ///
    /// # Errors
    /// As [`Client::round_trip`]; `Client.Timeout exceeded` at the stage that it had come to.
    pub async fn round_trip_until(
        &self,
        request: &Request,
        until: Option<Instant>,
    ) -> Result<Response, Fault> {
        let since = Instant::now();
        let (key, proxy) = self.key(request)?;
        loop {
            let (connection, result) = match self.connection(&key, proxy.as_ref(), until).await {
                Ok(mut connection) => {
                    let mut wire =
                        request.wire_header(plain_proxy_authorization(&key, proxy.as_ref()).as_deref());
                    if self.closes {
                        wire.add("Connection", "close");
                    }
                    let result = self.exchange(&mut connection, request, &wire, &key, until).await;
                    (Some((connection, wire)), result)
                }
                Err(fault) => (None, Err(Unanswered { fault: cut(fault, until), nothing_read: false })),
            };
            let number = connection.as_ref().map(|(connection, _)| connection.number);
            let wire = connection.as_ref().map(|(_, wire)| wire.redacted()).unwrap_or_default();
            let step = |head: Option<&Head>, fault| {
                exchange_step(request, proxy.as_ref(), number, wire.clone(), head, fault)
            };
            match (connection, result) {
                (Some((connection, _)), Ok(head)) => {
                    self.connector.dialer.recorder().record(since, step(Some(&head), None));
                    return self.answer(request, connection, head, key);
                }
                // A connection that had served before and died without a byte: Go sends a request that can be
                // repeated once more (`shouldRetryRequest`).
                (Some((connection, _)), Err(unanswered))
                    if connection.reused && unanswered.nothing_read && request.body.is_none() => {}
                (_, Err(Unanswered { fault, .. })) => {
                    self.connector.dialer.recorder().record(since, step(None, Some(fault.clone())));
                    return Err(fault);
                }
                (None, Ok(_)) => {}
            }
        }
    }

    fn key(&self, request: &Request) -> Result<(Key, Option<Url>), Fault> {
        let url = &request.url;
        let head = |error| Fault::new(Stage::Head, Error::Http(error));
        let https = match url.scheme.as_str() {
            "https" => true,
            "http" => false,
            scheme => return Err(head(http::Error::UnsupportedScheme(scheme.to_owned()))),
        };
        request.check_fields().map_err(head)?;
        if url.hostname().is_empty() {
            return Err(head(http::Error::NoHost));
        }
        let proxy = match self.connector.transport.proxy.route(url) {
            Route::Proxy(proxy, reason) => {
                let way = redact::url(&proxy.to_string());
                self.decide(format!("{} is asked through {way}: {reason}", url.hostname()));
                Some(*proxy)
            }
            Route::Direct(Some(reason)) => {
                self.decide(format!("{} is asked directly: {reason}", url.hostname()));
                None
            }
            Route::Direct(None) => None,
            Route::Refused => return Err(head(http::Error::CgiProxy)),
        };
        // Plain requests to different hosts share a connection to the proxy; SOCKS opens a way to each.
        let direct = proxy.as_ref().is_none_or(is_socks);
        let address = if https || direct { host_and_port(url) } else { String::new() };
        Ok((Key { proxy: proxy.as_ref().map(ToString::to_string), https, address }, proxy))
    }

    /// Records why a host is asked through a proxy or not, once.
    fn decide(&self, text: String) {
        if self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(text.clone()) {
            self.connector.dialer.recorder().decide("proxy", text);
        }
    }

    /// `getConn`: a connection that is idle, that becomes so, or a new one, whichever is there first. What was dialled in vain
    /// is kept for others (`queueForIdleConn`, `dialConnFor`).
    async fn connection(
        &self,
        key: &Key,
        proxy: Option<&Url>,
        until: Option<Instant>,
    ) -> Result<Connection, Fault> {
        if let Some(idle) = self.pool.take(key, self.idle_timeout).await {
            return Ok(idle);
        }
        let mut freed = self.pool.wait(key);
        let mut dialling = Box::pin(self.connector.clone().connect(key.clone(), proxy.cloned(), until));
        tokio::select! {
            biased;
            Ok(connection) = &mut freed => {
                let (pool, key) = (self.pool.clone(), key.clone());
                tokio::spawn(async move {
                    if let Ok(unused) = dialling.await {
                        pool.put(key, unused);
                    }
                });
                Ok(connection)
            }
            connected = &mut dialling => {
                freed.close();
                if let Ok(unused) = freed.try_recv() {
                    self.pool.put(key.clone(), unused);
                }
                connected
            }
        }
    }

    async fn exchange(
        &self,
        connection: &mut Connection,
        request: &Request,
        wire: &Header,
        key: &Key,
        until: Option<Instant>,
    ) -> Result<Head, Unanswered> {
        let exchange = self.write_and_read(connection, request, wire, key);
        let Some(until) = until else { return exchange.await };
        timeout_at(until, exchange).await.unwrap_or_else(|_| {
            let error = Error::Http(http::Error::ClientTimeout(Awaiting::Headers));
            Err(Unanswered { fault: Fault::new(Stage::Head, error), nothing_read: false })
        })
    }

    async fn write_and_read(
        &self,
        connection: &mut Connection,
        request: &Request,
        wire: &Header,
        key: &Key,
    ) -> Result<Head, Unanswered> {
        connection.write(&request.encode(wire, key.is_handed_over())).await?;
        let head = connection.read_head();
        match self.connector.transport.response_header_timeout {
            None => head.await,
            Some(limit) => timeout(limit, head).await.unwrap_or_else(|_| {
                let error = Error::Http(http::Error::ResponseHeaderTimeout);
                Err(Unanswered { fault: Fault::new(Stage::Head, error), nothing_read: false })
            }),
        }
    }

    fn answer(
        &self,
        request: &Request,
        connection: Connection,
        mut head: Head,
        key: Key,
    ) -> Result<Response, Fault> {
        let transfer = head.transfer(request.method).map_err(|malformed| {
            let error = Error::Http(http::Error::Malformed(malformed));
            let broken = http::Error::ConnectionBroken(Box::new(error));
            Fault::new(Stage::Head, Error::Http(broken))
        });
        let (mut content_length, framing) = transfer?;
        let gunzip = request.asks_for_gzip()
            && head.header.get("Content-Encoding").is_some_and(|e| e.eq_ignore_ascii_case("gzip"));
        if gunzip {
            head.header.remove("Content-Encoding");
            head.header.remove("Content-Length");
            content_length = None;
        }
        let state = BodyState::from(framing);
        let reusable = !self.closes && !head.closes() && !matches!(state, BodyState::UntilClose);
        let home = reusable.then(|| (self.pool.clone(), key));
        let report = Report {
            recorder: self.connector.dialer.recorder().clone(),
            purpose: request.purpose,
            url: request.url.to_string(),
            since: Instant::now(),
            bytes: 0,
        };
        Ok(Response {
            status: head.status,
            status_line: head.status_line,
            header: head.header,
            content_length,
            url: request.url.clone(),
            body: Body::new(connection, state, home, gunzip, report),
        })
    }
}

/// What is said of a connection that did not come about by the time when its request is given up.
fn cut(fault: Fault, until: Option<Instant>) -> Fault {
    match until {
        Some(until) if Instant::now() >= until => {
            let error = Error::Http(http::Error::ClientTimeout(Awaiting::Connection));
            Fault::new(fault.stage, error)
        }
        _ => fault,
    }
}

fn exchange_step(
    request: &Request,
    proxy: Option<&Url>,
    connection: Option<u64>,
    wire: Vec<trace::Header>,
    head: Option<&Head>,
    fault: Option<Fault>,
) -> What {
    What::Exchange(Exchange {
        connection,
        purpose: request.purpose,
        method: request.method.into(),
        url: redact::url(&request.url.to_string()),
        proxy: proxy.map(host_and_port),
        request: wire,
        status: head.map(|head| head.status),
        reason: head.map(|head| head.status_line.split_once(' ').map_or("", |(_, text)| text).to_owned()),
        response: head.map(|head| head.header.redacted()).unwrap_or_default(),
        fault,
    })
}

fn plain_proxy_authorization(key: &Key, proxy: Option<&Url>) -> Option<String> {
    proxy.filter(|_| key.is_handed_over()).and_then(authorization)
}
