//! `pullsim pod`, the kubectl plugin: what the cluster has of a pod, fed to `check -f -` and to `explain`.
//!
//! ```text
//! kubectl get pod ──▶ its account, Secrets, events, node
//!      │                  │                 │       └─▶ --platform --runtime --kubelet
//!      └──────────────────┴─▶ check ─▶ PodsReport ─┐
//!                         pod status, events ─▶ explain ─┴─▶ compared, container by container
//! ```

mod agreement;
mod client;
mod node;
mod pod;
mod text;

use explain::Explanation;
use node::NodeFacts;
use objects::Source;
use report::{Outcome, PodsReport};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use self::agreement::{Compared, compare};
use self::client::Kubectl;
use self::pod::ClusterPod;
use crate::error::Failure;
use crate::exit::Exit;
use crate::lowargs::{LowPod, Output, is_object_name};
use crate::{check, output, stdin};

pub(crate) use self::client::KubectlError;

/// The document that `-o json` prints.
#[derive(JsonSchema, Serialize)]
pub(crate) struct ClusterReport {
    #[serde(rename = "apiVersion")]
    #[schemars(extend("const" = "pullsim/v1"))]
    api_version: &'static str,
    #[schemars(extend("const" = "ClusterReport"))]
    kind: &'static str,
    pod: PodName,
    /// Each container and image volume from both sides.
    containers: Vec<Compared>,
    /// What the pod's status and events tell.
    explanation: Explanation,
    /// The replay; absent when it was not made.
    replay: Option<PodsReport>,
    /// Why it was not.
    not_replayed: Option<String>,
    notes: Vec<String>,
}

#[derive(JsonSchema, Serialize)]
struct PodName {
    namespace: String,
    name: String,
    node: Option<String>,
}

/// Why there is no replay.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotReplayed {
    /// The Secrets decide, and are not to be had.
    #[error("without the pod's Secrets nobody can say what the node sends: {0}")]
    Secrets(KubectlError),
    /// The node runs something else than Linux.
    #[error("the node is {platform}, whose pulls are not known here")]
    Platform {
        /// Operating system and architecture.
        platform: String,
    },
}

/// Looks at a pod of a cluster.
pub(crate) fn run(low: &LowPod, environment: &::node::Environment) -> Result<Exit, Failure> {
    let kubectl = Kubectl::new(low);
    let found = kubectl.pod(&low.name, low.namespace.as_deref()).map_err(Failure::Kubectl)?;
    let pod = ClusterPod::new(&found);
    let mut notes = Vec::new();
    let account = account(&kubectl, &pod);
    notes.extend(account.as_ref().and_then(|account| pod.given_too_late(account)));
    let explanation = explained(&kubectl, &pod, &mut notes);
    let replay = replayed(&kubectl, low, &pod, (&found, account.as_ref()), &mut notes, environment)?;
    let (replay, not_replayed) = match replay {
        Ok(replay) => (Some(replay), None),
        // Then nothing at all is known.
        Err(reason) if explanation.findings.is_empty() => return Err(Failure::NotReplayed(reason)),
        Err(reason) => (None, Some(reason.to_string())),
    };
    let exit = match &replay {
        Some(replay) if replay.outcome == Outcome::Pulled => Exit::Pulled,
        _ => Exit::NotPulled,
    };
    let containers = compare(&pod.containers, &explanation.findings, replay.as_ref());
    let pod = PodName { namespace: pod.namespace, name: pod.name, node: pod.node };
    let report = ClusterReport {
        api_version: "pullsim/v1",
        kind: "ClusterReport",
        pod,
        containers,
        explanation,
        replay,
        not_replayed,
        notes,
    };
    output::write(&match low.output {
        Output::Json => output::json(&report)?,
        Output::Text => text::text(&report, output::text_options(low.color, environment)),
    })?;
    Ok(exit)
}

