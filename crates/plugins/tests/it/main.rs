//! Plugins found, run and scripted.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that panics fails its test")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use keyring::{PodOfPull, ProviderConfig};
use node::{Environment, Node};
use plugins::{KubeletFlags, NotRun, PluginRunner, Processes, Providers, Script, Scripted, read_config};
use secret::Secret;
use tokio::time::Instant;
use trace::{Trace, What};

const IMAGE: &str = "r.example.com/team/app";
const ANSWER: &str = r#"{"kind": "CredentialProviderResponse", "apiVersion": "credentialprovider.kubelet.k8s.io/v1", "cacheKeyType": "Registry", "cacheDuration": "10m", "auth": {"r.example.com": {"username": "u", "password": "c4n4ry"}}}"#;

fn config() -> ProviderConfig {
    ProviderConfig {
        name: "plugin".to_owned(),
        match_images: vec!["r.example.com".to_owned()],
        api_version: "credentialprovider.kubelet.k8s.io/v1".to_owned(),
        args: vec!["get".to_owned()],
        env: vec![("MODE".to_owned(), Secret::from("test"))],
        ..ProviderConfig::default()
    }
}

fn script(stdout: &str, status: i32, delay: u64) -> Script {
    Script {
        stdout: Secret::new(stdout.as_bytes().to_vec()),
        stderr: "said so".to_owned(),
        status,
        delay: Duration::from_secs(delay),
        from: None,
    }
}

/// User names that came, and the decision.
async fn ask(providers: &Providers) -> (Vec<String>, String) {
    let trace = Trace::new();
    let keyrings = providers.credentials(IMAGE, &PodOfPull::default(), &trace).await;
    let names = keyrings.iter().flat_map(|keyring| keyring.lookup(IMAGE)).map(|c| c.username).collect();
    let decisions: Vec<String> = trace
        .steps()
        .into_iter()
        .map(|step| match step.what {
            What::Decision(decision) => decision.text,
            other => panic!("{other:?}"),
        })
        .collect();
    (names, decisions.join("; "))
}

