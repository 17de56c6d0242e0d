use report::{Case, Miss, Verdict};
use scenario::{Run, Scenario};

use crate::judge::judge;
use crate::snapshot;
use crate::{PlayError, Seen, Venue};

/// Plays all runs of a scenario, and judges them.
pub fn play(scenario: &Scenario, venue: &dyn Venue) -> Vec<Case> {
    let played: Vec<(Run, Result<Seen, PlayError>)> = scenario
        .runs()
        .into_iter()
        .map(|run| {
            let seen = venue.play(scenario, &run);
            (run, seen)
        })
        .collect();
    let whole: Vec<(&Run, &Seen)> =
        played.iter().filter_map(|(run, seen)| Some((run, seen.as_ref().ok()?))).collect();
    let mut texts = snapshot::compare(scenario, &whole);
    let mut cases = Vec::new();
    for (run, seen) in &played {
        let mut case = case(scenario, run);
        match seen {
            Ok(seen) => {
                case.misses = judge(scenario, run, seen);
                case.misses.append(&mut texts);
                case.verdict = if case.misses.is_empty() { Verdict::Passed } else { Verdict::Failed };
                case.check.clone_from(&seen.node);
            }
            Err(PlayError::Disagrees { expected, got }) => {
                case.misses = disagreements(scenario, expected, got);
                case.verdict = Verdict::Failed;
            }
            Err(PlayError::Unfit(reason)) => case.verdict = Verdict::Skipped((*reason).to_owned()),
            Err(PlayError::Scenario(error)) => case.verdict = Verdict::Broken(error.render()),
            Err(error) => case.verdict = Verdict::Broken(format!("error: {error}\n")),
        }
        cases.push(case);
    }
    cases
}

/// What differs from how it goes in memory, which no line of the file states: it is shown at the beginning.
fn disagreements(scenario: &Scenario, expected: &[String], got: &[String]) -> Vec<Miss> {
    let nothing = "nothing".to_owned();
    let pairs = (0..expected.len().max(got.len()))
        .map(|number| (expected.get(number).unwrap_or(&nothing), got.get(number).unwrap_or(&nothing)));
    let miss = |(expected, got): (&String, &String)| Miss {
        key: "as in memory",
        file: scenario.file().to_owned(),
        line: 1,
        column: 1,
        length: expected.chars().count(),
        text: expected.clone(),
        got: got.clone(),
    };
    pairs.map(miss).collect()
}

fn case(scenario: &Scenario, run: &Run) -> Case {
    Case {
        file: scenario.file().to_owned(),
        title: scenario.title().to_owned(),
        runtime: run.runtime.clone(),
        kubelet: run.kubelet.clone(),
        verdict: Verdict::Passed,
        misses: Vec::new(),
        check: None,
    }
}
