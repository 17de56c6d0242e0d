//! Why the daemon does not start, in its own words.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use gostd::strconv;

use super::syntax::Syntax;
use super::types::Mismatch;
use crate::config::ConfigPlace;

/// What keeps containerd from starting with the configuration of its node.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigError {
    file: PathBuf,
    place: Option<Box<ConfigPlace>>,
    problem: ConfigProblem,
    generation: Generation,
}

/// Whose words they are: those of containerd 1 or 2, which read TOML by go-toml 1 and 2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Generation {
    #[default]
    One,
    Two,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ConfigProblem {
    Syntax(Syntax),
    /// A value is of another type than the daemon's; `of_plugin` where a plugin is told so.
    Type {
        mismatch: Box<Mismatch>,
        of_plugin: bool,
    },
    /// An import cannot be read.
    Unreadable {
        reason: &'static str,
        is_directory: bool,
    },
    Version {
        version: i64,
        most: i64,
    },
    NewerDropIn {
        version: i64,
        root: i64,
    },
    NoUri {
        kind: Named,
        name: String,
    },
    /// A pattern in `imports` that is none (Go `filepath.ErrBadPattern`).
    BadPattern,
    SameRootAndState,
    /// Plugins are required that are disabled.
    NotIncluded(Vec<String>),
    /// The migration takes something for a table that is none, and panics.
    NoTable {
        found: &'static str,
    },
}

/// Where a plugin is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    Disabled,
    Required,
    Table,
}

impl ConfigProblem {
    pub(super) fn unreadable(error: &io::Error, is_directory: bool) -> Self {
        let reason = match error.kind() {
            io::ErrorKind::NotFound => "no such file or directory",
            io::ErrorKind::PermissionDenied => "permission denied",
            _ => "input/output error",
        };
        Self::Unreadable { reason, is_directory }
    }

    /// What is said after `containerd: `.
    fn words(&self, file: &Path, place: Option<&ConfigPlace>, generation: Generation) -> String {
        let path = file.display();
        let (line, column) = place.map_or((0, 0), |place| (place.line, place.column));
        match (self, generation) {
            (Self::Syntax(syntax @ Syntax::Unread(_)), _) => syntax.words(generation),
            (Self::Syntax(syntax), Generation::One) => {
                format!("failed to load TOML: {path}: ({line}, {column}): {}", syntax.words(generation))
            }
            (Self::Syntax(syntax), Generation::Two) => format!(
                "failed to unmarshal TOML at row {line} column {column}: toml: {}",
                syntax.words(generation)
            ),
            (Self::Type { mismatch, of_plugin }, Generation::One) => {
                let prefix = if *of_plugin { "" } else { "failed to unmarshal TOML: " };
                format!("{prefix}({line}, {column}): {}", mismatch.words(generation))
            }
            (Self::Type { mismatch, of_plugin: true }, _) => {
                format!("toml: {}", mismatch.words(generation))
            }
            (Self::Type { mismatch, .. }, _) => format!(
                "failed to unmarshal TOML at row {line} column {column}: toml: {}",
                mismatch.words(generation)
            ),
            (Self::Unreadable { reason, is_directory }, _) => {
                let said = if *is_directory {
                    format!("read {path}: is a directory")
                } else {
                    format!("open {path}: {reason}")
                };
                match (generation, is_directory) {
                    (Generation::One, _) => format!("failed to load TOML: {path}: {said}"),
                    (Generation::Two, true) => format!("failed to unmarshal TOML: toml: {said}"),
                    (Generation::Two, false) => said,
                }
            }
            (Self::Version { version, .. }, Generation::One) => {
                format!("failed to load TOML from {path}: unsupported config version `{version}`")
            }
            (Self::Version { version, most }, _) => format!(
                "failed to load TOML from {path}: expected containerd config version equal to or less than `{most}`, got \
                 `{version}`"
            ),
            (Self::NewerDropIn { version, root }, _) => {
                format!("drop-in config version {version} higher than root config version {root}")
            }
            (Self::NoUri { kind, name }, _) => format!(
                "failed to load TOML from {path}: invalid {kind} URI {} expect io.containerd.x.vx",
                strconv::quote(name)
            ),
            (Self::BadPattern, _) => "syntax error in pattern".to_owned(),
            (Self::NotIncluded(names), _) => format!("required plugin [{}] not included", names.join(" ")),
            (Self::SameRootAndState, _) => "root and state must be different paths".to_owned(),
            (Self::NoTable { found }, _) => {
                format!(
                    "panic: interface conversion: interface {{}} is {found}, not map[string]interface {{}}"
                )
            }
        }
    }
}

impl ConfigError {
    pub(super) fn new(
        file: &Path,
        place: Option<ConfigPlace>,
        problem: ConfigProblem,
        generation: Generation,
    ) -> Self {
        Self { file: file.to_owned(), place: place.map(Box::new), problem, generation }
    }

    /// The file, as the node has it.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Where in the file, if it is about a place.
    pub fn place(&self) -> Option<&ConfigPlace> {
        self.place.as_deref()
    }

    /// What containerd prints before it ends, behind its name. Of a text that is no TOML it may say more than one thing,
    /// for most of which the words are known; where they are not, the sentence ends in `…`.
    pub fn said(&self) -> String {
        self.problem.words(&self.file, self.place(), self.generation)
    }

    /// The same in a sentence about this version: that it does not start, or that only the reader here refuses the file.
    pub fn sentence(&self, version: &str) -> String {
        let said = self.said();
        match self.problem {
            ConfigProblem::Syntax(Syntax::Unread(_)) => {
                format!("{version} may read this configuration, which cannot be read here: {said}")
            }
            _ => format!("this node's {version} does not start. It says: containerd: {said}"),
        }
    }

    /// What to do about it.
    pub const fn remedy(&self) -> &'static str {
        match self.problem {
            ConfigProblem::Syntax(Syntax::Unread(_)) => {
                "write it as TOML 1.0 has it; containerd config dump, run on the node, prints it so"
            }
            ConfigProblem::Syntax(_) => {
                "containerd config dump, run on the node, says the same without a restart"
            }
            ConfigProblem::Type { .. } | ConfigProblem::NoTable { .. } => {
                "containerd config default shows which values are texts, numbers and lists"
            }
            ConfigProblem::Unreadable { .. } | ConfigProblem::BadPattern => {
                "imports takes paths and patterns; what is no pattern must be there"
            }
            ConfigProblem::Version { .. } | ConfigProblem::NewerDropIn { .. } => {
                "version must be one that this containerd reads: 2 for containerd 1, 3 from 2.0 on"
            }
            ConfigProblem::NoUri { .. } => {
                "from version 2 on plugins have whole names, such as io.containerd.grpc.v1.cri, in quotes as a table"
            }
            ConfigProblem::NotIncluded(_) => {
                "what stands in required_plugins must not stand in disabled_plugins"
            }
            ConfigProblem::SameRootAndState => "root and state are two directories",
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "containerd does not start with this configuration: containerd: {}", self.said())
    }
}

impl std::error::Error for ConfigError {}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Disabled => "disabled plugin",
            Self::Required => "required plugin",
            Self::Table => "plugin key",
        })
    }
}
