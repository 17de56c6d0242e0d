//! Challenges and logins (docker/distribution v2.8.3 registry/client/auth/session.go, challenge/authchallenge.go).
//!
//! What the answer to the ping asks for holds for the whole pull; what later answers ask for is not looked at.

use std::sync::Arc;
use std::time::Duration;

use cri::AuthConfig;
use distribution::{Challenge, Scheme, parse_challenges};
use gostd::base64;
use gostd::http::Awaiting;
use gostd::json::{self, Value};
use gostd::net::Error as Cause;
use gostd::url::{Url, Values};
use net::{Clock, Recorder, Request, Response};
use secret::Secret;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};
use trace::{Fault, Purpose, Stage};

use super::client_errors::{handle_error_response, is_success};
use super::error::{Error, Result};
use super::http::Sender;
use super::profile::RegistryRules;
use super::shape::misfit;
use super::shapes;
use crate::claims;

/// The time that a ping or a request for a token may take (`http.Client.Timeout`; moby@v28.5.2 registry/auth.go:164).
pub(super) const CLIENT_TIMEOUT: Duration = Duration::from_secs(15);
/// No token lasts less than this.
const LEAST_LIFETIME: u64 = 60;
/// A body of the token service that is longer than this is cut off; no token is longer.
const MAX_TOKEN_BODY: usize = 4 << 20;
/// `AuthClientID`
const CLIENT_ID: &str = "docker";

/// `endpointAuthorizer`
pub(super) struct Authorizer {
    sender: Arc<Sender>,
    /// The place that has asked, and for what (`simpleManager`).
    challenged: (Root, Vec<Challenge>),
    credentials: AuthConfig,
    /// `repository:team/app:pull`
    scope: String,
    rules: &'static RegistryRules,
    clock: Clock,
    recorder: Recorder,
    token: Mutex<Option<(Secret, jiff::Timestamp)>>,
}

/// Scheme, host with port, and the path up to `/v2/`.
type Root = (String, String, String);

impl Authorizer {
    /// What the answer to a ping asks for (`AddResponse`): only 401 asks for something.
    pub(super) fn new(
        sender: Arc<Sender>,
        ping: &Response,
        credentials: AuthConfig,
        scope: String,
        rules: &'static RegistryRules,
        clock: Clock,
        recorder: Recorder,
    ) -> Self {
        let values = ping.header.get_all_bytes("WWW-Authenticate").filter(|_| ping.status == 401);
        let challenges = parse_challenges(values).into_iter().map(until_empty).collect();
        let challenged = (place(&ping.url, &ping.url.path), challenges);
        let token = Mutex::new(None);
        Self { sender, challenged, credentials, scope, rules, clock, recorder, token }
    }

    /// `ModifyRequest`: tokens first, then Basic, which takes the place of a token where both are asked for.
    pub(super) async fn modify(&self, request: &mut Request) -> Result<()> {
        let Some(root) = root_of(&request.url.path) else { return Ok(()) };
        let (place_asked, challenges) = &self.challenged;
        if *place_asked != place(&request.url, &root) {
            return Ok(());
        }
        let of = |scheme| challenges.iter().filter(move |challenge| challenge.scheme == scheme);
        for challenge in of(Scheme::Bearer) {
            let token = self.token(challenge).await?;
            request.header.set("Authorization", format!("Bearer {}", token.expose()));
        }
        // A registry token takes the place of both handlers.
        let basic = of(Scheme::Basic).next().filter(|_| self.registry_token().is_none());
        if basic.is_some() {
            let AuthConfig { username, password, .. } = &self.credentials;
            if username.is_empty() || password.expose().is_empty() {
                return Err(Error::NoBasicCredentials);
            }
            request.header.set("Authorization", basic_value(username, password));
        }
        Ok(())
    }

    fn registry_token(&self) -> Option<&Secret> {
        Some(&self.credentials.registry_token).filter(|token| !token.expose().is_empty())
    }

