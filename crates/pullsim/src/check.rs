//! `pullsim check`: plan, pull, report.

use std::sync::Arc;

use jiff::Timestamp;
use keyring::{KubeletPaths, NodeFileOutcome, NodeFiles};
use kubelet::{Plan, PlanError, PullInputs, PullPolicy, SyncResult, ensure_image_exists};
use net::{Clock, Network, SystemNetwork};
use node::Environment;
use runtimes::{Containerd, Options};
use tokio::runtime::{Builder, Runtime};
use trace::{Step, Trace};

use crate::answers::{Listening, Recorded};
use crate::error::Failure;
use crate::exit::Exit;
use crate::hiargs::HiCheck;
use crate::lowargs::{LowCheck, Output};
use crate::progress::Progress;
use crate::{assemble, output};

/// What a simulated pull left behind.
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
    pub took: std::time::Duration,
}

/// Checks an image and writes the report.
pub(crate) fn run(low: &LowCheck, environment: &Environment) -> Result<Exit, Failure> {
    let mut hi = HiCheck::read(low, environment)?;
    let inputs = inputs(&mut hi);
    let plan = Plan::new(&inputs, hi.kubelet);
    let text = output::text_options(low.color, environment);
    if low.plan {
        let report = assemble::plan(&plan, inputs.auth.as_ref());
        output::write(&match low.output {
            Output::Json => report::json(&report),
            Output::Text => report::plan_text(&report, text),
        })?;
        return Ok(if plan.is_ok() { Exit::Pulled } else { Exit::NotPulled });
    }
    let pulled = simulate(&hi, &inputs, &plan)?;
    let report = assemble::check(&hi, &inputs, &plan, &pulled);
    output::write(&match low.output {
        Output::Json => report::json(&report),
        Output::Text => report::check_text(&report, text),
    })?;
    Ok(if pulled.sync.is_present() { Exit::Pulled } else { Exit::NotPulled })
}

/// What the kubelet starts from. What is to be told about the node's own files joins the notes.
fn inputs(hi: &mut HiCheck) -> PullInputs {
    let mut inputs = PullInputs::new(hi.image.clone());
    inputs.policy = hi.policy;
    inputs.secrets.clone_from(&hi.secrets);
    inputs.auth.clone_from(&hi.auth);
    if hi.own_files {
        let files = NodeFiles::read(&hi.node, &KubeletPaths::of(&hi.node));
        for file in &files.tried {
            if matches!(file.outcome, NodeFileOutcome::Malformed(_)) {
                hi.notes.push(format!(
                    "the node's file {} does not parse: the kubelet passes it over",
                    file.path
                ));
            }
        }
        inputs.node_keyrings.push(files.keyring);
    }
    inputs
}

fn simulate(hi: &HiCheck, inputs: &PullInputs, plan: &Result<Plan, PlanError>) -> Result<Pulled, Failure> {
    let progress = Progress::begin(hi.scenario.is_none());
    let runtime = event_loop(hi.scenario.is_some()).map_err(Failure::EventLoop)?;
    runtime.block_on(pull(hi, inputs, plan, progress.trace()))
}

/// One thread is enough. In simulated hosts the clock stands still while there is something to do, and leaps to the
/// next time-out when there is not.
fn event_loop(simulated: bool) -> std::io::Result<Runtime> {
    Builder::new_current_thread().enable_io().enable_time().start_paused(simulated).build()
}

async fn pull(
    hi: &HiCheck,
    inputs: &PullInputs,
    plan: &Result<Plan, PlanError>,
    trace: Trace,
) -> Result<Pulled, Failure> {
    let at = hi.scenario.as_ref().map_or_else(today, |scenario| scenario.now());
    let clock = Clock::new(at);
    let network: Arc<dyn Network> = match &hi.scenario {
        Some(scenario) => Arc::new(scenario.network()),
        None => Arc::new(SystemNetwork::new()),
    };
    let options = Options {
        network,
        node: hi.node.clone(),
        profile: hi.profile,
        platform: hi.platform.clone(),
        layers: hi.layers,
        store: hi.store.clone(),
        extra_roots: hi.extra_roots.clone(),
        trace: trace.clone(),
        clock,
    };
    let containerd = Containerd::new(options)
        .map_err(|error| Failure::Store { directory: hi.store.clone().unwrap_or_default(), error })?;
    let service = Listening::new(containerd, trace.clone());
    // Without a policy of the user's, the question is what a pull does, so there is one.
    let policy = inputs.policy.or(Some(PullPolicy::Always));
    let inputs = PullInputs { policy, ..inputs.clone() };
    let sync = ensure_image_exists(&service, &inputs, hi.kubelet, || clock.elapsed()).await;
    let answers = service.answers();
    let direct = match plan {
        Err(PlanError::InvalidImageName(_)) => service.ask_directly(&hi.image, hi.auth.clone()).await,
        _ => None,
    };
    Ok(Pulled { sync, answers, direct, steps: trace.steps(), at, took: clock.elapsed() })
}

/// The one place where the machine's date comes in.
fn today() -> Timestamp {
    Timestamp::now()
}
