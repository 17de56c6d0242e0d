use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use http::StatusCode;
use rustls::ServerConfig;
use tokio::io::{AsyncWriteExt as _, copy_bidirectional};
use tokio_rustls::TlsAcceptor;

use crate::fault::ProxyFault;
use crate::host::{drain, linger};
use crate::log::Came;
use crate::proxy::head::{Destination, Head};
use crate::proxy::routes::Unreached;
use crate::transport::{Connection, Transport};
use crate::{Host, Who};

/// An answer of the proxy's own.
struct Refusal {
    status: StatusCode,
    headers: Vec<(&'static str, &'static str)>,
    body: Vec<u8>,
}

impl Host {
    /// Serves a connection to a forward proxy: one request, and what it leads to.
    pub(crate) async fn serve_proxy<T: Transport>(
        self: Arc<Self>,
        mut stream: T,
        peer: SocketAddr,
    ) -> io::Result<()> {
        let Some(head) = Head::read(&mut stream).await? else { return linger(&mut stream).await };
        let path = head.target.split('?').next().unwrap_or_default();
        let number = self.log.start(&Came { host: &self.name, method: &head.method, path, query: "" });
        let due = self.faults.proxy(self.clock.elapsed());
        self.log.note_faults(number, due.as_ref().map(|(fault, _)| *fault).as_slice());
        let fault = due.map(|(_, fault)| fault);
        let finish = |status: Option<u16>, who: Who| self.log.finish(number, status, who);
        match &fault {
            Some(ProxyFault::Close) => {
                finish(None, Who::Anonymous);
                return linger(&mut stream).await;
            }
            Some(ProxyFault::Stall) => {
                finish(None, Who::Anonymous);
                return drain(&mut stream).await;
            }
            Some(ProxyFault::Says { status, headers, body }) => {
                finish(Some(status.as_u16()), Who::Anonymous);
                let refusal = Refusal { status: *status, headers: headers.clone(), body: body.to_vec() };
                return refusal.send(&mut stream).await;
            }
            Some(ProxyFault::NeedsCredentials | ProxyFault::Intercepts) | None => {}
        }
        let who = match self.admit_to_proxy(&head, fault.as_ref()) {
            Ok(who) => who,
            Err(refusal) => {
                finish(Some(refusal.status.as_u16()), Who::Anonymous);
                return refusal.send(&mut stream).await;
            }
        };
        let intercepts = self.proxy.as_ref().is_some_and(|proxy| proxy.intercepts);
        let intercepts = intercepts || fault == Some(ProxyFault::Intercepts);
        match self.lead(&head, intercepts, &mut stream, peer).await {
            Ok(Led::Through(target)) => {
                finish(Some(200), who);
                relay(stream, target).await
            }
            Ok(Led::Into(host, config)) => {
                finish(Some(200), who);
                let inside = TlsAcceptor::from(config).accept(stream).await?;
                host.serve_http(Connection::Tls(Box::new(inside)), peer).await
            }
            Err(refusal) => {
                finish(Some(refusal.status.as_u16()), who);
                refusal.send(&mut stream).await
            }
        }
    }

    fn admit_to_proxy(&self, head: &Head, fault: Option<&ProxyFault>) -> Result<Who, Refusal> {
        let accounts = self.proxy.as_ref().and_then(|proxy| proxy.accounts.as_ref());
        if accounts.is_none() && fault != Some(&ProxyFault::NeedsCredentials) {
            return Ok(Who::Anonymous);
        }
        let login = head.header("proxy-authorization").and_then(crate::auth::basic_credentials);
        let who = accounts
            .zip(login)
            .and_then(|(known, (name, password))| known.authenticate(&name, &password).ok());
        who.ok_or_else(|| Refusal {
            status: StatusCode::PROXY_AUTHENTICATION_REQUIRED,
            headers: vec![("Proxy-Authenticate", "Basic realm=\"proxy\"")],
            body: Vec::new(),
        })
    }

    /// Finds the way that a request asks for, and says so to who asked.
    async fn lead<T: Transport>(
        &self,
        head: &Head,
        intercepts: bool,
        stream: &mut T,
        peer: SocketAddr,
    ) -> Result<Led, Refusal> {
        let (Some(proxy), Some(to)) = (&self.proxy, head.destination()) else {
            return Err(Refusal::text(StatusCode::BAD_REQUEST, "this is a proxy\n"));
        };
        if let (true, true, Some(authority)) = (intercepts, head.is_connect(), &proxy.authority) {
            let host = proxy.routes.host(&to).ok_or_else(|| Refusal::unreached(Unreached::Refused, &to))?;
            let identity = authority.server(crate::CertificateKind::Good, std::slice::from_ref(&to.host));
            let config = identity.and_then(|identity| identity.server_config(None, self.clock));
            let config = config.map_err(|_| Refusal::text(StatusCode::BAD_GATEWAY, "no certificate\n"))?;
            established(stream).await?;
            return Ok(Led::Into(host.clone(), config));
        }
        let reached = proxy.routes.connect(&to, peer).await;
        let mut target = reached.map_err(|unreached| Refusal::unreached(unreached, &to))?;
        if head.is_connect() {
            established(stream).await?;
        } else {
            let gone = |_| Refusal::unreached(Unreached::Refused, &to);
            target.write_all(&head.forwarded()).await.map_err(gone)?;
        }
        Ok(Led::Through(target))
    }
}

/// Where a request was led.
enum Led {
    /// To a host, whose bytes are passed on.
    Through(super::pipe::Pipe),
    /// Into a host, in whose name the proxy speaks.
    Into(Arc<Host>, Arc<ServerConfig>),
}

async fn established(stream: &mut impl Transport) -> Result<(), Refusal> {
    let written = stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await;
    written.map_err(|_| Refusal::text(StatusCode::BAD_GATEWAY, ""))
}

/// Passes bytes on, and a reset as such.
async fn relay(mut client: impl Transport, mut target: impl Transport) -> io::Result<()> {
    let ended = copy_bidirectional(&mut client, &mut target).await;
    if ended.is_err() {
        client.reset_on_drop();
        target.reset_on_drop();
    }
    ended.map(drop)
}

impl Refusal {
    fn text(status: StatusCode, text: &str) -> Self {
        Self { status, headers: vec![("Content-Type", "text/plain")], body: text.as_bytes().to_vec() }
    }

    fn unreached(why: Unreached, to: &Destination) -> Self {
        let status = match why {
            Unreached::Refused => StatusCode::BAD_GATEWAY,
            Unreached::Silent => StatusCode::GATEWAY_TIMEOUT,
        };
        Self::text(status, &format!("cannot reach {}:{}\n", to.host, to.port))
    }

    async fn send(&self, stream: &mut impl Transport) -> io::Result<()> {
        let reason = self.status.canonical_reason().unwrap_or("Unknown");
        let mut head = format!("HTTP/1.1 {} {reason}\r\n", self.status.as_u16());
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("Content-Length: {}\r\nConnection: close\r\n\r\n", self.body.len());
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&self.body).await?;
        linger(stream).await
    }
}
