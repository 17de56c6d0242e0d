//! Versions of CRI-O: which upstream code is imitated, and the numbers and words that differ between them.

use std::time::Duration;

/// A version of CRI-O.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Profile {
    pub(crate) name: &'static str,
    /// Major, minor and patch of the release.
    pub(crate) release: [u16; 3],
    /// The first release that pulls in the same way, as far as the profiles go.
    pub(crate) since: [u16; 3],
    /// What it calls itself, before the platform: `User-Agent: cri-o/1.37.0 go/go1.26.10 os/linux arch/amd64`.
    pub(crate) user_agent: &'static str,
    /// The minor version of Go 1 that it was built with.
    pub(crate) go: u8,
    /// How short names are resolved where the configuration does not say.
    pub(crate) short_names: ShortNames,
    /// `pull_progress_timeout` where the configuration does not say; zero: none.
    pub(crate) progress_timeout: Duration,
    pub(crate) requests: RequestRules,
    pub(crate) content: ContentRules,
    pub(crate) artifacts: ArtifactRules,
}

/// `short_name_mode`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShortNames {
    /// A name that may mean several images is refused.
    Enforcing,
    /// All that it may mean are tried.
    Disabled,
}

/// How requests are repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestRules {
    /// The most requests where the answer is 429 (`backoffNumIterations`).
    pub(crate) most: usize,
    /// The wait before the second (`backoffInitialDelay`), which doubles.
    pub(crate) first_delay: Duration,
    /// The longest wait (`backoffMaxDelay`).
    pub(crate) most_delay: Duration,
    /// No token counts as shorter-lived (`minimumTokenLifetimeSeconds`).
    pub(crate) least_token_lifetime: Duration,
}

/// How content is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ContentRules {
    /// How many blobs are copied at once (`maxParallelDownloads`).
    pub(crate) blobs_at_once: usize,
    /// No larger manifest is read (`iolimits.MaxManifestBodySize`), in bytes.
    pub(crate) most_manifest: usize,
    /// No larger config is read (`iolimits.MaxConfigBodySize`), in bytes.
    pub(crate) most_config: usize,
    /// No larger answer of a token service is read (`iolimits.MaxAuthTokenBodySize`), in bytes.
    pub(crate) most_token: usize,
    /// So much of a blob must have come for its download to be resumed a second time (`bodyReaderMinimumProgress`).
    pub(crate) progress_to_resume: u64,
    /// Or so long ago must it have been resumed before (`bodyReaderMSSinceLastRetry`).
    pub(crate) time_to_resume: Duration,
    /// The wait before it is; Go adds up to a tenth of a second at random.
    pub(crate) resume_delay: Duration,
}

/// When a pull that failed is tried again as that of an OCI artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ArtifactRules {
    /// Whether a failure on the network ends the pull (`shouldTryArtifact`).
    pub(crate) needs_an_answer: bool,
}

/// CRI-O 1.37.0 (cri-o@f954a17), recorded. It holds go.podman.io/image v5.38.0.
const V1_37: Profile = Profile {
    name: "cri-o-1.37.0",
    release: [1, 37, 0],
    since: [1, 36, 0],
    // cri-o@f954a17:server/useragent/useragent.go, recordings of cri-o-1.37.0
    user_agent: "cri-o/1.37.0 go/go1.26.10",
    go: 26,
    // cri-o@f954a17:pkg/config/config.go:1191-1193
    short_names: ShortNames::Enforcing,
    progress_timeout: Duration::ZERO,
    requests: RequestRules {
        // cri-o@f954a17:vendor/go.podman.io/image/v5/docker/docker_client.go:52-59
        most: 5,
        first_delay: Duration::from_secs(2),
        most_delay: Duration::from_secs(60),
        least_token_lifetime: Duration::from_secs(60),
    },
    content: ContentRules {
        // cri-o@f954a17:vendor/go.podman.io/image/v5/copy/copy.go
        blobs_at_once: 6,
        // cri-o@f954a17:vendor/go.podman.io/image/v5/internal/iolimits/iolimits.go
        most_manifest: 4 << 20,
        most_config: 4 << 20,
        most_token: 1 << 20,
        // cri-o@f954a17:vendor/go.podman.io/image/v5/docker/body_reader.go:19-24
        progress_to_resume: 1 << 20,
        time_to_resume: Duration::from_secs(60),
        resume_delay: Duration::from_millis(1050),
    },
    // cri-o@f954a17:internal/storage/image.go `shouldTryArtifact`
    artifacts: ArtifactRules { needs_an_answer: true },
};

/// Newest first.
pub(crate) static KNOWN: [Profile; 1] = [V1_37];
