//! Reports for people.

mod cause;
mod header;
mod layout;
mod limit;
mod pods;
mod run;
mod style;
mod what_if;

use std::time::Duration;

use trace::{Step, What};

use crate::advice;
use crate::ladder::{self, ladder};
use crate::{CheckReport, LimitReport, Outcome, PlanReport, PodReport, PodsReport, RunReport};
use layout::Page;

/// How text is laid out.
#[derive(Clone, Copy, Debug)]
pub struct TextOptions {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to colour.
    pub colour: bool,
    /// Whether the reader's terminal shows more than ASCII.
    pub unicode: bool,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self { width: 100, colour: false, unicode: true }
    }
}

/// A check: headline, ladder, events, cause and fix.
pub fn check(report: &CheckReport, options: TextOptions) -> String {
    let mut page = Page::new(options);
    header::headline(&mut page, report);
    stages(&mut page, report);
    if !report.described.is_empty() {
        page.blank();
        page.verbatim(&report.described);
    }
    cause::write(&mut page, report);
    what_if::write(&mut page, report);
    page.finish()
}

fn stages(page: &mut Page, report: &CheckReport) {
    for flight in ladder(report) {
        if let Some(title) = flight.title {
            page.blank();
            page.paragraph(&title, 2);
        }
        flight.rungs.iter().for_each(|rung| page.rung(rung));
    }
}

/// A plan: what would be asked, and with what.
pub fn plan(report: &PlanReport, options: TextOptions) -> String {
    let mut page = Page::new(options);
    header::plan(&mut page, report);
    page.finish()
}

/// How many pulls are left.
pub fn limit(report: &LimitReport, options: TextOptions) -> String {
    let mut page = Page::new(options);
    limit::write(&mut page, report);
    page.finish()
}

/// Pods: images, course of things, what kubectl shows, causes and fixes.
pub fn pods(report: &PodsReport, options: TextOptions) -> String {
    let mut page = Page::new(options);
    pods::write(&mut page, report);
    page.finish()
}

/// A step in a few words, for a progress line.
pub fn progress(step: &Step) -> String {
    ladder::progress(step)
}

/// Scenarios: what was not as expected, and the sum. With `verbose` each run in full; `took` is the wall time.
pub fn run(report: &RunReport, verbose: bool, took: Duration, options: TextOptions) -> String {
    run::write(report, verbose, took, options)
}

/// A step in a line, as it is made: when it ended, what it was, how it went.
pub fn live(step: &Step) -> String {
    let outcome = match &step.what {
        What::Exchange(exchange) => exchange.status.map(|status| format!(" → {status}")),
        What::Lookup(lookup) if lookup.fault.is_none() => {
            let addresses: Vec<String> = lookup.addresses.iter().map(ToString::to_string).collect();
            Some(format!(" → {}", addresses.join(", ")))
        }
        What::Decision(decision) => Some(format!(": {}", decision.text)),
        _ => None,
    };
    let fault = step.what.fault().map(|fault| format!(": {fault}"));
    let line = [progress(step), outcome.unwrap_or_default(), fault.unwrap_or_default()].concat();
    let line: String = line.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    format!("{:>9.3} s  {line}\n", step.at.as_secs_f64())
}

/// What was decided on the node itself, and the hosts that the pull needs, a line each; empty when there is neither.
pub fn decisions(report: &CheckReport, options: TextOptions) -> String {
    let decisions = report.trace.iter().filter_map(|step| match &step.what {
        What::Decision(decision) => Some(format!("{}: {}", decision.about, decision.text)),
        _ => None,
    });
    let mut page = Page::new(options);
    page.section("Decided", &decisions.collect::<Vec<_>>());
    if !advice::broke_on_the_way(report) {
        page.section("Needs", &advice::needed(report));
    }
    page.finish()
}

/// The same for each image of each pod, below the image's name.
pub fn pods_decisions(report: &PodsReport, options: TextOptions) -> String {
    let images = report.pods.iter().flat_map(|pod| &pod.images);
    images
        .map(|image| {
            let mut page = Page::new(options);
            page.blank();
            page.heading(&image.name, &image.check.image);
            page.finish() + &decisions(&image.check, options)
        })
        .collect()
}

/// The verdict on each image of each pod, a line each.
pub fn pods_verdict(report: &PodsReport) -> String {
    let lines = |pod: &PodReport| match &pod.rejected {
        Some(words) => format!("{}/{}: would be refused: {words}\n", pod.namespace, pod.name),
        None => pod
            .images
            .iter()
            .map(|image| format!("{}/{} {}: {}", pod.namespace, pod.name, image.name, verdict(&image.check)))
            .collect(),
    };
    report.pods.iter().map(lines).collect()
}

/// The verdict in a line.
pub fn verdict(report: &CheckReport) -> String {
    let image: String = report.image.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    match (&report.outcome, &report.diagnosis) {
        (Outcome::Pulled, _) => format!("{image}: would be pulled\n"),
        (Outcome::Failed, Some(diagnosis)) => {
            format!("{image}: would not be pulled: {} {}\n", diagnosis.cause.code(), diagnosis.cause)
        }
        (Outcome::Failed, None) => format!("{image}: would not be pulled\n"),
    }
}
