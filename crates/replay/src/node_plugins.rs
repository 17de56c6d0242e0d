use std::collections::BTreeMap;
use std::sync::Arc;

use keyring::{Keyring, PodOfPull};
use plugins::Providers;
use trace::Trace;

/// The credential plugins of the node's kubelet.
#[derive(Clone, Debug)]
pub enum NodePlugins {
    /// They are asked whenever credentials are needed, and keep what they say for as long as they say.
    Asked(Arc<Providers>),
    /// What they give is known, by repository, and stays as it is.
    Known(BTreeMap<String, Vec<Keyring>>),
}

impl Default for NodePlugins {
    fn default() -> Self {
        Self::Known(BTreeMap::new())
    }
}

impl NodePlugins {
    /// What they give for a repository. What there is to tell of those that are asked is written to the trace.
    pub(crate) async fn keyrings(&self, repository: &str, trace: &Trace) -> Vec<Keyring> {
        match self {
            Self::Asked(providers) => providers.credentials(repository, &PodOfPull::default(), trace).await,
            Self::Known(known) => known.get(repository).cloned().unwrap_or_default(),
        }
    }
}
