//! The scenario file as it is written: `apiVersion: pullsim/v1`, `kind: Scenario`.

mod host;
mod node;
mod values;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_saphyr::Spanned;

pub(crate) use host::{
    AuthFile, CertificateWord, ConnectionFile, EndWord, FaultWord, FormatWord, HostFile, ImageFile, RuleFile,
};
pub(crate) use node::{AccountFile, FirewallAction, FirewallFile, NodeFile, SecretFile};
pub(crate) use values::{Names, Parsed, Size, Span};

use crate::LoadError;
use crate::error::Mistake;

/// The `apiVersion` that is read here.
pub(crate) const API_VERSION: &str = "pullsim/v1";
/// The `kind` that is read here.
pub(crate) const KIND: &str = "Scenario";

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ScenarioFile {
    pub api_version: Spanned<String>,
    pub kind: Spanned<String>,
    /// What happens, in a line.
    pub title: String,
    /// How somebody comes to be there, in a few.
    #[serde(default)]
    pub story: String,
    /// The date in this world.
    pub now: Parsed<Timestamp>,
    /// The image that the pod wants.
    pub image: String,
    #[serde(default)]
    pub node: NodeFile,
    #[serde(default)]
    pub hosts: BTreeMap<String, Spanned<HostFile>>,
    /// What the name server says, where that is not the addresses of the hosts.
    #[serde(default)]
    pub dns: BTreeMap<String, Names>,
    #[serde(default)]
    pub firewall: Vec<FirewallFile>,
    #[serde(default)]
    pub secrets: Vec<SecretFile>,
}

impl ScenarioFile {
    /// Reads the text of the file called `name`.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, LoadError> {
        let options = serde_saphyr::options! { with_snippet: false, strict_booleans: true };
        let file: Self = serde_saphyr::from_str_with_options(text, options)
            .map_err(|error| LoadError::from_yaml(name, text, &error))?;
        for (key, found, expected) in
            [("apiVersion", &file.api_version, API_VERSION), ("kind", &file.kind, KIND)]
        {
            if found.value != expected {
                let mistake = Mistake::OtherFormat { key, found: found.value.clone(), expected };
                return Err(LoadError::at(name, text, found.referenced, mistake));
            }
        }
        Ok(file)
    }
}
