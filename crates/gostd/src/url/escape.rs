//! Percent-encoding, whose exceptions differ from part to part of a URL.

use super::Cause;

/// The part of a URL that is encoded or decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Path,
    PathSegment,
    Host,
    Zone,
    UserPassword,
    QueryComponent,
    Fragment,
}

/// `url.QueryEscape`: a space becomes `+`.
pub fn query_escape(text: impl AsRef<[u8]>) -> String {
    escape(text.as_ref(), Part::QueryComponent)
}

/// `url.PathEscape`: for one segment, so a slash is encoded too.
pub fn path_escape(text: impl AsRef<[u8]>) -> String {
    escape(text.as_ref(), Part::PathSegment)
}

/// `url.QueryUnescape`. Bytes that are no UTF-8 after decoding become U+FFFD.
///
/// # Errors
/// [`Cause::Escape`] for a percent sign without two hexadecimal digits.
pub fn query_unescape(text: &str) -> Result<String, Cause> {
    unescape(text, Part::QueryComponent)
}

/// `url.PathUnescape`. Bytes that are no UTF-8 after decoding become U+FFFD.
///
/// # Errors
/// [`Cause::Escape`] for a percent sign without two hexadecimal digits.
pub fn path_unescape(text: &str) -> Result<String, Cause> {
    unescape(text, Part::PathSegment)
}

pub(super) fn escape(text: &[u8], part: Part) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for &byte in text {
        if byte == b' ' && part == Part::QueryComponent {
            out.push('+');
        } else if should_escape(byte, part) {
            let (high, low) = (HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]);
            out.extend(['%', char::from(high), char::from(low)]);
        } else {
            out.push(char::from(byte));
        }
    }
    out
}

pub(super) fn unescape(text: &str, part: Part) -> Result<String, Cause> {
    let bytes = unescape_bytes(text, part)?;
    Ok(String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
}

pub(super) fn unescape_bytes(text: &str, part: Part) -> Result<Vec<u8>, Cause> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'%' => {
                let taken = [&b"%"[..], &after[..after.len().min(2)]].concat();
                let value = decode(after).ok_or_else(|| Cause::Escape { escape: taken.clone() })?;
                if !may_be_escaped(value, part) {
                    return Err(Cause::Escape { escape: taken });
                }
                out.push(value);
                rest = &after[2..];
            }
            b'+' if part == Part::QueryComponent => out.push(b' '),
            _ if matches!(part, Part::Host | Part::Zone) && byte < 0x80 && should_escape(byte, part) => {
                return Err(Cause::HostCharacter { character: char::from(byte).to_string() });
            }
            _ => out.push(byte),
        }
    }
    Ok(out)
}

fn decode(after: &[u8]) -> Option<u8> {
    let digit = |i: usize| after.get(i).and_then(|&b| char::from(b).to_digit(16));
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

/// In a host only bytes outside ASCII may be encoded, and the percent sign of an IPv6 zone; in a zone also what
/// may stand there in clear, and the space, which Windows has.
fn may_be_escaped(value: u8, part: Part) -> bool {
    match part {
        Part::Host => value >= 0x80 || value == b'%',
        Part::Zone => value == b'%' || value == b' ' || !should_escape(value, Part::Host),
        _ => true,
    }
}

/// Whether a byte is encoded in that part (`go1.25 net/url/url.go shouldEscape`).
pub(super) fn should_escape(byte: u8, part: Part) -> bool {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => false,
        b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' | b':' | b'[' | b']'
        | b'<' | b'>' | b'"'
            if matches!(part, Part::Host | Part::Zone) =>
        {
            false
        }
        b'$' | b'&' | b'+' | b',' | b'/' | b':' | b';' | b'=' | b'?' | b'@' => match part {
            Part::Path => byte == b'?',
            Part::PathSegment => matches!(byte, b'/' | b';' | b',' | b'?'),
            Part::UserPassword => matches!(byte, b'@' | b'/' | b'?' | b':'),
            Part::QueryComponent | Part::Host | Part::Zone => true,
            Part::Fragment => false,
        },
        b'!' | b'(' | b')' | b'*' => part != Part::Fragment,
        _ => true,
    }
}
