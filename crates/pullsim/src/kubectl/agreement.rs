//! The cause by the cluster's own events, the cause by the replay, and whether they agree.

use diagnosis::{Cause, Diagnosis, Persistence};
use explain::{Confidence, Finding};
use report::{ImageReport, Outcome, PodsReport};
use schemars::JsonSchema;
use serde::Serialize;

use super::pod::ClusterContainer;

/// A container or image volume, seen from both sides.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Compared {
    /// As the cluster has it.
    #[serde(flatten)]
    pub container: ClusterContainer,
    /// The cause by events and status; `None` where they tell of no failed pull.
    pub events: Option<ByEvents>,
    /// What the replay came to; `None` where this image was not replayed.
    pub replay: Option<ByReplay>,
    /// How the two go together.
    pub verdict: Verdict,
}

#[derive(Clone, Debug, JsonSchema, Serialize)]
pub(crate) struct ByEvents {
    pub cause: Cause,
    pub code: &'static str,
    pub confidence: Confidence,
    #[serde(skip)]
    alternatives: Vec<Cause>,
}

#[derive(Clone, Debug, JsonSchema, Serialize)]
pub(crate) struct ByReplay {
    pub outcome: Outcome,
    /// `None` where it is pulled.
    pub cause: Option<Cause>,
    pub code: Option<&'static str>,
    #[serde(skip)]
    alternatives: Vec<Cause>,
}

/// How the cluster's events and the replay go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// Both name one cause.
    Agree,
    /// Each names one that the other holds possible.
    Compatible,
    /// They name causes that exclude each other.
    Differ,
    /// The container runs by now: what the events tell is over.
    Over,
    /// The events tell of a failure that can heal by itself, and the replay pulls.
    Healed,
    /// The events tell of a failure, and the replay pulls.
    OnlyInCluster,
    /// The replay fails, and the cluster tells of no failure.
    OnlyInReplay,
    /// Neither fails.
    Quiet,
    /// There was no replay of it.
    NotReplayed,
}

/// Each container of the pod. Findings that are of none of them are about the pod, and stay with the explanation.
pub(crate) fn compare(
    containers: &[ClusterContainer],
    findings: &[Finding],
    replay: Option<&PodsReport>,
) -> Vec<Compared> {
    let images: Vec<&ImageReport> = replay.iter().flat_map(|r| &r.pods).flat_map(|pod| &pod.images).collect();
    let compared = containers.iter().map(|container| {
        let of_events = |finding: &&Finding| is_about(finding, container);
        let of_replay = |image: &&&ImageReport| image.list == container.list && image.name == container.name;
        let events = findings.iter().find(of_events).map(ByEvents::new);
        let replay = images.iter().find(of_replay).map(|image| ByReplay::new(image));
        let verdict = verdict(container, events.as_ref(), replay.as_ref());
        Compared { container: container.clone(), events, replay, verdict }
    });
    compared.collect()
}

/// A volume has no status and no event of its own: only its image is named.
fn is_about(finding: &Finding, container: &ClusterContainer) -> bool {
    match &finding.container {
        Some(name) => container.list != "volumes" && *name == container.name,
        None => finding.image.as_ref().is_some_and(|image| *image == container.image),
    }
}

fn verdict(container: &ClusterContainer, events: Option<&ByEvents>, replay: Option<&ByReplay>) -> Verdict {
    let Some(replay) = replay else { return Verdict::NotReplayed };
    match (events, replay.outcome) {
        (Some(_), _) if container.now == "Running" => Verdict::Over,
        (None, Outcome::Pulled) => Verdict::Quiet,
        (None, Outcome::Failed) => Verdict::OnlyInReplay,
        (Some(told), Outcome::Pulled) if told.cause.persistence() == Persistence::Transient => {
            Verdict::Healed
        }
        (Some(_), Outcome::Pulled) => Verdict::OnlyInCluster,
        (Some(told), Outcome::Failed) => match replay.cause {
            Some(cause) if cause == told.cause => Verdict::Agree,
            Some(cause) if told.alternatives.contains(&cause) => Verdict::Compatible,
            _ if replay.alternatives.contains(&told.cause) => Verdict::Compatible,
            _ => Verdict::Differ,
        },
    }
}

