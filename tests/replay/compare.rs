//! Whether a simulated pull was the recorded one: outcome, code, message, and the sequence of requests.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::recording::{Answer, Recording, Request};

static AGENT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^[^/ ]+/v?\d+(\.\d+)*").unwrap());
static BLOB: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"/blobs/\{DIGEST:([\w-]+)\}").unwrap());
static NAMELESS: LazyLock<Regex> = LazyLock::new(|| Regex::new("/blobs/sha256:[0-9a-f]{64}$").unwrap());
static NO_LAYER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"manifest|index|list|schema1|^attest$").unwrap());

/// The differences in words; empty: none.
pub(crate) fn differences(recording: &Recording, answers: &[Answer], requests: &[Request]) -> Vec<String> {
    let scored = |aspect: &str| !recording.volatile.iter().any(|volatile| volatile == aspect);
    let wanted = recording.expect.answers();
    let mut found = Vec::new();
    for (number, (want, have)) in
        wanted.iter().zip(answers).enumerate().filter(|(_, (want, _))| want.outcome.is_some())
    {
        let mut check = |aspect: &str, want: &Option<String>, have: &Option<String>| {
            let same = want.as_deref().unwrap_or_default() == have.as_deref().unwrap_or_default();
            if !same && scored(aspect) {
                found.push(format!("step {number} {aspect}\n  expected: {want:?}\n  got:      {have:?}"));
            }
        };
        check("verdict", &want.outcome, &have.outcome);
        if want.outcome.as_deref() != Some("none") {
            check("code", &want.code, &have.code);
            check("message", &want.message, &have.message);
        }
    }
    let outcomes: Vec<_> = wanted.iter().map(|answer| answer.outcome.as_deref()).collect();
    let view = View::of(recording);
    let lines = |requests: &[Request]| view.sequence(requests, &outcomes);
    let (want, have) = (lines(&recording.expect.requests), lines(requests));
    if want != have && scored("requests") {
        found.push(format!(
            "requests\n  expected:\n    {}\n  got:\n    {}",
            want.join("\n    "),
            have.join("\n    ")
        ));
    }
    found
}

/// What of the requests is looked at, which depends on the runtime.
#[derive(Clone, Copy)]
struct View<'a> {
    /// The config is fetched before the layers; otherwise beside them.
    config_first: bool,
    /// The order of the values of `Accept` differs from run to run.
    any_accept: bool,
    /// The script, the rules of which may serve content that has no name.
    script: &'a str,
}

impl<'a> View<'a> {
    fn of(recording: &'a Recording) -> Self {
        let runtime = &recording.runtime;
        let script = recording.definition.script.as_ref();
        Self {
            config_first: runtime.starts_with("cri-o"),
            any_accept: runtime.starts_with("docker"),
            script: script.map_or("", |script| script.get()),
        }
    }

    /// Is this a fetch whose order among others of its kind is not fixed: a layer, or the config too?
    fn concurrent(self, request: &Request) -> bool {
        BLOB.captures(&request.path).is_some_and(|found| {
            let in_order = self.config_first && found[1].contains("config");
            !in_order && !NO_LAYER.is_match(&found[1])
        }) || NAMELESS.find(&request.path).is_some_and(|found| self.script.contains(found.as_str()))
    }
}

impl View<'_> {
    /// Requests as comparable lines. From a concurrent fetch to the next manifest request or ping only the order per
    /// server and path counts. Left out: further CONNECTs to where a tunnel stands already, since how many there are
    /// depends on the reuse of connections; and, when the step failed, the blobs that were fetched with success, since
    /// how far they got before the failure is a race.
    fn sequence(self, requests: &[Request], outcomes: &[Option<&str>]) -> Vec<String> {
        let mut out = Vec::new();
        for (step, outcome) in outcomes.iter().enumerate() {
            let (mut run, mut tunnels): (Vec<&Request>, HashSet<&str>) = Default::default();
            for request in requests.iter().filter(|request| request.step() == step) {
                if request.method == "CONNECT" && request.status == 200 && !tunnels.insert(&request.path) {
                    continue;
                }
                if request.path.contains("/manifests/") || request.path == "/v2/" {
                    self.flush(&mut run, &mut out);
                }
                let fetch = self.concurrent(request);
                if fetch && *outcome == Some("failed") && request.status == 200 {
                    continue;
                }
                if fetch || !run.is_empty() {
                    run.push(request);
                } else {
                    out.push(self.line(request));
                }
            }
            self.flush(&mut run, &mut out);
        }
        out
    }

    fn flush(self, run: &mut Vec<&Request>, out: &mut Vec<String>) {
        run.sort_by_key(|request| (&request.server, &request.path));
        out.extend(run.drain(..).map(|request| self.line(request)));
    }

    /// The compared parts of a request.
    fn line(self, request: &Request) -> String {
        let mut accept: Vec<&str> =
            request.header("accept").into_iter().flat_map(|line| line.split(',')).map(str::trim).collect();
        if self.any_accept {
            accept.sort_unstable();
        }
        let agent = request
            .header("user-agent")
            .first()
            .and_then(|agent| AGENT.find(agent))
            .map(|found| found.as_str());
        let mut own: Vec<(String, &str)> = request
            .headers
            .iter()
            .map(|(key, value)| (key.to_lowercase(), value.as_str()))
            .filter(|(key, _)| key.starts_with("x-"))
            .collect();
        own.sort();
        let mut text = format!(
            "step {}: {} {}://{} (Host: {}) {}?{} -> {} | Accept: {} | User-Agent: {}",
            request.step(),
            request.method,
            if request.tls { "https" } else { "http" },
            request.server,
            request.host.as_deref().unwrap_or_default(),
            request.path,
            request.query,
            request.status,
            accept.join(", "),
            agent.unwrap_or_default().replace("/v", "/"),
        );
        for name in ["authorization", "proxy-authorization", "range", "content-type"] {
            for value in request.header(name) {
                text += &format!(" | {name}: {value}");
            }
        }
        text + &format!(" | {own:?} | {:?}", request.body.as_deref().unwrap_or_default())
    }
}
