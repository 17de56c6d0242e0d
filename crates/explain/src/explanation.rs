use diagnosis::{Cause, Persistence, Stage};
use schemars::JsonSchema;
use serde::Serialize;

use crate::grammar::{Dissection, Step, Word};
use crate::group::{Group, group, may_be_one};
use crate::input::{self, Input};
use crate::pods_table::{self, WaitingPod};
use crate::remedy::{self, Advice, Names};
use crate::rules::{self, Confidence, Verdict};
use crate::{Runtime, own, redact, runtime};

/// How much of a text is shown that nobody understood, in characters.
const SHOWN: usize = 300;
/// How many words stand around a quoted clause at most, in bytes.
const EVIDENCE: usize = 240;

/// What a pasted text tells.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Explanation {
    /// The failures whose cause was found, surest first.
    pub findings: Vec<Finding>,
    /// What speaks of a failure and could not be explained.
    pub unexplained: Vec<Unexplained>,
    /// The pods that wait for an image by a table of `kubectl get pods`, which does not say why.
    pub waiting: Vec<WaitingPod>,
}

/// One failed pull and its cause.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Finding {
    /// The cause.
    pub cause: Cause,
    /// Its code.
    pub code: &'static str,
    /// Where the pull breaks.
    pub stage: Stage,
    /// What was being done when it failed, where the text tells.
    pub step: Option<Step>,
    /// How sure the text makes of it.
    pub confidence: Confidence,
    /// Whether waiting alone can help.
    pub transient: bool,
    /// What the cause means.
    pub meaning: &'static str,
    /// What else the same words can mean, likeliest first.
    pub alternatives: Vec<Alternative>,
    /// Who wrote the error.
    pub runtime: Runtime,
    /// The versions of the runtime that say it so, where the words tell.
    pub runtime_version: Option<&'static str>,
    /// The versions of the kubelet that say it so, where the words tell.
    pub kubelet_version: Option<&'static str>,
    /// The pod's namespace, where the input names it.
    pub namespace: Option<String>,
    /// The pod, where the input names it.
    pub pod: Option<String>,
    /// The container.
    pub container: Option<String>,
    /// The image, as written.
    pub image: Option<String>,
    /// The host that the error is about.
    pub host: Option<String>,
    /// The parts of the text that prove it.
    pub evidence: Vec<String>,
    /// What heals it, likeliest first.
    pub remedies: Vec<Advice>,
}

/// A cause that the same words can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Alternative {
    /// The cause.
    pub cause: Cause,
    /// Its code.
    pub code: &'static str,
    /// How it is told from others.
    pub told_apart: &'static str,
}

/// A text that speaks of a failure and says nothing that is known.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Unexplained {
    /// Its begin.
    pub text: String,
    /// What could be taken apart.
    pub recognised: Vec<&'static str>,
    /// The image, where one is named.
    pub image: Option<String>,
}

/// Explains what people paste: events, pod status, logs, a bare error; several pods at once.
pub fn explain(text: &str) -> Explanation {
    let clean = input::clean(text);
    if let Some(findings) = own::findings(&clean) {
        return Explanation { findings, unexplained: Vec::new(), waiting: Vec::new() };
    }
    let Input { statements, pods } = input::read(&own::steps(&clean).unwrap_or(clean));
    let whole = input::as_one(&statements);
    let mut groups = group(statements);
    if let Some(whole) = whole.filter(|_| groups.iter().all(|group| judge(group).is_none())) {
        let together = group(vec![whole]);
        if together.iter().any(|group| group.is_about_images() && judge(group).is_some()) {
            groups = together;
        }
    }
    let verdicts: Vec<_> = groups.iter().map(judge).collect();
    let pull_is_told =
        groups.iter().zip(&verdicts).any(|(group, told)| told.is_some() && group.is_about_a_pull());
    let mut ranked: Vec<(Confidence, usize, Finding)> = Vec::new();
    let mut unexplained = Vec::new();
    for (group, verdict) in groups.iter().zip(verdicts) {
        match verdict {
            // Where a pull's failure is told, what people write around it is none.
            Some(_) if pull_is_told && !group.is_about_images() => {}
            Some((rank, dissection, verdict)) => {
                ranked.push((verdict.confidence, rank, finding(group, dissection, &verdict)));
            }
            None => unexplained.extend(group.dissections.iter().filter_map(unknown)),
        }
    }
    secrets_explain_denials(&mut ranked);
    ranked.sort_by_key(|(confidence, rank, _)| (std::cmp::Reverse(*confidence), *rank));
    let findings = ranked.into_iter().map(|(.., finding)| finding).collect();
    Explanation { findings, unexplained, waiting: pods_table::waiting(pods) }
}

/// The verdict over all that is said about a container: the surest, and of several such the last.
fn judge(group: &Group) -> Option<(usize, &Dissection, Verdict)> {
    let verdicts = group.dissections.iter().filter_map(|dissection| {
        let (rank, verdict) = rules::judge(dissection)?;
        Some((rank, dissection, verdict))
    });
    verdicts.max_by_key(|(rank, _, verdict)| (verdict.confidence, std::cmp::Reverse(*rank)))
}

