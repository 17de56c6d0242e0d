//! What a short name means (`distribution/reference v0.6.0 normalize.go`).

use super::{Grammar, Reference, ReferenceError};

pub(super) const DEFAULT_DOMAIN: &str = "docker.io";
pub(super) const OFFICIAL_PREFIX: &str = "library/";
const LEGACY_DEFAULT_DOMAIN: &str = "index.docker.io";

/// `reference.ParseNormalizedNamed`.
pub(super) fn parse_normalized(text: &str, grammar: Grammar) -> Result<Reference, ReferenceError> {
    if is_identifier(text) {
        return Err(ReferenceError::Identifier { name: text.to_owned() });
    }
    let (domain, rest) = split_domain(text, grammar);
    let remote = rest.split(':').next().unwrap_or_default();
    if remote.to_lowercase() != remote {
        let name = (grammar == Grammar::V0_6_0).then(|| remote.to_owned());
        return Err(ReferenceError::NotLowercase { name });
    }
    let mut reference = Reference::parse(&format!("{domain}/{rest}"), grammar)?;
    if reference.domain.is_empty() {
        // `my_host.com/app`: an underscore makes it no domain for the grammar, which then takes all of it for a
        // path. The name stays the same, and whoever connects takes the first part for the host all the same
        // (`containerd v2.1.9 pkg/reference/reference.go`).
        if let Some((first, path)) = reference.path.split_once('/') {
            (reference.domain, reference.path) = (first.to_owned(), path.to_owned());
        }
    }
    Ok(reference)
}

/// 64 lower-case hexadecimal digits, as the daemon's image identifiers are.
pub(super) fn is_identifier(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'a'..=b'f' | b'0'..=b'9'))
}

/// `splitDockerDomain`.
pub(super) fn split_domain(text: &str, grammar: Grammar) -> (String, String) {
    let (domain, rest) = match text.split_once('/') {
        Some((LEGACY_DEFAULT_DOMAIN, rest)) => (DEFAULT_DOMAIN, rest),
        Some((first, rest)) if is_domain(first, grammar) => (first, rest),
        _ => (DEFAULT_DOMAIN, text),
    };
    if domain == DEFAULT_DOMAIN && !rest.contains('/') {
        (domain.to_owned(), format!("{OFFICIAL_PREFIX}{rest}"))
    } else {
        (domain.to_owned(), rest.to_owned())
    }
}

/// Whether the first part of a name is a registry rather than a user of Docker Hub.
fn is_domain(first: &str, grammar: Grammar) -> bool {
    first == "localhost"
        || first.contains(['.', ':'])
        // Repositories are in lower case, so this can only be a host (since reference v0.5.0).
        || (grammar == Grammar::V0_6_0 && first.to_lowercase() != first)
}
