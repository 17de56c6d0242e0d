//! A node's root directory: the files that decide how it pulls.
//!
//! A [`Node`] answers "what does this file hold on the node?", from a directory on disk (`tar` of a node), from the
//! machine itself, or from a map in memory (a scenario). Missing files mean defaults; what they mean is up to
//! whoever reads them.
//!
//! ```
//! let node = node::Node::memory([("/etc/resolv.conf".into(), b"nameserver 10.96.0.10\n".to_vec())]);
//! assert_eq!(node.read("/etc/resolv.conf").unwrap(), b"nameserver 10.96.0.10\n");
//! assert!(node.read("/etc/hosts").is_err());
//! ```

mod environment;
mod flags;

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

pub use environment::Environment;
pub use flags::{Flags, parse_bool};

/// The files of a node.
#[derive(Clone, Debug)]
pub struct Node {
    files: Files,
    environment: Option<Environment>,
    /// What is otherwise than the files say: another content, or (`None`) no such file or directory.
    changed: Arc<BTreeMap<PathBuf, Option<Vec<u8>>>>,
    /// The systemd units that were read, by service: several who ask about one read its files once.
    units: Arc<Units>,
}

type Units = Mutex<BTreeMap<String, Arc<[String]>>>;

#[derive(Clone, Debug)]
enum Files {
    /// Absolute paths are looked for below the directory first, then as they are.
    Directory(PathBuf),
    /// This machine's own name-service files and certificates, and nothing else.
    Machine,
    Memory(Arc<BTreeMap<PathBuf, Vec<u8>>>),
}

impl Node {
    /// A node whose root directory is `root`. Its environment comes from the runtime's systemd drop-ins.
    pub fn directory(root: impl Into<PathBuf>) -> Self {
        Self::of(Files::Directory(root.into()), None)
    }

    /// A node with default configuration on this machine's network: the resolver's files and the certificates are
    /// this machine's, the environment is `environment`, and no runtime or kubelet configuration is read.
    pub fn machine(environment: Environment) -> Self {
        Self::of(Files::Machine, Some(environment))
    }

    /// A file of the node by its path on this machine, where the node is a directory; otherwise by its own. For people.
    ///
    /// ```
    /// let node = node::Node::directory("./node-root");
    /// assert_eq!(node.shown("/etc/hosts"), "./node-root/etc/hosts");
    /// assert_eq!(node::Node::memory([]).shown("/etc/hosts"), "/etc/hosts");
    /// ```
    pub fn shown(&self, path: &str) -> String {
        match &self.files {
            Files::Directory(root) => root.join(path.trim_start_matches('/')).display().to_string(),
            Files::Machine | Files::Memory(_) => path.to_owned(),
        }
    }

    /// A node whose files are given: absolute path and content.
    pub fn memory(files: impl IntoIterator<Item = (PathBuf, Vec<u8>)>) -> Self {
        Self::of(Files::Memory(Arc::new(files.into_iter().collect())), None)
    }

    fn of(files: Files, environment: Option<Environment>) -> Self {
        Self { files, environment, changed: Arc::default(), units: Arc::default() }
    }

    /// The same node with this content in a file. Nothing is written: the node's own file stays as it is.
    #[must_use]
    pub fn with_file(self, path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) -> Self {
        self.changing(path.into(), Some(content.into()))
    }

    /// The same node without a file, or without a directory and all that is in it.
    #[must_use]
    pub fn without(self, path: impl Into<PathBuf>) -> Self {
        self.changing(path.into(), None)
    }

    /// The same node, whose services have this environment.
    #[must_use]
    pub fn with_environment(self, environment: Environment) -> Self {
        Self { environment: Some(environment), ..self }
    }

    fn changing(mut self, path: PathBuf, content: Option<Vec<u8>>) -> Self {
        let changed = Arc::make_mut(&mut self.changed);
        if content.is_none() {
            changed.retain(|other, _| !other.starts_with(&path));
        }
        changed.insert(path, content);
        self.units = Arc::default();
        self
    }

    /// What was changed at a path, if something was: the content, or that there is nothing.
    fn changed(&self, path: &Path) -> Option<io::Result<Vec<u8>>> {
        if let Some(Some(content)) = self.changed.get(path) {
            return Some(Ok(content.clone()));
        }
        self.is_hidden(path).then(|| Err(io::ErrorKind::NotFound.into()))
    }

    fn is_hidden(&self, path: &Path) -> bool {
        path.ancestors().any(|above| matches!(self.changed.get(above), Some(None)))
    }

    /// The names that changes put into a directory.
    fn put_into(&self, directory: &Path) -> Vec<String> {
        let put = self.changed.iter().filter(|(_, content)| content.is_some());
        put.filter_map(|(path, _)| first_below(path, directory)).collect()
    }

    /// The names in a directory after all changes, sorted.
    fn changed_names(&self, directory: &Path, names: Vec<String>) -> Vec<String> {
        let stays = |name: &String| !self.is_hidden(&directory.join(name));
        let mut names: Vec<String> = names.into_iter().filter(stays).collect();
        names.extend(self.put_into(directory));
        names.sort();
        names.dedup();
        names
    }

