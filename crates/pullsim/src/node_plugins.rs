//! The credential plugins of the node that is checked.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use keyring::{CredentialProviderConfig, ProviderConfig};
use plugins::{KubeletFlags, NotRun, PluginRunner, Processes, Providers, Scripted, read_config};
use replay::NodePlugins;

use crate::hiargs::HiCheck;

/// What is said of plugins that were not run.
const HOW_TO_RUN: &str = "--run-plugins runs the node's credential provider plugins on this machine";

/// The node's plugins, as its kubelet has them when it starts: nothing was asked yet. What there is to tell of their
/// configuration joins the notes. To be called within a tokio runtime, on whose clock their answers grow old.
pub(crate) fn of_node(hi: &mut HiCheck) -> NodePlugins {
    if !hi.own_files {
        return NodePlugins::default();
    }
    let flags = KubeletFlags::of(&hi.node);
    let Some(path) = &flags.config else { return NodePlugins::default() };
    let config = match read_config(&hi.node, path) {
        Ok(config) => config,
        Err(error) => {
            hi.notes.push(format!("this node's kubelet does not start: {error}"));
            return NodePlugins::default();
        }
    };
    hi.notes.extend(missing(hi, &flags, &config));
    let runner = runner(hi, flags.bin_dir.as_deref());
    NodePlugins::Asked(Arc::new(Providers::new(config.providers, runner)))
}

/// Tells how plugins are run, where the notes say that one was not.
pub(crate) fn explain_not_run(notes: &mut Vec<String>) {
    if notes.iter().any(|note| note.contains(": not run here;")) {
        notes.push(HOW_TO_RUN.to_owned());
    }
}

/// The kubelet does not start without a plugin's executable. Where the whole directory is missing, it was not copied.
fn missing(hi: &HiCheck, flags: &KubeletFlags, config: &CredentialProviderConfig) -> Vec<String> {
    let (Some(root), Some(bin_dir)) = (&hi.node_root, flags.bin_dir.as_deref()) else { return Vec::new() };
    let directory = below(root, bin_dir);
    if !directory.is_dir() {
        return Vec::new();
    }
    let gone = config.providers.iter().filter(|provider| !directory.join(&provider.name).exists());
    let told = |provider: &ProviderConfig| {
        let path = format!("{}/{}", bin_dir.trim_end_matches('/'), provider.name);
        format!("this node's kubelet does not start: plugin binary executable {path} did not exist")
    };
    gone.map(told).collect()
}

/// A path of the node, below its root directory.
pub(crate) fn below(root: &Path, path: &str) -> PathBuf {
    let parts = Path::new(path).components().filter(|part| matches!(part, Component::Normal(_)));
    root.join(parts.collect::<PathBuf>())
}

/// A scenario's plugins say what it has written down. Those of a foreign node are executed only where that is wanted, and
/// then those below its root directory.
fn runner(hi: &HiCheck, bin_dir: Option<&str>) -> Arc<dyn PluginRunner> {
    if let Some(scenario) = &hi.scenario {
        return Arc::new(Scripted::new(scenario.plugin_answers()));
    }
    match (&hi.node_root, bin_dir) {
        (Some(root), Some(bin_dir)) if hi.run_plugins => {
            Arc::new(Processes::new(below(root, bin_dir), hi.node.environment("kubelet")))
        }
        _ => Arc::new(NotRun),
    }
}
