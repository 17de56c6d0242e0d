//! What was asked for, and the node that asked.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::ServerFile;

/// What was asked for, and the world in which it was. What is there depends on family and runtime; what this does not
/// know is an error, since a world without it would be another.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Definition {
    pub(crate) image: String,
    pub(crate) auth: Option<Auth>,
    /// Seconds after which the client hung up.
    pub(crate) deadline: u64,
    #[serde(default)]
    pub(crate) steps: Vec<StepFile>,
    /// The environment of the runtime's service.
    #[serde(default)]
    pub(crate) env: BTreeMap<String, String>,

    /// Family A: servers by key.
    #[serde(default)]
    pub(crate) servers: BTreeMap<String, ServerFile>,
    /// Family A: what its name server knows.
    #[serde(default)]
    pub(crate) dns: BTreeMap<String, String>,
    /// Family B: a [`super::ScriptFile`], which still has names in place of digests.
    pub(crate) script: Option<Box<RawValue>>,

    /// containerd: `certs.d`, namespace by namespace, file by file.
    #[serde(default)]
    pub(crate) certs_d: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) opts: NodeOptions,
    /// CRI-O, Docker: the registry to which TLS is not asked for.
    pub(crate) insecure: Option<String>,
    /// CRI-O: `registries.conf`.
    #[serde(default)]
    pub(crate) registries_conf: String,
    /// CRI-O: a file of `registries.d`.
    pub(crate) registries_d: Option<String>,
    /// CRI-O: `policy.json`.
    pub(crate) policy: Option<Box<RawValue>>,
    /// CRI-O: the file of logins of the node.
    pub(crate) authfile: Option<Box<RawValue>>,
    pub(crate) short_name_mode: Option<String>,
    pub(crate) pull_progress_timeout: Option<String>,
    /// Docker: `daemon.json`.
    #[serde(default)]
    pub(crate) daemon_json: Map<String, Value>,
}

/// The CRI `AuthConfig`.
#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub(crate) struct Auth {
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) auth: String,
    pub(crate) server_address: String,
    pub(crate) identity_token: String,
    pub(crate) registry_token: String,
}

/// What is special about a node with containerd.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct NodeOptions {
    pub(crate) no_config_path: bool,
    pub(crate) registry_config: String,
    pub(crate) progress_timeout: Option<String>,
    pub(crate) root_tmpfs: Option<String>,
    pub(crate) no_dns_server: bool,
    pub(crate) resolv_conf: Option<String>,
    pub(crate) max_concurrent_downloads: Option<u32>,
}

/// One call.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct StepFile {
    pub(crate) pull: Option<String>,
    pub(crate) auth: Option<Auth>,
    pub(crate) remove: Option<String>,
}
