use std::time::Duration;

use distribution::Platform;
use jiff::Timestamp;
use kubelet::{Plan, PlanError, PullInputs, PullPolicy, SyncResult, Version, ensure_image_exists};
use report::CheckReport;
use runtimes::{Containerd, Layers, Options, Profile, StoreError};
use trace::Step;

use crate::answers::{Listening, Recorded};
use crate::assemble;

/// The node, as far as the report tells of it.
pub(crate) struct Setting {
    pub profile: &'static Profile,
    pub kubelet: Version,
    pub platform: Platform,
    pub layers: Layers,
    pub notes: Vec<String>,
}

/// What a pull left behind.
pub(crate) struct Pulled {
    /// What the kubelet made of it.
    pub sync: SyncResult,
    /// The runtime's answers.
    pub answers: Vec<Recorded>,
    /// What the runtime says when it is asked past the kubelet, where the kubelet does not ask.
    pub direct: Option<Recorded>,
    /// Every step.
    pub steps: Vec<Step>,
    /// The node's date when it began.
    pub at: Timestamp,
    /// How long it took.
    pub took: Duration,
}

/// Pulls one image as a node would, and tells what came of it. `notes` are what there is to tell of the inputs.
///
/// Without a policy in `inputs` the image is pulled, as on a node that does not have it.
///
/// # Errors
/// When the node's store cannot be used.
pub async fn check(
    options: Options,
    kubelet: Version,
    inputs: &PullInputs,
    notes: Vec<String>,
) -> Result<CheckReport, StoreError> {
    let setting = Setting {
        profile: options.profile,
        kubelet,
        platform: options.platform.clone(),
        layers: options.layers,
        notes,
    };
    let plan = Plan::new(inputs, kubelet);
    let pulled = pull(options, kubelet, inputs, &plan).await?;
    Ok(assemble::check(&setting, inputs, &plan, &pulled))
}

async fn pull(
    options: Options,
    kubelet: Version,
    inputs: &PullInputs,
    plan: &Result<Plan, PlanError>,
) -> Result<Pulled, StoreError> {
    let (trace, clock) = (options.trace.clone(), options.clock);
    let at = clock.now();
    let service = Listening::new(Containerd::new(options)?, trace.clone());
    // Without a policy of the user's, the question is what a pull does, so there is one.
    let policy = inputs.policy.or(Some(PullPolicy::Always));
    let inputs = PullInputs { policy, ..inputs.clone() };
    let sync = ensure_image_exists(&service, &inputs, kubelet, || clock.elapsed()).await;
    let answers = service.answers();
    let direct = match plan {
        Err(PlanError::InvalidImageName(_)) => service.ask_directly(&inputs.image, inputs.auth.clone()).await,
        _ => None,
    };
    Ok(Pulled { sync, answers, direct, steps: trace.steps(), at, took: clock.elapsed() })
}
