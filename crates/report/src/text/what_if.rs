use super::layout::Page;
use crate::ladder::{Mark, Rung, ladder};
use crate::{CheckReport, Trial, TrialOutcome, healing};

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
        page.rung(&rung(trial));
    }
    let Some(healing) = healing(trials) else {
        page.paragraph("None of these changes alone or together heals it.", 2);
        return;
    };
    page.blank();
    page.paragraph(&format!("The pull with it, of {}:", healing.report.image), 2);
    for rung in ladder(&healing.report).iter().flat_map(|flight| &flight.rungs) {
        page.rung(rung);
    }
}

fn rung(trial: &Trial) -> Rung {
    let mark = match trial.outcome {
        TrialOutcome::Pulled => Mark::Good,
        TrialOutcome::Further => Mark::Warning,
        TrialOutcome::Failed => Mark::Bad,
    };
    let too = if trial.after.is_empty() { "" } else { "as well: " };
    let text = format!("{too}{} → {}", trial.text.trim_end_matches('.'), trial.came_of_it());
    Rung { took: Some(trial.report.took), ..Rung::new(mark, trial.change, text) }
}
