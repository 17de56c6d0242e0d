//! Content digests, by go-digest v1.0.0.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// The algorithms that a node links (`kubernetes v1.28.7 pkg/util/parsers/parsers.go` imports sha256 and sha512,
/// which brings sha384).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// `sha256`, 64 hexadecimal digits.
    Sha256,
    /// `sha384`, 96 hexadecimal digits.
    Sha384,
    /// `sha512`, 128 hexadecimal digits.
    Sha512,
}

/// A digest that go-digest accepts: a known algorithm and lower-case hexadecimal digits of the right number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest {
    algorithm: Algorithm,
    hex: String,
}

/// Why text is no digest, in go-digest's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// No `algorithm:encoded`, or digits that are not lower-case hexadecimal.
    #[error("invalid checksum digest format")]
    InvalidFormat,
    /// A known algorithm with too many or too few digits.
    #[error("invalid checksum digest length")]
    InvalidLength,
    /// Well formed, but the algorithm is not known.
    #[error("unsupported digest algorithm")]
    Unsupported,
}

impl Algorithm {
    /// The name before the colon.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// The number of hexadecimal digits.
    pub const fn hex_len(self) -> usize {
        match self {
            Self::Sha256 => 64,
            Self::Sha384 => 96,
            Self::Sha512 => 128,
        }
    }

    fn known(name: &str) -> Option<Self> {
        [Self::Sha256, Self::Sha384, Self::Sha512].into_iter().find(|a| a.name() == name)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Digest {
    /// The sha256 digest of `data` (`digest.FromBytes`).
    pub fn sha256_of(data: impl AsRef<[u8]>) -> Self {
        let mut digester = Digester::new(Algorithm::Sha256);
        digester.update(data.as_ref());
        digester.finish()
    }

    /// The sha256 digest with these 64 digits.
    ///
    /// # Errors
    /// As for parsing `sha256:` followed by the digits.
    pub fn from_sha256_hex(hex: &str) -> Result<Self, DigestError> {
        format!("sha256:{hex}").parse()
    }

    /// The algorithm.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The hexadecimal digits.
    pub fn hex(&self) -> &str {
        &self.hex
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm, self.hex)
    }
}

/// `digest.Parse`: algorithm first, then length, then digits.
impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let (name, encoded) = text.split_once(':').ok_or(DigestError::InvalidFormat)?;
        if name.is_empty() || encoded.is_empty() {
            return Err(DigestError::InvalidFormat);
        }
        let Some(algorithm) = Algorithm::known(name) else {
            let well_formed = is_algorithm(name) && encoded.bytes().all(is_encoded);
            return Err(if well_formed { DigestError::Unsupported } else { DigestError::InvalidFormat });
        };
        if encoded.len() != algorithm.hex_len() {
            return Err(DigestError::InvalidLength);
        }
        if !encoded.bytes().all(|b| matches!(b, b'a'..=b'f' | b'0'..=b'9')) {
            return Err(DigestError::InvalidFormat);
        }
        Ok(Self { algorithm, hex: encoded.to_owned() })
    }
}

/// `[a-z0-9]+(?:[.+_-][a-z0-9]+)*` (`go-digest v1.0.0 digest.go DigestRegexp`).
fn is_algorithm(name: &str) -> bool {
    name.split(['.', '+', '_', '-'])
        .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

const fn is_encoded(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'=' | b'_' | b'-')
}

/// Computes a digest piece by piece.
#[derive(Debug, Clone)]
pub struct Digester(State);

#[derive(Debug, Clone)]
enum State {
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
}

impl Digester {
    /// A digester that has seen nothing.
    pub fn new(algorithm: Algorithm) -> Self {
        Self(match algorithm {
            Algorithm::Sha256 => State::Sha256(Sha256::new()),
            Algorithm::Sha384 => State::Sha384(Sha384::new()),
            Algorithm::Sha512 => State::Sha512(Sha512::new()),
        })
    }

    /// Takes the next piece.
    pub fn update(&mut self, data: &[u8]) {
        match &mut self.0 {
            State::Sha256(state) => state.update(data),
            State::Sha384(state) => state.update(data),
            State::Sha512(state) => state.update(data),
        }
    }

    /// The digest of all that was taken.
    pub fn finish(self) -> Digest {
        let (algorithm, hex) = match self.0 {
            State::Sha256(state) => (Algorithm::Sha256, hex::encode(state.finalize())),
            State::Sha384(state) => (Algorithm::Sha384, hex::encode(state.finalize())),
            State::Sha512(state) => (Algorithm::Sha512, hex::encode(state.finalize())),
        };
        Digest { algorithm, hex }
    }
}

/// Compares what streams by with the digest that it should have.
#[derive(Debug, Clone)]
pub struct Verifier {
    expected: Digest,
    digester: Digester,
}

impl Verifier {
    /// A verifier that has seen nothing.
    pub fn new(expected: Digest) -> Self {
        Self { digester: Digester::new(expected.algorithm), expected }
    }

    /// Takes the next piece.
    pub fn update(&mut self, data: &[u8]) {
        self.digester.update(data);
    }

    /// The digest of all that was taken: the expected one, or as an error the one that came out.
    ///
    /// # Errors
    /// The digest that came out, when it is another.
    pub fn finish(self) -> Result<Digest, Digest> {
        let actual = self.digester.finish();
        if actual == self.expected { Ok(actual) } else { Err(actual) }
    }
}
