use std::sync::OnceLock;

use bytes::Bytes;
use flate2::Crc;
use sha2::{Digest as _, Sha256};

use crate::Digest;
use crate::content::tar::{Tar, copy};

/// Bytes made at a time: all that a layer of any size holds in memory.
const CHUNK: usize = 64 * 1024;

/// A layer to be made: one file of pseudo-random bytes in a tar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    pub(crate) seed: u64,
    pub(crate) size: u64,
    pub(crate) compression: Compression,
    pub(crate) urls: Vec<String>,
    pub(crate) missing: bool,
    pub(crate) media_type: Option<String>,
}

/// How a layer's tar is packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// gzip, in stored blocks: random bytes do not shrink, and every byte's place is known beforehand.
    #[default]
    Gzip,
    /// zstd, in raw blocks for the same reason.
    Zstd,
    /// The tar as it is.
    None,
}

impl Layer {
    /// A gzipped layer whose one file holds `size` bytes that follow from `seed`.
    pub const fn seeded(seed: u64, size: u64) -> Self {
        Self {
            seed,
            size,
            compression: Compression::Gzip,
            urls: Vec::new(),
            missing: false,
            media_type: None,
        }
    }

    /// The same layer, packed otherwise.
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// A layer that may not be distributed: the manifest says that it lies at this address, and the registry does
    /// not have it.
    pub fn foreign(mut self, url: impl Into<String>) -> Self {
        self.urls.push(url.into());
        self.missing = true;
        self
    }

    /// A layer that the manifest names and the registry does not have.
    pub fn missing(mut self) -> Self {
        self.missing = true;
        self
    }

    /// States another media type than that of image layers, as artifacts do.
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }
}

/// A layer whose bytes are made when they are read, from any offset, so that no large layer is ever held.
#[derive(Clone, Debug)]
pub struct GeneratedLayer {
    tar: Tar,
    compression: Compression,
    crc: u32,
    digest: Digest,
    diff_id: Digest,
    /// Whether its bytes stay in memory once they were made, and those bytes.
    kept: Option<OnceLock<Bytes>>,
}

/// The frame of a packed tar: a header, blocks each with a header of its own, and a trailer.
struct Frame {
    header: &'static [u8],
    /// Bytes of tar in a block.
    block: u64,
    block_header: u64,
    trailer: u64,
}

impl Compression {
    const fn frame(self) -> Frame {
        match self {
            // RFC 1952, 2.3; a stored block's length has 16 bits, and its header the length and its complement
            // (RFC 1951, 3.2.4).
            Self::Gzip => Frame {
                header: &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255],
                block: 65_535,
                block_header: 5,
                trailer: 8,
            },
            // RFC 8878, 3.1.1: no checksum, no content size, a window of 128 KiB (exponent 7, 3.1.1.1.2).
            Self::Zstd => Frame {
                header: &[0x28, 0xb5, 0x2f, 0xfd, 0, 7 << 3],
                block: 65_536,
                block_header: 3,
                trailer: 0,
            },
            Self::None => Frame { header: &[], block: u64::MAX, block_header: 0, trailer: 0 },
        }
    }
}

impl GeneratedLayer {
    /// Goes through the layer's bytes twice: for the checksum and diff id of the tar, then for the digest.
    pub fn new(layer: Layer) -> Self {
        let tar = Tar { seed: layer.seed, size: layer.size };
        let (mut crc, mut hasher) = (Crc::new(), Sha256::new());
        each_chunk(tar.len(), |offset, buffer| {
            tar.read(offset, buffer);
            if layer.compression == Compression::Gzip {
                crc.update(buffer);
            }
            hasher.update(&*buffer);
        });
        let diff_id = Digest::finish(hasher);
        let (crc, digest) = (crc.sum(), diff_id.clone());
        let mut made = Self { tar, compression: layer.compression, crc, digest, diff_id, kept: None };
        if layer.compression != Compression::None {
            let mut hasher = Sha256::new();
            each_chunk(made.len(), |offset, buffer| {
                made.read(offset, buffer);
                hasher.update(&*buffer);
            });
            made.digest = Digest::finish(hasher);
        }
        made
    }

