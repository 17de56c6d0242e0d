//! Versions of containerd: which upstream code is imitated, and the words, numbers and switches that differ between them.
//!
//! The flow is the same code for all; one file for each major version holds what differs, with the revision that
//! proves it.

mod containerd_1;
mod containerd_2;

use std::time::Duration;

use distribution::Grammar;
use gostd::url::{Url, Values};

pub(crate) use crate::containerd::Generation;

use self::containerd_1::{V1_6, V1_7, V1_7_27, V1_7_29, V1_7_31, V1_7_34};
use self::containerd_2::{
    V2_0, V2_0_6, V2_0_7, V2_0_10, V2_1, V2_1_0, V2_1_2, V2_1_3, V2_2, V2_2_0, V2_2_5, V2_3, V2_3_1, V2_3_2,
};

/// A version of containerd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Profile {
    pub(crate) name: &'static str,
    /// Major, minor and patch of the release.
    pub(crate) release: [u16; 3],
    /// The first release that pulls in the same way, as far as the profiles go.
    pub(crate) since: [u16; 3],
    /// What the version calls itself: `User-Agent: containerd/VERSION`.
    pub(crate) user_agent: &'static str,
    /// The minor version of Go 1 that it was built with: some words and rules are those of Go's library.
    pub(crate) go: u8,
    /// How references are read.
    pub(crate) grammar: Grammar,
    /// `registry.config_path`, where the node does not set it.
    pub(crate) config_path: &'static str,
    /// Whether pulls are made by the transfer service, unless the configuration wants them local.
    pub(crate) has_transfer: bool,
    /// Whether a pull that gets nowhere is cancelled (`image_pull_progress_timeout`).
    pub(crate) watches_progress: bool,
    pub(crate) config: ConfigRules,
    pub(crate) hosts: HostRules,
    pub(crate) requests: RequestRules,
    pub(crate) authorization: AuthorizationRules,
    pub(crate) content: ContentRules,
    pub(crate) words: Words,
}

/// How the daemon reads its own configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ConfigRules {
    /// Whose words are said about it.
    pub(crate) generation: Generation,
    /// The version of a file that names none, as the daemon has it before it reads one.
    pub(crate) default_version: i64,
    /// The newest version that is read; `None`: any number is.
    pub(crate) most_version: Option<i64>,
    /// Whether names of plugins are those of version 1 where a file has no higher one, and are changed.
    pub(crate) migrates_names: bool,
    /// Whether each file is brought to the newest version by itself, with all that its plugins are told.
    pub(crate) migrates_each_file: bool,
    /// Whether two tables of a plugin are merged, where two files have one.
    pub(crate) merges_plugins: bool,
    /// Whether a pattern among imports is taken from the directory of the file that has it.
    pub(crate) cleans_patterns: bool,
    /// Whether a table of a plugin must have a whole name.
    pub(crate) wants_uris_of_tables: bool,
    /// What a whole name is.
    pub(crate) uri: UriRule,
    /// Which plugins the CRI stands on.
    pub(crate) needs: Needs,
    /// Whether the CRI needs the transfer service, whichever pulls.
    pub(crate) has_transfer_plugin: bool,
}

/// When a name of a plugin is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UriRule {
    /// It has four parts.
    Parts,
    /// It has four parts, and begins with `io.containerd.`.
    Prefix,
    /// It has a dot.
    Dot,
}

impl UriRule {
    /// Whether `name` is whole.
    pub(crate) fn is_whole(self, name: &str) -> bool {
        let parts = name.split('.').count();
        match self {
            Self::Parts => parts >= 4,
            Self::Prefix => parts >= 4 && name.starts_with("io.containerd."),
            Self::Dot => parts >= 2,
        }
    }
}

/// The plugins of which version are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// containerd 1.6
    Of1_6,
    /// containerd 1.7
    Of1_7,
    /// containerd 2
    Of2,
    /// containerd 2.3
    Of2_3,
}

