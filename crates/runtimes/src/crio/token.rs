//! Tokens (cri-o@f954a17:vendor/go.podman.io/image/v5/docker/docker_client.go `getBearerToken`, `getBearerTokenOAuth2`,
//! `newBearerTokenFromHTTPResponseBody`; errors.go `httpResponseToError`).

use std::time::Duration;

use gostd::json::{self, Place, Reader, Value};
use gostd::strconv;
use gostd::url::Values;
use jiff::Timestamp;
use net::Response;
use secret::Secret;

use super::challenge::Challenge;
use super::client::{Client, basic, refusal};
use super::error::{Error, Result};
use crate::claims;

/// `time.Time{}`: the first second of the year 1.
const ZERO_TIME: Timestamp = Timestamp::constant(-62_135_596_800, 0);
/// So much of an answer that is no token is shown, in bytes.
const SHOWN: usize = 50;

/// What a token is for: `repository:team/app:pull`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Scope([String; 3]);

impl Scope {
    /// To pull from a repository.
    pub(super) fn pull(repository: &str) -> Self {
        Self(["repository".to_owned(), repository.to_owned(), "pull".to_owned()])
    }

    /// `parseAuthScope`: three parts.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let parts: Vec<String> = text.split(':').map(str::to_owned).collect();
        Some(Self(parts.try_into().ok()?))
    }

    /// As it is asked for; none where a part is missing.
    fn asked(&self) -> Option<String> {
        self.0.iter().all(|part| !part.is_empty()).then(|| self.0.join(":"))
    }
}

/// A token, and how long it lasts; none where it was out of date when it came.
pub(super) struct Token {
    pub(super) value: Secret,
    pub(super) lifetime: Option<Duration>,
}

/// Asks for one: with the identity token where the login has one, else with user and password, or without.
pub(super) async fn fetch(client: &Client, challenge: &Challenge, extra: Option<&Scope>) -> Result<Token> {
    let realm =
        challenge.parameter("realm").ok_or_else(|| Error::plain("missing realm in bearer auth challenge"))?;
    let by_identity = !client.login.identity_token.expose().is_empty();
    let mut request = client.token_request(if by_identity { "POST" } else { "GET" }, realm)?;
    let mut values = request.url.query();
    let user = &client.login.username;
    if !by_identity && !user.is_empty() {
        values.add("account", user.clone());
    }
    if let Some(service) = challenge.parameter("service") {
        values.add("service", service.to_owned());
    }
    for scope in [Some(&client.scope), extra].into_iter().flatten().filter_map(Scope::asked) {
        values.add("scope", scope);
    }
    let asked_as = match (by_identity, user.is_empty()) {
        (true, _) => "with the identity token of the login",
        (false, true) => "as anonymous",
        (false, false) => "with user and password",
    };
    client.system.recorder.decide("authorization", format!("a token is asked for {asked_as}"));
    if by_identity {
        let form = oauth2(values, &client.login.identity_token);
        request.header.set("Content-Type", "application/x-www-form-urlencoded");
        request.body = Some(Secret::new(form.encode().into_bytes()));
        // The body is put into a request that was made without one (docker_client.go:800).
        request = request.with_unknown_length();
    } else {
        request.url.raw_query = values.encode();
        if !user.is_empty() && !client.login.password.expose().is_empty() {
            request.header.set("Authorization", basic(&client.login));
        }
    }
    let what = if by_identity { "Trying to obtain access token" } else { "Requesting bearer token" };
    let response = accepted(client.send(request).await?, what).await?;
    let token = read(client, response).await?;
    if let Some(claims) = claims::claims(token.value.expose()) {
        client.system.recorder.token(claims::told(&claims), claims);
    }
    Ok(token)
}

fn oauth2(mut form: Values, identity_token: &Secret) -> Values {
    form.add("grant_type", "refresh_token");
    form.add("refresh_token", identity_token.expose().clone());
    form.add("client_id", "containers/image");
    form
}

/// `httpResponseToError`
async fn accepted(response: Response, what: &str) -> Result<Response> {
    match response.status {
        200 => Ok(response),
        429 => Err(Error::plain("too many requests to registry")),
        401 => {
            let error = refusal(response).await;
            Err(error.context("unable to retrieve auth token: invalid username/password"))
        }
        _ => {
            let status = format!("received unexpected HTTP status: {}", response.status_line);
            Err(Error::plain(status).context(what))
        }
    }
}

async fn read(client: &Client, mut response: Response) -> Result<Token> {
    let profile = client.system.profile;
    let most = profile.content.most_token;
    let body = response.body.read_up_to(most + 1).await.map_err(Error::read)?;
    if body.len() > most {
        return Err(Error::plain(format!("exceeded maximum allowed size of {most} bytes")));
    }
    let Answer { value, expires_in, issued_at } = decode(&body, profile.go).map_err(|said| {
        let shown = shown(body.get(..SHOWN).unwrap_or(&body));
        let (url, shown) = (strconv::quote(response.url.redacted()), strconv::quote(shown));
        Error::plain(said).context(format!("decoding bearer token (last URL {url}, body start {shown})"))
    })?;
    let lifetime = Duration::from_secs(u64::try_from(expires_in).unwrap_or_default())
        .max(profile.requests.least_token_lifetime);
    Ok(Token { value, lifetime: left(lifetime, issued_at, client.system.clock.now()) })
}

