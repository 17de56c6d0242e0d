//! Schema 1 (cri-o@f954a17:vendor/go.podman.io/image/v5/manifest/docker_schema1.go).

use distribution::Descriptor;
use gostd::json::{self, Place, Reader, Value};
use gostd::strconv;

use super::super::error::{Error, Result};

/// A manifest of schema 1, as it is written: the highest layer first.
pub(super) struct Schema1 {
    /// `schemaVersion`
    pub(super) version: i64,
    /// The digest of each layer.
    blobs: Vec<String>,
    /// What the history has on each, which is JSON in a string.
    history: Vec<String>,
}

/// What an entry of the history says of its layer.
struct Compatibility {
    id: String,
    parent: String,
}

impl Schema1 {
    pub(super) fn decode(bytes: &[u8]) -> Result<Self> {
        let told = |error: json::Error| Error::plain(error.to_string());
        let document = json::parse(bytes).map_err(told)?;
        let mut reader = Reader::new();
        let root = Place { go_struct: "", field: "", go_type: "manifest.Schema1" };
        let object = reader.object(Some(&document), root).unwrap_or(&Value::Null);
        let at = |field, go_type| Place { go_struct: "Schema1", field, go_type };
        for name in ["name", "tag", "architecture"] {
            reader.string(object.field(name), at(name, "string"));
        }
        let (mut blobs, mut history) = (Vec::new(), Vec::new());
        let list = at("fsLayers", "[]manifest.Schema1FSLayers");
        for entry in reader.array(object.field("fsLayers"), list) {
            let entry = reader.object(Some(entry), at("fsLayers", "manifest.Schema1FSLayers"));
            let place =
                Place { go_struct: "Schema1FSLayers", field: "fsLayers.blobSum", go_type: "digest.Digest" };
            blobs.push(reader.string(entry.and_then(|entry| entry.field("blobSum")), place));
        }
        let list = at("history", "[]manifest.Schema1History");
        for entry in reader.array(object.field("history"), list) {
            let entry = reader.object(Some(entry), at("history", "manifest.Schema1History"));
            let place =
                Place { go_struct: "Schema1History", field: "history.v1Compatibility", go_type: "string" };
            history.push(reader.string(entry.and_then(|entry| entry.field("v1Compatibility")), place));
        }
        let version = reader.int(object.field("schemaVersion"), at("schemaVersion", "int"));
        reader.finish().map_err(told)?;
        Ok(Self { version, blobs, history })
    }

    /// `initialize`, `fixManifestLayers`, `LayerInfos`: lowest first.
    pub(super) fn layers(self) -> Result<Vec<Descriptor>> {
        if self.blobs.len() != self.history.len() {
            return Err(Error::plain("length of history not equal to number of layers"));
        }
        if self.blobs.is_empty() {
            return Err(Error::plain("no FSLayers in manifest"));
        }
        let mut all = Vec::new();
        for (index, (digest, text)) in std::iter::zip(self.blobs, self.history).enumerate() {
            let parsed = json::parse(text.as_bytes()).map_err(|error| {
                Error::plain(error.to_string()).context(format!("parsing v2s1 history entry {index}"))
            })?;
            let field =
                |name: &str| parsed.field(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            all.push((digest, Compatibility { id: field("id"), parent: field("parent") }));
        }
        check(&all)?;
        all.reverse();
        all.dedup_by(|upper, lower| upper.1.id == lower.1.id);
        let layer =
            |(digest, _): (String, Compatibility)| Descriptor { digest, size: -1, ..Descriptor::default() };
        Ok(all.into_iter().map(layer).collect())
    }
}

fn check(all: &[(String, Compatibility)]) -> Result<()> {
    let is_id = |id: &str| id.len() == 64 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if let Some((_, one)) = all.iter().find(|(_, one)| !is_id(&one.id)) {
        return Err(Error::plain(format!("image ID {} is invalid", strconv::quote(&one.id))));
    }
    if all.last().is_some_and(|(_, base)| !base.parent.is_empty()) {
        return Err(Error::plain("Invalid parent ID in the base layer of the image"));
    }
    for (index, (_, one)) in all.iter().enumerate() {
        let earlier = all[..index].iter().rev().skip(1).any(|(_, other)| other.id == one.id);
        if earlier && all[index - 1].1.id != one.id {
            return Err(Error::plain(format!("ID {} appears multiple times in manifest", one.id)));
        }
    }
    for pair in all.windows(2) {
        let (upper, lower) = (&pair[0].1, &pair[1].1);
        if upper.id != lower.id && upper.parent != lower.id {
            let said =
                format!("Invalid parent ID. Expected {}, got {}", lower.id, strconv::quote(&upper.parent));
            return Err(Error::plain(said));
        }
    }
    Ok(())
}
