//! The node's `config.toml`, as far as it decides a pull (containerd v2.1.9 internal/cri/config/config.go).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use cri::AuthConfig;
use gostd::duration;
use gostd::url::Url;
use net::Recorder;
use node::Node;
use toml::Value;

use super::chunks::Chunking;
use super::server_config::{ConfigError, ServerConfig, TRANSFER, VERIFIER};
use super::verifier::Verifiers;
use crate::containerd::profile::Profile;

/// `image_pull_progress_timeout` (config_unix.go:46)
const PROGRESS_TIMEOUT: &str = "5m0s";
/// `max_concurrent_downloads` (config_unix.go:43)
const MAX_CONCURRENT_DOWNLOADS: usize = 3;

/// The settings of the CRI image plugin.
#[derive(Clone, Debug)]
pub(super) struct Config {
    /// Whether the client pulls, and not the transfer service.
    pub(super) local_pull: bool,
    /// `registry.config_path`, not split.
    pub(super) config_path: String,
    /// `registry.mirrors`
    pub(super) mirrors: BTreeMap<String, Vec<String>>,
    /// `registry.configs.HOST.auth`
    pub(super) auths: BTreeMap<String, AuthConfig>,
    /// What is wrong with `registry.auths`.
    auths_problem: Option<String>,
    /// `registry.configs.HOST.tls`
    pub(super) tls: BTreeMap<String, TlsConfig>,
    /// `registry.headers`
    pub(super) headers: Vec<(String, String)>,
    pub(super) max_concurrent_downloads: usize,
    /// The same of the transfer service, which has a plugin and a setting of its own.
    pub(super) transfer_downloads: usize,
    /// `concurrent_layer_fetch_buffer`, of the CRI plugin and of the transfer service.
    fetch_buffers: [u64; 2],
    /// Settings of the CRI plugin that only a local pull honours.
    local_only: Vec<&'static str>,
    /// The text, since a wrong one is said when a pull begins.
    pub(super) progress_timeout: String,
    pub(super) snapshotter: String,
    /// `root`
    pub(super) root: PathBuf,
    /// For which snapshotters the transfer service unpacks.
    unpack_snapshotters: Vec<String>,
    /// What may refuse an image before it is fetched.
    pub(super) verifiers: Verifiers,
    /// Why the CRI's image service is not there, whatever it is told about images.
    without_service: Option<String>,
}

/// How long a pull may get nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProgressLimit {
    /// As long as it takes.
    None,
    /// So long.
    Within(Duration),
    /// Nobody reads what the transfer service reports, and the pull waits for ever before its first request
    /// (containerd v2.1.9 internal/cri/server/images/image_pull.go `transferProgressReporter.start`).
    Blocks,
    /// The ticker of the watch panics, and containerd with it (Go `time.NewTicker`).
    Panics,
}

/// How TLS is spoken to a host, as containerd 1 can be told (`TLSConfig`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TlsConfig {
    pub(super) insecure_skip_verify: bool,
    pub(super) ca_file: String,
    pub(super) cert_file: String,
    pub(super) key_file: String,
}

impl Config {
    /// Reads the node's files; what is missing has containerd's defaults.
    pub(super) fn read(node: &Node, profile: &Profile, recorder: &Recorder) -> Result<Self, ConfigError> {
        let server = ServerConfig::load(node, profile)?;
        server.notes(&profile.config).iter().for_each(|note| recorder.decide("config.toml", note.clone()));
        let mut config = Self::of(&server, profile);
        if !profile.has_transfer {
            config.local_pull = true;
        } else if let Some(reason) = config.incompatible() {
            recorder.decide(
                "config.toml",
                format!("{reason} is set: pulls are made locally, not by the transfer service"),
            );
            config.local_pull = true;
        }
        Ok(config)
    }

