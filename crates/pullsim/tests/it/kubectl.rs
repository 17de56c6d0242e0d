//! `pod`, the kubectl plugin, with a kubectl that answers from files.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::{Run, directory};

fn data(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data")).join(name)
}

/// A cluster in which web-0 cannot be pulled: the pull secret is for the registry with its port.
struct Cluster {
    files: PathBuf,
}

impl Cluster {
    fn new(test: &str) -> Self {
        let files = directory(&format!("cluster-{test}"));
        for kind in ["pod", "serviceaccount", "secret", "events", "node"] {
            let name = format!("{kind}.json");
            std::fs::copy(data("cluster").join(&name), files.join(&name)).unwrap();
        }
        Self { files }
    }

    fn object(&self, kind: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.files.join(format!("{kind}.json"))).unwrap()).unwrap()
    }

    fn set(&self, kind: &str, change: impl FnOnce(&mut Value)) {
        let mut object = self.object(kind);
        change(&mut object);
        std::fs::write(self.files.join(format!("{kind}.json")), object.to_string()).unwrap();
    }

    fn gone(&self, kind: &str) {
        std::fs::remove_file(self.files.join(format!("{kind}.json"))).unwrap();
    }

    fn refuse(&self, kind: &str, words: &str) {
        std::fs::write(self.files.join(format!("{kind}.refused")), format!("{words}\n")).unwrap();
    }

    /// The pull secret with this key.
    fn key(&self, key: &str) {
        let config = json!({"auths": {key: {"username": "ci", "password": "made-up"}}}).to_string();
        self.set("secret", |secret| secret["data"][".dockerconfigjson"] = STANDARD.encode(config).into());
    }

    /// What kubectl was asked.
    fn calls(&self) -> Vec<String> {
        let calls = std::fs::read_to_string(self.files.join("calls")).unwrap_or_default();
        calls.lines().map(str::to_owned).collect()
    }

    /// `pullsim pod web-0 -n shop`, in the hosts of `data/world.yaml`.
    fn run(&self, arguments: &[&str]) -> Run {
        let world = data("world.yaml");
        let mut all = vec!["pod", "web-0", "-n", "shop"];
        let (own, check): (Vec<&str>, Vec<&str>) = match arguments.iter().position(|word| *word == "--") {
            Some(at) => (arguments[..at].to_vec(), arguments[at + 1..].to_vec()),
            None => (arguments.to_vec(), Vec::new()),
        };
        all.extend(own);
        all.extend(["--", "--in", world.to_str().unwrap()]);
        all.extend(check);
        self.pullsim(Path::new(env!("CARGO_BIN_EXE_pullsim")), &all)
    }

    fn pullsim(&self, programme: &Path, arguments: &[&str]) -> Run {
        let path = format!("{}:/usr/bin:/bin", data("cluster/bin").display());
        let mut command = Command::new(programme);
        command.args(arguments).env_clear().env("LANG", "C.UTF-8").env("PATH", path);
        let output = command.env("CLUSTER", &self.files).stdin(Stdio::null()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Run { status: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }
}

#[test]
fn a_key_with_the_port() {
    let cluster = Cluster::new("key");
    let run = cluster.run(&[]);
    insta::assert_snapshot!("kubectl_key_with_the_port", run.out);
    assert_eq!((run.status, run.err.as_str()), (1, ""));
    assert_eq!(
        cluster.calls(),
        [
            "get pod web-0 --namespace shop -o json --request-timeout=30s",
            "get serviceaccount shop --namespace shop -o json --request-timeout=30s",
            "get events --field-selector involvedObject.kind=Pod,involvedObject.name=web-0 --namespace shop -o json \
             --request-timeout=30s",
            "get node worker-3 -o json --request-timeout=30s",
            "get secret pull-secret --ignore-not-found --namespace shop -o json --request-timeout=30s",
        ]
    );
    let report = cluster.run(&["-o", "json"]).json();
    assert_eq!((&report["apiVersion"], &report["kind"]), (&json!("pullsim/v1"), &json!("ClusterReport")));
    let node = json!({"platform": "linux/arm64", "runtime": "containerd-1.7.24", "kubelet": "1.31"});
    assert_eq!(report["replay"]["node"], node);
    let container = &report["containers"][0];
    assert_eq!((&container["name"], &container["now"]), (&json!("web"), &json!("ImagePullBackOff")));
    assert_eq!(container["replay"]["cause"], "secret-wrong-registry");
    assert_eq!(container["events"]["cause"], "credentials-missing");
    assert_eq!(container["verdict"], "compatible");
    // The other pod's events are not this one's.
    assert_eq!(report["explanation"]["findings"].as_array().unwrap().len(), 1);
}

/// What the cluster and the replay say, by what there is in the cluster.
#[test]
fn verdicts() {
    let right = |cluster: &Cluster| cluster.key("registry.example.com");
    let verdict = |cluster: &Cluster| {
        let run = cluster.run(&["-o", "json"]);
        (run.status, run.json()["containers"][0]["verdict"].as_str().unwrap().to_owned())
    };
    let cluster = Cluster::new("verdicts");
    right(&cluster);
    assert_eq!(verdict(&cluster), (0, "only_in_cluster".to_owned()));
    let denied = cluster.object("events");
    cluster.set("events", |events| {
        let words = "Failed to pull image \"registry.example.com/team/app:v1\": failed to pull and unpack image \
                     \"registry.example.com/team/app:v1\": failed to resolve reference \
                     \"registry.example.com/team/app:v1\": unexpected status from HEAD request to \
                     https://registry.example.com/v2/team/app/manifests/v1: 503 Service Unavailable";
        events["items"][0]["message"] = words.into();
    });
    assert_eq!(verdict(&cluster), (0, "healed".to_owned()));
    cluster.key("registry.example.com:443");
    assert_eq!(verdict(&cluster), (1, "differ".to_owned()));
    cluster.set("events", |events| *events = json!({"kind": "List", "items": []}));
    assert_eq!(verdict(&cluster), (1, "only_in_replay".to_owned()));
    right(&cluster);
    assert_eq!(verdict(&cluster), (0, "quiet".to_owned()));
    cluster.set("events", |events| *events = denied);
    cluster.set("pod", |pod| pod["status"]["containerStatuses"][0]["state"] = json!({"running": {}}));
    assert_eq!(verdict(&cluster), (0, "over".to_owned()));
    cluster.gone("secret");
    cluster.set("pod", |pod| pod["status"]["containerStatuses"] = json!([]));
    let run = cluster.run(&["-o", "json"]);
    let report = run.json();
    assert_eq!(report["replay"]["pods"][0]["missing_secrets"][0]["name"], "pull-secret");
    assert_eq!(run.status, 1);
}

/// A service account that got its secret after the pod was made: the pod has none.
#[test]
fn a_service_account_mended_too_late() {
    let cluster = Cluster::new("late");
    cluster.key("registry.example.com");
    cluster.set("pod", |pod| pod["spec"]["imagePullSecrets"] = json!([]));
    let run = cluster.run(&[]);
    assert_eq!(run.status, 1, "{}", run.all());
    assert!(run.out.contains("asked as anonymous"), "{}", run.out);
    assert!(run.out.contains("kubectl delete pod web-0 -n shop"), "{}", run.out);
    assert!(cluster.calls().iter().all(|call| !call.contains("secret ")), "{:?}", cluster.calls());
}

#[test]
fn what_the_user_may_not_see() {
    let forbidden = |kind: &str| {
        format!(
            "Error from server (Forbidden): {kind} is forbidden: User \"jane\" cannot get resource \"{kind}\""
        )
    };
    // The node: defaults, which is said.
    let cluster = Cluster::new("forbidden");
    cluster.refuse("node", &forbidden("nodes"));
    let run = cluster.run(&[]);
    assert!(run.out.contains("replayed on a node with the defaults"), "{}", run.out);
    assert!(run.out.contains("nodes is forbidden"), "{}", run.out);
    // All of it given: the node is not asked.
    let given = ["--platform", "linux/amd64", "--runtime", "containerd-2.1", "--kubelet", "1.34"];
    let run = cluster.run(&[&given[..], &["-o", "json"]].concat());
    let report = run.json();
    assert_eq!(report["replay"]["node"]["runtime"], "containerd-2.1.9");
    assert_eq!(report["notes"], json!([]));
    // The events: the pod's status counts.
    cluster.refuse("events", &forbidden("events"));
    let report = cluster.run(&["-o", "json"]).json();
    assert!(report["notes"].to_string().contains("events are not known"), "{}", report["notes"]);
    // The Secrets: no replay, since it would ask as anonymous what the node asks with a login.
    cluster.refuse("secret", &forbidden("secrets"));
    let run = cluster.run(&[]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert!(run.err.contains("error: not replayed: without the pod's Secrets"), "{}", run.err);
    assert!(run.err.contains("help: give them as files: -- --secret FILE"), "{}", run.err);
    // With events, these are explained all the same.
    std::fs::remove_file(cluster.files.join("events.refused")).unwrap();
    let run = cluster.run(&[]);
    assert_eq!((run.status, run.err.as_str()), (1, ""));
    assert!(run.out.contains("PS-CRED-01 credentials-missing"), "{}", run.out);
    assert!(run.out.contains("not made: without the pod's Secrets"), "{}", run.out);
    // A file takes their place.
    let secret = data("cluster/secret.json");
    let report = cluster.run(&["-o", "json", "--", "--secret", secret.to_str().unwrap()]).json();
    assert_eq!(report["containers"][0]["replay"]["cause"], "secret-wrong-registry", "{report}");
}

#[test]
fn what_is_wrong_with_the_question() {
    let cluster = Cluster::new("wrong");
    cluster.gone("pod");
    let run = cluster.run(&[]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    let said =
        "error: kubectl get pod web-0 -n shop: Error from server (NotFound): pods \"web-0\" not found\n";
    assert_eq!(run.err, said);

    // What calls itself kubectl and is none.
    let cluster = Cluster::new("wrong-answer");
    for (answer, said) in [
        ("", "printed no object in JSON (line 1, column 0)"),
        ("{}", "printed no Pod that has a name"),
        (r#"{"kind": "Deployment", "metadata": {"name": "web-0"}}"#, "printed no Pod that has a name"),
        (r#"{"kind": "Pod", "metadata": {}}"#, "printed no Pod that has a name"),
    ] {
        std::fs::write(cluster.files.join("pod.json"), answer).unwrap();
        let run = cluster.run(&[]);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{answer}");
        let told = format!("error: kubectl get pod web-0 {said}\nhelp: what is asked is the kubectl in PATH");
        assert!(run.err.starts_with(&told), "{}", run.err);
    }

    let cluster = Cluster::new("wrong-flags");
    let run = cluster.run(&["--", "--no-such-flag"]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert!(run.err.contains("--no-such-flag") && run.err.contains("pullsim check"), "{}", run.err);
    for name in ["--server=evil", "deploy/web", "Web"] {
        let run = cluster.pullsim(Path::new(env!("CARGO_BIN_EXE_pullsim")), &["pod", name]);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{name}");
    }
    let run = crate::command(&["pod", "web-0"]).env("PATH", "/no/such/directory").output().unwrap();
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(said.starts_with("error: cannot run kubectl: ") && said.contains("help: "), "{said}");
}

/// A pod's author does not choose what kubectl is told: names that are none are not handed on.
#[test]
fn names_that_are_flags() {
    let cluster = Cluster::new("flags");
    cluster.set("pod", |pod| {
        pod["spec"]["imagePullSecrets"] = json!([{"name": "--server=http://evil.example"}, {"name": ""}]);
        pod["spec"]["nodeName"] = "--kubeconfig=/tmp/evil".into();
        pod["spec"]["serviceAccountName"] = "-v9".into();
    });
    let run = cluster.run(&["--context", "staging", "--kubeconfig", "k.yaml"]);
    assert_eq!(run.status, 1, "{}", run.all());
    let calls = cluster.calls();
    assert_eq!(calls.len(), 2, "{calls:?}");
    assert!(calls.iter().all(|call| call.ends_with(" --context=staging --kubeconfig=k.yaml")), "{calls:?}");
}

/// By another name pullsim is kubectl's plugin.
#[test]
fn called_by_kubectl() {
    let cluster = Cluster::new("plugin");
    let plugin = cluster.files.join("kubectl-pullsim");
    symlink(env!("CARGO_BIN_EXE_pullsim"), &plugin).unwrap();
    let help = cluster.pullsim(&plugin, &["pod", "--help"]);
    assert!(help.out.contains("Usage: kubectl pullsim pod [OPTIONS] <NAME>"), "{}", help.out);
    let world = data("world.yaml");
    let arguments = ["pod", "pod/web-0", "-n", "shop", "--", "--in", world.to_str().unwrap(), "--for", "1m"];
    let run = cluster.pullsim(&plugin, &arguments);
    assert_eq!(run.status, 1, "{}", run.all());
    assert!(run.out.contains("Successfully assigned shop/web-0 to worker-3"), "{}", run.out);
}

#[test]
fn a_node_that_is_not_linux() {
    let cluster = Cluster::new("windows");
    cluster.set("node", |node| node["status"]["nodeInfo"]["operatingSystem"] = "windows".into());
    let run = cluster.run(&[]);
    assert_eq!(run.status, 1, "{}", run.all());
    assert!(run.out.contains("the node is windows/arm64, whose pulls are not known here"), "{}", run.out);
}

#[test]
fn secrets_stay_inside() {
    let cluster = Cluster::new("canary");
    for key in ["registry.example.com", "registry.example.com:443", "https://ci:c4n4ry@registry.example.com"]
    {
        let config = json!({"auths": {key: {"username": "ci", "password": "c4n4ry"}}}).to_string();
        cluster.set("secret", |secret| {
            secret["data"][".dockerconfigjson"] = STANDARD.encode(&config).into();
            secret["metadata"]["annotations"] = json!({"last-applied": config});
        });
        for form in ["text", "json"] {
            let run = cluster.run(&["-o", form]);
            let encoded = STANDARD.encode("ci:c4n4ry");
            for canary in ["c4n4ry", encoded.trim_end_matches('=')] {
                assert!(!run.all().contains(canary), "{key} {form}: {}", run.all());
            }
        }
    }
}
