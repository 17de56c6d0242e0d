//! The recordings as they lie in `tests/recordings`: one pull, or several, by a real runtime.

mod definition;
mod expectation;
mod script;
mod servers;

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

pub(crate) use definition::{Auth, Definition, StepFile};
pub(crate) use expectation::{Answer, Expectation, Request};
pub(crate) use script::{Action, Listener, Login, Scheme, ScriptFile, ScriptRule};
pub(crate) use servers::{Connection, Do, ServerFile, TlsFile, When};

/// The sets, each named after the runtime that was recorded.
pub(crate) const SETS: &[&str] = &[
    "containerd-2.1.9",
    "containerd-2.1.9-local",
    "containerd-1.7.24",
    "containerd-1.6.20",
    "cri-o-1.37.0",
    "docker-28.5.2-graph",
    "docker-28.5.2-containerd",
    "docker-20.10.24",
];

/// One recording.
#[derive(Deserialize)]
pub(crate) struct Recording {
    pub(crate) case: String,
    pub(crate) family: Family,
    pub(crate) runtime: String,
    pub(crate) definition: Definition,
    pub(crate) expect: Expectation,
    /// Aspects in which the real runtime itself was not constant.
    #[serde(default)]
    pub(crate) volatile: Vec<String>,
}

/// The servers and the content that a pull was recorded with.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(crate) enum Family {
    /// Servers with addresses and rules of their own (containerd).
    A,
    /// Hosts that are always the same, with one script for all (CRI-O, Docker).
    B,
}

/// The directory of the recordings.
pub(crate) fn directory() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/recordings"))
}

/// A recording as it lies in its file: read only when its turn comes.
pub(crate) struct Line {
    set: &'static str,
    text: String,
}

impl Line {
    /// `SET/CASE`
    pub(crate) fn name(&self) -> String {
        let case = self.text.strip_prefix("{\"case\":\"").and_then(|rest| rest.split_once('"'));
        format!("{}/{}", self.set, case.unwrap().0)
    }

    pub(crate) fn read(&self) -> Recording {
        let recording: Recording = parse(self.set, &self.text);
        assert_eq!(self.name(), format!("{}/{}", recording.runtime, recording.case));
        recording
    }
}

/// All recordings of a set, and the variants of them that were recorded later.
pub(crate) fn load(set: &'static str) -> Vec<Line> {
    let files = [text(set), variants(set)];
    files.iter().flat_map(|file| file.lines()).map(|text| Line { set, text: text.to_owned() }).collect()
}

/// The lines of a file of the directory.
pub(crate) fn lines<T: DeserializeOwned>(name: &str) -> Vec<T> {
    text(name).lines().map(|line| parse(name, line)).collect()
}

/// A set without variants has no such file.
fn variants(set: &str) -> String {
    let name = format!("{set}-variants");
    if path(&name).exists() { text(&name) } else { String::new() }
}

fn path(name: &str) -> std::path::PathBuf {
    directory().join(format!("{name}.jsonl"))
}

fn text(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Reads a line, or a part of it.
pub(crate) fn parse<T: DeserializeOwned>(name: &str, line: &str) -> T {
    serde_json::from_str(line).unwrap_or_else(|e| panic!("{name}: {e}: {line}"))
}
