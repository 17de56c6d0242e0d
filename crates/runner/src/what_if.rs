//! Changes tried in the world of a scenario: those that it names itself, and those that anybody would try.

use std::sync::Arc;
use std::time::Duration;

use keyring::PullSecret;
use kubelet::PullInputs;
use net::{Clock, Network};
use report::{CheckReport, NamedChange, Outcome, Trial};
use scenario::{Heals, Run, Scenario};
use tokio::time::timeout;
use whatif::{Ground, Limits, Setup, WhatIf, what_if_named};

use crate::pods::watch;
use crate::venue::{inputs, kubelet, pull, pulled, setting};
use crate::{PlayError, PodSeen};

/// How long a pull is waited for, in virtual time.
pub(crate) const PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// The scenario's hosts, each time as at the beginning, and how long after it the pull began.
struct Hosts<'a> {
    scenario: &'a Scenario,
    began: Duration,
}

impl<'a> Hosts<'a> {
    const fn of(scenario: &'a Scenario) -> Self {
        Self { scenario, began: Duration::ZERO }
    }
}

impl Ground for Hosts<'_> {
    fn fresh(&self) -> (Arc<dyn Network>, Clock) {
        (Arc::new(self.scenario.network()), Clock::new(self.scenario.node_now()))
    }

    fn began(&self) -> Duration {
        self.began
    }

    fn is_simulated(&self) -> bool {
        true
    }
}

/// The pull of a run as it is without any change.
struct Before {
    setup: Setup,
    report: CheckReport,
    /// How long after the beginning it began.
    began: Duration,
}

/// Looks for the smallest change that heals a run's pull, in memory; none where the image is pulled.
pub(crate) fn search(scenario: &Scenario, run: &Run) -> Result<Option<WhatIf>, PlayError> {
    in_virtual_time(async {
        let before = before(scenario, run).await?;
        if before.report.outcome == Outcome::Pulled {
            return Ok(None);
        }
        whole_search(scenario, &before).await.map(Some)
    })
}

/// What is said to heal a scenario.
pub(crate) struct Remedied<'a> {
    pub scenario: &'a Scenario,
    /// The scenario with the world in which it is healed, if it has one.
    pub healed: Option<Scenario>,
    /// Whether it is tried.
    pub tried: bool,
}

impl Remedied<'_> {
    /// Tries what is said to heal a run, in memory. What came in place of it, where it does not. `pulled` is what came of
    /// the pull without it.
    pub(crate) fn disproved(
        &self,
        run: &Run,
        heals: &Heals,
        pulled: Outcome,
    ) -> Result<Option<String>, PlayError> {
        if !self.tried {
            return Ok(None);
        }
        if pulled == Outcome::Pulled {
            return Ok(Some("there is nothing to heal: the image is pulled without it".to_owned()));
        }
        in_virtual_time(async {
            match (heals, &self.healed) {
                (Heals::World | Heals::Mends(_), None) => Ok(None),
                (Heals::World, Some(healed)) => in_other_world(healed, run).await,
                (Heals::Mends(_), Some(healed)) => match in_other_world(healed, run).await? {
                    None => self.superfluous(run).await,
                    disproved => Ok(disproved),
                },
                (Heals::Changes(changes), _) => {
                    by_changes(self.scenario, &before(self.scenario, run).await?, changes).await
                }
                (Heals::None(_), _) => by_nothing(self.scenario, &before(self.scenario, run).await?).await,
            }
        })
    }
}

impl Remedied<'_> {
    /// What need not be set right: without it the image is pulled, too.
    async fn superfluous(&self, run: &Run) -> Result<Option<String>, PlayError> {
        for (mend, without) in self.scenario.healed_in_part()? {
            if in_other_world(&without, run).await?.is_none() {
                return Ok(Some(format!("it is healed without this, too: {mend}")));
            }
        }
        Ok(None)
    }
}

fn in_virtual_time<T>(work: impl Future<Output = Result<T, PlayError>>) -> Result<T, PlayError> {
    scenario::virtual_time().map_err(PlayError::EventLoop)?.block_on(work)
}

async fn before(scenario: &Scenario, run: &Run) -> Result<Before, PlayError> {
    let (network, clock) = Hosts::of(scenario).fresh();
    let (options, version) = setting(scenario, run, network.clone(), clock)?;
    let (inputs, report, began) = match scenario.has_manifests() {
        false => of_image(scenario, run, network, clock).await?,
        true => of_pods(scenario, run, network, clock).await?,
    };
    let setup = Setup {
        node: options.node,
        profile: options.profile,
        platform: options.platform,
        layers: options.layers,
        extra_roots: options.extra_roots,
        kubelet: kubelet(scenario, version)?,
        inputs,
        cluster: secrets_at(scenario, began),
    };
    Ok(Before { setup, report, began })
}

