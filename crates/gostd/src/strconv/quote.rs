//! `strconv.Quote` and `strconv.QuoteRune` (`go1.25 strconv/quote.go`).

use std::fmt::Write as _;

use super::is_print;

/// A Go string literal for `text` (`%q`): printable characters stay, others are escaped, and bytes that are no
/// UTF-8 show as `\x..`.
pub fn quote(text: impl AsRef<[u8]>) -> String {
    let text = text.as_ref();
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            escape(&mut out, c, '"');
        }
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.push('"');
    out
}

/// A Go character literal (`%q` of a rune).
pub fn quote_rune(c: char) -> String {
    let mut out = String::from('\'');
    escape(&mut out, c, '\'');
    out.push('\'');
    out
}

fn escape(out: &mut String, c: char, delimiter: char) {
    let code = u32::from(c);
    // Writing to a String cannot fail, so its results are left alone here.
    let _ = match c {
        '\\' => write!(out, "\\\\"),
        _ if c == delimiter => write!(out, "\\{c}"),
        _ if is_print(c) => write!(out, "{c}"),
        '\u{7}' => write!(out, "\\a"),
        '\u{8}' => write!(out, "\\b"),
        '\u{c}' => write!(out, "\\f"),
        '\n' => write!(out, "\\n"),
        '\r' => write!(out, "\\r"),
        '\t' => write!(out, "\\t"),
        '\u{b}' => write!(out, "\\v"),
        _ if code < u32::from(b' ') || code == 0x7f => write!(out, "\\x{code:02x}"),
        _ if code < 0x1_0000 => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_quoted_as_go_does() {
        for (text, wanted) in [
            (&b"\x07\x08\x0c\r\n\t\x0b"[..], r#""\a\b\f\r\n\t\v""#),
            (b"\\", r#""\\""#),
            (b"abc\xffdef", r#""abc\xffdef""#),
            ("☺".as_bytes(), r#""☺""#),
            ("\u{10ffff}".as_bytes(), r#""\U0010ffff""#),
            ("\u{4}".as_bytes(), r#""\x04""#),
            (b"!\x00!\x7f!", r#""!\x00!\x7f!""#),
            ("\u{feff}\u{a0}\u{ad}\u{2028}".as_bytes(), r#""\ufeff\u00a0\u00ad\u2028""#),
            ("'\"".as_bytes(), r#""'\"""#),
            ("\u{fffd}".as_bytes(), "\"\u{fffd}\""),
            ("\u{31350}\u{1fae8}".as_bytes(), "\"\u{31350}\u{1fae8}\""),
            (b"\xe2\x82", r#""\xe2\x82""#),
        ] {
            assert_eq!(quote(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn characters_are_quoted_as_go_does() {
        for (c, wanted) in [
            ('a', "'a'"),
            ('\'', r"'\''"),
            ('"', "'\"'"),
            ('\\', r"'\\'"),
            ('\n', r"'\n'"),
            ('\0', r"'\x00'"),
            ('\u{80}', r"'\u0080'"),
            ('Ã', "'Ã'"),
        ] {
            assert_eq!(quote_rune(c), wanted, "{c:?}");
        }
    }
}
