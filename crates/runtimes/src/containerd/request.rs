//! One operation on a registry host, with its retries
//! (containerd v2.1.9 core/remotes/docker/resolver.go:560-769 `request`).

use std::sync::Arc;

use gostd::url::{Url, Values};
use net::{Header, Recorder, Redirects, Request};
use tokio::time::sleep;
use trace::Purpose;

use super::authorizer::{Authorizer, Retry, Seen};
use super::error::{Error, Result};
use super::hosts::RegistryHost;
use super::http::{Answer, HttpClient};
use super::redirect::CarriedAuthorization;
use crate::containerd::profile::Profile;

/// A request to a host.
pub(super) struct HostRequest {
    pub(super) profile: &'static Profile,
    pub(super) purpose: Purpose,
    pub(super) method: &'static str,
    pub(super) url: Url,
    pub(super) header: Header,
    /// The last two parts of the path: `manifests`, and what is asked for.
    pub(super) object: [String; 2],
    client: Arc<HttpClient>,
    authorizer: Option<Arc<Authorizer>>,
}

/// What the requests of a pull have in common (`dockerBase`).
pub(super) struct Base {
    /// The host of the reference, which mirrors are told as `ns`.
    pub(super) namespace: String,
    /// The path of the repository.
    pub(super) repository: String,
    /// `registry.headers` of the CRI configuration.
    pub(super) header: Vec<(String, String)>,
    /// What is accepted while a name is resolved, where the configuration says so.
    pub(super) accept: Vec<String>,
    pub(super) profile: &'static Profile,
    pub(super) hosts: Vec<RegistryHost>,
    pub(super) recorder: Recorder,
}

impl Base {
    /// `dockerBase.request` with `addNamespace`: the path below the host's root, `?ns=` for hosts that are not the
    /// reference's own.
    pub(super) fn request(
        &self,
        host: &RegistryHost,
        purpose: Purpose,
        method: &'static str,
        parts: [&str; 2],
    ) -> Result<HostRequest> {
        let path = join(&[&host.path, &self.repository, parts[0], parts[1]]);
        let mut text = format!("{}://{}{path}", host.scheme, host.host);
        if host.is_proxy(&self.namespace) {
            let mut query = Values::default();
            query.set("ns", self.namespace.clone());
            text = format!("{text}?{}", query.encode());
        }
        let mut request = self.to(&text, host, purpose, method)?;
        request.object = parts.map(ToOwned::to_owned);
        Ok(request)
    }

    /// A request to a URL through a host's client.
    pub(super) fn to(
        &self,
        url: &str,
        host: &RegistryHost,
        purpose: Purpose,
        method: &'static str,
    ) -> Result<HostRequest> {
        const AGENT: &str = "User-Agent";
        let mut header = Header::new();
        self.header.iter().for_each(|(name, value)| header.add(name.clone(), value.clone()));
        // Of several, Go sends the first.
        if self.profile.requests.own_agent_first && !header.has_key(AGENT) {
            header.set(AGENT, self.profile.user_agent);
        }
        host.header.iter().for_each(|(name, value)| header.add(name.clone(), value.clone()));
        if !header.has_key(AGENT) {
            header.set(AGENT, self.profile.user_agent);
        }
        let mut url = Url::parse(url).map_err(|error| Error::Plain(error.to_string()))?;
        // `http.NewRequest` takes an empty port away (`removeEmptyPort`).
        if url.host.ends_with(':') {
            url.host.pop();
        }
        Ok(HostRequest {
            purpose,
            method,
            url,
            header,
            client: host.client.clone(),
            authorizer: host.authorizer.clone(),
            object: [const { String::new() }; 2],
            profile: self.profile,
        })
    }
}

/// `path.Join("/", …)`: no empty parts, `.` and `..` resolved.
fn join(parts: &[&str]) -> String {
    let mut cleaned: Vec<&str> = Vec::new();
    for part in parts.iter().flat_map(|part| part.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(cleaned.pop()),
            part => cleaned.push(part),
        }
    }
    format!("/{}", cleaned.join("/"))
}

