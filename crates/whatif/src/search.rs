use diagnosis::Cause;
use replay::check_by;
use report::{CheckReport, Outcome, Trial, TrialOutcome};
use runtimes::StoreError;
use tokio::time::timeout;
use trace::Trace;

use crate::candidates::{Case, candidates};
use crate::change::Candidate;
use crate::nearby::{Nearby, options};
use crate::progress::progress;
use crate::{Ground, Limits, Setup};

/// What was tried, and what was learnt meanwhile.
#[derive(Clone, Debug, Default)]
pub struct WhatIf {
    /// The changes, in the order in which they were tried. The last one heals, if one does.
    pub trials: Vec<Trial>,
    /// What else the registry has that may have been meant.
    pub hints: Vec<String>,
}

/// Tries changes on a pull that failed, each in a pull of its own, until one heals it: first every change alone, the
/// likeliest and smallest first; then further ones on top of the one that got furthest.
///
/// No login goes to a host that the pull itself would not send it to. Of a pull that succeeds there is nothing to try.
///
/// # Errors
/// When no store can be made.
pub async fn what_if(
    setup: &Setup,
    report: &CheckReport,
    ground: &dyn Ground,
    limits: Limits,
) -> Result<WhatIf, StoreError> {
    let mut found = WhatIf::default();
    let mut base = Base { setup: setup.clone(), report: report.clone(), after: Vec::new() };
    for _ in 0..limits.depth {
        let Some(cause) = base.cause() else { break };
        let nearby = Nearby::ask(&base.setup, ground, cause).await?;
        if let Some(reference) = &base.report.reference {
            found.hints.extend(nearby.hints(&reference.tag, &reference.path));
        }
        let simulated = ground.is_simulated();
        let case = Case { setup: &base.setup, report: &base.report, cause, simulated, nearby: &nearby };
        let Some(next) = round(&mut found, &base, candidates(&case), ground, limits).await? else { break };
        base = next;
    }
    Ok(found)
}

/// A pull on top of which changes are made.
struct Base {
    setup: Setup,
    report: CheckReport,
    after: Vec<String>,
}

impl Base {
    fn cause(&self) -> Option<Cause> {
        let failed = self.report.outcome == Outcome::Failed;
        self.report.diagnosis.as_ref().filter(|_| failed).map(|diagnosis| diagnosis.cause)
    }
}

/// Tries the changes one by one. The pull that got furthest is the next to build on; none, when there is nothing more
/// to try.
async fn round(
    found: &mut WhatIf,
    base: &Base,
    candidates: Vec<Candidate>,
    ground: &dyn Ground,
    limits: Limits,
) -> Result<Option<Base>, StoreError> {
    let before = progress(&base.report);
    let mut furthest: Option<(u8, Base)> = None;
    for candidate in candidates {
        if found.trials.len() >= limits.tries {
            return Ok(None);
        }
        let Ok(report) = timeout(limits.patience, attempt(&candidate, ground)).await else { continue };
        let report = report?;
        let reached = progress(&report);
        let outcome = match report.outcome {
            Outcome::Pulled => TrialOutcome::Pulled,
            Outcome::Failed if reached > before => TrialOutcome::Further,
            Outcome::Failed => TrialOutcome::Failed,
        };
        found.trials.push(Trial {
            change: candidate.change.name(),
            text: candidate.text.clone(),
            after: base.after.clone(),
            outcome,
            without_login: candidate.without_login,
            report: Box::new(report.clone()),
        });
        if outcome == TrialOutcome::Pulled {
            return Ok(None);
        }
        let better = furthest.as_ref().is_none_or(|(furthest, _)| reached > *furthest);
        if outcome == TrialOutcome::Further && better {
            let after = base.after.iter().cloned().chain([candidate.text]).collect();
            furthest = Some((reached, Base { setup: candidate.setup, report, after }));
        }
    }
    Ok(furthest.map(|(_, base)| base))
}

/// One pull. In simulated hosts its network is as at the beginning, but for the time that it waits.
async fn attempt(candidate: &Candidate, ground: &dyn Ground) -> Result<CheckReport, StoreError> {
    let Candidate { setup, wait, .. } = candidate;
    let options = options(setup, ground, Trace::new());
    if !wait.is_zero() {
        tokio::time::sleep(*wait).await;
    }
    Ok(check_by(options, &setup.kubelet, &setup.inputs, Vec::new()).await?.report)
}
