use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::Fault;

/// One step of a pull.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
pub struct Step {
    /// When it ended, since the pull began.
    #[serde(rename = "at_ms", serialize_with = "milliseconds")]
    #[schemars(with = "f64")]
    pub at: Duration,
    /// How long it took.
    #[serde(rename = "took_ms", serialize_with = "milliseconds")]
    #[schemars(with = "f64")]
    pub took: Duration,
    /// What it was.
    #[serde(flatten)]
    pub what: What,
}

/// The kinds of steps.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum What {
    /// A name was looked up.
    Lookup(Lookup),
    /// A connection was opened.
    Dial(Dial),
    /// A proxy was asked for a tunnel.
    Tunnel(Tunnel),
    /// A TLS handshake.
    Handshake(Handshake),
    /// A request and the head of its answer.
    Exchange(Exchange),
    /// The body of an answer came to its end.
    Body(Body),
    /// Something was decided on the node itself.
    Decision(Decision),
}

impl What {
    /// The fault with which the step ended, if it failed.
    pub const fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Lookup(step) => step.fault.as_ref(),
            Self::Dial(step) => step.fault.as_ref(),
            Self::Tunnel(step) => step.fault.as_ref(),
            Self::Handshake(step) => step.fault.as_ref(),
            Self::Exchange(step) => step.fault.as_ref(),
            Self::Body(step) => step.fault.as_ref(),
            Self::Decision(_) => None,
        }
    }
}

/// A name was looked up.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Lookup {
    /// The name.
    pub host: String,
    /// Where the answer comes from.
    pub source: NameSource,
    /// The name servers that were asked, in order, each once.
    pub servers: Vec<SocketAddr>,
    /// The addresses, in the order in which they are dialled.
    pub addresses: Vec<IpAddr>,
    /// Why there are none.
    pub fault: Option<Fault>,
}

/// Who answered for a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NameSource {
    /// The node's hosts file.
    HostsFile,
    /// The node's name servers.
    Dns,
}

/// A connection was opened, or not.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Dial {
    /// The host for which it is.
    pub host: String,
    /// Where.
    pub address: SocketAddr,
    /// The connection's number, from 1, in the order in which they were opened.
    pub connection: Option<u64>,
    /// Why it failed.
    pub fault: Option<Fault>,
}

/// `CONNECT` through a proxy.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Tunnel {
    /// The proxy, `host:port`.
    pub proxy: String,
    /// The target, `host:port`.
    pub target: String,
    /// The status of the proxy's answer.
    pub status: Option<u16>,
    /// Why it failed.
    pub fault: Option<Fault>,
}

/// A TLS handshake.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Handshake {
    /// The connection's number.
    pub connection: u64,
    /// The name that the certificate must be valid for.
    pub server_name: String,
    /// `TLS 1.3`, once agreed upon.
    pub version: Option<Cow<'static, str>>,
    /// The chain as served, leaf first.
    pub chain: Vec<Certificate>,
    /// Whether the certificate was checked (`false` with `skip_verify`).
    pub verified: bool,
    /// Why it failed.
    pub fault: Option<Fault>,
}

/// A certificate, as far as it explains a verdict.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Certificate {
    /// The subject's distinguished name.
    pub subject: String,
    /// The issuer's distinguished name.
    pub issuer: String,
    /// Beginning of validity.
    #[serde(serialize_with = "timestamp")]
    pub not_before: Timestamp,
    /// End of validity.
    #[serde(serialize_with = "timestamp")]
    pub not_after: Timestamp,
    /// DNS names in the subject alternative name.
    pub dns_names: Vec<String>,
    /// Addresses in the subject alternative name.
    pub addresses: Vec<IpAddr>,
    /// Whether it may issue others.
    pub authority: bool,
    /// The certificate itself, in DER.
    #[serde(skip)]
    pub der: Vec<u8>,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// `GET /v2/`, by which a runtime finds out what a registry asks for.
    Ping,
    /// From tag or digest to a descriptor.
    Resolve,
    /// A token of the token service.
    Token,
    /// An index or manifest by digest.
    Manifest,
    /// The image's config.
    Config,
    /// A layer, or another blob.
    Layer,
}

/// A header field, its value redacted where it is secret.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Header {
    /// The name as on the wire.
    pub name: Cow<'static, str>,
    /// The value.
    pub value: String,
}

