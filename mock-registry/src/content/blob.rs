use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use crate::Digest;
use crate::content::GeneratedLayer;
use crate::content::file::StoredFile;

/// Content addressed by its digest: held, made when it is read, or in a file.
#[derive(Clone, Debug)]
pub enum Blob {
    /// Bytes in memory.
    Held(Bytes),
    /// A layer that follows from its seed.
    Generated(Arc<GeneratedLayer>),
    /// A file of an OCI layout.
    Stored(Arc<StoredFile>),
}

impl Blob {
    /// Bytes of the whole.
    pub fn len(&self) -> u64 {
        match self {
            Self::Held(bytes) => bytes.len() as u64,
            Self::Generated(layer) => layer.len(),
            Self::Stored(file) => file.len(),
        }
    }

    /// Whether it holds no byte.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether its bytes are in memory as they are sent.
    pub(crate) fn is_held(&self) -> bool {
        match self {
            Self::Held(_) => true,
            Self::Generated(layer) => layer.kept().is_some(),
            Self::Stored(_) => false,
        }
    }

    /// The digest of the whole.
    pub fn digest(&self) -> Digest {
        match self {
            Self::Held(bytes) => Digest::of(bytes),
            Self::Generated(layer) => layer.digest().clone(),
            Self::Stored(file) => file.digest().clone(),
        }
    }

    /// All of it, unless that is more than `limit` or cannot be read.
    pub(crate) fn whole(&self, limit: u64) -> Option<Bytes> {
        let length = self.len();
        let bytes = (length <= limit).then(|| self.next_chunk(&mut (0..length), usize::MAX))?;
        (bytes.len() as u64 == length).then_some(bytes)
    }

    /// The next bytes of `range`, at most `limit`; the range shrinks by what is returned. Nothing is returned at the
    /// end, and where a file cannot be read any more.
    pub fn next_chunk(&self, range: &mut Range<u64>, limit: usize) -> Bytes {
        let end = range.end.min(self.len());
        let count = end.saturating_sub(range.start).min(limit as u64);
        if count == 0 {
            return Bytes::new();
        }
        let start = range.start;
        range.start += count;
        let slice = |bytes: &Bytes| bytes.slice(start as usize..(start + count) as usize);
        match self {
            Self::Held(bytes) => slice(bytes),
            Self::Generated(layer) => match layer.kept() {
                Some(bytes) => slice(bytes),
                None => {
                    let mut buffer = vec![0; count as usize];
                    layer.read(start, &mut buffer);
                    buffer.into()
                }
            },
            Self::Stored(file) => file.read(start, count as usize).unwrap_or_else(|_| {
                range.start = range.end;
                Bytes::new()
            }),
        }
    }
}

impl From<Bytes> for Blob {
    fn from(bytes: Bytes) -> Self {
        Self::Held(bytes)
    }
}
