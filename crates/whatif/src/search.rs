use std::time::Duration;

use diagnosis::Cause;
use net::Clock;
use replay::check_by;
use report::{Change, CheckReport, NamedChange, Outcome, Trial, TrialOutcome};
use runtimes::StoreError;
use tokio::time::timeout;

use crate::candidates::{Case, again, candidates};
use crate::change::Candidate;
use crate::ground::at_the_pull;
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

/// What came of changes that were asked for by name.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The changes that were tried.
    pub trials: Vec<Trial>,
    /// The change that is none here, and those that are: `tag v1.2.0`.
    pub unknown: Option<(NamedChange, Vec<String>)>,
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
        let Some((candidates, hints)) = base.candidates(ground).await? else { break };
        found.hints.extend(hints);
        let mut round = Round { base: &base, ground, limits, trials: &mut found.trials, furthest: None };
        round.all(candidates).await?;
        let furthest = round.furthest;
        let healed = found.trials.last().is_some_and(Trial::heals);
        match furthest {
            Some((_, next)) if !healed && found.trials.len() < limits.tries => base = next,
            _ => break,
        }
    }
    Ok(found)
}

/// Makes the changes of these names, one on top of the other, on a pull that failed. Of several that have the name each
/// is tried until one helps.
///
/// # Errors
/// When no store can be made.
pub async fn what_if_named(
    setup: &Setup,
    report: &CheckReport,
    ground: &dyn Ground,
    changes: &[NamedChange],
    limits: Limits,
) -> Result<Asked, StoreError> {
    let mut asked = Asked::default();
    let mut base = Base { setup: setup.clone(), report: report.clone(), after: Vec::new() };
    for change in changes {
        let mut candidates =
            base.candidates(ground).await?.map(|(candidates, _)| candidates).unwrap_or_default();
        // That it goes by itself may be said of anything.
        if change.change == Change::Again && !candidates.iter().any(|known| known.change == Change::Again) {
            candidates.extend(base.again(ground));
        }
        let known: Vec<String> = candidates.iter().map(|candidate| candidate.named().to_string()).collect();
        let meant: Vec<Candidate> =
            candidates.into_iter().filter(|candidate| change.means(&candidate.named())).collect();
        if meant.is_empty() {
            asked.unknown = Some((change.clone(), known));
            break;
        }
        let mut round = Round { base: &base, ground, limits, trials: &mut asked.trials, furthest: None };
        round.all(meant).await?;
        match round.furthest {
            Some((_, next)) => base = next,
            None => break,
        }
    }
    Ok(asked)
}

/// Whether the pull fails on this ground as the report has it: by the same cause. Where it does not, it took what went
/// before it (an image that was there, requests that were counted), and a change that seems to heal would prove nothing.
///
/// # Errors
/// When no store can be made.
pub async fn fails_alike(
    setup: &Setup,
    report: &CheckReport,
    ground: &dyn Ground,
    limits: Limits,
) -> Result<bool, StoreError> {
    let unchanged = Candidate::new(Change::Again, "", setup.clone());
    let Ok(got) = timeout(limits.patience + ground.began(), attempt(&unchanged, ground)).await else {
        return Ok(false);
    };
    let (got, cause) = (got?, |report: &CheckReport| report.diagnosis.as_ref().map(|found| found.cause));
    Ok(got.outcome == Outcome::Failed && cause(&got) == cause(report))
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

    /// The changes that may heal it, and what was seen of what else there is; `None` where nothing is to be healed.
    async fn candidates(
        &self,
        ground: &dyn Ground,
    ) -> Result<Option<(Vec<Candidate>, Vec<String>)>, StoreError> {
        let Some(cause) = self.cause() else { return Ok(None) };
        let nearby = Nearby::ask(&self.setup, ground, cause).await?;
        let reference = self.report.reference.iter();
        let hints = reference.flat_map(|reference| nearby.hints(&reference.tag, &reference.path)).collect();
        let simulated = ground.is_simulated();
        let case = Case { setup: &self.setup, report: &self.report, cause, simulated, nearby: &nearby };
        Ok(Some((candidates(&case), hints)))
    }

    fn again(&self, ground: &dyn Ground) -> Vec<Candidate> {
        let Some(cause) = self.cause() else { return Vec::new() };
        let (nearby, simulated) = (Nearby::default(), ground.is_simulated());
        again(&Case { setup: &self.setup, report: &self.report, cause, simulated, nearby: &nearby })
    }
}

