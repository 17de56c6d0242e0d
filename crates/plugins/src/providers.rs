use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use keyring::{
    Keyring, PluginCall, PluginRun, PodOfPull, Prepared, Provenance, Provider, ProviderConfig, RunEnd,
};
use secret::Secret;
use tokio::sync::OnceCell;
use tokio::time::Instant;
use trace::{Decision, Step, Trace, What};

use crate::runner::PluginRunner;

/// What the decisions are about that tell of plugins.
pub const ABOUT: &str = "credential provider";

/// What the decisions are about that tell of plugins which failed, or could not be asked.
pub const FAILED: &str = "credential provider failed";

/// How long a plugin may take (`kubernetes pkg/credentialprovider/plugin/plugin.go ExecPlugin`).
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// A node's plugins, in the order of their configuration.
pub struct Providers {
    providers: Vec<Slot>,
    runner: Arc<dyn PluginRunner>,
    start: Instant,
}

/// Why a plugin gave nothing, in words.
enum NoLogin {
    Failed(String),
    NotAsked(String),
}

/// Runs under way, each shared by those who asked for it.
type Flights = HashMap<Vec<u8>, Arc<OnceCell<Option<PluginRun>>>>;

struct Slot {
    provider: Mutex<Provider>,
    flights: Mutex<Flights>,
}

impl std::fmt::Debug for Providers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Providers").field("count", &self.providers.len()).finish_non_exhaustive()
    }
}

impl Providers {
    /// Plugins of these configurations. Time for their caches begins now, on tokio's clock.
    pub fn new(configs: impl IntoIterator<Item = ProviderConfig>, runner: Arc<dyn PluginRunner>) -> Self {
        let slot = |config| Slot { provider: Mutex::new(Provider::new(config)), flights: Mutex::default() };
        Self { providers: configs.into_iter().map(slot).collect(), runner, start: Instant::now() }
    }

    /// Asks the plugins that are for an image, as the kubelet does at each attempt: one keyring for each plugin that
    /// gave something. What there is to tell of each becomes a decision in the trace.
    pub async fn credentials(&self, image: &str, pod: &PodOfPull, trace: &Trace) -> Vec<Keyring> {
        let mut keyrings = Vec::new();
        for slot in &self.providers {
            let asked = Instant::now();
            let told = self.ask(slot, image, pod).await;
            let Some((name, told)) = told else { continue };
            let (about, text) = match told {
                Ok((keyring, text)) => {
                    keyrings.push(keyring);
                    (ABOUT, text)
                }
                Err(NoLogin::Failed(text)) => (FAILED, text),
                Err(NoLogin::NotAsked(text)) => (ABOUT, text),
            };
            trace.record(Step {
                at: self.start.elapsed(),
                took: asked.elapsed(),
                what: What::Decision(Decision::new(about, format!("{name}: {text}"))),
            });
        }
        keyrings
    }

    /// One plugin: its name, and a keyring or why there is none; nothing where the image is none of its business.
    async fn ask(
        &self,
        slot: &Slot,
        image: &str,
        pod: &PodOfPull,
    ) -> Option<(String, Result<(Keyring, String), NoLogin>)> {
        let (name, prepared) = {
            let mut provider = slot.lock();
            (provider.config().name.clone(), provider.prepare(image, pod, self.start.elapsed()))
        };
        let keyring = |credentials: &keyring::DockerConfig| {
            let mut keyring = Keyring::default();
            keyring.add(credentials, &Provenance::Plugin { name: name.clone() });
            keyring
        };
        let told = match prepared {
            Prepared::NotForImage => return None,
            Prepared::Skipped(skipped) => Err(NoLogin::NotAsked(format!("not asked: {skipped}"))),
            Prepared::Cached(credentials) => {
                Ok((keyring(&credentials), "not asked: an earlier answer still counts".to_owned()))
            }
            Prepared::Call(call) => match self.fly(slot, &call).await {
                None => Err(NoLogin::NotAsked(format!(
                    "not run here; on the node it would be asked about {image}"
                ))),
                Some(run) => match slot.lock().conclude(&call, &run, self.start.elapsed()) {
                    Err(error) => Err(NoLogin::Failed(error.to_string().trim_end().to_owned())),
                    Ok(concluded) => {
                        let count = concluded.credentials.entries.len();
                        let entries = if count == 1 { "entry" } else { "entries" };
                        Ok((keyring(&concluded.credentials), format!("answered with {count} {entries}")))
                    }
                },
            },
        };
        Some((name, told))
    }

    /// Runs a plugin, or waits for the run that is under way.
    async fn fly(&self, slot: &Slot, call: &PluginCall) -> Option<PluginRun> {
        let key = call.flight_key();
        let cell = Arc::clone(slot.flights().entry(key.clone()).or_default());
        let run = cell.get_or_init(|| self.within_limit(call)).await.clone();
        let mut flights = slot.flights();
        if flights.get(&key).is_some_and(|known| Arc::ptr_eq(known, &cell)) {
            flights.remove(&key);
        }
        run
    }

    async fn within_limit(&self, call: &PluginCall) -> Option<PluginRun> {
        let run = tokio::time::timeout(TIME_LIMIT, self.runner.run(call)).await;
        run.unwrap_or_else(|_| {
            Some(PluginRun { stdout: Secret::default(), stderr: String::new(), end: RunEnd::TimedOut })
        })
    }
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, Provider> {
        self.provider.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn flights(&self) -> MutexGuard<'_, Flights> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
