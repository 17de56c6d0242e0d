//! The same pulls over sockets as in memory: same requests, same answers, same words, and time that stands still.

use std::path::Path;
use std::sync::Arc;

use distribution::Platform;
use kubelet::{PullInputs, SyncResult, Version, ensure_image_exists};
use mock_registry::Request;
use net::{Clock, Network};
use runtimes::{Containerd, Layers, Options, Profile};
use scenario::{Listen, Scenario, SocketWorld};
use trace::Trace;

#[derive(Debug, PartialEq)]
struct Played {
    requests: Vec<Request>,
    waiting: Option<String>,
    seconds: u64,
}

async fn pull(scenario: &Scenario, network: Arc<dyn Network>) -> (SyncResult, u64) {
    let clock = Clock::new(scenario.now());
    let containerd = Containerd::new(Options {
        network,
        node: scenario.node(),
        profile: Profile::named("containerd-2.1.9").unwrap(),
        platform: Platform::linux("amd64", ""),
        layers: Layers::Get,
        store: None,
        extra_roots: Vec::new(),
        trace: Trace::new(),
        clock,
    })
    .unwrap();
    let mut inputs = PullInputs::new(scenario.image());
    inputs.secrets = scenario.secrets();
    let result = ensure_image_exists(&containerd, &inputs, Version::NEWEST, || clock.elapsed()).await;
    (result, clock.elapsed().as_secs())
}

fn load(file: &str, more: &str) -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios").join(file);
    let text = std::fs::read_to_string(path).unwrap() + more;
    Scenario::parse(file, &text).map_err(|error| error.render()).unwrap()
}

fn in_memory(scenario: &Scenario) -> Played {
    scenario::virtual_time().unwrap().block_on(async {
        let network = Arc::new(scenario.network());
        let (result, seconds) = pull(scenario, network.clone()).await;
        played(result, seconds, network.requests())
    })
}

fn over_sockets(scenario: &Scenario) -> Played {
    scenario::socket_time().unwrap().block_on(async {
        let hosts = Arc::new(scenario.network());
        let mut world = SocketWorld::start(&hosts, Listen::At([127, 0, 0, 1].into())).await.unwrap();
        world.keep_time();
        let (result, seconds) = pull(scenario, Arc::new(world.network(hosts.clone()))).await;
        played(result, seconds, hosts.requests())
    })
}

fn played(result: SyncResult, seconds: u64, mut requests: Vec<Request>) -> Played {
    // Layers are fetched side by side: in which order they come is the machine's.
    requests.sort_by_key(|request| request.path.contains("/blobs/").then(|| request.path.clone()));
    Played { requests, waiting: result.waiting.map(|waiting| without_ports(&waiting.message)), seconds }
}

/// The words without the ports of the node, which depend on who dials first.
fn without_ports(words: &str) -> String {
    let mut parts = words.split("10.0.0.5:");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out += "10.0.0.5:";
        out += part.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out
}

fn agree(file: &str, more: &str) -> Played {
    let scenario = load(file, more);
    let (memory, sockets) = (in_memory(&scenario), over_sockets(&scenario));
    assert_eq!(sockets, memory, "{file}{more}");
    sockets
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
    assert_eq!(sockets, in_memory(&scenario));
    assert!(sockets.seconds >= 7);
}
