use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::json;
use tokio::time::Instant;

use crate::auth::form::Form;
use crate::auth::grant::Grant;
use crate::auth::jwt::{self, Claims};
use crate::auth::{Access, Accounts, BadLogin};
use crate::host::{Reply, RequestHead};
use crate::personality::{Said, Values};
use crate::{Clock, Digest, Personality, Who};

/// Tokens that are remembered at most; beyond, the expired ones and then all are forgotten.
const REMEMBERED: usize = 10_000;

/// Issues bearer tokens to those who may pull or push, as `docker.io`'s and the reference implementation do: GET with
/// Basic credentials or none ("Token Authentication Specification" of distribution), and POST with an OAuth2
/// `password` or `refresh_token` grant ("OAuth2 Token Authentication").
#[derive(Debug)]
pub struct TokenService {
    service: String,
    accounts: Arc<Accounts>,
    lifetime: Duration,
    refuses_anonymous: bool,
    refuses_excess: bool,
    personality: &'static Personality,
    issued: Mutex<Issued>,
}

#[derive(Default)]
struct Issued {
    count: u64,
    tokens: HashMap<String, Token>,
    refresh: HashMap<String, Who>,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} tokens", self.count)
    }
}

/// What a token is good for.
struct Token {
    who: Who,
    grant: Grant,
    expires: Instant,
}

/// What a registry makes of a token.
pub(crate) enum Verdict {
    /// It is valid, and suffices.
    Granted(Who),
    /// It was never issued here, or has expired.
    Invalid,
    /// It is valid, but for something else.
    Insufficient(Who),
}

impl TokenService {
    /// A service of this name. Tokens are good for five minutes; who may not do what they ask for gets a token
    /// without it.
    pub fn new(service: impl Into<String>, accounts: Arc<Accounts>) -> Self {
        Self {
            service: service.into(),
            accounts,
            lifetime: Duration::from_secs(300),
            refuses_anonymous: false,
            refuses_excess: false,
            personality: Personality::plain(),
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

    /// Refuses those who ask for more than they may (403), in place of a token without it.
    pub fn refuse_excess(mut self) -> Self {
        self.refuses_excess = true;
        self
    }

    /// Refuses whom this product refuses, in its words.
    pub fn personality(mut self, personality: &'static Personality) -> Self {
        self.refuses_anonymous |= personality.token.refuses_anonymous;
        self.refuses_excess |= personality.token.refuses_excess;
        self.personality = personality;
        self
    }

    /// The service's name, as challenges state it.
    pub fn service(&self) -> &str {
        &self.service
    }

    pub(crate) fn answer(&self, request: &RequestHead<'_>, body: &[u8], clock: &Clock) -> Reply {
        match *request.method {
            Method::GET => self.answer_get(request, clock),
            Method::POST => {
                let form = Form::parse(&String::from_utf8_lossy(body));
                self.answer_post(request, &form, clock)
            }
            _ => Reply::text(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed\n"),
        }
    }

    fn answer_get(&self, request: &RequestHead<'_>, clock: &Clock) -> Reply {
        let form = Form::parse(request.query);
        let who = match request.authorization {
            None if self.refuses_anonymous => {
                return self.refuse(&self.personality.says.token_anonymous, request, &form);
            }
            None => Who::Anonymous,
            Some(header) => match self.accounts.authenticate_basic(header) {
                Ok(who) => who,
                Err(bad) => return self.refuse_login(bad, request, &form),
            },
        };
        let offline = form.get("offline_token") == Some("true");
        self.grant(request, &form, who, offline, clock)
    }

    fn answer_post(&self, request: &RequestHead<'_>, form: &Form, clock: &Clock) -> Reply {
        let get = |name| form.get(name).unwrap_or_default();
        let who = match get("grant_type") {
            "password" => self.accounts.authenticate(get("username"), get("password")),
            "refresh_token" => {
                let token = get("refresh_token");
                self.with_issued(|issued| issued.refresh.get(token).cloned()).ok_or(BadLogin::Wrong)
            }
            _ => {
                let document = json!({"error": "unsupported_grant_type"});
                return Reply::json(StatusCode::BAD_REQUEST, &document);
            }
        };
        match who {
            Ok(who) => self.grant(request, form, who, get("access_type") == "offline", clock),
            Err(bad) => self.refuse_login(bad, request, form),
        }
    }

    fn refuse_login(&self, bad: BadLogin, request: &RequestHead<'_>, form: &Form) -> Reply {
        let says = &self.personality.says;
        let said = if bad == BadLogin::Expired { &says.token_expired } else { &says.token_wrong };
        self.refuse(said, request, form)
    }

    fn refuse(&self, said: &Said, request: &RequestHead<'_>, form: &Form) -> Reply {
        let scope = form.get("scope").unwrap_or_default();
        let mut parts = scope.splitn(3, ':').skip(1);
        let (repository, action) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        said.reply(&Values { host: request.host(), repository, action, reference: "" })
    }

    fn grant(&self, request: &RequestHead<'_>, form: &Form, who: Who, offline: bool, clock: &Clock) -> Reply {
        let scopes = form.all("scope").flat_map(|scope| scope.split(' ')).filter(|scope| !scope.is_empty());
        let (grant, all) = Grant::of(scopes, &who, &self.accounts);
        if self.refuses_excess && !all {
            return self.refuse(&self.personality.says.token_denied, request, form).who(who);
        }
        let scope = grant.scope();
        let token = self.issue(&who, grant, clock);
        let mut document = json!({
            "token": token,
            "access_token": token,
            "scope": scope,
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

    fn issue(&self, who: &Who, grant: Grant, clock: &Clock) -> String {
        let issued_at = clock.now();
        self.with_issued(|issued| {
            if issued.tokens.len() >= REMEMBERED {
                let now = Instant::now();
                issued.tokens.retain(|_, token| token.expires > now);
            }
            if issued.tokens.len() >= REMEMBERED {
                issued.tokens.clear();
            }
            issued.count += 1;
            let token = jwt::token(&Claims {
                issuer: self.service.as_str(),
                service: &self.service,
                who,
                grant: &grant,
                issued: issued_at,
                expires: issued_at.checked_add(self.lifetime).unwrap_or(issued_at),
                number: issued.count,
            });
            let remembered = Token { who: who.clone(), grant, expires: Instant::now() + self.lifetime };
            issued.tokens.insert(token.clone(), remembered);
            token
        })
    }

    /// Judges a token that a registry was shown.
    pub(crate) fn judge(&self, token: &str, access: Access<'_>) -> Verdict {
        self.with_issued(|issued| match issued.tokens.get(token) {
            Some(token) if token.expires > Instant::now() => {
                let judge = if token.grant.opens(access) { Verdict::Granted } else { Verdict::Insufficient };
                judge(token.who.clone())
            }
            _ => Verdict::Invalid,
        })
    }

    fn with_issued<R>(&self, work: impl FnOnce(&mut Issued) -> R) -> R {
        work(&mut self.issued.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A text that means nothing to whoever holds it, and is the same in every run.
fn opaque(seed: &str) -> String {
    Digest::of(seed.as_bytes()).encoded().to_owned()
}
