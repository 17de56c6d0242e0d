//! What the API server does to a pod before a kubelet sees it.

mod account;
mod always_pull;
mod defaults;
mod validation;

pub use account::{ServiceAccount, admit_service_account};
pub use always_pull::admit_always_pull_images;
pub use defaults::{default_pull_policies, default_pull_policy};
pub use validation::{FieldError, FieldProblem, validate};

use crate::{Pod, Version};

/// How the API server is set up, as far as it concerns images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Admission {
    /// Whether the plugin `AlwaysPullImages` is on.
    pub always_pull_images: bool,
    /// Whether pods may only name Secrets that their service account references (`kubernetes.io/enforce-mountable-secrets`).
    pub limit_secret_references: bool,
}

/// The API server says no to a pod. `Display` gives its message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// A field holds what it may not.
    #[error("Pod \"{pod}\" is invalid: {}", aggregated(.errors))]
    Invalid {
        /// The pod's name.
        pod: String,
        /// All fields that are wrong.
        errors: Vec<FieldError>,
    },
    /// There is no service account of that name.
    #[error(
        "pods \"{pod}\" is forbidden: error looking up service account {namespace}/{account}: serviceaccount \"{account}\" not found"
    )]
    NoServiceAccount {
        /// The pod's name.
        pod: String,
        /// Its namespace.
        namespace: String,
        /// The service account's name.
        account: String,
    },
    /// The service account does not reference a Secret that the pod names, and has to.
    #[error(
        "pods \"{pod}\" is forbidden: imagePullSecrets[{index}].name=\"{secret}\" is not allowed because service account {account} does not reference that imagePullSecret"
    )]
    UnreferencedSecret {
        /// The pod's name.
        pod: String,
        /// The Secret's place in the pod's list, from 0.
        index: usize,
        /// The Secret's name.
        secret: String,
        /// The service account's name.
        account: String,
    },
}

fn aggregated(errors: &[FieldError]) -> String {
    crate::aggregate(&errors.iter().map(ToString::to_string).collect::<Vec<_>>())
}

/// The pod as it is stored after `CREATE`: defaulted, admitted, validated, in the API server's order. The API server
/// sets defaults while it decodes, so that `AlwaysPullImages` finds and replaces them.
///
/// `account` is the pod's service account, if the namespace has it; an API server makes `default` for each namespace.
///
/// # Errors
/// Why the pod is refused.
pub fn admit(
    mut pod: Pod,
    account: Option<&ServiceAccount>,
    admission: Admission,
    version: Version,
) -> Result<Pod, Rejection> {
    default_pull_policies(&mut pod, version);
    admit_service_account(&mut pod, account, admission.limit_secret_references)?;
    if admission.always_pull_images {
        admit_always_pull_images(&mut pod);
    }
    let errors = validate(&pod);
    if errors.is_empty() { Ok(pod) } else { Err(Rejection::Invalid { pod: pod.name, errors }) }
}