    fn of(server: &ServerConfig, profile: &Profile) -> Self {
        let images = server.images().cloned().unwrap_or(Value::Table(toml::Table::new()));
        let registry = images.get("registry");
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(ToOwned::to_owned);
        let mirrors = mirrors(registry);
        let config_path = text(registry.and_then(|r| r.get("config_path"))).filter(|path| !path.is_empty());
        // The default gives way to mirrors (containerd v2.2.7 plugins/cri/images/plugin.go:64-72).
        let default_path = if mirrors.is_empty() { profile.config_path } else { "" };
        let transfer = server.plugin(TRANSFER);
        let snapshotter = text(images.get("snapshotter"))
            // Go's struct is embedded: its fields count in both places.
            .or_else(|| text(images.get("containerd")?.get("snapshotter")))
            .filter(|name| !name.is_empty())
            .unwrap_or("overlayfs".into());
        let buffer = |plugin: Option<&Value>| {
            let number = plugin.and_then(|plugin| plugin.get("concurrent_layer_fetch_buffer")?.as_integer());
            number.and_then(|n| u64::try_from(n).ok()).unwrap_or_default()
        };
        let downloads = |plugin: Option<&Value>| {
            let number = plugin.and_then(|plugin| plugin.get("max_concurrent_downloads")?.as_integer());
            number.and_then(|n| usize::try_from(n).ok()).unwrap_or(MAX_CONCURRENT_DOWNLOADS)
        };
        Self {
            local_pull: images.get("use_local_image_pull").and_then(Value::as_bool).unwrap_or(false),
            config_path: config_path.unwrap_or(default_path.into()),
            mirrors,
            auths: auths(registry),
            auths_problem: auths_problem(registry),
            tls: tls_configs(registry),
            headers: headers(registry.and_then(|registry| registry.get("headers"))),
            max_concurrent_downloads: downloads(Some(&images)),
            transfer_downloads: downloads(transfer),
            fetch_buffers: [buffer(Some(&images)), buffer(transfer)],
            local_only: local_only(&images),
            progress_timeout: text(images.get("image_pull_progress_timeout"))
                .unwrap_or(PROGRESS_TIMEOUT.into()),
            unpack_snapshotters: server.unpack_snapshotters(),
            verifiers: match server.is_disabled(VERIFIER) {
                true => Verifiers::none(),
                false => Verifiers::of(server.plugin(VERIFIER)),
            },
            without_service: server.without_image_service(&snapshotter, &profile.config),
            snapshotter,
            root: server.root(),
        }
    }

    /// Whether the transfer service unpacks for the CRI's snapshotter.
    pub(super) fn unpacks(&self) -> bool {
        self.unpack_snapshotters.contains(&self.snapshotter)
    }

    /// How many requests for content there may be at once; `None`: any number.
    pub(super) fn download_limit(&self) -> Option<usize> {
        let limit = if self.local_pull { self.max_concurrent_downloads } else { self.transfer_downloads };
        Some(limit).filter(|limit| *limit > 0)
    }

    /// Whether content is fetched in pieces; the setting exists since 2.1.
    pub(super) fn chunking(&self) -> Option<Chunking> {
        let buffer = self.fetch_buffers[usize::from(!self.local_pull)];
        Chunking::new(buffer, self.download_limit().unwrap_or_default())
    }

    /// Why the plugin does not load (`ValidateImageConfig`, config.go:483-530; in containerd 1
    /// `ValidatePluginConfig`): nothing can be pulled then.
    pub(super) fn refusal(&self, profile: &Profile) -> Option<String> {
        if self.without_service.is_some() {
            return self.without_service.clone();
        }
        let has_path = !self.config_path.is_empty();
        if has_path && !self.mirrors.is_empty() {
            return Some("`mirrors` cannot be set when `config_path` is provided".to_owned());
        }
        if has_path && profile.hosts.honours_config_tls && !self.tls.is_empty() {
            return Some("`configs.tls` cannot be set when `config_path` is provided".to_owned());
        }
        if let Some(problem) = &self.auths_problem {
            return Some(problem.clone());
        }
        if !profile.watches_progress || self.progress_timeout.is_empty() {
            return None;
        }
        let parsed: Result<duration::Duration, _> = self.progress_timeout.parse();
        parsed.err().map(|error| format!("invalid image pull progress timeout: {error}"))
    }

