use std::sync::Arc;

use net::Clock;
use scenario::{Run, Scenario};

use crate::pods::watch;
use crate::venue::pull;
use crate::what_if::PATIENCE;
use crate::{PlayError, Seen, Venue};

/// This process, in virtual time: hosts joined by streams in memory, a simulated node, nothing that waits.
#[derive(Clone, Copy, Debug)]
pub struct Memory;

impl Venue for Memory {
    fn play(&self, scenario: &Scenario, run: &Run) -> Result<Seen, PlayError> {
        // Nothing bounds some waits, neither on a node; without a timer virtual time would stand still.
        let patience = PATIENCE + scenario.lasts().unwrap_or_default();
        let runtime = scenario::virtual_time().map_err(PlayError::EventLoop)?;
        let played = runtime.block_on(async {
            tokio::time::timeout(patience, async {
                match scenario.is_over_time() {
                    false => once(scenario, run).await,
                    true => over_time(scenario, run).await,
                }
            })
            .await
        });
        played.map_err(|_| PlayError::Endless)?
    }
}

async fn once(scenario: &Scenario, run: &Run) -> Result<Seen, PlayError> {
    let network = Arc::new(scenario.network());
    let node = pull(scenario, run, network.clone(), Clock::new(scenario.node_now())).await?;
    let (answer, requests) = (node.cri.clone(), network.requests());
    Ok(Seen { answer, requests, node: Some(Box::new(node)), pods: Vec::new() })
}

async fn over_time(scenario: &Scenario, run: &Run) -> Result<Seen, PlayError> {
    let network = Arc::new(scenario.network());
    let pods = watch(scenario, run, network.clone(), Clock::new(scenario.node_now())).await?;
    Ok(Seen::of_pods(pods, network.requests()))
}
