use keyring::PluginRules;

use crate::{VerificationPolicy, Version};

/// The kubelet's configuration, as far as it concerns images (`KubeletConfiguration`).
#[derive(Clone, Debug, PartialEq)]
pub struct KubeletConfig {
    /// How many pulls run at a time.
    pub pulls: PullConcurrency,
    /// `registryPullQPS`: pulls a second over time; 0: any number.
    pub registry_pull_qps: f64,
    /// `registryBurst`: pulls at once, when `registryPullQPS` is set.
    pub registry_burst: u32,
    /// The feature gate `KubeletEnsureSecretPulledImages`: an image that is on the node is given only to pods that could
    /// have pulled it.
    pub ensure_secret_pulled_images: bool,
    /// `imagePullCredentialsVerificationPolicy`; counts with the gate only.
    pub verification: VerificationPolicy,
    /// How credential plugins are dealt with: a matter of the version, and of the feature gate
    /// `KubeletServiceAccountTokenForCredentialProviders`.
    pub plugins: PluginRules,
}

/// How many pulls run at a time (`kubernetes v1.28.7 pkg/kubelet/images/image_manager.go NewImageManager`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullConcurrency {
    /// `serializeImagePulls`: all pods of the node wait for the one that pulls.
    Serial,
    /// `maxParallelImagePulls`
    Limited(usize),
    /// As many as there are.
    Unlimited,
}

impl KubeletConfig {
    /// What a kubelet of this version does unless it is told otherwise
    /// (`kubernetes v1.28.7 pkg/kubelet/apis/config/v1beta1/defaults.go`).
    pub const fn defaults(version: Version) -> Self {
        Self {
            pulls: PullConcurrency::Serial,
            registry_pull_qps: 5.0,
            registry_burst: 10,
            ensure_secret_pulled_images: version.ensures_secret_pulled_images(),
            verification: VerificationPolicy::NeverVerifyPreloadedImages,
            plugins: PluginRules::of_minor(version.minor()),
        }
    }
}
