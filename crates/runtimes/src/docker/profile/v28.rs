use super::directives::{ADDED_BY_28, COMMON};
use super::{ConfigRules, Profile, PullRules, RegistryRules};

/// Docker Engine v28.5.2, recorded (`docker-28.5.2-graph`, `docker-28.5.2-containerd`).
pub(super) const V28_5: Profile = Profile {
    name: "docker-28.5.2",
    release: [28, 5, 2],
    // moby@v25.0.0 vendor.mod: docker/distribution v2.8.3
    since: [25, 0, 0],
    // moby@v28.5.2 dockerversion/useragent.go:54
    agent: "docker/28.5.2 go/go1.27.1 git-commit/89c5e8f",
    go: 27,
    config: ConfigRules {
        directives: [&COMMON, &ADDED_BY_28],
        // moby@v28.5.2 daemon/config/config.go:177, :520
        knows_proxies: true,
        // moby@v28.5.2 daemon/config/config.go:773, registry/config.go:320
        judges_mirrors: true,
        // moby@v28.5.2 daemon/daemon.go:1067
        knows_snapshotters: true,
    },
    registry: RegistryRules {
        // registry/registry.go:75, :95
        says_must: true,
        // moby@v28.5.2 vendor/github.com/docker/distribution/registry/client/errors.go:52
        honours_content_type: true,
        // moby@v28.5.2 registry/config.go:171
        trusts_loopback_v6: true,
        // moby@v28.5.2 distribution/errors.go `continueOnError`
        falls_back_without_login: false,
    },
    pull: PullRules {
        // Recording `manifest-wrong-digest-header`
        falls_back_to_tag: false,
        // moby@v28.5.2 distribution/pull_v2.go:418
        refuses_schema1: true,
        knows_models: true,
        // moby@v28.5.2 distribution/xfer/download.go: recording `blob-500` has five tries
        further_attempts: 0,
        tells_unpacking_process: false,
        // moby@v28.5.2 distribution/pull_v2.go:794
        follows_nested: true,
        keeps_layers_by_system: false,
    },
};
