//! What came of scenarios, for people.

use std::fmt::Write as _;
use std::time::Duration;

use anstyle::{AnsiColor, Style};

use super::TextOptions;
use crate::words::counted;
use crate::{Miss, RunReport, Verdict};

const BAD: Style = AnsiColor::Red.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const FAINT: Style = Style::new().dimmed();
/// Lines of what came that are shown; `-o json` has them all.
const MOST_LINES: usize = 40;

/// How many scenarios and runs, each run that was not as expected, and the sum. With `verbose` each run is told in
/// full. `took` is the wall time.
pub(super) fn write(report: &RunReport, verbose: bool, took: Duration, options: TextOptions) -> String {
    let paint = |style: Style, text: &str| match options.colour {
        true => format!("{style}{text}{style:#}"),
        false => text.to_owned(),
    };
    let mut out = String::new();
    for case in &report.cases {
        if verbose && let Some(check) = &case.check {
            let _ = writeln!(out, "{} [{}]\n  {}", case.file, case.run(), paint(FAINT, &case.title));
            let told = case.pods.as_ref().map(|pods| super::pods(pods, options));
            let _ = writeln!(out, "{}", told.unwrap_or_else(|| super::check(check, options)));
        }
        match &case.verdict {
            Verdict::Passed => {}
            Verdict::Failed => {
                let _ = writeln!(out, "{} {} [{}]", paint(BAD, "FAIL"), case.file, case.run());
                case.misses.iter().for_each(|miss| write_miss(&mut out, miss, &paint));
                if !verbose {
                    let _ = writeln!(out, "  trace: pullsim run {} -v", case.file);
                }
            }
            Verdict::Skipped(reason) if verbose => {
                let _ = writeln!(out, "{} {} [{}] {reason}", paint(FAINT, "SKIP"), case.file, case.run());
            }
            Verdict::Skipped(_) => {}
            Verdict::Broken(message) => {
                let _ = writeln!(out, "{} {} [{}]\n{message}", paint(BAD, "FAIL"), case.file, case.run());
            }
        }
    }
    report.broken.iter().for_each(|message| out.push_str(message));
    out.push_str(&super::what_if::runs(report, options));
    let _ = writeln!(out, "{}", sum(report, took, &paint));
    out
}

fn sum(report: &RunReport, took: Duration, paint: &impl Fn(Style, &str) -> String) -> String {
    let (scenarios, runs) = (report.scenarios(), report.cases.len());
    let passed = report.count(|verdict| *verdict == Verdict::Passed);
    let failed = report.count(|verdict| matches!(verdict, Verdict::Failed | Verdict::Broken(_)));
    let skipped = report.count(|verdict| matches!(verdict, Verdict::Skipped(_)));
    let mut parts = Vec::new();
    if failed > 0 {
        parts.push(paint(BAD, &format!("{failed} failed")));
    }
    if !report.broken.is_empty() {
        parts.push(paint(BAD, &format!("{} unreadable", counted(report.broken.len(), "file"))));
    }
    parts.push(paint(GOOD, &format!("{passed} passed")));
    if skipped > 0 {
        parts.push(paint(FAINT, &format!("{skipped} not played here")));
    }
    let whole = format!(
        "{} · {} · {:.1} s",
        counted(scenarios, "scenario"),
        counted(runs, "run"),
        took.as_secs_f64()
    );
    format!("{whole}: {}", parts.join(", "))
}

fn write_miss(out: &mut String, miss: &Miss, paint: &impl Fn(Style, &str) -> String) {
    let Miss { key, file, line, column, length, text, got } = miss;
    let _ = writeln!(out, "  {file}:{line}:{column}: {key}");
    let number = line.to_string();
    let margin = " ".repeat(number.len());
    if !text.is_empty() {
        let carets = format!("{}{}", " ".repeat(column - 1), paint(BAD, &"^".repeat(*length)));
        let _ = writeln!(out, "   {number} | {text}\n   {margin} | {carets} expected");
    }
    let (lead, mut rest) = (format!("   {margin} |  got "), got.lines());
    let _ = writeln!(out, "{lead}{}", rest.next().unwrap_or_default());
    for line in rest.by_ref().take(MOST_LINES) {
        let _ = writeln!(out, "   {margin} |      {line}");
    }
    let more = rest.count();
    if more > 0 {
        let _ = writeln!(out, "   {margin} |      … {more} more lines");
    }
}
