use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use keyring::{PluginCall, PluginRun, RunEnd};
use node::Environment;
use secret::Secret;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

use crate::runner::{PluginRunner, RunFuture};

/// What systemd gives a service as its search path (systemd.exec(5)).
const SERVICE_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin";
/// The most that is read of an answer, so that memory stays bounded: 1 MiB.
const MAX_OUTPUT: u64 = 1024 * 1024;

/// Real plugins: executables in a directory of this machine, run with the environment of a kubelet.
#[derive(Clone, Debug)]
pub struct Processes {
    directory: PathBuf,
    environment: Environment,
}

impl Processes {
    /// The plugins in a directory. `environment` is the kubelet's own, from its unit file; nothing of this
    /// programme's environment is handed on.
    pub fn new(directory: impl Into<PathBuf>, environment: Environment) -> Self {
        Self { directory: directory.into(), environment }
    }

    fn command(&self, call: &PluginCall) -> Command {
        let mut command = Command::new(self.directory.join(&call.plugin));
        command.args(&call.args).env_clear().env("PATH", SERVICE_PATH);
        command.envs(self.environment.iter());
        command.envs(call.env.iter().map(|(name, value)| (name, value.expose())));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }
}

impl PluginRunner for Processes {
    fn run<'a>(&'a self, call: &'a PluginCall) -> RunFuture<'a> {
        Box::pin(async move {
            match self.command(call).spawn() {
                Ok(child) => Some(finish(child, call).await),
                Err(error) => {
                    let text = error.to_string();
                    let error = text.split(" (os error").next().unwrap_or(&text).to_lowercase();
                    let path = self.directory.join(&call.plugin).display().to_string();
                    let end = RunEnd::NotStarted { path, error };
                    Some(PluginRun { stdout: Secret::default(), stderr: String::new(), end })
                }
            }
        })
    }
}

/// Feeds a plugin, reads what it writes, and waits for its end.
async fn finish(mut child: Child, call: &PluginCall) -> PluginRun {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (mut answer, mut complaint) = (Vec::new(), Vec::new());
    // A plugin may end without having read its request, or close what it writes to; neither is an error.
    let feed = async {
        if let Some(mut stdin) = stdin {
            let _ = stdin.write_all(call.stdin.expose()).await;
        }
    };
    let read = async {
        if let Some(stdout) = stdout {
            let _ = stdout.take(MAX_OUTPUT).read_to_end(&mut answer).await;
        }
    };
    let listen = async {
        if let Some(stderr) = stderr {
            let _ = stderr.take(MAX_OUTPUT).read_to_end(&mut complaint).await;
        }
    };
    tokio::join!(feed, read, listen);
    let end = match child.wait().await {
        Ok(status) => end(status),
        Err(_) => RunEnd::Exited(-1),
    };
    PluginRun { stdout: Secret::new(answer), stderr: String::from_utf8_lossy(&complaint).into_owned(), end }
}

fn end(status: ExitStatus) -> RunEnd {
    match (status.code(), status.signal()) {
        (Some(code), _) => RunEnd::Exited(code),
        (None, Some(signal)) => RunEnd::Signaled(signal_name(signal)),
        (None, None) => RunEnd::Exited(-1),
    }
}

/// Go's names of signals (`go1.24 syscall/zerrors_linux_amd64.go`), as far as they end processes of their own accord.
fn signal_name(signal: i32) -> &'static str {
    match signal {
        1 => "hangup",
        2 => "interrupt",
        3 => "quit",
        4 => "illegal instruction",
        6 => "aborted",
        7 => "bus error",
        8 => "floating point exception",
        9 => "killed",
        11 => "segmentation fault",
        13 => "broken pipe",
        15 => "terminated",
        _ => "unknown",
    }
}
