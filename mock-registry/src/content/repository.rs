use std::collections::BTreeMap;
use std::sync::OnceLock;

use bytes::Bytes;
use http::HeaderMap;

use crate::Digest;
use crate::content::Blob;

/// The manifests, tags and blobs of one repository.
#[derive(Clone, Debug, Default)]
pub struct Repository {
    tags: BTreeMap<String, Digest>,
    manifests: BTreeMap<Digest, Manifest>,
    blobs: BTreeMap<Digest, Blob>,
}

/// A manifest or index as it is served.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The `Content-Type` it is served with.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Bytes,
    /// What the headers of its answers state: made for the first of them.
    stated: OnceLock<HeaderMap>,
}

impl Manifest {
    /// A manifest of this type.
    pub fn new(media_type: impl Into<String>, bytes: Bytes) -> Self {
        Self { media_type: media_type.into(), bytes, stated: OnceLock::new() }
    }

    /// What the headers of its answers state, as the first of them has found out.
    pub(crate) fn stated(&self, find_out: impl FnOnce() -> HeaderMap) -> &HeaderMap {
        self.stated.get_or_init(find_out)
    }
}

impl Repository {
    /// The manifest under a tag or a digest.
    pub fn manifest(&self, reference: &str) -> Option<(&Digest, &Manifest)> {
        match reference.parse() {
            Ok(digest) => self.manifests.get_key_value(&digest),
            Err(_) => self.manifests.get_key_value(self.tags.get(reference)?),
        }
    }

    /// The manifests, in the order of their digests.
    pub fn manifests(&self) -> impl Iterator<Item = (&Digest, &Manifest)> {
        self.manifests.iter()
    }

    /// The blob of this digest.
    pub fn blob(&self, digest: &Digest) -> Option<&Blob> {
        self.blobs.get(digest)
    }

    /// The tags in lexical order.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.tags.keys().map(String::as_str)
    }

    /// Puts a manifest there, under its digest and, if one is given, a tag.
    pub fn put_manifest(&mut self, manifest: Manifest, tag: Option<&str>) -> Digest {
        let digest = Digest::of(&manifest.bytes);
        self.put_manifest_as(digest.clone(), manifest);
        if let Some(tag) = tag {
            self.tag(tag, digest.clone());
        }
        digest
    }

    /// Puts a manifest there under a digest that is not that of its bytes, as those of schema 1 are.
    pub(crate) fn put_manifest_as(&mut self, digest: Digest, manifest: Manifest) {
        self.manifests.insert(digest, manifest);
    }

    /// Calls what has this digest by a tag.
    pub fn tag(&mut self, tag: &str, digest: Digest) {
        self.tags.insert(tag.to_owned(), digest);
    }

    /// Puts a blob there.
    pub fn put_blob(&mut self, blob: Blob) -> Digest {
        let digest = blob.digest();
        self.put_blob_as(digest.clone(), blob);
        digest
    }

    /// Puts a blob there whose digest is known.
    pub(crate) fn put_blob_as(&mut self, digest: Digest, blob: Blob) {
        self.blobs.insert(digest, blob);
    }

    /// Takes a tag away, or a manifest with all its tags; tells how many bytes that frees, if it was there.
    pub(crate) fn remove_manifest(&mut self, reference: &str) -> Option<u64> {
        let Ok(digest) = reference.parse::<Digest>() else { return self.tags.remove(reference).map(|_| 0) };
        self.tags.retain(|_, tagged| *tagged != digest);
        self.manifests.remove(&digest).map(|manifest| manifest.bytes.len() as u64)
    }

    /// Takes a blob away; tells how many bytes that frees, if it was there.
    pub(crate) fn remove_blob(&mut self, digest: &Digest) -> Option<u64> {
        let blob = self.blobs.remove(digest)?;
        Some(if let Blob::Held(bytes) = blob { bytes.len() as u64 } else { 0 })
    }
}
