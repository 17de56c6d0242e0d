//! What a redirect carries along in old versions of Go (Go 1.19 `net/http/client.go` `makeHeadersCopier`,
//! `shouldCopyHeaderOnRedirect`).
//!
//! They compared each target with the URL before it, and ports counted: Authorization went from
//! `https://r.test` to `https://cdn.r.test`, but not to `http://cdn.r.test` (recording
//! `layer-redirect-subdomain-bearer` of containerd 1.6.20).

use gostd::url::Url;
use net::Request;

/// The first version of Go that compares bare names (go.dev/issue/35104, released with 1.20).
const COMPARES_NAMES_SINCE: u8 = 20;

/// The Authorization of the first request of several.
pub(super) struct CarriedAuthorization {
    value: Option<String>,
    old_rule: bool,
}

impl CarriedAuthorization {
    pub(super) fn of(first: &Request, go: u8) -> Self {
        Self {
            value: first.header.get("Authorization").map(ToOwned::to_owned),
            old_rule: go < COMPARES_NAMES_SINCE,
        }
    }

    /// Corrects what the rule of today made of the next request.
    pub(super) fn carry(&self, last: &Request, next: &mut Request) {
        let Some(value) = self.value.as_deref().filter(|_| self.old_rule) else { return };
        next.header.remove("Authorization");
        if goes_along(&last.url, &next.url) {
            next.header.set("Authorization", value);
        }
    }
}

fn goes_along(last: &Url, next: &Url) -> bool {
    let (from, to) = (address(last), address(next));
    to == from || to.ends_with(&format!(".{from}"))
}

/// `canonicalAddr`: host and port, the port filled in.
fn address(url: &Url) -> String {
    let port = match (url.port(), url.scheme.as_str()) {
        ("", "http") => "80",
        ("", _) => "443",
        (port, _) => port,
    };
    format!("{}:{port}", url.hostname().to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_counted() {
        let url = |text| Url::parse(text).unwrap();
        let cases = [
            ("https://r.test/a", "https://cdn.r.test/b", true),
            ("https://r.test/a", "https://r.test:443/b", true),
            ("https://r.test/a", "http://cdn.r.test/b", false),
            ("https://r.test/a", "https://r.test:5000/b", false),
        ];
        for (from, to, along) in cases {
            assert_eq!(goes_along(&url(from), &url(to)), along, "{from} {to}");
        }
    }
}