    /// Keeps the bytes in memory once they were made: for small layers that are asked for often.
    pub(crate) fn keep(mut self) -> Self {
        self.kept = Some(OnceLock::new());
        self
    }

    /// The bytes, where they are kept.
    pub(crate) fn kept(&self) -> Option<&Bytes> {
        let kept = self.kept.as_ref()?;
        Some(kept.get_or_init(|| {
            let mut bytes = vec![0; usize::try_from(self.len()).unwrap_or_default()];
            self.read(0, &mut bytes);
            bytes.into()
        }))
    }

    /// The digest of the blob as served.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The digest of the uncompressed tar.
    pub fn diff_id(&self) -> &Digest {
        &self.diff_id
    }

    /// How the tar is packed.
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// Bytes of the blob as served; never none, since a tar has an end mark.
    #[expect(clippy::len_without_is_empty, reason = "a layer is never empty")]
    pub fn len(&self) -> u64 {
        let (frame, tar) = (self.compression.frame(), self.tar.len());
        frame.header.len() as u64 + tar + tar.div_ceil(frame.block) * frame.block_header + frame.trailer
    }

    /// Fills `buffer` with the blob's bytes from `offset` on. Bytes beyond the end are left as they are.
    pub fn read(&self, offset: u64, buffer: &mut [u8]) {
        if self.compression == Compression::None {
            return self.tar.read(offset, buffer);
        }
        let (mut offset, mut rest) = (offset, buffer);
        while !rest.is_empty() && offset < self.len() {
            let written = self.read_part(offset, rest);
            offset += written as u64;
            rest = &mut rest[written..];
        }
    }

    /// Writes the part of the packed file in which `offset` lies, and tells how many bytes that was.
    fn read_part(&self, offset: u64, buffer: &mut [u8]) -> usize {
        let frame = self.compression.frame();
        let header = frame.header.len() as u64;
        if offset < header {
            return copy(&frame.header[offset as usize..], buffer);
        }
        let tar_len = self.tar.len();
        let trailer_at = self.len() - frame.trailer;
        if offset >= trailer_at {
            // The length in the trailer is modulo 2^32 (RFC 1952, 2.3.1).
            let trailer = [self.crc.to_le_bytes(), (tar_len as u32).to_le_bytes()].concat();
            return copy(&trailer[(offset - trailer_at) as usize..], buffer);
        }
        let block = (offset - header) / (frame.block_header + frame.block);
        let within = (offset - header) % (frame.block_header + frame.block);
        let length = frame.block.min(tar_len - block * frame.block);
        if within < frame.block_header {
            let is_last = (block + 1) * frame.block >= tar_len;
            return copy(&self.block_header(is_last, length)[within as usize..], buffer);
        }
        let at = within - frame.block_header;
        let count = buffer.len().min((length - at) as usize);
        self.tar.read(block * frame.block + at, &mut buffer[..count]);
        count
    }

    fn block_header(&self, is_last: bool, length: u64) -> Vec<u8> {
        if self.compression == Compression::Gzip {
            let [low, high] = (length as u16).to_le_bytes();
            return vec![u8::from(is_last), low, high, !low, !high];
        }
        // The last bit, the type (0: raw) in two, the size in 21 (RFC 8878, 3.1.1.2).
        let header = (length as u32) << 3 | u32::from(is_last);
        header.to_le_bytes()[..3].to_vec()
    }
}

fn each_chunk(length: u64, mut work: impl FnMut(u64, &mut [u8])) {
    let mut buffer = vec![0; CHUNK];
    let mut offset = 0;
    while offset < length {
        let count = (length - offset).min(CHUNK as u64) as usize;
        work(offset, &mut buffer[..count]);
        offset += count as u64;
    }
}
