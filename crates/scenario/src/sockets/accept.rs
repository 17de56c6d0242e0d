use std::sync::Arc;
use std::time::Duration;

use mock_registry::Host;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::Activity;
use super::door::Threshold;
use super::relay::Watched;
use crate::SimulatedNetwork;

/// Connections of a host that are served at once; more wait for their turn.
const CONNECTIONS: usize = 4_096;

/// Whether firewall and faults of the dial are played before a connection comes here, as by a simulated network, or are to be
/// played here as far as they can be: at the door, or when the connection is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DialFaults {
    Before,
    Here,
}

/// Serves the connections of one host; they end when this does.
pub(super) async fn accept(
    host: Arc<Host>,
    mut door: Threshold,
    network: Option<Arc<SimulatedNetwork>>,
    activity: Activity,
) {
    let local = door.address();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut serving = JoinSet::new();
    while let Ok(place) = places.clone().acquire_owned().await {
        let Ok((stream, peer)) = door.accept(network.as_ref()).await else {
            // Out of descriptors, or the connection is gone already: others may end meanwhile.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        // Answers are short: waiting for more to send would only make them late.
        let _ = stream.set_nodelay(true);
        let (host, stream) = (host.clone(), Watched::new(stream, local, peer, activity.clone()));
        let here = network.is_some();
        serving.spawn(async move {
            if here {
                host.serve_accepted(stream, peer).await;
            } else {
                host.serve(stream, peer).await;
            }
            drop(place);
        });
        while serving.try_join_next().is_some() {}
    }
}
