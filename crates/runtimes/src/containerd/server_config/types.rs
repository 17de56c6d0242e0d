//! Values of another type than the daemon's: what go-toml cannot put into its structs.

use toml::{Table, Value};

use super::document::Document;
use super::error::{ConfigError, ConfigProblem, Generation};
use super::migrate::{CRI, IMAGES};
use super::{ServerConfig, plugins};
use crate::config::ConfigPlace;
use crate::containerd::profile::ConfigRules;

/// What a value is put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Flag,
    Texts,
    /// A duration as text (`tomlext.Duration`), whose words are those of the duration.
    Duration,
    Struct(&'static Struct),
    /// By names of the user's.
    Map(&'static Self),
    /// Not looked into.
    Any,
}

/// A struct of Go, as far as it is looked into.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Struct {
    /// Its package and name.
    pub(super) name: &'static str,
    /// Each field's key, name and kind, in order.
    pub(super) fields: &'static [(&'static str, &'static str, Kind)],
}

/// A value that does not fit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mismatch {
    path: Vec<String>,
    found: Value,
    /// The struct and the field that it is in, unless it is in a map.
    field: Option<(&'static str, &'static str)>,
    wanted: Kind,
    /// Whether it is one of a list.
    in_list: bool,
}

const AUTH: Struct = Struct {
    name: "config.AuthConfig",
    fields: &[
        ("username", "Username", Kind::Text),
        ("password", "Password", Kind::Text),
        ("auth", "Auth", Kind::Text),
        ("identitytoken", "IdentityToken", Kind::Text),
    ],
};
const TLS: Struct = Struct {
    name: "config.TLSConfig",
    fields: &[
        ("insecure_skip_verify", "InsecureSkipVerify", Kind::Flag),
        ("ca_file", "CAFile", Kind::Text),
        ("cert_file", "CertFile", Kind::Text),
        ("key_file", "KeyFile", Kind::Text),
    ],
};
const MIRROR: Struct = Struct { name: "config.Mirror", fields: &[("endpoint", "Endpoints", Kind::Texts)] };
/// In containerd 2 it has no TLS any more.
const HOST: Struct =
    Struct { name: "config.RegistryConfig", fields: &[("auth", "Auth", Kind::Struct(&AUTH))] };
const OLD_HOST: Struct = Struct {
    name: "config.RegistryConfig",
    fields: &[("auth", "Auth", Kind::Struct(&AUTH)), ("tls", "TLS", Kind::Struct(&TLS))],
};

macro_rules! registry {
    ($host:ident) => {
        Struct {
            name: "config.Registry",
            fields: &[
                ("config_path", "ConfigPath", Kind::Text),
                ("mirrors", "Mirrors", Kind::Map(&Kind::Struct(&MIRROR))),
                ("configs", "Configs", Kind::Map(&Kind::Struct(&$host))),
                ("auths", "Auths", Kind::Map(&Kind::Struct(&AUTH))),
                ("headers", "Headers", Kind::Map(&Kind::Texts)),
            ],
        }
    };
}
const REGISTRY: Struct = registry!(HOST);
const OLD_REGISTRY: Struct = registry!(OLD_HOST);

