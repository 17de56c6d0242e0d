//! The images of the recordings, by the names that the recordings use.
//!
//! The bytes are made here. A recording never holds a digest of them, so it does no harm when a compressor other than
//! the recorded one gives other bytes.

use std::collections::{BTreeMap, HashMap};
use std::io::{Read as _, Write as _};
use std::sync::LazyLock;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::images;

/// A piece of content.
pub(crate) struct Blob {
    pub(crate) name: String,
    pub(crate) data: Vec<u8>,
    pub(crate) media_type: String,
    pub(crate) digest: String,
}

/// All content.
#[derive(Default)]
pub(crate) struct Content {
    pub(crate) by_name: HashMap<String, Blob>,
    /// Names in the order in which they were made; the first of two with the same bytes names their digest.
    pub(crate) order: Vec<String>,
    /// Digest → name.
    pub(crate) names: BTreeMap<String, String>,
    /// Diff and chain ids → `{DIFFID:layer}`, `{CHAINID:layer+layer}`.
    pub(crate) diffs: BTreeMap<String, String>,
}

pub(crate) static CONTENT: LazyLock<Content> = LazyLock::new(|| {
    let mut content = images::build();
    content.name_diffs();
    content
});

pub(crate) fn sha256(data: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(data)))
}

pub(crate) fn gzip(data: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn tar(path: &str, data: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.set_size(data.len() as u64);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_data(&mut header, path, data).unwrap();
    let mut bytes = archive.into_inner().unwrap();
    // As tar(1) does, in blocks of twenty records.
    bytes.resize(bytes.len().next_multiple_of(10_240), 0);
    bytes
}

/// Bytes that no compressor makes smaller.
pub(crate) fn noise(count: usize, seed: &str) -> Vec<u8> {
    let mut block: [u8; 32] = Sha256::digest(seed).into();
    let mut out = Vec::with_capacity(count + 32);
    while out.len() < count {
        out.extend(block);
        block = Sha256::digest(block).into();
    }
    out.truncate(count);
    out
}

impl Content {
    pub(crate) fn add(&mut self, name: &str, data: Vec<u8>, media_type: &str) {
        let digest = sha256(&data);
        self.names.entry(digest.clone()).or_insert_with(|| name.to_owned());
        self.order.push(name.to_owned());
        let blob = Blob { name: name.to_owned(), data, media_type: media_type.to_owned(), digest };
        self.by_name.insert(name.to_owned(), blob);
    }

    pub(crate) fn add_json(&mut self, name: &str, value: &Value, media_type: &str) {
        self.add(name, value.to_string().into_bytes(), media_type);
    }

    pub(crate) fn digest(&self, name: &str) -> &str {
        &self.by_name[name].digest
    }

    pub(crate) fn by_digest(&self, digest: &str) -> Option<&Blob> {
        self.by_name.get(self.names.get(digest)?)
    }

    pub(crate) fn descriptor(&self, name: &str) -> Value {
        let blob = &self.by_name[name];
        json!({"mediaType": blob.media_type, "digest": blob.digest, "size": blob.data.len()})
    }

    fn blobs(&self) -> impl Iterator<Item = &Blob> {
        self.order.iter().map(|name| &self.by_name[name])
    }

    fn name_diffs(&mut self) {
        let mut layers: BTreeMap<String, String> = BTreeMap::new();
        for blob in self.blobs().filter(|b| b.name.contains("layer") && b.data.starts_with(b"\x1f\x8b")) {
            let mut plain = Vec::new();
            GzDecoder::new(blob.data.as_slice()).read_to_end(&mut plain).unwrap();
            layers.entry(sha256(&plain)).or_insert_with(|| blob.name.clone());
        }
        let mut diffs: BTreeMap<String, String> =
            layers.iter().map(|(id, name)| (id.clone(), format!("{{DIFFID:{name}}}"))).collect();
        for config in self.blobs().filter(|b| b.name == "config" || b.name.starts_with("config-")) {
            let Ok(parsed) = serde_json::from_slice::<Value>(&config.data) else { continue };
            let Some(ids) = parsed["rootfs"]["diff_ids"].as_array() else { continue };
            let (mut chain, mut names) = (String::new(), Vec::new());
            for id in ids.iter().filter_map(Value::as_str) {
                let name = layers.get(id).or_else(|| self.names.get(id));
                names.push(name.map_or("?", String::as_str));
                chain = match names.len() {
                    1 => id.to_owned(),
                    _ => sha256(format!("{chain} {id}").as_bytes()),
                };
                if names.len() > 1 {
                    diffs.insert(chain.clone(), format!("{{CHAINID:{}}}", names.join("+")));
                }
            }
        }
        diffs.retain(|digest, _| !self.names.contains_key(digest));
        self.diffs = diffs;
    }
}
