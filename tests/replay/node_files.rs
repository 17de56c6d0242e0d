//! The files that containerd would find on the recording's node.

use std::path::PathBuf;

use node::Node;

use crate::certificates::FILES;
use crate::names::Names;
use crate::recording::Recording;

/// Where the certificates lie on the node.
pub(crate) const CERTIFICATES: &str = "/etc/ssl/judge";

pub(crate) fn node(recording: &Recording, names: &Names) -> Node {
    let definition = &recording.definition;
    let mut files: Vec<(String, String)> =
        FILES.iter().map(|(name, text)| (format!("{CERTIFICATES}/{name}"), text.clone())).collect();
    let resolv = definition.opts.resolv_conf.clone();
    let resolv = resolv.unwrap_or_else(|| "nameserver 127.0.0.53\n".to_owned());
    files.push(("/etc/resolv.conf".to_owned(), resolv));
    files.push(("/etc/hosts".to_owned(), "127.0.0.1 localhost\n::1 localhost\n".to_owned()));
    files.push(("/etc/nsswitch.conf".to_owned(), "hosts: files dns\n".to_owned()));
    let drop_in = "/etc/systemd/system/containerd.service.d/env.conf".to_owned();
    files.push((drop_in, environment(recording, names)));
    for (namespace, entries) in &definition.certs_d {
        for (name, text) in entries {
            let path = format!("/etc/containerd/certs.d/{}/{name}", names.substitute(namespace));
            let text = match text.strip_prefix('@') {
                Some(certificate) => FILES[&certificate.replace(".cert", ".crt")].clone(),
                None => names.substitute(text),
            };
            files.push((path, text));
        }
    }
    files.push(("/etc/containerd/config.toml".to_owned(), config(recording, names)));
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

fn config(recording: &Recording, names: &Names) -> String {
    let opts = &recording.definition.opts;
    let second = recording.runtime.starts_with("containerd-2");
    let (version, images) = match second {
        true => (3, "plugins.'io.containerd.cri.v1.images'"),
        false => (2, "plugins.'io.containerd.grpc.v1.cri'"),
    };
    let mut text =
        format!("version = {version}\nroot = '/var/lib/containerd'\nstate = '/run/containerd'\n[{images}]\n");
    if recording.runtime.ends_with("-local") {
        text += "use_local_image_pull = true\n";
    }
    if let Some(limit) =
        opts.progress_timeout.as_ref().filter(|_| !recording.runtime.starts_with("containerd-1.6"))
    {
        text += &format!("image_pull_progress_timeout = '{limit}'\n");
    }
    if let Some(limit) = opts.max_concurrent_downloads {
        text += &format!("max_concurrent_downloads = {limit}\n");
    }
    let path = if opts.no_config_path { "" } else { "/etc/containerd/certs.d" };
    text += &format!("[{images}.registry]\nconfig_path = '{path}'\n");
    text + &names.substitute(&opts.registry_config).replace("{REGTABLE}", &format!("{images}.registry"))
}
