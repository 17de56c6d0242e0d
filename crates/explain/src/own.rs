//! What pullsim itself wrote: its report, which names the cause, and the steps of `-vv`, of which the last one that failed
//! tells something.

use diagnosis::{Cause, Persistence};

use crate::explanation::Finding;
use crate::grammar::Dissection;
use crate::remedy::{self, Names};
use crate::rules::Confidence;
use crate::{Runtime, redact};

/// How the lines below a cause's first one begin.
const GOES_ON: &str = "       ";
/// How the verdict of `-q` ends, before the cause.
const VERDICT: &str = ": would not be pulled: ";

/// The failed pulls of a report in the order in which it tells of them; `None` where the text is none.
pub(crate) fn findings(text: &str) -> Option<Vec<Finding>> {
    let mut reader = Reader::default();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some((cause, sentence)) = cause(line) {
            let more = std::iter::from_fn(|| lines.next_if(|line| line.starts_with(GOES_ON)));
            let sentence = std::iter::once(sentence).chain(more.map(str::trim)).collect::<Vec<_>>().join(" ");
            reader.cause(cause, &sentence);
        } else {
            reader.line(line);
        }
    }
    let Reader { findings, is_report, .. } = reader;
    (is_report || !findings.is_empty()).then_some(findings)
}

/// `Cause  PS-CRED-03 secret-wrong-registry: …`
fn cause(line: &str) -> Option<(Cause, &str)> {
    let (code, rest) = line.strip_prefix("Cause ")?.trim_start().split_once(' ')?;
    let (name, sentence) = rest.split_once(':')?;
    Some((named(code, name)?, sentence.trim()))
}

/// The cause that has both.
fn named(code: &str, name: &str) -> Option<Cause> {
    Cause::named(code).filter(|cause| cause.code() == code && cause.name() == name)
}

#[derive(Default)]
struct Reader {
    findings: Vec<Finding>,
    /// Whether a head was seen that no other programme writes.
    is_report: bool,
    namespace: Option<String>,
    pod: Option<String>,
    container: Option<String>,
    image: Option<String>,
    runtime: Option<Runtime>,
}

impl Reader {
    fn line(&mut self, line: &str) {
        if let Some((before, node)) =
            line.split_once("   ").and_then(|(before, rest)| Some((before, node(rest)?)))
        {
            self.head(before, node);
        } else if let Some((subject, cause)) = line.split_once(VERDICT) {
            self.verdict(subject, cause.trim_end());
        } else if self.pod.is_some() && !line.starts_with(' ') {
            self.part(line);
        }
    }

    /// `IMAGE   node …`, `Deployment NAMESPACE/NAME   …`
    fn head(&mut self, before: &str, runtime: Runtime) {
        *self = Self { findings: std::mem::take(&mut self.findings), is_report: true, ..Self::default() };
        self.runtime = Some(runtime);
        match before.split_once(' ').and_then(|(_, named)| named.split_once('/')) {
            Some((namespace, pod)) => (self.namespace, self.pod) = (Some(namespace.into()), Some(pod.into())),
            None => self.image = Some(before.to_owned()),
        }
    }

    /// `CONTAINER IMAGE`, `CONTAINER IMAGE   at FILE:LINE:COLUMN`
    fn part(&mut self, line: &str) {
        let named = line.split_once("   ").map_or(line, |(named, _)| named);
        if let Some((container, image)) = named.split_once(' ').filter(|(_, image)| !image.contains(' ')) {
            (self.container, self.image) = (Some(container.to_owned()), Some(image.to_owned()));
        }
    }

