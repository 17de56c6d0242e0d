//! The client of one registry: ping, challenges, tokens, and requests that are repeated where the registry is too busy
//! (cri-o@f954a17:vendor/go.podman.io/image/v5/docker/docker_client.go).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use gostd::base64;
use gostd::net::Error as Cause;
use gostd::url::Url;
use net::{BoxFuture, Header, ProxyRules, Redirects, Request, Response, Roots, Tls, Transport};
use secret::Secret;
use tokio::sync::{Mutex, OnceCell};
use tokio::time::{Instant, sleep};
use trace::{Fault, Purpose, Stage};

use super::auth::Login;
use super::certs::Certificates;
use super::challenge::Challenge;
use super::errcode::RegistryError;
use super::error::{Error, Result};
use super::registries::PullSource;
use super::system::System;
use super::token::{self, Scope, Token};

/// No more of a refusal is read, in bytes; Go reads it whole.
const MOST_OF_REFUSAL: usize = 4 << 20;
/// `Dialer.Timeout` (pkg/tlsclientconfig/tlsclientconfig.go `NewTransport`)
const DIAL_TIMEOUT: Duration = Duration::from_secs(30);
/// `Transport.IdleConnTimeout` (the same)
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);

/// A client, for one repository of one registry (`dockerClient`).
pub(super) struct Client {
    pub(super) system: Arc<System>,
    http: net::Client,
    /// Where requests go: `registry-1.docker.io` for `docker.io`.
    registry: String,
    user_agent: String,
    insecure: bool,
    pub(super) login: Login,
    pub(super) scope: Scope,
    /// What the ping found out, or why it did not (`detectProperties`).
    properties: OnceCell<Result<Properties>>,
    /// By the scope that was asked for besides the repository's own, with the end of their lives.
    tokens: Mutex<HashMap<Option<Scope>, (Secret, Instant)>>,
}

/// What is known of a registry.
struct Properties {
    scheme: &'static str,
    challenges: Vec<Challenge>,
    /// Whether it has signatures by an API of its own (`X-Registry-Supports-Signatures`).
    supports_signatures: bool,
}

/// A request, before it is known where it goes.
pub(super) struct Wanted<'a> {
    pub(super) purpose: Purpose,
    pub(super) method: &'static str,
    pub(super) path: &'a str,
    pub(super) header: &'a [(&'a str, &'a str)],
}

/// One that is known.
struct Resolved<'a> {
    wanted: &'a Wanted<'a>,
    url: Url,
    authorized: bool,
}

impl Client {
    /// `newDockerClientFromRef`
    pub(super) fn new(system: &Arc<System>, source: &PullSource, login: Option<Login>) -> Result<Self> {
        let reference = &source.reference;
        let (name, domain) = (reference.name(), &reference.domain);
        let login = match login {
            Some(login) => login,
            None => {
                let found = system
                    .own_login(&name)
                    .map_err(|error| error.context("getting username and password"))?;
                let text = match &found {
                    Some(found) => format!("for {name} the node has a login of its own: {}", found.source),
                    None => format!("the node has no login of its own for {name}"),
                };
                system.recorder.decide("credentials", text);
                found.map(|found| found.login).unwrap_or_default()
            }
        };
        let certificates = Certificates::read(&system.node, &system.home, domain, &system.recorder)?;
        if let Some(blocked) = system.registries.find(&name).filter(|registry| registry.blocked) {
            let (file, directory) =
                (system.registries.config_path.display(), system.registries.config_dir.display());
            let prefix = &blocked.prefix;
            let text = format!("{prefix} is blocked in {file} or its drop-ins: nobody is asked");
            system.recorder.decide("blocked", text);
            return Err(Error::plain(format!("registry {prefix} is blocked in {file} or {directory}")));
        }
        let registry = if domain == "docker.io" { "registry-1.docker.io" } else { domain };
        Ok(Self {
            http: net::Client::new(system.dialer.clone(), transport(system, certificates, source.insecure)?)
                .with_idle_timeout(IDLE_TIMEOUT),
            registry: registry.to_owned(),
            user_agent: system.user_agent(),
            insecure: source.insecure,
            login,
            scope: Scope::pull(&reference.path),
            properties: OnceCell::new(),
            tokens: Mutex::default(),
            system: system.clone(),
        })
    }

    /// `makeRequest`: to a path of the registry, with what it wants for it.
    pub(super) async fn request(&self, wanted: &Wanted<'_>) -> Result<Response> {
        let properties = self.properties().await?;
        let url = parse(&format!("{}://{}{}", properties.scheme, self.registry, wanted.path))?;
        self.request_to(&Resolved { wanted, url, authorized: true }, Some(properties)).await
    }

