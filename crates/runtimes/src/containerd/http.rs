//! The HTTP client of a registry host: Go's client, with containerd's fall-back from https to http
//! (containerd v2.1.9 core/remotes/docker/resolver.go:822-940 `NewHTTPFallback`).

use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use gostd::http;
use gostd::net::{Errno, Error};
use gostd::tls;
use net::{BoxFuture, Client, Redirects, Request, Response};
use trace::{Fault, Stage};

use super::error;
use super::progress::{Active, Requests};

/// A client for one or several hosts.
pub(super) struct HttpClient {
    client: Client,
    /// Whether https may turn out to be http, and for which host it last did.
    fallback: Option<Mutex<String>>,
    /// Where requests are counted, and whence they are cancelled.
    requests: Option<Arc<Requests>>,
    /// The version of Go whose words and rules are kept.
    pub(super) go: u8,
}

/// An answer, counted as active until it is dropped (`countingReadCloser`).
pub(super) struct Answer {
    response: Response,
    active: Option<Active>,
}

impl HttpClient {
    pub(super) fn new(client: Client, may_fall_back: bool, requests: Option<Arc<Requests>>, go: u8) -> Self {
        Self { client, fallback: may_fall_back.then(Mutex::default), requests, go }
    }

    /// One request and its answer.
    pub(super) async fn round_trip(&self, request: &Request) -> Result<Answer, Fault> {
        let Some(requests) = &self.requests else {
            return Ok(Answer { response: self.fall_back(request).await?, active: None });
        };
        let active = requests.begin();
        let response = tokio::select! {
            biased;
            () = active.canceled() => Err(Fault::new(Stage::Head, Error::Canceled)),
            response = self.fall_back(request) => response,
        };
        Ok(Answer { response: response?, active: Some(active) })
    }

    /// Boxed, since the compiler would otherwise look through all of the transport from wherever a request is made.
    fn fall_back<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, Fault>> {
        Box::pin(self.https_then_http(request))
    }

    async fn https_then_http(&self, request: &Request) -> Result<Response, Fault> {
        let Some(fallen_back) = &self.fallback else { return self.client.round_trip(request).await };
        let host = || fallen_back.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = *host() == request.url.host;
        if !is_known {
            match self.client.round_trip(request).await {
                Err(fault) if is_tls_error(&fault) || is_port_error(&fault, request) => {}
                other => return other,
            }
        }
        request.url.host.clone_into(&mut host());
        let mut plain = request.clone();
        plain.url.scheme = "http".to_owned();
        // The answer belongs to the copy: words about its status name http (`resp.Request`), while words about an exchange
        // that failed name the URL that was asked for, which is the client's (recordings `fallback-status-*`).
        self.client.round_trip(&plain).await
    }

    /// `http.Client.Do`, with Go's own redirect policy: for the token service.
    pub(super) async fn send(&self, mut request: Request) -> error::Result<Answer> {
        let mut redirects = Redirects::new(&request, self.go);
        let method = request.method;
        loop {
            let failed = |fault| error::Error::exchange(method, &request.url, fault, self.go);
            let answer = self.round_trip(&request).await.map_err(failed)?;
            match redirects.next(&request, &answer) {
                Ok(Some(next)) => request = next,
                Ok(None) => return Ok(answer),
                Err((url, fault)) => {
                    return Err(error::Error::exchange_at(method, url, fault, self.go));
                }
            }
        }
    }
}

impl Answer {
    /// The next piece of the body; `None` at its end.
    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, Fault> {
        let Some(active) = &self.active else { return self.response.body.chunk().await };
        let piece = tokio::select! {
            biased;
            () = active.canceled() => Err(Fault::new(Stage::Body, Error::Canceled)),
            piece = self.response.body.chunk() => piece,
        }?;
        active.read(piece.as_ref().map_or(0, Bytes::len));
        Ok(piece)
    }

    /// At most `limit` bytes of the body.
    pub(super) async fn read_up_to(&mut self, limit: usize) -> Result<Vec<u8>, Fault> {
        let Some(active) = &self.active else { return self.response.body.read_up_to(limit).await };
        let bytes = tokio::select! {
            biased;
            () = active.canceled() => Err(Fault::new(Stage::Body, Error::Canceled)),
            bytes = self.response.body.read_up_to(limit) => bytes,
        }?;
        active.read(bytes.len());
        Ok(bytes)
    }
}

impl Deref for Answer {
    type Target = Response;

    fn deref(&self) -> &Response {
        &self.response
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
