use std::sync::Arc;

use net::Clock;
use scenario::{Listen, Run, Scenario, SimulatedNetwork, SocketWorld, compare_traces, without_ports};

use crate::memory::OverTime;
use crate::venue::{pull, watch};
use crate::{Memory, PlayError, Seen, Venue};

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
        let mut sockets =
            scenario::socket_time().map_err(PlayError::EventLoop)?.block_on(once(scenario, run))?;
        if scenario.lasts().is_some() {
            let looking = scenario::socket_time().map_err(PlayError::EventLoop)?;
            (sockets.pod, sockets.requests) = looking.block_on(over_time(scenario, run))?;
        }
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
    let node = pull(scenario, run, network, Clock::new(scenario.now())).await?;
    let (answer, requests) = (node.cri.clone(), hosts.requests());
    Ok(Seen { answer, requests, node: Some(Box::new(node)), pod: None })
}

async fn over_time(scenario: &Scenario, run: &Run) -> Result<OverTime, PlayError> {
    let (hosts, world) = open(scenario).await?;
    let network = Arc::new(world.network(hosts.clone()));
    let pod = watch(scenario, run, network, Clock::new(scenario.now())).await?;
    Ok((pod.map(Box::new), hosts.requests()))
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
    let (Some(one), Some(other)) = (&memory.node, &sockets.node) else { return Default::default() };
    let trace = compare_traces(&one.trace, &other.trace);
    let (mut expected, mut got) = (trace.missing, trace.added);
    let told = |seen: &Seen| -> Vec<String> {
        let node = seen.node.iter();
        node.flat_map(|node| {
            let answers = node.answers.iter().map(|answer| format!("{}: {}", answer.code, answer.message));
            let events = node.events.iter().map(|event| format!("{}: {}", event.reason, event.message));
            answers.chain(events).map(|line| without_ports(&line)).collect::<Vec<_>>()
        })
        .collect()
    };
    for (one, other) in std::iter::zip(told(memory), told(sockets)).filter(|(one, other)| one != other) {
        expected.push(one);
        got.push(other);
    }
    (expected, got)
}
