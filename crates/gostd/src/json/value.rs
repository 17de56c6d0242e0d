//! A JSON value as it stood in the document.

/// A JSON value: objects keep the order and the duplicates of their members, numbers their digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// A string, unescaped; what was no valid Unicode has become U+FFFD.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object's members in their order.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// The member that Go would store into a struct field called `name`: keys are compared without regard to
    /// case, and the last member with such a key wins. None for anything that is no object.
    pub fn field(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().rev().find(|(key, _)| fold_eq(key, name)).map(|(_, value)| value)
    }

    /// The members of an object, in their order; none for anything else.
    pub fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// The string, when it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is `null`.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The kind of value as `json.UnmarshalTypeError` calls it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }
}

/// Whether two keys fold to the same text (`go1.25 encoding/json/fold.go`).
fn fold_eq(a: &str, b: &str) -> bool {
    a == b || a.chars().map(fold).eq(b.chars().map(fold))
}

/// One character's fold. The Kelvin sign and the long s are the two characters outside ASCII whose folding orbit
/// has an ASCII letter in it.
fn fold(c: char) -> char {
    match c {
        '\u{212A}' => 'K',
        '\u{17F}' => 'S',
        _ if c.is_ascii() => c.to_ascii_uppercase(),
        _ => {
            let mut upper = c.to_uppercase();
            match (upper.next(), upper.next()) {
                (Some(only), None) => only,
                _ => c,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    #[test]
    fn fields_are_found_as_go_finds_them() {
        for (document, name, wanted) in [
            (r#"{"auths":"a"}"#, "auths", Some("a")),
            (r#"{"AUTHS":"a"}"#, "auths", Some("a")),
            (r#"{"auths":"a","Auths":"b"}"#, "auths", Some("b")),
            (r#"{"Auths":"b","auths":"a"}"#, "auths", Some("a")),
            (r#"{"toKen":"k"}"#, "token", Some("k")),
            (r#"{"to\u212aen":"k"}"#, "token", Some("k")),
            (r#"{"author":"a"}"#, "auths", None),
            (r#"["auths"]"#, "auths", None),
        ] {
            let value = parse(document.as_bytes()).unwrap();
            assert_eq!(value.field(name).and_then(|v| v.as_str()), wanted, "{document} {name}");
        }
    }
}
