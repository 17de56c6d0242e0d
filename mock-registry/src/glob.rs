use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

/// A pattern of paths or repositories: `*` stands for anything but `/`, `**` for anything, all else for itself.
///
/// ```
/// let pattern = mock_registry::Glob::new("/v2/team/*/manifests/**");
/// assert!(pattern.matches("/v2/team/app/manifests/v1"));
/// assert!(!pattern.matches("/v2/team/a/b/manifests/v1"));
/// ```
#[derive(Clone)]
pub struct Glob {
    written: String,
    tokens: Vec<Token>,
    /// What stands between the stars, in order; the first and the last may be empty.
    literals: Vec<String>,
}

impl Glob {
    /// A pattern; every text is one.
    pub fn new(pattern: impl Into<String>) -> Self {
        let written = pattern.into();
        let literals = written.split('*').map(str::to_owned).collect();
        Self { tokens: Token::parse(&written), literals, written }
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Whether the whole of `text` fits the pattern.
    pub fn matches(&self, text: &str) -> bool {
        self.may_match(text) && self.matches_whole(text)
    }

    /// Whether all that stands between the stars is there, in order: what most texts fail already, at no cost.
    fn may_match(&self, text: &str) -> bool {
        let (Some(first), Some(last)) = (self.literals.first(), self.literals.last()) else { return true };
        if self.literals.len() == 1 {
            return text == first;
        }
        let mut rest = text.as_bytes();
        text.ends_with(last.as_str())
            && text.starts_with(first.as_str())
            && self.literals.iter().all(|literal| match find(rest, literal.as_bytes()) {
                Some(at) => {
                    rest = &rest[at + literal.len()..];
                    true
                }
                None => false,
            })
    }

    fn matches_whole(&self, text: &str) -> bool {
        // The reachable places of the pattern are kept as a set, so that the work is bounded by the product of both
        // lengths whatever the pattern is.
        let end = self.tokens.len();
        let (mut reachable, mut next) = (vec![false; end + 1], vec![false; end + 1]);
        reachable[0] = true;
        self.skip_stars(&mut reachable);
        for byte in text.bytes() {
            next.fill(false);
            for (place, token) in self.tokens.iter().enumerate().filter(|(place, _)| reachable[*place]) {
                match *token {
                    Token::Byte(wanted) => next[place + 1] |= wanted == byte,
                    Token::Star => next[place] |= byte != b'/',
                    Token::DoubleStar => next[place] = true,
                }
            }
            self.skip_stars(&mut next);
            std::mem::swap(&mut reachable, &mut next);
        }
        reachable[end]
    }

    /// A star may stand for nothing: the place behind it is reachable as well.
    fn skip_stars(&self, reachable: &mut [bool]) {
        for (place, token) in self.tokens.iter().enumerate() {
            if reachable[place] && !matches!(token, Token::Byte(_)) {
                reachable[place + 1] = true;
            }
        }
    }
}

/// Where `needle` stands first. The search of `str` prepares itself for longer texts than paths are.
fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let Some(first) = needle.first() else { return Some(0) };
    text.windows(needle.len()).position(|window| window.first() == Some(first) && window == needle)
}

#[derive(Clone, Copy)]
enum Token {
    Byte(u8),
    Star,
    DoubleStar,
}

impl Token {
    fn parse(pattern: &str) -> Vec<Self> {
        let mut tokens: Vec<Self> = Vec::with_capacity(pattern.len());
        for byte in pattern.bytes() {
            match (byte, tokens.last_mut()) {
                (b'*', Some(last @ Self::Star)) => *last = Self::DoubleStar,
                (b'*', _) => tokens.push(Self::Star),
                (byte, _) => tokens.push(Self::Byte(byte)),
            }
        }
        tokens
    }
}

impl FromStr for Glob {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::new(text))
    }
}

impl fmt::Debug for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_match_within_and_across_segments() {
        let table = [
            ("/v2/", "/v2/", true),
            ("/v2/", "/v2", false),
            ("/v2/**", "/v2/", true),
            ("/v2/**", "/v2/a/b", true),
            ("/v2/*/tags/list", "/v2/a/tags/list", true),
            ("/v2/*/tags/list", "/v2/a/b/tags/list", false),
            ("**/manifests/*", "/v2/a/b/manifests/v1", true),
            ("**/manifests/*", "/v2/a/b/blobs/v1", false),
            ("team/*", "team/", true),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
        ];
        for (pattern, text, expected) in table {
            assert_eq!(Glob::new(pattern).matches(text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_hostile_pattern_stays_cheap() {
        let pattern = Glob::new("*a".repeat(200));
        assert!(!pattern.matches(&"a".repeat(5_000).replace("aaaaa", "aaaab")));
    }
}
