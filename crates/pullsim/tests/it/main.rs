//! The programme as its users meet it: arguments, output, exit status.
#![expect(clippy::unwrap_used, clippy::panic, reason = "all of this crate is test code")]

mod action;
mod bad_input;
mod explanations;
mod help;
mod kubectl;
mod manners;
mod node_plugins;
mod plan;
mod pods;
mod pulls;
mod rate_limit;
mod readers;
mod records;
mod redaction;
mod registry;
mod run;
mod scenarios;
mod schema;
mod secret;
mod serve;
mod what_if;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What came of a run.
struct Run {
    status: i32,
    out: String,
    err: String,
}

impl Run {
    /// The document that was printed, which keeps to the schema if it is one of pullsim's own formats.
    fn json(&self) -> Value {
        let document = serde_json::from_str(&self.out);
        let document = document.unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err));
        schema::assert_valid(&document);
        document
    }

    fn all(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pullsim"));
    command.args(arguments).env_clear().env("LANG", "C.UTF-8");
    command
}

fn pullsim(arguments: &[&str]) -> Run {
    pullsim_with(arguments, "")
}

/// Runs with standard input.
fn pullsim_with(arguments: &[&str], input: &str) -> Run {
    let mut command = command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A programme that refuses its arguments does not wait for its input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { status: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// A directory of the test's own, empty.
fn directory(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// A file in a directory of the test's own.
fn file(test: &str, name: &str, content: &str) -> String {
    let path = directory(test).join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The files of the catalogue.
fn all_scenarios() -> Vec<PathBuf> {
    scenarios_below(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios")))
}

fn scenarios_below(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        // What is in `_base` and the like is there to be included.
        if path.is_dir() && !path.file_name().unwrap().to_string_lossy().starts_with('_') {
            found.extend(scenarios_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
    found
}