#[tokio::test(start_paused = true)]
async fn answers_are_cached_and_failures_are_not() {
    let runner = Arc::new(Scripted::new([(
        "plugin".to_owned(),
        vec![script("", 1, 0), script(ANSWER, 0, 2), script("{}", 0, 0), script("", 0, 61)],
    )]));
    let providers = Providers::new([config()], Arc::clone(&runner) as Arc<dyn PluginRunner>);
    let failed = "plugin: Failed getting credential from external registry credential provider: ";
    let (names, told) = ask(&providers).await;
    assert_eq!(
        (names.len(), told),
        (
            0,
            format!(
                "{failed}error execing credential provider plugin plugin for image {IMAGE}: exit status 1: said so"
            )
        )
    );
    let (names, told) = ask(&providers).await;
    assert_eq!((names, told.as_str()), (vec!["u".to_owned()], "plugin: answered with 1 entry"));
    tokio::time::advance(Duration::from_secs(600)).await;
    let (names, told) = ask(&providers).await;
    assert_eq!((names.len(), told.as_str()), (1, "plugin: not asked: an earlier answer still counts"));
    assert_eq!(runner.runs("plugin"), 2);
    tokio::time::advance(Duration::from_secs(1)).await;
    let (names, told) = ask(&providers).await;
    assert!(names.is_empty() && told.contains("did not match expected apiVersion"), "{told}");
    let before = Instant::now();
    let (_, told) = ask(&providers).await;
    assert_eq!(
        told,
        format!(
            "{failed}error execing credential provider plugin plugin for image {IMAGE}: context deadline exceeded:"
        )
    );
    assert_eq!(before.elapsed(), Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn those_who_ask_at_once_share_a_run() {
    let runner = Arc::new(Scripted::new([("plugin".to_owned(), vec![script(ANSWER, 0, 1)])]));
    let providers = Providers::new([config()], Arc::clone(&runner) as Arc<dyn PluginRunner>);
    let (a, b, c, d, e) =
        tokio::join!(ask(&providers), ask(&providers), ask(&providers), ask(&providers), ask(&providers));
    assert!([a, b, c, d, e].iter().all(|(names, _)| names == &["u"]));
    assert_eq!(runner.runs("plugin"), 1);
}

#[tokio::test]
async fn what_is_not_run_is_told() {
    let (names, told) = ask(&Providers::new([config()], Arc::new(NotRun))).await;
    assert!(names.is_empty());
    assert_eq!(told, format!("plugin: not run here; on the node it would be asked about {IMAGE}"));
}

fn executable(test: &str, script: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test);
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join("plugin");
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    directory
}

#[tokio::test]
async fn real_processes() {
    let check = "#!/bin/sh\nread -r line\n[ \"$1 $MODE $PROXY\" = 'get test p' ] || { echo \"$*\" >&2; exit 3; }\n\
                 case $line in *'\"image\":\"r.example.com/team/app\"}') ;; *) echo \"$line\" >&2; exit 4;; esac\n";
    let good = executable("good", &format!("{check}echo '{ANSWER}'\n"));
    let environment = || Environment::new([("PROXY".to_owned(), "p".to_owned())]);
    let (names, told) = ask(&Providers::new([config()], Arc::new(Processes::new(good, environment())))).await;
    assert_eq!((names.as_slice(), told.as_str()), (&["u".to_owned()][..], "plugin: answered with 1 entry"));
    for (test, text, wanted) in [
        ("bad", "#!/bin/sh\necho 'no role' >&2\nexit 7\n", "exit status 7: no role"),
        ("killed", "#!/bin/sh\nkill -9 $$\n", "signal: killed:"),
    ] {
        let directory = executable(test, text);
        let (_, told) =
            ask(&Providers::new([config()], Arc::new(Processes::new(directory, environment())))).await;
        assert!(told.ends_with(wanted), "{told}");
    }
    let (_, told) =
        ask(&Providers::new([config()], Arc::new(Processes::new("/nowhere", environment())))).await;
    assert!(told.ends_with("fork/exec /nowhere/plugin: no such file or directory:"), "{told}");
}

#[test]
fn flags_are_found_where_nodes_keep_them() {
    let unit = "[Service]\nExecStart=/usr/bin/old\n";
    let kubeadm = "[Service]\nEnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env\nEnvironment=\"EXTRA=--root-dir=/data\"\n\
                   ExecStart=\nExecStart=/usr/bin/kubelet $KUBELET_KUBEADM_ARGS \\\n  ${EXTRA} --v 2\n";
    let flags = "KUBELET_KUBEADM_ARGS=\"--image-credential-provider-config=/etc/cp.yaml --image-credential-provider-bin-dir /opt/cp\"\n";
    let file = |path: &str, text: &str| (PathBuf::from(path), text.as_bytes().to_vec());
    let whole = Node::memory([
        file("/usr/lib/systemd/system/kubelet.service", unit),
        file("/etc/systemd/system/kubelet.service.d/10-kubeadm.conf", kubeadm),
        file("/var/lib/kubelet/kubeadm-flags.env", flags),
    ]);
    let wanted = KubeletFlags {
        config: Some("/etc/cp.yaml".to_owned()),
        bin_dir: Some("/opt/cp".to_owned()),
        root_dir: Some("/data".to_owned()),
    };
    assert_eq!(KubeletFlags::of(&whole), wanted);
    let alone = Node::memory([file("/var/lib/kubelet/kubeadm-flags.env", flags)]);
    assert_eq!(KubeletFlags::of(&alone), KubeletFlags { root_dir: None, ..wanted });
    assert_eq!(KubeletFlags::of(&Node::memory([])), KubeletFlags::default());
}

const CONFIG: &str = "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n- name: NAME\n  matchImages: [\"*.example.com\"]\n  defaultCacheDuration: 12h\n  apiVersion: credentialprovider.kubelet.k8s.io/v1\n  env: [{name: A, value: b}]\n";

#[test]
fn configurations_are_files_or_directories() {
    let file = |path: &str, text: String| (PathBuf::from(path), text.into_bytes());
    let node = Node::memory([
        file("/etc/cp/b.yaml", CONFIG.replace("NAME", "b")),
        file("/etc/cp/a.yml", CONFIG.replace("NAME", "a")),
        file("/etc/cp/readme.txt", "no".to_owned()),
        file("/etc/twice/a.yaml", CONFIG.replace("NAME", "a")),
        file("/etc/twice/b.yaml", CONFIG.replace("NAME", "a")),
        file("/etc/slash.yaml", CONFIG.replace("NAME", "a/b")),
        file("/etc/unknown.yaml", format!("{CONFIG}  envs: []\n")),
        file("/etc/kind.yaml", CONFIG.replace("kind: C", "kind: X")),
        file("/etc/none/readme.txt", String::new()),
    ]);
    let names = |path: &str| match read_config(&node, path) {
        Ok(config) => config.providers.into_iter().map(|p| p.name).collect::<Vec<_>>().join(" "),
        Err(error) => error.to_string(),
    };
    assert_eq!(names("/etc/cp"), "a b");
    assert_eq!(names("/etc/cp/b.yaml"), "b");
    assert_eq!(names("/etc/twice"), "duplicate provider name \"a\" found in configuration file(s)");
    assert_eq!(names("/etc/none"), "no configuration files found in directory \"/etc/none\"");
    assert_eq!(names("/etc/gone"), "unable to access path \"/etc/gone\": no such file or directory");
    let wanted = "failed to validate credential provider config: providers.name: Invalid value: \"a/b\": provider name cannot contain '/'";
    assert_eq!(names("/etc/slash.yaml"), wanted);
    assert!(names("/etc/unknown.yaml").contains("unknown field"), "{}", names("/etc/unknown.yaml"));
    assert!(names("/etc/kind.yaml").starts_with("error decoding config"), "{}", names("/etc/kind.yaml"));
}

#[tokio::test(start_paused = true)]
async fn answers_come_one_after_the_other_or_at_their_time() {
    let at = |from: Option<u64>, status| Script {
        status,
        from: from.map(Duration::from_secs),
        ..Script::default()
    };
    // What is left of the answers before a time is passed over; the one that waits for its time is not drawn nearer.
    let scripts =
        vec![at(None, 1), at(None, 2), at(None, 3), at(Some(100), 4), at(None, 5), at(Some(200), 6)];
    let runner = Arc::new(Scripted::new([("plugin".to_owned(), scripts)]));
    let providers = Providers::new([config()], Arc::clone(&runner) as Arc<dyn PluginRunner>);
    let start = Instant::now();
    for (second, status) in [(0, 1), (10, 2), (100, 4), (101, 5), (150, 5), (200, 6), (900, 6)] {
        tokio::time::sleep_until(start + Duration::from_secs(second)).await;
        let (_, told) = ask(&providers).await;
        assert!(told.contains(&format!("exit status {status}:")), "{second} s: {told}");
    }
    assert_eq!(runner.runs("plugin"), 7);
}