impl HostRequest {
    /// `request.do`: authorises, sends, and follows redirects, authorising again for each host.
    async fn perform(&self) -> Result<Answer> {
        let mut request = Request {
            header: self.header.clone(),
            ..Request::new(self.purpose, self.method, self.url.clone())
        };
        self.authorize(&mut request).await.map_err(|error| error.context("failed to authorize"))?;
        let mut redirects = Redirects::new(&request, self.profile.go);
        let carried = CarriedAuthorization::of(&request, self.profile.go);
        // The method is that of the first request, whatever a redirect made of it (Go `Client.do`, `uerr`).
        let method = request.method;
        let failed = |request: &Request, fault| {
            Error::exchange(method, &request.url, fault, self.profile.go).context("failed to do request")
        };
        loop {
            let answer = self.client.round_trip(&request).await.map_err(|fault| failed(&request, fault))?;
            let mut next = match redirects.next(&request, &answer) {
                Ok(None) => return Ok(answer),
                Ok(Some(next)) => next,
                Err((url, fault)) => {
                    let error = Error::exchange_at(method, url, fault, self.profile.go);
                    return Err(error.context("failed to do request"));
                }
            };
            let location = answer.location().unwrap_or_default();
            carried.carry(&request, &mut next);
            // `CheckRedirect`: its error becomes the cause of a url.Error with the Location as it was sent.
            self.authorize(&mut next).await.map_err(|error| {
                let operation = crate::transport::operation(method, &location);
                error.context(format!("failed to do request: {operation}: failed to authorize redirect"))
            })?;
            request = next;
        }
    }

    async fn authorize(&self, request: &mut Request) -> Result<()> {
        match &self.authorizer {
            Some(authorizer) => authorizer.authorize(request).await,
            None => Ok(()),
        }
    }

    /// `doWithRetries`: the same request again, at once, as long as the answer gives reason to.
    pub(super) async fn do_with_retries(&mut self, last_host: bool) -> Result<Answer> {
        let mut seen: Vec<Seen> = Vec::new();
        let mut attempts = self.profile.requests.max_requests;
        loop {
            let answer = self.attempt(&mut attempts, last_host).await?;
            seen.push(Seen {
                method: self.method,
                url: answer.url.clone(),
                status: answer.status,
                challenges: answer.header.get_all_bytes("WWW-Authenticate").map(ToOwned::to_owned).collect(),
            });
            if !self.retry_request(&seen, attempts > 0, last_host)? {
                return Ok(answer);
            }
        }
    }

    /// `doWithTransportRetries` (containerd v2.3.4 core/remotes/docker/resolver.go): failures on the way count as
    /// attempts too.
    async fn attempt(&self, attempts: &mut usize, last_host: bool) -> Result<Answer> {
        loop {
            let result = self.perform().await;
            *attempts = attempts.saturating_sub(1);
            let again = last_host && *attempts > 0 && result.as_ref().is_err_and(Error::is_transient);
            let pause = self.profile.requests.repeats_transport_errors.filter(|_| again);
            let Some(pause) = pause else { return result };
            drop(result);
            sleep(pause).await;
        }
    }

    /// `retryRequest` (resolver.go:731-769).
    fn retry_request(&mut self, seen: &[Seen], attempts_left: bool, last_host: bool) -> Result<bool> {
        let Some(last) = seen.last().filter(|_| attempts_left) else { return Ok(false) };
        match last.status {
            401 => match &self.authorizer {
                Some(authorizer) => Ok(authorizer.add_responses(seen)? == Retry::Yes),
                None => Ok(false),
            },
            // Registries that have no HEAD for manifests.
            405 if self.method == "HEAD" && self.url.path.contains("/manifests/") => {
                self.method = "GET";
                Ok(true)
            }
            408 | 429 => Ok(true),
            500 | 503 | 504 if self.profile.requests.repeats_server_errors => {
                let same_again = matches!(seen, [.., before, last] if before.status == last.status);
                Ok(!same_again && last_host)
            }
            _ => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn paths_are_joined_as_go_does() {
        assert_eq!(join(&["/v2", "team/app", "manifests", "v1"]), "/v2/team/app/manifests/v1");
        assert_eq!(join(&["", "a", "blobs", "sha256:1"]), "/a/blobs/sha256:1");
        assert_eq!(join(&["/x//v2/", "../a", "manifests", "t"]), "/x/a/manifests/t");
    }
}
