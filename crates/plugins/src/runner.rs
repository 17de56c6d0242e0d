use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use keyring::{PluginCall, PluginRun, RunEnd};
use secret::Secret;

/// A run of a plugin under way; none comes of it where plugins are not run.
pub type RunFuture<'a> = Pin<Box<dyn Future<Output = Option<PluginRun>> + Send + 'a>>;

/// Something that runs plugins. The time limit is not its business.
pub trait PluginRunner: Send + Sync {
    /// Runs a plugin to its end.
    fn run<'a>(&'a self, call: &'a PluginCall) -> RunFuture<'a>;
}

/// What a scripted plugin does when it is run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// What it writes to standard output.
    pub stdout: Secret<Vec<u8>>,
    /// What it writes to standard error.
    pub stderr: String,
    /// The status with which it exits.
    pub status: i32,
    /// How long it takes, on tokio's clock.
    pub delay: Duration,
}

/// Plugins whose answers are given: one after the other, the last one for ever.
#[derive(Debug, Default)]
pub struct Scripted {
    plugins: Mutex<BTreeMap<String, (Vec<Script>, usize)>>,
}

impl Scripted {
    /// Plugins by name, each with its answers.
    pub fn new(plugins: impl IntoIterator<Item = (String, Vec<Script>)>) -> Self {
        let plugins = plugins.into_iter().map(|(name, scripts)| (name, (scripts, 0))).collect();
        Self { plugins: Mutex::new(plugins) }
    }

    /// How often a plugin was run.
    pub fn runs(&self, name: &str) -> usize {
        let plugins = self.plugins.lock().unwrap_or_else(PoisonError::into_inner);
        plugins.get(name).map_or(0, |(_, runs)| *runs)
    }

    fn next(&self, name: &str) -> Option<Script> {
        let mut plugins = self.plugins.lock().unwrap_or_else(PoisonError::into_inner);
        let (scripts, runs) = plugins.get_mut(name)?;
        *runs += 1;
        scripts.get(*runs - 1).or(scripts.last()).cloned()
    }
}

impl PluginRunner for Scripted {
    fn run<'a>(&'a self, call: &'a PluginCall) -> RunFuture<'a> {
        let script = self.next(&call.plugin);
        Box::pin(async move {
            let Some(script) = script else {
                let (path, error) = (call.plugin.clone(), "no such file or directory".to_owned());
                let end = RunEnd::NotStarted { path, error };
                return Some(PluginRun { stdout: Secret::default(), stderr: String::new(), end });
            };
            tokio::time::sleep(script.delay).await;
            Some(PluginRun {
                stdout: script.stdout,
                stderr: script.stderr,
                end: RunEnd::Exited(script.status),
            })
        })
    }
}

/// Runs nothing: for a node whose plugins must not be executed here.
#[derive(Clone, Copy, Debug, Default)]
pub struct NotRun;

impl PluginRunner for NotRun {
    fn run<'a>(&'a self, _: &'a PluginCall) -> RunFuture<'a> {
        Box::pin(async { None })
    }
}
