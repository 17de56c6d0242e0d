//! Why text is no reference.

use crate::DigestError;

/// The verdicts of distribution/reference, in its words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// The text does not follow the grammar (`ErrReferenceInvalidFormat`).
    #[error("invalid reference format")]
    InvalidFormat,
    /// The repository has upper-case letters.
    #[error("invalid reference format: repository name {}must be lowercase", parenthesis(.name.as_deref()))]
    NotLowercase {
        /// The repository's path; None under the older grammar, which does not name it.
        name: Option<String>,
    },
    /// The text follows the grammar once it is in lower case (`ErrNameContainsUppercase`); from normalised parsing
    /// only for hosts such as `My_host`.
    #[error("repository name must be lowercase")]
    ContainsUppercase,
    /// There is no text (`ErrNameEmpty`, not from normalised parsing).
    #[error("repository name must have at least one component")]
    Empty,
    /// The name is too long (`ErrNameTooLong`).
    #[error("repository name must not be more than 255 characters")]
    TooLong,
    /// 64 hexadecimal digits, which could be an image's identifier.
    #[error("invalid repository name ({name}), cannot specify 64-byte hexadecimal strings")]
    Identifier {
        /// The digits.
        name: String,
    },
    /// What follows the `@` is no digest.
    #[error(transparent)]
    Digest(#[from] DigestError),
}

fn parenthesis(name: Option<&str>) -> String {
    name.map(|name| format!("({name}) ")).unwrap_or_default()
}
