//! containerd 1.6 and 1.7: the client pulls, within the CRI plugin.

use distribution::Grammar;

use super::{
    AuthorizationRules, ConfigRules, ContentRules, ExtractionWords, Generation, HostRules, Needs, Profile,
    RequestRules, Schema1, StatusWords, UriRule, Words,
};

/// As Debian bookworm builds it: with its user agent and Go 1.19 (`golden containerd-1.6.20 ok-tag-index`).
pub(super) const V1_6: Profile = Profile {
    name: "containerd-1.6.20",
    release: [1, 6, 20],
    since: [1, 6, 0],
    user_agent: "containerd/1.6.20~ds1",
    go: 19,
    // containerd v1.6.20 reference/docker/reference.go is that of docker/distribution v2.
    grammar: Grammar::V2_8_2,
    config_path: "",
    has_transfer: false,
    // pkg/cri/server/image_pull.go has no reporter yet.
    watches_progress: false,
    config: ConfigRules {
        // services/server/config/config.go `LoadConfig`, `ValidateV2`, `resolveImports`; cmd/containerd/command/config.go
        generation: Generation::One,
        default_version: 1,
        most_version: None,
        migrates_names: false,
        migrates_each_file: false,
        merges_plugins: false,
        cleans_patterns: false,
        wants_uris_of_tables: true,
        uri: UriRule::Parts,
        needs: Needs::Of1_6,
        has_transfer_plugin: false,
    },
    hosts: HostRules {
        // remotes/docker/config/hosts.go `getSortedHosts`: "invalid `host` tree"
        needs_host_table: true,
        refuses_byte_order_mark: false,
        knows_dial_timeout: false,
        knows_referrers: false,
        // hosts.go `ConfigureHosts` has no fall-back: localhost is plain http.
        tries_https_first: false,
        honours_config_tls: true,
        response_header_timeout: None,
    },
    requests: RequestRules {
        // remotes/docker/resolver.go `retryRequest`
        max_requests: 6,
        repeats_server_errors: false,
        repeats_transport_errors: None,
        ranks_errors: false,
        refusal_ends_resolve: false,
        asks_why_forbidden: false,
        // remotes/docker/resolver.go `NewResolver` sets it, `request` appends
        own_agent_first: true,
        checks_manifest_get: false,
    },
    authorization: AuthorizationRules {
        // remotes/docker/authorizer.go `AddResponses`, `doBearerAuth`, `invalidAuthorization`
        tokens_expire: false,
        sends_headers: false,
        renews_refused_token: false,
        tells_missing_credentials: false,
    },
    content: ContentRules {
        // remotes/docker/fetcher.go `open`
        accept_encoding: None,
        always_asks_for_range: false,
        names_empty_type: true,
        trusts_partial: false,
        // recordings `layer-503-two-pulls`, `layer-reset-mid-resume`
        collects_after_failure: true,
        // images/handlers.go `Dispatch`, unpacker.go `fetch` (recording `six-layers-by-turns`)
        limits_layers: true,
        schema1: Schema1::Converts,
        // remotes/handlers.go `fetch`
        uses_descriptor_data: false,
        names_attestations: false,
        looks_at_rootfs_type: false,
        // image.go `getLayers`
        leaves_artifact_layers_out: false,
    },
    words: Words {
        // resolver.go `Resolve`, fetcher.go `open`, remotes/errors/errors.go
        resolve_status: StatusWords::Host,
        fetch_status: StatusWords::Code,
        token_status: StatusWords::Bare,
        counts_short_reads: false,
        extraction: ExtractionWords::DiffId { over_grpc: true },
        // vendor/golang.org/x/sys/execabs/execabs.go `fixCmd`: its own words take the place of Go 1.19's, whatever the
        // working directory is (recordings `encrypted-*`)
        no_decoder: "ctd-decoder resolves to executable in current directory (./ctd-decoder)",
        commits_remotely: false,
        tells_both_diff_ids: false,
        hides_queries: false,
        hides_missing_queries: false,
        // errdefs/grpc.go `ToGRPC`: `status.Errorf(code, err.Error())`
        formats_messages: true,
        no_schema1_since: "",
        // metadata/images.go `validateImage`
        no_media_type: "Target.MediaType must be set",
    },
};

