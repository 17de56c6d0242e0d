//! The credential plugins of the node that is checked.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use keyring::{CredentialProviderConfig, PodOfPull};
use kubelet::{KubeletConfig, Pod, Version};
use node::Node;
use plugins::{
    ConfigError, KubeletFlags, LastAnswer, NotRun, PluginRunner, Processes, Prospect, Providers, Scripted,
    read_config,
};
use replay::{Accounts, NodePlugins};

use crate::account_token;
use crate::error::Failure;
use crate::hiargs::HiCheck;

/// What is said of plugins that were not run.
const HOW_TO_RUN: &str = "--run-plugins runs the node's credential provider plugins on this machine";
/// What is said of plugins that want a token that nobody has.
const HOW_TO_GIVE: &str =
    "--service-account-token FILE gives the plugins a token of the pod's service account";

/// What the node's kubelet is configured with; nothing was asked yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct PluginSetup {
    pub config: CredentialProviderConfig,
    pub bin_dir: Option<String>,
}

impl PluginSetup {
    /// Reads it as the kubelet does when it starts.
    pub fn read(
        node: &Node,
        root: Option<&Path>,
        version: Version,
        kubelet: &KubeletConfig,
    ) -> Result<Self, Failure> {
        let flags = KubeletFlags::of(node);
        let Some(path) = &flags.config else { return Ok(Self::default()) };
        let refused = |error| Failure::PluginConfig { error: Box::new(error), version };
        let config = read_config(node, path, kubelet.plugins).map_err(refused)?;
        let setup = Self { config, bin_dir: flags.bin_dir };
        match root.and_then(|root| setup.missing(root)) {
            Some(path) => {
                let named = kubelet.plugins.names_missing_executable();
                Err(refused(ConfigError::NoExecutable { path, named }))
            }
            None => Ok(setup),
        }
    }

    /// The first executable that is not there. Where the whole directory is missing, it was not copied.
    fn missing(&self, root: &Path) -> Option<String> {
        let bin_dir = self.bin_dir.as_deref()?;
        let directory = below(root, bin_dir);
        let gone = |name: &&str| directory.is_dir() && !directory.join(name).exists();
        let names = self.config.providers.iter().map(|provider| provider.name.as_str());
        let name = names.into_iter().find(gone)?;
        Some(format!("{}/{name}", bin_dir.trim_end_matches('/')))
    }

    /// Whether plugins may give pods of different service accounts different logins.
    pub fn tell_accounts_apart(&self) -> bool {
        self.config.providers.iter().any(|provider| provider.token_attributes.is_some())
    }
}

/// The node's plugins, as its kubelet has them when it starts: nothing was asked yet. To be called within a tokio runtime,
/// on whose clock their answers grow old.
pub(crate) fn of_node(hi: &HiCheck) -> NodePlugins {
    if !hi.own_files || hi.plugins.config.providers.is_empty() {
        return NodePlugins::default();
    }
    NodePlugins::Asked(Arc::new(providers(hi, runner(hi))))
}

fn providers(hi: &HiCheck, runner: Arc<dyn PluginRunner>) -> Providers {
    Providers::new(hi.plugins.config.providers.clone(), hi.node_kubelet.config.plugins, runner)
}

/// The plugins that would be asked about an image.
pub(crate) fn prospects(hi: &HiCheck, repository: &str, pod: &PodOfPull) -> Vec<Prospect> {
    if hi.own_files { providers(hi, Arc::new(NotRun)).prospects(repository, pod) } else { Vec::new() }
}

/// The pod that is made up for an image, as plugins get to see it.
pub(crate) fn made_up_pod(hi: &HiCheck) -> PodOfPull {
    if let Some(scenario) = &hi.scenario {
        let mut pod = scenario.pod();
        if let Some(account) = &mut pod.account {
            account.tokens = account_token::source(hi);
        }
        return pod;
    }
    let mut accounts = Accounts::default();
    let mut pod = Pod::of_image(hi.image.clone());
    pod.service_account_name = "default".to_owned();
    let account = keyring::Account { tokens: account_token::source(hi), ..keyring::Account::default() };
    accounts.add(&pod.namespace, &pod.service_account_name, account);
    accounts.pod(&pod)
}

/// Tells how plugins are run, where the notes say that one was not.
pub(crate) fn explain_not_run(notes: &mut Vec<String>) {
    for (said, how) in
        [(": not run here;", HOW_TO_RUN), (", which only an API server can issue", HOW_TO_GIVE)]
    {
        if notes.iter().any(|note| note.contains(said)) && !notes.iter().any(|note| note == how) {
            notes.push(how.to_owned());
        }
    }
}

/// What is repeated beyond the time for which the kubelet would keep it, in words.
pub(crate) fn repeated(answers: &[LastAnswer], lasts: Duration) -> Vec<String> {
    let told = |LastAnswer { plugin, until }: &LastAnswer| {
        let when = match until {
            Some(until) if *until >= lasts => return None,
            Some(until) => format!("when {} are over", gostd::duration::Duration::from(rounded(*until))),
            None => "at each attempt, since its answer is not kept".to_owned(),
        };
        Some(format!(
            "credential provider plugin {plugin}: its one answer is repeated, as if it said the same again; on the node it is \
             asked anew {when}"
        ))
    };
    answers.iter().filter_map(told).collect()
}

/// To whole seconds: how long the plugin took is of no interest.
fn rounded(time: Duration) -> Duration {
    Duration::from_secs(time.as_secs())
}

/// A path of the node, below its root directory.
pub(crate) fn below(root: &Path, path: &str) -> PathBuf {
    let parts = Path::new(path).components().filter(|part| matches!(part, Component::Normal(_)));
    root.join(parts.collect::<PathBuf>())
}

/// A scenario's plugins say what it has written down. Those of a foreign node are executed only where that is wanted, and
/// then those below its root directory.
fn runner(hi: &HiCheck) -> Arc<dyn PluginRunner> {
    if let Some(scenario) = &hi.scenario {
        return Arc::new(Scripted::new(scenario.plugin_answers()));
    }
    match (&hi.node_root, hi.plugins.bin_dir.as_deref()) {
        (Some(root), Some(bin_dir)) if hi.run_plugins => {
            Arc::new(Processes::new(below(root, bin_dir), hi.node.environment("kubelet")))
        }
        _ => Arc::new(NotRun),
    }
}
