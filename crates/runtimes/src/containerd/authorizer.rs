//! Challenges and tokens (containerd v2.1.9 core/remotes/docker/authorizer.go, auth/fetch.go).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use distribution::{Challenge, Scheme, parse_challenges, token_scopes};
use gostd::base64;
use gostd::json::{self, Place, Reader};
use gostd::url::{Url, Values};
use net::{Header, Recorder, Request};
use secret::Secret;
use tokio::time::Instant;
use trace::Purpose;

use super::credentials::{Credentials, UserAndSecret};
use super::error::{AuthorizationProblem, Error, Result};
use super::http::{Answer, HttpClient};
use super::status;
use crate::claims;
use crate::containerd::profile::Profile;

/// A body of the token service that is longer than this is cut off: Go reads it as it comes, and no token is longer.
const MAX_TOKEN_BODY: usize = 4 << 20;

/// Authorises the requests to a set of hosts.
pub(super) struct Authorizer {
    client: Arc<HttpClient>,
    credentials: Credentials,
    header: Vec<(String, String)>,
    profile: &'static Profile,
    repository: String,
    recorder: Recorder,
    handlers: Mutex<HashMap<String, Arc<Handler>>>,
}

/// A request and its answer, as far as the next decision needs them.
pub(super) struct Seen {
    pub(super) method: &'static str,
    pub(super) url: Url,
    pub(super) status: u16,
    pub(super) challenges: Vec<Vec<u8>>,
}

/// What `AddResponses` found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Retry {
    Yes,
    /// No scheme that containerd speaks.
    No,
}

enum Handler {
    Basic(UserAndSecret),
    Bearer(Box<Bearer>),
}

struct Bearer {
    realm: String,
    service: Vec<u8>,
    scope: Option<Vec<u8>>,
    user: UserAndSecret,
    /// The outcome, once there is one; an error stays as well.
    token: tokio::sync::Mutex<Option<(Result<Secret>, Option<Instant>)>>,
}

struct Token {
    token: Secret,
    expires_in: i64,
}

impl Authorizer {
    pub(super) fn new(
        client: Arc<HttpClient>,
        credentials: Credentials,
        header: Vec<(String, String)>,
        profile: &'static Profile,
        repository: String,
        recorder: Recorder,
    ) -> Self {
        Self { client, credentials, header, profile, repository, recorder, handlers: Mutex::default() }
    }

