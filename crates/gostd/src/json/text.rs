//! What stands between the quotes of a JSON string (`go1.25 encoding/json/decode.go unquote`).

/// The text of a string literal whose syntax is known to be right; `raw` excludes the quotes.
pub(super) fn unquote(raw: &[u8]) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&first, after)) = rest.split_first() {
        rest = match first {
            b'\\' => unescape(after, &mut text),
            _ => plain(rest, &mut text),
        };
    }
    text
}

/// Copies up to the next backslash. Each byte that is no part of valid UTF-8 becomes one U+FFFD, as Go's
/// `utf8.DecodeRune` has it (Rust's lossy conversion puts one for a whole cut sequence).
fn plain<'a>(rest: &'a [u8], text: &mut String) -> &'a [u8] {
    let end = rest.iter().position(|&b| b == b'\\').unwrap_or(rest.len());
    let (run, after) = rest.split_at(end);
    for chunk in run.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    after
}

/// Takes one escape; `rest` begins after the backslash.
fn unescape<'a>(rest: &'a [u8], text: &mut String) -> &'a [u8] {
    let Some((&kind, after)) = rest.split_first() else { return rest };
    text.push(match kind {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(after, text),
        other => char::from(other),
    });
    after
}

/// Takes four hexadecimal digits, and the second half of a surrogate pair when it follows. Half a pair alone is
/// U+FFFD.
fn unicode<'a>(rest: &'a [u8], text: &mut String) -> &'a [u8] {
    let unit = hex4(rest);
    let after = rest.get(4..).unwrap_or_default();
    let second = after.strip_prefix(b"\\u").map(hex4);
    match (char::from_u32(unit), second) {
        (Some(c), _) => text.push(c),
        (None, Some(low)) if unit < 0xDC00 && (0xDC00..0xE000).contains(&low) => {
            let code = 0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
            text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            return after.get(6..).unwrap_or_default();
        }
        (None, _) => text.push(char::REPLACEMENT_CHARACTER),
    }
    after
}

fn hex4(digits: &[u8]) -> u32 {
    digits.iter().take(4).fold(0, |n, &d| n * 16 + char::from(d).to_digit(16).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::unquote;

    #[test]
    fn strings_are_unescaped_as_go_does() {
        for (raw, wanted) in [
            (&b"plain"[..], "plain"),
            (br#"a\"\\\/\b\f\n\r\t"#, "a\"\\/\u{8}\u{c}\n\r\t"),
            (br"\u00e9\u20AC", "é€"),
            (br"\ud83d\ude00!", "😀!"),
            (br"\ud83d!", "\u{fffd}!"),
            (br"\ud83d\u0041", "\u{fffd}A"),
            (br"\ude00\ud83d", "\u{fffd}\u{fffd}"),
            (br"\ud83d\ud83d\ude00", "\u{fffd}😀"),
            (b"\xff\xfe", "\u{fffd}\u{fffd}"),
            (b"a\xe2\x82b", "a\u{fffd}\u{fffd}b"),
            (b"\xed\xa0\x80", "\u{fffd}\u{fffd}\u{fffd}"),
        ] {
            assert_eq!(unquote(raw), wanted, "{raw:?}");
        }
    }
}
