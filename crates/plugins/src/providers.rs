use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use keyring::{
    Conclusion, DockerConfig, ForAccount, Keyring, PluginCall, PluginRules, PluginRun, PodOfPull, Prepared,
    Provenance, Provider, ProviderConfig, RunEnd, Skipped, TokenSource,
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

/// What the decisions are about that tell of plugins which the kubelet did not ask, though they are for the image.
pub const PASSED_OVER: &str = "credential provider passed over";

/// How long a plugin may take (`kubernetes pkg/credentialprovider/plugin/plugin.go ExecPlugin`).
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// A node's plugins, in the order in which they are asked.
pub struct Providers {
    providers: Vec<Slot>,
    rules: PluginRules,
    runner: Arc<dyn PluginRunner>,
    start: Instant,
}

/// A plugin that would be asked about an image, or passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prospect {
    /// Its name.
    pub plugin: String,
    /// For which service account it would be asked; none: for none in particular.
    pub account: Option<ForAccount>,
    /// Why it would not be asked.
    pub skipped: Option<Skipped>,
}

/// A plugin's last answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastAnswer {
    /// The plugin's name.
    pub plugin: String,
    /// Until when it is kept, counted from when the plugins were made; none: it is not kept.
    pub until: Option<Duration>,
}

/// What came of asking a plugin: logins and what there is to tell, or why there are none.
enum Told {
    Logins(Keyring, String),
    Nothing(Decision),
}

/// Runs under way, each shared by those who asked for it.
type Flights = HashMap<Vec<u8>, Arc<OnceCell<Option<PluginRun>>>>;

struct Slot {
    provider: Mutex<Provider>,
    flights: Mutex<Flights>,
    last: Mutex<Option<LastAnswer>>,
}

impl std::fmt::Debug for Providers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Providers").field("count", &self.providers.len()).finish_non_exhaustive()
    }
}

impl Providers {
    /// Plugins of these configurations, as a kubelet by these rules has them. Time for their caches begins now, on
    /// tokio's clock.
    pub fn new(
        configs: impl IntoIterator<Item = ProviderConfig>,
        rules: PluginRules,
        runner: Arc<dyn PluginRunner>,
    ) -> Self {
        let mut configs: Vec<ProviderConfig> = configs.into_iter().collect();
        if rules.joins_node_files() {
            configs.sort_by(|one, other| one.name.cmp(&other.name));
        }
        Self { providers: configs.into_iter().map(Slot::new).collect(), rules, runner, start: Instant::now() }
    }

    /// Asks the plugins that are for an image, as the kubelet does at each attempt: what all of them gave is one keyring.
    /// What there is to tell of each becomes a decision in the trace.
    pub async fn credentials(&self, image: &str, pod: &PodOfPull, trace: &Trace) -> Keyring {
        let mut all = Keyring::default();
        for slot in &self.providers {
            let asked = Instant::now();
            let Some((name, told)) = self.ask(slot, image, pod).await else { continue };
            let decision = match told {
                Told::Logins(keyring, text) => {
                    all.join(&keyring);
                    Decision::new(ABOUT, text)
                }
                Told::Nothing(decision) => decision,
            };
            let decision = Decision { text: format!("{name}: {}", decision.text), ..decision };
            trace.record(Step {
                at: self.start.elapsed(),
                took: asked.elapsed(),
                what: What::Decision(decision),
            });
        }
        all
    }

    /// The plugins that are for an image, in their order, without asking them.
    pub fn prospects(&self, image: &str, pod: &PodOfPull) -> Vec<Prospect> {
        let mut pod = pod.clone();
        if let Some(account) = pod.account.as_mut().filter(|account| account.tokens == TokenSource::Nobody) {
            // On the node somebody would issue one, and nobody gets to see this.
            account.tokens = TokenSource::MadeUp { epoch: 0 };
        }
        let prospect = |slot: &Slot| {
            let mut provider = slot.lock();
            let plugin = provider.config().name.clone();
            let (account, skipped) = match provider.prepare(image, &pod, self.start.elapsed()) {
                Prepared::NotForImage => return None,
                Prepared::Skipped(skipped) => (None, Some(skipped)),
                Prepared::Cached { account, .. } => (account, None),
                Prepared::Call(call) => (call.account, None),
            };
            Some(Prospect { plugin, account, skipped })
        };
        self.providers.iter().filter_map(prospect).collect()
    }

