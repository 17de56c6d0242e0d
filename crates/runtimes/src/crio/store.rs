//! What of images a node keeps: in memory for one run, or in a directory that is kept between runs
//! (cri-o@f954a17:vendor/go.podman.io/image/v5/storage, as far as it decides what is fetched).
//!
//! ```text
//! DIR/crio/layers/HEX     a layer by the digest of its blob: its diff id and its size, a line each
//! DIR/crio/images/HEX     an image by the digest of its name: name, id, size, and the digest of each layer, a line each
//! ```

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use distribution::{Digest, Reference};

use super::registries::GRAMMAR;
use crate::space::Space;
use crate::store::StoreError;

/// Where it lies below the directory of the store.
const BELOW: &str = "crio";

/// Layers and images.
pub(super) struct Store {
    directory: Option<PathBuf>,
    memory: Mutex<Memory>,
    /// The room on the node's disk.
    pub(super) space: Space,
}

#[derive(Default)]
struct Memory {
    layers: BTreeMap<String, Layer>,
    images: BTreeMap<String, Image>,
}

/// A layer that is unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layer {
    pub(super) diff_id: String,
    /// In bytes, unpacked.
    pub(super) size: u64,
}

/// An image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Image {
    /// What the runtime calls it: the hexadecimal digits of a digest.
    pub(super) id: String,
    /// In bytes.
    pub(super) size: u64,
    /// The digests of its layers' blobs.
    pub(super) layers: Vec<String>,
}

impl Store {
    /// A store in `directory`, which is made where it is missing; without one, in memory.
    pub(super) fn open(directory: Option<PathBuf>) -> Result<Self, StoreError> {
        let directory = directory.map(|root| root.join(BELOW));
        if let Some(root) = &directory {
            for name in ["layers", "images"] {
                let path = root.join(name);
                std::fs::create_dir_all(&path).map_err(|source| StoreError::new(path, source))?;
            }
        }
        Ok(Self { directory, memory: Mutex::default(), space: Space::default() })
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves room for so many bytes. A store in a directory has the room of its disk.
    pub(super) fn limit(&self, space: u64) {
        if self.directory.is_none() {
            self.space.limit(space);
        }
    }

    /// A layer by the digest of its blob.
    pub(super) fn layer(&self, digest: &str) -> Option<Layer> {
        if let Some(layer) = self.lock().layers.get(digest) {
            return Some(layer.clone());
        }
        let text = std::fs::read_to_string(self.path("layers", digest)?).ok()?;
        let (diff_id, size) = text.trim_end().split_once('\n')?;
        Some(Layer { diff_id: diff_id.to_owned(), size: size.parse().ok()? })
    }

    pub(super) fn add_layer(&self, digest: &str, layer: Layer) -> io::Result<()> {
        if let Some(path) = self.path("layers", digest) {
            std::fs::write(path, format!("{}\n{}\n", layer.diff_id, layer.size))?;
        }
        self.lock().layers.insert(digest.to_owned(), layer);
        Ok(())
    }

    /// An image by its name, or by its identity.
    pub(super) fn image(&self, name: &str) -> Option<Image> {
        let known = self.images();
        known.into_iter().find(|(known, image)| known == name || image.id == name).map(|(_, image)| image)
    }

    pub(super) fn add_image(&self, name: &str, image: Image) -> io::Result<()> {
        if let Some(path) = self.path("images", &Digest::sha256_of(name).to_string()) {
            let layers: String = image.layers.iter().flat_map(|layer| [layer.as_str(), "\n"]).collect();
            std::fs::write(path, format!("{name}\n{}\n{}\n{layers}", image.id, image.size))?;
        }
        self.lock().images.insert(name.to_owned(), image);
        Ok(())
    }

    fn images(&self) -> BTreeMap<String, Image> {
        let mut all = self.lock().images.clone();
        let entries = self.directory.iter().filter_map(|root| std::fs::read_dir(root.join("images")).ok());
        all.extend(entries.flatten().flatten().filter_map(|entry| read_image(&entry.path())));
        all
    }

    /// Removes an image by all its names, and the layers that no other image has; false where it is not there.
    fn remove(&self, name: &str) -> Result<bool, StoreError> {
        let Some(image) = self.image(name) else { return Ok(false) };
        let (gone, stays): (Vec<_>, Vec<_>) =
            self.images().into_iter().partition(|(_, other)| other.id == image.id);
        let unlink = |path: Option<PathBuf>| match path {
            Some(path) if path.exists() => {
                std::fs::remove_file(&path).map_err(|source| StoreError::new(path, source))
            }
            _ => Ok(()),
        };
        for (name, _) in gone {
            self.lock().images.remove(&name);
            unlink(self.path("images", &Digest::sha256_of(&name).to_string()))?;
        }
        let needed: Vec<&String> = stays.iter().flat_map(|(_, other)| &other.layers).collect();
        for layer in image.layers.iter().filter(|layer| !needed.contains(layer)) {
            self.lock().layers.remove(layer);
            unlink(self.path("layers", layer))?;
        }
        Ok(true)
    }

    fn path(&self, kind: &str, digest: &str) -> Option<PathBuf> {
        // A digest from a document may hold anything; only a hex string is a file name.
        let hex = digest.rsplit(':').next().filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        Some(self.directory.as_ref()?.join(kind).join(hex))
    }
}

fn read_image(path: &Path) -> Option<(String, Image)> {
    let text = std::fs::read_to_string(path).ok()?;
    let mut lines = text.lines().map(str::to_owned);
    let (name, id) = (lines.next()?, lines.next()?);
    let size = lines.next()?.parse().ok()?;
    Some((name, Image { id, size, layers: lines.collect() }))
}

/// The name by which an image is kept: normalised, with its tag or its digest.
pub(super) fn name_of(reference: &str) -> String {
    Reference::parse_docker_ref(reference, GRAMMAR)
        .map_or_else(|_| reference.to_owned(), |name| name.to_string())
}

/// Removes an image from a store (`runtimes::remove_image`).
pub(crate) fn remove_image(store: &Path, reference: &str) -> Result<bool, StoreError> {
    if !store.join(BELOW).is_dir() {
        return Ok(false);
    }
    Store::open(Some(store.to_owned()))?.remove(&name_of(reference))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_image_needs_stays() {
        let store = Store::open(None).unwrap();
        let layer = |name: &str| Layer { diff_id: name.to_owned(), size: 1 };
        let image = |id: &str, layers: &[&str]| Image {
            id: id.to_owned(),
            size: 1,
            layers: layers.iter().map(|layer| format!("sha256:{layer}")).collect(),
        };
        for name in ["aa", "bb", "cc"] {
            store.add_layer(&format!("sha256:{name}"), layer(name)).unwrap();
        }
        store.add_image("r.test/a:v1", image("1", &["aa", "bb"])).unwrap();
        store.add_image("r.test/a:v2", image("1", &["aa", "bb"])).unwrap();
        store.add_image("r.test/b:v1", image("2", &["bb", "cc"])).unwrap();
        assert!(store.remove("r.test/a:v1").unwrap());
        assert_eq!((store.image("r.test/a:v2"), store.image("2").is_some()), (None, true));
        let left = ["aa", "bb", "cc"].map(|name| store.layer(&format!("sha256:{name}")).is_some());
        assert_eq!(left, [false, true, true]);
        assert!(!store.remove("r.test/a:v1").unwrap());
    }
}
