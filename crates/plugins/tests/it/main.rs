//! Plugins found, run and scripted.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that panics fails its test")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use keyring::{Account, PluginRules, PodOfPull, ProviderConfig, TokenAttributes, TokenSource};
use node::{Environment, Node};
use plugins::{
    FAILED, KubeletFlags, NotRun, PASSED_OVER, PluginRunner, Processes, Providers, Script, Scripted,
    read_config,
};
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
        ..Script::default()
    }
}

fn providers(runner: Arc<dyn PluginRunner>) -> Providers {
    Providers::new([config()], PluginRules::default(), runner)
}

/// User names that came, and the decision.
async fn ask(providers: &Providers) -> (Vec<String>, String) {
    let trace = Trace::new();
    let keyring = providers.credentials(IMAGE, &PodOfPull::default(), &trace).await;
    let names = keyring.lookup(IMAGE).into_iter().map(|c| c.username).collect();
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
    let providers = providers(Arc::clone(&runner) as Arc<dyn PluginRunner>);
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
    let providers = providers(Arc::clone(&runner) as Arc<dyn PluginRunner>);
    let (a, b, c, d, e) =
        tokio::join!(ask(&providers), ask(&providers), ask(&providers), ask(&providers), ask(&providers));
    assert!([a, b, c, d, e].iter().all(|(names, _)| names == &["u"]));
    assert_eq!(runner.runs("plugin"), 1);
}

#[tokio::test]
async fn what_is_not_run_is_told() {
    let (names, told) = ask(&providers(Arc::new(NotRun))).await;
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
    let (names, told) = ask(&providers(Arc::new(Processes::new(good, environment())))).await;
    assert_eq!((names.as_slice(), told.as_str()), (&["u".to_owned()][..], "plugin: answered with 1 entry"));
    for (test, text, wanted) in [
        ("bad", "#!/bin/sh\necho 'no role' >&2\nexit 7\n", "exit status 7: no role"),
        ("killed", "#!/bin/sh\nkill -9 $$\n", "signal: killed:"),
    ] {
        let directory = executable(test, text);
        let (_, told) = ask(&providers(Arc::new(Processes::new(directory, environment())))).await;
        assert!(told.ends_with(wanted), "{told}");
    }
    let (_, told) = ask(&providers(Arc::new(Processes::new("/nowhere", environment())))).await;
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
    let names_by = |path: &str, minor| match read_config(&node, path, PluginRules::of_minor(minor)) {
        Ok(config) => config.providers.into_iter().map(|p| p.name).collect::<Vec<_>>().join(" "),
        Err(error) => error.to_string(),
    };
    let names = |path: &str| names_by(path, 34);
    assert_eq!(names("/etc/cp"), "a b");
    assert_eq!(
        names_by("/etc/cp", 33),
        "unable to read external registry credential provider configuration from \"/etc/cp\": read /etc/cp: is a directory"
    );
    assert_eq!(names("/etc/cp/b.yaml"), "b");
    assert_eq!(names("/etc/twice"), "duplicate provider name \"a\" found in configuration file(s)");
    assert_eq!(names("/etc/none"), "no configuration files found in directory \"/etc/none\"");
    let gone = "unable to access path \"/etc/gone\": stat /etc/gone: no such file or directory";
    assert_eq!(names("/etc/gone"), gone);
    let gone = "unable to read external registry credential provider configuration from \"/etc/gone\": open /etc/gone: no \
                such file or directory";
    assert_eq!(names_by("/etc/gone", 30), gone);
    let wanted = "failed to validate credential provider config: providers.name: Invalid value: \"a/b\": provider name cannot contain '/'";
    assert_eq!(names("/etc/slash.yaml"), wanted);
    let unknown = "strict decoding error: unknown field \"providers[0].envs\"";
    assert_eq!(names("/etc/unknown.yaml"), format!("error decoding config \"/etc/unknown.yaml\": {unknown}"));
    assert_eq!(
        names_by("/etc/unknown.yaml", 33),
        format!("error decoding config /etc/unknown.yaml: {unknown}")
    );
    let kind = "error decoding config \"/etc/kind.yaml\": no kind \"XredentialProviderConfig\" is registered for version \
                \"kubelet.config.k8s.io/v1\"";
    assert_eq!(names("/etc/kind.yaml"), kind);
    // Faults are pointed at in the file that has them.
    let error = read_config(&node, "/etc/twice", PluginRules::default()).unwrap_err();
    assert_eq!(error.flaws()[0].place.to_string(), "/etc/twice/b.yaml:4:9");
    let error = read_config(&node, "/etc/slash.yaml", PluginRules::default()).unwrap_err();
    assert_eq!(error.flaws()[0].place.to_string(), "/etc/slash.yaml:4:9");
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
    let providers = providers(Arc::clone(&runner) as Arc<dyn PluginRunner>);
    let start = Instant::now();
    for (second, status) in [(0, 1), (10, 2), (100, 4), (101, 5), (150, 5), (200, 6), (900, 6)] {
        tokio::time::sleep_until(start + Duration::from_secs(second)).await;
        let (_, told) = ask(&providers).await;
        assert!(told.contains(&format!("exit status {status}:")), "{second} s: {told}");
    }
    assert_eq!(runner.runs("plugin"), 7);
}

