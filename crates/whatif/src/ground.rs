use std::sync::Arc;
use std::time::Duration;

use net::{Clock, Network};

/// Where changes are tried: each on a network of its own, with an empty store that is forgotten.
pub trait Ground {
    /// The network, as it was when the pull began, and the node's date.
    fn fresh(&self) -> (Arc<dyn Network>, Clock);

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
