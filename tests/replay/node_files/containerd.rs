//! The files of containerd.

use super::Files;
use crate::certificates::FILES;
use crate::names::Names;
use crate::recording::Recording;

pub(super) fn put(files: &mut Files, recording: &Recording, names: &Names) {
    for (namespace, entries) in &recording.definition.certs_d {
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
