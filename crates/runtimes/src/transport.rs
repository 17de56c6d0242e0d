//! What Go's HTTP client says of a request that got no answer (`*url.Error`), by version of Go.

use gostd::http::Malformed;
use gostd::strconv;
use gostd::url::{Url, Userinfo};
use trace::Fault;

/// `Head "URL"`: Go writes the method of a url.Error in title case (net/http/client.go `urlErrorOp`).
pub(crate) fn operation(method: &str, url: &str) -> String {
    let (first, rest) = method.split_at(1.min(method.len()));
    format!("{first}{} {}", rest.to_lowercase(), strconv::quote(url))
}

/// `stripPassword` (net/http/client.go)
pub(crate) fn without_password(url: &Url) -> String {
    let text = url.to_string();
    match (&url.user, text.split_once('@')) {
        (Some(Userinfo { username, password: Some(_) }), Some((_, rest))) => {
            format!("{}://{username}:***@{rest}", url.scheme)
        }
        _ => text,
    }
}

/// Go's words for a fault. Before 1.20 crypto/tls passed the verdict on a certificate on as it was; before 1.24 there was a
/// way to accept SHA-1 all the same, and crypto/x509 named it (`InsecureAlgorithmError.Error`); since 1.26 net/textproto
/// quotes the lines that it cannot read.
pub(crate) fn transport_words(fault: &Fault, go: u8) -> String {
    const SINCE_1_20: &str = "tls: failed to verify certificate: ";
    const SHA1: [&str; 2] = ["insecure algorithm SHA1-RSA", "insecure algorithm ECDSA-SHA1"];
    const UNTIL_1_23: &str = " (temporarily override with GODEBUG=x509sha1=1)";
    let mut words = fault.to_string();
    if go < 20 {
        words = words.replacen(SINCE_1_20, "", 1);
    }
    if go < 24 {
        for algorithm in SHA1 {
            words = words.replacen(algorithm, &format!("{algorithm}{UNTIL_1_23}"), 1);
        }
    }
    match fault.error.malformed() {
        Some(Malformed::HeaderLine(line) | Malformed::InitialLine(line)) if go >= 26 => {
            words.replacen(&*String::from_utf8_lossy(line), &strconv::quote(line), 1)
        }
        _ => words,
    }
}
