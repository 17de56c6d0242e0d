use node::{Flags, Node};

use crate::{DockerConfig, DocumentError, Keyring, Provenance};

const DEFAULT_ROOT_DIR: &str = "/var/lib/kubelet";

/// Where a kubelet looks for its own credential files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeletPaths {
    /// `--root-dir`.
    pub root_dir: String,
    /// The working directory of the process.
    pub working_dir: String,
    /// `$HOME`; empty when the process has none, as under systemd.
    pub home: String,
}

impl KubeletPaths {
    /// The paths of a kubelet that systemd starts on this node: `--root-dir` of its command line or `/var/lib/kubelet`,
    /// working directory `/`, and the home directory that the unit's environment names, if any.
    pub fn of(node: &Node) -> Self {
        let home = node.environment("kubelet").get("HOME").unwrap_or_default().to_owned();
        let root_dir = Flags::of_kubelet(node).value("root-dir").unwrap_or(DEFAULT_ROOT_DIR).to_owned();
        Self { root_dir, working_dir: "/".to_owned(), home }
    }

    /// The paths of the files in the kubelet's order.
    pub fn paths(&self) -> Vec<String> {
        self.files().into_iter().map(|(path, _)| path).collect()
    }

    /// The files in the kubelet's order: those of the newer form, then those of the older.
    fn files(&self) -> Vec<(String, bool)> {
        let home = if self.home.is_empty() { self.working_dir.as_str() } else { self.home.as_str() };
        let below = |directory: &str, file: &str| format!("{}/{file}", directory.trim_end_matches('/'));
        let mut files: Vec<(String, bool)> = Vec::new();
        for (path, newer) in [
            (below(&self.root_dir, "config.json"), true),
            (below(&self.working_dir, "config.json"), true),
            (below(home, ".docker/config.json"), true),
            ("/.docker/config.json".to_owned(), true),
            (below(&self.root_dir, ".dockercfg"), false),
            (below(&self.working_dir, ".dockercfg"), false),
            (below(home, ".dockercfg"), false),
            ("/.dockercfg".to_owned(), false),
        ] {
            if !files.iter().any(|(known, _)| *known == path) {
                files.push((path, newer));
            }
        }
        files
    }
}

/// What the kubelet found of its own credentials on the node.
#[derive(Clone, Debug, Default)]
pub struct NodeFiles {
    /// The entries of the file that was used; empty when there is none.
    pub keyring: Keyring,
    /// The files in the order in which they were tried, up to the one that was used.
    pub tried: Vec<TriedFile>,
}

/// A file that the kubelet tried to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriedFile {
    /// Its path on the node.
    pub path: String,
    /// What came of it.
    pub outcome: NodeFileOutcome,
}

/// What came of a credential file on the node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeFileOutcome {
    /// There is none, or it cannot be read.
    Absent,
    /// Its content is malformed: the kubelet passes it over, with a line in its log at level 4 at most.
    Malformed(DocumentError),
    /// It is the one that counts. Files are never merged.
    Used,
}

impl NodeFiles {
    /// Reads the kubelet's own files of a node: the first that can be read counts
    /// (`kubernetes v1.28.7 pkg/credentialprovider/config.go ReadDockerConfigFile`). Only for a node given as a
    /// directory or in memory: on [`Node::machine`] the files would be those of whoever runs this programme.
    pub fn read(node: &Node, paths: &KubeletPaths) -> Self {
        let mut found = Self::default();
        for (path, newer) in paths.files() {
            let config = node.read_own(&path).map(|document| {
                if newer {
                    DockerConfig::from_docker_config_json(&document)
                } else {
                    DockerConfig::from_dockercfg(&document)
                }
            });
            let outcome = match config {
                Err(_) => NodeFileOutcome::Absent,
                Ok(Err(error)) => NodeFileOutcome::Malformed(error),
                Ok(Ok(config)) => {
                    found.keyring.add(&config, &Provenance::NodeFile { path: path.clone() });
                    NodeFileOutcome::Used
                }
            };
            let used = outcome == NodeFileOutcome::Used;
            found.tried.push(TriedFile { path, outcome });
            if used {
                break;
            }
        }
        found
    }

    /// The file that counts, if any.
    pub fn used(&self) -> Option<&str> {
        let used = self.tried.iter().find(|file| file.outcome == NodeFileOutcome::Used);
        used.map(|file| file.path.as_str())
    }
}
