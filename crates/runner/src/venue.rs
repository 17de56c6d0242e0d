use std::io;
use std::sync::Arc;

use distribution::Platform;
use keyring::{KubeletPaths, NodeFiles};
use kubelet::{KubeletConfig, MissingSecret, PullInputs, Version};
use mock_registry::Request;
use net::{Clock, Network};
use objects::NodeKubelet;
use plugins::{KubeletFlags, Providers, Scripted, read_config};
use replay::{Checked, Kubelet, NodePlugins, PresentImages};
use report::{Answer, CheckReport};
use runtimes::{Layers, Options, Profile, StoreError};
use scenario::{LoadError, Run, Scenario};
use trace::Trace;

use crate::PodSeen;

/// Where a scenario's hosts are brought up, and who pulls from them.
pub trait Venue: Sync {
    /// Brings the hosts up, pulls as the run says, and tells what was seen.
    ///
    /// # Errors
    /// When it cannot be played here.
    fn play(&self, scenario: &Scenario, run: &Run) -> Result<Seen, PlayError>;

    /// Whether what is said to heal is tried. That is done in memory wherever the hosts are; where all is only held against
    /// how it goes in memory, once more would tell nothing.
    fn tries_remedies(&self) -> bool {
        true
    }
}

/// What was seen while a run was played.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The runtime's last answer.
    pub answer: Answer,
    /// The requests that came to the hosts, in their order.
    pub requests: Vec<Request>,
    /// What only a simulated node tells: events, waiting state, diagnosis, trace. What is expected of these is not
    /// judged without it. Over time it is the sync that tells most about the first pod that fails, if there is one.
    pub node: Option<Box<CheckReport>>,
    /// What became of the pods, where the scenario is more than one pull.
    pub pods: Vec<PodSeen>,
}

impl Seen {
    /// What is seen of pods over time.
    pub(crate) fn of_pods(pods: Vec<PodSeen>, requests: Vec<Request>) -> Self {
        let failing = pods.iter().find(|pod| !pod.has_images(None)).or_else(|| pods.first());
        let answer = failing.map(|pod| pod.answer(None)).unwrap_or_default();
        let node = failing.and_then(|pod| pod.telling.clone());
        Self { answer, requests, node, pods }
    }
}

