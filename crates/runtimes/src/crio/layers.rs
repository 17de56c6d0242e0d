//! Layers: so many at once, each checked and unpacked as it comes
//! (cri-o@f954a17:vendor/go.podman.io/image/v5/copy/single.go `copyLayers`, `copyLayer`, blob.go `copyBlobFromStream`).

use std::sync::Arc;

use bytes::Bytes;
use distribution::{Algorithm, Descriptor, Digest, Digester};
use gostd::strconv;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use trace::{Flaw, Purpose};

use super::body_reader::BodyReader;
use super::copy::Copier;
use super::error::{Error, Result};
use super::image_source::ImageSource;
use super::storage_dest::{StorageDest, Unpacked, storage_words};
use super::system::System;
use crate::archive::Applied;
use crate::beside::Unpacking;

/// So much is read to find out how a blob is compressed (`DetectCompressionFormat`).
const PEEKED: u64 = 8;
/// What Go's client reads of a connection at once, with the head of the answer in it.
const READ_AHEAD: u64 = 4096;

/// Where blobs go.
#[derive(Clone)]
pub(super) enum Destination {
    /// The storage of images, which unpacks them.
    Storage(Arc<StorageDest>),
    /// The store of artifacts, which keeps them as they are.
    Artifacts,
}

/// What the tasks of one image share.
struct Shared {
    system: Arc<System>,
    source: Arc<ImageSource>,
    dest: Destination,
    at_once: Semaphore,
}

/// `copyLayers`: all of them come to their end, and of what failed the lowest layer is told.
pub(super) async fn copy(
    copier: &Copier,
    source: &Arc<ImageSource>,
    layers: &[Descriptor],
    dest: &Destination,
) -> Result<()> {
    let at_once = copier.system.profile.content.blobs_at_once;
    let shared = Arc::new(Shared {
        system: copier.system.clone(),
        source: source.clone(),
        dest: dest.clone(),
        at_once: Semaphore::new(at_once),
    });
    let mut tasks = JoinSet::new();
    for index in begun(layers.len(), at_once) {
        let (shared, layer) = (shared.clone(), layers[index].clone());
        tasks.spawn(async move {
            let _turn = shared.at_once.acquire().await;
            (index, shared.copy_layer(index, &layer).await)
        });
    }
    let mut failed: Option<(usize, Error)> = None;
    while let Some(ended) = tasks.join_next().await {
        let (index, result) = ended.unwrap_or((usize::MAX, Err(Error::Canceled)));
        if let Err(error) = result
            && failed.as_ref().is_none_or(|(lowest, _)| index < *lowest)
        {
            failed = Some((index, error));
        }
    }
    failed.map_or(Ok(()), |(_, error)| Err(error))
}

/// Only asks for each layer.
pub(super) async fn ask(source: &ImageSource, layers: &[Descriptor]) -> Result<()> {
    for layer in layers {
        source
            .has_blob(layer)
            .await
            .map_err(|error| error.context(format!("reading blob {}", layer.digest)))?;
    }
    Ok(())
}

/// The order in which goroutines that are started in a row mostly begin: the last of those that may runs next, the others
/// follow in order, and those that must wait keep theirs (recordings `ok-anon`, `ok-bearer-creds`).
fn begun(count: usize, at_once: usize) -> impl Iterator<Item = usize> {
    let first = count.min(at_once);
    let last = first.checked_sub(1);
    last.into_iter().chain(0..last.unwrap_or_default()).chain(first..count)
}

impl Shared {
    /// `copyLayer`
    async fn copy_layer(&self, index: usize, layer: &Descriptor) -> Result<()> {
        let digest: Digest = layer.parse_digest().map_err(|error| {
            let said = match layer.digest.as_str() {
                "" => Error::plain("Can not check for a blob with unknown digest"),
                _ => Error::plain(error.to_string()).context("Can not check for a blob with invalid digest"),
            };
            said.context(format!("trying to reuse blob {} at destination", layer.digest))
        })?;
        if let Destination::Storage(dest) = &self.dest
            && let Some(known) = dest.store.layer(&layer.digest)
        {
            let applied = Applied::Unpacked {
                diff_id: known.diff_id,
                size: known.size,
                empty: false,
                compressed: true,
            };
            self.system.progress.report();
            let diff_id = None;
            return dest.queue_or_commit(index, Unpacked { digest: layer.digest.clone(), applied, diff_id });
        }
        if let Destination::Storage(dest) = &self.dest {
            // What the config says of a layer is looked at before a part of it would be fetched (`PutBlobPartial`).
            dest.claimed_diff_id(index)
                .map_err(|error| error.context(format!("partial pull of blob {}", layer.digest)))?;
        }
        let reading = |error: Error| error.context(format!("reading blob {}", layer.digest));
        let mut reader = self.source.blob(layer, Purpose::Layer).await.map_err(reading)?;
        self.system.progress.report();
        self.copy_blob(index, layer, digest.algorithm(), &mut reader).await
    }

