//! The engine's store of images with graph drivers: references, configs, layers, and the manifests they came by
//! (moby@v28.5.2 image/store.go, reference/store.go, layer/layer_store.go, distribution/manifest.go).
//!
//! ```text
//! DIR/docker/KIND/HEX   one thing each: its name in the first line, then what is known of it
//! ```

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use distribution::{Digest, Grammar, ImageConfig, Reference};

use crate::space::Space;
use crate::store::{StoreError, chain_ids};

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A manifest or index by its digest.
    Manifest,
    /// The repositories that a manifest has been seen in, by its digest.
    Sources,
    /// A config by its digest, by which the engine knows the image.
    Config,
    /// The size of an unpacked layer by its chain id.
    Layer,
    /// The digest of what a layer unpacks to, by its own.
    DiffId,
    /// The digests of an image's config and manifest by its name.
    Reference,
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::Manifest, Self::Sources, Self::Config, Self::Layer, Self::DiffId, Self::Reference];

    const fn directory(self) -> &'static str {
        match self {
            Self::Manifest => "manifests",
            Self::Sources => "sources",
            Self::Config => "configs",
            Self::Layer => "layers",
            Self::DiffId => "diff-ids",
            Self::Reference => "references",
        }
    }
}

/// Images, in memory for one run or in a directory that is kept between runs.
pub(super) struct Store {
    directory: Option<PathBuf>,
    memory: Mutex<BTreeMap<(Kind, String), Vec<u8>>>,
    /// The room on the node's disk.
    pub(super) space: Space,
}

/// Where an image's name leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) name: String,
    /// The digest of the config.
    pub(super) id: String,
}

