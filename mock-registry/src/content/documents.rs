use serde::Serialize;

use crate::Digest;
use crate::content::{Format, Platform};

/// A descriptor; also an entry of an index, when it names a platform.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    pub media_type: &'static str,
    pub digest: Digest,
    pub size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
}

/// An image manifest.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ManifestDocument {
    pub schema_version: u8,
    pub media_type: &'static str,
    pub config: Descriptor,
    pub layers: Vec<Descriptor>,
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
const CREATED: &str = "2024-01-01T00:00:00Z";

/// An image's configuration.
#[derive(Serialize)]
pub(crate) struct ConfigDocument<'a> {
    pub created: &'static str,
    pub architecture: &'a str,
    pub os: &'a str,
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

    pub(crate) const fn layer(self, gzip: bool) -> &'static str {
        match (self, gzip) {
            (Self::Oci, true) => "application/vnd.oci.image.layer.v1.tar+gzip",
            (Self::Oci, false) => "application/vnd.oci.image.layer.v1.tar",
            (Self::Docker, true) => "application/vnd.docker.image.rootfs.diff.tar.gzip",
            (Self::Docker, false) => "application/vnd.docker.image.rootfs.diff.tar",
        }
    }
}
