use std::borrow::Cow;
use std::time::Duration;

use diagnosis::{Diagnosis, NeededHost, RateLimit};
use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use trace::Step;

use crate::Trial;

/// All that a check found.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct CheckReport {
    /// `pullsim/v1` and `CheckReport`.
    #[serde(flatten)]
    pub header: Header<Check>,
    /// The image as written.
    pub image: String,
    /// What it means; `None` when it does not parse.
    pub reference: Option<ReferenceSummary>,
    /// The node that was simulated.
    pub node: NodeSummary,
    /// The pull policy.
    pub pull_policy: String,
    /// What the runtime was given to log in with, in order.
    pub credentials: Vec<CredentialSummary>,
    /// Entries of secrets that are never sent for this image.
    pub unmatched: Vec<UnmatchedKey>,
    /// Secrets that the kubelet skips.
    pub skipped: Vec<SkippedSecret>,
    /// The secret that the kubelet cannot read, which ends the pull.
    pub malformed: Option<SkippedSecret>,
    /// What the kubelet's records say of the image, where it is on the node and they are asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_node: Option<OnNode>,
    /// Whether the image would be pulled.
    pub outcome: Outcome,
    /// The last answer of the runtime.
    pub cri: Answer,
    /// All answers of the runtime, in order.
    pub answers: Vec<Answer>,
    /// The events of the pod.
    pub events: Vec<Event>,
    /// The events as `kubectl describe pod` shows them.
    #[serde(skip)]
    pub described: String,
    /// Why the container waits; `None` when it does not.
    pub waiting: Option<Waiting>,
    /// Why the pull fails.
    pub diagnosis: Option<Diagnosis>,
    /// The hosts and ports that the pull needs: what a firewall must let through.
    pub hosts: Vec<NeededHost>,
    /// How many pulls the registry has left for this client, where its answers said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
    /// Changes that were tried, in their order; `None` when nobody asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what_if: Option<Vec<Trial>>,
    /// What else a reader should know.
    pub notes: Vec<String>,
    /// The node's date when the check began.
    #[serde(serialize_with = "timestamp")]
    pub at: Timestamp,
    /// How long it took.
    #[serde(rename = "took_ms", serialize_with = "milliseconds")]
    #[schemars(with = "f64")]
    pub took: Duration,
    /// Every step, secrets redacted.
    pub trace: Vec<Step>,
}

/// The fields that begin each document.
#[derive(Clone, Copy, Debug, Default)]
pub struct Header<K>(std::marker::PhantomData<K>);

/// A kind of document.
pub trait Kind {
    /// Its name.
    const NAME: &'static str;
}

/// The kind `CheckReport`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Check;

impl Kind for Check {
    const NAME: &'static str = "CheckReport";
}

impl<K: Kind> Serialize for Header<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("apiVersion", "pullsim/v1")?;
        map.serialize_entry("kind", K::NAME)?;
        map.end()
    }
}

impl<K: Kind> JsonSchema for Header<K> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}Header", K::NAME).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "properties": {"apiVersion": {"const": "pullsim/v1"}, "kind": {"const": K::NAME}},
            "required": ["apiVersion", "kind"],
        })
    }
}

/// Whether the image would be pulled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is on the node.
    Pulled,
    /// It is not.
    Failed,
}

/// A reference taken apart.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct ReferenceSummary {
    /// The registry, normalised (`docker.io`).
    pub domain: String,
    /// The repository below it.
    pub path: String,
    /// The tag; empty when there is none.
    pub tag: String,
    /// The digest; empty when there is none.
    pub digest: String,
}

impl ReferenceSummary {
    /// A reference of these parts.
    pub fn new(domain: &str, path: &str, tag: Option<&str>, digest: Option<&str>) -> Self {
        let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
        let (tag, digest) = (text(tag), text(digest));
        Self { domain: domain.to_owned(), path: path.to_owned(), tag, digest }
    }
}

/// The node that was simulated.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct NodeSummary {
    /// Operating system and architecture, `linux/amd64`.
    pub platform: String,
    /// The runtime's profile, `containerd-2.1.9`.
    pub runtime: String,
    /// The kubelet's version, `1.34`.
    pub kubelet: String,
}

/// Something to log in with; never the password.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct CredentialSummary {
    /// The user name.
    pub username: String,
    /// The key of its entry, as written.
    pub key: String,
    /// Where it comes from.
    pub source: String,
    /// When the password says that it expires, where it is a token that tells.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "timestamp_if_any")]
    pub expires: Option<Timestamp>,
}

/// An entry of a secret that is never sent for this image.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct UnmatchedKey {
    /// Where it stands.
    pub source: String,
    /// The key as written.
    pub key: String,
    /// Why it does not match.
    pub reason: String,
}

/// A secret that the kubelet skips or cannot read.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize)]
pub struct SkippedSecret {
    /// Which.
    pub source: String,
    /// Why.
    pub reason: String,
}

/// What the kubelet's records of earlier pulls say of an image that is on the node, for one pod.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct OnNode {
    /// The runtime's name of the image.
    pub image_id: String,
    /// The file below the kubelet's `image_manager` that decided; `None` when there is none.
    pub record: Option<String>,
    /// Whether the pod must pull the image though it is there.
    pub must_pull: bool,
    /// Why, in a word: `everybody`, `secret`, `others` …
    pub reason: String,
    /// Why, in full.
    pub text: String,
}

/// What the runtime answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Answer {
    /// The gRPC code by its name in Go: `OK`, `NotFound`, `Unknown` … Empty when the runtime was not asked.
    pub code: String,
    /// The status message, word for word.
    pub message: String,
    /// `PullImageResponse.image_ref`.
    pub image_ref: String,
    /// Which of the credentials was given, counted from 0; `None` is anonymous.
    pub credential: Option<usize>,
    /// The first of its steps in the trace, counted from 0.
    pub first_step: usize,
    /// How long it took.
    #[serde(rename = "took_ms", serialize_with = "milliseconds")]
    #[schemars(with = "f64")]
    pub took: Duration,
}

/// An event of the pod.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Event {
    /// `Normal` or `Warning`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The reason.
    pub reason: String,
    /// The message, word for word.
    pub message: String,
    /// Who sent it.
    pub from: String,
    /// The part of the pod that it is about; `None` for the pod as a whole.
    pub field_path: Option<String>,
    /// How often it was seen.
    pub count: u32,
    /// When it was first seen, since the check began.
    #[serde(rename = "at_ms", serialize_with = "milliseconds")]
    #[schemars(with = "f64")]
    pub at: Duration,
}

/// The container's waiting state.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Waiting {
    /// `ErrImagePull`, `InvalidImageName` …
    pub reason: String,
    /// The message, word for word.
    pub message: String,
}

pub(crate) fn milliseconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((duration.as_secs_f64() * 1e6).round() / 1e3)
}

fn timestamp_if_any<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => timestamp(time, serializer),
        None => serializer.serialize_none(),
    }
}

fn timestamp<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}
