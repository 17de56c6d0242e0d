//! `crio.conf` and its drop-ins, as far as pulls are concerned
//! (cri-o@f954a17:pkg/config/config.go `UpdateFromFile`, `UpdateFromPath`, `ImageConfig`).

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gostd::duration;
use node::Node;

use super::home;
use super::profile::{Profile, ShortNames};
use super::registries::Registries;
use super::toml_file::{Flaw, TomlFile};
use crate::config::ConfigPlace;

const PATH: &str = "/etc/crio/crio.conf";
const DROP_INS: &str = "/etc/crio/crio.conf.d";
/// `signature_policy_dir` and `namespaced_auth_dir`, where they are not set (cri-o@f954a17:pkg/config/config.go
/// `DefaultConfig`).
const SIGNATURE_POLICIES: &str = "/etc/crio/policies";
const NAMESPACED_LOGINS: &str = "/etc/crio/auth";
/// The table with what is read here.
const TABLE: [&str; 2] = ["crio", "image"];

/// `ImageConfig`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Config {
    /// `global_auth_file`; empty: the usual files are looked for.
    pub(super) global_auth_file: String,
    /// `signature_policy`; empty: the usual files are looked for.
    pub(super) signature_policy: String,
    /// `signature_policy_dir`: policies by namespace.
    pub(super) signature_policies: PathBuf,
    /// `namespaced_auth_dir`: logins by namespace and image, each for one pull.
    pub(super) namespaced_logins: PathBuf,
    pub(super) short_names: ShortNames,
    /// `pull_progress_timeout`; none where it is zero.
    pub(super) progress_timeout: Option<Duration>,
    /// `big_files_temporary_dir`
    pub(super) temporary: PathBuf,
}

/// What keeps CRI-O from starting with the configuration of its node.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ConfigError(Flaw);

/// Whether CRI-O starts with the node's configuration.
///
/// # Errors
/// What keeps it from starting.
pub(crate) fn check_config(node: &Node, profile: &Profile) -> Result<(), ConfigError> {
    Config::read(node, profile)?;
    load_registries(node).map(drop)
}

/// The registries, which are looked at when the daemon starts (`RuntimeConfig.Validate`).
pub(super) fn load_registries(node: &Node) -> Result<Registries, ConfigError> {
    let home = home(&node.environment(super::SERVICE));
    Registries::load(node, &home).map_err(|flaw| {
        let said = format!("validating runtime config: invalid registries: {}", flaw.said);
        ConfigError(Flaw { said, ..flaw })
    })
}

impl Config {
    /// The main file, then the drop-ins in the order of their names; each sets what it names.
    pub(super) fn read(node: &Node, profile: &Profile) -> Result<Self, ConfigError> {
        let mut config = Self {
            global_auth_file: String::new(),
            signature_policy: String::new(),
            signature_policies: SIGNATURE_POLICIES.into(),
            namespaced_logins: NAMESPACED_LOGINS.into(),
            short_names: profile.short_names,
            progress_timeout: Some(profile.progress_timeout).filter(|limit| !limit.is_zero()),
            temporary: PathBuf::new(),
        };
        let drop_ins = node.list_own(DROP_INS);
        let files = [PathBuf::from(PATH)]
            .into_iter()
            .chain(drop_ins.iter().map(|name| Path::new(DROP_INS).join(name)));
        for path in files {
            let context = match path == Path::new(PATH) {
                true => "update config from file: update config from drop-in file: ",
                false => "update config from path: walk path: ",
            };
            let wrapped = |flaw: Flaw| ConfigError(Flaw { said: format!("{context}{}", flaw.said), ..flaw });
            match node.read_own(&path) {
                Ok(bytes) => config.update(&path, &bytes).map_err(wrapped)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(_) if node.is_directory(&path) => {}
                Err(error) => {
                    let said = format!("open {}: {}", path.display(), reason(&error));
                    return Err(wrapped(Flaw { path, place: None, said }));
                }
            }
        }
        Ok(config)
    }

    /// What the node has by namespace, in words: which namespace a pod is in, the request does not tell here. A policy
    /// counts in place of the node's for the pods of its namespace, a login for one pull of its image
    /// (cri-o@f954a17:server/image_pull.go `contextForNamespace`, `prepareTempAuthFile`).
    pub(super) fn by_namespace(&self, node: &Node) -> Vec<(&'static str, String)> {
        let files = |directory: &Path| -> Vec<String> {
            let names = node.list_own(directory);
            names.iter().filter_map(|name| name.strip_suffix(".json")).map(str::to_owned).collect()
        };
        let mut told = Vec::new();
        let (policies, logins) = (files(&self.signature_policies), files(&self.namespaced_logins));
        if !policies.is_empty() {
            let (directory, names) = (self.signature_policies.display(), policies.join(", "));
            told.push((
                "policy.json",
                format!("{directory} has policies of their own for pods of these namespaces, not looked at here: {names}"),
            ));
        }
        if !logins.is_empty() {
            let (directory, count) = (self.namespaced_logins.display(), logins.len());
            told.push((
                "credentials",
                format!("{directory} has logins for the next pull of an image by a namespace, not looked at here: {count}"),
            ));
        }
        told
    }

