use super::TextOptions;
use super::layout::Page;
use crate::ladder::{ladder, tried_rung};
use crate::run::{SearchedRuns, searched};
use crate::{CheckReport, RunReport, healing};

/// The changes that were tried, and the pull with the one that heals.
pub(super) fn write(page: &mut Page, report: &CheckReport) {
    let Some(trials) = &report.what_if else { return };
    page.blank();
    if trials.is_empty() {
        page.section("If", &["There is no change that could be tried.".to_owned()]);
        return;
    }
    page.paragraph("What if:", 2);
    for trial in trials {
        page.rung(&tried_rung(&trial.tried(), Some(trial.report.took)));
    }
    let Some(healing) = healing(trials) else {
        page.paragraph(NO_REMEDY, 2);
        return;
    };
    page.blank();
    page.paragraph(&format!("The pull with it, of {}:", healing.report.image), 2);
    for rung in ladder(&healing.report).iter().flat_map(|flight| &flight.rungs) {
        page.rung(rung);
    }
}

const NO_REMEDY: &str = "None of these changes, alone or together, is a remedy.";

/// What was tried on the runs that fail; runs of a scenario of which the same came are told once.
pub(super) fn runs(report: &RunReport, options: TextOptions) -> String {
    let mut page = Page::new(options);
    for SearchedRuns { file, runs, cause, search } in searched(report) {
        page.heading(file, &runs.join(" · "));
        if let Some(cause) = cause {
            page.paragraph(&format!("  fails by {cause}"), 2);
        }
        search.changes.iter().for_each(|change| page.rung(&tried_rung(change, None)));
        match (&search.proven, search.changes.as_slice()) {
            (Some(proven), _) => page.paragraph(&format!("  {proven}"), 2),
            (None, []) => page.paragraph("  There is no change that could be tried.", 2),
            (None, _) => page.paragraph(&format!("  {NO_REMEDY}"), 2),
        }
        for hint in &search.hints {
            page.paragraph(&format!("  {hint}"), 2);
        }
        page.blank();
    }
    page.finish()
}
