//! URLs in a text, and what was asked there.

use std::ops::Range;

use super::host::{HostKind, without_port};

/// What a URL of a pull is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// `/v2/`: whether there is a registry.
    Ping,
    /// A manifest.
    Manifest,
    /// A config or layer.
    Blob,
    /// A token service.
    Token,
    /// Content at a store behind the registry.
    Storage,
    /// The registry protocol of before 2015.
    Version1,
    /// Something else, such as documentation.
    Other,
}

/// A URL as it stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it stands.
    pub span: Range<usize>,
    /// Host, with the port where one is written.
    pub authority: String,
    /// What kind of host that is.
    pub kind: HostKind,
    /// What is asked for there.
    pub purpose: Purpose,
    /// The registry that a mirror is asked for (`?ns=`).
    pub mirrors: Option<String>,
    /// Whether an error follows it.
    pub fails: bool,
}

impl Link {
    /// The host without its port.
    pub fn host(&self) -> &str {
        without_port(&self.authority)
    }
}

/// The longest placeholder, in characters.
const PLACEHOLDER: usize = 40;

/// All `http` and `https` URLs.
pub(crate) fn links(text: &str) -> Vec<Link> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("http").map(|at| at + from) {
        let scheme = ["https://", "http://"].into_iter().find(|scheme| text[at..].starts_with(scheme));
        from = at + 4;
        if let Some(scheme) = scheme {
            let end = at + end_of_url(&text[at..]);
            found.extend(link(text, scheme.len(), at..end).map(|link| told(text, link)));
            from = end.max(from);
        }
    }
    found
}

/// A bare address is a request where an error follows it; else somebody only names it.
fn told(text: &str, link: Link) -> Link {
    let is_bare = !text[link.span.clone()].contains("/v2") && !link.authority.contains("{{");
    let fails = text[link.span.end..].trim_start_matches(['"', '\'', '/', '`']).starts_with(':');
    let purpose =
        if is_bare && !fails && link.purpose == Purpose::Ping { Purpose::Other } else { link.purpose };
    Link { purpose, fails, ..link }
}

fn end_of_url(text: &str) -> usize {
    let mut within = None;
    let mut end = text.len();
    for (at, c) in text.char_indices() {
        match (within, c) {
            // An address of IPv6, or what somebody put in place of a name: `<account number>`.
            (None, '[') if text[..at].ends_with("//") => within = Some(']'),
            (None, '<') if text[at..].chars().take(PLACEHOLDER).any(|c| c == '>') => within = Some('>'),
            (Some(close), _) if c == close => within = None,
            (None, _) if c.is_whitespace() || "\"'`)],\\".contains(c) => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    text[..end].trim_end_matches([':', '.', ';']).len()
}

fn link(text: &str, scheme: usize, span: Range<usize>) -> Option<Link> {
    let rest = &text[span.start + scheme..span.end];
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let authority = authority.rsplit('@').next().unwrap_or(authority);
    if authority.is_empty() {
        return None;
    }
    let kind = HostKind::of(authority);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mirrors = query.split('&').find_map(|pair| pair.strip_prefix("ns=")).map(str::to_owned);
    let purpose = purpose(kind, path, query);
    Some(Link { span, authority: authority.to_owned(), kind, purpose, mirrors, fails: false })
}

fn purpose(kind: HostKind, path: &str, query: &str) -> Purpose {
    let mirrored = path.starts_with("/v2/") && query.starts_with("ns=");
    let stored = |text: &str| text.contains("/docker/registry/v2/");
    let signed = ["signature=", "sig=", "x-amz-", "expires=", "verify=", "key-pair-id="];
    let lower = query.to_ascii_lowercase();
    if kind == HostKind::Storage
        // Where registry.k8s.io sends its clients.
        || path.starts_with("/v2/k8s-artifacts-prod/")
        || stored(path)
        || stored(query)
        || signed.iter().any(|word| lower.contains(word))
    {
        return Purpose::Storage;
    }
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let asks_token = matches!(last, "token" | "auth" | "exchange" | "oauth2") || path.contains("/oauth2/");
    let of_ecr = kind == HostKind::EcrApi;
    match path {
        // Only what is asked of a mirror names the registry.
        _ if path.contains("/manifests/") || (mirrored && !path.contains("/blobs/")) => Purpose::Manifest,
        _ if path.contains("/blobs/") => Purpose::Blob,
        _ if asks_token || of_ecr || lower.contains("scope=") || lower.contains("service=") => Purpose::Token,
        "/v2/" | "/v2" | "" | "/" => Purpose::Ping,
        _ if path.starts_with("/v1/") => Purpose::Version1,
        _ => Purpose::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_url_says_what_was_asked() {
        let cases = [
            ("Head \"https://r.test/v2/a/manifests/v1\": x", "r.test", Purpose::Manifest),
            ("to https://r.test:5000/v2/a/blobs/sha256:1: 403", "r.test:5000", Purpose::Blob),
            ("Get https://[::1]:5000/v2/: dial", "[::1]:5000", Purpose::Ping),
            ("https://u:p@auth.test/token?scope=x", "auth.test", Purpose::Token),
            ("https://x.azurecr.io/oauth2/exchange:", "x.azurecr.io", Purpose::Token),
            ("https://d1.cloudfront.net/registry-v2/x", "d1.cloudfront.net", Purpose::Storage),
            ("https://s.test/a?X-Amz-Expires=1&sig=b", "s.test", Purpose::Storage),
            ("https://<account id>.dkr.ecr.x.test/v2/", "<account id>.dkr.ecr.x.test", Purpose::Ping),
            ("(https://aka.ms/acr)", "aka.ms", Purpose::Other),
        ];
        for (text, authority, purpose) in cases {
            let links = links(text);
            assert_eq!(links.len(), 1, "{text}");
            assert_eq!((links[0].authority.as_str(), links[0].purpose), (authority, purpose), "{text}");
        }
        let purposes: Vec<_> = links("Get \"https://r.test/\": EOF; see https://status.test for more")
            .into_iter()
            .map(|link| link.purpose)
            .collect();
        assert_eq!(purposes, [Purpose::Ping, Purpose::Other]);
        let mirror = links("https://m.test/v2/a/manifests/v1?ns=docker.io\"");
        assert_eq!(mirror[0].mirrors.as_deref(), Some("docker.io"));
        assert!(links("net/http: https:// http").is_empty());
    }
}
