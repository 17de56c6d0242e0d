use std::fmt;

use serde::Serialize;

use crate::Place;

/// Something about an input that is no error, but worth telling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub kind: NoteKind,
}

/// What there is to tell about an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum NoteKind {
    /// A Secret whose type the kubelet ignores.
    IgnoredType {
        /// The namespace.
        namespace: String,
        /// The name.
        name: String,
        /// The type.
        secret_type: String,
    },
    /// An object that is no Secret.
    OtherKind {
        /// The kind.
        object_kind: String,
        /// The namespace.
        namespace: String,
        /// The name.
        name: String,
    },
    /// An object among manifests that has nothing to do with pulls, or that is not known.
    SkippedKind {
        /// The kind.
        object_kind: String,
        /// The namespace.
        namespace: String,
        /// The name.
        name: String,
    },
    /// `imagePullSecrets` beside a pod template: no pod gets them.
    MisplacedPullSecrets {
        /// The field as it stands.
        field: String,
        /// Where it belongs.
        belongs: String,
    },
    /// A field that the API does not have, and whose name is near to one that it has.
    UnknownField {
        /// The field as it stands.
        field: String,
        /// The one that was most likely meant.
        meant: String,
    },
    /// The input was base64 of something readable.
    Base64 {
        /// How many times over.
        times: usize,
    },
    /// A login file without any login in it.
    NoLogins {
        /// Whether it leaves the logins to a helper on that machine, which a node cannot ask.
        helper: bool,
    },
}

impl fmt::Display for NoteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IgnoredType { namespace, name, secret_type } => {
                write!(f, "Secret {namespace}/{name} of type {secret_type}: the kubelet ignores it")
            }
            Self::OtherKind { object_kind, namespace, name } => {
                write!(f, "{object_kind} {namespace}/{name}: no Secret, skipped")
            }
            Self::SkippedKind { object_kind, namespace, name } => {
                write!(
                    f,
                    "{object_kind} {namespace}/{name}: neither pod, workload, service account nor secret, skipped"
                )
            }
            Self::MisplacedPullSecrets { field, belongs } => {
                write!(f, "{field} is no field of this object, and reaches no pod: it belongs to {belongs}")
            }
            Self::UnknownField { field, meant } => write!(
                f,
                "{field} is no field that there is, and does nothing (kubectl refuses it, others leave it away): did you mean \
                 {meant}?"
            ),
            Self::Base64 { times: 1 } => f.write_str("decoded from base64"),
            Self::Base64 { times } => write!(f, "decoded from base64, {times} times over"),
            Self::NoLogins { helper: true } => {
                f.write_str("holds no login: credsStore or credHelpers keep it on that machine")
            }
            Self::NoLogins { helper: false } => f.write_str("holds no login"),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.kind)
    }
}
