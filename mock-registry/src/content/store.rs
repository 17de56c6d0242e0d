use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;

use crate::Digest;
use crate::content::documents::{ConfigDocument, Descriptor, IndexDocument, ManifestDocument};
use crate::content::{Blob, Compression, GeneratedLayer, Image, Layer, Platform};

/// The repositories of a registry.
#[derive(Clone, Debug, Default)]
pub struct Store {
    repositories: BTreeMap<String, Repository>,
}

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
}

/// What became of an image that was added.
#[derive(Clone, Debug)]
pub struct Added {
    /// The digest of what the tags point at: the manifest, or the index.
    pub digest: Digest,
    /// Each platform's manifest, in the order of the index.
    pub manifests: Vec<(Platform, Digest)>,
    /// Each platform's config, in the same order: what runtimes call the image's id.
    pub configs: Vec<Digest>,
    /// The layers of all platforms, in the same order.
    pub layers: Vec<Digest>,
}

/// A repository or tag that the distribution specification does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// The repository is not `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/…)*`.
    #[error("{0:?} is no repository name: lower-case words joined by . _ __ or - in parts joined by /")]
    Repository(String),
    /// The tag is not `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
    #[error("{0:?} is no tag: at most 128 letters, digits, _ . - and no . or - at the start")]
    Tag(String),
}

impl Store {
    /// Makes the image and puts it under its tags.
    ///
    /// # Errors
    /// When its repository or one of its tags is not a name that a registry allows.
    pub fn add(&mut self, image: &Image) -> Result<Added, InvalidName> {
        if !is_repository(&image.repository) {
            return Err(InvalidName::Repository(image.repository.clone()));
        }
        if let Some(tag) = image.tags.iter().find(|tag| !is_tag(tag)) {
            return Err(InvalidName::Tag(tag.clone()));
        }
        let repository = self.repositories.entry(image.repository.clone()).or_default();
        Ok(repository.build(image))
    }

    /// The repository of this name, if there is one.
    pub fn repository(&self, name: &str) -> Option<&Repository> {
        self.repositories.get(name)
    }

    /// A blob of this digest in whichever repository, for hosts that serve signed addresses.
    pub fn find_blob(&self, digest: &Digest) -> Option<&Blob> {
        self.repositories.values().find_map(|repository| repository.blob(digest))
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
        self.manifests.insert(digest.clone(), manifest);
        if let Some(tag) = tag {
            self.tags.insert(tag.to_owned(), digest.clone());
        }
        digest
    }

    /// Puts a blob there.
    pub fn put_blob(&mut self, blob: Blob) -> Digest {
        let digest = blob.digest();
        self.blobs.insert(digest.clone(), blob);
        digest
    }

    fn build(&mut self, image: &Image) -> Added {
        let default = [Platform { architecture: "amd64".into(), os: "linux".into(), variant: None }];
        let platforms = if image.platforms.is_empty() { &default[..] } else { &image.platforms };
        let mut added =
            Added { digest: Digest::of(b""), manifests: Vec::new(), configs: Vec::new(), layers: Vec::new() };
        let mut entries = Vec::new();
        for platform in platforms {
            entries.push(self.build_platform(image, platform, &mut added));
        }
        if image.index || entries.len() > 1 {
            let media_type = image.format.index();
            let index = IndexDocument { schema_version: 2, media_type, manifests: entries };
            added.digest = self.put_manifest(document(&index, media_type), None);
        } else if let Some(single) = entries.pop() {
            added.digest = single.digest;
        }
        for tag in &image.tags {
            self.tags.insert(tag.clone(), added.digest.clone());
        }
        added
    }

    fn build_platform(&mut self, image: &Image, platform: &Platform, added: &mut Added) -> Descriptor {
        let (mut layers, mut diff_ids) = (Vec::new(), Vec::new());
        for declared in &image.layers {
            let layer = Layer { seed: seed_for(declared.seed, platform), ..*declared };
            let made = Arc::new(GeneratedLayer::new(layer));
            diff_ids.push(made.diff_id().clone());
            let media_type = image.format.layer(made.compression() == Compression::Gzip);
            layers.push(Descriptor {
                media_type,
                digest: made.digest().clone(),
                size: made.len(),
                platform: None,
            });
            added.layers.push(self.put_blob(Blob::Generated(made)));
        }
        let config = to_json(&ConfigDocument::new(platform, diff_ids));
        let size = config.len() as u64;
        let digest = self.put_blob(Blob::Held(config));
        added.configs.push(digest.clone());
        let config = Descriptor { media_type: image.format.config(), digest, size, platform: None };
        let media_type = image.format.manifest();
        let manifest =
            document(&ManifestDocument { schema_version: 2, media_type, config, layers }, media_type);
        let size = manifest.bytes.len() as u64;
        let digest = self.put_manifest(manifest, None);
        added.manifests.push((platform.clone(), digest.clone()));
        Descriptor { media_type, digest, size, platform: Some(platform.clone()) }
    }
}

fn document(document: &impl Serialize, media_type: &str) -> Manifest {
    Manifest { media_type: media_type.to_owned(), bytes: to_json(document) }
}

fn to_json(document: &impl Serialize) -> Bytes {
    // Serialising own structs of strings and numbers cannot fail; an empty document would show up as a bad digest.
    serde_json::to_vec(document).unwrap_or_default().into()
}

/// Each platform has layers of its own: its name (by FNV-1a) moves the seed.
fn seed_for(seed: u64, platform: &Platform) -> u64 {
    let hash = platform.to_string().bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    seed ^ hash
}

/// `<name>` of the distribution specification 1.1, "Pulling manifests".
pub(crate) fn is_repository(name: &str) -> bool {
    name.len() <= 255 && name.split('/').all(is_path_component)
}

fn is_path_component(part: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let ends_are_words =
        part.bytes().next().is_some_and(is_word) && part.bytes().next_back().is_some_and(is_word);
    // What is left when the words are taken away are the separators.
    let separators = part.split(|c: char| c.is_ascii() && is_word(c as u8)).filter(|s| !s.is_empty());
    ends_are_words
        && separators.into_iter().all(|s| matches!(s, "." | "_" | "__") || s.bytes().all(|b| b == b'-'))
}

/// `<reference>` of the distribution specification 1.1, as a tag.
fn is_tag(tag: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (1..=128).contains(&tag.len())
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|b| is_word(b) || b == b'.' || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_specification() {
        for good in ["app", "team/app", "a.b/c_d/e__f/g--h", "0"] {
            assert!(is_repository(good), "{good}");
        }
        for bad in ["", "/a", "a/", "a//b", "A", "a..b", "a___b", "-a", "a-", "../etc", "a/../b", "é"] {
            assert!(!is_repository(bad), "{bad}");
        }
        assert!(is_tag("v1.2-3_x") && !is_tag(".v1") && !is_tag("") && !is_tag(&"a".repeat(129)));
    }
}
