//! A pull in simulated hosts, and changes tried on it.

use std::sync::{Arc, Mutex};

use distribution::Platform;
use keyring::{KubeletPaths, NodeFiles, PullSecret};
use kubelet::{PullInputs, Version};
use net::{Clock, Network};
use plugins::{KubeletFlags, Providers, Scripted, read_config};
use replay::{Kubelet, NodePlugins, check_by};
use report::CheckReport;
use runtimes::{Layers, Options, Profile};
use scenario::{Scenario, SimulatedNetwork};
use trace::Trace;
use whatif::{Ground, Limits, Setup, WhatIf, what_if};

/// The hosts of a scenario, taken for real ones unless said otherwise; each network is kept.
pub struct Hosts {
    scenario: Scenario,
    simulated: bool,
    pub networks: Mutex<Vec<Arc<SimulatedNetwork>>>,
}

impl Ground for Hosts {
    fn fresh(&self) -> (Arc<dyn Network>, Clock) {
        let network = Arc::new(self.scenario.network());
        self.networks.lock().unwrap().push(network.clone());
        (network, Clock::new(self.scenario.now()))
    }

    fn is_simulated(&self) -> bool {
        self.simulated
    }
}

impl Hosts {
    /// The hosts to which somebody showed a login that is right there, with the scheme-less path of the request.
    pub fn logged_in_at(&self) -> Vec<String> {
        let networks = self.networks.lock().unwrap();
        let requests = networks.iter().flat_map(|network| network.requests());
        let known = requests.filter(|request| request.who != mock_registry::Who::Anonymous);
        let mut hosts: Vec<String> = known.map(|request| request.host).collect();
        hosts.sort();
        hosts.dedup();
        hosts
    }
}

/// What came of it.
pub struct Tried {
    pub report: CheckReport,
    pub found: WhatIf,
    pub hosts: Hosts,
}

impl Tried {
    /// The changes that were tried and what came of each, `tag pulled`.
    pub fn outcomes(&self) -> Vec<String> {
        let outcome = |trial: &report::Trial| format!("{} {:?}", trial.change, trial.outcome).to_lowercase();
        self.found.trials.iter().map(outcome).collect()
    }
}

/// Pulls a scenario's image and tries changes.
pub fn tried(text: &str, simulated: bool) -> Tried {
    let head = "apiVersion: pullsim/v1\nkind: Scenario\ntitle: a test\nnow: 2026-03-01T09:00:00Z\n";
    tried_in(Scenario::parse("test.yaml", &format!("{head}{text}")).unwrap(), simulated)
}

/// The same in a scenario that is read already.
pub fn tried_in(scenario: Scenario, simulated: bool) -> Tried {
    let hosts = Hosts { scenario, simulated, networks: Mutex::default() };
    let (report, found) = scenario::virtual_time().unwrap().block_on(async {
        let setup = setup(&hosts.scenario);
        let (network, clock) = hosts.fresh();
        let options = Options {
            network,
            node: setup.node.clone(),
            profile: setup.profile,
            platform: setup.platform.clone(),
            layers: setup.layers,
            store: None,
            extra_roots: Vec::new(),
            trace: Trace::new(),
            clock,
        };
        let kubelet = Kubelet { plugins: plugins(&hosts.scenario), ..setup.kubelet.clone() };
        let checked = check_by(options, &kubelet, &setup.inputs, Vec::new()).await.unwrap();
        let (report, mut setup) = (checked.report, setup);
        setup.inputs.node_keyrings.push(checked.of_plugins);
        let found = what_if(&setup, &report, &hosts, Limits::default()).await.unwrap();
        (report, found)
    });
    Tried { report, found, hosts }
}

/// The node's credential plugins, scripted.
fn plugins(scenario: &Scenario) -> NodePlugins {
    let node = scenario.node();
    let rules = scenario.kubelet_config(Version::NEWEST).plugins;
    let config = KubeletFlags::of(&node).config.and_then(|path| read_config(&node, &path, rules).ok());
    let Some(config) = config else { return NodePlugins::default() };
    let runner = Arc::new(Scripted::new(scenario.plugin_answers()));
    NodePlugins::Asked(Arc::new(Providers::new(config.providers, rules, runner)))
}

fn setup(scenario: &Scenario) -> Setup {
    let mut inputs = PullInputs::new(scenario.image());
    inputs.pod = scenario.pod();
    // Those of another namespace are there, and the pod cannot have them.
    let namespace = inputs.pod.namespace.clone();
    let own = |secret: &PullSecret| secret.namespace == namespace;
    inputs.secrets = scenario.secrets().into_iter().filter(own).collect();
    let node = scenario.node();
    inputs.node_keyrings.push(NodeFiles::read(&node, &KubeletPaths::of(&node)).keyring);
    inputs.policy = scenario.policy().and_then(|policy| policy.parse().ok());
    Setup {
        node: scenario.node(),
        profile: Profile::named(scenario.runtime().unwrap_or("containerd-2.1.9")).unwrap(),
        platform: scenario.platform().map_or(Platform::linux("amd64", ""), |name| name.parse().unwrap()),
        layers: Layers::Get,
        extra_roots: Vec::new(),
        kubelet: Kubelet::new(Version::NEWEST),
        inputs,
        cluster: scenario.secrets(),
    }
}
