//! A string as `json.Marshal` writes it.

use std::fmt::Write as _;

/// `text` as a JSON string in quotes, escaped as `json.Marshal` escapes it: also `<`, `>`, `&`, U+2028 and U+2029
/// (`go1.25 encoding/json/encode.go appendString` with HTML escaping, which `Marshal` always has).
///
/// ```
/// assert_eq!(gostd::json::encode_string("a<b>\n"), r#""a\u003cb\u003e\n""#);
/// ```
pub fn encode_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::encode_string;

    #[test]
    fn strings_are_written_as_marshal_does() {
        for (text, wanted) in [
            ("", r#""""#),
            ("é€😀", r#""é€😀""#),
            ("\"\\/", r#""\"\\/""#),
            ("\0\u{8}\t\n\u{b}\u{c}\r\u{1f}\u{7f}", "\"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\u{7f}\""),
            ("<a&b>", r#""\u003ca\u0026b\u003e""#),
            ("\u{2028}\u{2029}\u{fffd}", "\"\\u2028\\u2029\u{fffd}\""),
        ] {
            assert_eq!(encode_string(text), wanted, "{text:?}");
        }
    }
}
