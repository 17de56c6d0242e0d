//! Content into the store: fetched, counted, digested and committed
//! (containerd v2.1.9 core/remotes/handlers.go:130 `Fetch`, core/content/helpers.go:165 `Copy`,
//! core/metadata/content.go, plugins/content/local/writer.go).

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use distribution::{Algorithm, Descriptor, Digest, Digester, media_type};
use gostd::net::Errno;
use gostd::strconv;
use net::Recorder;
use trace::Flaw;

use super::error::{Class, Error, Result};
use super::fetcher::{Fetcher, ReadError};
use super::progress::Progress;
use super::store::{Blob, Store};
use crate::archive::{Applied, Archive};
use crate::beside::Unpacking;
use crate::containerd::profile::Profile;

/// Content that is looked into is kept up to this size; the largest manifest that resolves has 4 MiB.
const MAX_KEPT: usize = 16 << 20;
/// So much more than announced is read before content is taken to be without end.
const MAX_EXCESS: u64 = 64 << 20;
/// Content without a size is taken to be without end from here on.
const MAX_UNSIZED: u64 = 64 << 30;
/// Files are read in pieces of this size.
const PIECE: usize = 64 << 10;

/// Puts content into a store.
pub(super) struct Ingester {
    pub(super) store: Arc<Store>,
    /// Where the runtime says that its content lies.
    pub(super) root: PathBuf,
    profile: &'static Profile,
    /// Who wants content that another is fetching waits, and then finds it there (`OpenWriter`).
    locks: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    /// What has been written so far.
    pub(super) progress: Progress,
    recorder: Recorder,
}

impl Ingester {
    pub(super) fn new(
        store: Arc<Store>,
        root: PathBuf,
        profile: &'static Profile,
        recorder: Recorder,
    ) -> Self {
        Self { store, root, profile, locks: Mutex::default(), progress: Progress::default(), recorder }
    }

    /// `remotes.Fetch`: unless it is there already, gets content and commits it.
    pub(super) async fn fetch(&self, fetcher: &Fetcher, descriptor: &Descriptor) -> Result<()> {
        let lock = {
            let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
            locks.entry(descriptor.digest.clone()).or_default().clone()
        };
        let _held = lock.lock().await;
        if self.store.has_blob(&descriptor.digest) {
            return Ok(());
        }
        if descriptor.size == 0 {
            let text = format!(
                "unable to fetch descriptor ({}) which reports content size of zero",
                descriptor.digest
            );
            return Err(Error::Class(Class::InvalidArgument, text));
        }
        let reference = reference_key(descriptor, self.profile.content.names_attestations);
        let mut writer = self.writer(&reference, descriptor)?;
        let offset = writer.offset;
        let size = u64::try_from(descriptor.size).unwrap_or_default();
        let brings_data = descriptor.data.len() as u64 == size;
        if brings_data && self.profile.content.uses_descriptor_data {
            writer.write(&Bytes::copy_from_slice(&descriptor.data))?;
        } else if offset < size {
            self.copy(fetcher, descriptor, &mut writer).await?;
        }
        let copied = writer.offset - offset;
        if copied < size.saturating_sub(offset) {
            writer.tell(Flaw::Size { expected: size, got: writer.offset });
            let short = if self.profile.words.counts_short_reads {
                format!("short read: expected {} bytes but got {copied}", size - offset)
            } else {
                "failed to read expected number of bytes".to_owned()
            };
            return Err(Error::Plain("unexpected EOF".into()).context(short));
        }
        let failed = self.failed_commit(&reference);
        writer.commit(descriptor, &reference).map_err(|error| error.context(failed))
    }

