//! What people paste: Kubernetes objects, tables of kubectl, logs, a bare error. Each yields statements.

mod clean;
mod lines;
mod objects;
mod record;
mod row;

pub(crate) use clean::clean;

use crate::pods_table::PodLine;

/// Larger inputs are refused by whoever reads them.
pub const MAX_INPUT_BYTES: usize = 16 * 1024 * 1024;

/// One thing that somebody said about a pull, and about which.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Statement {
    pub text: String,
    /// The text as it was before a terminal broke its lines, where that may have happened.
    pub joined: Option<String>,
    pub about: About,
    /// Whether it is one record of a log, which speaks of other things as well.
    pub of_log: bool,
}

/// What a statement is about, as far as the input tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct About {
    /// The pod's namespace.
    pub namespace: Option<String>,
    pub pod: Option<String>,
    pub container: Option<String>,
    pub image: Option<String>,
}

/// What an input holds.
#[derive(Debug, Default)]
pub(crate) struct Input {
    /// The statements, in its order.
    pub statements: Vec<Statement>,
    /// The lines of the table of pods.
    pub pods: Vec<PodLine>,
}

/// Reads an input that was cleaned.
pub(crate) fn read(text: &str) -> Input {
    let statements = objects::read(text).unwrap_or_default();
    if statements.is_empty() { lines::read(text) } else { Input { statements, ..Input::default() } }
}

/// A log of no more records is an excerpt, and was chosen for what it says.
const EXCERPT: usize = 100;

/// An excerpt of a log as one statement, without its times: a terminal's output is stamped line by line, and tells with one
/// what another is about.
pub(crate) fn as_one(statements: &[Statement]) -> Option<Statement> {
    let records = statements.iter().filter(|statement| statement.of_log).count();
    if !(2..=EXCERPT).contains(&records) {
        return None;
    }
    let lines = statements.iter().flat_map(|statement| statement.text.lines()).map(record::undated);
    let text = lines.collect::<Vec<_>>().join("\n");
    Some(Statement { text, ..Statement::default() })
}

/// Reasons of events and of waiting containers that are about images.
const REASONS: [&str; 15] = [
    "Failed",
    "BackOff",
    "ErrImagePull",
    "ImagePullBackOff",
    "ErrImageNeverPull",
    "InvalidImageName",
    "InspectFailed",
    "ImageInspectError",
    "RegistryUnavailable",
    "SignatureValidationFailed",
    "FailedToRetrieveImagePullSecret",
    "FailedCreatePodSandBox",
    "FailedCreatePodSandbox",
    "FreeDiskSpaceFailed",
    "ImageGCFailed",
];

/// The reason of what kubelets up to 1.8 say of everything that keeps a pod from running
/// (`kubernetes@60e967f4:pkg/kubelet/pod_workers.go:185`, until `kubernetes@54224600ec:pkg/kubelet/events/event.go:32`), and what such events say of images.
const FAILED_SYNC: &str = "FailedSync";
const OF_IMAGES: [&str; 3] = ["Image", "image", "secrets \""];

/// Words of failures that come after the pull.
const LATER: [&str; 5] = [
    "failed to create containerd task",
    "failed to start container",
    "OCI runtime",
    "restarting failed container",
    "failed to create container",
];

/// Reasons of the kubelet and the scheduler that speak of images, and of no pull that failed.
const OTHERS: [&str; 6] = ["Pulled", "Pulling", "Created", "Started", "FailedMount", "FailedScheduling"];
/// How controllers that ask registries themselves begin to tell of a failure.
const FAILURES: [&str; 7] =
    ["ailed to", "nable to", "annot ", "ould not", "unexpected status", "DENIED", "UNAUTHORIZED"];
/// What they speak of then.
const ASKED: [&str; 4] = ["image", "/v2/", "/manifests/", "registry"];

/// Whether a controller tells with a reason of its own that it could not ask a registry: Knative (`ContainerMissing`),
/// Flux (`ReconciliationFailed`), Crossplane (`UnpackPackage`) and many more.
fn is_of_a_controller(reason: &str, message: &str) -> bool {
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    !OTHERS.contains(&reason) && says(&ASKED) && says(&FAILURES)
}

/// Whether an event or a state of this reason is about a pull.
pub(crate) fn is_about_a_pull(reason: &str, message: &str) -> bool {
    let later = LATER.iter().any(|words| message.contains(words))
        && !message.contains("exec format error")
        // Where the image is pulled in the guest (`guest-components@8246e5e0:image-rs/src/image.rs:57`), the task's creation pulls it.
        && !message.contains("failed to pull");
    let sync =
        reason.eq_ignore_ascii_case(FAILED_SYNC) && OF_IMAGES.iter().any(|words| message.contains(words));
    let known = REASONS.contains(&reason) || sync;
    let broken = reason.contains("unmarshal") || reason.contains("base64");
    !later && (known || broken || is_of_a_controller(reason, message))
}
