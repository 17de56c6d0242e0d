use std::fmt;

use serde::Serialize;

use crate::Provenance;

/// An entry of a keyring that is never sent for a repository, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mismatch {
    /// The key in the keyring; equal to the written one when that cannot be read.
    pub key: String,
    /// The key as the document has it.
    pub written_key: String,
    /// Where the entry comes from.
    pub provenance: Provenance,
    /// Why the kubelet does not send it.
    pub reason: MismatchReason,
}

/// Why an entry does not match a repository. The kubelet compares in the order of these variants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum MismatchReason {
    /// The key cannot be read as a URL: the kubelet logs that and drops the entry.
    NotAUrl {
        /// Go's words.
        error: String,
    },
    /// The repository itself cannot be read as a URL, so nothing matches.
    RepositoryNotAUrl {
        /// Go's words.
        error: String,
    },
    /// The ports differ as written; none is not the same as 443.
    Port {
        /// The port in the key; empty: none.
        key: String,
        /// The port in the image; empty: none.
        image: String,
    },
    /// The hosts have different numbers of labels; a `*` stands for exactly one.
    LabelCount {
        /// The host in the key.
        key: String,
        /// The host in the image.
        image: String,
    },
    /// The path of the key is no prefix of the image's.
    Path {
        /// The path in the key.
        key: String,
        /// The path in the image.
        image: String,
    },
    /// A label of the host is not what the key has there.
    Host {
        /// The host in the key.
        key: String,
        /// The host in the image.
        image: String,
        /// The label of the key that fails.
        label: String,
    },
    /// A label of the key is no well-formed pattern, so it matches nothing.
    Pattern {
        /// The label.
        label: String,
    },
    /// The entry is for Docker Hub under its old name, which counts only when no other entry matches.
    FallbackUnused,
}

impl fmt::Display for MismatchReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAUrl { error } => write!(f, "the key cannot be read ({error}): never sent"),
            Self::RepositoryNotAUrl { error } => write!(f, "the image cannot be read as a URL ({error})"),
            Self::Port { key, image } => port(f, key, image),
            Self::LabelCount { key, image } => {
                let (ours, theirs) = (key.split('.').count(), image.split('.').count());
                write!(f, "host {key:?} has {ours} labels, the image's {image:?} has {theirs}")
            }
            Self::Path { key, image } => write!(f, "path {key:?} is no prefix of the image's {image:?}"),
            Self::Host { key, image, .. } if key.eq_ignore_ascii_case(image) => {
                write!(f, "host {key:?} differs in case from the image's {image:?}: never sent")
            }
            Self::Host { key, image, label } if label.contains(['*', '?', '[']) => {
                write!(f, "pattern {label:?} of host {key:?} does not match the image's {image:?}")
            }
            Self::Host { key, image, .. } => write!(f, "host {key:?} is not the image's {image:?}"),
            Self::Pattern { label } => write!(f, "pattern {label:?} is malformed: never sent"),
            Self::FallbackUnused => {
                f.write_str("counts for Docker Hub only when no other entry matches, and one does")
            }
        }
    }
}

fn port(f: &mut fmt::Formatter<'_>, key: &str, image: &str) -> fmt::Result {
    match (key, image) {
        ("", image) => write!(f, "no port in the key, port {image:?} in the image: never sent"),
        (key, "") => write!(f, "port {key:?} written in the key, none in the image: never sent"),
        (key, image) => write!(f, "port {key:?} written in the key, port {image:?} in the image: never sent"),
    }
}
