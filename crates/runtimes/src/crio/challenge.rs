//! `WWW-Authenticate` (cri-o@f954a17:vendor/go.podman.io/image/v5/docker/wwwauthenticate.go).

use distribution::header::{skip_space, token, token_or_quoted};

/// What a registry wants, by one line of the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    /// In lower case.
    pub(super) scheme: String,
    /// Names in lower case, the last of each counts.
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// `parseValueAndParams`: one challenge in a line; what follows the first thing that does not fit is lost.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        let (scheme, rest) = token(line);
        if scheme.is_empty() {
            return None;
        }
        Some(Self { scheme: scheme.to_lowercase(), parameters: parameters(skip_space(rest)) })
    }

    /// All lines of an answer (`iterateAuthHeader`).
    pub(super) fn all(header: &net::Header) -> Vec<Self> {
        header.get_all_bytes("WWW-Authenticate").filter_map(Self::parse).collect()
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn parameters(mut rest: &[u8]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    loop {
        let (name, after) = token(skip_space(rest));
        let Some(after) = after.strip_prefix(b"=").filter(|_| !name.is_empty()) else { return found };
        let (value, after) = token_or_quoted(after);
        if value.is_empty() {
            return found;
        }
        found.push((name.to_lowercase(), String::from_utf8_lossy(&value).into_owned()));
        match skip_space(after).strip_prefix(b",") {
            Some(after) => rest = after,
            None => return found,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let cases = [
            (r#"Bearer realm="https://a/t",service="r",Scope="x:y:z""#, "bearer", "scope", Some("x:y:z")),
            (r#"Basic realm="a \"b\"""#, "basic", "realm", Some("a \"b\"")),
            ("Negotiate", "negotiate", "realm", None),
            (r#"Bearer service="",realm="https://a/t""#, "bearer", "realm", None),
            (r#"Bearer realm=https://a/t"#, "bearer", "realm", Some("https")),
            (r#"Bearer realm="a",realm="b""#, "bearer", "realm", Some("b")),
        ];
        for (line, scheme, name, value) in cases {
            let challenge = Challenge::parse(line.as_bytes()).unwrap();
            assert_eq!((challenge.scheme.as_str(), challenge.parameter(name)), (scheme, value), "{line}");
        }
        assert_eq!(Challenge::parse(b"\"x\""), None);
    }
}
