use cri::AuthConfig;
use gostd::strconv::quote;
use keyring::{
    Credential, Keyring, MalformedSecret, Mismatch, PluginRules, PodOfPull, Provenance, PullSecret,
    SkippedSecret, UnionKeyring, from_secrets,
};

use crate::pull_error::ERR_IMAGE_PULL;
use crate::{ImageName, ImageNameError, PullPolicy, Version, apply_default_image_tag, default_pull_policy};

/// All that decides about the pull of one container's image.
#[derive(Clone, Debug, Default)]
pub struct PullInputs {
    /// `image`, as written in the pod.
    pub image: String,
    /// The pod's `metadata.uid`; back-off is by pod and image.
    pub pod_uid: String,
    /// The pod, as far as credential plugins get to see it.
    pub pod: PodOfPull,
    /// `imagePullPolicy`; none: the API server's default.
    pub policy: Option<PullPolicy>,
    /// The part of the pod that events refer to: `spec.containers{app}`; empty: the pod itself.
    pub field_path: String,
    /// The Secrets that the pod names and that exist, in its order.
    pub secrets: Vec<PullSecret>,
    /// The Secrets that the pod names and that are not there, in its order. An event tells of them, and the pull goes on.
    pub missing_secrets: Vec<MissingSecret>,
    /// The kubelet's own credentials: those of its files. Its plugins are asked on the way
    /// ([`crate::Surroundings::plugin_keyring`]).
    pub node_keyrings: Vec<Keyring>,
    /// Credentials that replace all others, as `crictl pull --creds` does.
    pub auth: Option<AuthConfig>,
}

/// A Secret that a pod names and that is not in its namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MissingSecret {
    /// The pod's namespace.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The namespaces that are known to have one of this name, where the kubelet does not look.
    pub elsewhere: Vec<String>,
}

impl MissingSecret {
    /// A Secret that is missing in a namespace; nothing is known of others.
    pub fn new(namespace: &str, name: &str) -> Self {
        Self { namespace: namespace.to_owned(), name: name.to_owned(), elsewhere: Vec::new() }
    }
}

impl PullInputs {
    /// The inputs for an image in a container called `app`, without credentials.
    pub fn new(image: impl Into<String>) -> Self {
        Self { image: image.into(), field_path: "spec.containers{app}".to_owned(), ..Self::default() }
    }

    /// Whether the image is that of a volume, whose events refer to the pod as a whole.
    pub(crate) const fn is_volume(&self) -> bool {
        self.field_path.is_empty()
    }

    pub(crate) fn backoff_key(&self) -> String {
        format!("{}_{}", self.pod_uid, self.image)
    }

    pub(crate) fn effective_policy(&self, version: Version) -> PullPolicy {
        self.policy.unwrap_or_else(|| default_pull_policy(&self.image, version))
    }

    /// The credentials for a repository: the pod's first, then the node's, then those of its plugins.
    pub(crate) fn credentials(
        &self,
        repository: &str,
        of_plugins: &Keyring,
        rules: PluginRules,
    ) -> Result<Found, MalformedSecret> {
        if self.auth.is_some() {
            return Ok(Found::default());
        }
        let made = from_secrets(&self.secrets)?;
        let mut keyrings = vec![made.keyring];
        keyrings.extend(node_keyrings(&self.node_keyrings, of_plugins, rules));
        let union = UnionKeyring(keyrings);
        Ok(Found {
            credentials: union.lookup(repository),
            mismatches: union.explain(repository),
            skipped: made.skipped,
        })
    }

    /// The calls of `PullImage` that follow, up to the first that succeeds.
    pub(crate) fn attempts(&self, credentials: &[Credential]) -> Vec<Attempt> {
        if let Some(auth) = &self.auth {
            let (provenance, auth) = (Some(Provenance::Given), Some(auth.clone()));
            return vec![Attempt { credential: None, provenance, auth }];
        }
        if credentials.is_empty() {
            return vec![Attempt { credential: None, provenance: None, auth: None }];
        }
        let attempt = |(index, credential): (usize, &Credential)| Attempt {
            credential: Some(index),
            provenance: Some(credential.provenance.clone()),
            // The kubelet fills nothing but these two (`kuberuntime_image.go PullImage`).
            auth: Some(AuthConfig {
                username: credential.username.clone(),
                password: credential.password.clone(),
                ..AuthConfig::default()
            }),
        };
        credentials.iter().enumerate().map(attempt).collect()
    }
}

