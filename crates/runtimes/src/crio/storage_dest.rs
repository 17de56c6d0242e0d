//! Where layers go: unpacked, each upon the one below
//! (cri-o@f954a17:vendor/go.podman.io/image/v5/storage/storage_dest.go).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use distribution::Digest;
use gostd::strconv;
use net::Recorder;
use trace::Flaw;

use super::error::{Error, Result};
use super::store::{Layer, Store};
use crate::archive::Applied;

/// Where temporary files are, unless the configuration says so.
const TEMPORARY: &str = "/var/tmp";

/// The destination of one image (`storageImageDestination`).
pub(super) struct StorageDest {
    pub(super) store: Arc<Store>,
    /// The directory of the blobs that are being written.
    directory: PathBuf,
    next_file: AtomicU64,
    /// `RootFS.DiffIDs` of the config; nobody has looked whether they are right.
    claimed: Vec<String>,
    queue: Mutex<Queue>,
    recorder: Recorder,
}

/// Layers that came, until all below them are there.
#[derive(Default)]
struct Queue {
    waiting: BTreeMap<usize, Unpacked>,
    /// The next that can be committed.
    next: usize,
}

/// A blob that was written and decompressed.
pub(super) struct Unpacked {
    pub(super) digest: String,
    pub(super) applied: Applied,
    /// Of what is no archive, too.
    pub(super) diff_id: Option<String>,
}

impl StorageDest {
    pub(super) fn new(
        store: Arc<Store>,
        temporary: &Path,
        name: &str,
        claimed: Vec<String>,
        recorder: Recorder,
    ) -> Self {
        let root = if temporary.as_os_str().is_empty() { Path::new(TEMPORARY) } else { temporary };
        // Go takes a number at random (`os.MkdirTemp`); here one image has one and the same.
        let digits = Digest::sha256_of(name);
        let number = u32::from_str_radix(digits.hex().get(..8).unwrap_or_default(), 16).unwrap_or_default();
        Self {
            store,
            directory: root.join(format!("container_images_storage{number}")),
            next_file: AtomicU64::new(1),
            claimed,
            queue: Mutex::default(),
            recorder,
        }
    }

    /// `computeNextBlobCacheFile`
    pub(super) fn next_file(&self) -> PathBuf {
        self.directory.join(self.next_file.fetch_add(1, Ordering::Relaxed).to_string())
    }

    /// `queueOrCommit`: a layer has come, or was there before; all that now can be are committed.
    pub(super) fn queue_or_commit(&self, index: usize, unpacked: Unpacked) -> Result<()> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.waiting.insert(index, unpacked);
        loop {
            let next = queue.next;
            let Some(unpacked) = queue.waiting.remove(&next) else { return Ok(()) };
            self.commit_layer(next, &unpacked)?;
            queue.next += 1;
        }
    }

    /// `commitLayer`
    fn commit_layer(&self, index: usize, unpacked: &Unpacked) -> Result<()> {
        let Unpacked { digest, applied, diff_id: read } = unpacked;
        let tell = |flaw| self.recorder.unusable(format!("{digest} is not unpacked"), flaw);
        let diff_id = match (applied, read) {
            (Applied::Unpacked { diff_id, .. }, _) | (_, Some(diff_id)) => diff_id,
            (Applied::Failed(words), None) => return Err(Error::plain(words.clone())),
            (Applied::Trailing(problem) | Applied::Unopened(problem), None) => {
                return Err(Error::plain(problem.to_string()));
            }
        };
        let (blob, diff) = (strconv::quote(digest), strconv::quote(diff_id));
        if let Some(claimed) = self.claimed_diff_id(index)?
            && claimed != diff_id
        {
            tell(Flaw::DiffId { got: diff_id.clone() });
            let claimed = strconv::quote(claimed);
            return Err(Error::plain(format!(
                "layer {index} (blob {blob}/\"\"/{diff}) does not match config's DiffID {claimed}"
            )));
        }
        let unpacking = |words: &str| {
            Error::plain(format!(
                "adding layer with blob {blob}/\"\"/{diff}: unpacking failed (error: exit status 1; output: {words})"
            ))
        };
        let size = match applied {
            Applied::Unpacked { size, .. } => *size,
            Applied::Failed(words) => {
                tell(Flaw::Archive);
                return Err(unpacking(words));
            }
            Applied::Trailing(problem) | Applied::Unopened(problem) => {
                tell(Flaw::Archive);
                return Err(unpacking(&problem.to_string()));
            }
        };
        if self.store.layer(digest).is_some() {
            return Ok(());
        }
        let layer = Layer { diff_id: diff_id.clone(), size };
        let kept = self.store.space.take(size).and_then(|()| self.store.add_layer(digest, layer));
        kept.map_err(|error| {
            tell(Flaw::Storage { errno: error.raw_os_error() });
            unpacking(&format!("write: {}", storage_words(&error)))
        })
    }

    /// `untrustedLayerDiffID`: none where the config has none at all.
    pub(super) fn claimed_diff_id(&self, index: usize) -> Result<Option<&String>> {
        if self.claimed.iter().all(String::is_empty) {
            return Ok(None);
        }
        self.claimed.get(index).map(Some).ok_or_else(|| {
            let count = self.claimed.len();
            Error::plain(format!(
                "image config has only {count} DiffID values, but a layer with index {index} exists"
            ))
        })
    }
}