/// As Debian trixie builds it (`golden containerd-1.7.24 ok-tag-index`).
pub(super) const V1_7: Profile = Profile {
    name: "containerd-1.7.24",
    release: [1, 7, 24],
    since: [1, 7, 0],
    user_agent: "containerd/1.7.24~ds1",
    go: 24,
    grammar: Grammar::V0_6_0,
    // pkg/cri/server/image_pull.go `pullProgressReporter`
    watches_progress: true,
    config: ConfigRules {
        // services/server/config/config.go `ValidateV2`, `resolveImports`
        most_version: Some(2),
        cleans_patterns: true,
        uri: UriRule::Prefix,
        needs: Needs::Of1_7,
        ..V1_6.config
    },
    hosts: HostRules {
        // remotes/docker/resolver.go `NewHTTPFallback`
        tries_https_first: true,
        ..V1_6.hosts
    },
    authorization: AuthorizationRules {
        // remotes/docker/authorizer.go `invalidAuthorization`, `AddResponses`
        renews_refused_token: true,
        tells_missing_credentials: true,
        ..V1_6.authorization
    },
    content: ContentRules {
        // remotes/docker/fetcher.go `open`, remotes/handlers.go `Fetch`, image.go `getLayers`
        names_empty_type: false,
        // recording `layer-503-two-pulls`
        collects_after_failure: false,
        uses_descriptor_data: true,
        leaves_artifact_layers_out: true,
        ..V1_6.content
    },
    words: Words {
        // remotes/errors/errors.go
        resolve_status: StatusWords::Request,
        token_status: StatusWords::Request,
        // diff/stream_unix.go `NewBinaryProcessor`
        no_decoder: "exec: \"ctd-decoder\": executable file not found in $PATH",
        ..V1_6.words
    },
    ..V1_6
};

/// containerd v1.7.34, read and not recorded.
pub(super) const V1_7_34: Profile = Profile {
    name: "containerd-1.7.34",
    release: [1, 7, 34],
    since: [1, 7, 32],
    user_agent: "containerd/v1.7.34",
    go: 25,
    // remotes/docker/config/hosts.go `getSortedHosts`
    hosts: HostRules { needs_host_table: false, ..V1_7.hosts },
    // remotes/docker/authorizer.go `getExpirationTime`
    authorization: AuthorizationRules { tokens_expire: true, ..V1_7.authorization },
    // remotes/handlers.go `MakeRefKey`
    content: ContentRules { names_attestations: true, ..V1_7.content },
    // pkg/cri/instrument/instrumented_service.go, errdefs/grpc.go
    words: Words { hides_queries: true, formats_messages: false, ..V1_7.words },
    ..V1_7
};

/// containerd v1.7.31, read and not recorded.
pub(super) const V1_7_31: Profile = Profile {
    name: "containerd-1.7.31",
    release: [1, 7, 31],
    since: [1, 7, 30],
    user_agent: "containerd/v1.7.31",
    // remotes/docker/config/hosts.go `getSortedHosts`
    hosts: HostRules { needs_host_table: true, ..V1_7_34.hosts },
    ..V1_7_34
};

/// containerd v1.7.29, read and not recorded: errors are not sanitized yet
/// (pkg/cri/instrument/instrumented_service.go).
pub(super) const V1_7_29: Profile = Profile {
    name: "containerd-1.7.29",
    release: [1, 7, 29],
    since: [1, 7, 28],
    user_agent: "containerd/v1.7.29",
    go: 24,
    words: Words { hides_queries: false, ..V1_7_31.words },
    ..V1_7_31
};

/// containerd v1.7.27, read and not recorded.
pub(super) const V1_7_27: Profile = Profile {
    name: "containerd-1.7.27",
    release: [1, 7, 27],
    since: [1, 7, 25],
    user_agent: "containerd/v1.7.27",
    // remotes/docker/authorizer.go has no `getExpirationTime`.
    authorization: AuthorizationRules { tokens_expire: false, ..V1_7_29.authorization },
    ..V1_7_29
};
