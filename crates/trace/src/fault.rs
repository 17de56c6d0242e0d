use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

/// Where on its way an exchange failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
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

/// A fault as it is written.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Fault")]
struct Written {
    /// Where on its way the exchange failed.
    stage: Stage,
    /// The error in Go's words.
    error: String,
    /// Whether a time limit ended it.
    timeout: bool,
}

impl Serialize for Fault {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (error, timeout) = (self.error.to_string(), self.error.is_timeout());
        Written { stage: self.stage, error, timeout }.serialize(serializer)
    }
}

impl JsonSchema for Fault {
    fn schema_name() -> Cow<'static, str> {
        Written::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Written::json_schema(generator)
    }
}
