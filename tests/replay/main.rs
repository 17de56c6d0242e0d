//! Recordings of real containerds, replayed in memory: one test each.
//!
//! ```text
//! tests/recordings/*.jsonl ──▶ World (servers, names, certificates), node files ──▶ Containerd ──▶ compare
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
mod server;
mod world;

use std::collections::BTreeMap;

use libtest_mimic::{Arguments, Failed, Trial};

use recording::{Recording, SETS};

/// `SET/CASE` → why it differs.
type ExpectedFailures = BTreeMap<String, String>;

fn main() {
    let arguments = Arguments::from_args();
    let text = std::fs::read_to_string(recording::directory().join("expected_failures.json")).unwrap();
    let mut expected: ExpectedFailures = serde_json::from_str(&text).unwrap();
    let mut trials: Vec<Trial> = Vec::new();
    for recording in SETS.iter().flat_map(|set| recording::load(set)) {
        let name = format!("{}/{}", recording.runtime, recording.case);
        let reason = expected.remove(&name);
        trials.push(Trial::test(name, move || judge(&recording, reason.as_deref())));
    }
    assert!(expected.is_empty(), "expected failures without a recording: {expected:?}");
    libtest_mimic::run(&arguments, trials).exit();
}

fn judge(recording: &Recording, expected_failure: Option<&str>) -> Result<(), Failed> {
    let differences = drive::replay(recording);
    match (differences.is_empty(), expected_failure) {
        (true, None) | (false, Some(_)) => Ok(()),
        (true, Some(reason)) => {
            Err(format!("passes now, and is no expected failure any more: {reason}").into())
        }
        (false, None) => Err(differences.join("\n").into()),
    }
}
