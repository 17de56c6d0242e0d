//! Whether a runtime starts with the configuration of its node, and what it says if not.

use std::fmt;
use std::path::Path;

use node::Node;

use crate::profile::{Kind, Profile};
use crate::{containerd, crio, docker};

/// What keeps a runtime from starting with the configuration of its node.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigError(Refusal);

#[derive(Clone, Debug, PartialEq)]
enum Refusal {
    Containerd(containerd::ConfigError),
    CriO(crio::ConfigError),
    Docker(docker::ConfigError),
}

/// A place in a file of a runtime's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigPlace {
    /// The number of the line, from 1 on.
    pub line: usize,
    /// The number of the character in it, from 1 on.
    pub column: usize,
    /// The line.
    pub text: String,
}

/// Whether the runtime starts with the node's configuration.
///
/// # Errors
/// What keeps it from starting, in the words in which it says so.
pub fn check_config(node: &Node, profile: &'static Profile) -> Result<(), ConfigError> {
    match profile.kind() {
        Kind::Containerd(profile) => {
            containerd::check_config(node, profile).map_err(|error| ConfigError(Refusal::Containerd(error)))
        }
        Kind::CriO(profile) => {
            crio::check_config(node, profile).map_err(|error| ConfigError(Refusal::CriO(error)))
        }
        Kind::Docker(profile) => {
            docker::check_config(node, profile).map_err(|error| ConfigError(Refusal::Docker(error)))
        }
    }
}

impl ConfigError {
    /// The file, as the node has it.
    pub fn file(&self) -> &Path {
        match &self.0 {
            Refusal::Containerd(error) => error.file(),
            Refusal::CriO(error) => error.file(),
            Refusal::Docker(error) => error.file(),
        }
    }

    /// Where in the file, if it is about a place.
    pub fn place(&self) -> Option<&ConfigPlace> {
        match &self.0 {
            Refusal::Containerd(error) => error.place(),
            Refusal::CriO(error) => error.place(),
            Refusal::Docker(error) => error.place(),
        }
    }

    /// What the runtime prints before it ends, behind its name. Of a text that is no TOML it may say more than one thing,
    /// for most of which the words are known; where they are not, the sentence ends in `…`.
    pub fn said(&self) -> String {
        match &self.0 {
            Refusal::Containerd(error) => error.said(),
            Refusal::CriO(error) => error.said(),
            Refusal::Docker(error) => error.said(),
        }
    }

    /// The same in a sentence about this version: that it does not start, or that only the reader here refuses the file.
    pub fn sentence(&self, version: &str) -> String {
        match &self.0 {
            Refusal::Containerd(error) => error.sentence(version),
            Refusal::CriO(error) => error.sentence(version),
            Refusal::Docker(error) => error.sentence(version),
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match &self.0 {
            Refusal::Containerd(error) => error.remedy(),
            Refusal::CriO(error) => error.remedy(),
            Refusal::Docker(error) => error.remedy(),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Refusal::Containerd(error) => error.fmt(f),
            Refusal::CriO(error) => error.fmt(f),
            Refusal::Docker(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ConfigError {}

/// Line, column and text at an offset.
pub(crate) fn place(text: &str, offset: usize) -> ConfigPlace {
    let before = text.get(..offset.min(text.len())).unwrap_or_default();
    let begin = before.rfind('\n').map_or(0, |at| at + 1);
    let line = text[begin..].lines().next().unwrap_or_default();
    ConfigPlace {
        line: before.matches('\n').count() + 1,
        column: before[begin..].chars().count() + 1,
        text: masked(line),
    }
}

/// A line without what may be secret in it: the value of a key that is about credentials.
fn masked(line: &str) -> String {
    const SECRET: [&str; 4] = ["password", "auth", "token", "secret"];
    match line.split_once('=') {
        Some((key, value)) if SECRET.iter().any(|word| key.to_lowercase().contains(word)) => {
            let shown = if value.trim_start().starts_with(['"', '\'']) { " \"…\"" } else { " …" };
            format!("{key}={shown}")
        }
        _ => line.to_owned(),
    }
}
