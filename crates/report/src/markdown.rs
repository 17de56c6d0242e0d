//! Markdown as GitHub renders it: for a pull request comment or `$GITHUB_STEP_SUMMARY`.

use std::fmt::Write as _;

use crate::advice;
use crate::ladder::{Flight, Mark, Rung, ladder, tried_rung};
use crate::run::{SearchedRuns, searched};
use crate::trial::remedies;
use crate::words::{self, counted, time_words};
use crate::{CheckReport, Outcome, PodReport, PodsReport, RunReport, Verdict, healing};

/// Checks as Markdown: a table of verdicts where there are several, then each with cause, fix, ladder and events.
pub fn markdown(reports: &[&CheckReport]) -> String {
    let mut out = String::new();
    if reports.len() > 1 {
        verdicts(&mut out, reports);
    }
    for report in reports {
        check(&mut out, report);
    }
    out
}

/// Pods as Markdown: what kubectl shows of each, then every image.
pub fn pods_markdown(report: &PodsReport) -> String {
    let mut out = String::new();
    let checks: Vec<&CheckReport> =
        report.pods.iter().flat_map(|pod| &pod.images).map(|image| &image.check).collect();
    if checks.len() > 1 {
        verdicts(&mut out, &checks);
    }
    for shown in &report.pods {
        pod(&mut out, shown);
    }
    for report in checks {
        check(&mut out, report);
    }
    for note in &report.notes {
        let _ = writeln!(out, "> {}\n", prose(note));
    }
    out
}

fn pod(out: &mut String, pod: &PodReport) {
    let kind = if pod.kind.is_empty() { "Pod" } else { &pod.kind };
    let title = code(&format!("{}/{}", pod.namespace, pod.name));
    let _ = writeln!(out, "### {} {kind} {title}\n", sign(pod.outcome));
    if let Some(words) = &pod.rejected {
        let _ = writeln!(out, "The API server refuses it: {}\n", prose(words));
    }
    for secret in &pod.missing_secrets {
        let place =
            if secret.place.is_empty() { String::new() } else { format!(" ({})", code(&secret.place)) };
        let elsewhere = match secret.elsewhere.as_slice() {
            [] => String::new(),
            some => format!("; one of this name is in {}, where the kubelet does not look", some.join(", ")),
        };
        let _ = writeln!(out, "- no secret {}{place}{}", code(&secret.name), prose(&elsewhere));
    }
    for (title, text) in
        [("kubectl get pods --watch", &pod.kubectl_get), ("kubectl describe pod", &pod.kubectl_describe)]
    {
        if !text.is_empty() {
            let fence = fence(text);
            let text = printable(text.trim_end());
            let _ = writeln!(
                out,
                "\n<details><summary>{title}</summary>\n\n{fence}text\n{text}\n{fence}\n\n</details>\n"
            );
        }
    }
}

/// What came of scenarios as Markdown: the sum, and each run that was not as expected.
pub fn run_markdown(report: &RunReport) -> String {
    let failed = report.count(|verdict| matches!(verdict, Verdict::Failed | Verdict::Broken(_)));
    let bad = failed + report.broken.len();
    let mut out = format!(
        "## {} {} · {} · {}\n\n",
        if bad == 0 { "✅" } else { "❌" },
        counted(report.scenarios(), "scenario"),
        counted(report.cases.len(), "run"),
        if bad == 0 { "all as expected".to_owned() } else { format!("{bad} not as expected") },
    );
    for case in &report.cases {
        match &case.verdict {
            Verdict::Passed | Verdict::Skipped(_) => continue,
            Verdict::Failed | Verdict::Broken(_) => {}
        }
        let _ = writeln!(out, "### {} {}\n\n{}\n", code(&case.file), case.run(), prose(&case.title));
        if let Verdict::Broken(message) = &case.verdict {
            block(&mut out, message);
        }
        for miss in &case.misses {
            let place = code(&format!("{}:{}:{}", miss.file, miss.line, miss.column));
            let _ = writeln!(out, "- {place} {}", code(miss.key));
            block(&mut out, &format!("expected {}\ngot      {}", miss.text.trim(), miss.got));
        }
    }
    report.broken.iter().for_each(|message| block(&mut out, message));
    what_if_runs(&mut out, report);
    out
}

/// A row for the runs of a scenario in which the same heals.
fn what_if_runs(out: &mut String, report: &RunReport) {
    let all = searched(report);
    if all.is_empty() {
        return;
    }
    out.push_str("## What if\n\n| scenario | fails by | heals |\n| --- | --- | --- |\n");
    for SearchedRuns { file, runs, cause, search } in all {
        let cause = cause.map(code).unwrap_or_default();
        let proven = search.proven.as_deref().unwrap_or("nothing that was tried");
        let _ =
            writeln!(out, "| {}<br>{} | {cause} | {} |", code(file), cell(&runs.join(" · ")), cell(proven));
    }
    out.push('\n');
}

fn block(out: &mut String, text: &str) {
    let fence = fence(text);
    let _ = writeln!(out, "\n{fence}text\n{}\n{fence}\n", printable(text.trim_end()));
}

fn verdicts(out: &mut String, reports: &[&CheckReport]) {
    let failed = reports.iter().filter(|report| report.outcome == Outcome::Failed).count();
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(out, "## {}, {failed} would not be pulled\n", counted(reports.len(), "image"));
    out.push_str("| | image | cause |\n| --- | --- | --- |\n");
    for report in reports {
        let cause = report.diagnosis.as_ref().map(|diagnosis| {
            let cause = diagnosis.cause;
            format!("{} `{cause}`: {}", cause.code(), cell(cause.meaning()))
        });
        let (sign, image) = (sign(report.outcome), code(&report.image));
        let _ = writeln!(out, "| {sign} | {image} | {} |", cause.unwrap_or_default());
    }
    out.push('\n');
}

