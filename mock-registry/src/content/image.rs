use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::content::Layer;

/// Whose media types an image has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `application/vnd.oci.image.…`
    #[default]
    Oci,
    /// `application/vnd.docker.…`, schema 2
    Docker,
}

/// What an image runs on: `os/architecture` or `os/architecture/variant`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Platform {
    pub(crate) architecture: String,
    pub(crate) os: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) variant: Option<String>,
}

/// A text that is not `os/architecture` or `os/architecture/variant`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a platform is written os/architecture or os/architecture/variant, not {0:?}")]
pub struct InvalidPlatform(String);

impl FromStr for Platform {
    type Err = InvalidPlatform;

    fn from_str(text: &str) -> Result<Self, InvalidPlatform> {
        let parts: Vec<&str> = text.split('/').collect();
        let is_word = |part: &&str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        };
        match parts.as_slice() {
            [os, architecture, variant @ ..] if variant.len() < 2 && parts.iter().all(is_word) => Ok(Self {
                architecture: (*architecture).to_owned(),
                os: (*os).to_owned(),
                variant: variant.first().map(|v| (*v).to_owned()),
            }),
            _ => Err(InvalidPlatform(text.to_owned())),
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        self.variant.iter().try_for_each(|variant| write!(f, "/{variant}"))
    }
}

/// An image to be made: what it is called, what it runs on, and its layers.
///
/// One platform makes a single manifest, several make an index. Each platform has its own layers, whose seeds
/// follow from the declared seed and the platform.
#[derive(Clone, Debug)]
pub struct Image {
    pub(crate) repository: String,
    pub(crate) tags: Vec<String>,
    pub(crate) platforms: Vec<Platform>,
    pub(crate) layers: Vec<Layer>,
    pub(crate) format: Format,
    pub(crate) index: bool,
}

impl Image {
    /// An OCI image in `repository`, without tags, platforms or layers as yet.
    pub fn new(repository: impl Into<String>) -> Self {
        Self {
            repository: repository.into(),
            tags: Vec::new(),
            platforms: Vec::new(),
            layers: Vec::new(),
            format: Format::Oci,
            index: false,
        }
    }

    /// Also calls it by this tag.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Also makes it for this platform. An image without a platform is made for `linux/amd64`.
    pub fn platform(mut self, platform: Platform) -> Self {
        self.platforms.push(platform);
        self
    }

    /// Adds a layer on top.
    pub fn layer(mut self, layer: Layer) -> Self {
        self.layers.push(layer);
        self
    }

    /// Chooses the media types.
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// Makes an index even of one platform.
    pub fn index(mut self) -> Self {
        self.index = true;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_are_parsed_and_printed() {
        for good in ["linux/amd64", "linux/arm/v7"] {
            assert_eq!(good.parse::<Platform>().unwrap().to_string(), good);
        }
        for bad in ["", "linux", "linux/", "/amd64", "linux/arm/v7/x", "linux/am d64"] {
            assert!(bad.parse::<Platform>().is_err(), "{bad:?}");
        }
    }
}