/// What the pod's status and its events tell. Without the events the status alone counts.
fn explained(kubectl: &Kubectl, pod: &ClusterPod, notes: &mut Vec<String>) -> Explanation {
    let selector = format!("involvedObject.kind=Pod,involvedObject.name={}", pod.name);
    let events = kubectl.object(&["events", "--field-selector", &selector], Some(&pod.namespace));
    let events = events.unwrap_or_else(|error| {
        notes.push(format!("the pod's events are not known: {error}"));
        Value::Null
    });
    explain::explain(&pod.told(&events))
}

/// The pod's service account. Who may not see it misses a hint and the annotations, and nothing else.
fn account(kubectl: &Kubectl, pod: &ClusterPod) -> Option<Value> {
    let account = is_object_name(&pod.service_account).then_some(pod.service_account.as_str())?;
    kubectl.object(&["serviceaccount", account], Some(&pod.namespace)).ok()
}

/// The pod by `check -f -`, with the Secrets that it names, on a node like its own.
fn replayed(
    kubectl: &Kubectl,
    low: &LowPod,
    pod: &ClusterPod,
    (found, account): (&Value, Option<&Value>),
    notes: &mut Vec<String>,
    environment: &::node::Environment,
) -> Result<Result<PodsReport, NotReplayed>, Failure> {
    let facts = node_facts(kubectl, low, pod, notes);
    let given = low.of_node();
    let mut flags = [facts.flags_beside(&given), given].concat();
    flags.extend(pod.node.iter().map(|name| ("--node-name", name.clone())));
    let check = low.check(&pod.namespace, &flags).map_err(|error| Failure::Arguments(Box::new(error)))?;
    // Its -f is no file, and what kubectl gave.
    let files = stdin::files_of(&check);
    stdin::once(&files.into_iter().filter(|(flag, _)| *flag != "-f").collect::<Vec<_>>())?;
    if let (Some(platform), None) = (facts.foreign, &check.platform) {
        return Ok(Err(NotReplayed::Platform { platform }));
    }
    let secrets = match kubectl.secrets(&pod.pull_secrets, &pod.namespace) {
        Ok(secrets) => secrets,
        Err(error) if check.secret.is_empty() => return Ok(Err(NotReplayed::Secrets(error))),
        Err(error) => {
            notes.push(format!("only Secrets of files count: {error}"));
            Vec::new()
        }
    };
    let mut sources = vec![
        Source::from_text(format!("kubectl get pod {}", pod.name), found.to_string()),
        Source::from_text("ServiceAccount", pod.service_account_without_secrets(account)),
    ];
    if !secrets.is_empty() {
        sources.push(Source::from_reader("kubectl get secret", secrets.as_slice())?);
    }
    let mut report = check::pods_report(&check, &sources, environment)?;
    without_places(&mut report);
    Ok(Ok(report))
}

/// What the node tells of itself, where it is to be had and not all is given.
fn node_facts(kubectl: &Kubectl, low: &LowPod, pod: &ClusterPod, notes: &mut Vec<String>) -> NodeFacts {
    if low.of_node().len() == 3 {
        return NodeFacts::default();
    }
    let Some(name) = pod.node.as_deref().filter(|name| is_object_name(name)) else {
        notes.push("the pod is on no node yet: replayed on one with the defaults".to_owned());
        return NodeFacts::default();
    };
    match kubectl.object(&["node", name], None) {
        Ok(node) => {
            let facts = NodeFacts::new(&node);
            notes.extend(facts.notes.iter().cloned());
            facts
        }
        Err(error) => {
            notes.push(format!(
                "replayed on a node with the defaults (--runtime, --kubelet, --platform): {error}"
            ));
            NodeFacts::default()
        }
    }
}

/// Objects of a cluster stand in no file.
fn without_places(report: &mut PodsReport) {
    for pod in &mut report.pods {
        pod.place.clear();
        pod.images.iter_mut().for_each(|image| image.place.clear());
        pod.missing_secrets.iter_mut().for_each(|secret| secret.place.clear());
    }
}
