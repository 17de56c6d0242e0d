//! kubectl as a child process.

use std::io;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::lowargs::{LowPod, is_object_name};

/// How long kubectl waits for one answer of the API server.
const PATIENCE: &str = "--request-timeout=30s";

/// Why kubectl gave nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KubectlError {
    /// It cannot be run.
    #[error("cannot run kubectl: {}", not_run(.0))]
    NotRun(io::Error),
    /// It ended with an error.
    #[error("{command}: {said}")]
    Refused {
        /// What was asked, to be asked again.
        command: String,
        /// What it said of it.
        said: String,
    },
    /// Its answer is not what it was asked for.
    #[error("{command} printed no object in JSON (line {}, column {})", .error.line(), .error.column())]
    NotJson {
        /// What was asked.
        command: String,
        /// Where the answer stops to be JSON. The answer itself is not for showing.
        error: serde_json::Error,
    },
    /// Its answer is another object.
    #[error("{0} printed no Pod that has a name")]
    NoPod(String),
}

impl KubectlError {
    /// Whether the API server does not let this user see it.
    pub fn is_forbidden(&self) -> bool {
        matches!(self, Self::Refused { said, .. } if said.contains("(Forbidden)"))
    }
}

/// kubectl, and the cluster that it is to ask.
pub(crate) struct Kubectl {
    cluster: Vec<String>,
}

impl Kubectl {
    pub fn new(low: &LowPod) -> Self {
        let mut cluster = Vec::new();
        for (flag, value) in [("--context", &low.context), ("--kubeconfig", &low.kubeconfig)] {
            cluster.extend(value.iter().map(|value| format!("{flag}={value}")));
        }
        Self { cluster }
    }

    /// What `kubectl get` prints as JSON; nothing where nothing was found and that is no error to it.
    pub fn get(&self, what: &[&str], namespace: Option<&str>) -> Result<Vec<u8>, KubectlError> {
        let mut command = Command::new("kubectl");
        command.arg("get").args(what);
        let mut shown = format!("kubectl get {}", what.join(" "));
        if let Some(namespace) = namespace {
            command.args(["--namespace", namespace]);
            shown = format!("{shown} -n {namespace}");
        }
        command.args(["-o", "json", PATIENCE]).args(&self.cluster);
        // Whoever must be asked for a login is asked on the terminal.
        command.stdin(Stdio::inherit()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = command.output().map_err(KubectlError::NotRun)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(KubectlError::Refused { command: shown, said: said(&output.stderr) })
    }

    /// The pod of this name.
    pub fn pod(&self, name: &str, namespace: Option<&str>) -> Result<Value, KubectlError> {
        let found = self.object(&["pod", name], namespace)?;
        let named = found["metadata"]["name"].as_str().is_some_and(|name| !name.is_empty());
        if found["kind"] == "Pod" && named {
            return Ok(found);
        }
        Err(KubectlError::NoPod(format!("kubectl get pod {name}")))
    }

    /// One object, parsed.
    pub fn object(&self, what: &[&str], namespace: Option<&str>) -> Result<Value, KubectlError> {
        let bytes = self.get(what, namespace)?;
        serde_json::from_slice(&bytes).map_err(|error| KubectlError::NotJson {
            command: format!("kubectl get {}", what.join(" ")),
            error,
        })
    }

    /// The Secrets of these names that there are, as JSON that nobody has looked into; empty when there are none.
    pub fn secrets(&self, names: &[String], namespace: &str) -> Result<Vec<u8>, KubectlError> {
        let mut what = vec!["secret"];
        what.extend(names.iter().map(String::as_str).filter(|name| is_object_name(name)));
        if what.len() == 1 {
            // Without a name, kubectl gives all.
            return Ok(Vec::new());
        }
        what.push("--ignore-not-found");
        self.get(&what, Some(namespace))
    }
}

/// Why it cannot be run.
fn not_run(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is none in PATH".to_owned(),
        kind => kind.to_string(),
    }
}

/// What kubectl wrote to standard error, in one line without what steers a terminal. Its log repeats what it says in the
/// end, and counts where it says nothing else.
fn said(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let words: Vec<&str> = lines.iter().copied().filter(|line| !is_logged(line)).collect();
    let told = if words.is_empty() { lines } else { words };
    if told.is_empty() {
        return "it failed and said nothing".to_owned();
    }
    told.join("; ").chars().filter(|c| !c.is_control()).collect()
}

/// A line of klog's: `E1129 00:40:08.641661   13149 memcache.go:265] …`.
fn is_logged(line: &str) -> bool {
    let mut bytes = line.bytes();
    bytes.next().is_some_and(|level| b"IWEF".contains(&level))
        && bytes.by_ref().take(4).filter(u8::is_ascii_digit).count() == 4
        && bytes.next() == Some(b' ')
        && line.contains("] ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_told_only_where_nothing_else_is() {
        let log = "E1129 00:40:08.641661   13149 memcache.go:265] \"Unhandled Error\" err=\"refused\"\n";
        let end = "The connection to the server localhost:8080 was refused\n";
        assert_eq!(said(format!("{log}{log}{end}").as_bytes()), end.trim());
        assert_eq!(said(log.as_bytes()), log.trim());
        assert_eq!(said(b"Error: a\n\x1b[31mb\n"), "Error: a; [31mb");
        assert_eq!(said(b" \n"), "it failed and said nothing");
    }
}
