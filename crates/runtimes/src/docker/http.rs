//! The HTTP client of an endpoint: a connection for each request, the engine's name on each, and logins where a registry
//! has asked for one (moby@v28.5.2 distribution/registry.go:79 `newRepository`).

use net::{BoxFuture, Client, Redirects, Request, Response};
use tokio::time::Instant;

use super::error::{Error, Result};
use super::session::Authorizer;

/// Sends requests with redirects followed (`http.Client.Do`).
pub(super) struct Sender {
    client: Client,
    agent: String,
    pub(super) go: u8,
}

impl Sender {
    pub(super) fn new(client: Client, agent: String, go: u8) -> Self {
        Self { client: client.without_keep_alives(), agent, go }
    }

    /// Without a login, and given up at `until`. Boxed, since tokens are asked for in the course of other requests.
    pub(super) fn send(&self, request: Request, until: Option<Instant>) -> BoxFuture<'_, Result<Response>> {
        Box::pin(self.follow(request, None, until))
    }

    /// With the login that the request's host has asked for.
    pub(super) async fn send_authorized(
        &self,
        request: Request,
        authorizer: &Authorizer,
    ) -> Result<Response> {
        self.follow(request, Some(authorizer), None).await
    }

    /// `Client.do`, with `checkHTTPRedirect` (docker/distribution v2.8.3 registry/client/repository.go:33), which keeps
    /// Accept and Range as Go does by itself.
    async fn follow(
        &self,
        mut request: Request,
        authorizer: Option<&Authorizer>,
        until: Option<Instant>,
    ) -> Result<Response> {
        let (mut redirects, method) = (Redirects::new(&request, self.go), request.method);
        loop {
            let sent = self.round_trip(&request, authorizer, until).await;
            let answer = sent.map_err(|error| Error::url(method, &request.url, error))?;
            match redirects.next(&request, &answer) {
                Ok(Some(next)) => request = next,
                Ok(None) => return Ok(answer),
                Err((url, fault)) => {
                    return Err(Error::url_at(method, url, Error::transport(fault, self.go)));
                }
            }
        }
    }

    /// `transport.RoundTrip`: on a copy, so that nothing of it goes along with a redirect
    /// (docker/distribution v2.8.3 registry/client/transport/transport.go:56).
    async fn round_trip(
        &self,
        request: &Request,
        authorizer: Option<&Authorizer>,
        until: Option<Instant>,
    ) -> Result<Response> {
        let mut modified = request.clone();
        modified.header.set("User-Agent", self.agent.clone());
        if let Some(authorizer) = authorizer {
            authorizer.modify(&mut modified).await?;
        }
        let answer = self.client.round_trip_until(&modified, until).await;
        answer.map_err(|fault| Error::transport(fault, self.go))
    }
}