impl Store {
    /// A store in `directory`, which is made where it is missing; without one, in memory.
    pub(super) fn open(directory: Option<PathBuf>) -> Result<Self, StoreError> {
        let directory = directory.map(|directory| directory.join("docker"));
        if let Some(root) = &directory {
            for kind in Kind::ALL {
                let path = root.join(kind.directory());
                std::fs::create_dir_all(&path).map_err(|source| StoreError::new(path, source))?;
            }
            let path = root.join(".writable");
            let written = std::fs::write(&path, b"").and_then(|()| std::fs::remove_file(&path));
            written.map_err(|source| StoreError::new(root.clone(), source))?;
        }
        Ok(Self { directory, memory: Mutex::default(), space: Space::default() })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(Kind, String), Vec<u8>>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves room for so many bytes. A store in a directory has the room of its disk.
    pub(super) fn limit(&self, space: u64) {
        if self.directory.is_none() {
            self.space.limit(space);
        }
    }

    fn path(&self, kind: Kind, name: &str) -> Option<PathBuf> {
        let file = Digest::sha256_of(name);
        Some(self.directory.as_ref()?.join(kind.directory()).join(file.hex()))
    }

    pub(super) fn get(&self, kind: Kind, name: &str) -> Option<Vec<u8>> {
        if let Some(found) = self.lock().get(&(kind, name.to_owned())) {
            return Some(found.clone());
        }
        let written = std::fs::read(self.path(kind, name)?).ok()?;
        Some(split(written)?.1)
    }

    pub(super) fn has(&self, kind: Kind, name: &str) -> bool {
        self.lock().contains_key(&(kind, name.to_owned()))
            || self.path(kind, name).is_some_and(|path| path.is_file())
    }

    pub(super) fn put(&self, kind: Kind, name: &str, content: &[u8]) -> io::Result<()> {
        match self.path(kind, name) {
            Some(path) => std::fs::write(path, [name.as_bytes(), b"\n", content].concat()),
            None => {
                self.lock().insert((kind, name.to_owned()), content.to_vec());
                Ok(())
            }
        }
    }

    fn remove(&self, kind: Kind, name: &str) -> io::Result<()> {
        match self.path(kind, name) {
            Some(path) => std::fs::remove_file(path),
            None => {
                self.lock().remove(&(kind, name.to_owned()));
                Ok(())
            }
        }
    }

    /// All of a kind: names and contents.
    fn all(&self, kind: Kind) -> Vec<(String, Vec<u8>)> {
        let Some(root) = &self.directory else {
            let memory = self.lock();
            let kept = memory.iter().filter(|((of, _), _)| *of == kind);
            return kept.map(|((_, name), content)| (name.clone(), content.clone())).collect();
        };
        let entries = std::fs::read_dir(root.join(kind.directory())).into_iter().flatten().flatten();
        entries.filter_map(|entry| split(std::fs::read(entry.path()).ok()?)).collect()
    }

    /// The image that a name leads to.
    pub(super) fn image(&self, name: &str) -> Option<Known> {
        let content = self.get(Kind::Reference, name)?;
        Some(Known { name: name.to_owned(), id: String::from_utf8(content).ok()? })
    }

    /// The names of an image, sorted (`References`).
    pub(super) fn names(&self, id: &str) -> Vec<String> {
        let of = |(name, content): (String, Vec<u8>)| (content == id.as_bytes()).then_some(name);
        let mut names: Vec<String> = self.all(Kind::Reference).into_iter().filter_map(of).collect();
        names.sort();
        names
    }

    /// The size of an image's layers.
    pub(super) fn size(&self, id: &str) -> u64 {
        let chain = chain_of(&self.get(Kind::Config, id).unwrap_or_default());
        let size = |layer: &String| {
            let content = self.get(Kind::Layer, layer)?;
            String::from_utf8(content).ok()?.parse::<u64>().ok()
        };
        chain.iter().filter_map(size).sum()
    }

    /// Removes an image by all its names, and the layers that no other has.
    fn remove_image(&self, name: &str) -> io::Result<bool> {
        let Some(Known { id, .. }) = self.image(name) else { return Ok(false) };
        for name in self.names(&id) {
            self.remove(Kind::Reference, &name)?;
        }
        let chain = chain_of(&self.get(Kind::Config, &id).unwrap_or_default());
        self.remove(Kind::Config, &id)?;
        let others: Vec<String> =
            self.all(Kind::Config).iter().flat_map(|(_, config)| chain_of(config)).collect();
        for layer in chain.iter().filter(|layer| !others.contains(layer)) {
            if self.has(Kind::Layer, layer) {
                self.remove(Kind::Layer, layer)?;
            }
        }
        // The lease that kept the manifests goes with the image.
        for kind in [Kind::Manifest, Kind::Sources] {
            for (digest, _) in self.all(kind) {
                if others.is_empty() {
                    self.remove(kind, &digest)?;
                }
            }
        }
        Ok(true)
    }
}

/// The first line, and what follows it.
fn split(written: Vec<u8>) -> Option<(String, Vec<u8>)> {
    let end = written.iter().position(|byte| *byte == b'\n')?;
    let name = String::from_utf8(written[..end].to_vec()).ok()?;
    Some((name, written[end + 1..].to_vec()))
}

/// The chain ids of the layers that a config names.
fn chain_of(config: &[u8]) -> Vec<String> {
    ImageConfig::decode(config).map(|config| chain_ids(&config.diff_ids)).unwrap_or_default()
}

/// Removes an image from a store; false where it is not there.
pub(crate) fn remove_image(store: &Path, reference: &str) -> Result<bool, StoreError> {
    let root = store.join("docker");
    if !root.is_dir() {
        return Ok(false);
    }
    let normalised = Reference::parse_docker_ref(reference, Grammar::V0_6_0);
    let name = normalised.map_or_else(|_| reference.to_owned(), |reference| reference.to_string());
    let opened = Store::open(Some(store.to_owned()))?;
    opened.remove_image(&name).map_err(|source| StoreError::new(root, source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_go_with_their_names_and_layers() {
        let store = Store::open(None).unwrap();
        let config = br#"{"rootfs":{"type":"layers","diff_ids":["sha256:a","sha256:b"]}}"#;
        let chain = chain_of(config);
        store.put(Kind::Config, "sha256:c", config).unwrap();
        for layer in &chain {
            store.put(Kind::Layer, layer, b"7").unwrap();
        }
        for name in ["r.test/a:v1", "r.test/a@sha256:m"] {
            store.put(Kind::Reference, name, b"sha256:c").unwrap();
        }
        assert_eq!(store.names("sha256:c"), ["r.test/a:v1", "r.test/a@sha256:m"]);
        assert_eq!(store.size("sha256:c"), 14);
        assert!(store.remove_image("r.test/a:v1").unwrap());
        assert!(store.lock().is_empty());
        assert!(!store.remove_image("r.test/a:v1").unwrap());
    }
}