    /// The last answers of those that gave one.
    pub fn last_answers(&self) -> Vec<LastAnswer> {
        self.providers.iter().filter_map(|slot| slot.last().clone()).collect()
    }

    /// Whether what a plugin gives may depend on the pod's service account.
    pub fn tell_accounts_apart(&self) -> bool {
        self.providers.iter().any(|slot| slot.lock().config().token_attributes.is_some())
    }

    /// One plugin: its name, and what came of it; nothing where the image is none of its business.
    async fn ask(&self, slot: &Slot, image: &str, pod: &PodOfPull) -> Option<(String, Told)> {
        let (name, prepared) = {
            let mut provider = slot.lock();
            (provider.config().name.clone(), provider.prepare(image, pod, self.start.elapsed()))
        };
        let told = match prepared {
            Prepared::NotForImage => return None,
            Prepared::Skipped(skipped) => {
                let about = if skipped.is_of_node() { PASSED_OVER } else { ABOUT };
                let decision = Decision::new(about, format!("not asked: {skipped}"));
                Told::Nothing(decision.with_remedy(skipped.remedy()))
            }
            Prepared::Cached { credentials, account } => {
                let text =
                    format!("not asked: an earlier answer{} still counts", of_account(account.as_ref()));
                Told::Logins(self.keyring(&name, &credentials, account.as_ref()), text)
            }
            Prepared::Call(call) => self.call(slot, &name, &call).await,
        };
        Some((name, told))
    }

    async fn call(&self, slot: &Slot, name: &str, call: &PluginCall) -> Told {
        let account = call.account.as_ref();
        let of_account = of_account(account);
        let Some(run) = self.fly(slot, call).await else {
            let text =
                format!("not run here; on the node it would be asked about {}{of_account}", call.image);
            return Told::Nothing(Decision::new(ABOUT, text));
        };
        let concluded = slot.lock().conclude(call, &run, self.start.elapsed());
        match concluded {
            Err(error) => Told::Nothing(Decision::new(FAILED, error.to_string().trim_end())),
            Ok(Conclusion { credentials, kept }) => {
                let until = kept.map(|(_, until)| until);
                *slot.last() = Some(LastAnswer { plugin: name.to_owned(), until });
                let count = credentials.entries.len();
                let entries = if count == 1 { "entry" } else { "entries" };
                let text = format!("answered with {count} {entries}{of_account}");
                Told::Logins(self.keyring(name, &credentials, account), text)
            }
        }
    }

    fn keyring(&self, plugin: &str, credentials: &DockerConfig, account: Option<&ForAccount>) -> Keyring {
        let plugin = plugin.to_owned();
        let provenance = match account.filter(|_| self.rules.tracks_accounts()) {
            Some(ForAccount { namespace, name, uid, .. }) => {
                let (namespace, name, uid) = (namespace.clone(), name.clone(), uid.clone());
                Provenance::ServiceAccount { plugin, namespace, name, uid }
            }
            None => Provenance::Plugin { name: plugin },
        };
        let mut keyring = Keyring::default();
        keyring.add(credentials, &provenance);
        keyring
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

/// For which account, where it is for one.
fn of_account(account: Option<&ForAccount>) -> String {
    account.map(|account| format!(" for {account}")).unwrap_or_default()
}

impl Slot {
    fn new(config: ProviderConfig) -> Self {
        Self {
            provider: Mutex::new(Provider::new(config)),
            flights: Mutex::default(),
            last: Mutex::default(),
        }
    }

    fn last(&self) -> MutexGuard<'_, Option<LastAnswer>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Provider> {
        self.provider.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn flights(&self) -> MutexGuard<'_, Flights> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
