use gostd::base64::decode_raw_std;
use gostd::json::{self, Value};
use jiff::Timestamp;
use secret::Secret;

/// What a token tells of itself to whoever has it; nobody's signature is looked at.
///
/// ```
/// // {"alg":"none"} . {"exp":1700000000,"aud":"registry","sub":"ci"} . no signature
/// let token = "eyJhbGciOiJub25lIn0.eyJleHAiOjE3MDAwMDAwMDAsImF1ZCI6InJlZ2lzdHJ5Iiwic3ViIjoiY2kifQ.x".into();
/// let claims = keyring::TokenClaims::of(&token).unwrap();
/// assert_eq!(claims.expires.unwrap().to_string(), "2023-11-14T22:13:20Z");
/// assert_eq!((claims.audiences, claims.subject.as_str()), (vec!["registry".to_owned()], "ci"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenClaims {
    /// When it expires: `exp` of a JWT (RFC 7519), `expiration` of what `aws ecr get-login-password` prints.
    pub expires: Option<Timestamp>,
    /// For whom it is (`aud`).
    pub audiences: Vec<String>,
    /// Whose it is (`sub`); empty where it does not say.
    pub subject: String,
}

impl TokenClaims {
    /// What a token tells; nothing where it is of no kind that tells.
    pub fn of(token: &Secret) -> Option<Self> {
        jwt(token.expose()).or_else(|| ecr(token.expose()))
    }
}

fn jwt(token: &str) -> Option<TokenClaims> {
    let mut parts = token.trim().split('.');
    let (header, payload, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    object(header)?.field("alg")?;
    let payload = object(payload)?;
    let audiences = match payload.field("aud") {
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(one)) => vec![one.clone()],
        _ => Vec::new(),
    };
    let subject = payload.field("sub").and_then(Value::as_str).unwrap_or_default().to_owned();
    Some(TokenClaims { expires: time(payload.field("exp")), audiences, subject })
}

fn ecr(token: &str) -> Option<TokenClaims> {
    let expires = time(object(token)?.field("expiration"))?;
    Some(TokenClaims { expires: Some(expires), ..TokenClaims::default() })
}

/// A JSON object in base64 of either alphabet, padded or not.
fn object(text: &str) -> Option<Value> {
    let standard = text.trim().trim_end_matches('=').replace('-', "+").replace('_', "/");
    let value = json::parse(&decode_raw_std(&standard).ok()?).ok()?;
    matches!(value, Value::Object(_)).then_some(value)
}

fn time(value: Option<&Value>) -> Option<Timestamp> {
    match value? {
        Value::Number(digits) => Timestamp::from_second(digits.split('.').next()?.parse().ok()?).ok(),
        _ => None,
    }
}
