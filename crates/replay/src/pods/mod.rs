//! Pods on a node over time: one kubelet, one runtime, many syncs.

mod accounts;
mod assigned;
mod history;
mod jitter;
mod node;
mod present;
mod recorded;
mod secrets;
mod service;
mod worker;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use keyring::Keyring;
use kubelet::{KubeletConfig, PullRecords, Version};
use tokio::task::LocalSet;

pub use accounts::Accounts;
pub use assigned::Assigned;
pub use history::{AttemptRecord, PodHistory, StatusChange};
pub use present::{Present, PresentImages};
pub use recorded::{Recorded, Recording};
pub use secrets::SecretsOverTime;
pub use service::Traced;

use self::history::Journal;
use self::jitter::Jitter;
use self::node::SimulatedNode;
use self::worker::Worker;
use crate::NodePlugins;

/// What happens on a node.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// The kubelet's version.
    pub version: Version,
    /// The kubelet's configuration.
    pub config: KubeletConfig,
    /// What the kubelet remembers of earlier pulls.
    pub records: PullRecords,
    /// The node's name, which the scheduler tells.
    pub node_name: String,
    /// The pods, as the API server stored them.
    pub pods: Vec<Assigned>,
    /// The Secrets of the cluster.
    pub secrets: SecretsOverTime,
    /// The service accounts of the cluster, as far as credential plugins get to see them.
    pub accounts: Accounts,
    /// The kubelet's own credentials.
    pub node_keyrings: Vec<Keyring>,
    /// The kubelet's credential plugins.
    pub plugins: NodePlugins,
    /// How long it is looked at. Zero: until each pod was synced once.
    pub lasts: Duration,
    /// What the jitter of the kubelet's timers follows from. The same seed gives the same times.
    pub seed: u64,
}

/// Lets a kubelet of that configuration run on a runtime, and tells what became of the pods, in their order.
///
/// Time is tokio's: with a paused clock nothing is waited for. Must be called on a current-thread runtime.
pub async fn run_pods<S: Traced + 'static>(service: S, simulation: Simulation) -> Vec<PodHistory> {
    let Simulation { pods, lasts, seed, .. } = simulation.clone();
    let node = Rc::new(SimulatedNode::new(service, simulation));
    node.manager.initialize(&node.service).await;
    let journals: Vec<Rc<RefCell<Journal>>> =
        pods.iter().map(|pod| Rc::new(RefCell::new(Journal::new(pod)))).collect();
    let workers = LocalSet::new();
    for (number, (pod, journal)) in (0..).zip(pods.iter().zip(&journals)) {
        let jitter = Jitter::new(seed.wrapping_add(1 + number));
        let worker = Worker::new(Rc::clone(&node), pod.clone(), Rc::clone(journal), jitter);
        workers.spawn_local(worker.run());
    }
    if lasts.is_zero() {
        workers.await;
    } else {
        let end = tokio::time::sleep(lasts);
        // Whoever is still at it when the time is over is left as it is.
        workers.run_until(end).await;
    }
    let ended = node.elapsed();
    journals.iter().map(|journal| journal.borrow().clone().ended(ended)).collect()
}
