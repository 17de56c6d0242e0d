use std::fmt;

use serde::Serialize;

use crate::{DockerConfig, DocumentError, Keyring, Provenance, PullSecret, SecretType};

/// A keyring made of Secrets, with those that it could not use.
#[derive(Clone, Debug, Default)]
pub struct SecretsKeyring {
    /// The entries of all usable Secrets.
    pub keyring: Keyring,
    /// The Secrets that the kubelet passed over in silence.
    pub skipped: Vec<SkippedSecret>,
}

/// A Secret that the kubelet passes over in silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SkippedSecret {
    /// The Secret.
    pub provenance: Provenance,
    /// Why it does not count.
    pub reason: SkipReason,
}

/// Why a Secret does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum SkipReason {
    /// Its type is not one of the two that the kubelet knows.
    WrongType {
        /// The type.
        secret_type: String,
    },
    /// The key that belongs to its type is missing or empty.
    NoData {
        /// The type.
        secret_type: String,
        /// The key.
        key: &'static str,
    },
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongType { secret_type } => write!(f, "type {secret_type}: the kubelet ignores it"),
            Self::NoData { secret_type, key } => {
                write!(f, "type {secret_type} without data under {key:?}: the kubelet ignores it")
            }
        }
    }
}

/// A Secret whose document the kubelet cannot read. One such Secret disables all Secrets of the pod, and the pull.
/// `Display` gives the kubelet's words; see [`DocumentError`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct MalformedSecret {
    /// The Secret.
    pub provenance: Provenance,
    /// The key of its data.
    pub key: &'static str,
    /// What is wrong with the document.
    pub error: Box<DocumentError>,
}

/// Makes a keyring of a pod's Secrets, in their order
/// (`kubernetes v1.28.7 pkg/credentialprovider/secrets/secrets.go MakeDockerKeyring`).
///
/// # Errors
/// The first Secret that cannot be read.
pub fn from_secrets(secrets: &[PullSecret]) -> Result<SecretsKeyring, MalformedSecret> {
    let mut made = SecretsKeyring::default();
    for secret in secrets {
        match read(secret)? {
            Ok(config) => made.keyring.add(&config, &secret.provenance),
            Err(reason) => {
                made.skipped.push(SkippedSecret { provenance: secret.provenance.clone(), reason });
            }
        }
    }
    Ok(made)
}

fn read(secret: &PullSecret) -> Result<Result<DockerConfig, SkipReason>, MalformedSecret> {
    let secret_type = secret.secret_type.name().to_owned();
    let Some(key) = secret.secret_type.data_key() else {
        return Ok(Err(SkipReason::WrongType { secret_type }));
    };
    let document = match secret.data.get(key) {
        Some(document) if !document.expose().is_empty() => document.expose(),
        _ => return Ok(Err(SkipReason::NoData { secret_type, key })),
    };
    let config = match secret.secret_type {
        SecretType::DockerCfg => DockerConfig::from_dockercfg(document),
        _ => DockerConfig::from_docker_config_json(document),
    };
    let malformed =
        |error| MalformedSecret { provenance: secret.provenance.clone(), key, error: Box::new(error) };
    config.map(Ok).map_err(malformed)
}
