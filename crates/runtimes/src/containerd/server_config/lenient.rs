//! What go-toml 1 reads, and a reader of TOML 1.0 does not: such a text is brought into a form that both read alike
//! (containerd 1.6.20 and 1.7.24, `containerd config dump`).

use toml::Table;

/// So many places of a file are mended.
const MOST: usize = 64;

/// The tables of a text as go-toml 1 has them, or the first thing that could not be mended.
pub(super) fn parse(text: &str) -> Result<(Table, String), toml::de::Error> {
    let first = match text.parse::<Table>() {
        Ok(table) => return Ok((table, text.to_owned())),
        Err(error) => error,
    };
    let (mut mended, mut error) = (text.to_owned(), first.clone());
    for _ in 0..MOST {
        let Some(next) = mend(&mended, &error) else { break };
        mended = next;
        match mended.parse::<Table>() {
            Ok(table) => return Ok((table, mended)),
            Err(next) => error = next,
        }
    }
    Err(if error.message() == first.message() { first } else { error })
}

/// The text with one thing mended; all lines keep their places.
fn mend(text: &str, error: &toml::de::Error) -> Option<String> {
    let at = error.span()?.start;
    let (before, rest) = (text.get(..at)?, text.get(at..)?);
    let message = error.message();
    if message.contains("leading zero") {
        let zeros = rest.len() - rest.trim_start_matches('0').len();
        let digits = rest.get(zeros..)?.starts_with(|c: char| c.is_ascii_digit());
        return digits.then(|| format!("{before}{}{}", " ".repeat(zeros), &rest[zeros..]));
    }
    if message.contains("carriage return") {
        return Some(text.replace("\r\n", "\n").replace('\r', "\n"));
    }
    let character = rest.chars().next()?;
    let behind = &rest[character.len_utf8()..];
    if character.is_ascii_control() && character != '\n' {
        // What it stood for in a text cannot be said in a literal one; it was no path or address in any case.
        return Some(format!("{before}\u{fffd}{behind}"));
    }
    escape(text, at)
}

/// An escaped slash, and half a surrogate pair, which Go takes for U+FFFD.
fn escape(text: &str, at: usize) -> Option<String> {
    let begin = text.get(..at.saturating_add(2).min(text.len()))?.rfind('\\')?;
    let (before, rest) = text.split_at(begin);
    if let Some(behind) = rest.strip_prefix("\\/") {
        return Some(format!("{before}/{behind}"));
    }
    let digits = rest.strip_prefix("\\u").and_then(|digits| digits.get(..4))?;
    let is_surrogate = u32::from_str_radix(digits, 16).is_ok_and(|code| char::from_u32(code).is_none());
    is_surrogate.then(|| format!("{before}\\ufffd{}", &rest[6..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `containerd config dump` of 1.6.20 and 1.7.24 took them.
    #[test]
    fn what_go_toml_1_reads() {
        let cases = [
            ("x = 01", "x = 1"),
            ("x = [0017, 2]", "x = [17, 2]"),
            ("x = 'a' # \u{1}\ny = \"a\u{7f}b\"", "x = 'a'\ny = 'a\u{fffd}b'"),
            ("x = 'a\u{1}b'", "x = 'a\u{fffd}b'"),
            ("x = 1\ry = 2\n", "x = 1\ny = 2\n"),
            (r#"x = "a\/b\/c""#, "x = 'a/b/c'"),
            (r#"x = "\ud800!""#, "x = '\u{fffd}!'"),
        ];
        for (text, expected) in cases {
            let (table, _) = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(table, expected.parse::<Table>().unwrap(), "{text}");
        }
        for text in ["x = 1 2", "x = ", "= 1", "[x", "x = \"a", "x = 08a"] {
            assert_eq!(
                parse(text).unwrap_err().message(),
                text.parse::<Table>().unwrap_err().message(),
                "{text}"
            );
        }
    }
}
