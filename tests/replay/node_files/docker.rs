//! The files of Docker.

use serde_json::json;

use super::Files;
use crate::recording::Recording;

pub(super) fn put(files: &mut Files, recording: &Recording) {
    let mut config = recording.definition.daemon_json.clone();
    if let Some(registry) = &recording.definition.insecure {
        config.insert("insecure-registries".to_owned(), json!([registry]));
    }
    if recording.runtime.ends_with("-containerd") {
        config.insert("features".to_owned(), json!({"containerd-snapshotter": true}));
    }
    files.push(("/etc/docker/daemon.json".to_owned(), serde_json::to_string(&config).unwrap()));
}
