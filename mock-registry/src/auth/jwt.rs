//! Tokens that look like those of a real service: three parts, of which the last is no signature that verifies.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::Who;
use crate::auth::grant::Grant;

/// What a token states.
pub(crate) struct Claims<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) service: &'a str,
    pub(crate) who: &'a Who,
    pub(crate) grant: &'a Grant,
    pub(crate) issued: Timestamp,
    pub(crate) expires: Timestamp,
    /// Which of the service's tokens it is, from 1.
    pub(crate) number: u64,
}

/// The token ("Docker Registry v2 Bearer token specification", RFC 7519), the same for the same claims.
pub(crate) fn token(claims: &Claims<'_>) -> String {
    let id = Sha256::digest(format!("{} {}", claims.service, claims.number));
    let subject = match claims.who {
        Who::Anonymous => "",
        Who::Account(name) => name,
    };
    let header = json!({"typ": "JWT", "alg": "RS256", "kid": "MOCK:MOCK:MOCK:MOCK:MOCK:MOCK:MOCK:MOCK:MOCK:MOCK:MOCK:MOCK"});
    let payload = json!({
        "iss": claims.issuer,
        "sub": subject,
        "aud": claims.service,
        "exp": claims.expires.as_second(),
        "nbf": claims.issued.as_second(),
        "iat": claims.issued.as_second(),
        "jti": hex::encode(&id[..16]),
        "access": claims.grant.claim(),
    });
    let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
    let signed = format!("{}.{}", encode(header.to_string()), encode(payload.to_string()));
    // As long as an RSA signature of 2048 bits.
    let signature: Vec<u8> = (0..8_u8).flat_map(|n| Sha256::digest(format!("{n} {signed}"))).collect();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}