/// All Secrets of the scenario's cluster that there are when the pull begins.
fn secrets_at(scenario: &Scenario, began: Duration) -> Vec<PullSecret> {
    let mut until = scenario.secrets_over_time().into_iter().filter(|(at, _)| *at <= began);
    until.next_back().map(|(_, secrets)| secrets).unwrap_or_default()
}

async fn of_image(
    scenario: &Scenario,
    run: &Run,
    network: Arc<dyn Network>,
    clock: Clock,
) -> Result<(PullInputs, CheckReport, Duration), PlayError> {
    let checked = timeout(PATIENCE, pulled(scenario, run, network, clock)).await;
    let checked = checked.map_err(|_| PlayError::Endless)??;
    let mut inputs = inputs(scenario);
    // What the plugins gave stays what they give.
    inputs.node_keyrings.push(checked.of_plugins);
    Ok((inputs, checked.report, Duration::ZERO))
}

/// The sync that tells most about the first pod that fails, at its time, as if it were the first that asks anything.
async fn of_pods(
    scenario: &Scenario,
    run: &Run,
    network: Arc<dyn Network>,
    clock: Clock,
) -> Result<(PullInputs, CheckReport, Duration), PlayError> {
    let pods = look(scenario, run, network, clock).await?;
    let failing = pods.iter().find(|pod| !pod.has_images(None)).or_else(|| pods.first());
    let told = failing.and_then(|pod| Some((pod.history()?.telling(None)?, pod.told(None)?)));
    match told {
        Some((sync, report)) => Ok((sync.inputs(), report.clone(), sync.at)),
        None => of_image(scenario, run, Arc::new(scenario.network()), clock).await,
    }
}

async fn look(
    scenario: &Scenario,
    run: &Run,
    network: Arc<dyn Network>,
    clock: Clock,
) -> Result<Vec<PodSeen>, PlayError> {
    let patience = PATIENCE + scenario.lasts().unwrap_or_default();
    timeout(patience, watch(scenario, run, network, clock)).await.map_err(|_| PlayError::Endless)?
}

async fn whole_search(scenario: &Scenario, before: &Before) -> Result<WhatIf, PlayError> {
    let (hosts, limits) = (Hosts { scenario, began: before.began }, Limits::default());
    Ok(whatif::what_if(&before.setup, &before.report, &hosts, limits).await?)
}

async fn in_other_world(healed: &Scenario, run: &Run) -> Result<Option<String>, PlayError> {
    let (network, clock) = Hosts::of(healed).fresh();
    if healed.has_manifests() {
        let pods = look(healed, run, network, clock).await?;
        let failing = pods.iter().find(|pod| !pod.has_images(None));
        return Ok(failing.map(|pod| format!("in that world the pod {} fails, too", pod.written.name)));
    }
    let report = timeout(PATIENCE, pull(healed, run, network, clock)).await;
    let report = report.map_err(|_| PlayError::Endless)??;
    let failed = report.outcome == Outcome::Failed;
    Ok(failed.then(|| format!("in that world the pull fails, too: {}", why(&report))))
}

async fn by_changes(
    scenario: &Scenario,
    before: &Before,
    changes: &[NamedChange],
) -> Result<Option<String>, PlayError> {
    let (hosts, limits) = (Hosts { scenario, began: before.began }, Limits::default());
    let asked = what_if_named(&before.setup, &before.report, &hosts, changes, limits).await?;
    if let Some((change, known)) = asked.unknown {
        let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
        return Ok(Some(format!("no such change is tried ({change}), but {known}")));
    }
    if asked.trials.last().is_some_and(Trial::heals) {
        return Ok(None);
    }
    Ok(Some(lines("it heals nothing", &asked.trials)))
}

/// What is said to be beyond a pull must not be healed by a change of it.
async fn by_nothing(scenario: &Scenario, before: &Before) -> Result<Option<String>, PlayError> {
    let found = whole_search(scenario, before).await?;
    let heals = report::healing(&found.trials);
    Ok(heals.map(|trial| format!("this heals it: {} ({})", trial.named(), trial.text)))
}

fn lines(head: &str, trials: &[Trial]) -> String {
    let tried = trials.iter().map(|trial| format!("{}: {}", trial.named(), why(&trial.report)));
    std::iter::once(head.to_owned()).chain(tried).collect::<Vec<_>>().join("\n")
}

fn why(report: &CheckReport) -> String {
    match &report.diagnosis {
        Some(diagnosis) => format!("{}: {}", diagnosis.cause, report.cri.message),
        None => report.cri.message.clone(),
    }
}

/// Such a summary of trials as a list of runs has room for: only the pull that heals keeps its steps.
pub(crate) fn without_other_steps(mut trials: Vec<Trial>) -> Vec<Trial> {
    for trial in trials.iter_mut().filter(|trial| !trial.heals()) {
        trial.report.trace.clear();
        trial.report.answers.clear();
    }
    trials
}
