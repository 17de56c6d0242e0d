//! The token server, and what the registry makes of its tokens.

use std::sync::Mutex;

use net::Clock;

use super::registry::{JSON, PLAIN, errors};
use super::{Answer, Script, basic, form, is_user};
use crate::recording::{Login, Request, Scheme};

/// The tokens that were issued, in order.
pub(super) struct Tokens {
    clock: Clock,
    issued: Mutex<Vec<Token>>,
}

/// What a token is good for.
struct Token {
    /// Its bearer has logged in.
    authed: bool,
    scopes: Vec<String>,
}

impl Tokens {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, issued: Mutex::default() }
    }

    fn issue(&self, token: Token) -> Answer {
        let mut issued = self.issued.lock().unwrap();
        issued.push(token);
        let (name, now) = (format!("TOKEN{}", issued.len()), self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"));
        let body = format!(
            r#"{{"token": "{name}", "access_token": "{name}", "expires_in": 300, "issued_at": "{now}"}}"#
        );
        Answer::new(200, &[JSON], body)
    }

    /// Whether this is a token with which its bearer may read the repository; `None`: it is no token.
    fn permits(&self, value: &str, repository: Option<&str>, login: &Login) -> Option<bool> {
        let number: usize = value.strip_prefix("Bearer TOKEN")?.parse().ok()?;
        let issued = self.issued.lock().unwrap();
        let token = issued.get(number.checked_sub(1)?)?;
        let Some(repository) = repository else { return Some(true) };
        let of = |names: &[String]| names.iter().any(|name| name == repository);
        Some(token.covers(repository) && !of(&login.denied) && (token.authed || !of(&login.private)))
    }
}

impl Token {
    /// `repository:NAME:ACTIONS` is one of its scopes.
    fn covers(&self, repository: &str) -> bool {
        let scopes = self.scopes.iter().flat_map(|scope| scope.split(' '));
        scopes
            .map(|scope| scope.split(':').collect::<Vec<_>>())
            .any(|parts| parts.len() > 2 && parts[1] == repository)
    }
}

fn denied() -> Answer {
    Answer::new(401, &[JSON], errors("UNAUTHORIZED", "authentication required", "null"))
}

/// What the token server answers.
pub(super) fn answer(script: &Script, request: &Request) -> Answer {
    let login = &script.file.auth;
    if request.method == "POST" {
        return exchange(script, login, request);
    }
    let mut fields = form::fields(&request.query);
    match basic_ok(login, request) {
        Some(false) => match &login.bad_creds_body {
            Some(body) => Answer::new(401, &[JSON], body.as_str()),
            None => denied(),
        },
        None if login.anonymous == Some(false) => denied(),
        ok => script
            .tokens
            .issue(Token { authed: ok == Some(true), scopes: fields.remove("scope").unwrap_or_default() }),
    }
}

/// A `POST`, as OAuth 2 has it.
fn exchange(script: &Script, login: &Login, request: &Request) -> Answer {
    match login.oauth_post.unwrap_or(404) {
        200 => {}
        404 => return Answer::new(404, &[PLAIN], "404 page not found\n"),
        status => return Answer::new(status, &[PLAIN], ""),
    }
    let fields = form::fields(request.body.as_deref().unwrap_or_default());
    let field = |name: &str| fields.get(name).map_or("", |values| values[0].as_str());
    let authed = match field("grant_type") {
        "password" => is_user(&login.users, field("username"), field("password")),
        "refresh_token" => login.refresh_token.as_deref() == Some(field("refresh_token")),
        _ => false,
    };
    if !authed {
        return denied();
    }
    let scopes = fields.get("scope").map(|values| values[0].clone());
    script.tokens.issue(Token { authed, scopes: scopes.into_iter().collect() })
}

/// Whether the credentials of a `Basic` header are right; `None`: it is none.
fn basic_ok(login: &Login, request: &Request) -> Option<bool> {
    let pair = basic(request.value("authorization")?)?;
    let right = |pair: String| {
        let (name, password) = pair.split_once(':').unwrap_or((&pair, ""));
        !name.is_empty() && is_user(&login.users, name, password)
    };
    Some(pair.is_some_and(right))
}

/// The challenge, when the request lacks what the registry wants.
pub(super) fn challenge(script: &Script, repository: Option<&str>, request: &Request) -> Option<String> {
    let login = &script.file.auth;
    match login.scheme {
        Scheme::None => return None,
        Scheme::Basic if basic_ok(login, request) == Some(true) => return None,
        Scheme::Basic => return Some(r#"Basic realm="Registry Realm""#.to_owned()),
        Scheme::Bearer => {}
    }
    let given = request.value("authorization").unwrap_or_default();
    let refused = match script.tokens.permits(given, repository, login) {
        Some(true) => return None,
        Some(false) => Some("insufficient_scope"),
        None if given.is_empty() => None,
        None => Some("invalid_token"),
    };
    let realm = login.realm.as_deref().unwrap_or("https://auth.test/token");
    let service = login.service.as_deref().unwrap_or("registry.test");
    let mut text = format!(r#"Bearer realm="{realm}",service="{service}""#);
    if let Some(repository) = repository {
        text += &format!(r#",scope="repository:{repository}:pull""#);
    }
    if let Some(error) = refused {
        text += &format!(r#",error="{error}""#);
    }
    Some(text)
}