/// Why a run could not be played.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The scenario says something that cannot be played.
    #[error(transparent)]
    Scenario(#[from] LoadError),
    /// The node's kubelet does not start.
    #[error(transparent)]
    Kubelet(#[from] objects::InputError),
    /// It cannot be played in this venue.
    #[error("not played here: {0}")]
    Unfit(&'static str),
    /// The pull does not end.
    #[error("the pull still waits after a day")]
    Endless,
    /// It goes otherwise than in memory.
    #[error("it does not go as in memory")]
    Disagrees {
        /// What is seen in memory alone.
        expected: Vec<String>,
        /// What is seen here alone.
        got: Vec<String>,
    },
    /// The files that point a node at the hosts cannot be written.
    #[error(transparent)]
    Files(#[from] objects::FileError),
    /// The user's command that points a runtime at the hosts did not succeed.
    #[error("the command {0:?} failed")]
    Prepare(String),
    /// A live runtime does not come to an end.
    #[error("the runtime did not answer within {0} s")]
    Hangs(u64),
    /// There is no live runtime.
    #[cfg(feature = "live")]
    #[error(transparent)]
    Runtime(#[from] cri::ConnectError),
    /// The event loop could not be made.
    #[error("cannot start: {0}")]
    EventLoop(io::Error),
    /// The node's store cannot be used.
    #[error("cannot use the node's store: {0}")]
    Store(#[from] StoreError),
}

/// Pulls the scenario's image through a network, as the simulated node of the run does. The clock shows the
/// scenario's date.
///
/// # Errors
/// When runtime, kubelet or platform of the run are not known.
pub async fn pull(
    scenario: &Scenario,
    run: &Run,
    network: Arc<dyn Network>,
    clock: Clock,
) -> Result<CheckReport, PlayError> {
    Ok(pulled(scenario, run, network, clock).await?.report)
}

/// The same, with what it takes to repeat it.
pub(crate) async fn pulled(
    scenario: &Scenario,
    run: &Run,
    network: Arc<dyn Network>,
    clock: Clock,
) -> Result<Checked, PlayError> {
    let (options, version) = setting(scenario, run, network, clock)?;
    let kubelet = kubelet(scenario, version)?;
    let kubelet = Kubelet { plugins: node_plugins(scenario, &kubelet.config), ..kubelet };
    Ok(replay::check_by(options, &kubelet, &inputs(scenario), Vec::new()).await?)
}

pub(crate) fn setting(
    scenario: &Scenario,
    run: &Run,
    network: Arc<dyn Network>,
    clock: Clock,
) -> Result<(Options, Version), PlayError> {
    let wrong = |what: &str, name: &str| scenario.wrong_run(run, format!("there is no {what} `{name}`"));
    let profile = Profile::named(&run.runtime).map_err(|_| wrong("runtime", &run.runtime))?;
    let kubelet: Version = run.kubelet.parse().map_err(|_| wrong("kubelet", &run.kubelet))?;
    let platform = platform(scenario, run)?;
    let options = Options {
        network,
        node: scenario.node(),
        profile,
        platform,
        layers: Layers::Get,
        store: None,
        extra_roots: Vec::new(),
        trace: Trace::new(),
        clock,
    };
    Ok((options, kubelet))
}

/// The node's platform.
pub(crate) fn platform(scenario: &Scenario, run: &Run) -> Result<Platform, LoadError> {
    let Some(named) = scenario.platform() else { return Ok(Platform::linux("amd64", "")) };
    let wrong = |_| scenario.wrong_run(run, format!("there is no platform `{named}`"));
    Ok(named.parse::<Platform>().map_err(wrong)?.normalize())
}

/// The images that are on the node beforehand.
pub(crate) fn present(scenario: &Scenario) -> PresentImages {
    PresentImages::new(scenario.present().iter().map(String::as_str))
}

/// The kubelet, as the node's files have it; without plugins.
pub(crate) fn kubelet(scenario: &Scenario, version: Version) -> Result<Kubelet, PlayError> {
    let NodeKubelet { config, records, .. } = node_kubelet(scenario, version)?;
    let (present, plugins) = (present(scenario), NodePlugins::default());
    Ok(Kubelet { version, config, records, present, plugins })
}

/// Its configuration and records.
pub(crate) fn node_kubelet(scenario: &Scenario, version: Version) -> Result<NodeKubelet, PlayError> {
    Ok(NodeKubelet::read(&scenario.node(), None, version)?)
}

/// The kubelet's credential plugins, none of which was asked yet.
pub(crate) fn node_plugins(scenario: &Scenario, kubelet: &KubeletConfig) -> NodePlugins {
    let node = scenario.node();
    // A configuration that no kubelet would start with is refused when the scenario is read.
    let config =
        KubeletFlags::of(&node).config.and_then(|path| read_config(&node, &path, kubelet.plugins).ok());
    let Some(config) = config else { return NodePlugins::default() };
    let runner = Arc::new(Scripted::new(scenario.plugin_answers()));
    NodePlugins::Asked(Arc::new(Providers::new(config.providers, kubelet.plugins, runner)))
}

/// What the kubelet starts from.
pub(crate) fn inputs(scenario: &Scenario) -> PullInputs {
    let mut inputs = PullInputs::new(scenario.image());
    inputs.policy = scenario.policy().and_then(|policy| policy.parse().ok());
    inputs.secrets = scenario.secrets();
    inputs.pod = scenario.pod();
    let missing = scenario.missing_secrets().map(|name| MissingSecret::new("default", name));
    inputs.missing_secrets = missing.collect();
    let node = scenario.node();
    inputs.node_keyrings.push(NodeFiles::read(&node, &KubeletPaths::of(&node)).keyring);
    inputs
}
