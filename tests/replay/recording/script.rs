//! Family B: one script for hosts that are always the same.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Connection, TlsFile};
use crate::content::Part;

/// What the hosts do.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ScriptFile {
    /// Where something listens; absent: registry, token server and CDN do.
    pub(crate) listeners: Option<Vec<Listener>>,
    pub(crate) auth: Login,
    pub(crate) rules: Vec<ScriptRule>,
    /// Where the registry sends those who ask for a blob, with `{digest}` in it.
    pub(crate) blob_redirect: Option<String>,
    /// Nobody gets a part of a blob.
    pub(crate) no_range: bool,
}

/// A port of a host.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listener {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// The stem of a certificate; `none`: plain HTTP.
    pub(crate) tls: String,
    pub(crate) mode: Option<Mode>,
    /// Where there is anything, clients have to show a certificate of the client CA.
    pub(crate) client_ca: Option<IgnoredAny>,
    pub(crate) max_tls: Option<String>,
}

/// What a port does that never speaks HTTP.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mode {
    Rst,
    Close,
    Hang,
    Garbage,
}

/// Who may read what, and where tokens are to be had.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Login {
    #[serde(rename = "type")]
    pub(crate) scheme: Scheme,
    /// Passwords by name.
    pub(crate) users: BTreeMap<String, String>,
    pub(crate) realm: Option<String>,
    pub(crate) service: Option<String>,
    /// Repositories that only those may read who have logged in.
    pub(crate) private: Vec<String>,
    /// Repositories that nobody may read.
    pub(crate) denied: Vec<String>,
    /// Whether there are tokens without a login; absent: there are.
    pub(crate) anonymous: Option<bool>,
    /// The status of the answer to a `POST`; absent: 404.
    pub(crate) oauth_post: Option<u16>,
    pub(crate) refresh_token: Option<String>,
    /// What is said about a wrong password.
    pub(crate) bad_creds_body: Option<String>,
}

/// What the registry asks for.
#[derive(Clone, Copy, Deserialize, Default, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Scheme {
    #[default]
    None,
    Basic,
    Bearer,
}

/// A rule: the first that fits and is not used up answers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScriptRule {
    pub(crate) host: Option<String>,
    pub(crate) method: Option<String>,
    /// A regular expression that is looked for in the path.
    #[serde(default)]
    pub(crate) path: String,
    pub(crate) times: Option<u32>,
    pub(crate) action: Option<Action>,
    #[serde(default)]
    pub(crate) headers: Vec<(String, String)>,

    pub(crate) status: Option<u16>,
    #[serde(default)]
    pub(crate) body: Body,

    /// In place of an answer of its own, the rule changes the host's.
    #[serde(default)]
    pub(crate) default_then: bool,
    /// Of the body so many bytes are sent.
    pub(crate) truncate: Option<usize>,
    /// The last bytes of the body are wrong.
    #[serde(default)]
    pub(crate) corrupt: bool,
    /// So many times [`ScriptRule::pad_char`] behind the body.
    #[serde(default)]
    pub(crate) pad: usize,
    pub(crate) pad_char: Option<String>,
    #[serde(default)]
    pub(crate) drop_headers: Vec<String>,
}

/// A body: its text, or parts where there are long runs of the same in it.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Body {
    Text(String),
    Parts(Vec<Part>),
}

impl Default for Body {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl Body {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Parts(parts) => parts.iter().flat_map(|part| part.bytes(&[])).collect(),
        }
    }
}

/// What is done in place of an answer, or after a part of it.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Action {
    Rst,
    Close,
    Hang,
    /// A reset behind a body that was cut.
    TruncRst,
}

impl Listener {
    /// A host's port for HTTPS.
    pub(crate) fn https(host: &str) -> Self {
        Self {
            host: host.to_owned(),
            port: 443,
            tls: "good".to_owned(),
            mode: None,
            client_ca: None,
            max_tls: None,
        }
    }

    pub(crate) fn connection(&self) -> Connection {
        match self.mode {
            None => Connection::Normal,
            Some(Mode::Rst) => Connection::Rst,
            // By then the client has spoken, and an end with words unread is a reset.
            Some(Mode::Close) => Connection::RstAfterHello,
            Some(Mode::Hang) => Connection::Stall,
            Some(Mode::Garbage) => Connection::Banner,
        }
    }

    pub(crate) fn tls(&self) -> Option<TlsFile> {
        (self.tls != "none").then(|| TlsFile::Full {
            cert: self.tls.clone(),
            max: self.max_tls.clone(),
            client_ca: self.client_ca.map(|_| "clientca".to_owned()),
        })
    }
}
