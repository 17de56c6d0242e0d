//! Taking secrets out of what is recorded.

/// What stands in place of a secret.
const PLACEHOLDER: &str = "[redacted]";

/// Query parameters whose values open something: signed URLs of object stores and CDNs, tokens, passwords.
const SECRET_PARAMETERS: [&str; 19] = [
    "access_token",
    "apikey",
    "api_key",
    "assertion",
    "client_secret",
    "code",
    "hmac",
    "key",
    "password",
    "policy",
    "refresh_token",
    "se",
    "sig",
    "sign",
    "signature",
    "token",
    "verify",
    "x-amz-credential",
    "x-amz-signature",
];

/// Header fields that carry credentials.
const SECRET_HEADERS: [&str; 6] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-registry-auth",
    "x-amz-security-token",
];

/// A header value as it may be shown: of `Authorization` only the scheme stays, a URL in `Location` loses its
/// secrets.
pub fn header(name: &str, value: &str) -> String {
    let lower = name.to_ascii_lowercase();
    if lower == "location" || lower == "referer" {
        url(value)
    } else if lower == "www-authenticate" {
        // A realm is a URL between quotes, and may bring a query.
        let parts =
            value.split('"').map(|part| if part.contains("://") { url(part) } else { part.to_owned() });
        parts.collect::<Vec<_>>().join("\"")
    } else if !SECRET_HEADERS.contains(&lower.as_str()) {
        value.to_owned()
    } else if lower.ends_with("authorization")
        && let Some((scheme, _)) = value.split_once(' ')
    {
        format!("{scheme} {PLACEHOLDER}")
    } else {
        PLACEHOLDER.to_owned()
    }
}

/// A URL as it may be shown: no password, no secret query value.
pub fn url(url: &str) -> String {
    let url = without_password(url);
    let Some((before, query)) = url.split_once('?') else { return url };
    let pairs: Vec<String> = query.split('&').map(parameter).collect();
    format!("{before}?{}", pairs.join("&"))
}

fn parameter(pair: &str) -> String {
    let Some((name, value)) = pair.split_once('=') else { return pair.to_owned() };
    let lower = name.to_ascii_lowercase();
    let secret = SECRET_PARAMETERS.contains(&lower.as_str())
        || ["token", "signature", "secret", "credential"].iter().any(|word| lower.contains(word));
    if secret && !value.is_empty() { format!("{name}={PLACEHOLDER}") } else { pair.to_owned() }
}

fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}://{PLACEHOLDER}@{}", &rest[at + 1..]),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_and_the_rest_stays() {
        let cases = [
            (
                "https://u:p@r.test/token?scope=repository%3Aa%3Apull&service=s",
                "https://[redacted]@r.test/token?scope=repository%3Aa%3Apull&service=s",
            ),
            (
                "https://cdn.test/x?X-Amz-Signature=abc&X-Amz-Date=1",
                "https://cdn.test/x?X-Amz-Signature=[redacted]&X-Amz-Date=1",
            ),
            (
                "https://r.test/v2/a/manifests/v1?ns=docker.io",
                "https://r.test/v2/a/manifests/v1?ns=docker.io",
            ),
        ];
        for (url_in, shown) in cases {
            assert_eq!(url(url_in), shown);
        }
        assert_eq!(header("Authorization", "Bearer abc.def"), "Bearer [redacted]");
        assert_eq!(header("authorization", "abc"), "[redacted]");
        assert_eq!(header("Location", "/x?sig=1"), "/x?sig=[redacted]");
        assert_eq!(header("Accept", "*/*"), "*/*");
        assert_eq!(
            header("WWW-Authenticate", "Bearer realm=\"https://a/t?token=1&x=2\",service=\"s\""),
            "Bearer realm=\"https://a/t?token=[redacted]&x=2\",service=\"s\""
        );
    }
}