    /// A request to another place, without a login (`getExternalBlob`).
    pub(super) async fn request_elsewhere(&self, wanted: &Wanted<'_>, url: Url) -> Result<Response> {
        self.request_to(&Resolved { wanted, url, authorized: false }, None).await
    }

    /// Whether the registry has signatures by an API of its own.
    pub(super) async fn supports_signatures(&self) -> Result<bool> {
        Ok(self.properties().await?.supports_signatures)
    }

    async fn properties(&self) -> Result<&Properties> {
        self.properties.get_or_init(|| self.detect_properties()).await.as_ref().map_err(Clone::clone)
    }

    /// `detectPropertiesHelper`: https, and http after it where the registry may be asked so.
    async fn detect_properties(&self) -> Result<Properties> {
        let mut pinged = self.ping("https").await;
        if pinged.is_err() && self.insecure {
            self.system.recorder.decide(
                "registries",
                format!("{} is insecure = true: https failed, so http is tried", self.registry),
            );
            pinged = self.ping("http").await;
        }
        pinged.map_err(|error| error.context(format!("pinging container registry {}", self.registry)))
    }

    async fn ping(&self, scheme: &'static str) -> Result<Properties> {
        let wanted = Wanted { purpose: Purpose::Resolve, method: "GET", path: "/v2/", header: &[] };
        let url = parse(&format!("{scheme}://{}/v2/", self.registry))?;
        let response = self.request_to(&Resolved { wanted: &wanted, url, authorized: false }, None).await?;
        if ![200, 401].contains(&response.status) {
            return Err(refusal(response).await);
        }
        // The body is not read, so that its connection is closed.
        Ok(Properties {
            scheme,
            challenges: Challenge::all(&response.header),
            supports_signatures: response.header.get("X-Registry-Supports-Signatures") == Some("1"),
        })
    }

    /// `makeRequestToResolvedURL`: repeated while the answer is 429, and once where the token did not reach.
    async fn request_to(&self, request: &Resolved<'_>, properties: Option<&Properties>) -> Result<Response> {
        let rules = &self.system.profile.requests;
        let (mut delay, mut extra) = (rules.first_delay, None);
        for attempt in 1.. {
            let mut response = self.request_once(request, properties, extra.as_ref()).await?;
            if attempt == 1
                && request.authorized
                && let Some(scope) = needed_scope(&response)
            {
                drop(response);
                response = self.request_once(request, properties, Some(&scope)).await?;
                extra = Some(scope);
            }
            if response.status != 429 || attempt == rules.most {
                return Ok(response);
            }
            delay = self.retry_after(&response).unwrap_or(delay).min(rules.most_delay);
            drop(response);
            tokio::select! {
                biased;
                () = self.system.progress.stalled() => return Err(Error::Canceled),
                () = sleep(delay) => {}
            }
            delay *= 2;
        }
        Err(Error::Canceled)
    }

    /// `parseRetryAfter`: seconds, or a date that is yet to come.
    fn retry_after(&self, response: &Response) -> Option<Duration> {
        let after = response.header.get("Retry-After")?;
        if let Ok(seconds) = after.parse::<i64>() {
            return Some(Duration::from_secs(u64::try_from(seconds).unwrap_or_default()));
        }
        let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(after).ok()?;
        Duration::try_from(date.duration_since(self.system.clock.now())).ok().filter(|left| !left.is_zero())
    }

    /// `makeRequestToResolvedURLOnce`
    async fn request_once(
        &self,
        resolved: &Resolved<'_>,
        properties: Option<&Properties>,
        extra: Option<&Scope>,
    ) -> Result<Response> {
        let Wanted { purpose, method, header: fields, .. } = *resolved.wanted;
        let mut header = Header::new();
        header.set("Docker-Distribution-Api-Version", "registry/2.0");
        fields.iter().for_each(|(name, value)| header.add(*name, *value));
        header.set("User-Agent", self.user_agent.clone());
        if let Some(properties) = properties.filter(|_| resolved.authorized)
            && let Some(value) = self.authorization(properties, extra).await?
        {
            header.set("Authorization", value);
        }
        self.send(Request { header, ..Request::new(purpose, method, resolved.url.clone()) }).await
    }

    /// `setupRequestAuth`: by the challenges of the ping, whatever later answers say.
    async fn authorization(&self, properties: &Properties, extra: Option<&Scope>) -> Result<Option<String>> {
        for challenge in &properties.challenges {
            match challenge.scheme.as_str() {
                "basic" => return Ok(Some(basic(&self.login))),
                "bearer" => {
                    let token = self.token(challenge, extra).await?;
                    return Ok(Some(format!("Bearer {}", token.expose())));
                }
                _ => {}
            }
        }
        if !properties.challenges.is_empty() {
            let names: Vec<&str> = properties.challenges.iter().map(|one| one.scheme.as_str()).collect();
            let text =
                format!("none of the challenges is known ({}): asked without a login", names.join(", "));
            self.system.recorder.decide("authorization", text);
        }
        Ok(None)
    }

