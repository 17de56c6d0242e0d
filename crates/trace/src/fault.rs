use std::fmt;

use serde::Serialize;
use serde::ser::SerializeStruct;

/// Where on its way an exchange failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The name was not resolved.
    Lookup,
    /// No connection came about.
    Dial,
    /// The proxy did not open a way.
    Proxy,
    /// TLS did not come about.
    Handshake,
    /// The request could not be sent.
    Write,
    /// The head of the answer did not come, or is malformed.
    Head,
    /// The body of the answer is short, broken or wrong.
    Body,
}

/// A failure: where, and why as Go's tree of errors, which holds the facts and prints Go's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub stage: Stage,
    /// Why.
    pub error: gostd::net::Error,
}

impl Fault {
    /// A fault at `stage`.
    pub const fn new(stage: Stage, error: gostd::net::Error) -> Self {
        Self { stage, error }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for Fault {}

impl Serialize for Fault {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Fault", 3)?;
        out.serialize_field("stage", &self.stage)?;
        out.serialize_field("error", &self.error.to_string())?;
        out.serialize_field("timeout", &self.error.is_timeout())?;
        out.end()
    }
}
