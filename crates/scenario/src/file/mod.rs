//! The scenario file as it is written: `apiVersion: pullsim/v1`, `kind: Scenario`.

mod fault;
mod host;
mod image;
mod limit;
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
pub(crate) use image::{CompressionWord, FormatWord, ImageFile, LayerMapping, Missing, ShapeWord};
pub(crate) use limit::RateLimitFile;
pub(crate) use node::{AccountFile, FirewallAction, FirewallFile, LoginFile, NodeFile, SecretFile};
pub(crate) use personality::PersonalityWord;
pub(crate) use plugin::{CacheKeyWord, PluginAnswerFile, PluginFile, ServiceAccountFile};
pub use row::{Row, SECTIONS, Section};
pub(crate) use values::{Names, Parsed, Paths, Size, Span};

use crate::LoadError;
use crate::error::Mistake;
use crate::expect::{ExpectFile, KubeletVersion};
use crate::sources::Sources;
use crate::yaml::{Spanned, Tree, from_tree};

/// The `apiVersion` that is read here.
pub(crate) const API_VERSION: &str = "pullsim/v1";
/// The `kind` that is read here.
pub(crate) const KIND: &str = "Scenario";

/// The whole file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ScenarioFile {
    pub api_version: Spanned<String>,
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
    /// The image that the pod wants.
    pub image: String,
    /// Its pull policy; by default the image is pulled, as on a node that does not have it.
    pub policy: Option<PolicyWord>,
    /// Images that are on the node beforehand; `IMAGE=ID` also says what the runtime calls it, by which the kubelet's records
    /// know it.
    #[serde(default)]
    pub present: Vec<String>,
    /// Names in the pod's `imagePullSecrets` of which there is no Secret.
    #[serde(default)]
    pub missing_secrets: Vec<String>,
    /// The pod's service account, where the node's credential plugins are given its token; by default `default`.
    #[serde(default)]
    pub service_account: ServiceAccountFile,
    /// How long the pod is looked at; by default until its image was pulled once, or not.
    #[serde(rename = "for")]
    pub lasts: Option<Parsed<Span>>,
    /// What changes while it is looked at.
    #[serde(default)]
    pub changes: Vec<ChangeFile>,
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

/// Something that somebody changes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ChangeFile {
    /// When, since the beginning.
    pub at: Parsed<Span>,
    /// The Secrets that there are from then on, in place of those before.
    pub secrets: Vec<SecretFile>,
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
        let file: Self = from_tree(tree).map_err(|trouble| LoadError::from_tree(sources, trouble))?;
        for (key, found, expected) in
            [("apiVersion", &file.api_version, API_VERSION), ("kind", &file.kind, KIND)]
        {
            if found.value != expected {
                let mistake = Mistake::OtherFormat { key, found: found.value.clone(), expected };
                return Err(LoadError::at(sources, found.referenced, mistake));
            }
        }
        Ok(file)
    }
}
