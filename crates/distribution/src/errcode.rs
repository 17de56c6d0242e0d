//! `{"errors":[…]}` as docker/distribution's client reads and prints it, which is what Docker and CRI-O show
//! (`docker/distribution v2.8.3 registry/api/errcode/errors.go`, `register.go`, `registry/api/v2/errors.go`).
//!
//! ```
//! use distribution::errcode::Errors;
//!
//! let said = |body: &str| Errors::decode(body.as_bytes()).map(|errors| errors.to_string());
//! // An entry that says nothing beyond its code is the bare code.
//! assert_eq!(said(r#"{"errors":[{"code":"DENIED"}]}"#).unwrap(), "denied");
//! assert_eq!(said(r#"{"errors":[{"code":"DENIED","message":"no"}]}"#).unwrap(), "denied: no");
//! ```

use std::fmt;

use gostd::json::{self, Place, Reader, Value, parse};

/// A code that docker/distribution has registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// `UNKNOWN`, and all that are not registered.
    Unknown,
    /// `UNSUPPORTED`
    Unsupported,
    /// `UNAUTHORIZED`
    Unauthorized,
    /// `DENIED`
    Denied,
    /// `UNAVAILABLE`
    Unavailable,
    /// `TOOMANYREQUESTS`
    TooManyRequests,
    /// `NAME_UNKNOWN`
    NameUnknown,
    /// `MANIFEST_UNKNOWN`
    ManifestUnknown,
    /// One of the others, by its place in the list of them.
    Other(u8),
}

/// The codes of which nothing depends on which it is, and their messages.
const OTHERS: [(&str, &str); 11] = [
    ("DIGEST_INVALID", "provided digest did not match uploaded content"),
    ("SIZE_INVALID", "provided length did not match content length"),
    ("NAME_INVALID", "invalid repository name"),
    ("TAG_INVALID", "manifest tag did not match URI"),
    ("MANIFEST_INVALID", "manifest invalid"),
    ("MANIFEST_UNVERIFIED", "manifest failed signature verification"),
    ("MANIFEST_BLOB_UNKNOWN", "blob unknown to registry"),
    ("BLOB_UNKNOWN", "blob unknown to registry"),
    ("BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry"),
    ("BLOB_UPLOAD_INVALID", "blob upload invalid"),
    ("PAGINATION_NUMBER_INVALID", "invalid number of results requested"),
];

impl Code {
    const KNOWN: [Self; 8] = [
        Self::Unknown,
        Self::Unsupported,
        Self::Unauthorized,
        Self::Denied,
        Self::Unavailable,
        Self::TooManyRequests,
        Self::NameUnknown,
        Self::ManifestUnknown,
    ];

    /// The code as registries write it, and the message that goes with it.
    const fn descriptor(self) -> (&'static str, &'static str) {
        match self {
            Self::Unknown => ("UNKNOWN", "unknown error"),
            Self::Unsupported => ("UNSUPPORTED", "The operation is unsupported."),
            Self::Unauthorized => ("UNAUTHORIZED", "authentication required"),
            Self::Denied => ("DENIED", "requested access to the resource is denied"),
            Self::Unavailable => ("UNAVAILABLE", "service unavailable"),
            Self::TooManyRequests => ("TOOMANYREQUESTS", "too many requests"),
            Self::NameUnknown => ("NAME_UNKNOWN", "repository name not known to registry"),
            Self::ManifestUnknown => ("MANIFEST_UNKNOWN", "manifest unknown"),
            Self::Other(place) => OTHERS[place as usize % OTHERS.len()],
        }
    }

    /// The code as registries write it.
    pub const fn name(self) -> &'static str {
        self.descriptor().0
    }

    /// The message that goes with the code, which an entry need not repeat.
    pub const fn message(self) -> &'static str {
        self.descriptor().1
    }

    /// `ParseErrorCode`
    fn parse(name: &str) -> Self {
        let others = (0..).take(OTHERS.len()).map(Self::Other);
        Self::KNOWN.into_iter().chain(others).find(|code| code.name() == name).unwrap_or(Self::Unknown)
    }
}

