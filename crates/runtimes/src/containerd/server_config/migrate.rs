//! From one version of the configuration to the next (`MigrateConfigTo`; plugins/cri/images/plugin.go
//! `configMigration`).

use toml::{Table, Value};

use super::error::ConfigProblem;
use super::{ServerConfig, integer, strings};
use crate::containerd::profile::ConfigRules;

/// The plugin that had all of the CRI up to containerd 1, and the one that has its images since.
pub(super) const CRI: &str = "io.containerd.grpc.v1.cri";
pub(super) const IMAGES: &str = "io.containerd.cri.v1.images";

/// Brings a file to the version that those before it have led to. Before 2.3 only the names of version 1 are changed, not
/// what its plugins are told: the CRI's table is then one that nobody reads.
pub(super) fn file(file: &mut Table, target: i64, rules: &ConfigRules) -> Result<(), ConfigProblem> {
    let version = integer(file, "version");
    let migrates = rules.migrates_names && (0..=1).contains(&version);
    if !(migrates || rules.migrates_each_file && version < target) {
        return Ok(());
    }
    for from in version..target {
        if from == 1 {
            rename_plugins(file);
        }
        if rules.migrates_each_file
            && let Some(Value::Table(plugins)) = file.get_mut("plugins")
        {
            move_images(plugins)?;
        }
    }
    file.insert("version".to_owned(), Value::Integer(target));
    Ok(())
}

/// What is left of it once all files are there: version 2 of containerd 2.0 to 2.2.
pub(super) fn plugins(config: &mut ServerConfig, rules: &ConfigRules) -> Result<(), ConfigProblem> {
    if rules.migrates_names && !rules.migrates_each_file && config.version < rules.default_version {
        move_images(&mut config.plugins)?;
        config.migrated = true;
        config.version = rules.default_version;
    }
    Ok(())
}

/// `v1Migrate`
fn rename_plugins(file: &mut Table) {
    if let Some(Value::Table(plugins)) = file.get_mut("plugins") {
        *plugins = std::mem::take(plugins).into_iter().map(|(name, value)| (renamed(&name), value)).collect();
    }
    for key in ["disabled_plugins", "required_plugins"] {
        if file.contains_key(key) {
            let names = strings(file, key).iter().map(|name| Value::String(renamed(name))).collect();
            file.insert(key.to_owned(), Value::Array(names));
        }
    }
}

/// `v1MigratePluginName`
fn renamed(name: &str) -> String {
    if name.contains('.') {
        return name.to_owned();
    }
    let kind = match name {
        "cri" => "grpc.v1",
        "cgroups" => "monitor.v1",
        "linux" => "runtime.v1",
        "scheduler" => "gc.v1",
        "bolt" => "metadata.v1",
        "task" => "runtime.v2",
        "opt" | "restart" | "tracing" => "internal.v1",
        "otlp" => "tracing.processor.v1",
        "aufs" | "btrfs" | "devmapper" | "native" | "overlayfs" | "zfs" => "snapshotter.v1",
        "windows" | "windows-lcow" => "snapshotter.v1",
        name if name.ends_with("-service") => "service.v1",
        _ => "grpc.v1",
    };
    format!("io.containerd.{kind}.{name}")
}

/// `migrateConfig`: what of the CRI plugin is about images. Without a table of runtimes the settings beside them stay
/// behind.
fn move_images(plugins: &mut Table) -> Result<(), ConfigProblem> {
    const MOVED: [&str; 6] = [
        "registry",
        "image_decryption",
        "max_concurrent_downloads",
        "image_pull_progress_timeout",
        "image_pull_with_sync_fs",
        "stats_collect_period",
    ];
    const MOVED_WITH_RUNTIMES: [&str; 3] =
        ["snapshotter", "disable_snapshot_annotations", "discard_unpacked_layers"];
    let Some(source) = plugins.get(CRI).cloned() else { return Ok(()) };
    let source = table(&source)?;
    let mut images = match plugins.get(IMAGES) {
        Some(images) => table(images)?.clone(),
        None => Table::new(),
    };
    for key in MOVED {
        if let Some(value) = source.get(key) {
            images.insert(key.to_owned(), value.clone());
        }
    }
    let runtimes = source.get("containerd").map(table).transpose()?;
    if let Some(containerd) = runtimes
        && let Some(runtimes) = containerd.get("runtimes")
    {
        table(runtimes)?.iter().try_for_each(|(_, runtime)| table(runtime).map(drop))?;
        for key in MOVED_WITH_RUNTIMES {
            if let Some(value) = containerd.get(key) {
                images.insert(key.to_owned(), value.clone());
            }
        }
    }
    plugins.insert(IMAGES.to_owned(), Value::Table(images));
    Ok(())
}

/// What is taken for a table: Go panics where it is none.
fn table(value: &Value) -> Result<&Table, ConfigProblem> {
    value.as_table().ok_or_else(|| ConfigProblem::NoTable {
        found: match value {
            Value::String(_) => "string",
            Value::Integer(_) => "int64",
            Value::Float(_) => "float64",
            Value::Boolean(_) => "bool",
            Value::Array(_) => "[]interface {}",
            Value::Datetime(_) | Value::Table(_) => "toml.LocalDate",
        },
    })
}
