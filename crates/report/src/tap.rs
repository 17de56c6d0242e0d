//! What came of scenarios, by the Test Anything Protocol, version 13, which every reader of it knows (Perl 5.36 refuses 14).

use std::fmt::Write as _;

use crate::junit::{told, tried, why};
use crate::{Case, Located, Outcome, RunReport, Verdict};

/// The report as TAP: a line a run, with what was missed in comments below it.
pub(crate) fn tap(report: &RunReport) -> String {
    let mut out = format!("TAP version 13\n1..{}\n", report.cases.len() + report.broken.len());
    for (number, case) in (1..).zip(&report.cases) {
        write_case(&mut out, number, case);
    }
    for (number, message) in (report.cases.len() + 1..).zip(&report.broken) {
        let _ = writeln!(out, "not ok {number} - {}", message.lines().next().unwrap_or_default());
        comment(&mut out, message);
    }
    out
}

/// Checks as TAP: a line an image.
pub(crate) fn checks(checks: &[Located<'_>]) -> String {
    let mut out = format!("TAP version 13\n1..{}\n", checks.len());
    for (number, located) in (1..).zip(checks) {
        let check = located.check;
        let word = if check.outcome == Outcome::Pulled { "ok" } else { "not ok" };
        let image: String =
            check.image.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
        let _ = writeln!(out, "{word} {number} - {}", image.replace('#', "\\#"));
        if check.outcome == Outcome::Failed {
            comment(&mut out, &why(check));
        }
    }
    out
}

fn write_case(out: &mut String, number: usize, case: &Case) {
    let good = matches!(case.verdict, Verdict::Passed | Verdict::Skipped(_));
    let word = if good { "ok" } else { "not ok" };
    let skip = match &case.verdict {
        Verdict::Skipped(reason) => format!(" # SKIP {reason}"),
        _ => String::new(),
    };
    // `#` would begin a directive.
    let name = format!("{} [{}]", case.file, case.run()).replace('#', "\\#");
    let _ = writeln!(out, "{word} {number} - {name}{skip}");
    case.misses.iter().for_each(|miss| comment(out, &told(miss)));
    if let Verdict::Broken(message) = &case.verdict {
        comment(out, message);
    }
    case.what_if.iter().for_each(|search| comment(out, &tried(search)));
}

fn comment(out: &mut String, text: &str) {
    text.lines().for_each(|line| {
        let _ = writeln!(out, "# {line}");
    });
}
