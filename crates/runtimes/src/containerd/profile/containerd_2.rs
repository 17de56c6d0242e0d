//! containerd 2: the client pulls up to 2.0, the transfer service from 2.1 on.

use std::time::Duration;

use super::containerd_1::V1_7;
use super::{
    AuthorizationRules, ConfigRules, ContentRules, ExtractionWords, Generation, HostRules, Needs, Profile,
    RequestRules, Schema1, StatusWords, UriRule, Words,
};

/// containerd v2.0.11, read and not recorded. Upstream's builds name themselves after the tag.
pub(super) const V2_0: Profile = Profile {
    name: "containerd-2.0.11",
    release: [2, 0, 11],
    since: [2, 0, 11],
    user_agent: "containerd/v2.0.11",
    go: 25,
    config: ConfigRules {
        // cmd/containerd/server/config/config.go `LoadConfig`, `mergeConfig`, `ValidateVersion`
        generation: Generation::Two,
        default_version: 3,
        most_version: Some(3),
        migrates_names: true,
        merges_plugins: true,
        wants_uris_of_tables: false,
        uri: UriRule::Dot,
        needs: Needs::Of2,
        ..V1_7.config
    },
    hosts: HostRules {
        // core/remotes/docker/config/hosts.go `getSortedHosts`, `hostFileConfig`
        needs_host_table: false,
        // recording `ht-bom`
        refuses_byte_order_mark: true,
        knows_dial_timeout: true,
        honours_config_tls: false,
        ..V1_7.hosts
    },
    requests: RequestRules {
        // core/remotes/docker/resolver.go `Resolve`: `firstErrPriority`
        ranks_errors: true,
        refusal_ends_resolve: true,
        ..V1_7.requests
    },
    authorization: AuthorizationRules {
        // core/remotes/docker/authorizer.go `getExpirationTime`
        tokens_expire: true,
        ..V1_7.authorization
    },
    content: ContentRules {
        // core/remotes/docker/fetcher.go:271, core/remotes/handlers.go `MakeRefKey`
        accept_encoding: Some("zstd;q=1.0, gzip;q=0.8, deflate;q=0.5"),
        names_attestations: true,
        // core/remotes/docker/schema1/converter.go `NewConverter`
        schema1: Schema1::ConvertsIfAsked,
        ..V1_7.content
    },
    words: Words {
        // core/unpack/unpacker.go:378, internal/cri/instrument/instrumented_service.go
        extraction: ExtractionWords::DiffId { over_grpc: false },
        hides_queries: true,
        formats_messages: false,
        ..V1_7.words
    },
    ..V1_7
};

/// containerd v2.0.10, read and not recorded.
pub(super) const V2_0_10: Profile = Profile {
    name: "containerd-2.0.10",
    release: [2, 0, 10],
    since: [2, 0, 8],
    user_agent: "containerd/v2.0.10",
    // core/remotes/docker/resolver.go `Resolve`: below `blobs/` whatever was said before
    requests: RequestRules { refusal_ends_resolve: false, ..V2_0.requests },
    ..V2_0
};

/// containerd v2.0.7, read and not recorded: errors are not sanitized yet (internal/cri/util has no sanitize.go).
pub(super) const V2_0_7: Profile = Profile {
    name: "containerd-2.0.7",
    release: [2, 0, 7],
    since: [2, 0, 7],
    user_agent: "containerd/v2.0.7",
    go: 24,
    words: Words { hides_queries: false, ..V2_0_10.words },
    ..V2_0_10
};

/// containerd v2.0.6, read and not recorded.
pub(super) const V2_0_6: Profile = Profile {
    name: "containerd-2.0.6",
    release: [2, 0, 6],
    since: [2, 0, 0],
    user_agent: "containerd/v2.0.6",
    go: 23,
    // core/remotes/docker/config/hosts.go `hostFileConfig` has no `dial_timeout`.
    hosts: HostRules { knows_dial_timeout: false, ..V2_0_7.hosts },
    ..V2_0_7
};

/// As Debian builds it (`golden containerd-2.1.9 ok-tag-index`); upstream's own builds say `containerd/v2.1.9`.
pub(super) const V2_1: Profile = Profile {
    name: "containerd-2.1.9",
    release: [2, 1, 9],
    since: [2, 1, 6],
    user_agent: "containerd/2.1.9+unknown",
    // Debian sid builds it with Go 1.27; upstream's own builds have 1.25.
    go: 27,
    has_transfer: true,
    // plugins/cri/images/plugin.go
    config: ConfigRules { has_transfer_plugin: true, ..V2_0.config },
    requests: RequestRules {
        // core/remotes/docker/resolver.go:732 `retryRequest`, :256-282 `Resolve`
        repeats_server_errors: true,
        refusal_ends_resolve: false,
        // resolver.go:525 `request`
        own_agent_first: false,
        ..V2_0.requests
    },
    authorization: AuthorizationRules {
        // core/remotes/docker/config/hosts.go:184-205
        sends_headers: true,
        ..V2_0.authorization
    },
    content: ContentRules {
        // core/remotes/docker/resolver.go `withOffsetCheck`, client/pull.go, core/unpack/unpacker.go
        trusts_partial: true,
        // core/remotes/docker/resolver.go:478 `Acquire`: the limit is that of requests
        limits_layers: false,
        schema1: Schema1::Refuses,
        looks_at_rootfs_type: true,
        ..V2_0.content
    },
    words: Words {
        // core/remotes/docker/errdesc.go, core/content/helpers.go, core/unpack/unpacker.go, client/pull.go:213
        fetch_status: StatusWords::Request,
        counts_short_reads: true,
        extraction: ExtractionWords::Snapshot,
        no_schema1_since: "v2.1",
        ..V2_0.words
    },
    ..V2_0
};