    /// `copyBlobFromStream`: what went wrong is told by how far it came.
    async fn copy_blob(
        &self,
        index: usize,
        layer: &Descriptor,
        algorithm: Algorithm,
        reader: &mut BodyReader<'_>,
    ) -> Result<()> {
        let mut blob = Incoming::new(self, layer, algorithm, reader.head_length());
        let mut unpacking = Unpacking::reading_on();
        loop {
            let piece = self.chunk(reader).await.map_err(|error| blob.failed(error))?;
            self.system.progress.report();
            let Some(piece) = piece else { break };
            unpacking.push(&piece);
            blob.take(&piece)?;
        }
        blob.check()?;
        let Destination::Storage(dest) = &self.dest else { return Ok(()) };
        let (applied, diff_id) = match blob.foreign {
            Some(name) => (self.taken_as_whole(name, index, layer, dest, blob.offset), None),
            None => unpacking.finish_both(),
        };
        let problem = match &applied {
            Applied::Unopened(problem) | Applied::Trailing(problem) => Some(problem.to_string()),
            // What cannot even be decompressed does not get as far as being unpacked.
            Applied::Failed(words) if diff_id.is_none() => Some(words.clone()),
            Applied::Failed(_) | Applied::Unpacked { .. } => None,
        };
        if let Some(problem) = problem {
            self.system.recorder.unusable(format!("{} is not unpacked", layer.digest), Flaw::Archive);
            return Err(blob.failed_to_decompress(&applied, problem));
        }
        let unpacked = Unpacked { digest: layer.digest.clone(), applied, diff_id };
        dest.queue_or_commit(index, unpacked).map_err(|error| error.context("writing blob"))
    }

    /// A layer of a compression that CRI-O reads and that is not read here: said so, and what the config says of it is
    /// believed.
    fn taken_as_whole(
        &self,
        name: &str,
        index: usize,
        layer: &Descriptor,
        dest: &StorageDest,
        size: u64,
    ) -> Applied {
        let digest = &layer.digest;
        let text =
            format!("{digest} is compressed by {name}, which is not unpacked here: it is taken to be whole");
        self.system.recorder.decide("layer", text);
        let claimed = dest.claimed_diff_id(index).ok().flatten();
        let diff_id = claimed.unwrap_or(digest).clone();
        Applied::Unpacked { diff_id, size, empty: false, compressed: true }
    }

    async fn chunk(&self, reader: &mut BodyReader<'_>) -> Result<Option<Bytes>> {
        tokio::select! {
            biased;
            () = self.system.progress.stalled() => {
                let text = "nothing has come for too long (pull_progress_timeout): the pull is cancelled";
                self.system.recorder.decide("pull_progress_timeout", text);
                Err(Error::Canceled)
            }
            piece = reader.chunk() => piece,
        }
    }
}

/// A blob, as far as it came.
struct Incoming<'a> {
    shared: &'a Shared,
    layer: &'a Descriptor,
    digester: Digester,
    offset: u64,
    /// The length of the head of the answer, in bytes.
    head: u64,
    /// The file that it is written to, once it is clear that there is something.
    file: Option<String>,
    /// How much room of the node's disk it has.
    room: u64,
    /// A compression that is not read here.
    foreign: Option<&'static str>,
}

/// What else layers may be compressed by (pkg/compression/compression.go `DetectCompressionFormat`).
fn foreign_compression(first: &[u8]) -> Option<&'static str> {
    match first {
        [b'B', b'Z', b'h', ..] => Some("bzip2"),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some("xz"),
        _ => None,
    }
}