/// What is left of a lifetime that began when the service says so; one that says nothing means now. A token whose time is
/// over is sent once, and asked for again for the next request (docker_client.go:740-760,887-901).
fn left(lifetime: Duration, issued_at: Option<Timestamp>, now: Timestamp) -> Option<Duration> {
    let Some(issued_at) = issued_at else { return Some(lifetime) };
    let lifetime = jiff::SignedDuration::try_from(lifetime).unwrap_or(jiff::SignedDuration::MAX);
    let left = lifetime.saturating_sub(now.duration_since(issued_at));
    Duration::try_from(left).ok()
}

/// The beginning of an answer that cannot be read. CRI-O shows it as it is; here nothing is shown of a token in it.
fn shown(body: &[u8]) -> Vec<u8> {
    const BEFORE: &[u8] = b"token\":";
    match body.windows(BEFORE.len()).position(|window| window == BEFORE) {
        Some(at) => [&body[..at + BEFORE.len()], "…".as_bytes()].concat(),
        None => body.to_vec(),
    }
}

/// What a token service says.
struct Answer {
    value: Secret,
    /// In seconds.
    expires_in: i64,
    /// None where it does not say.
    issued_at: Option<Timestamp>,
}

fn decode(body: &[u8], go: u8) -> std::result::Result<Answer, String> {
    let document = json::parse(body).map_err(|error| error.words(go))?;
    let mut reader = Reader::new();
    let root = Place { go_struct: "", field: "", go_type: GO_STRUCT };
    let object = reader.object(Some(&document), root).unwrap_or(&Value::Null);
    let place = |field, go_type| Place { go_struct: "", field, go_type };
    let issued_at = match object.field("issued_at") {
        Some(Value::String(date)) => {
            gostd::time::check_rfc3339(date).map_err(|error| error.to_string())?;
            // Go's zero time is as if nothing was said.
            date.parse::<Timestamp>().ok().filter(|at| *at != ZERO_TIME)
        }
        None | Some(Value::Null) => None,
        Some(_) => return Err("Time.UnmarshalJSON: input is not a JSON string".to_owned()),
    };
    let token = reader.string(object.field("token"), place("token", "string"));
    let access_token = reader.string(object.field("access_token"), place("access_token", "string"));
    let expires_in = reader.int(object.field("expires_in"), place("expires_in", "int"));
    reader.finish().map_err(|error| error.words(go))?;
    let token = if token.is_empty() { access_token } else { token };
    Ok(Answer { value: token.into(), expires_in, issued_at })
}

/// The type has no name upstream, so that Go prints all of it.
const GO_STRUCT: &str = "struct { Token string \"json:\\\"token\\\"\"; AccessToken string \"json:\\\"access_token\\\"\"; \
                         ExpiresIn int \"json:\\\"expires_in\\\"\"; IssuedAt time.Time \"json:\\\"issued_at\\\"\"; \
                         expirationTime time.Time }";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers() {
        let got = |body: &str| {
            decode(body.as_bytes(), 26).map(|token| (token.value.expose().clone(), token.expires_in))
        };
        let token = |token: &str, lasts| Ok((token.to_owned(), lasts));
        let cases = [
            (r#"{"token":"T","access_token":"A","expires_in":300}"#, token("T", 300)),
            (r#"{"access_token":"A"}"#, token("A", 0)),
            ("{}", token("", 0)),
            ("<html>", Err("invalid character '<' looking for beginning of value".into())),
            (
                r#"{"token":"T","issued_at":"x"}"#,
                Err(r#"parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006""#.into()),
            ),
            (r#"{"token":"T","issued_at":5}"#, Err("Time.UnmarshalJSON: input is not a JSON string".into())),
            ("", Err("unexpected end of JSON input".into())),
        ];
        for (body, expected) in cases {
            assert_eq!(got(body), expected, "{body}");
        }
    }

    #[test]
    fn a_lifetime_begins_when_the_service_says_so() {
        let left = |more: &str| {
            let body = format!("{{\"token\":\"T\"{more}}}");
            let answer = decode(body.as_bytes(), 26).unwrap();
            left(Duration::from_secs(300), answer.issued_at, "2024-01-01T00:10:00Z".parse().unwrap())
        };
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(left(""), seconds(300));
        assert_eq!(left(r#","issued_at":null"#), seconds(300));
        assert_eq!(left(r#","issued_at":"0001-01-01T00:00:00Z""#), seconds(300));
        assert_eq!(left(r#","issued_at":"2024-01-01T00:09:00Z""#), seconds(240));
        assert_eq!(left(r#","issued_at":"2024-01-01T02:06:00+02:00""#), seconds(60));
        assert_eq!(left(r#","issued_at":"2024-01-01T00:04:00Z""#), None);
    }

    #[test]
    fn nothing_is_shown_of_a_token() {
        assert_eq!(shown(b"<html>"), b"<html>");
        assert_eq!(shown(b"{\"token\":\"abc"), "{\"token\":…".as_bytes());
    }

    #[test]
    fn scopes_have_three_parts() {
        assert_eq!(Scope::parse("repository:a/b:pull"), Some(Scope::pull("a/b")));
        assert_eq!(Scope::parse("repository:r.test:5000/a:pull"), None);
        assert_eq!(Scope::parse("registry:catalog:").unwrap().asked(), None);
    }
}
