/// What a kubelet's version, and its feature gate `KubeletServiceAccountTokenForCredentialProviders`, make of
/// credential plugins.
///
/// ```
/// use keyring::PluginRules;
///
/// assert!(!PluginRules::of_minor(33).gives_tokens());
/// assert!(PluginRules::of_minor(33).with_gate(true).gives_tokens());
/// assert!(PluginRules::of_minor(34).gives_tokens());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PluginRules {
    minor: u8,
    gate: bool,
}

impl PluginRules {
    /// The rules of Kubernetes 1.`minor`, the gate as it is by default: alpha and off in 1.33, beta and on from 1.34
    /// (`kubernetes pkg/features/kube_features.go`).
    pub const fn of_minor(minor: u8) -> Self {
        Self { minor, gate: minor >= 34 }
    }

    /// The same with the gate as it is configured. Before 1.33 there is none.
    #[must_use]
    pub const fn with_gate(self, gate: bool) -> Self {
        Self { minor: self.minor, gate: gate && self.minor >= 33 }
    }

    /// Whether plugins are given tokens of service accounts.
    pub const fn gives_tokens(self) -> bool {
        self.gate
    }

    /// Whether a configuration `kubelet.config.k8s.io/v1` has `tokenAttributes` (`k8s.io/kubelet` v0.33.0).
    pub const fn has_token_attributes(self) -> bool {
        self.minor >= 33
    }

    /// Whether `tokenAttributes` have a `cacheType`, which must be there then (`k8s.io/kubelet` v0.34.0).
    pub const fn has_cache_type(self) -> bool {
        self.minor >= 34
    }

    /// Whether the configuration may be a directory (kubernetes/kubernetes#131658).
    pub const fn reads_directories(self) -> bool {
        self.minor >= 34
    }

    /// Whether plugins are asked in the order of their names, and what they give joins the logins of the kubelet's own
    /// files in one keyring (`kubernetes v1.28.7 pkg/credentialprovider/plugins.go`); from 1.33 on they have a keyring of
    /// their own, in the order of the configuration (`pkg/credentialprovider/plugin/plugins.go`).
    pub const fn joins_node_files(self) -> bool {
        self.minor <= 32
    }

    /// Whether a login is known to belong to the service account for whose token it was given: the mark of the keyring's
    /// entries came after the alpha of 1.33.
    pub const fn tracks_accounts(self) -> bool {
        self.minor >= 34
    }

    /// Whether the kubelet says which executable is missing; since it looks for them as a shell does, it prints nothing for
    /// the path (kubernetes/kubernetes#120291, in 1.30).
    pub const fn names_missing_executable(self) -> bool {
        self.minor < 30
    }

    /// Whether errors say no more than the field's path does, and print values as JSON
    /// (`k8s.io/apimachinery` v0.33.0 prints `%#v`, v0.34.0 JSON; the words of the kubelet's own changed in the same line).
    pub(super) const fn is_terse(self) -> bool {
        self.minor >= 34
    }
}

impl Default for PluginRules {
    /// Those of the newest version that is known here.
    fn default() -> Self {
        Self::of_minor(35)
    }
}
