//! The report for people.

use std::fmt::Write as _;

use explain::{Explanation, TextStyle};
use report::TextOptions;

use super::ClusterReport;
use super::agreement::Compared;
use crate::output;

/// Where the text of a line begins.
const COLUMN: usize = 12;

/// The replay first, then what the cluster says and whether the two agree; so the verdict is the last that one sees.
pub(super) fn text(report: &ClusterReport, options: TextOptions) -> String {
    let mut out = String::new();
    if let Some(replay) = &report.replay {
        out.push_str(&report::pods_text(replay, options));
        out.push('\n');
    }
    if report.containers.iter().any(|compared| !compared.verdict.is_covered_by_replay()) {
        out.push_str(&told_by_cluster(report, options));
        out.push('\n');
    }
    let mut page = Page { out: String::new(), options };
    page.heading("By the cluster's events and by the replay");
    for compared in &report.containers {
        page.container(compared, report.pod.node.as_deref());
    }
    if let Some(reason) = &report.not_replayed {
        page.row("Replay", &format!("not made: {reason}"));
    }
    for note in &report.notes {
        page.row("Note", note);
    }
    out.push_str(&if options.unicode { page.out } else { output::ascii(&page.out) });
    out
}

/// What the events tell, in full: the replay has not seen it.
fn told_by_cluster(report: &ClusterReport, options: TextOptions) -> String {
    let explanation = Explanation {
        findings: report.explanation.findings.clone(),
        unexplained: report.explanation.unexplained.clone(),
        waiting: Vec::new(),
    };
    let text = explanation.to_text(TextStyle { width: options.width, colour: options.colour });
    if options.unicode { text } else { output::ascii(&text) }
}

struct Page {
    out: String,
    options: TextOptions,
}

impl Page {
    fn heading(&mut self, text: &str) {
        let (on, off) = if self.options.colour { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
        // Writing to a String cannot fail.
        let _ = writeln!(self.out, "{on}{text}{off}");
    }

    fn container(&mut self, compared: &Compared, node: Option<&str>) {
        let container = &compared.container;
        let now = if container.now.is_empty() { String::new() } else { format!(", {}", container.now) };
        self.row(&container.name, &format!("{}{now}", container.image));
        let events = match &compared.events {
            Some(told) => format!("{} {} · {}", told.code, told.cause, told.confidence.name()),
            None => "no failed pull".to_owned(),
        };
        self.row("  events", &events);
        if let Some(replay) = &compared.replay {
            let replayed = match (replay.code, replay.cause) {
                (Some(code), Some(cause)) => format!("{code} {cause}"),
                _ => "pulled".to_owned(),
            };
            self.row("  replay", &replayed);
            self.row("", &compared.verdict.sentence(node));
        }
    }

    fn row(&mut self, name: &str, text: &str) {
        let width = self.options.width.max(40) - COLUMN;
        let mut lines = vec![String::new()];
        for word in text.chars().filter(|c| !c.is_control()).collect::<String>().split(' ') {
            match lines.last_mut() {
                Some(line) if line.is_empty() => line.push_str(word),
                Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        for (number, line) in lines.iter().enumerate() {
            let name = if number == 0 { name } else { "" };
            // A long name pushes its text on.
            let _ = writeln!(self.out, "  {:<width$} {line}", printable(name), width = COLUMN - 3);
        }
    }
}

fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