    /// The same for content whose size nobody has told: its own. `each` sees all that comes
    /// (containerd v1.7.34 remotes/docker/schema1/converter.go `fetchBlob`).
    pub(super) async fn fetch_unsized(
        &self,
        fetcher: &Fetcher,
        descriptor: &Descriptor,
        mut each: impl FnMut(&[u8]) + Send,
    ) -> Result<i64> {
        let reference = reference_key(descriptor, self.profile.content.names_attestations);
        let mut writer = self.writer(&reference, descriptor)?;
        let mut reader = fetcher.fetch(descriptor, writer.offset);
        while writer.offset <= MAX_UNSIZED {
            match reader.read().await {
                Ok(Some(piece)) => {
                    each(&piece);
                    writer.write(&piece)?;
                }
                Ok(None) | Err(ReadError::UnexpectedEof) => break,
                Err(ReadError::Other(error)) => return Err(error.context("failed to copy")),
            }
        }
        let size = i64::try_from(writer.offset).unwrap_or(i64::MAX);
        let sized = Descriptor { size, ..descriptor.clone() };
        let failed = self.failed_commit(&reference);
        writer.commit(&sized, &reference).map_err(|error| error.context(failed))?;
        Ok(size)
    }

    async fn copy(&self, fetcher: &Fetcher, descriptor: &Descriptor, writer: &mut Writer) -> Result<()> {
        let mut reader = fetcher.fetch(descriptor, writer.offset);
        let size = u64::try_from(descriptor.size).unwrap_or_default();
        loop {
            match reader.read().await {
                // What is longer than announced fails in any case, with its whole length in the words; a body without
                // end would fill the node's disk, which is not waited for here.
                Ok(Some(_)) if writer.offset > size.saturating_add(MAX_EXCESS) => return Ok(()),
                Ok(Some(piece)) => {
                    writer.write(&piece)?;
                    self.progress.came(&descriptor.digest, writer.offset, size);
                }
                Ok(None) | Err(ReadError::UnexpectedEof) => return Ok(()),
                Err(ReadError::Other(error)) => return Err(error.context("failed to copy")),
            }
        }
    }

    fn failed_commit(&self, reference: &str) -> String {
        let remote = if self.profile.words.commits_remotely { ": commit failed" } else { "" };
        format!("failed commit on ref {}{remote}", strconv::quote(reference))
    }

    /// `OpenWriter`: goes on where an earlier pull left off.
    fn writer(&self, reference: &str, descriptor: &Descriptor) -> Result<Writer> {
        let media_type = &descriptor.media_type;
        let is_layer = media_type::is_layer(media_type);
        let mut writer = Writer {
            path: self
                .root
                .join("io.containerd.content.v1.content/ingest")
                .join(Digest::sha256_of(reference).hex()),
            ingest: self.store.ingest_path(reference),
            store: self.store.clone(),
            recorder: self.recorder.clone(),
            digest: descriptor.digest.clone(),
            taken: 0,
            file: None,
            kept: Vec::new(),
            keeps: !is_layer,
            archive: None,
            digester: Digester::new(algorithm(descriptor)),
            offset: 0,
        };
        match writer.ingest.clone() {
            Some(path) => writer.resume(&path).map_err(|error| writer.failed(&error))?,
            None if is_layer && !media_type::is_encrypted(media_type) => {
                writer.archive = Some(Unpacking::new())
            }
            None => {}
        }
        Ok(writer)
    }
}

fn algorithm(descriptor: &Descriptor) -> Algorithm {
    descriptor.parse_digest().map_or(Algorithm::Sha256, |digest| digest.algorithm())
}

/// `MakeRefKey` (core/remotes/handlers.go:86)
fn reference_key(descriptor: &Descriptor, names_attestations: bool) -> String {
    let kind = match descriptor.media_type.as_str() {
        media_type if media_type::is_manifest(media_type) => "manifest",
        media_type if media_type::is_index(media_type) => "index",
        media_type if media_type::is_layer(media_type) => "layer",
        media_type if media_type::is_known_config(media_type) => "config",
        media_type if names_attestations && media_type::is_attestation(media_type) => "attestation",
        _ => "unknown",
    };
    format!("{kind}-{}", descriptor.digest)
}

struct Writer {
    /// As the runtime names it.
    path: PathBuf,
    /// As it is here.
    ingest: Option<PathBuf>,
    store: Arc<Store>,
    recorder: Recorder,
    digest: String,
    /// The space that it has taken in a store without a directory.
    taken: u64,
    file: Option<File>,
    kept: Vec<u8>,
    keeps: bool,
    archive: Option<Unpacking>,
    digester: Digester,
    offset: u64,
}

