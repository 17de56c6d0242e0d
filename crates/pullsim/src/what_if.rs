//! `--what-if`: changes tried on the pull that failed.

use std::sync::Arc;
use std::time::Duration;

use keyring::PullSecret;
use kubelet::PullInputs;
use net::{Clock, Network};
use report::{CheckReport, Outcome};
use runtimes::StoreError;
use whatif::{Ground, Limits, Setup, fails_alike, what_if};

use crate::check;
use crate::hiargs::HiCheck;

/// How long one pull may take on a real network, where somebody waits.
const PATIENCE: Duration = Duration::from_secs(120);

/// Tries changes, and adds them to the report. Nothing is written: each has an empty store that is forgotten. `cluster` are
/// all Secrets that are known.
pub(crate) async fn try_changes(
    report: &mut CheckReport,
    hi: &HiCheck,
    inputs: PullInputs,
    cluster: &[PullSecret],
) -> Result<(), StoreError> {
    if report.outcome == Outcome::Pulled {
        report.notes.push("--what-if: nothing is tried on a pull that succeeds".to_owned());
        return Ok(());
    }
    search(report, setup(hi, inputs, cluster), &Hosts { hi, began: Duration::ZERO }).await
}

/// The same for a pull that simulated pods made in the course of time, so long after the beginning.
pub(crate) async fn try_changes_at(
    began: Duration,
    report: &mut CheckReport,
    hi: &HiCheck,
    inputs: PullInputs,
    cluster: &[PullSecret],
) -> Result<(), StoreError> {
    let (hosts, setup) = (Hosts { hi, began }, setup(hi, inputs, cluster));
    if fails_alike(&setup, report, &hosts, Limits::default()).await? {
        return search(report, setup, &hosts).await;
    }
    report.notes.push(format!(
        "--what-if: {} cannot be tried alone: without what the pods did before, its pull does not fail like this",
        report.image
    ));
    Ok(())
}

async fn search(report: &mut CheckReport, setup: Setup, hosts: &Hosts<'_>) -> Result<(), StoreError> {
    let mut limits = Limits::default();
    if !hosts.is_simulated() {
        limits.patience = PATIENCE;
    }
    let found = what_if(&setup, report, hosts, limits).await?;
    report.notes.extend(found.hints);
    report.what_if = Some(found.trials);
    Ok(())
}

fn setup(hi: &HiCheck, inputs: PullInputs, cluster: &[PullSecret]) -> Setup {
    Setup {
        node: hi.node.clone(),
        profile: hi.profile,
        platform: hi.platform.clone(),
        layers: hi.layers,
        extra_roots: hi.extra_roots.clone(),
        kubelet: check::kubelet(hi),
        inputs,
        cluster: cluster.to_vec(),
    }
}

/// The hosts that the check is about, and how long they were there when the pull began.
struct Hosts<'a> {
    hi: &'a HiCheck,
    began: Duration,
}

impl Ground for Hosts<'_> {
    fn fresh(&self) -> (Arc<dyn Network>, Clock) {
        check::network(self.hi)
    }

    fn began(&self) -> Duration {
        self.began
    }

    fn is_simulated(&self) -> bool {
        self.hi.scenario.is_some()
    }
}
