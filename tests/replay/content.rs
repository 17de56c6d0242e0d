//! The content of the recordings, by the names that the recordings use.
//!
//! The bytes are those that the real runtimes were given (`tests/recordings/content.jsonl`), since some of their words
//! hold sizes and digests, and no two compressors and JSON writers agree on them.

use std::collections::{BTreeMap, HashMap};
use std::io::{Read as _, Write as _};
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::recording;

/// A piece of content as it lies in the file.
#[derive(Deserialize)]
struct BlobFile {
    name: String,
    media_type: String,
    parts: Vec<Part>,
}

/// What bytes are made of: what does not get smaller is not stored.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Part {
    Text(String),
    Base64(String),
    /// A text so many times.
    Repeat(String, usize),
    /// So many bytes of the noise, from there on.
    Noise(usize, usize),
}

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
    let mut content = Content::default();
    let noise = noise(3 << 20, "big");
    for blob in recording::lines::<BlobFile>("content") {
        let data = blob.parts.iter().map(|part| part.bytes(&noise)).collect::<Vec<_>>().concat();
        content.add(&blob.name, data, &blob.media_type);
    }
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

/// Bytes that no compressor makes smaller.
fn noise(count: usize, seed: &str) -> Vec<u8> {
    let mut block: [u8; 32] = Sha256::digest(seed).into();
    let mut out = Vec::with_capacity(count + 32);
    while out.len() < count {
        out.extend(block);
        block = Sha256::digest(block).into();
    }
    out.truncate(count);
    out
}

impl Part {
    fn bytes(&self, noise: &[u8]) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Base64(text) => STANDARD.decode(text).unwrap(),
            Self::Repeat(text, times) => text.repeat(*times).into_bytes(),
            Self::Noise(from, count) => noise[*from..from + count].to_vec(),
        }
    }
}

impl Content {
    fn add(&mut self, name: &str, data: Vec<u8>, media_type: &str) {
        let digest = sha256(&data);
        self.names.entry(digest.clone()).or_insert_with(|| name.to_owned());
        self.order.push(name.to_owned());
        let blob = Blob { name: name.to_owned(), data, media_type: media_type.to_owned(), digest };
        self.by_name.insert(name.to_owned(), blob);
    }

    pub(crate) fn by_digest(&self, digest: &str) -> Option<&Blob> {
        self.by_name.get(self.names.get(digest)?)
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
