use flate2::Crc;
use sha2::{Digest as _, Sha256};

use crate::Digest;

/// Bytes of tar in one stored block of gzip: the most that its 16-bit length holds.
const BLOCK: u64 = 65_535;
/// A stored block's own header: the final bit, the length and its complement (RFC 1951, 3.2.4).
const BLOCK_HEADER: u64 = 5;
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
const GZIP_TRAILER: u64 = 8;
const TAR_BLOCK: u64 = 512;
/// Bytes made at a time: all that a layer of any size holds in memory.
const CHUNK: usize = 64 * 1024;

/// A layer to be made: one file of pseudo-random bytes in a tar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    pub(crate) seed: u64,
    pub(crate) size: u64,
    pub(crate) compression: Compression,
}

/// How a layer's tar is packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// gzip, in stored blocks: random bytes do not shrink, and every byte's place is known beforehand.
    #[default]
    Gzip,
    /// The tar as it is.
    None,
}

impl Layer {
    /// A gzipped layer whose one file holds `size` bytes that follow from `seed`.
    pub const fn seeded(seed: u64, size: u64) -> Self {
        Self { seed, size, compression: Compression::Gzip }
    }

    /// The same layer, packed otherwise.
    pub const fn compression(self, compression: Compression) -> Self {
        Self { compression, ..self }
    }
}

/// A layer whose bytes are made when they are read, from any offset, so that no layer is ever held.
#[derive(Clone, Debug)]
pub struct GeneratedLayer {
    tar: Tar,
    compression: Compression,
    crc: u32,
    digest: Digest,
    diff_id: Digest,
}

impl GeneratedLayer {
    /// Goes through the layer's bytes twice: for the checksum and diff id of the tar, then for the digest.
    pub fn new(layer: Layer) -> Self {
        let tar = Tar { seed: layer.seed, size: layer.size };
        let (mut crc, mut hasher) = (Crc::new(), Sha256::new());
        each_chunk(tar.len(), |offset, buffer| {
            tar.read(offset, buffer);
            crc.update(buffer);
            hasher.update(&*buffer);
        });
        let diff_id = Digest::finish(hasher);
        let mut made =
            Self { tar, compression: layer.compression, crc: crc.sum(), digest: diff_id.clone(), diff_id };
        if layer.compression == Compression::Gzip {
            let mut hasher = Sha256::new();
            each_chunk(made.len(), |offset, buffer| {
                made.read(offset, buffer);
                hasher.update(&*buffer);
            });
            made.digest = Digest::finish(hasher);
        }
        made
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
        let tar = self.tar.len();
        match self.compression {
            Compression::None => tar,
            Compression::Gzip => {
                GZIP_HEADER.len() as u64 + tar + tar.div_ceil(BLOCK) * BLOCK_HEADER + GZIP_TRAILER
            }
        }
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

    /// Writes the part of the gzip file in which `offset` lies, and tells how many bytes that was.
    fn read_part(&self, offset: u64, buffer: &mut [u8]) -> usize {
        let header = GZIP_HEADER.len() as u64;
        if offset < header {
            return copy(&GZIP_HEADER[offset as usize..], buffer);
        }
        let tar_len = self.tar.len();
        let trailer_at = self.len() - GZIP_TRAILER;
        if offset >= trailer_at {
            // The length in the trailer is modulo 2^32 (RFC 1952, 2.3.1).
            let trailer = [self.crc.to_le_bytes(), (tar_len as u32).to_le_bytes()].concat();
            return copy(&trailer[(offset - trailer_at) as usize..], buffer);
        }
        let block = (offset - header) / (BLOCK_HEADER + BLOCK);
        let within = (offset - header) % (BLOCK_HEADER + BLOCK);
        let length = BLOCK.min(tar_len - block * BLOCK);
        if within < BLOCK_HEADER {
            let is_final = u8::from((block + 1) * BLOCK >= tar_len);
            let [low, high] = (length as u16).to_le_bytes();
            return copy(&[is_final, low, high, !low, !high][within as usize..], buffer);
        }
        let at = within - BLOCK_HEADER;
        let count = buffer.len().min((length - at) as usize);
        self.tar.read(block * BLOCK + at, &mut buffer[..count]);
        count
    }
}

/// A ustar archive of one file, as a function from offset to byte.
#[derive(Clone, Copy, Debug)]
struct Tar {
    seed: u64,
    size: u64,
}

impl Tar {
    fn len(self) -> u64 {
        TAR_BLOCK + self.size.next_multiple_of(TAR_BLOCK) + 2 * TAR_BLOCK
    }

    fn read(self, offset: u64, buffer: &mut [u8]) {
        buffer.fill(0);
        if offset < TAR_BLOCK {
            copy(&self.header()[offset as usize..], buffer);
        }
        let skipped = TAR_BLOCK.saturating_sub(offset).min(buffer.len() as u64);
        let from = (offset + skipped).saturating_sub(TAR_BLOCK);
        let count = self.size.saturating_sub(from).min(buffer.len() as u64 - skipped);
        let skipped = skipped as usize;
        fill_random(self.seed, from, &mut buffer[skipped..skipped + count as usize]);
    }

    /// The file's header block (POSIX.1-1988 ustar). A size beyond eleven octal digits is written in base 256, as
    /// GNU tar does.
    fn header(self) -> [u8; TAR_BLOCK as usize] {
        let mut header = [0; TAR_BLOCK as usize];
        copy(format!("pullsim/layer-{:016x}", self.seed).as_bytes(), &mut header);
        copy(b"0000644\0", &mut header[100..]);
        copy(b"0000000\0", &mut header[108..]);
        copy(b"0000000\0", &mut header[116..]);
        if self.size < 1 << 33 {
            copy(format!("{:011o}\0", self.size).as_bytes(), &mut header[124..]);
        } else {
            header[124] = 0x80;
            copy(&self.size.to_be_bytes(), &mut header[128..]);
        }
        copy(b"00000000000\0", &mut header[136..]);
        copy(b"        0", &mut header[148..]);
        copy(b"ustar\x0000", &mut header[257..]);
        let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
        copy(format!("{sum:06o}\0 ").as_bytes(), &mut header[148..]);
        header
    }
}

/// The bytes of an endless stream that follows from `seed`, from `offset` on: word `n` is the `n`th output of
/// splitmix64, which can be had without those before it.
fn fill_random(seed: u64, offset: u64, buffer: &mut [u8]) {
    let mut index = offset / 8;
    let mut skip = (offset % 8) as usize;
    let mut rest = buffer;
    while !rest.is_empty() {
        let word = splitmix64(seed, index).to_le_bytes();
        let written = copy(&word[skip..], rest);
        rest = &mut rest[written..];
        index += 1;
        skip = 0;
    }
}

fn splitmix64(seed: u64, index: u64) -> u64 {
    let mut z = seed.wrapping_add((index.wrapping_add(1)).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
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

/// Copies as much of `from` as fits, and tells how much that was.
fn copy(from: &[u8], to: &mut [u8]) -> usize {
    let count = from.len().min(to.len());
    to[..count].copy_from_slice(&from[..count]);
    count
}
