//! Image references, by distribution/reference v0.6.0 and docker/distribution v2.8.2.

mod error;
mod grammar;
mod normalize;

pub use error::ReferenceError;

use std::fmt;

use crate::Digest;

/// Whose rules a name is read by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grammar {
    /// docker/distribution v2.8.2: the kubelet up to 1.28 and containerd 1.6. Knows no IPv6 hosts; an upper-case
    /// first part is no domain.
    V2_8_2,
    /// distribution/reference v0.6.0: later kubelets and containerd 1.7 and later.
    #[default]
    V0_6_0,
}

/// An image's name taken apart. After normalisation [`Reference::domain`] is never empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// Host and port of the registry; empty only for what [`Reference::parse`] read without one.
    pub domain: String,
    /// The repository's path: `library/nginx`.
    pub path: String,
    /// The tag.
    pub tag: Option<String>,
    /// The digest.
    pub digest: Option<Digest>,
}

/// What `reference.ParseAnyReference` reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnyReference {
    /// A digest, or 64 hexadecimal digits, which are taken for a sha256 digest.
    Digest(Digest),
    /// A normalised name.
    Named(Reference),
}

impl Reference {
    /// Reads a name as it stands, without Docker Hub's defaults (`reference.Parse`).
    ///
    /// # Errors
    /// [`ReferenceError`] in the library's words.
    pub fn parse(text: &str, grammar: Grammar) -> Result<Self, ReferenceError> {
        grammar::parse(text, grammar)
    }

    /// Reads a name as people write it: `nginx` means `docker.io/library/nginx`
    /// (`reference.ParseNormalizedNamed`). No tag is added.
    ///
    /// # Errors
    /// [`ReferenceError`] in the library's words.
    pub fn parse_normalized(text: &str, grammar: Grammar) -> Result<Self, ReferenceError> {
        normalize::parse_normalized(text, grammar)
    }

    /// Reads a name as containerd's CRI does (`reference.ParseDockerRef`): normalised, the tag `latest` when there
    /// is neither tag nor digest, and no tag when there is a digest.
    ///
    /// # Errors
    /// [`ReferenceError`] in the library's words.
    pub fn parse_docker_ref(text: &str, grammar: Grammar) -> Result<Self, ReferenceError> {
        let mut reference = Self::parse_normalized(text, grammar)?;
        match reference.digest {
            Some(_) => reference.tag = None,
            None => {
                reference.tag.get_or_insert_with(|| "latest".to_owned());
            }
        }
        Ok(reference)
    }

    /// Reads a digest, 64 hexadecimal digits, or a name (`reference.ParseAnyReference`).
    ///
    /// # Errors
    /// [`ReferenceError`] in the library's words.
    pub fn parse_any(text: &str, grammar: Grammar) -> Result<AnyReference, ReferenceError> {
        if normalize::is_identifier(text) {
            return Ok(AnyReference::Digest(Digest::from_sha256_hex(text)?));
        }
        match text.parse() {
            Ok(digest) => Ok(AnyReference::Digest(digest)),
            Err(_) => Self::parse_normalized(text, grammar).map(AnyReference::Named),
        }
    }

    /// Splits a name into domain and the rest, with Docker Hub's defaults and without judging either
    /// (`splitDockerDomain`).
    pub fn split_hostname(text: &str, grammar: Grammar) -> (String, String) {
        normalize::split_domain(text, grammar)
    }

    /// Domain and path: `docker.io/library/nginx`.
    pub fn name(&self) -> String {
        if self.domain.is_empty() { self.path.clone() } else { format!("{}/{}", self.domain, self.path) }
    }

    /// The repository as the registry's API and its token scopes have it: the path alone.
    pub fn repository(&self) -> &str {
        &self.path
    }

    /// The name as people write it: without `docker.io` and `library/` (`reference.FamiliarString`).
    pub fn familiar(&self) -> String {
        format!("{}{}", self.familiar_name(), Suffix(self))
    }

    /// [`Reference::familiar`] without tag and digest (`reference.FamiliarName`).
    pub fn familiar_name(&self) -> String {
        if self.domain != normalize::DEFAULT_DOMAIN {
            return self.name();
        }
        match self.path.strip_prefix(normalize::OFFICIAL_PREFIX) {
            Some(official) if !official.contains('/') => official.to_owned(),
            _ => self.path.clone(),
        }
    }

    /// What is asked of the registry: the digest when there is one, else the tag.
    pub fn object(&self) -> Option<String> {
        self.digest.as_ref().map(ToString::to_string).or_else(|| self.tag.clone())
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name(), Suffix(self))
    }
}

impl fmt::Display for AnyReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest(digest) => digest.fmt(f),
            Self::Named(reference) => reference.fmt(f),
        }
    }
}

/// Tag and digest with their separators.
struct Suffix<'a>(&'a Reference);

impl fmt::Display for Suffix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(tag) = &self.0.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.0.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}
