use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

/// A text that is expected. `…` stands for whatever is there, also nothing; all else is meant word for word.
///
/// ```
/// let text: scenario::Text = "failed to pull … not found".parse().unwrap();
/// assert!(text.matches("failed to pull and unpack image \"a\": not found"));
/// assert!(!text.matches("failed to pull: not found, again"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(String);

/// What stands for anything.
const ANYTHING: char = '…';

impl Text {
    /// Whether `text` is as expected.
    pub fn matches(&self, text: &str) -> bool {
        let mut parts = self.0.split(ANYTHING);
        let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
        let parts: Vec<&str> = parts.collect();
        let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
        for part in between {
            let Some((_, behind)) = rest.split_once(part) else { return false };
            rest = behind;
        }
        rest.ends_with(last)
    }
}

impl FromStr for Text {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        // A block of YAML ends in a new line, which is not meant.
        Ok(Self(text.trim_end_matches('\n').to_owned()))
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ellipsis_stands_for_anything() {
        let matches = |pattern: &str, text: &str| pattern.parse::<Text>().unwrap().matches(text);
        for (pattern, text) in [
            ("abc", "abc"),
            ("a…", "a"),
            ("a…c", "abc"),
            ("…b…", "abc"),
            ("…", ""),
            ("a…b…c", "a-b-b-c"),
            ("a\n", "a"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("abc", "abcd"), ("abc", "ab"), ("a…c", "ab"), ("ab…bc", "abc"), ("…b", "bc"), ("", "a")]
        {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