/// In lower case, with spaces.
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name().to_ascii_lowercase().replace('_', " "))
    }
}

/// One error of a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// `errcode.ErrorCode`: a code whose entry says nothing more.
    Bare(Code),
    /// `errcode.Error`: a code with a message of its own, or with a detail.
    Full {
        /// The code.
        code: Code,
        /// The message; may be empty.
        message: String,
    },
}

impl Entry {
    /// `ErrorCode.WithMessage`
    pub fn with_message(code: Code, message: impl Into<String>) -> Self {
        Self::Full { code, message: message.into() }
    }

    /// The code.
    pub const fn code(&self) -> Code {
        match self {
            Self::Bare(code) | Self::Full { code, .. } => *code,
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bare(code) => code.fmt(f),
            Self::Full { code, message } => write!(f, "{code}: {message}"),
        }
    }
}

/// `errcode.Errors`: what a body says, in its order; may be nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errors(pub Vec<Entry>);

impl Errors {
    /// `json.Unmarshal` into `errcode.Errors`.
    ///
    /// # Errors
    /// Go's verdict on the JSON.
    pub fn decode(body: &[u8]) -> Result<Self, json::Error> {
        let document = parse(body)?;
        let mut reader = Reader::new();
        let root = Place { go_struct: "", field: "", go_type: "struct { Errors []errcode.Error }" };
        let object = reader.object(Some(&document), root).unwrap_or(&Value::Null);
        let list = Place { go_struct: "", field: "Errors", go_type: "[]errcode.Error" };
        let entries = reader.array(object.field("Errors"), list);
        let entries = entries.iter().map(|entry| Self::entry(&mut reader, entry)).collect();
        reader.finish()?;
        Ok(Self(entries))
    }

    fn entry(reader: &mut Reader, entry: &Value) -> Entry {
        let place = Place { go_struct: "", field: "Errors", go_type: "errcode.Error" };
        let object = reader.object(Some(entry), place).unwrap_or(&Value::Null);
        let at = |field, go_type| Place { go_struct: "Error", field, go_type };
        let code = Code::parse(&reader.string(object.field("code"), at("Errors.code", "errcode.ErrorCode")));
        let message = reader.string(object.field("message"), at("Errors.message", "string"));
        let has_detail = object.field("detail").is_some_and(|detail| !detail.is_null());
        if !has_detail && (message.is_empty() || message == code.message()) {
            return Entry::Bare(code);
        }
        Entry::Full { code, message }
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0[..] {
            [] => f.write_str("<nil>"),
            [one] => one.fmt(f),
            several => {
                f.write_str("errors:\n")?;
                several.iter().try_for_each(|entry| writeln!(f, "{entry}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_of_a_body() {
        let full = r#"{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"v1"}}"#;
        let cases = [
            (format!(r#"{{"errors":[{full}]}}"#), "manifest unknown: manifest unknown"),
            (r#"{"errors":[{"code":"NAME_UNKNOWN","message":"x"}]}"#.to_owned(), "name unknown: x"),
            (r#"{"errors":[{"code":"BLOB_UNKNOWN"}]}"#.to_owned(), "blob unknown"),
            (r#"{"errors":[{"code":"Strange","message":"x"}]}"#.to_owned(), "unknown: x"),
            (r#"{"errors":[{"code":"UNKNOWN","message":"unknown error"}]}"#.to_owned(), "unknown"),
            (
                r#"{"errors":[{"code":"DENIED"},{"code":"UNAUTHORIZED","message":"y"}]}"#.to_owned(),
                "errors:\ndenied\nunauthorized: y\n",
            ),
            ("{}".to_owned(), "<nil>"),
            ("null".to_owned(), "<nil>"),
        ];
        for (body, said) in cases {
            assert_eq!(Errors::decode(body.as_bytes()).unwrap().to_string(), said, "{body}");
        }
        let refused = Errors::decode(br#"{"errors":"no"}"#).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "json: cannot unmarshal string into Go struct field .Errors of type []errcode.Error"
        );
    }
}
