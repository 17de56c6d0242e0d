use gostd::filepath::path_match;
use gostd::url::{self, Url};

use crate::MismatchReason;

/// The key of an entry in a keyring: `host[:port][/path]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryKey(pub String);

impl EntryKey {
    /// The key of an entry written for `location` (`kubernetes pkg/credentialprovider/keyring.go Add`): without
    /// `http://` or `https://`, without a leading `/v1` or `/v2` that a slash follows, without a lone slash.
    /// User, query and fragment go, the case stays.
    ///
    /// # Errors
    /// Go's complaint when the location cannot be read as a URL; the kubelet then drops the entry.
    pub fn from_location(location: &str) -> Result<Self, url::Error> {
        let has_scheme = location.starts_with("https://") || location.starts_with("http://");
        let parsed = if has_scheme { Url::parse(location)? } else { parse_schemeless(location)? };
        let path = parsed.path.as_str();
        let shortened = if path.starts_with("/v1/") || path.starts_with("/v2/") { &path[3..] } else { path };
        Ok(Self(match shortened {
            "" | "/" => parsed.host,
            path => format!("{}{path}", parsed.host),
        }))
    }

    /// Whether what was taken for the host is a piece of a login written into the location, as in
    /// `https://user:pass/word@host`: such a key is never shown.
    pub fn is_of_login(&self, location: &str) -> bool {
        let Some((_, host)) = location.rsplit_once('@') else { return false };
        let authority = self.0.split('/').next().unwrap_or_default();
        !host.starts_with(authority)
    }
}

/// Compares a key with a repository as the kubelet does (`keyring.go URLsMatch`): equal ports, equally many labels,
/// the key's path a prefix byte by byte, each label by pattern.
///
/// # Errors
/// Why they do not match.
pub fn urls_match(key: &str, repository: &str) -> Result<(), MismatchReason> {
    let ours =
        parse_schemeless(key).map_err(|error| MismatchReason::NotAUrl { error: error.cause.to_string() })?;
    let theirs = parse_schemeless(repository)
        .map_err(|error| MismatchReason::RepositoryNotAUrl { error: error.cause.to_string() })?;
    let (key_host, key_port) = split_host_port(&ours.host);
    let (image_host, image_port) = split_host_port(&theirs.host);
    if key_port != image_port {
        return Err(MismatchReason::Port { key: key_port.to_owned(), image: image_port.to_owned() });
    }
    let (key, image) = (key_host.to_owned(), image_host.to_owned());
    let labels = || key_host.split('.').zip(image_host.split('.'));
    if key_host.split('.').count() != image_host.split('.').count() {
        return Err(MismatchReason::LabelCount { key, image });
    }
    if !theirs.path.starts_with(&ours.path) {
        // A wrong host is the better explanation where both differ; the kubelet's verdict is the same.
        if labels().all(|(pattern, label)| path_match(pattern, label) == Ok(true)) {
            return Err(MismatchReason::Path { key: ours.path, image: theirs.path });
        }
    }
    for (pattern, label) in labels() {
        match path_match(pattern, label) {
            Ok(true) => {}
            Ok(false) => return Err(MismatchReason::Host { key, image, label: pattern.to_owned() }),
            Err(_) => return Err(MismatchReason::Pattern { label: pattern.to_owned() }),
        }
    }
    Ok(())
}

pub(crate) fn parse_schemeless(text: &str) -> Result<Url, url::Error> {
    Url::parse(&format!("https://{text}"))
}

/// Go's `net.SplitHostPort` for a host that `url.Parse` let pass: brackets go only when a port follows.
fn split_host_port(host: &str) -> (&str, &str) {
    match host.rsplit_once(':') {
        Some((address, port)) if !port.contains(']') => {
            let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            match bare {
                Some(bare) => (bare, port),
                // More than one colon outside brackets is Go's "too many colons in address".
                None if address.contains(':') => (host, ""),
                None => (address, port),
            }
        }
        _ => (host, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lose_what_the_kubelet_takes_away() {
        for (location, key) in [
            ("https://index.docker.io/v1/", "index.docker.io"),
            ("index.docker.io", "index.docker.io"),
            ("http://r.example.com/", "r.example.com"),
            ("https://r.example.com/v1", "r.example.com/v1"),
            ("https://r.example.com/v2/team/", "r.example.com/team/"),
            ("https://user:pw@r.example.com:5000/team?q#f", "r.example.com:5000/team"),
            ("HTTPS.example.com", "HTTPS.example.com"),
            ("[::1]:5000/a", "[::1]:5000/a"),
            // Only a scheme in lower case is taken away; this is host "HTTPS:" and matches nothing.
            ("HTTPS://r.example.com", "HTTPS://r.example.com"),
        ] {
            assert_eq!(EntryKey::from_location(location).unwrap(), EntryKey(key.to_owned()), "{location}");
        }
        for location in ["r.example.com:port", "r example.com", "https://[::1"] {
            assert!(EntryKey::from_location(location).is_err(), "{location}");
        }
    }

    #[test]
    fn hosts_are_split_as_go_splits_them() {
        for (host, wanted) in [
            ("a", ("a", "")),
            ("a:1", ("a", "1")),
            ("a:", ("a", "")),
            ("[::1]", ("[::1]", "")),
            ("[::1]:5", ("::1", "5")),
        ] {
            assert_eq!(split_host_port(host), wanted, "{host}");
        }
    }

    #[test]
    fn each_mismatch_has_its_reason() {
        for (key, repository, wanted) in [
            (
                "r.example.com",
                "r.example.com:5000/a",
                "no port in the key, port \"5000\" in the image: never sent",
            ),
            (
                "r.example.com:1",
                "r.example.com:2/a",
                "port \"1\" written in the key, port \"2\" in the image: never sent",
            ),
            ("*.com", "r.example.com/a", "host \"*.com\" has 2 labels, the image's \"r.example.com\" has 3"),
            (
                "r.example.com/team",
                "r.example.com/other/a",
                "path \"/team\" is no prefix of the image's \"/other/a\"",
            ),
            (
                "q.example.com/team",
                "r.example.com/other/a",
                "host \"q.example.com\" is not the image's \"r.example.com\"",
            ),
            (
                "R.example.com",
                "r.example.com/a",
                "host \"R.example.com\" differs in case from the image's \"r.example.com\": never sent",
            ),
            (
                "q*.example.com",
                "r.example.com/a",
                "pattern \"q*\" of host \"q*.example.com\" does not match the image's \"r.example.com\"",
            ),
        ] {
            assert_eq!(urls_match(key, repository).unwrap_err().to_string(), wanted, "{key} {repository}");
        }
    }
}
