use std::path::PathBuf;

use objects::{InputError, nearest};

/// What is wrong with a scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// A key that the format does not have.
    #[error("unknown key `{key}`")]
    UnknownKey {
        /// The key.
        key: String,
        /// The keys that could stand there.
        known: Vec<&'static str>,
    },
    /// A word that is none of those that could stand there.
    #[error("unknown word `{word}`")]
    UnknownWord {
        /// The word.
        word: String,
        /// The words that could stand there.
        known: Vec<&'static str>,
    },
    /// A key that must be there is not.
    #[error("the key `{0}` is missing")]
    MissingKey(&'static str),
    /// A key is there twice.
    #[error("the key `{0}` is there twice")]
    DuplicateKey(String),
    /// A value cannot be read.
    #[error("{0}")]
    Value(String),
    /// There is nothing in it.
    #[error("this is no scenario: it is empty")]
    Empty,
    /// The file is of another format.
    #[error("this is no scenario: {key} is `{found}`, not `{expected}`")]
    OtherFormat {
        /// The key that tells.
        key: &'static str,
        /// What it says.
        found: String,
        /// What it should say.
        expected: &'static str,
    },
    /// A host is named that the scenario does not have.
    #[error("there is no host `{name}`")]
    UnknownHost {
        /// The name.
        name: String,
        /// The hosts that there are.
        known: Vec<String>,
    },
    /// A runtime is named that is not known.
    #[error("there is no runtime `{name}`")]
    UnknownRuntime {
        /// The name.
        name: String,
        /// The runtimes that there are.
        known: Vec<&'static str>,
    },
    /// A kubelet is named that is not known.
    #[error("there is no kubelet `{version}`")]
    UnknownKubelet {
        /// The version.
        version: String,
        /// The versions that there are.
        known: Vec<String>,
    },
    /// An object is of a kind that decides about no pull.
    #[error("{kind} is no object that decides about pulls")]
    UnknownKind {
        /// The kind.
        kind: String,
        /// The kinds that do.
        known: Vec<&'static str>,
    },
    /// Something is expected of a pod that the scenario does not have.
    #[error("there is no pod `{name}`")]
    UnknownPod {
        /// The name.
        name: String,
        /// The pods that there are.
        known: Vec<String>,
    },
    /// Something is expected of a container that the pod does not have.
    #[error("the pod `{pod}` has no container or image volume `{name}`")]
    UnknownContainer {
        /// The pod.
        pod: String,
        /// The name.
        name: String,
        /// The containers and image volumes that it has.
        known: Vec<String>,
    },
    /// Two pods would be meant.
    #[error("two pods are called `{0}`")]
    AmbiguousPod(String),
    /// Something is expected of the pod where there are several.
    #[error("there are several pods: of which is `{0}` expected?")]
    WhichPod(&'static str),
    /// Something is expected of which nothing is seen.
    #[error("`{0}` is seen only over time")]
    OnlyOverTime(&'static str),
    /// Nothing is to be pulled.
    #[error("there is no pod: neither `image` nor a manifest of one")]
    NoPod,
    /// Something is said of the pod for `image`, which there is not.
    #[error("`{0}` is of the pod that is made up for `image`, and there is no `image`")]
    NoImage(&'static str),
    /// A change comes when nobody looks any more.
    #[error("nobody looks at the pods any more when this changes")]
    ChangeTooLate,
    /// A change that changes nothing.
    #[error("this changes nothing: it has neither `secrets` nor `manifests`")]
    EmptyChange,
    /// The node's kubelet would not start with its configuration.
    #[error("with this configuration kubelet {version} does not start: {reason}")]
    KubeletConfig {
        /// The kubelet's version.
        version: String,
        /// What is wrong.
        reason: String,
    },
    /// Two hosts would listen at one place.
    #[error("`{first}` and `{second}` both listen at {address}")]
    AddressTaken {
        /// The host that has it.
        first: String,
        /// The host that wants it.
        second: String,
        /// The address and port.
        address: std::net::SocketAddr,
    },
    /// A file that is named here cannot be used.
    #[error("{said}")]
    UnusableFile {
        /// Which, and why, as it is said of any file.
        said: String,
        /// What to do about it.
        help: Option<String>,
    },
    /// A file includes itself, if by way of others.
    #[error("{path} includes itself", path = .0.display())]
    IncludeCycle(PathBuf),
    /// A plugin is of no use: the kubelet would not start with it.
    #[error("with the plugin `{name}` no kubelet starts: {reason}")]
    Plugin {
        /// The plugin.
        name: String,
        /// What the kubelet says.
        reason: String,
    },
    /// Nothing is said of what a plugin does.
    #[error("the plugin `{0}` has no answer")]
    PluginWithoutAnswer(String),
    /// Nobody would ask a plugin.
    #[error("the plugin `{0}` is asked for no image")]
    PluginNotConfigured(String),
    /// The scenario and the node's files disagree on a plugin.
    #[error("the node's own files say for which images the plugin `{0}` is asked, too")]
    PluginConfiguredTwice(String),
    /// A user name without a password, or the reverse.
    #[error("a plugin gives `username` and `password` together")]
    PluginHalfLogin,
    /// A login and words of its own.
    #[error("a plugin writes either a login or `stdout`")]
    PluginSaysTwice,
    /// Nothing is said of what a plugin does before.
    #[error("the first answer of a plugin is there from the beginning")]
    PluginFirstAnswerLate,
    /// An answer counts from before the one in front of it.
    #[error("a plugin's answers are not in the order of their `from`")]
    PluginAnswersOutOfOrder,
    /// An image has a name that no registry allows.
    #[error(transparent)]
    ImageName(#[from] mock_registry::InvalidImage),
}

impl Mistake {
    /// A file that is named in a scenario cannot be used.
    pub(crate) fn unusable_file(error: &InputError) -> Self {
        Self::UnusableFile { said: error.to_string(), help: error.help() }
    }

    /// What to do about it, if that is known.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownKey { key: word, known }
            | Self::UnknownWord { word, known }
            | Self::UnknownKind { kind: word, known }
            | Self::UnknownRuntime { name: word, known } => Some(nearest_or_all(word, known)),
            Self::UnknownPod { name, known }
            | Self::UnknownContainer { name, known, .. }
            | Self::UnknownKubelet { version: name, known } => {
                Some(nearest_or_all(name, &known.iter().map(String::as_str).collect::<Vec<_>>()))
            }
            Self::UnknownHost { name, known } => nearest(name, known.iter().map(String::as_str))
                .map(|meant| format!("did you mean `{meant}`?")),
            Self::UnusableFile { help, .. } => help.clone(),
            Self::OtherFormat { .. } => {
                Some("Secrets are given with --secret, Pods and what makes pods with -f".to_owned())
            }
            Self::Empty => Some("pullsim schema scenario prints the format".to_owned()),
            Self::AmbiguousPod(name) => Some(format!("write `NAMESPACE/{name}`")),
            Self::WhichPod(key) => Some(format!("write `pods: {{NAME: {{{key}: …}}}}`")),
            Self::OnlyOverTime(_) => Some("say how long with `for`, as in `for: 10m`".to_owned()),
            Self::ChangeTooLate => {
                Some("say how long they are looked at with `for`, as in `for: 10m`".to_owned())
            }
            Self::NoImage(_) => Some("write it in the manifests, or give an `image`".to_owned()),
            Self::PluginNotConfigured(_) => Some(
                "say for which with `matchImages`, or have the node's files name a configuration".to_owned(),
            ),
            Self::PluginConfiguredTwice(_) => Some("leave out `matchImages` here".to_owned()),
            Self::PluginFirstAnswerLate => Some("leave out its `from`".to_owned()),
            _ => None,
        }
    }
}

/// The nearest of the words, or all of them.
fn nearest_or_all(word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("possible here: {}", known.join(", ")),
    }
}
