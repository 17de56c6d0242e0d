use std::fmt;

/// Why a plugin is passed over. `Display` gives the kubelet's log text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Skipped {
    /// The pod has no service account, and the plugin requires one.
    NoServiceAccount {
        /// The pod's namespace and name.
        pod: String,
    },
    /// A required annotation is missing.
    NoAnnotation {
        /// The account's namespace.
        namespace: String,
        /// The account's name.
        name: String,
        /// The annotation's key.
        key: String,
    },
    /// The account is not there.
    AccountMissing {
        /// The account's namespace.
        namespace: String,
        /// The account's name.
        name: String,
    },
    /// The API server issues no token.
    TokenRefused {
        /// The account's namespace.
        namespace: String,
        /// The account's name.
        name: String,
        /// For whom the token would be.
        audience: String,
        /// What the API server says.
        words: String,
    },
    /// There is no API server that would issue a token. No text of the kubelet's.
    NoToken {
        /// The account's namespace.
        namespace: String,
        /// The account's name.
        name: String,
    },
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoServiceAccount { pod } => write!(f, "Service account name is empty for pod {pod}"),
            Self::NoAnnotation { namespace, name, key } => {
                write!(
                    f,
                    "Failed to get service account data {namespace}/{name}: required annotation {key} not found"
                )
            }
            Self::AccountMissing { namespace, name } => {
                write!(
                    f,
                    "Failed to get service account {namespace}/{name}: serviceaccount \"{name}\" not found"
                )
            }
            Self::TokenRefused { namespace, name, words, .. } => {
                write!(f, "Error getting service account token {namespace}/{name}: {words}")
            }
            Self::NoToken { namespace, name } => {
                write!(
                    f,
                    "it wants a token of service account {namespace}/{name}, which only an API server can issue"
                )
            }
        }
    }
}

impl Skipped {
    /// Whether it happens on the node; otherwise it is only not known here what would.
    pub const fn is_of_node(&self) -> bool {
        !matches!(self, Self::NoToken { .. })
    }

    /// What would have the plugin asked.
    pub fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::NoServiceAccount { .. } => {
                "Let the plugin be asked without a service account too (requireServiceAccount: \
                                              false), or put the image where static pods need no login."
                    .to_owned()
            }
            Self::NoAnnotation { namespace, name, key } => format!(
                "Annotate the service account (kubectl annotate serviceaccount {name} -n {namespace} {key}=…), or have \
                 the pod name one that has the annotation."
            ),
            Self::AccountMissing { namespace, name } => {
                format!("Make the service account: kubectl create serviceaccount {name} -n {namespace}")
            }
            Self::TokenRefused { audience, .. } => format!(
                "Read what the API server says. A kubelet needs leave for the audience: a ClusterRole with the verb \
                 request-serviceaccounts-token-audience on {audience:?}, bound to system:nodes."
            ),
            Self::NoToken { .. } => return None,
        })
    }
}