    /// The content of the file at an absolute path of the node.
    ///
    /// # Errors
    /// As [`std::fs::read`]; `NotFound` where the node has no such file.
    pub fn read(&self, path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
        let path = path.as_ref();
        if let Some(changed) = self.changed(path) {
            return changed;
        }
        match &self.files {
            Files::Directory(root) => match std::fs::read(below(root, path)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => std::fs::read(path),
                other => other,
            },
            Files::Machine if is_machine_file(path) => std::fs::read(path),
            Files::Machine => Err(io::ErrorKind::NotFound.into()),
            Files::Memory(files) => {
                files.get(path).cloned().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
            }
        }
    }

    /// The content of a file of the node alone: unlike [`Node::read`], a path that the node does not have is not
    /// looked for on this machine. For files that have a default.
    ///
    /// # Errors
    /// As [`Node::read`].
    pub fn read_own(&self, path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
        match (&self.files, self.changed(path.as_ref())) {
            (Files::Directory(root), None) => std::fs::read(below(root, path.as_ref())),
            _ => self.read(path),
        }
    }

    /// The names in a directory of the node, sorted; empty where there is none.
    pub fn list(&self, directory: impl AsRef<Path>) -> Vec<String> {
        let directory = directory.as_ref();
        let names: Vec<String> = match &self.files {
            Files::Directory(root) if below(root, directory).is_dir() => names_in(&below(root, directory)),
            Files::Directory(_) => names_in(directory),
            Files::Machine if is_machine_file(directory) => names_in(directory),
            Files::Machine => Vec::new(),
            Files::Memory(files) => files.keys().filter_map(|path| first_below(path, directory)).collect(),
        };
        self.changed_names(directory, names)
    }

    /// The names in a directory of the node alone, sorted, as [`Node::read_own`] reads.
    pub fn list_own(&self, directory: impl AsRef<Path>) -> Vec<String> {
        match &self.files {
            Files::Directory(root) => {
                self.changed_names(directory.as_ref(), names_in(&below(root, directory.as_ref())))
            }
            _ => self.list(directory),
        }
    }

    /// Whether the node has a directory at this path; as with [`Node::read`], below the node's root or as it is.
    pub fn is_directory(&self, path: impl AsRef<Path>) -> bool {
        let path = path.as_ref();
        if self.is_hidden(path) || !self.put_into(path).is_empty() {
            return !self.put_into(path).is_empty();
        }
        match &self.files {
            Files::Directory(root) => below(root, path).is_dir() || path.is_dir(),
            Files::Machine => false,
            Files::Memory(files) => files.keys().any(|p| p != path && p.starts_with(path)),
        }
    }

    /// The unit of a service and its drop-ins, in the order in which systemd reads them.
    fn unit_files(&self, service: &str) -> Arc<[String]> {
        let mut units = self.units.lock().unwrap_or_else(PoisonError::into_inner);
        let read = |service: &str| environment::unit_files(self, service).into();
        units.entry(service.to_owned()).or_insert_with_key(|service| read(service)).clone()
    }

    /// The words of the command line with which systemd starts a service, from its unit and drop-ins; empty where there
    /// is no unit.
    pub fn command_line(&self, service: &str) -> Vec<String> {
        environment::command_line(self, service)
    }

    /// The environment of a runtime's systemd service (`containerd`, `crio`, `docker`), from its drop-ins; for
    /// [`Node::machine`] the one given there.
    pub fn environment(&self, service: &str) -> Environment {
        self.environment.clone().unwrap_or_else(|| Environment::of_service(self, service))
    }
}

/// The name in `directory` below which `path` lies.
fn first_below(path: &Path, directory: &Path) -> Option<String> {
    let first = path.strip_prefix(directory).ok()?.components().next()?;
    Some(first.as_os_str().to_string_lossy().into_owned())
}

fn below(root: &Path, path: &Path) -> PathBuf {
    // `..` must not leave the node's directory.
    let inside = path.components().filter(|c| matches!(c, Component::Normal(_)));
    root.join(inside.collect::<PathBuf>())
}

fn names_in(directory: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect()
}

/// Where a container runtime and the kubelet have their configuration and their logins.
const OF_THE_RUNTIME: [&str; 11] = [
    "/etc/containerd",
    "/etc/containers",
    "/etc/crio",
    "/etc/docker",
    "/etc/systemd",
    "/root/.config/containers",
    "/root/.docker",
    "/root/.dockercfg",
    "/run/containers",
    "/var/cache/containers",
    "/var/lib/kubelet",
];

fn is_machine_file(path: &Path) -> bool {
    // What the runtime's configuration could name is read; the runtime's and kubelet's own configuration is not.
    !OF_THE_RUNTIME.iter().any(|own| path.starts_with(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_cover_the_files_and_write_nothing() {
        let file = |path: &str, text: &str| (PathBuf::from(path), text.as_bytes().to_vec());
        let node = Node::memory([file("/etc/a/x", "1"), file("/etc/a/y", "2"), file("/etc/b", "3")]);
        let other = node.clone().without("/etc/a").with_file("/etc/a/z", "4").with_file("/etc/b", "5");
        assert_eq!(other.list("/etc/a"), ["z"]);
        assert_eq!(other.list_own("/etc"), ["a", "b"]);
        assert!(other.read("/etc/a/x").is_err() && other.is_directory("/etc/a"));
        assert_eq!(other.read_own("/etc/b").unwrap(), b"5");
        assert!(!other.without("/etc/a").is_directory("/etc/a"));
        assert_eq!(node.list("/etc/a"), ["x", "y"]);
        assert_eq!(node.read("/etc/b").unwrap(), b"3");
    }
}