fn finding(group: &Group, dissection: &Dissection, verdict: &Verdict) -> Finding {
    let cause = verdict.cause;
    let (runtime, runtime_version) = group
        .dissections
        .iter()
        .map(runtime::of)
        .find(|(runtime, _)| *runtime != Runtime::Unknown)
        .unwrap_or((Runtime::Unknown, None));
    let shown = |text: &String| redact::text(text);
    Finding {
        cause,
        code: cause.code(),
        stage: cause.stage(),
        step: dissection.step(),
        confidence: verdict.confidence,
        transient: cause.persistence() == Persistence::Transient,
        meaning: cause.meaning(),
        alternatives: verdict.alternatives.iter().map(|cause| Alternative::of(*cause)).collect(),
        runtime,
        runtime_version,
        kubelet_version: group.dissections.iter().find_map(runtime::kubelet),
        namespace: group.about.namespace.clone(),
        pod: group.about.pod.clone(),
        container: group.about.container.clone(),
        image: group.about.image.as_ref().map(shown),
        host: dissection.host(),
        evidence: evidence(dissection, &verdict.because),
        remedies: remedies(group, dissection, cause, runtime),
    }
}

fn remedies(group: &Group, dissection: &Dissection, cause: Cause, runtime: Runtime) -> Vec<Advice> {
    let (image, host) = (group.about.image.as_deref(), dissection.host());
    let (registry, secret) = (dissection.registry(), group.secret());
    let names = Names {
        image,
        registry: registry.as_deref(),
        host: host.as_deref(),
        namespace: group.about.namespace.as_deref(),
        pod: group.about.pod.as_deref(),
        secret: secret.as_deref(),
        runtime: runtime.on_nodes(),
    };
    remedy::remedies(cause, &names)
}

impl Alternative {
    fn of(cause: Cause) -> Self {
        Self { cause, code: cause.code(), told_apart: cause.told_apart() }
    }
}

/// The clauses that prove a verdict, each in its words, with what follows up to the next sentence.
fn evidence(dissection: &Dissection, because: &[Word]) -> Vec<String> {
    let proving = dissection.clauses.iter().filter(|clause| because.contains(&clause.word));
    let mut lines: Vec<String> = Vec::new();
    let mut end = 0;
    for clause in proving {
        if clause.span.start < end {
            continue;
        }
        let (start, stop) = surroundings(&dissection.text, clause.span.start, clause.span.end);
        end = stop;
        lines.push(redact::text(dissection.text[start..stop].trim()));
    }
    if lines.is_empty() && !dissection.statuses.is_empty() {
        lines.extend(dissection.statuses.iter().map(|status| format!("HTTP status {status}")));
    }
    lines.dedup();
    lines
}

/// The part between `: ` and `: ` in which a clause stands.
fn surroundings(text: &str, start: usize, end: usize) -> (usize, usize) {
    let begin = text[..start].rfind(": ").map_or(0, |at| at + 2);
    let begin = if start - begin > EVIDENCE { start } else { begin };
    let stop = text[end..].find(": ").map_or(text.len(), |at| end + at);
    let stop = if stop - end > EVIDENCE { end } else { stop };
    (begin, stop)
}

/// A text without a cause, if it speaks of a failure at all.
fn unknown(dissection: &Dissection) -> Option<Unexplained> {
    const NOTHING_SAID: [Word; 2] = [Word::KubeletPull, Word::Lookup];
    let tells = dissection.clauses.iter().any(|clause| !NOTHING_SAID.contains(&clause.word));
    let has_error = dissection.says("failed") || dissection.says("error");
    if !tells && !has_error {
        return None;
    }
    let mut recognised: Vec<&'static str> =
        dissection.clauses.iter().map(|clause| clause.word.meaning()).collect();
    recognised.dedup();
    let text: String = redact::text(&dissection.text).chars().take(SHOWN).collect();
    Some(Unexplained { text, recognised, image: dissection.image.as_deref().map(redact::text) })
}

/// A pod whose pull secret is not there and whose image is denied: the one is the other's cause.
fn secrets_explain_denials(ranked: &mut Vec<(Confidence, usize, Finding)>) {
    const DENIALS: [Cause; 5] = [
        Cause::CredentialsMissing,
        Cause::RepoMissingOrPrivate,
        Cause::UserNotPermitted,
        Cause::BadCredentials,
        Cause::RepoNotFound,
    ];
    let missing: Vec<Finding> = ranked
        .iter()
        .map(|(.., finding)| finding)
        .filter(|finding| finding.cause == Cause::SecretMissing)
        .cloned()
        .collect();
    for secret in missing {
        let mut explained = false;
        for (confidence, _, finding) in ranked.iter_mut() {
            if is_of_the_same_pod(finding, &secret) && DENIALS.contains(&finding.cause) {
                let before = Alternative::of(finding.cause);
                let (pod, container, image) =
                    (finding.pod.clone(), finding.container.clone(), finding.image.clone());
                let mut evidence = secret.evidence.clone();
                evidence.append(&mut finding.evidence);
                let runtime = (finding.runtime, finding.runtime_version, finding.kubelet_version);
                let namespace = finding.namespace.take().or(secret.namespace.clone());
                let alternatives = vec![before];
                *finding =
                    Finding { namespace, pod, container, image, evidence, alternatives, ..secret.clone() };
                (finding.runtime, finding.runtime_version, finding.kubelet_version) = runtime;
                *confidence = Confidence::Certain;
                explained = true;
            }
        }
        if explained {
            ranked.retain(|(.., finding)| *finding != secret);
        } else if ranked
            .iter()
            .any(|(.., finding)| is_of_the_same_pod(finding, &secret) && *finding != secret)
        {
            // Something else stopped the pull; the secret may not even be needed.
            for (confidence, _, finding) in ranked.iter_mut().filter(|(.., finding)| *finding == secret) {
                *confidence = Confidence::Possible;
                finding.confidence = Confidence::Possible;
            }
        }
    }
}

fn is_of_the_same_pod(one: &Finding, other: &Finding) -> bool {
    one.pod == other.pod && may_be_one(&one.namespace, &other.namespace)
}
