//! The garbage collector: what no image needs goes, once the lease of the pull that brought it is gone
//! (containerd v2.1.9 core/metadata/gc.go, plugins/gc/scheduler.go).

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use distribution::{Descriptor, ImageConfig, media_type};
use tokio::time::Instant;

use super::store::{Store, children, hex_of, read_image};
use crate::store::{StoreError, chain_ids};

/// After so long it has come. It looks every 49 times as long as it takes, and at least every 245 ms (`run`): a pull that
/// follows at once mostly finds what the last one left (recording `layer-503-two-pulls`), the kubelet's next one never does.
const COMES_WITHIN: Duration = Duration::from_secs(5);

impl Store {
    /// A pull has failed: what it brought is nobody's.
    pub(super) fn leave_garbage(&self) {
        self.lock().garbage_since = Some(Instant::now());
    }

    /// The collector has come meanwhile, if it is long enough ago that a pull failed.
    pub(super) fn collect_old_garbage(&self) -> Result<(), StoreError> {
        let since = self.lock().garbage_since;
        if since.is_none_or(|since| since.elapsed() < COMES_WITHIN) {
            return Ok(());
        }
        self.collect_garbage()
    }

    /// Removes what no image needs.
    pub(super) fn collect_garbage(&self) -> Result<(), StoreError> {
        let (blobs, snapshots) = self.reachable();
        let mut memory = self.lock();
        memory.garbage_since = None;
        memory.blobs.retain(|digest, _| blobs.contains(hex_of(digest)));
        memory.snapshots.retain(|chain_id| snapshots.contains(hex_of(chain_id)));
        drop(memory);
        self.directory.as_ref().map_or(Ok(()), |root| self.collect_in(root))
    }

    pub(super) fn collect_in(&self, root: &Path) -> Result<(), StoreError> {
        let (blobs, snapshots) = self.reachable();
        let removed = sweep(&root.join("blobs/sha256"), &blobs)?;
        sweep(&root.join("snapshots"), &snapshots)?;
        // Where nothing but the beginning of content is left, the next pull goes on with it (seen of containerd 1.6.20).
        if removed { sweep(&root.join("ingest"), &BTreeSet::new()).map(drop) } else { Ok(()) }
    }

    /// The hashes of content and snapshots that images need.
    fn reachable(&self) -> (BTreeSet<String>, BTreeSet<String>) {
        let mut todo: Vec<Descriptor> = match &self.directory {
            None => self.lock().images.values().cloned().collect(),
            Some(root) => {
                let images = std::fs::read_dir(root.join("images")).into_iter().flatten().flatten();
                images.filter_map(|entry| Some(read_image(&entry.path())?.1)).collect()
            }
        };
        let (mut blobs, mut snapshots) = (BTreeSet::new(), BTreeSet::new());
        while let Some(descriptor) = todo.pop() {
            if !blobs.insert(hex_of(&descriptor.digest).to_owned()) {
                continue;
            }
            let Some(bytes) = self.read_blob(&descriptor.digest) else { continue };
            if media_type::is_config(&descriptor.media_type) {
                let config = ImageConfig::decode(bytes.to_vec());
                let chain = config.map(|config| chain_ids(&config.diff_ids)).unwrap_or_default();
                snapshots.extend(chain.iter().map(|id| hex_of(id).to_owned()));
            }
            todo.extend(children(&descriptor, &bytes));
        }
        (blobs, snapshots)
    }
}

/// Removes all files but these; whether there were others.
fn sweep(directory: &Path, keep: &BTreeSet<String>) -> Result<bool, StoreError> {
    let mut removed = false;
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        if !keep.contains(&*entry.file_name().to_string_lossy()) {
            let path = entry.path();
            std::fs::remove_file(&path).map_err(|source| StoreError::new(path, source))?;
            removed = true;
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::super::store::Blob;
    use super::*;

    fn bytes(text: &str) -> Blob {
        Blob::Bytes(text.as_bytes().into())
    }

    fn there(store: &Store) -> Vec<&'static str> {
        ["aa", "bb", "cc", "dd"].into_iter().filter(|hex| store.has_blob(&format!("sha256:{hex}"))).collect()
    }

    /// One image, what it needs, and what another pull has left.
    fn store() -> Store {
        let store = Store::open(None).unwrap();
        let manifest = r#"{"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:bb","size":2},
                           "layers":[{"digest":"sha256:cc","size":1}]}"#;
        let config = r#"{"rootfs":{"type":"layers","diff_ids":["sha256:11","sha256:22"]}}"#;
        let image = Descriptor {
            media_type: "application/vnd.oci.image.manifest.v1+json".into(),
            digest: "sha256:aa".into(),
            ..Descriptor::default()
        };
        store.add_image("r.test/a:v1", &image).unwrap();
        for (digest, text) in [("aa", manifest), ("bb", config), ("cc", "layer"), ("dd", "left")] {
            store.write_blob(&format!("sha256:{digest}"), bytes(text)).unwrap();
        }
        let chain = chain_ids(&["sha256:11".into(), "sha256:22".into()]);
        chain.iter().for_each(|id| store.add_snapshot(id));
        store.add_snapshot("sha256:33");
        store
    }

    #[test]
    fn what_an_image_needs_stays() {
        let store = store();
        store.collect_garbage().unwrap();
        assert_eq!(there(&store), ["aa", "bb", "cc"]);
        assert_eq!([store.has_snapshot("sha256:11"), store.has_snapshot("sha256:33")], [true, false]);
    }

    #[tokio::test(start_paused = true)]
    async fn it_comes_a_while_after_a_pull_has_failed() {
        let store = store();
        for (wait, expected) in [(0, 4), (60, 4)] {
            tokio::time::advance(Duration::from_secs(wait)).await;
            store.collect_old_garbage().unwrap();
            assert_eq!(there(&store).len(), expected, "nothing has failed");
        }
        store.leave_garbage();
        for (wait, expected) in [(0, 4), (1, 4), (9, 3)] {
            tokio::time::advance(Duration::from_secs(wait)).await;
            store.collect_old_garbage().unwrap();
            assert_eq!(there(&store).len(), expected, "{wait} s later");
        }
    }
}
