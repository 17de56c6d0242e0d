//! Descriptors: media type, digest and size of some content.

use gostd::json::{Place, Reader, Value};

use crate::{Digest, DigestError, Platform};

/// `ocispec.Descriptor` as Go decodes it: what is missing is empty, and the digest is text that nobody has judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Descriptor {
    /// The media type; may be empty.
    pub media_type: String,
    /// The digest, as written.
    pub digest: String,
    /// The size in bytes, as written: may be wrong or negative.
    pub size: i64,
    /// Where the content lies besides the registry.
    pub urls: Vec<String>,
    /// Annotations in the order in which they were written.
    pub annotations: Vec<(String, String)>,
    /// The content itself, when it is embedded.
    pub data: Vec<u8>,
    /// The platform, in an index.
    pub platform: Option<Platform>,
    /// The kind of artifact.
    pub artifact_type: String,
}

impl Descriptor {
    /// The digest, judged.
    ///
    /// # Errors
    /// go-digest's verdict.
    pub fn parse_digest(&self) -> Result<Digest, DigestError> {
        self.digest.parse()
    }

    /// The annotation of that name.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Reads one; `path` is the JSON path of the value, for Go's words about wrong types.
    pub(crate) fn read(reader: &mut Reader, value: Option<&Value>, outer: Place<'_>) -> Self {
        let Some(object) = reader.object(value, outer) else { return Self::default() };
        let field = |name: &'static str| object.field(name);
        let path = |name: &str| format!("{}.{name}", outer.field);
        let at = |field: &str, go_type: &str, read: &mut dyn FnMut(Place<'_>)| {
            read(Place { go_struct: "Descriptor", field: &path(field), go_type });
        };
        let mut descriptor = Self::default();
        let d = &mut descriptor;
        at("mediaType", "string", &mut |p| d.media_type = reader.string(field("mediaType"), p));
        at("digest", "digest.Digest", &mut |p| d.digest = reader.string(field("digest"), p));
        at("size", "int64", &mut |p| d.size = reader.int(field("size"), p));
        at("urls", "[]string", &mut |p| d.urls = reader.strings(field("urls"), p));
        at("annotations", "map[string]string", &mut |p| {
            d.annotations = reader.string_map(field("annotations"), p);
        });
        at("data", "[]uint8", &mut |p| d.data = reader.bytes(field("data"), p));
        at("platform", "v1.Platform", &mut |p| d.platform = Platform::read(reader, field("platform"), p));
        at("artifactType", "string", &mut |p| d.artifact_type = reader.string(field("artifactType"), p));
        descriptor
    }

    /// Reads a list of them.
    pub(crate) fn read_list(reader: &mut Reader, value: Option<&Value>, outer: Place<'_>) -> Vec<Self> {
        let element = Place { go_type: "v1.Descriptor", ..outer };
        let elements = reader.array(value, Place { go_type: "[]v1.Descriptor", ..outer });
        elements.iter().map(|value| Self::read(reader, Some(value), element)).collect()
    }
}
