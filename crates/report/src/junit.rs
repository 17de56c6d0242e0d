//! What came of scenarios, as JUnit's XML: a suite a file, a case a run.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::{Case, Miss, RunReport, Verdict};

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
    out
}

fn error(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(message.lines().next().unwrap_or_default());
    status.set_description(message);
    status
}

/// A miss in a few lines.
pub(crate) fn told(miss: &Miss) -> String {
    let Miss { key, file, line, column, text, got, .. } = miss;
    format!("{file}:{line}:{column}: {key}\nexpected {}\ngot      {got}\n", text.trim())
}
