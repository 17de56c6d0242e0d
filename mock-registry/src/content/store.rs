use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::Digest;
use crate::content::build::Build;
use crate::content::layout::{self, InvalidLayout};
use crate::content::names::{is_repository, is_tag};
use crate::content::{Blob, Image, Platform, Repository};

/// Bytes of small layers that a store keeps in memory once they were asked for.
const KEPT: u64 = 64 << 20;
/// Bytes that clients may push unless something else is said.
const CAPACITY: u64 = 1 << 30;

/// The repositories of a registry. A clone is a registry of its own, which shares the bytes of the other and nothing
/// that is pushed afterwards.
#[derive(Debug)]
pub struct Store {
    repositories: RwLock<BTreeMap<String, Arc<Repository>>>,
    /// Bytes that were pushed, and how many may be.
    pushed: AtomicU64,
    capacity: u64,
    keepable: u64,
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

/// An image that no registry could hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidImage {
    /// The repository is not `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/…)*`.
    #[error("{0:?} is no repository name: lower-case words joined by . _ __ or - in parts joined by /")]
    Repository(String),
    /// The tag is not `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
    #[error("{0:?} is no tag: at most 128 letters, digits, _ . - and no . or - at the start")]
    Tag(String),
    /// It refers to something that is not there.
    #[error("the subject {0:?} is not in this repository: declare it before what refers to it")]
    Subject(String),
    /// A platform's manifest is to be missing that the image does not have.
    #[error("{0} cannot be missing: it is none of the image's platforms")]
    MissingPlatform(String),
}

impl Default for Store {
    fn default() -> Self {
        Self {
            repositories: RwLock::default(),
            pushed: AtomicU64::new(0),
            capacity: CAPACITY,
            keepable: KEPT,
        }
    }
}

impl Clone for Store {
    fn clone(&self) -> Self {
        Self {
            repositories: RwLock::new(self.read(Clone::clone)),
            pushed: AtomicU64::new(self.pushed.load(Ordering::Relaxed)),
            capacity: self.capacity,
            keepable: self.keepable,
        }
    }
}

impl Store {
    /// Allows clients to push so many bytes in all; by default 1 GiB.
    pub fn capacity(mut self, bytes: u64) -> Self {
        self.capacity = bytes;
        self
    }

    /// Makes the image and puts it under its tags.
    ///
    /// # Errors
    /// When its repository or one of its tags is not a name that a registry allows, or it refers to something that
    /// is not there.
    pub fn add(&mut self, image: &Image) -> Result<Added, InvalidImage> {
        check_names(&image.repository, &image.tags)?;
        let repositories = self.repositories.get_mut().unwrap_or_else(PoisonError::into_inner);
        let repository = Arc::make_mut(repositories.entry(image.repository.clone()).or_default());
        Build::run(image, repository, &mut self.keepable)
    }

    /// Puts what an OCI layout directory holds into a repository: its manifests, their blobs (which stay in their
    /// files) and the tags that its index gives; with `tags`, these name the first entry in their place. Returns the
    /// digests of the entries.
    ///
    /// # Errors
    /// When a name is none that a registry allows, a file cannot be read, or does not hold what its name says.
    pub fn add_layout(
        &mut self,
        repository: &str,
        tags: &[String],
        directory: &Path,
    ) -> Result<Vec<Digest>, InvalidLayout> {
        check_names(repository, tags).map_err(InvalidLayout::Name)?;
        let repositories = self.repositories.get_mut().unwrap_or_else(PoisonError::into_inner);
        let repository = Arc::make_mut(repositories.entry(repository.to_owned()).or_default());
        layout::read(directory, tags, repository)
    }

    /// The repository of this name as it is now, if there is one.
    pub fn repository(&self, name: &str) -> Option<Arc<Repository>> {
        self.read(|repositories| repositories.get(name).cloned())
    }

    /// The names of the repositories in lexical order.
    pub fn names(&self) -> Vec<String> {
        self.read(|repositories| repositories.keys().cloned().collect())
    }

    /// A blob of this digest in whichever repository, for hosts that serve signed addresses.
    pub fn find_blob(&self, digest: &Digest) -> Option<Blob> {
        self.read(|repositories| {
            repositories.values().find_map(|repository| repository.blob(digest).cloned())
        })
    }

    /// Changes a repository, which comes into being if it is not there. Those that read it meanwhile see it as it
    /// was.
    pub(crate) fn change<R>(&self, name: &str, work: impl FnOnce(&mut Repository) -> R) -> R {
        let mut repositories = self.repositories.write().unwrap_or_else(PoisonError::into_inner);
        work(Arc::make_mut(repositories.entry(name.to_owned()).or_default()))
    }

    /// Takes room for bytes that are pushed; `false`: there is none.
    pub(crate) fn reserve(&self, bytes: u64) -> bool {
        let more = |pushed: u64| pushed.checked_add(bytes).filter(|sum| *sum <= self.capacity);
        self.pushed.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    /// Gives room back.
    pub(crate) fn release(&self, bytes: u64) {
        let less = |pushed: u64| Some(pushed.saturating_sub(bytes));
        let _ = self.pushed.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    fn read<R>(&self, work: impl FnOnce(&BTreeMap<String, Arc<Repository>>) -> R) -> R {
        work(&self.repositories.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn check_names(repository: &str, tags: &[String]) -> Result<(), InvalidImage> {
    if !is_repository(repository) {
        return Err(InvalidImage::Repository(repository.to_owned()));
    }
    match tags.iter().find(|tag| !is_tag(tag)) {
        Some(tag) => Err(InvalidImage::Tag(tag.clone())),
        None => Ok(()),
    }
}