impl Writer {
    fn resume(&mut self, path: &PathBuf) -> io::Result<()> {
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut piece = vec![0; PIECE];
        loop {
            match file.read(&mut piece)? {
                0 => break,
                length => {
                    self.digester.update(&piece[..length]);
                    self.offset += length as u64;
                }
            }
        }
        file.seek(SeekFrom::End(0))?;
        self.file = Some(file);
        Ok(())
    }

    fn write(&mut self, bytes: &Bytes) -> Result<()> {
        self.digester.update(bytes);
        self.offset += bytes.len() as u64;
        if let Some(file) = &mut self.file {
            let written = file.write_all(bytes);
            return written.map_err(|error| self.failed(&error).context("failed to copy"));
        }
        let space = self.store.space.take(bytes.len() as u64);
        space.map_err(|error| self.failed(&error).context("failed to copy"))?;
        self.taken += bytes.len() as u64;
        if let Some(archive) = &mut self.archive {
            archive.push(bytes);
        }
        self.keeps &= self.kept.len() + bytes.len() <= MAX_KEPT;
        if self.keeps {
            self.kept.extend_from_slice(bytes);
        } else {
            self.kept = Vec::new();
        }
        Ok(())
    }

    /// Writes down what is wrong with the content, or with the place for it.
    fn tell(&self, flaw: Flaw) {
        self.recorder.unusable(format!("{} is not kept", self.digest), flaw);
    }

    fn failed(&self, error: &io::Error) -> Error {
        self.tell(Flaw::Storage { errno: error.raw_os_error() });
        let reason =
            error.raw_os_error().map_or_else(|| error.to_string(), |number| Errno(number).to_string());
        Error::Plain(format!("write {}/data: {reason}", self.path.display()))
    }

    /// `Commit`: size first, then digest.
    fn commit(mut self, descriptor: &Descriptor, reference: &str) -> Result<()> {
        let size = u64::try_from(descriptor.size).unwrap_or_default();
        let digest = self.digester.clone().finish().to_string();
        let problem = if self.offset != size {
            let text =
                format!("{} failed size validation: {} != {size}", strconv::quote(reference), self.offset);
            Some((text, Flaw::Size { expected: size, got: self.offset }))
        } else if digest != descriptor.digest {
            let text = format!("unexpected commit digest {digest}, expected {}", descriptor.digest);
            Some((text, Flaw::Digest { got: digest }))
        } else {
            None
        };
        if let Some((problem, flaw)) = problem {
            // The ingest stays: the next pull finds it complete, and fails here again without asking
            // (recording `layer-wrong-bytes-twice`).
            self.tell(flaw);
            return Err(Error::Class(Class::FailedPrecondition, problem));
        }
        if let (Some(ingest), Some(target)) = (&self.ingest, self.store.blob_path(&descriptor.digest)) {
            return std::fs::rename(ingest, target).map_err(|error| self.failed(&error));
        }
        let blob = match self.archive.take() {
            Some(unpacking) => Blob::Passed(unpacking.finish()),
            None if self.keeps => Blob::Bytes(std::mem::take(&mut self.kept).into()),
            None => Blob::Passed(Applied::Failed("content was not kept".into())),
        };
        self.store.add_blob(&descriptor.digest, blob);
        self.taken = 0;
        Ok(())
    }
}

impl Drop for Writer {
    /// Without a directory nothing stays of what was not committed.
    fn drop(&mut self) {
        self.store.space.give_back(self.taken);
    }
}

/// Unpacks a layer that lies in the store's directory, and keeps what comes out beside it, so that the disk fills as
/// it would on the node.
pub(super) fn apply_file(store: &Store, digest: &str, chain_id: &str) -> io::Result<Applied> {
    let missing = || io::Error::from(io::ErrorKind::NotFound);
    let mut blob = File::open(store.blob_path(digest).ok_or_else(missing)?)?;
    let mut snapshot = File::create(store.snapshot_path(chain_id).ok_or_else(missing)?)?;
    let (mut archive, mut piece) = (Archive::new(), vec![0; PIECE]);
    loop {
        match blob.read(&mut piece)? {
            0 => return Ok(archive.finish()),
            length => {
                archive.push(&piece[..length]);
                snapshot.write_all(&piece[..length])?;
            }
        }
    }
}
