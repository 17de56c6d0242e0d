use std::collections::BTreeMap;

use schemars::JsonSchema;
use secret::Secret;
use serde::{Deserialize, Serialize};

use crate::file::{LoginFile, Parsed, Span};
use crate::yaml::Spanned;

/// A credential plugin of the node's kubelet, and what it answers.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct PluginFile {
    /// The name of its executable.
    pub name: String,
    /// For which images it is asked. Left out where the node's own files say it, in the kubelet's
    /// `CredentialProviderConfig`.
    #[serde(default)]
    pub match_images: Vec<String>,
    /// The version of the protocol; by default `credentialprovider.kubelet.k8s.io/v1`.
    pub api_version: Option<String>,
    /// How long answers are kept that do not say it themselves, as the kubelet's configuration has it; by default `0s`.
    pub default_cache_duration: Option<String>,
    /// Whether and how it is given tokens of service accounts, word for word as in the kubelet's configuration.
    pub token_attributes: Option<TokenAttributesFile>,
    /// What it does when it is run: one after the other, the last for ever.
    pub answers: Vec<Spanned<PluginAnswerFile>>,
}

/// `tokenAttributes` of a plugin: what is left out is not in the kubelet's configuration either.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct TokenAttributesFile {
    /// For whom the token is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account_token_audience: Option<String>,
    /// `ServiceAccount` or `Token`; demanded from 1.34 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_type: Option<String>,
    /// Whether a pod without a service account is passed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_service_account: Option<bool>,
    /// Annotations without which the plugin is not asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required_service_account_annotation_keys: Vec<String>,
    /// Annotations that are handed on where they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub optional_service_account_annotation_keys: Vec<String>,
}

/// The pod's service account, as far as the node's credential plugins get to see it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ServiceAccountFile {
    /// Its name; by default `default`. Empty: the pod has none, as a static pod.
    #[serde(default = "default_account")]
    pub name: String,
    /// Its annotations.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// What the API server says when it is asked for a token and issues none.
    pub token_refused: Option<String>,
    /// Whether it is gone, though the pod names it.
    #[serde(default)]
    pub missing: bool,
}

impl Default for ServiceAccountFile {
    fn default() -> Self {
        Self { name: default_account(), annotations: BTreeMap::new(), token_refused: None, missing: false }
    }
}

fn default_account() -> String {
    "default".to_owned()
}

/// What a plugin does when it is run: a login, or `stdout` word for word, or it fails.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct PluginAnswerFile {
    /// From when on it does this, counted from the beginning; by default at the run after the answer before.
    pub from: Option<Parsed<Span>>,
    /// The user name that it gives for each of its `matchImages`, or for the image's registry.
    pub username: Option<String>,
    #[schemars(with = "Option<String>")]
    pub password: Option<Secret>,
    /// Whether it gives the token that it was given as the password.
    #[serde(default)]
    pub echo_token: bool,
    /// The logins that it gives, by pattern, where those are not its `matchImages`.
    #[serde(default)]
    pub auth: BTreeMap<String, LoginFile>,
    /// Under what the kubelet keeps the answer; by default `Registry`.
    pub cache_key_type: Option<CacheKeyWord>,
    /// How long the kubelet keeps it, as the plugin writes it: `12h`; by default it does not say.
    pub cache_duration: Option<String>,
    /// What it writes, word for word, in place of a login.
    #[schemars(with = "Option<String>")]
    pub stdout: Option<Secret>,
    /// What it complains of.
    #[serde(default)]
    pub stderr: String,
    /// The status with which it exits; by default 0.
    #[serde(default)]
    pub exit: i32,
    /// How long it takes; by default no time. The kubelet waits for a minute.
    pub delay: Option<Parsed<Span>>,
}

/// Under what the kubelet keeps an answer.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub(crate) enum CacheKeyWord {
    Image,
    Registry,
    Global,
}