/// containerd v2.1.9 internal/cri/config/config.go `ImageConfig`
const IMAGE: Struct = Struct {
    name: "config.ImageConfig",
    fields: &[
        ("snapshotter", "Snapshotter", Kind::Text),
        ("disable_snapshot_annotations", "DisableSnapshotAnnotations", Kind::Flag),
        ("discard_unpacked_layers", "DiscardUnpackedLayers", Kind::Flag),
        ("pinned_images", "PinnedImages", Kind::Map(&Kind::Text)),
        ("registry", "Registry", Kind::Struct(&REGISTRY)),
        ("max_concurrent_downloads", "MaxConcurrentDownloads", Kind::Number),
        ("concurrent_layer_fetch_buffer", "ConcurrentLayerFetchBuffer", Kind::Number),
        ("image_pull_progress_timeout", "ImagePullProgressTimeout", Kind::Text),
        ("image_pull_with_sync_fs", "ImagePullWithSyncFs", Kind::Flag),
        ("stats_collect_period", "StatsCollectPeriod", Kind::Number),
        ("use_local_image_pull", "UseLocalImagePull", Kind::Flag),
    ],
};
/// containerd v1.7.24 pkg/cri/config/config.go `ContainerdConfig`, `PluginConfig`
const CONTAINERD: Struct = Struct {
    name: "config.ContainerdConfig",
    fields: &[
        ("snapshotter", "Snapshotter", Kind::Text),
        ("default_runtime_name", "DefaultRuntimeName", Kind::Text),
        ("disable_snapshot_annotations", "DisableSnapshotAnnotations", Kind::Flag),
        ("discard_unpacked_layers", "DiscardUnpackedLayers", Kind::Flag),
    ],
};
const OLD_CRI: Struct = Struct {
    name: "config.PluginConfig",
    fields: &[
        ("containerd", "ContainerdConfig", Kind::Struct(&CONTAINERD)),
        ("registry", "Registry", Kind::Struct(&OLD_REGISTRY)),
        ("stream_server_port", "StreamServerPort", Kind::Text),
        ("stream_idle_timeout", "StreamIdleTimeout", Kind::Text),
        ("enable_selinux", "EnableSelinux", Kind::Flag),
        ("sandbox_image", "SandboxImage", Kind::Text),
        ("stats_collect_period", "StatsCollectPeriod", Kind::Number),
        ("systemd_cgroup", "SystemdCgroup", Kind::Flag),
        ("disable_cgroup", "DisableCgroup", Kind::Flag),
        ("disable_apparmor", "DisableApparmor", Kind::Flag),
        ("max_concurrent_downloads", "MaxConcurrentDownloads", Kind::Number),
        ("image_pull_progress_timeout", "ImagePullProgressTimeout", Kind::Text),
        ("image_pull_with_sync_fs", "ImagePullWithSyncFs", Kind::Flag),
    ],
};
/// containerd v2.1.9 plugins/transfer/plugin.go `transferConfig`
const TRANSFER: Struct = Struct {
    name: "transfer.transferConfig",
    fields: &[
        ("max_concurrent_downloads", "MaxConcurrentDownloads", Kind::Number),
        ("concurrent_layer_fetch_buffer", "ConcurrentLayerFetchBuffer", Kind::Number),
        ("max_concurrent_uploaded_layers", "MaxConcurrentUploadedLayers", Kind::Number),
        ("check_platform_supported", "CheckPlatformSupported", Kind::Flag),
        ("unpack_config", "UnpackConfiguration", Kind::Any),
        ("config_path", "RegistryConfigPath", Kind::Text),
    ],
};
/// containerd v2.1.9 pkg/imageverifier/bindir/bindir.go `Config`
const VERIFIER: Struct = Struct {
    name: "bindir.Config",
    fields: &[
        ("bin_dir", "BinDir", Kind::Text),
        ("max_verifiers", "MaxVerifiers", Kind::Number),
        ("per_verifier_timeout", "PerVerifierTimeout", Kind::Duration),
    ],
};
/// services/server/config/config.go `Config`
const GRPC: Struct = Struct {
    name: "config.GRPCConfig",
    fields: &[("address", "Address", Kind::Text), ("uid", "UID", Kind::Number), ("gid", "GID", Kind::Number)],
};
const FILE: Struct = Struct {
    name: "config.Config",
    fields: &[
        ("version", "Version", Kind::Number),
        ("root", "Root", Kind::Text),
        ("state", "State", Kind::Text),
        ("temp", "TempDir", Kind::Text),
        ("grpc", "GRPC", Kind::Struct(&GRPC)),
        ("disabled_plugins", "DisabledPlugins", Kind::Texts),
        ("required_plugins", "RequiredPlugins", Kind::Texts),
        ("plugins", "Plugins", Kind::Map(&Kind::Any)),
        ("oom_score", "OOMScore", Kind::Number),
        ("imports", "Imports", Kind::Texts),
    ],
};

/// The top of a file.
pub(super) fn check_file(document: &Document, generation: Generation) -> Result<(), ConfigError> {
    let mut table = document.table.clone();
    canonical(&mut table, &FILE, generation);
    match look(&table, &FILE, generation, &mut Vec::new()) {
        Ok(()) => Ok(()),
        Err(mismatch) => {
            let place = document.place_of(&mismatch.path(), generation);
            let problem = ConfigProblem::Type { mismatch, of_plugin: false };
            Err(ConfigError::new(document.path(), place, problem, generation))
        }
    }
}

