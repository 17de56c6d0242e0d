//! A layer, unpacked in passing: decompressed, read as a tar archive, and its diff id computed
//! (containerd v2.1.9 core/diff/apply, pkg/archive; Go `archive/tar`).

use std::io::{self, Write};

use distribution::{Algorithm, Digester};
use gostd::flate::{Problem, Seen};

/// A block of a tar archive.
const BLOCK: usize = 512;

/// What came of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Applied {
    /// It is an archive.
    Unpacked {
        /// The digest of the whole uncompressed stream.
        diff_id: String,
        /// The length of that stream in bytes.
        size: u64,
        /// Whether all its bytes are zero.
        empty: bool,
        /// Whether it came compressed.
        compressed: bool,
    },
    /// Why it cannot be unpacked, in the words of the applier.
    Failed(String),
    /// What is wrong with the stream behind the end of the archive, which is only read on (core/diff/apply/apply.go).
    Trailing(Problem),
    /// What is wrong with the header of the stream, which is read before anything is mounted (core/diff/stream.go).
    Unopened(Problem),
}

impl Applied {
    /// How much room it needs on a disk.
    pub(crate) const fn size(&self) -> u64 {
        match self {
            Self::Unpacked { size, .. } => *size,
            Self::Failed(_) | Self::Trailing(_) | Self::Unopened(_) => 0,
        }
    }
}

/// Takes a layer's bytes as they come.
pub(crate) struct Archive {
    stream: Stream,
    reads_on: bool,
}

enum Stream {
    /// The first bytes decide on the compression (`DetectCompression`).
    Undecided(Vec<u8>),
    Plain(Box<Tar>),
    Gzip(Box<flate2::write::MultiGzDecoder<Tar>>, Seen),
    Zstd(Box<zstd::stream::write::Decoder<'static, Tar>>),
    Failed(Applied),
}

impl Archive {
    pub(crate) const fn new() -> Self {
        Self { stream: Stream::Undecided(Vec::new()), reads_on: false }
    }

    /// One that goes on behind what is no archive, so that its diff id is known all the same.
    pub(crate) const fn reading_on() -> Self {
        Self { stream: Stream::Undecided(Vec::new()), reads_on: true }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        const LONGEST_MAGIC: usize = 10;
        if let Stream::Undecided(first) = &mut self.stream {
            first.extend_from_slice(bytes);
            if first.len() < LONGEST_MAGIC {
                return;
            }
            let first = std::mem::take(first);
            self.stream = Stream::detect(&first, self.reads_on);
            self.write(&first);
        } else {
            self.write(bytes);
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        let written = match &mut self.stream {
            Stream::Undecided(_) | Stream::Failed(_) => Ok(()),
            Stream::Plain(tar) => tar.write_all(bytes),
            Stream::Gzip(decoder, seen) => {
                seen.push(bytes);
                decoder.write_all(bytes)
            }
            Stream::Zstd(decoder) => decoder.write_all(bytes),
        };
        if let Err(error) = written {
            self.stream = Stream::Failed(failure(&error, &self.stream));
        }
    }

    /// The end of the layer.
    pub(crate) fn finish(self) -> Applied {
        self.finish_both().0
    }

    /// The same, with the diff id wherever all of the stream could be decompressed.
    pub(crate) fn finish_both(mut self) -> (Applied, Option<String>) {
        if let Stream::Undecided(first) = &mut self.stream {
            let first = std::mem::take(first);
            self.stream = Stream::detect(&first, self.reads_on);
            self.write(&first);
        }
        let compressed = !matches!(self.stream, Stream::Plain(_));
        match self.into_tar() {
            Ok(tar) => tar.finish(compressed),
            Err(applied) => (applied, None),
        }
    }

    fn into_tar(self) -> Result<Tar, Applied> {
        let tar = match self.stream {
            Stream::Failed(failure) => return Err(failure),
            Stream::Plain(tar) => Ok(*tar),
            Stream::Gzip(mut decoder, seen) => match decoder.try_finish() {
                Ok(()) => decoder.finish().map_err(|error| (error, Problem::UnexpectedEof)),
                Err(error) => return Err(failure(&error, &Stream::Gzip(decoder, seen))),
            },
            Stream::Zstd(mut decoder) => {
                let flushed = decoder.flush().map(|()| decoder.into_inner());
                flushed.map_err(|error| (error, Problem::UnexpectedEof))
            }
            Stream::Undecided(_) => return Err(Applied::Failed("EOF".into())),
        };
        // The decoder hands its last bytes on only now: they may be no archive.
        tar.map_err(|(error, problem)| {
            Applied::Failed(tar_error(&error).map_or_else(|| problem.to_string(), |error| error.to_string()))
        })
    }
}

impl Stream {
    fn detect(first: &[u8], reads_on: bool) -> Self {
        let tar = Tar { reads_on, ..Tar::new() };
        if is_gzip(first) {
            Self::Gzip(Box::new(flate2::write::MultiGzDecoder::new(tar)), Seen::default())
        } else if is_zstd(first) {
            match zstd::stream::write::Decoder::new(tar) {
                Ok(decoder) => Self::Zstd(Box::new(decoder)),
                Err(error) => Self::Failed(Applied::Failed(error.to_string())),
            }
        } else {
            Self::Plain(Box::new(tar))
        }
    }
}

/// `gzipMagic`
pub(crate) fn is_gzip(first: &[u8]) -> bool {
    first.starts_with(&[0x1f, 0x8b, 0x08])
}

/// `zstdMatcher`: a frame, or one that is to be skipped.
pub(crate) fn is_zstd(first: &[u8]) -> bool {
    let skippable = first.len() >= 8 && first.starts_with(&[first[0] & 0x0f | 0x50, 0x2a, 0x4d, 0x18]);
    first.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) || skippable
}

/// What Go says: of the archive, or of the compressed stream around it.
fn failure(error: &io::Error, stream: &Stream) -> Applied {
    match (tar_error(error), stream) {
        (Some(error), _) => Applied::Failed(error.to_string()),
        (None, Stream::Gzip(decoder, seen)) => match (seen.header(), seen.gunzip()) {
            (Err(problem), _) => Applied::Unopened(problem),
            (Ok(_), problem) if decoder.get_ref().ended() => Applied::Trailing(problem),
            (Ok(_), problem) => Applied::Failed(problem.to_string()),
        },
        (None, _) => Applied::Failed("magic number mismatch".into()),
    }
}

/// What the archive within is accused of.
fn tar_error(error: &io::Error) -> Option<TarError> {
    error.get_ref()?.downcast_ref().copied()
}

/// `archive/tar: …`
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum TarError {
    #[error("archive/tar: invalid tar header")]
    InvalidHeader,
}

/// Follows the headers of a tar archive, and digests everything.
struct Tar {
    digester: Digester,
    block: Vec<u8>,
    /// Bytes of the present entry, with its padding, that are still to come.
    skip: u64,
    zero_blocks: u8,
    size: u64,
    empty: bool,
    /// Whether it is digested to its end even where it is no archive, and why it is none.
    reads_on: bool,
    refused: Option<TarError>,
}

impl Tar {
    fn new() -> Self {
        Self {
            digester: Digester::new(Algorithm::Sha256),
            block: Vec::with_capacity(BLOCK),
            skip: 0,
            zero_blocks: 0,
            size: 0,
            empty: true,
            reads_on: false,
            refused: None,
        }
    }