    /// The setting that the transfer service cannot honour (config.go:557-628).
    fn incompatible(&self) -> Option<&'static str> {
        if !self.mirrors.is_empty() {
            Some("registry.mirrors")
        } else if !self.auths.is_empty() {
            Some("registry.configs")
        } else if self.max_concurrent_downloads != MAX_CONCURRENT_DOWNLOADS {
            Some("max_concurrent_downloads")
        } else {
            self.local_only.first().copied()
        }
    }

    /// `image_pull_progress_timeout`; zero is no limit, and in the transfer service none that works.
    pub(super) fn progress_limit(&self, profile: &Profile) -> Result<ProgressLimit, String> {
        if !profile.watches_progress {
            return Ok(ProgressLimit::None);
        }
        let parsed: duration::Duration = self.progress_timeout.parse().map_err(|error| {
            let text = gostd::strconv::quote(&self.progress_timeout);
            format!("failed to parse image_pull_progress_timeout {text}: {error}")
        })?;
        // Below ten seconds it is looked at twice in that time, which must be a nanosecond at least.
        const LEAST: Duration = Duration::from_nanos(2);
        Ok(match parsed.to_std() {
            Some(limit) if limit.is_zero() && self.local_pull => ProgressLimit::None,
            Some(limit) if limit.is_zero() => ProgressLimit::Blocks,
            Some(limit) if limit >= LEAST => ProgressLimit::Within(limit),
            _ => ProgressLimit::Panics,
        })
    }
}

/// The switches that are not as they are by default, where the transfer service does not know them.
fn local_only(images: &Value) -> Vec<&'static str> {
    let switches = [
        ("disable_snapshot_annotations", true),
        ("discard_unpacked_layers", false),
        ("image_pull_with_sync_fs", false),
    ];
    let set = |(name, default): &(&str, bool)| {
        images.get(*name).and_then(Value::as_bool).is_some_and(|value| value != *default)
    };
    switches.iter().filter(|switch| set(switch)).map(|(name, _)| *name).collect()
}

