//! `{"errors":[…]}`, and what containerd shows of it
//! (`containerd v2.1.9 core/remotes/docker/errcode.go`, `errdesc.go`).

use std::fmt;

use gostd::json::{Place, Reader, Value, parse, parse_first};

/// The codes that containerd knows; all others are unknown to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// `UNKNOWN`, and any other code, such as `NAME_UNKNOWN`.
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
}

/// One entry of an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorEntry {
    /// What containerd makes of the code.
    pub code: ErrorCode,
    /// The code as the registry wrote it.
    pub raw_code: String,
    /// The registry's message; may be empty.
    pub message: String,
    /// Whether there is a detail, whatever it says.
    pub has_detail: bool,
}

/// The errors in a registry's answer; `Display` is what containerd prints, from one entry `denied: some words`,
/// from several a list with a line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorEnvelope {
    /// The entries, at least one.
    pub entries: Vec<ErrorEntry>,
}

impl ErrorCode {
    const ALL: [Self; 6] = [
        Self::Unknown,
        Self::Unsupported,
        Self::Unauthorized,
        Self::Denied,
        Self::Unavailable,
        Self::TooManyRequests,
    ];

    /// The code as registries write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "UNKNOWN",
            Self::Unsupported => "UNSUPPORTED",
            Self::Unauthorized => "UNAUTHORIZED",
            Self::Denied => "DENIED",
            Self::Unavailable => "UNAVAILABLE",
            Self::TooManyRequests => "TOOMANYREQUESTS",
        }
    }

    /// The message which containerd leaves out, as it says nothing beyond the code.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Unknown => "unknown error",
            Self::Unsupported => "The operation is unsupported.",
            Self::Unauthorized => "authentication required",
            Self::Denied => "requested access to the resource is denied",
            Self::Unavailable => "service unavailable",
            Self::TooManyRequests => "too many requests",
        }
    }

    fn parse(name: &str) -> Self {
        Self::ALL.into_iter().find(|code| code.name() == name).unwrap_or(Self::Unknown)
    }
}

/// In lower case, as containerd prints it.
impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name().to_ascii_lowercase())
    }
}

impl ErrorEnvelope {
    /// Reads an answer's body. None when it is no envelope, has values of wrong types or no entries: then containerd
    /// shows nothing of it.
    pub fn parse(body: &[u8]) -> Option<Self> {
        Self::of(&parse(body).ok()?)
    }

    /// The same of a body in which something may follow, as containerd 1 reads it.
    pub fn parse_first(body: &[u8]) -> Option<Self> {
        Self::of(&parse_first(body).ok()?.0)
    }

    fn of(document: &Value) -> Option<Self> {
        let mut reader = Reader::new();
        // The words are never seen, so the places need no names.
        let place = Place { go_struct: "", field: "", go_type: "" };
        let object = reader.object(Some(document), place)?;
        let entries: Vec<_> = reader
            .array(object.field("errors"), place)
            .iter()
            .map(|entry| {
                let entry = reader.object(Some(entry), place).unwrap_or(&Value::Null);
                let raw_code = reader.string(entry.field("code"), place);
                ErrorEntry {
                    code: ErrorCode::parse(&raw_code),
                    raw_code,
                    message: reader.string(entry.field("message"), place),
                    has_detail: entry.field("detail").is_some_and(|detail| !detail.is_null()),
                }
            })
            .collect();
        reader.finish().ok()?;
        (!entries.is_empty()).then_some(Self { entries })
    }
}

impl fmt::Display for ErrorEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let says_nothing = self.message.is_empty() || self.message == self.code.message();
        if says_nothing && !self.has_detail {
            self.code.fmt(f)
        } else {
            write!(f, "{}: {}", self.code, self.message)
        }
    }
}

impl fmt::Display for ErrorEnvelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [entry] = &self.entries[..] {
            return entry.fmt(f);
        }
        f.write_str("errors:\n")?;
        self.entries.iter().try_for_each(|entry| writeln!(f, "{entry}"))
    }
}
