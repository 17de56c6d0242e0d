use std::fmt;

use crate::Coordinates;

/// Whether a pod may have an image that is on the node without pulling it, and why
/// (`kubernetes pkg/kubelet/images/pullmanager/image_pull_manager.go@a02748c1 MustAttemptImagePull`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// The image as the runtime calls it; empty when it is not on the node.
    pub image_ref: String,
    /// The file below `image_manager` that decided, if there is one: `pulled/sha256-…` or `pulling/sha256-…`.
    pub record: Option<String>,
    /// Why.
    pub reason: AccessReason,
}

/// Why a pod may have an image that is on the node, or must pull it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessReason {
    /// It is not there.
    Absent,
    /// What is recorded of it cannot be read, which no policy overrules.
    UnreadableRecord,
    /// The policy asks nobody for this image.
    NotAsked {
        /// Whether this kubelet pulled the image or began to.
        pulled_by_kubelet: bool,
    },
    /// The policy asks, and nothing is recorded of any pull that ended.
    NoRecord {
        /// Whether this kubelet began to pull it.
        pulling: bool,
    },
    /// The record knows the image by other names alone.
    OtherRepository {
        /// `domain/path` that is looked for.
        repository: String,
    },
    /// It was pulled as nobody, or by the node's own login.
    Everybody,
    /// The record says of nobody that they may have it.
    Nobody,
    /// A Secret of the pod is recorded.
    Secret {
        /// Which.
        secret: Coordinates,
        /// Whether its login is the one that was recorded; otherwise the Secret was changed since, and counts all the same.
        same_login: bool,
    },
    /// The pod's service account is recorded.
    ServiceAccount(Coordinates),
    /// Others are recorded, and none of them is the pod's.
    Others {
        /// A Secret of the pod whose UID is not known, and whose namespace and name are recorded with another login.
        unknown_uid: Option<Coordinates>,
    },
}

impl Access {
    /// Whether the pod must pull the image.
    pub const fn must_pull(&self) -> bool {
        match self.reason {
            AccessReason::Absent
            | AccessReason::UnreadableRecord
            | AccessReason::NoRecord { .. }
            | AccessReason::OtherRepository { .. }
            | AccessReason::Nobody
            | AccessReason::Others { .. } => true,
            AccessReason::NotAsked { .. }
            | AccessReason::Everybody
            | AccessReason::Secret { .. }
            | AccessReason::ServiceAccount(_) => false,
        }
    }
}

impl AccessReason {
    /// A word for it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::UnreadableRecord => "unreadable-record",
            Self::NotAsked { .. } => "not-asked",
            Self::NoRecord { .. } => "no-record",
            Self::OtherRepository { .. } => "other-repository",
            Self::Everybody => "everybody",
            Self::Nobody => "nobody",
            Self::Secret { .. } => "secret",
            Self::ServiceAccount(_) => "service-account",
            Self::Others { .. } => "others",
        }
    }
}

impl fmt::Display for AccessReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("it is not on the node"),
            Self::UnreadableRecord => f.write_str("its record cannot be decoded"),
            Self::NotAsked { pulled_by_kubelet: true } => {
                f.write_str("the policy verifies no credentials for it")
            }
            Self::NotAsked { pulled_by_kubelet: false } => {
                f.write_str("the policy verifies no credentials for it: no record of a pull by this kubelet")
            }
            Self::NoRecord { pulling: true } => {
                f.write_str("a pull of it was begun, and no record tells of its end")
            }
            Self::NoRecord { pulling: false } => f.write_str("no record tells who may have it"),
            Self::OtherRepository { repository } => {
                write!(f, "its record knows nothing of {repository}, only of other names")
            }
            Self::Everybody => {
                f.write_str("pulled as anonymous or by the node's own login, so every pod may have it")
            }
            Self::Nobody => f.write_str("its record names nobody who may have it"),
            Self::Secret { secret, same_login: true } => {
                write!(f, "the login of Secret {}/{} is recorded", secret.namespace, secret.name)
            }
            Self::Secret { secret, same_login: false } => write!(
                f,
                "Secret {}/{} is recorded, with another login, which counts all the same",
                secret.namespace, secret.name
            ),
            Self::ServiceAccount(account) => {
                write!(f, "ServiceAccount {}/{} is recorded", account.namespace, account.name)
            }
            Self::Others { unknown_uid: None } => {
                f.write_str("none of the pod's credentials is among those recorded for it")
            }
            Self::Others { unknown_uid: Some(secret) } => write!(
                f,
                "none of the pod's logins is recorded for it; Secret {}/{} is, with another login: with the UID that is \
                 recorded it would count, and the file holds none",
                secret.namespace, secret.name
            ),
        }
    }
}