/// What is read from the configuration of hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HostRules {
    /// Whether a `hosts.toml` without a `[host]` table counts for nothing.
    pub(crate) needs_host_table: bool,
    /// Whether a byte order mark spoils the file (go-toml 2).
    pub(crate) refuses_byte_order_mark: bool,
    /// Whether `dial_timeout` is known, and the capability `referrers`.
    pub(crate) knows_dial_timeout: bool,
    pub(crate) knows_referrers: bool,
    /// Whether a host that may be http or https is asked by https first.
    pub(crate) tries_https_first: bool,
    /// Whether `registry.configs.HOST.tls` counts.
    pub(crate) honours_config_tls: bool,
    /// `ResponseHeaderTimeout`
    pub(crate) response_header_timeout: Option<Duration>,
}

/// How requests are repeated, and which error of several is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestRules {
    /// The most requests for one operation (`retryRequest`).
    pub(crate) max_requests: usize,
    /// Whether 500, 503 and 504 of the last host are repeated.
    pub(crate) repeats_server_errors: bool,
    /// Whether time-outs and ends of connections at the last host are repeated, so long after.
    pub(crate) repeats_transport_errors: Option<Duration>,
    /// Whether the error that got furthest is told, and not the first one that is no 404.
    pub(crate) ranks_errors: bool,
    /// Whether a digest is not looked for below `blobs/` once a host has refused its manifest.
    pub(crate) refusal_ends_resolve: bool,
    /// Whether a HEAD that was forbidden is followed by a GET, for the registry's words.
    pub(crate) asks_why_forbidden: bool,
    /// Whether containerd's own `User-Agent` stands before one that a host's configuration names.
    pub(crate) own_agent_first: bool,
    /// Whether the status of the GET that stands in for a digest is looked at.
    pub(crate) checks_manifest_get: bool,
}

/// How tokens are asked for and kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AuthorizationRules {
    /// Whether a token is asked for anew once `expires_in` has passed.
    pub(crate) tokens_expire: bool,
    /// Whether the header fields of the configuration go to the token service as well.
    pub(crate) sends_headers: bool,
    /// Whether a token that was refused with an `error` is asked for anew, once.
    pub(crate) renews_refused_token: bool,
    /// Whether Basic without complete credentials is an error of its own, and not the plain 401.
    pub(crate) tells_missing_credentials: bool,
}

/// How content is fetched, and what is unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ContentRules {
    /// `Accept-Encoding` of its own; without one Go asks for gzip, unless a range is wanted.
    pub(crate) accept_encoding: Option<&'static str>,
    /// Whether a range is asked for even from the first byte on.
    pub(crate) always_asks_for_range: bool,
    /// Whether `Accept` names a media type even where there is none: `, */*`.
    pub(crate) names_empty_type: bool,
    /// Whether 206 is taken for the range that was asked for without a look at `Content-Range`.
    pub(crate) trusts_partial: bool,
    /// Whether layers wait for one another before they are begun, one after another in their order, and not each request
    /// for its turn (`max_concurrent_downloads`).
    pub(crate) limits_layers: bool,
    /// What becomes of manifests of schema 1.
    pub(crate) schema1: Schema1,
    /// Whether the garbage collector comes at once when a pull has failed, so that the next begins anew.
    pub(crate) collects_after_failure: bool,
    /// Whether content that a descriptor brings along is used.
    pub(crate) uses_descriptor_data: bool,
    /// Whether attestations have an ingest name of their own.
    pub(crate) names_attestations: bool,
    /// Whether only `layers` is unpacked (`rootfs.type`).
    pub(crate) looks_at_rootfs_type: bool,
    /// Whether layers that are none are left out when the image is compared with its config.
    pub(crate) leaves_artifact_layers_out: bool,
}

/// What becomes of manifests of schema 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schema1 {
    /// They are converted while they are pulled.
    Converts,
    /// They are, if the environment of the daemon says so.
    ConvertsIfAsked,
    /// They are refused.
    Refuses,
}

