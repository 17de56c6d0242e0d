use std::fmt::Write as _;
use std::time::Duration;

use gostd::json::encode_string;
use secret::Secret;
use sha2::{Digest as _, Sha256};

use crate::plugin::account::PodOfPull;

/// How long a token lives that is asked for without a time (`TokenRequestSpec.expirationSeconds`).
const LIFETIME: u64 = 3600;
/// When the kubelet asks for a new one: after four fifths of its life
/// (`kubernetes pkg/kubelet/token/token_manager.go requiresRefresh`).
const REFRESHED: u64 = LIFETIME / 5 * 4;

/// Who issues a service account's tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TokenSource {
    /// Nobody: there is no API server.
    #[default]
    Nobody,
    /// There is one token, whatever it is asked for.
    Given(Secret),
    /// A simulated API server: tokens that look like its own, and that nobody has signed.
    MadeUp {
        /// The date, in seconds since 1970, from which the kubelet's time is counted.
        epoch: i64,
    },
    /// An API server that refuses, in these words.
    Refuses(String),
}

impl TokenSource {
    /// The token for an audience, bound to the pod; the reason why there is none.
    pub(super) fn token(
        &self,
        audience: &str,
        pod: &PodOfPull,
        uid: &str,
        now: Duration,
    ) -> Result<Secret, NoToken<'_>> {
        match self {
            Self::Nobody => Err(NoToken::Nobody),
            Self::Given(token) => Ok(token.clone()),
            Self::Refuses(words) => Err(NoToken::Refused(words)),
            Self::MadeUp { epoch } => {
                let since = now.as_secs() / REFRESHED * REFRESHED;
                let issued = epoch.saturating_add(i64::try_from(since).unwrap_or(i64::MAX));
                Ok(made_up(audience, pod, uid, issued))
            }
        }
    }
}

/// Why there is no token.
pub(super) enum NoToken<'a> {
    Nobody,
    Refused(&'a str),
}

/// A JSON web token with the claims of a bound token (`kubernetes pkg/serviceaccount/claims.go Claims`) and a signature
/// that is none.
fn made_up(audience: &str, pod: &PodOfPull, uid: &str, issued: i64) -> Secret {
    let (namespace, name) = (&pod.namespace, &pod.service_account_name);
    let expires = issued.saturating_add_unsigned(LIFETIME);
    let mut claims = format!("{{\"aud\":[{}],\"exp\":{expires},\"iat\":{issued},", encode_string(audience));
    // Writing to a String cannot fail.
    let _ = write!(
        claims,
        "\"iss\":\"https://kubernetes.default.svc.cluster.local\",\"kubernetes.io\":{{\"namespace\":{},\"pod\":{},\
         \"serviceaccount\":{}}},\"nbf\":{issued},\"sub\":{}}}",
        encode_string(namespace),
        object(&pod.name, &pod.uid),
        object(name, uid),
        encode_string(&format!("system:serviceaccount:{namespace}:{name}")),
    );
    let signed =
        format!("{}.{}", base64url(br#"{"alg":"RS256","kid":"made-up"}"#), base64url(claims.as_bytes()));
    // As long as one of RSA with 2048 bits.
    let signature: Vec<u8> = (0..8u8)
        .flat_map(|part| Sha256::new().chain_update([part]).chain_update(&signed).finalize())
        .collect();
    Secret::new(format!("{signed}.{}", base64url(&signature)))
}

fn object(name: &str, uid: &str) -> String {
    format!("{{\"name\":{},\"uid\":{}}}", encode_string(name), encode_string(uid))
}

fn base64url(bytes: &[u8]) -> String {
    gostd::base64::encode_std(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}
