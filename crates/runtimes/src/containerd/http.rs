//! The HTTP client of a registry host: Go's client, with containerd's fall-back from https to http
//! (containerd v2.1.9 core/remotes/docker/resolver.go:822-940 `NewHTTPFallback`).

use std::sync::atomic::{AtomicBool, Ordering};

use gostd::http;
use gostd::net::{Errno, Error};
use gostd::tls;
use net::{Client, Redirects, Request, Response};
use trace::{Fault, Stage};

use super::error;

/// A client for one or several hosts.
pub(super) struct HttpClient {
    client: Client,
    /// Whether https may turn out to be http, and whether it did.
    fallback: Option<AtomicBool>,
}

impl HttpClient {
    pub(super) fn new(client: Client, may_fall_back: bool) -> Self {
        Self { client, fallback: may_fall_back.then(AtomicBool::default) }
    }

    /// One request and its answer.
    pub(super) async fn round_trip(&self, request: &Request) -> Result<Response, Fault> {
        let Some(fallen_back) = &self.fallback else { return self.client.round_trip(request).await };
        if !fallen_back.load(Ordering::Relaxed) {
            match self.client.round_trip(request).await {
                Err(fault) if is_tls_error(&fault) || is_port_error(&fault, request) => {}
                other => return other,
            }
        }
        fallen_back.store(true, Ordering::Relaxed);
        let mut plain = request.clone();
        plain.url.scheme = "http".to_owned();
        let mut answer = self.client.round_trip(&plain).await?;
        // The caller sees the URL that it asked for, as in Go, where only the copy was changed.
        answer.url = request.url.clone();
        Ok(answer)
    }

    /// `http.Client.Do`, with Go's own redirect policy: for the token service.
    pub(super) async fn send(&self, mut request: Request) -> error::Result<Response> {
        let mut redirects = Redirects::new(&request);
        loop {
            let failed = |fault| error::Error::exchange(request.method, &request.url, fault);
            let answer = self.round_trip(&request).await.map_err(failed)?;
            match redirects.next(&request, &answer) {
                Ok(Some(next)) => request = next,
                Ok(None) => return Ok(answer),
                Err((url, fault)) => return Err(error::Error::exchange(request.method, &url, fault)),
            }
        }
    }
}

/// `isTLSError`: an HTTP server on the port, or a handshake that takes too long.
fn is_tls_error(fault: &Fault) -> bool {
    matches!(
        &fault.error,
        Error::Http(http::Error::HttpResponseToHttpsClient) | Error::Tls(tls::Error::HandshakeTimeout)
    )
}

/// `isPortError`: refused or timed out, where the port was not given.
fn is_port_error(fault: &Fault, request: &Request) -> bool {
    let refused = match &fault.error {
        Error::Op(op) => op.cause == Error::Syscall("connect", Errno::CONN_REFUSED),
        _ => false,
    };
    let timed_out = fault.stage == Stage::Dial && fault.error.is_timeout();
    (refused || timed_out) && request.url.port().is_empty()
}
