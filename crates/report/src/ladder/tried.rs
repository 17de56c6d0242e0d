use std::time::Duration;

use super::{Mark, Rung};
use crate::{TrialOutcome, TriedChange};

/// A change that was tried, as a line of a ladder.
pub(crate) fn tried_rung(tried: &TriedChange, took: Option<Duration>) -> Rung {
    let mark = match tried.outcome {
        TrialOutcome::Pulled => Mark::Good,
        TrialOutcome::Unverified | TrialOutcome::Further => Mark::Warning,
        TrialOutcome::Failed => Mark::Bad,
    };
    let too = if tried.after.is_empty() { "" } else { "as well: " };
    let text = format!("{too}{} → {}", tried.text.trim_end_matches('.'), tried.came_of_it);
    Rung { took, ..Rung::new(mark, tried.change.name(), text) }
}
