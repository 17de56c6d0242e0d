//! Every scenario that is shipped goes as it says.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use diagnosis::Cause;
use report::{RunReport, TextOptions, Verdict};
use runner::{Job, Memory, Sockets, Venue, find, play, run_all};
use scenario::{Expected, Run, Scenario, What};

pub(crate) fn catalogue() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}

#[test]
fn every_scenario_goes_as_it_says() {
    all_pass(&Memory);
}

#[test]
fn every_scenario_goes_the_same_over_sockets() {
    all_pass(&Sockets);
}

fn all_pass(venue: &dyn Venue) {
    let files = find(&[catalogue()]).unwrap();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let batch = run_all(&files, venue, threads, Job::Check);
    let broken: Vec<String> = batch.broken.iter().map(scenario::LoadError::render).collect();
    let mut report = RunReport { cases: batch.cases, broken, ..RunReport::default() };
    report.cases.iter_mut().for_each(|case| case.check = None);
    let text = report::run_text(&report, false, Duration::ZERO, TextOptions::default());
    assert!(report.is_good(), "{text}");
    assert_eq!(report.count(|verdict| *verdict == Verdict::Passed), report.cases.len(), "{text}");
}

#[test]
fn every_scenario_tells_a_story_and_says_how_it_ends() {
    for file in find(&[catalogue()]).unwrap() {
        let scenario = Scenario::load(&file).map_err(|error| error.render()).unwrap();
        let shown = file.display();
        assert!(!scenario.title().is_empty() && !scenario.story().is_empty(), "{shown}: title and story");
        assert!(!scenario.checklist().is_empty(), "{shown}: which rows of the checklist it shows");
        let run = &scenario.runs()[0];
        let keys: Vec<&str> = scenario.expected(run).iter().map(|expected| expected.key).collect();
        assert!(keys.contains(&"outcome"), "{shown}: whether the image is pulled");
    }
}

#[test]
fn every_scenario_that_fails_says_what_heals_it() {
    for file in find(&[catalogue()]).unwrap() {
        let scenario = Scenario::load(&file).map_err(|error| error.render()).unwrap();
        for run in scenario.runs() {
            let expected = scenario.expected(&run);
            let fails = |expected: &Expected| matches!(expected.what, What::Cause(_) | What::Pulled(false));
            if !expected.iter().any(fails) {
                continue;
            }
            let shown = format!("{}, {run}", file.display());
            assert!(expected.iter().any(|expected| expected.key == "heals"), "{shown}: what heals it");
            let remedy = expected.iter().find_map(|expected| match &expected.what {
                What::Remedy(text) => Some(text.to_string()),
                _ => None,
            });
            // The words are pinned: an ellipsis alone would stand for any advice.
            let letters = remedy.iter().flat_map(|text| text.chars()).filter(|c| c.is_alphabetic()).count();
            assert!(letters >= 12, "{shown}: the remedy's words, not {remedy:?}");
        }
    }
}

#[test]
fn every_scenario_that_fails_states_its_cause() {
    let mut silent = Vec::new();
    for_each_run(|scenario, run| {
        let expected = scenario.expected(run);
        let fails = expected.iter().any(|one| matches!(one.what, What::Pulled(false)));
        let states = expected.iter().any(|one| matches!(one.what, What::Cause(_)));
        if fails && !states {
            silent.push(format!("{} [{run:?}]", scenario.file()));
        }
    });
    assert!(silent.is_empty(), "fail, and do not say why:\n{}", silent.join("\n"));
}

/// Causes that no pull of a scenario can show, each with its reason.
const BEYOND: [(Cause, &str); 2] = [
    (Cause::Mtu, "packets have no size in a simulated network; a real one says EMSGSIZE, or nothing at all"),
    (Cause::NoSpace, "the node's store is this machine's; tests of `diagnosis` have the full disk as a fact"),
];

#[test]
fn every_cause_that_a_pull_can_show_is_shown() {
    let mut stated = HashSet::new();
    for_each_run(|scenario, run| {
        stated.extend(scenario.expected(run).into_iter().filter_map(|one| match one.what {
            What::Cause(cause) => Some(cause),
            _ => None,
        }));
    });
    for cause in Cause::ALL {
        let beyond = BEYOND.iter().find(|(beyond, _)| beyond == cause);
        match beyond {
            Some((_, reason)) => assert!(!stated.contains(cause), "{cause} is shown, though {reason}"),
            None => assert!(stated.contains(cause), "no scenario ends in {cause}"),
        }
    }
}

fn for_each_run(mut look: impl FnMut(&Scenario, &Run)) {
    for file in find(&[catalogue()]).unwrap() {
        let scenario = Scenario::load(&file).map_err(|error| error.render()).unwrap();
        scenario.runs().iter().for_each(|run| look(&scenario, run));
    }
}

#[test]
fn the_same_scenario_goes_the_same_way_each_time() {
    for file in ["success/private-multi-arch.yaml", "manifest/tag-missing.yaml"] {
        let told = || {
            let scenario = Scenario::load(catalogue().join(file)).map_err(|error| error.render()).unwrap();
            report::json(&play(&scenario, &Memory))
        };
        assert_eq!(told(), told(), "{file}");
    }
}
