//! Strings and whole documents as `json.Marshal` writes them.

use std::fmt::Write as _;

use super::Value;

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

/// `value` as `json.MarshalIndent` writes it, with no prefix and with `indent` for each level; the members of objects
/// keep their order.
///
/// ```
/// use gostd::json::{encode_indent, parse};
/// let value = parse(br#"{"a":[1,{}],"b":[]}"#)?;
/// assert_eq!(encode_indent(&value, " "), "{\n \"a\": [\n  1,\n  {}\n ],\n \"b\": []\n}");
/// # Ok::<(), gostd::json::Error>(())
/// ```
pub fn encode_indent(value: &Value, indent: &str) -> String {
    let mut out = String::new();
    write_value(&mut out, value, indent, 0);
    out
}

fn write_value(out: &mut String, value: &Value, indent: &str, depth: usize) {
    let new_line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&indent.repeat(depth));
    };
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(digits) => out.push_str(digits),
        Value::String(text) => out.push_str(&encode_string(text)),
        Value::Array(elements) if elements.is_empty() => out.push_str("[]"),
        Value::Object(members) if members.is_empty() => out.push_str("{}"),
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                out.push(if index == 0 { '[' } else { ',' });
                new_line(out, depth + 1);
                write_value(out, element, indent, depth + 1);
            }
            new_line(out, depth);
            out.push(']');
        }
        Value::Object(members) => {
            for (index, (key, member)) in members.iter().enumerate() {
                out.push(if index == 0 { '{' } else { ',' });
                new_line(out, depth + 1);
                out.push_str(&encode_string(key));
                out.push_str(": ");
                write_value(out, member, indent, depth + 1);
            }
            new_line(out, depth);
            out.push('}');
        }
    }
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
