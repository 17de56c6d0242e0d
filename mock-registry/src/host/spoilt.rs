//! Images that are consistent and wrong: what a tag leads to is made anew, with digests that fit.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, ETAG};
use http::{HeaderName, StatusCode};
use serde_json::{Value, json};

use crate::Digest;
use crate::content::Blob;
use crate::fault::Rewrite;
use crate::host::{Host, Reply, RequestHead};

const DOCKER_CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// Documents that are remembered; beyond, all are forgotten.
const REMEMBERED: usize = 1_000;
/// Bytes of a config that are read: the limit of manifests.
const CONFIG_LIMIT: u64 = 4 << 20;
/// Manifests inside an index are spoilt as well, to this depth.
const DEPTH: usize = 3;

/// Documents that were made up, by their digest.
#[derive(Debug, Default)]
pub(super) struct Spoilt(Mutex<BTreeMap<String, Document>>);

#[derive(Clone, Debug)]
struct Document {
    media_type: String,
    bytes: Bytes,
}

impl Spoilt {
    fn remember(&self, document: &Document) -> Digest {
        let digest = Digest::of(&document.bytes);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(digest.to_string(), document.clone());
        digest
    }

    /// The document of a digest, as an answer.
    pub(super) fn reply(&self, digest: &str) -> Option<Reply> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(digest).map(|document| reply(document, digest))
    }
}

fn reply(document: &Document, digest: &str) -> Reply {
    Reply::new(StatusCode::OK, Blob::Held(document.bytes.clone()))
        .header(CONTENT_TYPE, &document.media_type)
        .header(DOCKER_CONTENT_DIGEST, digest)
        .header(ETAG, &format!("\"{digest}\""))
}

impl Host {
    /// Puts a spoilt document in place of the manifest in `own`.
    pub(super) fn spoil(&self, how: Rewrite, head: &RequestHead<'_>, own: &mut Reply) {
        let Some((repository, reference)) = head.path.strip_prefix("/v2/").and_then(manifest) else { return };
        let Some(document) = held(own) else { return };
        if reference.contains(':') || own.status != StatusCode::OK {
            return;
        }
        let who = std::mem::take(&mut own.who);
        let spoilt = Spoiling { host: self, repository }.spoil(how, &document, DEPTH);
        let digest = self.spoilt.remember(&spoilt);
        *own = reply(&spoilt, digest.as_str()).who(who);
    }
}

fn manifest(rest: &str) -> Option<(&str, &str)> {
    rest.rsplit_once("/manifests/")
}

fn held(reply: &Reply) -> Option<Document> {
    let Blob::Held(bytes) = &reply.content else { return None };
    let media_type = reply.headers.get(CONTENT_TYPE)?.to_str().ok()?.to_owned();
    Some(Document { media_type, bytes: bytes.clone() })
}

/// The request for the image that is spoilt.
struct Spoiling<'a> {
    host: &'a Host,
    repository: &'a str,
}

impl Spoiling<'_> {
    fn spoil(&self, how: Rewrite, document: &Document, depth: usize) -> Document {
        let bytes = &document.bytes;
        let (media_type, bytes) = match how {
            Rewrite::InvalidJson => (document.media_type.clone(), bytes.slice(..bytes.len() / 2)),
            Rewrite::Padded(size) => {
                let mut padded = bytes.to_vec();
                padded.resize(padded.len().max(usize::try_from(size).unwrap_or(usize::MAX)), b' ');
                (document.media_type.clone(), padded.into())
            }
            Rewrite::NoPlatform | Rewrite::NoChildren => return self.index(how, document),
            Rewrite::WrongSize | Rewrite::WrongDiffId | Rewrite::NotGzip => {
                let Ok(mut value) = serde_json::from_slice::<Value>(bytes) else { return document.clone() };
                match value.get_mut("manifests").and_then(Value::as_array_mut) {
                    Some(children) if depth > 0 => self.children(how, children, depth - 1),
                    _ => self.image(how, &mut value),
                }
                (document.media_type.clone(), value.to_string().into())
            }
        };
        Document { media_type, bytes }
    }

    /// The image's index (one is made where it has none) without the platform, or without the manifests.
    fn index(&self, how: Rewrite, document: &Document) -> Document {
        let read = serde_json::from_slice::<Value>(&document.bytes).unwrap_or_default();
        let (media_type, mut index) = if read["manifests"].is_array() {
            (document.media_type.clone(), read)
        } else {
            let own = Digest::of(&document.bytes);
            let child = json!({"mediaType": document.media_type, "digest": own, "size": document.bytes.len(),
                "platform": {"os": "linux", "architecture": "amd64"}});
            (INDEX.to_owned(), json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [child]}))
        };
        for child in index["manifests"].as_array_mut().into_iter().flatten() {
            if how == Rewrite::NoPlatform {
                child["platform"] = json!({"os": "plan9", "architecture": "mips"});
            } else {
                child["digest"] = json!(Digest::of(child["digest"].to_string().as_bytes()));
            }
        }
        Document { media_type, bytes: index.to_string().into() }
    }

    fn children(&self, how: Rewrite, children: &mut [Value], depth: usize) {
        for child in children {
            let Some(document) = child["digest"].as_str().and_then(|digest| self.manifest(digest)) else {
                continue;
            };
            let spoilt = self.spoil(how, &document, depth);
            point(child, &self.host.spoilt.remember(&spoilt), spoilt.bytes.len());
        }
    }

    fn image(&self, how: Rewrite, manifest: &mut Value) {
        match how {
            Rewrite::WrongSize => {
                for layer in manifest["layers"].as_array_mut().into_iter().flatten() {
                    layer["size"] = json!(layer["size"].as_u64().unwrap_or(0) + 1);
                }
            }
            Rewrite::WrongDiffId => {
                let Some(mut config) = self.config(manifest) else { return };
                for diff_id in config["rootfs"]["diff_ids"].as_array_mut().into_iter().flatten() {
                    *diff_id = json!(Digest::of(diff_id.to_string().as_bytes()));
                }
                let bytes = Bytes::from(config.to_string());
                self.replace(&mut manifest["config"], bytes);
            }
            _ => {
                if let Some(layer) = manifest["layers"].get_mut(0) {
                    self.replace(layer, Bytes::from_static(&[b'.'; 512]));
                }
            }
        }
    }

    fn replace(&self, descriptor: &mut Value, bytes: Bytes) {
        let media_type = "application/octet-stream".to_owned();
        let document = Document { media_type, bytes };
        point(descriptor, &self.host.spoilt.remember(&document), document.bytes.len());
    }

    fn manifest(&self, digest: &str) -> Option<Document> {
        let (media_type, bytes) = self.host.registry.as_ref()?.find_manifest(self.repository, digest)?;
        Some(Document { media_type, bytes })
    }

    fn config(&self, manifest: &Value) -> Option<Value> {
        let digest: Digest = manifest["config"]["digest"].as_str()?.parse().ok()?;
        let blob = self.host.registry.as_ref()?.find_blob(&digest)?;
        serde_json::from_slice(&blob.whole(CONFIG_LIMIT)?).ok()
    }
}

fn point(descriptor: &mut Value, digest: &Digest, size: usize) {
    descriptor["digest"] = json!(digest);
    descriptor["size"] = json!(size);
}
