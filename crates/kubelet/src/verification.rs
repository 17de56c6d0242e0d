use distribution::{Grammar, Reference, ReferenceError};

/// Whose credentials are asked for when an image is on the node already
/// (`kubernetes pkg/kubelet/images/pullmanager/image_pull_policies.go@5ce22905`, from 1.33).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum VerificationPolicy {
    /// Nobody's.
    NeverVerify,
    /// Nobody's for images that this kubelet did not pull; the default.
    #[default]
    NeverVerifyPreloadedImages,
    /// Nobody's for the images of a list.
    NeverVerifyAllowlistedImages(Allowlist),
    /// Everybody's.
    AlwaysVerify,
}

impl VerificationPolicy {
    /// Whether a pod must have credentials for `image`, as it is written there.
    pub fn requires_verification(&self, image: &str, pulled_by_kubelet: bool) -> bool {
        match self {
            Self::NeverVerify => false,
            Self::NeverVerifyPreloadedImages => pulled_by_kubelet,
            Self::NeverVerifyAllowlistedImages(allowlist) => !allowlist.matches(image),
            Self::AlwaysVerify => true,
        }
    }
}

/// `preloadedImagesVerificationAllowlist`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowlist {
    names: Vec<String>,
    prefixes: Vec<String>,
}

impl Allowlist {
    /// Reads the patterns: names without tag and digest in full, or ending in `/*`.
    ///
    /// # Errors
    /// The first pattern that is neither.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, PatternError> {
        let mut list = Self::default();
        for pattern in patterns {
            match read(pattern)? {
                Pattern::Name(name) => list.names.push(name.to_owned()),
                Pattern::Prefix(prefix) => list.prefixes.push(prefix.to_owned()),
            }
        }
        Ok(list)
    }

    /// Whether the list has the image. Names are compared as they are written in the pod.
    pub fn matches(&self, image: &str) -> bool {
        self.names.iter().any(|name| name == image)
            || self.prefixes.iter().any(|prefix| image.starts_with(prefix.as_str()))
    }
}

/// A pattern that the kubelet does not start with. `Display` gives its words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// White space at an end.
    #[error("leading/trailing spaces are not allowed: {0}")]
    Spaces(String),
    /// Nothing.
    #[error("the supplied pattern is too short: {0}")]
    TooShort(String),
    /// An asterisk that is not the last path segment.
    #[error("not a valid wildcard pattern, only patterns ending with '/*' are allowed: {0}")]
    Wildcard(String),
    /// `/*`
    #[error("at least registry hostname is required")]
    NoHost,
    /// No name of an image.
    #[error("failed to parse as an image name: {0}")]
    NotAName(ReferenceError),
    /// A tag, a digest, or a name that is not written in full.
    #[error("neither tag nor digest is accepted in an image reference: {0}")]
    NotAlone(String),
}

enum Pattern<'a> {
    Name(&'a str),
    Prefix(&'a str),
}

fn read(pattern: &str) -> Result<Pattern<'_>, PatternError> {
    if pattern.trim() != pattern {
        return Err(PatternError::Spaces(pattern.to_owned()));
    }
    let prefix = pattern.strip_suffix('*').filter(|prefix| prefix.ends_with('/'));
    let rest = prefix.unwrap_or(pattern);
    if rest.is_empty() {
        return Err(PatternError::TooShort(pattern.to_owned()));
    }
    if rest.contains('*') {
        return Err(PatternError::Wildcard(pattern.to_owned()));
    }
    match prefix {
        Some("/") => Err(PatternError::NoHost),
        Some(prefix) => Ok(Pattern::Prefix(prefix)),
        None => {
            let named =
                Reference::parse_normalized(pattern, Grammar::V0_6_0).map_err(PatternError::NotAName)?;
            if named.name() == pattern {
                Ok(Pattern::Name(pattern))
            } else {
                Err(PatternError::NotAlone(pattern.to_owned()))
            }
        }
    }
}
