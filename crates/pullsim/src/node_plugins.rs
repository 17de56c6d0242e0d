//! The credential plugins of the node that is checked.

use std::path::Path;
use std::sync::Arc;

use keyring::PodOfPull;
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

/// Plugins of a foreign node are executed only where that is wanted, and then those below its root directory.
fn runner(hi: &HiCheck, bin_dir: Option<&str>) -> Arc<dyn PluginRunner> {
    match (&hi.node_root, bin_dir) {
        (Some(root), Some(bin_dir)) if hi.run_plugins => {
            let below = root.join(Path::new(bin_dir).strip_prefix("/").unwrap_or(Path::new(bin_dir)));
            Arc::new(Processes::new(below, hi.node.environment("kubelet")))
        }
        _ => Arc::new(NotRun),
    }
}
