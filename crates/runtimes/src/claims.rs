//! What a token says of itself. No runtime looks; whoever wants to know why a registry refuses it does.

use gostd::base64;
use gostd::json::{self, Value};
use jiff::Timestamp;
use trace::Claims;

/// What a JSON web token says (RFC 7519 section 4.1; `access`: "Docker Registry v2 Bearer token specification"). None
/// of a token that is opaque. Nothing is verified: that is the registry's business.
pub(crate) fn claims(token: &str) -> Option<Claims> {
    let mut parts = token.split('.');
    let (_, payload, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    let padding = "=".repeat((4 - payload.len() % 4) % 4);
    let (value, _) = json::parse_first(&base64::decode_url(format!("{payload}{padding}")).ok()?).ok()?;
    let access = match value.field("access") {
        Some(Value::Array(entries)) => Some(entries.iter().flat_map(rights).collect()),
        _ => None,
    };
    Some(Claims {
        audience: strings(value.field("aud")),
        issued: time(value.field("iat")),
        expires: time(value.field("exp")),
        access,
    })
}

/// The same in a sentence, without its times.
pub(crate) fn told(claims: &Claims) -> String {
    let whom = match claims.audience.as_slice() {
        [] => "nobody in particular".to_owned(),
        some => some.join(", "),
    };
    match &claims.access {
        None => format!("by its own words it is for {whom}"),
        Some(access) if access.is_empty() => format!("by its own words it is for {whom} and allows nothing"),
        Some(access) => format!("by its own words it is for {whom} and allows {}", access.join(", ")),
    }
}

/// `{"type": "repository", "name": "team/app", "actions": ["pull"]}` as scopes are written.
fn rights(entry: &Value) -> Vec<String> {
    let text = |name| entry.field(name).and_then(Value::as_str).unwrap_or_default();
    let (kind, name) = (text("type"), text("name"));
    strings(entry.field("actions")).iter().map(|action| format!("{kind}:{name}:{action}")).collect()
}

/// One string or several.
fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(some)) => some.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// `NumericDate`: seconds, with or without a fraction.
fn time(value: Option<&Value>) -> Option<Timestamp> {
    let Some(Value::Number(digits)) = value else { return None };
    let whole = digits.split('.').next().unwrap_or_default();
    Timestamp::from_second(whole.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> String {
        let encoded = base64::encode_std(payload);
        format!("e30.{}.c2ln", encoded.trim_end_matches('=').replace('+', "-").replace('/', "_"))
    }

    #[test]
    fn a_token_tells_for_whom_until_when_and_what() {
        let payload = r#"{"aud": "r.test", "iat": 1772355600, "exp": 1772355900.5,
            "access": [{"type": "repository", "name": "team/app", "actions": ["pull", "push"]}]}"#;
        let read = claims(&token(payload)).unwrap();
        assert_eq!(read.audience, ["r.test"]);
        assert_eq!(read.issued.unwrap().to_string(), "2026-03-01T09:00:00Z");
        assert_eq!(read.expires.unwrap().to_string(), "2026-03-01T09:05:00Z");
        assert_eq!(read.access.as_deref().unwrap(), ["repository:team/app:pull", "repository:team/app:push"]);
        assert_eq!(
            told(&read),
            "by its own words it is for r.test and allows repository:team/app:pull, repository:team/app:push"
        );
        let nothing = claims(&token(r#"{"aud": ["a", "b"], "access": []}"#)).unwrap();
        assert_eq!(told(&nothing), "by its own words it is for a, b and allows nothing");
    }

    #[test]
    fn what_is_opaque_tells_nothing() {
        for token in ["", "opaque", "a.b", "a.b.c.d", "e30.***.c2ln", "e30.bm8gSlNPTg.c2ln"] {
            assert_eq!(claims(token), None, "{token}");
        }
    }
}
