use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use keyring::{PluginCall, PluginRun, RunEnd};
use secret::Secret;
use tokio::time::Instant;

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
    /// Whether it gives the token that it was given as the password: what stands in `stdout` for [`Script::TOKEN`].
    pub echoes_token: bool,
    /// From when on it does this, counted from when the plugins were made; none: at the run after the one before.
    pub from: Option<Duration>,
}

impl Script {
    /// What stands for the token in an answer that echoes it.
    pub const TOKEN: &str = "{{token}}";

    fn answer(&self, call: &PluginCall) -> Secret<Vec<u8>> {
        let token = call.token.as_ref().map(|token| token.expose().as_str()).unwrap_or_default();
        if !self.echoes_token {
            return self.stdout.clone();
        }
        let text = String::from_utf8_lossy(self.stdout.expose()).replace(Self::TOKEN, token);
        Secret::new(text.into_bytes())
    }
}

/// Plugins whose answers are given: one after the other, the last one for ever. An answer that has a time comes at the
/// first run from then on, whatever is left of those before it, and not earlier.
#[derive(Debug)]
pub struct Scripted {
    plugins: Mutex<BTreeMap<String, Course>>,
    start: Instant,
}

/// A plugin's answers, and how far it has come.
#[derive(Debug)]
struct Course {
    scripts: Vec<Script>,
    runs: usize,
    next: usize,
}

impl Course {
    fn run(&mut self, elapsed: Duration) -> Option<Script> {
        self.runs += 1;
        let reached = self.scripts.iter().rposition(|script| script.from.is_some_and(|from| from <= elapsed));
        let at = self.next.max(reached.unwrap_or_default());
        let follows = self.scripts.get(at + 1).is_some_and(|script| script.from.is_none());
        self.next = if follows { at + 1 } else { at };
        self.scripts.get(at).cloned()
    }
}

impl Scripted {
    /// Plugins by name, each with its answers. Their time begins now, on tokio's clock.
    pub fn new(plugins: impl IntoIterator<Item = (String, Vec<Script>)>) -> Self {
        let course = |scripts| Course { scripts, runs: 0, next: 0 };
        let plugins = plugins.into_iter().map(|(name, scripts)| (name, course(scripts))).collect();
        Self { plugins: Mutex::new(plugins), start: Instant::now() }
    }

    /// How often a plugin was run.
    pub fn runs(&self, name: &str) -> usize {
        let plugins = self.plugins.lock().unwrap_or_else(PoisonError::into_inner);
        plugins.get(name).map_or(0, |course| course.runs)
    }

    fn next(&self, name: &str) -> Option<Script> {
        let mut plugins = self.plugins.lock().unwrap_or_else(PoisonError::into_inner);
        plugins.get_mut(name)?.run(self.start.elapsed())
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
                stdout: script.answer(call),
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
