//! Recordings of real runtimes, replayed in memory: one test each.
//!
//! ```text
//! tests/recordings/*.jsonl ──▶ World (topology, dns, servers ── answers), node files ──▶ Runtime ──▶ compare
//! ```
//!
//! What is known to differ stands with its reason in `tests/recordings/expected_failures.json`, and fails here as soon
//! as it does not differ any more.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "all of this crate is test code: a helper that cannot go on fails the test"
)]

mod answers;
mod certificates;
mod compare;
mod content;
mod dns;
mod drive;
mod log;
mod names;
mod node_files;
mod pipe;
mod recording;
mod reply;
mod server;
mod topology;
mod world;

use std::collections::BTreeMap;

use libtest_mimic::{Arguments, Failed, Trial};

use recording::{Line, SETS};

/// `SET/CASE` → why it differs.
type ExpectedFailures = BTreeMap<String, String>;

fn main() {
    let arguments = Arguments::from_args();
    let text = std::fs::read_to_string(recording::directory().join("expected_failures.json")).unwrap();
    let mut expected: ExpectedFailures = serde_json::from_str(&text).unwrap();
    let mut trials: Vec<Trial> = Vec::new();
    for line in wanted_sets(&arguments).flat_map(|set| recording::load(set)) {
        let name = line.name();
        let reason = expected.remove(&name);
        trials.push(Trial::test(name, move || judge(&line, reason.as_deref())));
    }
    // Where only some sets were read, the others' failures are still expected.
    let missing = expected.keys().filter(|name| wanted_sets(&arguments).any(|set| is_of(name, set)));
    let missing: Vec<&String> = missing.collect();
    assert!(missing.is_empty(), "expected failures without a recording: {missing:?}");
    libtest_mimic::run(&arguments, trials).exit();
}

/// The sets that the command line asks for: a runner that starts a process for every test does not have each of them
/// read all.
fn wanted_sets(arguments: &Arguments) -> impl Iterator<Item = &'static &'static str> {
    let exact = arguments.filter.as_deref().filter(|_| arguments.exact);
    SETS.iter().filter(move |set| exact.is_none_or(|name| is_of(name, set)))
}

fn is_of(name: &str, set: &str) -> bool {
    name.strip_prefix(set).is_some_and(|rest| rest.starts_with('/'))
}

fn judge(line: &Line, expected_failure: Option<&str>) -> Result<(), Failed> {
    let differences = drive::replay(&line.read());
    match (differences.is_empty(), expected_failure) {
        (true, None) | (false, Some(_)) => Ok(()),
        (true, Some(reason)) => {
            Err(format!("passes now, and is no expected failure any more: {reason}").into())
        }
        (false, None) => Err(differences.join("\n").into()),
    }
}
