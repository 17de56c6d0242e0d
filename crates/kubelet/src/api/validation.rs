use std::fmt;

use gostd::strconv::quote;

use crate::{Container, ContainerKind, Pod, WrittenPolicy};

/// A field that holds what the API server does not accept. `Display` gives its words
/// (`k8s.io/apimachinery/pkg/util/validation/field/errors.go Error`).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct FieldError {
    /// The field: `spec.containers[0].image`.
    pub path: String,
    /// What is wrong.
    pub problem: FieldProblem,
}

/// What may be wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldProblem {
    /// It is empty.
    Required,
    /// The image begins or ends in white space.
    WhiteSpace {
        /// The image.
        image: String,
    },
    /// It is no pull policy.
    UnsupportedPolicy {
        /// What is written.
        written: String,
    },
}

impl fmt::Display for FieldProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Required => f.write_str("Required value"),
            Self::WhiteSpace { image } => {
                write!(f, "Invalid value: {}: must not have leading or trailing whitespace", quote(image))
            }
            Self::UnsupportedPolicy { written } => write!(
                f,
                "Unsupported value: {}: supported values: \"Always\", \"IfNotPresent\", \"Never\"",
                quote(written)
            ),
        }
    }
}

/// All that the API server finds wrong about a pod's images, in its order
/// (`kubernetes v1.28.7 pkg/apis/core/validation/validation.go validateContainerCommon, validatePullPolicy,
/// ValidatePodSpec`). Of a reference nothing else is looked at: a bad one is the kubelet's to find. The pod must have its
/// defaults.
pub fn validate(pod: &Pod) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for volume in &pod.image_volumes {
        let path = format!("spec.volumes[{}].image", volume.index);
        if volume.reference.is_empty() {
            errors.push(FieldError { path: format!("{path}.reference"), problem: FieldProblem::Required });
        }
        errors.extend(policy(format!("{path}.pullPolicy"), &volume.policy));
    }
    for (kind, list) in [
        (ContainerKind::Regular, &pod.containers),
        (ContainerKind::Init, &pod.init_containers),
        (ContainerKind::Ephemeral, &pod.ephemeral_containers),
    ] {
        for (index, container) in list.iter().enumerate() {
            errors.extend(common(&format!("{kind}[{index}]"), container));
        }
    }
    errors
}

fn common(path: &str, container: &Container) -> impl Iterator<Item = FieldError> {
    let image = &container.image;
    let problem = if image.is_empty() {
        Some(FieldProblem::Required)
    } else if image.trim() != image {
        Some(FieldProblem::WhiteSpace { image: image.clone() })
    } else {
        None
    };
    let image = problem.map(|problem| FieldError { path: format!("{path}.image"), problem });
    image.into_iter().chain(policy(format!("{path}.imagePullPolicy"), &container.policy))
}

fn policy(path: String, policy: &WrittenPolicy) -> Option<FieldError> {
    let problem = match policy {
        WrittenPolicy::Set(_) => return None,
        WrittenPolicy::Unset => FieldProblem::Required,
        WrittenPolicy::Unsupported(written) => FieldProblem::UnsupportedPolicy { written: written.clone() },
    };
    Some(FieldError { path, problem })
}
