use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// What an image runs on: `os/architecture` or `os/architecture/variant`, where `os` may name a version as in
/// `windows(10.0.17763.1)/amd64`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Platform {
    pub(crate) architecture: String,
    pub(crate) os: String,
    #[serde(rename = "os.version", skip_serializing_if = "Option::is_none")]
    pub(crate) os_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) variant: Option<String>,
}

/// A text that is not `os/architecture` or `os/architecture/variant`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a platform is written os/architecture or os/architecture/variant, not {0:?}")]
pub struct InvalidPlatform(String);

impl Platform {
    /// A platform without variant and version.
    pub(crate) fn new(os: &str, architecture: &str) -> Self {
        Self { architecture: architecture.to_owned(), os: os.to_owned(), os_version: None, variant: None }
    }
}

impl FromStr for Platform {
    type Err = InvalidPlatform;

    /// Reads the form that containerd prints (containerd/platforms v1.0 `platforms.go` `FormatAll`).
    fn from_str(text: &str) -> Result<Self, InvalidPlatform> {
        let invalid = || InvalidPlatform(text.to_owned());
        let parts: Vec<&str> = text.split('/').collect();
        let [os, architecture, variant @ ..] = parts.as_slice() else { return Err(invalid()) };
        let (os, version) = match os.strip_suffix(')').and_then(|os| os.split_once('(')) {
            Some((os, version)) => (os, Some(version)),
            None => (*os, None),
        };
        let is_word = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        };
        let words = [os, architecture].into_iter().chain(version).chain(variant.iter().copied());
        if variant.len() > 1 || !words.into_iter().all(is_word) {
            return Err(invalid());
        }
        Ok(Self {
            os_version: version.map(str::to_owned),
            variant: variant.first().map(|variant| (*variant).to_owned()),
            ..Self::new(os, architecture)
        })
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.os)?;
        self.os_version.iter().try_for_each(|version| write!(f, "({version})"))?;
        write!(f, "/{}", self.architecture)?;
        self.variant.iter().try_for_each(|variant| write!(f, "/{variant}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_are_parsed_and_printed() {
        for good in ["linux/amd64", "linux/arm/v7", "windows(10.0.17763.1)/amd64"] {
            assert_eq!(good.parse::<Platform>().unwrap().to_string(), good);
        }
        for bad in
            ["", "linux", "linux/", "/amd64", "linux/arm/v7/x", "linux/am d64", "windows()/amd64", "a(b/c"]
        {
            assert!(bad.parse::<Platform>().is_err(), "{bad:?}");
        }
    }
}