/// Two plugins of which one has the key that is tried first.
#[tokio::test(start_paused = true)]
async fn what_all_plugins_gave_is_one_keyring() {
    let answer = |key: &str, user: &str| {
        let text = ANSWER
            .replace("\"r.example.com\"", &format!("\"{key}\""))
            .replace("\"u\"", &format!("\"{user}\""));
        vec![script(&text, 0, 0)]
    };
    for (minor, order) in [(32, ["path", "zeta", "alpha"]), (33, ["path", "zeta", "alpha"])] {
        let configs =
            ["zeta", "alpha", "middle"].map(|name| ProviderConfig { name: name.to_owned(), ..config() });
        let runner = Scripted::new([
            ("zeta".to_owned(), answer("r.example.com", "zeta")),
            ("alpha".to_owned(), answer("*.example.com", "alpha")),
            ("middle".to_owned(), answer("r.example.com/team", "path")),
        ]);
        let providers = Providers::new(configs, PluginRules::of_minor(minor), Arc::new(runner));
        let (names, told) = ask(&providers).await;
        assert_eq!(names, order, "1.{minor}");
        // Up to 1.32 they are asked by name.
        let first = if minor == 32 { "alpha: " } else { "zeta: " };
        assert!(told.starts_with(first), "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn plugins_that_are_given_a_token() {
    let mut token_config = config();
    token_config.token_attributes = Some(TokenAttributes {
        audience: "r".to_owned(),
        cache_type: "ServiceAccount".to_owned(),
        require_service_account: Some(true),
        required_annotations: vec!["example.com/role".to_owned()],
        ..TokenAttributes::default()
    });
    let mut pod = PodOfPull { namespace: "shop".to_owned(), name: "web".to_owned(), ..PodOfPull::default() };
    let echo = Script { echoes_token: true, ..script(&ANSWER.replace("c4n4ry", Script::TOKEN), 0, 0) };
    let runner = Scripted::new([("plugin".to_owned(), vec![script(ANSWER, 0, 0), echo])]);
    let providers = Providers::new([token_config], PluginRules::default(), Arc::new(runner));
    let told = async |pod: &PodOfPull| {
        let trace = Trace::new();
        let keyring = providers.credentials(IMAGE, pod, &trace).await;
        let What::Decision(decision) = trace.steps().remove(0).what else { panic!("no decision") };
        (decision, keyring.lookup(IMAGE).into_iter().map(|c| c.provenance.to_string()).collect::<Vec<_>>())
    };
    let (decision, _) = told(&pod).await;
    assert_eq!(decision.about, PASSED_OVER);
    assert_eq!(decision.text, "plugin: not asked: Service account name is empty for pod shop/web");
    pod.service_account_name = "puller".to_owned();
    let tokens = TokenSource::MadeUp { epoch: 0 };
    pod.account = Some(Account { uid: "u1".to_owned(), tokens, ..Account::default() });
    let (decision, _) = told(&pod).await;
    assert!(decision.text.ends_with("required annotation example.com/role not found"), "{}", decision.text);
    let remedy = "kubectl annotate serviceaccount puller -n shop example.com/role=…";
    assert!(decision.remedy.unwrap().contains(remedy));
    assert_eq!(
        providers.prospects(IMAGE, &pod)[0].skipped.as_ref().unwrap().to_string(),
        decision.text[19..]
    );
    pod.account.as_mut().unwrap().annotations.push(("example.com/role".to_owned(), "reader".to_owned()));
    assert_eq!(
        providers.prospects(IMAGE, &pod)[0].account.as_ref().unwrap().annotations,
        ["example.com/role"]
    );
    let (decision, provenance) = told(&pod).await;
    let of_account = "for service account shop/puller, audience \"r\", annotations example.com/role";
    assert_eq!(decision.text, format!("plugin: answered with 1 entry {of_account}"));
    assert_eq!(provenance, ["plugin plugin for service account shop/puller"]);
    // Another account of the same name does not get what was kept for this one.
    pod.account.as_mut().unwrap().uid = "u2".to_owned();
    let (decision, provenance) = told(&pod).await;
    assert_eq!(decision.about, FAILED);
    assert!(
        decision.text.contains("returned the service account token as the password"),
        "{}",
        decision.text
    );
    assert!(provenance.is_empty());
}