    /// `IMAGE: would not be pulled: CODE NAME`, of pods `NAMESPACE/POD CONTAINER: IMAGE: …`
    fn verdict(&mut self, subject: &str, cause: &str) {
        let Some(cause) = cause.split_once(' ').and_then(|(code, name)| named(code, name)) else { return };
        let of_pod = subject.split_once(": ").and_then(|(part, image)| {
            let (pod, container) = part.split_once(' ')?;
            let (namespace, pod) = pod.split_once('/')?;
            Some((namespace.to_owned(), pod.to_owned(), container.to_owned(), image.to_owned()))
        });
        match of_pod {
            Some((namespace, pod, container, image)) => {
                (self.namespace, self.pod) = (Some(namespace), Some(pod));
                (self.container, self.image) = (Some(container), Some(image));
            }
            None => self.image = Some(subject.to_owned()),
        }
        self.cause(cause, "");
    }

    fn cause(&mut self, cause: Cause, sentence: &str) {
        let image = self.image.as_deref();
        let named = image.map(|image| Dissection::of(&format!("Failed to pull image \"{image}\"")));
        let (registry, runtime) =
            (named.and_then(|named| named.registry()), self.runtime.unwrap_or(Runtime::Unknown));
        let names = Names {
            image,
            registry: registry.as_deref(),
            host: registry.as_deref(),
            namespace: self.namespace.as_deref(),
            pod: self.pod.as_deref(),
            secret: None,
            runtime: runtime.on_nodes(),
        };
        self.findings.push(Finding {
            cause,
            code: cause.code(),
            stage: cause.stage(),
            step: None,
            confidence: Confidence::Certain,
            transient: cause.persistence() == Persistence::Transient,
            meaning: cause.meaning(),
            alternatives: Vec::new(),
            runtime,
            runtime_version: None,
            kubelet_version: None,
            namespace: self.namespace.clone(),
            pod: self.pod.clone(),
            container: self.container.clone(),
            image: image.map(redact::text),
            host: registry.clone(),
            evidence: Some(redact::text(sentence))
                .filter(|sentence| !sentence.is_empty())
                .into_iter()
                .collect(),
            remedies: remedy::remedies(cause, &names),
        });
    }
}

/// The runtime in `node linux/amd64 · containerd 2.1.9 · kubelet 1.35`, perhaps behind a place.
fn node(text: &str) -> Option<Runtime> {
    const RUNTIMES: [(&str, Runtime); 3] =
        [("containerd", Runtime::Containerd), ("cri-o", Runtime::CriO), ("docker", Runtime::Docker)];
    let mut words = text.split_whitespace().skip_while(|word| *word != "node").skip(1);
    // Without UTF-8, the dots between them are dashes.
    let (_platform, _dot, runtime, _version) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let known = RUNTIMES.into_iter().find(|(name, _)| *name == runtime);
    known.filter(|_| words.nth(1) == Some("kubelet")).map(|(_, runtime)| runtime)
}

/// What the steps of `-vv` alone come to: the error of the last that failed, as a client would say it. `None` where the text
/// holds anything else.
pub(crate) fn steps(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let steps = lines.iter().map(|line| step(line)).collect::<Option<Vec<&str>>>()?;
    let failed = steps.iter().rev().find_map(|step| error(step));
    failed.filter(|_| steps.len() > 1)
}

/// `    0.012 s  HEAD r.test/v2/app/manifests/v1 → 401`
fn step(line: &str) -> Option<&str> {
    let (time, step) = line.trim_start().split_once(" s  ")?;
    let (seconds, millis) = time.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(seconds) && digits(millis) && millis.len() == 3).then_some(step)
}

/// What went wrong in a step; decisions and what went well are no errors.
fn error(step: &str) -> Option<String> {
    let (kind, rest) = step.split_once(' ')?;
    let is_request = !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_uppercase());
    if let Some((what, status)) = rest.rsplit_once(" → ") {
        let failed = status.parse().is_ok_and(|status: u16| status >= 400);
        return (is_request && failed)
            .then(|| format!("unexpected status from {kind} request to https://{what}: {status}"));
    }
    let (of, fault) = rest.split_once(": ")?;
    match kind {
        "dns" | "connect" | "tls" | "proxy" => Some(fault.to_owned()),
        _ if is_request => Some(format!("failed to do request: {kind} \"https://{of}\": {fault}")),
        _ => None,
    }
}
