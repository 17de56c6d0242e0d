use super::directives::{COMMON, ONLY_IN_20_10};
use super::{ConfigRules, Profile, PullRules, RegistryRules};

/// Docker Engine v20.10.24, recorded (`docker-20.10.24`).
pub(super) const V20_10: Profile = Profile {
    name: "docker-20.10.24",
    release: [20, 10, 24],
    since: [20, 10, 0],
    agent: "docker/20.10.24 go/go1.19.8 git-commit/5d6db84",
    go: 19,
    config: ConfigRules {
        directives: [&COMMON, &ONLY_IN_20_10],
        knows_proxies: false,
        // moby@v20.10.24 registry/config.go:314 `ValidateMirror`, called when the daemon starts
        judges_mirrors: false,
        knows_snapshotters: false,
    },
    registry: RegistryRules {
        // registry/registry.go:75, :95
        says_must: false,
        // moby@v20.10.24 vendor/github.com/docker/distribution/registry/client/errors.go:41
        honours_content_type: false,
        // moby@v20.10.24 registry/config.go:153
        trusts_loopback_v6: false,
        // moby@v20.10.24 distribution/pull_v2.go:953 `allowV1Fallback`
        falls_back_without_login: true,
    },
    pull: PullRules {
        // moby@v20.10.24 distribution/pull_v2.go:376
        falls_back_to_tag: true,
        refuses_schema1: false,
        knows_models: false,
        // Recording `blob-500` has six tries
        further_attempts: 1,
        // moby@v20.10.24 pkg/chrootarchive/diff_unix.go
        tells_unpacking_process: true,
        // moby@v20.10.24 distribution/pull_v2.go:911
        follows_nested: false,
        // moby@v20.10.24 distribution/xfer/download.go:174, image/store.go:176
        keeps_layers_by_system: true,
    },
};
