use std::sync::Arc;

use net::Clock;
use scenario::{Listen, Run, Scenario, SimulatedNetwork, SocketWorld, compare_traces, without_ports};
use trace::Step;

use crate::pods::watch;
use crate::venue::pull;
use crate::{Memory, PlayError, PodSeen, Seen, Venue};

/// The hosts on loopback sockets, and the simulated node before them, in virtual time that stands still while bytes
/// are on their way. Nothing is left out for taking long: what waits takes no wall time here either.
///
/// It must go as it goes in memory: the same requests in the same order, the same addresses, decisions, faults and
/// words.
#[derive(Clone, Copy, Debug)]
pub struct Sockets;

impl Venue for Sockets {
    fn tries_remedies(&self) -> bool {
        false
    }

    fn play(&self, scenario: &Scenario, run: &Run) -> Result<Seen, PlayError> {
        let memory = Memory.play(scenario, run)?;
        let runtime = scenario::socket_time().map_err(PlayError::EventLoop)?;
        let sockets = match scenario.is_over_time() {
            false => runtime.block_on(once(scenario, run)),
            true => runtime.block_on(over_time(scenario, run)),
        }?;
        let (expected, got) = differences(&memory, &sockets);
        if expected.is_empty() && got.is_empty() {
            Ok(sockets)
        } else {
            Err(PlayError::Disagrees { expected, got })
        }
    }
}

async fn once(scenario: &Scenario, run: &Run) -> Result<Seen, PlayError> {
    let (hosts, world) = open(scenario).await?;
    let network = Arc::new(world.network(hosts.clone()));
    let node = pull(scenario, run, network, Clock::new(scenario.node_now())).await?;
    let (answer, requests) = (node.cri.clone(), hosts.requests());
    Ok(Seen { answer, requests, node: Some(Box::new(node)), pods: Vec::new() })
}

async fn over_time(scenario: &Scenario, run: &Run) -> Result<Seen, PlayError> {
    let (hosts, world) = open(scenario).await?;
    let network = Arc::new(world.network(hosts.clone()));
    let pods = watch(scenario, run, network, Clock::new(scenario.node_now())).await?;
    Ok(Seen::of_pods(pods, hosts.requests()))
}

/// The hosts, and the sockets on which they listen for as long as these are kept.
async fn open(scenario: &Scenario) -> Result<(Arc<SimulatedNetwork>, SocketWorld), PlayError> {
    let hosts = Arc::new(scenario.network());
    let mut world = SocketWorld::start(&hosts, Listen::Loopback).await.map_err(PlayError::EventLoop)?;
    world.keep_time();
    Ok((hosts, world))
}

/// What only the one saw, and what only the other.
fn differences(memory: &Seen, sockets: &Seen) -> (Vec<String>, Vec<String>) {
    let (mut expected, mut got) = (Vec::new(), Vec::new());
    for (one, other) in std::iter::zip(traces(memory), traces(sockets)) {
        let trace = compare_traces(one, other);
        expected.extend(trace.missing);
        got.extend(trace.added);
    }
    let (one, other) = (told(memory), told(sockets));
    let nothing = "nothing more".to_owned();
    for number in 0..one.len().max(other.len()) {
        let (one, other) = (one.get(number).unwrap_or(&nothing), other.get(number).unwrap_or(&nothing));
        if one != other {
            expected.push(one.clone());
            got.push(other.clone());
        }
    }
    (expected, got)
}

/// The trace of the pull, or of each sync of each pod.
fn traces(seen: &Seen) -> Vec<&[Step]> {
    if seen.pods.is_empty() {
        return seen.node.iter().map(|node| node.trace.as_slice()).collect();
    }
    let histories = seen.pods.iter().filter_map(PodSeen::history);
    let syncs = histories.flat_map(|history| history.attempts.iter().chain(&history.without_pull));
    syncs.map(|sync| sync.steps.as_slice()).collect()
}

/// The words of the runtime and of the kubelet.
fn told(seen: &Seen) -> Vec<String> {
    let mut lines = Vec::new();
    if let (Some(node), true) = (&seen.node, seen.pods.is_empty()) {
        lines.extend(node.answers.iter().map(|answer| format!("{}: {}", answer.code, answer.message)));
        lines.extend(node.events.iter().map(|event| format!("{}: {}", event.reason, event.message)));
    }
    for history in seen.pods.iter().filter_map(PodSeen::history) {
        let event = |event: &kubelet::Event| format!("{} x{}: {}", event.reason, event.count, event.message);
        lines.extend(history.events.iter().map(event));
    }
    lines.iter().map(|line| without_ports(line)).collect()
}
