//! `--what-if`: changes tried on the pull that failed.

use std::sync::Arc;
use std::time::Duration;

use kubelet::PullInputs;
use net::{Clock, Network};
use report::{CheckReport, Outcome};
use runtimes::StoreError;
use whatif::{Ground, Limits, Setup, what_if};

use crate::check;
use crate::hiargs::HiCheck;

/// How long one pull may take on a real network, where somebody waits.
const PATIENCE: Duration = Duration::from_secs(120);

/// Tries changes, and adds them to the report. Nothing is written: each has an empty store that is forgotten.
pub(crate) async fn try_changes(
    report: &mut CheckReport,
    hi: &HiCheck,
    inputs: PullInputs,
) -> Result<(), StoreError> {
    if report.outcome == Outcome::Pulled {
        report.notes.push("--what-if: nothing is tried on a pull that succeeds".to_owned());
        return Ok(());
    }
    let setup = Setup {
        node: hi.node.clone(),
        profile: hi.profile,
        platform: hi.platform.clone(),
        layers: hi.layers,
        extra_roots: hi.extra_roots.clone(),
        kubelet: check::kubelet(hi),
        inputs,
    };
    let mut limits = Limits::default();
    if hi.scenario.is_none() {
        limits.patience = PATIENCE;
    }
    let found = what_if(&setup, report, &Hosts(hi), limits).await?;
    report.notes.extend(found.hints);
    report.what_if = Some(found.trials);
    Ok(())
}

/// The hosts that the check is about.
struct Hosts<'a>(&'a HiCheck);

impl Ground for Hosts<'_> {
    fn fresh(&self) -> (Arc<dyn Network>, Clock) {
        check::network(self.0)
    }

    fn is_simulated(&self) -> bool {
        self.0.scenario.is_some()
    }
}
