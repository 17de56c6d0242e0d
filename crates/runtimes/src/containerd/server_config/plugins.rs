//! Which plugins load: what keeps the CRI's image service from being there.

use toml::Value;

use super::ServerConfig;
use super::migrate::{CRI, IMAGES};
use crate::containerd::profile::{ConfigRules, Needs};

/// The transfer service (plugins/transfer/plugin.go), and what verifies images for it (plugins/imageverifier/plugin.go).
pub(in crate::containerd) const TRANSFER: &str = "io.containerd.transfer.v1.local";
pub(in crate::containerd) const VERIFIER: &str = "io.containerd.image-verifier.v1.bindir";

/// Without any one of these there is no image service: each was disabled alone in containerd 1.6.20, 1.7.24 and 2.1.9.
const NEEDED: [&str; 14] = [
    CRI,
    "io.containerd.content.v1.content",
    "io.containerd.differ.v1.walking",
    "io.containerd.event.v1.exchange",
    "io.containerd.gc.v1.scheduler",
    "io.containerd.metadata.v1.bolt",
    "io.containerd.runtime.v2.task",
    "io.containerd.service.v1.containers-service",
    "io.containerd.service.v1.content-service",
    "io.containerd.service.v1.diff-service",
    "io.containerd.service.v1.images-service",
    "io.containerd.service.v1.namespaces-service",
    "io.containerd.service.v1.snapshots-service",
    "io.containerd.service.v1.tasks-service",
];
/// The same, of some versions alone.
const NEEDED_1_6: [&str; 3] = [
    "io.containerd.runtime.v1.linux",
    "io.containerd.service.v1.introspection-service",
    "io.containerd.service.v1.leases-service",
];
const NEEDED_1_7: [&str; 7] = [
    "io.containerd.lease.v1.manager",
    "io.containerd.runtime.v1.linux",
    "io.containerd.runtime.v2.shim",
    "io.containerd.sandbox.controller.v1.local",
    "io.containerd.sandbox.store.v1.local",
    "io.containerd.service.v1.introspection-service",
    "io.containerd.warning.v1.deprecations",
];
const NEEDED_2: [&str; 11] = [
    IMAGES,
    RUNTIME,
    VERIFIER,
    "io.containerd.lease.v1.manager",
    "io.containerd.podsandbox.controller.v1.podsandbox",
    "io.containerd.sandbox.controller.v1.shim",
    "io.containerd.sandbox.store.v1.local",
    "io.containerd.service.v1.introspection-service",
    "io.containerd.shim.v1.manager",
    TRANSFER,
    "io.containerd.warning.v1.deprecations",
];

/// The plugin about containers, since 2.0.
const RUNTIME: &str = "io.containerd.cri.v1.runtime";

/// The snapshotters that are built in (cmd/containerd/builtins).
const SNAPSHOTTERS: [&str; 8] =
    ["overlayfs", "native", "btrfs", "zfs", "devmapper", "aufs", "blockfile", "erofs"];

impl ServerConfig {
    /// What keeps the image service from being there, but for what the service itself is told.
    pub(in crate::containerd) fn without_image_service(
        &self,
        snapshotter: &str,
        rules: &ConfigRules,
    ) -> Option<String> {
        let of_version: &[&str] = match rules.needs {
            Needs::Of1_6 => &NEEDED_1_6,
            Needs::Of1_7 => &NEEDED_1_7,
            Needs::Of2 | Needs::Of2_3 => &NEEDED_2,
        };
        // Since 2.3 nobody needs to verify images (plugins/transfer/plugin.go, ErrPluginNotFound).
        let is_needed = |uri: &&&str| rules.needs != Needs::Of2_3 || **uri != VERIFIER;
        let mut needed = NEEDED.iter().chain(of_version).filter(is_needed);
        if let Some(uri) = needed.find(|uri| self.is_disabled(uri)) {
            return Some(if *uri == CRI {
                format!("disabled_plugins names {}", self.name_of(uri))
            } else {
                format!("disabled_plugins names {}, which it needs", self.name_of(uri))
            });
        }
        if let Some(problem) = self.runtimes_problem() {
            return Some(problem);
        }
        let is_there = |name: &str| self.has_snapshotter(name);
        if !is_there(snapshotter) {
            return Some(format!("failed to find snapshotter {}", gostd::strconv::quote(snapshotter)));
        }
        if !rules.has_transfer_plugin {
            return None;
        }
        let unpacked = self.unpack_snapshotters();
        let missing = unpacked.iter().find(|name| !is_there(name))?;
        let name = gostd::strconv::quote(missing);
        Some(format!("the transfer service does not load: snapshotter {name} not found: not found"))
    }

    /// `ValidatePluginConfig`, `ValidateRuntimeConfig`: the runtime that pods have by default must be configured.
    fn runtimes_problem(&self) -> Option<String> {
        let of = |uri| self.plugin(uri).and_then(|plugin| plugin.get("containerd"));
        let settings = match self.is_old() {
            true => of(CRI),
            false => of(RUNTIME).or_else(|| of(CRI).filter(|_| self.migrated)),
        }?;
        let name = settings.get("default_runtime_name")?.as_str()?;
        if name.is_empty() {
            return Some("`default_runtime_name` is empty".to_owned());
        }
        let is_configured = settings.get("runtimes").is_some_and(|runtimes| runtimes.get(name).is_some());
        let is_known = is_configured || name == "runc";
        (!is_known).then(|| {
            format!(
                "no corresponding runtime configured in `containerd.runtimes` for `containerd` `default_runtime_name = \"{name}\""
            )
        })
    }

    fn has_snapshotter(&self, name: &str) -> bool {
        let is_proxied = self.proxy_plugins.get(name).is_some_and(|proxy| {
            let kind = proxy.get("type").and_then(Value::as_str).unwrap_or_default();
            matches!(kind, "snapshot" | "io.containerd.snapshotter.v1")
        });
        let uri = format!("io.containerd.snapshotter.v1.{name}");
        is_proxied || SNAPSHOTTERS.contains(&name) && !self.is_disabled(&uri)
    }

    /// For which snapshotters the transfer service unpacks (`unpack_config`); by default for overlayfs alone.
    pub(in crate::containerd) fn unpack_snapshotters(&self) -> Vec<String> {
        let configured = self.plugin(TRANSFER).and_then(|plugin| plugin.get("unpack_config")?.as_array());
        let Some(configured) = configured else { return vec!["overlayfs".to_owned()] };
        let name =
            |entry: &Value| entry.get("snapshotter").and_then(Value::as_str).unwrap_or_default().to_owned();
        configured.iter().map(name).collect()
    }
}