/// What the plugins that matter are told (`Config.Decode`). Keys come out as the structs have them.
pub(super) fn check_plugins(
    config: &mut ServerConfig,
    documents: &[Document],
    rules: &ConfigRules,
) -> Result<(), ConfigError> {
    let generation = rules.generation;
    let known: &[(&str, &Struct)] = match generation {
        Generation::One => &[(CRI, &OLD_CRI)],
        Generation::Two => {
            &[(IMAGES, &IMAGE), (plugins::TRANSFER, &TRANSFER), (plugins::VERIFIER, &VERIFIER)]
        }
    };
    for (uri, fields) in known {
        let name = config.name_of(uri).to_owned();
        if config.is_disabled(uri) {
            continue;
        }
        let Some(value) = config.plugins.get_mut(&name) else { continue };
        let Value::Table(table) = value else { continue };
        canonical(table, fields, generation);
        let mut path = vec!["plugins".to_owned(), name];
        if let Err(mismatch) = look(table, fields, generation, &mut path) {
            let found = documents
                .iter()
                .rev()
                .find_map(|document| Some((document, place_of(document, &mismatch, generation)?)));
            let (document, place) = match found {
                Some((document, place)) => (Some(document), Some(place)),
                None => (documents.last(), None),
            };
            let file = document.map_or_else(|| super::PATH.into(), |document| document.path().to_owned());
            let problem = ConfigProblem::Type { mismatch, of_plugin: true };
            return Err(ConfigError::new(&file, place, problem, generation));
        }
    }
    Ok(())
}

/// Before its migration the same stood in the CRI's table.
fn place_of(document: &Document, mismatch: &Mismatch, generation: Generation) -> Option<ConfigPlace> {
    let path = mismatch.path();
    let before: Vec<&str> = ["plugins", CRI].into_iter().chain(path.iter().copied().skip(2)).collect();
    document.place_of(&path, generation).or_else(|| document.place_of(&before, generation))
}

