//! The node's store of images, whichever runtime keeps it.

use std::io;
use std::path::{Path, PathBuf};

use distribution::Digest;

use crate::{containerd, crio, docker};

/// Why the store cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}", path = path.display())]
pub struct StoreError {
    path: PathBuf,
    source: io::Error,
}

impl StoreError {
    pub(crate) const fn new(path: PathBuf, source: io::Error) -> Self {
        Self { path, source }
    }
}

/// Removes an image from a store, with the content that no other image needs; false where it is not there.
/// The reference is normalised as the runtime does it.
///
/// # Errors
/// When the store's directory cannot be written to.
pub fn remove_image(store: &Path, reference: &str) -> Result<bool, StoreError> {
    // One directory may hold what several keep, each in its own place.
    let known = [containerd::remove_image, crio::remove_image, docker::remove_image];
    known.iter().try_fold(false, |found, remove| Ok(found | remove(store, reference)?))
}

/// Each is the digest of the one before and the diff id (`identity.ChainIDs` of containerd, `createChainIDFromParent` of
/// Docker).
pub(crate) fn chain_ids(diff_ids: &[String]) -> Vec<String> {
    let mut chain: Vec<String> = Vec::with_capacity(diff_ids.len());
    for diff_id in diff_ids {
        chain.push(match chain.last() {
            None => diff_id.clone(),
            Some(parent) => Digest::sha256_of(format!("{parent} {diff_id}")).to_string(),
        });
    }
    chain
}