/// containerd v2.1.3, read and not recorded: errors are not sanitized yet
/// (internal/cri/instrument/instrumented_service.go).
pub(super) const V2_1_3: Profile = Profile {
    name: "containerd-2.1.3",
    release: [2, 1, 3],
    since: [2, 1, 3],
    user_agent: "containerd/v2.1.3",
    go: 23,
    words: Words { hides_queries: false, ..V2_1.words },
    ..V2_1
};

/// containerd v2.1.2, read and not recorded.
pub(super) const V2_1_2: Profile = Profile {
    name: "containerd-2.1.2",
    release: [2, 1, 2],
    since: [2, 1, 2],
    user_agent: "containerd/v2.1.2",
    // core/remotes/docker/fetcher.go:455 `open`
    content: ContentRules { always_asks_for_range: true, ..V2_1_3.content },
    words: Words {
        // core/remotes/docker/resolver.go `withErrorCheck`, core/content/helpers.go
        fetch_status: StatusWords::Code,
        counts_short_reads: false,
        ..V2_1_3.words
    },
    ..V2_1_3
};

/// containerd v2.1.0, read and not recorded.
pub(super) const V2_1_0: Profile = Profile {
    name: "containerd-2.1.0",
    release: [2, 1, 0],
    since: [2, 1, 0],
    user_agent: "containerd/v2.1.0",
    // core/unpack/unpacker.go:431
    words: Words { extraction: ExtractionWords::DiffId { over_grpc: false }, ..V2_1_2.words },
    ..V2_1_2
};

/// containerd v2.2.7, read and not recorded.
pub(super) const V2_2: Profile = Profile {
    name: "containerd-2.2.7",
    release: [2, 2, 7],
    since: [2, 2, 6],
    user_agent: "containerd/v2.2.7",
    go: 25,
    // plugins/cri/images/plugin.go:64-72
    config_path: "/etc/containerd/certs.d:/etc/docker/certs.d",
    hosts: HostRules { knows_referrers: true, ..V2_1.hosts },
    // core/remotes/docker/resolver.go `Resolve`
    requests: RequestRules { refusal_ends_resolve: true, ..V2_1.requests },
    // core/unpack/unpacker.go `topHalf`
    words: Words { tells_both_diff_ids: true, ..V2_1.words },
    ..V2_1
};

/// containerd v2.2.5, read and not recorded.
pub(super) const V2_2_5: Profile = Profile {
    name: "containerd-2.2.5",
    release: [2, 2, 5],
    since: [2, 2, 1],
    user_agent: "containerd/v2.2.5",
    // core/remotes/docker/resolver.go `Resolve`
    requests: RequestRules { refusal_ends_resolve: false, ..V2_2.requests },
    ..V2_2
};

/// containerd v2.2.0, read and not recorded: errors are not sanitized (internal/cri/util has no sanitize.go).
pub(super) const V2_2_0: Profile = Profile {
    name: "containerd-2.2.0",
    release: [2, 2, 0],
    since: [2, 2, 0],
    user_agent: "containerd/v2.2.0",
    go: 24,
    words: Words { hides_queries: false, ..V2_2_5.words },
    ..V2_2_5
};

/// containerd v2.3.4, read and not recorded.
pub(super) const V2_3: Profile = Profile {
    name: "containerd-2.3.4",
    release: [2, 3, 4],
    since: [2, 3, 3],
    user_agent: "containerd/v2.3.4",
    go: 26,
    // cmd/containerd/server/config/config.go `LoadConfigWithPlugins`
    config: ConfigRules {
        default_version: 4,
        most_version: Some(4),
        migrates_each_file: true,
        needs: Needs::Of2_3,
        ..V2_2.config
    },
    hosts: HostRules {
        // core/remotes/docker/registry.go:254-269
        response_header_timeout: Some(Duration::from_secs(30)),
        ..V2_2.hosts
    },
    requests: RequestRules {
        // core/remotes/docker/resolver.go `maxAttempts`, `doWithTransportRetries`, `withGETErrorBody`, `Resolve`
        max_requests: 5,
        repeats_transport_errors: Some(Duration::from_millis(50)),
        asks_why_forbidden: true,
        checks_manifest_get: true,
        ..V2_2.requests
    },
    // resolver.go `sanitizedURL`, core/metadata/images.go `validateImage`
    words: Words { hides_missing_queries: true, no_media_type: "target.MediaType must be set", ..V2_2.words },
    ..V2_2
};

/// containerd v2.3.2, read and not recorded.
pub(super) const V2_3_2: Profile = Profile {
    name: "containerd-2.3.2",
    release: [2, 3, 2],
    since: [2, 3, 2],
    user_agent: "containerd/v2.3.2",
    // core/remotes/docker/resolver.go has no `withGETErrorBody`.
    requests: RequestRules { asks_why_forbidden: false, ..V2_3.requests },
    ..V2_3
};

/// containerd v2.3.1, read and not recorded.
pub(super) const V2_3_1: Profile = Profile {
    name: "containerd-2.3.1",
    release: [2, 3, 1],
    since: [2, 3, 0],
    user_agent: "containerd/v2.3.1",
    // core/remotes/docker/resolver.go `doWithRetriesInner`: six requests, none after a failure on the way
    requests: RequestRules { max_requests: 6, repeats_transport_errors: None, ..V2_3_2.requests },
    ..V2_3_2
};
