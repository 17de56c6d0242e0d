use report::{Case, Miss, Search, Verdict};
use scenario::{LoadError, Run, Scenario};

use crate::judge::judge;
use crate::what_if::{Remedied, search, without_other_steps};
use crate::{Job, PlayError, Seen, Venue, pods, snapshot};

/// Plays all runs of a scenario, and judges them.
pub fn play(scenario: &Scenario, venue: &dyn Venue) -> Vec<Case> {
    play_job(scenario, venue, Job::Check)
}

pub(crate) fn play_job(scenario: &Scenario, venue: &dyn Venue, job: Job) -> Vec<Case> {
    let remedied = match scenario.healed() {
        Ok(healed) => Remedied { scenario, healed, tried: venue.tries_remedies() },
        Err(error) => return broken(scenario, &error),
    };
    let play = |run: Run| {
        let seen = venue.play(scenario, &run);
        (run, seen)
    };
    let played: Vec<(Run, Result<Seen, PlayError>)> = scenario.runs().into_iter().map(play).collect();
    let mut cases: Vec<Case> = played.iter().map(|(run, seen)| judged(&remedied, run, seen)).collect();
    let texts = snapshot::compare(scenario, &cases);
    let is_played = |case: &&mut Case| matches!(case.verdict, Verdict::Passed | Verdict::Failed);
    if let Some(first) = cases.iter_mut().find(is_played).filter(|_| !texts.is_empty()) {
        first.misses.extend(texts);
        first.verdict = Verdict::Failed;
    }
    for ((run, _), case) in std::iter::zip(&played, &mut cases) {
        if job == Job::WhatIf && !matches!(case.verdict, Verdict::Skipped(_)) {
            try_changes(scenario, run, case);
        }
    }
    cases
}

/// What came of a run.
fn judged(remedied: &Remedied<'_>, run: &Run, seen: &Result<Seen, PlayError>) -> Case {
    let scenario = remedied.scenario;
    let mut case = case(scenario, run);
    match seen {
        Ok(seen) => {
            case.misses = judge(remedied, run, seen);
            case.verdict = if case.misses.is_empty() { Verdict::Passed } else { Verdict::Failed };
            let diagnosis = seen.node.as_ref().and_then(|node| node.diagnosis.as_ref());
            case.cause = diagnosis.map(|diagnosis| diagnosis.cause.name());
            case.check.clone_from(&seen.node);
            case.pods = pods::report(scenario, run, &seen.pods).map(Box::new);
        }
        Err(PlayError::Disagrees { expected, got }) => {
            case.misses = disagreements(scenario, expected, got);
            case.verdict = Verdict::Failed;
        }
        Err(PlayError::Unfit(reason)) => case.verdict = Verdict::Skipped((*reason).to_owned()),
        Err(PlayError::Scenario(error)) => case.verdict = Verdict::Broken(error.render()),
        Err(error) => case.verdict = Verdict::Broken(format!("error: {error}\n")),
    }
    case
}

/// The runs of a scenario of which nothing can be played.
fn broken(scenario: &Scenario, error: &LoadError) -> Vec<Case> {
    let broken = |run: &Run| Case { verdict: Verdict::Broken(error.render()), ..case(scenario, run) };
    scenario.runs().iter().map(broken).collect()
}

/// Looks for what heals the run, if it fails.
fn try_changes(scenario: &Scenario, run: &Run, case: &mut Case) {
    match search(scenario, run) {
        Ok(None) => {}
        Ok(Some(found)) => {
            case.what_if = Some(Search::of(&found.trials, found.hints));
            if let Some(check) = &mut case.check {
                check.what_if = Some(without_other_steps(found.trials));
            }
        }
        // What cannot be played was told before.
        Err(_) if matches!(case.verdict, Verdict::Broken(_)) => {}
        Err(error) => case.verdict = Verdict::Broken(format!("error: {error}\n")),
    }
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
        pods: None,
        cause: None,
        what_if: None,
    }
}