    /// `UpdateFromDropInFile`
    fn update(&mut self, path: &Path, bytes: &[u8]) -> Result<(), Flaw> {
        let decode = |flaw: Flaw| {
            let said = format!("unable to decode configuration {}: {}", path.display(), flaw.said);
            Flaw { said, ..flaw }
        };
        let file = TomlFile::parse(path, bytes).map_err(decode)?;
        let text = |name: &'static str| file.text(&[TABLE[0], TABLE[1], name]).map_err(decode);
        if let Some(value) = text("global_auth_file")? {
            self.global_auth_file = value;
        }
        if let Some(value) = text("signature_policy")? {
            self.signature_policy = value;
        }
        if let Some(value) = text("signature_policy_dir")? {
            self.signature_policies = value.into();
        }
        if let Some(value) = text("namespaced_auth_dir")? {
            self.namespaced_logins = value.into();
        }
        if let Some(value) = text("big_files_temporary_dir")? {
            self.temporary = value.into();
        }
        match text("short_name_mode")?.as_deref() {
            None => {}
            Some("disabled") => self.short_names = ShortNames::Disabled,
            Some("enforcing" | "") => self.short_names = ShortNames::Enforcing,
            Some(mode) => {
                let said = format!("validating image config: invalid short name mode {mode:?}");
                return Err(file.flaw(&[TABLE[0], TABLE[1], "short_name_mode"], said));
            }
        }
        if let Some(value) = text("pull_progress_timeout")? {
            let limit = value.parse::<duration::Duration>().map_err(|error| {
                decode(file.flaw(&[TABLE[0], TABLE[1], "pull_progress_timeout"], error.to_string()))
            })?;
            self.progress_timeout = limit.to_std().filter(|limit| !limit.is_zero());
        }
        Ok(())
    }
}

fn reason(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied",
        _ => "input/output error",
    }
}

impl ConfigError {
    /// The file, as the node has it.
    pub(crate) fn file(&self) -> &Path {
        &self.0.path
    }

    /// Where in the file.
    pub(crate) const fn place(&self) -> Option<&ConfigPlace> {
        self.0.place.as_ref()
    }

    /// What CRI-O prints before it ends; what is wrong with a text that is no TOML is told in other words, that end in
    /// `…`.
    pub(crate) fn said(&self) -> String {
        self.0.said.clone()
    }

    /// The same in a sentence about this version.
    pub(crate) fn sentence(&self, version: &str) -> String {
        format!("this node's {version} does not start. It says: {}", self.said())
    }

    /// What to do about it.
    pub(crate) fn remedy(&self) -> &'static str {
        if self.0.path.starts_with("/etc/crio") {
            "crio config, run on the node, prints what is set and what may be"
        } else {
            "man containers-registries.conf(5) has the form of the file; drop-ins must be in its version 2"
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cri-o does not start with this configuration: {}", self.said())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crio::profile::KNOWN;

    fn read(files: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let files = files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec()));
        Config::read(&Node::memory(files), &KNOWN[0])
    }

    #[test]
    fn each_file_sets_what_it_names() {
        let config = read(&[
            (PATH, "[crio.image]\nglobal_auth_file = '/a.json'\npull_progress_timeout = '10s'\n"),
            (
                "/etc/crio/crio.conf.d/10-x.conf",
                "[crio.image]\nshort_name_mode = 'disabled'\n[crio.runtime]\nx = 1\n",
            ),
            ("/etc/crio/crio.conf.d/20-y", "[crio.image]\nglobal_auth_file = '/b.json'\n"),
        ]);
        let config = config.unwrap();
        assert_eq!(config.global_auth_file, "/b.json");
        assert_eq!(config.short_names, ShortNames::Disabled);
        assert_eq!(config.progress_timeout, Some(Duration::from_secs(10)));
        assert_eq!(read(&[]).unwrap().progress_timeout, None);
    }

    #[test]
    fn what_there_is_by_namespace_is_told() {
        let told = |files: &[(&str, &str)]| {
            let config = read(files).unwrap();
            let files = files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec()));
            config.by_namespace(&Node::memory(files)).into_iter().map(|(_, text)| text).collect::<Vec<_>>()
        };
        assert_eq!(told(&[]), Vec::<String>::new());
        let usual = [("/etc/crio/policies/shop.json", "{}"), ("/etc/crio/auth/shop-0a.json", "{}")];
        let told_of_usual = told(&usual);
        assert!(told_of_usual[0].ends_with("shop") && told_of_usual[1].ends_with(": 1"), "{told_of_usual:?}");
        let moved = (PATH, "[crio.image]\nsignature_policy_dir = '/p'\nnamespaced_auth_dir = '/a'\n");
        assert_eq!(told(&[moved, usual[0], usual[1]]), Vec::<String>::new());
        assert_eq!(told(&[moved, ("/p/a.json", "{}")]).len(), 1);
    }

    #[test]
    fn files_with_which_it_does_not_start() {
        let cases = [
            ("[crio.image]\nshort_name_mode = 'strict'\n", 2, "invalid short name mode \"strict\""),
            (
                "[crio.image]\nglobal_auth_file = 5\n",
                2,
                "TOML value has type integer; destination has type string",
            ),
            ("[crio.image]\npull_progress_timeout = '5'\n", 2, "time: missing unit in duration \"5\""),
            ("[crio.image\n", 1, "unable to decode configuration /etc/crio/crio.conf: toml: line 1: "),
        ];
        for (text, line, said) in cases {
            let error = read(&[(PATH, text)]).unwrap_err();
            assert_eq!(error.place().map(|place| place.line), Some(line), "{text}");
            assert!(error.said().contains(said), "{}", error.said());
        }
    }
}
