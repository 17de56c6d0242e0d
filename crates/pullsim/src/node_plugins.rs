//! The credential plugins of the node that is checked.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use keyring::{CredentialProviderConfig, PodOfPull, ProviderConfig};
use kubelet::{PullInputs, apply_default_image_tag};
use plugins::{KubeletFlags, NotRun, PluginRunner, Processes, Providers, read_config};
use trace::{Trace, What};

use crate::hiargs::HiCheck;

/// Asks the node's plugins, as the kubelet does before a pull. What they give joins the node's keyrings, what there is
/// to tell of them the notes.
pub(crate) async fn ask(hi: &mut HiCheck, inputs: &mut PullInputs, trace: &Trace) {
    if !hi.own_files || inputs.auth.is_some() {
        return;
    }
    let flags = KubeletFlags::of(&hi.node);
    let Some(path) = &flags.config else { return };
    let config = match read_config(&hi.node, path) {
        Ok(config) => config,
        Err(error) => {
            hi.notes.push(format!("this node's kubelet does not start: {error}"));
            return;
        }
    };
    hi.notes.extend(missing(hi, &flags, &config));
    let Ok(name) = apply_default_image_tag(&inputs.image, hi.kubelet) else { return };
    let runner = runner(hi, flags.bin_dir.as_deref());
    let first = trace.steps().len();
    let providers = Providers::new(config.providers, runner);
    let keyrings = providers.credentials(&name.repository(), &PodOfPull::default(), trace).await;
    inputs.node_keyrings.extend(keyrings);
    for step in trace.steps().iter().skip(first) {
        if let What::Decision(decision) = &step.what {
            hi.notes.push(format!("credential provider plugin {}", decision.text));
        }
    }
    if !hi.run_plugins && trace.steps().len() > first {
        hi.notes.push("--run-plugins runs the node's credential provider plugins on this machine".to_owned());
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
fn below(root: &Path, path: &str) -> PathBuf {
    let parts = Path::new(path).components().filter(|part| matches!(part, Component::Normal(_)));
    root.join(parts.collect::<PathBuf>())
}

/// Plugins of a foreign node are executed only where that is wanted, and then those below its root directory.
fn runner(hi: &HiCheck, bin_dir: Option<&str>) -> Arc<dyn PluginRunner> {
    match (&hi.node_root, bin_dir) {
        (Some(root), Some(bin_dir)) if hi.run_plugins => {
            Arc::new(Processes::new(below(root, bin_dir), hi.node.environment("kubelet")))
        }
        _ => Arc::new(NotRun),
    }
}
