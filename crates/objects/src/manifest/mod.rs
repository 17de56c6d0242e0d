//! Pods, workloads and what their pulls need, as they stand in manifests.

mod convert;
mod files;
mod kinds;
pub(crate) mod misspelt;
mod places;
mod pod;
mod read;

use keyring::PullSecret;

use crate::{Note, Place};

pub use files::open_manifests;
pub use places::PodPlaces;
pub use read::{ManifestReader, read_manifests};

/// Everything in a set of manifests that decides about pulls.
#[derive(Debug, Default)]
pub struct Manifests {
    /// Pods and workloads in the order of the files; may be empty.
    pub workloads: Vec<Workload>,
    /// The service accounts.
    pub service_accounts: Vec<ServiceAccount>,
    /// All Secrets, also those of types that the kubelet ignores: a pod may name them all the same.
    pub secrets: Vec<SecretManifest>,
    /// What else there is to tell.
    pub notes: Vec<Note>,
}

/// A value, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// File, line and column; without the line's text.
    pub place: Place,
    /// The column from which on the line has the value letter by letter, perhaps in quotes; `None` where it is written
    /// otherwise: folded, or with escapes.
    pub spelled_at: Option<usize>,
}

/// A Pod, or an object with a pod template in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// `Pod`, `Deployment`, `CronJob` …
    pub kind: String,
    /// The namespace; that of `--namespace` or `default` where none is written.
    pub namespace: String,
    /// The name; `generateName` where there is no name.
    pub name: String,
    /// `metadata.uid`; empty where the file holds none.
    pub uid: String,
    /// Whether it was taken from a cluster: it has a UID or a status, which nobody writes.
    pub from_cluster: bool,
    /// Where the object begins.
    pub place: Place,
    /// The pod itself, or the pods that the object makes.
    pub pod: PodManifest,
}

impl Workload {
    /// Whether the pod is only a template: what the API server sets or refuses at the creation of a pod is still to
    /// come.
    pub fn is_template(&self) -> bool {
        self.kind != "Pod"
    }

    /// Whether it is a pod that the API server has stored already: what it sets and copies at the creation is done, and
    /// is not done again.
    pub fn is_stored_pod(&self) -> bool {
        !self.is_template() && self.from_cluster
    }
}

/// The part of a pod that decides about pulls, as written: no defaults are filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodManifest {
    /// The annotations, in their order.
    pub annotations: Vec<(String, String)>,
    /// `serviceAccountName`, or the older `serviceAccount`.
    pub service_account: Option<Located<String>>,
    /// The names in `imagePullSecrets`, in their order; an empty name is kept.
    pub pull_secrets: Vec<Located<String>>,
    /// `initContainers`, in their order.
    pub init_containers: Vec<ContainerManifest>,
    /// `containers`, in their order.
    pub containers: Vec<ContainerManifest>,
    /// `ephemeralContainers`, in their order.
    pub ephemeral_containers: Vec<ContainerManifest>,
    /// The volumes that are images.
    pub image_volumes: Vec<ImageVolumeManifest>,
    /// `nodeSelector`, in its order: it may say for which platform the pod is.
    pub node_selector: Vec<(String, String)>,
}

/// A container as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerManifest {
    /// The name.
    pub name: String,
    /// Where the container begins.
    pub place: Place,
    /// `image`; none where it is absent or `null`.
    pub image: Option<Located<String>>,
    /// `imagePullPolicy`.
    pub pull_policy: Option<Located<String>>,
    /// The names of the volumes that it mounts.
    pub mounts: Vec<String>,
    /// Whether `restartPolicy` is `Always`, which makes a sidecar of an init container.
    pub restarts_always: bool,
}

/// A volume that is an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageVolumeManifest {
    /// The volume's name.
    pub name: String,
    /// Its place in `spec.volumes`, from 0.
    pub index: usize,
    /// `image.reference`; none where it is absent or `null`.
    pub reference: Option<Located<String>>,
    /// `image.pullPolicy`.
    pub pull_policy: Option<Located<String>>,
}

/// A ServiceAccount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAccount {
    /// The namespace.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// `metadata.uid`; empty where the file holds none.
    pub uid: String,
    /// The annotations, in their order.
    pub annotations: Vec<(String, String)>,
    /// The names in `imagePullSecrets`, in their order.
    pub pull_secrets: Vec<Located<String>>,
    /// Where the object begins.
    pub place: Place,
}

/// A Secret, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretManifest {
    /// The Secret, as the API server would store it.
    pub secret: PullSecret,
    /// Where the object begins.
    pub place: Place,
}

/// What the manifests hold of a Secret that a pod names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretLookup<'a> {
    /// It is there.
    Found(&'a PullSecret),
    /// Only Secrets of that name in other namespaces are; the kubelet never looks there.
    Elsewhere(Vec<&'a SecretManifest>),
    /// There is none of that name.
    Missing,
}

impl Manifests {
    /// The Secret of this name, as a pod in this namespace would find it.
    pub fn secret(&self, namespace: &str, name: &str) -> SecretLookup<'_> {
        let named: Vec<&SecretManifest> =
            self.secrets.iter().filter(|manifest| manifest.secret.name == name).collect();
        match named.iter().find(|manifest| manifest.secret.namespace == namespace) {
            Some(manifest) => SecretLookup::Found(&manifest.secret),
            None if named.is_empty() => SecretLookup::Missing,
            None => SecretLookup::Elsewhere(named),
        }
    }

    /// The service account of this name.
    pub fn service_account(&self, namespace: &str, name: &str) -> Option<&ServiceAccount> {
        self.service_accounts.iter().find(|account| account.namespace == namespace && account.name == name)
    }
}
