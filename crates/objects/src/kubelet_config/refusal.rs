use kubelet::PatternError;

/// The values of `imagePullCredentialsVerificationPolicy`.
pub(super) const POLICIES: [&str; 4] =
    ["NeverVerify", "NeverVerifyPreloadedImages", "NeverVerifyAllowlistedImages", "AlwaysVerify"];
/// The feature gate on which the verification of credentials depends.
pub(super) const GATE: &str = "KubeletEnsureSecretPulledImages";

/// Why a kubelet does not start with a configuration, as far as that is known here. `Display` gives its own words
/// (`kubernetes cmd/kubelet/app/server.go`, `pkg/kubelet/kubeletconfig/util/codec/codec.go@459846028`,
/// `pkg/kubelet/apis/config/validation/validation.go@001332b0`).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigRefusal {
    /// There is nothing in the file.
    #[error("kubelet config file {path:?} was empty")]
    Empty {
        /// The file on the node.
        path: String,
    },
    /// `kind` is missing.
    #[error("failed to decode: Object 'Kind' is missing")]
    NoKind,
    /// `apiVersion` is missing.
    #[error("failed to decode: Object 'apiVersion' is missing")]
    NoApiVersion,
    /// It is something else.
    #[error("failed to decode: no kind {kind:?} is registered for version {version:?} in scheme")]
    WrongKind {
        /// Its kind.
        kind: String,
        /// Its version.
        version: String,
    },
    /// A value has another type than its field.
    #[error(
        "failed to decode: json: cannot unmarshal {got} into Go struct field KubeletConfiguration.{field} of type {wanted}"
    )]
    WrongType {
        /// The field's path.
        field: String,
        /// What it is, in Go's words.
        got: String,
        /// What it must be, in Go's words.
        wanted: &'static str,
        /// The same for a person.
        remedy: &'static str,
    },
    /// A feature gate that this version does not know.
    #[error("failed to set feature gates from initial flags-based config: unrecognized feature gate: {gate}")]
    UnknownGate {
        /// The gate.
        gate: String,
        /// The version that has it, or the name that is nearest.
        known: GateKnown,
    },
    /// A number below 0.
    #[error("invalid configuration: {field} ({flag}) {value} must not be a negative number")]
    Negative {
        /// The field.
        field: &'static str,
        /// The flag for the same.
        flag: &'static str,
        /// The value.
        value: i64,
    },
    /// No room for a single pull.
    #[error("invalid configuration: maxParallelImagePulls {0} must be a positive number")]
    NoPulls(i64),
    /// One after the other and several at a time.
    #[error(
        "invalid configuration: maxParallelImagePulls cannot be larger than 1 unless SerializeImagePulls \
         (--serialize-image-pulls) is set to false"
    )]
    SerialAndParallel,
    /// A policy that there is not.
    #[error(
        "invalid configuration: option {0:?} specified for imagePullCredentialsVerificationPolicy. Valid options are \
         \"NeverVerify\", \"NeverVerifyPreloadedImages\", \"NeverVerifyAllowlistedImages\" or \"AlwaysVerify\""
    )]
    UnknownPolicy(String),
    /// A list that no policy asks for.
    #[error(
        "invalid configuration: can't set `preloadedImagesVerificationAllowlist` if \
         `imagePullCredentialsVertificationPolicy` is not \"NeverVerifyAllowlistedImages\""
    )]
    ListWithoutPolicy,
    /// A pattern of that list.
    #[error("invalid configuration: invalid image pattern in `preloadedImagesVerificationAllowlist`: {0}")]
    Pattern(PatternError),
    /// A field of the verification while that is off.
    #[error(
        "invalid configuration: `{field}` must not be set if KubeletEnsureSecretPulledImages feature gate is not enabled"
    )]
    WithoutGate {
        /// The field.
        field: &'static str,
    },
}

/// What is known of a gate that a version does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GateKnown {
    /// It comes with a later minor version.
    Since(u8),
    /// One of a similar name is meant.
    As(&'static str),
}

impl ConfigRefusal {
    /// What to do about it.
    pub(crate) fn remedy(&self) -> String {
        match self {
            Self::Empty { .. } | Self::NoKind | Self::NoApiVersion | Self::WrongKind { .. } => {
                "begin the file with apiVersion: kubelet.config.k8s.io/v1beta1 and kind: KubeletConfiguration".to_owned()
            }
            Self::WrongType { remedy, .. } => format!("write {remedy}"),
            Self::UnknownGate { known: GateKnown::Since(minor), .. } => {
                format!("there is such a gate from 1.{minor} on: leave it out, or tell the node's version with --kubelet")
            }
            Self::UnknownGate { known: GateKnown::As(name), .. } => format!("did you mean {name}?"),
            Self::Negative { .. } => "0 means no limit".to_owned(),
            Self::NoPulls(_) => "leave it out for no limit, with serializeImagePulls: false".to_owned(),
            Self::SerialAndParallel => {
                "write serializeImagePulls: false, or leave maxParallelImagePulls out".to_owned()
            }
            Self::UnknownPolicy(_) => format!("there are {}", POLICIES.join(", ")),
            Self::ListWithoutPolicy => {
                "write imagePullCredentialsVerificationPolicy: NeverVerifyAllowlistedImages, or leave the list out".to_owned()
            }
            Self::Pattern(_) => {
                "a pattern is HOST/PATH in full without tag and digest, or ends in /*".to_owned()
            }
            Self::WithoutGate { .. } => format!("write featureGates: {{{GATE}: true}}, or leave the field out"),
        }
    }
}