fn mirrors(registry: Option<&Value>) -> BTreeMap<String, Vec<String>> {
    let table = registry.and_then(|registry| registry.get("mirrors")).and_then(Value::as_table);
    let endpoints = |mirror: &Value| {
        let endpoints = mirror.get("endpoint").and_then(Value::as_array);
        let endpoints = endpoints.into_iter().flatten().filter_map(Value::as_str);
        endpoints.map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    table.into_iter().flatten().map(|(host, mirror)| (host.clone(), endpoints(mirror))).collect()
}

/// A host with only TLS settings counts as well: it has no credentials, but makes the pull a local one.
fn auths(registry: Option<&Value>) -> BTreeMap<String, AuthConfig> {
    let table = |name| registry.and_then(|registry| registry.get(name)).and_then(Value::as_table);
    let auth = |auth: Option<&Value>| {
        let text =
            |key| auth.and_then(|auth| auth.get(key)).and_then(Value::as_str).unwrap_or_default().to_owned();
        AuthConfig {
            username: text("username"),
            password: text("password").into(),
            auth: text("auth").into(),
            identity_token: text("identitytoken").into(),
            ..AuthConfig::default()
        }
    };
    let configs = table("configs").into_iter().flatten();
    let configs = configs.map(|(host, config)| (host.clone(), auth(config.get("auth"))));
    // The older table is moved into the newer one (`ValidateImageConfig`, containerd v1.7.24 pkg/cri/config/config.go).
    let older = table("auths").into_iter().flatten();
    configs.chain(older.map(|(endpoint, value)| (host_of(endpoint), auth(Some(value))))).collect()
}

/// `failed to parse registry url "…" from `registry.auths`: …`
fn auths_problem(registry: Option<&Value>) -> Option<String> {
    let endpoints = registry?.get("auths")?.as_table()?.keys();
    endpoints.into_iter().find_map(|endpoint| {
        let error = Url::parse(endpoint).err()?;
        let endpoint = gostd::strconv::quote(endpoint);
        Some(format!("failed to parse registry url {endpoint} from `registry.auths`: {error}"))
    })
}

/// `https://host/path` without its scheme and path; what has no scheme stays as it is.
fn host_of(endpoint: &str) -> String {
    match Url::parse(endpoint) {
        Ok(url) if !url.scheme.is_empty() => url.host,
        _ => endpoint.to_owned(),
    }
}

fn tls_configs(registry: Option<&Value>) -> BTreeMap<String, TlsConfig> {
    let table = registry.and_then(|registry| registry.get("configs")).and_then(Value::as_table);
    let tls = |tls: &Value| {
        let text = |key| tls.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        TlsConfig {
            insecure_skip_verify: tls.get("insecure_skip_verify").and_then(Value::as_bool).unwrap_or(false),
            ca_file: text("ca_file"),
            cert_file: text("cert_file"),
            key_file: text("key_file"),
        }
    };
    let hosts = table.into_iter().flatten();
    hosts.filter_map(|(host, config)| Some((host.clone(), tls(config.get("tls")?)))).collect()
}

fn headers(table: Option<&Value>) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    for (name, value) in table.and_then(Value::as_table).into_iter().flatten() {
        let values = value.as_array().into_iter().flatten().chain(value.as_str().map(|_| value));
        headers.extend(values.filter_map(Value::as_str).map(|value| (name.clone(), value.to_owned())));
    }
    headers
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::server_config::Generation;
    use super::*;

    fn config(runtime: &str, text: &str) -> Config {
        let profile = Profile::named(runtime).unwrap();
        let version = if profile.config.generation == Generation::One { 2 } else { 3 };
        let text = format!("version = {version}\n{text}");
        let node = Node::memory([(Path::new("/etc/containerd/config.toml").into(), text.into_bytes())]);
        Config::read(&node, profile, &Recorder::new(trace::Trace::new())).unwrap()
    }

    #[test]
    fn credentials_of_both_tables() {
        let text = "[plugins.'io.containerd.grpc.v1.cri'.registry]\n\
                    configs.'a.test'.auth = { username = 'new', password = 'p' }\n\
                    auths.'https://a.test/v1/' = { username = 'old' }\n\
                    auths.'b.test' = { identitytoken = 't' }\n\
                    auths.'c.test:5000' = { username = 'lost' }\n";
        let auths = config("containerd-1.7.24", text).auths;
        let names: Vec<_> =
            auths.iter().map(|(host, auth)| (host.as_str(), auth.username.as_str())).collect();
        // Go takes `c.test` for a scheme, behind which there is no host.
        assert_eq!(names, [("", "lost"), ("a.test", "old"), ("b.test", "")]);
        assert_eq!(auths["b.test"].identity_token.expose(), "t");
    }

    #[test]
    fn configurations_with_which_the_plugin_does_not_load() {
        let refusal = |runtime: &str, plugin: &str, text: &str| {
            let profile = Profile::named(runtime).unwrap();
            let text = format!("[plugins.'{plugin}']\n{text}");
            config(runtime, &text).refusal(profile)
        };
        let (new, old) = ("io.containerd.cri.v1.images", "io.containerd.grpc.v1.cri");
        let path = "registry.config_path = '/etc/containerd/certs.d'\n";
        let mirrors = "registry.mirrors.'docker.io'.endpoint = ['https://m']\n";
        let tls = "registry.configs.'r.test'.tls = { insecure_skip_verify = true }\n";
        let both = Some("`mirrors` cannot be set when `config_path` is provided".to_owned());
        assert_eq!(refusal("containerd-2.1.9", new, &format!("{path}{mirrors}")), both);
        assert_eq!(refusal("containerd-1.6.20", old, &format!("{path}{mirrors}")), both);
        // The default path gives way to mirrors.
        assert_eq!(refusal("containerd-2.3.4", new, mirrors), None);
        assert_eq!(refusal("containerd-2.1.9", new, &format!("{path}{tls}")), None);
        let tls = refusal("containerd-1.7.24", old, &format!("{path}{tls}"));
        assert_eq!(tls, Some("`configs.tls` cannot be set when `config_path` is provided".to_owned()));
        let timeout = refusal("containerd-2.1.9", new, "image_pull_progress_timeout = '5'\n");
        let words = "invalid image pull progress timeout: time: missing unit in duration \"5\"";
        assert_eq!(timeout, Some(words.to_owned()));
    }

    #[test]
    fn each_engine_has_its_own_limit() {
        let text = "[plugins.'io.containerd.cri.v1.images']\nmax_concurrent_downloads = 0\n\
                    [plugins.'io.containerd.transfer.v1.local']\nmax_concurrent_downloads = 1\n";
        let config = config("containerd-2.1.9", text);
        let transfer = Config { local_pull: false, ..config.clone() };
        assert_eq!((config.download_limit(), transfer.download_limit()), (None, Some(1)));
    }

    #[test]
    fn what_makes_a_pull_local() {
        let profile = Profile::named("containerd-2.1.9").unwrap();
        let config = |text: &str| config("containerd-2.1.9", text);
        let images =
            "[plugins.'io.containerd.cri.v1.images'.registry]\nconfig_path = '/etc/containerd/certs.d'\n";
        let plain = config(images);
        assert_eq!((plain.incompatible(), plain.config_path.as_str()), (None, "/etc/containerd/certs.d"));
        let mirror = config(
            "[plugins.'io.containerd.cri.v1.images'.registry.mirrors.'docker.io']\nendpoint = ['https://m']\n",
        );
        assert_eq!(mirror.incompatible(), Some("registry.mirrors"));
        for (switch, local) in [
            ("disable_snapshot_annotations = false", Some("disable_snapshot_annotations")),
            ("disable_snapshot_annotations = true", None),
            ("discard_unpacked_layers = true", Some("discard_unpacked_layers")),
            ("image_pull_with_sync_fs = true", Some("image_pull_with_sync_fs")),
            ("max_concurrent_downloads = 5", Some("max_concurrent_downloads")),
            ("max_concurrent_downloads = 3", None),
        ] {
            let config = config(&format!("[plugins.'io.containerd.cri.v1.images']\n{switch}\n"));
            assert_eq!(config.incompatible(), local, "{switch}");
        }
        let limit = config("").progress_limit(profile);
        assert_eq!(limit, Ok(ProgressLimit::Within(Duration::from_secs(300))));
    }

    /// As containerd 2.1.9 did with these.
    #[test]
    fn snapshotters_for_which_nothing_is_unpacked() {
        let table = "[[plugins.'io.containerd.transfer.v1.local'.unpack_config]]\nsnapshotter = ";
        for (text, unpacks) in [
            (String::new(), true),
            (format!("{table}'native'\n"), false),
            (format!("{table}'native'\n{table}'overlayfs'\n"), true),
            ("[plugins.'io.containerd.transfer.v1.local']\nunpack_config = []\n".to_owned(), false),
            ("[plugins.'io.containerd.cri.v1.images']\nsnapshotter = 'native'\n".to_owned(), false),
        ] {
            assert_eq!(config("containerd-2.1.9", &text).unpacks(), unpacks, "{text}");
        }
    }

    /// As containerd 1.7.24 and 2.1.9 did with these.
    #[test]
    fn odd_limits_on_progress() {
        let (new, old) = ("containerd-2.1.9", "containerd-1.7.24");
        let limit = |runtime: &str, limit: &str| {
            let plugin =
                if runtime == new { "io.containerd.cri.v1.images" } else { "io.containerd.grpc.v1.cri" };
            let text = format!("[plugins.'{plugin}']\nimage_pull_progress_timeout = '{limit}'\n");
            config(runtime, &text).progress_limit(Profile::named(runtime).unwrap())
        };
        let empty = "failed to parse image_pull_progress_timeout \"\": time: invalid duration \"\"";
        let cases = [
            (new, "0s", Ok(ProgressLimit::Blocks)),
            (old, "0s", Ok(ProgressLimit::None)),
            (new, "0", Ok(ProgressLimit::Blocks)),
            (new, "-5s", Ok(ProgressLimit::Panics)),
            (old, "1ns", Ok(ProgressLimit::Panics)),
            (old, "1ms", Ok(ProgressLimit::Within(Duration::from_millis(1)))),
            (new, "+5m", Ok(ProgressLimit::Within(Duration::from_secs(300)))),
            (new, "", Err(empty.to_owned())),
        ];
        for (runtime, text, expected) in cases {
            assert_eq!(limit(runtime, text), expected, "{runtime} {text:?}");
        }
    }
}
