use std::sync::Arc;
use std::time::Duration;

use net::{Clock, Network};

/// Where changes are tried: each on a network of its own, with an empty store that is forgotten.
pub trait Ground {
    /// The network as it was at the beginning, and the node's date then.
    fn fresh(&self) -> (Arc<dyn Network>, Clock);

    /// How long after that the pull began: what happens to simulated hosts in the course of time has happened by then.
    fn began(&self) -> Duration {
        Duration::ZERO
    }

    /// Whether hosts and logins are made up, so that a login may be shown to any of them.
    fn is_simulated(&self) -> bool;
}

/// How much is tried.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many pulls there may be in all.
    pub tries: usize,
    /// How many changes there may be on top of each other.
    pub depth: usize,
    /// How long one pull may take; one that takes longer is given up, and is no trial.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { tries: 16, depth: 3, patience: Duration::from_secs(24 * 3600) }
    }
}

/// The network and the node's date as they are when the pull begins.
pub(crate) async fn at_the_pull(ground: &dyn Ground) -> (Arc<dyn Network>, Clock) {
    let fresh = ground.fresh();
    if !ground.began().is_zero() {
        tokio::time::sleep(ground.began()).await;
    }
    fresh
}
