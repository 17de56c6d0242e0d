use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use mock_registry::Glob;
use schemars::JsonSchema;
use secret::Secret;
use serde::Deserialize;

use crate::file::Parsed;
use crate::yaml::Spanned;

/// The node that pulls.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct NodeFile {
    /// `os/architecture`; by default linux/amd64.
    pub platform: Option<Parsed<mock_registry::Platform>>,
    /// The runtime and its version; by default what the command line says.
    pub runtime: Option<String>,
    /// Its addresses; by default 10.0.0.5 alone, so that there is no way to IPv6.
    pub addresses: Option<Vec<Parsed<IpAddr>>>,
    /// The name server; by default 10.96.0.10.
    pub nameserver: Option<Parsed<IpAddr>>,
    /// Files by absolute path; they replace those that every node has.
    #[serde(default)]
    pub files: BTreeMap<PathBuf, String>,
}

/// What stands between the node and an address.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct FirewallFile {
    /// A host of the scenario, or an address.
    pub to: Spanned<String>,
    /// The port; by default all.
    pub port: Option<u16>,
    /// What becomes of packets.
    pub action: FirewallAction,
}

/// What becomes of packets to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FirewallAction {
    /// They vanish.
    Drop,
    /// A connection is refused, as by `REJECT --reject-with tcp-reset`.
    Refuse,
    /// ICMP says that the host cannot be reached.
    HostUnreachable,
    /// ICMP says that the network cannot be reached.
    NetworkUnreachable,
}

/// A user of a registry.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountFile {
    #[schemars(with = "String")]
    pub password: Secret,
    /// Patterns of the repositories that may be pulled.
    #[serde(default)]
    pub pull: Vec<Parsed<Glob>>,
    /// Patterns of the repositories that may be pulled, pushed to and deleted from.
    #[serde(default)]
    pub push: Vec<Parsed<Glob>>,
    /// The login was right once.
    #[serde(default)]
    pub expired: bool,
}

/// A pull secret of the pod.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecretFile {
    pub name: String,
    #[serde(default = "default_namespace")]
    pub namespace: String,
    /// The entries of its `auths`.
    #[serde(default)]
    pub auths: BTreeMap<String, LoginFile>,
}

/// A login of a pull secret.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoginFile {
    pub username: String,
    #[schemars(with = "String")]
    pub password: Secret,
}

fn default_namespace() -> String {
    "default".to_owned()
}
