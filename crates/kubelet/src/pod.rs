use std::collections::BTreeMap;
use std::fmt;

use crate::{ParsePolicyError, PullPolicy};

/// The annotation by which the kubelet's copy of a static pod is known.
const MIRROR_ANNOTATION: &str = "kubernetes.io/config.mirror";
/// The container of a pod that was made up for an image.
const MADE_UP_NAME: &str = "app";

/// A pod, as far as it decides about images. Nothing in it is checked or defaulted: it is what was sent to the API
/// server, or what came of that (see [`crate::admit`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pod {
    /// `metadata.namespace`
    pub namespace: String,
    /// `metadata.name`
    pub name: String,
    /// `metadata.uid`; the back-off of two pods is told apart by it.
    pub uid: String,
    /// `metadata.annotations`; all are handed to the runtime with each image.
    pub annotations: BTreeMap<String, String>,
    /// `spec.serviceAccountName`; empty: `default`.
    pub service_account_name: String,
    /// The names in `spec.imagePullSecrets`, in order; an empty one is no error and is passed over.
    pub image_pull_secrets: Vec<String>,
    /// `spec.initContainers`
    pub init_containers: Vec<Container>,
    /// `spec.containers`
    pub containers: Vec<Container>,
    /// `spec.ephemeralContainers`
    pub ephemeral_containers: Vec<Container>,
    /// The volumes of `spec.volumes` that are images.
    pub image_volumes: Vec<ImageVolume>,
}

impl Pod {
    /// A pod without containers.
    pub fn new(namespace: impl Into<String>, name: impl Into<String>) -> Self {
        let (namespace, name) = (namespace.into(), name.into());
        Self {
            uid: format!("{namespace}/{name}"),
            namespace,
            name,
            annotations: BTreeMap::new(),
            service_account_name: String::new(),
            image_pull_secrets: Vec::new(),
            init_containers: Vec::new(),
            containers: Vec::new(),
            ephemeral_containers: Vec::new(),
            image_volumes: Vec::new(),
        }
    }

    /// The pod that is made up for an image alone: its one container is called `app`.
    pub fn of_image(image: impl Into<String>) -> Self {
        let mut pod = Self::new("default", MADE_UP_NAME);
        pod.containers.push(Container::new(MADE_UP_NAME, image));
        pod
    }

    /// All containers in the order in which the kubelet starts them
    /// (`kubernetes v1.28.7 pkg/kubelet/kuberuntime/kuberuntime_manager.go SyncPod`): ephemeral, init, regular.
    pub fn all_containers(&self) -> impl Iterator<Item = (ContainerKind, &Container)> {
        let of = |kind| move |container| (kind, container);
        let ephemeral = self.ephemeral_containers.iter().map(of(ContainerKind::Ephemeral));
        let init = self.init_containers.iter().map(of(ContainerKind::Init));
        let regular = self.containers.iter().map(of(ContainerKind::Regular));
        ephemeral.chain(init).chain(regular)
    }

    /// Whether it is the API server's mirror of a static pod.
    pub fn is_mirror(&self) -> bool {
        self.annotations.contains_key(MIRROR_ANNOTATION)
    }
}

/// A container, as far as it decides about its image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// `name`
    pub name: String,
    /// `image`, as written.
    pub image: String,
    /// `imagePullPolicy`
    pub policy: WrittenPolicy,
    /// The names of the image volumes that it mounts.
    pub image_volumes: Vec<String>,
    /// Whether it is an init container with `restartPolicy: Always`, which the next one does not wait for.
    pub sidecar: bool,
}

impl Container {
    /// A container with this image and no policy of its own.
    pub fn new(name: impl Into<String>, image: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            image: image.into(),
            policy: WrittenPolicy::Unset,
            image_volumes: Vec::new(),
            sidecar: false,
        }
    }
}

/// A volume that is an image (`spec.volumes[].image`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageVolume {
    /// `name`
    pub name: String,
    /// Its place in `spec.volumes`, from 0.
    pub index: usize,
    /// `image.reference`, as written.
    pub reference: String,
    /// `image.pullPolicy`
    pub policy: WrittenPolicy,
}

/// A pull policy as the object has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WrittenPolicy {
    /// None is written.
    #[default]
    Unset,
    /// One of the three.
    Set(PullPolicy),
    /// Something else, which the API server refuses.
    Unsupported(String),
}

impl WrittenPolicy {
    /// What the text of the field means.
    pub fn from_text(text: &str) -> Self {
        match text.parse() {
            Ok(policy) => Self::Set(policy),
            Err(ParsePolicyError { .. }) if text.is_empty() => Self::Unset,
            Err(ParsePolicyError { text }) => Self::Unsupported(text),
        }
    }

    /// The policy, if it is one.
    pub const fn known(&self) -> Option<PullPolicy> {
        match self {
            Self::Set(policy) => Some(*policy),
            Self::Unset | Self::Unsupported(_) => None,
        }
    }
}

/// Which of a pod's lists a container stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ContainerKind {
    /// `spec.ephemeralContainers`
    Ephemeral,
    /// `spec.initContainers`
    Init,
    /// `spec.containers`
    Regular,
}

impl ContainerKind {
    /// The list's name in `spec`.
    pub const fn list(self) -> &'static str {
        match self {
            Self::Ephemeral => "ephemeralContainers",
            Self::Init => "initContainers",
            Self::Regular => "containers",
        }
    }

    /// What events about a container refer to (`kubernetes v1.28.7 pkg/kubelet/container/ref.go fieldPath`).
    pub fn field_path(self, name: &str) -> String {
        format!("{self}{{{name}}}")
    }
}

impl fmt::Display for ContainerKind {
    /// `spec.containers`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "spec.{}", self.list())
    }
}
