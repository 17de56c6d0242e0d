//! Credential provider plugins of a node, and the comparison with `docker login`: rows N1, N3 and S3b of the checklist.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::registry::{empty, serve};
use crate::{directory, file, pullsim};

const CONFIG: &str = "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n- name: cloud\n  matchImages: [\"127.0.0.1:PORT\"]\n  defaultCacheDuration: 12h\n  apiVersion: credentialprovider.kubelet.k8s.io/v1\n";
const FLAGS: &str = "KUBELET_KUBEADM_ARGS=\"--image-credential-provider-config=/etc/cp.yaml --image-credential-provider-bin-dir=/opt/cp\"\n";

fn write(root: &Path, path: &str, text: &str) -> PathBuf {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path
}

/// A node with a plugin that is this script.
fn node(test: &str, host: &str, script: &str) -> String {
    let root = directory(test);
    let port = host.rsplit(':').next().unwrap();
    write(&root, "etc/cp.yaml", &CONFIG.replace("PORT", port));
    write(&root, "var/lib/kubelet/kubeadm-flags.env", FLAGS);
    let plugin = write(&root, "opt/cp/cloud", script);
    std::fs::set_permissions(plugin, std::fs::Permissions::from_mode(0o755)).unwrap();
    root.to_str().unwrap().to_owned()
}

/// A registry that lets in whoever has a login, as far as there being no such image.
fn private() -> String {
    serve(|request| match request.authorization {
        Some(_) => empty("404 Not Found", ""),
        None => empty("401 Unauthorized", "WWW-Authenticate: Basic realm=\"r\"\r\n"),
    })
}

#[test]
fn a_plugin_that_answers_logs_the_node_in() {
    let host = private();
    let answer = json!({
        "kind": "CredentialProviderResponse", "apiVersion": "credentialprovider.kubelet.k8s.io/v1",
        "cacheKeyType": "Registry", "auth": {&host: {"username": "node", "password": "c4n4ry"}},
    });
    let root = node("plugin_answers", &host, &format!("#!/bin/sh\necho '{answer}'\n"));
    let image = format!("{host}/team/app:v1");
    let run = pullsim(&["check", &image, "--node", &root, "--run-plugins", "-o", "json"]);
    let report = run.json();
    assert_eq!(report["credentials"][0]["username"], "node", "{}", run.all());
    assert_eq!(report["credentials"][0]["source"], "plugin cloud");
    assert_eq!(report["cri"]["code"], "NotFound", "{}", run.all());
    assert!(!run.all().contains("c4n4ry"), "{}", run.all());
    // Without the flag it is said that it would be asked.
    let run = pullsim(&["check", &image, "--node", &root, "-o", "json"]);
    let notes = run.json()["notes"].to_string();
    assert!(notes.contains("cloud: not run here") && notes.contains("--run-plugins"), "{notes}");
}

#[test]
fn a_plugin_that_fails_is_silent_for_the_pod_and_named_by_the_diagnosis() {
    let host = private();
    let root = node("plugin_fails", &host, "#!/bin/sh\necho 'no metadata service' >&2\nexit 1\n");
    let image = format!("{host}/team/app:v1");
    let run = pullsim(&["check", &image, "--node", &root, "--run-plugins", "-o", "json"]);
    let report = run.json();
    let log = format!(
        "cloud: Failed getting credential from external registry credential provider: error execing credential \
         provider plugin cloud for image {host}/team/app: exit status 1: no metadata service"
    );
    assert_eq!(report["diagnosis"]["cause"], "credential-provider-failure", "{}", run.all());
    assert_eq!(report["notes"][0], format!("credential provider plugin {log}"));
    assert!(!report["events"].to_string().contains("plugin"), "{}", report["events"]);
    assert_eq!(report["credentials"], json!([]));
}

#[test]
fn a_configuration_that_the_kubelet_refuses_is_said() {
    let host = private();
    let root = node("plugin_config", &host, "");
    write(Path::new(&root), "etc/cp.yaml", &CONFIG.replace("name: cloud", "name: a/b").replace("PORT", "1"));
    let run = pullsim(&["check", &format!("{host}/app"), "--node", &root, "-o", "json"]);
    assert_eq!(
        run.json()["notes"][0],
        "this node's kubelet does not start: failed to validate credential provider config: providers.name: \
         Invalid value: \"a/b\": provider name cannot contain '/'"
    );
}

#[test]
fn a_plugin_that_is_not_there_is_said() {
    let host = private();
    let root = node("plugin_gone", &host, "");
    std::fs::rename(Path::new(&root).join("opt/cp/cloud"), Path::new(&root).join("opt/cp/other")).unwrap();
    let run = pullsim(&["check", &format!("{host}/app"), "--node", &root, "--run-plugins", "-o", "json"]);
    let notes = run.json()["notes"].clone();
    let wanted = "this node's kubelet does not start: plugin binary executable /opt/cp/cloud did not exist";
    assert_eq!(notes[0], wanted, "{notes}");
}

#[test]
fn it_works_with_docker_login() {
    let host = private();
    let secret = file(
        "compare_secret",
        "s.json",
        &json!({"auths": {"other.example.com": {"username": "ci", "password": "x"}}}).to_string(),
    );
    let docker = file(
        "compare_docker",
        "config.json",
        &json!({"auths": {&host: {"auth": "ZGV2OmM0bjRyeQ=="}}}).to_string(),
    );
    let image = format!("{host}/team/app:v1");
    let run = pullsim(&["check", &image, "--secret", &secret, "--compare-login", &docker, "-o", "json"]);
    let report = run.json();
    let notes: Vec<&str> =
        report["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect();
    let told = notes[notes.len() - 4..].to_vec();
    assert_eq!(
        told,
        [
            format!("docker login: {docker} logs in to {host} as \"dev\""),
            "kubelet: asks as anonymous".to_owned(),
            "both fail, but not alike: NotFound with docker's login, Unknown with the kubelet's".to_owned(),
            told[3].to_owned(),
        ]
    );
    // The first request asks whether the host speaks TLS, the second is refused for want of a login.
    assert!(
        told[3].starts_with("they part at request 3: the kubelet sends nothing; docker's login sends HEAD"),
        "{}",
        told[3]
    );
    assert!(told[3].ends_with("with Basic → 404"), "{}", told[3]);
    assert!(!run.all().contains("c4n4ry") && !run.all().contains("ZGV2OmM0bjRyeQ"), "{}", run.all());
    let run = pullsim(&["check", &image, "--compare-login", "/nowhere/config.json"]);
    assert_eq!(run.status, 2, "{}", run.all());
}
