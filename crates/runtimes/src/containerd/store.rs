//! The node's content and image store: in memory for one run, or in a directory that is kept between runs
//! (containerd v2.1.9 plugins/content/local, core/metadata).
//!
//! ```text
//! DIR/blobs/sha256/HEX   content          DIR/ingest/HEX   content that has begun to come
//! DIR/snapshots/HEX      an unpacked layer, by chain id
//! DIR/images/HEX         an image: its name, media type, digest and size, and the digest of its config once that was
//!                        found, a line each
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use distribution::{Descriptor, Digest, Index, Manifest, media_type};
use tokio::time::Instant;

use crate::archive::Applied;
use crate::space::Space;
use crate::store::StoreError;

/// Content, snapshots and images.
pub(super) struct Store {
    pub(super) directory: Option<PathBuf>,
    memory: Mutex<Memory>,
    /// The room on the node's disk.
    pub(super) space: Space,
}

#[derive(Default)]
pub(super) struct Memory {
    pub(super) blobs: BTreeMap<String, Blob>,
    pub(super) snapshots: BTreeSet<String>,
    pub(super) images: BTreeMap<String, Descriptor>,
    /// When a pull has failed last, whose remains are still there.
    pub(super) garbage_since: Option<Instant>,
}

/// Content that is there.
#[derive(Clone)]
pub(super) enum Blob {
    /// Kept.
    Bytes(Arc<[u8]>),
    /// Seen and let go; of a layer it is known what came of it.
    Passed(Applied),
}

