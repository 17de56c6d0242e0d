//! A live runtime as the one who pulls.

mod normal;
mod noted;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use cri::LiveRuntime;
use jiff::Timestamp;
use keyring::Keyring;
use kubelet::{PullPolicy, Version, ensure_image_exists};
use mock_registry::{Request, RequestLog};
use net::Clock;
use report::Answer;
use scenario::{Listen, Run, Scenario, Served};
use tokio::runtime::Builder;
use tokio::time::timeout;

use crate::venue::{inputs, pulled};
use crate::what_if::PATIENCE as WHOLE_DAY;
use crate::{PlayError, Seen, Venue};
use noted::Noted;

/// How long a live pull may take: longer than any time-out of a runtime.
const PATIENCE: Duration = Duration::from_secs(300);

/// The hosts on sockets, and a live runtime behind its CRI socket, which has to be pointed at them.
///
/// What it answers is held against what the scenario expects of that runtime, and against the answer of the simulated
/// one: they must be the same, word for word, but for the node's ports and the date.
#[derive(Clone, Debug)]
pub struct Live {
    /// The runtime's socket.
    pub socket: PathBuf,
    /// The runtime and its version, as scenarios name it: other runs are not played.
    pub runtime: String,
    /// A shell command that is run before each pull, with the directory of its files as its last argument: it points the
    /// runtime at the hosts.
    pub before: Option<String>,
    /// Where the files are written that point a node at the hosts, in a directory for each pull.
    pub files: PathBuf,
    /// Where hosts listen.
    pub listen: Listen,
    /// The date: the runtime's clock is not the scenario's.
    pub today: Timestamp,
}

/// What a runtime answered, and what came to the hosts.
struct Played {
    answers: Vec<Answer>,
    requests: Vec<Request>,
}

impl Venue for Live {
    fn play(&self, scenario: &Scenario, run: &Run) -> Result<Seen, PlayError> {
        if run.runtime != self.runtime {
            return Err(PlayError::Unfit("the live runtime is another"));
        }
        if scenario.platform().is_some_and(|platform| platform != format!("linux/{}", machine())) {
            return Err(PlayError::Unfit("the node is of another platform than this machine"));
        }
        if scenario.is_unreachable_by_fault() {
            return Err(PlayError::Unfit(
                "a fault says that there is no way to a host: only a firewall could say so here",
            ));
        }
        if scenario.is_over_time() {
            return Err(PlayError::Unfit("it looks at pods over time"));
        }
        if scenario.node_now() != scenario.now() {
            return Err(PlayError::Unfit(
                "the node's clock is wrong there, and the runtime's is this machine's",
            ));
        }
        // The same scenario on the runtime's date, so that certificates are what they are said to be.
        let declared = scenario.now();
        let scenario = Scenario::load_at(scenario.file(), self.today)?;
        let (expected, of_plugins) = match in_memory(&scenario, run) {
            Err(PlayError::Endless) => return Err(PlayError::Unfit("the pull never ends")),
            other => other?,
        };
        if expected.is_empty() {
            return Err(PlayError::Unfit("the runtime is not asked"));
        }
        let runtime = Builder::new_current_thread().enable_all().build().map_err(PlayError::EventLoop)?;
        let played =
            runtime.block_on(async { timeout(PATIENCE, self.pull(scenario, run, of_plugins)).await });
        let played = played.map_err(|_| PlayError::Hangs(PATIENCE.as_secs()))??;
        if normal::of(&expected) != normal::of(&played.answers) {
            let (expected, got) = (normal::of(&expected), normal::of(&played.answers));
            return Err(PlayError::Disagrees { expected, got });
        }
        let answer = played.answers.last().cloned().unwrap_or_default();
        let answer = normal::dated(answer, self.today, declared);
        Ok(Seen { answer, requests: played.requests, node: None, pods: Vec::new() })
    }
}

/// This machine's architecture as Go names it.
const fn machine() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" }
}

/// What the simulated runtime answers, and the logins that the plugins of the simulated kubelet gave.
fn in_memory(scenario: &Scenario, run: &Run) -> Result<(Vec<Answer>, Keyring), PlayError> {
    scenario::virtual_time().map_err(PlayError::EventLoop)?.block_on(async {
        let network = Arc::new(scenario.network());
        let pull = pulled(scenario, run, network, Clock::new(scenario.now()));
        let pulled = timeout(WHOLE_DAY, pull).await.map_err(|_| PlayError::Endless)??;
        Ok((pulled.report.answers, pulled.of_plugins))
    })
}

impl Live {
    async fn pull(&self, scenario: Scenario, run: &Run, of_plugins: Keyring) -> Result<Played, PlayError> {
        // A directory for each, so that no file of one scenario is found by the next.
        let files = self.files.join(format!("{}-{}", scenario.file().replace('/', "-"), run.kubelet));
        let (mut inputs, clock) = (inputs(&scenario), Clock::new(scenario.now()));
        inputs.policy = inputs.policy.or(Some(PullPolicy::Always));
        // No kubelet runs its plugins here: what they gave in memory is what they give.
        inputs.node_keyrings.push(of_plugins);
        let kubelet: Version = run.kubelet.parse().unwrap_or(Version::NEWEST);
        let served =
            Served::start(scenario, self.listen, RequestLog::new()).await.map_err(PlayError::EventLoop)?;
        served.write_files(&files).map_err(PlayError::Files)?;
        if let Some(command) = &self.before {
            prepare(command, &files).await?;
        }
        let runtime = LiveRuntime::connect(&self.socket).await?;
        let noted = Noted::new(runtime.clone());
        ensure_image_exists(&noted, &inputs, kubelet, || clock.elapsed()).await;
        // The next pull begins with an empty store. That there is nothing to remove is no error.
        let _ = runtime.remove_image(&inputs.image).await;
        Ok(Played { answers: noted.answers(), requests: served.requests() })
    }
}

/// Runs the user's command, while the hosts go on answering.
async fn prepare(command: &str, files: &Path) -> Result<(), PlayError> {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{command} \"$1\"")).arg("sh").arg(files);
    match tokio::task::spawn_blocking(move || shell.status()).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        _ => Err(PlayError::Prepare(command.to_owned())),
    }
}
