use std::collections::BTreeMap;
use std::fmt;

use secret::Secret;

use crate::Provenance;

/// The `type` of a Secret, as far as the kubelet looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretType {
    /// `kubernetes.io/dockerconfigjson`
    DockerConfigJson,
    /// `kubernetes.io/dockercfg`, the older form.
    DockerCfg,
    /// Any other: the kubelet ignores it.
    Other(String),
}

impl SecretType {
    /// The type of this name.
    pub fn from_name(name: &str) -> Self {
        match name {
            "kubernetes.io/dockerconfigjson" => Self::DockerConfigJson,
            "kubernetes.io/dockercfg" => Self::DockerCfg,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The name in the API.
    pub fn name(&self) -> &str {
        match self {
            Self::DockerConfigJson => "kubernetes.io/dockerconfigjson",
            Self::DockerCfg => "kubernetes.io/dockercfg",
            Self::Other(name) => name,
        }
    }

    /// The key of the data that the kubelet reads for this type; none for a type that it ignores.
    pub const fn data_key(&self) -> Option<&'static str> {
        match self {
            Self::DockerConfigJson => Some(".dockerconfigjson"),
            Self::DockerCfg => Some(".dockercfg"),
            Self::Other(_) => None,
        }
    }
}

impl fmt::Display for SecretType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A Secret that a pod names in `imagePullSecrets`, its data decoded from base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullSecret {
    /// The namespace.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The UID; empty when unknown.
    pub uid: String,
    /// The type.
    pub secret_type: SecretType,
    /// The data.
    pub data: BTreeMap<String, Secret<Vec<u8>>>,
    /// What its credentials will say of where they come from.
    pub provenance: Provenance,
}

impl PullSecret {
    /// A Secret without data.
    pub fn new(namespace: &str, name: &str, uid: &str, secret_type: SecretType) -> Self {
        let provenance =
            Provenance::PullSecret { namespace: namespace.into(), name: name.into(), uid: uid.into() };
        let (namespace, name, uid) = (namespace.to_owned(), name.to_owned(), uid.to_owned());
        Self { namespace, name, uid, secret_type, data: BTreeMap::new(), provenance }
    }

    /// A Secret of type `kubernetes.io/dockerconfigjson` with this document.
    pub fn docker_config_json(namespace: &str, name: &str, document: impl Into<Vec<u8>>) -> Self {
        Self::new(namespace, name, "", SecretType::DockerConfigJson).with(".dockerconfigjson", document)
    }

    /// The same Secret with one more key of data.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Vec<u8>>) -> Self {
        self.data.insert(key.to_owned(), Secret::new(value.into()));
        self
    }
}
