//! `WWW-Authenticate`, as containerd reads it (`containerd v2.1.9 core/remotes/docker/auth/parse.go`).

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
    /// The parameters in their order, names in lower case, each name once.
    pub parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The value of a parameter; the name is in lower case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Reads the header's values, one challenge from each, and puts Bearer before Digest before Basic. Unknown schemes
/// are left out. Reading a value ends at the first thing that does not fit, and keeps what came before: an
/// unquoted URL is cut at its colon, and a second scheme in the same value is lost.
pub fn parse_challenges<'a>(values: impl IntoIterator<Item = &'a str>) -> Vec<Challenge> {
    let mut challenges: Vec<Challenge> = values.into_iter().filter_map(parse_challenge).collect();
    challenges.sort_by_key(|challenge| std::cmp::Reverse(challenge.scheme));
    challenges
}

fn parse_challenge(value: &str) -> Option<Challenge> {
    let (name, rest) = token(value);
    let scheme = match name.to_ascii_lowercase().as_str() {
        "basic" => Scheme::Basic,
        "digest" => Scheme::Digest,
        "bearer" => Scheme::Bearer,
        _ => return None,
    };
    Some(Challenge { scheme, parameters: parse_parameters(rest) })
}

fn parse_parameters(mut rest: &str) -> Vec<(String, String)> {
    let mut parameters: Vec<(String, String)> = Vec::new();
    loop {
        let (name, after) = token(skip_space(rest));
        let Some(after) = after.strip_prefix('=').filter(|_| !name.is_empty()) else { return parameters };
        let (value, after) = token_or_quoted(after);
        let name = name.to_ascii_lowercase();
        match parameters.iter_mut().find(|(known, _)| *known == name) {
            Some(parameter) => parameter.1 = value,
            None => parameters.push((name, value)),
        }
        match skip_space(after).strip_prefix(',') {
            Some(after) => rest = after,
            None => return parameters,
        }
    }
}

fn skip_space(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\r', '\n'])
}

/// Cuts off the longest beginning without control characters, separators and what is not ASCII.
fn token(text: &str) -> (&str, &str) {
    let fits = |c: char| c.is_ascii_graphic() && !"\"(),/:;<=>?@[]\\{}".contains(c);
    text.split_at(text.find(|c| !fits(c)).unwrap_or(text.len()))
}

/// A token, or what stands between quotes with its backslashes taken out. Without a closing quote the value is
/// empty and nothing is left.
fn token_or_quoted(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = token(text);
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut rest = quoted.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => return (value, rest.as_str()),
            '\\' => value.extend(rest.next()),
            _ => value.push(c),
        }
    }
    (String::new(), "")
}
