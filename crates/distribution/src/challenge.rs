//! `WWW-Authenticate`, as containerd reads it (`containerd v2.1.9 core/remotes/docker/auth/parse.go`).

use crate::header::{skip_space, token, token_or_quoted};

/// The schemes that containerd looks at, in the order in which it prefers them last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// User name and password.
    Basic,
    /// Recognised, but never answered.
    Digest,
    /// A token from a token server.
    Bearer,
}

/// One challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// The scheme.
    pub scheme: Scheme,
    /// The parameters in their order, names in lower case, each name once. Values are what was sent, which may be no
    /// UTF-8.
    pub parameters: Vec<(String, Vec<u8>)>,
}

impl Challenge {
    /// The value of a parameter; the name is in lower case.
    pub fn parameter(&self, name: &str) -> Option<&[u8]> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_slice())
    }
}

/// Reads the header's values, one challenge from each, and puts Bearer before Digest before Basic. Unknown schemes
/// are left out. Reading a value ends at the first thing that does not fit, and keeps what came before: an
/// unquoted URL is cut at its colon, and a second scheme in the same value is lost.
pub fn parse_challenges(values: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Vec<Challenge> {
    let mut challenges: Vec<Challenge> =
        values.into_iter().filter_map(|value| parse_challenge(value.as_ref())).collect();
    challenges.sort_by_key(|challenge| std::cmp::Reverse(challenge.scheme));
    challenges
}

fn parse_challenge(value: &[u8]) -> Option<Challenge> {
    let (name, rest) = token(value);
    let scheme = match name.to_ascii_lowercase().as_str() {
        "basic" => Scheme::Basic,
        "digest" => Scheme::Digest,
        "bearer" => Scheme::Bearer,
        _ => return None,
    };
    Some(Challenge { scheme, parameters: parse_parameters(rest) })
}

fn parse_parameters(mut rest: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut parameters: Vec<(String, Vec<u8>)> = Vec::new();
    loop {
        let (name, after) = token(skip_space(rest));
        let Some(after) = after.strip_prefix(b"=").filter(|_| !name.is_empty()) else { return parameters };
        let (value, after) = token_or_quoted(after);
        let name = name.to_ascii_lowercase();
        match parameters.iter_mut().find(|(known, _)| *known == name) {
            Some(parameter) => parameter.1 = value,
            None => parameters.push((name, value)),
        }
        match skip_space(after).strip_prefix(b",") {
            Some(after) => rest = after,
            None => return parameters,
        }
    }
}
