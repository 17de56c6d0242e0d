//! Media types of images, and what containerd takes them for (`containerd v2.1.9 core/images/mediatypes.go`).
//!
//! ```
//! use distribution::media_type::{self, DOCKER_MANIFEST_LIST};
//! assert!(media_type::is_index(DOCKER_MANIFEST_LIST));
//! assert!(media_type::is_layer("application/vnd.oci.image.layer.v1.tar+zstd"));
//! ```

/// Docker image manifest, schema 2.
pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// Docker manifest list.
pub const DOCKER_MANIFEST_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// Docker manifest, schema 1, signed.
pub const DOCKER_SCHEMA1_SIGNED: &str = "application/vnd.docker.distribution.manifest.v1+prettyjws";
/// Docker manifest, schema 1, unsigned.
pub const DOCKER_SCHEMA1: &str = "application/vnd.docker.distribution.manifest.v1+json";
/// Docker image configuration.
pub const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";
/// Docker layer, compressed or not.
pub const DOCKER_LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar";
/// Docker layer, gzip.
pub const DOCKER_LAYER_GZIP: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";
/// Docker layer, zstd.
pub const DOCKER_LAYER_ZSTD: &str = "application/vnd.docker.image.rootfs.diff.tar.zstd";
/// Docker layer that lies elsewhere.
pub const DOCKER_FOREIGN_LAYER: &str = "application/vnd.docker.image.rootfs.foreign.diff.tar";
/// Docker layer that lies elsewhere, gzip.
pub const DOCKER_FOREIGN_LAYER_GZIP: &str = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";

/// OCI image manifest.
pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// OCI image index.
pub const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// OCI image configuration.
pub const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
/// The empty JSON object, the configuration of artifacts.
pub const OCI_EMPTY: &str = "application/vnd.oci.empty.v1+json";
/// OCI layer, not compressed.
pub const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
/// OCI layer, gzip.
pub const OCI_LAYER_GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
/// OCI layer, zstd.
pub const OCI_LAYER_ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";
/// OCI layer, encrypted.
pub const OCI_LAYER_ENCRYPTED: &str = "application/vnd.oci.image.layer.v1.tar+encrypted";
/// OCI layer, gzip, encrypted.
pub const OCI_LAYER_GZIP_ENCRYPTED: &str = "application/vnd.oci.image.layer.v1.tar+gzip+encrypted";
/// OCI layer that may not be pushed.
pub const OCI_NONDISTRIBUTABLE_LAYER: &str = "application/vnd.oci.image.layer.nondistributable.v1.tar";
/// OCI layer that may not be pushed, gzip.
pub const OCI_NONDISTRIBUTABLE_LAYER_GZIP: &str =
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
/// OCI layer that may not be pushed, zstd.
pub const OCI_NONDISTRIBUTABLE_LAYER_ZSTD: &str =
    "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd";
/// In-toto attestation.
pub const IN_TOTO: &str = "application/vnd.in-toto+json";

const CONTAINERD_CHECKPOINT: &str = "application/vnd.containerd.container.criu.checkpoint.criu.tar";
const CONTAINERD_CHECKPOINT_CONFIG: &str = "application/vnd.containerd.container.checkpoint.config.v1+proto";

/// How the bytes of a layer are said to be compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// Perhaps; the bytes have to be looked at.
    Unknown,
    /// gzip.
    Gzip,
    /// zstd.
    Zstd,
}

/// An image manifest, not of schema 1 (`IsManifestType`).
pub fn is_manifest(media_type: &str) -> bool {
    matches!(media_type, DOCKER_MANIFEST | OCI_MANIFEST)
}

/// An index or manifest list (`IsIndexType`).
pub fn is_index(media_type: &str) -> bool {
    matches!(media_type, DOCKER_MANIFEST_LIST | OCI_INDEX)
}

/// A manifest of schema 1.
pub fn is_schema1(media_type: &str) -> bool {
    matches!(media_type, DOCKER_SCHEMA1 | DOCKER_SCHEMA1_SIGNED)
}

/// An image configuration (`IsConfigType`).
pub fn is_config(media_type: &str) -> bool {
    matches!(media_type, DOCKER_CONFIG | OCI_CONFIG)
}

/// A configuration of an image or a checkpoint (`IsKnownConfig`): these name the ingest `config-…`.
pub fn is_known_config(media_type: &str) -> bool {
    is_config(media_type) || matches!(media_type, CONTAINERD_CHECKPOINT | CONTAINERD_CHECKPOINT_CONFIG)
}

/// A layer, whatever its suffixes (`IsLayerType`).
pub fn is_layer(media_type: &str) -> bool {
    let base = media_type.split('+').next().unwrap_or_default();
    media_type.starts_with("application/vnd.oci.image.layer.")
        || matches!(
            base,
            DOCKER_LAYER
                | DOCKER_LAYER_GZIP
                | DOCKER_LAYER_ZSTD
                | DOCKER_FOREIGN_LAYER
                | DOCKER_FOREIGN_LAYER_GZIP
        )
}

/// A layer that lies elsewhere or may not be pushed (`IsNonDistributable`).
pub fn is_nondistributable(media_type: &str) -> bool {
    media_type.starts_with("application/vnd.oci.image.layer.nondistributable.")
        || media_type.starts_with("application/vnd.docker.image.rootfs.foreign.")
}

/// An encrypted layer.
pub fn is_encrypted(media_type: &str) -> bool {
    is_layer(media_type) && media_type.split('+').skip(1).any(|suffix| suffix == "encrypted")
}

/// An attestation (`IsAttestationType`).
pub fn is_attestation(media_type: &str) -> bool {
    media_type == IN_TOTO
}

/// How a layer's bytes are compressed, None for what is no layer diff (`DiffCompression`).
pub fn diff_compression(media_type: &str) -> Option<Compression> {
    let (base, suffixes) = media_type.split_once('+').unwrap_or((media_type, ""));
    let wrapped = !suffixes.is_empty();
    Some(match base {
        DOCKER_LAYER | DOCKER_FOREIGN_LAYER if !wrapped => Compression::Unknown,
        DOCKER_LAYER_GZIP | DOCKER_FOREIGN_LAYER_GZIP if !wrapped => Compression::Gzip,
        DOCKER_LAYER_ZSTD if !wrapped => Compression::Zstd,
        DOCKER_LAYER
        | DOCKER_FOREIGN_LAYER
        | DOCKER_LAYER_GZIP
        | DOCKER_FOREIGN_LAYER_GZIP
        | DOCKER_LAYER_ZSTD => Compression::None,
        // Upstream sorts the suffixes and looks at the last one.
        OCI_LAYER | OCI_NONDISTRIBUTABLE_LAYER => match suffixes.split('+').max() {
            Some("gzip") => Compression::Gzip,
            Some("zstd") => Compression::Zstd,
            _ => Compression::None,
        },
        _ => return None,
    })
}