/// The node's keyrings as the version has them: all in one up to 1.32, the plugins' apart from then on. In one keyring
/// the keys decide about the order, and logins of one key come as they were added.
fn node_keyrings(own: &[Keyring], of_plugins: &Keyring, rules: PluginRules) -> Vec<Keyring> {
    let mut keyrings = own.to_vec();
    keyrings.push(of_plugins.clone());
    if rules.joins_node_files() {
        let joined = keyrings.iter().fold(Keyring::default(), |mut all, keyring| {
            all.join(keyring);
            all
        });
        keyrings = vec![joined];
    }
    keyrings
}

/// What the keyring gave for a repository.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub credentials: Vec<Credential>,
    pub mismatches: Vec<Mismatch>,
    pub skipped: Vec<SkippedSecret>,
}

/// One call of `PullImage` that the kubelet would make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Which of the plan's credentials is sent; none for an anonymous call and for a given `AuthConfig`.
    pub credential: Option<usize>,
    /// Where the credentials come from; none for an anonymous call.
    pub provenance: Option<Provenance>,
    /// What is sent. An entry without user name and password is sent as it is, empty.
    pub auth: Option<AuthConfig>,
}

/// Everything that is decided before the network is touched.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The image.
    pub name: ImageName,
    /// The pull policy.
    pub policy: PullPolicy,
    /// The credentials in the order in which they are tried.
    pub credentials: Vec<Credential>,
    /// The calls of `PullImage`, up to the first that succeeds. Without credentials a single anonymous one; with
    /// credentials none is anonymous.
    pub attempts: Vec<Attempt>,
    /// The entries that are never sent for this image, and why.
    pub mismatches: Vec<Mismatch>,
    /// The Secrets that the kubelet passes over.
    pub skipped: Vec<SkippedSecret>,
}

impl Plan {
    /// Decides what can be decided without the network.
    ///
    /// # Errors
    /// [`PlanError`]: the pull ends before it begins.
    pub fn new(inputs: &PullInputs, version: Version) -> Result<Self, PlanError> {
        Self::with_plugins(inputs, &Keyring::default(), version)
    }

    /// The same, with what the node's plugins gave.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn with_plugins(
        inputs: &PullInputs,
        of_plugins: &Keyring,
        version: Version,
    ) -> Result<Self, PlanError> {
        let name = apply_default_image_tag(&inputs.image, version)?;
        let found = inputs
            .credentials(&name.repository(), of_plugins, PluginRules::of_minor(version.minor()))
            .map_err(|error| PlanError::MalformedSecret { error, version })?;
        Ok(Self {
            name,
            policy: inputs.effective_policy(version),
            attempts: inputs.attempts(&found.credentials),
            credentials: found.credentials,
            mismatches: found.mismatches,
            skipped: found.skipped,
        })
    }
}

/// Why a pull ends before it begins. `Display` is the message of the waiting container.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The image's name cannot be read.
    #[error("{}", invalid_name_message(.0))]
    InvalidImageName(#[from] ImageNameError),
    /// A Secret cannot be read, which disables all of them. (A kubelet up to 1.32, or after 1.34, does not notice while
    /// the image is present and need not be pulled.)
    #[error("{}", malformed_words(.error, *.version))]
    MalformedSecret {
        /// The Secret.
        error: MalformedSecret,
        /// The kubelet's version, on which words and reason depend.
        version: Version,
    },
}

impl PlanError {
    /// The reason of the waiting container. From 1.33 that of a malformed Secret is the error's whole text.
    pub fn reason(&self) -> String {
        match self {
            Self::InvalidImageName(_) => "InvalidImageName".to_owned(),
            Self::MalformedSecret { version, .. } if version.reads_secrets_before_pull() => self.to_string(),
            Self::MalformedSecret { .. } => ERR_IMAGE_PULL.to_owned(),
        }
    }

    /// The message of the waiting container.
    pub fn message(&self) -> String {
        self.to_string()
    }
}

pub(crate) fn invalid_name_message(error: &ImageNameError) -> String {
    format!("Failed to apply default image tag {}: {error}", quote(&error.written))
}

pub(crate) fn malformed_words(error: &MalformedSecret, version: Version) -> String {
    if version.has_go_1_24() { error.to_string() } else { error.error.text_before_go_1_24() }
}
