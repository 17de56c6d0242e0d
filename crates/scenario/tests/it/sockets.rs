//! The same pulls over sockets as in memory: same requests, same answers, same words, and time that stands still.

use std::sync::Arc;
use std::time::Duration;

use kubelet::{PullInputs, SyncResult, Version, ensure_image_exists};
use mock_registry::{Fault, Request};
use net::{Clock, Network};
use scenario::{Listen, Scenario, SocketWorld, compare_traces, without_ports};
use trace::{Step, Trace};

use crate::catalogue::{host, world};
use crate::support::{containerd, parse, shipped_text};

/// Who waits longer waits for ever.
const LONG: Duration = Duration::from_secs(60 * 60);

struct Pulled {
    result: Option<SyncResult>,
    seconds: u64,
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Played {
    requests: Vec<Request>,
    waiting: Option<String>,
    seconds: u64,
    steps: Vec<Step>,
}

async fn pull(scenario: &Scenario, network: Arc<dyn Network>) -> Pulled {
    let trace = Trace::new();
    let clock = Clock::new(scenario.now());
    let containerd = containerd(scenario, network, clock, trace.clone());
    let mut inputs = PullInputs::new(scenario.image());
    inputs.secrets = scenario.secrets();
    let pulling = ensure_image_exists(&containerd, &inputs, Version::NEWEST, || clock.elapsed());
    let result = tokio::time::timeout(LONG, pulling).await.ok();
    Pulled { result, seconds: clock.elapsed().as_secs(), steps: trace.steps() }
}

fn load(file: &str, more: &str) -> Scenario {
    parse(file, &(shipped_text(file) + more))
}

fn in_memory(scenario: &Scenario) -> Played {
    scenario::virtual_time().unwrap().block_on(async {
        let network = Arc::new(scenario.network());
        played(pull(scenario, network.clone()).await, network.requests())
    })
}

fn over_sockets(scenario: &Scenario) -> Played {
    scenario::socket_time().unwrap().block_on(async {
        let hosts = Arc::new(scenario.network());
        let mut world = SocketWorld::start(&hosts, Listen::At([127, 0, 0, 1].into())).await.unwrap();
        world.keep_time();
        played(pull(scenario, Arc::new(world.network(hosts.clone()))).await, hosts.requests())
    })
}

fn played(pulled: Pulled, requests: Vec<Request>) -> Played {
    let waiting = match pulled.result {
        Some(result) => result.waiting.map(|waiting| without_ports(&waiting.message)),
        None => Some("waits for ever".to_owned()),
    };
    Played { requests, waiting, seconds: pulled.seconds, steps: pulled.steps }
}

impl Played {
    /// How it differs from how it went in memory; empty where it does not.
    fn difference(&self, memory: &Self) -> String {
        let trace = compare_traces(&memory.steps, &self.steps);
        let ends = [(&memory.waiting, memory.seconds), (&self.waiting, self.seconds)];
        if trace.is_empty() && ends[0] == ends[1] { String::new() } else { format!("{ends:#?}{trace:#?}") }
    }
}

fn agree(file: &str, more: &str) -> Played {
    let scenario = load(file, more);
    let (memory, sockets) = (in_memory(&scenario), over_sockets(&scenario));
    assert_eq!(sockets.difference(&memory), "", "{file}{more}");
    assert_eq!(sockets.requests.len(), memory.requests.len());
    sockets
}

#[test]
fn every_fault_goes_as_in_memory() {
    let mut different = String::new();
    for entry in Fault::all() {
        let text = world(&entry.example(), host(entry));
        let scenario = Scenario::parse("fault.yaml", &text).map_err(|error| error.render()).unwrap();
        let memory = in_memory(&scenario);
        let difference = over_sockets(&scenario).difference(&memory);
        if !difference.is_empty() {
            different += &format!("{}: {difference}\n", entry.name);
        }
    }
    assert!(different.is_empty(), "{different}");
}

#[test]
fn a_whole_pull_is_the_same() {
    let played = agree("success/private-multi-arch.yaml", "");
    assert!(played.waiting.is_none() && played.requests.len() > 8, "{played:?}");
}

#[test]
fn a_refusal_is_the_same() {
    assert!(agree("manifest/tag-missing.yaml", "").waiting.unwrap().ends_with(": not found"));
    agree("credentials/secret-key-does-not-match.yaml", "");
}

#[test]
fn time_that_passes_is_virtual() {
    let more = "\nfirewall: [{to: registry.example.com, action: drop}]\n";
    let played = agree("success/private-multi-arch.yaml", more);
    assert!(played.waiting.unwrap().ends_with("dial tcp 10.20.0.7:443: i/o timeout"));
    assert_eq!(played.seconds, 30);
}

#[test]
fn names_are_asked_for_over_a_socket() {
    let more = "\ndns: {registry.example.com: servfail}\n";
    let played = agree("manifest/tag-missing.yaml", more);
    assert!(played.waiting.unwrap().contains("on 10.96.0.10:53: server misbehaving"));
    let played = agree("manifest/tag-missing.yaml", "\ndns: {registry.example.com: silence}\n");
    assert!(played.waiting.unwrap().ends_with("i/o timeout"));
    assert!(played.seconds >= 10);
}

#[test]
fn an_answer_that_comes_late_is_waited_for() {
    let more = "\n    rules: [{delay: 7s, path: '/v2/**'}, ]\n";
    let scenario = load("manifest/tag-missing.yaml", more);
    let sockets = over_sockets(&scenario);
    assert_eq!(sockets.difference(&in_memory(&scenario)), "");
    assert!(sockets.seconds >= 7);
}
