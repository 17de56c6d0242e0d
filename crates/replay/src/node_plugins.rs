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
    /// What they give is known, and stays as it is.
    Known(KnownLogins),
}

impl Default for NodePlugins {
    fn default() -> Self {
        Self::Known(KnownLogins::default())
    }
}

impl NodePlugins {
    /// What they give for a repository and a pod. What there is to tell of those that are asked is written to the trace.
    pub(crate) async fn keyring(&self, repository: &str, pod: &PodOfPull, trace: &Trace) -> Keyring {
        match self {
            Self::Asked(providers) => providers.credentials(repository, pod, trace).await,
            Self::Known(known) => known.get(repository, pod).cloned().unwrap_or_default(),
        }
    }

    /// The plugins, where they can be asked.
    pub fn asked(&self) -> Option<&Providers> {
        match self {
            Self::Asked(providers) => Some(providers),
            Self::Known(_) => None,
        }
    }
}

/// What plugins gave, by repository; and by service account, where it depends on that.
#[derive(Clone, Debug, Default)]
pub struct KnownLogins {
    by_account: bool,
    logins: BTreeMap<(String, String), Keyring>,
}

impl KnownLogins {
    /// Nothing yet. `by_account` says whether pods of different service accounts may be given different logins.
    pub fn new(by_account: bool) -> Self {
        Self { by_account, logins: BTreeMap::new() }
    }

    /// Adds what was given for a repository and a pod.
    pub fn add(&mut self, repository: String, pod: &PodOfPull, keyring: Keyring) {
        let account = self.account(pod);
        self.logins.insert((repository, account), keyring);
    }

    fn get(&self, repository: &str, pod: &PodOfPull) -> Option<&Keyring> {
        self.logins.get(&(repository.to_owned(), self.account(pod)))
    }

    fn account(&self, pod: &PodOfPull) -> String {
        if self.by_account {
            format!("{}/{}", pod.namespace, pod.service_account_name)
        } else {
            String::new()
        }
    }
}