    /// After two zero blocks the archive is at its end; what follows is only digested.
    const fn ended(&self) -> bool {
        self.zero_blocks >= 2
    }

    fn header(&mut self) -> Result<(), TarError> {
        let block = std::mem::take(&mut self.block);
        if block.iter().all(|byte| *byte == 0) {
            self.zero_blocks += 1;
            return Ok(());
        }
        // A zero block followed by something else is no archive.
        if self.zero_blocks > 0 || !checksum_fits(&block) {
            return Err(TarError::InvalidHeader);
        }
        let size = number(block.get(124..136).unwrap_or_default()).ok_or(TarError::InvalidHeader)?;
        // Links, devices and directories have no content, whatever their size says.
        let has_content = !matches!(block.get(156), Some(b'1'..=b'6'));
        self.skip = if has_content { size.div_ceil(BLOCK as u64).saturating_mul(BLOCK as u64) } else { 0 };
        Ok(())
    }

    fn finish(self, compressed: bool) -> (Applied, Option<String>) {
        let is_cut = !self.ended() && (self.skip > 0 || !self.block.is_empty());
        let (size, empty) = (self.size, self.empty);
        let diff_id = self.digester.finish().to_string();
        let applied = match self.refused {
            Some(refused) => Applied::Failed(refused.to_string()),
            None if is_cut => Applied::Failed("unexpected EOF".into()),
            None => Applied::Unpacked { diff_id: diff_id.clone(), size, empty, compressed },
        };
        (applied, Some(diff_id))
    }
}

impl Write for Tar {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.digester.update(bytes);
        self.size += bytes.len() as u64;
        self.empty = self.empty && bytes.iter().all(|byte| *byte == 0);
        let mut rest = bytes;
        while !rest.is_empty() && !self.ended() && self.refused.is_none() {
            if self.skip > 0 {
                let skipped = self.skip.min(rest.len() as u64);
                self.skip -= skipped;
                rest = &rest[usize::try_from(skipped).unwrap_or(rest.len())..];
                continue;
            }
            let taken = rest.len().min(BLOCK - self.block.len());
            self.block.extend_from_slice(&rest[..taken]);
            rest = &rest[taken..];
            if self.block.len() == BLOCK {
                match self.header() {
                    Err(error) if self.reads_on => self.refused = Some(error),
                    read => read.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?,
                }
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The sum of a header's bytes, its own field counted as spaces; old archives summed signed bytes.
fn checksum_fits(block: &[u8]) -> bool {
    let field = 148..156;
    let bytes = || block.iter().enumerate().map(|(at, byte)| if field.contains(&at) { b' ' } else { *byte });
    let unsigned: i64 = bytes().map(i64::from).sum();
    let signed: i64 = bytes().map(|byte| i64::from(byte.cast_signed())).sum();
    let stated = number(&block[field.clone()]).and_then(|sum| i64::try_from(sum).ok());
    stated.is_some_and(|stated| stated == unsigned || stated == signed)
}

/// A numeric field: octal digits, or binary with the top bit set.
fn number(field: &[u8]) -> Option<u64> {
    if field.first().is_some_and(|first| first & 0x80 != 0) {
        return field.iter().enumerate().try_fold(0_u64, |sum, (at, byte)| {
            let byte = if at == 0 { byte & 0x7f } else { *byte };
            sum.checked_mul(256)?.checked_add(byte.into())
        });
    }
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}

#[cfg(test)]
mod tests {
    use distribution::Digest;

    use super::*;

    fn applied(bytes: &[u8]) -> Applied {
        let mut archive = Archive::new();
        bytes.chunks(7).for_each(|piece| archive.push(piece));
        archive.finish()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn tar_of(name: &str, content: &[u8]) -> Vec<u8> {
        let mut header = [0_u8; BLOCK];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = b'0';
        header[148..156].copy_from_slice(b"        ");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
        header[154] = 0;
        let mut tar = header.to_vec();
        tar.extend_from_slice(content);
        tar.resize(tar.len().div_ceil(BLOCK) * BLOCK + 2 * BLOCK, 0);
        tar
    }

    #[test]
    fn what_is_read_on_has_a_diff_id() {
        let both = |bytes: &[u8]| {
            let mut archive = Archive::reading_on();
            bytes.chunks(700).for_each(|piece| archive.push(piece));
            archive.finish_both()
        };
        let text = b"no tar at all\n".repeat(400);
        let (diff_id, words) = (Digest::sha256_of(&text).to_string(), "archive/tar: invalid tar header");
        let failed = |words: &str| Applied::Failed(words.into());
        assert_eq!(both(&text), (failed(words), Some(diff_id.clone())));
        assert_eq!(both(&gzip(&text)), (failed(words), Some(diff_id)));
        let tar = tar_of("file", &[7; 1000]);
        assert_eq!(both(&gzip(&tar)).1, Some(Digest::sha256_of(&tar).to_string()));
        assert_eq!(both(&gzip(&tar)[..60]), (failed("unexpected EOF"), None));
    }

    #[test]
    fn layers_and_what_is_none() {
        let tar = tar_of("file", &[7; 1000]);
        let diff_id = |compressed| Applied::Unpacked {
            diff_id: Digest::sha256_of(&tar).to_string(),
            size: tar.len() as u64,
            empty: false,
            compressed,
        };
        let failed = |words: &str| Applied::Failed(words.into());
        assert_eq!(applied(&tar), diff_id(false));
        assert_eq!(applied(&gzip(&tar)), diff_id(true));
        assert_eq!(applied(&zstd::encode_all(&tar[..], 1).unwrap()), diff_id(true));
        assert_eq!(applied(b"this is not a gzip stream at all\n"), failed("unexpected EOF"));
        let no_tar = gzip(&b"gzip, but no tar\n".repeat(40));
        assert_eq!(applied(&no_tar), failed("archive/tar: invalid tar header"));
        let mut at_once = Archive::new();
        at_once.push(&no_tar);
        assert_eq!(at_once.finish(), failed("archive/tar: invalid tar header"));
        assert_eq!(applied(&tar[..BLOCK + 100]), failed("unexpected EOF"));
        let packed = gzip(&tar);
        assert_eq!(applied(&packed[..60]), failed("unexpected EOF"));
        // As containerd 1.6.20, 1.7.24 and 2.1.9 have it: the archive is whole, or nothing of it was reached.
        let (cut, spoilt) = (&packed[..packed.len() - 5], [&packed[..packed.len() - 8], &[0; 8]].concat());
        assert_eq!(applied(cut), Applied::Trailing(Problem::UnexpectedEof));
        assert_eq!(applied(&spoilt), Applied::Trailing(Problem::Checksum));
        assert_eq!(applied(&[&packed[..], b"garbage after it"].concat()), Applied::Trailing(Problem::Header));
        assert_eq!(applied(&packed[..9]), Applied::Unopened(Problem::UnexpectedEof));
        assert_eq!(applied(&[0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 1]), {
            Applied::Unopened(Problem::UnexpectedEof)
        });
    }
}