    /// The token for the repository, and for another scope, if one was wanted. Requests that need one at the same time ask
    /// for it one by one each (docker_client.go:740-760).
    async fn token(&self, challenge: &Challenge, extra: Option<&Scope>) -> Result<Secret> {
        let known = self.tokens.lock().await.get(&extra.cloned()).cloned();
        if let Some((value, expires)) = known
            && expires >= Instant::now()
        {
            return Ok(value);
        }
        let Token { value, lifetime } = token::fetch(self, challenge, extra).await?;
        if let Some(lifetime) = lifetime {
            self.tokens.lock().await.insert(extra.cloned(), (value.clone(), Instant::now() + lifetime));
        }
        Ok(value)
    }

    /// `http.Client.Do`
    pub(super) async fn send(&self, mut request: Request) -> Result<Response> {
        let go = self.system.profile.go;
        let (mut redirects, method) = (Redirects::new(&request, go), request.method);
        loop {
            let response = self
                .round_trip(&request)
                .await
                .map_err(|fault| Error::exchange(method, &request.url, fault, go))?;
            match redirects.next(&request, &response) {
                Ok(Some(next)) => request = next,
                Ok(None) => return Ok(response),
                Err((url, fault)) => return Err(Error::exchange_at(method, url, fault, go)),
            }
        }
    }

    /// One request and its answer, unless the pull is given up meanwhile. Boxed, since the compiler would otherwise look
    /// through all of the transport from wherever a request is made.
    fn round_trip<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, std::result::Result<Response, Fault>> {
        Box::pin(async move {
            tokio::select! {
                biased;
                () = self.system.progress.stalled() => Err(Fault::new(Stage::Head, Cause::Canceled)),
                response = self.http.round_trip(request) => response,
            }
        })
    }

    /// A request to the token service, whose URL is `realm`.
    pub(super) fn token_request(&self, method: &'static str, realm: &str) -> Result<Request> {
        let mut request = Request::new(Purpose::Token, method, parse(realm)?);
        request.header.set("User-Agent", self.user_agent.clone());
        Ok(request)
    }
}

/// `url.Parse`
pub(super) fn parse(text: &str) -> Result<Url> {
    Url::parse(text).map_err(|error| Error::Url(error.to_string()))
}

/// `Request.SetBasicAuth`, which is done even without a user.
pub(super) fn basic(login: &Login) -> String {
    let text = format!("{}:{}", login.username, login.password.expose());
    format!("Basic {}", base64::encode_std(text.as_bytes()))
}

/// `registryHTTPResponseToError`
pub(super) async fn refusal(mut response: Response) -> Error {
    let challenges = Challenge::all(&response.header);
    let is_read = (400..500).contains(&response.status);
    let body = if is_read { response.body.read_up_to(MOST_OF_REFUSAL).await } else { Ok(Vec::new()) };
    match body {
        Ok(body) => {
            Error::Registry(RegistryError::new(response.status, &response.status_line, &challenges, body))
        }
        Err(fault) => Error::read(fault),
    }
}

/// `needsRetryWithUpdatedScope`: a scope that the registry misses in the token.
fn needed_scope(response: &Response) -> Option<Scope> {
    if response.status != 401 {
        return None;
    }
    let challenges = Challenge::all(&response.header);
    let lacking = challenges.iter().filter(|challenge| {
        challenge.scheme == "bearer" && challenge.parameter("error") == Some("insufficient_scope")
    });
    lacking.filter_map(|challenge| Scope::parse(challenge.parameter("scope")?)).next()
}

/// `NewTransport`, with the certificates for the host.
fn transport(system: &System, certificates: Certificates, insecure: bool) -> Result<Transport> {
    let mut trusted = system.extra_roots.clone();
    trusted.extend(certificates.trusted);
    let roots = Roots::system(system.node.clone(), system.environment.clone(), trusted);
    let mut tls = Tls::new(Arc::new(roots), system.clock);
    for (certificate, key) in &certificates.own {
        tls = tls.with_identity(certificate, key).map_err(|error| Error::plain(error.to_string()))?;
    }
    Ok(Transport {
        tls: if insecure { tls.skip_verify() } else { tls },
        proxy: ProxyRules::from_environment(&system.environment, system.profile.go),
        dial_timeout: DIAL_TIMEOUT,
        response_header_timeout: None,
        go: system.profile.go,
    })
}