/// A request and the head of its answer.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Exchange {
    /// The connection's number; `None` when none came about.
    pub connection: Option<u64>,
    /// What it is for.
    pub purpose: Purpose,
    /// The method.
    pub method: Cow<'static, str>,
    /// The URL, secret query values redacted.
    pub url: String,
    /// The proxy that it went through.
    pub proxy: Option<String>,
    /// The request's header, in wire order.
    pub request: Vec<Header>,
    /// The status code.
    pub status: Option<u16>,
    /// The status line's text after the code.
    pub reason: Option<String>,
    /// The answer's header, in wire order.
    pub response: Vec<Header>,
    /// Why there is no answer.
    pub fault: Option<Fault>,
}

impl Exchange {
    /// The value of a header field of the answer.
    pub fn response_header(&self, name: &str) -> Option<&str> {
        self.response.iter().find(|h| h.name.eq_ignore_ascii_case(name)).map(|h| h.value.as_str())
    }
}

/// The body of an answer came to its end.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Body {
    /// The connection's number.
    pub connection: u64,
    /// What it is for.
    pub purpose: Purpose,
    /// The URL, secret query values redacted.
    pub url: String,
    /// Bytes that came.
    pub bytes: u64,
    /// Why it is not whole.
    pub fault: Option<Fault>,
}

/// Something was decided on the node itself, with its reason.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Decision {
    /// What it is about: `hosts.toml`, `credentials`, `proxy`, `platform` …
    pub about: &'static str,
    /// The decision and its reason, in a sentence.
    pub text: String,
    /// What was wrong with the content that it is about, if something was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flaw: Option<Flaw>,
    /// What would help, where the one who decides knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// What the token says of itself that it is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<Claims>,
}

/// What a token of a token service says of itself, where it can be read (RFC 7519, and the "Docker Registry v2 Bearer
/// token specification" for `access`). Nothing of it opens anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Claims {
    /// For which services it is.
    pub audience: Vec<String>,
    /// When it was issued.
    #[serde(serialize_with = "timestamp_if_any")]
    pub issued: Option<Timestamp>,
    /// When it ends.
    #[serde(serialize_with = "timestamp_if_any")]
    pub expires: Option<Timestamp>,
    /// What it allows, a line each: `repository:team/app:pull`; none where it does not say.
    pub access: Option<Vec<String>>,
}

/// Why content that was sent is of no use to the node.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Flaw {
    /// The body ended as announced, with another number of bytes than the manifest says.
    Size {
        /// What the manifest says.
        expected: u64,
        /// What came.
        got: u64,
    },
    /// The bytes have another digest.
    Digest {
        /// The digest of what came.
        got: String,
    },
    /// The unpacked layer has another digest than the config says.
    DiffId {
        /// The digest of what was unpacked.
        got: String,
    },
    /// The bytes are what the manifest says, and no archive.
    Archive,
    /// The runtime takes nothing of this media type, whatever is in it.
    Kind,
    /// The runtime reads nothing that is so large.
    Oversize {
        /// Its size in bytes.
        size: u64,
        /// The most that is read, in bytes.
        most: u64,
    },
    /// The node's storage did not take it.
    Storage {
        /// The number of the operating system's error (`ENOSPC` is 28); `None` where it has none.
        errno: Option<i32>,
    },
}

impl Decision {
    /// A decision about something.
    pub fn new(about: &'static str, text: impl Into<String>) -> Self {
        Self { about, text: text.into(), flaw: None, claims: None, remedy: None }
    }

    /// The same, with what would help.
    #[must_use]
    pub fn with_remedy(self, remedy: Option<String>) -> Self {
        Self { remedy, ..self }
    }

    /// A decision about content that is of no use.
    pub fn unusable(text: impl Into<String>, flaw: Flaw) -> Self {
        Self { flaw: Some(flaw), ..Self::new("content", text) }
    }

    /// What a token says of itself.
    pub fn token(text: impl Into<String>, claims: Claims) -> Self {
        Self { claims: Some(claims), ..Self::new("token", text) }
    }
}

fn milliseconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    // Microseconds are enough for a person, and keep the numbers short.
    serializer.serialize_f64((duration.as_secs_f64() * 1e6).round() / 1e3)
}

fn timestamp<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

fn timestamp_if_any<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => timestamp(time, serializer),
        None => serializer.serialize_none(),
    }
}
