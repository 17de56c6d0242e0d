use std::sync::Arc;

use jiff::Timestamp;
use keyring::Keyring;
use kubelet::{Plan, PullInputs, SyncResult, Version};
use report::CheckReport;
use runtimes::Options;

use crate::answers::Recorded;
use crate::check::{Pulled, Setting};
use crate::{AttemptRecord, assemble};

/// What a report of a sync needs beside what an [`AttemptRecord`] tells.
#[derive(Clone, Debug)]
pub(crate) struct Synced(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    inputs: PullInputs,
    result: SyncResult,
    answers: Vec<Recorded>,
    of_plugins: Keyring,
}

impl Synced {
    pub(crate) fn new(
        inputs: &PullInputs,
        result: &SyncResult,
        answers: Vec<Recorded>,
        of_plugins: Keyring,
    ) -> Self {
        let (inputs, result) = (inputs.clone(), result.clone());
        Self(Arc::new(Parts { inputs, result, answers, of_plugins }))
    }
}

impl AttemptRecord {
    /// What the kubelet started from, with what its plugins gave.
    pub fn inputs(&self) -> PullInputs {
        let Parts { inputs, of_plugins, .. } = &*self.synced.0;
        let mut inputs = inputs.clone();
        inputs.node_keyrings.push(of_plugins.clone());
        inputs
    }
}

/// Makes of single syncs in the life of pods the same report that a check of the image is: with diagnosis and trace.
pub struct SyncReports {
    setting: Setting,
    /// The date when the node was first looked at.
    began: Timestamp,
}

impl SyncReports {
    /// Reports of the syncs of a kubelet of this version on a runtime of these options, which was not used yet.
    pub fn new(options: &Options, kubelet: Version) -> Self {
        let setting = Setting {
            profile: options.profile,
            kubelet,
            platform: options.platform.clone(),
            layers: options.layers,
            notes: Vec::new(),
        };
        Self { setting, began: options.clock.now() }
    }

    /// The report of one sync.
    pub fn report(&self, attempt: &AttemptRecord) -> CheckReport {
        let Parts { inputs, result, answers, of_plugins } = &*attempt.synced.0;
        let pulled = Pulled {
            of_plugins: of_plugins.clone(),
            sync: result.clone(),
            answers: answers.clone(),
            direct: None,
            steps: attempt.steps.clone(),
            at: self.began.checked_add(attempt.at).unwrap_or(self.began),
            took: attempt.ended.saturating_sub(attempt.at),
        };
        let plan = Plan::with_plugins(inputs, of_plugins, self.setting.kubelet);
        assemble::check(&self.setting, inputs, &plan, &pulled)
    }
}
