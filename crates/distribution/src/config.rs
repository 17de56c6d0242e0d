//! The image configuration.

use gostd::json::{self, Place, Reader, Value, parse};

use crate::Platform;

/// What of an image's configuration (`ocispec.Image`) matters for pulling and starting it, and the bytes that it
/// was read from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageConfig {
    /// The bytes as they came: their digest is the image's identifier.
    pub raw: Vec<u8>,
    /// The platform that the image was made for, as written.
    pub platform: Platform,
    /// `layers` in every image there is.
    pub rootfs_type: String,
    /// The digests of the uncompressed layers, lowest first, as written.
    pub diff_ids: Vec<String>,
    /// The user that the image's process runs as.
    pub user: String,
    /// Labels in the order in which they were written.
    pub labels: Vec<(String, String)>,
}

impl ImageConfig {
    /// Decodes a configuration as `json.Unmarshal` into `ocispec.Image` does; what is missing is empty. The times
    /// in it are not judged.
    ///
    /// # Errors
    /// Go's verdict on the JSON.
    pub fn decode(raw: impl Into<Vec<u8>>) -> Result<Self, json::Error> {
        let raw = raw.into();
        let document = parse(&raw)?;
        let mut reader = Reader::new();
        let root = Place { go_struct: "", field: "", go_type: "v1.Image" };
        let object = reader.object(Some(&document), root).unwrap_or(&Value::Null);
        let at = |go_struct, field, go_type| Place { go_struct, field, go_type };
        reader.string(object.field("author"), at("Image", "author", "string"));
        let platform = Platform::read_fields(&mut reader, object, "Image", "Platform.");
        let run = reader
            .object(object.field("config"), at("Image", "config", "v1.ImageConfig"))
            .unwrap_or(&Value::Null);
        let rootfs =
            reader.object(object.field("rootfs"), at("Image", "rootfs", "v1.RootFS")).unwrap_or(&Value::Null);
        let run_at = |field, go_type| at("ImageConfig", field, go_type);
        reader.strings(run.field("Env"), run_at("config.Env", "[]string"));
        reader.strings(run.field("Entrypoint"), run_at("config.Entrypoint", "[]string"));
        reader.strings(run.field("Cmd"), run_at("config.Cmd", "[]string"));
        let config = Self {
            raw: Vec::new(),
            platform,
            user: reader.string(run.field("User"), run_at("config.User", "string")),
            labels: reader.string_map(run.field("Labels"), run_at("config.Labels", "map[string]string")),
            rootfs_type: reader.string(rootfs.field("type"), at("RootFS", "rootfs.type", "string")),
            diff_ids: reader
                .strings(rootfs.field("diff_ids"), at("RootFS", "rootfs.diff_ids", "[]digest.Digest")),
        };
        reader.finish()?;
        Ok(Self { raw, ..config })
    }
}
