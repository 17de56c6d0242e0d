//! Family A: servers, each with its address, its certificate and rules of its own.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

/// A scripted server.
#[derive(Clone, Deserialize)]
pub(crate) struct ServerFile {
    pub(crate) host: Option<String>,
    pub(crate) addr: String,
    pub(crate) tls: Option<TlsFile>,
    #[serde(default)]
    pub(crate) rules: Vec<RuleFile>,
    #[serde(default)]
    pub(crate) images: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) conn: Connection,
    #[serde(default)]
    pub(crate) proxy: bool,
    #[serde(default)]
    pub(crate) tunnel_to: BTreeMap<String, String>,
}

/// How a server treats a connection.
#[derive(Clone, Copy, Deserialize, Default, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Connection {
    #[default]
    Normal,
    NoListen,
    BacklogFull,
    Rst,
    Stall,
    Garbage,
    /// Greets as a server of another kind does, before the client has said a word.
    Banner,
    CloseAfterHello,
    RstAfterHello,
}

/// Which certificate a server shows, and what else its TLS is like.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum TlsFile {
    Stem(String),
    Full { cert: String, max: Option<String>, client_ca: Option<String> },
}

/// A rule: the first that fits and is not used up answers.
#[derive(Clone, Deserialize)]
pub(crate) struct RuleFile {
    #[serde(default)]
    pub(crate) when: When,
    pub(crate) times: Option<u32>,
    #[serde(rename = "do")]
    pub(crate) answer: Do,
}

/// Which requests a rule is for.
#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub(crate) struct When {
    pub(crate) method: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) range: Option<bool>,
    pub(crate) auth: Option<String>,
    pub(crate) proxy_auth: Option<String>,
}

/// What is answered; without a status the registry's own answer is changed.
#[derive(Clone, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Do {
    pub(crate) status: Option<u16>,
    pub(crate) reason: Option<String>,
    pub(crate) headers: Option<Vec<(String, String)>>,
    pub(crate) json: Option<Box<RawValue>>,
    pub(crate) body: Option<String>,
    pub(crate) content: Option<String>,
    pub(crate) manifest: bool,
    pub(crate) blob: bool,
    pub(crate) ignore_range: bool,
    pub(crate) wrong_bytes: bool,
    pub(crate) drop: Vec<String>,
    pub(crate) encode: Option<String>,
    pub(crate) api_header: Option<bool>,
    pub(crate) chunked: bool,
    pub(crate) length: Option<usize>,
    pub(crate) send: Option<usize>,
    pub(crate) after: Option<String>,
    pub(crate) trickle: Option<(usize, f64)>,
    pub(crate) delay: Option<f64>,
    pub(crate) reset: bool,
    pub(crate) close: bool,
    pub(crate) stall: bool,
    pub(crate) tunnel: bool,
}
