use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use crate::Digest;

/// A blob in a file, read when it is asked for.
#[derive(Debug)]
pub struct StoredFile {
    file: File,
    len: u64,
    digest: Digest,
}

impl StoredFile {
    /// Opens the file, and goes through it once for its digest.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let (mut hasher, mut buffer, mut len) = (Sha256::new(), vec![0; 64 * 1024], 0);
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                count => {
                    hasher.update(&buffer[..count]);
                    len += count as u64;
                }
            }
        }
        Ok(Self { file, len, digest: Digest::finish(hasher) })
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Reads so many bytes, no fewer.
    pub(super) fn read(&self, offset: u64, count: usize) -> io::Result<Bytes> {
        let mut buffer = vec![0; count];
        self.file.read_exact_at(&mut buffer, offset)?;
        Ok(buffer.into())
    }
}
