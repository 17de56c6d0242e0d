use std::cell::RefCell;
use std::future::{Future, ready};
use std::time::Duration;

use distribution::Platform;
use jiff::Timestamp;
use keyring::{Keyring, PodOfPull};
use kubelet::{
    Event, ImageManager, KubeletConfig, Plan, PlanError, PullInputs, PullPolicy, PullRecords, Surroundings,
    SyncResult, Version,
};
use net::Clock;
use report::CheckReport;
use runtimes::{Layers, Options, Profile, Runtime, StoreError};
use trace::{Step, Trace};

use crate::answers::{Listening, Recorded};
use crate::{NodePlugins, Present, PresentImages, Recording, assemble};

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
    /// What the node's plugins gave.
    pub of_plugins: Keyring,
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

/// The node's kubelet, as far as it matters to one pull.
#[derive(Clone, Debug)]
pub struct Kubelet {
    /// Its version.
    pub version: Version,
    /// Its configuration.
    pub config: KubeletConfig,
    /// What it remembers of earlier pulls.
    pub records: PullRecords,
    /// Images that are on the node besides those of its store.
    pub present: PresentImages,
    /// Its credential plugins.
    pub plugins: NodePlugins,
}

impl Kubelet {
    /// A kubelet of this version without any configuration, on a node without images.
    pub fn new(version: Version) -> Self {
        Self {
            version,
            config: KubeletConfig::defaults(version),
            records: PullRecords::default(),
            present: PresentImages::default(),
            plugins: NodePlugins::default(),
        }
    }
}

/// A check, and what it takes to repeat it.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What there is to tell.
    pub report: CheckReport,
    /// The runtime's answers.
    pub recording: Recording,
    /// What the node's plugins gave.
    pub of_plugins: Keyring,
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
    Ok(check_by(options, &Kubelet::new(kubelet), inputs, notes).await?.report)
}

/// The same by a kubelet that is configured.
///
/// # Errors
/// When the node's store cannot be used.
pub async fn check_by(
    options: Options,
    kubelet: &Kubelet,
    inputs: &PullInputs,
    notes: Vec<String>,
) -> Result<Checked, StoreError> {
    let setting = Setting {
        profile: options.profile,
        kubelet: kubelet.version,
        platform: options.platform.clone(),
        layers: options.layers,
        notes,
    };
    let pulled = pull(options, kubelet, inputs).await?;
    let plan = Plan::with_plugins(inputs, &pulled.of_plugins, kubelet.version);
    let report = assemble::check(&setting, inputs, &plan, &pulled);
    let recording = recording(&pulled);
    Ok(Checked { report, recording, of_plugins: pulled.of_plugins })
}

fn recording(pulled: &Pulled) -> Recording {
    let mut recording = Recording::default();
    let ends = pulled.answers.iter().skip(1).map(|next| next.first_step).chain([pulled.steps.len()]);
    for (answer, end) in pulled.answers.iter().zip(ends) {
        let steps = pulled.steps.get(answer.first_step..end).unwrap_or_default().to_vec();
        recording.add(answer.request.clone(), answer.result.clone(), answer.took, steps);
    }
    recording
}

async fn pull(options: Options, kubelet: &Kubelet, inputs: &PullInputs) -> Result<Pulled, StoreError> {
    let (trace, clock) = (options.trace.clone(), options.clock);
    let at = clock.now();
    let runtime = Present::new(Runtime::new(options)?, kubelet.present.clone());
    let service = Listening::new(runtime, trace.clone());
    let around = AroundPull { clock, plugins: &kubelet.plugins, trace: &trace, gave: RefCell::default() };
    // Without a policy of the user's, the question is what a pull does, so there is one.
    let policy = inputs.policy.or(Some(PullPolicy::Always));
    let inputs = PullInputs { policy, ..inputs.clone() };
    let manager =
        ImageManager::new(kubelet.config.clone(), kubelet.version).with_records(kubelet.records.clone());
    manager.initialize(&service).await;
    let mut sync = manager.ensure_image_exists(&service, &inputs, &around).await;
    let missing: Vec<&str> = inputs.missing_secrets.iter().map(|secret| secret.name.as_str()).collect();
    if !missing.is_empty() {
        // A sync says so before it comes to any image.
        sync.events.insert(0, Event::secrets_missing(&missing, Duration::ZERO));
    }
    let answers = service.answers();
    let direct = match Plan::new(&inputs, kubelet.version) {
        Err(PlanError::InvalidImageName(_)) => service.ask_directly(&inputs.image, inputs.auth.clone()).await,
        _ => None,
    };
    let of_plugins = around.gave.into_inner();
    Ok(Pulled { of_plugins, sync, answers, direct, steps: trace.steps(), at, took: clock.elapsed() })
}

/// The node around a single pull.
struct AroundPull<'a> {
    clock: Clock,
    plugins: &'a NodePlugins,
    trace: &'a Trace,
    /// What the plugins gave.
    gave: RefCell<Keyring>,
}

impl Surroundings for AroundPull<'_> {
    type Turn = ();

    fn now(&self) -> Duration {
        self.clock.elapsed()
    }

    fn turn(&self) -> impl Future<Output = ()> {
        ready(())
    }

    fn record(&self, _: &Event) {}

    async fn plugin_keyring(&self, repository: &str, pod: &PodOfPull) -> Keyring {
        let given = self.plugins.keyring(repository, pod, self.trace).await;
        self.gave.borrow_mut().clone_from(&given);
        given
    }
}