/// Names keys as the struct does: go-toml 2 does not look at case, go-toml 1 takes a few ways of writing.
fn canonical(table: &mut Table, fields: &Struct, generation: Generation) {
    let is_meant = |given: &str, key: &str| match generation {
        Generation::One => given == key.to_uppercase(),
        Generation::Two => given.eq_ignore_ascii_case(key),
    };
    for (key, _, kind) in fields.fields {
        let other = table.keys().find(|given| *given != key && is_meant(given, key)).cloned();
        if let Some(value) = other.and_then(|other| table.remove(&other)) {
            table.entry((*key).to_owned()).or_insert(value);
        }
        match (table.get_mut(*key), kind) {
            (Some(Value::Table(table)), Kind::Struct(fields)) => canonical(table, fields, generation),
            (Some(Value::Table(map)), Kind::Map(Kind::Struct(fields))) => {
                for (_, value) in map.iter_mut() {
                    if let Value::Table(table) = value {
                        canonical(table, fields, generation);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The first value that does not fit: go-toml 1 goes by the struct, go-toml 2 by the text, which for a plugin is one that
/// was sorted and has its tables last.
fn look(
    table: &Table,
    fields: &Struct,
    generation: Generation,
    path: &mut Vec<String>,
) -> Result<(), Box<Mismatch>> {
    let mut known: Vec<_> = fields.fields.iter().filter(|(key, ..)| table.contains_key(*key)).collect();
    if generation == Generation::Two {
        known.sort_by_key(|(key, ..)| (table.get(*key).is_some_and(Value::is_table), *key));
    }
    for (key, name, kind) in known {
        let Some(value) = table.get(*key) else { continue };
        path.push((*key).to_owned());
        fits(value, *kind, Some((fields.name, name)), generation, path)?;
        path.pop();
    }
    Ok(())
}

fn fits(
    value: &Value,
    kind: Kind,
    field: Option<(&'static str, &'static str)>,
    generation: Generation,
    path: &mut Vec<String>,
) -> Result<(), Box<Mismatch>> {
    let mismatch = |found: &Value, in_list| {
        Err(Box::new(Mismatch { path: path.clone(), found: found.clone(), field, wanted: kind, in_list }))
    };
    match (kind, value) {
        (Kind::Any, _)
        | (Kind::Text, Value::String(_))
        | (Kind::Number, Value::Integer(_))
        | (Kind::Flag, Value::Boolean(_)) => Ok(()),
        (Kind::Texts, Value::Array(list)) => match list.iter().find(|entry| !entry.is_str()) {
            Some(entry) => mismatch(entry, true),
            None => Ok(()),
        },
        // A number is a duration's text as well, which counts for nothing.
        (Kind::Duration, Value::Integer(_)) => Ok(()),
        (Kind::Duration, Value::String(text)) => match text.parse::<gostd::duration::Duration>() {
            Ok(_) => Ok(()),
            Err(_) => mismatch(value, false),
        },
        (Kind::Struct(fields), Value::Table(table)) => look(table, fields, generation, path),
        (Kind::Map(kind), Value::Table(map)) => {
            for (name, value) in map {
                path.push(name.clone());
                fits(value, *kind, None, generation, path)?;
                path.pop();
            }
            Ok(())
        }
        _ => mismatch(value, false),
    }
}

impl Mismatch {
    fn path(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }

    pub(super) fn words(&self, generation: Generation) -> String {
        match generation {
            Generation::One => self.old_words(),
            Generation::Two => self.new_words(),
        }
    }

    /// go-toml v1.9.5 marshal.go `valueFromToml`
    fn old_words(&self) -> String {
        let wanted = if self.in_list { "string".to_owned() } else { go_type(self.wanted, true) };
        // containerd shows it; whoever reads a report need not see it.
        let is_secret = ["password", "auth", "identitytoken"]
            .iter()
            .any(|key| self.path.last().is_some_and(|p| p == key));
        let shown = if is_secret { "…".to_owned() } else { shown(&self.found) };
        let kind = go_kind(&self.found);
        match &self.found {
            Value::Array(_) => format!("Can't convert {shown}({kind}) to a slice"),
            Value::Table(_) => format!("Can't convert {shown}(*toml.Tree) to a tree"),
            _ => format!("Can't convert {shown}({kind}) to {wanted}"),
        }
    }

    /// go-toml v2.2.4 unmarshaler.go `unmarshalerError`
    fn new_words(&self) -> String {
        let wanted = if self.in_list { "string".to_owned() } else { go_type(self.wanted, false) };
        let found = match &self.found {
            Value::String(text) if self.wanted == Kind::Duration => {
                let error = text.parse::<gostd::duration::Duration>().err();
                return error.map(|error| error.to_string()).unwrap_or_default();
            }
            Value::Table(_) => {
                let kind = if matches!(self.wanted, Kind::Texts) { "string".to_owned() } else { wanted };
                return format!("cannot store a table in a {kind}");
            }
            Value::Array(list) if list.iter().any(Value::is_table) => {
                let kind = if matches!(self.wanted, Kind::Map(_)) { "map" } else { "struct" };
                return format!("cannot store an array table in a {kind}");
            }
            Value::String(_) => "string",
            Value::Integer(_) => "integer",
            Value::Float(_) => "float",
            Value::Boolean(_) => "boolean",
            Value::Array(_) => "array",
            Value::Datetime(date) => match (date.date, date.time, date.offset) {
                (Some(_), None, _) => "local date",
                (None, ..) => "local time",
                (.., None) => "local date-time",
                _ => "datetime",
            },
        };
        match self.field {
            Some((owner, field)) => {
                format!("cannot decode TOML {found} into struct field {owner}.{field} of type {wanted}")
            }
            None => format!("cannot decode TOML {found} into {wanted}"),
        }
    }
}

/// A type of Go, with its kind behind it as go-toml 1 says it.
fn go_type(kind: Kind, with_kind: bool) -> String {
    let behind = |kind| if with_kind { kind } else { "" };
    match kind {
        Kind::Text => "string".to_owned(),
        Kind::Number => "int".to_owned(),
        Kind::Flag => "bool".to_owned(),
        Kind::Duration => "tomlext.Duration".to_owned(),
        Kind::Texts => format!("[]string{}", behind("(slice)")),
        Kind::Struct(fields) => fields.name.to_owned(),
        Kind::Map(Kind::Any) if with_kind => "map[string]toml.Tree(map)".to_owned(),
        Kind::Map(Kind::Any) | Kind::Any => "map[string]interface {}".to_owned(),
        Kind::Map(kind) => format!("map[string]{}{}", go_type(*kind, false), behind("(map)")),
    }
}

const fn go_kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "string",
        Value::Integer(_) => "int64",
        Value::Float(_) => "float64",
        Value::Boolean(_) => "bool",
        Value::Array(_) => "[]interface {}",
        Value::Datetime(_) => "toml.LocalDate",
        Value::Table(_) => "*toml.Tree",
    }
}

/// `%v`
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => format!("[{}]", list.iter().map(shown).collect::<Vec<_>>().join(" ")),
        Value::Table(table) => toml::to_string(table).unwrap_or_default(),
        other => other.to_string(),
    }
}
