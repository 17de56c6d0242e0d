//! A node's own logins: the files of its kubelet, and its credential plugins.

use std::path::Path;
use std::sync::Arc;

use keyring::{Keyring, KubeletPaths, NodeFileOutcome, NodeFiles, PluginRules, PodOfPull, Provider};
use kubelet::Version;
use node::Node;
use objects::NodeKubelet;
use plugins::{KubeletFlags, Processes, Providers, read_config};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::runtime::Builder;
use trace::Trace;

use crate::error::Failure;
use crate::hiargs::node_directory;
use crate::node_plugins::below;

/// What a node adds to the pod's Secrets.
pub(super) struct NodeLogins {
    pub told: Told,
    /// The entries of the login file that counts.
    pub own: Keyring,
    /// What plugins gave.
    pub of_plugins: Keyring,
}

/// What there is to tell of a node.
#[derive(JsonSchema, Serialize)]
pub(super) struct Told {
    /// The kubelet's login files in the order in which it looks for them, up to the one that counts.
    pub files: Vec<ToldFile>,
    /// The plugins that it is configured with.
    pub plugins: Vec<ToldPlugin>,
    /// Why its kubelet would not start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
}

/// A login file.
#[derive(JsonSchema, Serialize)]
pub(super) struct ToldFile {
    pub path: String,
    /// `absent`, `malformed`, `used`
    pub outcome: &'static str,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A credential plugin.
#[derive(JsonSchema, Serialize)]
pub(super) struct ToldPlugin {
    pub name: String,
    /// Whether one of its `matchImages` is for the image.
    pub asked: bool,
    pub match_images: Vec<String>,
    /// Whether it was run here.
    pub run: bool,
}

impl NodeLogins {
    /// Reads a node's root directory. Plugins are run only where that is wanted.
    pub fn read(root: &Path, repository: &str, run_plugins: bool, version: Version) -> Result<Self, Failure> {
        let node = node_directory(root)?;
        let files = NodeFiles::read(&node, &KubeletPaths::of(&node));
        let told = files.tried.iter().map(|file| ToldFile {
            path: file.path.clone(),
            outcome: match file.outcome {
                NodeFileOutcome::Absent => "absent",
                NodeFileOutcome::Malformed(_) => "malformed",
                NodeFileOutcome::Used => "used",
            },
            error: match &file.outcome {
                NodeFileOutcome::Malformed(error) => Some(error.to_string()),
                _ => None,
            },
        });
        let mut logins = Self {
            told: Told { files: told.collect(), plugins: Vec::new(), refusal: None },
            own: files.keyring,
            of_plugins: Keyring::default(),
        };
        match NodeKubelet::read(&node, Some(root), version) {
            Ok(kubelet) => logins.plugins(&node, root, repository, run_plugins, kubelet.config.plugins)?,
            Err(error) => logins.told.refusal = Some(error.to_string()),
        }
        Ok(logins)
    }

    fn plugins(
        &mut self,
        node: &Node,
        root: &Path,
        repository: &str,
        run: bool,
        rules: PluginRules,
    ) -> Result<(), Failure> {
        let flags = KubeletFlags::of(node);
        let Some(path) = flags.config else { return Ok(()) };
        let configs = match read_config(node, &path, rules) {
            Ok(config) => config.providers,
            Err(error) => {
                self.told.refusal = Some(error.to_string());
                return Ok(());
            }
        };
        for config in &configs {
            let asked = Provider::new(config.clone()).is_for(repository);
            let (name, match_images) = (config.name.clone(), config.match_images.clone());
            self.told.plugins.push(ToldPlugin { name, asked, match_images, run: asked && run });
        }
        if !run || !self.told.plugins.iter().any(|plugin| plugin.asked) {
            return Ok(());
        }
        let runner =
            Processes::new(below(root, flags.bin_dir.as_deref().unwrap_or("/")), node.environment("kubelet"));
        let event_loop = Builder::new_current_thread().enable_io().enable_time().build();
        self.of_plugins = event_loop.map_err(Failure::EventLoop)?.block_on(async {
            let providers = Providers::new(configs, rules, Arc::new(runner));
            providers.credentials(repository, &PodOfPull::default(), &Trace::new()).await
        });
        Ok(())
    }
}
