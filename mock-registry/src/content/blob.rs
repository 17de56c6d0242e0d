use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use crate::Digest;
use crate::content::GeneratedLayer;

/// Content addressed by its digest: held, or made when it is read.
#[derive(Clone, Debug)]
pub enum Blob {
    /// Bytes in memory.
    Held(Bytes),
    /// A layer that follows from its seed.
    Generated(Arc<GeneratedLayer>),
}

impl Blob {
    /// Bytes of the whole.
    pub fn len(&self) -> u64 {
        match self {
            Self::Held(bytes) => bytes.len() as u64,
            Self::Generated(layer) => layer.len(),
        }
    }

    /// Whether it holds no byte.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The digest of the whole.
    pub fn digest(&self) -> Digest {
        match self {
            Self::Held(bytes) => Digest::of(bytes),
            Self::Generated(layer) => layer.digest().clone(),
        }
    }

    /// The next bytes of `range`, at most `limit`; the range shrinks by what is returned.
    pub fn next_chunk(&self, range: &mut Range<u64>, limit: usize) -> Bytes {
        let end = range.end.min(self.len());
        let count = end.saturating_sub(range.start).min(limit as u64);
        if count == 0 {
            return Bytes::new();
        }
        let start = range.start;
        range.start += count;
        match self {
            Self::Held(bytes) => bytes.slice(start as usize..(start + count) as usize),
            Self::Generated(layer) => {
                let mut buffer = vec![0; count as usize];
                layer.read(start, &mut buffer);
                buffer.into()
            }
        }
    }
}

impl From<Bytes> for Blob {
    fn from(bytes: Bytes) -> Self {
        Self::Held(bytes)
    }
}
