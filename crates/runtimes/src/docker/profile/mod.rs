//! Versions of Docker Engine: the words, numbers and switches that differ between them, with what proves each.

mod directives;
mod v20_10;
mod v28;

use self::v20_10::V20_10;
use self::v28::V28_5;

/// Newest first.
pub(crate) static KNOWN: [Profile; 2] = [V28_5, V20_10];

/// A version of Docker Engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Profile {
    pub(crate) name: &'static str,
    /// Major, minor and patch of the release.
    pub(crate) release: [u16; 3],
    /// The first release that pulls in the same way, as far as the profiles go.
    pub(crate) since: [u16; 3],
    /// What the engine calls itself, before system and architecture.
    pub(super) agent: &'static str,
    /// The minor version of Go 1 that it was built with.
    pub(super) go: u8,
    pub(super) config: ConfigRules,
    pub(super) registry: RegistryRules,
    pub(super) pull: PullRules,
}

/// How `daemon.json` is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ConfigRules {
    /// The names that a file may hold.
    pub(super) directives: [&'static [&'static str]; 2],
    /// Whether `proxies` count, and a byte order mark is taken away.
    pub(super) knows_proxies: bool,
    /// Whether mirrors are judged with the file, and may have a path.
    pub(super) judges_mirrors: bool,
    /// Whether the engine can keep its images in containerd (`features.containerd-snapshotter`).
    pub(super) knows_snapshotters: bool,
}

/// How registries are spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RegistryRules {
    /// Whether the body of a refusal is read as its `Content-Type` says, and not always as JSON.
    pub(super) honours_content_type: bool,
    /// Whether `::1/128` is insecure, as `127.0.0.0/8` is.
    pub(super) trusts_loopback_v6: bool,
    /// Whether it is said how a directory of certificates must be named, in the sentences of today.
    pub(super) says_must: bool,
    /// Whether another endpoint of the host is tried where Basic was asked for and there is no login.
    pub(super) falls_back_without_login: bool,
}

/// How an image is pulled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PullRules {
    /// Whether a manifest that is not found by its digest is asked for by its tag.
    pub(super) falls_back_to_tag: bool,
    /// Whether manifests of schema 1 are refused.
    pub(super) refuses_schema1: bool,
    /// Whether images of AI models are told apart.
    pub(super) knows_models: bool,
    /// How often a layer is tried beyond `max-download-attempts`.
    pub(super) further_attempts: u32,
    /// Whether unpacking is told with what the process that did it wrote.
    pub(super) tells_unpacking_process: bool,
    /// Whether an index within an index is followed, and what is unknown in one passed over.
    pub(super) follows_nested: bool,
    /// Whether layers are kept by the name of the system, so that there is no place for those of `Linux`.
    pub(super) keeps_layers_by_system: bool,
}

impl RegistryRules {
    /// That a client certificate has no key (registry/registry.go `loadTLSConfig`).
    pub(super) fn lonely_certificate(&self, certificate: &str, key: &str) -> String {
        let advice = if self.says_must {
            "CA certificates must use the extension .crt"
        } else {
            "Note that CA certificates should use the extension .crt"
        };
        format!("missing key {key} for client certificate {certificate}. {advice}")
    }

    /// That a key has no certificate.
    pub(super) fn lonely_key(&self, certificate: &str, key: &str) -> String {
        let missing = if self.says_must { "missing" } else { "Missing" };
        format!("{missing} client certificate {certificate} for key {key}")
    }
}
