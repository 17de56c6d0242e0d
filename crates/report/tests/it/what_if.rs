//! Changes that were tried, in each form.

use diagnosis::{Cause, Diagnosis};
use report::{
    Case, Change, CheckReport, Located, Outcome, RunReport, Search, TextOptions, Trial, TrialOutcome,
    Verdict, check_text, html, junit, markdown, run_markdown, run_text, sarif, tap,
};
use serde_sarif::sarif::Sarif;

use crate::support::{challenged, report};

fn trial(change: Change, argument: &str, text: &str, outcome: TrialOutcome, check: CheckReport) -> Trial {
    let (argument, text, after) = (argument.to_owned(), text.to_owned(), Vec::new());
    let command = None;
    Trial { change, argument, text, command, after, outcome, without_login: false, report: Box::new(check) }
}

/// A tag that is not there; the second of the tags that were tried is.
fn healed() -> CheckReport {
    let mut check = report(challenged(), Outcome::Failed, "NotFound");
    check.diagnosis = Some(Diagnosis {
        cause: Cause::TagNotFound,
        sentence: "There is no such tag.".into(),
        evidence: vec![],
        remedies: vec![
            "Check the spelling.".into(),
            "Try near tags:".into(),
            "  pullsim check registry.example.com/team/app:v1 --what-if".into(),
        ],
        alternatives: vec![],
        tell_apart: vec![],
    });
    let other = CheckReport { image: "registry.example.com/team/app:v1.2.0".into(), ..check.clone() };
    let good = CheckReport { outcome: Outcome::Pulled, diagnosis: None, ..other.clone() };
    check.what_if = Some(vec![
        trial(Change::Tag, "v2", "Use the tag \"v2\", which is there.", TrialOutcome::Failed, other),
        trial(Change::Tag, "v1.2.0", "Use the tag \"v1.2.0\", which is there.", TrialOutcome::Pulled, good),
    ]);
    check
}

/// A certificate that is not to be trusted: with the check switched off the image is pulled.
fn unverified() -> CheckReport {
    let mut check = healed();
    let Some(trials) = &mut check.what_if else { panic!() };
    trials[1].change = Change::NoVerify;
    trials[1].outcome = TrialOutcome::Unverified;
    check
}

const PROVEN: &str = "Proven: with this change the same pull succeeds: Use the tag";

#[test]
fn each_form_of_a_check_says_what_heals() {
    let check = healed();
    let wide = TextOptions { width: 200, ..TextOptions::default() };
    for form in [check_text(&check, wide), markdown(&[&check]), html(&[&check])] {
        assert!(form.contains(PROVEN), "{form}");
        assert_eq!(form.matches("which is there →").count(), 2, "{form}");
        assert!(form.contains("The pull with it") || form.contains("Stages of the pull with it"), "{form}");
    }
    // It is what a reader wants to see first; that changes can be tried they need not be told any more.
    let text = check_text(&check, wide);
    assert!(text.contains(&format!("Fix    {PROVEN}")) && !text.contains("--what-if"), "{text}");
    assert!(report::checks_junit(&[Located::from(&check)]).contains("Proven: with this change"));
    assert!(report::checks_tap(&[Located::from(&check)]).contains("# Proven: with this change"));
}

#[test]
fn a_check_that_is_switched_off_is_never_the_remedy() {
    let check = unverified();
    assert!(report::healing(check.what_if.as_deref().unwrap()).is_none());
    let wide = TextOptions { width: 200, ..TextOptions::default() };
    for form in [check_text(&check, wide), markdown(&[&check]), html(&[&check])] {
        assert!(!form.contains("Proven"), "{form}");
        assert!(form.contains("Nothing but the certificate is in the way"), "{form}");
    }
    let json: serde_json::Value = serde_json::from_str(&report::json(&check)).unwrap();
    assert_eq!(json["what_if"][1]["outcome"], "pulled_unverified");
    assert_eq!(json["what_if"][0]["argument"], "v2");
}

#[test]
fn sarif_has_the_fix_where_the_name_is_all_that_changes() {
    let (tag, unverified) = (healed(), unverified());
    let located = |spelled_at, check| Located { place: "deploy.yaml:12:16", spelled_at, secret: "", check };
    let checks = [located(Some(17), &tag), located(None, &tag), located(Some(17), &unverified)];
    let document: Sarif = serde_json::from_str(&sarif(&checks)).unwrap();
    let results = document.runs[0].results.as_ref().unwrap();
    let fixes = |at: usize| results[at].fixes.clone().unwrap_or_default();
    assert_eq!((fixes(0).len(), fixes(1).len(), fixes(2).len()), (1, 0, 0));
    let change = &fixes(0)[0].artifact_changes[0];
    assert_eq!(change.artifact_location.uri.as_deref(), Some("deploy.yaml"));
    let replacement = &change.replacements[0];
    let region = &replacement.deleted_region;
    let end = 17 + i64::try_from(tag.image.len()).unwrap();
    assert_eq!((region.start_line, region.start_column, region.end_column), (Some(12), Some(17), Some(end)));
    let inserted = replacement.inserted_content.as_ref().unwrap().text.as_deref();
    assert_eq!(inserted, Some("registry.example.com/team/app:v1.2.0"));
}

#[test]
fn runs_in_which_the_same_heals_are_told_once() {
    let case = |runtime: &str, check: &CheckReport| Case {
        file: "tags.yaml".into(),
        title: "A tag".into(),
        runtime: runtime.into(),
        kubelet: "1.34".into(),
        verdict: Verdict::Passed,
        misses: vec![],
        check: None,
        pods: None,
        cause: Some("tag-not-found"),
        what_if: Some(Search::of(check.what_if.as_deref().unwrap(), vec!["hint: a".into()])),
    };
    let cases = vec![case("one", &healed()), case("two", &healed()), case("three", &unverified())];
    let report = RunReport { cases, ..RunReport::default() };
    let wide = TextOptions { width: 200, ..TextOptions::default() };
    let text = run_text(&report, false, std::time::Duration::ZERO, wide);
    assert!(text.contains("tags.yaml   one, kubelet 1.34 · two, kubelet 1.34\n"), "{text}");
    assert_eq!(text.matches(PROVEN).count(), 1, "{text}");
    let markdown = run_markdown(&report);
    let rows = markdown.lines().filter(|line| line.starts_with("| `tags.yaml`")).count();
    assert_eq!(rows, 2, "{markdown}");
    assert_eq!(tap(&report).matches("# Proven: ").count(), 2);
    assert_eq!(junit(&report).matches("Proven: ").count(), 2);
}