    /// `tokenHandler.getToken`: kept until it expires; a failure is not kept.
    async fn token(&self, challenge: &Challenge) -> Result<Secret> {
        if let Some(token) = self.registry_token() {
            return Ok(token.clone());
        }
        let mut kept = self.token.lock().await;
        if let Some((token, expires)) = &*kept
            && self.clock.now() <= *expires
        {
            return Ok(token.clone());
        }
        let (token, expires) = self.fetch_token(challenge).await?;
        if let Some(claims) = claims::claims(token.expose()) {
            self.recorder.token(claims::told(&claims), claims);
        }
        *kept = Some((token.clone(), expires));
        Ok(token)
    }

    /// `fetchToken`
    async fn fetch_token(&self, challenge: &Challenge) -> Result<(Secret, jiff::Timestamp)> {
        let realm = challenge
            .parameter("realm")
            .ok_or_else(|| Error::Plain("no realm specified for token auth challenge".to_owned()))?;
        let realm = Url::parse(&gostd::http::escape_invalid(realm))
            .map_err(|error| Error::Plain(error.to_string()).context("invalid token auth challenge realm"))?;
        let service = challenge.parameter("service").unwrap_or_default();
        let refresh = &self.credentials.identity_token;
        let with = match (refresh.expose().is_empty(), self.has_login()) {
            (false, _) => "with an identity token",
            (true, true) => "with user and password",
            (true, false) => "as anonymous",
        };
        self.recorder.decide("authorization", format!("a token is asked for {with}"));
        let until = Instant::now() + CLIENT_TIMEOUT;
        let request = if refresh.expose().is_empty() {
            self.with_basic_auth(realm, service)
        } else {
            self.with_oauth(realm, service, refresh)
        };
        let takes_either = request.method == "GET";
        let mut answer = self.sender.send(request, Some(until)).await?;
        if !is_success(answer.status) {
            return Err(handle_error_response(&mut answer, self.rules, self.sender.go).await);
        }
        self.read_token(answer, until, takes_either).await
    }

    fn has_login(&self) -> bool {
        !self.credentials.username.is_empty() && !self.credentials.password.expose().is_empty()
    }

    /// `fetchTokenWithBasicAuth`
    fn with_basic_auth(&self, realm: Url, service: &[u8]) -> Request {
        let mut request = Request::new(Purpose::Token, "GET", realm);
        let mut query = request.url.query();
        if !service.is_empty() {
            query.add("service", service.to_vec());
        }
        query.add("scope", self.scope.clone());
        if self.has_login() {
            let AuthConfig { username, password, .. } = &self.credentials;
            query.add("account", username.clone());
            request.header.set("Authorization", basic_value(username, password));
        }
        request.url.raw_query = query.encode();
        request
    }

    /// `fetchTokenWithOAuth`
    fn with_oauth(&self, realm: Url, service: &[u8], refresh: &Secret) -> Request {
        let mut form = Values::default();
        form.set("scope", self.scope.clone());
        form.set("service", service.to_vec());
        form.set("client_id", CLIENT_ID);
        form.set("grant_type", "refresh_token");
        form.set("refresh_token", refresh.expose().clone());
        let mut request = Request::new(Purpose::Token, "POST", realm);
        request.header.set("Content-Type", "application/x-www-form-urlencoded");
        request.body = Some(Secret::new(form.encode().into_bytes()));
        request
    }

    async fn read_token(
        &self,
        mut answer: Response,
        until: Instant,
        takes_either: bool,
    ) -> Result<(Secret, jiff::Timestamp)> {
        let go = self.sender.go;
        let undecodable = |words: String| Error::Plain(format!("unable to decode token response: {words}"));
        let read = timeout_at(until, answer.body.read_up_to(MAX_TOKEN_BODY)).await;
        let body = read.unwrap_or_else(|_| {
            let error = Cause::Http(gostd::http::Error::ClientTimeout(Awaiting::Body));
            Err(Fault::new(Stage::Body, error))
        });
        let body = body.map_err(|fault| undecodable(Error::transport(fault, go).to_string()))?;
        let read = TokenAnswer::decode(&body, takes_either, go).map_err(undecodable)?;
        let token = match (read.access_token.expose().is_empty(), takes_either) {
            (true, true) if read.token.expose().is_empty() => return Err(Error::NoToken),
            (true, true) => read.token,
            _ => read.access_token,
        };
        let lifetime = u64::try_from(read.expires_in).unwrap_or_default().max(LEAST_LIFETIME);
        let issued = read.issued_at.unwrap_or(self.clock.now());
        let lifetime = Duration::from_secs(lifetime.min(1 << 30));
        Ok((token, issued.checked_add(lifetime).unwrap_or(jiff::Timestamp::MAX)))
    }
}

