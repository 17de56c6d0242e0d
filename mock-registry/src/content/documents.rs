use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::Digest;
use crate::content::{Compression, Format, Platform};

/// The media type of an empty config, and of the one layer of an artifact without layers (image specification 1.1,
/// "Guidance for an Empty Descriptor").
pub(crate) const EMPTY: &str = "application/vnd.oci.empty.v1+json";
/// The content of such a config.
pub(crate) const EMPTY_CONTENT: &[u8] = b"{}";

/// A descriptor; also an entry of an index, when it names a platform.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    pub media_type: Cow<'static, str>,
    pub digest: Digest,
    pub size: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
}

impl Descriptor {
    pub(crate) fn new(media_type: impl Into<Cow<'static, str>>, digest: Digest, size: u64) -> Self {
        Self {
            media_type: media_type.into(),
            digest,
            size,
            urls: Vec::new(),
            annotations: BTreeMap::new(),
            artifact_type: None,
            platform: None,
        }
    }
}

/// An image manifest.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ManifestDocument {
    pub schema_version: u8,
    pub media_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    pub config: Descriptor,
    pub layers: Vec<Descriptor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Descriptor>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// An index, or Docker's manifest list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IndexDocument {
    pub schema_version: u8,
    pub media_type: &'static str,
    pub manifests: Vec<Descriptor>,
}

/// The time at which every image says that it was made; digests must not depend on when a test runs.
pub(crate) const CREATED: &str = "2024-01-01T00:00:00Z";

/// An image's configuration.
#[derive(Serialize)]
pub(crate) struct ConfigDocument<'a> {
    pub created: &'static str,
    pub architecture: &'a str,
    pub os: &'a str,
    #[serde(rename = "os.version", skip_serializing_if = "Option::is_none")]
    pub os_version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<&'a str>,
    pub config: ProcessDocument,
    pub rootfs: RootDocument,
    pub history: Vec<HistoryDocument>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ProcessDocument {
    env: [&'static str; 1],
    cmd: [&'static str; 1],
}

#[derive(Serialize)]
pub(crate) struct RootDocument {
    r#type: &'static str,
    diff_ids: Vec<Digest>,
}

#[derive(Serialize)]
pub(crate) struct HistoryDocument {
    created: &'static str,
    created_by: String,
}

impl<'a> ConfigDocument<'a> {
    pub(crate) fn new(platform: &'a Platform, diff_ids: Vec<Digest>) -> Self {
        let history = (1..=diff_ids.len())
            .map(|n| HistoryDocument { created: CREATED, created_by: format!("layer {n}") })
            .collect();
        Self {
            created: CREATED,
            architecture: &platform.architecture,
            os: &platform.os,
            os_version: platform.os_version.as_deref(),
            variant: platform.variant.as_deref(),
            config: ProcessDocument {
                env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
                cmd: ["/pullsim"],
            },
            rootfs: RootDocument { r#type: "layers", diff_ids },
            history,
        }
    }
}

/// The media types of a format.
impl Format {
    pub(crate) const fn manifest(self) -> &'static str {
        match self {
            Self::Oci => "application/vnd.oci.image.manifest.v1+json",
            Self::Docker => "application/vnd.docker.distribution.manifest.v2+json",
        }
    }

    pub(crate) const fn index(self) -> &'static str {
        match self {
            Self::Oci => "application/vnd.oci.image.index.v1+json",
            Self::Docker => "application/vnd.docker.distribution.manifest.list.v2+json",
        }
    }

    pub(crate) const fn config(self) -> &'static str {
        match self {
            Self::Oci => "application/vnd.oci.image.config.v1+json",
            Self::Docker => "application/vnd.docker.container.image.v1+json",
        }
    }

    pub(crate) const fn layer(self, compression: Compression) -> &'static str {
        match (self, compression) {
            (Self::Oci, Compression::Gzip) => "application/vnd.oci.image.layer.v1.tar+gzip",
            (Self::Oci, Compression::Zstd) => "application/vnd.oci.image.layer.v1.tar+zstd",
            (Self::Oci, Compression::None) => "application/vnd.oci.image.layer.v1.tar",
            (Self::Docker, Compression::Gzip) => "application/vnd.docker.image.rootfs.diff.tar.gzip",
            (Self::Docker, Compression::Zstd) => "application/vnd.docker.image.rootfs.diff.tar.zstd",
            (Self::Docker, Compression::None) => "application/vnd.docker.image.rootfs.diff.tar",
        }
    }

    /// The type of a layer that may not be distributed.
    pub(crate) const fn foreign_layer(self, compression: Compression) -> &'static str {
        match (self, compression) {
            (Self::Oci, Compression::Gzip) => "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
            (Self::Oci, Compression::Zstd) => "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
            (Self::Oci, Compression::None) => "application/vnd.oci.image.layer.nondistributable.v1.tar",
            (Self::Docker, Compression::None) => "application/vnd.docker.image.rootfs.foreign.diff.tar",
            (Self::Docker, _) => "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
        }
    }
}
