use std::sync::Arc;

use cri::PullImageRequest;
use diagnosis::Cause;
use kubelet::Plan;
use net::{Clock, Network};
use runtimes::{Listing, Options, Runtime, StoreError};
use trace::Trace;

use crate::ground::at_the_pull;
use crate::names::{nearest_repositories, nearest_tags};
use crate::{Ground, Setup};

/// How many logins are tried for a list.
const LOGINS: usize = 3;

/// What else a registry has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nearby {
    /// The tags of the repository, if the registry tells them.
    pub tags: Option<Vec<String>>,
    /// The repositories, if the registry tells them.
    pub repositories: Option<Vec<String>>,
}

impl Nearby {
    /// Asks the registry, where the cause makes it worth while. The requests go where those of the pull went, with
    /// the same logins.
    pub async fn ask(setup: &Setup, ground: &dyn Ground, cause: Cause) -> Result<Self, StoreError> {
        let missing = [Cause::TagNotFound, Cause::RepoNotFound, Cause::RepoMissingOrPrivate];
        if !missing.contains(&cause) {
            return Ok(Self::default());
        }
        let Ok(plan) = Plan::new(&setup.inputs, setup.kubelet.version) else { return Ok(Self::default()) };
        let runtime = Runtime::new(options(setup, at_the_pull(ground).await))?;
        let mut nearby = Self::default();
        for attempt in plan.attempts.iter().take(LOGINS) {
            let request = PullImageRequest { image: plan.name.for_cri.clone(), auth: attempt.auth.clone() };
            if nearby.tags.is_none() {
                nearby.tags = runtime.list(&request, Listing::Tags).await;
            }
            if nearby.tags.is_none() && nearby.repositories.is_none() {
                nearby.repositories = runtime.list(&request, Listing::Repositories).await;
            }
        }
        Ok(nearby)
    }

    /// What to tell of it: names that were most likely meant.
    pub fn hints(&self, tag: &str, path: &str) -> Vec<String> {
        let tags = self.tags.iter().flat_map(|there| nearest_tags(tag, there)).take(3);
        let hints = tags.map(|tag| format!("hint: tag {tag:?} exists"));
        let paths = self.repositories.iter().flat_map(|there| nearest_repositories(path, there)).take(3);
        hints.chain(paths.map(|path| format!("hint: repository {path:?} exists"))).collect()
    }
}

/// What a pull stands on: a network, and a store of its own that is forgotten.
pub(crate) fn options(setup: &Setup, (network, clock): (Arc<dyn Network>, Clock)) -> Options {
    Options {
        network,
        node: setup.node.clone(),
        profile: setup.profile,
        platform: setup.platform.clone(),
        layers: setup.layers,
        store: None,
        extra_roots: setup.extra_roots.clone(),
        trace: Trace::new(),
        clock,
    }
}
