//! Reports for people.

mod cause;
mod header;
mod layout;
mod pods;
mod run;
mod style;
mod what_if;

use std::time::Duration;

use trace::Step;

use crate::ladder::{self, ladder};
use crate::{CheckReport, PlanReport, PodsReport, RunReport};
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
