//! Manifests and indexes, decoded as containerd decodes them (`containerd v2.1.9 core/images/image.go`).

use gostd::json::{self, Place, Reader, Value, parse};

use crate::{Descriptor, media_type};

/// An image manifest (`ocispec.Manifest`), and the bytes that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The bytes as they came: their digest is the manifest's.
    pub raw: Vec<u8>,
    /// The media type that the document gives itself; may be empty.
    pub media_type: String,
    /// The kind of artifact.
    pub artifact_type: String,
    /// The image's configuration.
    pub config: Descriptor,
    /// The layers, lowest first.
    pub layers: Vec<Descriptor>,
    /// What this manifest says something about.
    pub subject: Option<Descriptor>,
    /// Annotations in the order in which they were written.
    pub annotations: Vec<(String, String)>,
}

/// An image index or manifest list (`ocispec.Index`), and the bytes that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// The bytes as they came: their digest is the index's.
    pub raw: Vec<u8>,
    /// The media type that the document gives itself; may be empty.
    pub media_type: String,
    /// The kind of artifact.
    pub artifact_type: String,
    /// The manifests, in their order.
    pub manifests: Vec<Descriptor>,
    /// Annotations in the order in which they were written.
    pub annotations: Vec<(String, String)>,
}

/// Why a document is not what its descriptor says (`validateMediaType`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// It is no JSON, or has values of the wrong type.
    #[error(transparent)]
    Json(#[from] json::Error),
    /// It has `fsLayers`.
    #[error("media-type: schema 1 not supported")]
    Schema1,
    /// It was announced as a manifest and is an index.
    #[error("media-type: expected manifest but found index ({media_type})")]
    IndexForManifest {
        /// The media type of the descriptor.
        media_type: String,
    },
    /// It was announced as an index and is a manifest.
    #[error("media-type: expected index but found manifest ({media_type})")]
    ManifestForIndex {
        /// The media type of the descriptor.
        media_type: String,
    },
}

/// Whether a document is what the media type of its descriptor says.
///
/// # Errors
/// [`ManifestError`] in containerd's words, without its prefix `children: invalid desc …: `.
pub fn validate_media_type(raw: &[u8], announced: &str) -> Result<(), ManifestError> {
    let document = parse(raw)?;
    let mut reader = Reader::new();
    let place = Place { go_struct: "", field: "", go_type: "images.unknownDocument" };
    let object = reader.object(Some(&document), place);
    let place = Place { go_struct: "unknownDocument", field: "mediaType", go_type: "string" };
    let own = reader.string(document.field("mediaType"), place);
    reader.finish()?;
    // Go keeps these as raw bytes, so that even `null` counts as present.
    let has = |name| object.is_some_and(|o| o.field(name).is_some());
    if has("fsLayers") {
        return Err(ManifestError::Schema1);
    }
    let media_type = announced.to_owned();
    if media_type::is_manifest(announced) && (has("manifests") || media_type::is_index(&own)) {
        return Err(ManifestError::IndexForManifest { media_type });
    }
    if media_type::is_index(announced) && (has("config") || has("layers") || media_type::is_manifest(&own)) {
        return Err(ManifestError::ManifestForIndex { media_type });
    }
    Ok(())
}

impl Manifest {
    /// Decodes a manifest as `json.Unmarshal` into `ocispec.Manifest` does; what is missing is empty.
    ///
    /// # Errors
    /// Go's verdict on the JSON.
    pub fn decode(raw: impl Into<Vec<u8>>) -> Result<Self, json::Error> {
        let raw = raw.into();
        let document = parse(&raw)?;
        let mut reader = Reader::new();
        let root = Place { go_struct: "", field: "", go_type: "v1.Manifest" };
        let object = reader.object(Some(&document), root).unwrap_or(&Value::Null);
        let at = |field, go_type| Place { go_struct: "Manifest", field, go_type };
        check_version(&mut reader, object, at);
        let manifest = Self {
            media_type: reader.string(object.field("mediaType"), at("mediaType", "string")),
            artifact_type: reader.string(object.field("artifactType"), at("artifactType", "string")),
            config: Descriptor::read(&mut reader, object.field("config"), at("config", "v1.Descriptor")),
            layers: Descriptor::read_list(&mut reader, object.field("layers"), at("layers", "")),
            subject: object
                .field("subject")
                .filter(|subject| !subject.is_null())
                .map(|subject| Descriptor::read(&mut reader, Some(subject), at("subject", "v1.Descriptor"))),
            annotations: reader
                .string_map(object.field("annotations"), at("annotations", "map[string]string")),
            raw: Vec::new(),
        };
        reader.finish()?;
        Ok(Self { raw, ..manifest })
    }
}

impl Index {
    /// Decodes an index as `json.Unmarshal` into `ocispec.Index` does; what is missing is empty.
    ///
    /// # Errors
    /// Go's verdict on the JSON.
    pub fn decode(raw: impl Into<Vec<u8>>) -> Result<Self, json::Error> {
        let raw = raw.into();
        let document = parse(&raw)?;
        let mut reader = Reader::new();
        let root = Place { go_struct: "", field: "", go_type: "v1.Index" };
        let object = reader.object(Some(&document), root).unwrap_or(&Value::Null);
        let at = |field, go_type| Place { go_struct: "Index", field, go_type };
        check_version(&mut reader, object, at);
        let index = Self {
            media_type: reader.string(object.field("mediaType"), at("mediaType", "string")),
            artifact_type: reader.string(object.field("artifactType"), at("artifactType", "string")),
            manifests: Descriptor::read_list(&mut reader, object.field("manifests"), at("manifests", "")),
            annotations: reader
                .string_map(object.field("annotations"), at("annotations", "map[string]string")),
            raw: Vec::new(),
        };
        reader.finish()?;
        Ok(Self { raw, ..index })
    }
}

/// The number is in an embedded struct, whose name stands in the path since Go 1.24; its value is never looked at.
fn check_version<'p>(
    reader: &mut Reader,
    object: &Value,
    at: impl Fn(&'static str, &'static str) -> Place<'p>,
) {
    reader.int(object.field("schemaVersion"), at("Versioned.schemaVersion", "int"));
}
