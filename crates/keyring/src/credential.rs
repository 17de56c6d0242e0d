use std::fmt;

use secret::Secret;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// Where a credential comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Provenance {
    /// A Secret named in the pod's `imagePullSecrets`.
    PullSecret {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// Its UID; empty when it was read from a file that holds none.
        uid: String,
    },
    /// A configuration file of a Docker client, taken in place of a Secret made of it.
    ConfigFile {
        /// The file as the user named it; `-` is standard input.
        path: String,
    },
    /// One of the kubelet's own files on the node.
    NodeFile {
        /// The file's path on the node.
        path: String,
    },
    /// A credential provider plugin of the kubelet.
    Plugin {
        /// The name in the kubelet's configuration.
        name: String,
    },
    /// A credential provider plugin that was called for the pod's service account.
    ServiceAccount {
        /// The plugin's name in the kubelet's configuration.
        plugin: String,
        /// The account's namespace.
        namespace: String,
        /// The account's name.
        name: String,
        /// The account's UID; empty when unknown.
        uid: String,
    },
    /// Given outright, past the keyring.
    Given,
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PullSecret { namespace, name, uid } if uid.is_empty() => {
                write!(f, "secret {namespace}/{name}")
            }
            Self::PullSecret { namespace, name, uid } => write!(f, "secret {namespace}/{name} {uid}"),
            Self::ConfigFile { path } if path == "-" => f.write_str("standard input"),
            Self::ConfigFile { path } => write!(f, "file {path}"),
            Self::NodeFile { path } => write!(f, "node file {path}"),
            Self::Plugin { name } => write!(f, "plugin {name}"),
            Self::ServiceAccount { plugin, namespace, name, .. } => {
                write!(f, "plugin {plugin} for service account {namespace}/{name}")
            }
            Self::Given => f.write_str("given"),
        }
    }
}

/// One entry of a keyring: what the kubelet hands to the runtime.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Credential {
    /// The user name; may be empty.
    pub username: String,
    /// The password; may be empty.
    pub password: Secret,
    /// The e-mail address. It is never sent, but counts in [`Credential::hash`].
    pub email: String,
    /// The key in the keyring, `host[:port][/path]`.
    pub key: String,
    /// The key as the document has it, for instance `https://index.docker.io/v1/`.
    pub written_key: String,
    /// Where the entry comes from.
    pub provenance: Provenance,
}

impl Credential {
    /// Whether there is neither user name nor password. Such an entry still counts as a match: the runtime gets an
    /// empty `AuthConfig` rather than none.
    pub fn is_empty(&self) -> bool {
        self.username.is_empty() && self.password.expose().is_empty()
    }

    /// The hash by which the kubelet compares credentials without keeping them: SHA-256 of Go's JSON of the
    /// `AuthConfig`, empty fields left out (`kubernetes pkg/credentialprovider/keyring.go hashAuthConfig`, from 1.33).
    pub fn hash(&self) -> String {
        let fields = [
            ("username", self.username.as_str()),
            ("password", self.password.expose().as_str()),
            ("email", self.email.as_str()),
        ];
        let members: Vec<String> = fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("\"{name}\":{}", gostd::json::encode_string(value)))
            .collect();
        hex::encode(Sha256::digest(format!("{{{}}}", members.join(","))))
    }
}