    /// `dockerAuthorizer.Authorize`: nothing is sent to a host that has not asked.
    pub(super) async fn authorize(&self, request: &mut Request) -> Result<()> {
        let handler = self.lock().get(&request.url.host).cloned();
        let value = match handler.as_deref() {
            None => return Ok(()),
            Some(Handler::Basic((user, secret))) => basic(user, secret),
            Some(Handler::Bearer(bearer)) => format!("Bearer {}", self.token(bearer).await?.expose()),
        };
        request.header.set("Authorization", value);
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Handler>>> {
        self.handlers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `dockerAuthorizer.AddResponses`: what a 401 changes.
    pub(super) fn add_responses(&self, seen: &[Seen]) -> Result<Retry> {
        let Some(last) = seen.last() else { return Ok(Retry::No) };
        let host = &last.url.host;
        for challenge in parse_challenges(&last.challenges) {
            match challenge.scheme {
                Scheme::Bearer => return self.add_bearer(host, &challenge, seen),
                Scheme::Basic => match self.add_basic(host)? {
                    Retry::Yes => return Ok(Retry::Yes),
                    Retry::No => {}
                },
                _ => {}
            }
        }
        Ok(Retry::No)
    }

    fn add_basic(&self, host: &str) -> Result<Retry> {
        let user = self.credentials.for_host(host)?;
        if user.0.is_empty() || user.1.expose().is_empty() {
            if !self.profile.authorization.tells_missing_credentials {
                return Ok(Retry::No);
            }
            return Err(Error::InvalidAuthorization(AuthorizationProblem::NoBasicCredentials));
        }
        self.lock().insert(host.to_owned(), Arc::new(Handler::Basic(user)));
        Ok(Retry::Yes)
    }

    fn add_bearer(&self, host: &str, challenge: &Challenge, seen: &[Seen]) -> Result<Retry> {
        // `invalidAuthorization`: a challenge with an error means that the token was not good enough.
        if let Some(error) = challenge.parameter("error").filter(|error| !error.is_empty()) {
            let same =
                matches!(seen, [.., before, last] if before.method == last.method && before.url == last.url);
            if same || self.profile.authorization.renews_refused_token {
                self.lock().remove(host);
            }
            if same {
                let problem =
                    AuthorizationProblem::ServerMessage(String::from_utf8_lossy(error).into_owned());
                return Err(Error::InvalidAuthorization(problem));
            }
        }
        if self.lock().contains_key(host) {
            return Ok(Retry::Yes);
        }
        let user = self.credentials.for_host(host)?;
        let bearer = self.token_options(challenge, user)?;
        self.lock().insert(host.to_owned(), Arc::new(Handler::Bearer(Box::new(bearer))));
        Ok(Retry::Yes)
    }

    /// `GenerateTokenOptions` (auth/fetch.go:41-68)
    fn token_options(&self, challenge: &Challenge, user: UserAndSecret) -> Result<Bearer> {
        let realm = challenge.parameter("realm");
        let realm =
            realm.ok_or_else(|| Error::Plain("no realm specified for token auth challenge".into()))?;
        let parsed = Url::parse(&gostd::http::escape_invalid(realm))
            .map_err(|error| Error::Plain(error.to_string()).context("invalid token auth challenge realm"))?;
        let asked_as = if user.0.is_empty() { "anonymous or with a token" } else { "with user and password" };
        self.recorder.decide("authorization", format!("a token is asked for {asked_as}"));
        Ok(Bearer {
            realm: parsed.to_string(),
            service: challenge.parameter("service").unwrap_or_default().to_owned(),
            scope: challenge.parameter("scope").map(ToOwned::to_owned),
            user,
            token: tokio::sync::Mutex::new(None),
        })
    }

    /// `authHandler.doBearerAuth`: one token for all, its failure as well.
    async fn token(&self, bearer: &Bearer) -> Result<Secret> {
        let mut known = bearer.token.lock().await;
        if let Some((result, expires)) = &*known
            && expires
                .filter(|_| self.profile.authorization.tokens_expire)
                .is_none_or(|expires| expires > Instant::now())
        {
            // `failed to authorize` is said anew at each use.
            return result.clone();
        }
        let result = self.fetch(bearer).await;
        if let Ok(token) = &result
            && let Some(claims) = claims::claims(token.token.expose())
        {
            self.recorder.token(claims::told(&claims), claims);
        }
        let lifetime = result.as_ref().ok().map_or(0, |token| token.expires_in);
        let lifetime = u64::try_from(lifetime).ok().filter(|seconds| *seconds > 0);
        let expires = lifetime.map(|seconds| Instant::now() + Duration::from_secs(seconds.min(1 << 30)));
        let result = result.map(|token| token.token);
        *known = Some((result.clone(), expires));
        result
    }

    async fn fetch(&self, bearer: &Bearer) -> Result<Token> {
        let scopes = token_scopes(bearer.scope.as_deref(), &self.repository);
        if bearer.user.1.expose().is_empty() {
            let fetched = self.fetch_token(bearer, &scopes).await;
            return fetched.map_err(|error| error.context("failed to fetch anonymous token"));
        }
        let fetched = match self.fetch_token_with_oauth(bearer, &scopes).await {
            // Registries without POST answer 404 (GCR), 401 (Artifactory), 400 (ACR), 405.
            Err(error) if falls_back(&error, bearer) => self.fetch_token(bearer, &scopes).await,
            other => other,
        };
        fetched.map_err(|error| error.context("failed to fetch oauth token"))
    }

    /// `FetchTokenWithOAuth`: a form by POST.
    async fn fetch_token_with_oauth(&self, bearer: &Bearer, scopes: &[Vec<u8>]) -> Result<Token> {
        let (user, secret) = &bearer.user;
        let mut form = Values::default();
        form.set("scope", scopes.join(&b' '));
        form.set("service", bearer.service.clone());
        form.set("client_id", "containerd-client");
        if user.is_empty() {
            form.set("grant_type", "refresh_token");
            form.set("refresh_token", secret.expose().clone());
        } else {
            form.set("grant_type", "password");
            form.set("username", user.clone());
            form.set("password", secret.expose().clone());
        }
        let mut request = self.request("POST", &bearer.realm)?;
        request.header.set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        request.body = Some(Secret::new(form.encode().into_bytes()));
        let answer = self.answer(request).await?;
        let token = TokenAnswer::read(answer, "OAuthTokenResponse", self.profile.go).await?;
        token.accept(token.access_token.clone())
    }

    /// `FetchToken`: a query by GET, with Basic where there is a secret.
    async fn fetch_token(&self, bearer: &Bearer, scopes: &[Vec<u8>]) -> Result<Token> {
        let (user, secret) = &bearer.user;
        let mut request = self.request("GET", &bearer.realm)?;
        let mut query = request.url.query();
        if !bearer.service.is_empty() {
            query.add("service", bearer.service.clone());
        }
        scopes.iter().for_each(|scope| query.add("scope", scope.clone()));
        request.url.raw_query = query.encode();
        if !secret.expose().is_empty() {
            request.header.set("Authorization", basic(user, secret));
        }
        let answer = self.answer(request).await?;
        let token = TokenAnswer::read(answer, "FetchTokenResponse", self.profile.go).await?;
        let either = [&token.access_token, &token.token].into_iter().find(|token| !token.expose().is_empty());
        token.accept(either.cloned().unwrap_or_default())
    }

    fn request(&self, method: &'static str, realm: &str) -> Result<Request> {
        let url = Url::parse(realm).map_err(|error| Error::Plain(error.to_string()))?;
        let mut header = Header::new();
        header.set("User-Agent", self.profile.user_agent);
        for (name, value) in &self.header {
            header.add(name.clone(), value.clone());
        }
        Ok(Request { header, ..Request::new(Purpose::Token, method, url) })
    }

    async fn answer(&self, request: Request) -> Result<Answer> {
        let method = request.method;
        let mut answer = self.client.send(request).await?;
        if (200..400).contains(&answer.status) {
            return Ok(answer);
        }
        // Of containerd's own the body of the token service is never shown.
        let body = answer.read_up_to(status::MAX_ERROR_BODY).await.unwrap_or_default();
        Err(status::of_token(method, &answer, body, self.profile.words.token_status))
    }
}

fn basic(user: &str, secret: &Secret) -> String {
    format!("Basic {}", base64::encode_std(format!("{user}:{}", secret.expose()).as_bytes()))
}

fn falls_back(error: &Error, bearer: &Bearer) -> bool {
    match error.unexpected_status() {
        Some(405) => !bearer.user.0.is_empty(),
        Some(status) => [400, 401, 404].contains(&status),
        None => false,
    }
}

/// What stands before the date.
fn before_date(value: &json::Value) -> Option<json::Value> {
    let json::Value::Object(members) = value else { return None };
    let at = members.iter().position(|(key, _)| key.eq_ignore_ascii_case("issued_at"))?;
    Some(json::Value::Object(members[..at].to_vec()))
}

/// `FetchTokenResponse`, `OAuthTokenResponse`
struct TokenAnswer {
    token: Secret,
    access_token: Secret,
    expires_in: i64,
}

/// `time.Time.UnmarshalJSON`, whose error ends the reading at once: before Go 1.20 it parsed the JSON as it stands, before
/// 1.27 it wanted a string, since then other kinds are refused like all values of a wrong type.
fn check_date(date: Option<&json::Value>, reader: &mut Reader, place: Place<'_>, go: u8) -> Result<()> {
    let plain = |error: &dyn std::fmt::Display| Error::Plain(error.to_string());
    match (date, go) {
        (None | Some(json::Value::Null), _) => Ok(()),
        (Some(date), ..20) => gostd::time::check_quoted_rfc3339(&raw(date)).map_err(|error| plain(&error)),
        (Some(json::Value::String(text)), _) => {
            gostd::time::check_rfc3339(text).map_err(|error| plain(&error))
        }
        (Some(_), 20..27) => Err(Error::Plain("Time.UnmarshalJSON: input is not a JSON string".into())),
        (Some(other), _) => {
            reader.wrong_type(other.kind(), place);
            Ok(())
        }
    }
}

/// A value as it was written, but for escapes and what is in lists.
fn raw(value: &json::Value) -> String {
    match value {
        json::Value::String(text) => format!("\"{text}\""),
        json::Value::Number(digits) => digits.clone(),
        json::Value::Bool(true) => "true".to_owned(),
        json::Value::Bool(false) => "false".to_owned(),
        json::Value::Null => "null".to_owned(),
        json::Value::Array(_) => "[]".to_owned(),
        json::Value::Object(_) => "{}".to_owned(),
    }
}

impl TokenAnswer {
    async fn read(mut answer: Answer, go_struct: &'static str, go: u8) -> Result<Self> {
        let body = answer.read_up_to(MAX_TOKEN_BODY).await.map_err(|fault| Error::body(&fault));
        let decoded = body.and_then(|body| Self::decode(&body, go_struct, go));
        decoded.map_err(|error| error.context("unable to decode token response"))
    }

    fn decode(body: &[u8], go_struct: &'static str, go: u8) -> Result<Self> {
        let decode = |error: json::Error| Error::Plain(error.words(go));
        let (value, _) = json::parse_first(body).map_err(decode)?;
        let mut reader = Reader::new();
        let place = |field, go_type| Place { go_struct, field, go_type };
        let whole = format!("auth.{go_struct}");
        reader.object(Some(&value), Place { go_struct: "", field: "", go_type: &whole });
        let date = check_date(value.field("issued_at"), &mut reader, place("issued_at", "time.Time"), go);
        if let Err(error) = date {
            // Since 1.27 the first that is wrong is told, in the order of the text.
            let before = (go >= 27).then(|| before_date(&value)).flatten();
            let earlier =
                before.and_then(|before| Self::fields(&before, &mut Reader::new(), go_struct).err());
            return Err(earlier.map_or(error, decode));
        }
        Self::fields(&value, &mut reader, go_struct).map_err(decode)
    }

    fn fields(
        value: &json::Value,
        reader: &mut Reader,
        go_struct: &'static str,
    ) -> std::result::Result<Self, json::Error> {
        let place = |field, go_type| Place { go_struct, field, go_type };
        // The first that is wrong is told, in the order of the text.
        let is_post = go_struct != "FetchTokenResponse";
        for (key, value) in value.members() {
            match key.to_lowercase().as_str() {
                "access_token" => drop(reader.string(Some(value), place("access_token", "string"))),
                "refresh_token" => drop(reader.string(Some(value), place("refresh_token", "string"))),
                "expires_in" => {
                    reader.int(Some(value), place("expires_in", "int"));
                }
                "token" if !is_post => drop(reader.string(Some(value), place("token", "string"))),
                "scope" if is_post => drop(reader.string(Some(value), place("scope", "string"))),
                _ => {}
            }
        }
        let token = Self {
            token: match go_struct {
                "FetchTokenResponse" => reader.string(value.field("token"), place("token", "string")),
                _ => String::new(),
            }
            .into(),
            access_token: reader.string(value.field("access_token"), place("access_token", "string")).into(),
            expires_in: reader.int(value.field("expires_in"), place("expires_in", "int")),
        };
        std::mem::take(reader).finish()?;
        Ok(token)
    }

    fn accept(&self, token: Secret) -> Result<Token> {
        if token.expose().is_empty() {
            return Err(Error::Plain("authorization server did not include a token in the response".into()));
        }
        Ok(Token { token, expires_in: self.expires_in })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As containerd 1.6.20 (Go 1.19), 1.7.24 (1.24) and 2.1.9 (1.27) said of them.
    #[test]
    fn tokens_that_cannot_be_read() {
        let said = |body: &str, go| {
            let read = TokenAnswer::decode(body.as_bytes(), "FetchTokenResponse", go);
            read.err().map(|error| error.to_string()).unwrap_or_default()
        };
        let kind = |kind: &str, field: &str, go_type: &str| {
            format!(
                "json: cannot unmarshal {kind} into Go struct field FetchTokenResponse.{field} of type {go_type}"
            )
        };
        let layout = r#""\"2006-01-02T15:04:05Z07:00\"": cannot parse"#;
        let no_date =
            r#"parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006""#.to_owned();
        let old_no_date = format!(r#"parsing time "\"x\"" as {layout} "x\"" as "2006""#);
        let no_string = "Time.UnmarshalJSON: input is not a JSON string".to_owned();
        let cases = [
            (
                r#"{"token":"T","issued_at":5}"#,
                [
                    format!(r#"parsing time "5" as {layout} "5" as "\"""#),
                    no_string.clone(),
                    kind("number", "issued_at", "time.Time"),
                ],
            ),
            (r#"{"token":"T","issued_at":"x"}"#, [old_no_date.clone(), no_date.clone(), no_date.clone()]),
            (
                r#"{"token":5,"issued_at":"x"}"#,
                [old_no_date.clone(), no_date.clone(), kind("number", "token", "string")],
            ),
            (r#"{"issued_at":"x","token":5}"#, [old_no_date, no_date.clone(), no_date]),
            (r#"{"token":"T","issued_at":null}"#, [const { String::new() }; 3]),
            (
                r#"{"refresh_token":[],"expires_in":"x","token":5}"#,
                [(); 3].map(|()| kind("array", "refresh_token", "string")),
            ),
            (r#"{"token":"T","scope":[]}"#, [const { String::new() }; 3]),
            (r#"{"token":"T","expires_in":1e3}"#, [(); 3].map(|()| kind("number 1e3", "expires_in", "int"))),
        ];
        for (body, expected) in cases {
            assert_eq!([19, 24, 27].map(|go| said(body, go)), expected, "{body}");
        }
        let oauth = TokenAnswer::decode(br#"{"access_token":"T","scope":["a"]}"#, "OAuthTokenResponse", 27);
        assert_eq!(
            oauth.err().unwrap().to_string(),
            "json: cannot unmarshal array into Go struct field OAuthTokenResponse.scope of type string"
        );
    }
}
