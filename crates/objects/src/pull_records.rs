use std::collections::BTreeMap;

use kubelet::{Coordinates, PulledRecord, RecordedCredentials, RecordedSecret, Version};
use serde::Deserialize;

const GROUP: &str = "kubelet.config.k8s.io";

/// A file below the kubelet's `image_manager`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PullRecordFile {
    /// `ImagePullIntent`: an image, as written in the pod, whose pull had begun.
    Intent(String),
    /// `ImagePulledRecord`: the runtime's name of an image, and who may have it.
    Pulled(String, PulledRecord),
}

/// Why a kubelet cannot decode such a file: it is decoded strictly.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It is no JSON, or has other fields or types.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// It is of another kind.
    #[error("kind {kind:?} of {version:?} in place of {wanted}")]
    Kind {
        /// Its kind.
        kind: String,
        /// Its version.
        version: String,
        /// The kind that belongs there.
        wanted: &'static str,
    },
    /// A later kubelet wrote it.
    #[error("no kind {kind:?} is registered for version {version:?} in this kubelet")]
    Version {
        /// Its kind.
        kind: String,
        /// Its version.
        version: String,
    },
    /// Its date is none.
    #[error("lastUpdatedTime is no date")]
    Date,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    kind: Option<String>,
    api_version: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct IntentFile {
    #[serde(rename = "kind")]
    _kind: Option<String>,
    #[serde(rename = "apiVersion")]
    _api_version: Option<String>,
    image: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PulledFile {
    #[serde(rename = "kind")]
    _kind: Option<String>,
    #[serde(rename = "apiVersion")]
    _api_version: Option<String>,
    last_updated_time: Option<String>,
    image_ref: Option<String>,
    credential_mapping: Option<BTreeMap<String, CredentialsFile>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CredentialsFile {
    kubernetes_secrets: Option<Vec<ObjectFile>>,
    kubernetes_service_accounts: Option<Vec<ObjectFile>>,
    node_pods_accessible: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ObjectFile {
    uid: Option<String>,
    namespace: Option<String>,
    name: Option<String>,
    credential_hash: Option<String>,
}

/// Reads a file of `image_manager/pulling` or `image_manager/pulled` as the kubelet of this version does
/// (`kubernetes pkg/kubelet/images/pullmanager/fs_pullrecords.go@994387623 decodeIntent, decodePulledRecord`;
/// `kubernetes/kubelet` v0.33.0 to v0.35.0 `config/v1alpha1/types.go`, `config/v1beta1/types.go`: service accounts are known
/// from 1.34 on, `v1beta1` from 1.35 on).
///
/// ```
/// use objects::{PullRecordFile, read_pull_record};
///
/// let text = br#"{"kind":"ImagePullIntent","apiVersion":"kubelet.config.k8s.io/v1alpha1","image":"r.test/app:v1"}"#;
/// let read = read_pull_record(text, "ImagePullIntent", kubelet::Version::NEWEST)?;
/// assert_eq!(read, PullRecordFile::Intent("r.test/app:v1".to_owned()));
/// # Ok::<(), objects::RecordError>(())
/// ```
///
/// # Errors
/// [`RecordError`]: the kubelet cannot decode it either.
pub fn read_pull_record(
    content: &[u8],
    wanted: &'static str,
    version: Version,
) -> Result<PullRecordFile, RecordError> {
    let Header { kind, api_version } = serde_json::from_slice(content)?;
    let (kind, api_version) = (kind.unwrap_or_default(), api_version.unwrap_or_default());
    let known = match api_version.strip_prefix(GROUP).and_then(|rest| rest.strip_prefix('/')) {
        Some("v1alpha1") => true,
        Some("v1beta1") => version.minor() >= 35,
        _ => return Err(RecordError::Kind { kind, version: api_version, wanted }),
    };
    if kind != wanted {
        return Err(RecordError::Kind { kind, version: api_version, wanted });
    }
    if !known {
        return Err(RecordError::Version { kind, version: api_version });
    }
    if wanted == "ImagePullIntent" {
        let file: IntentFile = serde_json::from_slice(content)?;
        return Ok(PullRecordFile::Intent(file.image.unwrap_or_default()));
    }
    let file: PulledFile = serde_json::from_slice(content)?;
    if file.last_updated_time.is_some_and(|date| date.parse::<jiff::Timestamp>().is_err()) {
        return Err(RecordError::Date);
    }
    let mapping = file.credential_mapping.unwrap_or_default().into_iter();
    let mapping = mapping.map(|(image, known)| Ok((image, known.read(version)?)));
    let record = PulledRecord { credential_mapping: mapping.collect::<Result<_, RecordError>>()? };
    Ok(PullRecordFile::Pulled(file.image_ref.unwrap_or_default(), record))
}

impl CredentialsFile {
    fn read(self, version: Version) -> Result<RecordedCredentials, RecordError> {
        if self.kubernetes_service_accounts.is_some() && version.minor() < 34 {
            let unknown = serde::de::Error::unknown_field("kubernetesServiceAccounts", &[]);
            return Err(RecordError::Json(unknown));
        }
        let secrets = self.kubernetes_secrets.unwrap_or_default().into_iter().map(|secret| RecordedSecret {
            hash: secret.credential_hash.clone().unwrap_or_default(),
            coordinates: secret.coordinates(),
        });
        let accounts = self.kubernetes_service_accounts.unwrap_or_default().into_iter();
        Ok(RecordedCredentials {
            node_pods_accessible: self.node_pods_accessible.unwrap_or_default(),
            secrets: secrets.collect(),
            service_accounts: accounts.map(ObjectFile::coordinates).collect(),
        })
    }
}

impl ObjectFile {
    fn coordinates(self) -> Coordinates {
        let text = Option::unwrap_or_default;
        Coordinates { namespace: text(self.namespace), name: text(self.name), uid: text(self.uid) }
    }
}
