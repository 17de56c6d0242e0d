//! OCI layout directories (image specification 1.1, "OCI Image Layout Specification").

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use serde::Deserialize;

use crate::Digest;
use crate::content::file::StoredFile;
use crate::content::names::is_tag;
use crate::content::{Blob, InvalidImage, Manifest, Repository};

/// The annotation that names an entry.
const REF_NAME: &str = "org.opencontainers.image.ref.name";
/// Bytes of a manifest or index that are read: the reference registry takes no larger one.
const MANIFEST_LIMIT: u64 = 4 << 20;
/// How deep indexes may lie in each other.
const DEPTH: usize = 8;

/// Why a layout directory could not be taken over.
#[derive(Debug, thiserror::Error)]
pub enum InvalidLayout {
    /// The repository or a tag is no name.
    #[error(transparent)]
    Name(InvalidImage),
    /// A file cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("{path} is no {what}: {source}", path = path.display())]
    Document {
        /// The file.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A blob's file holds something else than its name says.
    #[error("{path} holds {actual}", path = path.display())]
    Digest {
        /// The file.
        path: PathBuf,
        /// The digest of what it holds.
        actual: Digest,
    },
    /// Tags are given, and the layout holds no manifest.
    #[error("{} lists no manifest", .0.display())]
    Empty(PathBuf),
}

#[derive(Deserialize)]
struct Index {
    manifests: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(default)]
    media_type: String,
    digest: Digest,
    #[serde(default)]
    annotations: std::collections::BTreeMap<String, String>,
}

/// What a manifest or an index refers to.
#[derive(Deserialize)]
struct References {
    config: Option<Entry>,
    #[serde(default)]
    layers: Vec<Entry>,
    #[serde(default)]
    manifests: Vec<Entry>,
}

pub(super) fn read(
    directory: &Path,
    tags: &[String],
    repository: &mut Repository,
) -> Result<Vec<Digest>, InvalidLayout> {
    let path = directory.join("index.json");
    let index: Index = parse(&path, "layout index", &read_file(&path)?)?;
    if index.manifests.is_empty() && !tags.is_empty() {
        return Err(InvalidLayout::Empty(path));
    }
    for (place, entry) in index.manifests.iter().enumerate() {
        take_manifest(directory, entry, repository, DEPTH)?;
        let named = entry.annotations.get(REF_NAME).filter(|name| is_tag(name));
        match (tags, place) {
            ([], _) => named.into_iter().for_each(|name| repository.tag(name, entry.digest.clone())),
            (tags, 0) => tags.iter().for_each(|tag| repository.tag(tag, entry.digest.clone())),
            _ => {}
        }
    }
    Ok(index.manifests.into_iter().map(|entry| entry.digest).collect())
}

/// Takes a manifest over, and all that it refers to and the layout has: what is missing is missing in the registry.
fn take_manifest(
    directory: &Path,
    entry: &Entry,
    repository: &mut Repository,
    depth: usize,
) -> Result<(), InvalidLayout> {
    let path = blob_path(directory, &entry.digest);
    if depth == 0 || !path.exists() {
        return Ok(());
    }
    let bytes = read_file(&path)?;
    let actual = Digest::of(&bytes);
    if actual != entry.digest {
        return Err(InvalidLayout::Digest { path, actual });
    }
    let references: References = parse(&path, "manifest", &bytes)?;
    for child in &references.manifests {
        take_manifest(directory, child, repository, depth - 1)?;
    }
    for blob in references.config.iter().chain(&references.layers) {
        take_blob(directory, blob, repository)?;
    }
    repository.put_manifest(Manifest::new(&entry.media_type, bytes), None);
    Ok(())
}

fn take_blob(directory: &Path, entry: &Entry, repository: &mut Repository) -> Result<(), InvalidLayout> {
    let path = blob_path(directory, &entry.digest);
    if repository.blob(&entry.digest).is_some() || !path.exists() {
        return Ok(());
    }
    let file =
        StoredFile::open(&path).map_err(|source| InvalidLayout::Unreadable { path: path.clone(), source })?;
    if *file.digest() != entry.digest {
        return Err(InvalidLayout::Digest { path, actual: file.digest().clone() });
    }
    repository.put_blob(Blob::Stored(Arc::new(file)));
    Ok(())
}

fn blob_path(directory: &Path, digest: &Digest) -> PathBuf {
    directory.join("blobs/sha256").join(digest.encoded())
}

fn read_file(path: &Path) -> Result<Bytes, InvalidLayout> {
    let unreadable = |source| InvalidLayout::Unreadable { path: path.to_owned(), source };
    let length = std::fs::metadata(path).map_err(unreadable)?.len();
    if length > MANIFEST_LIMIT {
        return Err(unreadable(io::ErrorKind::FileTooLarge.into()));
    }
    Ok(std::fs::read(path).map_err(unreadable)?.into())
}

fn parse<'a, T: Deserialize<'a>>(
    path: &Path,
    what: &'static str,
    bytes: &'a [u8],
) -> Result<T, InvalidLayout> {
    serde_json::from_slice(bytes).map_err(|source| InvalidLayout::Document {
        path: path.to_owned(),
        what,
        source,
    })
}