/// `getTokenResponse`, `postTokenResponse`
struct TokenAnswer {
    token: Secret,
    access_token: Secret,
    expires_in: i64,
    issued_at: Option<jiff::Timestamp>,
}

impl TokenAnswer {
    fn decode(body: &[u8], takes_either: bool, go: u8) -> std::result::Result<Self, String> {
        let (document, _) = json::parse_first(body).map_err(|error| error.words(go))?;
        let shape = if takes_either { &shapes::GET_TOKEN } else { &shapes::POST_TOKEN };
        if let Some(words) = misfit(&document, shape, go) {
            return Err(words);
        }
        let text = |name| document.field(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let expires_in = match document.field("expires_in") {
            Some(Value::Number(digits)) => digits.parse().unwrap_or_default(),
            _ => 0,
        };
        Ok(Self {
            token: Secret::new(text("token")),
            access_token: Secret::new(text("access_token")),
            expires_in,
            issued_at: text("issued_at").parse().ok(),
        })
    }
}

fn basic_value(user: &str, secret: &Secret) -> String {
    format!("Basic {}", base64::encode_std(format!("{user}:{}", secret.expose()).as_bytes()))
}

/// `parseValueAndParams` ends at the first empty value, where containerd's reader goes on.
fn until_empty(challenge: Challenge) -> Challenge {
    let parameters = challenge.parameters.into_iter().take_while(|(_, value)| !value.is_empty()).collect();
    Challenge { parameters, ..challenge }
}

/// The path up to and with `/v2/`, where a ping would have gone.
fn root_of(path: &str) -> Option<String> {
    if let Some(at) = path.find("/v2/") {
        return Some(path[..at + "/v2/".len()].to_owned());
    }
    path.find("/v1/").map(|at| format!("{}/v2/", &path[..at]))
}

/// `normalizeURL`: the host in lower case, with its port.
fn place(url: &Url, path: &str) -> Root {
    let port = match (url.port(), url.scheme.as_str()) {
        ("", "http") => "80",
        ("", _) => "443",
        (port, _) => port,
    };
    (url.scheme.clone(), format!("{}:{port}", url.hostname().to_ascii_lowercase()), path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_ping_would_have_gone() {
        let cases = [
            ("/v2/a/manifests/v1", Some("/v2/")),
            ("/x/v2/a/blobs/b", Some("/x/v2/")),
            ("/v1/images", Some("/v2/")),
            ("/blobs/b", None),
        ];
        for (path, root) in cases {
            assert_eq!(root_of(path).as_deref(), root, "{path}");
        }
        let url = |text| Url::parse(text).unwrap();
        assert_eq!(place(&url("https://R.test/v2/"), "/v2/"), place(&url("https://r.test:443/x"), "/v2/"));
        assert_ne!(place(&url("http://r.test/v2/"), "/v2/"), place(&url("https://r.test/v2/"), "/v2/"));
    }

    #[test]
    fn a_challenge_ends_at_the_first_empty_value() {
        let parse = |value: &str| parse_challenges([value]).into_iter().map(until_empty).next().unwrap();
        let cut = parse(r#"Bearer realm="https://a/",scope="",service="s""#);
        assert!(cut.parameter("realm").is_some() && cut.parameter("service").is_none());
    }

    #[test]
    fn tokens_by_either_name() {
        let decode = |body: &str, either| {
            TokenAnswer::decode(body.as_bytes(), either, 27).map(|read| {
                (read.token.expose().clone(), read.access_token.expose().clone(), read.expires_in)
            })
        };
        assert_eq!(decode(r#"{"token":"a","expires_in":300}"#, true), Ok(("a".into(), String::new(), 300)));
        let wrong = decode(r#"{"expires_in":"300"}"#, true).unwrap_err();
        assert_eq!(
            wrong,
            "json: cannot unmarshal string into Go struct field getTokenResponse.expires_in of type int"
        );
    }
}
