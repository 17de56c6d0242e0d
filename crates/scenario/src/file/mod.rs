//! The scenario file as it is written: `apiVersion: pullsim/v1`, `kind: Scenario`.

mod checklist;
mod fault;
mod host;
mod image;
mod limit;
mod manifest;
mod node;
mod personality;
mod plugin;
mod row;
mod schema;
mod values;

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

pub(crate) use fault::{Every, FaultItem, ProxyFile, window};
pub(crate) use host::{AuthFile, CertificateWord, ConnectionFile, EndWord, FaultWord, HostFile, RuleFile};
pub(crate) use image::{CompressionWord, FormatWord, ImageFile, LayerFile, LayerMapping, Missing, ShapeWord};
pub(crate) use limit::RateLimitFile;
pub(crate) use manifest::{ChangeFile, ManifestItem};
pub(crate) use node::{AccountFile, FirewallAction, FirewallFile, LoginFile, NodeFile, SecretFile};
pub(crate) use personality::PersonalityWord;
pub(crate) use plugin::{CacheKeyWord, PluginAnswerFile, PluginFile, ServiceAccountFile};
pub use row::{Row, SECTIONS, Section};
pub(crate) use values::{Names, Parsed, Paths, Size, Span};

use crate::LoadError;
use crate::expect::{ExpectFile, KubeletVersion};
use crate::mistake::Mistake;
use crate::sources::Sources;
use crate::yaml::{Node, Spanned, Tree, from_tree};

/// The `apiVersion` that is read here.
pub(crate) const API_VERSION: &str = "pullsim/v1";
/// The `kind` that is read here.
pub(crate) const KIND: &str = "Scenario";

/// The whole file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ScenarioFile {
    #[expect(dead_code, reason = "its value is looked at before all others, in the tree")]
    pub api_version: Spanned<String>,
    #[expect(dead_code, reason = "its value is looked at before all others, in the tree")]
    pub kind: Spanned<String>,
    /// A file, or several, over which this one lies: mappings join, anything else replaces what was there.
    #[serde(default)]
    #[expect(dead_code, reason = "the files are merged before this is read")]
    include: Option<Paths>,
    /// What happens, in a line.
    pub title: String,
    /// How somebody comes to be there, in a few.
    #[serde(default)]
    pub story: String,
    /// The rows of the checklist that it shows, such as `C2` or `M4`.
    #[serde(default)]
    pub checklist: Vec<Parsed<Row>>,
    /// The date in this world.
    pub now: Parsed<Timestamp>,
    /// The image of the pod that is made up for it: `app`, in the namespace `default`, with all of `secrets`.
    pub image: Option<Spanned<String>>,
    /// That pod's pull policy; by default the image is pulled, as on a node that does not have it.
    pub policy: Option<Spanned<PolicyWord>>,
    /// The objects of the cluster: Pods and all that makes pods, ServiceAccounts, Secrets. Each is a whole Kubernetes
    /// object, or the path of a file or directory of such, from this file on. All pods are on one node.
    #[serde(default)]
    pub manifests: Vec<Spanned<ManifestItem>>,
    /// Images that are on the node beforehand; `IMAGE=ID` also says what the runtime calls it, by which the kubelet's records
    /// know it.
    #[serde(default)]
    pub present: Vec<String>,
    /// Names in the `imagePullSecrets` of the pod for `image` of which there is no Secret.
    #[serde(default)]
    pub missing_secrets: Vec<Spanned<String>>,
    /// The pod's service account, where the node's credential plugins are given its token; by default `default`.
    #[serde(default)]
    pub service_account: ServiceAccountFile,
    /// How long the pods are looked at; by default until each was synced once: its images were pulled, or not.
    #[serde(rename = "for")]
    pub lasts: Option<Parsed<Span>>,
    /// What somebody changes meanwhile.
    #[serde(default)]
    pub changes: Vec<Spanned<ChangeFile>>,
    /// The kubelet's versions with which it is played; by default 1.34.
    #[serde(default)]
    pub kubelet: Vec<Spanned<Parsed<KubeletVersion>>>,
    /// The runtimes with which it is played; by default the newest patches of containerd 1.6, 1.7 and 2.1.
    #[serde(default)]
    pub runtimes: Vec<Spanned<String>>,
    #[serde(default)]
    pub node: NodeFile,
    #[serde(default)]
    pub hosts: BTreeMap<String, Spanned<HostFile>>,
    /// What the name server says, where that is not the addresses of the hosts.
    #[serde(default)]
    pub dns: BTreeMap<String, Names>,
    #[serde(default)]
    pub firewall: Vec<FirewallFile>,
    /// What goes wrong, wherever a host (or the name server) can play it.
    #[serde(default)]
    pub faults: Vec<Spanned<FaultItem>>,
    #[serde(default)]
    pub secrets: Vec<SecretFile>,
    #[serde(default)]
    pub expect: ExpectFile,
}

/// A pull policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub(crate) enum PolicyWord {
    Always,
    IfNotPresent,
    Never,
}

impl ScenarioFile {
    /// Reads what the sources say together.
    pub(crate) fn read(sources: &Sources, tree: &Tree) -> Result<Self, LoadError> {
        if matches!(tree.node, Node::Null) {
            return Err(LoadError::at(sources, tree.at, Mistake::Empty));
        }
        // What is of another format has keys of its own, about which nobody wants to hear.
        for (key, expected) in [("kind", KIND), ("apiVersion", API_VERSION)] {
            if let Some(Tree { node: Node::Text(found), at }) = tree.get(key)
                && found != expected
            {
                let mistake = Mistake::OtherFormat { key, found: found.clone(), expected };
                return Err(LoadError::at(sources, *at, mistake));
            }
        }
        from_tree(tree).map_err(|trouble| LoadError::from_tree(sources, trouble))
    }
}
