//! The recordings as they lie in `tests/recordings`: one pull, or several, by a real containerd.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

/// The sets, each named after the runtime that was recorded.
pub(crate) const SETS: &[&str] =
    &["containerd-2.1.9", "containerd-2.1.9-local", "containerd-1.7.24", "containerd-1.6.20"];

/// One recording.
#[derive(Deserialize)]
pub(crate) struct Recording {
    pub(crate) case: String,
    pub(crate) runtime: String,
    pub(crate) definition: Definition,
    pub(crate) expect: Expectation,
    /// Aspects in which the real runtime itself was not constant.
    #[serde(default)]
    pub(crate) volatile: Vec<String>,
}

/// What was asked for, and the world in which it was.
#[derive(Deserialize)]
pub(crate) struct Definition {
    pub(crate) image: String,
    pub(crate) auth: Option<Auth>,
    pub(crate) servers: BTreeMap<String, ServerFile>,
    pub(crate) dns: BTreeMap<String, String>,
    /// Seconds after which the client hung up.
    pub(crate) deadline: u64,
    #[serde(default)]
    pub(crate) certs_d: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) env: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) opts: NodeOptions,
    #[serde(default)]
    pub(crate) steps: Vec<StepFile>,
}

/// The CRI `AuthConfig`.
#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub(crate) struct Auth {
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) auth: String,
    pub(crate) server_address: String,
    pub(crate) identity_token: String,
    pub(crate) registry_token: String,
}

/// What is special about the node.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct NodeOptions {
    pub(crate) no_config_path: bool,
    pub(crate) registry_config: String,
    pub(crate) progress_timeout: Option<String>,
    pub(crate) root_tmpfs: Option<String>,
    pub(crate) no_dns_server: bool,
    pub(crate) resolv_conf: Option<String>,
    pub(crate) max_concurrent_downloads: Option<u32>,
}

/// One call.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct StepFile {
    pub(crate) pull: Option<String>,
    pub(crate) auth: Option<Auth>,
    pub(crate) remove: Option<String>,
}

/// A scripted server.
#[derive(Clone, Deserialize)]
pub(crate) struct ServerFile {
    pub(crate) host: Option<String>,
    pub(crate) addr: String,
    pub(crate) tls: Option<TlsFile>,
    #[serde(default)]
    pub(crate) rules: Vec<RuleFile>,
    #[serde(default)]
    pub(crate) images: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) conn: Connection,
    #[serde(default)]
    pub(crate) proxy: bool,
    #[serde(default)]
    pub(crate) tunnel_to: BTreeMap<String, String>,
}

/// How a server treats a connection.
#[derive(Clone, Copy, Deserialize, Default, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Connection {
    #[default]
    Normal,
    NoListen,
    BacklogFull,
    Rst,
    Stall,
    Garbage,
    CloseAfterHello,
    RstAfterHello,
}

/// Which certificate a server shows, and what else its TLS is like.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum TlsFile {
    Stem(String),
    Full { cert: String, max: Option<String>, client_ca: Option<String> },
}

/// A rule: the first that fits and is not used up answers.
#[derive(Clone, Deserialize)]
pub(crate) struct RuleFile {
    #[serde(default)]
    pub(crate) when: When,
    pub(crate) times: Option<u32>,
    #[serde(rename = "do")]
    pub(crate) answer: Do,
}

/// Which requests a rule is for.
#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub(crate) struct When {
    pub(crate) method: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) range: Option<bool>,
    pub(crate) auth: Option<String>,
    pub(crate) proxy_auth: Option<String>,
}

/// What is answered; without a status the registry's own answer is changed.
#[derive(Clone, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Do {
    pub(crate) status: Option<u16>,
    pub(crate) reason: Option<String>,
    pub(crate) headers: Option<Vec<(String, String)>>,
    pub(crate) json: Option<Box<RawValue>>,
    pub(crate) body: Option<String>,
    pub(crate) content: Option<String>,
    pub(crate) manifest: bool,
    pub(crate) blob: bool,
    pub(crate) ignore_range: bool,
    pub(crate) wrong_bytes: bool,
    pub(crate) drop: Vec<String>,
    pub(crate) encode: Option<String>,
    pub(crate) api_header: Option<bool>,
    pub(crate) chunked: bool,
    pub(crate) length: Option<usize>,
    pub(crate) send: Option<usize>,
    pub(crate) after: Option<String>,
    pub(crate) trickle: Option<(usize, f64)>,
    pub(crate) delay: Option<f64>,
    pub(crate) reset: bool,
    pub(crate) close: bool,
    pub(crate) stall: bool,
    pub(crate) tunnel: bool,
}

/// What the real runtime answered and what its servers saw.
#[derive(Deserialize)]
pub(crate) struct Expectation {
    #[serde(flatten)]
    pub(crate) answer: Answer,
    #[serde(default)]
    pub(crate) steps: Vec<Answer>,
    pub(crate) requests: Vec<Request>,
}

/// The answer to one call; a call that was no pull has no outcome.
#[derive(Clone, Debug, Deserialize, Default, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct Answer {
    pub(crate) outcome: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
}

/// A request as a server saw it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Request {
    pub(crate) server: String,
    pub(crate) host: Option<String>,
    pub(crate) tls: bool,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) body: Option<String>,
    /// The status of the answer, or a word on what was done instead.
    pub(crate) status: Value,
    #[serde(default)]
    pub(crate) step: Option<usize>,
}

impl Expectation {
    pub(crate) fn answers(&self) -> Vec<Answer> {
        if self.steps.is_empty() { vec![self.answer.clone()] } else { self.steps.clone() }
    }
}

impl Request {
    pub(crate) fn step(&self) -> usize {
        self.step.unwrap_or_default()
    }

    /// All values of a header, in order.
    pub(crate) fn header(&self, name: &str) -> Vec<&str> {
        let fits = |(key, _): &&(String, String)| key.eq_ignore_ascii_case(name);
        self.headers.iter().filter(fits).map(|(_, value)| value.as_str()).collect()
    }
}

/// The directory of the recordings.
pub(crate) fn directory() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/recordings"))
}

/// A recording as it lies in its file: read only when its turn comes.
pub(crate) struct Line {
    set: &'static str,
    text: String,
}

impl Line {
    /// `SET/CASE`
    pub(crate) fn name(&self) -> String {
        let case = self.text.strip_prefix("{\"case\":\"").and_then(|rest| rest.split_once('"'));
        format!("{}/{}", self.set, case.unwrap().0)
    }

    pub(crate) fn read(&self) -> Recording {
        let recording: Recording = parse(self.set, &self.text);
        assert_eq!(self.name(), format!("{}/{}", recording.runtime, recording.case));
        recording
    }
}

/// All recordings of a set, and the variants of them that were recorded later.
pub(crate) fn load(set: &'static str) -> Vec<Line> {
    let files = [text(set), text(&format!("{set}-variants"))];
    files.iter().flat_map(|file| file.lines()).map(|text| Line { set, text: text.to_owned() }).collect()
}

/// The lines of a file of the directory.
pub(crate) fn lines<T: DeserializeOwned>(name: &str) -> Vec<T> {
    text(name).lines().map(|line| parse(name, line)).collect()
}

fn text(name: &str) -> String {
    fs::read_to_string(directory().join(format!("{name}.jsonl"))).unwrap()
}

fn parse<T: DeserializeOwned>(name: &str, line: &str) -> T {
    serde_json::from_str(line).unwrap_or_else(|e| panic!("{name}: {e}: {line}"))
}
