use gostd::base64::decode_raw_std;
use gostd::json;
use jiff::Timestamp;
use secret::Secret;

use crate::Place;
use crate::lint::LintCode;
use crate::lint::finding::Findings;

/// Looks whether a password is a token that expires: a JWT, or one of a cloud's.
pub(super) fn lint_token(username: &str, password: &Secret, place: &Place, findings: &mut Findings<'_>) {
    let help = "a token in a Secret must be renewed by something: a credential provider plugin on the nodes, \
                or a job that writes the Secret anew";
    match expiry(password.expose()) {
        Some(at) if at <= findings.options.now => {
            let message = format!("the password is a token that expired at {at}: the registry refuses it");
            findings.add(LintCode::TokenExpired, place.clone(), message, help);
        }
        Some(at) => {
            let message = format!("the password is a token that expires at {at}");
            findings.add(LintCode::TokenExpires, place.clone(), message, help);
        }
        None => {
            if let Some(kind) = short_lived(username, password.expose()) {
                let message = format!("the password is {kind}");
                findings.add(LintCode::ShortLived, place.clone(), message, help);
            }
        }
    }
}

/// When a token says that it expires: `exp` of a JWT (RFC 7519), `expiration` of what `aws ecr get-login-password`
/// prints.
fn expiry(token: &str) -> Option<Timestamp> {
    let seconds = jwt(token).or_else(|| ecr(token))?;
    Timestamp::from_second(seconds).ok()
}

fn jwt(token: &str) -> Option<i64> {
    let mut parts = token.trim().split('.');
    let (header, payload, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    object(header)?.field("alg")?;
    number(object(payload)?.field("exp")?)
}

fn ecr(token: &str) -> Option<i64> {
    number(object(token)?.field("expiration")?)
}

/// A JSON object in base64 of either alphabet, padded or not.
fn object(text: &str) -> Option<json::Value> {
    let standard = text.trim().trim_end_matches('=').replace('-', "+").replace('_', "/");
    let value = json::parse(&decode_raw_std(&standard).ok()?).ok()?;
    matches!(value, json::Value::Object(_)).then_some(value)
}

fn number(value: &json::Value) -> Option<i64> {
    match value {
        json::Value::Number(digits) => digits.split('.').next()?.parse().ok(),
        _ => None,
    }
}

/// Tokens that do not tell when they expire.
fn short_lived(username: &str, password: &str) -> Option<&'static str> {
    match username {
        "AWS" => Some("a token of Amazon ECR, which lives for 12 hours"),
        "oauth2accesstoken" => Some("an access token of Google Cloud, which lives for about an hour"),
        "00000000-0000-0000-0000-000000000000" => Some("a token of Azure, which lives for about three hours"),
        _ if password.starts_with("ghs_") => {
            Some("a token of a GitHub workflow or app, which lives for an hour at most")
        }
        "gitlab-ci-token" => Some("a token of a GitLab job, which lives as long as the job"),
        _ => None,
    }
}
