//! `pullsim check --in SCENARIO --what-if`: changes tried on what the scenario's own pods pull in vain.

use std::time::Duration;

use kubelet::PullInputs;
use replay::{AttemptRecord, PodHistory, SecretsOverTime};
use report::{CheckReport, ImageReport, Outcome, PodReport, PodsReport};

use super::{event_loop, store_failure};
use crate::error::Failure;
use crate::hiargs::HiCheck;
use crate::what_if;

/// Tries changes on every image that is not on the node in the end: on the sync that its report tells of, at its time. Each
/// history is that of a pod that was not refused, in the order of the report; without histories nothing is tried.
pub(super) fn try_changes(
    report: &mut PodsReport,
    hi: &HiCheck,
    histories: &[PodHistory],
    secrets: &SecretsOverTime,
) -> Result<(), Failure> {
    let mut tried = Tried { hi, secrets, done: Vec::new() };
    let accepted = report.pods.iter_mut().filter(|pod| pod.rejected.is_none());
    for (pod, history) in std::iter::zip(accepted, histories) {
        report.notes.extend(tried.pod(pod, history)?);
    }
    Ok(())
}

/// Pulls on which changes were tried, so that pods that are alike are tried once.
struct Tried<'a> {
    hi: &'a HiCheck,
    /// All Secrets of the cluster.
    secrets: &'a SecretsOverTime,
    done: Vec<(PullInputs, Duration, CheckReport)>,
}

impl Tried<'_> {
    /// What there is to tell of a pod.
    fn pod(&mut self, pod: &mut PodReport, history: &PodHistory) -> Result<Vec<String>, Failure> {
        let mut notes = Vec::new();
        for image in &mut pod.images {
            let failed = |sync: &&AttemptRecord| sync.failed();
            let Some(sync) = history.telling(Some(&image.name)).filter(failed) else { continue };
            if image.outcome == Outcome::Failed {
                self.image(image, sync)?;
            } else {
                notes.push(pulled_in_the_end(&pod.namespace, &pod.name, image));
            }
        }
        Ok(notes)
    }

    fn image(&mut self, image: &mut ImageReport, sync: &AttemptRecord) -> Result<(), Failure> {
        let inputs = sync.inputs();
        let known = self.done.iter().find(|(done, at, _)| *at == sync.at && is_same(done, &inputs));
        let tried = match known {
            Some((.., tried)) => tried.clone(),
            None => self.search(image.check.clone(), &inputs, sync.at)?,
        };
        image.check.what_if.clone_from(&tried.what_if);
        image.check.notes.clone_from(&tried.notes);
        self.done.push((inputs, sync.at, tried));
        Ok(())
    }

    fn search(
        &self,
        mut check: CheckReport,
        inputs: &PullInputs,
        began: Duration,
    ) -> Result<CheckReport, Failure> {
        let runtime = event_loop(true).map_err(Failure::EventLoop)?;
        let cluster = self.secrets.all(began);
        let tried = what_if::try_changes_at(began, &mut check, self.hi, inputs.clone(), cluster);
        runtime.block_on(tried).map_err(|error| store_failure(self.hi, error))?;
        Ok(check)
    }
}

/// Whether two pulls start from the same. Who asks makes no difference to what plugins gave already.
fn is_same(one: &PullInputs, other: &PullInputs) -> bool {
    let parts = |inputs: &PullInputs| {
        let PullInputs { image, policy, secrets, missing_secrets, pod, .. } = inputs;
        let account = (pod.namespace.clone(), pod.service_account_name.clone());
        (image.clone(), *policy, secrets.clone(), missing_secrets.clone(), account)
    };
    parts(one) == parts(other)
}

fn pulled_in_the_end(namespace: &str, pod: &str, image: &ImageReport) -> String {
    format!("--what-if: nothing is tried on {namespace}/{pod}, {}: its image is there in the end", image.name)
}
