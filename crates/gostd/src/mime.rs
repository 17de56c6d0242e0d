//! Package `mime`: a `Content-Type` taken apart (Go 1.25 `mime/mediatype.go`, `mime/grammar.go`).

/// What Go says of a value that is no media type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing stands before the slash.
    #[error("mime: no media type")]
    NoMediaType,
    /// Something else than a slash follows.
    #[error("mime: expected slash after first token")]
    NoSlash,
    /// Nothing stands behind the slash.
    #[error("mime: expected token after slash")]
    NoSubtype,
    /// Something follows that is no parameter.
    #[error("mime: unexpected content after media subtype")]
    Trailing,
    /// A parameter cannot be read.
    #[error("mime: invalid media parameter")]
    Parameter,
    /// Two parameters of one name have different values.
    #[error("mime: duplicate parameter name")]
    Duplicate,
}

/// `mime.ParseMediaType`: the media type in lower case. The parameters are judged and let go.
///
/// # Errors
/// Go's verdict.
///
/// ```
/// use gostd::mime::parse_media_type;
/// assert_eq!(parse_media_type("Text/HTML; charset=utf-8").unwrap(), "text/html");
/// assert_eq!(parse_media_type("text/").unwrap_err().to_string(), "mime: expected token after slash");
/// ```
pub fn parse_media_type(value: &str) -> Result<String, Error> {
    let (base, mut rest) = value.split_at(value.find(';').unwrap_or(value.len()));
    let media_type = base.to_lowercase().trim().to_owned();
    check(&media_type)?;
    let mut parameters: Vec<(String, String)> = Vec::new();
    while !rest.trim_start().is_empty() {
        let Some((name, content, after)) = parameter(rest) else {
            // A semicolon at the end is overlooked.
            return if rest.trim() == ";" { Ok(media_type) } else { Err(Error::Parameter) };
        };
        if parameters.iter().any(|(known, value)| *known == name && *value != content) {
            return Err(Error::Duplicate);
        }
        parameters.push((name, content));
        rest = after;
    }
    Ok(media_type)
}

/// `checkMediaTypeDisposition`
fn check(media_type: &str) -> Result<(), Error> {
    let (kind, rest) = token(media_type);
    if kind.is_empty() {
        return Err(Error::NoMediaType);
    }
    if rest.is_empty() {
        return Ok(());
    }
    let (subtype, rest) = token(rest.strip_prefix('/').ok_or(Error::NoSlash)?);
    if subtype.is_empty() {
        return Err(Error::NoSubtype);
    }
    if rest.is_empty() { Ok(()) } else { Err(Error::Trailing) }
}

/// `consumeMediaParam`: name, value and what follows.
fn parameter(text: &str) -> Option<(String, String, &str)> {
    let text = text.trim_start().strip_prefix(';')?;
    let (name, rest) = token(text.trim_start());
    let rest = rest.trim_start().strip_prefix('=').filter(|_| !name.is_empty())?.trim_start();
    let (value, after) = content(rest)?;
    Some((name.to_lowercase(), value, after))
}

/// `consumeValue`: a token, or what stands between quotes.
fn content(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = token(text);
        return (!value.is_empty()).then(|| (value.to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[at + 1..])),
            // A backslash before what needs none is one of a path of Windows, and stays.
            '\\' if characters.peek().is_some_and(|(_, next)| is_special(*next)) => {
                value.extend(characters.next().map(|(_, next)| next));
            }
            '\r' | '\n' => return None,
            other => value.push(other),
        }
    }
    None
}

fn token(text: &str) -> (&str, &str) {
    let fits = |c: char| c.is_ascii_graphic() && !is_special(c);
    text.split_at(text.find(|c| !fits(c)).unwrap_or(text.len()))
}

/// `isTSpecial`
fn is_special(character: char) -> bool {
    "()<>@,;:\\\"/[]?=".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_and_what_is_none() {
        let cases = [
            ("application/json", Ok("application/json")),
            ("application/json; charset=utf-8;", Ok("application/json")),
            ("text/plain; a=\"b;\\\"c\"; a=\"b;\\\"c\"", Ok("text/plain")),
            ("html", Ok("html")),
            ("", Err(Error::NoMediaType)),
            ("; charset=utf-8", Err(Error::NoMediaType)),
            ("text html", Err(Error::NoSlash)),
            ("text/", Err(Error::NoSubtype)),
            ("text/html, text/plain", Err(Error::Trailing)),
            ("text/html; charset", Err(Error::Parameter)),
            ("text/html; charset=", Err(Error::Parameter)),
            ("text/html; a=\"b", Err(Error::Parameter)),
            ("text/html; a=b; a=c", Err(Error::Duplicate)),
        ];
        for (value, expected) in cases {
            assert_eq!(parse_media_type(value), expected.map(str::to_owned), "{value}");
        }
    }
}