/// How things are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// Of an answer to a resolving request with an unexpected status.
    pub(crate) resolve_status: StatusWords,
    /// Of an answer to a fetching request.
    pub(crate) fetch_status: StatusWords,
    /// Of an answer of the token service.
    pub(crate) token_status: StatusWords,
    /// Whether content that ended early is told with its numbers.
    pub(crate) counts_short_reads: bool,
    pub(crate) extraction: ExtractionWords,
    /// That the program which decrypts layers is not there.
    pub(crate) no_decoder: &'static str,
    /// Whether a wrong diff id is told with both digests.
    pub(crate) tells_both_diff_ids: bool,
    /// Whether content is committed by another process, which is told (core/content/proxy/content_writer.go `Commit`).
    pub(crate) commits_remotely: bool,
    /// Whether the query of a URL that could not be reached is hidden (`SanitizeError`).
    pub(crate) hides_queries: bool,
    /// Whether the query of a URL that is not there is hidden, but for `ns`.
    pub(crate) hides_missing_queries: bool,
    /// Whether messages with a code went through `fmt.Sprintf`, which takes `%` for a verb (`errdefs.ToGRPC`).
    pub(crate) formats_messages: bool,
    /// Since which version schema 1 is said not to be supported, where the client says it.
    pub(crate) no_schema1_since: &'static str,
    /// That an image is without a media type.
    pub(crate) no_media_type: &'static str,
}

impl Words {
    /// A URL where nothing is, as it is told (containerd v2.3.4 core/remotes/docker/resolver.go `sanitizedURL`).
    pub(crate) fn missing_url(&self, url: &Url) -> String {
        if !self.hides_missing_queries || url.raw_query.is_empty() {
            return url.to_string();
        }
        let mut hidden = Values::default();
        for (key, value) in url.query().iter() {
            let shown = key == b"ns" || value.is_empty();
            hidden.add(key, if shown { value } else { b"REDACTED" });
        }
        Url { raw_query: hidden.encode(), ..url.clone() }.to_string()
    }
}

/// The sentence for an unexpected status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StatusWords {
    /// `unexpected status from GET request to URL: 403 Forbidden`, the registry's words on a line of their own
    Request,
    /// `unexpected status code URL: 403 Forbidden - Server message: …`, with the URL that was asked first
    Code,
    /// `pulling from host HOST failed with status code [manifests v1]: 403 Forbidden`
    Host,
    /// `unexpected status: 403 Forbidden`
    Bare,
}

/// How a layer that cannot be unpacked is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExtractionWords {
    /// By its diff id. Where the applier's words have passed gRPC they end in `: unknown`.
    DiffId {
        /// Whether they have (errdefs/grpc.go `FromGRPC`).
        over_grpc: bool,
    },
    /// By media type, digest, snapshotter and key.
    Snapshot,
}

/// The client of 2.1 as Docker Engine 28 links it, whose token requests carry no header of the daemon's
/// (moby@v28.5.2 daemon/containerd/resolver.go:60).
pub(crate) static LINKED: Profile = Profile {
    authorization: AuthorizationRules { sends_headers: false, ..V2_1.authorization },
    // Recordings `blob-corrupt`, `submanifest-digest-mismatch` of Docker with its images in containerd
    words: Words { commits_remotely: true, ..V2_1.words },
    ..V2_1
};

/// Newest first.
pub(crate) static KNOWN: [Profile; 20] = [
    V2_3, V2_3_2, V2_3_1, V2_2, V2_2_5, V2_2_0, V2_1, V2_1_3, V2_1_2, V2_1_0, V2_0, V2_0_10, V2_0_7, V2_0_6,
    V1_7_34, V1_7_31, V1_7_29, V1_7_27, V1_7, V1_6,
];

#[cfg(test)]
impl Profile {
    /// The profile of exactly this name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        KNOWN.iter().find(|profile| profile.name == name)
    }
}
