//! What came of scenarios, as JUnit's XML: a suite a file, a case a run.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::trial::remedies;
use crate::{Case, CheckReport, Located, Miss, Outcome, RunReport, Search, TriedChange, Verdict};

/// The report in the form that CI systems read.
pub(crate) fn junit(report: &RunReport) -> String {
    let mut out = Report::new("pullsim");
    for cases in report.cases.chunk_by(|one, other| one.file == other.file) {
        let mut suite = TestSuite::new(cases.first().map_or("", |case| case.file.as_str()));
        suite.add_test_cases(cases.iter().map(test_case));
        out.add_test_suite(suite);
    }
    if !report.broken.is_empty() {
        let mut suite = TestSuite::new("unreadable files");
        for message in &report.broken {
            suite.add_test_case(TestCase::new("load", error(message)));
        }
        out.add_test_suite(suite);
    }
    // Writing to memory cannot fail.
    out.to_string().unwrap_or_default()
}

/// Checks as JUnit's XML: a case an image.
pub(crate) fn checks(checks: &[Located<'_>]) -> String {
    let mut out = Report::new("pullsim");
    let mut suite = TestSuite::new("pullsim check");
    suite.add_test_cases(checks.iter().map(check_case));
    out.add_test_suite(suite);
    // Writing to memory cannot fail.
    out.to_string().unwrap_or_default()
}

fn check_case(located: &Located<'_>) -> TestCase {
    let check = located.check;
    let status = match check.outcome {
        Outcome::Pulled => TestCaseStatus::success(),
        Outcome::Failed => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            if let Some(diagnosis) = &check.diagnosis {
                status.set_message(format!("{} {}", diagnosis.cause.code(), diagnosis.cause));
            }
            status.set_description(why(check));
            status
        }
    };
    let mut case = TestCase::new(check.image.as_str(), status);
    let node = &check.node;
    case.set_classname(format!("{}, kubelet {}, {}", node.runtime, node.kubelet, node.platform));
    case.set_time(check.took);
    if !located.place.is_empty() {
        case.set_system_out(located.place);
    }
    case
}

/// Cause, fix and events, in a few lines.
pub(crate) fn why(check: &CheckReport) -> String {
    let mut lines = Vec::new();
    if let Some(diagnosis) = &check.diagnosis {
        lines.push(diagnosis.sentence.clone());
        lines.extend(remedies(check));
    }
    lines.push(check.described.trim_end().to_owned());
    lines.join("\n").trim().to_owned()
}

fn test_case(case: &Case) -> TestCase {
    let status = match &case.verdict {
        Verdict::Passed => TestCaseStatus::success(),
        Verdict::Failed => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            if let Some(first) = case.misses.first() {
                status
                    .set_message(format!("{}:{}: {} is not as expected", first.file, first.line, first.key));
            }
            let misses: Vec<String> = case.misses.iter().map(told).collect();
            status.set_description(misses.join("\n"));
            status
        }
        Verdict::Skipped(reason) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason.as_str());
            status
        }
        Verdict::Broken(message) => error(message),
    };
    let mut out = TestCase::new(case.run(), status);
    out.set_classname(case.title.as_str());
    if let Some(check) = &case.check {
        out.set_time(check.took);
    }
    if let Some(search) = &case.what_if {
        out.set_system_out(tried(search));
    }
    out
}

fn error(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(message.lines().next().unwrap_or_default());
    status.set_description(message);
    status
}

/// What was tried on a pull that fails, a line each, and what that proves.
pub(crate) fn tried(search: &Search) -> String {
    let change = |tried: &TriedChange| {
        let too = if tried.after.is_empty() { "" } else { "as well: " };
        format!("what if: {too}{} → {}", tried.text.trim_end_matches('.'), tried.came_of_it)
    };
    let proven = search.proven.clone().unwrap_or_else(|| "nothing that was tried heals it".to_owned());
    search
        .changes
        .iter()
        .map(change)
        .chain([proven])
        .chain(search.hints.clone())
        .collect::<Vec<_>>()
        .join("\n")
}

/// A miss in a few lines.
pub(crate) fn told(miss: &Miss) -> String {
    let Miss { key, file, line, column, text, got, .. } = miss;
    format!("{file}:{line}:{column}: {key}\nexpected {}\ngot      {got}\n", text.trim())
}