/// Changes that are tried one by one on top of the same pull.
struct Round<'a> {
    base: &'a Base,
    ground: &'a dyn Ground,
    limits: Limits,
    trials: &'a mut Vec<Trial>,
    /// The pull that got furthest, and how far: the next to build on.
    furthest: Option<(u8, Base)>,
}

impl Round<'_> {
    /// Tries the changes until one heals.
    async fn all(&mut self, candidates: Vec<Candidate>) -> Result<(), StoreError> {
        for candidate in candidates {
            if self.trials.len() >= self.limits.tries {
                break;
            }
            let patience = self.limits.patience + self.ground.began();
            let attempt = timeout(patience, attempt(&candidate, self.ground));
            let Ok(report) = attempt.await else { continue };
            if self.note(candidate, report?) == TrialOutcome::Pulled {
                break;
            }
        }
        Ok(())
    }

    fn note(&mut self, candidate: Candidate, report: CheckReport) -> TrialOutcome {
        let reached = progress(&report);
        let outcome = match report.outcome {
            Outcome::Pulled if !candidate.change.is_remedy() => TrialOutcome::Unverified,
            Outcome::Pulled => TrialOutcome::Pulled,
            Outcome::Failed if reached > progress(&self.base.report) => TrialOutcome::Further,
            Outcome::Failed => TrialOutcome::Failed,
        };
        self.trials.push(Trial {
            change: candidate.change,
            argument: candidate.argument,
            text: candidate.text.clone(),
            command: candidate.command,
            after: self.base.after.clone(),
            outcome,
            without_login: candidate.without_login,
            report: Box::new(report.clone()),
        });
        let better = self.furthest.as_ref().is_none_or(|(furthest, _)| reached > *furthest);
        if outcome == TrialOutcome::Further && better && candidate.change.is_remedy() {
            let after = self.base.after.iter().cloned().chain([candidate.text]).collect();
            self.furthest = Some((reached, Base { setup: candidate.setup, report, after }));
        }
        outcome
    }
}

/// The kubelet's first back-off, and its longest.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(300));

/// One pull. In simulated hosts its network is as when the pull began; where it comes after a wait, it is what the pulls
/// before left of it, which the kubelet makes meanwhile: hosts go on counting. The first that succeeds is the last.
async fn attempt(candidate: &Candidate, ground: &dyn Ground) -> Result<CheckReport, StoreError> {
    let (network, clock) = at_the_pull(ground).await;
    let pull = async || {
        let options = options(&candidate.setup, (network.clone(), Clock::new(clock.now())));
        let Setup { kubelet, inputs, .. } = &candidate.setup;
        Ok::<_, StoreError>(check_by(options, kubelet, inputs, Vec::new()).await?.report)
    };
    let Some(mut left) = candidate.wait.filter(|wait| !wait.is_zero()) else { return pull().await };
    let (mut report, mut back_off) = (pull().await?, BACK_OFF.0);
    while report.outcome == Outcome::Failed && !left.is_zero() {
        // Of hours, only the end is of interest once the back-off has come to its longest.
        let pause = if back_off < BACK_OFF.1 { back_off.min(left) } else { left };
        tokio::time::sleep(pause).await;
        left -= pause;
        back_off = (back_off * 2).min(BACK_OFF.1);
        report = pull().await?;
    }
    Ok(report)
}
