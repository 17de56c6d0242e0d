use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// `imagePullPolicy`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum PullPolicy {
    /// Pull at every start of the container.
    Always,
    /// Pull when the image is not on the node.
    IfNotPresent,
    /// Never pull.
    Never,
}

impl fmt::Display for PullPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Always => "Always",
            Self::IfNotPresent => "IfNotPresent",
            Self::Never => "Never",
        })
    }
}

/// A text that is no pull policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown pull policy {text:?}: must be Always, IfNotPresent or Never")]
pub struct ParsePolicyError {
    /// The text.
    pub text: String,
}

impl FromStr for PullPolicy {
    type Err = ParsePolicyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = [Self::Always, Self::IfNotPresent, Self::Never];
        let found = known.into_iter().find(|policy| policy.to_string() == text);
        found.ok_or_else(|| ParsePolicyError { text: text.to_owned() })
    }
}
