//! What a layer unpacks to, and whether there is anything in it (`blobStateCalculator`).

use std::io::{self, Write};

use distribution::{Algorithm, Digester};

use crate::archive::{Applied, is_gzip, is_zstd};

/// The bytes that decide on the compression.
const LONGEST_MAGIC: usize = 10;

/// What is known of a layer once all of it has come.
pub(super) struct Sum {
    pub(super) diff_id: String,
    /// Whether all bytes are zero: an archive without entries.
    pub(super) empty: bool,
    pub(super) compressed: bool,
}

impl Sum {
    /// Of a layer that an earlier pull saw and let go; none where it was no archive.
    pub(super) fn of_applied(applied: &Applied) -> Option<Self> {
        match applied {
            Applied::Unpacked { diff_id, empty, compressed, .. } => {
                Some(Self { diff_id: diff_id.clone(), empty: *empty, compressed: *compressed })
            }
            Applied::Failed(_) | Applied::Trailing(_) | Applied::Unopened(_) => None,
        }
    }
}

/// Takes a layer's bytes as they come.
#[derive(Default)]
pub(super) struct Calculator {
    first: Vec<u8>,
    stream: Option<Stream>,
    failed: Option<io::Error>,
}

enum Stream {
    Plain(Box<Content>),
    Gzip(Box<flate2::write::MultiGzDecoder<Content>>),
    Zstd(Box<zstd::stream::write::Decoder<'static, Content>>),
}

struct Content {
    digester: Digester,
    empty: bool,
}

impl Calculator {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.stream.is_none() {
            self.first.extend_from_slice(bytes);
            if self.first.len() >= LONGEST_MAGIC {
                self.begin();
            }
        } else {
            self.write(bytes);
        }
    }

    fn begin(&mut self) {
        let first = std::mem::take(&mut self.first);
        let content = Content { digester: Digester::new(Algorithm::Sha256), empty: true };
        self.stream = if is_gzip(&first) {
            Some(Stream::Gzip(Box::new(flate2::write::MultiGzDecoder::new(content))))
        } else if is_zstd(&first) {
            zstd::stream::write::Decoder::new(content).map(|decoder| Stream::Zstd(Box::new(decoder))).ok()
        } else {
            Some(Stream::Plain(Box::new(content)))
        };
        self.write(&first);
    }

    fn write(&mut self, bytes: &[u8]) {
        if self.failed.is_some() {
            return;
        }
        let written = match &mut self.stream {
            None => Ok(()),
            Some(Stream::Plain(content)) => content.write_all(bytes),
            Some(Stream::Gzip(decoder)) => decoder.write_all(bytes),
            Some(Stream::Zstd(decoder)) => decoder.write_all(bytes),
        };
        self.failed = written.err();
    }

    /// The end of the layer.
    pub(super) fn finish(mut self) -> io::Result<Sum> {
        if self.stream.is_none() {
            self.begin();
        }
        if let Some(error) = self.failed {
            return Err(error);
        }
        let cut = || io::Error::new(io::ErrorKind::UnexpectedEof, "unexpected EOF");
        let (content, compressed) = match self.stream {
            Some(Stream::Plain(content)) => (*content, false),
            Some(Stream::Gzip(decoder)) => (decoder.finish().map_err(|_| cut())?, true),
            Some(Stream::Zstd(mut decoder)) => {
                decoder.flush()?;
                (decoder.into_inner(), true)
            }
            None => return Err(cut()),
        };
        Ok(Sum { diff_id: content.digester.finish().to_string(), empty: content.empty, compressed })
    }
}

impl Write for Content {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.empty = self.empty && bytes.iter().all(|byte| *byte == 0);
        self.digester.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use distribution::Digest;

    use super::*;

    #[test]
    fn sums() {
        let sum = |bytes: &[u8]| {
            let mut calculator = Calculator::default();
            bytes.chunks(7).for_each(|piece| calculator.push(piece));
            calculator.finish().map(|sum| (sum.diff_id, sum.empty, sum.compressed))
        };
        let gzip = |bytes: &[u8]| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        };
        let id = |bytes: &[u8]| Digest::sha256_of(bytes).to_string();
        assert_eq!(sum(&gzip(&[0; 1024])).unwrap(), (id(&[0; 1024]), true, true));
        assert_eq!(sum(&gzip(b"something")).unwrap(), (id(b"something"), false, true));
        assert_eq!(sum(b"plain").unwrap(), (id(b"plain"), false, false));
        assert!(sum(&gzip(&[7; 5000])[..20]).is_err());
    }
}
