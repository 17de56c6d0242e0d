use std::sync::Arc;

use mock_registry::Request;
use net::Clock;
use replay::PodHistory;
use scenario::{Run, Scenario};

use crate::venue::{pull, watch};
use crate::what_if::PATIENCE;
use crate::{PlayError, Seen, Venue};

/// This process, in virtual time: hosts joined by streams in memory, a simulated node, nothing that waits.
#[derive(Clone, Copy, Debug)]
pub struct Memory;

impl Venue for Memory {
    fn play(&self, scenario: &Scenario, run: &Run) -> Result<Seen, PlayError> {
        let mut seen =
            scenario::virtual_time().map_err(PlayError::EventLoop)?.block_on(once(scenario, run))?;
        if scenario.lasts().is_some() {
            let looking = scenario::virtual_time().map_err(PlayError::EventLoop)?;
            (seen.pod, seen.requests) = looking.block_on(over_time(scenario, run))?;
        }
        Ok(seen)
    }
}

async fn once(scenario: &Scenario, run: &Run) -> Result<Seen, PlayError> {
    let network = Arc::new(scenario.network());
    let pulling = pull(scenario, run, network.clone(), Clock::new(scenario.now()));
    // Nothing bounds some waits, neither on a node; without a timer virtual time would stand still.
    let node = tokio::time::timeout(PATIENCE, pulling).await.map_err(|_| PlayError::Endless)??;
    let (answer, requests) = (node.cri.clone(), network.requests());
    Ok(Seen { answer, requests, node: Some(Box::new(node)), pod: None })
}

/// What a pod went through, and what came to the hosts meanwhile.
pub(crate) type OverTime = (Option<Box<PodHistory>>, Vec<Request>);

async fn over_time(scenario: &Scenario, run: &Run) -> Result<OverTime, PlayError> {
    let network = Arc::new(scenario.network());
    let pod = watch(scenario, run, network.clone(), Clock::new(scenario.now())).await?;
    Ok((pod.map(Box::new), network.requests()))
}
