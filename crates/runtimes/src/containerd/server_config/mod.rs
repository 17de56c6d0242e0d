//! The daemon's own configuration: its file, what it imports, and whether the daemon starts with it at all
//! (containerd v1.7.24 services/server/config/config.go, v2.1.9 and v2.3.4 cmd/containerd/server/config/config.go).
//!
//! The rules differ more between versions than the files do. Up to 1.7 a file without `version` is one of version 1,
//! whose plugins have short names: a table for `io.containerd.grpc.v1.cri` counts for nothing in it. From 2.0 on it
//! counts for nothing either, since it is taken for one of the newest version, where that plugin has no images any more.

mod document;
mod error;
mod imports;
mod lenient;
mod merge;
mod migrate;
mod plugins;
mod syntax;
mod types;
mod utf8;

use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};

use node::Node;
use toml::{Table, Value};

use self::document::Document;
pub(crate) use self::error::ConfigError;
pub(crate) use self::error::Generation;
use self::error::{ConfigProblem, Named};
use self::migrate::{CRI, IMAGES};
pub(super) use self::plugins::{TRANSFER, VERIFIER};
use crate::containerd::profile::{ConfigRules, Profile};

/// Where the daemon's configuration lies.
pub(super) const PATH: &str = "/etc/containerd/config.toml";

/// What the daemon makes of its files.
#[derive(Clone, Debug, Default)]
pub(in crate::containerd) struct ServerConfig {
    generation: Generation,
    /// The version that its plugins are configured in, after all migration.
    version: i64,
    root: String,
    state: String,
    disabled_plugins: Vec<String>,
    required_plugins: Vec<String>,
    /// By URI, or by short name in version 1 of containerd 1.
    plugins: Table,
    proxy_plugins: Table,
    /// Whether what the CRI's plugin is told has gone to those that came after it.
    migrated: bool,
}

/// Whether containerd starts with the node's configuration.
///
/// # Errors
/// What keeps it from starting, in the words in which it says so.
pub(crate) fn check_config(node: &Node, profile: &'static Profile) -> Result<(), ConfigError> {
    ServerConfig::load(node, profile).map(drop)
}

impl ServerConfig {
    /// `LoadConfig`, and the decoding of what plugins are told.
    pub(super) fn load(node: &Node, profile: &Profile) -> Result<Self, ConfigError> {
        let rules = &profile.config;
        let mut config =
            Self { generation: rules.generation, version: rules.default_version, ..Self::default() };
        let mut documents = Vec::new();
        let error = |file: &Path, problem| ConfigError::new(file, None, problem, rules.generation);
        let (mut loaded, mut pending) = (BTreeSet::new(), VecDeque::from([PathBuf::from(PATH)]));
        let (mut last, mut root_version) = (PathBuf::from(PATH), 0);
        while let Some(path) = pending.pop_front() {
            last.clone_from(&path);
            if !loaded.insert(path.clone()) {
                continue;
            }
            let text = match node.read_own(&path) {
                Ok(text) => text,
                // Without a file of its own the daemon has its defaults.
                Err(fault) if documents.is_empty() && fault.kind() == io::ErrorKind::NotFound => {
                    return Ok(config);
                }
                Err(fault) => {
                    let is_directory = node.is_directory(&path);
                    return Err(error(&path, ConfigProblem::unreadable(&fault, is_directory)));
                }
            };
            let document = Document::parse(path.clone(), &text, rules)?;
            let mut file = document.table.clone();
            let version = integer(&file, "version");
            if rules.migrates_each_file {
                root_version = if root_version == 0 { version } else { root_version };
                if version > root_version {
                    return Err(error(&path, ConfigProblem::NewerDropIn { version, root: root_version }));
                }
            }
            config.migrated |= rules.migrates_each_file && version < config.version;
            migrate::file(&mut file, config.version, rules).map_err(|problem| error(&path, problem))?;
            config.merge(&file, rules);
            let imports = strings(&file, "imports");
            let found = imports::resolve(node, &path, &imports, rules.cleans_patterns);
            pending.extend(found.map_err(|problem| error(&path, problem))?);
            documents.push(document);
        }
        config.validate(rules).map_err(|problem| error(&last, problem))?;
        migrate::plugins(&mut config, rules).map_err(|problem| error(Path::new(PATH), problem))?;
        if !config.root.is_empty() && config.root == config.state {
            return Err(error(Path::new(PATH), ConfigProblem::SameRootAndState));
        }
        types::check_plugins(&mut config, &documents, rules)?;
        config.check_required().map_err(|problem| error(Path::new(PATH), problem))?;
        Ok(config)
    }

