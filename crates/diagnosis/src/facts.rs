use cri::Code;
use jiff::Timestamp;
use trace::Step;

use crate::Runtime;

/// What is known after a check: everything a diagnosis is made from.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The image as written.
    pub image: &'a str,
    /// What the image means; `None` when it does not parse.
    pub reference: Option<Reference<'a>>,
    /// The node's platform, `linux/amd64`.
    pub platform: &'a str,
    /// What became of the pull.
    pub outcome: Outcome,
    /// The attempts: one a credential, or a single anonymous one.
    pub attempts: Vec<Attempt<'a>>,
    /// Entries of secrets that match no registry of this image.
    pub unmatched: Vec<UnmatchedKey>,
    /// Secrets that the kubelet skips altogether.
    pub skipped: Vec<SkippedSecret>,
    /// Secrets that the pod names and that are not there.
    pub missing: Vec<MissingSecret>,
    /// The pod's namespace; `None` where no pod was named.
    pub namespace: Option<&'a str>,
    /// The node's date when it began.
    pub at: Timestamp,
    /// Who pulls.
    pub runtime: Runtime,
}

/// The parts of a reference.
#[derive(Clone, Copy, Debug)]
pub struct Reference<'a> {
    /// The registry's domain, normalised (`docker.io`).
    pub domain: &'a str,
    /// The repository's path below it.
    pub path: &'a str,
    /// The tag.
    pub tag: Option<&'a str>,
    /// The digest.
    pub digest: Option<&'a str>,
}

impl Reference<'_> {
    /// The host that is asked for the domain: Docker Hub's registry has a name of its own.
    pub fn registry_host(&self) -> &str {
        if self.domain == "docker.io" { "registry-1.docker.io" } else { self.domain }
    }
}

/// What became of the pull.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The image is there.
    Pulled,
    /// The runtime failed, with this status.
    Refused(Code),
    /// The kubelet could not read the image's name, for this reason.
    InvalidName(String),
    /// The policy is Never, and the image is not there for this pod.
    NeverPull {
        /// Why the pod may not have it, where it is on the node: in a clause.
        denied: Option<String>,
    },
    /// The kubelet's own limit of pulls was used up.
    QpsExceeded,
    /// The kubelet could not read a pull secret.
    SecretMalformed {
        /// Which, to be shown.
        source: String,
        /// Why, in the kubelet's words.
        reason: String,
    },
}

/// One request to the runtime and all that it did.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// What it was given to log in with.
    pub login: Option<Login<'a>>,
    /// Its steps, in order.
    pub steps: &'a [Step],
}

/// What the runtime was given to log in with.
#[derive(Clone, Copy, Debug)]
pub struct Login<'a> {
    /// The user name.
    pub username: &'a str,
    /// The key of the entry, as written.
    pub key: &'a str,
    /// Where it comes from, to be shown.
    pub source: &'a str,
    /// What kind of thing that is.
    pub origin: Origin,
    /// Whether it holds neither name nor password nor token.
    pub empty: bool,
    /// When its password expired, where that is a token that tells, and is past its life.
    pub expired: Option<Timestamp>,
}

/// What a login comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A Secret of the pod's, or a file that was given in place of one.
    Secret,
    /// A file of the kubelet's own.
    NodeFile,
    /// A credential provider plugin, for the node or for the pod's service account.
    Plugin,
    /// It was given outright.
    Given,
}

/// An entry of a secret that is never sent for the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmatchedKey {
    /// Where it stands, to be shown.
    pub source: String,
    /// The key as written.
    pub key: String,
    /// Why it does not match, in a sentence.
    pub reason: String,
}

/// A secret that the kubelet skips.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedSecret {
    /// Which, to be shown.
    pub source: String,
    /// Why, in a sentence.
    pub reason: String,
}

/// A secret that is not where the pod's namespace should have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingSecret {
    /// Its name.
    pub name: String,
    /// The namespaces that are known to have one of this name.
    pub elsewhere: Vec<String>,
}
