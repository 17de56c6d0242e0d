//! The files of CRI-O.

use super::{CERTIFICATES, Files};
use crate::recording::Definition;

const POLICY: &str = r#"{"default": [{"type": "insecureAcceptAnything"}]}"#;
const POLICY_FILE: &str = "/etc/containers/policy.json";
const AUTH_FILE: &str = "/etc/crio/auth.json";

pub(super) fn put(files: &mut Files, definition: &Definition) {
    let mut put = |path: &str, text: String| files.push((path.to_owned(), text));
    let mut registries = definition.registries_conf.clone();
    if let Some(location) = &definition.insecure {
        registries += &format!("[[registry]]\nlocation = \"{location}\"\ninsecure = true\n");
    }
    put("/etc/containers/registries.conf", registries);
    let policy = definition.policy.as_ref().map_or(POLICY, |policy| policy.get());
    put(POLICY_FILE, policy.replace("@COSIGN@", &format!("{CERTIFICATES}/cosign.pub")));
    if let Some(text) = &definition.registries_d {
        put("/etc/containers/registries.d/default.yaml", text.clone());
    }
    if let Some(logins) = &definition.authfile {
        put(AUTH_FILE, logins.get().to_owned());
    }
    let logins = if definition.authfile.is_some() { AUTH_FILE } else { "" };
    let mode = definition.short_name_mode.as_deref().unwrap_or("enforcing");
    let limit = definition.pull_progress_timeout.as_deref().unwrap_or("0s");
    let image = format!(
        "[crio.image]\nsignature_policy = \"{POLICY_FILE}\"\nglobal_auth_file = \"{logins}\"\n\
         short_name_mode = \"{mode}\"\npull_progress_timeout = \"{limit}\"\n"
    );
    put("/etc/crio/crio.conf", image);
}