/// What the operating system says of a disk.
pub(super) fn storage_words(error: &std::io::Error) -> &'static str {
    match error.raw_os_error() {
        Some(28) => "no space left on device",
        Some(30) => "read-only file system",
        Some(13) => "permission denied",
        _ => "input/output error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(digest: &str, diff_id: &str) -> Unpacked {
        let applied =
            Applied::Unpacked { diff_id: diff_id.to_owned(), size: 10, empty: false, compressed: true };
        Unpacked { digest: digest.to_owned(), applied, diff_id: None }
    }

    fn dest(claimed: &[&str]) -> StorageDest {
        let claimed = claimed.iter().map(|id| (*id).to_owned()).collect();
        let recorder = Recorder::new(trace::Trace::new());
        StorageDest::new(
            Arc::new(Store::open(None).unwrap()),
            Path::new(""),
            "r.test/a:v1",
            claimed,
            recorder,
        )
    }

    #[test]
    fn layers_are_committed_in_their_order() {
        let dest = dest(&["x", "y"]);
        dest.queue_or_commit(1, layer("sha256:b", "y")).unwrap();
        assert_eq!(dest.store.layer("sha256:b"), None);
        dest.queue_or_commit(0, layer("sha256:a", "x")).unwrap();
        assert!(dest.store.layer("sha256:a").is_some() && dest.store.layer("sha256:b").is_some());
    }

    #[test]
    fn what_is_refused() {
        let said = |claimed: &[&str], index: usize, unpacked: Unpacked| {
            let dest = dest(claimed);
            for (below, diff_id) in claimed.iter().enumerate().take(index) {
                dest.queue_or_commit(below, layer("sha256:0", diff_id)).unwrap();
            }
            dest.queue_or_commit(index, unpacked).unwrap_err().to_string()
        };
        assert_eq!(
            said(&["x"], 0, layer("sha256:a", "z")),
            "layer 0 (blob \"sha256:a\"/\"\"/\"z\") does not match config's DiffID \"x\""
        );
        assert_eq!(
            said(&["x"], 1, layer("sha256:a", "z")),
            "image config has only 1 DiffID values, but a layer with index 1 exists"
        );
        assert!(dest(&[]).queue_or_commit(0, layer("sha256:a", "z")).is_ok());
        // The config's diff id is looked at first, as skopeo 1.22.0 does.
        let no_archive = |diff_id: &str| {
            let applied = Applied::Failed("archive/tar: invalid tar header".to_owned());
            Unpacked { digest: "sha256:a".to_owned(), applied, diff_id: Some(diff_id.to_owned()) }
        };
        assert_eq!(
            said(&["x"], 0, no_archive("z")),
            "layer 0 (blob \"sha256:a\"/\"\"/\"z\") does not match config's DiffID \"x\""
        );
        assert_eq!(
            said(&["x"], 0, no_archive("x")),
            "adding layer with blob \"sha256:a\"/\"\"/\"x\": unpacking failed (error: exit status 1; output: archive/tar: \
             invalid tar header)"
        );
        let full = dest(&["x"]);
        full.store.limit(5);
        assert!(
            full.queue_or_commit(0, layer("sha256:a", "x"))
                .unwrap_err()
                .to_string()
                .ends_with("no space left on device)")
        );
    }
}
