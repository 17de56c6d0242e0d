use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::json;
use tokio::time::Instant;

use crate::auth::form::Form;
use crate::auth::{Accounts, basic_credentials};
use crate::host::{Reply, RequestHead};
use crate::{Clock, Digest, Who};

/// Tokens that are remembered at most; beyond, the expired ones and then all are forgotten.
const REMEMBERED: usize = 10_000;

/// Issues bearer tokens to those who may pull, as `docker.io`'s and the reference implementation do: GET with Basic
/// credentials or none ("Token Authentication Specification" of distribution), and POST with an OAuth2 `password`
/// or `refresh_token` grant ("OAuth2 Token Authentication").
#[derive(Debug)]
pub struct TokenService {
    service: String,
    accounts: Arc<Accounts>,
    lifetime: Duration,
    refuses_anonymous: bool,
    refuses_excess: bool,
    issued: Mutex<Issued>,
}

#[derive(Default)]
struct Issued {
    count: u64,
    tokens: HashMap<String, Grant>,
    refresh: HashMap<String, Who>,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} tokens", self.count)
    }
}

/// What a token is good for.
struct Grant {
    who: Who,
    repositories: Vec<String>,
    expires: Instant,
}

/// What a registry makes of a token.
pub(crate) enum Verdict {
    /// It is valid, and its holder may pull.
    Granted(Who),
    /// It was never issued here, or has expired.
    Invalid,
    /// It is valid, but for something else.
    Insufficient(Who),
}

impl TokenService {
    /// A service of this name. Tokens are good for five minutes; who may not pull what they ask for gets a token
    /// without it.
    pub fn new(service: impl Into<String>, accounts: Arc<Accounts>) -> Self {
        Self {
            service: service.into(),
            accounts,
            lifetime: Duration::from_secs(300),
            refuses_anonymous: false,
            refuses_excess: false,
            issued: Mutex::default(),
        }
    }

    /// How long a token is good for, on tokio's clock.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Answers 401 to those who come without credentials.
    pub fn refuse_anonymous(mut self) -> Self {
        self.refuses_anonymous = true;
        self
    }

    /// Answers 403 to those who ask for more than they may, in place of a token without it.
    pub fn refuse_excess(mut self) -> Self {
        self.refuses_excess = true;
        self
    }

    /// The service's name, as challenges state it.
    pub fn service(&self) -> &str {
        &self.service
    }

    pub(crate) fn answer(&self, request: &RequestHead<'_>, body: &[u8], clock: &Clock) -> Reply {
        match *request.method {
            Method::GET => self.answer_get(request, clock),
            Method::POST => self.answer_post(&Form::parse(&String::from_utf8_lossy(body)), clock),
            _ => Reply::text(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed\n"),
        }
    }

    fn answer_get(&self, request: &RequestHead<'_>, clock: &Clock) -> Reply {
        let form = Form::parse(request.query);
        let who = match request.authorization {
            None if self.refuses_anonymous => return unauthorized("authentication required"),
            None => Who::Anonymous,
            Some(header) => {
                let credentials = basic_credentials(header);
                match credentials.and_then(|(name, password)| self.accounts.authenticate(&name, &password)) {
                    Some(who) => who,
                    None => return unauthorized("incorrect username or password"),
                }
            }
        };
        let offline = form.get("offline_token") == Some("true");
        self.grant(&form, who, offline, clock)
    }

    fn answer_post(&self, form: &Form, clock: &Clock) -> Reply {
        let get = |name| form.get(name).unwrap_or_default();
        let who = match get("grant_type") {
            "password" => self.accounts.authenticate(get("username"), get("password")),
            "refresh_token" => self.with_issued(|issued| issued.refresh.get(get("refresh_token")).cloned()),
            _ => {
                let document = json!({"error": "unsupported_grant_type"});
                return Reply::json(StatusCode::BAD_REQUEST, &document);
            }
        };
        let Some(who) = who else { return unauthorized("incorrect username or password") };
        self.grant(form, who, get("access_type") == "offline", clock)
    }

    fn grant(&self, form: &Form, who: Who, offline: bool, clock: &Clock) -> Reply {
        let scopes: Vec<&str> =
            form.all("scope").flat_map(|scope| scope.split(' ')).filter(|scope| !scope.is_empty()).collect();
        let asked = scopes.iter().filter_map(|scope| pulled_repository(scope));
        let (granted, denied): (Vec<&str>, Vec<&str>) =
            asked.partition(|repository| self.accounts.may_pull(&who, repository));
        if self.refuses_excess && !denied.is_empty() {
            let denied = json!({"errors": [{"code": "DENIED", "message": "requested access to the resource is denied", "detail": null}]});
            return Reply::json(StatusCode::FORBIDDEN, &denied).who(who);
        }
        let scope: Vec<String> = granted.iter().map(|name| format!("repository:{name}:pull")).collect();
        let token = self.issue(&who, &granted);
        let mut document = json!({
            "token": token,
            "access_token": token,
            "scope": scope.join(" "),
            "expires_in": self.lifetime.as_secs(),
            "issued_at": clock.now().to_string(),
        });
        if let (true, Who::Account(name)) = (offline, &who) {
            let refresh = opaque(&format!("refresh {} {name}", self.service));
            document["refresh_token"] = json!(refresh);
            self.with_issued(|issued| issued.refresh.insert(refresh, who.clone()));
        }
        Reply::json(StatusCode::OK, &document).who(who)
    }

    fn issue(&self, who: &Who, repositories: &[&str]) -> String {
        self.with_issued(|issued| {
            if issued.tokens.len() >= REMEMBERED {
                let now = Instant::now();
                issued.tokens.retain(|_, grant| grant.expires > now);
            }
            if issued.tokens.len() >= REMEMBERED {
                issued.tokens.clear();
            }
            issued.count += 1;
            let token = opaque(&format!("access {} {}", self.service, issued.count));
            let grant = Grant {
                who: who.clone(),
                repositories: repositories.iter().map(|&name| name.to_owned()).collect(),
                expires: Instant::now() + self.lifetime,
            };
            issued.tokens.insert(token.clone(), grant);
            token
        })
    }

    /// Judges a token that a registry was shown; without a repository, any valid token will do.
    pub(crate) fn judge(&self, token: &str, repository: Option<&str>) -> Verdict {
        self.with_issued(|issued| match issued.tokens.get(token) {
            Some(grant) if grant.expires > Instant::now() => {
                let suffices = repository.is_none_or(|name| grant.repositories.iter().any(|r| r == name));
                let judge = if suffices { Verdict::Granted } else { Verdict::Insufficient };
                judge(grant.who.clone())
            }
            _ => Verdict::Invalid,
        })
    }

    fn with_issued<R>(&self, work: impl FnOnce(&mut Issued) -> R) -> R {
        work(&mut self.issued.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The repository of a scope that asks to pull: `repository:NAME:ACTIONS`.
fn pulled_repository(scope: &str) -> Option<&str> {
    let (name, actions) = scope.strip_prefix("repository:")?.rsplit_once(':')?;
    actions.split(',').any(|action| action == "pull").then_some(name)
}

/// A text that means nothing to whoever holds it, and is the same in every run.
fn opaque(seed: &str) -> String {
    Digest::of(seed.as_bytes()).encoded().to_owned()
}

/// Docker Hub's answer to a wrong password (`auth.docker.io`).
fn unauthorized(details: &str) -> Reply {
    Reply::json(StatusCode::UNAUTHORIZED, &json!({"details": details}))
}
