//! The content of the recordings, by the names that the recordings use.
//!
//! The bytes are those that the real runtimes were given (`tests/recordings/content.jsonl` for family A,
//! `content-b.jsonl` for family B), since some of their words hold sizes and digests, and no two compressors and JSON
//! writers agree on them.

mod noise;

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

use crate::recording::{self, Family};

/// A piece of content as it lies in the file.
#[derive(Deserialize)]
struct BlobFile {
    name: String,
    media_type: String,
    /// Family B: it is a manifest, which is no blob there.
    #[serde(default)]
    manifest: bool,
    /// Family B: the tags that name it.
    #[serde(default)]
    tags: Vec<String>,
    parts: Vec<Part>,
}

/// What bytes are made of: what does not get smaller is not stored.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Part {
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
    manifest: bool,
}

/// All content.
#[derive(Default)]
pub(crate) struct Content {
    pub(crate) by_name: HashMap<String, Blob>,
    /// Names in the order in which they were made; the first of two with the same bytes names their digest.
    pub(crate) order: Vec<String>,
    /// Digest → name.
    pub(crate) names: BTreeMap<String, String>,
    /// Family B: tag → name.
    tags: BTreeMap<String, String>,
    /// Diff and chain ids → `{DIFFID:layer}`, `{CHAINID:layer+layer}`.
    pub(crate) diffs: BTreeMap<String, String>,
}

static A: LazyLock<Content> = LazyLock::new(|| Content::read("content", &noise::hashed(3 << 20, "big")));
static B: LazyLock<Content> = LazyLock::new(|| Content::read("content-b", &noise::twisted(2_000_000, 7)));

/// The content of a family.
pub(crate) fn of(family: Family) -> &'static Content {
    match family {
        Family::A => &A,
        Family::B => &B,
    }
}

pub(crate) fn sha256(data: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(data)))
}

pub(crate) fn gzip(data: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

impl Part {
    pub(crate) fn bytes(&self, noise: &[u8]) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Base64(text) => STANDARD.decode(text).unwrap(),
            Self::Repeat(text, times) => text.repeat(*times).into_bytes(),
            Self::Noise(from, count) => noise[*from..from + count].to_vec(),
        }
    }
}

impl Content {
    fn read(file: &str, noise: &[u8]) -> Self {
        let mut content = Self::default();
        for blob in recording::lines::<BlobFile>(file) {
            let data = blob.parts.iter().map(|part| part.bytes(noise)).collect::<Vec<_>>().concat();
            content.add(blob, data);
        }
        content.name_diffs();
        content
    }

    fn add(&mut self, file: BlobFile, data: Vec<u8>) {
        let (name, digest) = (file.name, sha256(&data));
        self.names.entry(digest.clone()).or_insert_with(|| name.clone());
        self.order.push(name.clone());
        self.tags.extend(file.tags.into_iter().map(|tag| (tag, name.clone())));
        let blob =
            Blob { name: name.clone(), data, media_type: file.media_type, digest, manifest: file.manifest };
        self.by_name.insert(name, blob);
    }

    pub(crate) fn by_digest(&self, digest: &str) -> Option<&Blob> {
        self.by_name.get(self.names.get(digest)?)
    }

    /// Family B: the manifest of a tag or a digest.
    pub(crate) fn manifest(&self, reference: &str) -> Option<&Blob> {
        let tagged = self.tags.get(reference).map(|name| &self.by_name[name]);
        tagged.or_else(|| self.by_digest(reference)).filter(|blob| blob.manifest)
    }

    /// Family B: the blob of a digest.
    pub(crate) fn blob(&self, digest: &str) -> Option<&Blob> {
        self.by_digest(digest).filter(|blob| !blob.manifest)
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