const fn sign(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pulled => "✅",
        Outcome::Failed => "❌",
    }
}

fn check(out: &mut String, report: &CheckReport) {
    let verdict = match report.outcome {
        Outcome::Pulled => "would be pulled",
        Outcome::Failed => "would not be pulled",
    };
    let node = &report.node;
    let runtime = words::runtime(&node.runtime);
    let _ = writeln!(out, "### {} {} {verdict}\n", sign(report.outcome), code(&report.image));
    let _ = writeln!(out, "node {} · {runtime} · kubelet {}\n", node.platform, node.kubelet);
    cause(out, report);
    what_if(out, report);
    stages(out, &ladder(report));
    folded(out, "Hosts that the pull needs", &advice::needed(report));
    if !report.described.is_empty() {
        let shown = if report.outcome == Outcome::Failed { " open" } else { "" };
        let fence = fence(&report.described);
        let _ = writeln!(out, "<details{shown}><summary>Events</summary>\n\n{fence}text");
        let _ = writeln!(out, "{}\n{fence}\n\n</details>\n", printable(report.described.trim_end()));
    }
    for note in &report.notes {
        let _ = writeln!(out, "> {}\n", prose(note));
    }
}

fn cause(out: &mut String, report: &CheckReport) {
    let Some(diagnosis) = &report.diagnosis else { return };
    let cause = diagnosis.cause;
    let _ = writeln!(out, "**Cause** {} `{cause}`: {}\n", cause.code(), prose(&diagnosis.sentence));
    list(out, "Proof", &diagnosis.evidence);
    list(out, "Fix", &remedies(report));
    folded(out, "What else it may be, and how to tell", &advice::alternatives(report));
}

/// A list that opens when it is wanted.
fn folded(out: &mut String, summary: &str, lines: &[String]) {
    if !lines.is_empty() {
        let _ = writeln!(out, "<details><summary>{summary}</summary>\n");
        items(out, lines);
        out.push_str("</details>\n\n");
    }
}

/// The changes that were tried, and the stages of the pull that one of them heals.
fn what_if(out: &mut String, report: &CheckReport) {
    let Some(trials) = &report.what_if else { return };
    if trials.is_empty() {
        out.push_str("**What if** there is no change that could be tried\n\n");
        return;
    }
    out.push_str(
        "<details><summary>What if</summary>\n\n| | change | | time |\n| --- | --- | --- | ---: |\n",
    );
    trials.iter().for_each(|trial| stage(out, &tried_rung(&trial.tried(), Some(trial.report.took))));
    out.push_str("\n</details>\n\n");
    if let Some(healing) = healing(trials) {
        let title = format!("Stages of the pull with it, of {}", prose(&healing.report.image));
        stages_of(out, &title, &ladder(&healing.report));
    }
}

/// A line each; a line that is indented is a command that belongs to the one before.
fn list(out: &mut String, heading: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(out, "**{heading}**\n");
    items(out, lines);
}

fn items(out: &mut String, lines: &[String]) {
    for line in lines {
        match line.strip_prefix("  ") {
            Some(command) => {
                let fence = fence(command);
                let _ = writeln!(out, "  {fence}sh\n  {}\n  {fence}", printable(command.trim()));
            }
            None => {
                let _ = writeln!(out, "- {}", prose(line));
            }
        }
    }
    out.push('\n');
}

fn stages(out: &mut String, flights: &[Flight]) {
    stages_of(out, "Stages", flights);
}

fn stages_of(out: &mut String, title: &str, flights: &[Flight]) {
    let _ = writeln!(out, "<details><summary>{title}</summary>\n");
    for (number, flight) in flights.iter().enumerate() {
        if let Some(title) = &flight.title {
            let _ = writeln!(out, "\n{}\n", prose(title));
        }
        if number == 0 || flight.title.is_some() {
            out.push_str("| | stage | | time |\n| --- | --- | --- | ---: |\n");
        }
        flight.rungs.iter().for_each(|rung| stage(out, rung));
    }
    out.push_str("\n</details>\n\n");
}

fn stage(out: &mut String, rung: &Rung) {
    let mut text = cell(&rung.text);
    for detail in &rung.details {
        let _ = write!(text, "<br>{}", cell(detail));
    }
    let name = if rung.mark == Mark::Bad { format!("**{}**", rung.name) } else { rung.name.clone() };
    let time = rung.took.map(time_words).unwrap_or_default();
    let _ = writeln!(out, "| {} | {name} | {text} | {} |", rung.mark.sign(), cell(&time));
}

/// Text in a cell of a table.
fn cell(text: &str) -> String {
    prose(text).replace('|', "\\|")
}

/// Text in which nothing is markup: servers write into it.
fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            '\n' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// Text as code, whatever backticks are in it.
fn code(text: &str) -> String {
    let text = printable(text).replace('|', "\\|");
    let ticks = "`".repeat(longest_run(&text) + 1);
    if ticks.len() == 1 { format!("`{text}`") } else { format!("{ticks} {text} {ticks}") }
}

/// A fence that the text does not close.
fn fence(text: &str) -> String {
    "`".repeat(longest_run(text).max(2) + 1)
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}