impl Store {
    /// A store in `directory`, which is made where it is missing; without one, in memory.
    pub(super) fn open(directory: Option<PathBuf>) -> Result<Self, StoreError> {
        if let Some(root) = &directory {
            for name in ["blobs/sha256", "ingest", "snapshots", "images"] {
                let path = root.join(name);
                std::fs::create_dir_all(&path).map_err(|source| StoreError::new(path, source))?;
            }
            let path = root.join("ingest/.writable");
            let written = std::fs::write(&path, b"").and_then(|()| std::fs::remove_file(&path));
            written.map_err(|source| StoreError::new(root.clone(), source))?;
        }
        Ok(Self { directory, memory: Mutex::default(), space: Space::default() })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves room for so many bytes of content and snapshots. A store in a directory has the room of its disk.
    pub(super) fn limit(&self, space: u64) {
        if self.directory.is_none() {
            self.space.limit(space);
        }
    }

    /// Where the content of a digest lies, when the store has a directory.
    pub(super) fn blob_path(&self, digest: &str) -> Option<PathBuf> {
        Some(self.directory.as_ref()?.join("blobs/sha256").join(hex_of(digest)))
    }

    /// Where content that has begun to come lies.
    pub(super) fn ingest_path(&self, reference: &str) -> Option<PathBuf> {
        let name = Digest::sha256_of(reference);
        Some(self.directory.as_ref()?.join("ingest").join(name.hex()))
    }

    pub(super) fn has_blob(&self, digest: &str) -> bool {
        self.lock().blobs.contains_key(digest) || self.blob_path(digest).is_some_and(|path| path.is_file())
    }

    /// `content.ReadBlob`; `None`: it is not there.
    pub(super) fn read_blob(&self, digest: &str) -> Option<Arc<[u8]>> {
        if let Some(Blob::Bytes(bytes)) = self.lock().blobs.get(digest) {
            return Some(bytes.clone());
        }
        Some(std::fs::read(self.blob_path(digest)?).ok()?.into())
    }

    /// What came of a layer that was let go.
    pub(super) fn applied(&self, digest: &str) -> Option<Applied> {
        match self.lock().blobs.get(digest) {
            Some(Blob::Passed(applied)) => Some(applied.clone()),
            _ => None,
        }
    }

    pub(super) fn add_blob(&self, digest: &str, blob: Blob) {
        self.lock().blobs.insert(digest.to_owned(), blob);
    }

    /// Content that was made here and not fetched (`content.WriteBlob`).
    pub(super) fn write_blob(&self, digest: &str, blob: Blob) -> io::Result<()> {
        if let (Some(path), Blob::Bytes(bytes)) = (self.blob_path(digest), &blob) {
            std::fs::write(path, bytes)?;
        }
        self.add_blob(digest, blob);
        Ok(())
    }

    pub(super) fn has_snapshot(&self, chain_id: &str) -> bool {
        self.lock().snapshots.contains(chain_id)
            || self.snapshot_path(chain_id).is_some_and(|path| path.is_file())
    }

    /// Where an unpacked layer lies, when the store has a directory.
    pub(super) fn snapshot_path(&self, chain_id: &str) -> Option<PathBuf> {
        Some(self.directory.as_ref()?.join("snapshots").join(hex_of(chain_id)))
    }

    pub(super) fn add_snapshot(&self, chain_id: &str) {
        self.lock().snapshots.insert(chain_id.to_owned());
    }

    pub(super) fn image(&self, name: &str) -> Option<Descriptor> {
        if let Some(image) = self.lock().images.get(name) {
            return Some(image.clone());
        }
        read_image(&self.image_path(name)?).map(|(_, descriptor)| descriptor)
    }

    fn image_path(&self, name: &str) -> Option<PathBuf> {
        Some(self.directory.as_ref()?.join("images").join(Digest::sha256_of(name).hex()))
    }

    pub(super) fn add_image(&self, name: &str, target: &Descriptor) -> io::Result<()> {
        self.lock().images.insert(name.to_owned(), target.clone());
        let Some(path) = self.image_path(name) else { return Ok(()) };
        std::fs::write(path, format!("{name}\n{}\n{}\n{}\n", target.media_type, target.digest, target.size))
    }

    /// The CRI plugin has found an image's config, by whose digest it knows the image from now on.
    pub(super) fn know_image(&self, name: &str, id: &str) -> io::Result<()> {
        let Some(path) = self.image_path(name) else { return Ok(()) };
        let known = std::fs::read_to_string(&path)?;
        let fields: String = known.lines().take(4).flat_map(|line| [line, "\n"]).collect();
        std::fs::write(path, format!("{fields}{id}\n"))
    }

    /// Removes an image, by all its names, and what no other image needs; false where the CRI plugin does not know it. What a
    /// pull left whose config was not found stays (internal/cri/server/images/image_remove.go `RemoveImage`;
    /// seen of containerd 1.6.20 and 2.1.9).
    fn remove_image(&self, name: &str) -> Result<bool, StoreError> {
        let (Some(path), Some(root)) = (self.image_path(name), &self.directory) else { return Ok(false) };
        let Some(id) = image_id(&path) else { return Ok(false) };
        for entry in std::fs::read_dir(root.join("images")).into_iter().flatten().flatten() {
            let path = entry.path();
            if image_id(&path).as_ref() == Some(&id) {
                std::fs::remove_file(&path).map_err(|source| StoreError::new(path, source))?;
            }
        }
        self.collect_in(root)?;
        Ok(true)
    }
}

/// What a manifest or index refers to; nothing where it does not parse.
pub(super) fn children(descriptor: &Descriptor, bytes: &[u8]) -> Vec<Descriptor> {
    if media_type::is_manifest(&descriptor.media_type) {
        let manifest = Manifest::decode(bytes);
        manifest.map(|m| [vec![m.config], m.layers].concat()).unwrap_or_default()
    } else if media_type::is_index(&descriptor.media_type) {
        Index::decode(bytes).map(|index| index.manifests).unwrap_or_default()
    } else {
        Vec::new()
    }
}

pub(super) fn hex_of(digest: &str) -> &str {
    let hex = digest.rsplit(':').next().unwrap_or(digest);
    // A digest from a document may hold anything; only a hex string is a file name.
    if hex.bytes().all(|byte| byte.is_ascii_hexdigit()) && !hex.is_empty() { hex } else { "invalid" }
}

pub(super) fn read_image(path: &Path) -> Option<(String, Descriptor)> {
    let text = std::fs::read_to_string(path).ok()?;
    let mut lines = text.lines();
    let name = lines.next()?.to_owned();
    let (media_type, digest) = (lines.next()?.to_owned(), lines.next()?.to_owned());
    let size = lines.next()?.parse().ok()?;
    Some((name, Descriptor { media_type, digest, size, ..Descriptor::default() }))
}

/// By what the CRI plugin knows an image, if it does.
fn image_id(path: &Path) -> Option<String> {
    Some(std::fs::read_to_string(path).ok()?.lines().nth(4)?.to_owned())
}

/// Removes an image from a store (`runtimes::remove_image`).
pub(crate) fn remove_image(store: &Path, reference: &str) -> Result<bool, StoreError> {
    let normalised = distribution::Reference::parse_docker_ref(reference, distribution::Grammar::V0_6_0);
    let name = normalised.map_or_else(|_| reference.to_owned(), |reference| reference.to_string());
    Store::open(Some(store.to_owned()))?.remove_image(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::chain_ids;

    #[test]
    fn chains_and_names() {
        let ids = chain_ids(&["sha256:a".into(), "sha256:b".into()]);
        assert_eq!(ids[0], "sha256:a");
        assert_eq!(ids[1], Digest::sha256_of("sha256:a sha256:b").to_string());
        assert_eq!(hex_of("sha256:../../etc"), "invalid");
    }
}
