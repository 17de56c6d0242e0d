//! What `cargo metadata` says, as far as the rules ask.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

/// The answer of `cargo metadata --format-version 1`.
#[derive(Deserialize)]
pub(crate) struct Metadata {
    /// Members of the workspace, and with the graph all that they depend on.
    pub(crate) packages: Vec<Package>,
    /// The resolved graph; absent with `--no-deps`.
    resolve: Option<Resolve>,
}

/// One package, with the dependencies that its manifest declares.
#[derive(Deserialize)]
pub(crate) struct Package {
    id: String,
    pub(crate) name: String,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
}

/// One declared dependency; `kind` is null for a normal one, `path` is set for crates of the workspace.
#[derive(Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    kind: Option<String>,
    /// Only with a feature.
    pub(crate) optional: bool,
    pub(crate) path: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

#[derive(Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    kind: Option<String>,
}

impl Dependency {
    /// Does it end up in what ships? Dev-dependencies do not.
    pub(crate) fn ships(&self) -> bool {
        self.kind.as_deref() != Some("dev")
    }
}

impl Metadata {
    /// The members of the workspace and what they declare.
    pub(crate) fn members() -> Self {
        cargo_metadata(&["--no-deps"])
    }

    /// The whole graph for this platform, without features that are not needed: what the programme can switch on in
    /// a crate is not that crate's own. Other platforms are left out: their crates need not be on this machine.
    pub(crate) fn graph() -> Self {
        let version = output(&["-vV"]);
        let host = version.lines().find_map(|l| l.strip_prefix("host: ")).expect("cargo names its host");
        cargo_metadata(&["--filter-platform", host, "--no-default-features"])
    }

    /// The names of all packages that reach what `name` ships, each with the chain that brings it in.
    pub(crate) fn shipped_with(&self, name: &str) -> BTreeMap<String, String> {
        let names: BTreeMap<&str, &str> =
            self.packages.iter().map(|p| (p.id.as_str(), p.name.as_str())).collect();
        let nodes: BTreeMap<&str, &Node> = self
            .resolve
            .as_ref()
            .expect("asked for the graph")
            .nodes
            .iter()
            .map(|n| (n.id.as_str(), n))
            .collect();
        let start = self.packages.iter().find(|p| p.name == name && p.manifest_path.starts_with(root()));
        let mut chains = BTreeMap::new();
        let mut todo = vec![(start.expect("a member of the workspace").id.as_str(), name.to_owned())];
        while let Some((id, chain)) = todo.pop() {
            if chains.contains_key(names[id]) {
                continue;
            }
            chains.insert(names[id].to_owned(), chain.clone());
            for edge in &nodes[id].deps {
                if edge.dep_kinds.iter().any(|k| k.kind.is_none()) {
                    todo.push((&edge.pkg, format!("{chain} -> {}", names[edge.pkg.as_str()])));
                }
            }
        }
        chains
    }
}

/// The top directory of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace")
}

fn cargo_metadata(arguments: &[&str]) -> Metadata {
    let mut all = vec!["metadata", "--format-version", "1", "--offline", "--locked"];
    all.extend(arguments);
    serde_json::from_str(&output(&all)).expect("cargo metadata answers with JSON")
}

fn output(arguments: &[&str]) -> String {
    let done = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("cargo runs");
    assert!(done.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).expect("cargo answers in UTF-8")
}
