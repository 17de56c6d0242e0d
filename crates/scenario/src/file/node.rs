use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use jiff::Timestamp;
use mock_registry::Glob;
use schemars::JsonSchema;
use secret::Secret;
use serde::Deserialize;

use crate::file::{Every, Parsed, PluginFile, Span};
use crate::yaml::Spanned;

/// The node that pulls.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct NodeFile {
    /// `os/architecture`; by default linux/amd64.
    pub platform: Option<Spanned<Parsed<mock_registry::Platform>>>,
    /// Its addresses; by default 10.0.0.5 alone, so that there is no way to IPv6.
    pub addresses: Option<Vec<Parsed<IpAddr>>>,
    /// The name server; by default 10.96.0.10.
    pub nameserver: Option<Parsed<IpAddr>>,
    /// Further name servers, which are asked when those before them do not answer.
    #[serde(default)]
    pub more_nameservers: Vec<Parsed<IpAddr>>,
    /// The domains that a short name is looked up in.
    #[serde(default)]
    pub search: Vec<String>,
    /// How many dots make a name long; by default 1, as on a node (in a pod it is 5).
    pub ndots: Option<u8>,
    /// What its clock shows when it begins, where that is wrong.
    pub clock: Option<Parsed<Timestamp>>,
    /// Files by absolute path; they replace those that every node has.
    #[serde(default)]
    pub files: BTreeMap<PathBuf, Spanned<String>>,
    /// The kubelet's credential plugins, in the order in which they are asked.
    #[serde(default)]
    pub plugins: Vec<Spanned<PluginFile>>,
}

impl NodeFile {
    /// The name servers that are asked when the first does not answer.
    pub(crate) fn more_nameservers(&self) -> impl Iterator<Item = IpAddr> {
        self.more_nameservers.iter().map(|nameserver| nameserver.0)
    }

    /// The node's `resolv.conf`.
    pub(crate) fn resolv_conf(&self, nameservers: &[IpAddr]) -> String {
        let servers = nameservers.iter().map(|server| format!("nameserver {server}\n"));
        let search = (!self.search.is_empty()).then(|| format!("search {}\n", self.search.join(" ")));
        let options = self.ndots.map(|ndots| format!("options ndots:{ndots}\n"));
        servers.chain(search).chain(options).collect()
    }
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
    /// From when on, counted from the beginning; by default from there.
    pub from: Option<Parsed<Span>>,
    /// Until when; by default for ever.
    pub until: Option<Parsed<Span>>,
    /// In turns: `60s for 20s`.
    pub every: Option<Parsed<Every>>,
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
    /// Its type; by default `kubernetes.io/dockerconfigjson`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The entries of its `auths`, written down as `kubectl create secret docker-registry` does it.
    #[serde(default)]
    pub auths: BTreeMap<String, LoginFile>,
    /// The content by key, word for word, in place of `auths`: for what is malformed.
    #[schemars(with = "BTreeMap<String, String>")]
    #[serde(default)]
    pub documents: BTreeMap<String, Secret>,
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
