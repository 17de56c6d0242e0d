//! The files that a runtime would find on the recording's node.

mod containerd;
mod crio;
mod docker;

use std::path::PathBuf;

use node::Node;

use crate::certificates::FILES;
use crate::names::Names;
use crate::recording::{Family, Recording};

/// Where the certificates lie on the node.
pub(crate) const CERTIFICATES: &str = "/etc/ssl/judge";

/// Paths with their texts.
type Files = Vec<(String, String)>;

pub(crate) fn node(recording: &Recording, names: &Names) -> Node {
    let definition = &recording.definition;
    let mut files: Files =
        FILES.iter().map(|(name, text)| (format!("{CERTIFICATES}/{name}"), text.clone())).collect();
    let resolv = definition.opts.resolv_conf.clone();
    let resolv = resolv.unwrap_or_else(|| format!("nameserver {}\n", recording.family.nameserver().ip()));
    files.push(("/etc/resolv.conf".to_owned(), resolv));
    let hosts = match recording.family {
        Family::A => "127.0.0.1 localhost\n::1 localhost\n",
        Family::B => "127.0.0.1 localhost\n",
    };
    files.push(("/etc/hosts".to_owned(), hosts.to_owned()));
    files.push(("/etc/nsswitch.conf".to_owned(), "hosts: files dns\n".to_owned()));
    let service = match recording.runtime.split_once('-') {
        Some(("docker", _)) => {
            docker::put(&mut files, recording);
            "docker"
        }
        Some(("cri", _)) => {
            crio::put(&mut files, definition);
            "crio"
        }
        _ => {
            containerd::put(&mut files, recording, names);
            "containerd"
        }
    };
    let drop_in = format!("/etc/systemd/system/{service}.service.d/env.conf");
    files.push((drop_in, environment(recording, names)));
    Node::memory(files.into_iter().map(|(path, text)| (PathBuf::from(path), text.into_bytes())))
}

fn environment(recording: &Recording, names: &Names) -> String {
    let mut text = "[Service]\n".to_owned();
    let mut put = |key: &str, value: &str| {
        let quoted = format!("{key}={value}").replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%");
        text += &format!("Environment=\"{quoted}\"\n");
    };
    put("SSL_CERT_FILE", &format!("{CERTIFICATES}/ca.crt"));
    put("SSL_CERT_DIR", "/nonexistent");
    for (key, value) in &recording.definition.env {
        put(key, &names.substitute(value));
    }
    text
}