    /// `New`: whether what is required was not left out. Of other plugins it is not known here whether they load.
    fn check_required(&self) -> Result<(), ConfigProblem> {
        let is_disabled = |name: &&String| self.disabled_plugins.contains(name);
        let names: Vec<String> = self.required_plugins.iter().filter(is_disabled).cloned().collect();
        if names.is_empty() { Ok(()) } else { Err(ConfigProblem::NotIncluded(names)) }
    }

    /// `ValidateV2`, `ValidateVersion`
    fn validate(&self, rules: &ConfigRules) -> Result<(), ConfigProblem> {
        if self.version < 2 {
            return Ok(());
        }
        if let Some(most) = rules.most_version.filter(|most| self.version > *most) {
            return Err(ConfigProblem::Version { version: self.version, most });
        }
        let is_uri = |name: &str| rules.uri.is_whole(name);
        let lists = [(Named::Disabled, &self.disabled_plugins), (Named::Required, &self.required_plugins)];
        for (kind, names) in lists {
            if let Some(name) = names.iter().find(|name| !is_uri(name)) {
                return Err(ConfigProblem::NoUri { kind, name: name.clone() });
            }
        }
        let table = rules.wants_uris_of_tables.then(|| self.plugins.keys().find(|name| !is_uri(name)));
        match table.flatten() {
            Some(name) => Err(ConfigProblem::NoUri { kind: Named::Table, name: name.clone() }),
            None => Ok(()),
        }
    }

    /// The table of a plugin: by its URI, or in version 1 of containerd 1 by the last part of it.
    pub(super) fn plugin(&self, uri: &str) -> Option<&Value> {
        self.plugins.get(self.name_of(uri))
    }

    /// The table about images.
    pub(super) fn images(&self) -> Option<&Value> {
        self.plugin(if self.is_old() { CRI } else { IMAGES })
    }

    fn is_old(&self) -> bool {
        self.generation == Generation::One
    }

    fn name_of<'u>(&self, uri: &'u str) -> &'u str {
        let by_id = self.is_old() && self.version < 2;
        if by_id { uri.rsplit('.').next().unwrap_or(uri) } else { uri }
    }

    pub(super) fn is_disabled(&self, uri: &str) -> bool {
        self.disabled_plugins.iter().any(|name| name == self.name_of(uri))
    }

    /// What somebody who wrote the files would want to know.
    pub(super) fn notes(&self, rules: &ConfigRules) -> Vec<String> {
        let other = if self.is_old() { IMAGES } else { CRI };
        let counts_for_nothing = |name: &str| self.plugins.contains_key(name) && !self.migrated;
        let mut notes = Vec::new();
        if self.name_of(CRI) != CRI && self.plugins.contains_key(CRI) {
            notes.push(format!(
                "the table {CRI} counts for nothing: without version = 2 plugins have short names, as cri"
            ));
        } else if counts_for_nothing(other) {
            let version = self.version;
            notes.push(format!(
                "the table {other} counts for nothing in version {version} of this containerd"
            ));
        }
        let is_unknown = |name: &&String| !rules.uri.is_whole(name) && self.name_of(CRI) == CRI;
        notes.extend(
            self.plugins.keys().filter(is_unknown).map(|name| format!("the table {name} is of no plugin")),
        );
        notes
    }

    /// `root`
    pub(super) fn root(&self) -> PathBuf {
        let default = "/var/lib/containerd";
        if self.root.is_empty() { default.into() } else { PathBuf::from(&self.root) }
    }
}

fn integer(table: &Table, key: &str) -> i64 {
    table.get(key).and_then(Value::as_integer).unwrap_or_default()
}

fn text(table: &Table, key: &str) -> String {
    table.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn strings(table: &Table, key: &str) -> Vec<String> {
    let list = table.get(key).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests;