impl<'a> Incoming<'a> {
    fn new(shared: &'a Shared, layer: &'a Descriptor, algorithm: Algorithm, head: usize) -> Self {
        let digester = Digester::new(algorithm);
        let head = head as u64;
        Self { shared, layer, digester, offset: 0, head, file: None, room: 0, foreign: None }
    }

    /// The next piece of it.
    fn take(&mut self, piece: &Bytes) -> Result<()> {
        if self.offset == 0 {
            self.foreign = foreign_compression(piece);
        }
        self.digester.update(piece);
        self.offset += piece.len() as u64;
        let Destination::Storage(dest) = &self.shared.dest else { return Ok(()) };
        if self.offset > PEEKED && self.file.is_none() {
            self.file = Some(dest.next_file().display().to_string());
        }
        let bytes = piece.len() as u64;
        dest.store.space.take(bytes).map_err(|error| {
            let flaw = Flaw::Storage { errno: error.raw_os_error() };
            self.shared.system.recorder.unusable(format!("{} is not kept", self.layer.digest), flaw);
            let file = self.file.clone().unwrap_or_default();
            let quoted = strconv::quote(&file);
            let said = format!("write {file}: {}", storage_words(&error));
            Error::plain(said).context(format!("writing blob: storing blob to file {quoted}"))
        })?;
        self.room += bytes;
        Ok(())
    }

    /// `digestingReader`: what came must be what was asked for.
    fn check(&self) -> Result<()> {
        let got = self.digester.clone().finish().to_string();
        if got == self.layer.digest {
            return Ok(());
        }
        let text = format!("{} is not kept", self.layer.digest);
        self.shared.system.recorder.unusable(text, Flaw::Digest { got: got.clone() });
        let said = format!("Digest did not match, expected {}, got {got}", self.layer.digest);
        let error = Error::plain(said);
        // An end that comes with the last bytes takes them along: what is short enough to be read at once looks empty.
        match self.offset {
            0..=PEEKED => Err(error.context(format!("reading blob {}", self.layer.digest))),
            length if self.head + length <= READ_AHEAD => Err(self.set_up(error)),
            _ => Err(self.failed(error)),
        }
    }

    fn set_up(&self, error: Error) -> Error {
        let error = error.context("happened during read");
        match self.shared.dest {
            Destination::Storage(_) => error.context("writing blob: setting up to decompress blob"),
            Destination::Artifacts => error.context("writing blob"),
        }
    }

    /// An error while it was read.
    fn failed(&self, error: Error) -> Error {
        if self.offset < PEEKED {
            return error.context(format!("reading blob {}", self.layer.digest));
        }
        let error = error.context("happened during read");
        match &self.file {
            Some(file) => {
                error.context(format!("writing blob: storing blob to file {}", strconv::quote(file)))
            }
            None => error.context("writing blob"),
        }
    }

    fn failed_to_decompress(&self, applied: &Applied, said: String) -> Error {
        match (applied, &self.file) {
            (Applied::Unopened(_), _) => {
                Error::plain(said).context("writing blob: setting up to decompress blob")
            }
            (_, file) => {
                let quoted = strconv::quote(file.as_deref().unwrap_or_default());
                Error::plain(said).context(format!("writing blob: storing blob to file {quoted}"))
            }
        }
    }
}

impl Drop for Incoming<'_> {
    /// What was written for a while goes when the pull has come to its end; what stays of it is the layer.
    fn drop(&mut self) {
        if let Destination::Storage(dest) = &self.shared.dest {
            dest.store.space.give_back(self.room);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_compressions() {
        assert_eq!(foreign_compression(b"BZh91AY"), Some("bzip2"));
        assert_eq!(foreign_compression(b"\xfd7zXZ\0\0"), Some("xz"));
        assert_eq!(foreign_compression(b"\x1f\x8b\x08"), None);
    }

    #[test]
    fn the_last_of_those_that_may_begins() {
        let order = |count| begun(count, 6).collect::<Vec<_>>();
        assert_eq!(order(0), Vec::<usize>::new());
        assert_eq!(order(1), [0]);
        assert_eq!(order(2), [1, 0]);
        assert_eq!(order(8), [5, 0, 1, 2, 3, 4, 6, 7]);
    }
}