impl ByEvents {
    fn new(finding: &Finding) -> Self {
        Self {
            cause: finding.cause,
            code: finding.code,
            confidence: finding.confidence,
            alternatives: finding.alternatives.iter().map(|other| other.cause).collect(),
        }
    }
}

impl ByReplay {
    fn new(image: &ImageReport) -> Self {
        // One that is pulled in the end was pulled for another pod's sake, or healed.
        let diagnosis: Option<&Diagnosis> =
            image.check.diagnosis.as_ref().filter(|_| image.outcome == Outcome::Failed);
        Self {
            outcome: image.outcome,
            cause: diagnosis.map(|diagnosis| diagnosis.cause),
            code: diagnosis.map(|diagnosis| diagnosis.cause.code()),
            alternatives: diagnosis.map(|diagnosis| diagnosis.alternatives.clone()).unwrap_or_default(),
        }
    }
}

impl Verdict {
    /// Whether the replay's own cause and remedy are all that there is to tell.
    pub const fn is_covered_by_replay(self) -> bool {
        matches!(self, Self::Agree | Self::Compatible | Self::OnlyInReplay | Self::Quiet | Self::Over)
    }

    /// In words. `node` is the node's name, where the pod has one.
    pub fn sentence(self, node: Option<&str>) -> String {
        let node = node.map_or_else(|| "the node".to_owned(), |name| format!("node {name}"));
        match self {
            Self::Agree => "they agree".to_owned(),
            Self::Compatible => {
                "they go together: the error's words leave both open, the replay has seen which it is"
                    .to_owned()
            }
            Self::Differ => format!(
                "they differ: the replay asked from this machine, and {node} has its own network and files (-- --node \
                 DIR takes its files)"
            ),
            Self::Over => "over: the container runs by now".to_owned(),
            Self::Healed => "the image can be pulled now: a cause that heals by itself".to_owned(),
            Self::OnlyInCluster => format!(
                "the image can be pulled from this machine: it has been healed since, or {node} has another network \
                 or other files (-- --node DIR takes its files)"
            ),
            Self::OnlyInReplay => "the cluster has no event of it (events are kept for an hour)".to_owned(),
            Self::Quiet => "nothing fails".to_owned(),
            Self::NotReplayed => "not replayed".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(now: &str) -> ClusterContainer {
        let (name, image) = ("web".to_owned(), "r.test/app:v1".to_owned());
        ClusterContainer { list: "containers", name, image, now: now.to_owned() }
    }

    fn told(cause: Cause, alternatives: &[Cause]) -> Option<ByEvents> {
        let alternatives = alternatives.to_vec();
        Some(ByEvents { cause, code: cause.code(), confidence: Confidence::Likely, alternatives })
    }

    fn replayed(cause: Option<Cause>, alternatives: &[Cause]) -> Option<ByReplay> {
        let outcome = if cause.is_some() { Outcome::Failed } else { Outcome::Pulled };
        let (code, alternatives) = (cause.map(Cause::code), alternatives.to_vec());
        Some(ByReplay { outcome, cause, code, alternatives })
    }

    #[test]
    fn verdicts() {
        use Cause::{ConnReset, CredentialsMissing, DnsNoSuchHost, SecretWrongRegistry};
        let missing = || told(CredentialsMissing, &[SecretWrongRegistry]);
        let cases = [
            ("", missing(), replayed(Some(CredentialsMissing), &[]), Verdict::Agree),
            ("", missing(), replayed(Some(SecretWrongRegistry), &[]), Verdict::Compatible),
            ("", missing(), replayed(Some(DnsNoSuchHost), &[CredentialsMissing]), Verdict::Compatible),
            ("", missing(), replayed(Some(DnsNoSuchHost), &[]), Verdict::Differ),
            ("Running", missing(), replayed(None, &[]), Verdict::Over),
            ("", told(ConnReset, &[]), replayed(None, &[]), Verdict::Healed),
            ("", missing(), replayed(None, &[]), Verdict::OnlyInCluster),
            ("", None, replayed(Some(DnsNoSuchHost), &[]), Verdict::OnlyInReplay),
            ("Running", None, replayed(None, &[]), Verdict::Quiet),
            ("", missing(), None, Verdict::NotReplayed),
        ];
        for (now, events, replay, expected) in cases {
            let found = verdict(&container(now), events.as_ref(), replay.as_ref());
            assert_eq!(found, expected, "{events:?} {replay:?}");
        }
    }
}
